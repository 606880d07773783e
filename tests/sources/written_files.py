"""Workbooks as several tests of this room write them, and the steps of cases that are read."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import openpyxl

from assistant.domain import TestCase

Rows = Sequence[Sequence[object]]


def workbook(sheets: Mapping[str, Rows] | Rows, *merged: str) -> bytes:
    """An XLSX workbook of these sheets, or of one; ``merged`` are ranges of cells of the first."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in (sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    book.save(out)
    return out.getvalue()


def steps_of(case: TestCase) -> list[tuple[str, str]]:
    """Action and expected result of each step."""
    return [(step.action, step.expected_result) for step in case.steps]


def whole_steps_of(case: TestCase) -> list[tuple[str, str, str]]:
    """Action, data and expected result of each step."""
    return [(step.action, step.test_data, step.expected_result) for step in case.steps]
