"""Quantities, their comparisons, and the quoted messages of a text."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.techniques.boundaries import points
from assistant.language.amounts import all_amounts
from assistant.language.quantities import find_messages, find_quantities

LIMITS = [
    ("within 14 days of purchase", 14, "day", "at most"),
    ("must not exceed £1,000", 1000, "GBP", "at most"),
    ("cannot be more than 5 attempts", 5, "attempts", "at most"),
    ("A customer cannot withdraw more than $5.50", "5.50", "USD", "at most"),
    ("not less than two working days", 2, "working day", "at least"),
    ("no fewer than 3 approvers", 3, "approvers", "at least"),
    ("up to five addresses", 5, "addresses", "at most"),
    ("a maximum of twenty-four hours", 24, "hour", "at most"),
    ("The maximum file size is 10 MB", 10, "MB", "at most"),
    ("Minimum length: 8 characters", 8, "character", "at least"),
    ("over 65 years of age", 65, "year", "more than"),
    ("orders over £50", 50, "GBP", "more than"),
    ("files larger than 5 MB", 5, "MB", "more than"),
    ("less than 10 EUR", 10, "EUR", "less than"),
    ("under 300ms", 300, "millisecond", "less than"),
    ("3 or more items", 3, "items", "at least"),
    ("3 items or more", 3, "items", "at least"),
    ("10 kg or less", 10, "kg", "at most"),
    ("aged 18+", 18, "year", "at least"),
    (">= 10%", 10, "%", "at least"),
    ("≤ 12.5 %", "12.5", "%", "at most"),
    ("< 3", 3, "", "less than"),
    ("exactly 10 digits", 10, "digit", "exactly"),
    ("after 3 failed attempts", 3, "failed attempts", "at least"),
    ("can be cancelled up to 24 hours before the visit", 24, "hour", "at least"),
    ("can book up to 30 days in advance", 30, "day", "at most"),
    ("no later than 2 days before the visit", 2, "day", "at least"),
    ("is not paid within 3 days", 3, "day", "more than"),
    ("if the bill is not paid within 3 days", 3, "day", "at most"),
    ("Invoices not paid within 3 days are chased", 3, "day", "at most"),
    ("Fees cannot be changed within 3 days", 3, "day", "more than"),
    ("if nobody has answered after 3 days", 3, "day", "at least"),
    ("No single transfer exceeds £500", 500, "GBP", "at most"),
    ("no shift may last longer than 12 hours", 12, "hour", "at most"),
    ("None of the files may be larger than 5 MB", 5, "MB", "at most"),
    ("No file larger than 5 MB is accepted", 5, "MB", "more than"),
    ("no earlier than 7 days before the trip", 7, "day", "at most"),
    ("at the latest 7 days before the trip", 7, "day", "at least"),
    ("not earlier than 7 days after the trip", 7, "day", "at least"),
    ("no closer than 400 m to a school", 400, "m", "at least"),
    ("not higher than 1.8 m", "1.8", "m", "at most"),
    ("revenue above €1.8 m", 1_800_000, "EUR", "more than"),
    ("more than 2m requests", 2_000_000, "requests", "more than"),
    ("up to 3.5 t", "3.5", "tonne", "at most"),
    ("at most 30 km/h", 30, "km/h", "at most"),
    ("14 or more consecutive working days", 14, "working day", "at least"),
    ("more than 10 full calendar months", 10, "month", "more than"),
    ("The cooling-off period is 14 days", 14, "day", "at most"),
    ("The waiting period is 3 months", 3, "month", "at least"),
    ("over a period of 12 months", 12, "month", "none"),
    ("The log keeps entries for 365 days", 365, "day", "at most"),
    ("has been inactive for 90 days", 90, "day", "at least"),
    ("if the door stays open for 30 seconds", 30, "second", "at least"),
    ("Probation lasts six months", 6, "month", "at most"),
    ("if the call lasts 5 minutes", 5, "minute", "at least"),
    ("is deleted 30 days after the visit", 30, "day", "at least"),
    ("A code consists of 6 digits", 6, "digit", "exactly"),
    ("lives in Wales or Kent and is over 60", 60, "", "more than"),
    ("a customer lives in Wales and is over 60", 60, "year", "more than"),
    ("valid for 24 hours", 24, "hour", "at most"),
    ("has not been used for more than 90 days", 90, "day", "more than"),
    ("if no reply has been received for at least 30 days", 30, "day", "at least"),
    ("if the card is not used for over 12 months", 12, "month", "more than"),
    ("must not be stored for more than 30 days", 30, "day", "at most"),
    ("when the charges reach €60", 60, "EUR", "at least"),
    ("has not yet reached the age of 18", 18, "year", "less than"),
    ("as long as the wind is above 5 m/s", 5, "m/s", "more than"),
    ("The fifth failed login attempt locks the account", 5, "failed login attempt", "at least"),
    ("On the third failed attempt the card is kept", 3, "failed attempt", "at least"),
    ("The user enters a code, which is valid for 10 minutes", 10, "minute", "at most"),
    ("scored 80 % or better", 80, "%", "at least"),
    ("less than or equal to 5 characters", 5, "character", "at most"),
    ("greater than or equal to £5", 5, "GBP", "at least"),
    ("is at or below 130 %", 130, "%", "at most"),
    ("if its estimate tops €10,000", 10_000, "EUR", "more than"),
    ("may stream on as many as four screens", 4, "screens", "at most"),
    ("shall in no event exceed USD 250,000", 250_000, "USD", "at most"),
    ("at least every 7 days", 7, "day", "at most"),
    ("any gust of 17 m/s or worse", 17, "m/s", "at least"),
    ("emits over 225 g/km", 225, "g/km", "more than"),
    ("announced six weeks in advance as a minimum", 6, "week", "at least"),
    ("may be booked 14 days ahead at the earliest", 14, "day", "at most"),
    ("necessary from the fourth day of absence", 4, "day", "at least"),
    ("go in before a calf is 20 days old", 20, "day", "less than"),
    ("Accounts with 60 days of inactivity are disabled", 60, "day", "at least"),
    ("as soon as five working days have passed", 5, "working day", "at least"),
    ("if the payment fails 3 times", 3, "times", "at least"),
    ("When a wrong PIN is entered for the third time", 3, "time", "at least"),
    ("When the PIN is wrong\nThen the account is locked for 60 minutes", 60, "minute", "at most"),
    ("two visitors per bed at the most", 2, "visitors", "at most"),
    ("none bigger than 8 MB", 8, "MB", "at most"),
    ("the prescription is 6 months old or less", 6, "month", "at most"),
    ("max. £75 per cheque", 75, "GBP", "at most"),
    ("min. 30 minutes", 30, "minute", "at least"),
    ("the mark is capped at 40%", 40, "%", "at most"),
    ("for more than four and a half hours", "4.5", "hour", "more than"),
    ("a 500-character limit", 500, "character", "at most"),
    ("can be reinstated once.", 1, "times", "at most"),
    ("may be moved twice per order", 2, "times", "at most"),
    ("may not be charged twice for the same order", 2, "times", "less than"),
    ("must not be possible to refund an item twice.", 2, "times", "less than"),
    ("cannot be reached twice", 2, "times", "none"),
    ("at least 2 of the 4 security items", 2, "security items", "at least"),
    ("the last 4 digits", 4, "digit", "none"),
    ("the 3 tabs are shown", 3, "tabs", "none"),
    ("every 15 minutes", 15, "minute", "none"),
]


def test_the_oldest_is_a_limit_unless_the_amount_says_which() -> None:
    (at_most,) = find_quantities("The oldest invoice is 15 days overdue.")
    (at_least,) = find_quantities("The oldest invoice is 15 or more days overdue.")
    assert (at_most.comparison, at_least.comparison) == ("at most", "at least")


@pytest.mark.parametrize(("text", "value", "unit", "comparison"), LIMITS)
def test_reads_value_unit_and_comparison(
    text: str, value: object, unit: str, comparison: str
) -> None:
    quantity = find_quantities(text)[0]
    assert (quantity.value, quantity.unit, quantity.comparison) == (
        Decimal(str(value)),
        unit,
        comparison,
    )
    assert text[quantity.start : quantity.end] == quantity.text


@pytest.mark.parametrize(
    ("text", "value", "comparison"),
    [
        ("before 31 March 2026", date(2026, 3, 31), "less than"),
        ("by 31/03/2026", date(2026, 3, 31), "at most"),
        ("until 2026-03-31", date(2026, 3, 31), "at most"),
        ("until 31-03-2026", date(2026, 3, 31), "at most"),
        ("on or after March 31, 2026", date(2026, 3, 31), "at least"),
        ("before 17:00", time(17), "less than"),
        ("after 5pm", time(17), "more than"),
        ("no later than 5:30 pm", time(17, 30), "at most"),
    ],
)
def test_reads_dates_and_times(text: str, value: object, comparison: str) -> None:
    quantity = find_quantities(text)[0]
    assert (quantity.value, quantity.comparison) == (value, comparison)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("8 to 20 characters", 8, 20),
        ("between £5.00 and £500.00", 5, 500),
        ("from 1 to 28", 1, 28),
        ("3-24 months", 3, 24),
        ("at least 1 day and no more than 28 days after today", 1, 28),
    ],
)
def test_a_range_has_two_ends_with_one_phrase(text: str, low: int, high: int) -> None:
    first, second = find_quantities(text)
    assert (first.value, first.comparison) == (low, "at least")
    assert (second.value, second.comparison) == (high, "at most")
    assert (first.phrase_start, first.phrase_end) == (second.phrase_start, second.phrase_end)


@pytest.mark.parametrize(
    "text",
    [
        "CC-12", "BR-CC-04", "in Drop-3", "step 2", "version 2.1", "error 404", "0800 123 4567",
        "SW1A 1AA", "order 1000123", "UTF-8", "HTTP 200", "1.2.3", "see https://a.example/2", "#17",
        "1. Open the page", "the 2nd attempt", "IBAN GB29NWBK60161331926819", "24/7",
    ],
)  # fmt: skip
def test_names_with_digits_are_not_quantities(text: str) -> None:
    assert find_quantities(text) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [("Above the four-eyes limit an approval needs a second confirmation.", []),
     ("Im Vier-Augen-Prinzip", []),
     ("A second reminder is sent after four weeks.", ["four weeks"]),
     ("The page answers within a second.", ["a second"]),
     ("After a meter is exchanged, a BAR with its sign is printed.", []),
     ("A board of more than a metre, within a kilometre", ["a metre", "a kilometre"]),
     ("A four-week limit and a three-digit code", ["four-week", "three-digit"])],
)  # fmt: skip
def test_a_number_within_a_name_and_one_of_a_row_are_no_quantities(
    text: str, words: list[str]
) -> None:
    assert [text[one.start : one.end] for one in find_quantities(text)] == words


def test_a_list_carries_its_comparison_on() -> None:
    found = find_quantities("at least one letter, one digit and one special character")
    assert [q.comparison for q in found] == ["at least"] * 3


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("between 2 days and 3 weeks after it", [(2, "day"), (3, "week")]),
        ("takes 30 minutes to 2 hours", [(30, "minute"), (2, "hour")]),
        ("must be between 8 weeks and 9 years old", [(8, "week"), (9, "year")]),
        ("weighs between 500 g and 2 kg", [(500, "g"), (2, "kg")]),
        ("between 20 and 30 days", [(20, "day"), (30, "day")]),
    ],
)
def test_each_end_of_a_range_keeps_its_unit(text: str, ends: list[tuple[int, str]]) -> None:
    low, high = find_quantities(text)
    assert [(q.value, q.unit) for q in (low, high)] == ends
    assert (low.comparison, high.comparison) == ("at least", "at most")


def test_telephone_numbers_are_no_ranges() -> None:
    assert not find_quantities("Call 1-800-555-0199 or 212-555-0147 for help.")


def test_noon_may_be_written_with_its_number() -> None:
    (noon,) = find_quantities("open until 12 noon")
    assert (noon.value, noon.comparison) == (time(12), "at most")


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("at most 10 hours a day and 48 hours a week", [("at most", 10), ("at most", 48)]),
        ("up to 10 GB of data and 500 minutes a month", [("at most", 10), ("at most", 500)]),
        ("up to £50 and £20 is paid back", [("at most", 50)]),
        ("consists of 4 letters followed by 6 digits", [("exactly", 4), ("exactly", 6)]),
        ("is extended once by three months", [("at most", 3)]),
    ],
)
def test_a_comparison_reaches_the_next_quantity_of_its_list(
    text: str, limits: list[tuple[str, int]]
) -> None:
    found = [q for q in find_quantities(text) if q.is_limit]
    assert [(q.comparison, q.value) for q in found] == limits


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("A name cannot be shorter than 8 or longer than 64 characters.",
         [("at least", 8), ("at most", 64)]),
        ("It must not be scheduled later than 9 p.m. or for more than 8 hours a day.",
         [("at most", 21), ("at most", 8)]),
        ("The increase may not be higher than 15 % within 3 years.",
         [("at most", 15), ("at most", 3)]),
        ("Visiting from 2 p.m. to 8 p.m., no more than two visitors.",
         [("at least", 14), ("at most", 20), ("at most", 2)]),
        ("Retention periods – audit log: 10 years; calls: 6 months.",
         [("at most", 10), ("at most", 6)]),
        ("Returns within 14 days of delivery (30 days for members).",
         [("at most", 14), ("at most", 30)]),
        ("Slots: earliest 06:00, latest 20:00.", [("at least", 6), ("at most", 20)]),
    ],
)  # fmt: skip
def test_a_denial_reaches_what_it_denies_and_no_more(
    text: str, limits: list[tuple[str, int]]
) -> None:
    found = [q for q in find_quantities(text) if q.is_limit]
    values = [q.value.hour if isinstance(q.value, time) else q.value for q in found]
    assert list(zip([q.comparison for q in found], values, strict=True)) == limits


def test_a_bare_number_takes_the_unit_of_the_next_limit() -> None:
    low, high = find_quantities("the pulse is below 40 or above 130 beats per minute")
    assert (low.unit, low.kind, low.comparison) == (high.unit, high.kind, "less than")


def test_numbers_in_messages_are_no_limits_but_a_quoted_amount_is() -> None:
    assert find_quantities('shows "at most 5 files"') == ()
    assert find_quantities('price of exactly "$10.00"')[0].comparison == "exactly"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('the message "It\'s too late." is shown', ["It's too late."]),
        ("the message “Too late” and ‘Don't stop’", ["Too late", "Don't stop"]),
        ("le message « Trop tard » et 'Stop now'", ["Trop tard", "Stop now"]),
        ("the customer's bill isn't the users' one", []),
    ],
)
def test_finds_quoted_messages(text: str, said: list[str]) -> None:
    found = find_messages(text)
    assert [message.text for message in found] == said
    assert all(text[m.start : m.end] == m.text for m in found)


@given(st.text(max_size=200))
def test_any_text_gives_offsets_into_it(text: str) -> None:
    for quantity in find_quantities(text):
        assert text[quantity.start : quantity.end] == quantity.text
        assert 0 <= quantity.phrase_start <= quantity.phrase_end <= len(text)
    for message in find_messages(text):
        assert text[message.start : message.end] == message.text


@given(st.integers(2, 10_000), st.sampled_from(["days", "items", "characters", "%", "MB", "kWh"]))
def test_the_comparison_does_not_hang_on_the_number(number: int, unit: str) -> None:
    for words, comparison in (
        ("at most", "at most"),
        ("at least", "at least"),
        ("over", "more than"),
    ):
        quantity = find_quantities(f"It is {words} {number} {unit}.")[0]
        assert (quantity.value, quantity.comparison) == (number, comparison)


@pytest.mark.parametrize("word", ["edit_page_", "a_", "a-", "a/", "A1_", "page_show-"])
def test_long_names_take_no_time(word: str) -> None:
    """A model that loops writes such names; each further part once doubled the time."""
    started = process_time()
    find_quantities(word * 400)
    assert process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("Enrolment opens on 1 August at 10:00 and closes on 15 August at 18:00.",
         ["at least 1 August", "at least 10:00", "at most 15 August", "at most 18:00"]),
        ("Access ends when the child turns 16.", ["at least 16"]),
        ("A loan is not granted for a term of less than 6 or more than 96 months.",
         ["at least 6", "at most 96 months"]),
        ("An agent cannot reopen a case closed more than 10 days ago.", ["more than 10 days"]),
        ("Readings can be sent from 7 days before to 3 days after the reading date.",
         ["at most 7 days", "at most 3 days"]),
        ("Visits can be booked from 7 days to 1 hour in advance and last 20 minutes at most.",
         ["at most 7 days", "at least 1 hour", "at most 20 minutes"]),
        ("Silver status from 1,500 points, Gold status from 5,000 points.",
         ["at least 1,500 points", "at least 5,000 points"]),
        ("5 % from 10 pieces, 8 % from 50 pieces.", ["at least 10 pieces", "at least 50 pieces"]),
        ("Papers can be downloaded for 24 months after discharge.", ["at most 24 months"]),
        ("If the customer cannot be reached twice in a row, the order is closed.",
         ["at least twice"]),
        ("Once a customer has used 80 % of the data volume, a message is sent.", ["at least 80 %"]),
        ("When costs of €59.50 have been reached, roaming is switched off.", ["at least €59.50"]),
        ("No bonus is paid if one was paid in the past 12 months.", ["at most 12 months"]),
        ("The meter must not have been read in the last 30 days.", ["more than 30 days"]),
        ("Residents need three of the last five years.", []),
        ("The loan is paid out after the 14-day withdrawal period has passed.",
         ["at least 14-day"]),
        ("The owner cannot pick the lead up again for 14 days.", ["at most 14 days"]),
        ("The code has 6 digits and is valid for 5 minutes.",
         ["exactly 6 digits", "at most 5 minutes"]),
        ("The note must be uploaded not later than on the 3rd day of absence.",
         ["at most the 3rd day"]),
        ("Reports are submitted by the 5th of the following month.",
         ["at most the 5th of the following month"]),
        ("Every pallet has a label with a code, 18 digits.", ["exactly 18 digits"]),
        ("An adult can take along one infant only.", ["at most one infant"]),
        ("The period is limited to 14 days and the daily rate to 60 EUR.",
         ["at most 14 days", "at most 60 EUR"]),
        ("Parents choose at least one and up to three centres.",
         ["at least one", "at most three centres"]),
        ("Quantity: min 1, max 99 pieces.", ["at least 1", "at most 99 pieces"]),
        ("The item is hidden if the stock is zero.", ["exactly zero"]),
        ("The keys are kept until 10 devices are stored.", ["at least 10 devices"]),
        ("Customers that didn't pay two invoices in a row get no credit.",
         ["at least two invoices"]),
        ("Fees exceed 25 €, unless they are paid.", ["more than 25 €"]),
        ("Children aged 6 to 14 travel at half price.", ["at least 6", "at most 14"]),
        ("A profile goes live once at least 2 photos are uploaded.", ["at least 2 photos"]),
        ("If a profile gets 3 reports within 24 hours, it is hidden.",
         ["at least 3 reports", "at most 24 hours"]),
        ("The parcel can be collected for 7 days.", ["at most 7 days"]),
        ("Former customers can see their bills for 24 months.", ["at most 24 months"]),
        ("A recruiter can extend an ad for another 30 days.", []),
        ("The citizen has 21 days to upload them.", ["at most 21 days"]),
        ("Pets are welcome up to a weight of 15 kg.", ["at most 15 kg"]),
        ("A PIN has exactly 4 digits and three identical digits in a row are refused.",
         ["exactly 4 digits"]),
        ("If an invoice is overdue by 14 days, a reminder is sent.", ["at least 14 days"]),
        ("When a container is 90 % full, it is emptied.", ["at least 90 %"]),
        ("Should the invoice not be settled within 30 days, a reminder is sent.",
         ["at most 30 days"]),
        ("Ratings go from 1 to 5 stars.", ["at least 1", "at most 5 stars"]),
        ("The auction is extended by 5 minutes.", []),
        ("If only one manufacturer exists, no reasons are needed.", []),
    ],
)  # fmt: skip
def test_limits_in_the_words_of_teams(text: str, limits: list[str]) -> None:
    found = [f"{q.comparison} {q.text}" for q in find_quantities(text) if q.is_limit]
    assert found == limits


def test_thousands_may_be_written_as_on_the_continent() -> None:
    values = [
        q.value for q in find_quantities("up to 5.000 EUR, 1.250,50 EUR or 1.459 € per litre")
    ]
    assert values == [Decimal(5000), Decimal("1250.50"), Decimal("1.459")]


@pytest.mark.parametrize(
    ("text", "amount", "value", "kind"),
    [
        ("a balance below 15,00 is kept", "15,00", "15.00", "number"),
        ("die Miete steigt um 0,25 % je Monat", "0,25 %", "0.25", "percent"),
        ("a parcel over 7,5 kg", "7,5 kg", "7.5", "measure"),
        ("nach 2,5 Stunden", "2,5 Stunden", "2.5", "duration"),
        ("une correction de -2,25", "-2,25", "-2.25", "number"),
    ],
)
def test_decimals_may_stand_behind_a_comma(text: str, amount: str, value: str, kind: str) -> None:
    (found,) = find_quantities(text)
    assert (found.text, found.value, found.kind) == (amount, Decimal(value), kind)


@pytest.mark.parametrize(
    "text", ["1,250 items", "12,50,000 items", "pages 3,10,12", "AC 1,2 and 3"]
)
def test_a_comma_in_a_list_or_of_thousands_begins_no_decimals(text: str) -> None:
    values = [one.value for one in find_quantities(text) if isinstance(one.value, Decimal)]
    assert all(value == int(value) for value in values)


def test_a_day_of_the_month_has_neighbours() -> None:
    (day,) = find_quantities("if it is entered after the 21st of the month")
    assert [point.text for point in points(day)] == [
        "the 21st of the month", "the 20th of the month", "the 22nd of the month"]  # fmt: skip


def test_what_is_counted_is_named_once() -> None:
    found = find_quantities("If more than 20 callers wait, A. When fewer than 5 are waiting, B.")
    assert [q.unit for q in found] == ["callers", "callers"]


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("Standard deadline: 12 hours before session start, inclusive.", "none"),
        ("The booking window is 30 days before the event.", "none"),
        ("Deadline: 14 days after purchase.", "at most"),
        ("Minimum notice: 30 days before departure.", "at least"),
    ],
)
def test_what_lies_before_something_is_no_upper_limit(text: str, comparison: str) -> None:
    (found,) = find_quantities(text)
    assert found.comparison == comparison


@pytest.mark.parametrize(
    ("text", "said", "unit"),
    [
        ("A driver under 23 adds the surcharge.", "23", "year"),
        ("A member over 65 travels free.", "65", "year"),
        ("A score below 40 triggers a review.", "40", ""),
        ("An order over 50 adds a fee.", "50", ""),
        ("A basket of 5 orders costs nothing.", "5 orders", "orders"),
        ("A rate over 100 calls a minute is an attack.", "100 calls", "calls"),
        ("At most 3 changes a booking are free.", "3 changes", "changes"),
        ("A customer with over 50 orders a year gets a discount.", "50 orders", "orders"),
    ],
)
def test_a_verb_behind_a_number_is_no_unit(text: str, said: str, unit: str) -> None:
    first = find_quantities(text)[0]
    assert (first.text, first.unit) == (said, unit)


def test_a_pronoun_that_leans_on_a_number_is_nothing_that_it_counts() -> None:
    (amount,) = all_amounts("Day 30 itself is in time.")
    assert (amount.value, amount.unit) == (30, "")
