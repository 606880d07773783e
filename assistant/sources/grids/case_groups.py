"""Rows of a table of cases, grouped: which of them are one case, and which are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.domain import Unread
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.headers import Columns, normalised

Cells = dict[str, str]
"""The cells of a row by field."""

SECTION = "It stands above cases and has no steps: its words were read as their section."
"""Why a row is no case that was understood all the same."""

RESULT_LINES = "result lines"
"""Beside the fields of ``Columns``: a cell of results as it is, blank lines included, where line
after line belongs to the actions beside it."""

_STEPS = frozenset({"step_action", "step_data", "step_expected", "gherkin", "plain"})
_TEXTS = _STEPS | {"preconditions", "postconditions"}
_OF_A_CASE = (
    "objective", "preconditions", "postconditions", "priority", "type", "release", "team", "epic",
    "story", "criteria", "labels",
)  # fmt: skip
"""What tells two cases with the same title apart. A status does not: a tester keeps one a step."""

_LINE_SIGN = re.compile(r"¶(?!\s?\d{1,4}(?![.)\d]))")
"""A line end as some editors export it; "¶ 5" names a paragraph."""
_AN_ID = re.compile(r"[^\s\d]{0,20}\d[\w.\-/#]{0,40}")
_LONGEST_SECTION = 120


@dataclass(slots=True)
class CaseRows:
    """The rows of one case, and the words of the row above that names its section."""

    first: Cells
    rows: list[Cells] = field(default_factory=list)
    section: tuple[str, ...] = ()
    is_own: bool = False
    """Whether this product wrote them: each row is a step as it stands there."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A filled row with its number in the file and its cells by field."""

    number: int
    texts: Sequence[str]
    cells: Cells

    @property
    def words(self) -> str:
        return " | ".join(text.strip() for text in self.texts if text.strip())

    @property
    def filled(self) -> list[int]:
        return [number for number, text in enumerate(self.texts) if text.strip()]


def grouped(grid: Grid, unread: list[Unread]) -> Iterator[CaseRows]:
    """The rows of each case in ``grid``, in order; rows of no case go to ``unread``."""
    rows = _rows(grid)
    sections = _sections(grid, rows)
    current: CaseRows | None = None
    section: tuple[str, ...] = ()
    named = False  # whether the row above names a section as well
    for at, row in enumerate(rows):
        cells = row.cells
        if at in sections:
            unread.append(Unread(text=row.words, reason=f"Row {row.number}: {SECTION}"))
            section, named = (*(section if named else ()), *_labels(row)), True
            if current is not None:
                yield current
                current = None
            continue
        named = False
        if current is not None and _is_shared(row.texts, grid):
            words = cells.get("title", "") or cells.get("id", "")
            current.rows.append(
                {"step_action": cells.get("step_action") or f"Shared steps: {words}"}
            )
            continue
        if current is not None and (_goes_on(cells, current, grid) or _counts_on(cells, current)):
            current.rows.append(cells)
            continue
        if not (cells.get("id") or cells.get("title")):
            unread.append(
                Unread(
                    text=row.words,
                    reason=f"Row {row.number} has no id and no title, and no case stands above it.",
                )
            )
            continue
        if current is not None:
            yield current
        current = CaseRows(cells, [cells], section, grid.is_own)
    if current is not None:
        yield current


def _rows(grid: Grid) -> list[_Row]:
    assert grid.columns is not None
    columns, found = grid.columns, list[_Row]()
    lines = _result_column(grid)
    for number, texts in enumerate(grid.rows, grid.first_row):
        if not any(text.strip() for text in texts):
            continue
        cells = {name: columns.cell(texts, name) for name in columns.fields}
        for name, cell in cells.items():
            if "¶" in cell and not grid.is_own and name.partition(" ")[0] in _TEXTS:
                cells[name] = _LINE_SIGN.sub("\n", cell)
        if lines is not None and lines < len(texts) and texts[lines].strip():
            cells[RESULT_LINES] = texts[lines].strip(" \t")
        found.append(_Row(number, texts, cells))
    return found


def _result_column(grid: Grid) -> int | None:
    """TestRail's column of results, each on a line (an empty one too) like the action beside it."""
    assert grid.columns is not None
    actions = grid.columns.fields.get("step_action", ())
    results = grid.columns.fields.get("step_expected", ())
    names = [normalised(grid.header[n]) for n in actions if n < len(grid.header)]
    paired = len(results) == 1 and any(name.endswith(" (step)") for name in names)
    return results[0] if paired else None


