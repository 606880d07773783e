"""A change that a program proposes: proved, held against the present case, taken or dismissed.

Two people save one case: the second one's words are kept, compared and merged.
"""

from __future__ import annotations

from datetime import date

import pytest

from assistant.domain import TestCase, TestStep
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


def test_a_calculation_is_changed_alone(opened: Opened) -> None:
    steps = opened[0].library.case(opened[1], "C").case.steps
    line, other = "EUR 2.00 * 2 = EUR 4.00", "EUR 1.00 * 4 = EUR 4.00"
    counted = steps[1].model_copy(update={"expected_result": "EUR 4.00", "calculation": (line,)})
    edit(opened, steps=(steps[0], counted))
    first, second = edits(opened, steps[0].expected_result, "EUR 4.00")
    propose(opened, steps=(first, second.model_copy(update={"calculation": (other,)})))
    (one,) = waiting(opened)
    assert [field.field for field in one.fields] == ["Step 2, calculation"]
    edit(opened, title="Another title")
    now = opened[0].library.case(opened[1], "C").case.steps
    edit(opened, steps=(now[0], now[0].model_copy(update={"number": 2}), *now[1:]))
    assert [field.field for field in waiting(opened)[0].fields] == [proposals.STEPS]
    opened[0].library.undo(opened[1], "C", expected_version=4, by="Tess")
    taken = proposals.take(*opened, one.seq, seen_version=5, by="Tess").case
    assert (taken.title, taken.steps[1].calculation) == ("Another title", (other,))


def test_a_test_date_is_proposed_taken_and_taken_out_again(opened: Opened) -> None:
    propose(opened, test_date="2027-02-15")
    (one,) = waiting(opened)
    assert [(told.field, told.theirs, told.mine) for told in one.fields] == [
        ("Test date", "", "2027-02-15")
    ]
    version = edit(opened, title="Pay at the desk")
    (one,) = waiting(opened)
    taken = proposals.take(*opened, one.seq, seen_version=version, by="Tess")
    assert (taken.case.title, taken.case.test_date) == ("Pay at the desk", date(2027, 2, 15))
    propose(opened, title="Pay")
    assert proposals.take(
        *opened, waiting(opened)[0].seq, seen_version=taken.row_version, by="Tess"
    ).case.test_date == date(2027, 2, 15)  # fmt: skip
    propose(opened, test_date="")
    (one,) = waiting(opened)
    taken = proposals.take(*opened, one.seq, seen_version=one.present_version, by="Tess")
    assert taken.case.test_date is None


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


def case_with(opened: Opened, **update: object) -> TestCase:
    return opened[0].library.case(opened[1], "C").case.model_copy(update=update)


def save(opened: Opened, case: TestCase, version: int) -> int:
    stored = review.save(*opened, case, seen_version=version, by="Ann")
    return stored.row_version


def with_result(case: TestCase, result: str) -> TestCase:
    second = case.steps[1].model_copy(update={"expected_result": result})
    return case.model_copy(update={"steps": (case.steps[0], second)})


def test_both_versions_are_compared_word_by_word_and_each_loses_nothing(opened: Opened) -> None:
    mine = with_result(case_with(opened), "It is paid within an hour")
    theirs = save(opened, case_with(opened, title="Pay at the desk"), 1)
    with pytest.raises(EditConflict):
        save(opened, mine, 1)
    title, result = proposals.conflicts(*opened, mine, 1)
    assert (title.field, title.changed_by, title.proposed) == ("Title", "theirs", "theirs")
    assert (result.changed_by, result.proposed) == ("mine", "mine")
    assert ("out", "at once") in result.words
    assert ("in", "within an hour") in result.words
    proposals.save_merged(
        *opened, mine, {one.field: one.proposed for one in (title, result)},
        theirs_version=theirs, by="Tess",
    )  # fmt: skip
    merged = opened[0].library.case(opened[1], "C").case
    assert merged.title == "Pay at the desk"
    assert merged.steps[1].expected_result == "It is paid within an hour"
    assert merged.steps[0].action == "Open the account"


def test_where_both_changed_a_field_it_is_said_and_either_can_be_taken(opened: Opened) -> None:
    mine = case_with(opened, title="Mine")
    theirs = save(opened, case_with(opened, title="Theirs"), 1)
    (title,) = proposals.conflicts(*opened, mine, 1)
    assert (title.changed_by, title.theirs, title.mine) == ("both", "Theirs", "Mine")
    stored = proposals.save_merged(
        *opened, mine, {"Title": "mine"}, theirs_version=theirs, by="Tess"
    )
    assert stored.title == "Mine"
    assert not proposals.conflicts(*opened, mine, 1)


def test_a_test_date_that_one_gave_and_one_that_another_cleared_are_merged(opened: Opened) -> None:
    first, other = date(2026, 5, 4), date(2026, 5, 12)
    version = save(opened, case_with(opened, test_date=first), 1)
    mine = case_with(opened, test_date=other)
    theirs = save(opened, case_with(opened, test_date=None), version)
    (found,) = proposals.conflicts(*opened, mine, version)
    assert (found.field, found.theirs, found.mine) == ("Test date", "", "2026-05-12")
    assert found.changed_by == "both"
    stored = proposals.save_merged(
        *opened, mine, {"Test date": "theirs"}, theirs_version=theirs, by="Tess"
    )
    assert stored.case.test_date is None
    stored = proposals.save_merged(
        *opened, mine, {"Test date": "mine"}, theirs_version=theirs, by="Tess"
    )
    assert stored.case.test_date == other


