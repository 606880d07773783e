"""Faults of wording that the linter must find, and sound wording that it must leave alone."""

from __future__ import annotations

import pytest

from assistant.domain import TestCase, TestStep
from assistant.generation.lint import MAX_TITLE, lint


def rules(*steps: tuple[str, str, str], title: str = "Verify that a plan is saved") -> set[str]:
    made = tuple(
        TestStep(number=number, action=action, test_data=data, expected_result=expected)
        for number, (action, data, expected) in enumerate(steps, start=1)
    )
    return {finding.rule for finding in lint(TestCase(id="x", title=title, steps=made))}


GOOD = ("Open the payment plan.", "", "The plan is displayed.")


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        (("Enter an appropriate amount.", "5", "The amount is shown."), "ambiguous word"),
        (("Open the plan.", "", "The plan is displayed quickly."), "ambiguous word"),
        (("Open the plan.", "", "The correct amount is displayed."), "ambiguous word"),
        (("Open it.", "", "The plan opens correctly the first time."), "ambiguous word"),
        (("Open the plan.", "", "Several plans, etc."), "ambiguous word"),
        (
            (
                "Open the plan, enter the amount, select Pay, click Save, open the mailbox, read "
                "the mail and delete it.",
                "5",
                "It is paid.",
            ),
            "several actions",
        ),
        (("Open the plan.", "", " "), "no expected result"),
        (("", "", "The plan is displayed."), "no action"),
        (("Open the plan.", "", "It works."), "unverifiable result"),
        (("Open the plan.", "", "The plan behaves as expected."), "unverifiable result"),
        (("If the plan is active, open it.", "", "It is displayed."), "conditional step"),
        (("Open the plan.", "", "A message if there is none."), "conditional step"),
        (("Enter the amount.", "", "The amount is shown."), "missing data"),
        (("Submit the form with an invalid value.", "", "It is refused."), "missing data"),
    ],
)
def test_faults_are_found(step: tuple[str, str, str], rule: str) -> None:
    assert rule in rules(step)


@pytest.mark.parametrize(
    "step",
    [
        GOOD,
        ("Enter the amount.", "£5.00", "The amount is shown."),
        ("Let the agent correct the date of birth.", "12.03.1988", "The date is shown."),
        ("Enter 15 days as the length.", "", "The length is shown."),
        ("Select the status Active.", "", "The status and its date are displayed."),
        ("Open the plan.", "", 'The message "Try again if it works quickly" is displayed.'),
        ("Search for the customer and their account.", "8500001033", "Both are listed."),
        ("Open the works order.", "", "The work order is displayed."),
        ("Leave the plan.", "", "Larch works out that the owner pays £48.50."),
        ("Send it at 10:15.", "", "It is sent. Even if it is late, 48 hours are left."),
    ],
)
def test_sound_steps_are_left_alone(step: tuple[str, str, str]) -> None:
    assert rules(step) == set()


def test_faults_of_the_case() -> None:
    assert rules(GOOD, GOOD) == {"duplicate step"}
    assert rules(GOOD, title="x" * (MAX_TITLE + 1)) == {"title too long"}
    assert rules(title=" ") == {"missing title", "no steps"}
    again = ("open the  payment plan", "", "It is displayed.")
    assert rules(GOOD, again) == {"duplicate step"}


def test_looking_again_after_another_action_is_no_repetition() -> None:
    look = ("Close the load and open it again.", "", "The quantity is still 5.0 m³.")
    enter = [("Enter the quantity.", value, "It is refused.") for value in ("1.75 m³", "1.9 m³")]
    assert "duplicate step" not in rules(enter[0], look, enter[1], look)
    assert "duplicate step" in rules(enter[0], look, enter[0], look)


def test_a_finding_names_its_step() -> None:
    case = TestCase(
        id="x",
        title="x",
        steps=(
            TestStep(number=1, action=GOOD[0], expected_result=GOOD[2]),
            TestStep(number=2, action="Open the list.", expected_result=""),
        ),
    )
    assert [(finding.rule, finding.step) for finding in lint(case)] == [("no expected result", 2)]
