"""How good a writer is on held-out stories that have reference cases: one writer, one mode.

The stories' own cases are never shown to the writer. With ``rag`` it gets what the project's index
holds (rules, pages, other cases), without it the story alone.

How well sources are found on a set with gold links, in one way of searching or in several.

The set is indexed for the time it takes; the project's own index is neither read nor changed.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Literal

from pydantic import Field

from assistant.domain import (
    OUTLINE_WRITER,
    GenerationConfig,
    RetrievalConfig,
    RetrievedChunk,
    StoryCases,
    TestCondition,
    Value,
    WriterId,
    utc_now,
)
from assistant.errors import SettingsError, TrainingError
from assistant.evaluation.columns import ColumnSpec
from assistant.evaluation.gold_links import DEPTH, STRATEGIES, indexed, read_gold_set, search_of
from assistant.evaluation.matching import MATCHER_ERROR, THRESHOLD, MatcherError
from assistant.evaluation.metrics import metric_of
from assistant.evaluation.quality import template_as_used
from assistant.evaluation.ranking_metrics import RANKING_METRICS, GoldQuestion, Measured, measure
from assistant.evaluation.records import CaseScore, Comparison, EvaluationSet
from assistant.evaluation.runner import OnProgress, choose_stories, compare
from assistant.evaluation.statistics import Difference, Figure
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.models import model_spec
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning.comparison_parts import Conditions, conditions_of
from assistant.workflow.learning.training_data import case_stories
from assistant.workflow.writing.writing_run import opened_writer

Mode = Literal["rag", "base"]
FIGURES = (
    "recall", "precision", "f1", "similarity", "grounded", "duplicates", "smells", "valid",
    "seconds",
)  # fmt: skip


class EvaluateRequest(Value):
    """What to evaluate. ``conditions`` are computed from the story, or each reference case's title
    is one (which tells the writer what the reference cases are about)."""

    cases_file: Path
    writer: WriterId = OUTLINE_WRITER
    mode: Mode = "rag"
    limit: int = Field(default=30, ge=0)
    seed: int = 7
    conditions: Conditions = "computed"
    attempts: int = Field(default=2, ge=1, le=5)


class MeasuredFigure(Value):
    """A figure with what it means; ``low`` and ``high`` bound it at 95 % over stories."""

    title: str
    about: str
    better: str
    value: float | None
    low: float | None
    high: float | None


class GenerationReport(Value):
    """What was measured, on what, and how sure the matcher is."""

    cases_file: str
    file_sha256: str
    writer: str
    mode: Mode
    conditions: Conditions
    seed: int
    stories: int
    reference_cases: int
    written_cases: int
    threshold: float
    matcher: MatcherError
    figures: dict[str, MeasuredFigure]
    stories_without_conditions: int = 0


def run_now(
    workspace: Workspace,
    project_id: str,
    request: EvaluateRequest,
    *,
    progress: OnProgress | None = None,
    cancelled: StopCheck = lambda: False,
) -> GenerationReport:
    """Write cases for the stories and hold them against the reference cases.

    Raises ``TrainingError`` where the file holds no story with cases, ``ModelUnavailable`` for an
    unknown writer, and as the writers do.
    """
    material = case_stories(workspace, project_id, request.cases_file)
    chosen = choose_stories(material.stories, request.limit, request.seed)
    if not chosen:
        raise TrainingError(f"{material.name} holds no story with cases. Link cases to stories.")
    model = model_spec(workspace, request.writer)
    config = GenerationConfig(
        writer=request.writer, seed=request.seed, attempts=request.attempts, max_tokens=640
    )
    conditions = conditions_of(request.conditions)
    references = [case for one in chosen for case in one.cases]
    spec = ColumnSpec(
        writer=opened_writer(workspace, config, utc_now().date()),
        context_for=_context(workspace, project_id) if request.mode == "rag" else None,
    )
    result: Comparison | None = None
    with workspace.jobs.model_turn(f"evaluate-{uuid.uuid4().hex[:8]}", cancelled):
        for item in compare(
            chosen,
            {request.mode: spec},
            conditions,
            comparison_id=uuid.uuid4().hex[:12],
            evaluation_set=EvaluationSet(
                name=material.name,
                file_sha256=material.sha256,
                split="held out",
                seed=request.seed,
                limit=request.limit,
                prompt_version=request.conditions,
                models={model.id: model.sha256} if model else {},
            ),
            embedder=workspace.embedder(),
            template=template_as_used(workspace.project(project_id).template, references),
            progress=progress or (lambda _: None),
            cancelled=cancelled,
        ):
            if not isinstance(item, CaseScore):
                result = item
    if result is None:
        raise TrainingError("The evaluation ended without a result. Start it again.")
    column = result.column(request.mode)
    return GenerationReport(
        cases_file=material.name,
        file_sha256=material.sha256,
        writer=request.writer,
        mode=request.mode,
        conditions=request.conditions,
        seed=request.seed,
        stories=len(chosen),
        reference_cases=len(references),
        written_cases=column.cases,
        threshold=THRESHOLD,
        matcher=MATCHER_ERROR,
        figures={name: _measured(name, column.figures.get(name, Figure())) for name in FIGURES},
        stories_without_conditions=sum(not conditions(one) for one in chosen),
    )


def _context(
    workspace: Workspace, project_id: str
) -> Callable[[StoryCases, TestCondition], tuple[RetrievedChunk, ...]]:
    """What the project's index holds on a condition, found as in generating."""
    knowledge = workspace.knowledge(project_id)
    config = workspace.project(project_id).retrieval

    def context(one: StoryCases, condition: TestCondition) -> tuple[RetrievedChunk, ...]:
        query = f"{one.story.title}: {condition.statement}"
        return tuple(knowledge.retrieve([query], config))

    return context


