"""Presentations (PPTX) by python-pptx: one part per slide, with lists, tables and notes."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.sources.markdown_tables import markdown_table
from assistant.sources.readers.refusals import Refused, refuse_declarations_in
from assistant.sources.readers.xml_tree import one_line

_DEPTH = 20
_FURNITURE = frozenset({"SLIDE_NUMBER", "DATE", "FOOTER"})
"""Placeholders that repeat on slide after slide and say nothing of it."""

_OTHER_TYPES = re.compile(
    rb"vnd\.openxmlformats-officedocument\.presentationml\.(?:template|slideshow)\.main\+xml"
    rb"|vnd\.ms-powerpoint\.(?:presentation|template|slideshow)\.macroEnabled\.main\+xml"
)
"""Templates and shows are presentations under another name."""

_PLAIN_TYPE = b"vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"

_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"


def _as_presentation(data: bytes) -> bytes:
    """A template or a show as the presentation that it is; macros are never looked at."""
    kinds = "[Content_Types].xml"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if kinds not in archive.namelist():
            return data
        plain = _OTHER_TYPES.sub(_PLAIN_TYPE, archive.read(kinds))
        if plain == archive.read(kinds):
            return data
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as changed:
            for entry in archive.infolist():
                changed.writestr(entry, plain if entry.filename == kinds else archive.read(entry))
    return target.getvalue()


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The slides in ``data``: title as heading, text as list items, tables, notes last."""
    from pptx import Presentation
    from pptx.exc import PackageNotFoundError

    refuse_declarations_in(data)
    try:
        deck = Presentation(io.BytesIO(_as_presentation(data)))
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise Refused("damaged", "") from error
    yield {"title": deck.core_properties.title or "", "author": deck.core_properties.author or ""}
    empty, unread = list[str](), Counter[str]()
    number = 0
    for number, slide in enumerate(deck.slides, 1):
        title = slide.shapes.title
        heading = one_line(title.text_frame.text) if title is not None else ""
        lines = list[str]()
        for shape in slide.shapes:
            if title is None or shape.shape_id != title.shape_id:
                _shape(shape, lines, unread, 0)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            notes = slide.notes_slide.notes_text_frame.text.strip()
            if notes:
                lines.extend(["", f"Notes: {notes}"])
        if not lines and not heading:
            empty.append(f"slide {number}")
        hidden = " (hidden)" if slide._element.get("show") == "0" else ""
        yield {
            "part": f"slide {number}",
            "heading": f"Slide {number}{hidden}" + (f": {heading}" if heading else ""),
            "text": "\n".join(lines),
        }
    left_out = [f"{count} {name}" for name, count in unread.items()]
    yield {"report": {"reader": "python-pptx", "parts": number, "empty_parts": empty,
                      "unread_parts": left_out}}  # fmt: skip


def _shape(shape: Any, lines: list[str], unread: Counter[str], depth: int) -> None:
    if depth > _DEPTH:
        unread["groups nested too deeply"] += 1
    elif hasattr(shape, "shapes"):
        for inner in shape.shapes:
            _shape(inner, lines, unread, depth + 1)
    elif getattr(shape, "has_table", False) and shape.has_table:
        rows = [[_lines(cell.text) for cell in row.cells] for row in shape.table.rows]
        lines.extend(["", *markdown_table(rows).split("\n"), ""])
    elif shape.is_placeholder and shape.placeholder_format.type.name in _FURNITURE:
        if shape.placeholder_format.type.name == "FOOTER" and (words := one_line(shape.text)):
            unread[f"footers '{words}'"] += 1
    elif shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            words = one_line(paragraph.text)  # with line breaks and fields between its runs
            if words:
                lines.append(f"{'  ' * min(paragraph.level, 8)}- {words}")
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        unread["charts"] += 1
    elif diagram := _diagram(shape):
        lines.extend(diagram)
    elif name := _unread_kind(str(shape.shape_type)):
        unread[name] += 1


def _unread_kind(kind: str) -> str:
    """What a shape without words of its own is called, where it shows something."""
    names = {"PICTURE": "pictures", "OLE": "embedded files", "MEDIA": "films and sounds"}
    return next((name for mark, name in names.items() if mark in kind), "")


def _diagram(shape: Any) -> list[str]:
    """The words of a diagram (SmartArt), a list item each."""
    from pptx.oxml import parse_xml

    link = shape._element.find(f".//{_DIAGRAM}relIds")
    if link is None or link.get(_RELATED) not in shape.part.rels:
        return []
    model = parse_xml(shape.part.related_part(link.get(_RELATED)).blob)
    points = [
        one_line(" ".join(words.text or "" for words in point.iter(f"{_DRAWING}t")))
        for point in model.iter(f"{_DIAGRAM}pt")
    ]
    return [f"- {words}" for words in points if words]


def _lines(text: str) -> str:
    return "\n".join(filter(None, map(str.strip, text.splitlines())))
