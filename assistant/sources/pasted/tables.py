"""Tables in a text: Markdown pipe tables and tab-separated pastes, and tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from assistant.sources.pasted.lines import Line

_DELIMITER = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
Content = TypeVar("Content")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


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


def _run(lines: Sequence[Line], at: int, wanted: object) -> int:
    assert callable(wanted)
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


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """``rows`` (header first) as a Markdown pipe table."""
    width = max((len(row) for row in rows), default=0)
    lines = []
    for number, row in enumerate(rows):
        cells = [*row, *[""] * (width - len(row))]
        lines.append("| " + " | ".join(_escaped(cell) for cell in cells) + " |")
        if number == 0:
            lines.append("|" + " --- |" * width)
    return "\n".join(lines)


def spread_cells(rows: Iterable[Iterable[tuple[Content, int, int]]]) -> list[list[Content]]:
    """Cells (content, columns, rows) repeated over all columns and rows that they span."""
    out, held = list[list[Content]](), dict[int, tuple[int, Content]]()
    for cells in rows:
        row, queue = list[Content](), list(cells)[::-1]
        while queue or len(row) in held:
            if len(row) in held:
                left, content = held.pop(len(row))
                if left > 1:
                    held[len(row)] = (left - 1, content)
                row.append(content)
                continue
            content, across, down = queue.pop()
            for _ in range(across):
                if down > 1:
                    held[len(row)] = (down - 1, content)
                row.append(content)
        out.append(row)
    return out


def _escaped(cell: str) -> str:
    return "<br>".join(cell.replace("|", "\\|").strip().split("\n"))
