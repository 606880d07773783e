"""A mapping of unknown columns: suggested, corrected, saved, applied again."""

from __future__ import annotations

import pytest

from assistant.errors import SourceError
from assistant.sources.files.files import read_file, tables_of
from assistant.sources.grids.mapping import ColumnMapping, apply_mapping, suggest_mapping

HEADERS = ["Nr.", "Prüfling", "Was zu tun ist", "Soll", "Wichtigkeit", "Bezug", "Notiz"]
ROWS = [
    ["TF-1", "Plan verlängern gratis", "Open the plan", "The plan is shown", "hoch", "CC-12", ""],
    ["TF-1", "Plan verlängern gratis", "Enter 14 days", "The date is saved", "hoch", "CC-12", "x"],
    ["TF-2", "Plan beenden im Portal", "Click End", "An error is shown", "niedrig", "CC-13", ""],
]  # fmt: skip


def test_columns_are_found_by_header_and_by_content() -> None:
    mapping = suggest_mapping(HEADERS, ROWS)
    assert {column.header: column.field for column in mapping.columns} == {
        "Nr.": "id", "Prüfling": "title", "Was zu tun ist": "step_action",
        "Soll": "step_expected", "Wichtigkeit": "priority", "Bezug": "story", "Notiz": "ignore",
    }  # fmt: skip
    by_header = {column.header: column for column in mapping.columns}
    assert by_header["Soll"].reason == "by its content: 3 of 3 cells"
    assert by_header["Was zu tun ist"].sample == "Open the plan"
    assert mapping.problems == ()


def test_applied_mapping_gives_cases() -> None:
    cases, unread = apply_mapping(suggest_mapping(HEADERS, ROWS), HEADERS, ROWS)
    assert [(c.id, len(c.steps), c.priority, c.story_key) for c in cases] == [
        ("TF-1", 2, "High", "CC-12"), ("TF-2", 1, "Low", "CC-13"),
    ]  # fmt: skip
    assert cases[0].steps[1].expected_result == "The date is saved"
    assert unread == ()


def test_a_person_corrects_saves_and_applies_again() -> None:
    mapping = suggest_mapping(HEADERS, ROWS).with_field(6, "labels").with_field(4, "ignore")
    assert mapping.columns[6].reason == "set by a person"
    saved = ColumnMapping.model_validate_json(mapping.model_dump_json())
    assert saved == mapping
    cases, _ = apply_mapping(saved, HEADERS, ROWS)
    assert cases[0].labels == ("x",)
    assert cases[0].priority == "Medium"


def test_known_headers_need_no_guess() -> None:
    headers = ["Test Case ID", "Title", "Test Step", "Expected Result", "Colour"]
    mapping = suggest_mapping(headers, [["T-1", "x", "y", "z", "red"]])
    assert [column.field for column in mapping.columns] == [
        "id", "title", "step_action", "step_expected", "ignore",
    ]  # fmt: skip
    assert mapping.columns[0].reason == "by its header"


def test_what_cannot_be_applied_says_why() -> None:
    mapping = suggest_mapping(["A", "B"], [["1", "2"]])
    assert len(mapping.problems) == 2
    with pytest.raises(SourceError, match="No column holds steps"):
        apply_mapping(mapping, ["A", "B"], [])
    good = suggest_mapping(HEADERS, ROWS)
    with pytest.raises(SourceError, match="other columns"):
        apply_mapping(good, HEADERS[::-1], ROWS)
    with pytest.raises(SourceError, match="no column 9"):
        good.with_field(8, "title")


def test_a_file_is_read_under_a_saved_mapping() -> None:
    data = "\n".join(";".join(row) for row in [HEADERS, *ROWS]).encode()
    assert read_file("tests.csv", data).cases == ()
    [grid] = tables_of("tests.csv", data)
    mapping = suggest_mapping(grid.header, grid.rows)
    reading = read_file("tests.csv", data, mappings=[mapping])
    assert [case.id for case in reading.cases] == ["TF-1", "TF-2"]
    assert reading.document.kind == "test_cases"
    assert tables_of("a.md", b"# words") == ()


STEP_HEADERS = ["Key", "What", "Step 1", "Result 1", "Step 2", "Result 2", "Ticket"]
STEP_ROWS = [
    ["T-1", "Pay a fee today", "Open", "Shown", "Pay", "Paid", "CC-12"],
    ["T-2", "Quit the portal now", "Open", "", "Quit", "Gone", "CC-12"],
]


def test_a_column_for_each_step_is_seen_saved_and_applied() -> None:
    mapping = suggest_mapping(STEP_HEADERS, STEP_ROWS)
    assert [column.field for column in mapping.columns] == [
        "id", "title", "step_action", "step_expected", "step_action", "step_expected", "story",
    ]  # fmt: skip
    assert mapping.columns[2].reason == "by its header"
    assert mapping.columns[6].reason == "by its header and its cells"
    saved = ColumnMapping.model_validate_json(mapping.with_field(3, "ignore").model_dump_json())
    cases, _ = apply_mapping(saved, STEP_HEADERS, STEP_ROWS)
    assert [[(s.action, s.expected_result) for s in case.steps] for case in cases] == [
        [("Open", ""), ("Pay", "Paid")], [("Open", ""), ("Quit", "Gone")],
    ]  # fmt: skip
    turned = [row[::-1] for row in STEP_ROWS]
    [grid] = tables_of(
        "a.csv", "\n".join(",".join(r) for r in [STEP_HEADERS[::-1], *turned]).encode()
    )
    placed = saved.placed(grid.header)
    assert placed is not None
    assert apply_mapping(placed, grid.header, grid.rows)[0] == cases


def test_what_cases_share_is_not_suggested_as_their_id() -> None:
    rows = [["S-1", "Pay a fee today", "Click Pay"], ["S-1", "Quit the portal now", "Click Quit"]]
    mapping = suggest_mapping(["Set", "Summary", "Steps"], rows)
    assert [column.field for column in mapping.columns] == ["ignore", "title", "step_action"]
    own = [["S-1", *rows[0][1:]], ["S-2", *rows[1][1:]]]
    assert suggest_mapping(["Set", "Summary", "Steps"], own).columns[0].field == "id"
