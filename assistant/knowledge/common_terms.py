"""What all requirements of a project have in common, taken out of a question before it searches.

"As an agent I want ... so that ..." stands in every story, and a product's own words in every
criterion: that part of a question is as near to one source as to the next, and those sources that
are near to everything (hubs) come first for every question. Subtracting the mean of the project's
requirements leaves what sets this one apart. Related: centring against hubness (Suzuki et al. 2013)
and cross-domain similarity local scaling (Conneau et al. 2018). Measured in
``benchmarks/retrieval.py``; the mean of five requirements already does most of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.domain import Chunk, ChunkKind
from assistant.knowledge.query_vectors import Question
from assistant.knowledge.sparse import Bm25Encoder, SparseVector

if TYPE_CHECKING:
    import numpy as np

REQUIREMENTS: tuple[ChunkKind, ...] = ("story", "criterion")
SAMPLE = 1000
"""Most requirements that the mean is taken of: 50 ms after a change of the sources."""

LEAST = 5
"""Fewer requirements than that have nothing in common that could be told."""

REQUIREMENT_WORDS = 5
"""From so many words on a question is taken for a requirement. A few words in a search field have
less in common with requirements: half of it is taken out of their vector, and no word."""

_SHORTEST = 0.05
"""A vector that would be shorter than this says nothing any more: the question is kept whole."""


@dataclass(frozen=True, slots=True)
class CommonGround:
    """The mean of the requirements' dense vectors, and of their weights as BM25 questions.

    ``dense`` is ``None`` where there are too few of them: then questions stay as they are.
    """

    dense: np.ndarray | None
    sparse: Mapping[int, float]

    def taken_out_of(self, question: Question) -> Question:
        """The question to search with. Its own vector and terms stay beside it."""
        if self.dense is None:
            return question
        is_requirement = len(question.text.split()) >= REQUIREMENT_WORDS
        if question.dense is not None:
            apart = question.dense - (1.0 if is_requirement else 0.5) * self.dense
            length = float((apart @ apart) ** 0.5)
            if length >= _SHORTEST:
                question = replace(question, told_apart=apart / length)
        if question.sparse is not None and is_requirement:
            question = replace(question, sparse=self._rarer(question.sparse))
        return question

    def _rarer(self, question: SparseVector) -> SparseVector:
        """The terms of a question with less weight, those gone that requirements have anyway."""
        pairs = [
            (term, left)
            for term, weight in zip(question.indices, question.values, strict=True)
            if (left := weight - self.sparse.get(term, 0.0)) > 0
        ]
        if not pairs:
            return question
        return SparseVector(tuple(term for term, _ in pairs), tuple(left for _, left in pairs))


def common_ground(
    requirements: Sequence[tuple[Chunk, np.ndarray]], bm25: Bm25Encoder
) -> CommonGround:
    """What these requirements, with their dense vectors of length 1, have in common."""
    if len(requirements) < LEAST:
        return CommonGround(None, {})
    import numpy as np

    sums: defaultdict[int, float] = defaultdict(float)
    for chunk, _ in requirements:
        vector = bm25.query(chunk.text)
        for term, weight in zip(vector.indices, vector.values, strict=True):
            sums[term] += weight
    count = len(requirements)
    mean = np.mean(np.stack([vector for _, vector in requirements]), axis=0)
    return CommonGround(mean, {term: weight / count for term, weight in sums.items()})
