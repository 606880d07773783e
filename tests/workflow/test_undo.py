"""What one undo takes back: the last thing that a person did in a run, one after the other."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from assistant.domain import (
    SECOND_READER,
    GenerationConfig,
    GenerationRun,
    LintFinding,
    TestCase,
    TestStep,
)
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import undo
from assistant.workflow.review.undo import Deed
from assistant.workflow.writing.recheck_case import put_findings
from assistant.workflow.writing.runs import StoredCase

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


def add_by_hand(opened: tuple[Workspace, str], title: str) -> StoredCase:
    case = TestCase(
        id="H", title=title, steps=(TestStep(number=1, action="Look", expected_result="Seen"),)
    )
    return opened[0].library.add_case(opened[1], RUN, case, by="Ann", by_hand=True)


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
    assert undo.last_of(done(opened), "Ann", ()) == (None, ())


def test_people_with_one_name_are_told_apart_by_what_each_made(opened) -> None:
    mine = decide(opened, "C0", "accepted", "Ann")
    decide(opened, "C1", "rejected", "Ann")
    last, passed = undo.last_of(done(opened), "Ann", {mine})
    assert (said(last), passed) == ([("C0", "accepted")], ())


def test_what_a_check_found_is_nobodys_deed_and_stays(opened) -> None:
    workspace, project_id = opened
    library = workspace.library
    decide(opened, "C0", "accepted", "Ann")
    decide(opened, "C0", "draft", "Ann")
    edit = library.case(project_id, "C1").case.model_copy(update={"title": "Mine"})
    library.update_case(project_id, edit, expected_version=1, by="Ann")
    for name in ("C0", "C1", "C2"):
        doubt = LintFinding(rule=SECOND_READER, message=f"doubt of {name}")
        stored = library.case(project_id, name)
        put_findings(workspace, project_id, stored, SECOND_READER, [doubt], by="Ann", reason="read")
    assert [one.action for one in library.history(project_id, "C2")] == ["added", "checked"]
    assert undo.last_on(done(opened), "C2") is None
    found = []
    while (last := undo.last_of(done(opened), "Ann", None)[0]) is not None:
        found += said(last)
        take_back(opened, last)
    assert found == [("C1", "edited"), ("C0", "set to draft"), ("C0", "accepted")]
    cases = {one.id: one.case for one in library.cases(project_id)}
    assert [bool(cases[name].findings) for name in ("C0", "C1", "C2")] == [True, False, True]
    assert (cases["C0"].status, cases["C1"].title) == ("draft", "Case 1")


def test_an_addition_that_a_check_looked_at_is_still_taken_out(opened) -> None:
    workspace, project_id = opened
    own = add_by_hand(opened, "Own")
    doubt = LintFinding(rule=SECOND_READER, message="doubt")
    put_findings(workspace, project_id, own, SECOND_READER, [doubt], by="Bob", reason="read")
    last, _ = undo.last_of(done(opened), "Ann", None)
    assert said(last) == [(own.id, "added")]
    take_back(opened, last)
    assert own.id not in {one.id for one in workspace.library.cases(project_id)}


def test_what_was_done_is_read_at_once_however_many_cases_were_added(opened) -> None:
    counts = []
    for number in range(3):
        add_by_hand(opened, f"Own {number}")
        asked: list[str] = []

        def note(_connection, _cursor, statement, *_rest, asked=asked) -> None:
            asked.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            found = done(opened)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert len(found) == number + 1
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts
