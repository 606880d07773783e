"""Duplicate cases: within a run, a project or a file, and against what the project holds."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import ModelUnavailable
from assistant.suite.duplicates import DuplicateCluster as DuplicateCluster
from assistant.suite.duplicates import DuplicateReport as DuplicateReport
from assistant.suite.duplicates import Embed, find_duplicates
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.case_lists import cases_of_file


def in_run(workspace: Workspace, project_id: str, run_id: str) -> DuplicateReport:
    """Cases of a run that are the same, among themselves or as what is accepted or imported."""
    stored = workspace.library.cases(project_id, run_id=run_id)
    existing = workspace.library.cases(project_id, statuses=("accepted", "imported"))
    return find_duplicates(
        [one.case for one in stored],
        among=[one.case for one in existing if one.run_id != run_id],
        embed=embedding(workspace, project_id),
    )


def in_library(workspace: Workspace, project_id: str) -> DuplicateReport:
    """All cases of a project that are the same; rejected ones are left out."""
    return find_duplicates(
        [one.case for one in workspace.library.cases(project_id)],
        embed=embedding(workspace, project_id),
    )


def in_file(workspace: Workspace, project_id: str, path: Path) -> DuplicateReport:
    """Cases of a file that are the same, among themselves or as what the project holds.

    Nothing is kept. Raises ``SourceError`` where the file cannot be read or holds no case.
    """
    cases = cases_of_file(path)
    held = workspace.library.cases(project_id, statuses=("accepted", "imported"))
    return find_duplicates(
        cases,
        among=[one.case for one in held],
        embed=embedding(workspace, project_id),
    )


def embedding(workspace: Workspace, project_id: str) -> Embed | None:
    """The project's embedding model as a function; ``None`` where it is not on this computer.

    Without it, cases are the same only where their words are nearly equal.
    """
    try:
        return workspace.embedder(workspace.project(project_id).retrieval.embedding_model).documents
    except ModelUnavailable:
        return None
