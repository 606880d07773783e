"""Indexing in the background: one job a project, while people search what is in already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.sources.reindex import index_pending

if TYPE_CHECKING:
    from assistant.workflow.deployment.workspace import Workspace

SECONDS_BETWEEN_LOOKS = 15.0


def index_in_background(workspace: Workspace, project_id: str, *, everything: bool = False) -> None:
    """Index what is not indexed yet (or all of it again) in a worker thread, one a project.

    What is left is looked at anew every so many seconds, so that a small document that comes in
    meanwhile is not kept waiting.
    """

    def work(tell: Progress, stop: StopCheck) -> None:
        before = done = 0

        def report(now: int, total: int) -> None:
            nonlocal done
            done = now
            tell(before + now, before + total)

        knowledge = workspace.knowledge(project_id)
        anew = everything
        while index_pending(
            workspace.library, knowledge, project_id, everything=anew, progress=report,
            cancelled=stop, seconds=None if anew else SECONDS_BETWEEN_LOOKS,
        ):  # fmt: skip
            anew = False  # what is left, and what came in meanwhile
            before, done = before + done, 0

    workspace.jobs.start_counted(indexing_job(project_id), work)


def indexing_job(project_id: str) -> str:
    """The job that indexes a project in the background; it counts chunks."""
    return f"index-{project_id}"
