"""Titles and objectives: what a case verifies, in one line, and why it exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.design.casing import lower_start
from assistant.design.joining import coordinated
from assistant.design.telling import is_placed
from assistant.domain import AcceptanceCriterion, TestCondition
from assistant.generation.style import CompanyStyle
from assistant.generation.wording import capitalised, clipped, content_stems, phrase

HELD = 0.6
"""Share of the outcome's words from which on a statement counts as telling the outcome."""

MAX_QUOTED_CRITERION = 220

_LEAD = re.compile(r"^(?:when|with|if|where|once|for) (?=\S)", re.IGNORECASE)

_PURPOSES = {
    ("positive", True): "Confirm the outcome in an allowed situation",
    ("positive", False): "Confirm the outcome",
    ("negative", True): "Confirm that the rule does not reach further than it says",
    ("negative", False): "Confirm the outcome where the criterion is not met",
    ("boundary", True): "Confirm a value at or inside the limit",
    ("boundary", False): "Confirm a value just outside the limit",
    ("decision-table rule", True): "Confirm one combination of the conditions",
    ("decision-table rule", False): "Confirm one combination of the conditions",
    ("state transition", True): "Confirm a change of state",
    ("state transition", False): "Confirm that the state does not change",
    ("role", True): "Confirm what a role may do",
    ("role", False): "Confirm what a role may not do",
    ("pairwise", True): "Confirm one combination of values",
    ("pairwise", False): "Confirm one combination of values",
    ("end-to-end", True): "Confirm one process from start to finish",
}


def title_of(condition: TestCondition, style: CompanyStyle, *, limit: int) -> str:
    """The fullest title that fits ``limit``; cut at a word only where none does.

    A condition without an outcome is an existing case's: its statement is the company's own title.
    """
    if not condition.expected:
        return clipped(condition.statement, limit)
    candidates = [style.title(text, limit=10_000) for text in _candidates(condition)]
    fitting = next((title for title in candidates if len(title) <= limit), "")
    return fitting or style.title(min(_candidates(condition), key=len), limit=limit)


def _candidates(condition: TestCondition) -> Iterator[str]:
    """Statements of what is verified, from the fullest to the shortest."""
    statement, expected = phrase(condition.statement), phrase(condition.expected)
    outcome = phrase(next(iter(coordinated(expected)), expected))
    said = content_stems(statement)
    if tells(statement, expected):
        yield statement
        place = statement.casefold().find(f", {outcome.casefold()}")
        situation = _LEAD.sub("", statement[:place]) if place > 0 else ""
        if situation:
            yield f"{lower_start(outcome)} {_when(situation)}"
    elif len(said - content_stems(expected)) > len(said) / 2:
        tried = re.sub(r" (?:is|are) not accepted$", " is entered", _LEAD.sub("", statement))
        for text in (expected, outcome):
            yield f"{lower_start(text)} {_when(tried)}"
    data = phrase(condition.data)
    for text in (expected, outcome):
        if data and content_stems(data) - content_stems(text):
            yield f"{text} ({data})"
        yield text
    if not expected:
        yield statement


def _when(situation: str) -> str:
    """A situation after its outcome: "when the card has expired", "after 3 failed attempts"."""
    if is_placed(situation):
        return situation[:1].lower() + situation[1:]
    return f"when {lower_start(situation)}"


def tells(statement: str, expected: str) -> bool:
    """Whether a statement already tells the outcome."""
    wanted = content_stems(expected)
    return bool(wanted) and len(wanted & content_stems(statement)) >= HELD * len(wanted)


def objective_of(condition: TestCondition, criterion: AcceptanceCriterion) -> str:
    """Why the case exists: its purpose and the criterion that it tests, in the author's words."""
    purpose = _PURPOSES[(condition.technique, condition.valid)]
    words = clipped(" ".join(criterion.text.split()), MAX_QUOTED_CRITERION)
    return f"{purpose}, as {criterion.id} asks: {capitalised(words)}"
