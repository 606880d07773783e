"""Shared preconditions reach the cases with their sources, and are told once for a run."""

from __future__ import annotations

from pathlib import Path

from syncing import quick_workspace

from assistant.domain import GenerationConfig, TestCase
from assistant.suite.common_preconditions import common_preconditions
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand
from assistant.workflow.writing.shared_preconditions import of_epics, of_run

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
        assert [(one.key, one.text) for one in of_epics(found.epics)] == [
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
    told = {(one.key, one.text) for one in of_run(run)}
    assert {("HR-9", SWITCHED_ON), ("HR-91", DAY_LEFT)} <= told
    assert len(told) == len(of_run(run)), "each line once"


def test_only_what_most_cases_have_is_common() -> None:
    def case(number: int, *lines: str, **more) -> TestCase:
        return TestCase(
            id=f"T{number}", title="t", preconditions=lines, epic_key="E", story_key="S", **more
        )

    cases = [case(1, "Signed in.", "A"), case(2, "signed in", "B"), case(3, "Signed  in.", "C")]
    (one,) = common_preconditions(cases)
    assert (one.text, one.cases, one.total, one.story_key) == ("Signed in.", 3, 3, "")
    assert common_preconditions(cases[:2]) == (), "two cases share nothing worth telling"
    rejected = [case(n, "Signed in.", status="rejected") for n in range(4, 9)]
    assert common_preconditions(rejected) == ()
