"""Sources that another requirement of the project is nearer to, held back for this one.

A search ranks sources for a requirement and does not ask what else they may be for. A source that
another requirement finds better is more likely that one's, so a share of the other's lead is taken
off its score. Rivals are the requirements that the common ground is measured on, but the nearest:
that is the question itself, where its epic is indexed (by words alone, none is left out). Fewer
rivals hold less back, none nothing.
Related: inverted softmax against hubness (Smith et al. 2017). Measured in
``benchmarks/retrieval.py``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain import RetrievalConfig
from assistant.knowledge.qdrant.index import ChunkPoint
from assistant.knowledge.query_vectors import (
    REQUIREMENTS,
    CommonGround,
    QueryVectors,
)
from assistant.knowledge.sparse import SparseVector

if TYPE_CHECKING:
    import numpy as np

SHARE = 0.5
"""How much of a rival's lead is taken off. With all of it a source of several requirements loses
too much."""

SAME = 0.02
"""Cosine below the nearest requirement down to which one is taken for the question itself."""

_DEVIATIONS = 6
"""Standard deviations that the fused score takes for its unit (``fusion._comparable``)."""


def take_part(config: RetrievalConfig) -> bool:
    """Whether rivals have a part in a search: not where ranks are fused, which know no lead."""
    return config.both_ways and config.tell_apart and config.fusion == "dbsf"


@dataclass(frozen=True, slots=True)
class Rivals:
    """Requirements as questions told apart, of equal length.

    ``dense``: shape ``(requirements, dimension)``. ``weights``: the weights of all terms one after
    the other, ``rows`` which requirement each is of; those of a term begin at ``starts`` and are
    ``counts`` many, at the place that ``terms`` gives it. ``rarity``: of the terms, among
    requirements.
    """

    dense: np.ndarray
    rarity: Mapping[int, float]
    terms: Mapping[int, int]
    starts: np.ndarray
    counts: np.ndarray
    rows: np.ndarray
    weights: np.ndarray

    def leads(
        self, question: QueryVectors, sources: Sequence[ChunkPoint], config: RetrievalConfig
    ) -> dict[str, float]:
        """What to take off the score of each source, by point id: where a rival leads.

        ``question`` is told apart. Requirements found as sources have no rivals: each would be its
        own.
        """
        import numpy as np

        found = [point for point in sources if point.record.chunk.kind not in REQUIREMENTS]
        if not found:
            return {}
        # A row a source; a column a rival, and the last one for the question.
        scores = np.zeros((len(found), len(self.dense) + 1))
        asked = question.dense if question.told_apart is None else question.told_apart
        if asked is not None:
            near = np.stack([point.dense for point in found]) @ np.vstack([self.dense, asked]).T
            scores += config.dense_weight * _comparable(near)
        if question.sparse is not None:
            scores += config.sparse_weight * _comparable(self._words(question.sparse, found))
        of_question = scores[:, -1]
        if asked is not None:
            likeness = self.dense @ asked  # an epic that is indexed twice is the question twice
            scores[:, :-1][:, likeness >= likeness.max() - SAME] = -np.inf
        lost = SHARE * (scores.max(axis=1) - of_question)
        return {point.record.point_id: float(lead) for point, lead in zip(found, lost, strict=True)}

    def _words(self, question: SparseVector, sources: Sequence[ChunkPoint]) -> np.ndarray:
        """BM25 of each source (a row) for each rival, and for the question last."""
        import numpy as np

        asked = _unit_length(question, self.rarity, len(self.dense))
        width = len(self.dense) + 1
        sources_of, terms, held = list[int](), list[int](), list[float]()
        scores = np.zeros((len(sources), width))
        for row, point in enumerate(sources):
            for term, weight in zip(point.sparse.indices, point.sparse.values, strict=True):
                scores[row, -1] += weight * asked.get(term, 0.0)
                if term in self.terms:
                    sources_of.append(row)
                    terms.append(self.terms[term])
                    held.append(weight)
        if terms:
            counts, starts = self.counts[terms], self.starts[terms]
            places = np.arange(counts.sum()) + np.repeat(starts - counts.cumsum() + counts, counts)
            cells = np.repeat(np.array(sources_of) * width, counts) + self.rows[places]
            values = np.repeat(held, counts) * self.weights[places]
            scores += np.bincount(cells, values, scores.size).reshape(scores.shape)
        return scores


def rivals_of(requirements: Sequence[QueryVectors], ground: CommonGround) -> Rivals:
    """The requirements as questions, told apart by what they have in common."""
    import numpy as np

    count = len(requirements)
    frequency = Counter(term for each in requirements for term in each.terms)
    rarity = {
        term: math.log((count - number + 0.5) / (number + 0.5) + 1.0)
        for term, number in frequency.items()
    }
    apart = [ground.taken_out_of(each) for each in requirements]
    vectors = [each.dense if each.told_apart is None else each.told_apart for each in apart]
    entries = sorted(
        (term, row, weight)
        for row, each in enumerate(apart)
        if each.sparse is not None
        for term, weight in _unit_length(each.sparse, rarity, count).items()
    )
    counts = Counter(term for term, _, _ in entries)
    sizes = np.array(list(counts.values()), dtype=np.int64)
    return Rivals(
        dense=np.stack([vector for vector in vectors if vector is not None]),
        rarity=rarity,
        terms={term: place for place, term in enumerate(counts)},
        starts=sizes.cumsum() - sizes,
        counts=sizes,
        rows=np.array([row for _, row, _ in entries], dtype=np.int64),
        weights=np.array([weight for _, _, weight in entries], dtype=np.float64),
    )


def _unit_length(
    question: SparseVector, rarity: Mapping[int, float], count: int
) -> dict[int, float]:
    """The weights of a question's terms by their rarity, long and short questions alike."""
    unseen = math.log((count + 0.5) / 0.5 + 1.0)
    pairs = [
        (term, weight, rarity.get(term, unseen))
        for term, weight in zip(question.indices, question.values, strict=True)
    ]
    length = math.sqrt(sum(weight * weight * rare for _, weight, rare in pairs))
    return {term: weight * rare / length for term, weight, rare in pairs} if length else {}


def _comparable(scores: np.ndarray) -> np.ndarray:
    """Scores in the unit of the fused one; nothing where all are alike."""
    deviation = float(scores.std())
    return scores / (_DEVIATIONS * deviation) if deviation > 1e-9 else 0.0 * scores
