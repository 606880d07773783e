"""Drawings of Visio (VSDX), read as those of draw.io: elements, notes and a table of the arrows.

A shape that an arrow is tied to and that has no words is called by its master. What lies in a
swimlane is told by its place.

Source of the format: Microsoft, [MS-VSDX] (pages, masters, shapes, connects) and "Visio ShapeSheet
reference" (the cells).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from io import BytesIO
from posixpath import join, normpath, split
from xml.etree.ElementTree import Element

from assistant.sources.readers.drawio import Cell, Page, page_records
from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.xml_tree import child, children, one_line, parse_xml, tag_of

Masters = Mapping[str, tuple[Element, Element]]
"""By their ids what is said of each, and its shapes."""

_ROOT, _LAYER = "root", "layer"
_STYLES = {
    "rhombus": re.compile("decision|gateway"),
    "swimlane": re.compile("swimlane(?! list)|functional band"),
    "shape=note": re.compile("annotation|callout|comment|note"),
}
"""How draw.io styles what masters with these names are."""
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NOTHING = Element("none")


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The pages of the drawing in ``data`` as one document; raises ``Refused`` where a part of the
    package is damaged."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            masters = {one.get("ID", ""): (one, part)
                       for one, part in _parts(package, "visio/masters/masters.xml")}  # fmt: skip
            parts = _parts(package, "visio/pages/pages.xml")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise Refused("damaged", "a part of the drawing cannot be unpacked") from error
    pages = [(one_line(one.get("Name", "")), _page(one, part, masters)) for one, part in parts]
    yield from page_records(pages, "Visio")


def _parts(package: zipfile.ZipFile, path: str) -> list[tuple[Element, Element]]:
    """What a list of pages or masters says of each, with its own part of the package."""
    folder, name = split(path)
    related = _parsed(package, f"{folder}/_rels/{name}.rels")
    targets = {one.get("Id", ""): one.get("Target", "") for one in related}
    found = list[tuple[Element, Element]]()
    for one in _parsed(package, path):
        relation = child(one, "Rel")
        if relation is not None and (target := targets.get(relation.get(_RELATION, ""))):
            found.append((one, _parsed(package, normpath(join(folder, target)).lstrip("/"))))
    return found


def _parsed(package: zipfile.ZipFile, path: str) -> Element:
    """A part; nothing where the package has none of this name, as one without masters."""
    return parse_xml(package.read(path)) if path in package.namelist() else _NOTHING


def _below(element: Element, holder: str, name: str) -> list[Element]:
    return list(children(child(element, holder), name))


def _shapes(element: Element) -> list[Element]:
    return _below(element, "Shapes", "Shape")


class _Shape:
    """A shape with what its master says where it says nothing itself."""

    def __init__(self, element: Element, parent: str, around: Element, masters: Masters) -> None:
        self.element, self.parent = element, parent
        self.id = element.get("ID", "")
        info, self.master = masters.get(element.get("Master", ""), (element, around))
        wanted = element.get("MasterShape", "")
        drawn = (one for one in self.master.iter() if tag_of(one) == "Shape")
        model = next((one for one in drawn if wanted in ("", one.get("ID"))), None)
        self._model = model if wanted or info is not element else None
        self.name = one_line(info.get("Name", "")) if info is not element else ""
        said = re.sub(r"\.\d+$", "", info.get("NameU", "")).casefold()
        self.style = next((style for style, names in _STYLES.items() if names.search(said)), "")
        own = child(element, "Text")
        text = own if own is not None else child(self._model, "Text")
        words = "".join(text.itertext()) if text is not None else ""
        self.lines = [line for one in re.split("[\n\u2028]", words) if (line := one_line(one))]

    def cell(self, name: str) -> str:
        """The value of a cell."""
        for element in (self.element, self._model):
            for one in children(element, "Cell"):
                if one.get("N") == name:
                    return one.get("V", "")
        return ""

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height."""
        x, y, own_x, own_y, width, height = (
            _number(self.cell(name))
            for name in ("PinX", "PinY", "LocPinX", "LocPinY", "Width", "Height")
        )
        return x - own_x, y - own_y, width, height

    def holds(self, other: _Shape) -> bool:
        """Whether the middle of ``other`` lies in it."""
        (left, bottom, width, height), (x, y, wide, high) = self.box, other.box
        return 0 <= x + wide / 2 - left <= width and 0 <= y + high / 2 - bottom <= height


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0


def _page(page: Element, part: Element, masters: Masters) -> Page:
    """A page's cells: shapes below the group or the swimlane that they lie in."""
    ends = dict[str, dict[str, str]]()
    for one in _below(part, "Connects", "Connect"):
        ends.setdefault(one.get("FromSheet", ""), {})[one.get("FromCell", "")] = one.get(
            "ToSheet", ""
        )
    tied = {key for each in ends.values() for key in each.values()}
    hidden, shapes = _hidden_layers(page), list[_Shape]()
    stack = [(one, _LAYER, _NOTHING) for one in reversed(_shapes(part))]
    while stack:
        shape = _Shape(*stack.pop(), masters)
        shapes.append(shape)
        if shape.style == "swimlane" and not shape.lines:  # its name stands on a shape in it
            shape.lines = next((one for one in _words_in(shape, masters) if one), [])
        else:
            stack += [(one, shape.id, shape.master) for one in reversed(_shapes(shape.element))]
    lanes = [one for one in shapes if one.style == "swimlane"]
    cells = [Cell(_ROOT, [], "", False, "", "", "", False),
             Cell(_LAYER, [], "", False, _ROOT, "", "", False)]  # fmt: skip
    for shape in shapes:
        to = ends.get(shape.id, {})
        is_edge = bool(shape.cell("BeginX")) and bool(shape.cell("EndX"))
        source, target = to.get("BeginX", ""), to.get("EndX", "")
        if shape.cell("BeginArrow") not in ("", "0") and shape.cell("EndArrow") == "0":
            source, target = target, source
        within = shape.element.iter()
        if shape.id in tied and not any(tag_of(one) == "Text" for one in within):
            shape.lines = shape.lines or [shape.name]
        members = {one for one in shape.cell("LayerMember").split(";") if one}
        around = [one for one in lanes if one is not shape and one.holds(shape)]
        if shape.parent == _LAYER and shape.style != "swimlane" and not is_edge and around:
            shape.parent = min(around, key=lambda one: one.box[2] * one.box[3]).id
        cells.append(Cell(shape.id, [line for line in shape.lines if line], shape.style, is_edge,
                          shape.parent, source, target,
                          bool(members) and members <= hidden))  # fmt: skip
    return Page.of(cells)


def _words_in(shape: _Shape, masters: Masters) -> Iterator[list[str]]:
    for one in _shapes(shape.element):
        inner = _Shape(one, shape.id, shape.master, masters)
        yield inner.lines
        yield from _words_in(inner, masters)


def _hidden_layers(page: Element) -> set[str]:
    """The numbers of the layers that are not shown."""
    sections = _below(page, "PageSheet", "Section")
    return {
        row.get("IX", "")
        for section in sections if section.get("N") == "Layer"
        for row in children(section, "Row")
        for cell in children(row, "Cell") if (cell.get("N"), cell.get("V")) == ("Visible", "0")
    }  # fmt: skip
