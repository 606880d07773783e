"""Exports of Asana and Linear in CSV: their rows as items of a tracker.

Sources of the columns: Asana, "Export to CSV" of a project; Linear, "Export issues to CSV". What
Asana has no column of its own for, it adds as a column of a custom field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant.sources.grids.grids import Grid
from assistant.sources.grids.tracker_items import Item, Tracker, item_records
from assistant.sources.pasted.metadata import label_list


class _Tool(NamedTuple):
    """The columns of a tool's export by what an item has of them, the first filled one counting."""

    name: str
    noun: str
    proof: frozenset[str]
    """Columns that only its export has together."""
    columns: Mapping[str, Sequence[str]]
    closed: Sequence[str]
    """Columns that are filled where an item is closed."""
    given_up: Mapping[str, str]
    """Columns that are filled where an item is given up -> its status then."""
    rest: frozenset[str] | None
    """Columns of no use here; all others are custom fields. ``None`` where the tool has none."""


_ASANA = _Tool(
    "Asana", "tasks",
    frozenset({"task id", "name", "notes", "section/column", "parent task"}),
    {"name": ["name"], "description": ["notes"], "column": ["section/column"],
     "status": ["section/column"], "parent": ["parent task"], "labels": ["tags"],
     "project": ["projects"]},
    ["completed at"], {},
    frozenset({
        "task id", "created at", "last modified", "assignee", "assignee email", "start date",
        "due date", "blocked by (dependencies)", "blocking (dependencies)", "estimated time",
    }),
)  # fmt: skip
_LINEAR = _Tool(
    "Linear", "issues",
    frozenset({"id", "title", "description", "status", "creator", "canceled", "parent issue"}),
    {"own": ["id"], "name": ["title"], "description": ["description"], "column": ["status"],
     "status": ["status"], "parent": ["parent issue"], "labels": ["labels"], "team": ["team"],
     "project": ["project"], "group": ["project"], "release": ["project milestone"],
     "sprint": ["cycle name"], "author": ["creator"]},
    ["completed", "canceled"], {"canceled": "Canceled"}, None,
)  # fmt: skip


def task_records(grid: Grid) -> list[dict[str, object]]:
    """The records of such an export, as ``exports.read_export`` takes them; none for another table
    and for one without an epic or a story."""
    names = [" ".join(name.split()).casefold() for name in grid.header]
    tool = next((one for one in (_ASANA, _LINEAR) if one.proof <= {*names}), None)
    if tool is None:
        return []
    rows = [_cells(grid.header, row) for row in grid.rows if any(cell.strip() for cell in row)]
    items = [_item(row, tool) for row in rows]
    projects = {item.project for item in items if item.project}
    project = projects.pop() if len(projects) == 1 else ""
    records = list(item_records(items, Tracker(tool.name, tool.noun, project)))
    if not any("issue" in record for record in records):
        return []
    return [*records, {"report": {"reader": f"{tool.name} CSV", "parts": len(items)}}]


def _cells(header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """The filled cells of a row by the names of their columns, as written."""
    found = dict[str, str]()
    for name, cell in zip(header, row, strict=False):
        if name.strip() and cell.strip():
            found.setdefault(" ".join(name.split()), cell.strip())
    return found


def _item(row: Mapping[str, str], tool: _Tool) -> Item:
    cells = {name.casefold(): cell for name, cell in row.items()}
    has = {part: told for part, names in tool.columns.items()
           if (told := next((cells[name] for name in names if name in cells), ""))}  # fmt: skip
    given_up = [status for name, status in tool.given_up.items() if name in cells]
    used = {name for names in tool.columns.values() for name in names} | {*tool.closed}
    custom = {} if tool.rest is None else {
        name: cell for name, cell in row.items() if name.casefold() not in used | tool.rest
    }  # fmt: skip
    return Item(
        name=" ".join(has.get("name", "").split()),
        own=has.get("own", ""),
        is_keyed="own" in tool.columns,
        description=has.get("description", ""),
        column=has.get("column", ""),
        status=next(iter(given_up), has.get("status", "")),
        is_closed=any(name in cells for name in tool.closed),
        labels=label_list(has.get("labels", "")),
        fields=custom,
        parent=" ".join(has.get("parent", "").split()),
        group=has.get("group", ""),
        release=has.get("release", ""),
        sprint=has.get("sprint", ""),
        team=has.get("team", ""),
        project=has.get("project", "").partition(",")[0].strip(),
        author=has.get("author", ""),
    )
