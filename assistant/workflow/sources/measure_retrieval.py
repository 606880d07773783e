"""How well a project's search finds what its own links say, as saved and as set on the screen.

The index is read, never changed: choices are measured before they are saved. Both are asked the
same questions. A link says that a source belongs to a criterion; what is not linked may belong to
it too, so that a figure compares choices and is no share of what is right.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from assistant.domain import RetrievalConfig, Value
from assistant.errors import RetrievalError
from assistant.evaluation.ranking_metrics import RANKING_METRICS, Measured, measure
from assistant.evaluation.statistics import Difference
from assistant.evaluation.statistics import Figure as Figure
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.review_library import stamp
from assistant.workflow.sources.duplicate_texts import CurrentTexts, current_texts
from assistant.workflow.sources.project_links import (
    LINK_WAYS,
    LinkedQuestion,
    LinkWay,
    project_links,
)

FEWEST_QUESTIONS = 20
"""With fewer one more or less would turn the figure round. Questions are what the bootstrap
redraws: many links of one question say no more than that question."""

MOST_QUESTIONS = 300
"""Of more, so many are drawn, the same ones each time: half a minute on two cores."""

LONGEST_PAUSE = 0.2
"""Seconds. After each question a pause as long as it took, or this long: at most half of the time
is other people's."""

Ranked = dict[str, Sequence[str]]
"""What was found for each question, by its id."""

SAVED, SCREEN = "saved", "on the screen"
_LET_THROUGH, _HANDED_OVER = "let through", "handed over"
TITLES: Mapping[str, tuple[str, str]] = {
    **{metric.id: (metric.title, metric.about) for metric in RANKING_METRICS},
    _LET_THROUGH: (
        "Let through for the criterion alone",
        "share of what is linked that the numbers of sources per criterion let through when "
        "nothing else is asked; writing asks for all criteria of a story at once",
    ),
    _HANDED_OVER: ("Sources a criterion", "how many sources are let through for it alone"),
}
SHOWN = ("map", "ndcg@10", "recall@5", "recall@10", "recall@20", _LET_THROUGH, _HANDED_OVER)


class MeasuredRow(Value):
    """A metric as saved and as on the screen; ``difference`` is paired, ``None`` for the same."""

    metric: str
    title: str
    about: str
    saved: Figure
    screen: Figure | None = None
    difference: Difference | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a share, of which more is better, and no count."""
        return self.metric != _HANDED_OVER


class LinkPlace(Value):
    """A link: what was asked, the source that belongs to it, and its rank among its kind in each
    list; ``None`` where it was not among those that are fused."""

    asked: str
    source: str
    saved: int | None
    screen: int | None


class WayReport(Value):
    """What was measured on the links of one way; no rows where there are too few questions.

    ``places`` are those of all links that were asked: of many questions some are drawn.
    """

    way: LinkWay
    links: int
    questions: int
    asked: int
    rows: tuple[MeasuredRow, ...]
    places: tuple[LinkPlace, ...]
    milliseconds: dict[str, float]


class ProjectMeasure(Value):
    """The reports of both ways, and the links that do not count, by reason."""

    ways: tuple[WayReport, ...]
    left_out: dict[str, int]
    stopped: bool = False


@dataclass
class MeasureWork:
    """A measurement of a project under way or done; ``report`` is there once it has ended."""

    project_id: str
    saved: RetrievalConfig
    screen: RetrievalConfig
    stamp: str
    """The project as it was; see ``has_changed``."""
    job_id: str = field(default_factory=lambda: f"measure-{uuid.uuid4().hex[:12]}")
    report: ProjectMeasure | None = None


def start(workspace: Workspace, project_id: str, screen: RetrievalConfig) -> MeasureWork:
    """Measure in a worker thread; cancelled, it ends after the question in hand."""
    saved = workspace.project(project_id).retrieval
    work = MeasureWork(project_id, saved, screen, stamp(workspace, project_id))

    def run(report: Progress, stop: StopCheck) -> None:
        work.report = measure_now(workspace, project_id, screen, report, stop)

    workspace.jobs.start_counted(work.job_id, run)
    return work


def has_changed(workspace: Workspace, work: MeasureWork) -> bool:
    """Whether anything in the project is another than when it was measured."""
    return stamp(workspace, work.project_id) != work.stamp


def measure_now(
    workspace: Workspace,
    project_id: str,
    screen: RetrievalConfig,
    progress: Progress,
    cancelled: StopCheck,
) -> ProjectMeasure:
    """Ask the questions of the project's links under the saved choices and under ``screen``.

    Raises ``RetrievalError`` where ``screen`` names another embedding model than the index has,
    gives no weight to either search, or the index cannot be used.
    """
    saved = workspace.project(project_id).retrieval
    if screen.embedding_model != saved.embedding_model:
        raise RetrievalError(
            "Another embedding model needs another index, so it cannot be measured beside the "
            "saved one. Save it, let the project be indexed again, then measure."
        )
    configs = {SAVED: saved} if screen == saved else {SAVED: saved, SCREEN: screen}
    links = project_links(workspace, project_id)
    texts = current_texts(workspace, project_id)
    drawn = {
        way: _drawn(questions)
        for way, questions in links.questions.items()
        if len(questions) >= FEWEST_QUESTIONS
    }
    total, done = sum(map(len, drawn.values())), 0
    let_through: dict[LinkWay, dict[str, Measured]] = {}

    def asked(way: LinkWay) -> Iterator[LinkedQuestion]:
        """The drawn questions of a way; what is let through is asked first, so that their
        vectors are made in nobody's time."""
        nonlocal done
        let_through[way] = {name: Measured() for name in configs}
        for question in drawn.get(way, ()):
            if cancelled():
                return
            progress(done, total)
            began = time.perf_counter()
            for name, config in configs.items():
                _let_through(texts, config, question, let_through[way][name])
            yield question
            done += 1
            time.sleep(min(time.perf_counter() - began, LONGEST_PAUSE))

    found: dict[str, Ranked] = {name: {} for name in configs}
    ranks = {name: _ranks(texts, config, found[name]) for name, config in configs.items()}
    ways = []
    for way in LINK_WAYS:
        measured = measure(ranks, asked(way))
        for name, one in measured.items():
            one.scores |= let_through[way][name].scores
        ways.append(
            WayReport(
                way=way,
                links=links.count(way),
                questions=len(links.questions.get(way, ())),
                asked=len(drawn.get(way, ())),
                rows=_rows(measured) if way in drawn else (),
                places=_places(drawn.get(way, ()), found),
                milliseconds={name: one.milliseconds for name, one in measured.items()},
            )
        )
    if done < total:
        return ProjectMeasure(ways=(), left_out={}, stopped=True)
    return ProjectMeasure(ways=tuple(ways), left_out=links.left_out)


