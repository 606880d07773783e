"""Rows of a field specification: one field a row, and in each column what is asked of it.

"Field: Postcode; Required: Yes; Length: 5 digits; Error message: ..." is no decision with inputs
and an outcome: each column is a rule about the one field. ``read_field_rows`` knows such rows by
their headings; what the cells ask is told as sentences by ``field_rules``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.design.messages import mask_quotes
from assistant.design.rows import Cell, piped_cells
from assistant.design.sentences import Span, looks_like_gherkin, span

Heading = Literal[
    "name", "required", "optional", "type", "length", "longest", "shortest", "lowest", "highest",
    "values", "rule", "format", "default", "unique", "message", "context", "outcome", "other",
]  # fmt: skip
"""What a column of a field specification tells of the field.

A "context" ("Stage") stands before the field's name: it says when the row applies.
"""

_HEADINGS: tuple[tuple[Heading, str], ...] = (
    ("name", r"(?:(?:input|form|data|entry|screen|ui|required|mandatory) )?field(?: ?name| ?label)?"
             r"|field ?/ ?\w+|attribute(?: name)?|data (?:item|element|attribute)|input"
             r"|input name|parameter(?: name)?|property|column(?: name)?|element(?: name)?"),
    ("required", r"(?:is )?(?:required|mandatory|obligatory|compulsory)(?: field)?"
                 r"|(?:required|mandatory|m) ?(?:/|or) ?(?:optional|o|not|conditional)"
                 r"|mandatory ?\(y/n\)|required ?\(y/n\)|req\.?|mand\.?|necessity"),
    ("optional", r"(?:is )?optional|nullable|may be empty|can be empty|blank allowed"),
    ("type", r"(?:data ?|field ?|input ?|control ?|value ?)?type|control|widget"),
    ("longest", r"max(?:imum|\.)? ?(?:length|len|size|chars?|characters)"
                r"|(?:length|size) ?\(?max(?:imum|\.)?\)?"),
    ("shortest", r"min(?:imum|\.)? ?(?:length|len|chars?|characters)"),
    ("length", r"(?:field |allowed )?(?:length|len\.?|size)(?: ?\(.*\))?|characters"
               r"|(?:no\.?|number) of (?:characters|digits)"),
    ("lowest", r"min(?:imum|\.)?(?: value)?|lower (?:limit|bound)"),
    ("highest", r"max(?:imum|\.)?(?: value)?|upper (?:limit|bound)"),
    ("values", r"(?:allowed|valid|possible|permitted|accepted|picklist|list of|dropdown"
               r"|available|acceptable) (?:values?|options|choices|entries)|values|options|choices"
               r"|lov|enum|picklist|(?:allowed |valid |permitted |value )?range"),
    ("rule", r"(?:field |input |data )?validations?(?: rules?| criteria| logic)?"
             r"|(?:business |field )?rules?|constraints?|restrictions?|requirements?"
             r"|allowed characters|criteria|conditions?"),
    ("format", r"(?:data |input |expected |allowed )?format|pattern|mask"),
    ("default", r"default(?: value)?|initial value|prefilled(?: with)?"),
    ("unique", r"(?:is )?unique"),
    ("message", r"(?:error|validation|warning|failure)(?: message| text)?s?"
                r"|messages?(?: (?:shown|displayed|on error|if invalid))?|on error|error shown"),
    ("context", r"stage|status|state|record ?type|phase|role|user role|profile|customer type"
                r"|type of customer|channel|country|market"),
    ("outcome", r"(?:expected )?(?:outcome|results?)|expected|then|decision|response|action taken"),
)  # fmt: skip
_KNOWN: tuple[tuple[Heading, re.Pattern[str]], ...] = tuple(
    (heading, re.compile(pattern, re.IGNORECASE)) for heading, pattern in _HEADINGS
)
_ASKING = frozenset(
    ("required", "optional", "length", "longest", "shortest", "lowest", "highest", "values",
     "rule", "format", "unique")
)  # fmt: skip
"""Headings of which one at least makes a table a specification of fields."""
_NOTHING = re.compile(r"(?:n/?a|none|null|nil|[-–—*.]+|\s*)", re.IGNORECASE)
_HEAD = re.compile(r"\s*(?P<name>[A-Za-z][^:;|\n\x00]{0,40}?)\s*:(?!//)\s*")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field: its name, where that stands, and the cells that ask something of it."""

    name: str
    named: Span
    cells: tuple[tuple[Heading, Cell], ...]
    whole: Span
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
    piped = list(piped_cells(text))
    rows = piped or [(tuple(_pairs(text)), span(text, 0, len(text)))]
    if not piped and len(rows[0][0]) < (2 if table else 3):
        return ()
    found = [_field_row(cells, whole) for cells, whole in rows]
    return tuple(row for row in found if row is not None) if all(found) else ()


def heading_of(name: str) -> Heading:
    """What a column tells of a field, by its heading."""
    said = re.sub(r"[*?]+|\s+", " ", name).strip(" .:").replace("_", " ")
    return next((heading for heading, known in _KNOWN if known.fullmatch(said)), "other")


def _field_row(cells: tuple[Cell, ...], whole: Span) -> FieldRow | None:
    """The row as a field's, or ``None`` where its headings are others."""
    read = [(heading_of(cell.name), cell) for cell in cells]
    names = [cell for heading, cell in read if heading == "name" and cell.value.text]
    headings = {heading for heading, _ in read}
    if len(names) != 1 or "outcome" in headings:
        return None
    asked = re.match(r"(?:required|mandatory) ", names[0].name, re.IGNORECASE)
    if not asked and not headings & _ASKING:
        return None
    name = names[0].value.text.strip()
    place = read.index(("name", names[0]))
    said = tuple(
        ("other" if heading == "context" and index > place else heading, cell)
        for index, (heading, cell) in enumerate(read)
        if heading != "name" and not _NOTHING.fullmatch(cell.value.text)
    )
    bare = name.strip(" *:").strip("\"“”'‘’`")
    if not bare or len(bare.split()) > 8 or any(mark in bare for mark in '"“”|;'):
        return None
    return FieldRow(bare, names[0].whole, said, whole, bool(asked) or "*" in name)


def _pairs(text: str) -> Iterator[Cell]:
    """Cells of "Heading: value; Heading: value"; a value may hold semicolons itself."""
    masked = mask_quotes(text)
    starts = []
    place = 0
    for part in re.split(r"(?<=[;\n])", masked):
        head = _HEAD.match(part)
        if head and (place == 0 or _is_heading(head["name"])):
            starts.append((place, head))
        place += len(part)
    if not starts or starts[0][0] != 0:
        return
    ends = [start for start, _ in starts[1:]] + [len(text)]
    for (start, head), end in zip(starts, ends, strict=True):
        last = start + len(text[start:end].rstrip(" ;\n"))
        value = span(text, min(start + head.end(), last), last)
        yield Cell(
            text[start + head.start("name") : start + head.end("name")].strip(),
            value,
            span(text, start + head.start("name"), last),
        )


def _is_heading(name: str) -> bool:
    return heading_of(name) != "other" or (name[:1].isupper() and len(name.split()) <= 4)
