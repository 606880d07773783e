"""JSON files: issues of Jira, GitHub, GitLab and YouTrack, Aha!, Confluence, cases, Xray,
Salesforce, chats, schemas.

A payload that is none of these becomes a table where it is a list of records, or else a page of
its values, whatever words stand in it. Records are those of ``exports.read_export``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from assistant.sources.json_values import mapping, objects
from assistant.sources.markdown_tables import markdown_table
from assistant.sources.readers.atlassian import jira_issues
from assistant.sources.readers.atlassian.adf import adf_to_markdown, is_adf
from assistant.sources.readers.chat_messages import read_chat
from assistant.sources.readers.documents.html import to_markdown
from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.refusals import Refused, place_of
from assistant.sources.readers.salesforce_metadata import salesforce_records
from assistant.sources.readers.schemas import read_schema
from assistant.sources.readers.test_managers import json_cases

Record = Mapping[str, Any]


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """What the JSON (or JSON Lines) in ``data`` holds; raises ``Refused`` where it is not valid."""
    yield from _of(_parsed(data.decode("utf-8")), options)


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines[:2]):
            try:
                return [json.loads(line, parse_constant=_no_constant) for line in lines]
            except ValueError:
                pass
        raise Refused("damaged", f"it is not valid JSON{place_of(error)}") from error


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


def _of(payload: object, options: Mapping[str, object]) -> Iterator[object]:
    fields, labels = mapping(options.get("fields")), options.get("labels")
    if (schema := read_schema(payload)) is not None:
        yield from schema
    elif jira_issues.issues_in(payload):
        comments = options.get("comments") is not False
        yield from jira_issues.read_issues(payload, fields, comments=comments)
    elif pages := _pages_in(payload):
        yield from map(_page, pages)
        yield {"report": {"reader": "Confluence REST", "parts": len(pages)}}
    elif isinstance(payload, dict) and _is_xray(payload):
        yield from _xray(payload)
    elif issues := _all_of(payload, _is_github_issue):
        yield {"github": issues}
    elif listed := _all_of(payload, _is_gitlab):
        yield {"gitlab": listed}
    elif cases := json_cases.read_cases(payload):
        yield from cases
    elif _is_board(payload):
        yield {"board": payload}
    elif listed := _all_of(payload, _is_youtrack):
        yield {"youtrack": listed}
    elif features := _aha_records(payload):
        yield {"aha": features}
    elif chat := read_chat(payload, str(options.get("name", ""))):
        yield from chat
    elif salesforce_records.records_in(payload):
        named = labels if isinstance(labels, dict) else None
        yield from salesforce_records.read_records(payload, fields, named)
    elif is_adf(payload):
        assert isinstance(payload, dict)
        yield {"document": {"id": "", "title": "", "text": adf_to_markdown(payload)}}
        yield {"report": {"reader": "Atlassian Document Format", "parts": 1}}
    elif records := _records(payload):
        yield {"table": {"name": "", "rows": _rows(records)}}
        yield {"report": {"reader": "json", "parts": len(records)}}
    else:
        text = _messages(payload) or "\n".join(_lines(payload, 0))
        text = text or json.dumps(payload, ensure_ascii=False)
        yield {"document": {"id": "", "title": "", "text": text, "kind": "page"}}
        yield {"report": {"reader": "json", "parts": 1}}


_LONGEST_MESSAGE = 1_000
"""A longer text is a page's and no message's."""


def _messages(payload: object) -> str:
    """The texts of an app by their whole keys ("order.sent"), as i18n files keep them in objects
    within objects, as a table; empty where another value than a text stands anywhere."""
    rows = [["Key", "Text"]]
    left: list[tuple[str, object]] = [("", payload)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict) and "" not in value:
            inner = [(f"{path}.{name}" if path else str(name), one) for name, one in value.items()]
            left += reversed(inner)
        elif isinstance(value, str) and path and len(value) <= _LONGEST_MESSAGE:
            rows.append([path, value])
        else:
            return ""
    return markdown_table(rows) if len(rows) > 1 else ""


def _records(payload: object) -> list[dict[str, Any]]:
    """The records of a payload: a list of objects, or an object with one list of them."""
    if isinstance(payload, dict):
        lists = [v for v in payload.values() if isinstance(v, list) and v]
        others = [v for v in payload.values() if isinstance(v, dict | list) and v]
        if len(lists) != 1 or len(others) != 1:
            return []
        payload = lists[0]
    if not isinstance(payload, list) or len(payload) < 2:
        return []
    return payload if all(isinstance(each, dict) and each for each in payload) else []


def _rows(records: Sequence[Record]) -> list[list[str]]:
    """Header and rows; a column that holds objects says so in its name, and is no field by it: the
    names and values inside are no criteria, steps or labels."""
    names = list(dict.fromkeys(str(name) for record in records for name in record))
    header = [
        f"{name} (nested)" if any(_is_nested(record.get(name)) for record in records) else name
        for name in names
    ]
    return [header, *([_cell(record.get(name)) for name in names] for record in records)]


def _is_nested(value: object) -> bool:
    inner = value if isinstance(value, list) else [value]
    return any(isinstance(each, dict | list) and each for each in inner)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return "\n".join(map(str, value))
    if isinstance(value, dict | list):
        return "\n".join(_lines(value, 0))
    return str(value)


def _lines(value: object, depth: int) -> Iterator[str]:
    """A value as a nested list: "- name: value"."""
    pad = "  " * min(depth, 20)
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict | list) and inner:
                yield f"{pad}- {name}:"
                yield from _lines(inner, depth + 1)
            else:
                yield f"{pad}- {name}: {_scalar(inner)}"
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict | list) and inner:
                yield from _lines(inner, depth + (not isinstance(inner, dict)))
            else:
                yield f"{pad}- {_scalar(inner)}"
    else:
        yield _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _pages_in(payload: object) -> list[dict[str, Any]]:
    if isinstance(payload, dict):
        payload = payload["results"] if isinstance(payload.get("results"), list) else [payload]
    if not isinstance(payload, list) or not payload:
        return []
    whole = all(
        isinstance(each, dict) and "title" in each and isinstance(each.get("body"), dict)
        and set(each["body"]) & {"storage", "view", "export_view", "atlas_doc_format"}
        for each in payload
    )  # fmt: skip
    return payload if whole else []


def _page(page: Record) -> dict[str, object]:
    text = ""
    for name in ("storage", "atlas_doc_format", "export_view", "view"):
        value = mapping(page["body"].get(name)).get("value")
        if isinstance(value, str) and value.strip():
            text = _adf_text(value) if name == "atlas_doc_format" else to_markdown(value)
            break
    links, by = mapping(page.get("_links")), mapping(mapping(page.get("version")).get("by"))
    labels = objects(mapping(mapping(page.get("metadata")).get("labels")).get("results"))
    key = str(mapping(page.get("space")).get("key") or page.get("spaceId") or "")
    return {
        "document": {
            "id": f"confluence:{page.get('id', page['title'])}",
            "title": str(page["title"]),
            "text": f"# {page['title']}\n\n{text}",
            "uri": f"{links.get('base', '')}{links.get('webui', '')}",
            "project": key,
            "author": str(by.get("displayName", "")),
            "labels": [
                str(label.get("name", ""))
                for label in labels
                if label.get("prefix") != "my"  # favourites of whoever fetched them
            ],
        }
    }


def _adf_text(value: str) -> str:
    parsed = json.loads(value)
    return adf_to_markdown(parsed) if is_adf(parsed) else value


def _is_board(payload: object) -> bool:
    """Whether a payload is a board of Trello: what its words mean is read by ``trello_boards``."""
    parts = {own: mapping(payload).get(name) for name, own in _OF_A_BOARD.items()}
    return any(parts.values()) and all(
        isinstance(found, list) and all({"name", own} <= mapping(each).keys() for each in found)
        for own, found in parts.items()
    )


_OF_A_BOARD = {"cards": "idList", "lists": "idBoard"}


def _all_of(payload: object, belongs: Callable[[Record], bool]) -> list[dict[str, Any]]:
    """The records of a payload, one or a list, where each of them ``belongs`` to a tool; empty for
    another's."""
    listed: list[object] = payload if isinstance(payload, list) else [payload]
    found = [mapping(each) for each in listed]
    return found if all(map(belongs, found)) else []


