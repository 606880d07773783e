"""Issues of GitHub in JSON as items of a tracker: of the command line and of the REST API.

Sources of the formats: GitHub, "gh issue list --json" (camelCase names) and "REST API endpoints
for issues" (names with underscores).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.sources.grids.trackers.tracker_items import Item, Tracker, item_records, name_of
from assistant.sources.json_values import mapping, objects

Record = Mapping[str, Any]

_ADDRESS = re.compile(r"https?://[^/]+/(?P<project>[^/]+/[^/]+)/(?:issues|pull)/\d+")


def read_issues(issues: Sequence[Record]) -> Iterator[dict[str, object]]:
    """The records of a list of issues, as ``exports.read_export`` takes them, the oldest
    issue first; pull requests are counted."""
    live = [one for one in issues if not _is_pull_request(one)]
    live.sort(key=lambda one: int(one["number"]))
    if pulled := len(issues) - len(live):
        yield {"note": f"Pull requests were left out: {pulled}."}
    items = [_item(one) for one in live]
    projects = {item.project for item in items}
    for item in items if len(projects) > 1 else ():
        item.own = f"{item.project}{item.own}"
    project = projects.pop() if len(projects) == 1 else ""
    yield from item_records(items, Tracker("GitHub", "issues", project))
    counted = [told for one in live if isinstance(told := one.get("comments"), int)]
    if any(counted):
        yield {"note": f"Comments that the issues count and the export leaves out: {sum(counted)}."}
    yield {"report": {"reader": "GitHub", "parts": len(live)}}


def _is_pull_request(issue: Record) -> bool:
    return bool(issue.get("pull_request")) or "/pull/" in _first(issue, "html_url", "url")


def _item(issue: Record) -> Item:
    number = f"#{issue['number']}"
    labels = issue["labels"] if isinstance(issue.get("labels"), list) else []
    address = _ADDRESS.match(uri := _first(issue, "html_url", "url"))
    project = address["project"] if address else ""
    of_type = name_of(issue.get("type") or issue.get("issueType"))
    state = _first(issue, "state")
    return Item(
        name=" ".join(str(issue["title"]).split()),
        own=number,
        type=of_type,
        is_keyed=True,
        names=[f"{project}{number}"] if project else [],
        description=_own_numbers(_text(issue), project),
        column=state,
        status=_first(issue, "stateReason", "state_reason"),
        is_closed=state.casefold() == "closed",
        labels=[label for label in (of_type, *map(name_of, labels)) if label],
        release=str(mapping(issue.get("milestone")).get("title") or ""),
        project=project,
        author=_by(issue),
        uri=uri if address else "",
        comments=[
            [_by(one), _first(one, "createdAt", "created_at"), _text(one)]
            for one in objects(issue.get("comments"))
        ],
    )  # fmt: skip


def _first(record: Record, *names: str) -> str:
    return next((str(record[name]) for name in names if record.get(name)), "")


def _by(record: Record) -> str:
    person = mapping(record.get("author") or record.get("user"))
    return _first(person, "name", "login")


def _text(record: Record) -> str:
    return _without_remarks(str(record.get("body") or "").replace("\r\n", "\n")).strip()


def _without_remarks(text: str) -> str:
    """``text`` without what a template says to whoever fills it in: nobody sees it on the page."""
    shown, at = list[str](), 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        shown.append(text[at:start])
        at = end + len("-->")
    return "".join((*shown, text[at:]))


def _own_numbers(text: str, project: str) -> str:
    """``text`` with addresses of issues of the same project as their numbers."""
    own = rf"https?://[^/\s]+/{re.escape(project)}/issues/(?=\d+(?![\w/#]))"
    return re.sub(rf"(?<![(\[<]){own}", "#", text) if project else text
