"""Which epics and stories words name: those whose title or labels have all of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from assistant.domain import Epic
from assistant.knowledge.name_matching import same_word, tokens
from assistant.knowledge.sparse import Bm25Encoder

Unit = tuple[str, str]
"""An epic's key and a story's; the story is empty where an epic has none."""


_ENDING = re.compile(r"(?:ers?|ors?|ings?|ures?|ations?|ments?|als?|ions?|ances?|ed|es|e|y|s)$")
_BASE = 4
"""Letters that two words have in common at least where one is derived from the other."""


def units_of(epic: Epic) -> frozenset[Unit]:
    """An epic as its stories."""
    return frozenset((epic.key, story.key) for story in epic.stories) or frozenset([(epic.key, "")])


class TitleWords:
    """The words of all titles and labels, compared by their stems as the search compares them."""

    def __init__(self, epics: Sequence[Epic]) -> None:
        self._encoder = Bm25Encoder()
        self._known: dict[str, frozenset[int]] = {}
        self._epics: dict[str, tuple[frozenset[Unit], frozenset[int]]] = {}
        self._stories: dict[Unit, frozenset[int]] = {}
        self._pairs: set[tuple[str, str]] = set()
        for epic in epics:
            words = self._add(epic.title).union(*map(self._add, epic.labels))
            self._epics[epic.key] = units_of(epic), words
            for story in epic.stories:
                self._stories[(epic.key, story.key)] = self._add(story.title)

    def has_pair(self, first: str, second: str) -> bool:
        """Whether two words stand beside each other in a title."""
        return (first, second) in self._pairs

    def find(
        self, text: str, among: Collection[Unit] | None = None, *, of_epics: bool = True
    ) -> frozenset[Unit]:
        """What a text names: epics, or else stories; ``among`` these, all where not given.

        With ``of_epics`` false, stories alone. Every word of the text has to stand in the title,
        so that nothing is guessed.
        """
        wanted = frozenset[int]().union(*map(self._stems, _words(text)))
        if not wanted:
            return frozenset()
        allowed = frozenset(self._stories if among is None else among)
        whole = [units for units, words in self._epics.values() if wanted <= words]
        if among is None:
            allowed |= frozenset().union(*(units for units, _ in self._epics.values()))
        found = frozenset[Unit]().union(*whole) & allowed if of_epics else frozenset()
        return found or frozenset(
            unit
            for unit, words in self._stories.items()
            if unit in allowed and wanted & words and wanted <= words | self._epics[unit[0]][1]
        )

    def _add(self, title: str) -> frozenset[int]:
        said = [token.word for token in tokens(title)]
        self._pairs.update(pairwise(said))
        words = _words(title)
        for word in words:
            self._known.setdefault(word, frozenset(self._encoder.counts(word)))
        return frozenset[int]().union(*(self._known[word] for word in words))

    def _stems(self, word: str) -> frozenset[int]:
        """The stem of a word, or that of the title's word that it is derived from or misspells."""
        stems = frozenset(self._encoder.counts(word))
        if any(stems <= known for known in self._known.values()):
            return stems
        base = _base(word)
        derived = (known for name, known in self._known.items() if base and _base(name) == base)
        stems = next(derived, stems)
        alike = (known for name, known in self._known.items() if same_word(word, name))
        return (
            stems if any(stems <= known for known in self._known.values()) else next(alike, stems)
        )


def _words(text: str) -> list[str]:
    return [text[token.start : token.end].casefold() for token in tokens(text)]


def _base(word: str) -> str:
    """A word without its ending ("waive" and "waiver" have one), empty where it is too short."""
    base = _ENDING.sub("", word)
    return base if len(base) >= _BASE else ""
