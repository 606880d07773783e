"""Which step of a fresh case takes the place of one of an edited case."""

from __future__ import annotations

import pytest

from assistant.domain import TestCase, TestStep
from assistant.generation.step_replacement import replacement


def case(*steps: tuple[str, str]) -> TestCase:
    made = (
        TestStep(number=n, action=action, expected_result=expected)
        for n, (action, expected) in enumerate(steps, start=1)
    )
    return TestCase(id="T", title="t", steps=tuple(made))


OPEN = ("Open the contract", "The contract is displayed")
CANCEL = ("Cancel the contract", "The contract is cancelled")
CHECK = ("Reload the page", "The contract is still cancelled")
FRESH = case(OPEN, CANCEL, CHECK)


@pytest.mark.parametrize(
    ("edited", "number", "action"),
    [
        (case(OPEN, CANCEL, CHECK), 2, CANCEL[0]),
        (case(OPEN, ("Do it", "Done"), CHECK), 2, CANCEL[0]),
        (case(("Ring up", "A voice"), OPEN, CANCEL, CHECK), 3, CANCEL[0]),
        (case(CANCEL, CHECK), 1, CANCEL[0]),
        (case(CANCEL, CHECK), 2, CHECK[0]),
        (case(OPEN, CANCEL), 1, OPEN[0]),
    ],
)
def test_a_step_finds_its_own_though_others_were_added_or_removed(
    edited: TestCase, number: int, action: str
) -> None:
    found = replacement(edited, FRESH, number)
    assert found is not None
    assert found.action == action


def test_a_step_added_by_hand_has_none() -> None:
    assert replacement(case(OPEN, CANCEL, CHECK, ("Ring up", "A voice")), FRESH, 4) is None
    with pytest.raises(IndexError):
        replacement(FRESH, FRESH, 4)
