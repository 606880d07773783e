"""A run with a real language model: cases one by one, checked, with outlines as the net."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.domain import GenerationConfig
from assistant.generation.models.catalogue import DEFAULT_CHAT
from assistant.settings import Settings
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand

EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
"""


@pytest.mark.slow
def test_the_embedded_model_writes_grounded_cases(
    fetched_model: Callable[[str], Path], settings: Settings
) -> None:
    path = fetched_model(DEFAULT_CHAT)
    here = settings.model_copy(update={"models_dir": path.parent.parent})
    with Workspace.open(here) as workspace:
        written_by_the_embedded_model(workspace, workspace.project(SAMPLE_PROJECT).id)


def written_by_the_embedded_model(workspace: Workspace, project_id: str) -> None:
    assert models.default_writer(workspace, project_id) == models.OUTLINE_WRITER
    found = understand(workspace, project_id, GenerateRequest(text=EPIC))
    chosen = GenerationConfig(writer=DEFAULT_CHAT)
    run = generate_cases.begin(workspace, project_id, found, chosen)
    run = generate_cases.run_now(workspace, project_id, run)
    assert run.status == "done"
    assert models.writer(workspace, DEFAULT_CHAT).state == "ready"
    assert len(run.cases) == len(found.conditions)
    assert any(case.origin.writer == "model" for case in run.cases)
    for case in run.cases:
        assert case.origin.writer == "model" or case.origin.replaces or not case.is_outline
    assert run.timings.generated_tokens > 0
    assert run.timings.cached_tokens > 0, "the shared prefix is read once"
