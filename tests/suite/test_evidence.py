"""Readings of sentences: quantities, refusals, messages, roles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.suite.evidence import actors, denied_parts, messages, quantities, refuses


@pytest.mark.parametrize(
    ("text", "value", "unit", "side"),
    [
        ("Enter a password of 7 characters", 7, "character", ""),
        ("locked less than 30 minutes ago", 30, "minute", "<"),
        ("Open the contract after 17:00", 17, "o'clock", ">"),
        ("an exit fee of up to £75.00", 75, "£", "<="),
        ("Change the date to tomorrow", 1, "day", ""),
        ("Go to day 61 after today", 61, "day", ""),
        ("Enter today's date and save", 0, "day", ""),
        ("a password without a digit", 0, "digit", ""),
        ("a length of 10 to 24 characters", 10, "character", ""),
    ],
)
def test_a_quantity_is_read_with_unit_and_side(
    text: str, value: float, unit: str, side: str
) -> None:
    found = [(one.value, one.unit, one.side) for one in quantities(text)]
    assert (value, unit, side) in found


def test_counts_know_what_they_count() -> None:
    (second,) = quantities("Add the second photo")
    (two,) = quantities("adds 2 photos")
    (accounts,) = quantities("holds 63 accounts")
    assert second.same(two)
    assert not second.alike(accounts)


def test_ids_are_no_quantities() -> None:
    assert quantities("Postcode BW8 8ZZ, work order A-17") == []


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("The account details remain hidden.", True),
        ("No slots are offered on that day.", True),
        ("An exit fee of £0.00 is displayed.", True),
        ("An exit fee of £50.00 is displayed.", False),
        ('The message "Enter a 10-digit account number." is displayed.', True),
        ('The message "The bill has been sent." is displayed.', False),
        ('The job is completed and the message "Enter 5 digits here." is not displayed', False),
        ("The slot is 1 day ahead: this is too early", True),
        ("The slot is 2 days ahead, which is not too early", False),
        ("The contact is saved with the status Active.", False),
    ],
)
def test_a_result_refuses_or_grants(text: str, refused: bool) -> None:
    assert refuses(text) == refused


def test_messages_are_told_by_whether_they_are_shown() -> None:
    text = 'The message "No such account." is not displayed and "Search was made." is displayed'
    assert list(messages(text).values()) == ["Search was made."]
    assert list(messages(text, denied=True).values()) == ["No such account."]


def test_roles_and_denials() -> None:
    assert actors("The user is logged in to the Console as Team Leader (lead1).") == {"team leader"}
    assert actors("Log in as Dispatcher and set the priority.") == {"dispatcher"}
    (part,) = denied_parts("Select Unlock without entering a reason")
    assert "reason" in part


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for one in quantities(text):
        assert one.same(one) or not (one.unit or one.counts)
    assert refuses(text) in (True, False)


def test_words_between_inch_marks_are_no_message() -> None:
    assert messages('The 20" rim with black tyres of 17" is shown.') == {}