def _measured(name: str, figure: Figure) -> MeasuredFigure:
    metric = metric_of(name)
    return MeasuredFigure(
        title=metric.title,
        about=metric.about,
        better=metric.better,
        value=figure.value,
        low=figure.low,
        high=figure.high,
    )


PROJECT = "project"
"""The strategy that stands for the choices saved with a project."""
TITLES = {metric.id: metric.title for metric in RANKING_METRICS}


class EvaluateRetrievalRequest(Value):
    """What to measure. No strategy: the project's choices where one is named, else the default.

    ``sources_indexed``: whether what is asked is also in the index, as the requirements of a
    project are; ``None``: where the set calls them sources.
    """

    folder: Path
    strategies: tuple[str, ...] = ()
    depth: int = Field(default=DEPTH, ge=20, le=1000)
    sources_indexed: bool | None = None


class StrategyReport(Value):
    """The figures of one way of searching, and how they differ from the first one's, paired.

    ``milliseconds`` is the median time of a search, without the embedding of the question.
    """

    strategy: str
    config: RetrievalConfig
    figures: dict[str, Figure]
    milliseconds: float
    against_first: dict[str, Difference]


class RetrievalReport(Value):
    """What was measured and on what. ``named_links`` are those that an id gives away."""

    name: str
    sha256: str
    sources: int
    questions: int
    targets: int
    links: int
    named_links: int
    sources_indexed: bool
    depth: int
    embedding_milliseconds: float
    strategies: tuple[StrategyReport, ...]


def search_now(
    workspace: Workspace,
    request: EvaluateRetrievalRequest,
    *,
    project_id: str = "",
    indexing: Progress | None = None,
    progress: Progress = lambda done, total: None,
) -> RetrievalReport:
    """Index the set, ask its questions in every way and score what is found.

    Raises ``SettingsError`` for an unknown strategy and for strategies of several embedding models,
    ``UnreadableFile`` for a set that is not in order, ``ModelUnavailable`` and ``RetrievalError``
    as every search.
    """
    configs = _configs(workspace, request, project_id)
    gold = read_gold_set(request.folder)
    with_sources = gold.requirements if request.sources_indexed is None else request.sources_indexed
    embedder = workspace.embedder(next(iter(configs.values())).embedding_model)
    embedding = list[float]()
    with indexed(gold, embedder, with_sources=with_sources, progress=indexing) as base:
        ranks = {name: search_of(base, config, request.depth) for name, config in configs.items()}

        def asked() -> Iterator[GoldQuestion]:
            for done, question in enumerate(gold.questions):
                progress(done, len(gold.questions))
                started = time.perf_counter()
                embedder.queries([question.text])
                embedding.append(time.perf_counter() - started)
                yield question

        measured = measure(ranks, asked())
    progress(len(gold.questions), len(gold.questions))
    first = next(iter(measured.values()))
    return RetrievalReport(
        name=gold.name,
        sha256=gold.sha256,
        sources=len(gold.sources),
        questions=len(gold.questions),
        targets=len(gold.targets),
        links=gold.links,
        named_links=gold.named_links,
        sources_indexed=with_sources,
        depth=request.depth,
        embedding_milliseconds=1000 * median(embedding),
        strategies=tuple(
            _reported(name, configs[name], one, first) for name, one in measured.items()
        ),
    )


def _configs(
    workspace: Workspace, request: EvaluateRetrievalRequest, project_id: str
) -> dict[str, RetrievalConfig]:
    known = dict(STRATEGIES)
    if project_id:
        known[PROJECT] = workspace.project(project_id).retrieval
    wanted = request.strategies or (PROJECT if project_id else "default",)
    for name in wanted:
        if name == PROJECT and not project_id:
            raise SettingsError("The strategy “project” needs to know which: --project NAME.")
        if name not in known:
            raise SettingsError(f"There is no strategy “{name}”. Use {', '.join(known)}.")
    configs = {name: known[name] for name in wanted}
    if len({config.embedding_model for config in configs.values()}) > 1:
        named = (f"“{name}” {config.embedding_model}" for name, config in configs.items())
        raise SettingsError(
            f"The strategies name several embedding models: {', '.join(named)}. An index has one: "
            "measure them in two calls."
        )
    return configs


def _reported(
    name: str, config: RetrievalConfig, measured: Measured, first: Measured
) -> StrategyReport:
    return StrategyReport(
        strategy=name,
        config=config,
        figures=measured.figures(),
        milliseconds=measured.milliseconds,
        against_first={} if measured is first else measured.less(first),
    )
