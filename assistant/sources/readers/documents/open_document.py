"""OpenDocument texts and presentations (ODT, OTT, ODP) from their ``content.xml``, by defusedxml.

Records: one part for a text, one for each slide of a presentation, then ``{"title", "author"}`` and
``{"report": ...}``. Deleted words of tracked changes and comments are left out and counted; notes
stand below the paragraph that they belong to.

Source of the elements: OASIS, "Open Document Format for Office Applications 1.3, part 3".
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from assistant.sources.markdown_tables import markdown_table
from assistant.sources.readers.refusals import refuse_encrypted
from assistant.sources.readers.xml_tree import child, children, parse_xml, tag_of, text_of

_LEFT_OUT = {
    "annotation": "comments", "deletion": "tracked deletions", "image": "pictures",
    "object": "embedded objects", "table-of-content": "tables of contents",
}  # fmt: skip
_HEADING = re.compile(r"^(?=#{1,6} )", re.MULTILINE)
_MOST_REPEATED = 1000
"""Spaces or cells that one element may stand for."""


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The text or the slides in ``data``; raises ``Refused`` as every reader of XML does."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        refuse_encrypted(archive)
        content = parse_xml(archive.read("content.xml"))
        about = parse_xml(archive.read("meta.xml")) if "meta.xml" in archive.namelist() else None
    yield {"title": _named(about, "title"), "author": _named(about, "creator")}
    body = child(content, "body")
    inside = body[0] if body is not None and len(body) else None
    pages = list(children(inside, "page")) if inside is not None else []
    written = _Writer()
    for number, page in enumerate(pages, 1):
        yield {"part": f"slide {number}", "text": "\n\n".join(written.blocks(page))}
    if inside is not None and not pages:
        yield {"part": "", "text": "\n\n".join(written.blocks(inside))}
    unread = [f"{count} {what}" for what, count in written.left_out.items()]
    yield {"report": {"reader": "OpenDocument", "parts": max(1, len(pages)),
                      "unread_parts": unread}}  # fmt: skip


def _named(about: Element | None, name: str) -> str:
    meta = child(about, "meta")
    return text_of(meta, name)


class _Writer:
    """Writes elements as Markdown, and counts what it leaves out."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self._notes: list[str] = []

    def blocks(self, parent: Element) -> Iterator[str]:
        """The paragraphs, lists and tables below ``parent``, as Markdown blocks."""
        for element in parent:
            name = tag_of(element)
            if name in _LEFT_OUT:
                self.left_out[_LEFT_OUT[name]] += 1
            elif name in {"h", "p"}:
                yield from self._paragraph(element, name)
            elif name == "list":
                yield "\n".join(self._items(element, 0))
            elif name == "table":
                yield self._table(element)
            else:
                yield from self.blocks(element)

    def _paragraph(self, element: Element, name: str) -> Iterator[str]:
        boxes = list[str]()
        words = self._inline(element, boxes).strip()
        if words and name == "h":
            level = next((v for k, v in element.items() if k.endswith("outline-level")), "1")
            marks = "#" * min(6, int(level) if level.isdecimal() and int(level) else 1)
            yield f"{marks} {' '.join(words.split())}"
        elif words:
            yield _HEADING.sub(r"\\", words)
        yield from boxes
        yield from self._notes
        self._notes = []

    def _inline(self, element: Element, boxes: list[str]) -> str:
        """The words of a paragraph; those of text boxes in it go to ``boxes``."""
        parts = [_flat(element.text)]
        for inner in element:
            name = tag_of(inner)
            if name == "s":
                parts.append(" " * _repeated(inner, "}c"))
            elif name == "tab":
                parts.append(" ")
            elif name == "line-break":
                parts.append("\n")
            elif name == "note":
                number = text_of(inner, "note-citation")
                note = " ".join(self.blocks(body)) if (body := child(inner, "note-body")) else ""
                self._notes.append(f"[{number}] {note}")
                parts.append(f" [{number}]")
            elif name == "text-box":
                boxes.extend(self.blocks(inner))
            elif name in _LEFT_OUT:
                self.left_out[_LEFT_OUT[name]] += 1
            else:
                parts.append(self._inline(inner, boxes))
            parts.append(_flat(inner.tail))
        return "".join(parts)

    def _items(self, element: Element, depth: int) -> Iterator[str]:
        for item in children(element, "list-item", "list-header"):
            for inner in item:
                if tag_of(inner) == "list":
                    yield from self._items(inner, depth + 1)
                    continue
                boxes = list[str]()
                words = self._inline(inner, boxes).strip()
                if words:
                    yield f"{'  ' * depth}- {words}"
                yield from boxes

    def _table(self, element: Element) -> str:
        rows = list[list[str]]()
        for row in element.iter():
            if tag_of(row) != "table-row":
                continue
            cells = list[str]()
            for cell in children(row, "table-cell", "covered-table-cell"):
                words = "\n".join(self.blocks(cell))
                cells += [words] * (_repeated(cell, "number-columns-repeated") if words else 1)
            rows.append(cells)
        return markdown_table(rows) if rows else ""


def _flat(text: str | None) -> str:
    """Text of an element: white space in it is layout of the file and counts as one space."""
    return re.sub(r"\s+", " ", text or "")


def _repeated(element: Element, name: str) -> int:
    value = next((v for k, v in element.items() if k.endswith(name)), "1")
    return min(int(value), _MOST_REPEATED) if value.isdecimal() else 1
