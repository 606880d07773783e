"""The tables of a file: the sheets of a workbook, or the one table of a delimited text.

Cells that hold HTML (Azure DevOps, Copado, qTest export rich text so) become Markdown.
Cells of workbooks (XLSX, XLSB, XLS, ODS) are read in a child process within limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.errors import UnreadableFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.child_process import failed, run_reader
from assistant.sources.files.clean import clean_text
from assistant.sources.files.converted_documents import check_length
from assistant.sources.files.pictures import Pictures
from assistant.sources.files.source_file import Source
from assistant.sources.grids.delimited import (
    clean_cell,
    decode,
    find_delimiter,
    read_delimited,
    table_shape,
)
from assistant.sources.grids.grids import Grid, make_grid, unmarked
from assistant.sources.grids.headers import settled
from assistant.sources.grids.table_kinds import recognise
from assistant.sources.reading import ExtractionReport

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,30})", re.IGNORECASE
)

_RICH = re.compile(
    r"\s*<(?:p|div|span|ul|ol|table|h[1-6]|b|strong|em|i|u|a|br|pre|html|body|font)\b[^>]*>|"
    r".*(?:</(?:p|div|li|ul|ol|td|span|strong|b)>|<br ?/?>)",
    re.IGNORECASE | re.DOTALL,
)
_RICH_BLOCK = re.compile(
    r"\s*<(?:div|p|ul|ol|table|h[1-6])\b[^<>]*>.*</(?:div|p|ul|ol|table|h[1-6])>\s*",
    re.IGNORECASE | re.DOTALL,
)
"""A cell that is nothing but blocks of HTML, as editors of rich text write them."""
_SPACE = re.compile(r"&(?:nbsp|#160|#xa0);", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,5}|#x[0-9a-f]{1,4});", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileText:
    """The clean text of a file, with notes of what was changed and how it was encoded."""

    text: str
    notes: tuple[str, ...]
    report: ExtractionReport
    decoded: str = ""
    """The text as it was decoded: a record of a table ends at CR or LF, not at what is cleaned."""


@dataclass(frozen=True, slots=True)
class FileGrids:
    """The tables of a file, with notes for the person who imports, and the report."""

    grids: tuple[Grid, ...]
    notes: tuple[str, ...]
    report: ExtractionReport


def file_text(source: Source) -> FileText:
    """The text of a file; raises ``UnreadableFile`` where it is too long or not decodable."""
    text, encoding, guessed = decoded(source)
    check_length(text, source)
    cleaned = clean_text(text)
    said = () if encoding == "utf-8" else (f"Decoded as {encoding}.",)
    report = ExtractionReport(reader="text", parts=1, encoding=encoding, encoding_guessed=guessed)
    return FileText(cleaned.text, (*cleaned.notes, *said), report, text)


def is_table(text: str, shown: str) -> bool:
    """Whether text is a table: its first row names known columns, or its name says so and its
    rows are as wide as each other."""
    delimiter = find_delimiter(text)
    share, width = table_shape(text, delimiter)
    named = shown.casefold().endswith((".csv", ".tsv", ".tab"))
    if named:
        return True
    if text.lstrip().startswith("|") or width < 2 or share < 0.8:
        return False
    first = text.lstrip("\n").split("\n", 1)[0]
    known = recognise([cell.strip().strip('"') for cell in first.split(delimiter)])
    if known is None and first.lstrip().startswith("#"):
        return False
    return known is not None or (delimiter == "\t" and share == 1.0 and text.count("\n") > 1)


def text_grids(found: FileText, source: Source) -> FileGrids:
    """The table of a delimited text; raises ``UnreadableFile`` where it is no regular one."""
    limits = source.limits
    rows = read_delimited(
        found.decoded, source.shown, max_cells=limits.max_cells,
        max_cell_characters=limits.max_cell_characters,
    )  # fmt: skip
    cut = [n for n, row in enumerate(rows, 1) if any(len(c) >= EXCEL_CELL_LIMIT for c in row)]
    pictures = Pictures()
    grid = _grid("", rows, pictures)
    changed = {
        "reader": "csv", "truncated": tuple(f"row {n}" for n in cut),
        "unread_parts": pictures.unread,
    }  # fmt: skip
    return FileGrids((grid,) if grid else (), found.notes, found.report.model_copy(update=changed))


def workbook_grids(source: Source, reader: str = "workbook") -> FileGrids:
    """The filled sheets of a workbook, or by the reader "dump" the filled tables of a dump in SQL;
    raises ``UnreadableFile`` where there is none."""
    data = source.data if reader == "workbook" else decoded(source)[0].encode("utf-8", "replace")
    workbook = read_workbook(data, source.shown, source.limits, reader=reader)
    notes, grids, pictures = list(workbook.notes), list[Grid](), Pictures()
    for sheet, rows in workbook.sheets:
        cleaned = [list(map(clean_cell, row)) for row in rows]
        grid = _grid(clean_text(sheet).text, cleaned, pictures)
        if grid is None:
            notes.append(f"Sheet '{sheet}' is empty.")
        else:
            grids.append(grid)
    if not grids:
        raise UnreadableFile(
            f"{source.shown} holds no filled cell. Choose a workbook with content."
        )
    unread = (*workbook.report.unread_parts, *pictures.unread)
    report = workbook.report.model_copy(update={"unread_parts": unread})
    return FileGrids(tuple(grids), tuple(notes), report)


def _grid(name: str, rows: Sequence[Sequence[str]], pictures: Pictures) -> Grid | None:
    """The grid of a sheet, our own marker taken off its cells; without ``pictures``, and its
    columns settled, unless of requirements.

    A sheet whose columns are not known may hold cases all the same: a mapping can say so.
    """
    grid = make_grid(name, [[unmarked(cell) for cell in row] for row in rows])
    if grid is None or grid.is_own or (grid.columns and grid.columns.kind != "cases"):
        return grid
    cells = tuple(tuple(map(pictures.left_out, row)) for row in grid.rows)
    columns = grid.columns and settled(grid.columns, grid.header, cells)
    return replace(grid, rows=cells, columns=columns)


def decoded(source: Source) -> tuple[str, str, bool]:
    """The text of a file, its encoding, and whether that was guessed."""
    if match := _CHARSET.search(source.data[:4000]):
        try:
            return source.data.decode(match.group(1).decode()), match.group(1).decode(), False
        except (LookupError, UnicodeDecodeError):
            pass
    text, encoding = decode(source.data, source.shown)
    return text, encoding, not encoding.startswith("utf")


# --- Cells that hold HTML ---------------------------------------------------------------------


def plain_cells(grids: Sequence[Grid], shown: str, limits: ReadLimits) -> tuple[Grid, ...]:
    """``grids`` with the HTML in their cells converted, except in our own tables, where a tag is a
    word of the test.

    Raises ``UnreadableFile`` where the child process that converts them goes over a limit.
    """
    rich = dict.fromkeys(cell for grid in grids if not grid.is_own for cell in _rich_in(grid))
    if not rich:
        return tuple(grids)
    records = run_reader("fragments", json.dumps(list(rich)).encode(), shown, limits)
    texts = [str(record["fragment"]) for record in records if isinstance(record, dict)]
    plain = {cell: clean_text(text).text for cell, text in zip(rich, texts, strict=True)}
    return tuple(
        grid
        if grid.is_own
        else replace(grid, rows=tuple(tuple(plain.get(c, c) for c in row) for row in grid.rows))
        for grid in grids
    )


def _rich_in(grid: Grid) -> list[str]:
    """The cells of a table that hold HTML; where its columns are not known, those that hold
    nothing else, since tags within words may be what the table is about.

    A cell with nothing but an entity does where others are HTML: what writes rich text writes it
    in all of them. In a table of plain cells "&lt;" is what a tester wrote.
    """
    cells = [cell for row in grid.rows for cell in row if "<" in cell or "&" in cell]
    if grid.columns is None:
        return [cell for cell in cells if _RICH_BLOCK.fullmatch(cell)]
    rich = [cell for cell in cells if ("<" in cell and _RICH.match(cell)) or _SPACE.search(cell)]
    return [*rich, *(cell for cell in cells if _ENTITY.search(cell))] if rich else []


EXCEL_CELL_LIMIT = 32_767
"""Characters that a cell holds in Excel and in its exports; longer texts are cut there."""


@dataclass(slots=True)
class Workbook:
    """The sheets of a workbook as rows of texts, notes for the reader, and the report."""

    sheets: list[tuple[str, list[list[str]]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    report: ExtractionReport = field(default_factory=ExtractionReport)


def read_workbook(
    data: bytes, name: str, limits: ReadLimits, *, reader: str = "workbook"
) -> Workbook:
    """The cells of all sheets of the workbook ``data``.

    Raises ``UnreadableFile`` where it is damaged, protected by a password, or goes over a limit.
    """
    workbook = Workbook()
    unread, disagreements = list[str](), list[str]()
    for record in run_reader(reader, data, name, limits):
        if isinstance(record, list):
            if not workbook.sheets:
                raise failed(name, "damaged", "a row stands before any sheet")
            workbook.sheets[-1][1].append([str(cell) for cell in record])
        elif "sheet" in record:
            workbook.sheets.append((str(record["sheet"]), []))
            if record.get("hidden"):
                workbook.notes.append(f"Sheet '{record['sheet']}' is hidden in Excel; it was read.")
        elif "skipped" in record:
            unread.append(f"'{record['skipped']}' (a chart or macro sheet)")
            workbook.notes.append(f"'{record['skipped']}' holds no cells (a chart or macro sheet).")
        elif "note" in record:
            workbook.notes.append(str(record["note"]))
        elif "stored" in record:
            disagreements.extend(_checks(record))
            if remarks := record.get("comments"):
                unread.append(f"{remarks} comments on cells")
    workbook.notes.extend(disagreements)
    workbook.report = ExtractionReport(
        reader="SQL"
        if reader == "dump"
        else "SQLite"
        if data.startswith(b"SQLite")
        else "calamine",
        parts=len(workbook.sheets),
        empty_parts=tuple(
            f"sheet {name}" for name, rows in workbook.sheets if not any(map(any, rows))
        ),
        unread_parts=tuple(unread),
        disagreements=tuple(disagreements),
        truncated=tuple(
            f"sheet {sheet}, row {number}"
            for sheet, rows in workbook.sheets
            for number, row in enumerate(rows, 1)
            if any(len(cell) >= EXCEL_CELL_LIMIT for cell in row)
        ),
    )
    return workbook


def _checks(record: dict[str, object]) -> list[str]:
    notes = []
    missing, stored, read, errors = (
        int(str(record.get(key, 0))) for key in ("formulas", "stored", "read", "errors")
    )
    if errors:
        notes.append(f"{errors} cells hold an Excel error (such as #REF!) and were read as empty.")
    if missing:
        notes.append(
            f"{missing} formulas have no stored result and were read as empty. Open the file in "
            "Excel and save it, so that their results are stored."
        )
    if stored - read > max(2, stored // 100):
        notes.append(
            f"The file stores {stored:,} filled cells, but {read:,} could be read. Compare the "
            "preview with the sheet."
        )
    return notes
