"""A question as both searches need it, made before a reader takes its turn at the index."""

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

_MAX_CHARACTERS = 20_000
_MAX_KEYS = 20
_KEY = re.compile(
    r"(?<![\w-])[A-Za-z]\w{0,15}(?:-\w{1,12}){0,4}-\d\w{0,7}(?:-\w{1,12}){0,3}(?![\w-])"
)


@dataclass(frozen=True, slots=True)
class Question:
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


def ask(text: str, config: RetrievalConfig, embedder: Embedder, bm25: Bm25Encoder) -> Question:
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
    return Question(
        text=text,
        dense=embedder.query(text) if config.dense_weight > 0 else None,
        sparse=sparse if config.sparse_weight > 0 and sparse.indices else None,
        terms=sparse.indices,
        keys=tuple(dict.fromkeys(_KEY.findall(text)))[:_MAX_KEYS],
        seconds=time.perf_counter() - started,
    )
