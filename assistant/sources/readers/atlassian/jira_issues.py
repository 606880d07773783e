"""Issues of Jira's REST API (v2 and v3, search or single) as issue records.

The fields of criteria, release, team and epic are found by looking at all issues together.
Source of the payload: Atlassian, "Jira REST API", search and issue resources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.sources.grids.field_choice import Chosen, choose_fields, joined_names
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.json_values import mapping, objects
from assistant.sources.pasted.jira_wiki import tracker_text
from assistant.sources.readers.atlassian.adf import adf_to_markdown, is_adf
from assistant.sources.readers.documents.html import to_markdown

Fields = Mapping[str, Any]
_STANDARD = frozenset(HEADERS["jira_rest"]["standard"])
_HTML = re.compile(r"\s*<(?:p|div|ul|ol|h[1-6]|table|br|span|strong|b|em)\b", re.IGNORECASE)


def issues_in(payload: object) -> list[dict[str, Any]]:
    """The issues in a JSON value (one, a list, or a search result with some); empty where it is
    something else."""
    if isinstance(payload, dict) and isinstance(payload.get("issues"), list):
        found = payload["issues"]
    elif isinstance(payload, list):
        found = payload
    else:
        found = [payload]
    whole = all(
        isinstance(each, dict) and isinstance(each.get("fields"), dict) and "key" in each
        for each in found
    )
    return list(found) if whole and found else []


def read_issues(
    payload: object, confirmed: Mapping[str, object] | None = None, *, comments: bool = False
) -> Iterator[object]:
    """The records of a payload in which ``issues_in`` finds some.

    ``confirmed`` gives the field of a role where a person has confirmed it; others are looked for.
    Without ``comments`` the report says how many were left out.
    """
    issues = issues_in(payload)
    names = dict[str, str]()
    for each in [payload, *issues]:
        named = mapping(mapping(each).get("names"))
        names.update({str(k): str(v) for k, v in named.items()})
    chosen = _chosen(issues, names) | {
        role: Chosen(str(field), names.get(str(field), str(field)), "confirmed")
        for role, field in (confirmed or {}).items()
    }
    yield from (choice.record(role) for role, choice in chosen.items())
    for issue in issues:
        said = {"comments": _comments(issue["fields"])} if comments else {}
        yield {"issue": _issue(issue, chosen, names) | said}
    if isinstance(payload, dict) and isinstance(payload.get("total"), int):
        missing = payload["total"] - len(issues)
        if missing > 0:
            yield {"note": f"The search found {payload['total']} issues; this file holds "
                   f"{len(issues)} of them."}  # fmt: skip
    left_out = 0 if comments else sum(len(_commented(issue["fields"])) for issue in issues)
    unread = [f"{left_out} comments"] if left_out else []
    yield {"report": {"reader": "Jira REST", "parts": len(issues), "unread_parts": unread}}


def _commented(fields: Fields) -> list[Fields]:
    """The comments of an issue as they came, the oldest first."""
    found = objects(mapping(fields.get("comment")).get("comments"))
    return sorted(found, key=lambda each: str(each.get("created", "")))


def _comments(fields: Fields) -> list[list[str]]:
    """Author, date (as the system says it) and text of each comment."""
    return [
        [field_text(each.get("author")), str(each.get("created", ""))[:10],
         _document(each.get("body"))]
        for each in _commented(fields)
    ]  # fmt: skip


def _chosen(issues: Sequence[dict[str, Any]], names: Mapping[str, str]) -> dict[str, Chosen]:
    fields = dict[str, tuple[str, list[str]]]()
    for issue in issues:
        for field, value in issue["fields"].items():
            if field not in _STANDARD:
                fields.setdefault(field, (names.get(field, field), []))[1].append(field_text(value))
    return choose_fields(fields)


def field_text(value: object) -> str:
    """A field's value as a person reads it: Markdown for documents, names for options."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return to_markdown(value).strip() if _HTML.match(value) else value
    if isinstance(value, list):
        return ", ".join(text for each in value if (text := field_text(each)))
    if is_adf(value):
        assert isinstance(value, dict)
        return adf_to_markdown(value)
    if isinstance(value, dict):
        for name in ("displayName", "name", "value", "title", "key"):
            if isinstance(value.get(name), str):
                child = field_text(value.get("child"))
                return f"{value[name]} - {child}" if child else str(value[name])
        return ""
    return str(value)


