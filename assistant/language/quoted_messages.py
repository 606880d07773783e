"""Quoted messages in text, in all the quotation marks people use, apostrophes left alone.

A straight mark directly behind a digit opens nothing: it is the inch mark of a 20" rim, or it ends
a quotation that is open ("Gate 20"). It opens one where a letter follows at once and a mark that
closes follows that (2"Last name"), unless those are measures (20"x30").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Quoted:
    """Quoted words: ``text`` without the marks is ``source[start:end]``."""

    text: str
    start: int
    end: int


OPENING = r'"(?:(?<!\d")|(?=[^\W\d_])(?![^\W\d_]?[ ]?[xX×][ ]?\d)(?=[^"\n]*(?<=\S)"(?!\w)))'
"""A straight mark that may open a quotation, as a piece of a pattern."""
STRAIGHT = re.compile(rf'{OPENING}([^"\n]*)"')
"""What stands in straight marks."""

MARKS = "\"'“”„«»‘’"
"""All marks that a quotation begins or ends with."""

_QUOTED = re.compile(
    r"“(?P<curly>[^“”\n]{1,400})”"
    rf'|{OPENING}(?P<straight>[^"\n]{{1,400}})"'
    r"|«\s?(?P<guillemets>[^«»\n]{1,400}?)\s?»"
    r"|„(?P<low>[^„“”\n]{1,400})[“”]"
    r"|(?<![\w’'])‘(?P<single>[^‘\n]{1,400}?)’(?![\w])"
    r"|(?<![\w'])'(?P<plain>[^\s'](?:[^'\n]|(?<=\w)'(?=\w)){0,398}?)'(?!\w)"
)


@lru_cache(maxsize=8192)
def find_messages(text: str) -> tuple[Quoted, ...]:
    """Every quotation in ``text``, in order, with the offsets of the words inside the marks."""
    found = []
    for match in _QUOTED.finditer(text):
        name = match.lastgroup
        if name and match[name].strip():
            found.append(Quoted(match[name], match.start(name), match.end(name)))
    return tuple(found)


@lru_cache(maxsize=8192)
def mask_quotes(text: str) -> str:
    """``text`` of the same length with quoted words, marks included, blanked by ``\\x00``."""
    return _QUOTED.sub(lambda match: "\x00" * len(match.group()), text)
