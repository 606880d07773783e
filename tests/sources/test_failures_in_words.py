"""What goes wrong with a file is said in our words: no class, message or name of a library."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from file_writers import archive, pdf

from assistant.errors import SourceError
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file

LIBRARY = re.compile(
    r"\b\w*(?:Error|Exception)\b|calamine|pdfium|pypdf|mammoth|expat|zlib|gherkin\.|"
    r"Success\.|Expecting |invalid token|mismatched tag|unclosed|no element found|char \d|"
    r"field larger|Traceback|NoneType|codec",
    re.IGNORECASE,
)


def office(main: str, body: bytes) -> bytes:
    return archive({"[Content_Types].xml": "<Types/>", main: body})


BROKEN: dict[str, tuple[str, bytes]] = {
    "workbook": ("a.xlsx", office("xl/workbook.xml", b"<workbook")),
    "old workbook": (
        "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\0".encode("utf-16-le") * 200
    ),
    "word": ("a.docx", office("word/document.xml", b"<w:document")),
    "slides": ("a.pptx", office("ppt/presentation.xml", b"<p:presentation")),
    "pdf": ("a.pdf", b"%PDF-1.4 broken"),
    "pdf without pages": ("a.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"),
    "xml": ("a.xml", b"<?xml version='1.0'?><x><y></x>"),
    "json": ("a.json", b'{"a": [1,}'),
    "confluence": ("entities.xml", b"<hibernate-generic><object></hibernate-generic>"),
    "table": ("a.csv", b'a,b\n1,"' + b"x\n" * 1_100_000),
    "rtf": ("a.rtf", b"{\\rtf1 {{{{"),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_told_of_without_a_library_s_words(kind: str) -> None:
    name, data = BROKEN[kind]
    outcomes = list(read_files(name, data))
    told = [one.error for one in outcomes]
    told += [note for one in outcomes if one.reading for note in one.reading.notes]
    assert kind == "rtf" or any(told)
    for words in told:
        assert not LIBRARY.search(words), words
        if words and not outcomes[0].reading:
            assert words.startswith(name)
            assert words.endswith(".")


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("a.xml", b"<?xml version='1.0'?>\n<x>\n<y></x>", "line 3"),
        ("a.json", b'{\n"a": [1,}', "line 2"),
    ],
)
def test_where_a_text_is_damaged_is_said(name: str, data: bytes, place: str) -> None:
    with pytest.raises(SourceError, match=place):
        read_file(name, data)


def test_gherkin_that_cannot_be_read_is_told_of_by_its_line() -> None:
    text = "Feature: A\n\n  Scenario: B\n    Given a\n    nonsense here\n"
    reading = read_file("a.feature", text.encode())
    [note] = [note for note in reading.notes if "Gherkin" in note]
    assert "line 5" in note
    assert not LIBRARY.search(note)
    assert "expected:" not in note


def test_two_readers_that_disagree_are_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.sources.readers.documents import pdf as reader

    counts = [500]
    said, _ = reader._second_reader(pdf([[(12, "Few words")]]), counts)
    said += reader._second_reader(b"%PDF-1.4 broken", counts)[0]
    assert len(said) >= 2
    assert not [words for words in said if LIBRARY.search(words)]


def test_no_hostile_file_brings_a_library_s_words(shared_dir: Path) -> None:
    files = [
        path
        for folder in ("xlsx-calamine", "docx-mammoth", "xml-defusedxml")
        for path in sorted((shared_dir / "hostile" / folder).rglob("*"))
        if path.is_file() and path.stat().st_size < 60_000
    ]
    assert len(files) > 50
    failed = 0
    for path in files[::5]:
        for outcome in read_files(path.name, path.read_bytes()):
            failed += bool(outcome.error)
            words = outcome.error.replace(path.name, "")
            assert not LIBRARY.search(words), (path, words)
    assert failed
