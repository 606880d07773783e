"""Field specifications: what each column asks of the one field of its row."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.analysis import analyse
from assistant.design.conditions import derive_conditions
from assistant.domain import AcceptanceCriterion, TestCondition, UserStory

STORY = UserStory(key="S-1", title="Register a guest")


def criterion(text: str) -> AcceptanceCriterion:
    return AcceptanceCriterion(id="S-1-AC1", text=text, form="table")


def conditions(text: str) -> tuple[TestCondition, ...]:
    return derive_conditions(STORY, criterion(text))


def tried(text: str, *techniques: str) -> list[tuple[str, str]]:
    """Action and expected result of the conditions of a row, in order."""
    return [(c.action, c.expected) for c in conditions(text) if c.technique in techniques]


def test_every_column_asks_something_of_the_field() -> None:
    row = (
        "Field: First name; Type: Text; Required: Yes; Length: 2-50; Validation: Letters only;"
        ' Error message: "Please enter your first name."'
    )
    assert tried(row, "positive") == [
        (
            "Enter a First name that has between 2 and 50 characters and contains letters only",
            "The First name is accepted",
        )
    ]
    assert tried(row, "negative") == [
        ("Leave First name empty and try to continue", '"Please enter your first name." is shown'),
        ("Enter a First name that does not contain letters only", "The First name is not accepted"),
    ]
    at = {c.variables["First name"]: c.valid for c in conditions(row) if c.technique == "boundary"}
    assert at == {
        "1 character": False, "2 characters": True, "3 characters": True,
        "49 characters": True, "50 characters": True, "51 characters": False,
    }  # fmt: skip


def test_a_condition_rests_on_the_cells_that_ask_it() -> None:
    row = 'Field: Postcode; Required: Yes; Length: 5 digits; Message: "The postcode has 5 digits."'
    made = conditions(row)
    for condition in made:
        for evidence in condition.evidence:
            assert row[evidence.start : evidence.end] == evidence.quote
    beyond = next(c for c in made if c.variables.get("postcode") == "4 digits")
    assert [evidence.quote for evidence in beyond.evidence] == [
        "Field: Postcode",
        "Length: 5 digits",
        'Message: "The postcode has 5 digits."',
    ]
    empty = next(c for c in made if "empty" in c.statement)
    assert [evidence.quote for evidence in empty.evidence][:2] == [
        "Field: Postcode",
        "Required: Yes",
    ]


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
    ("cells", "action", "expected"),
    [
        ("Unique: Yes", "is not unique", "not accepted"),
        ("Type: Date", "is not a date", "not accepted"),
        ("Type: Integer", "is not a whole number", "not accepted"),
        ("Validation: Not in the future", "is in the future", "not accepted"),
        ("Validation: No special characters", "contains special characters", "not accepted"),
        ("Format: AA9 9AA", "does not have the format AA9 9AA", "not accepted"),
        ("Type: Date (dd/mm/yyyy)", "does not have the format dd/mm/yyyy", "not accepted"),
        ("Type: Picklist (Low, High)", "a value other than Low or High", "not accepted"),
        ("Options: Low / High", "a value other than Low or High", "not accepted"),
        ("Optional: No", "Leave Reference empty", "not accepted without Reference"),
        ("Mandatory: M", "Leave Reference empty", "not accepted without Reference"),
        ("Required: ✓", "Leave Reference empty", "not accepted without Reference"),
        ("Required: *", "Leave Reference empty", "not accepted without Reference"),
        ("Validation: must match Account", "does not match Account", "not accepted"),
        (
            "Validation: approved by the register",
            'does not conform to "approved by the register"',
            "not accepted",
        ),
    ],
)
def test_what_a_column_refuses_is_tried(cells: str, action: str, expected: str) -> None:
    refused = tried(f"Field: Reference; Rule: BR-7; {cells}", "negative")
    assert any(action in did and expected in said for did, said in refused), refused


def test_what_is_optional_may_be_left_empty() -> None:
    assert tried("Field: Middle name; Type: Text; Required: No", "positive", "negative") == [
        (
            "Leave Middle name empty and continue",
            "The entry is accepted without Middle name",
        )
    ]


def test_a_column_before_the_field_says_when_the_row_applies() -> None:
    made = conditions("Stage: Closed Won; Required field: Amount; Validation: greater than 0")
    by_action = {c.action: c for c in made}
    assert by_action["Enter an amount that is 0"].precondition == "The Stage is Closed Won"
    free = by_action["Leave the amount empty"]
    assert free.precondition == "The Stage is not Closed Won"
    assert free.expected == "The amount does not have to be entered"


def test_a_field_that_is_required_in_one_case_only() -> None:
    made = conditions("Field: VAT number; Mandatory: If the customer is a business; Length: 14")
    told = {(c.precondition, c.action): c.expected for c in made}
    assert told[("The customer is not a business", "Leave the VAT number empty")] == (
        "The VAT number does not have to be entered"
    )
    assert (
        told[("The customer is a business", "Leave VAT number empty and try to continue")]
        == "The entry is not accepted without VAT number"
    )


def test_a_name_that_reads_like_an_instruction_stays_a_name() -> None:
    made = tried(
        "Field: Confirm password; Mandatory: Y; Validation: Must match Password", "negative"
    )
    assert made == [
        (
            'Leave the field "Confirm password" empty and try to continue',
            'The entry is not accepted without the field "Confirm password"',
        ),
        (
            'In the field "Confirm password", enter a value that does not match Password',
            'The field "Confirm password" is not accepted',
        ),
    ]


def test_a_message_is_shown_for_what_it_speaks_of() -> None:
    row = (
        "Field: E-mail; Required: Yes; Length: 254; Validation: unique;"
        " Error message: This e-mail is already registered"
    )
    shown = {c.action for c in conditions(row) if "already registered" in c.expected}
    assert shown == {"Enter an E-mail that is not unique"}


def test_a_whole_table_is_read_row_by_row() -> None:
    table = (
        "| Field | Required | Max length |\n|---|---|---|\n"
        "| Street | Yes | 60 |\n| Remarks | No | 500 |\n"
    )
    made = conditions(table)
    values = {value for c in made for value in c.variables.values()}
    assert {"60 characters", "61 characters", "500 characters", "501 characters"} <= values
    assert any(c.action.startswith("Leave Street empty and try") for c in made)
    assert any(c.action == "Leave remarks empty and continue" for c in made)


def test_decisions_are_no_fields() -> None:
    made = conditions("Customer: business; Order value: over €500; Outcome: free delivery")
    assert made[0].expected == "Outcome is free delivery"
    made = conditions("Input: 17; Message: Too young")
    assert made[0].expected == "Message is Too young"


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


@given(st.text(max_size=30), st.lists(_CELL, min_size=1, max_size=6))
def test_any_row_rests_on_its_own_words(name: str, cells: list[tuple[str, str]]) -> None:
    text = "; ".join(f"{heading}: {value}" for heading, value in [("Field", name), *cells])
    for condition in conditions(text):
        assert condition.action
        assert condition.expected
        for evidence in condition.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
