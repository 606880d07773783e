"""An end-to-end case in a run: written, proved, counted, compared, exported, written again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace
from written_again import fill_now, write_now

from assistant.domain import CaseTemplate, Column, GenerationConfig, GenerationRun, TestCase
from assistant.library import StoredCase
from assistant.suite.coverage_depth import depth
from assistant.suite.duplicates import find_duplicates
from assistant.suite.rows import case_rows
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review
from assistant.workflow.writing import coverage, generate_cases, reuse
from assistant.workflow.writing.recheck_case import rechecked_against
from assistant.workflow.writing.requests import GenerateRequest, Understanding, understand

EPIC = """# HR-1 Leave

## HR-11 Request leave
As an Employee, I want to request leave so that my absence is planned.

Acceptance criteria:
- When the employee submits a leave request, the Request Status is "Submitted".

## HR-12 Approve a leave request
As a Line Manager, I want to approve a leave request so that the team is staffed.

Acceptance criteria:
- Given a leave request with the Request Status "Submitted", when a Line Manager approves it, then \
the Request Status changes from "Submitted" to "Approved".

## HR-13 Show leave
As a Shift Planner, I want to see leave so that shifts are filled.

Acceptance criteria:
- An approved leave request is shown in the shift plan.
"""
WAY = ("HR-11-AC1", "HR-12-AC1", "HR-13-AC1")


class Project:
    """A workspace with a pasted epic and its cases."""

    def __init__(self, workspace: Workspace, project_id: str) -> None:
        self.workspace, self.project_id = workspace, project_id
        self.found: Understanding = understand(workspace, project_id, GenerateRequest(text=EPIC))
        begun = generate_cases.begin(workspace, project_id, self.found, GenerationConfig())
        self.run: GenerationRun = generate_cases.run_now(workspace, project_id, begun)

    @property
    def stored(self) -> StoredCase:
        """The end-to-end case as it is kept."""
        kept = self.workspace.library.cases(self.project_id, run_id=self.run.id)
        (found,) = (one for one in kept if one.case.technique == "end-to-end")
        return found

    @property
    def case(self) -> TestCase:
        return self.stored.case


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder: Path = tmp_path_factory.mktemp("walk") / "data"
    with quick_workspace(folder) as (workspace, project_id, _):
        yield Project(workspace, project_id)


def test_it_is_announced_before_it_is_written(project: Project) -> None:
    assert project.found.by_technique["end-to-end"] == 1
    assert len(project.run.cases) == len(project.found.conditions)


def test_each_step_is_proved_by_the_criterion_it_comes_from(project: Project) -> None:
    case = project.case
    assert case.criterion_ids == WAY
    assert [step.support for step in case.steps] == ["supported"] * 3
    assert not case.findings
    keys = {one.chunk.id: one.chunk.key for one in project.run.retrieved}
    cited = [
        {keys[c.chunk_id] for c in step.citations if c.supports == "expected_result"}
        for step in case.steps
    ]
    assert cited == [{"HR-11-AC1"}, {"HR-12-AC1"}, {"HR-13-AC1"}]
    assert case.preconditions == ()
    assert case.origin.writer == "outline"


def test_a_step_that_says_something_else_is_marked(project: Project) -> None:
    case = project.case
    wrong = case.steps[1].model_copy(
        update={"expected_result": "The Request Status changes to “Paid out”.", "citations": ()}
    )
    steps = (case.steps[0], wrong, case.steps[2])
    run = project.workspace.library.run(project.project_id, project.run.id)
    again = rechecked_against(run, case.model_copy(update={"steps": steps}))
    assert again.steps[1].support == "unsupported"
    assert again.steps[2] == case.steps[2]
    assert {one.step for one in again.findings} == {2}
    assert rechecked_against(run, case).findings == case.findings


WORDED = {"support": "supported", "action": "Do what the step says."}


def test_the_matrix_shows_it_at_each_criterion_and_it_decides_no_level(project: Project) -> None:
    proved = tuple(  # as it is once a person has worded the step that only echoes
        one.model_copy(
            update={
                "findings": (),
                "steps": tuple(s.model_copy(update=WORDED) for s in one.steps),
            }
        )
        if one.technique == "end-to-end"
        else one
        for one in project.run.cases
    )
    report = coverage.of_loaded_run(project.run.model_copy(update={"cases": proved}))
    for row in report.criteria:
        cell = row.cell("end-to-end")
        assert cell is not None
        assert (cell.covered, cell.wanted, cell.case_ids) == (1, 1, (project.case.id,))
    without = [one for one in project.run.cases if one.technique != "end-to-end"]
    bare = depth(project.run.epics, without, project.run.conditions)
    assert [row.level for row in bare.criteria] == [row.level for row in report.criteria]
    assert bare.missing == project.case.condition_ids, "named once, though three criteria lack it"


def test_it_is_no_duplicate_and_covers_no_single_condition(project: Project) -> None:
    assert not find_duplicates(project.run.cases).clusters
    first, second, third = project.case.steps
    worded = (
        first.model_copy(update={"action": "As the employee, submit a leave request."}),
        second,
        third.model_copy(update={"action": "Open the shift plan for the approved leave request."}),
    )
    accepted = project.case.model_copy(update={"status": "accepted", "steps": worded})
    report = reuse.against_existing(project.run.conditions, project.run.epics, [accepted])
    verdicts = {one.condition_id: one.verdict for one in report.verdicts}
    assert verdicts.pop(project.case.condition_ids[0]) == "reuse"
    assert set(verdicts.values()) == {"new"}
    singles = [
        one.model_copy(update={"status": "accepted"})
        for one in project.run.cases
        if one.technique != "end-to-end"
    ]
    report = reuse.against_existing(project.run.conditions, project.run.epics, singles)
    assert report.by_condition[project.case.condition_ids[0]].verdict == "new"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, "end-to-end"),
        ({"positive": "Happy path", "negative": "Error"}, "Happy path"),
        ({"positive": "Happy path", "end-to-end": "E2E"}, "E2E"),
    ],
)
def test_a_template_without_a_word_for_it_takes_the_nearest(
    project: Project, values: dict[str, str], shown: str
) -> None:
    column = Column(header="Type", field="type", values=values, allowed=tuple(values.values()))
    template = CaseTemplate(name="Ours", row_per="case", columns=(column,))
    assert case_rows(template, project.case, sources={}) == [[shown]]


def test_a_rejected_one_is_written_again_as_a_gap_and_on_request(project: Project) -> None:
    workspace, project_id, run_id = project.workspace, project.project_id, project.run.id
    before = project.stored
    again = write_now(workspace, project_id, [before.id], reason="asked")
    assert again[0].case.steps == before.case.steps
    review.set_status(
        workspace, project_id, before.id, "rejected",
        reason="Not now", seen_version=again[0].row_version, by="Ann",
    )  # fmt: skip
    filling = fill_now(workspace, project_id, run_id)
    assert filling.conditions == before.case.condition_ids
    made = [
        one for one in workspace.library.cases(project_id, run_id=run_id) if one.status == "draft"
    ]
    assert made[-1].case.steps == before.case.steps
