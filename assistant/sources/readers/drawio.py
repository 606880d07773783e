"""Diagrams of draw.io (diagrams.net): what is drawn and where its arrows lead, as text.

Each page is a list of its elements with the lane that they lie in, what is written beside them,
and a table of the arrows with the words on them. An arrow that leads through an element without
words (a join, a small decision) leads to what follows. Layout, ids and pictures are left out.

Source of the format: JGraph, "Extracting the XML from draw.io files" (pages are XML, or its
URL-encoding deflated and in base64) and mxGraph's ``mxCell``, ``UserObject`` and styles.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from assistant.sources.markdown_tables import markdown_table
from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.xml_tree import child, children, inside, one_line, parse_xml, tag_of

MAX_UNPACKED = 50_000_000
"""Bytes of all compressed pages of a file together."""
MAX_ARROWS = 100_000
"""Rows of a file: arrows that meet in elements without words multiply."""
_NAMED_BY_PROGRAM = re.compile(r"[^\W\d]+[- ]\d+")
""" "Page-1", "Seite-2": nobody called it so."""
_LINE_END = re.compile(r"<(?:br\b|/?(?:div|p|li|ul|ol|tr|h[1-6]|blockquote)\b)[^<>]*>", re.I)
_STRUCK = re.compile(r"<(?P<tag>s|strike|del)\b[^<>]*>.*?</(?P=tag)>", re.I | re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]*>|<!--.*?-->", re.I | re.DOTALL)
_PLACEHOLDER = re.compile(r"%([^%\s]+)%")


def read_diagrams(root: Element) -> list[object] | None:
    """The records of a file of draw.io: one document of its pages; ``None`` for any other.

    Raises ``Refused`` where a page cannot be unpacked, or unpacks to more than anybody draws.
    """
    if tag_of(root) not in ("mxfile", "mxGraphModel"):
        return None
    models, left = list[tuple[str, Element]](), MAX_UNPACKED
    for page in children(root, "diagram") if tag_of(root) == "mxfile" else ():
        name = one_line(page.get("name", ""))
        model = child(page, "mxGraphModel")
        if model is None and (packed := (page.text or "").strip()):
            xml = _unpacked(packed, name, left)
            left -= len(xml)
            model = parse_xml(xml)
        if model is not None:
            models.append((name, model))
    if tag_of(root) == "mxGraphModel":
        models.append(("", root))
    pages = list[tuple[str, Page]]()
    for name, model in models:
        cells = [_cell(one) for one in inside(model, "root")]
        pages.append((name, Page.of([cell for cell in cells if cell is not None])))
    return page_records(pages, "draw.io")


def page_records(pages: list[tuple[str, Page]], reader: str) -> list[object]:
    """The records of pages by their names; raises ``Refused`` above ``MAX_ARROWS`` of them all."""
    texts, rows = list[tuple[str, str]](), MAX_ARROWS
    for name, drawn in pages:
        texts.append((name, drawn.markdown(rows)))
        rows -= drawn.rows
    texts = [(name, text) for name, text in texts if text]
    title = texts[0][0] if len(texts) == 1 else ""
    title = "" if _NAMED_BY_PROGRAM.fullmatch(title) else title
    parts = [f"# {title}"] if title else []
    for name, text in texts:
        parts += [f"## {name}", text] if len(texts) > 1 and name else [text]
    records = list[object]()
    if texts:
        text = "\n\n".join(parts)
        records.append({"document": {"id": "", "title": title, "text": text, "kind": "page"}})
    if loose := [said for _, page in pages for said in page.loose]:
        words = f"{len(loose)} arrows are tied to no element at one of their ends"
        records.append({"note": f"{words} and are not in the table: {'; '.join(loose[:20])}."})
    if hidden := sum(page.hidden for _, page in pages):
        records.append({"note": f"Left out as hidden: {hidden} elements."})
    return [*records, {"report": {"reader": reader, "parts": len(pages)}}]


def _unpacked(packed: str, name: str, most: int) -> bytes:
    """The XML of a compressed page, of at most ``most`` bytes."""
    if packed.startswith(("<", "%3C")):
        return (unquote(packed) if packed[0] == "%" else packed).encode("utf-8", "replace")
    shown = f"its page “{name}”" if name else "a page of it"
    inflate = zlib.decompressobj(-15)
    try:
        data = inflate.decompress(
            base64.b64decode("".join(packed.split()), validate=True), max(most, 1)
        )
    except (binascii.Error, ValueError, zlib.error) as error:
        raise Refused("damaged", f"{shown} cannot be unpacked") from error
    if inflate.unconsumed_tail:
        raise Refused("size", f"its pages unpack to more than {MAX_UNPACKED:,} bytes")
    if not inflate.eof:
        raise Refused("damaged", f"{shown} ends too early")
    return unquote(data.decode("utf-8", "replace")).encode("utf-8", "replace")


# --- One page -----------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Cell:
    """A vertex or an edge; ``lines`` are the words on it."""

    id: str
    lines: list[str]
    style: str
    is_edge: bool
    parent: str
    source: str
    target: str
    is_hidden: bool

    @property
    def label(self) -> str:
        """The words on one line."""
        return " ".join(self.lines)

    @property
    def is_lane(self) -> bool:
        """A swimlane, which says who; as a stack it is a pool of lanes, or a class."""
        stack = "childLayout=stackLayout" in self.style
        return bool(re.search(r"(?:^|;|shape=)swimlane", self.style)) and not stack

    @property
    def is_note(self) -> bool:
        """A remark on what it is tied to."""
        return bool(re.search(r"(?:^|;)shape=note\d?(?:;|$)", self.style))

    @property
    def is_text(self) -> bool:
        """Words without a shape."""
        return bool(re.search(r"(?:^|;)text(?:;|$)", self.style))

    @property
    def is_decision(self) -> bool:
        """A question with an arrow for each answer."""
        return bool(re.search(r"rhombus|\bdecision\b", self.style))


@dataclass
class Page:
    """The cells of a page by id, layers and hidden ones aside."""

    cells: dict[str, Cell]
    hidden: int
    loose: list[str] = field(default_factory=list)
    """What is known of arrows without an end."""
    rows: int = 0

    @classmethod
    def of(cls, found: list[Cell]) -> Page:
        """The page of all ``found``: its root, the layers below it, and what they hold."""
        cells = {cell.id: cell for cell in found if cell.id}
        parents = {key: cell.parent for key, cell in cells.items()}
        hidden = {key: cell.is_hidden for key, cell in cells.items()}
        out = _inherited(parents, hidden)
        layers = {k for k, c in cells.items() if not c.parent or not cells.get(c.parent, c).parent}
        shown = {k: c for k, c in cells.items() if not out[k] and k not in layers}
        gone = sum(out[k] and bool(c.lines) for k, c in cells.items() if k not in layers)
        return cls(shown, gone)

    def __post_init__(self) -> None:
        self._inside: dict[str, list[Cell]] = defaultdict(list)
        for cell in self.cells.values():
            self._inside[cell.parent].append(cell)
        self._edges = [cell for cell in self.cells.values() if cell.is_edge]
        self._out: dict[str, list[Cell]] = defaultdict(list)
        self._tied = set[str]()
        for edge in self._edges:
            self._out[edge.source].append(edge)
            self._tied |= {edge.source, edge.target}
        self._led_to = {edge.target for edge in self._edges if edge.source in self.cells}
        self._spoken = self._borrowed()
        self._lanes = self._lane_names()

    def _borrowed(self) -> set[str]:
        """Texts that are the words of the shape around them, which has none of its own."""
        taken = set[str]()
        for key in self._tied:
            cell = self.cells.get(key)
            if cell is not None and not cell.lines and not cell.is_edge and not cell.is_lane:
                for inner in self._inside[key]:
                    if not inner.is_edge and inner.lines and inner.id not in self._tied:
                        cell.lines += inner.lines
                        taken.add(inner.id)
        return taken

    def _lane_names(self) -> dict[str, str]:
        """For each cell the words of the next container around it that has some."""
        said = {key: cell.label for key, cell in self.cells.items() if not cell.is_edge}
        parents = {key: cell.parent for key, cell in self.cells.items()}
        nearest = _nearest(parents, said)
        lanes = {key: nearest.get(cell.parent, "") for key, cell in self.cells.items()}
        around = {self.cells[c.parent] for c in self.cells.values() if c.parent in self.cells}
        others = {one.label for one in around if one.label and not one.is_lane and not one.is_edge}
        self._of_lanes = "Within" if others & set(lanes.values()) else "Who"
        return lanes

    def markdown(self, most: int) -> str:
        """Notes, elements and the table of arrows; raises ``Refused`` above ``most`` of them."""
        rows = self._arrows(most)
        self.rows = len(rows)
        lanes = any(row[3] for row in rows)
        header = ["From", "To", "Transition", *([self._of_lanes] if lanes else [])]
        table = markdown_table([header, *(row if lanes else row[:3] for row in rows)])
        parts = ["\n".join(self._elements()), table if rows else ""]
        return "\n\n".join(filter(None, parts))

    def _elements(self) -> Iterator[str]:
        aside = defaultdict[str, list[str]](list)
        for edge in self._edges:
            for one, other in ((edge.source, edge.target), (edge.target, edge.source)):
                if one in self.cells and self.cells[one].is_note and other in self.cells:
                    aside[one].append(self.cells[other].label)
        for key, cell in self.cells.items():
            parent = self.cells.get(cell.parent)
            of_edge = parent is not None and parent.is_edge
            if cell.is_edge or of_edge or not cell.lines or key in self._spoken:
                continue
            if cell.is_note or (cell.is_text and key not in self._tied):
                where = ", ".join(filter(None, aside[key] or [self._lanes[key]]))
                said = "\n  ".join(cell.lines)
                yield f"- {said} ({where})" if where else f"- {said}"
                continue
            holds = any(not one.is_edge for one in self._inside[key])
            if holds and key not in self._tied:
                continue
            facts = ["decision"] if cell.is_decision else []
            facts += [lane] if (lane := self._lanes[key]) else []
            yield f"- {cell.label} ({', '.join(facts)})" if facts else f"- {cell.label}"

    def _said(self, edge: Cell) -> str:
        words = [edge.label, *(one.label for one in self._inside[edge.id])]
        return " / ".join(filter(None, words))

    def _arrows(self, most: int) -> list[list[str]]:
        """From, to, the words on the arrow and the lane that it starts in, by the order of the
        elements; those of notes are not among them."""
        order = {key: place for place, key in enumerate(self.cells)}
        rows = list[tuple[int, list[str]]]()
        for edge in self._edges:
            source, target = self.cells.get(edge.source), self.cells.get(edge.target)
            if source is None or target is None or source.is_edge or target.is_edge:
                self.loose.append(self._half(edge, source, target))
                continue
            passed = not source.lines and source.id in self._led_to
            if source.is_note or target.is_note or passed:
                continue
            for end, said in self._ends(edge, target):
                if source.lines or end.lines or said:
                    row = [source.label, end.label, said, self._lanes[source.id]]
                    rows.append((order[source.id], row))
                if len(rows) > most:
                    raise Refused("size", f"it has more than {MAX_ARROWS:,} arrows")
        return [row for _, row in sorted(rows, key=lambda one: one[0])]

    def _ends(self, edge: Cell, target: Cell) -> Iterator[tuple[Cell, str]]:
        """Where an arrow leads, past elements without words, with all words on the way."""
        stack, passed = [(target, self._said(edge))], {edge.source}
        while stack:
            cell, said = stack.pop()
            ways = [
                (end, one)
                for one in self._out[cell.id]
                if (end := self.cells.get(one.target)) and not (end.is_edge or end.is_note)
            ]
            if cell.lines or not ways:
                yield cell, said
            elif cell.id not in passed:
                passed.add(cell.id)
                stack += [
                    (end, " / ".join(filter(None, (said, self._said(one)))))
                    for end, one in reversed(ways)
                ]

    def _half(self, edge: Cell, source: Cell | None, target: Cell | None) -> str:
        ends = [cell.label if cell is not None else "" for cell in (source, target)]
        said = self._said(edge)
        return " ".join(filter(None, [f"“{ends[0]}”" if ends[0] else "", "→",
                                      f"“{ends[1]}”" if ends[1] else "",
                                      f"({said})" if said else ""]))  # fmt: skip


def _cell(element: Element) -> Cell | None:
    """A cell, or what ``UserObject`` or ``object`` says of the one in it."""
    inner = element if tag_of(element) == "mxCell" else child(element, "mxCell")
    if inner is None:
        return None
    style = inner.get("style", "")
    value = inner.get("value", "") if inner is element else element.get("label", "")
    if element.get("placeholders") == "1":
        value = _PLACEHOLDER.sub(lambda found: element.get(found[1], found[0]), value)
    return Cell(
        element.get("id", ""), _lines(value, style), style, inner.get("edge") == "1",
        inner.get("parent", ""), inner.get("source", ""), inner.get("target", ""),
        inner.get("visible") == "0",
    )  # fmt: skip


def _lines(value: str, style: str) -> list[str]:
    """The words of a label; in HTML where its style says so."""
    if "html=1" in style:
        if "<" in value:
            value = _TAG.sub("", _LINE_END.sub("\n", _STRUCK.sub("", value)))
        value = unescape(value)
    return [line for one in value.split("\n") if (line := one_line(one))]


def _nearest(parents: dict[str, str], said: dict[str, str]) -> dict[str, str]:
    """For each key its own words, or those of the next one around it that has some."""
    found = dict[str, str]()
    for key in parents:
        way, at = dict[str, None](), key
        while at in parents and at not in found and at not in way and not said.get(at):
            way[at] = None
            at = parents[at]
        words = said.get(at) or found.get(at, "")
        if at in parents and words:
            found[at] = words
        found.update(dict.fromkeys(way, words))
    return found


def _inherited(parents: dict[str, str], marked: dict[str, bool]) -> dict[str, bool]:
    """For each key whether it, or one around it, is marked."""
    said = {key: "yes" for key, is_marked in marked.items() if is_marked}
    nearest = _nearest(parents, said)
    return {key: bool(nearest.get(key)) for key in parents}
