"""The way back of sources: what was removed, and earlier versions, as people and syncs see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from syncing import index_of, quick_workspace, sync_folder, write

from assistant.domain import Citation, GenerationRun, RetrievedChunk, TestCase, TestStep, utc_now
from assistant.errors import EditConflict, LibraryError
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.stale import stale_cases
from assistant.workflow.sources import import_sources, mask_sources, restore_sources
from assistant.workflow.sources.read_source import read_source
from assistant.workflow.sources.reindex import chunks_of, index_pending

NAME = "file:refunds.md"
OLD = "A refund is paid within 14 days."
NEW = "A refund is paid within 10 days."
Opened = tuple[Workspace, str]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield workspace, project_id


def preview(opened: Opened, text: str) -> import_sources.Preview:
    data = f"# Refunds\n\n{text}\n".encode()
    (found,) = import_sources.preview_files(*opened, "refunds.md", data).previews
    return found


def keep(opened: Opened, text: str) -> None:
    import_sources.put(*opened, preview(opened, text).reading, by="Ann")
    index(opened)


def index(opened: Opened) -> None:
    workspace, project_id = opened
    index_pending(workspace.library, workspace.knowledge(project_id), project_id)


def rest_on(opened: Opened) -> None:
    """A run that read the source, and its case, which cites it."""
    workspace, project_id = opened
    (chunk,) = (one for one in chunks_of(workspace.library, project_id, NAME) if OLD in one.text)
    start = chunk.text.index(OLD)
    citation = Citation(chunk_id=chunk.id, source=1, quote=OLD, start=start, end=start + len(OLD))
    step = TestStep(number=1, action="Ask.", expected_result=OLD, citations=(citation,))
    library = workspace.library
    library.start_run(project_id, GenerationRun(id="run", request="r"))
    library.record_plan("run", (), (), [RetrievedChunk(chunk=chunk, score=1.0, rank=1)])
    library.add_case(project_id, "run", TestCase(id="T-1", title="t", steps=(step,)))
    library.finish_run("run", status="done")


def test_a_removed_source_comes_back_into_library_and_index(opened: Opened) -> None:
    workspace, project_id = opened
    keep(opened, OLD)
    rest_on(opened)
    before = index_of(workspace, project_id)
    assert list(before) == [NAME]
    import_sources.remove(workspace, project_id, NAME, by="Ann")
    assert index_of(workspace, project_id) == {}
    assert [one.findings[0].change for one in stale_cases(*opened)] == ["document removed"]
    assert preview(opened, OLD).change == "new", "it is out of the project"
    assert [one.by for one in restore_sources.removed_sources(*opened)] == ["Ann"]
    restore_sources.restore(workspace, project_id, [NAME], by="Bob")
    index(opened)
    assert index_of(workspace, project_id) == before
    assert stale_cases(*opened) == ()
    assert preview(opened, OLD).change == "unchanged", "it is in the project already"
    assert restore_sources.removed_sources(*opened) == ()


def test_an_earlier_version_is_used_again_as_an_import_of_it_would(opened: Opened) -> None:
    workspace, project_id = opened
    keep(opened, OLD)
    rest_on(opened)
    keep(opened, NEW)
    assert [one.case_id for one in stale_cases(*opened)] == ["T-1"]
    earlier = read_source(workspace, project_id, NAME, version=1)
    assert (OLD in earlier.text, earlier.version) == (True, 1)
    assert earlier.note == "This is version 1; the project has 2 now."
    back = restore_sources.use_version(workspace, project_id, NAME, 1, by="Bob")
    index(opened)
    assert (back.version, back.outcome) == (3, "changed")
    versions = workspace.library.lineage.versions(project_id, NAME)
    assert [(one.version, one.by) for one in versions] == [(1, "Ann"), (2, "Ann"), (3, "Bob")]
    texts = [workspace.library.document(project_id, NAME, one.version).text for one in versions]
    assert [OLD in text for text in texts] == [True, False, True], "history is not rewritten"
    assert stale_cases(*opened) == ()
    assert OLD in str(index_of(workspace, project_id))
    assert NEW not in str(index_of(workspace, project_id))
    again = restore_sources.use_version(workspace, project_id, NAME, 1, by="Bob")
    assert (again.version, again.outcome) == (3, "unchanged")
    restore_sources.use_version(workspace, project_id, NAME, 2, by="Bob")
    assert [one.case_id for one in stale_cases(*opened)] == ["T-1"], "as an import of it would"


def test_a_version_is_not_used_where_the_source_changed_meanwhile(opened: Opened) -> None:
    for text in (OLD, NEW, "A refund is paid at once."):
        keep(opened, text)
    with pytest.raises(EditConflict, match="meanwhile"):
        restore_sources.use_version(*opened, NAME, 1, seen=2)
    with pytest.raises(LibraryError, match="no version 9"):
        restore_sources.use_version(*opened, NAME, 9)
    import_sources.remove(*opened, NAME)
    with pytest.raises(LibraryError, match="no document"):
        restore_sources.use_version(*opened, NAME, 1)


def test_what_comes_back_is_masked_where_the_project_masks(opened: Opened) -> None:
    workspace, project_id = opened
    keep(opened, f"{OLD} Ask anna@example.com.")
    keep(opened, f"{OLD} Ask otto@example.com.")
    mask_sources.save_choices(workspace, project_id, enabled=True, names=())
    restore_sources.use_version(workspace, project_id, NAME, 1)
    assert "anna@" not in workspace.library.document(project_id, NAME).text
    restore_sources.use_version(workspace, project_id, NAME, 2)
    import_sources.remove(workspace, project_id, NAME)
    mask_sources.save_choices(workspace, project_id, enabled=False, names=())
    keep(opened, f"{OLD} Ask lena@example.com.")
    import_sources.remove(workspace, project_id, NAME)
    mask_sources.save_choices(workspace, project_id, enabled=True, names=())
    restore_sources.restore(workspace, project_id, [NAME])
    document = workspace.library.document(project_id, NAME)
    assert "lena@" not in document.text
    assert any("Masked" in said for said in document.extraction)


def test_a_connection_goes_on_with_a_restored_source(opened: Opened, tmp_path: Path) -> None:
    workspace, project_id = opened
    folder = tmp_path / "wiki"
    write(folder / "refunds.md", f"# Refunds\n\n{OLD}\n")
    sync_folder(workspace, project_id, folder)
    (held,) = workspace.library.documents(project_id)
    import_sources.remove(workspace, project_id, held.id)
    sync_folder(workspace, project_id, folder)
    assert workspace.library.documents(project_id) == (), "an unchanged page is not fetched again"
    restore_sources.restore(workspace, project_id, [held.id])
    assert sync_folder(workspace, project_id, folder).removed == 0
    (back,) = workspace.library.documents(project_id)
    assert (back.id, back.version, back.connection_id) == (held.id, 1, held.connection_id)
    write(folder / "refunds.md", f"# Refunds\n\n{NEW}\n", at=1_700_000_001)
    assert sync_folder(workspace, project_id, folder).changed == 1
    assert NEW in workspace.library.document(project_id, held.id).text


def test_what_vanished_from_its_system_can_be_restored_and_stays(
    opened: Opened, tmp_path: Path
) -> None:
    workspace, project_id = opened
    folder = tmp_path / "wiki"
    for name in ("refunds.md", "meters.md"):
        write(folder / name, f"# {name}\n\n{OLD}\n")
    sync_folder(workspace, project_id, folder)
    (folder / "refunds.md").unlink()
    assert sync_folder(workspace, project_id, folder).removed == 1
    (gone,) = restore_sources.removed_sources(workspace, project_id)
    assert (gone.title, gone.by) == ("refunds.md", "Tess")
    (back,) = restore_sources.restore(workspace, project_id, [gone.id])
    assert back.connection_id == "", "it is kept by hand now"
    assert sync_folder(workspace, project_id, folder).removed == 0
    assert len(workspace.library.documents(project_id)) == 2


def test_a_removed_source_goes_for_good_with_the_age_limit(opened: Opened, tmp_path: Path) -> None:
    workspace, project_id = opened
    keep(opened, "The Zyxomatic tariff is shown.")
    import_sources.remove(workspace, project_id, NAME)
    held = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert any(b"Zyxomatic" in path.read_bytes() for path in held), "it can be restored"
    workspace.library.save_retention(project_id, 30)
    later = utc_now() + timedelta(days=31)
    assert erase.expired(workspace, project_id).documents == ()
    what = erase.expired(workspace, project_id, now=later)
    assert what.documents == (NAME,)
    erase.erase(workspace, what, by="age limit")
    assert restore_sources.removed_sources(workspace, project_id) == ()
    with pytest.raises(LibraryError, match="no removed source"):
        restore_sources.restore(workspace, project_id, [NAME])
    held = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert not any(b"Zyxomatic" in path.read_bytes() for path in held)


def test_erasing_says_what_a_removed_copy_still_holds(opened: Opened) -> None:
    workspace, project_id = opened
    words = "The Zyxomatic tariff is shown to every clerk who opens the account."
    keep(opened, words)
    data = f"# Copy\n\n{words}\n".encode()
    (found,) = import_sources.preview_files(*opened, "copy.md", data).previews
    import_sources.put(workspace, project_id, found.reading)
    import_sources.remove(workspace, project_id, "file:copy.md")
    what = erase.erase_request(workspace, project_id, document_ids=[NAME])
    done = erase.erase(workspace, what, by="Tess")
    assert "“Copy”, which was removed, still holds words of it: erase that too." in done.unreached
