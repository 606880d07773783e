"""Steps of a test that are written in its description: what to do, and what is expected then."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LABEL = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|[-*][ \t]+)?[*_]{0,2}"
    r"(?:(?P<expected>expected(?:[ ]+(?:results?|outcomes?|behaviou?rs?))?)"
    r"|(?P<actual>(?:actual|observed)(?:[ ]+(?:results?|outcomes?|behaviou?rs?))?)"
    r"|(?P<steps>(?:test[ ]+)?steps?(?:[ ]+to[ ]+(?:reproduce|execute|follow|test))?|actions?)"
    r"|(?P<preconditions>pre-?[ ]?(?:conditions?|requisites?))"
    r"|(?P<data>(?:test|input)[ ]+data))"
    r"[*_]{0,2}[ \t]*(?:[:：][*_]{0,2}|(?=\n|$))[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class WrittenSteps:
    """A test's description taken apart; ``before`` is what no label names a step of."""

    actions: str
    expected: str
    before: str = ""
    preconditions: str = ""
    data: str = ""


def written_steps(description: str) -> WrittenSteps | None:
    """The steps in a description where it says what is expected; ``None`` where it does not.

    Without a label for the steps, all that stands before the result is what to do.
    """
    marks = list(_LABEL.finditer(description))
    parts: dict[str, list[str]] = {}
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(description)
        parts.setdefault(str(mark.lastgroup), []).append(description[mark.end() : end].strip())
    told = {name: "\n".join(filter(None, texts)) for name, texts in parts.items()}
    before = description[: marks[0].start()].strip() if marks else ""
    actions = told.get("steps", "")
    if not actions:
        actions, before = before, ""
    if not (actions and told.get("expected")):
        return None
    if told.get("actual"):
        before = "\n\n".join(filter(None, (before, f"Actual result: {told['actual']}")))
    return WrittenSteps(
        actions=actions, expected=told["expected"], before=before,
        preconditions=told.get("preconditions", ""), data=told.get("data", ""),
    )  # fmt: skip
