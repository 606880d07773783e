"""Exports of trackers in CSV (Asana, ClickUp, GitLab, Linear, Redmine, Shortcut, YouTrack): their
rows as items of a tracker.

Sources of the columns: Asana, "Export to CSV" of a project; ClickUp, "Task data export"; GitLab,
"Export issues to CSV" and that of work items; Linear, "Export issues to CSV"; Redmine, the columns
of its ``IssueQuery`` and their names in ``config/locales``; Shortcut, "Export stories to CSV";
YouTrack, "Issue data in CSV", with a column for each field and kind of link by its name. What Asana
and ClickUp have no column of their own for, they add as a column of a custom field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from assistant.sources.grids.grids import Grid
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.trackers.tracker_items import (
    Item,
    Tracker,
    is_used,
    item_records,
    unused_note,
)
from assistant.sources.json_values import mapping, objects, parsed
from assistant.sources.pasted.gitlab_text import read_gitlab_text, scoped_labels
from assistant.sources.pasted.jira_wiki import tracker_text
from assistant.sources.pasted.metadata import label_list

Row = Mapping[str, str]
"""The filled cells of an item by the names of their columns, in small letters."""


def _nothing_more(item: Item, row: Row) -> None:
    """A tool whose columns say all of an item as they stand."""


class _Tool(NamedTuple):
    """The columns of a tool's export by what an item has of them, the first filled one counting."""

    name: str
    noun: str
    proof: frozenset[str]
    """Columns that only its export has together."""
    columns: Mapping[str, Sequence[str]]
    closed: Sequence[str] = ()
    """Columns that are filled where an item is closed."""
    given_up: Mapping[str, str] = {}
    """Columns that are filled where an item is given up -> its status then."""
    rest: frozenset[str] | None = None
    """Columns of no use here; all others are custom fields. ``None`` where ``custom`` tells them,
    or the tool has none."""
    custom: re.Pattern[str] | None = None
    """How the columns of custom fields are named."""
    any_two: frozenset[str] = frozenset()
    """Two of these columns prove it too, beside the ``proof``."""
    english: Mapping[str, str] = {}
    """Its columns in other languages -> their English names."""
    empty: frozenset[str] = frozenset()
    """What its cells hold where they hold nothing."""
    more: Callable[[Item, Row], None] = _nothing_more
    """Takes what only this tool writes."""
    holds: str = ""
    """The column of the items that an item is the parent of."""


# --- What only one tool writes ------------------------------------------------------------------

_OTHERS_DAY = re.compile(r"(\d{1,2}/\d{1,2}/\d{4}), \d{1,2}:\d\d:\d\d\s[AP]M\b")
"""A date of ClickUp, whose month stands first whatever the language."""


def _clickup(item: Item, row: Row) -> None:
    """Its own id, by which others name it, beside the one that a company counts by; checklists and
    comments in JSON."""
    item.is_keyed = "task custom id" in row
    item.names = [row.get("task id", "")]
    lists = parsed(row.get("checklists", ""))
    for name, points in lists.items() if isinstance(lists, dict) else ():
        told = [_words(point) for point in points] if isinstance(points, list) else []
        item.checklists.append((str(name), list(filter(None, told))))
    for said in objects(parsed(row.get("comments", ""))):
        words = str(said.get("text") or "").strip()
        if words:
            item.comments.append([str(said.get("by") or ""), _day(str(said.get("date"))), words])


def _words(point: object) -> str:
    name = point.get("name") if isinstance(point, dict) else point
    return " ".join(str(name or "").split())


def _day(date: str) -> str:
    match = _OTHERS_DAY.match(date)
    try:
        return datetime.strptime(match[1], "%m/%d/%Y").date().isoformat() if match else date
    except ValueError:
        return date


_GITLAB_ADDRESS = re.compile(r"https?://[^/]+/(?P<project>.+?)/-/(?:issues|work_items|epics)/\d+")


def _gitlab(item: Item, row: Row) -> None:
    """How other issues name it ("#12", an epic "&12"), and its project, which its address says;
    a remark to a person is a comment by its author."""
    item.description, remarks = read_gitlab_text(item.description)
    item.comments = [[item.author, "", words] for words in remarks]
    item.fields = {**item.fields, **scoped_labels(item.labels)}
    address = _GITLAB_ADDRESS.match(item.uri)
    item.project = address["project"] if address else ""
    item.names = [f"{item.project}#{item.own}"]
    if "epic id" in row:
        item.parent = f"&{row['epic id']}"
    if "iid" in row:
        item.names.append(row["id"])
    if address is None:
        item.uri = ""


