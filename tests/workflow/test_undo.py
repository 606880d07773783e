"""What one undo takes back: the last thing that a person did in a run, one after the other."""

from __future__ import annotations

import pytest

from assistant.domain import GenerationConfig, GenerationRun, TestCase, TestStep
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import undo
from assistant.workflow.review.undo import Deed

RUN = "run-1"


@pytest.fixture
def opened(empty_project: tuple[Workspace, str]) -> tuple[Workspace, str]:
    workspace, project_id = empty_project
    run = GenerationRun(id=RUN, by="Bob", request="r", generation=GenerationConfig())
    workspace.library.start_run(project_id, run)
    for number in range(3):
        step = TestStep(number=1, action=f"Pay {number}", expected_result="It is paid")
        case = TestCase(id=f"C{number}", title=f"Case {number}", steps=(step,))
        workspace.library.add_case(project_id, RUN, case)
    return workspace, project_id


def decide(opened: tuple[Workspace, str], case_id: str, status: str, by: str) -> tuple[str, int]:
    library = opened[0].library
    seen = library.case(opened[1], case_id).row_version
    stored = library.set_status(
        opened[1], case_id, status, by=by, reason="r", expected_version=seen
    )
    return case_id, stored.row_version


def done(opened: tuple[Workspace, str], together=()) -> tuple[Deed, ...]:
    return undo.deeds(*opened, RUN, by="Ann", begun={}, together=together)


def said(deed: Deed | None) -> list[tuple[str, str]]:
    return [(one.case_id, one.action) for one in deed.changes] if deed else []


def take_back(opened: tuple[Workspace, str], deed: Deed) -> undo.TakenBack:
    return undo.take_back(*opened, deed, by="Ann", begun={})


def test_edits_decisions_and_cases_written_again_are_taken_back_in_their_order(opened) -> None:
    workspace, project_id = opened
    library = workspace.library
    decide(opened, "C0", "accepted", "Ann")
    again = library.case(project_id, "C1").case.model_copy(update={"title": "Again"})
    library.rewrite_case(project_id, again, RUN, expected_version=1, by="Ann")
    edit = library.case(project_id, "C0").case.model_copy(update={"title": "Mine"})
    library.update_case(project_id, edit, expected_version=2, by="Ann")
    decide(opened, "C2", "rejected", "Bob")
    found = []
    while (last := undo.last_of(done(opened), "Ann", None)[0]) is not None:
        found += said(last)
        take_back(opened, last)
    assert found == [("C0", "edited"), ("C1", "written again"), ("C0", "accepted")]
    assert [one.case.title for one in library.cases(project_id)] == ["Case 0", "Case 1", "Case 2"]
    assert library.case(project_id, "C2").status == "rejected", "Bob's stays"


def test_what_one_press_did_is_one_and_leaves_what_changed_since(opened) -> None:
    press = [decide(opened, f"C{number}", "accepted", "Ann") for number in range(3)]
    decide(opened, "C1", "rejected", "Bob")
    last, passed = undo.last_of(done(opened, [press]), "Ann", None)
    assert passed == ()
    taken = take_back(opened, last)
    assert sorted(one.case_id for one, _ in taken.done) == ["C0", "C2"]
    assert taken.left == ("C1",)
    last, passed = undo.last_of(done(opened, [press]), "Ann", None)
    assert last is None
    assert [one.changes[0].case_id for one in passed] == ["C1"]


def test_the_last_thing_on_a_case_is_whoever_did_it(opened) -> None:
    decide(opened, "C0", "rejected", "Bob")
    decide(opened, "C1", "rejected", "Ann")
    assert said(undo.last_on(done(opened), "C0")) == [("C0", "rejected")]
    assert undo.last_on(done(opened), "C2") is None
    later = done(opened)[0].at.replace(year=2990)
    assert undo.last_of(done(opened), "Ann", later) == (None, ())
