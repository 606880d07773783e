"""The metrics of a comparison, as a table: what each one is made of, and which way is better.

Each metric is a function of sums over stories (``statistics.py``), so that one bootstrap serves all
of them and every figure leads back to the scores of its stories.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.domain import Value
from assistant.evaluation.quality import words_of
from assistant.evaluation.records import CaseScore, StoryReferences
from assistant.evaluation.statistics import Measure, exponential_of_ratio, ratio
from assistant.evaluation.style_similarity import (
    CompanyProfile,
    count_vector,
    style_closeness,
    style_part,
)
from assistant.language.word_lists import read_table

if TYPE_CHECKING:
    import numpy as np

Better = Literal["higher", "lower", ""]
Unit = Literal["share", "number", "seconds", "bytes"]


@dataclass(frozen=True)
class StoryScores:
    """All that one column wrote for one story."""

    references: StoryReferences
    scores: tuple[CaseScore, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A metric: ``sums`` gives the numbers of a story, ``measure`` the figure of their totals.

    ``main`` ones are what advice is derived from. ``sums`` returns ``None`` for a story that says
    nothing about it; perplexity is summed from losses (``summary.py``), not from scores.
    ``recentred`` is explained in ``statistics.figure``.
    """

    id: str
    title: str
    better: Better
    unit: Unit
    about: str
    sums: Callable[[StoryScores], tuple[float, ...] | None]
    measure: Measure = ratio
    main: bool = False
    recentred: bool = False


def _over_cases(value: Callable[[CaseScore], float]) -> Callable[[StoryScores], tuple[float, ...]]:
    def sums(story: StoryScores) -> tuple[float, ...]:
        return float(sum(value(score) for score in story.scores)), float(len(story.scores))

    return sums


def _matched(story: StoryScores) -> int:
    return sum(len(score.matched) for score in story.scores)


def _nearness(story: StoryScores) -> tuple[float, ...]:
    near = sum(max(0.0, score.nearest.similarity) for score in story.scores if score.nearest)
    return near, float(len(story.references.cases))


def _grounded(story: StoryScores) -> tuple[float, ...]:
    return (
        float(sum(score.grounded for score in story.scores)),
        float(sum(score.expected for score in story.scores)),
    )


def _unknown(_: StoryScores) -> None:
    """For metrics that need more than the scores."""


_SUMS: Mapping[str, Callable[[StoryScores], tuple[float, ...]]] = {
    "recall": lambda story: (float(_matched(story)), float(len(story.references.cases))),
    "precision": lambda story: (float(_matched(story)), float(len(story.scores))),
    "f1": lambda story: (
        2.0 * _matched(story), float(len(story.references.cases) + len(story.scores))
    ),
    "similarity": _nearness,
    "grounded": _grounded,
    "valid": _over_cases(lambda score: score.valid),
    "bleed": _over_cases(lambda score: len(score.bleed)),
    "bleed_unmarked": _over_cases(lambda score: len(set(score.bleed) - set(score.marked))),
    "memorised": _over_cases(lambda score: len(score.memorised)),
    "duplicates": _over_cases(lambda score: bool(score.duplicate_of)),
    "smells": _over_cases(lambda score: len(score.smells)),
    "refused": _over_cases(lambda score: score.refused_drafts),
    "replaced": _over_cases(lambda score: bool(score.replaced)),
    "case_steps": _over_cases(lambda score: len(score.case.steps)),
    "case_words": _over_cases(lambda score: words_of(score.case)),
    "seconds": _over_cases(lambda score: score.seconds),
    "tokens": _over_cases(lambda score: score.generated_tokens),
}  # fmt: skip
"""What a metric sums up; the others need more than scores: losses, or a profile of the company."""


class _Row(Value):
    """A metric of ``metrics.toml``."""

    id: str
    title: str
    better: Better = ""
    unit: Unit
    about: str
    main: bool = False


def _metric(row: _Row) -> Metric:
    measure = exponential_of_ratio if row.id == "perplexity" else ratio
    return Metric(**row.model_dump(), sums=_SUMS.get(row.id, _unknown), measure=measure)


_TABLE = read_table(Path(__file__).with_suffix(".toml"), dict[str, tuple[_Row, ...]])
*_ALL, MEMORY = map(_metric, _TABLE["metrics"])
METRICS: tuple[Metric, ...] = tuple(_ALL)
"""All but the last, memory, which is a maximum, not a mean: it has no interval."""

STYLE_METRICS = tuple(metric for metric in METRICS if metric.id.startswith("style"))


def with_profile(metric: Metric, profile: CompanyProfile) -> Metric:
    """A style metric made measurable by what is known of the company's way of writing."""

    def sums(story: StoryScores) -> tuple[float, ...] | None:
        if not story.scores:
            return None
        total = profile.zeros()
        for score in story.scores:
            total += count_vector(score.case, profile)
        return tuple(total.tolist())

    def measure(totals: np.ndarray) -> np.ndarray:
        if metric.id == "style":
            return style_closeness(totals, profile)
        return style_part(metric.id.removeprefix("style_"), totals, profile)

    return replace(metric, sums=sums, measure=measure, recentred=True)


def measurable(profile: CompanyProfile | None) -> tuple[Metric, ...]:
    """All metrics but memory, in the order of the report; style only where a profile is known."""
    return tuple(
        with_profile(metric, profile) if metric in STYLE_METRICS and profile else metric
        for metric in METRICS
        if profile or metric not in STYLE_METRICS
    )


def metric_of(metric_id: str) -> Metric:
    """The row of a metric. ``KeyError`` for an unknown id."""
    return _BY_ID[metric_id]


_BY_ID: Mapping[str, Metric] = {metric.id: metric for metric in (*METRICS, MEMORY)}