def has_steps(cells: Cells) -> bool:
    """Whether a cell of a row holds something of a step."""
    return any(cell and name.partition(" ")[0] in _STEPS for name, cell in cells.items())


# --- Rows that name a section -----------------------------------------------------------------


def _sections(grid: Grid, rows: Sequence[_Row]) -> set[int]:
    """Which of ``rows`` only name a section (a module, a page) of the cases below them.

    Such a row lacks what every case with steps has besides them, holds nothing but a title, a label
    or what stands in unknown columns, and a case with steps comes next. In a table where cases
    have a title and steps only, a title without steps is a case that is not written yet.
    """
    columns = grid.columns
    assert columns is not None
    if grid.rows_form != "auto":
        return set()
    full = [bool(_names_case(row.cells) and has_steps(row.cells)) for row in rows]
    if sum(full) < 2:
        return set()
    of_steps = _numbers(columns, lambda name: name.partition(" ")[0] in {*_STEPS, "step_number"})
    always: set[int] | None = None
    for row, is_full in zip(rows, full, strict=True):
        if is_full:
            filled = set(row.filled) - of_steps
            always = filled if always is None else always & filled
    known = _numbers(columns, lambda name: name not in {"id", "title", "labels", "team"})
    front = next((n for n, name in enumerate(grid.header) if name.strip()), 0)
    found = set[int]()
    follows = False
    for at in range(len(rows) - 1, -1, -1):
        row = rows[at]
        filled = set(row.filled)
        if full[at]:
            follows = True
        elif follows and not filled & known and (always or set()) - filled and _names(row, front):
            found.add(at)
        else:
            follows = False
    return found


def _names(row: _Row, front: int) -> bool:
    """Whether a row without steps can name a section: by a title, or by one cell in front."""
    identity = row.cells.get("id", "")
    if identity and (row.cells.get("title") or _AN_ID.fullmatch(identity)):
        return False
    return bool(row.cells.get("title")) or row.filled == [front]


def _names_case(cells: Cells) -> bool:
    return bool(cells.get("id") or cells.get("title"))


def _numbers(columns: Columns, wanted: Callable[[str], bool]) -> set[int]:
    return {n for name, numbers in columns.fields.items() if wanted(name) for n in numbers}


def _labels(row: _Row) -> Iterator[str]:
    for text in dict.fromkeys(" ".join(text.split()) for text in row.texts):
        if text and len(text) <= _LONGEST_SECTION:
            yield text


# --- Rows that go on with the case above ------------------------------------------------------


def _is_shared(row: Sequence[str], grid: Grid) -> bool:
    """Whether a row stands for steps that cases share (Azure DevOps), and begins no case."""
    return any(
        normalised(header) == "work item type" and cell.strip().casefold().startswith("shared step")
        for header, cell in zip(grid.header, row, strict=False)
    )


def _goes_on(cells: Cells, above: CaseRows, grid: Grid) -> bool:
    """Whether a row belongs to the case ``above``."""
    assert grid.columns is not None
    first = above.first
    if grid.rows_form == "row" or (_number(cells) == 1 and cells == first):
        return False  # the first step once more, to the last cell: the case stands there twice
    if grid.rows_form == "id":
        return cells.get("id", "") in {"", first.get("id", "")}
    if grid.rows_form == "title":
        return not cells.get("title")
    same = all(cells.get(name, "") in {"", first.get(name, "")} for name in ("id", "title"))
    if same and not cells.get("id") and cells.get("title"):
        if "id" in grid.columns.fields and not first.get("id"):
            return False
        # Cases may share a title: what else is said of a case, and differs, tells them apart.
        alike = all(cells.get(name, "") in {"", first.get(name, "")} for name in _OF_A_CASE)
        return alike or _next_step(cells, above)
    return same


def _next_step(cells: Cells, above: CaseRows) -> bool:
    """Whether the number of a row's step is the one after that of the row above."""
    number, before = _number(cells), _number(above.rows[-1])
    return bool(number and before) and number == before + 1


def _counts_on(cells: Cells, above: CaseRows) -> bool:
    """Whether a row without an id counts the steps of the keyed case above it on, title or not."""
    number = _number(cells)
    if cells.get("id") or not above.first.get("id") or not number:
        return False
    return number > 1 if any(map(has_steps, above.rows)) else number == 1


def _number(cells: Cells) -> int:
    """The number of a row's step; 0 where it has none."""
    cell = cells.get("step_number", "")
    return int(cell) if cell.isdecimal() and len(cell) < 7 else 0
