"""Two people save one case: the second one's words are kept, compared and merged."""

from __future__ import annotations

import pytest

from assistant.domain import TestCase, TestStep
from assistant.errors import EditConflict
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import proposals, review

Opened = tuple[Workspace, str]


@pytest.fixture
def opened(project_with_case: Opened) -> Opened:
    return project_with_case


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
