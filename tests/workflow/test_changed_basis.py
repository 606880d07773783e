"""A run told of the present text of its epic: what is new, changed and gone in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace
from written_again import run_of

from assistant.domain import GenerationConfig, GenerationRun
from assistant.errors import LibraryError
from assistant.sources.pasted.pasted import read_pasted
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources
from assistant.workflow.writing import coverage, follow_up_runs, generate_cases, runs
from assistant.workflow.writing.changed_basis import BasisChange, basis_change
from assistant.workflow.writing.requests import GenerateRequest, understand
from assistant.workflow.writing.runs import RunView

EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid quickly.
- A larger refund is refused with the message "Ask a supervisor."
"""
NEW = "- A refund is refused after 30 days with the message “Too late.”\n"


class Project:
    """A workspace with a pasted epic and its run."""

    def __init__(self, workspace: Workspace, project_id: str) -> None:
        self.workspace, self.project_id = workspace, project_id
        self.run = run_of(workspace, project_id, GenerateRequest(text=EPIC))

    def paste(self, text: str) -> None:
        found = understand(self.workspace, self.project_id, GenerateRequest(text=text))
        generate_cases.begin(self.workspace, self.project_id, found, GenerationConfig())

    def view(self) -> RunView:
        read = runs.view(self.workspace, self.project_id, self.run.id)
        return runs.with_present_text(self.workspace, self.project_id, read)


class Issues:
    """A workspace with an epic whose stories are documents of their own, as a tracker gives."""

    def __init__(self, workspace: Workspace, project_id: str) -> None:
        self.workspace, self.project_id = workspace, project_id

    def put(self, key: str, criterion: str, *, name: str = "", epic: str = "AA-1") -> None:
        text = f"# {epic} Refunds\n\n## {key} Story {key}\nAcceptance criteria:\n{criterion}\n"
        read = read_pasted(text)
        metadata = read.document.metadata.model_copy(update={"key": key})
        reading = read.changed({"id": name or f"jira:{key}", "metadata": metadata})
        import_sources.put(self.workspace, self.project_id, reading)

    def run_of(self, *keys: str, epics: tuple[str, ...] = ("AA-1",)) -> GenerationRun:
        """The run for these stories alone."""
        found = understand(self.workspace, self.project_id, GenerateRequest(epic_keys=epics))
        chosen = (
            epic.model_copy(update={"stories": tuple(s for s in epic.stories if s.key in keys)})
            for epic in found.epics
        )
        found = found.model_copy(update={"epics": tuple(chosen)})
        begun = generate_cases.begin(self.workspace, self.project_id, found, GenerationConfig())
        return generate_cases.run_now(self.workspace, self.project_id, begun)

    def change(self, run: GenerationRun) -> BasisChange:
        return basis_change(self.workspace, self.project_id, run)


@pytest.fixture
def issues(tmp_path: Path) -> Iterator[Issues]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        kept = Issues(workspace, project_id)
        kept.put("AA-11", "- The refund is paid within 2 days.")
        kept.put("AA-12", "- The report lists each refund.")
        yield kept


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield Project(workspace, project_id)


def test_an_epic_that_reads_as_then_has_no_change(project: Project) -> None:
    assert not basis_change(project.workspace, project.project_id, project.run)
    assert project.view().change is None


def test_a_new_criterion_counts_in_the_coverage_until_its_cases_are_written(
    project: Project,
) -> None:
    workspace, project_id, run_id = project.workspace, project.project_id, project.run.id
    project.paste(EPIC.replace("- A larger", f"{NEW}- A larger").replace("250", "300"))
    change = project.view().change
    assert change is not None
    limit, message = (one.id for one in project.run.epics[0].criteria)
    moved = change.present_ids[message]
    assert moved != message, "the new one stands before it"
    assert change.changed == (limit,)
    assert not change.gone
    (new,) = change.new
    report = coverage.of_run(workspace, project_id, run_id)
    held = {row.criterion_id: row.case_ids for row in report.criteria}
    assert {name for name, ids in held.items() if ids} == {limit, moved}
    assert not held[new]
    assert not report.untraced
    again, filling = coverage.begin(workspace, project_id, run_id, by="Tess", only_new=True)
    assert any(name.startswith(f"{new}-") for name in filling.conditions)
    before = workspace.library.cases(project_id, run_id=run_id)
    follow_up_runs.write_now(workspace, project_id, [again])
    assert workspace.library.cases(project_id, run_id=run_id)[: len(before)] == before
    rows = coverage.of_run(workspace, project_id, run_id).criteria
    assert all(row.case_ids for row in rows)
    with pytest.raises(LibraryError, match="no gap"):
        coverage.begin(workspace, project_id, run_id, by="Tess", only_new=True)


def test_a_criterion_that_was_taken_out_is_gone(project: Project) -> None:
    project.paste(EPIC[: EPIC.index("- A larger")])
    change = basis_change(project.workspace, project.project_id, project.run)
    assert change.gone == (project.run.epics[0].criteria[1].id,)
    assert not change.new
    assert not change.changed


