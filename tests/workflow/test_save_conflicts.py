"""Two people save one case: the second one's words are kept, compared and merged."""

from __future__ import annotations

import pytest

from assistant.domain import TestCase, TestStep
from assistant.errors import EditConflict
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review, save_conflicts

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
    title, result = save_conflicts.conflicts(*opened, mine, 1)
    assert (title.field, title.changed_by, title.proposed) == ("Title", "theirs", "theirs")
    assert (result.changed_by, result.proposed) == ("mine", "mine")
    assert ("out", "at once") in result.words
    assert ("in", "within an hour") in result.words
    save_conflicts.save_merged(
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
    (title,) = save_conflicts.conflicts(*opened, mine, 1)
    assert (title.changed_by, title.theirs, title.mine) == ("both", "Theirs", "Mine")
    stored = save_conflicts.save_merged(
        *opened, mine, {"Title": "mine"}, theirs_version=theirs, by="Tess"
    )
    assert stored.title == "Mine"
    assert not save_conflicts.conflicts(*opened, mine, 1)


def test_steps_of_another_number_are_taken_as_a_whole(opened: Opened) -> None:
    mine = review.with_step(case_with(opened), 2)
    theirs = save(opened, case_with(opened, title="Theirs"), 1)
    found = {one.field: one for one in save_conflicts.conflicts(*opened, mine, 1)}
    assert set(found) == {"Title", "Steps"}
    stored = save_conflicts.save_merged(
        *opened, mine, {"Steps": "mine"}, theirs_version=theirs, by="Tess"
    )
    assert (stored.title, len(stored.case.steps)) == ("Theirs", 3)


def test_a_third_save_in_between_is_not_overwritten(opened: Opened) -> None:
    mine = case_with(opened, title="Mine")
    theirs = save(opened, case_with(opened, title="Theirs"), 1)
    save(opened, case_with(opened, title="Third"), theirs)
    with pytest.raises(EditConflict):
        save_conflicts.save_merged(
            *opened, mine, {"Title": "mine"}, theirs_version=theirs, by="Tess"
        )


def test_a_step_that_they_added_is_theirs_where_i_changed_something_else(opened: Opened) -> None:
    mine = case_with(opened, title="Pay at the desk")
    added = TestStep(number=3, action="Look", expected_result="It is seen")
    save(opened, case_with(opened, steps=(*mine.steps, added)), 1)
    found = {one.field: one.changed_by for one in save_conflicts.conflicts(*opened, mine, 1)}
    assert found == {"Title": "mine", "Steps": "theirs"}
