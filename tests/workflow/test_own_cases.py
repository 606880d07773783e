"""Cases that a person adds to a run: her own, counted, checked, and written over by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace
from written_again import WrittenEpic, fill_now

from assistant.domain import (
    SECOND_READER,
    GenerationConfig,
    LintFinding,
    TestCase,
    TestStep,
)
from assistant.errors import LibraryError
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases, own_cases, review, review_library
from assistant.workflow.writing import coverage, generate_cases, runs, write_again
from assistant.workflow.writing.recheck_case import put_findings
from assistant.workflow.writing.requests import GenerateRequest, understand

EPIC = """# PAY-7 Refund a payment
Release: Drop-9
Labels: refunds

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
- A larger refund is refused with the message "Ask a supervisor."
"""


class Project(WrittenEpic):
    def __init__(self, workspace: Workspace, project_id: str) -> None:
        super().__init__(workspace, project_id, EPIC)
        self.limit, self.message = (one.id for one in self.run.epics[0].criteria)

    def add(self, *criterion_ids: str, title: str = "A refund by hand") -> StoredCase:
        return own_cases.new_case(
            self.workspace, self.project_id, self.run.id,
            title=title, criterion_ids=criterion_ids, by="Ann",
        )  # fmt: skip

    def copy(self, case_id: str) -> StoredCase:
        return own_cases.duplicate(self.workspace, self.project_id, case_id, by="Ann")

    def missing(self) -> tuple[str, ...]:
        return coverage.of_run(self.workspace, self.project_id, self.run.id).missing


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield Project(workspace, project_id)


def worded(action: str, data: str, result: str) -> tuple[TestStep, ...]:
    return (TestStep(number=1, action=action, test_data=data, expected_result=result),)


def test_a_new_case_is_an_empty_draft_for_its_criteria(project: Project) -> None:
    stored = project.add(project.limit)
    case = stored.case
    assert (case.status, case.origin.writer, case.title) == ("draft", "person", "A refund by hand")
    assert case.criterion_ids == (project.limit,)
    assert (case.epic_key, case.story_key, case.release) == ("PAY-7", "PAY-71", "Drop-9")
    assert case.labels == ("refunds",)
    assert case.is_outline
    assert not [one for one in case.findings if one.rule in ("no action", "nothing verified")]
    assert stored.updated_by == "Ann"
    (first,) = project.workspace.library.history(project.project_id, stored.id)
    assert (first.by, first.action, first.reason) == ("Ann", "added", "by hand")


def test_ids_go_on_where_those_of_the_run_end(project: Project) -> None:
    planned = {stored.id for stored in project.cases()}
    first, second = project.add(project.limit), project.add(project.limit)
    places = [int(one.id.removeprefix(f"TC-{project.limit}-P")) for one in (first, second)]
    assert places[1] == places[0] + 1
    assert {first.id, second.id}.isdisjoint(planned)
    boundary = next(one for one in project.cases() if one.technique == "boundary")
    assert project.copy(boundary.id).id.startswith(f"TC-{boundary.case.criterion_ids[0]}-B")


@pytest.mark.long
def test_the_id_of_a_copy_that_was_taken_out_is_given_to_no_other(project: Project) -> None:
    library, project_id = project.workspace.library, project.project_id
    original = project.cases()[0]
    first = project.copy(original.id)
    library.lineage.decide(project_id, first.id, [("limit", "250 -> 300")], by="Ann")
    library.take_out(project_id, first.id, by="Ann", expected_version=first.row_version)
    second = project.copy(original.id)
    (stem, place), (next_stem, next_place) = (
        re.findall(r"^(.*-[A-Z])(\d+)$", one.id)[0] for one in (first, second)
    )
    assert (next_stem, int(next_place)) == (stem, int(place) + 1)
    assert library.lineage.decisions(project_id, [second.id]) == {}
    assert library.history(project_id, first.id)[-1].action == "removed"


def test_a_copy_that_a_colleague_found_still_right_stays(project: Project) -> None:
    library, project_id = project.workspace.library, project.project_id
    copied = project.copy(project.cases()[0].id)
    assert copied.id in library.own_additions(project_id, copied.run_id, by="Ann")
    library.lineage.decide(project_id, copied.id, [("limit", "250 -> 300")], by="Bob")
    assert copied.id not in library.own_additions(project_id, copied.run_id, by="Ann")
    with pytest.raises(LibraryError, match="Reject it"):
        library.take_out(project_id, copied.id, by="Ann", expected_version=copied.row_version)
    assert library.case(project_id, copied.id) == copied


def test_what_is_not_said_is_asked_for(project: Project) -> None:
    for title, named, said in (
        (" ", (project.limit,), "needs a title"),
        ("T", (), "0 epics"),
        ("T", ("PAY-1-AC1",), "PAY-1-AC1"),
    ):
        with pytest.raises(LibraryError, match=said):
            project.add(*named, title=title)
    assert len(project.cases()) == len(project.run.cases)


def test_a_copy_has_the_words_and_sources_and_nothing_of_what_was_said_about_them(
    project: Project,
) -> None:
    original = project.cases()[0]
    doubt = LintFinding(rule=SECOND_READER, message="Is it so?")
    put_findings(
        project.workspace, project.project_id, original, SECOND_READER, [doubt],
        by="Tess", reason="read again",
    )  # fmt: skip
    seen = project.workspace.library.case(project.project_id, original.id)
    review.set_status(
        project.workspace, project.project_id, seen.id, "rejected", reason="Too vague",
        seen_version=seen.row_version, by="Tess",
    )  # fmt: skip
    case = project.copy(original.id).case
    for field in ("title", "objective", "preconditions", "postconditions", "priority", "technique",
                  "criterion_ids", "citations", "open_questions", "labels"):  # fmt: skip
        assert getattr(case, field) == getattr(original.case, field), field
    assert [(s.action, s.expected_result, s.citations, s.support) for s in case.steps] == [
        (s.action, s.expected_result, s.citations, s.support) for s in original.case.steps
    ]
    assert any(step.citations for step in case.steps)
    assert (case.status, case.status_reason) == ("draft", "")
    assert SECOND_READER not in {one.rule for one in case.findings}
    assert case.origin.model_dump(exclude_defaults=True) == {"writer": "person"}
    assert project.copy(original.id).id != case.id, "a second copy is another case"


def test_a_copy_of_a_case_written_again_knows_the_sources_of_its_words(project: Project) -> None:
    first = project.cases()[0]
    planned = write_again.begin(project.workspace, project.project_id, [first.id], by="Tess")
    for again in planned:
        project.workspace.library.start_run(project.project_id, again.run)
    project.workspace.library.rewrite_case(
        project.project_id, first.case, planned[0].run.id, expected_version=1, by="Tess"
    )
    copied = project.copy(first.id)
    assert copied.source_run_id == planned[0].run.id
    assert copied.run_id == project.run.id


def test_a_case_of_a_file_has_no_list_for_a_copy(project: Project) -> None:
    project.workspace.library.add_case(project.project_id, None, TestCase(id="OLD-1", title="Old"))
    with pytest.raises(LibraryError, match="OLD-1 came in from a file"):
        project.copy("OLD-1")


def test_a_person_s_case_covers_what_its_words_show_and_no_more(project: Project) -> None:
    library = project.workspace.library
    limits = [one for one in project.run.conditions if one.technique == "boundary"]
    at = next(one for one in limits if "250" in one.statement and one.facts[0].holds)
    for stored in project.cases():
        if at.id in stored.case.condition_ids:
            review.set_status(
                project.workspace, project.project_id, stored.id, "rejected", reason="Too vague",
                seen_version=stored.row_version, by="Ann",
            )  # fmt: skip
    assert at.id in project.missing()
    added = project.add(project.limit)
    assert added.case.condition_ids == ()
    assert at.id in project.missing(), "an empty case covers nothing"
    saved = project.save(
        added,
        steps=worded("Refund the payment", "£250.00", "The refund of £250.00 is paid at once."),
    )
    assert at.id in saved.case.condition_ids
    assert saved.case.unsupported_steps == ()
    assert at.id not in project.missing()
    other = project.save(
        saved, steps=worded("Refund the payment", "£10.00", "The refund is paid at once.")
    )
    assert at.id not in other.case.condition_ids, "other data, other items"
    assert at.id in project.missing()
    assert project.workspace.library.case(project.project_id, added.id).case.origin.edited_by
    assert library.runs(project.project_id)[0].written == len(project.run.cases)


def test_words_that_no_source_has_are_marked_in_a_person_s_case_too(project: Project) -> None:
    added = project.add(project.message)
    result = 'The message "Call the bank." is shown.'
    saved = project.save(added, steps=worded("Refund the payment", "£300.00", result))
    assert saved.case.unsupported_steps == (1,)


def test_a_person_may_expect_what_the_criterion_says_but_not_what_she_does(
    project: Project,
) -> None:
    quoted, echoed = "A refund of up to £250.00 is paid at once.", "Refund of £250.00 is paid out"
    for action, result, support, echo in (
        ("Refund £250.00", quoted, "supported", False),
        ("The refund of £250.00 is paid out", echoed, "unsupported", True),
    ):
        added = project.add(project.limit)
        case = project.save(added, steps=worded(action, "", result)).case
        assert case.steps[0].support == support
        assert ("echo" in {one.rule for one in case.findings}) is echo


def test_a_person_s_case_is_in_every_list_and_in_no_plan(project: Project) -> None:
    workspace, project_id = project.workspace, project.project_id
    planned = len(project.run.cases)
    added = project.copy(project.cases()[0].id)
    summary = runs.summary(workspace, project_id, project.run.id)
    assert (summary.cases, summary.written, summary.conditions) == (planned + 1, planned, planned)
    assert summary.progress == 1.0
    assert added.id in {row.id for row in review_library.rows(workspace, project_id)}
    row = next(
        one
        for one in coverage.of_library(workspace, project_id).criteria
        if one.criterion_id == added.case.criterion_ids[0]
    )
    assert added.id in row.case_ids
    run = workspace.library.run(project_id, project.run.id)
    file = export_cases.as_csv(workspace, project_id, run.cases, title="r", profile="excel")
    assert added.id in file.content.decode("utf-8-sig")


def test_nobody_writes_a_person_s_case_again(project: Project) -> None:
    added = project.add(project.limit)
    saved = project.save(
        added,
        steps=worded("Refund the payment", "£250.00", "The refund of £250.00 is paid at once."),
    )
    assert saved.case.condition_ids
    assert not write_again.can_be_written(saved)
    with pytest.raises(LibraryError, match="written by a person"):
        write_again.begin(project.workspace, project.project_id, [saved.id], by="Tess")
    with pytest.raises(LibraryError, match="written by a person"):
        write_again.begin_step(project.workspace, project.project_id, saved.id, 1, by="Tess")


def test_a_stopped_run_goes_on_beside_a_person_s_case(tmp_path: Path) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        found = understand(workspace, project_id, GenerateRequest(text=EPIC))
        run = generate_cases.begin(workspace, project_id, found, GenerationConfig(), by="Tess")
        written: list[TestCase] = []
        generate_cases.write(
            workspace, project_id, run, lambda: bool(written), on_case=written.append
        )
        limit = run.epics[0].criteria[0].id
        own = own_cases.new_case(
            workspace, project_id, run.id, title="Mine", criterion_ids=[limit], by="Ann"
        )
        assert runs.summary(workspace, project_id, run.id).written == 1
        generate_cases.run_now(workspace, project_id, workspace.library.run(project_id, run.id))
        summary = runs.summary(workspace, project_id, run.id)
        assert summary.written == summary.conditions == len(found.conditions)
        assert summary.cases == summary.written + 1
        after = workspace.library.case(project_id, own.id)
        assert (after.row_version, after.title) == (1, "Mine")
        assert coverage.of_run(workspace, project_id, run.id).missing == ()
        rejected = workspace.library.cases(project_id, run_id=run.id)[0]
        review.set_status(
            workspace, project_id, rejected.id, "rejected", reason="Too vague",
            seen_version=rejected.row_version, by="Ann",
        )  # fmt: skip
        fill_now(workspace, project_id, run.id)
        assert workspace.library.case(project_id, own.id).row_version == 1
        assert coverage.of_run(workspace, project_id, run.id).missing == ()
