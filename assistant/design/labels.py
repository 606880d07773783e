"""The label of a test condition: fixed phrases, values and quotations, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.design.items import one_line
from assistant.domain import Fact, Outcome


def label(facts: Sequence[Fact]) -> str:
    """What a condition sets, in one line: "31 days: “up to 30 days” does not hold"."""
    said: list[str] = []
    states = [fact for fact in facts if fact.kind == "transition"]
    cells = [fact for fact in facts if fact.kind == "row"]
    steps = [fact for fact in facts if fact.kind == "scenario"]
    for fact in facts:
        if fact.kind == "transition":
            if fact is states[0]:
                said.append(" ".join(f"{one.value} {quoted(one.quote)}" for one in states))
        elif fact.kind == "row":
            if fact is cells[0]:
                said.append("row: " + ", ".join(f"{c.value} = {quoted(c.quote)}" for c in cells))
        elif fact.kind == "scenario":
            if fact is steps[0]:
                said.append("scenario: " + "; ".join(quoted(step.quote) for step in steps))
        else:
            said.append(_of_one(fact))
    return "; ".join(said)


def _of_one(fact: Fact) -> str:
    words = quoted(fact.quote)
    holds = "holds" if fact.holds else "does not hold"
    if fact.kind == "main flow":
        return f"main flow: {words}"
    if fact.kind == "limit":
        return f"{fact.value}: {words} {holds}"
    if fact.kind == "field":
        return f"field {words} is {fact.value}" if fact.value else f"field {words}"
    if fact.kind == "role":
        return f"role: {words}" if fact.value == fact.quote else f"role: {fact.value}; {words}"
    return f"{words} {holds}" + (f" for {quoted(fact.value)}" if fact.value else "")


def told(outcomes: Sequence[Outcome]) -> str:
    """What the text says happens, in one line: "“the request is refused”; not: “...”"."""
    return "; ".join(
        quoted(one.quote) if one.happens else f"not: {quoted(one.quote)}" for one in outcomes
    )


def quoted(words: str) -> str:
    """Words between quotation marks, on one line."""
    return f"“{one_line(words)}”"