_TRACKERS = {
    name: kind
    for kind, word in (("story", "feature"), ("bug", "bug"), ("chore", "support"))
    for name in HEADERS["redmine_types"][word]
}


def _redmine(item: Item, row: Row) -> None:
    """Its tracker as the type; the text as Markdown, where it is Textile."""
    item.names = [f"#{item.own}"]
    kind = row.get("tracker", "")
    item.fields = {**item.fields, "type": _TRACKERS.get(kind.casefold(), kind)}
    item.description = _markdown(item.description)
    if "last notes" in row:
        item.comments = [["", "", _markdown(row["last notes"])]]


_BLOCK = re.compile(r"<pre>((?:(?!<pre>).)*?)</pre>", re.DOTALL)
_CODE = re.compile(r"\A\s*<code\b[^<>\n]*>|</code>\s*\Z")
_TEXTILE_LINK = re.compile(r'"([^"\n]{1,200})":((?:https?://|/)[^\s<>"]*[^\s<>".,;:!?)])')
_TEXTILE_HEADS = re.compile(r"^\|_\.[^\n]*$", re.MULTILINE)


def _noformat(block: re.Match[str]) -> str:
    words = _CODE.sub("", block[1]).strip("\n")
    return f"{{noformat}}\n{words}\n{{noformat}}"


def _markdown(text: str) -> str:
    """A text of Redmine as Markdown. Textile has its headings, lists and emphasis in common with
    the wiki text of Jira; blocks, links and the heads of tables it writes in another way."""
    text = _BLOCK.sub(_noformat, text)
    text = _TEXTILE_LINK.sub(r"[\1|\2]", text)
    text = _TEXTILE_HEADS.sub(lambda m: re.sub(r"\|_\.", "||", m[0]) + "|", text)
    return tracker_text(text)


def _youtrack(item: Item, row: Row) -> None:
    """Of several parents the first."""
    item.parent = item.parent.partition(",")[0]


# --- The tools ----------------------------------------------------------------------------------

