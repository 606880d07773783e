"""Work items of Azure DevOps in JSON: test cases with their steps, stories, features and epics.

Sources of the formats: the REST APIs for work items (``fields`` by reference name) and for test
plans (``workItem`` with a list of fields, under either spelling of its clients). Steps stand in
``Microsoft.VSTS.TCM.Steps`` (XML), rows of parameters in
``Microsoft.VSTS.TCM.LocalDataSource`` (XML, or JSON that names shared ones), shared ones in their
``Microsoft.VSTS.TCM.Parameters`` (XML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from assistant.sources.grids.field_choice import names_of_paths
from assistant.sources.json_values import mapping, objects, parsed
from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.xml_tree import children, parse_xml, tag_of, text_of

Record = Mapping[str, Any]

_TITLE, _TYPE = "System.Title", "System.WorkItemType"
_STEPS, _DATA = "Microsoft.VSTS.TCM.Steps", "Microsoft.VSTS.TCM.LocalDataSource"
_SETS = "Microsoft.VSTS.TCM.Parameters"
_TESTS, _PARENT = "Microsoft.VSTS.Common.TestedBy-Reverse", "System.LinkTypes.Hierarchy-Reverse"
_NO_ISSUES = frozenset({"shared steps", "shared parameter", "test suite"})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def is_item(record: Record) -> bool:
    """Whether a record is a work item, or an entry of a test suite with one."""
    return bool(_fields(record).keys() & {_TITLE, _TYPE, _STEPS})


def read_items(found: Sequence[Record]) -> Iterator[object]:
    """The records of work items for each of which ``is_item`` holds."""
    shared = _by_id(found, "shared steps", _STEPS)
    sets = _by_id(found, "shared parameter", _SETS)
    count = 0
    for item in found:
        fields = _fields(item)
        if _type(fields).casefold() in _NO_ISSUES:
            continue
        count += 1
        issue = _issue(item, fields)
        try:
            steps = _steps(fields.get(_STEPS), shared)
            issue["steps"] = with_values(steps, _rows(fields.get(_DATA), sets), "@%s")
        except Refused as error:
            yield {"note": f"The steps of {issue['key']} could not be read: {error}."}
        yield {"issue": issue}
    yield {"report": {"reader": "Azure DevOps", "parts": count}}


def _by_id(found: Sequence[Record], kind: str, field: str) -> dict[str, str]:
    """A field of the work items of one kind, by their ids."""
    items = [(_id(item), _fields(item)) for item in found]
    return {
        number: str(fields[field])
        for number, fields in items
        if _type(fields).casefold() == kind and fields.get(field)
    }


def _work_item(record: Record) -> Record:
    return mapping(record.get("workItem") or record.get("work_item")) or record


def _id(record: Record) -> str:
    return str(_work_item(record).get("id") or "")


def _fields(record: Record) -> dict[str, Any]:
    item = _work_item(record)
    listed = item.get("workItemFields") or item.get("work_item_fields")
    fields = item.get("fields")
    if isinstance(listed, list):
        fields = {name: value for each in objects(listed) for name, value in each.items()}
        fields.setdefault(_TITLE, item.get("name"))
    if fields is None and _TITLE in item:  # some clients lay the fields beside the id
        fields = item
    return mapping(fields)


def _type(fields: Record) -> str:
    return str(fields.get(_TYPE) or ("Test Case" if fields.get(_STEPS) else "")).strip()


def _issue(item: Record, fields: Record) -> dict[str, object]:
    links = [
        (each.get("rel"), str(each.get("url", "")).rstrip("/").rsplit("/", 1)[-1])
        for each in objects(item.get("relations"))
    ]
    above = next((key for relation, key in links if relation == _PARENT), "")
    name = str(mapping(item.get("testSuite") or item.get("test_suite")).get("name", ""))
    labels = [] if name.startswith("<") else [name]  # "<root>": the suite of a whole plan
    labels += str(fields.get("System.Tags") or "").split(";")
    area, iteration = (str(fields.get(f"System.{one}Path") or "") for one in ("Area", "Iteration"))
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
        **names_of_paths(area, iteration),
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


def _rows(value: object, sets: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of parameters; shared ones are those of the file, or none."""
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("{"):
        return _shared_rows(text, sets)
    if not text.startswith("<"):
        return []
    return [
        {_plain(tag_of(cell)): text_of(cell) for cell in row}
        for row in parse_xml(text.encode())
        if tag_of(row) != "schema"
    ]


def _shared_rows(text: str, sets: Mapping[str, str]) -> list[dict[str, str]]:
    rows = []
    for told in objects(mapping(parsed(text)).get("parameterMap")):
        if found := sets.get(str(told.get("sharedParameterDataSetId")), ""):
            wanted, local = told.get("sharedParameterName"), str(told.get("localParamName"))
            rows += [
                {local: pair.get("value", "")}
                for pair in parse_xml(found.encode()).iter("kvp")
                if _plain(pair.get("key", "")) == wanted
            ]
    return rows


def _plain(name: str) -> str:
    """A name as it was before it was made a name of XML: "_x0020_" is a space."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), name)


def with_values(
    steps: Sequence[Sequence[str]], rows: Sequence[Mapping[str, str]], written: str
) -> list[list[str]]:
    """``steps`` (action, data, result), each with the values of the parameters that it names.

    ``written`` is how a step names a parameter: "@%s", "{%s}". The values of all rows stand in the
    data of the step, a parameter a line: "Plan: basic, gold".
    """
    values: dict[str, list[str]] = {}
    for row in rows:
        for name, value in row.items():
            values.setdefault(name, []).append(value)
    told = []
    for action, data, result in steps:
        words = f"{action}\n{data}\n{result}"
        lines = [
            f"{name}: {', '.join(dict.fromkeys(filter(None, found)))}"
            for name, found in values.items()
            if written % name in words and any(found)
        ]
        told.append([action, "\n".join(filter(None, [data, *lines])), result])
    return told
