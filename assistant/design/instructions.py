"""Text that seems to speak to the assistant instead of describing the product.

A flag for the person, nothing more: nothing is blocked and no condition depends on it. Requirement
texts say "ignore", "override" and "do not" all day, so a match needs an imperative together with
what only an assistant could do: its instructions, its answer, the tests it writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Value
from assistant.language.word_lists import filled, read_table


class _Patterns(Value):
    """What ``instructions.toml`` holds."""

    pieces: dict[str, str]
    patterns: tuple[str, ...]


_TABLE = read_table(Path(__file__).with_suffix(".toml"), _Patterns)
_PATTERNS = tuple(re.compile(filled(one, _TABLE.pieces), re.I) for one in _TABLE.patterns)
_ABOUT_THE_PRODUCT = re.compile(
    r"\b(?:system|application|app|page|users?|agent|tester|service|api|interface|we|i)\s+(?:can"
    r"|could|may|must|shall|should|will|would|to|want to|wants? to|is able to|are able to|needs?"
    r" to|has to"
    r"|does|do|cannot)\s+(?:not\s+|be able to\s+|automatically\s+|also\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """Words that seem to be meant for the assistant, by offset: the sentence they stand in."""

    words: str
    start: int
    end: int


def find_instructions(text: str) -> tuple[Instruction, ...]:
    """Sentences that seem to instruct the assistant, in order, each once."""
    found: dict[tuple[int, int], Instruction] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            place = match.start() + len(match.group()) - len(match.group().lstrip())
            if _ABOUT_THE_PRODUCT.search(text[max(0, place - 60) : place]):
                continue
            start, end = _sentence(text, place, match.end())
            found.setdefault((start, end), Instruction(text[start:end], start, end))
    kept: list[Instruction] = []
    for one in sorted(found.values(), key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The line or sentence around a match, at most 300 characters."""
    before = max(text.rfind(mark, 0, start) for mark in ("\n", ". ", "! ", "? "))
    first = max(before + 1, start - 150)
    stops = [place for mark in ("\n", ". ", "! ", "? ") if (place := text.find(mark, end)) >= 0]
    last = min([*stops, len(text), end + 150])
    if last < len(text) and text[last] in ".!?":
        last += 1
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last
