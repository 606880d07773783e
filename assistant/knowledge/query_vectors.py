"""A question as both searches need it, made before a reader takes its turn at the index.

"As an agent I want ... so that ..." stands in every story, and a product's own words in every
criterion: that part of a question is as near to one source as to the next, and those sources that
are near to everything (hubs) come first for every question. Subtracting the mean of the project's
requirements leaves what sets this one apart. Related: centring against hubness (Suzuki et al. 2013)
and cross-domain similarity local scaling (Conneau et al. 2018). Measured in
``benchmarks/retrieval.py``; the mean of five requirements already does most of it.

Rivals: a search ranks sources for a requirement and does not ask what else they may be for. A
source that another requirement finds better is more likely that one's, so a share of the other's
lead is taken off its score. Rivals are the requirements that the common ground is measured on, but
the nearest: that is the question itself, where its epic is indexed (by words alone, none is left
out). Fewer rivals hold less back, none nothing. Related: inverted softmax against hubness (Smith et
al. 2017). Measured in the same file.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.domain import Chunk, ChunkKind, RetrievalConfig
from assistant.errors import RetrievalError
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.qdrant.index import ChunkPoint, IndexQuery, Scope
from assistant.knowledge.sparse import Bm25Encoder, SparseVector

if TYPE_CHECKING:
    import numpy as np

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
    """What embedding it took; of several at once, its part."""

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
    texts: Sequence[str], config: RetrievalConfig, embedder: Embedder, bm25: Bm25Encoder
) -> list[QueryVectors]:
    """The questions ``texts``; ``RetrievalError`` where one is empty or both weights are 0."""
    if not texts:
        return []
    started = time.perf_counter()
    if not all(text.strip() for text in texts):
        raise RetrievalError("The question is empty. Type what to look for.")
    if config.dense_weight + config.sparse_weight <= 0:
        raise RetrievalError(
            "Both search weights are 0, so nothing can be found. Set the dense or the sparse "
            "weight above 0 in the retrieval settings."
        )
    asked = [text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for text in texts]
    dense = embedder.queries(asked) if config.dense_weight > 0 else [None] * len(asked)
    seconds = (time.perf_counter() - started) / len(asked)
    return [
        QueryVectors(
            text=text,
            dense=vector,
            sparse=sparse if config.sparse_weight > 0 and sparse.indices else None,
            terms=sparse.indices,
            keys=tuple(dict.fromkeys(_KEY.findall(text)))[:_MAX_KEYS],
            seconds=seconds,
        )
        for text, vector, sparse in zip(asked, dense, map(bm25.query, asked), strict=True)
    ]


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
        self, question: QueryVectors, sources: Mapping[str, ChunkPoint], config: RetrievalConfig
    ) -> dict[str, float]:
        """What to take off the score of each source (both by point id): where a rival leads.

        ``question`` is told apart. Requirements found as sources have no rivals: each would be its
        own.
        """
        import numpy as np

        among = {
            name: point
            for name, point in sources.items()
            if point.record.chunk.kind not in REQUIREMENTS
        }
        if not among:
            return {}
        found = list(among.values())
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
        return dict(zip(among, lost.tolist(), strict=True))

    def _words(self, question: SparseVector, sources: Sequence[ChunkPoint]) -> np.ndarray:
        """BM25 of each source (a row) for each rival, and for the question last."""
        import numpy as np

        asked = _unit_length(question, self.rarity, len(self.dense))
        width = len(self.dense) + 1
        words = [term for point in sources for term in point.sparse.indices]
        held = np.array([weight for point in sources for weight in point.sparse.values])
        of_source = np.repeat(np.arange(len(sources)), [len(p.sparse.indices) for p in sources])
        scores = np.zeros((len(sources), width))
        own = held * np.array([asked.get(term, 0.0) for term in words])
        scores[:, -1] = np.bincount(of_source, own, len(sources))
        places_of = self.terms
        known = [(at, places_of[term]) for at, term in enumerate(words) if term in places_of]
        if known:
            at, terms = np.array(known).T
            counts, starts = self.counts[terms], self.starts[terms]
            places = np.arange(counts.sum()) + np.repeat(starts - counts.cumsum() + counts, counts)
            cells = np.repeat(of_source[at] * width, counts) + self.rows[places]
            values = np.repeat(held[at], counts) * self.weights[places]
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
