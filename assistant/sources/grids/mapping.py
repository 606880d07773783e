"""A table under any headers: a mapping of its columns that a person sees and corrects.

It says what the rows are (cases, stories, or rows that stay a table) and what each column holds.
``suggest_mapping`` proposes that, by a column's header and by what stands in it;
``ColumnMapping.applied_to`` has a table read so. Mappings are values: saved as JSON and applied to
the next export of the same tool.
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
    assigned,
    case_columns,
    cell_of,
    is_identity,
    normalised,
    numbered_steps,
    settled,
)
from assistant.sources.grids.table_kinds import recognise
from assistant.sources.grids.tool_headers import english_header
from assistant.sources.pasted.lines import read_marker, split_lines
from assistant.sources.pasted.names_and_ids import Taken, find_key
from assistant.sources.pasted.story_sentences import starts_story

CaseField = Literal[
    "id", "title", "objective", "test_date", "preconditions", "postconditions", "priority", "type",
    "release", "team", "epic", "story", "criteria", "labels", "status", "step_number",
    "step_action", "step_data", "step_expected", "gherkin", "plain", "ignore",
]  # fmt: skip
"""What a column of a case table can hold; "ignore" for one that is not read."""

StoryField = Literal[
    "key", "title", "narrative", "criteria", "criterion_id", "epic", "epic_title", "type",
    "release", "team", "sprint", "labels", "role", "want", "benefit", "given", "when", "then",
    "ignore",
]  # fmt: skip
"""What a column of a table of stories can hold."""

ColumnField = CaseField | StoryField
Holds = Literal["cases", "stories", "facts"]
"""What the rows of a table are; "facts" stay a table in the source's text."""

CONTENT = "by its content"
"""How the reason begins for a column that was guessed."""

_ONCE: tuple[ColumnField, ...] = ("key", "title")
_IDS, _NAMES = frozenset({"id", "key"}), frozenset({"title", "narrative"})
_TELLING = frozenset({"id", "step_action", "step_expected", "criteria"})
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
    field: ColumnField = "ignore"
    reason: str = ""
    sample: str = ""

    @property
    def is_guess(self) -> bool:
        """Whether only what stands in the column says what it holds."""
        return self.reason.startswith(CONTENT)


