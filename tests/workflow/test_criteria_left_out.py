"""A criterion that a request leaves out: no item, no case, no gap and no question of its run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace
from written_again import write_now

from assistant.domain import GenerationConfig, GenerationRun
from assistant.errors import SourceError
from assistant.generation.request_choice import KeysOfWords, RequestChoice
from assistant.sources.files.files import read_file
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources
from assistant.workflow.writing import coverage, follow_up_runs, generate_cases, runs
from assistant.workflow.writing.requests import (
    GenerateRequest,
    Understanding,
    read_asked,
    understand,
)

EPIC = """# CC-200 Cancel

## CC-201 Cancel by phone

### Acceptance criteria

- The clerk cancels a contract.
- The system sends a letter quickly.
- The fee is refunded.
"""
ASK = "CC-200, but leave out the letter"
CLERK, LETTER, FEE = "CC-201-AC1", "CC-201-AC2", "CC-201-AC3"
ABOVE = "- The clerk sees the contract.\n- The clerk cancels"


class Project:
    """A workspace with an epic, of which requests leave something out."""

    def __init__(self, workspace: Workspace, project_id: str) -> None:
        self.workspace, self.project_id = workspace, project_id
        self.put(EPIC)

    def put(self, text: str) -> None:
        reading = read_file("cancel.md", text.encode())
        import_sources.put(self.workspace, self.project_id, reading)

    def understood(self, *left_out: str) -> Understanding:
        row = KeysOfWords(words="the letter", keys=left_out)
        choice = RequestChoice(
            write=(KeysOfWords(words="CC-200", keys=("CC-200",)),),
            leave_out=(row,) if left_out else (),
        )
        asked = read_asked(self.workspace, self.project_id, ASK).with_choice(choice)
        return understand(self.workspace, self.project_id, GenerateRequest(ask=ASK), asked=asked)

    def run(self, *left_out: str) -> GenerationRun:
        found = self.understood(*left_out)
        begun = generate_cases.begin(self.workspace, self.project_id, found, GenerationConfig())
        return generate_cases.run_now(self.workspace, self.project_id, begun)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield Project(workspace, project_id)


def test_nothing_is_planned_written_or_missing(project: Project) -> None:
    run = project.run(LETTER)
    assert {one.criterion_id for one in run.conditions} == {CLERK, FEE}
    assert {name for case in run.cases for name in case.criterion_ids} == {CLERK, FEE}
    assert not run.uncovered_criteria
    report = coverage.of_run(project.workspace, project.project_id, run.id)
    assert [row.criterion_id for row in report.criteria] == [CLERK, FEE]
    assert not report.missing


def test_a_story_of_which_all_is_left_out_is_no_story_without_a_criterion(
    project: Project,
) -> None:
    project.put(f"{EPIC}\n## CC-202 Print\n\n### Acceptance criteria\n\n- A label is printed.\n")
    run = project.run("CC-202-AC1")
    assert "CC-202" in {story.key for epic in run.epics for story in epic.stories}
    report = coverage.of_run(project.workspace, project.project_id, run.id)
    assert report.criteria
    assert not report.stories


def test_it_is_missing_from_a_run_without_a_plan_neither(project: Project) -> None:
    begun = generate_cases.begin(
        project.workspace, project.project_id, project.understood(LETTER), GenerationConfig()
    )
    assert {one.criterion_id for one in coverage.planned_conditions(begun)} == {CLERK, FEE}


def test_nothing_is_asked_of_it(project: Project) -> None:
    assert LETTER in {one.criterion_id for one in project.understood().questions}
    assert LETTER not in {one.criterion_id for one in project.understood(LETTER).questions}
    run = project.run(LETTER)
    project.put(EPIC.replace("letter quickly", "long letter quickly").replace("fee", "whole fee"))
    view = runs.view(project.workspace, project.project_id, run.id)
    view = runs.with_present_text(project.workspace, project.project_id, view)
    assert view.change is not None
    assert view.change.changed == (FEE,), "what became of the letter is of no account"
    assert LETTER not in {one.criterion_id for one in view.open_questions}


def test_it_is_no_gap_where_it_stands_elsewhere_now(project: Project) -> None:
    """Its id is another one then, and its old id another criterion's."""
    workspace, project_id = project.workspace, project.project_id
    run = project.run(LETTER)
    project.put(EPIC.replace("- The clerk cancels", ABOVE).replace("quickly", "at once"))
    report = coverage.of_run(workspace, project_id, run.id)
    assert [row.criterion_id for row in report.criteria] == [CLERK, LETTER, "CC-201-AC4"]
    assert {name.rpartition("-")[0] for name in report.missing} == {CLERK}, "the new one's"
    again, filling = coverage.begin(workspace, project_id, run.id, by="Tess")
    assert {name.rpartition("-")[0] for name in filling.conditions} == {CLERK}
    assert again.run.generation.criteria_left_out == (FEE,), "its id now"
    follow_up_runs.write_now(workspace, project_id, [again])
    cases = [stored.case for stored in workspace.library.cases(project_id, run_id=run.id)]
    assert len(cases) == len(run.cases) + len(filling.conditions)
    assert not [case for case in cases if "letter" in case.title]


def test_a_case_whose_criterion_has_the_id_now_is_written_again(project: Project) -> None:
    run = project.run(LETTER)
    project.put(EPIC.replace("- The clerk cancels", ABOVE))
    (case,) = [one for one in run.cases if one.criterion_ids == (CLERK,)]
    (written,) = write_now(project.workspace, project.project_id, [case.id])
    assert written.case.criterion_ids == (LETTER,)


def test_all_left_out_is_nothing_to_test(project: Project) -> None:
    found = project.understood(CLERK, LETTER, FEE)
    assert "the request leaves out all 3 criteria" in found.nothing_to_test
    assert "Take out the words" in found.nothing_to_test
    with pytest.raises(SourceError, match="leaves out all 3"):
        generate_cases.begin(project.workspace, project.project_id, found, GenerationConfig())
