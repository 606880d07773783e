"""Shared preconditions reach the cases with their sources."""

from __future__ import annotations

from pathlib import Path

from syncing import quick_workspace

from assistant.domain import GenerationConfig
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.analyse_epic import shared_preconditions
from assistant.workflow.writing.requests import GenerateRequest, understand

EPIC = """# HR-9 Leave requests

Assumptions:
- The payroll interface is switched on.

## HR-91 Request leave
As an Employee, I want to request leave so that my absence is planned.

Preconditions:
- The employee has a day of leave left.

Acceptance criteria:
- A request of up to 30 days gets the Request Status "Submitted".

## HR-92 Approve leave
As a Line Manager, I want to approve leave so that the team is staffed.

Acceptance criteria:
- Given a request with the Request Status "Submitted", when the manager approves it, then the \
Request Status changes from "Submitted" to "Approved".
"""
SWITCHED_ON = "The payroll interface is switched on."
DAY_LEFT = "The employee has a day of leave left."


def test_stated_preconditions_reach_every_case_with_their_words(tmp_path: Path) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        found = understand(workspace, project_id, GenerateRequest(text=EPIC))
        stated = [one for epic in found.epics for one in shared_preconditions(epic)]
        assert [(one.key, one.text) for one in stated] == [
            ("HR-9", SWITCHED_ON), ("HR-91", DAY_LEFT),
        ]  # fmt: skip
        begun = generate_cases.begin(workspace, project_id, found, GenerationConfig())
        run = generate_cases.run_now(workspace, project_id, begun)
    for case in run.cases:
        wanted = {SWITCHED_ON} | ({DAY_LEFT} if "HR-91-AC1" in case.criterion_ids else set())
        assert wanted <= set(case.preconditions), case.id
        assert wanted <= {c.quote for c in case.citations if c.supports == "precondition"}
        assert DAY_LEFT in wanted or DAY_LEFT not in case.preconditions
        assert not [one for one in case.findings if one.step is None], case.id
