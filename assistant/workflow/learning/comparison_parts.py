"""What a comparison is made of: the request, a writer for each column, losses and costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from assistant.design.conditions import derive_conditions
from assistant.domain import (
    AcceptanceCriterion,
    GenerationConfig,
    StoryCases,
    TestCondition,
    Value,
)
from assistant.evaluation.columns import ColumnSpec, Context, column_kind
from assistant.evaluation.language_perplexity import (
    ENGLISH_PROSE,
    LanguageFigures,
    Reading,
    words_in,
)
from assistant.evaluation.records import CaseLoss, losses_of
from assistant.evaluation.report import BuildCost
from assistant.generation.models.catalogue import SMALL_CHAT
from assistant.generation.writer import Writer
from assistant.generation.writers.existing_case import condition_of_case
from assistant.generation.writers.item_writer import ItemWriter
from assistant.generation.writers.outline import OutlineWriter
from assistant.training.data.context import CaseContext, case_chunks
from assistant.training.data.dataset import DatasetConfig, Selection, pairs_of
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER, writer_id_of
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning.train_adapter import adapters
from assistant.workflow.learning.training_data import CaseStories

if TYPE_CHECKING:
    from assistant.training.base_models import BaseModel

DEFAULT_COLUMNS = ("base", "rag", "ft", "both", "rules")
MEASURED = ("base", "rag", "ft", "both")
"""Columns whose model's weights are here, so that its perplexity can be measured."""

LANGUAGE_CHARACTERS = 6000

Conditions = Literal["titles", "computed"]


class CompareRequest(Value):
    """What to compare, on which cases.

    ``conditions`` "titles" gives every column the condition that each held-out case stands for (its
    title), so that the wording is measured; "computed" lets the code derive the conditions from the
    story, as in a run, so that the choice of cases is measured too. ``perplexity_stories`` measures
    perplexity, which costs little, on more stories than are written again (0: on the same ones).
    """

    name: str = ""
    base: str = SMALL_CHAT
    adapter: str = ""
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    cases_file: Path | None = None
    limit: int = Field(default=30, ge=0)
    seed: int = 7
    conditions: Conditions = "titles"
    perplexity: bool = True
    perplexity_stories: int = Field(default=0, ge=0)
    attempts: int = Field(default=2, ge=1, le=5)
    max_tokens: int = Field(default=640, ge=64)


class Prepared(Value):
    """The stories to compare on, and those that retrieval may find."""

    material: CaseStories
    held_out: tuple[StoryCases, ...]
    train: tuple[StoryCases, ...]
    config: DatasetConfig
    selection: Selection


def columns_of(
    workspace: Workspace, request: CompareRequest, prepared: Prepared, context: Context
) -> dict[str, ColumnSpec]:
    """A writer for each column of the request, and what it gets beside the story."""
    outlines = OutlineWriter()
    config = GenerationConfig(
        writer=request.base,
        seed=request.seed,
        attempts=request.attempts,
        max_tokens=request.max_tokens,
    )
    style = tuple(case for one in prepared.train for case in one.cases)[:40]
    specs: dict[str, ColumnSpec] = {}
    for column in request.columns:
        kind = column_kind(column)
        writer: Writer
        if column == "rules":
            writer = outlines
        elif column == "endpoint":
            endpoint = workspace.endpoints.open(ENDPOINT_WRITER, config)
            writer = ItemWriter(endpoint, config, outlines, keep_refused=True)
        else:
            name = writer_id_of(request.base, request.adapter)
            endpoint = workspace.endpoints.open(name, config)
            tuned = endpoint.with_adapter(request.adapter if kind.uses_adapter else "")
            writer = ItemWriter(tuned, config, outlines, keep_refused=True)
        specs[column] = ColumnSpec(
            writer=writer, context_for=context if kind.uses_retrieval else None, style=style
        )
    return specs


