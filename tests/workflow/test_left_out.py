"""A criterion that a source takes out of the test is no gap, and nothing of it is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace
from written_again import fill_now, run_of

from assistant.design.questions.scope import left_out_in, question_on_left_out
from assistant.domain import (
    SECOND_READER,
    Evidence,
    GenerationRun,
    LintFinding,
    Question,
)
from assistant.generation.proof import bearing
from assistant.sources.files.files import read_file
from assistant.suite.quality import Figure
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review
from assistant.workflow.sources import import_sources
from assistant.workflow.sources.reindex import index_documents
from assistant.workflow.writing import answers, coverage, follow_up_runs, runs
from assistant.workflow.writing.changed_basis import basis_change
from assistant.workflow.writing.coverage import DepthReport
from assistant.workflow.writing.left_out import left_out
from assistant.workflow.writing.requests import GenerateRequest

EPIC = """# PT-4 Portal

## PT-41 Complain

### Acceptance criteria

- The customer picks an interruption of the last 12 months.
- The confirmation is sent quickly.

## PT-42 Pay

### Acceptance criteria

- The clerk pays a claim.
- Payments in cash are out of scope.
"""
SAID = "PT-41 moves to release 4"
MAIL = f"""# Mail of 2 June

Decided on Complain, where the customer picks an interruption: {SAID}, no people.
"""
PICKS, SENT, PAYS, CASH = "PT-41-AC1", "PT-41-AC2", "PT-42-AC1", "PT-42-AC2"
WHY = f"“{SAID}” (Mail of 2 June)"
FIRST = "- The customer picks"
THIRD = "PT-41-AC3"
"""The second criterion, once another one stands before the first."""


class Project:
    """A run whose writer wrote no case for a story, because a mail takes it out of the release."""

    def __init__(self, workspace: Workspace, project_id: str) -> None:
        self.workspace, self.project_id = workspace, project_id
        self.put("epic.md", EPIC)
        self.mail = self.put("mail.md", MAIL)
        self.run_id = self.write()
        self.question = self.ask(SAID, PICKS, SENT)

    @property
    def run(self) -> GenerationRun:
        return self.workspace.library.run(self.project_id, self.run_id)

    @property
    def report(self) -> DepthReport:
        return coverage.of_run(self.workspace, self.project_id, self.run_id)

    @property
    def levels(self) -> dict[str, str]:
        return {row.criterion_id: row.level for row in self.report.criteria}

    @property
    def criteria_figure(self) -> Figure:
        figures = runs.quality_of(self.workspace, self.project_id, self.run).figures
        return next(one for one in figures if one.name == "Criteria with a case")

    def write(self) -> str:
        """Another run; the cases of the story are rejected."""
        request = GenerateRequest(epic_keys=("PT-4",))
        self.run_id = run_of(self.workspace, self.project_id, request).id
        self.reject(PICKS, SENT)
        return self.run_id

    def ask(self, said: str, *criteria: str) -> Question:
        """Have the run ask whether these criteria are tested that words of the mail take out."""
        run = self.run
        told = next(one.chunk for one in run.retrieved if said in one.chunk.text)
        start = told.text.index(said)
        words = Evidence(source_id=told.id, quote=said, start=start, end=start + len(said))
        asked = question_on_left_out(said, "Mail of 2 June", criteria, (words,))
        self.workspace.library.add_questions(run.id, [asked], bears_on=bearing(run.epics))
        return asked

    def put(self, name: str, text: str) -> str:
        reading = read_file(name, text.encode())
        import_sources.put(self.workspace, self.project_id, reading)
        name = reading.document.id
        index_documents(
            self.workspace.library, self.workspace.knowledge(self.project_id), self.project_id,
            [name],
        )  # fmt: skip
        return name

    def reject(self, *criteria: str) -> None:
        for stored in self.workspace.library.cases(self.project_id, run_id=self.run_id):
            if set(criteria) & set(stored.case.criterion_ids):
                review.set_status(
                    self.workspace, self.project_id, stored.id, "rejected", reason="Out of scope",
                    seen_version=stored.row_version, by="Ann",
                )  # fmt: skip

    def view(self) -> runs.RunView:
        seen = runs.view(self.workspace, self.project_id, self.run_id)
        return runs.with_present_text(self.workspace, self.project_id, seen)

    def answer(self, text: str, question: Question | None = None) -> answers.Answer:
        epic, asked = self.run.epics[0], question or self.question
        return answers.answer(self.workspace, self.project_id, epic, asked, text, by="Ann")

    @property
    def of_project(self) -> DepthReport:
        return coverage.of_library(self.workspace, self.project_id)

    def gaps(self) -> coverage.Gaps:
        return coverage.gaps(self.workspace, self.project_id, self.run, None)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield Project(workspace, project_id)


def test_it_is_no_gap_and_the_words_that_take_it_out_say_why(project: Project) -> None:
    whys = {row.criterion_id: row.why for row in project.report.criteria}
    assert [row.criterion_id for row in project.report.by_risk][-3:] == [PICKS, SENT, CASH]
    assert project.levels[PICKS] == project.levels[SENT] == project.levels[CASH] == "Left out"
    assert whys[PICKS] == whys[SENT] == WHY
    assert whys[CASH] == "it only says what is out of scope"
    assert not project.report.missing
    assert project.gaps() == coverage.Gaps(planned=())
    figure = project.criteria_figure
    assert (figure.total, figure.left_out) == (1, 3)
    whole = coverage.of_library(project.workspace, project.project_id)
    assert {row.criterion_id for row in whole.criteria if row.why == WHY} == {PICKS, SENT}
    assert not whole.missing


def test_what_else_is_asked_of_it_waits_for_nobody(project: Project) -> None:
    view = project.view()
    beside = [one.question.criterion_id for one in view.asked if view.is_beside(one)]
    assert beside == [SENT]
    assert view.open_questions == (project.question,)


@pytest.mark.parametrize("text", [answers.STAYS_OUT, f"{answers.STAYS_OUT} Ben says so."])
@pytest.mark.long
def test_it_stays_left_out_where_a_person_says_so(project: Project, text: str) -> None:
    project.answer(text)
    assert project.levels[SENT] == "Left out"
    assert not project.view().open_questions


def test_where_a_person_says_that_it_is_tested_it_is_like_any_other(project: Project) -> None:
    given = project.answer(answers.TESTED)
    assert project.levels[PICKS] == "Gap"
    assert {one.rpartition("-")[0] for one in project.gaps().rejected} == {PICKS, SENT}
    assert [one.criterion_id for one in project.view().open_questions] == [SENT]
    assert (project.criteria_figure.total, project.criteria_figure.left_out) == (3, 1)
    again, _ = coverage.begin(
        project.workspace, project.project_id, project.run_id, by="Ann", rejected=True
    )
    (told,) = [one for one in again.run.questions if one.kind == "out of scope"]
    assert [one.quote for one in told.source_answers] == [answers.TESTED]
    follow_up_runs.write_now(project.workspace, project.project_id, [again])
    assert project.levels[PICKS] not in ("Gap", "Left out")
    answers.withdraw(project.workspace, project.project_id, given.document_id)
    assert project.levels[PICKS] not in ("Gap", "Left out"), "a case stands"


def test_a_case_for_it_makes_it_like_any_other(project: Project) -> None:
    answers_given = project.answer(answers.TESTED)
    fill_now(project.workspace, project.project_id, project.run_id)
    answers.withdraw(project.workspace, project.project_id, answers_given.document_id)
    view = project.view()
    assert not view.left_out.keys() & {PICKS, SENT}
    assert {one.criterion_id for one in view.open_questions} == {PICKS, SENT}


@pytest.mark.parametrize("is_removed", [True, False])
def test_it_is_missing_once_its_source_says_so_no_more(project: Project, is_removed: bool) -> None:
    if is_removed:
        import_sources.remove(project.workspace, project.project_id, project.mail)
    else:
        project.put("mail.md", MAIL.replace(SAID, "PT-41 is in release 3"))
    assert (project.levels[PICKS], project.levels[CASH]) == ("Gap", "Left out")


def test_it_is_missing_once_it_reads_otherwise(project: Project) -> None:
    project.put("epic.md", EPIC.replace("of the last 12", "of the last 6"))
    assert (project.levels[PICKS], project.levels[SENT]) == ("Gap", "Left out")
    assert project.question in project.view().open_questions, "it is asked for the other one"
    project.put("epic.md", EPIC.replace("of the last 12", "of 6").replace("quickly", "at once"))
    assert (project.levels[PICKS], project.levels[SENT]) == ("Gap", "Underspecified")
    assert project.question not in project.view().open_questions


def test_other_questions_on_scope_leave_nothing_out(project: Project) -> None:
    other = Question(
        criterion_id=PAYS, kind="out of scope",
        text="PT-4 declares “cash” out of scope, but the criterion asks for it. Is it in scope?",
    )  # fmt: skip
    run = project.run
    project.workspace.library.add_questions(run.id, [other], bears_on=bearing(run.epics))
    project.reject(PAYS)
    assert project.levels[PAYS] == "Gap"


def test_what_a_second_reader_doubts_is_no_smell(project: Project) -> None:
    stored = next(
        one
        for one in project.workspace.library.cases(project.project_id, run_id=project.run_id)
        if PAYS in one.case.criterion_ids
    )
    doubt = LintFinding(rule=SECOND_READER, message="It goes to the account.", words=stored.title)
    doubted = stored.case.model_copy(update={"findings": (doubt,)})
    project.workspace.library.update_case(
        project.project_id, doubted, expected_version=stored.row_version, by="Ada"
    )
    found = runs.quality_of(project.workspace, project.project_id, project.run)
    assert SECOND_READER not in found.findings


def test_what_is_asked_of_a_new_criterion_is_open_whatever_had_its_number(project: Project) -> None:
    project.put("epic.md", EPIC.replace(FIRST, f"- The page is shown quickly.\n{FIRST}"))
    view = project.view()
    assert view.left_out.keys() == {SENT, THIRD, CASH}
    (new,) = [one for one in view.raised if one.question.criterion_id == PICKS]
    assert not view.is_beside(new)
    assert new.question in view.open_questions
    beside = [one.question.criterion_id for one in view.asked if view.is_beside(one)]
    assert beside == [SENT], "the one on what is left out, by its id of then"


def test_of_two_that_read_the_same_the_one_on_what_is_left_out_is_beside(project: Project) -> None:
    put = EPIC.replace("- The confirmation", "- The page is shown quickly.\n- The confirmation")
    project.put("epic.md", put)
    view = project.view()
    (then,) = [one for one in view.asked if one.question.kind == "untestable"]
    (now,) = [one for one in view.raised if one.question.kind == "untestable"]
    assert view.is_beside(then)
    assert not view.is_beside(now)


def test_what_a_person_says_of_a_criterion_counts_whatever_else_takes_it_out(
    project: Project,
) -> None:
    project.answer(answers.TESTED, project.ask("no people", PICKS))
    assert (project.levels[PICKS], project.levels[SENT]) == ("Gap", "Left out")


def test_an_answer_on_one_run_counts_for_the_whole_project(project: Project) -> None:
    project.write()
    project.answer(answers.TESTED, project.ask(SAID, PICKS))
    levels = {row.criterion_id: row.level for row in project.of_project.criteria}
    assert (levels[PICKS], levels[SENT]) == ("Gap", "Left out")


def test_the_report_of_the_project_counts_the_open_questions_of_its_run(project: Project) -> None:
    def questions(report: DepthReport) -> dict[str, int]:
        return {row.criterion_id: row.questions for row in report.criteria}

    assert questions(project.of_project) == questions(project.report)
    assert questions(project.report)[PICKS] == 1
    project.answer(answers.STAYS_OUT)
    assert questions(project.of_project) == questions(project.report)


def test_a_case_counts_for_its_criterion_whatever_number_that_has_now(project: Project) -> None:
    given = project.answer(answers.TESTED)
    project.put("epic.md", EPIC.replace(FIRST, f"- The page shows the list.\n{FIRST}"))
    again, _ = coverage.begin(
        project.workspace, project.project_id, project.run_id, by="Ann", rejected=True
    )
    (told,) = [one for one in again.run.questions if one.kind == "out of scope"]
    assert left_out_in(told)[1] == (SENT, THIRD)
    assert [one.quote for one in told.source_answers] == [answers.TESTED]
    follow_up_runs.write_now(project.workspace, project.project_id, [again])
    answers.withdraw(project.workspace, project.project_id, given.document_id)
    cases = {row.criterion_id: row.case_ids for row in project.report.criteria}
    assert cases[PICKS]
    assert not cases[SENT]
    assert project.levels[SENT] == project.levels[THIRD] == "Left out"
    assert project.criteria_figure.left_out == 3


def test_the_answer_reaches_the_writer_for_what_still_reads_as_then(project: Project) -> None:
    project.answer(answers.TESTED)
    project.put("epic.md", EPIC.replace("of the last 12", "of the last 6"))
    again, _ = coverage.begin(
        project.workspace, project.project_id, project.run_id, by="Ann", rejected=True
    )
    (told,) = [one for one in again.run.questions if one.kind == "out of scope"]
    assert left_out_in(told)[1] == (SENT,)


def test_what_has_a_case_elsewhere_is_told_by_its_present_number(project: Project) -> None:
    run = project.run
    choices = run.generation.model_copy(update={"skip": (f"{SENT}-P1",)})
    skips = run.model_copy(update={"generation": choices})
    project.put("epic.md", EPIC.replace(FIRST, f"- The page shows the list.\n{FIRST}"))
    change = basis_change(project.workspace, project.project_id, skips)
    found = left_out(project.workspace, project.project_id, skips, change)
    assert found.keys() == {SENT, CASH}


def test_an_id_that_begins_another_is_left_out_for_itself(project: Project) -> None:
    run = project.run
    longer = f"{PICKS}-2"
    (epic,) = run.epics
    first, second = epic.stories[0].criteria
    story = epic.stories[0].model_copy(
        update={"criteria": (first, second.model_copy(update={"id": longer}))}
    )
    choices = run.generation.model_copy(update={"skip": (f"{longer}-P1",)})
    epics = (epic.model_copy(update={"stories": (story, *epic.stories[1:])}),)
    skips = run.model_copy(update={"generation": choices, "epics": epics})
    assert PICKS in left_out(project.workspace, project.project_id, skips)
