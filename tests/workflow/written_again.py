"""Cases that are written, written again, and missing ones written, in the thread of the test."""

from __future__ import annotations

from typing import Any

from assistant.domain import GenerationConfig, GenerationRun
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review
from assistant.workflow.writing import coverage, follow_up_runs, generate_cases, write_again
from assistant.workflow.writing.requests import GenerateRequest, understand
from assistant.workflow.writing.writing_run import OnCase


def run_of(workspace: Workspace, project_id: str, request: GenerateRequest) -> GenerationRun:
    """A run of outlines for a request, as it stands afterwards."""
    found = understand(workspace, project_id, request)
    begun = generate_cases.begin(workspace, project_id, found, GenerationConfig(), by="Tess")
    return generate_cases.run_now(workspace, project_id, begun)


class WrittenEpic:
    """A workspace with a run of a pasted epic and its cases."""

    def __init__(self, workspace: Workspace, project_id: str, text: str) -> None:
        self.workspace, self.project_id = workspace, project_id
        self.run = run_of(workspace, project_id, GenerateRequest(text=text))

    def cases(self) -> tuple[StoredCase, ...]:
        return self.workspace.library.cases(self.project_id, run_id=self.run.id)

    def save(self, stored: StoredCase, **fields: object) -> StoredCase:
        return review.save(
            self.workspace, self.project_id, stored.case.model_copy(update=fields),
            seen_version=stored.row_version, by="Ann",
        )  # fmt: skip


def write_now(
    workspace: Workspace, project_id: str, case_ids: list[str], **choices: Any
) -> tuple[StoredCase, ...]:
    """The cases as they stand afterwards; ``choices`` are those of ``write_again.begin``."""
    planned = write_again.begin(workspace, project_id, case_ids, by="Tess", **choices)
    follow_up_runs.write_now(workspace, project_id, planned)
    return tuple(workspace.library.case(project_id, case_id) for case_id in case_ids)


def fill_now(
    workspace: Workspace, project_id: str, run_id: str, on_case: OnCase | None = None
) -> coverage.Filling:
    """What was written for the gaps of a run, rejected ones too, and what was left open."""
    again, filling = coverage.begin(workspace, project_id, run_id, by="Tess", rejected=True)
    follow_up_runs.write_now(workspace, project_id, [again], on_case=on_case)
    return filling
