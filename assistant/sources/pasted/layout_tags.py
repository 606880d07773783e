"""What lays a Markdown page out and says nothing: tags of callouts and foldable parts, navigation.

Notion exports a callout as ``<aside>``; GitHub and GitLab fold with ``<details>``. What they hold
is text, the tags are none. Wikis put a list of the page's headings (``[[_TOC_]]``, ``[TOC]``) or of
the pages below (``[[_TOSP_]]``) where a line names it; Azure DevOps keeps a mention as the number
of a user. GitLab keeps some of its commands ("/cc @team"), and labels ("~urgent") may stand in a
line by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAGS = r"\s*(?:</?(?:aside|details|div|section|article|center|figure)\b[^<>\n]{0,300}>[^\S\n]*)+"
_SUMMARY = r"(?:<details\b[^<>\n]{0,100}>\s*)?<summary\b[^<>\n]{0,100}>(?P<words>.*?)</summary>"
_NAVIGATION = r"\s*(?:\[\[_?(?:toc|tosp)_?\]\]|\[toc\]|\{:toc\})\s*"
_COMMANDS = (
    "add_child|add_contacts|approve|assign|assign_reviewer|award|blocked_by|blocks|board_move|cc|"
    "clear_weight|clone|close|confidential|convert_to_ticket|copy_metadata|create_merge_request|"
    "done|draft|due|duplicate|epic|estimate|health_status|iteration|label|link|lock|merge|milestone|"
    "move|promote|promote_to|publish|ready|reassign|relabel|relate|remove_child|remove_due_date|"
    "remove_epic|remove_estimate|remove_iteration|remove_milestone|remove_parent|remove_time_spent|"
    "reopen|severity|set_parent|shrug|spend|spent|status|subscribe|tableflip|target_branch|timeline|"
    "title|todo|type|unapprove|unassign|unlabel|unlink|unlock|unsubscribe|weight|zoom"
)
"""Source: GitLab, "Quick actions"."""
_CALL = rf"\s*/(?:{_COMMANDS})(?:[^\S\n][^\n]*)?"
_LABELS = r'\s*(?:~(?:"[^"\n]{1,100}"|[^\W\d_][\w:.-]{0,100})[\s,]*)+'
_LINE = re.compile(
    rf"(?P<tags>{_TAGS})|\s*{_SUMMARY}\s*(?:</details>\s*)?|{_NAVIGATION}|{_CALL}|{_LABELS}",
    re.IGNORECASE,
)
_MENTION = re.compile(r"@<[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}>", re.IGNORECASE)
_FENCE = re.compile(r"\s{0,3}(?P<mark>`{3,}|~{3,})")


def leave_out_layout(text: str) -> str:
    """Markdown without its lines of layout tags, navigation, commands or labels alone, which are
    left empty; a summary is a heading in bold, a user of whom there is only a number "@user".
    Tags within a line, and code, stay."""
    if not any(sign in text for sign in ("</", "@", "~", "/", "[", "{:")):
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
