"""A change that a program proposes: proved, held against the present case, taken or dismissed."""

from __future__ import annotations

import pytest

from assistant.domain import TestStep
from assistant.errors import EditConflict, LibraryError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import proposals, review
from assistant.workflow.review.proposals import ProposedChange
from assistant.workflow.review.review import StepEdit
from assistant.workflow.sources import mask_sources

Opened = tuple[Workspace, str]


@pytest.fixture
def opened(project_with_case: Opened) -> Opened:
    return project_with_case


def edits(opened: Opened, *results: str) -> tuple[StepEdit, ...]:
    """The case's steps with other results; one more for each result that has no step."""
    steps = opened[0].library.case(opened[1], "C").case.steps
    actions = [step.action for step in steps] + ["Look"] * len(results)
    return tuple(
        StepEdit(action=action, expected_result=result)
        for action, result in zip(actions, results, strict=False)
    )


def propose(opened: Opened, by: str = "Ann (tool)", **change: object) -> None:
    stored = opened[0].library.case(opened[1], "C")
    case = proposals.changed(*opened, stored, ProposedChange.model_validate(change))
    proposals.propose(
        *opened, case, seen_version=stored.row_version, reason=" The page says so. ", by=by
    )


def waiting(opened: Opened) -> tuple[proposals.Proposal, ...]:
    return proposals.proposals(*opened, opened[0].library.case(opened[1], "C"))


def edit(opened: Opened, **update: object) -> int:
    stored = opened[0].library.case(opened[1], "C")
    case = stored.case.model_copy(update=update)
    saved = review.save(*opened, case, seen_version=stored.row_version, by="Tess")
    return saved.row_version


def test_nothing_changes_until_it_is_taken_and_undo_takes_it_back(opened: Opened) -> None:
    before = opened[0].library.case(opened[1], "C")
    propose(opened, steps=edits(opened, "It is open", "It is paid within an hour"))
    assert opened[0].library.case(opened[1], "C") == before
    assert opened[0].library.proposals.counts(opened[1]) == {"C": 1}
    (one,) = waiting(opened)
    assert (one.by, one.reason, one.moved) == ("Ann (tool)", "The page says so.", False)
    (field,) = one.fields
    assert field.field == "Step 2, expected result"
    assert ("out", "at once") in field.words
    assert ("in", "within an hour") in field.words
    taken = proposals.take(*opened, one.seq, seen_version=1, by="Tess")
    assert taken.case.steps[1].expected_result == "It is paid within an hour"
    assert not waiting(opened)
    version = opened[0].library.history(opened[1], "C")[-1]
    assert (version.by, version.action) == ("Tess", "edited")
    told = {one.action: one for one in opened[0].library.events(opened[1], limit=2)}
    assert set(told) == {"edited", "proposed change taken"}
    assert told["proposed change taken"].detail == "Ann (tool)"
    opened[0].library.undo(opened[1], "C", expected_version=2, by="Tess")
    assert opened[0].library.case(opened[1], "C").case.steps == before.case.steps


def test_it_is_proved_like_an_edit(opened: Opened) -> None:
    stored = opened[0].library.case(opened[1], "C")
    change = ProposedChange(steps=edits(opened, "It is open", "It is paid etc."))
    proposed = proposals.changed(*opened, stored, change)
    saved = review.save(
        *opened, proposed.model_copy(update={"findings": ()}), seen_version=1, by="Tess"
    )
    assert proposed.findings
    assert proposed.findings == saved.case.findings


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, "already"),
        ({"title": "Pay"}, "already"),
        ({"title": " "}, "title"),
        ({"steps": [{"action": "", "expected_result": "x"}]}, "action"),
        ({"steps": [{"action": "x", "expected_result": ""}]}, "expected result"),
    ],
)
def test_what_no_edit_could_do_is_refused(
    opened: Opened, change: dict[str, object], why: str
) -> None:
    with pytest.raises(LibraryError, match=why):
        propose(opened, **change)
    assert not opened[0].library.proposals.counts(opened[1])


def test_without_a_reason_it_is_refused(opened: Opened) -> None:
    case = opened[0].library.case(opened[1], "C").case.model_copy(update={"title": "New"})
    with pytest.raises(LibraryError, match="Say why"):
        proposals.propose(*opened, case, seen_version=1, reason=" ", by="Ann (tool)")


def test_where_the_case_changed_since_only_what_is_proposed_is_taken(opened: Opened) -> None:
    propose(opened, steps=edits(opened, "It is open", "It is paid within an hour"))
    version = edit(opened, title="Pay at the desk")
    (one,) = waiting(opened)
    assert one.moved
    assert [field.field for field in one.fields] == ["Step 2, expected result"]
    assert one.case.title == "Pay at the desk"
    taken = proposals.take(*opened, one.seq, seen_version=version, by="Tess")
    assert taken.case.title == "Pay at the desk"
    assert taken.case.steps[1].expected_result == "It is paid within an hour"


def test_a_step_that_was_added_since_stays(opened: Opened) -> None:
    propose(opened, title="Pay at the desk")
    added = TestStep(number=3, action="Look", expected_result="It is seen")
    stored = opened[0].library.case(opened[1], "C")
    version = edit(opened, steps=(*stored.case.steps, added))
    (one,) = waiting(opened)
    assert [field.field for field in one.fields] == ["Title"]
    taken = proposals.take(*opened, one.seq, seen_version=version, by="Tess")
    assert (taken.case.title, len(taken.case.steps)) == ("Pay at the desk", 3)


