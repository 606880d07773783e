"""Calculations as people write them in other languages, and what they make of a number."""

from __future__ import annotations

import pytest

from assistant.generation.proof.amounts import numbers
from assistant.generation.proof.calculations import calculations


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("2 % × 1 234,75 zł = 24,695 zł", "24,695 zł"),
        ("2.515 kg − 4,6 % de 2.515 kg = 2.399,31 kg", "2.399,31 kg"),
        ("5 % of EUR 2,000 = EUR 100", "EUR 100"),
        ("9,50 m × € 1,85 × 2 nachten = € 35,15, plus", "€ 35,15"),
        ("200 EUR - 10 % = 180 EUR", None),
        ("20 EUR / 160 EUR × 100 % = 12.5 %", "12.5 %"),
        ("20 kg / 160 kg × 100 = 12.5 %", "12.5 %"),
        ("20 / 160 × 100 % = 12.5 %", "12.5 %"),
        ("20 EUR / 160 EUR = 12.5 %", "12.5 %"),
    ],
)
def test_what_a_calculation_comes_to(text: str, total: str | None) -> None:
    (found,) = calculations(text)
    assert total is None or total in [one.words for one in found.totals]
    assert found.wrong_total is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Het liggeld is € 55,50, plus belasting.", "€ 55,50"),
        ("Netto 2.297,5 kg, a la baja.", "2.297,5 kg"),
        ("Opłata wynosi 1 250,00 zł miesięcznie.", "1 250,00 zł"),
    ],
)
def test_an_amount_is_read_to_its_last_digit(text: str, words: str) -> None:
    assert [one.words for one in numbers(text)] == [words]


@pytest.mark.parametrize(
    "text", ["20 EUR / 160 EUR × 100 % = 13.5 %", "20 EUR / 160 EUR × 100 % = 1250 %"]
)
def test_a_share_that_is_wrong_is_found(text: str) -> None:
    (found,) = calculations(text)
    assert found.wrong_total is not None
    assert not found.totals


def test_a_rate_is_no_share() -> None:
    (found,) = calculations("20 EUR / 8 h × 100 % = 250 %")
    assert not found.totals


def test_hours_and_minutes_with_an_abbreviation_are_one_duration() -> None:
    (found,) = numbers("opóźnienie 2 godz. 05 min po terminie")
    assert (found.kind, found.value) == ("duration", 125 * 60_000)


@pytest.mark.parametrize(
    ("text", "not_total"),
    [
        ("The late fee is EUR 10,000 (5 % of EUR 2,000).", "EUR 10,000"),
        ("The boat is 18 m long (9 m × EUR 2).", "18 m"),
        ("The discount is 0.4 % (2 × 20 %).", "0.4 %"),
        ("The weight is 1,245 kg (3 × 0.415 kg).", "1,245 kg"),
    ],
)
def test_what_a_calculation_does_not_come_to(text: str, not_total: str) -> None:
    (found,) = calculations(text)
    assert not_total not in [one.words for one in found.totals]


def test_a_full_stop_after_whole_words_parts_durations() -> None:
    said = "It is locked for 2 hours. 30 minutes before the end a mail is sent."
    assert [one.words for one in numbers(said)] == ["2 hours", "30 minutes"]