def _document(value: object) -> str:
    """A long text: ADF, HTML or wiki text."""
    if isinstance(value, str) and not _HTML.match(value):
        return tracker_text(value)
    return field_text(value)


def _issue(
    issue: dict[str, Any], chosen: Mapping[str, Chosen], names: Mapping[str, str]
) -> dict[str, object]:
    fields: Fields = issue["fields"]

    def by(role: str) -> object:
        return fields.get(chosen[role].field) if role in chosen else None

    parent, epic = mapping(fields.get("parent")), mapping(fields.get("epic"))
    above = mapping(parent.get("fields"))
    parent_is_epic = field_text(above.get("issuetype")).casefold() == "epic"
    own_epic = field_text(by("epic")) or str(epic.get("key", ""))
    title = field_text(epic.get("name"))
    if not title and own_epic in {"", str(parent.get("key", ""))}:
        title = field_text(above.get("summary"))
    kind = field_text(fields.get("issuetype"))
    if kind.casefold() == "epic":
        epic_name = next((f for f, n in names.items() if n.casefold() == "epic name"), "")
        title = field_text(fields.get(epic_name))
    key = str(issue["key"])
    return {
        "key": key,
        "title": field_text(fields.get("summary")),
        "type": kind,
        "description": _document(fields.get("description")),
        "criteria": _document(by("criteria")),
        "epic": own_epic or (str(parent.get("key", "")) if parent_is_epic else ""),
        "epic_title": title,
        "parent": str(parent.get("key", "")),
        "release": field_text(fields.get("fixVersions")) or field_text(by("release")),
        "team": joined_names(field_text(by("team")), field_text(fields.get("components"))),
        "sprint": ", ".join(
            field_text(fields.get(field)) for field, n in names.items() if n.casefold() == "sprint"
        ),
        "labels": [str(label) for label in fields.get("labels") or []],
        "status": field_text(fields.get("status")),
        "priority": field_text(fields.get("priority")),
        "project": field_text((fields.get("project") or {}).get("key"))
        if isinstance(fields.get("project"), dict)
        else key.rsplit("-", 1)[0],
        "author": field_text(fields.get("reporter") or fields.get("creator")),
        "links": _links(fields),
        "uri": _address(str(issue.get("self", "")), key),
        **_test(fields, names),
    }


def _links(fields: Fields) -> list[list[str]]:
    found = list[list[str]]()
    for link in objects(fields.get("issuelinks")):
        kind = mapping(link.get("type"))
        for side, name in (("outwardIssue", "outward"), ("inwardIssue", "inward")):
            other = mapping(link.get(side))
            if other.get("key"):
                found.append([str(kind.get(name) or "relates to"), str(other["key"])])
    return found


def _address(api: str, key: str) -> str:
    """The page of an issue: its server's ``/browse/KEY``."""
    base = re.match(r"(https?://[^?#\s]+?)/rest/", api)
    return f"{base.group(1)}/browse/{key}" if base else ""


def _test(fields: Fields, names: Mapping[str, str]) -> dict[str, object]:
    """The steps and Gherkin of an Xray test, from its custom fields."""
    found = dict[str, object]()
    for field, name in names.items():
        value, folded = fields.get(field), name.casefold()
        if folded in {"cucumber scenario", "gherkin definition", "gherkin"} and value:
            found["gherkin"] = field_text(value)
        elif folded in {"manual test steps", "test steps"} and isinstance(value, dict):
            found["steps"] = [_step(step) for step in objects(value.get("steps"))]
    return found


def _step(step: Fields) -> list[str]:
    inner = mapping(step.get("fields")) or step
    folded = {str(name).casefold(): field_text(value) for name, value in inner.items()}
    return [
        folded.get("action", "") or folded.get("step", ""),
        folded.get("data", ""),
        folded.get("expected result", "") or folded.get("result", ""),
    ]
