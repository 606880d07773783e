"""Workbooks (XLSX) of test cases in which every cell is text: no formula, number or date.

Format: ECMA-376, one sheet of inline strings, each cell of the type "inlineStr" and in the number
format "@" (text), so that what a person types over it stays text too. Nothing that a cell begins
with can run, so no mark is put before it. A backslash-like escape of the format ("_x0041_") is
escaped itself; what XML cannot hold becomes a visible sign. A cell has at most as many UTF-16
units as Excel opens: the whole file would be called damaged otherwise.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from assistant.domain import CaseTemplate, TestCase
from assistant.language.word_lists import read_table
from assistant.suite.export.csv_file import encodable
from assistant.suite.rows import Sources, rows

EXCEL_CELL_LIMIT = 32_767
"""UTF-16 units of a cell (Microsoft, "Excel specifications and limits")."""

NARROWEST, WIDEST = 8, 50
"""Widths of a column in characters; longer lines are wrapped."""

_NO_XML = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = read_table(Path(__file__).with_name("workbook_parts.toml"), dict[str, str])
"""What every such workbook has besides its sheet; style 1 is a header, style 2 a text."""


def write_xlsx(template: CaseTemplate, cases: Iterable[TestCase], *, sources: Sources) -> bytes:
    """The cases as a workbook with the template's columns; the same cases give the same bytes.

    Cases stand in the order in which they come. A cell longer than Excel opens is cut there, which
    ``export_warnings`` tells.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in _PARTS.items():
            archive.writestr(_entry(name), _HEAD + body)
        sheet = "".join(_sheet(list(rows(template, cases, sources=sources))))
        archive.writestr(_entry("xl/worksheets/sheet1.xml"), sheet)
    return target.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without the time of day, so that the same cases give the same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet(table: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield "</sheetView></sheetViews><cols>"
    for column, width in enumerate(_widths(table), 1):
        yield f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    for number, cells in enumerate(table, 1):
        yield _row(number, cells)
    # That numbers are text is meant: Excel marks none of them with a corner.
    last = f"{_letters(len(table[0]))}{len(table)}"
    yield f'</sheetData><ignoredErrors><ignoredError sqref="A1:{last}" numberStoredAsText="1"/>'
    yield "</ignoredErrors></worksheet>"


def _widths(table: Sequence[Sequence[str]]) -> Iterator[int]:
    """The width of each column in characters: its longest line, within what reads well."""
    for cells in zip(*table, strict=True):
        longest = max(len(line) for cell in cells for line in (cell.splitlines() or [""]))
        yield min(max(longest + 2, NARROWEST), WIDEST)


def _row(number: int, cells: Sequence[str]) -> str:
    style = 1 if number == 1 else 2
    written = (
        f'<c r="{_letters(column)}{number}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        for column, cell in enumerate(cells, 1)
        if cell
    )
    return f'<row r="{number}">{"".join(written)}</row>'


def _letters(column: int) -> str:
    """A column's name: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _text(cell: str) -> str:
    """A cell's text as XML."""
    text = _LINE_END.sub("\n", encodable(cell))
    text = _NO_XML.sub(_visible, text)
    units = text.encode("utf-16-le")
    if len(units) > EXCEL_CELL_LIMIT * 2:
        text = units[: EXCEL_CELL_LIMIT * 2].decode("utf-16-le", "ignore")
    return escape(_ESCAPED.sub("_x005F_", text))


def _visible(match: re.Match[str]) -> str:
    """A control character's picture; the replacement sign for what is no character."""
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"