def _drawn(questions: Sequence[LinkedQuestion]) -> list[LinkedQuestion]:
    by_hash = sorted(questions, key=lambda one: sha256(one.id.encode()).digest())
    return by_hash[:MOST_QUESTIONS]


def _ranks(
    texts: CurrentTexts, config: RetrievalConfig, found: Ranked
) -> Callable[[LinkedQuestion], Sequence[str]]:
    """The search of a configuration among the kinds that a question's links lead to; what it finds
    is kept in ``found``."""

    def rank(question: LinkedQuestion) -> Sequence[str]:
        allowed = config.filter.kinds or question.kinds
        kinds = tuple(kind for kind in question.kinds if kind in allowed)
        if not kinds:
            return ()
        narrowed = config.filter.model_copy(update={"kinds": kinds})
        hits = texts.search(
            question.text,
            config.model_copy(update={"filter": narrowed}),
            limit=config.candidates,
            exclude_documents=question.own_documents,
        )
        found[question.id] = [hit.chunk.id for hit in hits]
        return found[question.id]

    return rank


def _places(
    questions: Iterable[LinkedQuestion], found: Mapping[str, Ranked]
) -> tuple[LinkPlace, ...]:
    """Where each link stood, those that were not found first."""

    def place(name: str, question: str, chunk: str) -> int | None:
        ranked = found.get(name, {}).get(question, ())
        return ranked.index(chunk) + 1 if chunk in ranked else None

    places = [
        LinkPlace(
            asked=one.id,
            source=source,
            saved=place(SAVED, one.id, chunk),
            screen=place(SCREEN, one.id, chunk),
        )
        for one in questions
        for chunk, source in one.sources.items()
    ]
    return tuple(sorted(places, key=lambda one: (one.saved is not None, -(one.saved or 0))))


def _let_through(
    texts: CurrentTexts, config: RetrievalConfig, question: LinkedQuestion, measured: Measured
) -> None:
    """Score what is let through for the question alone: of a story with several criteria, and of
    short pages that are told whole, a prompt holds more."""
    found = texts.retrieve([question.text], config, exclude_documents=question.own_documents)
    reached = question.relevant.intersection(hit.chunk.id for hit in found)
    measured.add(_LET_THROUGH, question.id, len(reached) / len(question.relevant))
    measured.add(_HANDED_OVER, question.id, len(found))


def _rows(measured: Mapping[str, Measured]) -> tuple[MeasuredRow, ...]:
    saved, screen = measured[SAVED], measured.get(SCREEN)
    before = saved.figures()
    after = screen.figures() if screen else {}
    less = screen.less(saved) if screen else {}
    return tuple(
        MeasuredRow(
            metric=name,
            title=TITLES[name][0],
            about=TITLES[name][1],
            saved=before[name],
            screen=after.get(name),
            difference=less.get(name),
        )
        for name in SHOWN
        if name in before
    )