_ASANA = _Tool(
    "Asana", "tasks",
    frozenset({"task id", "name", "notes", "section/column", "parent task"}),
    {"name": ["name"], "description": ["notes"], "column": ["section/column"],
     "status": ["section/column"], "parent": ["parent task"], "labels": ["tags"],
     "project": ["projects"]},
    ["completed at"],
    rest=frozenset({
        "task id", "created at", "last modified", "assignee", "assignee email", "start date",
        "due date", "blocked by (dependencies)", "blocking (dependencies)", "estimated time",
    }),
)  # fmt: skip
_CLICKUP = _Tool(
    "ClickUp", "tasks",
    frozenset({"task id", "task name", "task content", "parent id", "list name", "space name"}),
    {"own": ["task custom id", "task id"], "name": ["task name"], "type": ["task type"],
     "description": ["task content"], "column": ["list name"], "status": ["status"],
     "parent": ["parent id"], "labels": ["tags"], "project": ["space name"],
     "group": ["folder name", "list name"]},
    custom=re.compile(r"(?P<name>.+) \([a-z_ ]+\)", re.IGNORECASE),
    empty=frozenset({"null", "[]", "{}", "hidden"}),
    more=_clickup,
)  # fmt: skip
_GITLAB_COLUMNS = {
    "name": ["title"], "description": ["description"], "type": ["type"], "column": ["state"],
    "labels": ["labels"], "release": ["milestone"], "sprint": ["iteration"], "author": ["author"],
    "uri": ["url"],
}  # fmt: skip
_GITLAB = _Tool(
    "GitLab", "issues",
    frozenset({"issue id", "title", "description", "milestone", "labels", "author username"}),
    {"own": ["issue id"], "parent": ["epic id"], "parent_title": ["epic title"],
     **_GITLAB_COLUMNS},
    ["closed at (utc)"],
    more=_gitlab,
)  # fmt: skip
_GITLAB_ITEMS = _Tool(
    "GitLab", "work items",
    frozenset({"id", "iid", "title", "type", "parent iid", "author username"}),
    {"own": ["iid"], "parent": ["parent id"], "parent_title": ["parent title"], **_GITLAB_COLUMNS},
    ["closed at"],
    more=_gitlab,
)  # fmt: skip
_LINEAR = _Tool(
    "Linear", "issues",
    frozenset({"id", "title", "description", "status", "creator", "canceled", "parent issue"}),
    {"own": ["id"], "name": ["title"], "description": ["description"], "column": ["status"],
     "status": ["status"], "parent": ["parent issue"], "labels": ["labels"], "team": ["team"],
     "project": ["project"], "group": ["project"], "release": ["project milestone"],
     "sprint": ["cycle name"], "author": ["creator"]},
    ["completed", "canceled"], {"canceled": "Canceled"},
)  # fmt: skip
_REDMINE = _Tool(
    "Redmine", "issues",
    frozenset({"#", "tracker", "status", "subject"}),
    {"own": ["#"], "name": ["subject"], "description": ["description"], "status": ["status"],
     "parent": ["parent task"], "parent_title": ["parent task subject"],
     "release": ["target version"], "labels": ["category"], "project": ["project"],
     "group": ["project"], "author": ["author"]},
    ["closed"],
    rest=frozenset({"tracker", "updated", "last notes"}),
    any_two=frozenset({"updated", "closed", "parent task", "parent task subject",
                       "target version", "last notes"}),
    english={other: name for name, others in HEADERS["redmine"].items() for other in others},
    more=_redmine,
)  # fmt: skip
_SHORTCUT = _Tool(
    "Shortcut", "stories",
    frozenset({"id", "name", "type", "is_completed", "epic_id", "epic", "iteration", "state"}),
    {"own": ["id"], "name": ["name"], "type": ["type"], "description": ["description"],
     "status": ["state"], "labels": ["labels"], "parent": ["epic_id"], "parent_title": ["epic"],
     "sprint": ["iteration"], "team": ["team"], "project": ["project"],
     "group": ["project", "team"], "author": ["requester"]},
    ["completed_at"],
)  # fmt: skip
_YOUTRACK = _Tool(
    "YouTrack", "issues",
    frozenset({"issue id", "project", "summary"}),
    {"own": ["issue id"], "name": ["summary"], "type": ["type"], "description": ["description"],
     "status": ["state"], "labels": ["tags"], "parent": ["subtask of"],
     "release": ["fix versions"], "team": ["subsystem"], "sprint": ["sprints", "sprint"],
     "project": ["project"], "group": ["project"], "author": ["reporter"]},
    ["resolved"],
    rest=frozenset({
        "created", "updated", "priority", "assignee", "affected versions", "fixed in build",
        "estimation", "spent time", "votes", "parent for",
    }),
    any_two=frozenset({"tags", "votes", "state", "resolved", "reporter", "subtask of",
                       "parent for"}),
    more=_youtrack,
    holds="parent for",
)  # fmt: skip
_TOOLS = (_ASANA, _CLICKUP, _GITLAB, _GITLAB_ITEMS, _LINEAR, _REDMINE, _SHORTCUT, _YOUTRACK)


def task_records(grid: Grid) -> list[dict[str, object]]:
    """The records of such an export, as ``exports.read_export`` takes them; none for another table
    and for one without an epic or a story."""
    written = [" ".join(name.split()) for name in grid.header]
    tool = next((one for one in _TOOLS if _is_of(one, written)), None)
    if tool is None:
        return []
    header = [tool.english.get(name.casefold(), name) for name in written]
    rows = [_cells(header, row, tool) for row in grid.rows if any(cell.strip() for cell in row)]
    items = [_item(row, tool) for row in rows]
    projects = {item.project for item in items if item.project}
    if tool.more is _gitlab and len(projects) > 1:  # each counts its issues by itself
        for item in items:
            item.own = f"{item.project}#{item.own}"
    if tool.holds:
        _give_parents(items, rows, tool.holds)
    project = projects.pop() if len(projects) == 1 else ""
    records = list(item_records(items, Tracker(tool.name, tool.noun, project)))
    if not any("issue" in record for record in records):
        return []
    filled = dict.fromkeys(name for item in items for name in item.fields)
    if tool.rest is not None and (unused := [name for name in filled if not is_used(name)]):
        records.append({"note": unused_note(unused)})
    return [*records, {"report": {"reader": f"{tool.name} CSV", "parts": len(items)}}]


def _give_parents(items: Sequence[Item], rows: Sequence[Row], holds: str) -> None:
    """The parents that only the items above tell, by their keys in the column ``holds``."""
    named = {item.own: item for item in items}
    for item, row in zip(items, rows, strict=True):
        cells = [cell for name, cell in row.items() if name.casefold() == holds]
        for key in re.split(r"[,\s]+", " ".join(cells)):
            if key in named and not named[key].parent:
                named[key].parent = item.own


