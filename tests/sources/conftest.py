"""What several tests of this room ask of a reading, and writers of the files that they read."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from assistant.sources.pasted.lines import unmarked
from assistant.sources.reading import Reading

sys.path.insert(0, str(Path(__file__).parent))

_WORD = re.compile(r"\w+")


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _represented(reading: Reading) -> set[str]:
    """All words that a reading holds outside of its document's text."""
    meta = reading.document.metadata
    parts = [reading.document.title, meta.project, meta.release, meta.team, meta.author, meta.key]
    parts += meta.labels
    for epic in reading.epics:
        parts += [epic.key, epic.title, epic.description, epic.release, epic.team, *epic.labels]
        for story in epic.stories:
            parts += [story.key, story.title, story.narrative, *story.labels]
            parts += [story.release, story.team, story.sprint]
            for criterion in story.criteria:
                parts += [criterion.id, criterion.text, criterion.title]
    for case in reading.cases:
        parts.append(case.model_dump_json())
    parts += [piece.text for piece in reading.unread]
    parts += reading.notes
    return _words("\n".join(parts))


def _sound(reading: Reading) -> None:
    text = reading.document.text
    epics = [epic.key for epic in reading.epics]
    stories = [story.key for epic in reading.epics for story in epic.stories]
    criteria = [c for epic in reading.epics for c in epic.criteria]
    ids = [criterion.id for criterion in criteria]
    for names in (epics, stories, ids):
        assert len(set(names)) == len(names), f"ids are not unique: {names}"
        assert all(name.strip() for name in names)
    for criterion in criteria:
        assert criterion.text.strip(), criterion
        assert (criterion.start is None) == (criterion.end is None)
        if criterion.start is not None:
            assert unmarked(text[criterion.start : criterion.end]) == criterion.text
    for piece in reading.unread:
        assert piece.reason
        if piece.end:
            assert text[piece.start : piece.end].strip() == piece.text.strip()


@pytest.fixture(scope="session")
def represented() -> Callable[[Reading], set[str]]:
    """The words that a reading represents, outside of the document's own text."""
    return _represented


@pytest.fixture(scope="session")
def sound() -> Callable[[Reading], None]:
    """Asserts what holds for every reading: unique ids, right offsets, reasons for the unread."""
    return _sound


Line = tuple[int, str]
"""Letter size in points, and the words of a line."""


def _pdf(pages: Sequence[Sequence[Line]], *, title: str = "") -> bytes:
    """A PDF with a page per sequence of lines; no lines make a page without text."""
    objects = ["", ""]
    kids = []
    for lines in pages:
        stream, y = "", 760
        for size, words in lines:
            escaped = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            stream += f"BT /F1 {size} Tf 50 {y} Td ({escaped}) Tj ET\n"
            y -= size + 8
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}endstream")
        content = len(objects)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Contents {content} 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 "
            "/BaseFont /Helvetica "
            "/Encoding /WinAnsiEncoding >> >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[0] = "<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< /Title ({title}) >>")
    out, offsets = b"%PDF-1.4\n", []
    for number, words in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{words}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{trailer}\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode("latin-1")


def _archive(entries: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive with these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in entries.items():
            opened.writestr(name, content)
    return target.getvalue()


def _open_document_sheet(rows: Sequence[Sequence[str]], *, sheet: str = "Rules") -> bytes:
    """An OpenDocument spreadsheet with one sheet of texts."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="{sheet}">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        opened.writestr("mimetype", kind)
        opened.writestr("content.xml", content)
        opened.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()


@pytest.fixture(scope="session")
def pdf() -> Callable[..., bytes]:
    """Writes a PDF: a page per sequence of lines (letter size, words); ``title`` by name."""
    return _pdf


@pytest.fixture(scope="session")
def archive() -> Callable[[Mapping[str, bytes | str]], bytes]:
    """Writes a ZIP archive with these entries."""
    return _archive


@pytest.fixture(scope="session")
def open_document_sheet() -> Callable[..., bytes]:
    """Writes an OpenDocument spreadsheet with one sheet of texts, named by ``sheet``."""
    return _open_document_sheet