def _is_youtrack(record: Record) -> bool:
    """An issue with its fields and links."""
    return {"idReadable", "summary"} <= record.keys() and bool(
        record.keys() & {"customFields", "links"}
    )


_TAGGED = re.compile(r"</[a-z]\w*>|<br\b", re.IGNORECASE)
"""What only text in HTML holds."""


def _aha_records(payload: object) -> dict[str, list[dict[str, Any]]]:
    """The records of a payload of Aha! by kind, their HTML as Markdown; what they mean is read by
    ``aha_features``. Empty for another payload."""
    lists = mapping(payload)
    found = {
        kind: objects(lists.get(kind)) or objects([lists.get(kind.removesuffix("s"))])
        for kind in ("epics", "features", "requirements")
    }
    records = [one for each in found.values() for one in each]
    if not all({"reference_num", "name", "resource"} <= one.keys() for one in records):
        return {}
    for one in records:
        for each in (one, *objects(one.get("requirements"))):
            body = mapping(each.get("description")).get("body")
            each["description"] = fragment_to_markdown(str(body or ""))
            for field in objects(each.get("custom_fields")):
                value = field.get("value")
                if isinstance(value, str) and _TAGGED.search(value):
                    field["value"] = fragment_to_markdown(value)
    return found if records else {}


