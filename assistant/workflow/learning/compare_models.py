"""Compare Base, +RAG, +FT, +Both and the outline on held-out cases, and advise.

The same stories, conditions, prompts and seed go through every column. What an adapter was trained
on is never measured, and what retrieval finds comes from the training split alone. A comparison
runs in a worker thread, keeps every score the moment it exists, and goes on where it stopped.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

from pydantic import TypeAdapter

from assistant.domain import StoryCases
from assistant.errors import SettingsError, TrainingError
from assistant.evaluation.advice import Advice, advise
from assistant.evaluation.columns import COLUMNS, column_kind
from assistant.evaluation.language_perplexity import LanguageFigures
from assistant.evaluation.quality import case_text, template_as_used
from assistant.evaluation.records import CaseLoss, CaseScore, EvaluationSet, ScoreLog
from assistant.evaluation.records import Comparison as Comparison
from assistant.evaluation.report import BuildCost, CapabilityRow, capability_table
from assistant.evaluation.runner import Progress, choose_stories, compare
from assistant.generation.models.catalogue import SMALL_CHAT as SMALL_CHAT
from assistant.generation.models.catalogue import find_model
from assistant.generation.writers.item_prompt import ITEM_PROMPT_VERSION
from assistant.training.data.context import CaseContext, guard_context
from assistant.training.data.dataset import DatasetConfig, Selection, nothing_linked, select
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning.comparison_parts import CompareRequest as CompareRequest
from assistant.workflow.learning.comparison_parts import (
    Prepared,
    columns_of,
    conditions_of,
    costs_of,
    losses_on,
)
from assistant.workflow.learning.train_adapter import adapters, dataset_of
from assistant.workflow.learning.training_data import DatasetRecord, case_stories, project_chunks

COLUMN_TITLES = {kind.id: kind.title for kind in COLUMNS}
COLUMN_USES = {kind.id: kind.about for kind in COLUMNS}
PARTIAL, LANGUAGE, COSTS = "scores.jsonl", "language.json", "costs.json"
LOSSES = "losses.json"
COST_TABLE = TypeAdapter(dict[str, BuildCost])
LOSS_TABLE = TypeAdapter(dict[str, tuple[CaseLoss, ...]])
OnProgress = Callable[[Progress], None]


def begin(workspace: Workspace, project_id: str, request: CompareRequest, *, by: str = "") -> str:
    """Start a comparison in a worker thread; returns its id. Raises at once for a wrong request."""
    _check(workspace, request)
    material = case_stories(workspace, project_id, request.cases_file)
    if not material.stories:
        raise nothing_linked(len(material.left_out))
    comparison_id = create(workspace, project_id, request)
    _start(workspace, project_id, request, comparison_id, by)
    return comparison_id


def resume(workspace: Workspace, project_id: str, comparison_id: str, *, by: str = "") -> None:
    """Go on with a comparison that was cancelled or cut off; finished scores are kept."""
    request = request_of(workspace, project_id, comparison_id)
    if workspace.jobs.is_active(job_of(comparison_id)):
        raise SettingsError(f"Comparison {comparison_id} is still being written.")
    _start(workspace, project_id, request, comparison_id, by)


def create(workspace: Workspace, project_id: str, request: CompareRequest) -> str:
    """The id of a comparison that is to begin, its request kept so that it can go on later.

    Raises at once for a wrong request.
    """
    _check(workspace, request)
    comparison_id = uuid.uuid4().hex[:12]
    folder = _folder(workspace, comparison_id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "request.json").write_text(request.model_dump_json(indent=2), encoding="utf-8")
    (folder / "project").write_text(project_id, encoding="utf-8")
    return comparison_id


def request_of(workspace: Workspace, project_id: str, comparison_id: str) -> CompareRequest:
    """What a comparison of the project was asked for. Raises ``SettingsError`` where none is."""
    folder = _folder(workspace, comparison_id)
    file, owner = folder / "request.json", folder / "project"
    known = comparison_id.isalnum() and file.exists() and owner.exists()
    if not known or owner.read_text(encoding="utf-8") != project_id:
        raise SettingsError(
            f"There is no comparison {comparison_id!r} in this project that could go on. "
            f"Start it again."
        )
    return CompareRequest.model_validate_json(file.read_bytes())


def _start(
    workspace: Workspace, project_id: str, request: CompareRequest, comparison_id: str, by: str
) -> None:
    def work(report: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        run_now(
            workspace,
            project_id,
            request,
            comparison_id=comparison_id,
            progress=lambda seen: report(seen.done, seen.total),
            cancelled=stop,
            by=by,
        )

    workspace.jobs.start_counted(job_of(comparison_id), work)


def job_of(comparison_id: str) -> str:
    """Id of the job that writes a comparison."""
    return f"compare-{comparison_id}"


def run_now(
    workspace: Workspace,
    project_id: str,
    request: CompareRequest,
    *,
    comparison_id: str = "",
    progress: OnProgress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    by: str = "",
) -> Comparison:
    """Compare in this thread, keep the comparison in the library, and return it.

    Raises ``TrainingError`` where nothing is held out, and as the writers do.
    """
    _check(workspace, request)
    comparison_id = comparison_id or create(workspace, project_id, request)
    folder = _folder(workspace, comparison_id)
    prepared = prepare(workspace, project_id, request)
    started = perf_counter()
    chosen = choose_stories(prepared.held_out, request.limit, request.seed)
    with workspace.jobs.model_turn(job_of(comparison_id), cancelled):
        context = CaseContext.open(
            workspace.embedder(),
            prepared.train,
            documents=() if request.cases_file else project_chunks(workspace, project_id),
            cancelled=cancelled,
        )
        costs = costs_of(workspace, request, prepared, perf_counter() - started)
        (folder / COSTS).write_bytes(COST_TABLE.dump_json(costs))
        losses: Mapping[str, tuple[CaseLoss, ...]] = {}
        if request.perplexity:
            losses = _losses(workspace, request, prepared, context, folder)
        found = guard_context(prepared.selection, context.context_for, prepared.config)
        company = [case for one in prepared.train for case in one.cases]
        log = ScoreLog(folder / PARTIAL)
        result: Comparison | None = None
        for item in compare(
            chosen,
            columns_of(workspace, request, prepared, found),
            conditions_of(request.conditions),
            comparison_id=comparison_id,
            evaluation_set=_set(workspace, request, prepared),
            embedder=workspace.embedder(),
            company=company,
            training_texts=[case_text(case) for case in company],
            template=template_as_used(workspace.project(project_id).template, company),
            losses=losses,
            done=log.scores(),
            progress=progress or (lambda _: None),
            cancelled=cancelled,
        ):
            if isinstance(item, CaseScore):
                log.add(item)
            else:
                result = item
    if result is None:
        raise TrainingError("The comparison ended without a result. Start it again.")
    workspace.library.comparisons.save(
        project_id,
        comparison_id,
        result.model_dump_json(),
        name=request.name or _name(request, prepared, len(chosen)),
        columns=request.columns,
        complete=result.complete,
        by=by,
    )
    return result


def prepare(workspace: Workspace, project_id: str, request: CompareRequest) -> Prepared:
    """The held-out stories of the request: never one that its adapter was trained on."""
    material = case_stories(workspace, project_id, request.cases_file)
    record = dataset_of(workspace, request.adapter) if request.adapter else None
    config = record.config if record else DatasetConfig(rows="one")
    selection = select(
        material.stories, config.model_copy(update={"min_train": 1}), left_out=material.left_out
    )
    held = _held_out(selection, record)
    if not held:
        raise TrainingError(
            f"No story of {material.name} is held out: the adapter '{request.adapter}' was trained "
            "on all of them. Give other cases, or train with a held-out share."
        )
    return Prepared(
        material=material,
        held_out=held,
        train=selection.of("train"),
        config=config,
        selection=selection,
    )


def open_comparison(workspace: Workspace, project_id: str, comparison_id: str) -> Comparison:
    """A comparison. Raises ``LibraryError`` where there is none."""
    stored = workspace.library.comparisons.get(project_id, comparison_id)
    return Comparison.model_validate_json(stored.body)


def running(workspace: Workspace, project_id: str) -> tuple[str, ...]:
    """Ids of the project's comparisons that are being written in this process."""
    return tuple(
        name for name in _ids(workspace, project_id) if workspace.jobs.is_active(job_of(name))
    )


