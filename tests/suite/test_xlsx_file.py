"""Workbooks hold text and nothing else: no formula, number or date is made of a cell."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from assistant.domain import CaseTemplate, Column, TestCase, TestStep
from assistant.suite.export import write_xlsx
from assistant.suite.export.xlsx_file import EXCEL_CELL_LIMIT, WIDEST
from assistant.suite.step_marks import MARK_WORDS

TEMPLATE = CaseTemplate(
    name="T",
    columns=(
        Column(header="Title", field="title"),
        Column(header="=1+1", field="step_action"),
        Column(header="Result", field="step_expected"),
        Column(header="Support", field="step_support"),
    ),
)
TYPED = ["00012", "1E2", "2024-01-01", "TRUE", "3.10", "=1+1", "'=1+1", "-5", "_x0041_", "1/2"]


def case_of(text: str, number: int = 1) -> TestCase:
    step = TestStep(number=1, action=text, expected_result=text, support="supported")
    return TestCase(id=f"T-{number}", title=text, steps=(step,))


def cells(data: bytes) -> list[list[object]]:
    """As the reader of workbooks sees them, with their types."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [list(row) for row in book.get_sheet_by_index(0).iter_rows()]


@pytest.mark.parametrize("text", TYPED)
def test_a_cell_stays_the_text_that_it_is(text: str) -> None:
    data = write_xlsx(TEMPLATE, [case_of(text)], sources={})
    assert cells(data)[0] == ["Title", "=1+1", "Result", "Support"]
    [row] = cells(data)[1:]
    assert row[3] == MARK_WORDS["supported"]
    for cell in row[:3]:
        assert isinstance(cell, str)
        assert cell == text


def test_every_cell_is_typed_as_text_and_no_formula_is_in_the_file() -> None:
    data = write_xlsx(TEMPLATE, [case_of(text, n) for n, text in enumerate(TYPED)], sources={})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        sheet = fromstring(archive.read("xl/worksheets/sheet1.xml"))
        for name in archive.namelist():
            fromstring(archive.read(name))
    kinds = {cell.get("t") for cell in sheet.iter() if cell.tag.endswith("}c")}
    assert kinds == {"inlineStr"}
    assert not [one for one in sheet.iter() if one.tag.endswith(("}f", "}v"))]


def test_columns_are_as_wide_as_their_lines_within_what_reads_well() -> None:
    data = write_xlsx(TEMPLATE, [case_of("short"), case_of("a long line " * 20, 2)], sources={})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = fromstring(archive.read("xl/worksheets/sheet1.xml"))
    widths = [float(one.get("width") or 0) for one in sheet.iter() if one.tag.endswith("}col")]
    assert len(widths) == len(TEMPLATE.columns)
    assert max(widths) == WIDEST
    assert len(MARK_WORDS["supported"]) < widths[3] < WIDEST
    [noted] = [one for one in sheet.iter() if one.tag.endswith("}ignoredError")]
    assert (noted.get("sqref"), noted.get("numberStoredAsText")) == ("A1:D3", "1")
    pane = next(one for one in sheet.iter() if one.tag.endswith("}pane"))
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")


def test_the_same_cases_give_the_same_bytes_in_the_order_given() -> None:
    cases = [case_of(text, n) for n, text in enumerate(TYPED)]
    assert write_xlsx(TEMPLATE, cases, sources={}) == write_xlsx(TEMPLATE, cases, sources={})
    backwards = cells(write_xlsx(TEMPLATE, cases[::-1], sources={}))[1:]
    assert [row[0] for row in backwards][-1] == TYPED[0]


def test_a_cell_is_never_longer_than_excel_opens() -> None:
    data = write_xlsx(TEMPLATE, [case_of("😀" * EXCEL_CELL_LIMIT)], sources={})
    cell = str(cells(data)[1][0])
    assert len(cell.encode("utf-16-le")) // 2 <= EXCEL_CELL_LIMIT
    assert set(cell) == {"😀"}


def test_naughty_strings_make_a_sound_workbook(shared_dir: Path) -> None:
    texts: list[str] = json.loads(
        (shared_dir / "hostile" / "blns" / "blns.json").read_text("utf-8")
    )
    data = write_xlsx(TEMPLATE, [case_of(text, n) for n, text in enumerate(texts)], sources={})
    assert len(cells(data)) == len(texts) + 1
