"""Rows of permission matrices, state transition tables, condition tables and limits by column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.conditions import derive_conditions
from assistant.domain import AcceptanceCriterion, TestCondition, UserStory

STORY = UserStory(key="S-1", title="Handle a case")


def conditions(text: str) -> tuple[TestCondition, ...]:
    return derive_conditions(STORY, AcceptanceCriterion(id="S-1-AC1", text=text, form="table"))


def said(text: str) -> list[tuple[str, str, str, str]]:
    """Technique, precondition, action and expected result of the conditions of a row."""
    return [(c.technique, c.precondition, c.action, c.expected) for c in conditions(text)]


def test_a_role_may_do_what_its_row_allows() -> None:
    assert said("Role: Team lead; Create case: ✓; Close cases: Yes; Delete case: ✗") == [
        ("positive", "", "As a team lead, create case", "Team lead can create case"),
        ("negative", "", "As a team lead, try to delete case", "Team lead cannot delete case"),
        ("role", "", "As a team lead, close cases", "Team lead can close cases"),
    ]


def test_a_function_is_allowed_to_the_roles_of_its_row() -> None:
    found = conditions("Action: Delete a case; Agent: No; Team lead: Yes; Admin: Yes (own only)")
    assert {(c.variables["role"], c.valid) for c in found} == {
        ("agent", False), ("team lead", True), ("admin", True),
    }  # fmt: skip
    assert any(c.expected == "Admin can delete a case (own only)" for c in found)


def test_an_object_that_may_only_be_read_cannot_be_changed() -> None:
    assert said("Profile: Auditor; Invoices: Read only; Payments: Read/Write") == [
        ("positive", "", "As an auditor, view Invoices", "Auditor can view Invoices"),
        ("negative", "", "As an auditor, try to change Invoices", "Auditor cannot change Invoices"),
        (
            "role",
            "",
            "As an auditor, view and change Payments",
            "Auditor can view and change Payments",
        ),
    ]


def test_a_transition_has_its_event_its_role_and_its_guard() -> None:
    found = conditions(
        "Current status: Submitted; Action: Approve the request; New status: Approved;"
        " Condition: the amount is below €500; Who: Manager"
    )
    first = found[0]
    assert first.precondition == "The status is Submitted and the amount is below €500"
    assert first.action == "As a manager, approve the request"
    assert first.expected == "The status is Approved"
    refused = {(c.technique, c.precondition, c.action): c.expected for c in found if not c.valid}
    assert (
        refused[
            (
                "negative",
                "The status is Submitted and the amount is not below €500",
                "Try to approve the request",
            )
        ]
        == "The status stays Submitted"
    )
    outsider = next(c for c in found if c.technique == "role")
    assert outsider.action == "As someone who is not a manager, try to approve the request"
    points = {c.variables["amount"]: c.expected for c in found if c.technique == "boundary"}
    assert points == {
        "€499.99": "The status is Approved",
        "€500": "The status stays Submitted",
        "€500.01": "The status stays Submitted",
    }


def test_a_transition_starts_in_its_own_state_only() -> None:
    found = said("From: Open; Event: assign to a technician; To: In Progress")
    assert found == [
        ("positive", "The state is Open", "Assign to a technician", "The state is In Progress"),
        (
            "negative",
            "The state is not Open",
            "Try to assign to a technician",
            "The state does not become In Progress by this transition",
        ),
    ]


def test_a_condition_and_its_message_are_a_sentence() -> None:
    found = said("Error code: E101; Condition: The card has expired; Message: It has expired.")
    assert [(given, expected) for _, given, _, expected in found] == [
        ("The card has expired", '"It has expired." is shown'),
        ("The card has not expired", '"It has expired." is not shown'),
    ]


def test_a_limit_in_a_condition_gets_its_points() -> None:
    found = conditions("Condition: The customer is under 18; Action: Ask for a guardian's consent")
    points = {c.variables["age"]: c.valid for c in found if c.technique == "boundary"}
    assert points == {"17": True, "18": False, "19": False}
    assert found[0].expected == "The system asks for a guardian's consent"


def test_what_stands_before_the_condition_decides_too() -> None:
    row = "Condition: The customer replies; Action: Reopen the case; Priority: High"
    assert said(row)[0][3] == "The system reopens the case"
    row = f"Status: Closed; {row}"
    assert conditions(row)[0].variables["Status"] == "Closed"


def test_steps_with_a_result_are_one_condition() -> None:
    row = "Scenario: Wrong password; Steps: Enter a wrong one; Expected result: Access is refused"
    assert said(row) == [("negative", "", "Enter a wrong one", "Access is refused")]


def test_a_rule_of_a_decision_table_is_one_case() -> None:
    row = "Customer is a business: Yes; Order is over £500: No; Outcome: Free delivery is offered"
    found = conditions(row)
    assert found[0].precondition == "Customer is a business and order is not over £500"
    assert found[0].expected == "Free delivery is offered"
    assert found[0].variables == {"Customer is a business": "Yes", "Order is over £500": "No"}
    assert {c.variables["order"] for c in found[1:]} == {"£500", "£499.99"}


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
    assert found[0].action.startswith("Use a case with ")


_HEADINGS = [
    "Role", "Action", "View", "Delete case", "From", "To", "Event", "Condition", "Message",
    "Who", "Steps", "Expected result", "Maximum", "Response time", "Priority", "Outcome",
]  # fmt: skip


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
        assert condition.expected
        for evidence in condition.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