def unfinished(workspace: Workspace, project_id: str) -> tuple[str, ...]:
    """Ids of comparisons that were begun, do not run and are not complete: they can go on."""
    kept = workspace.library.comparisons.all(project_id)
    complete = {one.id for one in kept if one.complete}
    active = set(running(workspace, project_id))
    return tuple(
        name for name in _ids(workspace, project_id) if name not in complete and name not in active
    )


def drop(workspace: Workspace, project_id: str, comparison_id: str) -> None:
    """Delete a comparison and what was kept of it."""
    shutil.rmtree(_folder(workspace, comparison_id), ignore_errors=True)
    if comparison_id in {one.id for one in workspace.library.comparisons.all(project_id)}:
        workspace.library.comparisons.remove(project_id, comparison_id)


def advice_of(workspace: Workspace, comparison: Comparison) -> tuple[Advice, ...]:
    """What the figures of a comparison advise, each with its rule and figures."""
    file = _folder(workspace, comparison.id) / LANGUAGE
    language = LanguageFigures.model_validate_json(file.read_bytes()) if file.exists() else None
    return advise(comparison, language)


def capabilities_of(workspace: Workspace, comparison: Comparison) -> tuple[CapabilityRow, ...]:
    """The usual table of capabilities with measured values in place of ticks."""
    file = _folder(workspace, comparison.id) / COSTS
    costs = COST_TABLE.validate_json(file.read_bytes()) if file.exists() else {}
    return capability_table(comparison, costs)