def test_a_proposed_step_is_told_line_by_line(opened: Opened) -> None:
    propose(opened, steps=edits(opened, "It is open", "It is paid at once", "It is seen"))
    (one,) = waiting(opened)
    (field,) = one.fields
    assert field.field == "Step 3"
    assert field.words == (("in", "3. Look | It is seen"),)
    taken = proposals.take(*opened, one.seq, seen_version=1, by="Tess")
    assert [step.action for step in taken.case.steps] == ["Open the account", "Pay 10 pounds",
                                                          "Look"]  # fmt: skip


def corrected(opened: Opened, *others: TestStep) -> int:
    """The case with another result of step 1, and with other steps behind its own."""
    first, second = opened[0].library.case(opened[1], "C").case.steps
    first = first.model_copy(update={"expected_result": "Shown within 2 seconds"})
    return edit(opened, steps=(first, second, *others))


def test_a_proposed_step_leaves_a_newer_correction_of_another(opened: Opened) -> None:
    propose(opened, steps=edits(opened, "It is open", "It is paid at once", "It is seen"))
    version = corrected(opened)
    (one,) = waiting(opened)
    assert [(field.field, field.changed_by) for field in one.fields] == [("Step 3", "mine")]
    taken = proposals.take(*opened, one.seq, seen_version=version, by="Tess")
    assert [step.expected_result for step in taken.case.steps] == [
        "Shown within 2 seconds", "It is paid at once", "It is seen",
    ]  # fmt: skip


def test_two_steps_at_one_place_are_told_as_both_and_the_correction_stays(opened: Opened) -> None:
    propose(opened, steps=edits(opened, "It is open", "It is paid at once", "It is seen"))
    version = corrected(opened, TestStep(number=3, action="Close", expected_result="It is closed"))
    (one,) = waiting(opened)
    assert [(field.field, field.changed_by) for field in one.fields] == [("Step 3", "both")]
    taken = proposals.take(*opened, one.seq, seen_version=version, by="Tess")
    assert [step.expected_result for step in taken.case.steps] == [
        "Shown within 2 seconds", "It is paid at once", "It is seen",
    ]  # fmt: skip


def test_after_steps_were_swapped_a_proposed_result_reaches_no_other_step(opened: Opened) -> None:
    propose(opened, steps=edits(opened, "It is wide open", "It is paid at once"))
    stored = opened[0].library.case(opened[1], "C")
    version = edit(opened, steps=review.with_step_moved(stored.case, 1, 1).steps)
    (one,) = waiting(opened)
    assert [(field.field, field.changed_by) for field in one.fields] == [("Steps", "both")]
    taken = proposals.take(*opened, one.seq, seen_version=version, by="Tess")
    assert [(step.action, step.expected_result) for step in taken.case.steps] == [
        ("Open the account", "It is wide open"), ("Pay 10 pounds", "It is paid at once"),
    ]  # fmt: skip


def test_it_is_not_taken_against_another_version_than_was_seen(opened: Opened) -> None:
    propose(opened, steps=edits(opened, "It is open", "It is paid within an hour"))
    (one,) = waiting(opened)
    edit(opened, title="Pay at the desk")
    with pytest.raises(EditConflict):
        proposals.take(*opened, one.seq, seen_version=1, by="Tess")
    assert len(waiting(opened)) == 1, "it is not lost"


def test_one_that_was_replaced_is_not_taken(opened: Opened) -> None:
    propose(opened, title="First")
    (one,) = waiting(opened)
    propose(opened, title="Second")
    with pytest.raises(LibraryError, match="replaced"):
        proposals.take(*opened, one.seq, seen_version=1, by="Tess")
    with pytest.raises(LibraryError, match="replaced"):
        proposals.dismiss(*opened, one.seq, by="Tess")
    assert [each.fields[0].mine for each in waiting(opened)] == ["Second"]


def test_what_the_case_says_by_now_is_only_dismissed(opened: Opened) -> None:
    propose(opened, title="New")
    version = edit(opened, title="New")
    (one,) = waiting(opened)
    assert one.fields == ()
    with pytest.raises(LibraryError):
        proposals.take(*opened, one.seq, seen_version=version, by="Tess")
    proposals.dismiss(*opened, one.seq, by="Tess")
    assert not waiting(opened)
    assert opened[0].library.case(opened[1], "C").row_version == version


def test_an_accepted_case_is_a_draft_again_when_it_is_taken(opened: Opened) -> None:
    review.set_status(*opened, "C", "accepted", seen_version=1, by="Tess")
    propose(opened, title="New")
    assert opened[0].library.case(opened[1], "C").status == "accepted"
    (one,) = waiting(opened)
    assert proposals.take(*opened, one.seq, seen_version=2, by="Tess").status == "draft"


def test_what_a_program_proposes_is_masked_where_the_project_masks(opened: Opened) -> None:
    mask_sources.save_choices(*opened, enabled=True, names=())
    stored = opened[0].library.case(opened[1], "C")
    change = ProposedChange(title="Written to anna@bank.example")
    case = proposals.changed(*opened, stored, change)
    proposals.propose(*opened, case, seen_version=1, reason="As bob@bank.example says", by="Ann")
    (one,) = waiting(opened)
    assert one.case.title.startswith("Written to [e-mail ")
    assert one.reason.startswith("As [e-mail ")
