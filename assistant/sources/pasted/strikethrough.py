"""What a text strikes through: its author took it back, so it is no source of anything."""

from __future__ import annotations

import re

_STRUCK_WORDS = r"~~(?=[^\s~])((?:[^~]|(?<!~)~(?!~))+)~~(?!~)"
_STRUCK = re.compile(
    r"^[^\S\n]*(?P<fence>`{3,}|~{3,}).*?(?:\n[^\S\n]*(?P=fence)|\Z)|```.*?```|`[^`\n]+`"
    r"|^[^\S\n]*#{1,6}[^\S\n]+[*_]*~~[^~\n]+~~[*_]*[^\S\n]*$"
    rf"|(?<![~\\*_])(?P<mark>[*_]{{1,3}}){_STRUCK_WORDS}(?P=mark)|(?<![~\\]){_STRUCK_WORDS}",
    re.S | re.M,
)
"""Code and whole headings, which are passed over, and struck words, with the bold and italic marks
around them."""

_STRUCK_EDGE = re.compile(r"\n\s*\n|\n[\s>]*(?:[-*+]|\d{1,4}[.)])\s|(?<!\\)\|")
"""Of a paragraph, an item or a cell: nothing is struck across it."""

_CELL_EDGE = re.compile(r"(?<!\\)\|")
_ITEM_MARKS = re.compile(r"[\s>]*(?:[-*+]|\d{1,4}[.)])?\s*(?:\[[ xX]\])?")
"""What stands before the words of an item."""

_GAP = "\ue000"
"""Stands in the place of struck words until the blanks around them are set."""

_GAPS_AROUND = re.compile(
    rf"(?:(?<=[^\S\n])|^){_GAP}[^\S\n]?|,?[^\S\n]{_GAP}(?=[.,;:!?)]|$)|{_GAP}", re.M
)


def leave_out_struck(text: str) -> tuple[str, int]:
    """Markdown without the passages that it strikes through, and how many there were.

    A line that holds nothing else is left out whole, a row too that keeps nothing but the name of
    what was struck. Code, tildes around more than a paragraph, an
    item or a cell, and whole headings stay as they are: without its heading, what stands below it
    would belong to the section before.
    """
    if "~~" not in text:
        return text, 0
    found = 0

    def gap(match: re.Match[str]) -> str:
        nonlocal found
        struck = match[3] or match[4]
        if struck is None or struck[-1].isspace() or _STRUCK_EDGE.search(struck):
            return match[0]
        found += 1
        return _GAP

    lines = _STRUCK.sub(gap, text.replace(_GAP, "")).split("\n")
    kept = [line for line in lines if _GAP not in line or _says_something(line)]
    return _GAPS_AROUND.sub("", "\n".join(kept)), found


def _says_something(line: str) -> bool:
    if not line.lstrip().startswith("|"):
        return _has_words(line)
    cells = [cell for cell in _CELL_EDGE.split(line) if _GAP in cell or _has_words(cell)]
    return any(map(_has_words, cells[1:] or cells))


def _has_words(line: str) -> bool:
    mark = _ITEM_MARKS.match(line)
    return any(map(str.isalnum, line[mark.end() if mark else 0 :]))


def struck_note(passages: int) -> str:
    """What a reading says of passages that it left out."""
    several = "s" if passages > 1 else ""
    return f"Left out what the text strikes through ({passages} passage{several})."
