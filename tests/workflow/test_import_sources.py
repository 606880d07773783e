"""Importing: look first, keep, index; the library is the truth and the index a copy."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from syncing import quick_workspace

from assistant.domain import RetrievalConfig
from assistant.errors import SourceError
from assistant.settings import Settings
from assistant.workflow.deployment import workspace as workspace_module
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT, ensure_sample_project

RULES = b"# Business rules\n\n- BR-90 A voucher is valid for 40 days.\n"


def finds_voucher(workspace: Workspace, project_id: str) -> bool:
    hits = workspace.knowledge(project_id).search("voucher valid", RetrievalConfig(), limit=3)
    return any("voucher" in hit.chunk.text for hit in hits)


def test_a_preview_keeps_nothing_and_storing_makes_it_found(
    workspace: Workspace, project_id: str
) -> None:
    preview = import_sources.preview_files(workspace, project_id, "v.md", RULES).previews[0]
    assert preview.change == "new"
    assert not finds_voucher(workspace, project_id)
    import_sources.store(workspace, project_id, [preview])
    assert workspace.jobs.wait(f"index-{project_id}", timeout=180)
    assert finds_voucher(workspace, project_id)
    again = import_sources.preview_files(workspace, project_id, "v.md", RULES).previews[0]
    assert again.change == "unchanged"
    changed = import_sources.preview_files(
        workspace, project_id, "v.md", RULES + b"- BR-91 New.\n"
    ).previews[0]
    assert (changed.change, changed.stored_version) == ("changed", 1)


def test_files_of_one_name_are_told_apart(
    tmp_path: Path,
) -> None:
    """In one upload and in one folder; later the name says which source it is a version of."""
    texts = ("A voucher is valid for 40 days.", "A meter is read twice a year.")
    first, second = (f"# Notes\n\n{text}\n".encode() for text in texts)
    for folder, data in (("billing", first), ("metering", second)):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "notes.md").write_bytes(data)
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):

        def look(*files: bytes) -> tuple[import_sources.Preview, ...]:
            return import_sources.separate_files(workspace, project_id, [
                preview for data in files for preview in
                import_sources.preview_files(workspace, project_id, "notes.md", data).previews
            ])  # fmt: skip

        def ids(previews: tuple[import_sources.Preview, ...]) -> list[str]:
            return [one.reading.document.id for one in previews]

        named, other, third = "file:notes.md", "file:notes.md (2)", "file:notes.md (3)"
        together = look(first, second, first, second)
        assert ids(together) == [named, other, named, other]
        import_sources.store(workspace, project_id, together)
        for again in (look(first, second), look(second, first), look(second)):
            assert {one.change for one in again} == {"unchanged"}
        (copy,) = import_sources.preview_files(workspace, project_id, "old.md", second).previews
        assert (copy.change, copy.copy_of, together[0].copy_of) == ("new", "Notes", "")
        (later,) = look(first.replace(b"40", b"30"))
        assert import_sources.is_named_alike(later)
        assert (later.change, later.stored_version, ids((later,))) == ("changed", 1, [named])
        own = import_sources.beside(workspace, project_id, later)
        assert (own.change, ids((own,))) == ("new", [third])
        assert ids(look(first.replace(b"40", b"30"), second, first)) == [third, other, named]
        assert workspace.jobs.wait(f"index-{project_id}", timeout=180)
        outcomes = import_sources.index_paths(workspace, project_id, [tmp_path / "in"])
        assert [(one.document_id, one.outcome) for one in outcomes] == [
            (named, "unchanged"), ("file:metering/notes.md", "new"),
        ]  # fmt: skip


def test_a_removed_source_is_found_no_more(workspace: Workspace, project_id: str) -> None:
    preview = import_sources.preview_files(workspace, project_id, "v.md", RULES).previews[0]
    (stored,) = import_sources.store(workspace, project_id, [preview])
    workspace.jobs.wait(f"index-{project_id}", timeout=180)
    import_sources.remove(workspace, project_id, stored.id)
    assert not finds_voucher(workspace, project_id)


def test_pasted_rules_are_kept_as_rules(workspace: Workspace, project_id: str) -> None:
    seen = import_sources.preview_text(workspace, project_id, RULES.decode())
    assert seen.reading.document.kind == "rules"
    asked = import_sources.preview_text(workspace, project_id, RULES.decode(), as_kind="page")
    assert asked.reading.document.kind == "page"


@pytest.mark.long
def test_a_lost_index_is_made_again_from_the_library(settings: Settings) -> None:
    def answer(workspace: Workspace) -> list[str]:
        project = workspace.project(SAMPLE_PROJECT)
        hits = workspace.knowledge(project.id).search("cooling-off period", RetrievalConfig())
        return [hit.chunk.id for hit in hits]

    with Workspace.open(settings) as workspace:
        before = answer(workspace)
    shutil.rmtree(settings.data_dir / "index")
    with Workspace.open(settings) as workspace:
        after = answer(workspace)
    # Chunks of equal score may change places, so the tail of the list may differ by one.
    assert after[:5] == before[:5]
    assert len(set(before) - set(after)) <= 1


def test_what_a_killed_process_left_unindexed_is_indexed_on_opening(settings: Settings) -> None:
    with Workspace.open(settings) as workspace:
        project_id = workspace.project(SAMPLE_PROJECT).id
        preview = import_sources.preview_files(workspace, project_id, "v.md", RULES).previews[0]
        import_sources.put(workspace, project_id, preview.reading)
    with Workspace.open(settings) as workspace:
        assert finds_voucher(workspace, project_id)
        assert all(d.is_indexed for d in workspace.library.documents(project_id))


@pytest.mark.long
@pytest.mark.parametrize("waits", [True, False])
def test_opening_a_project_with_much_unindexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """The app is ready before all is in, and goes on in the background; a command waits."""
    parts = "\n\n".join(f"## Part {n}\n\nIn part {n} the limit is {n} days." for n in range(300))
    files = {"manual.md": f"# Manual\n\n{parts}\n".encode(), "rule.md": RULES}
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        for name, data in files.items():
            (preview,) = import_sources.preview_files(workspace, project_id, name, data).previews
            import_sources.put(workspace, project_id, preview.reading)
    release = threading.Event()
    with quick_workspace(tmp_path / "data", waits=waits) as (workspace, project_id, embedder):
        embed = embedder.documents

        def slow(texts: Sequence[str]) -> np.ndarray:
            if len(texts) > 1 and not waits:  # the manual, not the rule
                if threading.current_thread() is threading.main_thread():
                    time.sleep(0.3)
                else:
                    assert release.wait(60)
            return embed(texts)

        monkeypatch.setattr(embedder, "documents", slow)
        monkeypatch.setattr(workspace_module, "OPENING_SECONDS", 0.2)
        assert finds_voucher(workspace, project_id)
        unindexed = [d for d in workspace.library.documents(project_id) if not d.is_indexed]
        assert [one.title for one in unindexed] == ([] if waits else ["Manual"])
        if waits:
            return
        assert workspace.jobs.state(import_sources.indexing_job(project_id)).active
        release.set()
        assert workspace.jobs.wait(f"index-{project_id}", timeout=180)
        assert not workspace.jobs.state(import_sources.indexing_job(project_id)).error
        assert all(d.is_indexed for d in workspace.library.documents(project_id))
        assert len(workspace.knowledge(project_id).documents()) == 2


def test_the_sample_project_is_made_once_and_what_is_removed_stays_gone(
    workspace: Workspace, project_id: str
) -> None:
    documents = workspace.library.documents(project_id)
    assert {row.kind for row in documents} >= {"epic", "rules", "page", "test_cases"}
    import_sources.remove(workspace, project_id, documents[0].id)
    ensure_sample_project(workspace)
    assert len(workspace.library.documents(project_id)) == len(documents) - 1


def test_one_bad_file_never_stops_the_others(
    workspace: Workspace, project_id: str, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.md").write_bytes(RULES)
    (folder / "b.csv").write_bytes(b"\x00\x01\x02" * 400)
    (folder / ".hidden.md").write_bytes(RULES)
    rows = import_sources.index_paths(workspace, project_id, [folder])
    assert [(Path(r.file).name, r.outcome) for r in rows] == [("a.md", "new"), ("b.csv", "failed")]
    with pytest.raises(SourceError, match="nowhere"):
        import_sources.index_paths(workspace, project_id, [tmp_path / "nowhere"])


def test_two_projects_do_not_see_each_other(workspace: Workspace, project_id: str) -> None:
    other = workspace.create_project("Other").id
    preview = import_sources.preview_files(workspace, other, "v.md", RULES).previews[0]
    import_sources.store(workspace, other, [preview])
    workspace.jobs.wait(f"index-{other}", timeout=180)
    assert finds_voucher(workspace, other)
    assert not finds_voucher(workspace, project_id)


def test_a_small_document_is_found_while_a_large_one_is_still_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever came in first: the rule is in before the manual that is put in with it."""
    parts = "\n\n".join(f"## Part {n}\n\nIn part {n} the limit is {n} days." for n in range(300))
    files = {"manual.md": f"# Manual\n\n{parts}\n".encode(), "rule.md": RULES}
    indexed, found = list[set[str]](), list[bool]()
    with quick_workspace(tmp_path / "data") as (workspace, project_id, embedder):
        knowledge = workspace.knowledge(project_id)
        embed = embedder.documents

        def watched(texts: Sequence[str]) -> np.ndarray:
            documents = workspace.library.documents(project_id)
            indexed.append({one.title for one in documents if one.is_indexed})
            found.append(finds_voucher(workspace, project_id))
            assert sum(knowledge.documents().values()) in (0, 1), "nothing of the manual is there"
            return embed(texts)

        monkeypatch.setattr(embedder, "documents", watched)
        previews = [
            preview
            for name, data in files.items()
            for preview in import_sources.preview_files(workspace, project_id, name, data).previews
        ]
        import_sources.store(workspace, project_id, previews)
        assert workspace.jobs.wait(f"index-{project_id}", timeout=180)
        assert not workspace.jobs.state(import_sources.indexing_job(project_id)).error
        assert all(d.is_indexed for d in workspace.library.documents(project_id))
        assert len(knowledge.documents()) == len(files)
    assert (indexed[0], found[0]) == (set(), False)
    assert len(indexed) > 2, "the manual takes several batches"
    assert all(len(titles) == 1 for titles in indexed[1:])
    assert all(found[1:])