def youtrack_records(issues: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """The records of issues as YouTrack's REST API gives them: they are rows of its CSV export, and
    a table where none is an epic or a story."""
    rows = list(map(_row_of, issues))
    header = list(dict.fromkeys(name for row in rows for name in row))
    cells = [tuple(row.get(name, "") for name in header) for row in rows]
    found = task_records(Grid("", tuple(header), tuple(cells), first_row=0))
    found = found[:-1] or [{"table": {"name": "", "rows": [header, *cells]}}]
    return [*found, {"report": {"reader": "YouTrack REST", "parts": len(rows)}}]


def _row_of(issue: Mapping[str, Any]) -> dict[str, str]:
    row = {
        "Issue Id": str(issue.get("idReadable") or ""),
        "Project": str(mapping(issue.get("project")).get("name") or ""),
        "Summary": str(issue.get("summary") or ""),
        "Description": str(issue.get("description") or ""),
        "Reporter": str(mapping(issue.get("reporter")).get("fullName") or ""),
        "Resolved": str(issue.get("resolved") or ""),
        "Tags": ", ".join(str(one.get("name")) for one in objects(issue.get("tags"))),
    }
    for field in objects(issue.get("customFields")):
        value = field.get("value")
        told = [one.get("name") or one.get("text") for one in objects(
            value if isinstance(value, list) else [value])]  # fmt: skip
        told = [value] if isinstance(value, str | int | float) else told
        row.setdefault(str(field.get("name")), ", ".join(str(one) for one in told if one))
    for link in objects(issue.get("links")):
        kind = mapping(link.get("linkType"))
        outward = link.get("direction") in ("OUTWARD", "BOTH")
        name = str(kind.get("sourceToTarget" if outward else "targetToSource") or "").capitalize()
        named = ", ".join(str(one.get("idReadable")) for one in objects(link.get("issues")))
        row[name] = ", ".join(filter(None, (row.get(name, ""), named)))
    return row


def _is_of(tool: _Tool, header: Sequence[str]) -> bool:
    names = {tool.english.get(name.casefold(), name.casefold()) for name in header}
    return tool.proof <= names and (not tool.any_two or len(tool.any_two & names) > 1)


def _cells(header: Sequence[str], row: Sequence[str], tool: _Tool) -> dict[str, str]:
    """The filled cells of a row by the names of their columns, as written."""
    found = dict[str, str]()
    for name, cell in zip(header, row, strict=False):
        if name.strip() and cell.strip() and cell.strip() not in tool.empty:
            found.setdefault(name, cell.strip())
    return found


def _item(row: Mapping[str, str], tool: _Tool) -> Item:
    cells = {name.casefold(): cell for name, cell in row.items()}
    has = {part: told for part, names in tool.columns.items()
           if (told := next((cells[name] for name in names if name in cells), ""))}  # fmt: skip
    given_up = [status for name, status in tool.given_up.items() if name in cells]
    item = Item(
        name=" ".join(has.get("name", "").split()),
        own=has.get("own", ""),
        type=has.get("type", ""),
        is_keyed="own" in tool.columns,
        description=has.get("description", ""),
        column=has.get("column", ""),
        status=next(iter(given_up), has.get("status", "")),
        is_closed=any(name in cells for name in tool.closed),
        labels=label_list(has.get("labels", "")),
        fields=_custom(row, tool),
        parent=" ".join(has.get("parent", "").split()),
        parent_title=" ".join(has.get("parent_title", "").split()),
        group=has.get("group", ""),
        release=has.get("release", ""),
        sprint=has.get("sprint", ""),
        team=has.get("team", ""),
        project=has.get("project", "").partition(",")[0].strip(),
        author=has.get("author", ""),
        uri=has.get("uri", ""),
    )
    tool.more(item, cells)
    return item


def _custom(row: Mapping[str, str], tool: _Tool) -> dict[str, str]:
    """The cells of custom fields by the fields' names."""
    if tool.custom is not None:
        named = ((tool.custom.fullmatch(name), cell) for name, cell in row.items())
        return {match["name"]: cell for match, cell in named if match}
    if tool.rest is None:
        return {}
    used = {name for names in tool.columns.values() for name in names} | {*tool.closed}
    return {name: cell for name, cell in row.items() if name.casefold() not in used | tool.rest}
