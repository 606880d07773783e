"""What a description of GitLab holds beside its text: commands, labels, remarks to a person.

Only descriptions that GitLab exported are read so: "/status must answer 200" and "@name: a list
opens" are sentences of a requirement anywhere else, and within GitLab too where no argument of a
command follows. Indented lines and fenced blocks are code. Source: GitLab, "Quick actions" and
"GitLab Flavored Markdown" (references: @user, ~label, %milestone, #issue, !merge request, &epic).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.sources.pasted.layout_tags import lines_and_code

_ALONE = (
    "approve|clear_health_status|clear_weight|clone|close|confidential|done|draft|lock|merge|"
    "promote|publish|ready|rebase|remove_due_date|remove_epic|remove_estimate|remove_iteration|"
    "remove_milestone|remove_parent|remove_time_spent|remove_zoom|reopen|shrug|subscribe|tableflip|"
    "todo|unapprove|unassign|unassign_reviewer|unlabel|unlock|unsubscribe"
)
"""Commands that may stand without an argument."""
_WITH_ARGUMENT = (
    "add_child|add_contacts|assign|assign_reviewer|award|blocked_by|blocks|board_move|cc|"
    "copy_metadata|create_merge_request|due|duplicate|epic|estimate|iteration|label|link|milestone|"
    "move|promote_to|reassign|reassign_reviewer|relabel|relate|remove_child|remove_contacts|"
    "request_review|set_parent|spend|spent|weight|zoom"
)
_LABEL = r'~(?:"[^"\n]{1,100}"|[^\W\d_][\w:.-]{0,100})'
_ARGUMENT = (
    r"(?:@[\w.-]+(?:/[\w.-]+)*"
    rf"|{_LABEL}"
    r'|%(?:"[^"\n]{1,100}"|[\w.-]+)'
    r"|(?:[\w.-]+(?:/[\w.-]+)*)?[#!&]\d+"
    r"|https?://\S+"
    r"|\d{4}-\d{2}-\d{2}"
    r"|-?\d+(?:[.]\d+)?(?:mo|[wdhms])?)"
)
_COMMAND = re.compile(
    rf" {{0,3}}/(?:(?:{_ALONE})|(?:{_ALONE}|{_WITH_ARGUMENT})(?:[\s,]+{_ARGUMENT})+)\s*",
    re.IGNORECASE,
)
_LABELS = re.compile(rf" {{0,3}}{_LABEL}(?:[\s,]+{_LABEL})*\s*")
_REMARK = re.compile(r" {0,3}(?:> ?)*[*_]*@[\w.-]+[*_]*\s*[:：,–—-]\s")
_BLOCK = re.compile(r"[ >]*(?:[-*+#|]|\d{1,3}[.)] )")
"""What begins a list, heading or table also without an empty line before it."""


def read_gitlab_text(description: str) -> tuple[str, list[str]]:
    """A description without its lines of commands and of labels alone, and without its remarks
    ("@maud: see the other page"), which follow it as they stand: a paragraph that begins with whom
    it speaks to says nothing of the product."""
    kept, remarks = list[str](), list[list[str]]()
    begins, remark = True, False
    for line, code in lines_and_code(description.replace("\r\n", "\n")):
        blank = not line.strip(" >\t")
        opens = begins and not code and bool(_REMARK.match(line))
        if opens or (remark and not (blank or code or _BLOCK.match(line))):
            if opens:
                remarks.append([])
            remarks[-1].append(line.lstrip("> "))
            remark, begins = True, False
            continue
        remark = False
        if not code and (_COMMAND.fullmatch(line) or _LABELS.fullmatch(line)):
            kept.append("")
            blank = True
        else:
            kept.append(line)
        begins = blank
    return "\n".join(kept), ["\n".join(lines) for lines in remarks]


def scoped_labels(labels: Iterable[str]) -> dict[str, str]:
    """The values of labels that stand for one of several, by what they say ("team::Quay")."""
    cut = [label.rpartition("::") for label in labels]
    return {name: value for name, colons, value in cut if colons and name and value}
