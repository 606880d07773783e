"""Rows of permission matrices, state transition tables, condition tables and limits by column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.conditions import derive_conditions
from assistant.domain import AcceptanceCriterion, TestCondition


def conditions(text: str) -> tuple[TestCondition, ...]:
    criterion = AcceptanceCriterion(id="S-1-AC1", text=text, form="table")
    return derive_conditions(criterion, depth="thorough")


def said(text: str) -> list[tuple[str, bool, str, str]]:
    """Technique, whether valid, label and outcome of the conditions of a row."""
    return [(c.technique, c.valid, c.statement, c.expected) for c in conditions(text)]


def test_a_role_may_do_what_its_row_allows() -> None:
    assert said("Role: Team lead; Create case: ✓; Close cases: Yes; Delete case: ✗") == [
        ("positive", True, "role: “Team lead”; “Create case” holds", "“✓”"),
        ("negative", False, "role: “Team lead”; “Delete case” holds", "“✗”"),
        ("role", True, "role: “Team lead”; “Close cases” holds", "“Yes”"),
    ]


def test_a_function_is_allowed_to_the_roles_of_its_row() -> None:
    found = conditions("Action: Delete a case; Agent: No; Team lead: Yes; Admin: Yes (own only)")
    assert {(c.variables["role"], c.valid) for c in found} == {
        ("Agent", False), ("Team lead", True), ("Admin", True),
    }  # fmt: skip
    assert any(c.expected == "“Yes (own only)”" for c in found)


def test_a_transition_has_its_event_its_role_and_its_guard() -> None:
    found = conditions(
        "Current status: Submitted; Action: Approve the request; New status: Approved;"
        " Condition: the amount is below €500; Who: Manager"
    )
    first = found[0]
    assert first.statement == (
        "from “Submitted” to “Approved”; “Approve the request” holds;"
        " “the amount is below €500” holds; role: “Manager”"
    )
    assert first.expected == "“Approved”"
    refused = {c.technique: c for c in found if not c.valid}
    assert "“the amount is below €500” does not hold" in refused["negative"].statement
    assert refused["role"].statement.startswith("role: another; “Manager”")
    assert not any(c.outcomes for c in refused.values())
    points = {c.variables["guard"]: c.valid for c in found if c.technique == "boundary"}
    assert points == {"€499.99": True, "€500": False, "€500.01": False}


def test_a_condition_and_its_message_are_one_case() -> None:
    found = said("Error code: E101; Condition: The card has expired; Message: It has expired.")
    assert found == [
        ("negative", False, "“The card has expired” holds", "“It has expired”"),
    ]


def test_a_limit_in_a_condition_gets_its_points() -> None:
    found = conditions("Condition: The customer is under 18; Action: Ask for a guardian's consent")
    values = {c.data: (c.facts[0].holds, c.expected) for c in found if c.technique == "boundary"}
    assert values == {
        "17": (True, "“Ask for a guardian's consent”"), "18": (False, ""), "19": (False, ""),
    }  # fmt: skip


def test_steps_with_a_result_are_one_condition() -> None:
    row = "Scenario: Wrong password; Steps: Enter a wrong one; Expected result: Access is refused"
    assert said(row) == [
        ("negative", False, "scenario: “Enter a wrong one”", "“Access is refused”")
    ]


def test_what_holds_afterwards_follows_from_the_outcome() -> None:
    (one,) = conditions("Outcome: Shared; Status afterwards: Approved")
    assert one.statement == "row: Outcome = “Shared”"
    assert [outcome.quote for outcome in one.outcomes] == ["Approved"]


def test_a_rule_of_a_decision_table_is_one_case() -> None:
    row = "Customer is a business: Yes; Order is over £500: No; Outcome: Free delivery is offered"
    (found,) = conditions(row)
    assert found.statement == "“Customer is a business” holds; “Order is over £500” does not hold"
    assert found.expected == "“Free delivery is offered”"
    assert found.variables == {"Customer is a business": "true", "Order is over £500": "false"}


@pytest.mark.parametrize(
    ("row", "label", "expected"),
    [
        ("Crop: Apple; Hives per ha: 4; Base price per hive: €46.00", "row: Crop = “Apple”",
         "“Hives per ha: 4”; “Base price per hive: €46.00”"),
        ("Plan: Basic; Price per month: €20; Result: active", "row: Plan = “Basic”",
         "“Price per month: €20”; “Result: active”"),
        ("Plan: Basic; Visits per week: 2; Price: 20 EUR",
         "row: Plan = “Basic”, Visits per week = “2”", "“20 EUR”"),
        ("Region: North; Rooms per flat: up to 3; Tariff: A",
         "row: Region = “North”, Rooms per flat = “up to 3”", "“A”"),
        ("Oil: Rape; Density (g per ml): 0.9; Grade: B",
         "row: Oil = “Rape”, Density (g per ml) = “0.9”", "“B”"),
        ("Fee: 5 EUR; Hives per ha: 4", "row: Hives per ha = “4”", "“5 EUR”"),
    ],
)  # fmt: skip
def test_an_amount_for_each_of_something_is_what_the_rule_gives(
    row: str, label: str, expected: str
) -> None:
    assert said(row)[0] == ("positive", True, label, expected)


@pytest.mark.parametrize(
    ("row", "name", "points"),
    [
        (
            "Tier: Gold; Minimum spend: £1,000; Discount: 10%",
            "Minimum spend",
            {"£999.99": False, "£1,000": True, "£1,000.01": True},
        ),
        (
            "Priority: P1; Response time: 15 minutes; Resolution time: 4 hours",
            "Response time",
            {"14 minutes": True, "15 minutes": True, "16 minutes": False},
        ),
        (
            "Product: Loan; Max. amount: €50,000; Interest: 3%",
            "Max. amount",
            {"€49,999.99": True, "€50,000": True, "€50,000.01": False},
        ),
    ],
)
def test_a_heading_makes_an_amount_a_limit(row: str, name: str, points: dict[str, bool]) -> None:
    found = conditions(row)
    at = {
        c.variables[name]: c.valid
        for c in found
        if c.technique == "boundary" and name in c.variables
    }
    assert at == points


@pytest.mark.parametrize(
    "row", ["From: London; To: Paris", "User: Bob; Active: Yes", "Status: Open; Count: 3"]
)
def test_other_rows_stay_decisions(row: str) -> None:
    found = conditions(row)
    assert found[0].facts[0].kind == "row"


_HEADINGS = [
    "Role", "Action", "View", "Delete case", "From", "To", "Event", "Condition", "Message",
    "Who", "Steps", "Expected result", "Maximum", "Response time", "Priority", "Outcome",
]  # fmt: skip


@pytest.mark.long
@given(
    st.lists(
        st.tuples(
            st.sampled_from(_HEADINGS),
            st.one_of(
                st.sampled_from(["Yes", "No", "Read only", "✓", "Open", "the amount is below €5"]),
                st.text(max_size=30),
            ),
        ),
        min_size=2,
        max_size=6,
    )
)
def test_any_row_is_survived_and_quoted_exactly(cells: list[tuple[str, str]]) -> None:
    text = "; ".join(f"{heading}: {value}" for heading, value in cells)
    for condition in conditions(text):
        assert all(quote.quote in text for quote in (*condition.facts, *condition.outcomes))
        for evidence in condition.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
