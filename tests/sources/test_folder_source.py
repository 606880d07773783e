"""A folder read again and again: only what changed is read, and an absent folder is no deletion."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from assistant.errors import SourceError
from assistant.sources.files.folder_source import FolderSource
from assistant.sources.synced import FetchedDocument

RULES = "# Business rules\n\n- BR-90 A voucher is valid for 40 days.\n"


def write(path: Path, text: str, *, at: int = 1_700_000_000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))


def everything(source: FolderSource, cursor: str = "") -> list[FetchedDocument]:
    return [one for page in source.fetch(since=None, cursor=cursor) for one in page.documents]


def stamps(documents: list[FetchedDocument]) -> dict[str, str]:
    return {one.external_id: one.stamp for one in documents}


def test_only_what_changed_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.md", RULES)
    write(tmp_path / "in" / "b.md", "# B\n\nText.\n")
    write(tmp_path / ".git" / "c.md", "hidden")
    write(tmp_path / "d.bin", "not read")
    first = everything(FolderSource(tmp_path))
    assert [one.external_id for one in first] == ["a.md", "d.bin", "in/b.md"]
    assert [bool(one.reading) for one in first] == [True, False, True]
    assert "not read" in first[1].error
    assert all(one.changed_at for one in first)
    known = stamps(first)
    assert everything(FolderSource(tmp_path, known.items())) == []
    write(tmp_path / "a.md", RULES.replace("40", "30"))
    os.utime(tmp_path / "a.md", (1_700_000_000, 1_700_000_001))
    (changed,) = everything(FolderSource(tmp_path, known.items()))
    assert changed.reading is not None
    assert "30 days" in changed.reading.document.text
    os.utime(tmp_path / "in" / "b.md", (1_700_000_009, 1_700_000_009))
    touched = everything(FolderSource(tmp_path, (known | stamps([changed])).items()))
    assert [(one.external_id, one.reading, one.error) for one in touched] == [("in/b.md", None, "")]


def test_a_file_changed_within_the_tick_of_its_time_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(RULES, encoding="utf-8")
    status = file.stat()
    first = everything(FolderSource(tmp_path))
    file.write_text(RULES.replace("40", "30"), encoding="utf-8")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    (changed,) = everything(FolderSource(tmp_path, stamps(first).items()))
    assert changed.reading is not None
    assert "30 days" in changed.reading.document.text


def test_pages_go_on_after_a_cursor(tmp_path: Path) -> None:
    for name in "abcde":
        write(tmp_path / f"{name}.md", f"# {name}\n\nText {name}.\n")
    pages = list(FolderSource(tmp_path, page_files=2).fetch(since=None))
    assert [[one.external_id for one in page.documents] for page in pages] == [
        ["a.md", "b.md"], ["c.md", "d.md"], ["e.md"],
    ]  # fmt: skip
    assert [(page.cursor, page.total) for page in pages] == [("b.md", 5), ("d.md", 5), ("", 5)]
    known = stamps([one for page in pages for one in page.documents])
    assert list(FolderSource(tmp_path, known.items()).fetch(since=None)) == []
    rest = everything(FolderSource(tmp_path, page_files=2), pages[0].cursor)
    assert [one.external_id for one in rest] == ["c.md", "d.md", "e.md"]


def test_each_document_of_an_archive_comes_and_goes(tmp_path: Path) -> None:
    def pack(*names: str) -> None:
        with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
            for name in names:
                archive.writestr(name, f"# {name}\n\nThe text of {name}.\n")

    pack("one.md", "two.md", "sub/two.md")
    source = FolderSource(tmp_path)
    first = everything(source)
    names = {one.external_id for one in first}
    assert len(names) == 3
    assert all(name.startswith("z.zip > ") for name in names)
    assert set(source.present()) == names
    pack("one.md")
    again = FolderSource(tmp_path, stamps(first).items())
    left = {one.external_id for one in everything(again)}
    assert set(again.present()) == left
    assert len(left) == 1
    resumed = FolderSource(
        tmp_path, (stamps(first) | stamps(everything(FolderSource(tmp_path)))).items()
    )
    assert set(resumed.present()) == left, "also where the page was kept by a process that died"


def test_a_file_that_cannot_be_read_says_why_and_stops_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.md", RULES)
    (tmp_path / "b.csv").write_bytes(b"\x00\x01\x02" * 400)
    found = {one.external_id: one for one in everything(FolderSource(tmp_path))}
    assert found["a.md"].reading is not None
    assert found["b.csv"].reading is None
    assert found["b.csv"].error


def test_nothing_outside_the_folder_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside.md", RULES)
    inside = tmp_path / "in"
    write(inside / "a.md", RULES)
    (inside / "link.md").symlink_to(tmp_path / "outside.md")
    (inside / "gone.md").symlink_to(tmp_path / "nowhere.md")
    found = everything(FolderSource(inside))
    assert [one.external_id for one in found if one.reading] == ["a.md"]
    assert sorted(one.external_id for one in found if "not followed" in one.error) == [
        "gone.md", "link.md",
    ]  # fmt: skip


def test_a_missing_folder_is_an_error_not_an_empty_one(tmp_path: Path) -> None:
    source = FolderSource(tmp_path / "share")
    with pytest.raises(SourceError, match="not there"):
        list(source.fetch(since=None))
    with pytest.raises(SourceError, match="not there"):
        list(source.present())
