"""Reference cases and written cases of a story, paired one to one by meaning.

Meaning is the cosine of sentence embeddings of the cases' preconditions and steps, without titles:
the condition may have given the title away.

``THRESHOLD`` was set by hand with all-MiniLM-L6-v2 on stories of a public e-commerce product; no
reworded pairs by people were at hand. Share of pairs with a cosine of 0.65 or more, 150 stories
with about 510 cases, a case against its own original: style rewritten by rule 100 %, one step left
out 100 %, all quoted values exchanged 92 %, all three at once 40 %. Against others: cases of
unrelated stories 2 %, of neighbouring stories of one feature area 22 %, siblings of one story 87 %:
there only the one-to-one assignment decides. 0.70 (100, 100, 85, 22; 1, 16, 82 %) was tried first;
0.65 was chosen after seeing both on 100 stories with 247 cases, where it finds 4 % of the reference
cases among random other cases, 47 % among copies of the other case with the nearest title, and 73 %
among the reference cases with foreign values (0.70: 2, 40, 63 %). A recall therefore depends on
this choice; ``similarity`` is the same comparison without any threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assistant.domain import TestCase, Value
from assistant.evaluation.assignment import best_assignment
from assistant.evaluation.quality import body_text

if TYPE_CHECKING:
    import numpy as np

THRESHOLD = 0.65
"""Cosine from which two cases count as the same test."""


class MatcherError(Value):
    """How often the matcher is right on pairs labelled by hand as the same test or not."""

    pairs: int
    accuracy: float
    precision: float
    recall: float


MATCHER_ERROR = MatcherError(pairs=60, accuracy=0.367, precision=0.3, recall=0.2)
"""Printed by ``benchmarks/matcher.py``; labels in ``benchmarks/matcher_pairs.jsonl``."""


class TextEmbedder(Protocol):
    """What matching needs of an embedding model (``SentenceEmbedder`` has it)."""

    def documents(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of ``texts``, shape ``(len(texts), dimension)``."""
        ...


@dataclass(frozen=True)
class Pairing:
    """Pairs ``(reference, written, cosine)`` by place, of the largest total cosine."""

    pairs: tuple[tuple[int, int, float], ...]
    references: int
    written: int
    threshold: float = THRESHOLD

    @property
    def matched(self) -> int:
        """Pairs that reach the threshold."""
        return sum(cosine >= self.threshold for _, _, cosine in self.pairs)

    @property
    def recall(self) -> float | None:
        """Share of the reference cases that were written; ``None`` without references."""
        return self.matched / self.references if self.references else None

    @property
    def precision(self) -> float | None:
        """Share of the written cases that are reference cases; ``None`` where none was written."""
        return self.matched / self.written if self.written else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two."""
        both = self.references + self.written
        return 2 * self.matched / both if both else None

    @property
    def similarity(self) -> float | None:
        """Mean cosine of the reference cases to the case assigned to them, 0 where none is."""
        if not self.references:
            return None
        return sum(max(0.0, cosine) for _, _, cosine in self.pairs) / self.references


class Vectors:
    """Embeddings of case texts, each text embedded once."""

    def __init__(self, embedder: TextEmbedder) -> None:
        self._embedder = embedder
        self._known: dict[str, np.ndarray] = {}

    def learn(self, cases: Iterable[TestCase]) -> None:
        """Embed many cases at once, which is faster than story by story."""
        texts = dict.fromkeys(body_text(case) for case in cases)
        # By length: a batch takes as long as its longest text.
        new = sorted((text for text in texts if text and text not in self._known), key=len)
        if new:
            self._known.update(zip(new, self._embedder.documents(new), strict=True))

    def of(self, cases: Sequence[TestCase]) -> np.ndarray:
        """Vectors of the cases; a case without words has the zero vector and matches nothing."""
        import numpy as np

        self.learn(cases)
        texts = [body_text(case) for case in cases]
        size = len(next(iter(self._known.values()))) if self._known else 1
        none = np.zeros(size, dtype=np.float32)
        return np.array([self._known[text] if text else none for text in texts]).reshape(-1, size)


def pair(
    references: Sequence[TestCase],
    written: Sequence[TestCase],
    vectors: Vectors,
    *,
    threshold: float = THRESHOLD,
) -> Pairing:
    """Pair the cases of one story; each case is in at most one pair."""
    pairs: tuple[tuple[int, int, float], ...] = ()
    if references and written:
        left, right = vectors.of(references), vectors.of(written)
        # Rounded, so that the last digits of a sum cannot decide: equal texts are exactly 1.
        cosines = [[round(float(value), 6) for value in row] for row in left @ right.T]
        pairs = tuple((one, other, cosines[one][other]) for one, other in best_assignment(cosines))
    return Pairing(pairs, len(references), len(written), threshold)
