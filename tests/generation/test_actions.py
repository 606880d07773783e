"""An action taken apart into instructions, each with what is seen once it is done."""

from __future__ import annotations

import pytest

from assistant.generation.actions import done, instructions


@pytest.mark.parametrize(
    ("action", "steps"),
    [
        ("Enter the reading, add at least 2 photos and select Complete",
         ["Enter the reading", "Add at least 2 photos", "Select Complete"]),
        ("Wait 15 minutes and select No Access", ["Wait 15 minutes", "Select No Access"]),
        ("Leave First Name empty, fill in the other mandatory fields and try to continue",
         ["Leave First Name empty", "Fill in the other mandatory fields", "Try to continue"]),
        ("Enter a value, a name and the date", ["Enter a value, a name and the date"]),
        ("Select one and leave the other empty", ["Select one and leave the other empty"]),
        ('Enter the code and select "Save, and add a user"',
         ["Enter the code", 'Select "Save, and add a user"']),
    ],
)  # fmt: skip
def test_single_instructions(action: str, steps: list[str]) -> None:
    assert instructions(action) == steps


@pytest.mark.parametrize(
    ("action", "seen"),
    [
        ("Add at least 2 photos", "At least 2 photos are added"),
        ("Add 1 photo", "1 photo is added"),
        ("Wait 15 minutes", "15 minutes have passed"),
        ("Leave First Name empty", "The First Name is empty"),
        ("Fill in the other mandatory fields", "The other mandatory fields are filled in"),
        ("Select a tariff", "The tariff is selected"),
        ("Try to continue", ""),
    ],
)
def test_what_is_seen_once_it_is_done(action: str, seen: str) -> None:
    assert done(action) == seen
