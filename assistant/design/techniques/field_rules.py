"""What the cells of a field's row ask: to be filled in, limits, values of a list, other demands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.design.items import one_line
from assistant.language.amounts import Quantity
from assistant.language.quantities import find_quantities
from assistant.language.word_lists import read_patterns
from assistant.reading.tables.field_rows import FieldRow, read_field_rows
from assistant.reading.tables.row_cells import Cell

_PATTERNS = read_patterns(__file__)
_YES = _PATTERNS["yes"]
_NO = re.compile(r"(?:no|n|false|0|o|✗|✘|optional|not required|not mandatory)[ .]*", re.IGNORECASE)
_NUMBER = r"[+-]?[€$£]?\d[\d,.' ]*(?<=\d)%?"
_RANGE = re.compile(
    rf"(?:between |from )?(?P<low>{_NUMBER})\s*(?:-|–|—|\.\.+|…|to|and|until)\s*"
    rf"(?P<high>{_NUMBER})(?P<unit>(?: ?[^\d]*)?)$",
    re.IGNORECASE,
)
_BARE = re.compile(rf"{_NUMBER}(?: ?[a-z]+)?(?: ?\(max[a-z.]*\))?$", re.IGNORECASE)
_INNER = re.compile(r"(?:text|string|(?:n?var)?char|long text)\s*\((?P<inner>[^()]+)\)", re.I)
_EXPRESSION = re.compile(r"\^.*|.*\$|.*\\[dDsSwW].*|.*\][*+?{].*")
"""A regular expression, whose numbers are no limits: "^0[1-9][0-9]{8}$"."""
_LISTED = _PATTERNS["listed"]
_KIND = _PATTERNS["kind"]
_LIST = re.compile(r"\s*(?:[,;/|\n]|\bor\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that a cell asks of its field.

    "filled" asks for an entry ("" or the case in which, by ``when``), "free" lets it be empty,
    "limit" sets ``limits``, "values" lists ``values``, "other" is kept as it stands.
    """

    kind: str
    cell: Cell
    when: bool = False
    limits: tuple[Quantity, ...] = ()
    values: tuple[str, ...] = ()


FieldDemands = tuple[FieldRow, tuple[Demand, ...]]
"""A row, and all that it asks."""


def field_rules(text: str, *, table: bool = False) -> tuple[FieldDemands, ...]:
    """What the rows of a field specification ask; () for any other text."""
    rows = read_field_rows(text, table=table)
    found = tuple((row, tuple(_demands(row))) for row in rows)
    return tuple((row, asked) for row, asked in found if asked)


def _demands(row: FieldRow) -> Iterator[Demand]:
    """Everything that a row asks, in the order in which a tester would try it."""
    yield from _presence(row)
    for heading, cell in row.cells:
        said = one_line(cell.value.text)
        if heading in ("length", "longest", "shortest"):
            lead = "at least" if heading == "shortest" else "at most"
            unit = "digits" if re.search(r"\bdigits\b", cell.name, re.IGNORECASE) else "characters"
            yield from _limited(cell, said, lead, unit)
        elif heading in ("lowest", "highest"):
            lead = "at least" if heading == "lowest" else "at most"
            yield from _limited(cell, said, lead, "")
        elif heading == "type":
            yield from _typed(cell, said)
        elif heading == "values":
            yield from _listed(cell, said)
        elif heading == "format" and _EXPRESSION.fullmatch(said):
            yield Demand("other", cell)
        elif heading in ("rule", "format", "lead"):
            yield from _ruled(cell, cell.value.text, sure=heading != "lead")
        elif heading == "unique" and _YES.match(said):
            yield Demand("other", cell)


def _presence(row: FieldRow) -> Iterator[Demand]:
    """Whether the field must be filled in: "Yes", "Optional", "If the customer is a business"."""
    for cell in row.of("required"):
        said = one_line(cell.value.text)
        if re.search(r"\b(?:if|when|where|unless)\b", said, re.IGNORECASE):
            yield Demand("filled", cell, when=True)
        elif _YES.match(said):
            yield Demand("filled", cell)
        elif _NO.fullmatch(said):
            yield Demand("free", cell)
    if row.starred and not row.of("required"):
        yield Demand("filled", Cell(row.name, row.named, row.named))
    for cell in row.of("optional"):
        said = one_line(cell.value.text)
        if _YES.match(said) or _NO.fullmatch(said):
            yield Demand("free" if _YES.match(said) else "filled", cell)


def _typed(cell: Cell, said: str) -> Iterator[Demand]:
    """What a type asks: a length of a text, the values of a list, a date or a number."""
    inner = _INNER.search(said)
    listed = _LISTED.match(said)
    if inner:
        yield from _limited(cell, inner["inner"].strip(), "at most", "characters")
    elif listed:
        yield from _listed(cell, listed["inner"].strip())
    elif _KIND.match(said):
        yield Demand("other", cell)


def _limited(cell: Cell, said: str, lead: str, unit: str) -> Iterator[Demand]:
    """The limits of a cell that holds a number, a range or a limit in words."""
    ends = _RANGE.match(said)
    if ends:
        said = f"between {ends['low']} and {ends['high']} {ends['unit'].strip() or unit}".strip()
    else:
        said = f"{lead} {said}" if _BARE.match(said) else said
        said = f"{said} {unit}" if re.search(r"\d$", said) else said
    said = re.sub(r"\bchars?\b", "characters", said.strip())
    limits = tuple(q for q in find_quantities(said) if q.is_limit)
    yield Demand("limit", cell, limits=limits) if limits else Demand("other", cell)


def _listed(cell: Cell, said: str) -> Iterator[Demand]:
    values = [value.strip(" .\"“”'‘’") for value in _LIST.split(said)]
    values = [value for value in values if value]
    if _RANGE.match(said) or any(q.is_limit for q in find_quantities(said)):
        yield from _limited(cell, said, "at most", "")
    elif len(values) > 1 and all(len(value.split()) <= 5 for value in values):
        yield Demand("values", cell, values=tuple(values))
    else:
        yield Demand("other", cell)


def _ruled(cell: Cell, said: str, *, sure: bool) -> Iterator[Demand]:
    """A rule in words: its limits, or the rule as it stands."""
    limits = tuple(q for q in find_quantities(said) if q.is_limit)
    conditional = re.search(r"\b(?:if|when|where|unless)\b", said, re.IGNORECASE)
    if limits and not conditional:
        yield Demand("limit", cell, limits=limits)
    elif sure:
        yield Demand("other", cell)
