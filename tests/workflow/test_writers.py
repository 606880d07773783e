"""The writers that can be chosen: what each is called, and which one a run starts with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.domain import GenerationRun
from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import SMALL_CHAT, find_model
from assistant.generation.writers.item_prompt import ITEM_PROMPT_VERSION
from assistant.settings import Settings
from assistant.suite.template import DEFAULT_TEMPLATE
from assistant.training.adapters import Adapter, AdapterSheet
from assistant.training.config import BaseIdentity, BaseShape, TrainingConfig
from assistant.workflow.deployment import models
from assistant.workflow.deployment.endpoints import outdated
from assistant.workflow.deployment.models import OUTLINE_WRITER
from assistant.workflow.deployment.ways_of_writing import (
    choose_first_writer,
    choose_way,
    first_writer,
)
from assistant.workflow.deployment.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A data folder on a computer without any model."""
    settings = Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")
    return Workspace.open(settings, exclusive=False)


def kept(workspace: Workspace, name: str, **fields: str) -> Adapter:
    """An adapter of the small model in the registry's folder, as a sheet tells it."""
    model = find_model(SMALL_CHAT)
    sheet = AdapterSheet.model_validate(
        {
            "name": name,
            "base": BaseIdentity(id=model.id, sha256=model.weights.sha256),
            "shape": BaseShape(model_type="llama", layers=2, heads=4, key_value_heads=2),
            "config": TrainingConfig(base=model.id, name=name),
            "created": datetime.now(UTC),
            "files": {"adapter.gguf": "0" * 64},
            **fields,
        }
    )
    folder = workspace.settings.adapters_path / name
    folder.mkdir(parents=True)
    (folder / "sheet.json").write_text(sheet.model_dump_json(), encoding="utf-8")
    return Adapter(sheet=sheet, folder=folder)


def test_without_a_model_a_run_starts_with_outlines(workspace: Workspace) -> None:
    outline = models.writer(workspace, OUTLINE_WRITER)
    assert (outline.title, outline.usable, outline.leaves) == ("Outline (no model)", True, False)
    assert models.default_writer(workspace, "any") == OUTLINE_WRITER
    assert models.model_spec(workspace, OUTLINE_WRITER) is None


def test_an_adapter_of_an_earlier_prompt_is_shown_and_not_asked(workspace: Workspace) -> None:
    old = kept(workspace, "old")
    assert old.sheet.prompt_version == "company-1"
    choice = models.writer(workspace, f"{SMALL_CHAT}+old")
    assert (choice.state, choice.usable) == ("outdated", False)
    assert "Train it again on the same cases" in choice.problem == outdated(old)
    new = kept(workspace, "new", prompt_version=ITEM_PROMPT_VERSION)
    assert outdated(new) == ""
    assert models.writer(workspace, f"{SMALL_CHAT}+new").state == "absent"


def test_the_outline_is_known_by_its_earlier_id_too(workspace: Workspace) -> None:
    assert models.writer(workspace, "rules").id == OUTLINE_WRITER == "outline"
    assert models.model_spec(workspace, "rules") is None


def test_a_run_that_an_earlier_version_stored_opens_and_is_listed(workspace: Workspace) -> None:
    project = workspace.library.create_project("P", template=DEFAULT_TEMPLATE)
    workspace.library.start_run(project.id, GenerationRun(id="old", request="Q"))
    workspace.library.finish_run("old", status="done")
    workspace.close()
    with closing(sqlite3.connect(workspace.settings.library_path)) as database, database:
        (body,) = database.execute("SELECT body FROM runs").fetchone()
        assert '"writer":"outline"' in body
        former = body.replace('"writer":"outline"', '"writer":"rules"')
        database.execute("UPDATE runs SET writer = 'rules', body = ?", [former])
    with Workspace.open(workspace.settings) as later:
        assert [one.writer for one in later.library.runs(project.id)] == [OUTLINE_WRITER]
        assert later.library.run(project.id, "old").generation.writer == OUTLINE_WRITER


def test_a_person_chooses_what_projects_start_with(workspace: Workspace) -> None:
    settings = workspace.settings.model_copy(
        update={"endpoint_provider": "openai", "endpoint_model": "large"}
    )
    with Workspace.open(settings) as served:
        assert models.default_writer(served, "any") == "endpoint", "it is set up, by variables too"
        choose_way(settings, "endpoint", "item")
        assert models.default_writer(served, "any") == OUTLINE_WRITER, "able to less than a story"
        choose_first_writer(settings, "endpoint")
        assert models.default_writer(served, "any") == "endpoint"
        assert models.default_writer(workspace, "any") == OUTLINE_WRITER, "no endpoint here"
        choose_first_writer(settings, OUTLINE_WRITER)
        assert models.default_writer(served, "any") == OUTLINE_WRITER
    another = settings.model_copy(update={"endpoint_model": "another"})
    assert first_writer(another) == OUTLINE_WRITER, "whatever model the endpoint has"
    choose_first_writer(settings, "")
    assert first_writer(another) == "endpoint"


def test_an_unknown_writer_names_the_known_ones(workspace: Workspace) -> None:
    with pytest.raises(ModelUnavailable, match="Writers: outline"):
        models.writer(workspace, "nobody")
