"""Ranked lists to one: fused by score or by rank, a floor of relevance, no duplicates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import fmean

from assistant.domain import Chunk, RetrievalConfig
from assistant.knowledge.qdrant.index import Hit
from assistant.knowledge.sparse import overlap

MIN_COSINE = 0.35
MIN_SHARED_TERMS = 3
MIN_OVERLAP = 0.25
"""The floor of relevance, for what enters a prompt.

Chosen on eleven requirement-to-test corpora, on the first three hits of each requirement: it keeps
99.6 % of those that the gold links name, and drops 91 % of what requirements of one product find
in the tests of another (``benchmarks/retrieval.py`` measures both).
"""

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Fused:
    """A hit of the fused list, with its rank (1-based) and score in each list it came from."""

    point_id: str
    score: float
    dense_rank: int | None = None
    dense_score: float | None = None
    sparse_rank: int | None = None
    sparse_score: float | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """What the searches for one question found, each list best first.

    ``named`` are the chunks whose key stands in the question ("as in BR-12"); ``cosines`` those of
    the question itself, by point id, where the dense search was made with another vector;
    ``leads`` what to take off a fused score (``rivals``).
    """

    dense: Sequence[Hit] = ()
    sparse: Sequence[Hit] = ()
    named: Sequence[Hit] = ()
    cosines: Mapping[str, float] = field(default_factory=dict)
    leads: Mapping[str, float] = field(default_factory=dict)


def fuse(lists: Lists, config: RetrievalConfig) -> list[Fused]:
    """One list of both, weighted; best first.

    ``config.fusion`` "dbsf" adds scores made comparable (``_comparable``), which keeps how much
    better one hit is than the next; "rrf" adds ``weight / (rrf_k + rank)`` (Cormack et al. 2009).
    A named chunk counts as first in one more list that weighs as much as both, so it comes before
    every chunk that is not named. Equal scores are ordered by dense score, then by id, so that a
    question always gets the same answer.
    """
    by_dense = {hit.point_id: (rank, hit.score) for rank, hit in enumerate(lists.dense, 1)}
    by_sparse = {hit.point_id: (rank, hit.score) for rank, hit in enumerate(lists.sparse, 1)}
    named = {hit.point_id for hit in lists.named}
    points = _by_rank if config.fusion == "rrf" else _comparable
    dense, sparse = points(by_dense, config), points(by_sparse, config)
    most = max((*dense.values(), *sparse.values()), default=1.0)
    found = []
    for point_id in dict.fromkeys((*by_dense, *by_sparse, *sorted(named))):
        dense_rank, dense_score = by_dense.get(point_id, (None, None))
        dense_score = lists.cosines.get(point_id, dense_score)
        sparse_rank, sparse_score = by_sparse.get(point_id, (None, None))
        score = config.dense_weight * dense.get(point_id, 0.0)
        score += config.sparse_weight * sparse.get(point_id, 0.0)
        if point_id in named:
            score += (config.dense_weight + config.sparse_weight) * most
        else:
            score -= lists.leads.get(point_id, 0.0)
        found.append(
            Fused(
                point_id,
                score,
                dense_rank,
                dense_score,
                sparse_rank,
                sparse_score,
                point_id in named,
            )
        )
    found.sort(key=lambda each: (-each.score, -(each.dense_score or -1.0), each.point_id))
    return found


Ranked = Mapping[str, tuple[int, float]]
"""Rank (1-based) and score of each hit of a list, by point id."""


def _by_rank(hits: Ranked, config: RetrievalConfig) -> dict[str, float]:
    """Hits of the same score share the best of their ranks: which of them is listed first is left
    to chance when an index is built."""
    best: dict[float, int] = {}
    for rank, score in hits.values():
        best.setdefault(score, rank)
    return {name: 1 / (config.rrf_k + best[score]) for name, (_, score) in hits.items()}


def _comparable(hits: Ranked, config: RetrievalConfig) -> dict[str, float]:
    """Distribution-based score fusion, as Qdrant does it: three standard deviations below the mean
    score of the list are 0, three above are 1. What a list lacks counts as 0 in it.

    On the corpora of ``benchmarks/retrieval.py`` it finds as much as rank fusion or more, because
    one hit that stands out from its list stays apart from one that barely leads it.
    """
    scores = [score for _, score in hits.values()]
    equal = not scores or min(scores) == max(scores)
    mean = 0.0 if equal else fmean(scores)
    # not pstdev, whose fractions take a tenth of a search
    spread = 0.0 if equal else sqrt(fmean((score - mean) ** 2 for score in scores))
    if not spread:
        return dict.fromkeys(hits, 0.5)
    return {
        name: max(0.0, (score - mean) / (6 * spread) + 0.5) for name, (_, score) in hits.items()
    }


def best_first(hits: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Several lists of one stage as one: their scores are comparable, being of one question."""
    merged = [hit for each in hits for hit in each]
    merged.sort(key=lambda hit: (-hit.score, hit.point_id))
    return merged


def is_relevant(hit: Fused, query_terms: Sequence[int], chunk_terms: Sequence[int]) -> bool:
    """Whether a hit is above the floor: near in meaning, or with enough words in common.

    A chunk that the question names, or that holds every word of it (a message), always is.
    """
    if hit.named:
        return True
    if hit.dense_score is not None and hit.dense_score >= MIN_COSINE:
        return True
    shared, share = overlap(query_terms, chunk_terms)
    every = bool(query_terms) and shared == len(set(query_terms))
    return every or (shared >= MIN_SHARED_TERMS and share >= MIN_OVERLAP)


def same_words(chunk: Chunk) -> tuple[str, str]:
    """What near-identical chunks have in common: their words, in order, case and marks aside.

    Numbers and every single word count, so that "14 days" and "15 days", "may" and "may not" stay
    apart: a tester must see that two sources differ. A rule and a case of the same words stay
    apart too.
    """
    return chunk.kind, " ".join(_WORDS.findall(chunk.text.casefold()))
