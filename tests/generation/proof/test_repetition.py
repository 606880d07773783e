"""Which cases repeat each other: one situation and one outcome in other words."""

from __future__ import annotations

import pytest

from assistant.domain import TestCase, TestStep
from assistant.generation.proof.repetition import repeats


def case(name: str, do: str, result: str, *, given: str = "") -> TestCase:
    step = TestStep(number=1, action=do, expected_result=result, support="supported")
    return TestCase(
        id=name,
        title=name,
        preconditions=(given,) if given else (),
        steps=(step,),
        criterion_ids=("AC-1",),
    )


FIRST = case("A", "Request leave for 11 working days.", "The request waits for HR.")


@pytest.mark.parametrize(
    ("do", "result", "same"),
    [
        ("Request 11 working days of leave.", "The request is waiting for HR.", True),
        ("Request leave for 10 working days.", "The request waits for HR.", False),
        ("Request leave for 11 working days.", "The request does not wait for HR.", False),
        (
            "Delete leave for 11 working days in the shared calendar.",
            "The request waits for HR.",
            False,
        ),
        ("Cancel leave of 11 working days.", "The leave is gone from the calendar.", False),
        ("Request leave for 11 working days.", "The calendar of the team shows the days.", False),
    ],
)
def test_same_situation_and_outcome_in_other_words_repeat(do: str, result: str, same: bool) -> None:
    assert repeats(FIRST, case("B", do, result)) == same


def test_cases_of_other_criteria_or_items_do_not_repeat() -> None:
    other = FIRST.model_copy(update={"id": "B", "criterion_ids": ("AC-2",)})
    assert not repeats(FIRST, other)
    one = FIRST.model_copy(update={"condition_ids": ("X",)})
    two = FIRST.model_copy(update={"id": "B", "condition_ids": ("Y",)})
    assert not repeats(one, two)


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("a week that ended 90 days ago needs no unlocking", True),
        ("A week that ended 91 days ago needs no unlocking", False),
        ("Unlocking", False),
    ],
)
def test_one_title_proves_one_thing(title: str, same: bool) -> None:
    named = {"title": "A week that ended 90 days ago needs no unlocking", "condition_ids": ("X",)}
    first = FIRST.model_copy(update=named)
    update = {"id": "B", "title": title, "condition_ids": ("Y",)}
    other = case("B", "Submit the week.", "It is submitted.").model_copy(update=update)
    assert repeats(first, other) is same
    short = {"title": "Unlocking"}
    assert not repeats(first.model_copy(update=short), other.model_copy(update=short))


def test_values_that_the_criterion_names_are_cases_of_their_own() -> None:
    criterion = "A late cancellation is charged, unless code orange or red is given."
    do, result = "Cancel at 19:00.", "Nothing is charged."
    orange = case("Late at code orange is free", do, result, given="Code orange is given.")
    red = case("Late at code red is free", do, result, given="Code red is given.")
    again = case("Late at code orange is unpaid", do, result, given="Code orange is given.")
    assert not repeats(orange, red, criterion)
    assert repeats(orange, again, criterion)
    assert repeats(orange, red)
