"""The days of a test: which cases are run on which, and what is to be set up before each."""

from __future__ import annotations

from datetime import date

from assistant.domain import TestCase
from assistant.suite.schedule import TestDay, fullest, schedule

FIRST, SECOND, THIRD = date(2026, 4, 27), date(2026, 5, 4), date(2026, 5, 12)


def case(name: str, day: date | None, *lines: str) -> TestCase:
    return TestCase(id=name, title=f"Title {name}", test_date=day, preconditions=lines)


def told(days: tuple[TestDay, ...]) -> list[tuple[date | None, str, list[str]]]:
    return [
        (one.day, " ".join(c.id for c in one.cases), [line.text for line in one.to_set_up])
        for one in days
    ]


def test_cases_of_any_day_come_first_then_day_by_day_in_the_order_given() -> None:
    days = schedule(
        [case("E", None), case("D", THIRD), case("A", FIRST), case("C", FIRST), case("B", None)]
    )
    assert told(days) == [(None, "E B", []), (FIRST, "A C", []), (THIRD, "D", [])]
    assert schedule([]) == ()


def test_a_record_is_set_up_before_the_first_day_that_needs_it() -> None:
    loan, booking = "To be set up: loan of Ann", "To be set up on 2 May: booking of Bea"
    days = schedule(
        [
            case("A", None, loan, "To be set up: card of Cid"),
            case("B", SECOND, loan, "User Ann is logged in"),
            case("C", FIRST, "User Ann is logged in"),
            case("D", THIRD, booking, " To be set up:  loan of Ann"),
        ]
    )
    assert told(days) == [
        (None, "A", ["loan of Ann", "card of Cid"]),
        (FIRST, "C", []),
        (SECOND, "B", []),
        (THIRD, "D", [booking]),
    ]
    line = days[0].to_set_up[0]
    assert [one.id for one in line.cases] == ["A", "B", "D"], "all that need it"


def test_the_fullest_days_are_those_with_most_cases_that_have_a_date() -> None:
    cases = [case("A", FIRST), case("B", SECOND), case("C", SECOND)]
    undated = [case(f"U{number}", None) for number in range(5)]
    assert [one.day for one in fullest(schedule([*undated, *cases]))] == [SECOND]
    both = fullest(schedule([*cases, case("D", FIRST)]))
    assert [one.day for one in both] == [FIRST, SECOND]
    assert fullest(schedule(undated)) == ()
