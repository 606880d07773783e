"""Tables in a text, and the criteria that rows and columns of tables state.

Markdown pipe tables and tab-separated pastes are read. A row is one criterion, composed with the
headers or the words of one cell. A decision table as ISO/IEC/IEEE 29119-4 draws it has its rules in
columns: each row is a condition or an action. A rule becomes one criterion: "Customer is a
business: Yes; Order is over £500: No; Outcome: the discount applies".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.sources.pasted.lines import Line, Passage, step_word, unwrap
from assistant.sources.pasted.names_and_ids import EPIC_WORDS, OWN_ID, section_name

if TYPE_CHECKING:  # else each process that reads a file makes all models first
    from assistant.domain import CriterionForm

_DELIMITER = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_BREAK = re.compile(r"</?br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell with the offsets of its trimmed words in the text (equal where it is empty)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows of cells; ``header`` tells whether the first row is one."""

    lines: tuple[Line, ...]
    rows: tuple[tuple[Cell, ...], ...]
    header: bool

    @property
    def texts(self) -> list[list[str]]:
        """The cells' texts, row by row."""
        return [[cell.text for cell in row] for row in self.rows]


def is_delimiter(text: str) -> bool:
    """Whether a line is the ``|---|---|`` under a pipe table's header."""
    return "-" in text and "|" in text and bool(_DELIMITER.match(text))


def table_length(lines: Sequence[Line], at: int) -> int:
    """How many lines from ``at`` on form a table: 0 where none begins there."""
    first = lines[at].text
    if first.lstrip().startswith("|") and first.count("|") >= 2:
        return _run(lines, at, lambda text: text.lstrip().startswith("|"))
    if "|" in first and at + 1 < len(lines) and is_delimiter(lines[at + 1].text):
        return _run(lines, at, lambda text: "|" in text)
    if "\t" in first.strip():
        length = _run(lines, at, lambda text: "\t" in text.strip())
        return length if length > 1 else 0
    return 0


def _run(lines: Sequence[Line], at: int, wanted: Callable[[str], bool]) -> int:
    end = at
    while end < len(lines) and wanted(lines[end].text):
        end += 1
    return end - at


def read_table(lines: Sequence[Line]) -> Table:
    """The table that ``lines`` (as counted by ``table_length``) hold."""
    piped = "|" in lines[0].text and "\t" not in lines[0].text.strip()
    delimited = len(lines) > 1 and is_delimiter(lines[1].text)
    rows = []
    for number, line in enumerate(lines):
        if piped and is_delimiter(line.text):
            continue
        row = _pipe_cells(line) if piped else _tab_cells(line)
        if any(cell.text for cell in row) or number == 0:
            rows.append(tuple(row))
    return Table(tuple(lines), tuple(rows), header=delimited or not piped)


def _pipe_cells(line: Line) -> list[Cell]:
    text = line.text
    begin = len(text) - len(text.lstrip())
    begin += text.startswith("|", begin)
    stop = len(text.rstrip())
    if stop > begin and text[stop - 1] == "|" and text[stop - 2 : stop - 1] != "\\":
        stop -= 1
    cells, at = [], begin
    for position in range(begin, stop + 1):
        if position == stop or (text[position] == "|" and text[position - 1] != "\\"):
            cells.append(_cell(line, at, position))
            at = position + 1
    return cells


def _tab_cells(line: Line) -> list[Cell]:
    cells, at = [], 0
    for part in line.text.split("\t"):
        cells.append(_cell(line, at, at + len(part)))
        at += len(part) + 1
    return cells


def _cell(line: Line, start: int, end: int) -> Cell:
    part = line.text[start:end]
    left = start + len(part) - len(part.lstrip())
    words = part.strip()
    text = _BREAK.sub("\n", words).replace("\\|", "|")
    return Cell(text, line.start + left, line.start + left + len(words))


_COLUMNS = {
    name: re.compile("|".join(headers), re.IGNORECASE)
    for name, headers in EPIC_WORDS["columns"].items()
}
_STEPS = ("given", "when", "then")
_REQUIREMENT = re.compile(
    r"(?:(?:business|user|functional|system) )?requirements?|anforderung(?:en)?|exigences?"
    r"|requisit[oi]s?|eis(?:en)?|wymagani[ea]",
    re.IGNORECASE,
)
_OWN_ID = re.compile(OWN_ID)


@dataclass(frozen=True, slots=True)
class RowCriterion:
    """A criterion read from one table row."""

    passage: Passage
    form: CriterionForm = "table"
    title: str = ""
    given: str = ""
    number: int = 0


