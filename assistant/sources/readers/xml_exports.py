"""XML exports: Jira, MediaWiki, test managers, ReqIF, BPMN, DMN, draw.io, messages, Salesforce;
other XML.

Sources of the formats: Jira's issue navigator ("Export XML"); for the steps of Zephyr Squad and
Xray in it, SmartBear's converter of these exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from assistant.sources.grids.field_choice import Chosen, choose_fields, joined_names
from assistant.sources.readers import drawio, message_catalogs, process_models, reqif
from assistant.sources.readers.fragments import fragment_to_markdown as _markdown
from assistant.sources.readers.markups import mediawiki
from assistant.sources.readers.salesforce_metadata import salesforce_export as salesforce
from assistant.sources.readers.test_managers.xml_cases import read_cases
from assistant.sources.readers.xml_tree import (
    child,
    children,
    inside,
    one_line,
    parse_xml,
    sound,
    sound_note,
    tag_of,
    text_of,
)


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The records of the export in ``data``."""
    if forbidden := sound(data)[1]:
        yield {"note": sound_note(forbidden)}
    root = parse_xml(data)
    name = tag_of(root)
    items = list(root.iter("item")) if name == "rss" else []
    if items and any(child(item, "key") is not None for item in items):
        yield from _jira(items)
    elif (cases := read_cases(root)) is not None:
        yield from cases
    elif mediawiki.is_wiki(root):
        yield from mediawiki.read_pages(root)
    elif reqif.is_reqif(root):
        yield from reqif.read_parts([root])
    elif (model := process_models.read_model(root)) is not None:
        yield from model
    elif (diagrams := drawio.read_diagrams(root)) is not None:
        yield from diagrams
    elif (messages := message_catalogs.read_messages(root)) is not None:
        yield from messages
    elif salesforce.is_metadata(root):
        yield from salesforce.read_parts([(str(options.get("name", "")), root)])
    else:
        yield {"document": {"id": "", "title": "", "text": "\n".join(_lines(root, 0))}}
        yield {"report": {"reader": "xml", "parts": 1}}


# --- Jira -------------------------------------------------------------------------------------


def _jira(items: Sequence[Element]) -> Iterator[object]:
    fields = dict[str, tuple[str, list[str]]]()
    values = [_custom(item, fields) for item in items]
    chosen = choose_fields(fields)
    yield from (choice.record(role) for role, choice in chosen.items())
    for item, custom in zip(items, values, strict=True):
        yield {"issue": _jira_issue(item, custom, chosen)}
    yield {"report": {"reader": "Jira XML", "parts": len(items)}}


_STEPS = re.compile(r"zephyr-je-customfield-teststep|xray:manual-test-steps-custom-field$")
_SCENARIO = re.compile(r"xray:steps-editor-custom-field$")
"""Keys of the fields in which Zephyr Squad and Xray keep a test, whatever their names."""


def _custom(item: Element, fields: dict[str, tuple[str, list[str]]]) -> dict[str, str]:
    found = dict[str, str]()
    for element in item.iter("customfield"):
        if _STEPS.search(element.get("key", "")) or _SCENARIO.search(element.get("key", "")):
            continue
        identity, name = element.get("id", ""), text_of(element, "customfieldname")
        values = inside(element, "customfieldvalues")
        parts = [_markdown("".join(each.itertext())) for each in values]
        value = "\n".join(part for part in parts if part)
        found[identity] = value
        fields.setdefault(identity, (name, []))[1].append(value)
    return found


def _jira_issue(
    item: Element, custom: Mapping[str, str], chosen: Mapping[str, Chosen]
) -> dict[str, object]:
    def by(role: str) -> str:
        return custom.get(chosen[role].field, "") if role in chosen else ""

    def all_of(name: str) -> str:
        return ", ".join(text_of(each) for each in children(item, name))

    key = text_of(item, "key")
    title = re.sub(rf"^\[{re.escape(key)}\]\s*", "", text_of(item, "title"))
    kind = text_of(item, "type")
    parent = text_of(item, "parent")
    project = child(item, "project")
    return {
        "key": key,
        "title": text_of(item, "summary") or title,
        "type": kind,
        "description": _markdown(text_of(item, "description")),
        "criteria": by("criteria"),
        "epic": by("epic"),
        "parent": parent,
        "release": all_of("fixVersion") or by("release"),
        "team": joined_names(by("team"), all_of("component")),
        "labels": [text_of(label) for label in item.iter("label")],
        "status": text_of(item, "status"),
        "priority": text_of(item, "priority"),
        "project": project.get("key", "") if project is not None else key.rsplit("-", 1)[0],
        "author": text_of(item, "reporter"),
        "links": _jira_links(item),
        "uri": text_of(item, "link"),
        "steps": _jira_steps(item),
        "gherkin": _field_of(item, _SCENARIO),
        "comments": [
            [each.get("author", ""), each.get("created", ""), _markdown(text_of(each))]
            for each in item.iter("comment")
        ],
    }


def _jira_steps(item: Element) -> list[list[str]]:
    """The steps that Zephyr Squad or Xray keeps in a field of a test."""
    field = next((f for f in item.iter("customfield") if _STEPS.search(f.get("key", ""))), None)
    steps = child(child(field, "customfieldvalues"), "steps")
    rows = sorted(children(steps, "step"), key=_place)
    return [[_markdown(text_of(row, name)) for name in ("step", "data", "result")] for row in rows]


def _place(row: Element) -> int:
    number = text_of(row, "orderId") or text_of(row, "index")
    return int(number) if number.isdecimal() else 0


def _field_of(item: Element, key: re.Pattern[str]) -> str:
    fields = (f for f in item.iter("customfield") if key.search(f.get("key", "")))
    return next((text_of(field, "customfieldvalues") for field in fields), "")


def _jira_links(item: Element) -> list[list[str]]:
    return [
        [direction.get("description", "relates to"), text_of(key)]
        for direction in [*item.iter("outwardlinks"), *item.iter("inwardlinks")]
        for key in direction.iter("issuekey")
        if text_of(key)
    ]


# --- Any other XML ----------------------------------------------------------------------------


def _lines(element: Element, depth: int) -> Iterator[str]:
    """Elements as a nested list: "- tag: text"; attributes first."""
    pad = "  " * min(depth, 20)
    words = one_line(element.text or "")
    yield f"{pad}- {tag_of(element)}:" + (f" {words}" if words else "")
    for name, value in element.attrib.items():
        yield f"{pad}  - {name.rsplit('}', 1)[-1]}: {one_line(value)}"
    for inner in element:
        yield from _lines(inner, depth + 1)
        if tail := one_line(inner.tail or ""):
            yield f"{pad}  - {tail}"