def test_a_new_story_is_new_and_one_that_the_run_left_out_is_not(tmp_path: Path) -> None:
    other = "\n## PAY-72 Report\nAcceptance criteria:\n- The report lists each refund.\n"
    third = "\n## PAY-73 Print\nAcceptance criteria:\n- The report is printed in A4.\n"
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        found = understand(workspace, project_id, GenerateRequest(text=EPIC + other))
        (epic,) = found.epics
        one = epic.model_copy(update={"stories": epic.stories[:1]})
        found = found.model_copy(update={"epics": (one,)})
        begun = generate_cases.begin(workspace, project_id, found, GenerationConfig(), by="Tess")
        run = generate_cases.run_now(workspace, project_id, begun)
        assert not basis_change(workspace, project_id, run)
        again = understand(workspace, project_id, GenerateRequest(text=EPIC + other + third))
        generate_cases.begin(workspace, project_id, again, GenerationConfig())
        assert basis_change(workspace, project_id, run).new == ("PAY-73-AC1",)


def test_questions_are_those_of_the_present_text(project: Project) -> None:
    asked = [one for one in project.view().asked if "quickly" in one.question.text]
    assert asked, "a vague word is asked about"
    vague = "- A refund is shown promptly.\n"
    project.paste(EPIC.replace("is paid quickly", "is paid within 2 days") + vague)
    view = project.view()
    assert {one.question.text for one in asked} <= {one.question.text for one in view.earlier}
    assert not any("quickly" in one.question.text for one in view.asked)
    assert any("promptly" in one.text for one in view.open_questions)


def test_the_other_stories_of_an_epic_kept_issue_by_issue_are_not_new(issues: Issues) -> None:
    run = issues.run_of("AA-11")
    assert not issues.change(run)
    issues.put("AA-12", "- The report lists each refund by its day.")
    issues.put("AA-11", "- The refund is paid within 3 days.")
    change = issues.change(run)
    assert (change.new, change.changed, change.gone) == ((), ("AA-11-AC1",), ())
    assert [story.key for epic in change.now for story in epic.stories] == ["AA-11"]


def test_an_issue_that_came_after_the_run_is_a_new_story(issues: Issues) -> None:
    run = issues.run_of("AA-11")
    issues.put("AA-13", "- The report is printed in A4.")
    assert issues.change(run).new == ("AA-13-AC1",)


def test_an_issue_that_was_removed_and_came_again_is_not_new(issues: Issues) -> None:
    run = issues.run_of("AA-11")
    issues.workspace.library.remove_document(issues.project_id, "jira:AA-12")
    issues.put("AA-12", "- The report lists each refund.")
    assert not issues.change(run)


def test_a_story_that_another_document_held_before_is_not_new(issues: Issues) -> None:
    issues.put("BB-21", "- The report is printed in A4.", epic="BB-1")
    run = issues.run_of("AA-11")
    issues.put("AA-12", "- The report lists each refund.", name="file:copy")
    issues.put("BB-21", "- The report is printed in A4.", name="file:moved")
    assert not issues.change(run)


def test_an_epic_that_no_source_has_counts_as_it_was(issues: Issues) -> None:
    workspace, project_id = issues.workspace, issues.project_id
    issues.put("BB-21", "- The report is printed in A4.", epic="BB-1")
    run = issues.run_of("AA-11", "BB-21", epics=("AA-1", "BB-1"))
    workspace.library.remove_document(project_id, "jira:BB-21")
    assert not issues.change(run)
    added = "- The refund is paid within 2 days.\n- A refund of £0 is refused."
    issues.put("AA-11", added)
    change = issues.change(run)
    report = coverage.of_run(workspace, project_id, run.id)
    assert [row.criterion_id for row in report.criteria] == ["AA-11-AC1", "AA-11-AC2", "BB-21-AC1"]
    assert not report.untraced

    def with_a_case() -> tuple[int, int]:
        seen = workspace.library.run(project_id, run.id)
        (figure,) = [
            one
            for one in runs.quality_of(workspace, project_id, seen).figures
            if one.name == "Criteria with a case"
        ]
        return figure.count, figure.total

    assert with_a_case() == (0, 3), "an outline without an action is no case yet"
    for stored in workspace.library.cases(project_id, run_id=run.id):
        steps = tuple(one.model_copy(update={"action": "Do it."}) for one in stored.case.steps)
        workspace.library.update_case(
            project_id, stored.case.model_copy(update={"steps": steps}),
            expected_version=stored.row_version, by="Tess",
        )  # fmt: skip
    assert with_a_case() == (2, 3)
    for_it = tuple(one for one in run.conditions if one.criterion_id == "AA-11-AC1")
    other = run.model_copy(update={"id": "without cases", "conditions": for_it})
    missing = coverage.missing_of_new(workspace, project_id, other, change)
    assert {name.rpartition("-")[0] for name in missing} == {"AA-11-AC2"}
    assert (change.new, change.removed) == (("AA-11-AC2",), ("BB-1",))
