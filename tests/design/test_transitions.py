"""Changes of state: names of several words, what is stated elsewhere, what is not claimed."""

from __future__ import annotations

import pytest

from assistant.design.conditions import derive_conditions
from assistant.domain import AcceptanceCriterion

Changes = set[tuple[str, str]]


def changes(text: str) -> tuple[Changes, Changes]:
    """The changes of state that the checklist holds as stated, and those that it holds as not."""
    found: tuple[Changes, Changes] = set(), set()
    for condition in derive_conditions(AcceptanceCriterion(id="A", text=text), depth="thorough"):
        states = [fact.quote for fact in condition.facts if fact.kind == "transition"]
        if len(states) == 2:
            found[not condition.valid].add((states[0], states[1]))
    return found


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        (
            "A load moves from Released -> On site -> Discharged.",
            {("Released", "On site"), ("On site", "Discharged")},
        ),
        (
            "A load moves from Released to On site when the truck arrives.",
            {("Released", "On site")},
        ),
        ("The case moves from New to Waiting for customer.", set()),
        ("The order changes from Open to Closed on Friday.", {("Open", "Closed")}),
        ("The claim goes from Open to Closed automatically.", {("Open", "Closed")}),
        ("A load moves from Released to On site for the day.", set()),
    ],
)
def test_a_state_has_its_whole_name_or_none(text: str, stated: Changes) -> None:
    assert changes(text)[0] == stated


@pytest.mark.parametrize(
    "text",
    [
        "Status: Draft -> In review; In review -> Approved; In review -> Draft.",
        "The status goes Draft -> Approved. Approved -> Draft is possible too.",
    ],
)
def test_a_change_stated_by_another_sentence_is_not_held_to_be_left_out(text: str) -> None:
    stated, left_out = changes(text)
    assert ("Draft", "Approved") in stated or ("In review", "Draft") in stated
    assert not stated & left_out