def has_header(table: Table) -> bool:
    """Whether the first row names the columns: marked so, or short words over longer rows."""
    if len(table.rows) < 2:
        return False
    first = [unwrap(cell.text) for cell in table.rows[0]]
    if any("**" in cell.text for cell in table.rows[0]):
        return True
    known = sum(bool(names_role(name)) for name in first)
    short = all(0 < len(name.split()) <= 4 and not name.endswith(".") for name in first)
    if table.header and "|" in table.lines[0].text:
        return True
    return (
        known >= 2
        or (known == 1 and len(first) <= 2)
        or (short and not any(re.search(r"\d", name) for name in first))
    )


def names_role(name: str) -> str:
    """What a column holds by its header: given, when, then, id, text, title, side, or ""."""
    name = " ".join(unwrap(name).rstrip(":").split())
    for word in _STEPS:
        if name.casefold().startswith(word) and _COLUMNS[word].fullmatch(name):
            return word
    for role in ("id", "text", "title", "side"):
        criteria = role == "text" and section_name(name) == "criteria"
        if criteria or _COLUMNS[role].fullmatch(name):
            return role
    return ""


def lists_requirements(table: Table) -> bool:
    """Whether its rows are requirements by their ids, wherever it stands ("Id | Requirement").

    All that state one have such an id. A table that only traces other ids states none.
    """
    if not has_header(table):
        return False
    names = [unwrap(cell.text) for cell in table.rows[0]]
    roles = list(map(names_role, names))
    if "id" not in roles or not any(map(_REQUIREMENT.fullmatch, names)):
        return False
    at = roles.index("id")
    stated = next(i for i, n in enumerate(names) if _REQUIREMENT.fullmatch(n))
    told = [
        (row[at].text, row[stated].text)
        for row in table.rows[1:]
        if max(at, stated) < len(row) and row[at].text and row[stated].text
    ]
    traced = sum(all(map(_is_own_id, re.split(r"[,;\n]", words))) for _, words in told)
    return bool(told) and all(_is_own_id(given) for given, _ in told) and traced * 2 <= len(told)


def _is_own_id(cell: str) -> bool:
    return bool(_OWN_ID.fullmatch(unwrap(cell).replace(" ", "")))


def table_criteria(table: Table) -> Iterator[RowCriterion]:
    """A criterion for each row that says something.

    Given|When|Then columns make a Gherkin text. A column named as the criterion gives its cell's
    words, with the other columns after it; any other row becomes "Header: cell; Header: cell".
    A decision table with its rules in columns gives a criterion for each rule.
    """
    rules = _rule_columns(table)
    if rules:
        for name, words in rules:
            yield RowCriterion(words, "table", name)
        return
    rows = list(table.rows)
    header = [unwrap(cell.text) for cell in rows.pop(0)] if has_header(table) else []
    roles = [names_role(name) for name in header]
    if len(set(roles) & {"given", "when", "then"}) < 2:
        roles = ["" if role in _STEPS else role for role in roles]
    if any(
        _COLUMNS["field"].fullmatch(name) for name in header
    ):  # "Rule" and "Name" are columns like others
        roles = [role if role == "id" else "" for role in roles]
    for row in rows:
        made = _row(row, header, roles)
        if made.passage.text:
            yield made


def empty_columns(table: Table) -> list[str]:
    """Headers of columns without any filled cell."""
    if not has_header(table) or _rule_columns(table):
        return []
    names = [unwrap(cell.text) for cell in table.rows[0]]
    return [
        name
        for number, name in enumerate(names)
        if name and not any(row[number : number + 1] and row[number].text for row in table.rows[1:])
    ]


