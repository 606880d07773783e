"""Of cases that repeat each other the better one is kept."""

from __future__ import annotations

import pytest

from assistant.domain import LintFinding, TestCase, TestStep
from assistant.generation.proof import without_repetitions


def case(
    name: str, do: str, result: str, *, given: str = "", covers: tuple[str, ...] = ()
) -> TestCase:
    step = TestStep(number=1, action=do, expected_result=result, support="supported")
    return TestCase(
        id=name,
        title=name,
        preconditions=(given,) if given else (),
        steps=(step,),
        criterion_ids=("AC-1",),
        condition_ids=covers,
    )


FIRST = case("A", "Request leave for 11 working days.", "The request waits for HR.")


@pytest.mark.parametrize(
    ("do", "result", "repeats"),
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
def test_same_situation_and_outcome_in_other_words_repeat(
    do: str, result: str, repeats: bool
) -> None:
    kept = without_repetitions([FIRST, case("B", do, result)])
    assert [one.id for one in kept] == (["A"] if repeats else ["A", "B"])


def test_the_better_one_is_kept_in_the_place_of_the_first() -> None:
    error = LintFinding(rule="contradiction", message="", severity="error")
    worse = FIRST.model_copy(update={"findings": (error,)})
    other = case("O", "Open the calendar.", "The calendar is shown.")
    better = case("B", "Request 11 working days of leave.", "The request is waiting for HR.")
    assert [one.id for one in without_repetitions([worse, other, better])] == ["B", "O"]
    assert [one.id for one in without_repetitions([better, other, worse])] == ["B", "O"]
    more = better.model_copy(update={"condition_ids": ("X",)})
    assert [one.id for one in without_repetitions([FIRST, more])] == ["B"]


def test_cases_of_other_criteria_or_items_do_not_repeat() -> None:
    other = FIRST.model_copy(update={"id": "B", "criterion_ids": ("AC-2",)})
    assert len(without_repetitions([FIRST, other])) == 2
    one = FIRST.model_copy(update={"condition_ids": ("X",)})
    two = FIRST.model_copy(update={"id": "B", "condition_ids": ("Y",)})
    assert len(without_repetitions([one, two])) == 2