def conditions_of(wanted: Conditions) -> Callable[[StoryCases], Sequence[TestCondition]]:
    """The conditions of a story as a request wants them, the same for every column."""

    def titles(one: StoryCases) -> tuple[TestCondition, ...]:
        return tuple(condition_of_case(one.story, case) for case in one.cases)

    def computed(one: StoryCases) -> tuple[TestCondition, ...]:
        story = one.story
        criteria = story.criteria or (
            AcceptanceCriterion(id=story.key, text=story.narrative or story.title, form="text"),
        )
        return tuple(
            condition for criterion in criteria for condition in derive_conditions(criterion)
        )

    return titles if wanted == "titles" else computed


def losses_on(
    workspace: Workspace,
    request: CompareRequest,
    prepared: Prepared,
    chosen: Sequence[StoryCases],
    context: CaseContext,
    language_file: Path,
) -> Mapping[str, tuple[CaseLoss, ...]]:
    """The losses of each model column on the reference cases, read by transformers.

    llama.cpp's server gives no probabilities of a text that it did not write. The columns with
    retrieval get the prompts with context. Empty without the extra "train".
    """
    wanted = [column_kind(column) for column in request.columns if column in MEASURED]
    if not wanted or find_spec("peft") is None:
        return {}
    from assistant.training.base_models import find_base, load_base
    from assistant.training.perplexity import completion_losses

    selection = Selection(
        stories=tuple(chosen),
        split_of=dict.fromkeys((one.story.key for one in chosen), "held-out"),
        left_out=(),
        near_duplicates=(),
    )
    config = prepared.config.model_copy(update={"rows": "both"})
    dataset = pairs_of(selection, context.context_for, config)
    base = load_base(find_base(request.base, workspace.settings.models_path))
    language_file.write_text(_language(base, chosen).model_dump_json(), encoding="utf-8")
    found: dict[str, tuple[CaseLoss, ...]] = {}
    for kind in wanted:
        tuned = adapters(workspace).get(request.adapter).folder if kind.uses_adapter else None
        pairs = dataset.of("held-out", with_context=kind.uses_retrieval)
        measured = completion_losses(base, tuned, pairs)
        found[kind.id] = losses_of(chosen, [(one.case_id, one.tokens, one.nll) for one in measured])
    return found


def _language(base: BaseModel, chosen: Sequence[StoryCases]) -> LanguageFigures:
    """How the base reads the held-out stories, beside ordinary English."""
    from assistant.training.perplexity import text_loss

    def reading(text: str) -> Reading:
        tokens, nll = text_loss(base, text)
        return Reading(words=max(1, words_in(text)), tokens=tokens, nll=nll)

    told = "\n\n".join(
        "\n".join((one.story.title, one.story.narrative, *(c.text for c in one.story.criteria)))
        for one in chosen
    )
    return LanguageFigures(
        documents=reading(told[:LANGUAGE_CHARACTERS]), english=reading(ENGLISH_PROSE)
    )


def costs_of(
    workspace: Workspace, request: CompareRequest, prepared: Prepared, seconds: float
) -> dict[str, BuildCost]:
    """What the columns cost: indexing (``seconds``) for retrieval, training for the adapter.

    What one changed document costs is measured on a story's cases, chunked and embedded again.
    """
    started = perf_counter()
    for one in prepared.train[:1]:
        workspace.embedder().documents([chunk.text for chunk in case_chunks(one)])
    update = perf_counter() - started
    rag = BuildCost(seconds=seconds, update_seconds=update)
    costs = {"base": BuildCost(), "rules": rag, "rag": rag}
    if request.adapter:
        adapter = adapters(workspace).get(request.adapter)
        measured = adapter.sheet.metrics
        trained = sum(value for name, value in measured.items() if name.endswith("_seconds"))
        size = sum((adapter.folder / name).stat().st_size for name in adapter.sheet.files)
        costs["ft"] = BuildCost(seconds=trained, bytes=size, update_seconds=trained)
        costs["both"] = BuildCost(seconds=trained + seconds, bytes=size, update_seconds=update)
    return costs
