"""Work items of Azure DevOps in JSON: test cases with their steps, stories, features and epics.

Sources of the formats: the REST APIs for work items (``fields`` by reference name) and for test
plans (``workItem`` with a list of fields, under either spelling of its clients), and the XML in
``Microsoft.VSTS.TCM.Steps`` and ``Microsoft.VSTS.TCM.LocalDataSource``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.parameters import with_values
from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.xml_tree import children, parse_xml, tag_of, text_of

Record = Mapping[str, Any]

_TITLE, _TYPE = "System.Title", "System.WorkItemType"
_STEPS, _DATA = "Microsoft.VSTS.TCM.Steps", "Microsoft.VSTS.TCM.LocalDataSource"
_TESTS, _PARENT = "Microsoft.VSTS.Common.TestedBy-Reverse", "System.LinkTypes.Hierarchy-Reverse"
_NO_ISSUES = frozenset({"shared steps", "shared parameter", "test suite"})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def is_item(record: Record) -> bool:
    """Whether a record is a work item, or an entry of a test suite with one."""
    return bool(_fields(record).keys() & {_TITLE, _TYPE, _STEPS})


def read_items(found: Sequence[Record]) -> Iterator[object]:
    """The records of work items for each of which ``is_item`` holds."""
    shared = {
        _id(item): fields[_STEPS]
        for item in found
        if _type(fields := _fields(item)).casefold() == "shared steps" and fields.get(_STEPS)
    }
    count = 0
    for item in found:
        fields = _fields(item)
        if _type(fields).casefold() in _NO_ISSUES:
            continue
        count += 1
        issue = _issue(item, fields)
        try:
            steps = _steps(fields.get(_STEPS), shared)
            issue["steps"] = with_values(steps, _rows(fields.get(_DATA)), "@%s")
        except Refused as error:
            yield {"note": f"The steps of {issue['key']} could not be read: {error}."}
        yield {"issue": issue}
    yield {"report": {"reader": "Azure DevOps", "parts": count}}


def _work_item(record: Record) -> Record:
    inner = record.get("workItem") or record.get("work_item")
    return inner if isinstance(inner, dict) else record


def _id(record: Record) -> str:
    return str(_work_item(record).get("id") or "")


def _fields(record: Record) -> dict[str, Any]:
    item = _work_item(record)
    listed = item.get("workItemFields") or item.get("work_item_fields")
    fields = item.get("fields")
    if isinstance(listed, list):
        fields = {name: v for each in listed if isinstance(each, dict) for name, v in each.items()}
        fields.setdefault(_TITLE, item.get("name"))
    if fields is None and _TITLE in item:  # some clients lay the fields beside the id
        fields = item
    return dict(fields) if isinstance(fields, dict) else {}


def _type(fields: Record) -> str:
    return str(fields.get(_TYPE) or ("Test Case" if fields.get(_STEPS) else "")).strip()


def _issue(item: Record, fields: Record) -> dict[str, object]:
    links = [
        (each.get("rel"), str(each.get("url", "")).rstrip("/").rsplit("/", 1)[-1])
        for each in item.get("relations") or ()
        if isinstance(each, dict)
    ]
    above = next((key for relation, key in links if relation == _PARENT), "")
    suite = item.get("testSuite") or item.get("test_suite") or {}
    name = str(suite.get("name", "")) if isinstance(suite, dict) else ""
    labels = [] if name.startswith("<") else [name]  # "<root>": the suite of a whole plan
    labels += str(fields.get("System.Tags") or "").split(";")
    return {
        "key": _id(item),
        "type": _type(fields),
        "title": str(fields.get(_TITLE) or ""),
        "description": _markdown(fields.get("System.Description")),
        "criteria": _markdown(fields.get("Microsoft.VSTS.Common.AcceptanceCriteria")),
        "parent": str(fields.get("System.Parent") or above),
        "priority": str(fields.get("Microsoft.VSTS.Common.Priority") or ""),
        "status": str(fields.get("System.State") or ""),
        "project": str(fields.get("System.TeamProject") or ""),
        "team": str(fields.get("System.AreaPath") or ""),
        # The path of an iteration begins with the project; that alone is no release.
        "release": str(fields.get("System.IterationPath") or "").partition("\\")[2],
        "labels": [label.strip() for label in labels if label.strip()],
        "links": [["tests", key] for relation, key in links if relation == _TESTS],
    }


def _markdown(value: object) -> str:
    return fragment_to_markdown(value) if isinstance(value, str) else ""


def _steps(value: object, shared: Mapping[str, str]) -> list[list[str]]:
    """The steps in the XML of a work item; shared ones are those of the file, or named."""
    if not isinstance(value, str) or not value.strip():
        return []
    return list(_walked(parse_xml(value.encode()), shared))


def _walked(element: Element, shared: Mapping[str, str]) -> Iterator[list[str]]:
    for inner in element:
        if tag_of(inner) == "step":
            cells = [_markdown(text_of(cell)) for cell in children(inner, "parameterizedString")]
            action, result = [*cells, "", ""][:2]
            if action or result:
                yield [action, "", result]
        elif tag_of(inner) == "compref":
            number = inner.get("ref", "")
            yield from _steps(shared.get(number), {}) or [[f"Shared steps {number}", "", ""]]
            yield from _walked(inner, shared)  # the steps after it stand in it


def _rows(value: object) -> list[dict[str, str]]:
    """The rows of parameters; empty where they are shared ones, which the item only names."""
    if not isinstance(value, str) or not value.lstrip().startswith("<"):
        return []
    return [
        {_ESCAPED.sub(lambda m: chr(int(m[1], 16)), tag_of(c)): text_of(c) for c in row}
        for row in parse_xml(value.encode())
        if tag_of(row) != "schema"
    ]
