"""The metrics of a comparison, as a table: what each one is made of, and which way is better.

Each metric is a function of sums over stories (``statistics.py``), so that one bootstrap serves all
of them and every figure leads back to the scores of its stories.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from assistant.evaluation.quality import words_of
from assistant.evaluation.records import CaseScore, StoryReferences
from assistant.evaluation.statistics import Measure, exponential_of_ratio, ratio
from assistant.evaluation.style_similarity import (
    CompanyProfile,
    count_vector,
    style_closeness,
    style_part,
)

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
    """For metrics that need more than the scores: losses, or a profile of the company."""


STYLE_METRICS: tuple[Metric, ...] = (
    Metric(
        "style", "Style closeness", "higher", "share",
        "mean of the five parts below: how close it is to the way the company writes",
        _unknown, main=True,
    ),
    Metric(
        "style_openings", "Sentence openings", "higher", "share",
        "how alike sentences begin (1 - Jensen-Shannon divergence of their first two words)",
        _unknown,
    ),
    Metric(
        "style_vocabulary", "Vocabulary", "higher", "share",
        "how alike the words are, names and values masked (1 - Jensen-Shannon divergence)",
        _unknown,
    ),
    Metric(
        "style_templates", "The company's own sentences", "higher", "share",
        "share of sentences that the company has too, names and values masked", _unknown,
    ),
    Metric(
        "style_steps", "Steps a case, closeness", "higher", "share",
        "the smaller of the mean numbers over the larger", _unknown,
    ),
    Metric(
        "style_length", "Words a sentence, closeness", "higher", "share",
        "the smaller of the mean numbers over the larger", _unknown,
    ),
)  # fmt: skip

METRICS: tuple[Metric, ...] = (
    Metric(
        "perplexity", "Perplexity of the reference cases", "lower", "number",
        "how surprised the model is by the words of the held-out cases; 1 is no surprise",
        _unknown, exponential_of_ratio, main=True,
    ),
    Metric(
        "recall", "Recall of reference cases", "higher", "share",
        "share of the held-out cases that a written case stands for, matched by meaning",
        lambda story: (float(_matched(story)), float(len(story.references.cases))), main=True,
    ),
    Metric(
        "precision", "Precision", "higher", "share",
        "share of the written cases that stand for a held-out case",
        lambda story: (float(_matched(story)), float(len(story.scores))),
    ),
    Metric(
        "f1", "F1", "higher", "share",
        "harmonic mean of recall and precision",
        lambda story: (
            2.0 * _matched(story), float(len(story.references.cases) + len(story.scores))
        ),
    ),
    Metric(
        "similarity", "Closeness to the reference cases", "higher", "share",
        "mean closeness of each held-out case to the written case assigned to it, no threshold",
        _nearness, main=True,
    ),
    *STYLE_METRICS,
    Metric(
        "valid", "Fits the template", "higher", "share",
        "share of cases without a problem in the company's template",
        _over_cases(lambda score: score.valid),
    ),
    Metric(
        "grounded", "Grounded expected results", "higher", "share",
        "share of expected results that stand in a source or follow from one", _grounded, main=True,
    ),
    Metric(
        "bleed", "Foreign names and values a case", "lower", "number",
        "names, amounts, keys and quoted words that stand in no source of the case",
        _over_cases(lambda score: len(score.bleed)),
    ),
    Metric(
        "bleed_unmarked", "of these not marked", "lower", "number",
        "those that the case does not show to its reviewer",
        _over_cases(lambda score: len(set(score.bleed) - set(score.marked))),
    ),
    Metric(
        "memorised", "of these from training", "lower", "number",
        "foreign names, values and whole sentences that stand in the cases it was trained on",
        _over_cases(lambda score: len(score.memorised)),
    ),
    Metric(
        "duplicates", "Repeats another case", "lower", "share",
        "share of cases that repeat an earlier case of the same story almost word for word",
        _over_cases(lambda score: bool(score.duplicate_of)),
    ),
    Metric(
        "smells", "Smells a case", "lower", "number",
        "faults of wording found by rule", _over_cases(lambda score: len(score.smells)),
    ),
    Metric(
        "refused", "Refused drafts a case", "lower", "number",
        "drafts of the model that were refused before one was taken",
        _over_cases(lambda score: score.refused_drafts),
    ),
    Metric(
        "replaced", "Outline instead", "lower", "share",
        "share of cases where no draft of the model was good enough",
        _over_cases(lambda score: bool(score.replaced)),
    ),
    Metric(
        "case_steps", "Steps a case", "", "number", "mean number of steps",
        _over_cases(lambda score: len(score.case.steps)),
    ),
    Metric(
        "case_words", "Words a case", "", "number", "mean number of words in conditions and steps",
        _over_cases(lambda score: words_of(score.case)),
    ),
    Metric(
        "seconds", "Seconds a case", "lower", "seconds", "mean time to write one",
        _over_cases(lambda score: score.seconds),
    ),
    Metric(
        "tokens", "Tokens a case", "lower", "number", "mean number of tokens written",
        _over_cases(lambda score: score.generated_tokens),
    ),
)  # fmt: skip

MEMORY = Metric(
    "memory", "Memory", "lower", "bytes", "most memory of the program while the column was written",
    _unknown,
)  # fmt: skip
"""A maximum, not a mean: it has no interval."""


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
