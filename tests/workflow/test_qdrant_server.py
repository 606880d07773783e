"""The product on a Qdrant server: indexed, searched, moved to another place, and with it down."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assistant.domain import GenerationConfig, RetrievalConfig, TestCase
from assistant.errors import RetrievalError, SettingsError
from assistant.knowledge.qdrant.homes import RECORD_ID
from assistant.settings import Settings, load_settings
from assistant.workflow.deployment.services import services
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases
from assistant.workflow.sources import import_sources
from assistant.workflow.sources.connections import contacts
from assistant.workflow.writing import generate_cases, runs
from assistant.workflow.writing.requests import GenerateRequest, understand

RULES = "# Business rules\n\n- BR-90 A voucher is valid for {days} days.\n"
EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
"""


@pytest.fixture
def embedded(tmp_path: Path, models_dir: Path) -> Settings:
    """Settings of an empty data folder with the embedded index."""
    return Settings(data_dir=tmp_path / "data", models_dir=models_dir)


@pytest.fixture
def settings(embedded: Settings, qdrant: Any) -> Settings:
    """The same data folder with the index on a server."""
    update = {"qdrant_url": qdrant.url, "qdrant_api_key": "a-secret-key", "qdrant_timeout": 5.0}
    return Settings(**{**embedded.model_dump(), **update})


def keep(workspace: Workspace, days: int) -> str:
    """The project, with the business rules in it."""
    project_id = workspace.ensure_project("Vouchers").id
    text = RULES.format(days=days).encode()
    preview = import_sources.preview_files(workspace, project_id, "v.md", text).previews[0]
    import_sources.store(workspace, project_id, [preview])
    workspace.jobs.wait(f"index-{project_id}", timeout=180)
    return project_id


def found(workspace: Workspace) -> list[str]:
    project_id = workspace.project("Vouchers").id
    hits = workspace.knowledge(project_id).search("voucher valid days", RetrievalConfig())
    return [hit.chunk.text for hit in hits]


@pytest.mark.long
def test_chunks_go_to_the_server_alone(settings: Settings, qdrant: Any) -> None:
    with Workspace.open(settings) as workspace:
        assert workspace.chunks_kept_at == qdrant.host
        keep(workspace, 40)
        assert any("40 days" in text for text in found(workspace))
    assert len(qdrant.names()) == 1
    assert not list(settings.data_dir.glob("index/*/shard"))
    written = qdrant.count("PUT", r".*/points\?.*")
    with Workspace.open(settings) as workspace:
        assert any("40 days" in text for text in found(workspace))
    assert qdrant.count("PUT", r".*/points\?.*") == written, "nothing is written again"


@pytest.mark.long
def test_an_index_that_moves_is_never_a_stale_one(
    embedded: Settings, settings: Settings, qdrant: Any
) -> None:
    with Workspace.open(embedded) as workspace:
        assert workspace.chunks_kept_at == ""
        keep(workspace, 40)
    with Workspace.open(settings) as workspace:
        assert any("40 days" in text for text in found(workspace))
    assert not list(settings.data_dir.glob("index/*/shard")), "no ageing copy is left"
    with Workspace.open(embedded) as workspace:
        assert any("40 days" in text for text in found(workspace))
        project_id = keep(workspace, 50)
        assert any("50 days" in text for text in found(workspace))
    with Workspace.open(settings) as workspace:
        assert [text for text in found(workspace) if "days" in text] == [
            text for text in found(workspace) if "50 days" in text
        ]
        (stored,) = workspace.library.documents(project_id)
    with Workspace.open(embedded) as workspace:
        import_sources.remove(workspace, project_id, stored.id)
    with Workspace.open(settings) as workspace:
        assert found(workspace) == []


@pytest.mark.long
def test_an_index_of_another_model_is_made_again(settings: Settings, qdrant: Any) -> None:
    with Workspace.open(settings) as workspace:
        keep(workspace, 40)
    (name,) = qdrant.names()
    (record,) = qdrant.engine.retrieve(name, [RECORD_ID])
    text = record.payload["record"].replace("all-MiniLM-L6-v2@", "another@")
    assert text != record.payload["record"]
    qdrant.engine.set_payload(name, {"record": text}, points=[RECORD_ID])
    with Workspace.open(settings) as workspace:
        assert any("40 days" in text for text in found(workspace))


@pytest.mark.long
def test_with_the_server_down_people_read_edit_and_export(
    settings: Settings, qdrant: Any, qdrant_on_http: ModuleType
) -> None:
    rules = GenerationConfig(writer="outline")
    with Workspace.open(settings) as workspace:
        project_id = keep(workspace, 40)
        request = understand(workspace, project_id, GenerateRequest(text=EPIC))
        run = generate_cases.begin(workspace, project_id, request, rules)
        run = generate_cases.run_now(workspace, project_id, run)
        assert run.status == "done"
    qdrant.faults.append(qdrant_on_http.Fault(".*", status=503, times=10**6))
    with Workspace.open(settings) as workspace:
        with pytest.raises(RetrievalError, match=f"{qdrant.host} answered HTTP 503"):
            found(workspace)
        assert len(workspace.library.documents(project_id)) == 2
        stored = workspace.library.cases(project_id, run_id=run.id)[0]
        edited: TestCase = stored.case.model_copy(update={"title": "Refund at once"})
        version = stored.row_version
        workspace.library.update_case(project_id, edited, expected_version=version, by="Tess")
        listed = runs.case_rows(workspace, project_id, run.id)
        assert any(row.title == "Refund at once" for row in listed)
        written = export_cases.export_csv(workspace, project_id, run_id=run.id)
        assert b"Refund at once" in written.content
        again = generate_cases.begin(workspace, project_id, request, rules)
        with pytest.raises(RetrievalError, match=r"searching and generating do not"):
            generate_cases.run_now(workspace, project_id, again)
        failed = runs.summary(workspace, project_id, again.id)
        assert failed.status == "failed"
        assert qdrant.host in failed.error
        qdrant.faults.clear()
        assert any("40 days" in text for text in found(workspace)), "no restart is needed"


def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UAT_QDRANT_URL", "https://qdrant.example:6333")
    monkeypatch.setenv("UAT_QDRANT_API_KEY", "the-key")
    monkeypatch.setenv("UAT_QDRANT_REPLICATION", "3")
    settings = load_settings(data_dir=tmp_path / "data")
    assert "the-key" not in repr(settings)
    with Workspace.open(settings) as workspace:
        assert workspace.chunks_kept_at == "qdrant.example:6333"
        (index,) = (row for row in services(workspace) if row.what == "Index")
        assert (index.where, index.secret) == ("qdrant.example:6333", "set")
        (noted,) = contacts(workspace)
        assert (noted.host, noted.port, noted.purpose) == ("qdrant.example", 6333, "index")
    for name, value in (("REPLICATION", "0"), ("PREFIX", "a/b"), ("TIMEOUT", "never")):
        with monkeypatch.context() as patched:
            patched.setenv(f"UAT_QDRANT_{name}", value)
            with pytest.raises(SettingsError, match=f"UAT_QDRANT_{name}"):
                load_settings()
    monkeypatch.setenv("UAT_QDRANT_API_KEY", "")
    with pytest.raises(SettingsError, match="UAT_QDRANT_INSECURE=1"):
        Workspace.open(load_settings(data_dir=tmp_path / "data"))
