"""Workbooks (XLSX, XLSB, XLS, ODS): their cells, read in a child process within limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.child_process import failed, run_reader
from assistant.sources.reading import ExtractionReport

EXCEL_CELL_LIMIT = 32_767
"""Characters that a cell holds in Excel and in its exports; longer texts are cut there."""


@dataclass(slots=True)
class Workbook:
    """The sheets of a workbook as rows of texts, notes for the reader, and the report."""

    sheets: list[tuple[str, list[list[str]]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    report: ExtractionReport = field(default_factory=ExtractionReport)


def read_workbook(data: bytes, name: str, limits: ReadLimits) -> Workbook:
    """The cells of all sheets of the workbook ``data``.

    Raises ``UnreadableFile`` where it is damaged, protected by a password, or goes over a limit.
    """
    workbook = Workbook()
    unread, disagreements = list[str](), list[str]()
    for record in run_reader("workbook", data, name, limits):
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
        elif "stored" in record:
            disagreements.extend(_checks(record))
    workbook.notes.extend(disagreements)
    workbook.report = ExtractionReport(
        reader="calamine",
        parts=len(workbook.sheets),
        characters=sum(len(c) for _, rows in workbook.sheets for row in rows for c in row),
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
