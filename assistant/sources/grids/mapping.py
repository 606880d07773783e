"""A table of cases under any headers: a mapping of its columns that a person sees and corrects.

``suggest_mapping`` proposes what each column holds, by its header and by what stands in it;
``apply_mapping`` reads the rows under a mapping. Mappings are values: saved as JSON and applied
to the next export of the same tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, get_args

from assistant.domain import TestCase, Unread, Value
from assistant.errors import SourceError
from assistant.language.word_lists import read_patterns
from assistant.sources.grids.case_groups import SECTION
from assistant.sources.grids.case_rows import read_cases
from assistant.sources.grids.grids import Grid, RowsForm
from assistant.sources.grids.headers import (
    Columns,
    case_columns,
    is_identity,
    normalised,
    numbered_steps,
    settled,
)
from assistant.sources.pasted.names_and_ids import Taken, find_key

CaseField = Literal[
    "id", "title", "objective", "preconditions", "postconditions", "priority", "type", "release",
    "team", "epic", "story", "criteria", "labels", "status", "step_number", "step_action",
    "step_data", "step_expected", "gherkin", "plain", "ignore",
]  # fmt: skip
"""What a column of a case table can hold; "ignore" for one that is not read."""

_TELLING = frozenset({"id", "step_action", "step_expected"})
_SAMPLE_ROWS, _LEAST_CELLS = 200, 2
_ID = re.compile(r"[A-Za-z][A-Za-z_-]{0,15}[-_ ]?\d{1,7}|\d{1,7}")
_PATTERNS = read_patterns(__file__)
_PRIORITY = _PATTERNS["priority"]
_GHERKIN = re.compile(r"^\s*(?:given|when|then|scenario)\b", re.IGNORECASE | re.MULTILINE)
_EXPECTED = _PATTERNS["expected"]
_ACTION = _PATTERNS["action"]


class MappedColumn(Value):
    """A column of the file and what it is read as.

    ``number`` counts from 0. ``reason`` says how the field was found ("by its header", "by its
    content: 9 of 10 cells", "set by a person", or nothing for an ignored column); ``sample`` is
    its first filled cell.
    """

    number: int
    header: str
    field: CaseField = "ignore"
    reason: str = ""
    sample: str = ""


class ColumnMapping(Value):
    """What the columns of a case table hold; to be shown, corrected, saved and applied again.

    ``rows_form`` says how rows form cases, see ``grids.RowsForm``.
    """

    name: str = ""
    columns: tuple[MappedColumn, ...]
    rows_form: RowsForm = "auto"

    @property
    def fields(self) -> dict[CaseField, tuple[int, ...]]:
        """The numbers of the columns for each field that is read."""
        found: dict[CaseField, list[int]] = {}
        for column in self.columns:
            if column.field != "ignore":
                found.setdefault(column.field, []).append(column.number)
        return {name: tuple(numbers) for name, numbers in found.items()}

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps this mapping from giving cases, in words; empty where it can be applied."""
        fields, said = set(self.fields), []
        if not fields & {"title", "id", "objective"}:
            said.append("No column holds the title or id of a case. Choose one.")
        if not fields & {"step_action", "step_expected", "gherkin", "plain"}:
            said.append("No column holds steps. Choose the one with actions, results or a script.")
        if self.rows_form == "id" and "id" not in fields:
            said.append("No column holds the id that the rows of a case share. Choose one.")
        if self.rows_form == "title" and not fields & {"title", "objective"}:
            said.append("No column holds the title that begins a case. Choose one.")
        return tuple(said)

    def case_columns(self) -> Columns:
        """The columns as the reader of cases takes them."""
        single = numbered_steps([column.header for column in self.columns])
        found: dict[str, list[int]] = {}
        for at, column in enumerate(self.columns):
            if column.field != "ignore":
                own = single.get(at, "")
                name = own if own.partition(" ")[0] == column.field else column.field
                found.setdefault(name, []).append(column.number)
        fields = {name: tuple(numbers) for name, numbers in found.items()}
        if "title" not in fields and "objective" in fields:
            fields["title"] = fields.pop("objective")
        unknown = tuple(column.number for column in self.columns if column.field == "ignore")
        return Columns("cases", fields, unknown)

    def with_field(self, number: int, field: CaseField) -> ColumnMapping:
        """The mapping with one column read as ``field``; ``SourceError`` for no such column."""
        if not any(column.number == number for column in self.columns):
            raise SourceError(
                f"The mapping has no column {number + 1}; it has "
                f"{len(self.columns)}. Choose one of "
                "these."
            )
        changed = {"field": field, "reason": "set by a person"}
        return self.model_copy(
            update={
                "columns": tuple(
                    column.model_copy(update=changed) if column.number == number else column
                    for column in self.columns
                )
            }
        )

    def placed(self, headers: Sequence[str]) -> ColumnMapping | None:
        """The mapping for a file with the same headers, in whatever order they come now.

        ``None`` where a column that is read is missing, or most of the others are: then it is
        another file. Columns that the mapping does not know are left out.
        """
        free: dict[str, list[int]] = {}
        for number, header in enumerate(headers):
            free.setdefault(normalised(header), []).append(number)
        found, missing, others = list[MappedColumn](), 0, 0
        for column in self.columns:
            places = free.get(normalised(column.header), [])
            others += column.field == "ignore"
            if places:
                found.append(column.model_copy(update={"number": places.pop(0)}))
            elif column.field != "ignore":
                return None
            else:
                missing += 1
        return None if missing * 2 > others else self.model_copy(update={"columns": tuple(found)})

    def applied_to(self, grid: Grid) -> Grid | None:
        """``grid`` with its columns and rows read under this mapping, or ``None`` for another's."""
        mapping = self.placed(grid.header)
        if mapping is None:
            return None
        return replace(grid, columns=mapping.case_columns(), rows_form=self.rows_form)

    def fits(self, headers: Sequence[str]) -> bool:
        """Whether a file with these headers can be read under this mapping as it is."""
        names = [normalised(header) for header in headers]
        return all(
            column.field == "ignore"
            or (column.number < len(names) and names[column.number] == normalised(column.header))
            for column in self.columns
        )


def suggest_mapping(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> ColumnMapping:
    """A proposal for the columns under ``headers``: by their names, else by what is in them.

    Every column of the file is in it, unknown ones as "ignore".
    """
    by_name = case_columns(headers)
    named = settled(by_name, headers, rows)
    fields = {number: name for name, numbers in named.fields.items() for number in numbers}
    plain = {number: name for name, numbers in by_name.fields.items() for number in numbers}
    sample = rows[:_SAMPLE_ROWS]
    columns = [
        MappedColumn(
            number=number,
            header=header,
            field=_field(fields.get(number, "").partition(" ")[0]),
            reason=_reason(fields.get(number, ""), plain.get(number, "")),
            sample=_first(sample, number),
        )
        for number, header in enumerate(headers)
    ]
    taken = {column.field for column in columns}
    titles = [column.number for column in columns if column.field == "title"]
    for field, hit in _BY_CONTENT:
        if field in taken or (field == "gherkin" and "step_action" in taken):
            continue
        best = max(
            ((_share(sample, column.number, hit), column) for column in columns
             if column.field == "ignore"
             and (field != "id" or is_identity(rows, column.number, titles))),
            key=lambda entry: entry[0],
            default=None,
        )  # fmt: skip
        if best is None or best[0][0] < 0.6 or best[0][2] < _LEAST_CELLS:
            continue
        (_, hits, filled), column = best
        reason = f"by its content: {hits} of {filled} cells"
        columns[column.number] = column.model_copy(update={"field": field, "reason": reason})
        taken.add(field)
    return ColumnMapping(columns=tuple(columns))


def may_hold_cases(
    grids: Sequence[Grid], cases: Sequence[TestCase], unread: Sequence[Unread]
) -> bool:
    """Whether a person should look at the columns of these tables.

    True where a table without known headers looks like test cases, and where one that was read as
    cases left many rows over, gave cases without steps, or has an unknown column that looks like
    the ids, the actions or the results.
    """
    known = [grid for grid in grids if grid.columns is not None and grid.columns.kind == "cases"]
    rows = sum(len(grid.rows) for grid in known)
    strange = [piece for piece in unread if not piece.reason.endswith(SECTION)]
    if known and (
        len(strange) * 5 > rows or sum(not case.steps for case in cases) * 2 > len(cases)
    ):
        return True
    for grid in known:
        suggested = suggest_mapping(grid.header, grid.rows).columns
        if any(c.field in _TELLING and "content" in c.reason for c in suggested):
            return True
    for grid in grids:
        if grid.columns is None:
            fields = set(suggest_mapping(grid.header, grid.rows).fields)
            named = fields & {"title", "id", "objective"}
            if named and fields & {"step_action", "gherkin", "plain"} and len(grid.rows) > 1:
                return True
    return False


def apply_mapping(
    mapping: ColumnMapping,
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    first_row: int = 2,
) -> tuple[tuple[TestCase, ...], tuple[Unread, ...]]:
    """The cases in ``rows`` under ``mapping``, and the rows that belong to no case.

    ``first_row`` is the number of the first row in the file, for messages. Raises ``SourceError``
    where the mapping has problems or was made for other headers.
    """
    if mapping.problems:
        raise SourceError(f"This mapping gives no cases. {' '.join(mapping.problems)}")
    if not mapping.fits(headers):
        raise SourceError(
            "This mapping was made for other columns than the file has. Let a new one be suggested "
            "and correct it."
        )
    cells = tuple(tuple(row) for row in rows)
    grid = Grid(
        "",
        tuple(headers),
        cells,
        mapping.case_columns(),
        first_row=first_row,
        rows_form=mapping.rows_form,
    )
    cases, unread = read_cases(grid, Taken())
    return tuple(cases), tuple(unread)


def _reason(field: str, by_name: str) -> str:
    """Why a column holds ``field``, where its name alone would say ``by_name``."""
    if not field:
        return ""
    return "by its header" if field == by_name else "by its header and its cells"


def _field(name: str) -> CaseField:
    return next((field for field in get_args(CaseField) if field == name), "ignore")


def _first(rows: Sequence[Sequence[str]], number: int) -> str:
    cells = (row[number].strip() for row in rows if number < len(row))
    return next((cell[:200] for cell in cells if cell), "")


def _share(
    rows: Sequence[Sequence[str]], number: int, hit: Callable[[str], bool]
) -> tuple[float, int, int]:
    filled = [row[number].strip() for row in rows if number < len(row) and row[number].strip()]
    hits = sum(map(hit, filled))
    return (hits / len(filled) if filled else 0.0, hits, len(filled))


def _is_title(cell: str) -> bool:
    return 8 <= len(cell) <= 200 and "\n" not in cell and " " in cell


_BY_CONTENT: tuple[tuple[CaseField, Callable[[str], bool]], ...] = (
    ("gherkin", lambda cell: len(_GHERKIN.findall(cell)) >= 2),
    ("step_expected", lambda cell: bool(_EXPECTED.search(cell)) and not _ACTION.match(cell)),
    ("step_action", lambda cell: bool(_ACTION.match(cell))),
    ("id", lambda cell: bool(_ID.fullmatch(cell))),
    ("story", lambda cell: bool(find_key(cell)) and len(cell) < 60),
    ("priority", lambda cell: bool(_PRIORITY.fullmatch(cell))),
    ("title", _is_title),
)
"""How a column without a known header is known by its cells, in the order of trust."""
