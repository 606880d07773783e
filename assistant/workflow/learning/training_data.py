"""What a run learns from, made ready: the project's cases, a file of cases, or open pairs.

Stories with their existing cases, from the project's library or from a file, for training and
for comparing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.domain import Chunk, StoryCases, TestCase, Value
from assistant.errors import ModelUnavailable, TrainingError
from assistant.generation.models.catalogue import find_model
from assistant.generation.models.fetch import present_path
from assistant.generation.models.gguf import read_special_tokens
from assistant.generation.prompts import neutralise
from assistant.generation.writers.item_prompt import ITEM_PROMPT_VERSION
from assistant.training.adapters import FIRST_PROMPT, AnswerForm
from assistant.training.config import TrainingConfig
from assistant.training.data.context import CaseContext
from assistant.training.data.data_sheet import UNLINKED, DataSheet, LeftOut
from assistant.training.data.dataset import DatasetConfig as DatasetConfig
from assistant.training.data.dataset import from_library, pairs_of, read_case_file, select
from assistant.training.data.pair_rows import read_set, rows_of
from assistant.training.data.pairs import CasePair
from assistant.workflow.deployment.jobs import StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.reindex import chunks_of

LIBRARY = "the project's library"


class CaseStories(Value):
    """Stories with their cases, where they came from, and the hash of that.

    ``sha256`` is that of the file's bytes, or of the library's cases and stories as JSON, so that a
    later comparison can tell whether it still looks at the same material.
    """

    name: str
    sha256: str
    stories: tuple[StoryCases, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def case_count(self) -> int:
        """How many cases there are, all stories together."""
        return sum(len(one.cases) for one in self.stories)


def case_stories(workspace: Workspace, project_id: str, file: Path | None = None) -> CaseStories:
    """The stories of ``file`` (JSON lines of cases with their story), or of the project.

    From the project come the accepted and the imported cases whose story is known; cases without a
    story are left out. Raises
    ``TrainingError`` where the file cannot be read as cases, or there is nothing.
    """
    if file is not None:
        if not file.is_file():
            raise TrainingError(f"'{file}' is not a file. Name a JSON lines file of cases.")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        read = read_case_file(file)
        return CaseStories(
            name=file.name,
            sha256=digest,
            stories=tuple(one for one in read if one.story.key),
            left_out=tuple(
                LeftOut(case_id=case.id, reason=UNLINKED)
                for one in read
                if not one.story.key
                for case in one.cases
            ),
        )
    epics = workspace.library.epics(project_id)
    stored = workspace.library.cases(project_id, statuses=("accepted", "imported"))
    cases: list[TestCase] = [one.case for one in stored]
    linked = from_library(epics, cases)
    whole = hashlib.sha256()
    for one in linked.stories:
        whole.update(one.model_dump_json().encode())
    return CaseStories(
        name=LIBRARY,
        sha256=whole.hexdigest(),
        stories=linked.stories,
        left_out=linked.left_out,
    )


CHATML_TOKENS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")


class TrainRequest(Value):
    """What to train: choices for the data and for the training, and where the cases come from.

    ``cases_file`` is a JSON lines file of cases with their story; ``None`` takes the project's
    accepted and imported cases. ``pairs_folder`` holds rows of open pairs instead, split already.
    """

    training: TrainingConfig
    dataset: DatasetConfig = DatasetConfig(rows="one")
    cases_file: Path | None = None
    pairs_folder: Path | None = None


class DatasetRecord(Value):
    """What a run was trained on, kept with its adapter, so that a comparison can hold it out."""

    source: str
    source_path: str = ""
    source_sha256: str
    config: DatasetConfig
    train_stories: tuple[str, ...]
    held_out_stories: tuple[str, ...]
    pairs_sha256: str
    sheet: str
    prompt_version: str = FIRST_PROMPT
    answer: AnswerForm = "case"


Report = Callable[[str, int, int], None]


def quiet(step: str, done: int, total: int) -> None:
    """For callers who do not watch."""


class TrainingData(Value):
    """Pairs of all splits, their data sheet, and the record that is kept with the adapter."""

    pairs: tuple[CasePair, ...]
    sheet: DataSheet
    record: DatasetRecord


def training_data(
    workspace: Workspace,
    project_id: str,
    request: TrainRequest,
    *,
    report: Report = quiet,
    cancelled: StopCheck | None = None,
) -> TrainingData:
    """The data that a request names. Raises ``TrainingError`` where there are too few."""
    report("reading cases", 0, 0)
    if request.pairs_folder is not None:
        tokens = special_tokens(workspace, request.training.base)
        return _open_pairs(request.pairs_folder, tokens)
    return _project_pairs(workspace, project_id, request, report, cancelled)


def _project_pairs(
    workspace: Workspace,
    project_id: str,
    request: TrainRequest,
    report: Report,
    cancelled: StopCheck | None,
) -> TrainingData:
    """Pairs of the cases of the request, with what is retrieved for them."""
    material = case_stories(workspace, project_id, request.cases_file)
    selection = select(material.stories, request.dataset, left_out=material.left_out)
    context = CaseContext.open(
        workspace.embedder(),
        selection.of("train"),
        documents=() if request.cases_file else project_chunks(workspace, project_id),
        progress=lambda done, total: report("indexing the training cases", done, total),
        cancelled=cancelled,
    )
    dataset = pairs_of(
        selection,
        context.context_for,
        request.dataset,
        special_tokens=special_tokens(workspace, request.training.base),
        progress=lambda done, total: report("finding context", done, total),
    )
    record = DatasetRecord(
        source=material.name,
        source_path=str(request.cases_file.resolve()) if request.cases_file else "",
        source_sha256=material.sha256,
        config=request.dataset,
        train_stories=tuple(one.story.key for one in selection.of("train", "validation")),
        held_out_stories=tuple(one.story.key for one in selection.of("held-out")),
        pairs_sha256=dataset.sheet.sha256,
        sheet=dataset.sheet.to_markdown(),
        prompt_version=dataset.sheet.prompt_version,
    )
    return TrainingData(pairs=dataset.pairs, sheet=dataset.sheet, record=record)


def _open_pairs(folder: Path, special_tokens: Sequence[str]) -> TrainingData:
    """The rows of open pairs, as ``pairs build`` wrote them."""
    about = read_set(folder)
    if about.sheet.prompt_version != ITEM_PROMPT_VERSION:
        raise TrainingError(
            f"The rows in '{folder}' ask another question ({about.sheet.prompt_version}) than the "
            f"one that is asked now ({ITEM_PROMPT_VERSION}). Build them again from the pairs."
        )
    rows = tuple(
        row.model_copy(
            update={
                "prompt": tuple((role, neutralise(t, special_tokens)) for role, t in row.prompt)
            }
        )
        for row in rows_of(folder)
    )
    seen = dict.fromkeys(row.story_key for row in rows if row.split != "held-out")
    kept = dict.fromkeys(row.story_key for row in rows if row.split == "held-out")
    record = DatasetRecord(
        source=f"open pairs, {folder.name}",
        source_path=str(folder.resolve()),
        source_sha256=about.source_sha256,
        config=DatasetConfig(rows="one"),
        train_stories=tuple(seen),
        held_out_stories=tuple(kept),
        pairs_sha256=about.sheet.sha256,
        sheet=about.to_markdown(),
        prompt_version=about.sheet.prompt_version,
        answer="steps",
    )
    return TrainingData(pairs=rows, sheet=about.sheet, record=record)


def project_chunks(
    workspace: Workspace, project_id: str
) -> tuple[tuple[str, tuple[Chunk, ...]], ...]:
    """Rules, pages and tables of the project as chunks, by document: what context is found in.

    Epics are the question and existing cases the answer; neither is context here.
    """
    return tuple(
        (stored.id, chunks_of(workspace.library, project_id, stored.id))
        for stored in workspace.library.documents(project_id)
        if stored.kind in ("rules", "page", "table")
    )


def special_tokens(workspace: Workspace, base: str) -> tuple[str, ...]:
    """Special tokens of a catalogue model; ChatML's own for a base from elsewhere."""
    try:
        model = find_model(base)
    except ModelUnavailable:
        return CHATML_TOKENS
    path = present_path(model, workspace.settings.models_path)
    return tuple(token.text for token in read_special_tokens(path))
