"""The data that code counts for an item lie on the side that the item claims."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import AcceptanceCriterion, Epic, Fact, TestCondition, UserStory
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.item_data import (
    TEST_DATE,
    birth_date,
    digits_of_length,
    later,
    person_of,
    situation_of,
    text_of_length,
    working_days_later,
)

NARRATIVE = "As a Team Leader, I want to see requests so that I can plan."


def brief(*facts: Fact, text: str = "", narrative: str = NARRATIVE) -> CaseBrief:
    criterion = AcceptanceCriterion(
        id="A-AC1", text=text or "; ".join(fact.quote for fact in facts)
    )
    story = UserStory(key="A", title="Plan", narrative=narrative, criteria=(criterion,))
    condition = TestCondition(
        id="A-AC1-B1", criterion_id="A-AC1", technique="boundary", statement="", facts=facts
    )
    return CaseBrief(
        epic=Epic(key="E", title="Leave", stories=(story,)),
        story=story,
        criterion=criterion,
        condition=condition,
        sources=(),
    )


def counted(quote: str, value: str, *, holds: bool = True) -> tuple[str, ...]:
    fact = Fact(kind="limit", quote=quote, value=value, holds=holds)
    return situation_of(brief(fact)).counted


@pytest.mark.parametrize(
    ("quote", "value", "line"),
    [
        (
            "more than 10 consecutive working days",
            "11 consecutive working days",
            "11 consecutive working days: 1 June 2026 to 15 June 2026 "
            "(Saturdays and Sundays left out)",
        ),
        (
            "no later than 28 days before the event",
            "27 days",
            "“the event”: 28 June 2026; 27 days earlier: 1 June 2026",
        ),
        (
            "within 30 days of purchase",
            "31 days",
            "“purchase”: 1 June 2026; 31 days later: 2 July 2026",
        ),
        (
            "within 5 working days after the request",
            "6 working days",
            "“the request”: 1 June 2026; 6 working days later: 9 June 2026",
        ),
        ("after 6 months", "6 months", "6 months"),
        (
            "less than 6 months after the return date",
            "6 months",
            "“the return date”: 1 June 2026; 6 months later: 1 December 2026",
        ),
        (">4 h old", "5 h", "08:00; 5 h later: 13:00"),
        (
            "at least 24 hours in advance",
            "24 hours",
            "1 June 2026, 08:00; 24 hours later: 2 June 2026, 08:00",
        ),
        ("at most 60 %", "61 %", "61 % of 100 are 61"),
        ("15 digits", "14 digits", "14 digits: “12345678901234”"),
        ("above 10,000 EUR", "10,000.01 EUR", "10,000.01 EUR"),
        ("no more than 3 visitors", "4 visitors", "4 visitors"),
        ("up to 14 days", "15 days", "15 days"),
        (
            "closes 60 min before",
            "59 min before scheduled departure",
            "08:00; 59 min later: 08:59",
        ),
    ],
)
def test_values_come_to_dates_times_and_texts(quote: str, value: str, line: str) -> None:
    assert line in counted(quote, value)


def test_dates_are_told_without_names_of_months_in_other_languages() -> None:
    text = "Der Antrag muss spätestens 3 Werktage vor dem Termin gestellt werden."
    fact = Fact(kind="limit", quote="spätestens 3 Werktage vor dem Termin", value="4 Werktage")
    found = situation_of(brief(fact, text=text, narrative="Als Kunde möchte ich buchen."))
    assert found.people[0].endswith(": “Kunde”")
    assert found.counted == ("“dem Termin”: 2026-06-05; 4 Werktage earlier: 2026-06-01",)


@given(st.integers(1, 400))
def test_so_many_working_days_lie_in_a_span(number: int) -> None:
    line = counted("more than 2 consecutive working days", f"{number} consecutive working days")[0]
    start, end = (_date(text) for text in re.findall(r"\d+ [A-Z][a-z]+ \d{4}", line))
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    assert sum(day.weekday() < 5 for day in days) == number
    assert end.weekday() < 5


@given(st.integers(1, 400))
def test_so_many_working_days_lie_between_two_events(number: int) -> None:
    end = working_days_later(TEST_DATE, number)
    days = [TEST_DATE + timedelta(days=n) for n in range(1, (end - TEST_DATE).days + 1)]
    assert sum(day.weekday() < 5 for day in days) == number


@given(st.integers(0, 119), st.booleans())
def test_an_age_is_that_age_on_the_test_date(age: int, last_day: bool) -> None:
    born = birth_date(age, birthday_next=last_day)
    assert _age(born, TEST_DATE) == age
    assert _age(born, TEST_DATE + timedelta(days=1)) == age + last_day


@given(st.integers(1, 110), st.integers(1, 110))
def test_a_birth_date_lies_on_the_side_of_the_limit(limit: int, age: int) -> None:
    lines = counted(f"at least {limit} years old", f"{age} years", holds=age >= limit)
    born = next(line for line in lines if line.startswith("born"))
    day = _date(re.findall(r"\d+ [A-Z][a-z]+ \d{4}", born)[0])
    assert (_age(day, TEST_DATE) >= limit) == (age >= limit)
    assert "test date 1 June 2026" in lines


@given(st.integers(1, 119))
def test_months_later_are_counted_by_the_calendar(number: int) -> None:
    end = later(TEST_DATE, number, "month")
    assert (end.year - 2026) * 12 + end.month - 6 == number
    assert end.day == TEST_DATE.day


@given(st.integers(1, 60))
def test_a_text_has_exactly_so_many_characters(number: int) -> None:
    line = counted("at least 20 characters", f"{number} characters")[0]
    text = line.partition("“")[2][:-1]
    assert len(text) == number
    assert text == text.strip() == text_of_length(number)
    assert len(digits_of_length(number)) == number


@given(st.integers(1, 5000))
def test_a_time_is_so_many_minutes_later(number: int) -> None:
    line = counted("after more than 5 minutes", f"{number} minutes")[0]
    times = [datetime.strptime(one, "%H:%M") for one in re.findall(r"\d\d:\d\d", line)]
    assert (times[1] - times[0]).seconds % 86400 == number * 60 % 86400


def test_somebody_in_another_role_stands_beside_the_rule() -> None:
    fact = Fact(kind="role", quote="only a Team Leader may approve", holds=False, value="another")
    found = situation_of(brief(fact))
    assert found.people == (f"{person_of('A-AC1-B1')}: another role",)
    assert found.facts == ("role: another; “only a Team Leader may approve”",)
    may = Fact(kind="role", quote="Team Leader", value="Team Leader")
    assert situation_of(brief(may)).lines == (f"{person_of('A-AC1-B1')}: “Team Leader”",)


def test_the_same_item_gets_the_same_person_and_all_values_stand_in_quotations() -> None:
    facts = (
        Fact(kind="condition", quote="the account is frozen", holds=False),
        Fact(kind="transition", quote="New", value="from"),
        Fact(kind="transition", quote="Sent", value="to"),
    )
    found = situation_of(brief(*facts))
    assert found == situation_of(brief(*facts))
    assert found.lines == (
        f"{person_of('A-AC1-B1')}: “Team Leader”",
        "“the account is frozen” does not hold",
        "from “New” to “Sent”",
    )


def _date(text: str) -> date:
    return datetime.strptime(text, "%d %B %Y").date()


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@pytest.mark.parametrize(
    ("who", "text", "role"),
    [
        ("driver or fleet manager", "A fleet manager sees all vehicles.", "fleet manager"),
        ("driver or fleet manager", "Slots are 2 days ahead.", "driver"),
        ("referral partner (school, doctor)", "A parcel is booked.", "referral partner"),
    ],
)
def test_a_person_has_one_of_the_roles_that_the_story_names(who: str, text: str, role: str) -> None:
    found = situation_of(brief(text=text, narrative=f"As a {who}, I want to book."))
    assert found.people[0].endswith(f": “{role}”")