class ColumnMapping(Value):
    """What a table holds, and its columns; to be shown, corrected, saved and applied again.

    ``rows_form`` says how rows form cases, see ``grids.RowsForm``.
    """

    name: str = ""
    holds: Holds = "cases"
    columns: tuple[MappedColumn, ...]
    rows_form: RowsForm = "auto"

    @property
    def fields(self) -> dict[ColumnField, tuple[int, ...]]:
        """The numbers of the columns for each field that is read."""
        found: dict[ColumnField, list[int]] = {}
        for column in self.columns:
            if column.field != "ignore":
                found.setdefault(column.field, []).append(column.number)
        return {name: tuple(numbers) for name, numbers in found.items()}

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps this mapping from being applied, in words; empty where nothing does."""
        if self.holds == "facts":
            return ()
        if self.holds == "stories":
            return self._story_problems()
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

    def _story_problems(self) -> tuple[str, ...]:
        fields = self.fields
        said = [
            f"{len(fields[name])} columns hold the {name} of a story. Choose one."
            for name in _ONCE
            if len(fields.get(name, ())) > 1
        ]
        if not fields.keys() & {"title", "narrative", "want"}:
            said.append("No column holds the title or the words of a story. Choose one.")
        return tuple(said)

    def read_columns(self) -> Columns | None:
        """The columns as the readers of cases and stories take them; ``None`` for facts."""
        if self.holds == "facts":
            return None
        unknown = tuple(column.number for column in self.columns if column.field == "ignore")
        if self.holds == "stories":
            return Columns("requirements", self._story_columns(), unknown)
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
        return Columns("cases", fields, unknown)

    def _story_columns(self) -> dict[str, tuple[int, ...]]:
        """The fields of a story; a wish without a role is no sentence of three columns, and stands
        as it was written."""
        fields = {str(name): numbers for name, numbers in self.fields.items()}
        if not fields.keys() >= {"role", "want"}:
            words = [n for name in ("narrative", "want", "benefit") for n in fields.pop(name, ())]
            if words:
                fields["narrative"] = tuple(sorted(words))
        return fields

    def with_field(self, number: int, field: ColumnField) -> ColumnMapping:
        """The mapping with one column read as ``field``; ``SourceError`` for no such column."""
        if not any(column.number == number for column in self.columns):
            raise SourceError(
                f"The mapping has no column {number + 1}; it has {len(self.columns)}. Choose one "
                "of these."
            )
        changed = {"field": field, "reason": "set by a person"}
        columns = tuple(
            column.model_copy(update=changed) if column.number == number else column
            for column in self.columns
        )
        return self.model_copy(update={"columns": columns})

    def placed(self, headers: Sequence[str]) -> ColumnMapping | None:
        """The mapping for a file with the same headers, in whatever order they come now.

        ``None`` where a column that is read is missing, or most of the others are: then it is
        another file. Columns that the mapping does not know are left out. Stories and facts need
        the same headers: columns such as "ID", "Title" stand in tables of all kinds.
        """
        if self.holds != "cases" and not self.is_for(headers):
            return None
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
        columns = mapping.read_columns()
        if columns is not None:
            used = {number for numbers in columns.fields.values() for number in numbers}
            named = (number for number, name in enumerate(grid.header) if name.strip())
            columns = replace(columns, unknown=tuple(n for n in named if n not in used))
        is_facts = self.holds == "facts"
        return replace(grid, columns=columns, rows_form=self.rows_form, is_facts=is_facts)

    def is_for(self, headers: Sequence[str]) -> bool:
        """Whether these are the headers that the mapping was made for, in whatever order."""
        own = sorted(normalised(column.header) for column in self.columns)
        return [*filter(None, own)] == sorted(filter(None, map(normalised, headers)))


def mapping_for(mappings: Sequence[ColumnMapping], headers: Sequence[str]) -> ColumnMapping | None:
    """The mapping that reads a file with these headers, placed in it; one that was made for just
    these comes before those that only have their columns among them."""
    likely = sorted(mappings, key=lambda mapping: not mapping.is_for(headers))
    return next((placed for one in likely if (placed := one.placed(headers))), None)


def suggest_mapping(
    headers: Sequence[str], rows: Sequence[Sequence[str]], holds: Holds = "cases"
) -> ColumnMapping:
    """A proposal for the columns under ``headers``: by their names, else by what is in them.

    Every column of the file is in it, unknown ones as "ignore".
    """
    by_name, named = _named(headers, rows, holds)
    fields = {number: name for name, numbers in named.items() for number in numbers}
    plain = {number: name for name, numbers in by_name.items() for number in numbers}
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
    for field, hit in _BY_CONTENT[holds]:
        if field in taken or (field == "gherkin" and "step_action" in taken):
            continue
        titles = [column.number for column in columns if column.field in _NAMES]
        best = max(
            ((_share(sample, column.number, hit), column) for column in columns
             if column.field == "ignore"
             and (field not in _IDS or is_identity(rows, column.number, titles))),
            key=lambda entry: entry[0],
            default=None,
        )  # fmt: skip
        if best is None or not _speaks(best[0]):
            continue
        (_, hits, filled), column = best
        reason = f"{CONTENT}: {hits} of {filled} cells"
        columns[column.number] = column.model_copy(update={"field": field, "reason": reason})
        taken |= {field, "title"} if field == "narrative" else {field}  # a sentence names its story
    return ColumnMapping(columns=tuple(columns), holds=holds)


def _named(
    headers: Sequence[str], rows: Sequence[Sequence[str]], holds: Holds
) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """The columns by their names alone, and with what their cells say of them."""
    if holds == "facts":
        return {}, {}
    if holds == "cases":
        by_name = case_columns(headers)
        return by_name.fields, settled(by_name, headers, rows).fields
    names = [normalised(name) for name in english_header(headers)]
    known, told = assigned("requirements", names), recognise(headers, rows)
    is_told = told is not None and told.kind == "requirements"
    return known.fields, told.fields if told is not None and is_told else known.fields


def guess_holds(grid: Grid) -> Holds:
    """What the rows of a table are read as; of one that is not read, what its cells look like."""
    if grid.columns is not None:
        return "cases" if grid.columns.kind == "cases" else "stories"
    fields = set(suggest_mapping(grid.header, grid.rows).fields)
    cases = bool(fields & {"title", "id", "objective"}) and len(grid.rows) > 1
    if cases and "step_action" in fields:
        return "cases"
    columns = range(len(grid.header))
    if any(_speaks(_share(grid.rows[:_SAMPLE_ROWS], n, starts_story)) for n in columns):
        return "stories"
    return "cases" if cases and fields & {"gherkin", "plain"} else "facts"


def needs_a_look(
    grids: Sequence[Grid], cases: Sequence[TestCase], unread: Sequence[Unread]
) -> bool:
    """Whether a person should look at the columns of these tables.

    True where a table without known headers looks like test cases or stories, where one that was
    read as cases left many rows over or gave cases without steps, or none of whose cases has an
    action, or a result, while a column of sentences is not used, and where one has an unknown
    column that looks like the ids, the actions, the results or the criteria.
    """
    known = [grid for grid in grids if grid.columns is not None and grid.columns.kind == "cases"]
    rows = sum(len(grid.rows) for grid in known)
    strange = [piece for piece in unread if not piece.reason.endswith(SECTION)]
    if known and (
        len(strange) * 5 > rows or sum(not case.steps for case in cases) * 2 > len(cases)
    ):
        return True
    if any(_leaves_sentences(grid) and _lacks_steps(grid) for grid in known):
        return True
    for grid in grids:
        holds = guess_holds(grid)
        if grid.columns is None and holds != "facts":
            return True
        suggested = suggest_mapping(grid.header, grid.rows, holds).columns
        if any(c.field in _TELLING and c.is_guess for c in suggested):
            return True
    return False


def _lacks_steps(grid: Grid) -> bool:
    """Whether no case of a table of cases has an action, or none an expected result."""
    steps = [step for case in read_cases(grid, Taken())[0] for step in case.steps]
    return not (any(s.action for s in steps) and any(s.expected_result for s in steps))


def _leaves_sentences(grid: Grid) -> bool:
    """Whether a column of sentences is not used."""
    unused = grid.columns.unknown if grid.columns is not None else ()
    return any(_share(grid.rows[:_SAMPLE_ROWS], n, _is_sentence)[0] >= 0.6 for n in unused)


def _reason(field: str, by_name: str) -> str:
    """Why a column holds ``field``, where its name alone would say ``by_name``."""
    if not field:
        return ""
    return "by its header" if field == by_name else "by its header and its cells"


def _field(name: str) -> ColumnField:
    known: tuple[ColumnField, ...] = (*get_args(CaseField), *get_args(StoryField))
    return next((field for field in known if field == name), "ignore")


def _first(rows: Sequence[Sequence[str]], number: int) -> str:
    return next((cell[:200] for row in rows if (cell := cell_of(row, number))), "")


def _share(
    rows: Sequence[Sequence[str]], number: int, hit: Callable[[str], bool]
) -> tuple[float, int, int]:
    filled = [cell for row in rows if (cell := cell_of(row, number))]
    hits = sum(map(hit, filled))
    return (hits / len(filled) if filled else 0.0, hits, len(filled))


def _speaks(share: tuple[float, int, int]) -> bool:
    """Whether enough cells of a column are of a kind to say what it holds."""
    return share[0] >= 0.6 and share[2] >= _LEAST_CELLS


def _is_title(cell: str) -> bool:
    return 8 <= len(cell) <= 200 and "\n" not in cell and " " in cell


def _is_sentence(cell: str) -> bool:
    return len(cell.split()) > 2 and any(map(str.isalpha, cell))


def _is_id(cell: str) -> bool:
    return bool(_ID.fullmatch(cell))


def _is_gherkin(cell: str) -> bool:
    return len(_GHERKIN.findall(cell)) >= 2


def _is_list(cell: str) -> bool:
    return sum(read_marker(line) is not None for line in split_lines(cell)) >= 2


_BY_CONTENT: dict[Holds, tuple[tuple[ColumnField, Callable[[str], bool]], ...]] = {
    "cases": (
        ("gherkin", _is_gherkin),
        ("step_expected", lambda cell: bool(_EXPECTED.search(cell)) and not _ACTION.match(cell)),
        ("step_action", lambda cell: bool(_ACTION.match(cell))),
        ("id", _is_id),
        ("story", lambda cell: bool(find_key(cell)) and len(cell) < 60),
        ("priority", lambda cell: bool(_PRIORITY.fullmatch(cell))),
        ("title", _is_title),
    ),
    "stories": (
        ("narrative", starts_story),
        ("criteria", lambda cell: _is_list(cell) or _is_gherkin(cell)),
        ("key", _is_id),
        ("title", _is_title),
    ),
    "facts": (),
}
"""How a column without a known header is known by its cells, in the order of trust."""
