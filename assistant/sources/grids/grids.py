"""Rows of cells from a file or a paste: the header found, and what the rows are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.language.word_lists import read_patterns
from assistant.sources.grids.headers import Columns
from assistant.sources.grids.table_kinds import recognise

RowsForm = Literal["auto", "row", "id", "title"]
"""How rows form cases. "auto": a row whose id and title are empty or the same goes on with the case
above it; "row": each row is a case; "id": rows with the same id, and those without one after them,
are a case; "title": a case begins in each row with a title."""

_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠﹢﹣﹦﹫]")
"""What the Excel-safe export puts its sign before, one more where the sign stands already."""

_FOOTER = read_patterns(__file__)["footer"]

_OWN_HEADERS = frozenset({"test case id", "support", "sources", "writer"})
"""What our own standard table has, and no other tool's."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet or a CSV: ``header`` and ``rows`` below it; ``above`` are lines over the header."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: Columns | None = None
    above: tuple[tuple[str, ...], ...] = ()
    first_row: int = 2
    """Number of the first of ``rows`` in the file, counted from 1; 0 where rows have no number."""
    rows_form: RowsForm = "auto"
    is_facts: bool = False
    """Whether a person said that its rows stay a table."""

    @property
    def is_own(self) -> bool:
        """Whether this product wrote the table: its cells hold no markup, and a row is a step."""
        return {name.strip().casefold() for name in self.header} >= _OWN_HEADERS

    def place(self, number: int) -> str:
        """What a citation calls row ``number``: "sheet Rules, row 12"."""
        if not self.first_row:
            return ""
        return f"sheet {self.name}, row {number}" if self.name else f"row {number}"


def unmarked(cell: str) -> str:
    """A cell of a file without our own Excel-safe marker: one ``'`` before what a spreadsheet
    could take as a formula, white space in front of it or not."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def make_grid(name: str, rows: Sequence[Sequence[str]]) -> Grid | None:
    """The grid that ``rows`` form, or ``None`` where all cells are empty.

    The header is the first row (of the first ten) that names the columns of cases or
    requirements, or else the first row with two filled cells; where a blank line stands right below
    that and a fuller row of names behind it, as below a line with owner and date, that one.
    """
    cleaned = _without_footer([tuple(row) for row in rows])
    filled = [n for n, row in enumerate(cleaned) if any(cell.strip() for cell in row)]
    if not filled:
        return None
    for at in filled[:10]:
        columns = recognise(cleaned[at], cleaned[at + 1 :])
        if columns is not None:
            return _grid(name, cleaned, at, columns)
    cells = {n: sum(bool(cell.strip()) for cell in cleaned[n]) for n in filled[:10]}
    wide = next((n for n in cells if cells[n] > 1), filled[0])
    after = next((n for n in cells if n > wide), wide)
    if after > wide + 1 and cells[after] > cells[wide] and _are_names(cleaned[after]):
        wide = after
    return _grid(name, cleaned, wide, None)


def _are_names(row: Sequence[str]) -> bool:
    """Whether no cell of a row is a number: it may name columns."""
    return not any(re.fullmatch(r"[\d.,\s%€$£-]*\d[\d.,\s%€$£-]*", cell.strip()) for cell in row)


def _without_footer(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """``rows`` without the lines below a report: its name, whose it is, who generated it when."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    at = len(rows)
    while at and filled[at - 1] < 2:
        at -= 1
    marked = next((n for n in range(at, len(rows)) if any(map(_FOOTER.search, rows[n]))), None)
    if marked is None:
        return rows
    while marked > at and filled[marked - 1]:
        marked -= 1
    while marked > at and not filled[marked - 1]:
        marked -= 1
    return rows[:marked]


def _is_schema(row: Sequence[str]) -> bool:
    """Whether a line over a header is what SharePoint says of a list's columns ("Export to CSV with
    schema")."""
    return row[0].startswith("ListSchema=")


def _grid(name: str, rows: list[tuple[str, ...]], at: int, columns: Columns | None) -> Grid:
    return Grid(
        name,
        header=rows[at],
        rows=tuple(rows[at + 1 :]),
        columns=columns,
        above=tuple(row for row in rows[:at] if any(map(str.strip, row)) and not _is_schema(row)),
        first_row=at + 2,
    )
