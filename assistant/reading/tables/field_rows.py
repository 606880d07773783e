"""Rows of a field specification: one field a row, and in each column what is asked of it.

"Field: Postcode; Required: Yes; Length: 5 digits; Error message: ..." is no decision with inputs
and an outcome: each column is a rule about the one field. ``read_field_rows`` knows such rows by
their headings; what the cells ask is told as sentences by ``field_rules``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.language.sentences import Span, looks_like_gherkin
from assistant.language.word_lists import read_table
from assistant.reading.tables.row_cells import Cell, row_cells

Heading = Literal[
    "name", "required", "optional", "type", "length", "longest", "shortest", "lowest", "highest",
    "values", "rule", "format", "default", "unique", "message", "lead", "context", "outcome",
    "other",
]  # fmt: skip
"""What a column of a field specification tells of the field.

A "context" ("Stage") stands before the field's name: it says when the row applies. The "lead" is
the row's own text, without a heading.
"""

_HEADINGS = read_table(Path(__file__).with_name("headings.toml"), dict[Heading, tuple[str, ...]])
_KNOWN = tuple(
    (heading, re.compile("|".join(patterns), re.IGNORECASE))
    for heading, patterns in _HEADINGS.items()
)
_ASKING = frozenset(
    ("required", "optional", "length", "longest", "shortest", "lowest", "highest", "values",
     "rule", "format", "unique")
)  # fmt: skip
"""Headings of which one at least makes a table a specification of fields."""
_COUNTED = re.compile(
    r"(?:up to |at most |at least |exactly |max(?:imum|\.)? |min(?:imum|\.)? )?\d+"
    r"(?: ?(?:-|–|to|and) ?\d+)? (?:characters?|chars?|digits?|letters?)\.?",
    re.IGNORECASE,
)
"""A cell that counts characters, whatever its column is called."""
_MASK = re.compile(r"(?:[DdMmYyHhs]{1,4}[./:-]){1,4}[DdMmYyHhs]{1,4}")
"""A cell that draws a date or a time: DD.MM.YYYY."""
_NOTHING = re.compile(r"(?:n/?a|none|null|nil|[-–—*.]+|\s*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field: its name, where that stands, and the cells that ask something of it."""

    name: str
    named: Span
    cells: tuple[tuple[Heading, Cell], ...]
    starred: bool = False

    def of(self, *headings: Heading) -> tuple[Cell, ...]:
        """The cells under any of the headings, in the order of the row."""
        return tuple(cell for heading, cell in self.cells if heading in headings)


def read_field_rows(text: str, *, table: bool = False) -> tuple[FieldRow, ...]:
    """Rows of a field specification; () for any other text.

    ``table`` says that the text is known to be a row of a table; elsewhere a row needs three cells.
    """
    if looks_like_gherkin(text):
        return ()
    rows = row_cells(text)
    if not rows or (not table and len(rows) == 1 and len(rows[0][0]) < 3):
        return ()
    found = [_field_row(cells) for cells, _ in rows]
    return tuple(row for row in found if row is not None) if all(found) else ()


def heading_of(name: str) -> Heading:
    """What a column tells of a field, by its heading."""
    said = re.sub(r"[*?]+|\s+", " ", name).strip(" .:").replace("_", " ")
    return next((heading for heading, known in _KNOWN if known.fullmatch(said)), "other")


def _heading(cell: Cell) -> Heading:
    """What a cell tells of the field: by its heading, else by its own words."""
    heading, said = heading_of(cell.name), cell.value.text.strip()
    if heading != "other":
        return heading
    if _COUNTED.fullmatch(said):
        return "length"
    if _MASK.fullmatch(said):
        return "format"
    return "message" if re.search(r"\bmessages?\b", cell.name, re.IGNORECASE) else "other"


def _field_row(cells: tuple[Cell, ...]) -> FieldRow | None:
    """The row as a field's, or ``None`` where its headings are others."""
    read = [(_heading(cell), cell) for cell in cells]
    names = [cell for heading, cell in read if heading == "name" and cell.value.text]
    names.sort(key=lambda cell: cell.name.casefold() == "name")  # "Field" rather than "Name"
    headings = {heading for heading, _ in read}
    if not names or "outcome" in headings:
        return None
    asked = re.match(r"(?:required|mandatory) ", names[0].name, re.IGNORECASE)
    if not asked and not headings & _ASKING:
        return None
    name = names[0].value.text.strip()
    place = read.index(("name", names[0]))
    said = tuple(
        ("other" if heading == "context" and index > place else heading, cell)
        for index, (heading, cell) in enumerate(read)
        if heading != "name" and (heading == "required" or not _NOTHING.fullmatch(cell.value.text))
    )
    bare = name.strip(" *:").strip("\"“”'‘’`")
    if not bare or len(bare.split()) > 8 or any(mark in bare for mark in '"“”|;'):
        return None
    return FieldRow(bare, names[0].whole, said, bool(asked) or "*" in name)
