"""Cases of a run that repeat a case of another story: marked on the later one, none left out."""

from __future__ import annotations

import pytest

from assistant.domain import GenerationConfig
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import duplicates, review
from assistant.workflow.writing import generate_cases, runs
from assistant.workflow.writing.requests import GenerateRequest, understand

SCENARIO = """Scenario: A refund at once
Given a payment of {paid} by Ada Byron that is {days} days old
When the agent refunds {paid}
Then the refund is paid at once
"""
EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:

{first}

## PAY-72 Refund on the call
As a call agent I want to refund a payment on the call so that nobody has to call again.

Acceptance criteria:

{second}
"""


def written(workspace: Workspace, project_id: str, first: str, second: str) -> str:
    text = EPIC.format(first=first, second=second)
    found = understand(workspace, project_id, GenerateRequest(text=text))
    run = generate_cases.begin(workspace, project_id, found, GenerationConfig(), by="Ada")
    return generate_cases.run_now(workspace, project_id, run).id


def of_stories(workspace: Workspace, project_id: str, run_id: str) -> list[StoredCase]:
    held = workspace.library.cases(project_id, run_id=run_id)
    assert [one.case.story_key for one in held] == ["PAY-71", "PAY-72"]
    return list(held)


@pytest.mark.long
def test_the_later_case_says_which_case_of_which_story_it_repeats(
    workspace: Workspace, project_id: str
) -> None:
    same = SCENARIO.format(paid="£20.00", days=3)
    run_id = written(workspace, project_id, same, same)
    first, later = of_stories(workspace, project_id, run_id)
    assert not duplicates.repetition_of(first.case)
    assert f"Repeats {first.id} of story PAY-71" in duplicates.repetition_of(later.case)
    assert review.set_aside(later)  # Accept all leaves it to a person, who may reject it
    view = runs.view(workspace, project_id, run_id)
    figures = {one.name: one for one in runs.quality_of(workspace, project_id, view.run).figures}
    assert figures["Duplicates"].case_ids == (later.id,)

    assert duplicates.mark_repetitions(workspace, project_id, run_id, by="Ada") == (later.id,)
    again = workspace.library.case(project_id, later.id)
    assert again.row_version == later.row_version


@pytest.mark.long
def test_a_mark_goes_with_the_case_that_is_repeated_and_decided_cases_stay(
    workspace: Workspace, project_id: str
) -> None:
    same = SCENARIO.format(paid="£20.00", days=3)
    run_id = written(workspace, project_id, same, same)
    first, later = of_stories(workspace, project_id, run_id)
    review.set_status(
        workspace, project_id, later.id, "accepted", seen_version=later.row_version, by="Ada"
    )
    assert duplicates.mark_repetitions(workspace, project_id, run_id, by="Ada") == ()
    accepted = workspace.library.case(project_id, later.id)
    assert accepted.status == "accepted"
    review.set_status(
        workspace, project_id, later.id, "draft", seen_version=accepted.row_version, by="Ada"
    )
    review.set_status(
        workspace, project_id, first.id, "rejected", reason="Out of scope",
        seen_version=first.row_version, by="Ada",
    )  # fmt: skip
    assert duplicates.mark_repetitions(workspace, project_id, run_id, by="Ada") == ()
    assert not duplicates.repetition_of(workspace.library.case(project_id, later.id).case)


@pytest.mark.long
def test_another_value_is_no_repetition(workspace: Workspace, project_id: str) -> None:
    scenarios = [SCENARIO.format(paid="£20.00", days=days) for days in (3, 4)]
    run_id = written(workspace, project_id, *scenarios)
    for stored in of_stories(workspace, project_id, run_id):
        assert not duplicates.repetition_of(stored.case)
