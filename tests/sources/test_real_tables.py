"""Existing cases of real projects as tables under their own headers: seen, corrected, all read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from file_writers import delimited, workbook

from assistant.sources.files.files import read_file, tables_of
from assistant.sources.grids.mapping import suggest_mapping

Rows = list[dict[str, Any]]


def records(shared_dir: Path, name: str) -> Rows:
    """The cases of a corpus as they were found."""
    path = shared_dir / "data/cases" / f"{name}.jsonl"
    if not path.is_file():
        pytest.skip(f"{name} is absent")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def cell(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def cells(rows: Rows) -> list[list[str]]:
    return [list(rows[0]), *([cell(row.get(name)) for name in rows[0]] for row in rows)]


def as_csv(rows: Rows, delimiter: str = ",") -> bytes:
    return b"\xef\xbb\xbf" + delimited(cells(rows), delimiter)


def as_xlsx(rows: Rows) -> bytes:
    return workbook(cells(rows))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_manual_tests_under_headers_of_their_own(shared_dir: Path, kind: str) -> None:
    rows = records(shared_dir, "trusted_tester")
    name, data = f"tests.{kind}", as_csv(rows, ";") if kind == "csv" else as_xlsx(rows)
    [grid] = tables_of(name, data)
    mapping = suggest_mapping(grid.header, grid.rows)
    assert mapping.problems, "what holds the steps is for a person to say"
    for header, field in (
        ("condition", "objective"), ("applicability", "preconditions"),
        ("how_to_test", "step_action"), ("evaluate_results", "step_expected"),
    ):  # fmt: skip
        mapping = mapping.with_field(grid.header.index(header), field)
    reading = read_file(name, data, mappings=[mapping])
    assert [case.id for case in reading.cases] == [row["id"] for row in rows]
    assert [case.title for case in reading.cases] == [row["name"] for row in rows]
    assert not reading.unread
    first = reading.cases[0]
    assert first.objective == rows[0]["condition"]
    assert first.steps[0].action == "Enable accessibility with site settings if provided."
    assert "**PASSES**" in first.steps[-1].expected_result
    told = [bool(row["how_to_test"] or row["evaluate_results"]) for row in rows]
    assert [bool(case.steps) for case in reading.cases] == told


def test_a_tool_s_own_ids_are_asked_for(shared_dir: Path) -> None:
    rows = records(shared_dir, "xray_bookstore")
    data = as_csv(rows)
    assert read_file("demo.csv", data).columns == "unsure", "extKey looks like the ids"
    [grid] = tables_of("demo.csv", data)
    mapping = suggest_mapping(grid.header, grid.rows)
    assert mapping.columns[0].field == "id"
    reading = read_file("demo.csv", data, mappings=[mapping])
    assert reading.columns == "known"
    assert [case.id for case in reading.cases] == [row["extKey"] for row in rows]
    assert [case.story_key for case in reading.cases] == [row.get("tests", "") for row in rows]
    first = reading.cases[0]
    assert first.preconditions == ("Given I am not logged in", "And I am on the log in page")
    assert first.steps[0].expected_result == "Then I am on logged in"


@pytest.mark.parametrize("corpus", ["openshift_console", "dvsa_mot"])
def test_gherkin_in_a_cell_of_steps_is_split(shared_dir: Path, corpus: str) -> None:
    rows = records(shared_dir, corpus)
    reading = read_file("features.csv", as_csv(rows))
    assert [case.title for case in reading.cases] == [" ".join(r["title"].split()) for r in rows]
    lines = [line for row in rows for line in row["steps"] if line.startswith("Then ")]
    results = [step.expected_result for case in reading.cases for step in case.steps]
    found = "\n".join(results)
    assert sum(line in found for line in lines) >= 0.95 * len(lines)
