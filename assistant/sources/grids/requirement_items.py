"""Items of a requirement table: status, priority, people: what the test basis has no field for."""

from __future__ import annotations

from assistant.sources.grids.grids import Grid
from assistant.sources.grids.headers import normalised
from assistant.sources.pasted.metadata import label_list
from assistant.sources.reading import SourceItem

_NAMES = {
    "status": {"status", "state", "workflow status", "copado status c", "agf status c"},
    "priority": {"priority", "prio", "moscow", "copado priority c", "agf priority c"},
    "author": {"reporter", "owner", "created by", "author"},
    "project": {"project", "project key", "copado project c"},
    "uri": {"url", "link", "uri", "web url"},
}
"""Headers that name what only items hold, as ``headers.normalised`` writes them."""

_EPIC_TYPES = frozenset({"epic", "initiative", "theme"})


def requirement_items(grid: Grid) -> list[SourceItem]:
    """An item for each row of a requirement table that has a key."""
    columns = grid.columns
    assert columns is not None
    numbers = item_columns(grid)
    items = dict[str, SourceItem]()
    for row in grid.rows:
        key = " ".join(columns.cell(row, "key").split())
        if not key or key in items:
            continue
        more = {name: row[n].strip() for name, n in numbers.items() if n < len(row)}
        kind = columns.cell(row, "type")
        items[key] = SourceItem(
            key=key,
            kind="epic" if kind.casefold() in _EPIC_TYPES else "story",
            title=" ".join(columns.cell(row, "title").split()),
            type=kind,
            release=columns.cell(row, "release", ", "),
            team=columns.cell(row, "team", ", "),
            labels=label_list(columns.cell(row, "labels", ", ")),
            parent=columns.cell(row, "epic"),
            **more,
        )
    return list(items.values())


def item_columns(grid: Grid) -> dict[str, int]:
    """The numbers of the columns that only items hold, by the item's field."""
    names = [normalised(name) for name in grid.header]
    return {
        field: names.index(name)
        for field, known in _NAMES.items()
        for name in names
        if name in known
    }
