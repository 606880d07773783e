"""Checking a suite in a worker thread: nothing is kept, the result lives with who asked for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.domain import TestCase
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.case_checks import SuiteCheck
from assistant.workflow.review.check_suite import check_cases


@dataclass
class SuiteWork:
    """A suite being checked, or checked: ``report`` is there once the work has ended."""

    key: str
    """What it is about, to whoever holds it: a project and a file."""
    job_id: str = field(default_factory=lambda: f"check-{uuid.uuid4().hex[:12]}")
    report: SuiteCheck | None = None


def start(
    workspace: Workspace,
    project_id: str,
    cases: Sequence[TestCase],
    *,
    file: str,
    key: str,
    reader: str = "",
) -> SuiteWork:
    """Check cases in a worker thread; ``state`` says how far it is."""
    work = SuiteWork(key=key)

    def check(stop: Callable[[], bool]) -> None:
        work.report = check_cases(
            workspace,
            project_id,
            cases,
            file=file,
            progress=lambda done, total: workspace.jobs.report(work.job_id, done, total),
            cancelled=stop,
            reader=reader,
        )

    workspace.jobs.start(work.job_id, check)
    return work


def state(workspace: Workspace, work: SuiteWork) -> JobState:
    """How far the work is, and why it failed where it did."""
    return workspace.jobs.state(work.job_id)


def stop(workspace: Workspace, work: SuiteWork) -> None:
    """End the work after the case in hand; what was checked is reported."""
    workspace.jobs.cancel(work.job_id)
