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
        ("The period is extended from 30 to 45 days.", ("30 day", "45 day")),
        ("The limit went up from 5 to 8 items.", ("5 items", "8 items")),
        ("The period was shortened for members from 45 to 30 days.", ("45 day", "30 day")),
        ("The extension of the period from 30 to 45 days is agreed.", ("30 day", "45 day")),
        ("The minimum age is lowered from 18 to 16 years.", ("18 year", "16 year")),
        ("Le délai est prolongé de 30 à 45 jours.", ("30 day", "45 day")),
        ("Le montant passe de 50 € à 40 €.", ("50 EUR", "40 EUR")),
        ("Die Frist wird von 30 auf 45 Tage verlängert.", ("30 day", "45 day")),
        ("It is late after more than 45 days (was 30 days).", ("30 day", "45 day")),
        ("It is late 45 days after the loss, previously at most 30 days.", ("30 day", "45 day")),
        ("Binnen 4 Stunden (bisher 24 Stunden).", ("24 hour", "4 hour")),
        ("Die Grenze steigt von 500 EUR auf 600 EUR.", ("500 EUR", "600 EUR")),
    ],
)
def test_a_change_has_its_old_and_its_new_value_and_a_range_is_none(text, told) -> None:
    (change,) = value_changes(f"{text} Orders from £20 to £50 ship from 3 to 5 days later.")
    assert tuple(f"{one.value} {one.unit}" for one in (change.old, change.new)) == told


@pytest.mark.parametrize(
    "text",
    [
        "The shop is open from 9 to 17 o'clock.",
        "The opening time extends from 9 to 17 o'clock.",
        "The voucher is valid from 1 to 31 May.",
        "The period is between 30 and 45 days.",
        "The fees increased by a tenth are shown from 5 to 10 EUR.",
        "Le délai est de 30 à 45 jours.",
        "Le prix a augmenté de 5 à 10 %.",
        "Die Frist geht von 30 bis 45 Tage.",
    ],
)
def test_a_range_is_no_change(text: str) -> None:
    assert not value_changes(text)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("The cancellation period is extended from 30 to 45 days.", "at most"),
        ("We raised the maximum amount from 500 to 1,000 EUR.", "at most"),
        ("The minimum age is lowered from 18 to 16 years.", "at least"),
        ("The fee is raised from 5 to 8 EUR.", "none"),
    ],
)
def test_what_is_in_force_is_the_new_value_with_the_limit_that_it_sets(text, limit) -> None:
    (change,) = value_changes(text)
    assert (change.old.comparison, change.new.comparison) == ("none", limit)
    assert not change.old.range_end
    assert not change.new.range_end
