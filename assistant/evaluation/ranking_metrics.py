"""How well ranked lists hold what is known to be relevant, with intervals over the questions.

Relevance is yes or no: a link counts, its grade does not. The definitions are those of TREC's
``trec_eval`` (``map``, ``recip_rank``, ``ndcg_cut``, ``recall``), and its figures come out to the
last digit; they are written out here because its Python packages have no wheels for Linux on ARM.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from assistant.domain import Value
from assistant.evaluation.statistics import (
    Difference,
    Figure,
    Sums,
    difference,
    figure,
    ratio,
    sums,
)

Relevant = frozenset[str]
Asked = TypeVar("Asked", bound="GoldQuestion")


def average_precision(ranked: Sequence[str], relevant: Relevant) -> float:
    """Mean of the precision at each relevant id; those not ranked count as 0."""
    found, total = 0, 0.0
    for rank, name in enumerate(ranked, 1):
        if name in relevant:
            found += 1
            total += found / rank
    return total / len(relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: Relevant) -> float:
    """One over the rank of the first relevant id; 0 where none is ranked."""
    return next((1 / rank for rank, name in enumerate(ranked, 1) if name in relevant), 0.0)


def ndcg(ranked: Sequence[str], relevant: Relevant, k: int = 10) -> float:
    """Normalised discounted cumulative gain of the first ``k``."""
    gain = sum(1 / math.log2(r + 1) for r, name in enumerate(ranked[:k], 1) if name in relevant)
    return gain / sum(1 / math.log2(r + 1) for r in range(1, min(k, len(relevant)) + 1))


def recall(ranked: Sequence[str], relevant: Relevant, k: int) -> float:
    """Share of the relevant ids among the first ``k``."""
    return len(relevant.intersection(ranked[:k])) / len(relevant)


@dataclass(frozen=True, slots=True)
class RankingMetric:
    """A metric of one ranked list; higher is better in all of them, and 1 is the most."""

    id: str
    title: str
    about: str
    of: Callable[[Sequence[str], Relevant], float]


def _recall_at(k: int) -> RankingMetric:
    return RankingMetric(
        f"recall@{k}", f"Recall@{k}", f"share of what is linked among the first {k}",
        lambda ranked, relevant: recall(ranked, relevant, k),
    )  # fmt: skip


RANKING_METRICS: tuple[RankingMetric, ...] = (
    RankingMetric(
        "map", "MAP", "precision at each linked source, averaged: how high all of them stand",
        average_precision,
    ),
    RankingMetric("mrr", "MRR", "one over the rank of the first linked source", reciprocal_rank),
    RankingMetric(
        "ndcg@10", "nDCG@10", "how high the linked sources stand among the first 10", ndcg
    ),
    *map(_recall_at, (5, 10, 20)),
)  # fmt: skip


class GoldQuestion(Value):
    """A question of which it is known what is relevant: ids of texts, at least one."""

    id: str
    text: str
    relevant: Relevant


@dataclass
class Measured:
    """Scores by metric and question, and the seconds that each question took."""

    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def add(self, metric: str, question: str, score: float) -> None:
        """Keep the score of a question."""
        self.scores.setdefault(metric, {})[question] = score

    def figures(self) -> dict[str, Figure]:
        """The mean of each metric, with its bootstrap interval over the questions."""
        return {metric: figure(self._sums(metric), ratio) for metric in self.scores}

    def less(self, other: Measured) -> dict[str, Difference]:
        """Each metric minus the other's, question by question, with its paired interval."""
        return {
            metric: difference(self._sums(metric), other._sums(metric), ratio, metric=metric)
            for metric in self.scores
        }

    @property
    def milliseconds(self) -> float:
        """The median time of a question."""
        return 1000 * median(self.seconds) if self.seconds else 0.0

    def _sums(self, metric: str) -> Sums:
        return sums({name: (score, 1.0) for name, score in self.scores[metric].items()})


def measure(
    ranks: Mapping[str, Callable[[Asked], Sequence[str]]],
    questions: Iterable[Asked],
) -> dict[str, Measured]:
    """Ask every question in every way and score the ids that are found, best first, none twice.

    All ways answer a question before the next one is asked, each in turn first, so that what a
    search remembers of a question (its vector, pages of the index) serves all of them alike.
    """
    measured = {name: Measured() for name in ranks}
    turns = list(ranks.items())
    for question in questions:
        turns.append(turns.pop(0))
        for name, rank in turns:
            started = time.perf_counter()
            ranked = rank(question)
            measured[name].seconds.append(time.perf_counter() - started)
            for metric in RANKING_METRICS:
                measured[name].add(metric.id, question.id, metric.of(ranked, question.relevant))
    return measured
