"""Issues and epics of GitLab in JSON as items of a tracker: of its REST API and of ``glab``.

Sources of the format: GitLab, "Issues API" and "Epics API". An issue is known by its number in its
project ("#12"), an epic by its number in its group ("&3"); "state::ready" is a label that stands
for one of several values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.sources.grids.trackers.tracker_items import Item, Tracker, item_records, name_of
from assistant.sources.json_values import mapping
from assistant.sources.pasted.gitlab_text import read_gitlab_text, scoped_labels

Record = Mapping[str, Any]


def read_gitlab(records: Sequence[Record]) -> Iterator[dict[str, object]]:
    """The records of issues and epics, as ``exports.read_export`` takes them, the oldest first."""
    listed = sorted(records, key=lambda one: (not _is_epic(one), int(one["iid"])))
    items = [_item(one) for one in listed]
    projects = {item.project for item in items if item.project}
    for item in items if len(projects) > 1 else ():  # each counts its issues by itself
        item.own = f"{item.project}{item.own}"
    project = projects.pop() if len(projects) == 1 else ""
    yield from item_records(items, Tracker("GitLab", "issues", project))
    counted = [said for one in listed if isinstance(said := one.get("user_notes_count"), int)]
    if any(counted):
        yield {"note": f"Comments that the issues count and the export leaves out: {sum(counted)}."}
    yield {"report": {"reader": "GitLab", "parts": len(listed)}}


def _is_epic(record: Record) -> bool:
    return "project_id" not in record


def _item(record: Record) -> Item:
    epic, above = _is_epic(record), mapping(record.get("epic"))
    own = f"{'&' if epic else '#'}{record['iid']}"
    full = str(mapping(record.get("references")).get("full") or "")
    author = mapping(record.get("author"))
    by = str(author.get("name") or author.get("username") or "")
    description, remarks = read_gitlab_text(str(record.get("description") or ""))
    labels = [name for one in record.get("labels") or () if (name := name_of(one))]
    kind = str(record.get("issue_type") or "").replace("_", " ")
    number = above.get("iid") or record.get("epic_iid") or record.get("parent_iid")
    return Item(
        name=" ".join(str(record["title"]).split()),
        own=own,
        type="epic" if epic else "" if kind == "issue" else kind,
        is_keyed=True,
        names=[full] if full else [],
        description=description,
        column=str(record["state"]),
        is_closed=record["state"] == "closed",
        labels=labels,
        fields=scoped_labels(labels),
        parent=f"&{number}" if number else "",
        parent_title=str(above.get("title") or ""),
        release=str(mapping(record.get("milestone")).get("title") or ""),
        sprint=str(mapping(record.get("iteration")).get("title") or ""),
        project="" if epic else full.rpartition("#")[0],
        author=by,
        uri=str(record.get("web_url") or ""),
        comments=[[by, "", words] for words in remarks],
    )
