"""Whether two sentences of the same words say the same: what must be done, who to whom, and whose.

A sentence whose words all stand in a source may still turn it: "must" for its "may", "the manager
reports to the agent" for the reverse, "from 8 to 5" for "from 5 to 8", the price for the deposit.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from assistant.generation.proof.amounts import Number, alike, numbers
from assistant.generation.proof.statement_words import NEGATORS, content, meeting
from assistant.generation.sentence_words import TOKEN, names, stem
from assistant.language.function_words import ARTICLES, COORDINATORS, Force, find_modals
from assistant.language.quoted_messages import mask_quotes

REACH = 3
"""Telling words behind a modal verb that it is on."""

BETWEEN = 5
"""Words between two that are exchanged."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NAME = re.compile(r"\b[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)+")
"""A name of several words, which is one word in the order of words."""
_PART = re.compile(r"[,;] ")
_JOINT = re.compile(r"[^\w,;.]*(?:(?P<word>[^\W\d_]+)[^\w,;.]*)?")

_NONE: frozenset[str] = frozenset()

Triple = tuple[str, tuple[str, ...], str]


def same_force(text: str, other: str) -> bool:
    """Whether nothing is a duty in ``text`` that is a permission in ``other``, or the reverse.

    What each modal verb is on is told by the words behind it. One that is denied is left out where
    its language forbids with either.
    """
    theirs = _forces(other)
    for force, words in _forces(text):
        shared = [(len(meeting(words, told)), found) for found, told in theirs]
        most = max((count for count, _ in shared), default=0)
        if most and force not in {found for count, found in shared if count == most}:
            return False
    return True


@lru_cache(maxsize=4096)
def _forces(text: str) -> tuple[tuple[Force, frozenset[str]], ...]:
    """The force of each modal verb, and the telling words behind it."""
    bare = mask_quotes(text).replace("\x00", " ")
    modals = list(find_modals(bare))
    ends = [*(start for _, _, start, _ in modals), len(bare)][1:]
    found: list[tuple[Force, frozenset[str]]] = []
    for (force, denied_alike, start, end), limit in zip(modals, ends, strict=True):
        before, behind = _WORD.findall(bare[:start])[-1:], _WORD.findall(bare[end:limit])
        beside = {word.casefold().replace("’", "'") for word in (*before, *behind[:1])}
        if denied_alike and beside & NEGATORS:
            continue
        told = [stem_ for word in behind for stem_ in content(word)]
        found.append((force, frozenset(told[:REACH])))
    return tuple(found)


def same_order(text: str, other: str, language: str) -> bool:
    """Whether no two words, and no two values, stand in ``text`` exchanged around the same words.

    What "and" or "or" of the ``language`` joins may be exchanged.
    """
    mine, theirs = _triples(text, language), _triples(other, language)
    if any((b, x, a) in theirs and (a, x, b) not in theirs for a, x, b in mine):
        return False
    told = _ranges(other, language)
    return not any(
        any(alike(low, d) and alike(high, c) for c, d in told)
        and not any(alike(low, c) and alike(high, d) for c, d in told)
        for low, high in _ranges(text, language)
    )


@lru_cache(maxsize=4096)
def _triples(text: str, language: str) -> frozenset[Triple]:
    """Every two words with the words between them, articles left out, as stems."""
    articles, joining = (words.get(language, _NONE) for words in (ARTICLES, COORDINATORS))
    found: set[Triple] = set()

    def as_one(name: re.Match[str]) -> str:
        return "".join(word for word in name.group().split() if word.casefold() not in articles)

    for part in _NAME.sub(as_one, mask_quotes(text).replace("\x00", " ")).split(","):
        words = [word for word in TOKEN.findall(part.casefold()) if word not in articles]
        stems = [stem(word) for word in words]
        for first in range(len(words)):
            for last in range(first + 2, min(first + 2 + BETWEEN, len(words))):
                if words[last - 1] in joining:
                    break
                if not any(map(str.isdigit, words[first] + words[last])):
                    found.add((stems[first], tuple(stems[first + 1 : last]), stems[last]))
    return frozenset(found)


@lru_cache(maxsize=4096)
def _ranges(text: str, language: str) -> tuple[tuple[Number, Number], ...]:
    """Two values that one word or a dash joins, in their order."""
    joining = COORDINATORS.get(language, _NONE)
    found = []
    for low, high in pairwise(numbers(text)):
        joint = _JOINT.fullmatch(text, low.end, high.start)
        if joint and (joint["word"] or "").casefold() not in joining:
            found.append((low, high))
    return tuple(found)


def same_names(text: str, other: str) -> bool:
    """Whether no number of ``text`` is told of what has another number in ``other``: with a name
    that stands beside that one there, and no word that stands beside its own."""
    parts = [part for part in map(_part, _PART.split(other)) if part.numbers]
    stated, said = numbers(text), content(text)
    others = [part for part in parts if not any(map(part.holds, stated))]
    for one in stated:
        holding = [part for part in parts if part.holds(one)]
        if holding and all(any(o.is_told_for(p, said) for o in others) for p in holding):
            return False
    return True


class _Part(NamedTuple):
    """A part of a sentence, or a cell of a row, that has numbers."""

    numbers: tuple[Number, ...]
    words: frozenset[str]
    names: frozenset[str]

    def holds(self, number: Number) -> bool:
        return any(alike(number, one) for one in self.numbers)

    def is_told_for(self, other: _Part, said: frozenset[str]) -> bool:
        """Whether what is said has a name of this part, and no word of the other's own."""
        own = other.words - self.words
        return bool(own and meeting(self.names - other.words, said) and not meeting(own, said))


def _part(text: str) -> _Part:
    """Of a cell the numbers behind the name of its column, which opens it with a name."""
    column, _, value = text.rpartition(": ")
    told = f"; {text.replace(': ', '; ')}" if column else text
    return _Part(numbers(value), content(text), content(" ".join(names(told))))
