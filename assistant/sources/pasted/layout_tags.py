"""What lays a Markdown page out and says nothing: tags of callouts and foldable parts, navigation.

Notion exports a callout as ``<aside>``; GitHub and GitLab fold with ``<details>``. What they hold
is text, the tags are none. Wikis put a list of the page's headings (``[[_TOC_]]``, ``[TOC]``) or of
the pages below (``[[_TOSP_]]``) where a line names it; Azure DevOps keeps a mention as the number
of a user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAGS = r"\s*(?:</?(?:aside|details|div|section|article|center|figure)\b[^<>\n]{0,300}>[^\S\n]*)+"
_SUMMARY = r"(?:<details\b[^<>\n]{0,100}>\s*)?<summary\b[^<>\n]{0,100}>(?P<words>.*?)</summary>"
_NAVIGATION = r"\s*(?:\[\[_?(?:toc|tosp)_?\]\]|\[toc\]|\{:toc\})\s*"
_LINE = re.compile(
    rf"(?P<tags>{_TAGS})|\s*{_SUMMARY}\s*(?:</details>\s*)?|{_NAVIGATION}", re.IGNORECASE
)
_MENTION = re.compile(r"@<[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}>", re.IGNORECASE)
_FENCE = re.compile(r"\s{0,3}(?P<mark>`{3,}|~{3,})")


def leave_out_layout(text: str) -> str:
    """Markdown without its lines of layout tags or navigation alone, which are left empty; a
    summary is a heading in bold, a user of whom there is only a number "@user". Tags within a
    line, and code, stay."""
    if not any(sign in text for sign in ("</", "@", "[", "{:")):
        return text
    kept = list[str]()
    for line, code in lines_and_code(text):
        found = None if code else _LINE.fullmatch(line)
        if found is not None:
            words = (found["words"] or "").strip().strip("*_")
            kept.append(f"**{words}**" if words else "")
        else:
            kept.append(line if code else _MENTION.sub("@user", line))
    return "\n".join(kept)


def lines_and_code(text: str) -> Iterator[tuple[str, bool]]:
    """The lines of Markdown, each with whether it stands in a fenced block or fences one."""
    fence = ""
    for line in text.split("\n"):
        mark, inside = _FENCE.match(line), bool(fence)
        if mark:
            fence = "" if fence and line.strip().startswith(fence) else fence or mark["mark"]
        yield line, inside or bool(fence)
