"""Reference cases and written cases of a story, paired one to one by what they say.

Two cases are as close as their words and their meaning, without titles: the condition may have
given the title away. Meaning is the cosine of embeddings of all steps, centred on the mean of the
cases at hand, because what all cases of a project share (logging in, opening an account) would make
all of them alike. Words are shared stems, the rarer the heavier. A case whose last result is a
refusal where the other's is none is less close, and amounts or messages that stand against each
other make it another test. ``closeness`` is 1 for equal cases and about 0 for unrelated ones.

Weights and threshold were chosen on the seen half of ``benchmarks/matcher_pairs.jsonl``;
``MATCHER_ERROR`` states how often the decision is right on the half that was kept unseen.
``similarity`` is the same comparison without any threshold. Pairs are chosen by the assignment
problem: one to one, with the largest total (Hungarian method).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import TYPE_CHECKING, Protocol

from assistant.domain import TestCase, Value
from assistant.suite.amounts import amounts, unlike
from assistant.suite.case_words import content, without_quotes, words
from assistant.suite.evidence import messages, refuses

if TYPE_CHECKING:
    import numpy as np


def best_assignment(weights: Sequence[Sequence[float]]) -> tuple[tuple[int, int], ...]:
    """Pairs ``(row, column)`` of the largest total weight, each row and column used at most once.

    As many pairs as the shorter side has; ordered by row.
    """
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(weights, maximize=True)
    return tuple(zip(rows.tolist(), columns.tolist(), strict=True))


THRESHOLD = 0.24
"""Closeness from which two cases count as the same test."""
WORDS = 0.4
"""Weight of shared words; the rest is meaning."""
OTHER_END = 0.1
"""Taken off where one case ends in a refusal and the other does not."""
AGAINST = 0.3
"""Factor where amounts or messages stand against each other."""
_SHRINK = 8
"""So many texts of mean 0 are added to those that the mean is taken of: few say little."""


class MatcherError(Value):
    """How often the matcher is right on pairs labelled by hand as the same test or not."""

    pairs: int
    accuracy: float
    precision: float
    recall: float


MATCHER_ERROR = MatcherError(pairs=50, accuracy=0.8, precision=0.778, recall=0.84)
"""On the unseen half, printed by ``benchmarks/matcher.py --held-out``."""


class TextEmbedder(Protocol):
    """What matching needs of an embedding model (``SentenceEmbedder`` has it)."""

    def documents(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of ``texts``, shape ``(len(texts), dimension)``."""
        ...


@dataclass(frozen=True)
class _Read:
    """A case as it is compared."""

    case: TestCase

    @cached_property
    def body(self) -> str:
        """All steps in one line: what is done and what is seen, without test data."""
        parts = (part for s in self.case.steps for part in (s.action, s.expected_result))
        return " ".join(part.strip() for part in parts if part.strip())

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(content(words(self.body)))

    @cached_property
    def amounts(self) -> list[tuple[float, str]]:
        return list(dict.fromkeys(amounts(without_quotes(self.body))))

    @cached_property
    def messages(self) -> frozenset[str]:
        return frozenset(messages(self.body))

    @cached_property
    def ends_refused(self) -> bool:
        """Whether the last result (of Given/When/Then, the last step) is a refusal."""
        results = [s.expected_result for s in self.case.steps if s.expected_result.strip()]
        return refuses(results[-1] if results else self.case.steps[-1].action)

    def stands_against(self, other: _Read) -> bool:
        """Whether both name amounts of one kind, or messages, and not the same ones."""
        if unlike(self.amounts, other.amounts):
            return True
        return bool(self.messages and other.messages and not self.messages & other.messages)


class Vectors:
    """Case texts with their embeddings, each text embedded once, and how rare their words are."""

    def __init__(self, embedder: TextEmbedder) -> None:
        self._embedder = embedder
        self._known: dict[str, np.ndarray] = {}
        self._counts: Counter[str] = Counter()

    def learn(self, cases: Iterable[TestCase]) -> None:
        """Take in many cases at once, which is faster than story by story.

        All that are known make up the mean and the rarity of words that pairs are judged by.
        """
        read = {one.body: one for case in cases if (one := _Read(case)).body}
        # By length: a batch takes as long as its longest text.
        new = sorted((text for text in read if text not in self._known), key=len)
        if new:
            self._known.update(zip(new, self._embedder.documents(new), strict=True))
            self._counts.update(stem for text in new for stem in read[text].stems)

    def closeness(
        self, references: Sequence[TestCase], written: Sequence[TestCase]
    ) -> list[list[float]]:
        """How close each reference is to each written case, at most 1; a row a reference.

        A case without words is close to nothing.
        """
        import numpy as np

        self.learn((*references, *written))
        if not self._known:
            return [[0.0] * len(written) for _ in references]
        mean = sum(self._known.values()) / (len(self._known) + _SHRINK)
        centred = {}
        for case in (*references, *written):
            body = _Read(case).body
            if body and body not in centred:
                moved = self._known[body] - mean
                centred[body] = moved / max(float(np.linalg.norm(moved)), 1e-9)
        right = [_Read(case) for case in written]
        return [
            [self._close(left, other, centred) for other in right]
            for left in map(_Read, references)
        ]

    def _close(self, left: _Read, right: _Read, centred: dict[str, np.ndarray]) -> float:
        if not left.body or not right.body:
            return 0.0
        meaning = max(0.0, float(centred[left.body] @ centred[right.body]))
        close = (1 - WORDS) * meaning + WORDS * self._shared(left, right)
        close -= OTHER_END * (left.ends_refused != right.ends_refused)
        close *= AGAINST if left.stands_against(right) else 1.0
        # Rounded, so that the last digits of a sum cannot decide: equal texts are exactly 1.
        return round(close, 6)

    def _shared(self, left: _Read, right: _Read) -> float:
        """Shared words among those of the one and of the other, the mean (0 to 1), rare ones
        heavier."""
        if left.stems == right.stems:
            return 1.0
        if not left.stems or not right.stems:
            return 0.0
        weight = {one: self._weight(one) for one in left.stems | right.stems}
        shared = sum(weight[one] for one in left.stems & right.stems)
        mine, other = (sum(weight[one] for one in stems) for stems in (left.stems, right.stems))
        return (shared / mine + shared / other) / 2

    def _weight(self, stem: str) -> float:
        return log(1 + len(self._known) / (1 + self._counts[stem])) + 1e-9


def pair(
    references: Sequence[TestCase], written: Sequence[TestCase], vectors: Vectors
) -> tuple[tuple[int, int, float], ...]:
    """The cases of one story in pairs ``(reference, written, closeness)``, by place, of the largest
    total closeness; each case is in at most one pair."""
    if not references or not written:
        return ()
    close = vectors.closeness(references, written)
    return tuple((one, other, close[one][other]) for one, other in best_assignment(close))
