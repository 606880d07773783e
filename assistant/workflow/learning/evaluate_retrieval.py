"""How well sources are found on a set with gold links, in one way of searching or in several.

The set is indexed for the time it takes; the project's own index is neither read nor changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from pydantic import Field

from assistant.domain import RetrievalConfig, Value
from assistant.errors import SettingsError
from assistant.evaluation.gold_links import DEPTH, STRATEGIES, indexed, read_gold_set, search_of
from assistant.evaluation.ranking_metrics import RANKING_METRICS, GoldQuestion, Measured, measure
from assistant.evaluation.statistics import Difference, Figure
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.workspace import Workspace

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


def run_now(
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
                embedder.query(question.text)
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