# --- The parts of a comparison ------------------------------------------------------------------


def _losses(
    workspace: Workspace,
    request: CompareRequest,
    prepared: Prepared,
    context: CaseContext,
    folder: Path,
) -> Mapping[str, tuple[CaseLoss, ...]]:
    """The losses of the model columns; kept, so that a comparison that goes on has them already."""
    file = folder / LOSSES
    if file.exists():
        return LOSS_TABLE.validate_json(file.read_bytes())
    more = max(request.limit, request.perplexity_stories) if request.limit else 0
    read = choose_stories(prepared.held_out, more, request.seed)
    losses = losses_on(workspace, request, prepared, read, context, folder / LANGUAGE)
    file.write_bytes(LOSS_TABLE.dump_json(dict(losses)))
    return losses


def _check(workspace: Workspace, request: CompareRequest) -> None:
    """Refuse a request that cannot be run, before anything is read."""
    if not request.columns:
        raise SettingsError("Choose at least one column to compare.")
    for column in request.columns:
        kind = column_kind(column)
        if kind.uses_adapter and not request.adapter:
            known = ", ".join(one.sheet.name for one in adapters(workspace).list()) or "none yet"
            raise SettingsError(
                f"The column {kind.title} needs an adapter. Adapters: {known}. Train one first, or "
                "leave the column out."
            )
    find_model(request.base)
    if request.adapter:
        adapters(workspace).get(request.adapter)


def _set(workspace: Workspace, request: CompareRequest, prepared: Prepared) -> EvaluationSet:
    model = find_model(request.base)
    models = {model.id: model.weights.sha256}
    if request.adapter:
        files = adapters(workspace).get(request.adapter).sheet.files
        models[request.adapter] = files["adapter_model.safetensors"]
    return EvaluationSet(
        name=prepared.material.name,
        file_sha256=prepared.material.sha256,
        split=f"{prepared.config.split_by}, seed {prepared.config.seed}",
        seed=request.seed,
        limit=request.limit,
        prompt_version=f"{ITEM_PROMPT_VERSION}, {request.conditions}",
        models=models,
    )


def _held_out(selection: Selection, record: DatasetRecord | None) -> tuple[StoryCases, ...]:
    if record is None:
        return selection.of("held-out")
    trained = set(record.train_stories)
    return tuple(one for one in selection.of("held-out") if one.story.key not in trained)


def _ids(workspace: Workspace, project_id: str) -> tuple[str, ...]:
    """Comparisons of a project that were begun on a page, newest first."""
    root = workspace.settings.data_dir / "comparisons"
    found = [
        mark.parent
        for mark in root.glob("*/project")
        if mark.read_text(encoding="utf-8") == project_id
    ]
    found.sort(key=lambda folder: (folder / "project").stat().st_mtime, reverse=True)
    return tuple(folder.name for folder in found)


def _folder(workspace: Workspace, comparison_id: str) -> Path:
    return workspace.settings.data_dir / "comparisons" / comparison_id


def _name(request: CompareRequest, prepared: Prepared, stories: int) -> str:
    with_adapter = f" with {request.adapter}" if request.adapter else ""
    model = find_model(request.base).title.split(" (")[0]
    noun = "story" if stories == 1 else "stories"
    return f"{prepared.material.name}: {stories} {noun}, {model}{with_adapter}"
