"""English of conditions: facts, denials, opposites and instructions of real sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.design.casing import definite, indefinite, lower_start
from assistant.design.nouns import plural, singular
from assistant.design.verbs import gerund, participle, third_person
from assistant.design.wording import fact, imperative, negation, opposite

NEGATIONS = [
    ("A customer can request a refund", "A customer cannot request a refund"),
    ("A waiver cannot be withdrawn", "A waiver can be withdrawn"),
    ("The message is displayed", "The message is not displayed"),
    ("The password must contain a digit", "The password does not contain a digit"),
    ("Passwords must contain a digit", "Passwords do not contain a digit"),
    ("The system sends an email", "The system does not send an email"),
    ("Users see a list of orders", "Users do not see a list of orders"),
    ("The ledger does not answer", "The ledger answers"),
    ("No exit fee is charged", "An exit fee is charged"),
    ("The bill has been issued", "The bill has not been issued"),
    ("The account has 2 contacts", "The account does not have 2 contacts"),
    ("The user will be able to export it", "The user cannot export it"),
    ("The change is not saved and the message is displayed",
     "The change is saved and the message is not displayed"),
    ("The agent confirms the order and sends a receipt",
     "The agent does not confirm the order and does not send a receipt"),
    ("Appointments can only be booked online", "Appointments cannot be booked online"),
    ("An account number that does not have 10 digits is refused",
     "An account number that does not have 10 digits is not refused"),
    ("A payment that is recorded late is posted", "A payment that is recorded late is not posted"),
    ("The status changes from New to Cannot Complete",
     "The status does not change from New to Cannot Complete"),
    ("Customers on the list receive a letter", "Customers on the list do not receive a letter"),
    ("Orders placed before 17:00 are dispatched", "Orders placed before 17:00 are not dispatched"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "denied"), NEGATIONS)
def test_negation(text: str, denied: str) -> None:
    assert negation(text) == denied


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("An error must be displayed", "An error is displayed"),
        ("All orders should be listed", "All orders are listed"),
        ("The customer will receive a text", "The customer receives a text"),
        ("The system shall accept and store a plan", "The system accepts and stores a plan"),
        ("Users must not be able to delete orders", "Users cannot delete orders"),
        ("A clerk may waive the fee", "A clerk can waive the fee"),
        ("the amount must not exceed £5", "the amount does not exceed £5"),
    ],
)
def test_fact(text: str, said: str) -> None:
    assert fact(text) == said


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("The file is rejected", "The file is accepted"),
        ('A contract is refused with the message "No"', "A contract is accepted"),
        ("The Save button is disabled", "The Save button is enabled"),
        ("Account details stay hidden", "Account details are visible"),
        ("The list is shown", "The list is not shown"),
    ],
)
def test_opposite(text: str, other: str) -> None:
    assert opposite(text) == other


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("the customer requests a refund", "Request a refund"),
        ('I click on the "Save" button and enter my password',
         'Click on the "Save" button and enter the password'),
        ("the engineer enters the reading, adds at least 2 photos and selects Complete",
         "Enter the reading, add at least 2 photos and select Complete"),
        ("the engineer has waited 15 minutes", "Wait 15 minutes"),
        ("the balance is negative", None),
        ("the payment arrives", None),
    ],
)  # fmt: skip
def test_imperative(text: str, command: str | None) -> None:
    assert imperative(text) == command


def test_forms() -> None:
    assert [third_person(v) for v in ("send", "apply", "have", "pass", "pay")] == [
        "sends", "applies", "has", "passes", "pays"]  # fmt: skip
    assert [participle(v) for v in ("send", "apply", "cancel", "submit", "agree", "enter")] == [
        "sent", "applied", "cancelled", "submitted", "agreed", "entered"]  # fmt: skip
    assert [gerund(v) for v in ("save", "run", "agree", "cancel", "see")] == [
        "saving", "running", "agreeing", "cancelling", "seeing"]  # fmt: skip
    assert [singular(n) for n in ("addresses", "failed attempts", "policies", "statuses")] == [
        "address", "failed attempt", "policy", "status"]  # fmt: skip
    assert [plural(n) for n in ("address", "category", "working day", "box")] == [
        "addresses", "categories", "working days", "boxes"]  # fmt: skip
    assert [indefinite(n) for n in ("MPAN", "hour", "user", "invoice", "unpaid bill")] == [
        "an MPAN", "an hour", "a user", "an invoice", "an unpaid bill"]  # fmt: skip
    assert definite("A refund") == "the refund"
    assert definite("The order page") == "the order page"
    assert lower_start("Sort Code") == "Sort Code"
    assert lower_start("Passwords") == "passwords"


@given(st.text(max_size=120))
def test_any_text_is_survived(text: str) -> None:
    assert isinstance(fact(text), str)
    for said in (negation(text), opposite(text), imperative(text)):
        assert said is None or isinstance(said, str)