def _is_github_issue(record: Record) -> bool:
    text = record.get("body")
    return (
        type(record.get("number")) is int and record["number"] > 0
        and isinstance(record.get("title"), str) and "body" in record
        and (text is None or isinstance(text, str))
        and bool(record.keys() & {"milestone", "createdAt", "created_at", "html_url"}
                 or str(record.get("state")).casefold() in {"open", "closed"}
                 or any({"name", "color"} <= one.keys() for one in objects(record.get("labels"))))
    )  # fmt: skip


def _is_gitlab(record: Record) -> bool:
    """An issue or an epic."""
    return (
        type(record.get("iid")) is int
        and isinstance(record.get("title"), str)
        and isinstance(record.get("state"), str)
        and bool(record.keys() & {"project_id", "group_id"})
        and {"description", "labels"} <= record.keys()  # a milestone has no labels
        and "source_branch" not in record  # a merge request
    )


def _is_xray(payload: Record) -> bool:
    return all(
        isinstance(payload.get(name), list) for name in ("issues", "tests")
    ) and all("extKey" in each for each in [*payload["issues"], *payload["tests"]])  # fmt: skip


def _xray(payload: Record) -> Iterator[object]:
    """The demo project of Xray: issues, tests with the issue they test, and preconditions."""
    project = str(mapping(payload.get("project")).get("key", ""))
    epics = {str(i["epicName"]): str(i["extKey"]) for i in payload["issues"] if i.get("epicName")}
    for issue in payload["issues"]:
        link = str(issue.get("epicLink", ""))
        yield {
            "issue": {
                "key": issue["extKey"],
                "title": issue.get("summary", ""),
                "type": issue.get("issueType", ""),
                "description": issue.get("description", ""),
                "epic": epics.get(link, link),
                "epic_title": issue.get("epicName", ""),
                "release": ", ".join(map(str, issue.get("fixVersions") or [])),
                "team": ", ".join(map(str, issue.get("components") or [])),
                "labels": issue.get("labels") or [],
                "project": project,
            }
        }
    before = dict[str, list[str]]()
    for condition in payload.get("preConditions") or []:
        words = str(condition.get("steps") or condition.get("summary", ""))
        for key in condition.get("tests") or []:
            before.setdefault(str(key), []).append(words)
    for test in payload["tests"]:
        tested = test.get("tests") or []
        keys = [tested] if isinstance(tested, str) else list(tested)
        yield {
            "issue": {
                "key": test["extKey"],
                "title": test.get("summary", ""),
                "type": "Test",
                "description": test.get("description") or test.get("decription", ""),
                "gherkin": test.get("gherkin") or test.get("definition", ""),
                "steps": [_xray_step(step) for step in test.get("steps") or []],
                "preconditions": "\n".join(before.get(str(test["extKey"]), [])),
                "links": [["tests", str(key)] for key in keys],
                "labels": [part for part in str(test.get("folder", "")).split("/") if part],
                "project": project,
            }
        }
    count = len(payload["issues"]) + len(payload["tests"])
    yield {"report": {"reader": "Xray", "parts": count}}


def _xray_step(step: object) -> list[str]:
    if not isinstance(step, dict):
        return [str(step), "", ""]
    return [
        str(step.get("action") or step.get("step") or ""),
        str(step.get("data") or ""),
        str(step.get("result") or step.get("expectedResult") or ""),
    ]
