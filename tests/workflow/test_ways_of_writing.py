"""Which way a writer works: the default of its kind, and what a person chose."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.workflow.deployment.models import DEFAULT_CHAT
from assistant.workflow.deployment.ways_of_writing import choose_way, way_of_writing
from assistant.workflow.deployment.workspace import Workspace


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
