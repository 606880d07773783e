"""Workbooks (XLSX, XLSB, XLS, ODS) by calamine, and databases in a file (SQLite), a sheet a table:
rows of texts, and counts to compare.

Records: ``{"sheet": name, "hidden": ..., "row": n}`` before each sheet (n is the number of its
first row), a list of strings per row, ``{"skipped": name}`` for chart sheets, ``{"note": ...}``
where percents cannot be told, and ``{"stored": ...}`` once with counts by a second reader (our own
scan of the XML), for XLSX.
"""

from __future__ import annotations

import datetime
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice, pairwise
from posixpath import join, normpath
from typing import TYPE_CHECKING

from assistant.sources.grids.headers import is_id
from assistant.sources.grids.table_kinds import recognise
from assistant.sources.readers.refusals import Refused, refuse_encrypted
from assistant.sources.readers.xml_tree import inside, parse_xml

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_CELL = re.compile(rb"<(?:\w+:)?c\b(?:[^>]*?/>|[^>]*>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ERROR = re.compile(rb"<(?:\w+:)?c\b[^>]*?\bt=[\"']e[\"']")
_REMARK = re.compile(rb"<(?:\w+:)?comment\s")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]")


def text_of(value: object) -> str:
    """A cell's value as a person reads it: 3 rather than 3.0, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def count_cells(data: bytes) -> tuple[int, int, int, int]:
    """Over all sheets: formulas without a stored value, cells with a value, error cells, cells with
    a comment."""
    missing = filled = errors = remarks = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if re.search(r"(?:^|/)comments?[^/]*\.xml$", name, re.IGNORECASE):
                remarks += len(_REMARK.findall(archive.read(name)))
            if not re.search(r"(?:^|/)worksheets/[^/]+\.xml$", name, re.IGNORECASE):
                continue
            xml = archive.read(name)
            errors += len(_ERROR.findall(xml))
            for match in _CELL.finditer(xml):
                inner = match.group(1) or b""
                if _VALUE.search(inner):
                    filled += 1
                elif _FORMULA.search(inner):
                    missing += 1
    return missing, filled - errors, errors, remarks


SQLITE = b"SQLite format 3\x00"


def _tables(data: bytes, max_cells: int) -> Iterator[object]:
    """The filled tables of a database, each with its columns' names as the first row. Views are not
    asked: what they compute may never end."""
    cells = 0
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(data)
            database.execute("PRAGMA trusted_schema = OFF")
            named = database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rootpage"
            ).fetchall()
            for (name,) in named:
                rows = database.execute('SELECT * FROM "' + name.replace('"', '""') + '"')
                header = [column[0] for column in rows.description]
                first = rows.fetchone()
                if first is None:
                    continue
                yield {"sheet": name, "hidden": False}
                yield header
                while first is not None:
                    cells += len(first)
                    if cells > max_cells:
                        raise Refused("size", f"more than {max_cells:,} cells")
                    yield ["" if isinstance(one, bytes) else text_of(one) for one in first]
                    first = rows.fetchone()
    except sqlite3.Error as error:
        raise Refused("damaged", str(error)) from error


def _merged_down(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """For each row the cells that are merged with others below or above: column, and the top row.

    A cell that is merged over several rows of one column is about each of them. Where cells beside
    it are merged across columns, it belongs to a header of several rows.
    """
    ranges = sheet.merged_cell_ranges or []
    left, width = (sheet.start or (0, 0))[1], sheet.width
    across = {top for (top, first), (_, last) in ranges if first != last}
    found = dict[int, list[tuple[int, int]]]()
    for (top, first), (bottom, last) in ranges:
        if first == last and top not in across and left <= first < left + width:
            for number in range(top, bottom + 1):
                found.setdefault(number, []).append((first - left, top))
    return found


@dataclass(frozen=True, slots=True)
class _Header:
    """The rows of a header of several: from ``top`` to ``bottom``, and for each column the cell of
    the top row that is merged over it."""

    top: int
    bottom: int
    over: Mapping[int, int]

    def joined(self, rows: Sequence[list[str]]) -> list[list[str]]:
        """``rows`` with the last as the names of the columns, each with what stands over it:
        "First response: Hours". A title that is merged across names none: they stay as they are."""
        if sum(bool(text) for row in rows[1:] for text in row) < 2:
            return list(rows)
        names = list[str]()
        for column in range(max(map(len, rows))):
            own = [row[column] if column < len(row) else "" for row in rows]
            at = self.over.get(column, column)
            own[0] = rows[0][at] if at < len(rows[0]) else ""
            names.append(": ".join(dict.fromkeys(filter(None, own))))
        return [*([] for _ in rows[1:]), names]


def _header(sheet: CalamineSheet) -> _Header | None:
    """The header of several rows in which some cells are merged down and others across, or in which
    names stand below the cells that are merged across and nowhere else.

    Cells beside a title (a version, an owner) look like such a header: each has data below it only
    where it names a column.
    """
    left = (sheet.start or (0, 0))[1]
    ranges = sheet.merged_cell_ranges or []
    across = [(top, first, last) for (top, first), (end, last) in ranges
              if first < last and top == end]  # fmt: skip
    for (top, first), (bottom, last) in sorted(ranges):
        beside = [(a, b) for row, a, b in across if row == top]
        if first == last and top < bottom and beside:
            over = {n - left: a - left for a, b in beside for n in range(a, b + 1)}
            return _Header(top, bottom, over)
    rows = [list(map(text_of, row)) for row in islice(sheet.iter_rows(), 2 * _HEADER_ROWS)]
    for top, (above, names) in enumerate(pairwise(rows[:_HEADER_ROWS])):
        over = {n - left: a - left for row, a, b in across if row == top for n in range(a, b + 1)}
        alone = [n for n, text in enumerate(above) if text and n not in over]
        filled = [any(n < len(row) and row[n] for row in rows[top + 2 :]) for n in alone]
        if over and alone and all(filled) and _are_names(names, over) and not recognise(names):
            return _Header(top, top + 1, over)
    return None


def _are_names(cells: Sequence[str], over: Mapping[int, int]) -> bool:
    """Whether the columns below merged cells, and no others, have names in this row: words that
    are no id, number or sentence, and differ below one cell."""
    told = {n: text.strip() for n, text in enumerate(cells) if text.strip()}
    return (
        told.keys() == over.keys()
        and len({(over[n], text) for n, text in told.items()}) == len(told)
        and all(len(text) <= _LONGEST_NAME and text[0].isalpha() and text[-1] not in ".!?;"
                and not is_id(text) for text in told.values())
    )  # fmt: skip


_HEADER_ROWS, _LONGEST_NAME = 12, 40
_PERCENTS = frozenset({"9", "10"})
"""The formats of numbers as percents that every workbook has."""
_SAID = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')
"""Words, signs, spaces as wide as a sign and conditions in a format, which change no number."""
_PLACED = re.compile(
    rb"<(?:\w+:)?c\b(?=[^<>]*?\br=[\"']([A-Z]{1,3})(\d{1,7}))[^<>]*?\bs=[\"'](\d+)"
)


def _percents(data: bytes) -> dict[str, set[tuple[int, int]]]:
    """For each sheet the rows and columns of the cells that are shown as percents; ``Refused``
    where a part that says so is damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        styles = parse_xml(archive.read("xl/styles.xml"))
        shown = _PERCENTS | {one.get("numFmtId", "") for one in inside(styles, "numFmts")
                             if "%" in _SAID.sub("", one.get("formatCode", ""))}  # fmt: skip
        wanted = {str(number).encode() for number, one in enumerate(inside(styles, "cellXfs"))
                  if one.get("numFmtId") in shown}  # fmt: skip
        if not wanted:
            return {}
        related = parse_xml(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {one.get("Id", ""): normpath(join("/xl", one.get("Target", "")))[1:]
                   for one in related}  # fmt: skip
        found = dict[str, set[tuple[int, int]]]()
        for sheet in inside(parse_xml(archive.read("xl/workbook.xml")), "sheets"):
            part = next((targets.get(v, "") for k, v in sheet.items() if k.endswith("}id")), "")
            if part in names:
                found[sheet.get("name", "")] = {
                    (int(row) - 1, _column(letters))
                    for letters, row, style in _PLACED.findall(archive.read(part))
                    if style in wanted
                }
        return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The sheets of the workbook ``data``; option "max_cells" limits their cells."""
    max_cells = int(str(options["max_cells"]))
    if data.startswith(SQLITE):
        yield from _tables(data, max_cells)
        return
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            refuse_encrypted(archive)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise Refused("password", "") from error
    percents = dict[str, set[tuple[int, int]]]()
    try:
        percents = _percents(data) if data.startswith(b"PK") else {}
    except Refused:
        yield {"note": "Which cells are shown as percents could not be read: 8% stands as 0.08."}
    cells = filled = 0
    for about in workbook.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            yield {"skipped": about.name}
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        yield {"sheet": about.name, "hidden": str(about.visible).rsplit(".", 1)[-1] != "Visible"}
        merged, header, above = _merged_down(sheet), _header(sheet), list[list[str]]()
        held, shown = dict[tuple[int, int], str](), percents.get(about.name, set())
        left = (sheet.start or (0, 0))[1]
        for number, row in enumerate(sheet.iter_rows()):
            cells += len(row)
            if cells > max_cells:
                raise Refused("size", f"more than {max_cells:,} cells")
            texts = [
                f"{value * 100:.10g}%" if isinstance(value, float) and (number, at) in shown
                else text_of(value)
                for at, value in enumerate(row, left)
            ]  # fmt: skip
            filled += sum(map(bool, texts))
            for column, top in merged.get(number, ()):
                held.setdefault((top, column), texts[column])
                texts[column] = held[top, column]
            while texts and not texts[-1]:
                texts.pop()
            if header is not None and number < header.top and sum(map(bool, texts)) > 1:
                header = None  # the header stands further up: these cells are of the table
            if header is None or not header.top <= number <= header.bottom:
                yield texts
                continue
            above.append(texts)
            if number == header.bottom:
                yield from header.joined(above)
                above.clear()
        yield from above
    if data.startswith(b"PK"):
        missing, stored, errors, remarks = count_cells(data)
        if stored or missing or errors:
            yield {"formulas": missing, "stored": stored, "read": filled, "errors": errors,
                   "comments": remarks}  # fmt: skip
