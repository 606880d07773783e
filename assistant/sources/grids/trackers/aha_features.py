"""Features of Aha! as stories below their epics, their requirements as criteria: records of its API
in JSON, and reports in CSV or Excel with a row for each feature or requirement.

Source of the format: Aha!, "API reference" (lists and single records of epics, features and
requirements; the names of a report's columns: "Feature reference #", "Release name").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.language.validity import is_withdrawn
from assistant.sources.grids.field_choice import is_named_for
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.trackers.tracker_items import (
    Item,
    Tracker,
    is_used,
    item_records,
    says_type,
    unused_note,
)
from assistant.sources.json_values import mapping, objects
from assistant.sources.pasted.metadata import label_list
from assistant.sources.pasted.names_and_ids import section_name

Record = Mapping[str, Any]

_KINDS = {"epics": "Epic", "features": "Story", "requirements": "Story"}


def read_features(payload: Record) -> Iterator[dict[str, object]]:
    """The records of lists of epics, features and requirements, whose descriptions are Markdown
    already, as ``exports.read_export`` takes them."""
    items = [item for kind, type_ in _KINDS.items() for record in objects(payload.get(kind))
             for item in _items(record, type_)]  # fmt: skip
    yield from item_records(items, Tracker("Aha!", "features"))
    yield {"report": {"reader": "Aha! REST", "parts": len(items)}}


def report_records(grid: Grid) -> list[dict[str, object]]:
    """The records of such a report, as ``exports.read_export`` takes them; none for another."""
    names = [" ".join(name.split()).casefold() for name in grid.header]
    if not {"feature reference #", "feature name"} <= set(names):
        return []
    epics, features = dict[str, dict[str, Any]](), dict[str, dict[str, Any]]()
    alone, unused = list[dict[str, Any]](), dict[str, None]()
    for row in grid.rows:
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
        unused.update((name, None) for name in cells if not _is_read(name))
        epic, feature, requirement, release = (
            _of_row(cells, kind) for kind in ("epic", "feature", "requirement", "release")
        )
        if key := _key(epic):
            epics.setdefault(key, epic)
        around = {"epic": epic, "release": release}
        if key := _key(feature):
            feature |= {**around, "requirements": []}
            below = features.setdefault(key, feature)["requirements"]
        else:
            below = alone
            requirement |= around
        if _key(requirement) or requirement["description"]:
            below.append(requirement)
    payload = {"epics": [*epics.values()], "features": [*features.values()], "requirements": alone}
    found = [*read_features(payload)][:-1]
    if unused:
        shown = [name for own, name in zip(names, grid.header, strict=True) if own in unused]
        found.append({"note": unused_note([" ".join(name.split()) for name in shown])})
    parts = len(features) + len(alone)
    return [*found, {"report": {"reader": "Aha! report", "parts": parts}}]


_PARTS = ("reference #", "name", "description", "status", "tags")
"""What a report's columns say of each kind of record; all others are custom fields."""


def _is_read(name: str) -> bool:
    kind, _, part = name.partition(" ")
    if kind == "release":
        return part in {"reference #", "name"}
    return kind in {"epic", "feature", "requirement"} and (part in _PARTS or _is_field(part))


def _is_field(part: str) -> bool:
    """Whether a custom field is read; what a record is, says Aha! by the columns themselves."""
    return is_used(part) and not says_type(part)


def _key(record: Record) -> str:
    return str(record["reference_num"] or record["name"])


def _of_row(cells: Mapping[str, str], kind: str) -> dict[str, Any]:
    """What a row's cells say of one record, as the API would."""
    return {
        "reference_num": cells.get(f"{kind} reference #", ""),
        "name": cells.get(f"{kind} name", ""),
        "description": cells.get(f"{kind} description", ""),
        "workflow_status": {"name": cells.get(f"{kind} status", "")},
        "tags": list(label_list(cells.get(f"{kind} tags", ""))),
        "custom_fields": [
            {"name": part, "value": cell}
            for name, cell in cells.items()
            if (part := name.removeprefix(f"{kind} ")) != name and _is_field(part)
        ],
    }


def _items(record: Record, type_: str) -> Iterator[Item]:
    """A record, and below it those of its requirements that have criteria of their own or were
    given up; all other requirements are its criteria."""
    item, points = _item(record, type_), list[str]()
    yield item
    for one in objects(record.get("requirements")):
        inner = _item(one, _KINDS["requirements"])
        if is_withdrawn(inner.status) or _has_criteria(inner):
            inner.parent = inner.parent or item.own
            inner.release = inner.release or item.release
            yield inner
            continue
        lines = [inner.name, *inner.description.splitlines()]
        words = "\n  ".join(line for line in lines if line.strip())
        points.append(f"{inner.own}: {words}" if inner.own else words)
    if points:
        item.checklists.append(("Acceptance criteria", points))


def _has_criteria(item: Item) -> bool:
    said = (section_name(line.strip("#*: ")) for line in item.description.splitlines())
    return "criteria" in said or any(is_named_for("criteria", name) for name in item.fields)


def _item(record: Record, type_: str) -> Item:
    above = mapping(record.get("feature")) or mapping(record.get("epic"))
    tags = record.get("tags")
    return Item(
        name=_text(record.get("name")),
        own=_text(record.get("reference_num")),
        type=type_,
        is_keyed=True,
        description=str(record.get("description") or ""),
        status=_text(mapping(record.get("workflow_status")).get("name")),
        labels=[_text(one) for one in tags] if isinstance(tags, list) else [],
        fields={
            _text(one.get("name")): one["value"]
            for one in objects(record.get("custom_fields"))
            if isinstance(one.get("value"), str)
        },
        parent=_text(above.get("reference_num")),
        parent_title=_text(above.get("name")),
        release=_text(mapping(record.get("release")).get("name")),
        author=_text(mapping(record.get("created_by_user")).get("name")),
        uri=_text(record.get("url")),
    )


def _text(value: object) -> str:
    return " ".join(str(value or "").split())
