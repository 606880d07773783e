"""Known names in free text, matched loosely: case, hyphens, spaces, plurals, small misspellings.

``TitleWords`` says which epics and stories words name: those whose title or labels have all of
them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from assistant.domain import Epic
from assistant.knowledge.sparse import Bm25Encoder
from assistant.language.word_lists import word_lists

_PIECE = re.compile(r"[^\W\d_]+|\d+")
_SEVERAL = re.compile(r"[,;\n]")
_FUZZY_FROM = 7
"""Letters from which on a name may be misspelt."""

_SAME = 88.0
"""Similarity (0 to 100) from which on two spellings are the same name: "center", "centre"."""


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters or of digits in a text: its offsets, and its form for comparing."""

    start: int
    end: int
    word: str

    @property
    def is_number(self) -> bool:
        """Whether it consists of digits."""
        return self.word.isdigit()


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens ``first`` to ``last`` (exclusive) of a text that spell ``name``."""

    name: str
    first: int
    last: int


def tokens(text: str) -> list[Token]:
    """The tokens of ``text``; "Drop-3" and "drop3" are the same two."""
    return [Token(m.start(), m.end(), _singular(m[0].casefold())) for m in _PIECE.finditer(text)]


def find_names(found: Sequence[Token], names: Iterable[str], free: Sequence[bool]) -> list[Match]:
    """Where ``names`` stand among the tokens that are ``free``; longer names first, no overlaps."""
    known = [(name, *_spelt(name)) for name in dict.fromkeys(names)]
    known = sorted((each for each in known if each[2]), key=lambda each: (-len(each[2]), each[0]))
    windows = _Windows(found, max((size for _, size, _ in known), default=0) + 1)
    open_ = list(free)
    matches: list[Match] = []
    for exact in (True, False):
        for name, size, joined in known:
            for width in (size, size + 1, size - 1):
                for first in windows.spelt(joined, width, exact=exact):
                    if all(open_[first : first + width]):
                        matches.append(Match(name, first, first + width))
                        open_[first : first + width] = [False] * width
    return sorted(matches, key=lambda match: match.first)


class _Windows:
    """The spellings of all runs of up to ``longest`` tokens, each made once."""

    def __init__(self, found: Sequence[Token], longest: int) -> None:
        self._exact: dict[tuple[int, str], list[int]] = {}
        self._by_initial: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for width in range(1, longest + 1):
            for first in range(len(found) - width + 1):
                spelling = _spelling(found[first : first + width])
                self._exact.setdefault((width, spelling), []).append(first)
                self._by_initial.setdefault((width, spelling[0]), []).append((first, spelling))

    def spelt(self, joined: str, width: int, *, exact: bool) -> Iterable[int]:
        """Where runs of this width begin that spell ``joined``, or else nearly."""
        if exact:
            return self._exact.get((width, joined), ())
        near = self._by_initial.get((width, joined[0]), ()) if len(joined) >= _FUZZY_FROM else ()
        return (first for first, spelling in near if same_word(spelling, joined))


@lru_cache(maxsize=32768)
def _spelt(name: str) -> tuple[int, str]:
    """How many tokens a name has, and its spelling."""
    found = tokens(name)
    return len(found), _spelling(found)


@lru_cache(maxsize=32768)
def name_key(name: str) -> str:
    """What all spellings of a name have in common: "Call Centre", "call-centre", "CallCentre";
    "R12", "Release 12"."""
    return _singular(_joined([piece.casefold() for piece in _PIECE.findall(name)]))


def distinct_names(fields: Iterable[str]) -> tuple[str, ...]:
    """The names that fields hold, each once, in the spelling that comes first."""
    found: dict[str, str] = {}
    for field in fields:
        for name in names_in(field):
            found.setdefault(name_key(name), name)
    return tuple(found.values())


def names_in(field: str) -> tuple[str, ...]:
    """The names that a field of an issue holds, as several components do: "Call Centre, Shop"."""
    return tuple(filter(None, (name.strip() for name in _SEVERAL.split(field))))


def same_word(spelling: str, joined: str) -> bool:
    """Whether two spellings are the same name but for a small mistake in a long one."""
    if spelling == joined:
        return True
    if len(joined) < _FUZZY_FROM or abs(len(spelling) - len(joined)) > 2:
        return False
    if spelling[:1] != joined[0] or _digits(spelling) != _digits(joined):
        return False
    from rapidfuzz import fuzz

    return float(fuzz.ratio(spelling, joined)) >= _SAME


def _spelling(found: Sequence[Token]) -> str:
    return _joined([token.word for token in found])


def _joined(words: Sequence[str]) -> str:
    """Letters run together; numbers stay apart, so that "Drop 1 2" is not "Drop 12"."""
    long = _long_forms()
    parts = [f"#{word}#" if word.isdigit() else word for word in words]
    for at, (word, then) in enumerate(pairwise(words)):
        if then.isdigit():
            parts[at] = long.get(word, parts[at])
    return "".join(parts)


@cache
def _long_forms() -> dict[str, str]:
    """What a short word before a number stands for: "r" for "release"."""
    return {
        short: word
        for word, shorts in word_lists("requests")["release_short"].items()
        for short in shorts
    }


def _digits(spelling: str) -> list[str]:
    return re.findall(r"#\d+#", spelling)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


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
        self._orders: dict[tuple[frozenset[int], ...], Literal["epic", "story"]] = {}
        self._story_titles: dict[Unit, frozenset[int]] = {}
        self._pairs: set[tuple[str, str]] = set()
        for epic in epics:
            words = self._add(epic.title).union(*map(self._add, epic.labels))
            self._orders[self._order(epic.title)] = "epic"
            self._epics[epic.key] = units_of(epic), words
            for story in epic.stories:
                title = self._add(story.title)
                self._orders.setdefault(self._order(story.title), "story")
                self._story_titles[(epic.key, story.key)] = title
                own = title.union(*map(self._add, story.labels))
                self._stories[(epic.key, story.key)] = own

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
        wanted = self.stems(text)
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

    def find_stories(self, text: str, among: Collection[Unit] | None = None) -> frozenset[Unit]:
        """The stories that a text names best: by their whole title, or else with all words in
        their own title and labels, or else with some in their epic's."""
        found = self.find(text, among, of_epics=False)
        wanted = self.stems(text)
        own = frozenset(unit for unit in found if wanted <= self._stories[unit])
        return self._entitled(wanted) & own or own or found

    def stems(self, text: str) -> frozenset[int]:
        """The stems of a text's words, those of a title's word where one is derived from it or
        misspells it."""
        return frozenset[int]().union(*map(self._stems, _words(text)))

    def entitles(self, text: str) -> Literal["epic", "story", ""]:
        """Whose whole title a text is, in its order and any form of its words: an epic's, if one is
        called so."""
        order = tuple(filter(None, map(self._stems, _words(text))))
        return self._orders.get(order, "")

    def _order(self, title: str) -> tuple[frozenset[int], ...]:
        return tuple(filter(None, (self._known[word] for word in _words(title))))

    def _entitled(self, wanted: frozenset[int]) -> frozenset[Unit]:
        return frozenset(unit for unit, title in self._story_titles.items() if title == wanted)

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
