"""Texts to BM25 vectors: the lexical half of the search.

Terms are split as in code ("SingleUAVFlight" is three), lower-cased, stemmed and freed of English
stop words by Qdrant Edge's BM25; the index multiplies by the inverse document frequency. A question
weighs its terms by their frequency, saturated (BM25's k3): epics and criteria are long questions,
and what they repeat matters. Measured in ``benchmarks/retrieval.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.knowledge.chunks.text_pieces import encodable

if TYPE_CHECKING:
    from qdrant_edge import Bm25

K1, B, K3 = 1.2, 0.75, 8.0
FIRST_MEAN = 40.0
"""Mean length assumed until it has been measured, in terms."""


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Term hashes and their weights, of equal length."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


NO_TERMS = SparseVector((), ())
"""Of a text that only has stop words."""


class Bm25Encoder:
    """BM25 document and question vectors; immutable but for being loaded lazily, thread-safe."""

    def __init__(self, mean_length: float = FIRST_MEAN) -> None:
        self.mean_length = mean_length
        self._documents = _bm25(K1, B, mean_length)
        self._counts = _bm25(1.0, 0.0, mean_length)

    def document(self, text: str) -> SparseVector:
        """Weights of a text's terms, normalised by its length."""
        found = self._documents.embed_document(encodable(text))
        return SparseVector(tuple(found.indices), tuple(found.values))

    def query(self, text: str) -> SparseVector:
        """Weights of a question's terms."""
        counts = self.counts(text)
        weights = tuple((K3 + 1.0) * count / (K3 + count) for count in counts.values())
        return SparseVector(tuple(counts), weights)

    def counts(self, text: str) -> dict[int, float]:
        """How often each term occurs; keys are term hashes.

        Read back from weights made with k = 1 and b = 0, which are 2 n / (n + 1) for n occurrences.
        """
        found = self._counts.embed_document(encodable(text))
        pairs = zip(found.indices, found.values, strict=True)
        return {index: float(round(value / (2.0 - value))) for index, value in pairs}

    def length(self, text: str) -> int:
        """Number of terms in a text, as BM25 counts them."""
        return int(sum(self.counts(text).values()))


def overlap(query: Sequence[int], document: Sequence[int]) -> tuple[int, float]:
    """Terms that both have, and their share of the shorter one's terms."""
    shared = len(set(query) & set(document))
    shorter = min(len(set(query)), len(set(document)))
    return shared, shared / shorter if shorter else 0.0


def _bm25(k: float, b: float, mean_length: float) -> Bm25:
    from qdrant_edge import Bm25, Bm25Config, TokenizerType

    return Bm25(
        Bm25Config(
            k=k,
            b=b,
            avg_len=max(mean_length, 1.0),
            language="english",
            tokenizer=TokenizerType.Code,
        )
    )
