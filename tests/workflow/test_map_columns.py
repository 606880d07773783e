"""The columns of a table: saved with the project, and used at the next import."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from syncing import quick_workspace

from assistant.errors import SourceError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources, map_columns

STORIES = [
    ("What we want", "Done if", "Ref"),
    ("As a customer I want to cancel online.", "1. It is free.\n2. It is quick.", "P-1"),
    ("As an agent I want to see the reason.", "- It is shown.\n- It is dated.", "P-2"),
]
CASES = [
    ("Prüfling", "Was zu tun ist", "Soll"),
    ("Plan verlängern gratis", "Open the plan", "The plan is shown"),
    ("Plan beenden im Portal", "Click End", "An error is shown"),
]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Workspace, str]]:
    """An empty project."""
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield workspace, project_id


def workbook(**sheets: list[tuple[str, ...]]) -> bytes:
    """An Excel file."""
    book, out = Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


def looked_at(project: tuple[Workspace, str], data: bytes) -> import_sources.Preview:
    """What the next import of a workbook would keep."""
    (preview,) = import_sources.preview_files(*project, "book.xlsx", data).previews
    return preview


def test_each_sheet_of_a_workbook_is_asked_for_and_remembered(
    project: tuple[Workspace, str],
) -> None:
    data = workbook(Backlog=STORIES, Tests=CASES)
    assert looked_at(project, data).reading.columns == "unsure"
    backlog, tests = map_columns.tables(*project, "book.xlsx", data)
    assert (backlog.mapping.holds, tests.mapping.holds) == ("stories", "cases")
    found = map_columns.preview(backlog, backlog.mapping)
    assert [len(story.criteria) for epic in found.epics for story in epic.stories] == [2, 2]
    map_columns.save(*project, "Backlog", backlog.mapping)
    half = looked_at(project, data).reading
    assert (len(half.epics), half.cases, half.columns) == (1, (), "unsure")
    map_columns.save(*project, "Tests", tests.mapping)
    whole = looked_at(project, data).reading
    assert (len(whole.epics), len(whole.cases), whole.columns) == (1, 2, "known")


def test_a_table_has_one_saved_reading(project: tuple[Workspace, str]) -> None:
    data = workbook(Backlog=STORIES)
    (table,) = map_columns.tables(*project, "book.xlsx", data)
    map_columns.save(*project, "A", table.mapping)
    map_columns.save(*project, "B", map_columns.suggested(table, "facts"))
    assert [mapping.name for mapping in map_columns.saved(*project)] == ["B"]
    assert looked_at(project, data).reading.epics == ()


def test_another_reading_of_the_same_file_is_a_change(project: tuple[Workspace, str]) -> None:
    rows = [(*row, word) for row, word in zip(STORIES, ("Wave", "R5", "R6"), strict=True)]
    data = workbook(Backlog=rows)
    (table,) = map_columns.tables(*project, "book.xlsx", data)
    map_columns.save(*project, "A", table.mapping)
    import_sources.store(*project, [looked_at(project, data)])
    assert looked_at(project, data).change == "unchanged"
    map_columns.save(*project, "A", table.mapping.with_field(3, "release"))
    assert looked_at(project, data).change == "changed"


def test_what_gives_no_stories_is_not_saved(project: tuple[Workspace, str]) -> None:
    (table,) = map_columns.tables(*project, "book.xlsx", workbook(Backlog=STORIES))
    mapping = table.mapping.with_field(0, "ignore")
    with pytest.raises(SourceError, match=r"gives no stories\. No column holds the title"):
        map_columns.save(*project, "A", mapping)
    cases = map_columns.suggested(table, "cases")
    with pytest.raises(SourceError, match="gives no cases"):
        map_columns.preview(table, cases.with_field(0, "title").with_field(1, "ignore"))
    (other,) = map_columns.tables(*project, "t.xlsx", workbook(Tests=CASES))
    with pytest.raises(SourceError, match="other columns"):
        map_columns.preview(other, table.mapping)