def _row(row: Sequence[Cell], header: Sequence[str], roles: Sequence[str]) -> RowCriterion:
    named = list(zip(header, roles, row, strict=False)) if header else []
    extra = [("", "", cell) for cell in row[len(header) :]]
    cells = [(name, role, cell) for name, role, cell in [*named, *extra] if cell.text]
    by_role = {role: cell for _, role, cell in reversed(cells) if role}
    given = unwrap(by_role["id"].text) if "id" in by_role else ""
    number = int(given) if given.isdigit() and len(given) < 4 else 0
    given = "" if number or len(given) > 30 or "\n" in given else given
    title = unwrap(by_role["title"].text) if "title" in by_role else ""
    used = {"id", "title"} if given or number else {"title"}
    if {"given", "when", "then"} & set(by_role):
        steps = [_step(word, by_role[word].text) for word in _STEPS if word in by_role]
        rest = [_named(name, cell) for name, role, cell in cells if role not in {*used, *_STEPS}]
        return RowCriterion(Passage("\n".join([*steps, *rest])), "gherkin", title, given, number)
    if "text" in by_role:
        cell = by_role["text"]
        rest = [
            _named(name, other)
            for name, role, other in cells
            if role not in used and other is not cell
        ]
        if not rest:
            whole = cell.end - cell.start == len(cell.text)
            words = Passage(cell.text, cell.start, cell.end) if whole else Passage(cell.text)
            return RowCriterion(words, "table", title, given, number)
        return RowCriterion(Passage("\n".join([cell.text, *rest])), "table", title, given, number)
    used = used if len([c for c in cells if c[1] not in used]) else set()
    title = title if "title" in used else ""
    parts = [_named(name, cell) for name, role, cell in cells if role not in used]
    return RowCriterion(Passage("; ".join(parts)), "table", title, given, number)


def _named(name: str, cell: Cell) -> str:
    return f"{name}: {cell.text}" if name else cell.text


def _step(word: str, cell: str) -> str:
    if step_word(cell):
        return cell
    return f"{word.capitalize()} {cell}"


# --- Decision tables --------------------------------------------------------------------------

_RULE_NAME = re.compile(
    r"(?:rule|case|column|combination|test|tc|r|c|#)?[ .#-]*\d{1,3}", re.IGNORECASE
)
_MARK = re.compile(r"(?:y|n|yes|no|t|f|true|false|x|-|–|—|\*|any|✓|✔|✗|✘|0|1|n/?a)?", re.IGNORECASE)
_DONE = re.compile(r"(?:x|✓|✔|y|yes|1|t|true)", re.IGNORECASE)
_ANY = re.compile(r"(?:-|–|—|\*|any|n/?a|)", re.IGNORECASE)
_ACTIONS = re.compile(
    r"(?:expected )?(?:actions?|outcomes?|effects?|results?|outputs?|then)\W*", re.IGNORECASE
)
_CONDITIONS = re.compile(r"(?:conditions?|causes?|inputs?|if|given)\W*", re.IGNORECASE)
_SAID = {"y": "Yes", "t": "Yes", "true": "Yes", "n": "No", "f": "No", "false": "No"}


def _rule_columns(table: Table) -> tuple[tuple[str, Passage], ...]:
    """The rules of a decision table by name; () for a table of another shape."""
    rows = [[unwrap(cell.text) for cell in row] for row in table.rows]
    if len(rows) < 3 or len(rows[0]) < 3 or not all(_RULE_NAME.fullmatch(c) for c in rows[0][1:]):
        return ()
    marks = [cell for row in rows[1:] for cell in row[1:]]
    if sum(bool(_MARK.fullmatch(cell)) for cell in marks) < 0.6 * len(marks):
        return ()
    first = _first_action(rows)
    if not 1 < first < len(rows):
        return ()
    return tuple(
        (name, Passage("; ".join(_parts(rows, column, first))))
        for column, name in enumerate(rows[0][1:], 1)
    )


def _first_action(rows: list[list[str]]) -> int:
    """The row with which the actions begin: below their label, else the first of marks alone."""
    labelled = next((i for i, row in enumerate(rows[1:], 1) if _ACTIONS.fullmatch(row[0])), None)
    if labelled is not None:
        return labelled
    for index in range(len(rows) - 1, 0, -1):
        cells = [cell for cell in rows[index][1:] if cell]
        if not cells or not all(re.fullmatch(r"[x✓✔]", cell, re.IGNORECASE) for cell in cells):
            return index + 1 if index < len(rows) - 1 else index
    return 1


def _parts(rows: list[list[str]], column: int, first: int) -> Iterator[str]:
    for row in rows[1:first]:
        value = row[column] if column < len(row) else ""
        if row[0] and not _CONDITIONS.fullmatch(row[0]) and not _ANY.fullmatch(value):
            yield f"{row[0]}: {_SAID.get(value.lower(), value)}"
    outcomes = []
    for row in rows[first:]:
        value = row[column] if column < len(row) else ""
        if not row[0] or (_ACTIONS.fullmatch(row[0]) and not value):
            continue
        if _DONE.fullmatch(value):
            outcomes.append(row[0])
        elif not _MARK.fullmatch(value):
            outcomes.append(f"{row[0]} {value}")
    yield f"Outcome: {' and '.join(outcomes) or 'none'}"
