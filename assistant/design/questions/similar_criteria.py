"""Which criteria are worth comparing: those that share most of the words that matter.

Comparing all with all takes minutes for thousands. Statements that contradict each other share at
least two words and a good part of those of the shorter one, in a sentence or in all; such pairs are
found by counting the sentences that each word stands in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from assistant.design.questions.conflicts import content_words
from assistant.design.questions.contradictions import sentence_readings
from assistant.language.quoted_messages import mask_quotes

MANY = 5000
"""More criteria than these are taken in parts of ``PART``."""
PART = 1000
LEAST_SHARED = 2
SHARE_OF_STATEMENT = 0.75
"""Words that two sentences share of which one thing differs, of those of the shorter one."""
SHARE_OF_TEXT = 0.8
"""The same for whole texts that differ in nothing but their numbers."""
Progress = Callable[[int, int], None]


def comparable(texts: Sequence[str]) -> Iterator[set[int]]:
    """For each text, in order, the places of the others that are worth comparing with it.

    Of more than ``MANY``, those of one part are found when its first text is asked for.
    """
    size = PART if len(texts) > MANY else max(len(texts), 1)
    views = (
        (_Sentences(texts, _stated), SHARE_OF_STATEMENT),
        (_Sentences(texts, _whole), SHARE_OF_TEXT),
    )
    for start in range(0, len(texts), size):
        end = min(start + size, len(texts))
        found: dict[int, set[int]] = {place: set() for place in range(start, end)}
        for sentences, share in views:
            for mine, theirs in sentences.alike(start, end, share):
                found[mine].update(theirs)
        for place, others in found.items():
            yield others - {place}


class _Sentences:
    """The sentences of texts, each as a set of words, and where each word stands."""

    def __init__(
        self, texts: Sequence[str], words_of: Callable[[str], Iterator[frozenset[str]]]
    ) -> None:
        import numpy as np  # here and below: it would hold up the first paint

        self._words = [
            (place, words) for place, text in enumerate(texts) for words in words_of(text)
        ]
        self._sizes = np.array([len(words) for _, words in self._words])
        self._places = np.array([place for place, _ in self._words])
        holding: dict[str, list[int]] = defaultdict(list)
        for number, (_, words) in enumerate(self._words):
            for word in words:
                holding[word].append(number)
        self._holding = {word: np.array(numbers) for word, numbers in holding.items()}

    def alike(self, start: int, end: int, share: float) -> Iterator[tuple[int, list[int]]]:
        """For each sentence of the texts from ``start`` to ``end``: its text, and those of others
        that share enough words."""
        import numpy as np

        for number, (place, words) in enumerate(self._words):
            if not start <= place < end or len(words) < LEAST_SHARED:
                continue
            numbers = np.concatenate([self._holding[word] for word in words])
            shared = np.bincount(numbers, minlength=len(self._words))
            smaller = np.minimum(self._sizes, self._sizes[number])
            enough = (shared >= LEAST_SHARED) & (shared >= share * smaller)
            yield place, self._places[enough].tolist()


def _stated(text: str) -> Iterator[frozenset[str]]:
    return (said.stems for said in sentence_readings(text))


def _whole(text: str) -> Iterator[frozenset[str]]:
    yield content_words(mask_quotes(text))
