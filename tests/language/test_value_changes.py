"""Values that a sentence puts in the place of others."""

from __future__ import annotations

import pytest

from assistant.language.value_changes import value_changes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The limit goes up from £2,500 to £3,000.", ("2500 GBP", "3000 GBP")),
        ("The period is raised from 10 to 14 days.", ("10 day", "14 day")),
        ("The fee was lowered from 6 % down to 5 %.", ("6 %", "5 %")),
        ("Within 10 days, not 5.", ("5 day", "10 day")),
        ("Die Grenze steigt von 500 EUR auf 600 EUR.", ("500 EUR", "600 EUR")),
    ],
)
def test_a_change_has_its_old_and_its_new_value_and_a_range_is_none(text, told) -> None:
    (change,) = value_changes(f"{text} Orders from £20 to £50 ship from 3 to 5 days later.")
    assert tuple(f"{one.value} {one.unit}" for one in (change.old, change.new)) == told
