"""Writers of the files that several tests of this room read."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import openpyxl

Rows = Sequence[Sequence[object]]
Line = tuple[int, str]
"""Letter size in points, and the words of a line."""


def workbook(sheets: Mapping[str, Rows] | Rows, *merged: str) -> bytes:
    """An XLSX workbook of these sheets, or of one; ``merged`` are ranges of cells of the first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    return saved(book)


def saved(made: Any) -> bytes:
    """The bytes of a workbook, a document or a presentation that a library made."""
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def delimited(rows: Iterable[Sequence[object]], delimiter: str = ",") -> bytes:
    """A CSV with these rows."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


def pdf(pages: Sequence[Sequence[Line]], *, title: str = "") -> bytes:
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


def archive(entries: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive with these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in entries.items():
            opened.writestr(name, content)
    return target.getvalue()


def open_document_sheet(rows: Sequence[Sequence[str]], *, sheet: str = "Rules") -> bytes:
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
