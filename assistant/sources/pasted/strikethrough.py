"""What a text strikes through, left out: its author took it back, so it is no source of anything.

Notation: "Strikethrough" of GitHub Flavored Markdown, with two tildes; the readers of wiki text,
HTML and Word documents write the same marks.
"""

from __future__ import annotations

import re

_STRUCK = re.compile(r"```.*?```|`[^`\n]+`|(?<![~\\])~~(?=[^\s~])(?P<struck>[^~]+)~~(?!~)", re.S)
_BLANK_LINE = re.compile(r"\n\s*\n")
_GAP = "\ue000"
"""Stands in the place of struck words until the blanks around them are set."""

_GAPS = re.compile(rf"(?:(?<=[^\S\n])|^){_GAP}[^\S\n]?|,?[^\S\n]{_GAP}(?=[.,;:!?)]|$)|{_GAP}", re.M)


def leave_out_struck(text: str) -> tuple[str, int]:
    """Markdown without the passages that it strikes through, and how many there were.

    A line that holds nothing else is left out whole. Code, and tildes around more than a paragraph,
    stay as they are.
    """
    if "~~" not in text:
        return text, 0
    found = 0

    def gap(match: re.Match[str]) -> str:
        nonlocal found
        struck = match["struck"]
        if struck is None or struck[-1].isspace() or _BLANK_LINE.search(struck):
            return match[0]
        found += 1
        return _GAP

    lines = _STRUCK.sub(gap, text.replace(_GAP, "")).split("\n")
    kept = [line for line in lines if _GAP not in line or any(map(str.isalnum, line))]
    return _GAPS.sub("", "\n".join(kept)), found
