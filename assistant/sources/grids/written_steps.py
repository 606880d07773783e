"""Steps of a test that are written in its description: what to do, and what is expected then."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    """A test's description taken apart; ``before`` is what no label names a step of.

    ``cells`` are action, data and expected result: of all steps, or of one after the other.
    """

    cells: tuple[tuple[str, str, str], ...]
    before: str = ""
    preconditions: str = ""


def written_steps(description: str) -> WrittenSteps | None:
    """The steps in a description where it says what is expected; ``None`` where it does not.

    Without a label for the steps, all that stands before the result is what to do. Where each step
    has its result, a result is one line, and what follows is the next step.
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
    results = [result for result in parts.get("expected", []) if result]
    if not (actions and results):
        return None
    if told.get("actual"):
        before = "\n\n".join(filter(None, (before, f"Actual result: {told['actual']}")))
    if len(results) == 1:
        cells = [(actions, told.get("data", ""), results[0])]
    else:
        cells = [*_by_turns(actions, results)]
        cells[0] = (cells[0][0], told.get("data", ""), cells[0][2])
    return WrittenSteps(tuple(cells), before, told.get("preconditions", ""))


def _by_turns(first: str, results: list[str]) -> Iterator[tuple[str, str, str]]:
    """Steps whose results each begin a text that goes on with the next step."""
    action = first
    for number, text in enumerate(results):
        result, _, following = text.partition("\n")
        if number == len(results) - 1:
            result, following = text, ""
        yield action, "", result.strip()
        action = following.strip()
