"""What the negators of a sentence deny."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.generation.proof.statement_words import NEGATORS, content
from assistant.language.quoted_messages import mask_quotes

DENIED = 3
"""Telling words behind a negator, or before the last one of a clause, that it denies."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_BREAK = re.compile(r"[,;:.!?]\s|\n")
_COMPARED = re.compile(
    r"\s+(?:more|less|fewer|later|earlier|longer|older|younger|higher|lower|mehr|weniger|länger"
    r"|später|früher|höher|älter|plus|moins)\b"
)
"""What makes a limit of a negator ("no more than 3") and denies nothing."""

_DENIED_CELL = re.compile(r"(?:^|; )(?P<name>[^:;\n]{1,60}): \w+\Z")
_NUMBER = re.compile(r"\.?:|\.\s*[^\s\d]*\d")
"""What makes a number of "No": "No.: 3", "serial no. DL8"."""

_ENDS = re.compile(r"\.?\s*(?:;|\Z)")
"""A cell that holds a negator alone denies the name of its column."""


@lru_cache(maxsize=4096)
def denied_words(text: str) -> tuple[frozenset[str], ...]:
    """What each negator of a text denies: the telling words behind it, "no more than 3" aside; one
    that nothing follows the last words of its clause ("Gäste zahlen bei Verspätung nicht")."""
    bare = mask_quotes(text).replace("\x00", " ")
    found = []
    for match in _WORD.finditer(bare):
        word = match.group().casefold().replace("’", "'")
        if word not in NEGATORS or _COMPARED.match(bare, match.end()):
            continue
        if _NUMBER.match(bare, match.end()):
            continue
        cell = _DENIED_CELL.search(bare, 0, match.end()) if _ENDS.match(bare, match.end()) else None
        if cell:  # "Approval needed: None"
            found.append(content(cell["name"]))
            continue
        behind: list[str] = []
        for following in _WORD.finditer(bare[match.end() :]):
            told = [w for w in content(following.group()) if w not in behind]
            if len(behind) >= DENIED or (behind and not told):
                break  # "without charge | within the period"
            behind += told
        found.append(frozenset(behind or _last_words(bare[: match.start()])))
    return tuple(found)


def _last_words(text: str) -> list[str]:
    """The last telling words of the clause that a text ends in."""
    clause = _WORD.findall(_BREAK.split(text)[-1])
    return [stem for word in clause for stem in content(word)][-DENIED:]
