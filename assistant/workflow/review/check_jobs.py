"""Checking a suite in a worker thread: nothing is kept, the result lives with who asked for it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.domain import TestCase
from assistant.workflow.deployment.jobs import Progress, StopCheck
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
    """Check cases in a worker thread; cancelled, it ends after the case in hand, and reports what
    was checked."""
    work = SuiteWork(key=key)

    def check(report: Progress, stop: StopCheck) -> None:
        work.report = check_cases(
            workspace, project_id, cases, file=file, progress=report, cancelled=stop, reader=reader
        )

    workspace.jobs.start_counted(work.job_id, check)
    return work
