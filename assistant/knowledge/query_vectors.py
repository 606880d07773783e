"""A question as both searches need it, made before a reader takes its turn at the index.

"As an agent I want ... so that ..." stands in every story, and a product's own words in every
criterion: that part of a question is as near to one source as to the next, and those sources that
are near to everything (hubs) come first for every question. Subtracting the mean of the project's
requirements leaves what sets this one apart. Related: centring against hubness (Suzuki et al. 2013)
and cross-domain similarity local scaling (Conneau et al. 2018). Measured in
``benchmarks/retrieval.py``; the mean of five requirements already does most of it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.domain import RetrievalConfig
from assistant.errors import RetrievalError
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.qdrant.index import IndexQuery, Scope
from assistant.knowledge.sparse import Bm25Encoder, SparseVector

if TYPE_CHECKING:
    import numpy as np
from collections import defaultdict
from collections.abc import Mapping, Sequence

from assistant.domain import Chunk, ChunkKind

_MAX_CHARACTERS = 20_000
_MAX_KEYS = 20
_KEY = re.compile(
    r"(?<![\w-])[A-Za-z]\w{0,15}(?:-\w{1,12}){0,4}-\d\w{0,7}(?:-\w{1,12}){0,3}(?![\w-])"
)


@dataclass(frozen=True, slots=True)
class QueryVectors:
    """A question's vectors (``None`` for a stage that has no part in it), its BM25 terms, and the
    keys that it names (``BR-12``, ``CC-12-AC3``)."""

    text: str
    dense: np.ndarray | None
    sparse: SparseVector | None
    terms: tuple[int, ...]
    keys: tuple[str, ...]
    seconds: float
    """What making it took."""

    told_apart: np.ndarray | None = None
    """The dense vector to search with in place of ``dense``: see ``common_ground``."""

    def within(self, scope: Scope, limit: int, *, exact: bool) -> list[IndexQuery]:
        """What to ask the index: one query a stage, and one for chunks that bear a named key."""
        asked = []
        if self.keys:
            named = replace(scope, keys=self.keys)
            asked.append(IndexQuery(named, limit, dense=self.dense, sparse=self.sparse, exact=True))
        if self.dense is not None:
            dense = self.dense if self.told_apart is None else self.told_apart
            asked.append(IndexQuery(scope, limit, dense=dense, exact=exact))
        if self.sparse is not None:
            asked.append(IndexQuery(scope, limit, sparse=self.sparse))
        return asked


def query_vectors(
    text: str, config: RetrievalConfig, embedder: Embedder, bm25: Bm25Encoder
) -> QueryVectors:
    """The question ``text``; ``RetrievalError`` where it is empty or both weights are 0."""
    started = time.perf_counter()
    if not text.strip():
        raise RetrievalError("The question is empty. Type what to look for.")
    if config.dense_weight + config.sparse_weight <= 0:
        raise RetrievalError(
            "Both search weights are 0, so nothing can be found. Set the dense or the sparse "
            "weight above 0 in the retrieval settings."
        )
    text = text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    sparse = bm25.query(text)
    return QueryVectors(
        text=text,
        dense=embedder.query(text) if config.dense_weight > 0 else None,
        sparse=sparse if config.sparse_weight > 0 and sparse.indices else None,
        terms=sparse.indices,
        keys=tuple(dict.fromkeys(_KEY.findall(text)))[:_MAX_KEYS],
        seconds=time.perf_counter() - started,
    )


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

    def taken_out_of(self, question: QueryVectors) -> QueryVectors:
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


def as_question(chunk: Chunk, dense: np.ndarray, bm25: Bm25Encoder) -> QueryVectors:
    """A requirement, with its dense vector of length 1, as the question that it would be."""
    sparse = bm25.query(chunk.text)
    return QueryVectors(chunk.text, dense, sparse, sparse.indices, keys=(), seconds=0.0)


def common_ground(requirements: Sequence[QueryVectors]) -> CommonGround:
    """What these requirements have in common."""
    if len(requirements) < LEAST:
        return CommonGround(None, {})
    import numpy as np

    sums: defaultdict[int, float] = defaultdict(float)
    for each in requirements:
        if each.sparse is not None:
            for term, weight in zip(each.sparse.indices, each.sparse.values, strict=True):
                sums[term] += weight
    count = len(requirements)
    dense = [each.dense for each in requirements if each.dense is not None]
    mean = np.mean(np.stack(dense), axis=0)
    return CommonGround(mean, {term: weight / count for term, weight in sums.items()})
