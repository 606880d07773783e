"""Boundary values: right neighbours, right side, written like the limit they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.boundaries import inside_words, outside_words, points
from assistant.design.conditions import derive_conditions
from assistant.design.phrases import with_value
from assistant.design.quantities import find_quantities
from assistant.domain import AcceptanceCriterion, UserStory


def values(text: str) -> dict[str, bool]:
    """The boundary values of all limits of a text, with whether the limit allows them."""
    return {point.text: point.allowed for q in find_quantities(text) for point in points(q)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("within 14 days", {"13 days": True, "14 days": True, "15 days": False}),
        ("less than 5 items", {"4 items": True, "5 items": False, "6 items": False}),
        ("at least 18 years old",
         {"17 years old": False, "18 years old": True, "19 years old": True}),
        ("more than £1,000", {"£999.99": False, "£1,000": False, "£1,000.01": True}),
        ("up to £500.00", {"£499.99": True, "£500.00": True, "£500.01": False}),
        ("at most 2.5 hours", {"2.4 hours": True, "2.5 hours": True, "2.6 hours": False}),
        ("exactly 10 digits", {"9 digits": False, "10 digits": True, "11 digits": False}),
        ("before 17:00", {"16:59": True, "17:00": False, "17:01": False}),
        ("by 5pm", {"4:59pm": True, "5pm": True, "5:01pm": False}),
        ("by 31 December 2026",
         {"30 December 2026": True, "31 December 2026": True, "1 January 2027": False}),
        ("no later than 28/02/2027", {"27/02/2027": True, "28/02/2027": True, "01/03/2027": False}),
        ("at least one letter", {"0 letters": False, "1 letter": True, "2 letters": True}),
        ("up to 5 MB", {"4.9 MB": True, "5 MB": True, "5.1 MB": False}),
        ("at most 10%", {"9%": True, "10%": True, "11%": False}),
        ("8 to 20 characters",
         {"7 characters": False, "8 characters": True, "9 characters": True,
          "19 characters": True, "20 characters": True, "21 characters": False}),
        ("within an hour", {"59 minutes": True, "1 hour": True, "2 hours": False}),
        ("the 3 tabs are shown", {}),
    ],
)  # fmt: skip
def test_values_and_sides(text: str, expected: dict[str, bool]) -> None:
    assert values(text) == expected


@given(st.integers(2, 100_000), st.sampled_from(["at most", "at least", "more than", "less than"]))
def test_sides_of_any_whole_limit(limit: int, words: str) -> None:
    allowed = {
        "at most": lambda n: n <= limit, "at least": lambda n: n >= limit,
        "more than": lambda n: n > limit, "less than": lambda n: n < limit,
    }[words]  # fmt: skip
    found = values(f"{words} {limit} items")
    assert set(found) == {f"{n} item" + "s" * (n != 1) for n in (limit - 1, limit, limit + 1)}
    assert all(allowed(int(text.split()[0])) == side for text, side in found.items())


@pytest.mark.parametrize(
    ("clause", "value", "said"),
    [
        ("A customer can request a refund within 14 days of purchase", "15 days",
         "A customer can request a refund 15 days after purchase"),
        ("the order total exceeds £50", "£50.01", "the order total is £50.01"),
        ("The amount must not exceed £500", "£500.01", "The amount is £500.01"),
        ("Files larger than 5 MB are rejected", "5.1 MB", "Files of 5.1 MB are rejected"),
        ("orders older than 30 days", "31 days", "orders 31 days old"),
        ("Users can add up to five addresses", "6 addresses", "Users can add 6 addresses"),
        ("Orders placed before 17:00", "16:59", "Orders placed at 16:59"),
        ("The link is valid for 24 hours", "25 hours", "The link is still valid after 25 hours"),
        ("The maximum file size is 10 MB", "10.1 MB", "The file size is 10.1 MB"),
        ("A maximum of 10 items can be added", "11 items", "11 items can be added"),
        ("a refund of between £5 and £500", "£5", "a refund of £5"),
        ("bookings can be cancelled up to 24 hours before the visit", "23 hours",
         "bookings can be cancelled 23 hours before the visit"),
        ("Customers aged 65 or over", "64", "Customers aged 64"),
    ],
)  # fmt: skip
def test_a_clause_made_concrete(clause: str, value: str, said: str) -> None:
    quantity = find_quantities(clause)[0]
    assert with_value(clause, 0, quantity, value) == said


def test_classes_in_words() -> None:
    upper = find_quantities("within 14 days")[0]
    assert (inside_words(upper), outside_words(upper)) == ("at most 14 days", "more than 14 days")
    lower = find_quantities("at least one digit")[0]
    assert outside_words(lower) == "no digit"
    clock = find_quantities("before 17:00")[0]
    assert outside_words(clock) == "no earlier than 17:00"


def test_limits_of_the_other_case_are_tried_there() -> None:
    text = (
        "If the case priority is Critical, the customer must be called back within 20 minutes,"
        " otherwise within 4 hours."
    )
    found = derive_conditions(
        UserStory(key="S-1", title="x"), AcceptanceCriterion(id="A", text=text)
    )
    tried = {c.data: (c.precondition, c.valid) for c in found if c.technique == "boundary"}
    urgent, calm = "The case priority is Critical", "The case priority is not Critical"
    assert {data: where for data, (where, _) in tried.items()} == {
        "19 minutes": urgent, "20 minutes": urgent, "21 minutes": urgent,
        "3 hours": calm, "4 hours": calm, "5 hours": calm,
    }  # fmt: skip
    assert [data for data, (_, valid) in tried.items() if not valid] == ["21 minutes", "5 hours"]
    late = next(c for c in found if c.data == "21 minutes")
    assert "too late" in late.expected


def test_a_limit_after_but_not_is_no_exception() -> None:
    text = "A claim above 1,000 euros but not above 5,000 euros goes to the team lead."
    found = derive_conditions(
        UserStory(key="S-1", title="x"), AcceptanceCriterion(id="A", text=text)
    )
    assert {c.data: c.valid for c in found if c.technique == "boundary"} == {
        "1,000 euros": False, "999.99 euros": False, "1,000.01 euros": True,
        "5,000 euros": True, "5,000.01 euros": False, "4,999.99 euros": True,
    }  # fmt: skip
