"""Boundary values: right neighbours, right side, written like the limit they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.conditions import derive_conditions
from assistant.design.techniques.boundaries import points
from assistant.domain import AcceptanceCriterion
from assistant.language.quantities import find_quantities


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


@pytest.mark.long
@given(st.integers(2, 100_000), st.sampled_from(["at most", "at least", "more than", "less than"]))
def test_sides_of_any_whole_limit(limit: int, words: str) -> None:
    allowed = {
        "at most": lambda n: n <= limit, "at least": lambda n: n >= limit,
        "more than": lambda n: n > limit, "less than": lambda n: n < limit,
    }[words]  # fmt: skip
    found = values(f"{words} {limit} items")
    assert set(found) == {f"{n} item" + "s" * (n != 1) for n in (limit - 1, limit, limit + 1)}
    assert all(allowed(int(text.split()[0])) == side for text, side in found.items())


def test_limits_of_the_other_case_are_tried_there() -> None:
    text = (
        "If the case priority is Critical, the customer must be called back within 20 minutes,"
        " otherwise within 4 hours."
    )
    found = derive_conditions(AcceptanceCriterion(id="A", text=text), depth="thorough")
    tried = {c.facts[0].value: c for c in found if c.technique == "boundary"}
    urgent = [v for v, c in tried.items() if c.facts[1].holds]
    assert urgent == ["20 minutes", "21 minutes", "19 minutes"]
    assert [v for v in tried if v not in urgent] == ["4 hours", "5 hours", "3 hours"]
    assert {c.facts[1].quote for c in tried.values()} == {"the case priority is Critical"}
    assert [v for v, c in tried.items() if not c.valid] == ["21 minutes", "5 hours"]
    assert not tried["21 minutes"].outcomes
    assert tried["4 hours"].outcomes[0].quote == text.rstrip(".")


def test_a_limit_after_but_not_is_no_exception() -> None:
    text = "A claim above 1,000 euros but not above 5,000 euros goes to the team lead."
    found = derive_conditions(AcceptanceCriterion(id="A", text=text), depth="thorough")
    assert {c.data: c.valid for c in found if c.technique == "boundary"} == {
        "1,000 euros": False, "999.99 euros": False, "1,000.01 euros": True,
        "5,000 euros": True, "5,000.01 euros": False, "4,999.99 euros": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("A dispatcher can change a load until 30 minutes before batching (exactly 30 is still "
         'fine). Later than that he sees "Too late."', {"until 30 minutes"}),
        ("Waiting is charged. Example: arrived 10:00, finished 11:03 = 63 min, so 4 x 9.00 = "
         "36.00 EUR.", set()),
        ("A code of exactly 10 digits is accepted.", {"of exactly 10 digits"}),
        ("The refund period is extended from 30 to 45 days.", {"45 days"}),
    ],
)  # fmt: skip
def test_a_remark_and_a_total_are_no_limits(text: str, limits: set[str]) -> None:
    found = derive_conditions(AcceptanceCriterion(id="A", text=text), depth="thorough")
    assert {f.quote for c in found for f in c.facts if f.kind == "limit"} == limits


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A load is at most 8.0 m³, in steps of 0.25.", {"8.0 m³", "8.25 m³", "7.75 m³"}),
        ("A transfer is at least 50 EUR in multiples of 10 EUR.", {"50 EUR", "40 EUR", "60 EUR"}),
        ("The time limit is 2 days before the departure.", set()),
        ("A parcel is at most 8 kg, in steps of 50 g.", {"8 kg", "9 kg", "7 kg"}),
        ("The PIN (exactly 6 digits) must be entered.", {"6 digits", "5 digits", "7 digits"}),
        ("Guests aged 18+ pay 10 EUR.", {"18", "17", "19"}),
    ],
)
def test_neighbours_are_those_that_the_text_allows(text: str, values: set[str]) -> None:
    found = derive_conditions(AcceptanceCriterion(id="A", text=text), depth="thorough")
    assert {c.data for c in found if c.technique == "boundary"} == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A report can be sent within 14 days after the trip.", {"14 days", "15 days"}),
        ("The group size can be 10 to 74 persons; a request outside this range is refused with"
         ' "Call us."',
         {"9 persons", "10 persons", "74 persons", "75 persons"}),
    ],
)  # fmt: skip
def test_both_sides_nearest_each_limit_at_standard_depth(text: str, values: set[str]) -> None:
    criterion = AcceptanceCriterion(id="A-1-AC1", text=text)
    found = derive_conditions(criterion, depth="standard")
    assert {one.data for one in found if one.technique == "boundary"} == values


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            "A quote is valid for 30 days. After that it can be opened but not bound.",
            {
                "30 days": "A quote is valid for 30 days",
                "31 days": "it can be opened but not bound",
            },
        ),
        (
            "A reservation is held for 30 minutes. Then it expires.",
            {"30 minutes": "A reservation is held for 30 minutes", "31 minutes": "it expires"},
        ),
        (
            "A quote is valid for 30 days. It is shown in the list.",
            {"30 days": "A quote is valid for 30 days"},
        ),
        (
            "The list is shown within 2 days. After that a reminder is sent.",
            {"2 days": "The list is shown within 2 days"},
        ),
    ],
)
def test_what_comes_after_something_that_lasts_is_the_other_side_of_its_limit(
    text: str, sides: dict[str, str]
) -> None:
    """What is not told has no item: no tester enters an answer that comes too late."""
    criterion = AcceptanceCriterion(id="AC-1", text=text, form="bullet")
    found = derive_conditions(criterion, techniques=("boundary",))
    assert {one.facts[0].value: one.outcomes[0].quote for one in found} == sides


@pytest.mark.parametrize(
    ("story", "values", "beyond"),
    [
        ("As a customer I want to ask, so that I get an answer within 2 hours.",
         {"2 hours", "1 hour"}, set()),
        ("In order to get an answer within 2 hours, as a customer I want to ask.",
         {"2 hours", "1 hour"}, set()),
        ("As a customer I want a list so that I can cancel up to 24 hours before the start.",
         {"24 hours", "25 hours"}, {"23 hours"}),
        ("As a customer I want to cancel up to 24 hours before the start so that I am free.",
         {"24 hours", "25 hours"}, {"23 hours"}),
        ("As a customer I want parcels so that mine arrives within 3 days. Ask within 9 days.",
         {"3 days", "2 days"}, set()),
        ("As a manager I want a report so that I save at least 2 hours a week.", set(), set()),
        ("As a manager I want a report because it takes at most 2 hours.", set(), set()),
    ],
)  # fmt: skip
def test_a_limit_that_the_purpose_of_a_story_states_is_tried(
    story: str, values: set[str], beyond: set[str]
) -> None:
    found = derive_conditions(AcceptanceCriterion(id="A", text=story), depth="thorough")
    limits = [one for one in found if one.technique == "boundary"]
    assert {one.data for one in limits if one.valid} == values
    assert {one.data for one in limits if not one.valid} == beyond
    quotes = {each.quote for one in limits for each in (*one.facts, *one.outcomes)}
    assert all(quote and quote in story for quote in quotes)
