"""What the chosen model has read before the click: a real small model, and its cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.domain import GenerationConfig
from assistant.generation.models.catalogue import SMALL_CHAT
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import generate_cases, read_ahead
from assistant.workflow.writing.requests import GenerateRequest, Understanding, understand

EPIC = """# PAY-7 Refunds

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of any payment is shown in the account at once.
"""


@pytest.fixture
def understood(
    workspace: Workspace, project_id: str, fetched_model: Callable[[str], Path]
) -> Understanding:
    fetched_model(SMALL_CHAT)
    request = GenerateRequest(text=EPIC, techniques=("positive",))
    return understand(workspace, project_id, request)


@pytest.mark.slow
def test_the_run_finds_what_was_read_ahead(
    workspace: Workspace, project_id: str, understood: Understanding
) -> None:
    job = read_ahead.prepare(workspace, project_id, understood, SMALL_CHAT)
    assert workspace.jobs.wait(job, 120)
    assert not workspace.jobs.state(job).error
    config = GenerationConfig(writer=SMALL_CHAT, attempts=1)
    run = generate_cases.begin(workspace, project_id, understood, config)
    done = generate_cases.run_now(workspace, project_id, run)
    assert done.model is not None
    assert done.model.id == SMALL_CHAT
    assert done.prompt_version
    assert len(done.cases) == 1, "one call, so that nothing is cached by a call before it"
    assert done.timings.cached_tokens > 0.5 * done.timings.prompt_tokens


@pytest.mark.long
def test_the_same_request_is_read_once_and_another_takes_its_place(
    workspace: Workspace, project_id: str, understood: Understanding
) -> None:
    job = read_ahead.prepare(workspace, project_id, understood, SMALL_CHAT)
    assert read_ahead.prepare(workspace, project_id, understood, SMALL_CHAT) == job
    stored = understand(workspace, project_id, GenerateRequest(epic_keys=("CC-200",)))
    other = read_ahead.prepare(workspace, project_id, stored, SMALL_CHAT)
    assert other != job
    assert workspace.jobs.wait(job, 60)
    read_ahead.stop(workspace)
    assert workspace.jobs.wait(other, 60)
    for each in (job, other):
        assert not workspace.jobs.state(each).error


def test_nothing_is_read_ahead_for_the_rules_or_an_endpoint(
    workspace: Workspace, project_id: str, understood: Understanding
) -> None:
    assert read_ahead.prepare(workspace, project_id, understood, "outline") == ""
    assert read_ahead.prepare(workspace, project_id, understood, "endpoint") == ""
