"""Which way a writer works: the default of its kind, and what a person chose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from endpoint_server import endpoint_server, streams

from assistant.domain import GenerationConfig, ModelSpec
from assistant.errors import SettingsError
from assistant.evaluation.model_probe import TASKS, ModelProbe, ProbeTask
from assistant.generation.models.catalogue import CATALOGUE, SMALL_CHAT
from assistant.settings import Settings
from assistant.workflow.deployment.models import DEFAULT_CHAT
from assistant.workflow.deployment.models import writer as writer_choice
from assistant.workflow.deployment.ways_of_writing import (
    choose_way,
    keep_probe,
    rating_of,
    way_of_writing,
)
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand

EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    served = Settings(data_dir=tmp_path, endpoint_provider="openai", endpoint_model="large")
    return Workspace.open(served, exclusive=False)


def test_an_endpoint_gets_a_story_and_the_embedded_model_an_item(workspace: Workspace) -> None:
    assert way_of_writing(workspace, "endpoint") == "story"
    assert way_of_writing(workspace, DEFAULT_CHAT) == "item"
    assert way_of_writing(workspace, f"{DEFAULT_CHAT}+ours") == "item"


def test_a_choice_is_kept_and_an_adapter_writes_as_it_was_trained(workspace: Workspace) -> None:
    choose_way(workspace.settings, DEFAULT_CHAT, "story")
    assert way_of_writing(workspace, DEFAULT_CHAT) == "story"
    assert way_of_writing(workspace, f"{DEFAULT_CHAT}+ours") == "item"
    choose_way(workspace.settings, f"{DEFAULT_CHAT}+ours", "story")
    assert way_of_writing(workspace, f"{DEFAULT_CHAT}+ours") == "story"
    choose_way(workspace.settings, DEFAULT_CHAT, None)
    assert way_of_writing(workspace, DEFAULT_CHAT) == "item"


def test_a_choice_for_an_endpoint_holds_for_the_model_it_serves(workspace: Workspace) -> None:
    choose_way(workspace.settings, "endpoint", "item")
    assert way_of_writing(workspace, "endpoint") == "item"
    other = workspace.settings.model_copy(update={"endpoint_model": "another"})
    with Workspace.open(other, exclusive=False) as later:
        assert way_of_writing(later, "endpoint") == "story"


def test_a_damaged_record_knows_nothing_and_can_be_written_again(workspace: Workspace) -> None:
    (workspace.settings.data_dir / "writers.json").write_text('{"a": [', encoding="utf-8")
    assert way_of_writing(workspace, "endpoint") == "story"
    choose_way(workspace.settings, "endpoint", "item")
    assert way_of_writing(workspace, "endpoint") == "item"


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="--data-dir"):
        choose_way(Settings(data_dir=tmp_path / "file"), "endpoint", "item")


def probed(workspace: Workspace, writer_id: str, *, passed: bool) -> None:
    """Keep a probe in which every task was passed, or none."""
    tasks = tuple(ProbeTask(name=task.name, passed=passed) for task in TASKS)
    spec = next((one.spec() for one in CATALOGUE if one.id == writer_id), None)
    spec = spec or ModelSpec(id="openai:large", provider="openai", model="large")
    keep_probe(workspace.settings, writer_id, ModelProbe(model=spec, tasks=tasks))


def test_a_writer_of_single_items_is_trusted_by_figure_or_probe_alone(workspace: Workspace) -> None:
    assert rating_of(workspace, DEFAULT_CHAT) == "poor", "0 of 20, by blind raters"
    assert rating_of(workspace, SMALL_CHAT) == "unknown"
    assert rating_of(workspace, f"{DEFAULT_CHAT}+ours") == "unknown"
    assert rating_of(workspace, "endpoint") == ""
    choose_way(workspace.settings, DEFAULT_CHAT, "story")
    assert rating_of(workspace, DEFAULT_CHAT) == "poor", "a choice measures nothing"
    choose_way(workspace.settings, "endpoint", "item")
    assert rating_of(workspace, "endpoint") == "unknown"
    assert writer_choice(workspace, "endpoint").rating == "unknown"


@pytest.mark.parametrize("writer_id", ["endpoint", SMALL_CHAT, DEFAULT_CHAT])
def test_a_probe_that_found_a_model_able_to_design_takes_the_mark_away(
    workspace: Workspace, writer_id: str
) -> None:
    choose_way(workspace.settings, writer_id, "item")
    probed(workspace, writer_id, passed=False)
    assert rating_of(workspace, writer_id)
    probed(workspace, writer_id, passed=True)
    assert rating_of(workspace, writer_id) == ""


@pytest.mark.long
def test_the_cases_of_a_writer_that_nobody_rated_are_marked(
    tmp_path: Path, models_dir: Path
) -> None:
    answer = {"s": [{"a": "Pay a refund of £250.00.", "d": "£250.00",
                     "e": "The refund is paid at once."}]}  # fmt: skip
    with endpoint_server() as server:
        server.answer = streams(json.dumps(answer))
        settings = Settings(
            data_dir=tmp_path, models_dir=models_dir, endpoint_provider="openai",
            endpoint_model="m", endpoint_url=server.url, endpoint_api_key="sk-1",
        )  # fmt: skip
        with Workspace.open(settings) as opened:
            project_id, marks = opened.ensure_project("P").id, {}
            for way in ("item", "story"):
                choose_way(opened.settings, "endpoint", way)
                found = understand(opened, project_id, GenerateRequest(text=EPIC))
                config = GenerationConfig(writer="endpoint")
                run = generate_cases.begin(opened, project_id, found, config)
                run = generate_cases.run_now(opened, project_id, run)
                marks[way] = [(one.origin.writer, one.origin.rating) for one in run.cases]
    assert ("model", "unknown") in marks["item"]
    assert all(rating == "" for writer, rating in marks["item"] if writer == "outline")
    assert all(rating == "" for _, rating in marks["story"])
