"""Features of Aha! as stories below their epics, their requirements as criteria: records of its API
in JSON, and reports in CSV or Excel with a row for each feature or requirement.

Source of the format: Aha!, "API reference" (lists and single records of epics, features and
requirements; the names of a report's columns: "Feature reference #", "Release name").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.language.validity import is_withdrawn
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.tracker_items import Item, Tracker, item_records
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
    for row in grid.rows:
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
        epic, feature, requirement, release = (
            _of_row(cells, kind) for kind in ("epic", "feature", "requirement", "release")
        )
        if not feature["reference_num"]:
            continue
        if epic["reference_num"]:
            epics.setdefault(epic["reference_num"], epic)
        known = features.setdefault(feature["reference_num"], {
            **feature, "epic": epic, "release": release, "requirements": [],
        })  # fmt: skip
        if requirement["name"]:
            known["requirements"].append(requirement)
    found = [*read_features({"epics": [*epics.values()], "features": [*features.values()]})]
    found[-1] = {"report": {"reader": "Aha! report", "parts": len(features)}}
    return found


def _of_row(cells: Mapping[str, str], kind: str) -> dict[str, Any]:
    """What a row's cells say of one record, as the API would."""
    return {
        "reference_num": cells.get(f"{kind} reference #", ""),
        "name": cells.get(f"{kind} name", ""),
        "description": cells.get(f"{kind} description", ""),
        "workflow_status": {"name": cells.get(f"{kind} status", "")},
        "tags": list(label_list(cells.get(f"{kind} tags", ""))),
    }


def _items(record: Record, type_: str) -> Iterator[Item]:
    """A record, and below it those of its requirements that have criteria of their own or were
    given up; all other requirements are its criteria."""
    item, points = _item(record, type_), list[str]()
    yield item
    for one in objects(record.get("requirements")):
        inner = _item(one, _KINDS["requirements"])
        if is_withdrawn(inner.status) or _has_criteria(inner.description):
            inner.parent = inner.parent or item.own
            inner.release = inner.release or item.release
            yield inner
            continue
        head = f"{inner.own}: {inner.name}" if inner.own else inner.name
        lines = [head, *inner.description.splitlines()]
        points.append("\n  ".join(line for line in lines if line.strip()))
    if points:
        item.checklists.append(("Acceptance criteria", points))


def _has_criteria(text: str) -> bool:
    return any(section_name(line.strip("#*: ")) == "criteria" for line in text.splitlines())


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