def test_steps_of_which_one_was_put_in_are_taken_as_a_whole(opened: Opened) -> None:
    mine = review.with_step(case_with(opened), 1)
    theirs = save(opened, case_with(opened, title="Theirs"), 1)
    found = {one.field: one for one in proposals.conflicts(*opened, mine, 1)}
    assert set(found) == {"Title", "Steps"}
    stored = proposals.save_merged(
        *opened, mine, {"Steps": "mine"}, theirs_version=theirs, by="Tess"
    )
    assert (stored.title, len(stored.case.steps)) == ("Theirs", 3)


def test_a_third_save_in_between_is_not_overwritten(opened: Opened) -> None:
    mine = case_with(opened, title="Mine")
    theirs = save(opened, case_with(opened, title="Theirs"), 1)
    save(opened, case_with(opened, title="Third"), theirs)
    with pytest.raises(EditConflict):
        proposals.save_merged(*opened, mine, {"Title": "mine"}, theirs_version=theirs, by="Tess")


def test_a_step_that_they_added_is_theirs_where_i_changed_something_else(opened: Opened) -> None:
    mine = case_with(opened, title="Pay at the desk")
    added = TestStep(number=3, action="Look", expected_result="It is seen")
    save(opened, case_with(opened, steps=(*mine.steps, added)), 1)
    found = {one.field: one.changed_by for one in proposals.conflicts(*opened, mine, 1)}
    assert found == {"Title": "mine", "Step 3": "theirs"}


def test_a_step_behind_the_last_is_one_field_beside_a_corrected_one(opened: Opened) -> None:
    base = case_with(opened)
    look = TestStep(number=3, action="Look", expected_result="It is seen")
    mine = base.model_copy(update={"steps": (*base.steps, look)})
    theirs = save(opened, with_result(base, "It is paid within an hour"), 1)
    found = proposals.conflicts(*opened, mine, 1)
    assert {one.field: one.changed_by for one in found} == {
        "Step 2, expected result": "theirs", "Step 3": "mine",
    }  # fmt: skip
    proposals.save_merged(
        *opened, mine, {one.field: one.proposed for one in found}, theirs_version=theirs, by="Tess"
    )
    steps = case_with(opened).steps
    assert [one.expected_result for one in steps] == [
        "It is open", "It is paid within an hour", "It is seen",
    ]  # fmt: skip
    assert [one.number for one in steps] == [1, 2, 3]


def test_a_last_step_that_i_took_out_goes_and_one_that_they_took_out_stays_out(
    opened: Opened,
) -> None:
    mine = review.without_step(case_with(opened), 2)
    theirs = save(opened, case_with(opened, title="Theirs"), 1)
    found = {one.field: one for one in proposals.conflicts(*opened, mine, 1)}
    assert (found["Step 2"].changed_by, found["Step 2"].mine) == ("mine", "")
    stored = proposals.save_merged(
        *opened, mine, {"Step 2": "mine"}, theirs_version=theirs, by="Tess"
    )
    assert (stored.title, len(stored.case.steps)) == ("Theirs", 1)
    late = with_result(case_with(opened, title="Late", steps=mine.steps * 2), "It is open")
    fields = proposals.conflicts(*opened, late, stored.row_version)
    assert {one.field: one.changed_by for one in fields} == {"Title": "mine", "Step 2": "mine"}


@pytest.mark.parametrize("mine_moved", [True, False])
def test_where_steps_were_moved_they_are_one_field(opened: Opened, mine_moved: bool) -> None:
    base = case_with(opened)
    moved, corrected = review.with_step_moved(base, 1, 1), with_result(base, "It is paid soon")
    mine, theirs = (moved, corrected) if mine_moved else (corrected, moved)
    version = save(opened, theirs, 1)
    (steps,) = proposals.conflicts(*opened, mine, 1)
    assert (steps.field, steps.changed_by) == ("Steps", "both")
    for side, kept in (("theirs", theirs), ("mine", mine)):
        merged = proposals.merged(case_with(opened), mine, {"Steps": side})
        assert [(one.action, one.expected_result) for one in merged.steps] == [
            (one.action, one.expected_result) for one in kept.steps
        ]
    assert proposals.save_merged(
        *opened, mine, {"Steps": "mine"}, theirs_version=version, by="Tess"
    ).case.steps[0].action == mine.steps[0].action  # fmt: skip


def test_moved_steps_of_one_action_are_known_by_their_other_words(opened: Opened) -> None:
    steps = tuple(
        TestStep(
            number=number, action="Type the sum", test_data=data, expected_result=f"{data} is shown"
        )
        for number, data in ((1, "5"), (2, "7"))
    )
    version = save(opened, case_with(opened, steps=steps), 1)
    base = case_with(opened)
    save(opened, review.with_step_moved(base, 1, 1), version)
    first = base.steps[0].model_copy(update={"test_data": "6"})
    mine = base.model_copy(update={"steps": (first, base.steps[1])})
    assert [one.field for one in proposals.conflicts(*opened, mine, version)] == ["Steps"]


def test_a_reworded_action_leaves_the_steps_field_by_field(opened: Opened) -> None:
    base = case_with(opened)
    mine = with_result(base, "It is paid within an hour")
    second = base.steps[1].model_copy(update={"action": "Pay 10 pounds by card"})
    save(opened, base.model_copy(update={"steps": (base.steps[0], second)}), 1)
    found = {one.field: one.changed_by for one in proposals.conflicts(*opened, mine, 1)}
    assert found == {"Step 2, action": "theirs", "Step 2, expected result": "mine"}
