"""Boards of monday.com, exported to Excel, as items of a tracker.

Source of the format: monday.com, "Export your boards to Excel": the board's name, then each group
with its name, a row of columns ("Name" first) and its items; subitems below their item, shifted by
one cell, under a row of their own columns ("Subitems", "Name"); a row that sums up. Updates
stand on a sheet of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from assistant.language.validity import is_withdrawn
from assistant.sources.grids.field_choice import is_named_for
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.headers import field_of, normalised
from assistant.sources.grids.trackers.tracker_items import Item, Tracker, item_records
from assistant.sources.pasted.lines import step_word
from assistant.sources.pasted.names_and_ids import section_name
from assistant.sources.pasted.story_sentences import starts_story

Row = Sequence[str]
Cells = Mapping[str, str]

_UPDATES = frozenset({"item id", "item name", "update content"})
_LIST = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)])\s", re.MULTILINE)


def board_records(grids: Sequence[Grid]) -> list[dict[str, object]]:
    """The records of such a workbook, as ``exports.read_export`` takes them; none for another, and
    for a board without an epic or a story."""
    boards = [grid for grid in grids if _is_board(grid)]
    others = [grid for grid in grids if grid not in boards and not _names(grid) >= _UPDATES]
    if not boards:
        return []
    updates = [row for grid in grids if _names(grid) >= _UPDATES for row in _rows_of(grid)]
    items, subitems = list[Item](), list[str]()
    for board in boards:
        project = board.above[0][0].strip() if board.above else ""
        for item, points in _items(board):
            item.project = project
            if points and not _has_criteria(item):
                subitems.append(item.own or item.name)
                item.checklists.append(("Acceptance criteria", points))
            elif points:
                item.checklists.append(("Subitems", points))
            item.comments = _comments(item, updates)
            items.append(item)
    projects = {item.project for item in items}
    project = projects.pop() if len(projects) == 1 else ""
    records = list(item_records(items, Tracker("monday.com", "items", project)))
    if not any("issue" in record for record in records):
        return []
    if subitems:
        records.append({"note": f"Subitems were read as acceptance criteria where an item has no "
                        f"others: {', '.join(subitems)}."})  # fmt: skip
    for grid in others:  # what somebody added to the workbook
        rows = [*grid.above, grid.header, *grid.rows]
        records.append({"table": {"name": grid.name, "rows": rows}})
    return [*records, {"report": {"reader": "monday.com board", "parts": len(items)}}]


def _is_board(grid: Grid) -> bool:
    """Whether a sheet begins as a board and has its columns again, or those of subitems."""
    header = _plain(grid.header)
    return header[:1] == ["name"] and any(
        _plain(row) == header or _plain(row)[:2] == ["subitems", "name"] for row in grid.rows
    )


def _plain(row: Row) -> list[str]:
    return [" ".join(cell.split()).casefold() for cell in row]


def _names(grid: Grid) -> set[str]:
    return set(_plain(grid.header))


def _rows_of(grid: Grid) -> list[dict[str, str]]:
    return [dict(zip(_plain(grid.header), map(str.strip, row), strict=False)) for row in grid.rows]


def _items(board: Grid) -> Iterable[tuple[Item, list[str]]]:
    """Each item with the words of its subitems."""
    header = [" ".join(name.split()) for name in board.header]
    group = board.above[-1][0].strip() if board.above else ""
    found = list[tuple[Item, list[str]]]()
    below: list[str] | None = None
    filled_rows = [row for row in board.rows if any(map(str.strip, row))]
    for row, after in zip(filled_rows, [*filled_rows[1:], []], strict=True):
        filled = [n for n, cell in enumerate(row) if cell.strip()]
        if _plain(row) == _plain(board.header):
            below = None
        elif _plain(row)[:2] == ["subitems", "name"]:
            below = [" ".join(name.split()) for name in row]
        elif filled and filled[0] == 1 and below is not None:
            if found and (words := _subitem(below, row)):
                found[-1][1].append(words)
        elif filled == [0] and _plain(after) == _plain(board.header):
            group = row[0].strip()
        elif filled and filled[0] == 0:
            below = None
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=False)
                     if name and cell.strip()}  # fmt: skip
            found.append((_item(cells, group), []))
    return found


def _subitem(header: Sequence[str], row: Row) -> str:
    """Its name, and below it what its columns of text say; nothing where it was given up."""
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if cell.strip()}
    if any(is_withdrawn(cell) for name, cell in cells.items() if _field(name) == "status"):
        return ""
    told = [f"  {cell}" for name, cell in cells.items()
            if _field(name) == "narrative" or section_name(name) == "notes"]  # fmt: skip
    name = row[1].strip()
    return "\n".join([name, *told]) if name else " ".join(" ".join(told).split())


def _field(name: str) -> str:
    return "status" if normalised(name) == "status" else field_of(normalised(name), "requirements")


def _item(cells: Cells, group: str) -> Item:
    """An item of a board, whose name is its first cell. A column that is named for criteria and
    begins with the story's sentence is its description."""
    columns = {_field(name): cell for name, cell in reversed(list(cells.items()))}
    words = columns.get("narrative", "")
    fields = dict(cells)
    for name, cell in cells.items():
        if is_named_for("criteria", name) and starts_story(cell):
            words = "\n\n".join(filter(None, (words, cell)))
            del fields[name]
    own = columns.get("key", "")
    return Item(
        name=next(iter(cells.values())),
        own=own or next((c for n, c in cells.items() if n.casefold().startswith("item id")), ""),
        is_keyed=bool(own),
        description=words,
        column=group,
        status=columns.get("status", ""),
        fields=fields,
    )


def _has_criteria(item: Item) -> bool:
    """Whether an item says itself what is to be accepted: in a column, a list or a scenario."""
    lines = item.description.splitlines()
    return (
        any(is_named_for("criteria", name) for name in item.fields)
        or bool(_LIST.search(item.description))
        or any(map(step_word, lines))
        or "criteria" in map(section_name, lines)
    )


def _comments(item: Item, updates: Sequence[Cells]) -> list[list[str]]:
    """Author, day and words of its updates."""
    ids = {item.own, *(cell for name, cell in item.fields.items()
                       if name.casefold().startswith("item id"))}  # fmt: skip
    return [
        [row.get("user", ""), _day(row.get("created at", "")), row["update content"]]
        for row in updates
        if row.get("item id") in ids and row.get("update content")
    ]


def _day(date: str) -> str:
    with suppress(ValueError):
        return datetime.strptime(date.split()[0], "%d/%B/%Y").date().isoformat()
    return date
