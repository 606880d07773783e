"""A local file is one source, whichever folder is named to reach it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import index_of, library_of, quick_workspace

from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources


class Indexed:
    """A project and what importing paths does to it."""

    def __init__(self, workspace: Workspace, project_id: str, home: Path) -> None:
        self.workspace, self.project_id, self.home = workspace, project_id, home

    def write(self, name: str, text: str) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {path.stem}\n\n{text}\n", "utf-8")

    def run(self, *names: str) -> dict[str, str]:
        """Import; document id to what became of it."""
        rows = import_sources.index_paths(
            self.workspace, self.project_id, [self.home / name for name in names]
        )
        return {row.document_id: row.outcome for row in rows}

    @property
    def state(self) -> object:
        events = len(self.workspace.library.events(self.project_id))
        return library_of(self.workspace, self.project_id), events, index_of(
            self.workspace, self.project_id
        )  # fmt: skip


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Indexed]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield Indexed(workspace, project_id, tmp_path / "home")


@pytest.fixture
def tree(indexed: Indexed) -> Indexed:
    """A folder A, with two files of one name in it."""
    indexed.write("A/notes.md", "A voucher is valid for 40 days.")
    indexed.write("A/sub/notes.md", "A meter is read twice a year.")
    indexed.write("A/sub/deep/rules.md", "A bill is due after 14 days.")
    return indexed


IDS = ["file:notes.md", "file:sub/deep/rules.md", "file:sub/notes.md"]


def test_any_folder_reaches_the_same_documents(
    tree: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tree.run("A") == dict.fromkeys(IDS, "new")
    before = tree.state
    for names in (["A"], ["A/sub/deep", "A/sub/notes.md"], ["A/sub/../sub", "A"], ["."]):
        assert set(tree.run(*names).values()) == {"unchanged"}, names
        assert tree.state == before, names
    monkeypatch.chdir(tree.home / "A" / "sub")
    rows = import_sources.index_paths(tree.workspace, tree.project_id, [Path("deep"), Path()])
    assert {row.outcome for row in rows} == {"unchanged"}
    assert tree.state == before


def test_the_inner_folder_may_come_first(tree: Indexed) -> None:
    inner = ["file:deep/rules.md", "file:notes.md"]
    assert tree.run("A/sub") == dict.fromkeys(inner, "new")
    assert tree.run("A") == {"file:A/notes.md": "new"} | dict.fromkeys(inner, "unchanged")
    before = tree.state
    for names in (["A"], ["A/sub"], ["A/notes.md"], ["."]):
        assert set(tree.run(*names).values()) == {"unchanged"}, names
        assert tree.state == before, names


def test_changed_and_new_files_are_followed_from_any_folder(tree: Indexed) -> None:
    tree.run("A")
    tree.write("A/sub/notes.md", "A meter is read once a year.")
    tree.write("A/sub/more.md", "A tariff lasts 12 months.")
    assert tree.run("A/sub") == {
        "file:sub/deep/rules.md": "unchanged", "file:sub/more.md": "new",
        "file:sub/notes.md": "changed",
    }  # fmt: skip
    before = tree.state
    assert set(tree.run("A").values()) == {"unchanged"}
    assert tree.state == before
    document, _, _ = tree.workspace.library.document_parts(tree.project_id, "file:notes.md")
    assert "voucher" in document.text


def test_a_library_from_before_is_recognised(tree: Indexed) -> None:
    """Whatever folder was named then; names of files were not noted."""
    for root in ("A", "A/sub"):
        project_id = tree.workspace.create_project(root).id
        folder = tree.home / root
        for path in sorted(folder.rglob("*.md")):
            below = path.relative_to(folder).as_posix()
            (preview,) = import_sources.preview_files(
                tree.workspace, project_id, path.name, path.read_bytes(),
                folder=below.rpartition("/")[0],
            ).previews  # fmt: skip
            import_sources.put(tree.workspace, project_id, preview.reading)
        tree.project_id = project_id
        held = set(library_of(tree.workspace, project_id))
        assert set(tree.run("A/sub").values()) == {"unchanged"}, root
        assert set(library_of(tree.workspace, project_id)) == held, root
        tree.write("A/sub/deep/rules.md", f"A bill is due after {len(root)} days.")
        assert "changed" in tree.run("A/sub").values()
        assert set(library_of(tree.workspace, project_id)) == held, root


def test_files_of_one_name_in_one_import_are_told_apart(tree: Indexed) -> None:
    tree.write("A/other/notes.md", "A flat has one meter.")
    found = tree.run("A/sub", "A/other")
    assert found == {
        "file:notes.md": "new", "file:deep/rules.md": "new", "file:other/notes.md": "new",
    }  # fmt: skip
    before = tree.state
    for names in (["A/sub", "A/other"], ["A/other", "A/sub"], ["A/other"]):
        assert set(tree.run(*names).values()) == {"unchanged"}, names
        assert tree.state == before, names


def test_a_folder_that_was_moved_is_recognised_and_a_copy_is_its_next_version(
    tree: Indexed,
) -> None:
    tree.run("A")
    before = tree.state
    (tree.home / "A").rename(tree.home / "B")
    assert tree.run("B/sub/deep") == {"file:sub/deep/rules.md": "unchanged"}
    assert set(tree.run("B").values()) == {"unchanged"}
    assert tree.state == before
    tree.write("2027/notes.md", "A voucher is valid for 50 days.")
    assert tree.run("2027") == {"file:notes.md": "changed"}


def test_an_upload_of_a_file_that_is_there_changes_nothing(tree: Indexed) -> None:
    tree.run("A")
    before = tree.state
    for name in ("A/sub/notes.md", "A/notes.md", "A/sub/deep/rules.md"):
        path = tree.home / name
        previews = import_sources.separate_files(
            tree.workspace, tree.project_id,
            import_sources.preview_files(
                tree.workspace, tree.project_id, path.name, path.read_bytes()
            ).previews,
        )  # fmt: skip
        assert [one.change for one in previews] == ["unchanged"], name
        import_sources.store(tree.workspace, tree.project_id, previews)
        assert tree.workspace.jobs.wait(f"index-{tree.project_id}", timeout=60)
    assert tree.state == before


def test_every_file_of_a_folder_has_an_outcome(tree: Indexed) -> None:
    (tree.home / "A" / "old.doc").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") + b"\0" * 99
    )
    (tree.home / "A" / "sound.mp3").write_bytes(b"ID3\x03\0\0\0\0\0\0")
    tree.write("A/README", "A rule holds for 3 days.")
    rows = import_sources.index_paths(tree.workspace, tree.project_id, [tree.home / "A"])
    found = {Path(row.file).name: row for row in rows}
    assert len(rows) == 6
    assert found["README"].outcome == "new"
    assert (found["old.doc"].outcome, found["sound.mp3"].outcome) == ("failed", "skipped")
    assert "Save it as DOCX" in found["old.doc"].error
    assert "not read" in found["sound.mp3"].error


def test_a_failed_file_has_no_place(tree: Indexed) -> None:
    (tree.home / "A" / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    assert "failed" in tree.run("A").values()
    places = tree.workspace.library.file_places.names(tree.project_id)
    assert sorted(places.values()) == [one.removeprefix("file:") for one in sorted(IDS)]
    assert all(os.path.isabs(path) for path in places)
