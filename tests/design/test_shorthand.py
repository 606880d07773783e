"""Requirements in note form are read as what they ask."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.conditions import derive_conditions
from assistant.domain import AcceptanceCriterion, CriterionForm, TestCondition, UserStory

STORY = UserStory(key="S-1", title="Register a guest")


def conditions(text: str) -> tuple[TestCondition, ...]:
    return derive_conditions(STORY, AcceptanceCriterion(id="S-1-AC1", text=text))


@pytest.mark.parametrize(
    ("note", "points"),
    [
        ("Phone: only digits, min 8, max 15", {"7 digits": False, "8 digits": True,
                                               "15 digits": True, "16 digits": False}),
        ("Comment: optional, max 500 characters", {"500 characters": True,
                                                   "501 characters": False}),
        ("Upload: max. 3 files, each max. 5 MB", {"3 files": True, "4 files": False,
                                                  "5 MB": True, "5.1 MB": False}),
        ("Password: at least 12 characters, 1 upper case, 1 number",
         {"11 characters": False, "12 characters": True, "0 numbers": False}),
        ("Discount max 15% for reps", {"15%": True, "16%": False}),
    ],
)  # fmt: skip
def test_limits_of_a_note(note: str, points: dict[str, bool]) -> None:
    at = {c.data: c.valid for c in conditions(note) if c.technique == "boundary"}
    assert points.items() <= at.items()


@pytest.mark.parametrize(
    ("note", "refused"),
    [
        ("Email: mandatory, unique", "Leave the email empty and try to continue"),
        ("Email: mandatory, unique", "Enter an email that is not unique"),
        ("Upload: max. 3 files, formats PDF, JPG",
         "Try to set Upload to a value other than PDF or JPG"),
        ("Attachments mandatory", "Leave the attachments empty and try to continue"),
        ("Export button only visible for admins",
         "As someone who is not an admin, try to access export button"),
    ],
)  # fmt: skip
def test_what_a_note_refuses(note: str, refused: str) -> None:
    found = {c.action for c in conditions(note) if not c.valid}
    assert refused in found


def test_a_list_in_a_note_is_what_the_field_may_be() -> None:
    found = conditions("Currency: EUR, USD or GBP; default EUR")
    values = [c.variables["the currency"] for c in found if c.technique == "decision-table rule"]
    assert values == ["EUR", "USD", "GBP"]
    assert any(c.expected == 'Currency is "EUR" by default' for c in found)
    assert not [c for c in conditions("Systems: SAP, Jira") if c.technique == "negative"]


def test_only_at_the_end_keeps_the_object() -> None:
    (refused,) = [c for c in conditions("Reps can edit own cases only") if not c.valid]
    assert refused.action == "Try to edit cases of somebody else"


def test_an_error_in_a_note_has_its_case_on_either_side() -> None:
    found = {c.variables.get("size"): c.expected for c in conditions("Error if file > 10MB")}
    assert found["10MB"] == "The error is not shown"
    assert found["10.1MB"] == "The error is shown"


@pytest.mark.parametrize(
    "text",
    [
        "Retention: 10 years",
        "Refunds: if the order is older than 30 days, no refund is paid.",
        "Response time: max 2 seconds",
        "The customer: must sign",
        "Note: letters only are printed in colour",
    ],
)
def test_other_texts_with_a_colon_are_no_fields(text: str) -> None:
    assert not any(c.action.startswith(("Enter a", "Leave ", "In the field ")) for c in
                   conditions(text) if c.technique != "boundary")  # fmt: skip


@given(st.text(max_size=20), st.text(max_size=60))
def test_any_note_is_quoted_exactly(name: str, rules: str) -> None:
    text = f"{name}: {rules}"
    for condition in conditions(text):
        for evidence in condition.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote


@pytest.mark.parametrize(
    "shape",
    [
        "letters only, ", "a: b; ", "Yes; No: ", "S, M, ", "min 8, max 15, ", "only own ", " if a ",
        "formats PDF, JPG, ", "Field: a; Required: Yes; ", "| a | b |\n", "must not be empty ",
        "Role: a; View: Yes; ", "From: a; To: b; ", "Condition: a; Message: b; ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["bullet", "table"])
def test_endless_notes_and_rows_are_survived(shape: str, form: CriterionForm) -> None:
    text = "Name: " + shape * (20_000 // len(shape))
    criterion = AcceptanceCriterion(id="S-1-AC1", text=text, form=form)
    assert derive_conditions(STORY, criterion)


@pytest.mark.parametrize(
    ("note", "met", "unmet", "outcome"),
    [
        ("No delivery date -> order cannot be confirmed.", "There is a delivery date",
         "There is no delivery date", "Order cannot be confirmed"),
        ("Empty cart → checkout button disabled", "The cart is not empty", "The cart is empty",
         "The checkout button is disabled"),
        ("Payment fails 3 times → order blocked, mail to customer.",
         "Payment does not fail 3 times", "Payment fails 3 times",
         "The order is blocked and a mail is sent to customer"),
    ],
)  # fmt: skip
def test_an_arrow_parts_condition_and_outcome(
    note: str, met: str, unmet: str, outcome: str
) -> None:
    found = conditions(note)
    assert {c.precondition for c in found if c.technique == "positive"} == {met}
    negative = next(c for c in found if c.technique == "negative")
    assert (negative.precondition, negative.expected) == (unmet, outcome)
    assert all(c.evidence[0].quote in note for c in found)


@pytest.mark.parametrize(
    ("note", "outcome"),
    [
        ("Reminder mail if cart abandoned > 4 h.", "The reminder mail is sent"),
        ("Login not possible if account locked.", "Login is not possible"),
        ("Discount 10% if order > 100 EUR", "The discount 10% applies"),
    ],
)
def test_a_trailing_if_without_a_verb_before_it(note: str, outcome: str) -> None:
    found = conditions(note)
    assert outcome in {c.expected for c in found}
    assert {c.variables.popitem()[1] for c in found if c.technique != "boundary"} == {
        "true",
        "false",
    }


@pytest.mark.parametrize("text", ["Draft → Submitted → Approved", "Settings → Profile"])
def test_an_arrow_between_names_is_no_condition(text: str) -> None:
    assert not [c for c in conditions(text) if c.technique in ("negative", "decision-table rule")]


@given(st.text(alphabet="ab AB1'→->;,.\n", max_size=120))
def test_any_arrows_are_survived(text: str) -> None:
    for condition in conditions(text):
        assert all(text[e.start : e.end] == e.quote for e in condition.evidence)
