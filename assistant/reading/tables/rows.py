"""Rows of decision tables: inputs, and what follows from them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, looks_like_gherkin, span
from assistant.language.units import unit_of
from assistant.language.word_lists import read_patterns
from assistant.reading.tables.row_cells import Cell, piped_cells

_PATTERNS = read_patterns(__file__)
_OUTCOME = _PATTERNS["outcome"]
REFUSED = _PATTERNS["refused"]
_ANY = re.compile(r"^(?:any|all|\*|-|–|n/?a|either|none|)$", re.IGNORECASE)
_PAIR = re.compile(r"(?P<name>[A-Za-z][^:;|\n]{0,60}?)\s*:\s*(?P<value>[^;|\n]*)(?:[;|\n]|$)")


@dataclass(frozen=True, slots=True)
class Row:
    """A decision: ``inputs`` and what follows from them."""

    inputs: tuple[Cell, ...]
    outcomes: tuple[Cell, ...]
    whole: Span


def read_rows(text: str, *, table: bool = False) -> tuple[Row, ...]:
    """Rows in "Header: value; Header: value" or in a piped table; () for any other text."""
    if looks_like_gherkin(text):
        return ()
    rows = (_row(cells, whole) for cells, whole in piped_cells(text))
    if piped := tuple(row for row in rows if any(cell.value.text for cell in row.outcomes)):
        return piped
    masked = mask_quotes(text)
    cells = []
    for match in _PAIR.finditer(masked):
        value = span(text, match.start("value"), match.end("value"))
        cells.append(
            Cell(
                text[match.start("name") : match.end("name")].strip(),
                value,
                span(text, match.start(), match.end()),
            )
        )
    covered = sum(cell.whole.end - cell.whole.start + 1 for cell in cells)
    if len(cells) < 2 or covered < 0.8 * len(text.strip()) or (not table and len(cells) < 3):
        return ()
    if not table and not all(len(cell.name.split()) <= 5 for cell in cells):
        return ()
    row = _row(tuple(cells), span(text, 0, len(text)))
    return (row,) if any(cell.value.text for cell in row.outcomes) else ()


def _row(cells: tuple[Cell, ...], whole: Span) -> Row:
    named = [cell for cell in cells if _OUTCOME.search(cell.name)]
    told = named if named and len(named) < len(cells) else [cells[-1]]
    rates = [cell for cell in cells[1:] if cell not in told and _is_rate(cell)]
    told += rates if len(told) + len(rates) < len(cells) else []
    outcomes = tuple(cell for cell in cells if cell in told)
    inputs = tuple(cell for cell in cells if cell not in outcomes)
    return Row(inputs, outcomes, whole)


def _is_rate(cell: Cell) -> bool:
    """Whether a cell says how much of something goes with each of another: "Hives per ha: 4".

    A rule gives such an amount, nobody enters it. What happens so often ("Visits per week") may
    be entered, unless it is a price.
    """
    rate = _RATE.search(cell.name)
    found = find_quantities(cell.value.text)
    if rate is None or len(found) != 1 or found[0].is_limit:
        return False
    if cell.value.text.replace(found[0].text, "").strip():
        return False
    known = unit_of(rate["each"].lower())
    return known is None or known[0] != "duration" or found[0].kind == "money"


_RATE = re.compile(r"\w.* per (?P<each>[A-Za-z]+)(?![^()]*\))", re.IGNORECASE)
""" "Hives per ha", but not a unit in brackets: "Density (g per ml)"."""


def is_refusal(row: Row) -> bool:
    """Whether an outcome of the row refuses."""
    return any(REFUSED.match(cell.value.text) for cell in row.outcomes)


def is_any(cell: Cell) -> bool:
    """Whether a cell leaves its column open: "any", "-"."""
    return _ANY.match(cell.value.text) is not None


def alternatives_of(cell: Cell) -> list[str]:
    """The values of a cell that lists several, as "Smart, Traditional or Prepayment"."""
    said = cell.value.text
    parts = [re.sub(r"^or ", "", part) for part in re.split(r",\s+|\s+or\s+", said)]
    if (
        len(parts) < 2
        or any(quantity.is_limit for quantity in find_quantities(said))
        or any(len(part.split()) > 4 for part in parts)
    ):
        return []
    return parts


_LIMITED = _PATTERNS["limited"]
""" "Minimum spend", "Response time": headings that make a bare amount a limit."""


def as_limit(cell: Cell) -> str:
    """A cell's words; an amount under "Maximum ..." or "Response time" with the limit it is."""
    limited = _LIMITED.fullmatch(cell.name.strip())
    said = cell.value.text
    if limited is None or any(quantity.is_limit for quantity in find_quantities(said)):
        return said
    words = "at least" if limited["least"] else "at most"
    return f"{words} {said}" if _AMOUNT.match(said) else said


_AMOUNT = re.compile(r"[€$£]?\d")
