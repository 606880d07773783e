"""Field specifications: what each column asks of the one field of its row."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.analysis import analyse
from assistant.design.conditions import derive_conditions
from assistant.domain import AcceptanceCriterion, TestCondition


def criterion(text: str) -> AcceptanceCriterion:
    return AcceptanceCriterion(id="S-1-AC1", text=text, form="table")


def conditions(text: str) -> tuple[TestCondition, ...]:
    return derive_conditions(criterion(text), depth="thorough")


def labels(text: str, *, valid: bool) -> list[str]:
    return [c.statement for c in conditions(text) if c.valid is valid]


def test_every_column_asks_something_of_the_field() -> None:
    row = (
        "Field: First name; Type: Text; Required: Yes; Length: 2-50; Validation: Letters only;"
        ' Error message: "Please enter your first name."'
    )
    assert labels(row, valid=True)[0] == (
        "field “First name”; row: Required = “Yes”, Length = “2-50”, Validation = “Letters only”"
    )
    assert labels(row, valid=False) == [
        "field “First name” is empty",
        "field “First name”; “Letters only” does not hold",
        "field “First name”; 1 character: “2-50” does not hold",
        "field “First name”; 51 characters: “2-50” does not hold",
    ]
    at = {c.variables["First name"]: c.valid for c in conditions(row) if c.technique == "boundary"}
    assert at == {
        "1 character": False, "2 characters": True, "3 characters": True,
        "49 characters": True, "50 characters": True, "51 characters": False,
    }  # fmt: skip


def test_a_condition_rests_on_the_cells_that_ask_it() -> None:
    row = 'Field: Postcode; Length: 5 digits; Message: "The postcode has 5 digits."'
    beyond = next(c for c in conditions(row) if c.variables.get("Postcode") == "6 digits")
    assert [evidence.quote for evidence in beyond.evidence] == [
        "Field: Postcode",
        "Length: 5 digits",
        '"The postcode has 5 digits."',
    ]
    assert [one.quote for one in beyond.outcomes] == ['"The postcode has 5 digits."'.rstrip(".")]


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        ("Length: max 30", {"30 characters": True, "31 characters": False}),
        ("Length: 30", {"30 characters": True, "31 characters": False}),
        ("Max length: 30", {"30 characters": True, "31 characters": False}),
        ("Min length: 8", {"8 characters": True, "7 characters": False}),
        ("Type: Text(80)", {"80 characters": True, "81 characters": False}),
        ("Type: varchar(80)", {"80 characters": True, "81 characters": False}),
        ("Length: up to 254 chars", {"254 characters": True, "255 characters": False}),
        ("Length: exactly 11", {"11 characters": True, "10 characters": False}),
        ("Length (min-max): 8 – 64", {"8 characters": True, "64 characters": True}),
        ("Validation: min 8, max 15 characters", {"8 characters": True, "16 characters": False}),
        ("Validation: > 0", {"0": False, "1": True}),
        ("Rule: must not be greater than 100", {"100": True, "101": False}),
        ("Constraints: between 1 and 99", {"1": True, "0": False, "99": True, "100": False}),
        ("Allowed values: 1-99", {"1": True, "0": False, "99": True, "100": False}),
        ("Range: 10..20", {"10": True, "9": False, "20": True, "21": False}),
        ("Min: 5; Max: 9", {"5": True, "4": False, "9": True, "10": False}),
        ("Maximum value: 40", {"40": True, "41": False}),
    ],
)
def test_limits_of_a_column_get_their_points(cell: str, points: dict[str, bool]) -> None:
    made = conditions(f"Field: Reference; Required: No; {cell}")
    found = {
        value: c.valid for c in made if c.technique == "boundary" for value in c.variables.values()
    }
    assert points.items() <= found.items()
    limits = analyse(criterion(f"Field: Reference; Required: No; {cell}")).limits
    assert limits
    for limit in limits:
        assert re.search(r"\d", limit.evidence.quote)


@pytest.mark.parametrize(
    ("cells", "label"),
    [
        ("Unique: Yes", "; “Yes” does not hold"),
        ("Type: Date", "; “Date” does not hold"),
        ("Type: Picklist (Low, High)", " is another value"),
        ("Options: Low / High", " is another value"),
        ("Validation: Not in the future", "; “Not in the future” does not hold"),
        ("Format: AA9 9AA", "; “AA9 9AA” does not hold"),
        ("Optional: No", " is empty"),
        ("Mandatory: M", " is empty"),
        ("Required: ✓", " is empty"),
        ("Required: *", " is empty"),
        ("Mandatory: If the customer is a business",
         " is empty; “If the customer is a business” holds"),
    ],
)  # fmt: skip
def test_what_a_column_refuses_is_tried(cells: str, label: str) -> None:
    refused = labels(f"Field: Reference; Rule: BR-7; {cells}", valid=False)
    assert f"field “Reference”{label}" in refused


def test_what_is_optional_may_be_left_empty() -> None:
    assert "field “Middle name” is empty" in labels(
        "Field: Middle name; Type: Text; Required: No", valid=True
    )


def test_a_column_before_the_field_says_when_the_row_applies() -> None:
    found = labels("Stage: Closed Won; Required field: Amount; Rule: greater than 0", valid=False)
    assert found[0] == "field “Amount” is empty; row: Stage = “Closed Won”"


def test_a_message_of_several_demands_is_claimed_of_none() -> None:
    row = "Field: E-mail; Required: Yes; Length: 254; Error message: This e-mail is registered"
    assert not any(c.outcomes for c in conditions(row))


def test_a_whole_table_is_read_row_by_row() -> None:
    table = (
        "| Field | Required | Max length |\n|---|---|---|\n"
        "| Street | Yes | 60 |\n| Remarks | No | 500 |\n"
    )
    made = conditions(table)
    values = {value for c in made for value in c.variables.values()}
    assert {"60 characters", "61 characters", "500 characters", "501 characters"} <= values
    assert {c.statement: c.valid for c in made if "empty" in c.statement} == {
        "field “Street” is empty": False, "field “Remarks” is empty": True,
    }  # fmt: skip


def test_decisions_are_no_fields() -> None:
    made = conditions("Customer: business; Order value: over €500; Outcome: free delivery")
    assert made[0].expected == "“free delivery”"
    assert conditions("Input: 17; Message: Too young")[0].expected == "“Too young”"


_CELL = st.tuples(
    st.sampled_from(
        ["Type", "Required", "Length", "Min", "Max", "Validation", "Format", "Allowed values",
         "Unique", "Default", "Error message", "Notes"]
    ),
    st.one_of(
        st.text(alphabet=st.characters(exclude_categories=("C",)), max_size=40),
        st.sampled_from(["Yes", "No", "2-50", "max 30", "A, B, C", "-", "letters only", "> 0"]),
    ),
)  # fmt: skip


@pytest.mark.long
@given(st.text(max_size=30), st.lists(_CELL, min_size=1, max_size=6))
def test_any_row_rests_on_its_own_words(name: str, cells: list[tuple[str, str]]) -> None:
    text = "; ".join(f"{heading}: {value}" for heading, value in [("Field", name), *cells])
    for condition in conditions(text):
        assert condition.facts
        assert all(quote.quote in text for quote in (*condition.facts, *condition.outcomes))
        for evidence in condition.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote


def test_cells_tell_what_a_column_of_another_name_asks() -> None:
    row = (
        "Field: Lodge name; Mandatory: yes; Length / format: 4 to 30 characters;"
        ' Message when wrong: "Please name the lodge"'
    )
    at = {c.variables["Lodge name"]: c.valid for c in conditions(row) if c.technique == "boundary"}
    assert (at["3 characters"], at["4 characters"]) == (False, True)
    assert (at["30 characters"], at["31 characters"]) == (True, False)
    other = "Field: Lodge name; Mandatory: yes; Seen by: 4 people; Colour / look: blue"
    assert not [c for c in conditions(other) if c.technique == "boundary"]
