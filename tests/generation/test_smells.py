"""The catalogued smells, their fixes, and Given/When/Then read as such."""

from __future__ import annotations

import pytest

from assistant.domain import LintFinding, TestCase, TestStep
from assistant.generation.lint import lint, with_fix


def case_of(*steps: tuple[str, str], title: str = "Verify that a plan is saved") -> TestCase:
    made = tuple(
        TestStep(number=number, action=action, expected_result=expected)
        for number, (action, expected) in enumerate(steps, start=1)
    )
    return TestCase(id="x", title=title, steps=made)


def found(case: TestCase, rule: str) -> LintFinding:
    return next(one for one in lint(case) if one.rule == rule)


OPEN = ("Open the payment plan.", "The plan is displayed.")


@pytest.mark.parametrize(
    ("step", "rule", "words"),
    [
        (("Open the plan.", "Click Save."), "misplaced action", "Click Save"),
        (("The user is logged in.", "The home page is shown."), "misplaced precondition", "user"),
        (("Verify that the plan is saved.", ""), "misplaced verification", "plan is saved"),
        (("The page shows the plan.", ""), "misplaced verification", "The page shows the plan"),
        (("Follow the standard process.", "It is posted."), "tacit knowledge", "process"),
        (("Repeat the above for B.", "B is shown."), "tacit knowledge", "Repeat the above"),
    ],
)
def test_catalogued_smells_are_found_with_their_words(
    step: tuple[str, str], rule: str, words: str
) -> None:
    finding = found(case_of(step, OPEN), rule)
    assert words in finding.words


@pytest.mark.parametrize(
    "action",
    [
        "Enter 5 and click Save.",
        "Open it, enter 5 and click Save.",
        "Open trip T-1, open its booking, start a refund for the item; select the reason, enter 5 "
        "and click Save.",
    ],
)
def test_up_to_six_actions_are_what_testers_take_in_one_step(action: str) -> None:
    assert "several actions" not in {one.rule for one in lint(case_of(OPEN, (action, "It is 5.")))}


def test_no_fix_words_a_sentence_of_its_own() -> None:
    finding = found(
        case_of(OPEN, ("Verify that the total is 40.00.", "")), "misplaced verification"
    )
    assert finding.fix is None


@pytest.mark.parametrize(
    ("step", "rule", "after"),
    [
        (
            ("Press Save and verify that the plan is saved.", ""),
            "misplaced verification",
            [("Press Save.", "The plan is saved.")],
        ),
    ],
)
def test_a_fix_puts_the_words_where_they_belong(
    step: tuple[str, str], rule: str, after: list[tuple[str, str]]
) -> None:
    case = case_of(OPEN, step)
    fixed = with_fix(case, found(case, rule))
    assert [(s.action, s.expected_result) for s in fixed.steps] == [OPEN, *after]
    assert [s.number for s in fixed.steps] == list(range(1, len(fixed.steps) + 1))
    assert rule not in {one.rule for one in lint(fixed)}


def test_a_first_step_that_is_a_precondition_becomes_one() -> None:
    case = case_of(("Ensure that the user has an account.", "It exists."), OPEN)
    fixed = with_fix(case, found(case, "misplaced precondition"))
    assert fixed.preconditions == ("The user has an account.",)
    assert [s.action for s in fixed.steps] == [OPEN[0]]


def test_a_repeated_step_is_removed_by_its_fix() -> None:
    case = case_of(OPEN, OPEN)
    assert len(with_fix(case, found(case, "duplicate step")).steps) == 1


@pytest.mark.parametrize(
    "step",
    [
        ("Check the record that the attempt was made on.", "Nothing was saved."),
        ("Check whether the plan is offered.", "The plan is offered."),
        ("Open the contract.", 'The message "It ended. Create a new one." is displayed.'),
        ("Open the page.", "Create Release page is displayed."),
        ("Select the Quick Starts card.", "The card is open."),
        ("Confirm the cancellation and open the booking again.", "It is “Cancelled”."),
        ("Log in as an agent.", "The home page is shown."),
    ],
)
def test_sound_steps_have_no_smell(step: tuple[str, str]) -> None:
    assert not lint(case_of(step))


def test_given_when_then_is_not_punished_for_being_that() -> None:
    case = TestCase(
        id="x",
        title="Adding a country",
        preconditions=("Given I am logged in as an administrator",),
        steps=(
            TestStep(number=1, action="When I want to add a new country", expected_result=""),
            TestStep(number=2, action='And I choose "France"', expected_result=""),
            TestStep(number=3, action="| name |", expected_result=""),
            TestStep(number=4, action="And I add it", expected_result="Then I should see it"),
        ),
    )
    assert lint(case) == ()
    silent = case.model_copy(update={"steps": case.steps[:2]})
    assert [one.rule for one in lint(silent)] == ["nothing verified"]
