"""Known names in free text, matched loosely: case, hyphens, spaces, plurals, small misspellings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PIECE = re.compile(r"[^\W\d_]+|\d+")
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
    spelt = [(name, _spelling(tokens(name))) for name in dict.fromkeys(names)]
    known = [(name, len(tokens(name)), joined) for name, joined in spelt if joined]
    known.sort(key=lambda each: (-len(each[2]), each[0]))
    open_ = list(free)
    matches: list[Match] = []
    for exact in (True, False):
        for name, size, joined in known:
            for width in (size, size + 1, size - 1):
                for first in range(len(found) - width + 1) if width > 0 else ():
                    window = found[first : first + width]
                    if all(open_[first : first + width]) and _same(window, joined, exact):
                        matches.append(Match(name, first, first + width))
                        open_[first : first + width] = [False] * width
    return sorted(matches, key=lambda match: match.first)


def _same(window: Sequence[Token], joined: str, exact: bool) -> bool:
    spelling = _spelling(window)
    if exact:
        return spelling == joined
    return same_word(spelling, joined)


def same_word(spelling: str, joined: str) -> bool:
    """Whether two spellings are the same name but for a small mistake in a long one."""
    if spelling == joined:
        return True
    if len(joined) < _FUZZY_FROM or _digits(spelling) != _digits(joined):
        return False
    if spelling[:1] != joined[0] or abs(len(spelling) - len(joined)) > 2:
        return False
    from rapidfuzz import fuzz

    return float(fuzz.ratio(spelling, joined)) >= _SAME


def _spelling(found: Sequence[Token]) -> str:
    """Letters run together; numbers stay apart, so that "Drop 1 2" is not "Drop 12"."""
    parts = [f"#{token.word}#" if token.is_number else token.word for token in found]
    return "".join(parts)


def _digits(spelling: str) -> list[str]:
    return re.findall(r"#\d+#", spelling)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
