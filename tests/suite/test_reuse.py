"""Reuse, update or new: only what is checked word for word may be reused, each with its reason."""

from __future__ import annotations

import pytest

from assistant.design.processes.end_to_end import planned_conditions
from assistant.domain import (
    TECHNIQUES,
    AcceptanceCriterion,
    CaseStatus,
    Epic,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.suite.case_changes import word_diff
from assistant.suite.reuse import ConditionVerdict, ReuseReport, against_existing, contrary

LENGTH = (
    'A nickname of fewer than 3 characters is refused with the message "Use at least 3 characters."'
)
ROLE = "Only a Moderator may delete a nickname."
STATE = 'When the nickname is saved, the Profile Status changes from "Open" to "Named".'


def epic_of(*texts: str) -> Epic:
    criteria = tuple(
        AcceptanceCriterion(id=f"PRO-1-AC{n}", text=text) for n, text in enumerate(texts, start=1)
    )
    story = UserStory(key="PRO-1", title="Choose a nickname", criteria=criteria)
    return Epic(key="PRO", title="Profiles", stories=(story,))


def case(
    *steps: tuple[str, str],
    title: str = "Verify the length of a nickname",
    criterion: str = "PRO-1-AC1",
    status: CaseStatus = "imported",
    case_id: str = "OLD-1",
) -> TestCase:
    return TestCase(
        id=case_id,
        title=title,
        preconditions=("The user is logged in as Moderator.",),
        steps=tuple(
            TestStep(number=n, action=action, expected_result=result)
            for n, (action, result) in enumerate(steps, start=1)
        ),
        criterion_ids=(criterion,) if criterion else (),
        status=status,
    )


def compare(epic: Epic, *cases: TestCase) -> ReuseReport:
    story = epic.stories[0]
    conditions = [
        condition
        for criterion in story.criteria
        for condition in planned_conditions(criterion, techniques=TECHNIQUES, depth="thorough")
    ]
    return against_existing(conditions, [epic], cases)


def verdict(report: ReuseReport, condition_id: str) -> ConditionVerdict:
    return report.by_condition[f"PRO-1-{condition_id}"]


REFUSED = 'The message "Use at least 3 characters." is displayed.'
SHORT = case(
    ("Enter a nickname of 2 characters and save", REFUSED),
    ("Enter a nickname of 3 characters and save", "The nickname is displayed."),
)


def test_the_very_value_with_the_very_outcome_is_reused() -> None:
    report = compare(epic_of(LENGTH), SHORT)
    refused, accepted = verdict(report, "AC1-B2"), verdict(report, "AC1-B1")
    assert (refused.verdict, refused.case_id, refused.steps) == ("reuse", "OLD-1", (1,))
    assert (accepted.verdict, accepted.steps) == ("reuse", (2,))
    assert "Use at least 3 characters." in refused.reason
    assert {refused.condition_id, accepted.condition_id} <= report.reusable


def test_a_result_that_tells_half_of_what_is_expected_is_reused_and_less_is_not() -> None:
    sends = "the library sends a confirmation letter with the new expiry date to the postal address"
    epic = epic_of(f"When a member renews the card, {sends}.")
    for said, expected in (
        ("A confirmation letter with the new date is sent to the address.", "reuse"),
        ("A confirmation letter with the expiry date is sent.", "new"),
    ):
        old = case(("Renew the card as a member", said), title="Verify the renewal of a card")
        assert verdict(compare(epic, old), "AC1-P1").verdict == expected


def test_a_value_that_no_step_tries_is_new() -> None:
    found = verdict(compare(epic_of(LENGTH), SHORT), "AC1-B3")
    assert found.verdict == "new"
    assert "4 characters" in found.reason


def test_the_opposite_outcome_is_never_reused() -> None:
    turned = case(
        ("Enter a nickname of 2 characters and save", "The nickname is displayed."),
        ("Enter a nickname of 3 characters and save", REFUSED),
    )
    report = compare(epic_of(LENGTH), turned)
    assert verdict(report, "AC1-B2").verdict != "reuse"
    assert verdict(report, "AC1-B1").verdict != "reuse"


def test_another_limit_is_an_update_with_its_changes() -> None:
    report = compare(epic_of(LENGTH.replace("3", "5")), SHORT)
    found = verdict(report, "AC1-B2")
    assert (found.verdict, found.case_id, found.steps) == ("update", "OLD-1", (1,))
    after = [change.after for change in found.changes if change.step == 1]
    assert any("nickname of 4 characters" in text for text in after)
    assert any("Use at least 5 characters." in text for text in after)
    assert "5" in found.reason
    assert "3" in found.reason
    (change, *_) = found.changes
    assert ("out", "2") in change.diff
    assert ("in", "4") in change.diff


def test_a_number_of_another_thing_is_no_update() -> None:
    text = (
        "After a cancellation the status is Cancelled and the remaining amount is refunded within"
        " 10 working days."
    )
    old = case(
        ("Press Cancel booking", "The message “Cancellation fee: 40 %” is shown"),
        ("Confirm the cancellation", "The status is Cancelled"),
        title="Cancellation 20 days before departure",
    )
    report = compare(epic_of(text), old)
    assert {one.verdict for one in report.verdicts} == {"new"}


def test_a_number_behind_what_it_counts_is_tried() -> None:
    text = (
        "The group size can be 10 to 74 persons; a request outside this range is refused with the"
        ' message "Please call the group desk."'
    )
    refused = case(
        ("Enter group size 9 and press Continue", '"Please call the group desk." is shown'),
        title="Group of 9 is refused",
        criterion="",
    ).model_copy(update={"story_key": "PRO-1"})
    found = verdict(compare(epic_of(text), refused), "AC1-B2")
    assert (found.verdict, found.case_id) == ("reuse", "OLD-1")


def test_a_case_that_tries_the_value_is_not_said_not_to() -> None:
    text = "A trip with more than 9 hours of driving time needs a second driver."
    long = case(
        ("Release a trip with 10 hours of driving time", "The trip is not released"),
        title="Release of a long trip",
    )
    found = verdict(compare(epic_of(text), long), "AC1-B2")
    assert found.verdict == "new"
    assert "OLD-1: tries 10 hours" in found.reason


def test_another_message_is_an_update() -> None:
    renamed = LENGTH.replace("Use at least 3 characters.", "Use at least 3 letters or digits.")
    found = verdict(compare(epic_of(renamed), SHORT), "AC1-B2")
    assert found.verdict == "update"
    assert [change.part for change in found.changes] == ["expected result"]


def test_another_state_is_an_update() -> None:
    old = case(
        ("Save the nickname", 'The Profile Status changes from "Open" to "Complete".'),
        title="Verify that saving a nickname changes the Profile Status",
    )
    found = verdict(compare(epic_of(STATE), old), "AC1-P1")
    assert found.verdict == "update"
    assert found.changes[-1].after.endswith('to "Named".')


def test_another_role_is_not_the_same() -> None:
    allowed = case(
        ("Delete the nickname of a user", "The nickname is deleted."),
        title="Verify that a Moderator can delete a nickname",
    )
    report = compare(epic_of(ROLE), allowed)
    assert verdict(report, "AC1-P1").verdict == "reuse"
    assert verdict(report, "AC1-N1").verdict == "new"


def test_an_untraced_case_counts_where_it_plainly_speaks_of_the_same() -> None:
    title = "Verify that a nickname of 2 characters is refused"
    untraced = SHORT.model_copy(update={"criterion_ids": (), "title": title})
    assert verdict(compare(epic_of(LENGTH), untraced), "AC1-B2").verdict == "reuse"
    other = case(
        ("Enter a voucher code of 2 characters", REFUSED),
        title="Verify the length of a voucher code",
        criterion="",
    )
    assert verdict(compare(epic_of(LENGTH), other), "AC1-B2").verdict == "new"


def test_a_case_of_another_criterion_does_not_count() -> None:
    elsewhere = SHORT.model_copy(update={"criterion_ids": ("PRO-1-AC2",)})
    report = compare(epic_of(LENGTH, ROLE), elsewhere)
    assert verdict(report, "AC2-P1").verdict == "new"


def test_drafts_and_rejected_cases_do_not_count() -> None:
    statuses: tuple[CaseStatus, ...] = ("draft", "rejected")
    for status in statuses:
        report = compare(epic_of(LENGTH), SHORT.model_copy(update={"status": status}))
        assert report.existing == 0
        assert report.counts["new"] == len(report.verdicts)


def test_a_diff_of_words() -> None:
    assert word_diff("a fee of £30 is due", "a fee of £35 is due") == (
        ("same", "a fee of"),
        ("out", "£30"),
        ("in", "£35"),
        ("same", "is due"),
    )
    assert word_diff("", "") == ()


def test_the_ends_of_lines_are_told_where_they_are_asked_for() -> None:
    assert word_diff("One\nTwo", "One\nTwo\nThree", lines=True) == (
        ("same", "One \n Two"), ("in", "\n Three"),
    )  # fmt: skip
    assert word_diff("One\nTwo", "One Two") == (("same", "One Two"),)


def test_texts_of_many_thousand_words_are_told_at_once() -> None:
    old, new = "the account of the customer " * 2_000, "the account of " * 4_000
    assert word_diff(old, new) == (("out", old.strip()), ("in", new.strip()))
    assert word_diff(old, old) == (("same", old.strip()),)


def test_a_message_without_quotation_marks_is_a_message() -> None:
    said = "It is refused and says Use at least 3 characters."
    old = case(("Enter a nickname of 2 characters and save", said), criterion="")
    named = old.model_copy(update={"story_key": "PRO-1"})
    assert compare(epic_of(LENGTH), named).by_condition["PRO-1-AC1-B2"].verdict == "reuse"


@pytest.mark.parametrize(
    "said",
    [
        "The message Use at least 3 characters is not displayed.",
        "It is refused and says Use at least 3 characterset.",
        "The system does not show the message Use at least 3 characters.",
        "Neither Use at least 3 characters nor any other message is shown.",
        "The hint that you must use at least 3 characters disappears.",
        "The old message (use at least 3 characters) has been removed.",
        "The message Use at least 3 characters appears only in the log.",
        "Use at least 3 characters or a number is not told apart; an error is shown.",
    ],
)
def test_a_message_that_is_denied_or_only_begins_so_is_not_shown(said: str) -> None:
    old = case(("Enter a nickname of 2 characters and save", said), criterion="")
    named = old.model_copy(update={"story_key": "PRO-1"})
    assert compare(epic_of(LENGTH), named).counts["reuse"] == 0


def test_a_story_of_another_epic_with_the_same_key_is_another() -> None:
    old = case(("Delete the nickname", "It is gone."), criterion="", title="N-8")
    named = old.model_copy(update={"story_key": "PRO-1", "epic_key": "OTHER"})
    (verdict, *_) = compare(epic_of(LENGTH), named).verdicts
    assert "OLD-1" not in verdict.reason


def test_cases_of_the_same_story_are_named_where_none_was_seen_to_check_it() -> None:
    old = case(("Delete the nickname", "It is gone."), criterion="", title="N-8")
    named = old.model_copy(update={"story_key": "PRO-1"})
    (verdict, *_) = compare(epic_of(LENGTH), named).verdicts
    assert verdict.reason.startswith("Of the same story: OLD-1. No step of theirs was seen to")


SIZE = (
    "A quote is only possible for 3 to 30 vehicles. With fewer than 3 the portal shows "
    '"Please use the single vehicle quote." and with more than 30 '
    '"Fleets over 30 vehicles go to underwriting."'
)


def quote_for(vehicles: int, message: str) -> TestCase:
    """A case that names its story alone."""
    step = (f"Start a fleet quote and enter {vehicles} vehicles", f'The portal shows "{message}"')
    old = case(step, title=f"Quote for a fleet of {vehicles} vehicles", criterion="")
    return old.model_copy(update={"story_key": "PRO-1"})


def test_a_message_beside_the_side_of_a_limit_is_what_that_side_shows() -> None:
    large = compare(epic_of(SIZE), quote_for(31, "Fleets over 30 vehicles go to underwriting."))
    assert verdict(large, "AC1-B4").verdict == "reuse"
    assert "Fleets over 30 vehicles" in verdict(large, "AC1-B4").reason
    wrong = compare(epic_of(SIZE), quote_for(31, "Please use the single vehicle quote."))
    assert verdict(wrong, "AC1-B4").verdict == "new"


def test_what_is_tried_beyond_a_limit_is_no_main_flow_within_it() -> None:
    report = compare(epic_of(SIZE), quote_for(31, "Fleets over 30 vehicles go to underwriting."))
    assert verdict(report, "AC1-P1").verdict == "new"
    assert "OLD-1, OLD-1" not in verdict(report, "AC1-B3").reason


TOO_EARLY = """Scenario: Too far back
  Given an active fleet policy
  When the broker enters an effective date that is too far in the past
  Then the change is refused with "Backdating is limited. Please contact underwriting."
"""


def back_dated(message: str) -> TestCase:
    old = case(
        (
            "Add a van to an active fleet policy, with a date in the past",
            f'The change is refused with "{message}"',
        ),
        title="Backdate a change by 15 days",
        criterion="",
    )
    return old.model_copy(update={"story_key": "PRO-1"})


def test_a_message_that_one_criterion_alone_quotes_leads_to_it() -> None:
    message = "Backdating is limited. Please contact underwriting."
    report = compare(epic_of(TOO_EARLY), back_dated(message))
    assert [one.verdict for one in report.verdicts] == ["reuse"]
    twice = epic_of(TOO_EARLY, f'A change of a cancelled policy is refused with "{message}"')
    assert compare(twice, back_dated(message)).counts["reuse"] == 0, "two criteria quote it"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('The status is "Expired" and the button "Bind" is disabled', "reuse"),
        ('The status is "Bind" and the button "Expired" is disabled', "new"),
    ],
)
def test_all_quoted_values_behind_their_words_are_one_result(said: str, found: str) -> None:
    text = 'After 30 days the button "Bind" is disabled and the status is "Expired".'
    flow = 'The button "Bind" is disabled and the status is "Expired".'
    old = case(("Open the quote", said), title="Expired quote", criterion="")
    named = old.model_copy(update={"story_key": "PRO-1"})
    report = compare(epic_of(text, flow), named)
    assert {one.verdict for one in report.verdicts if "AC2" in one.condition_id} == {found}


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ('The message "Use at least 3 characters." is not displayed.', True),
        ('The message "This nickname is taken." is displayed.', True),
        ("The nickname is saved.", True),
        ("The nickname is refused.", False),
        (REFUSED, False),
    ],
)
def test_a_case_that_expects_otherwise_is_contrary(said: str, other: bool) -> None:
    assert contrary(case(("Save", said)), SHORT, (1,)) is other


def test_an_outline_and_a_case_without_a_result_are_contrary_to_nothing() -> None:
    outline = case(("", f"“{LENGTH}”"))
    assert outline.is_outline
    assert not contrary(outline, SHORT, (1,))
    assert not contrary(case(("Save", "")), SHORT, (1,))
