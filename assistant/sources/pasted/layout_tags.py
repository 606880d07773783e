"""HTML that Markdown's lines are laid out by: callouts, foldable parts, columns.

Notion exports a callout as ``<aside>``; GitHub and GitLab fold with ``<details>``. What they hold
is text, the tags are none.
"""

from __future__ import annotations

import re

_TAGS = r"\s*(?:</?(?:aside|details|div|section|article|center|figure)\b[^<>\n]{0,300}>[^\S\n]*)+"
_SUMMARY = r"(?:<details\b[^<>\n]{0,100}>\s*)?<summary\b[^<>\n]{0,100}>(?P<words>.*?)</summary>"
_LINE = re.compile(rf"(?P<tags>{_TAGS})|\s*{_SUMMARY}\s*(?:</details>\s*)?", re.IGNORECASE)
_FENCE = re.compile(r"\s{0,3}(?P<mark>`{3,}|~{3,})")


def leave_out_layout_tags(text: str) -> str:
    """Markdown without its lines of layout tags alone, which are left empty; a summary keeps its
    words. Tags within a line, and code, stay."""
    if "</" not in text:
        return text
    kept, fence = list[str](), ""
    for line in text.split("\n"):
        if mark := _FENCE.match(line):
            fence = "" if fence and line.strip().startswith(fence) else fence or mark["mark"]
        found = None if fence else _LINE.fullmatch(line)
        kept.append(line if found is None else (found["words"] or "").strip())
    return "\n".join(kept)
