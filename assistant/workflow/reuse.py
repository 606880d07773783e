"""Against what exists: which conditions the project's cases cover, as they are or updated."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import Epic, TestCondition
from assistant.suite.case_changes import StepChange as StepChange
from assistant.suite.reuse import VERDICTS as VERDICTS
from assistant.suite.reuse import ConditionVerdict as ConditionVerdict
from assistant.suite.reuse import ReuseReport as ReuseReport
from assistant.suite.reuse import Verdict as Verdict
from assistant.suite.reuse import against_existing
from assistant.workflow.workspace import Workspace


def in_project(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    conditions: Sequence[TestCondition],
    *,
    except_run: str = "",
) -> ReuseReport:
    """Reuse, update or new for each condition, against accepted and imported cases.

    Cases of the run ``except_run`` do not count: they were written for these conditions.
    """
    held = workspace.library.cases(project_id, statuses=("accepted", "imported"))
    existing = [one.case for one in held if not except_run or one.run_id != except_run]
    return against_existing(conditions, epics, existing)
