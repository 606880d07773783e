"""Code fences in texts that stand one below the other in a document: none reaches into the next."""

from __future__ import annotations

import re

_LINE = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_FENCE = re.compile(r"[ \t]*(?P<mark>`{3,}|~{3,})(?P<rest>.*)", re.DOTALL)


def without_open_fence(text: str) -> str:
    """``text`` with each mark of a fence that nothing below it closes as plain characters.

    Source: CommonMark 0.31, "Fenced code blocks": a fence ends at a line of the same mark, at
    least as long, and else at the end of the document.
    """
    lines = _LINE.split(text)
    found = {at: match for at, line in enumerate(lines) if (match := _FENCE.match(line))}
    longest, below = {"`": 0, "~": 0}, dict[int, int]()
    for at in reversed(found):
        mark = found[at]["mark"]
        below[at] = longest[mark[0]]
        if not found[at]["rest"].strip():
            longest[mark[0]] = max(longest[mark[0]], len(mark))
    within = ""
    for at, match in found.items():
        mark = match["mark"]
        if within:
            if mark.startswith(within) and not match["rest"].strip():
                within = ""
        elif below[at] >= len(mark):
            within = mark
        else:
            lines[at] = lines[at].replace(mark, f"\\{mark}", 1)
    return "".join(lines)
