"""The words of a statement in any language: which carry meaning, which deny, which are the same.

Function words and negators are closed classes of a language and listed for those that criteria are
written in; everything else is told by the words themselves. Two words are the same where their
light stems agree, where they share most of their letters from the start ("verlängert",
"Verlängerung"), or where one ends with the other ("Rentenantrag", "Antrag").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from pathlib import Path

from assistant.generation.sentence_words import STOP_WORDS, TOKEN, stem
from assistant.language.nouns import german_parts, german_roots
from assistant.language.quoted_messages import mask_quotes
from assistant.language.word_lists import word_lists

_WORDS = {
    name: frozenset(words)
    for name, words in word_lists("words", Path(__file__).parent)["statement_words"].items()
}
_FUNCTION = STOP_WORDS | _WORDS["function"]
NEGATORS = _WORDS["negators"]
"""Words that turn what they stand in; the French "ne" goes with one of them."""

SEEN = frozenset(map(stem, _WORDS["seen"]))
"""Words of any test: that something is seen says nothing of what is seen."""

NEUTRAL = SEEN | frozenset(map(stem, _WORDS["neutral"]))
"""Words that any result may use without a source."""

MIN_SHARED = 4
"""Letters from the start that two longer words must share to be the same ..."""

SHARED_PART = 0.6
"""... and the share of the longer one that these must be."""

MIN_PART = 5
"""Letters of a word that must stand at the end of a compound."""


@lru_cache(maxsize=16384)
def content(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning, quotations and numbers left out."""
    bare = mask_quotes(text).replace("\x00", " ")
    return frozenset(key for key, _ in _words(bare))


@lru_cache(maxsize=16384)
def all_content(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning, those inside quotations too, no numbers."""
    return frozenset(key for key, _ in _words(text))


def spoken(text: str) -> tuple[str, ...]:
    """The stems of the words that carry meaning, those inside quotations too, in their order."""
    return tuple(key for key, _ in _words(text))


@lru_cache(maxsize=16384)
def _words(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for match in TOKEN.finditer(text):
        word = match.group().casefold().replace("’", "'")
        word = re.sub(r"^(?:[ldnsjmtc]|qu)'", "", word)
        if word in _FUNCTION or len(word) < 2 or any(char.isdigit() for char in word):
            continue
        found.append((stem(word), match.group()))
    return tuple(found)


def written(text: str) -> dict[str, str]:
    """The words that carry meaning, as they are written, by stem."""
    return dict(reversed(_words(mask_quotes(text).replace("\x00", " "))))


def contents(texts: Iterable[str]) -> frozenset[str]:
    """The stems of several texts, quotations and numbers left out."""
    return frozenset[str]().union(*map(content, texts))


def denies(text: str) -> bool:
    """Whether one of the words is a negator."""
    return any(word.casefold() in NEGATORS for word in re.findall(r"[\w'’]+", text))


class Lexicon:
    """The words of several texts, ready to be asked for."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.stems = frozenset[str]().union(*(all_content(text) for text in texts))
        self._near: dict[str, list[str]] = {}
        for word in self.stems:
            self._near.setdefault(word[:MIN_SHARED], []).append(word)
        self._long = [word for word in self.stems if len(word) > MIN_PART]

    def knows(self, word: str) -> bool:
        """Whether this stem, or one that is the same, stands in the texts."""
        return any(map(self._holds, _with_verb(word)))

    def _holds(self, word: str) -> bool:
        if word in self.stems:
            return True
        near = self._near.get(word[:MIN_SHARED], ()) if len(word) >= MIN_SHARED else ()
        return any(same(word, other) for other in near) or any(
            word.endswith(other) or other.endswith(word)
            for other in self._long
            if len(word) >= MIN_PART
        )

    def forms(self, word: str) -> frozenset[str]:
        """The stems of the texts that are of one word with this."""
        near = (other for other in self._near.get(word[:MIN_SHARED], ()) if same(word, other))
        if len(word) < MIN_PART:
            return frozenset(near)
        ends = (one for one in self._long if one.endswith(word) or word.endswith(one))
        return frozenset((*near, *ends))

    def share(self, words: Iterable[str]) -> float:
        """The share of the words that is known; 1 where there are none."""
        asked = list(words)
        return sum(map(self.knows, asked)) / len(asked) if asked else 1.0


@lru_cache(maxsize=65536)
def same(word: str, other: str) -> bool:
    """Whether two stems are of one word: also "angelegt" and "anlegen"."""
    return any(_alike(*pair) for pair in product(_with_verb(word), _with_verb(other)))


_PARTICIPLE = re.compile(
    r"(?P<before>a[bn]|au[fs]|bei|ein|fest|frei|her|hin|mit|nach|um|vor|weg|zu|zurück)?"
    r"ge(?P<root>\w{3,})(?:t|en)"
)
"""German participles, as their stems are written."""


def _with_verb(word: str) -> tuple[str, ...]:
    """A stem, and the verb whose participle it may be."""
    match = _PARTICIPLE.fullmatch(word)
    return (word, (match["before"] or "") + match["root"]) if match else (word,)


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    longer = max(len(word), len(other))
    shared = next(
        (n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b),
        min(len(word), len(other)),
    )
    if shared >= MIN_SHARED and shared >= SHARED_PART * longer:
        return True
    short, long = sorted((word, other), key=len)
    return len(short) >= MIN_PART and long.endswith(short)


def meeting(words: Iterable[str], others: Iterable[str]) -> frozenset[str]:
    """Those of the words that stand among the others."""
    theirs = frozenset(others)
    return frozenset(
        word for word in words if word in theirs or any(same(word, other) for other in theirs)
    )


def german_forms(words: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """Those of the words of a German sentence that stand in the texts in another case or number, or
    whose parts do: "Antwortfrist" of "Frist zur Antwort", and both of these of that."""
    said = {word: german_roots(word) for word in words}
    mine = frozenset[str]().union(*said.values())
    beside = (one for text in texts for _, one in _words(text))
    theirs = frozenset[str]().union(*map(german_roots, beside))
    known = theirs.union(*(german_parts(one, mine) for one in theirs))
    return frozenset(
        word
        for word, roots in said.items()
        if roots & known or any(german_parts(one, theirs) for one in roots)
    )
