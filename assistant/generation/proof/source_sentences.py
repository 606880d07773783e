"""The sentences, list items and rows of a source: what a reader takes for a whole.

A line that goes on in the next one, brackets or bold marks that are still open, belong together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.generation.proof.amounts import Number, numbers
from assistant.generation.proof.statement_words import all_content, spoken
from assistant.generation.sentence_words import sentences
from assistant.language.quoted_messages import find_messages, mask_quotes

_MARKS = re.compile(r"(?:[\s|#>•–—]|[-+*](?=\s)|\d{1,2}[.)]\s)*")
"""What stands before a sentence in a list, a heading or a row; ``**`` belongs to its words."""

_LETTERED = re.compile(r"\w{1,3}\)\s")
"""The mark of an item: "b) ", "iv) "."""

_ENDS = " \t\r\n|,;:–—"
_WHOLE = re.compile(r"[.!?:;|][\"”’')\]*]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its offsets and what it says: words, pairs of them, messages, numbers."""

    start: int
    end: int
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    messages: frozenset[str]
    numbers: tuple[Number, ...]


@lru_cache(maxsize=4096)
def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text in order, without the marks around them."""
    found: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if found and _goes_on(text, found[-1], start):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    trimmed = (_trimmed(text, start, end) for start, end in found)
    return tuple(_read(text, start, end) for start, end in trimmed if start < end)


def _goes_on(text: str, last: tuple[int, int], start: int) -> bool:
    """Whether what begins at ``start`` belongs to the piece before it."""
    said = text[slice(*last)]
    if "\n\n" in text[last[1] : start]:
        return False
    if said.count("**") % 2 or _is_open(said):
        return True
    lower = text[start].islower() and not _LETTERED.match(text, start)
    return lower and not _WHOLE.search(said)


def _is_open(said: str) -> bool:
    """Whether a bracket is open; the one of "a)" is not."""
    bare = mask_quotes(said)
    return any(bare.count(left) > bare.count(right) for left, right in ("()", "[]"))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    mark = _MARKS.match(text, start, end)
    start = mark.end() if mark else start
    lettered = _LETTERED.match(text, start, end)
    start = lettered.end() if lettered else start
    return start, start + len(text[start:end].rstrip(_ENDS))


def _read(text: str, start: int, end: int) -> Sentence:
    said = text[start:end]
    return Sentence(
        start, end, all_content(said), pairs_of(said),
        frozenset(f"“{one.text.casefold()}”" for one in find_messages(said)), numbers(said),
    )  # fmt: skip


def pairs_of(text: str) -> frozenset[tuple[str, str]]:
    """Words that stand next to each other, words without meaning between them left out."""
    return frozenset(pairwise(spoken(text)))
