"""Salesforce metadata (objects, fields, rules, flows, access, ...) as documents of rules.

Source of the format: Salesforce, "Metadata API Developer Guide". Both layouts are read: a file per
object (Metadata API) and a file per field or rule (SFDX source). What belongs to an object becomes
one document with a section per kind of part.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement

from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.salesforce_metadata.line_templates import Form, Lines
from assistant.sources.readers.salesforce_metadata.salesforce_details import (
    BLOCKS,
    DOCUMENTS,
    PARTS,
    TITLES,
    WORDS,
    criteria,
    delay,
    details,
    field_about,
    filter_item,
    picklist,
    picklist_value,
    retired,
    table,
    value_words,
    words_of,
)
from assistant.sources.readers.salesforce_metadata.salesforce_flows import flow_lines
from assistant.sources.readers.xml_tree import children, parse_xml, tag_of, text_of

_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_FILE = re.compile(
    r"\.(?:xml|object|flow|permissionset|mutingpermissionset|permissionsetgroup|profile|workflow|"
    r"approvalProcess|assignmentRules|escalationRules|autoResponseRules|sharingRules|duplicateRule|"
    r"matchingRule|globalValueSet|standardValueSet|labels|layout|quickAction|pathAssistant|queue|"
    r"group|role|customPermission|rule|entitlementProcess|milestoneType|flexipage)$"
    r"|(?:^|/)customMetadata/[^/]+\.md$",
    re.IGNORECASE,
)
_BODY = re.compile(r"\.email$", re.IGNORECASE)

_OBJECT_PARTS = {
    "CustomField": "fields", "ValidationRule": "validationRules", "RecordType": "recordTypes",
    "BusinessProcess": "businessProcesses", "FieldSet": "fieldSets",
}  # fmt: skip
"""Types that stand in files of their own in the source format -> their tag in the object's file."""

Parts = Sequence[tuple[str, Element]]


def is_metadata(root: Element) -> bool:
    """Whether an XML root is one of Salesforce's metadata types."""
    return str(root.tag).startswith(f"{{{_NAMESPACE}}}")


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The documents of a metadata archive: one per object, flow, permission set, rule file, ..."""
    parts, unread, bodies = list[tuple[str, Element]](), list[str](), dict[str, str]()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            if _BODY.search(entry.filename):
                bodies[entry.filename] = archive.read(entry).decode("utf-8", "replace")
            if not _FILE.search(entry.filename):
                continue
            try:
                root = parse_xml(archive.read(entry))
            except Refused as error:
                unread.append(f"{entry.filename} ({error})")
                continue
            if is_metadata(root):
                parts.append((entry.filename, root))
    yield from read_parts(parts, unread, bodies)


def read_parts(
    parts: Parts, unread: Sequence[str] = (), bodies: Mapping[str, str] | None = None
) -> Iterator[object]:
    """The documents of metadata files, given with their paths.

    ``bodies`` holds the texts of e-mail templates by path. A part of an object that comes alone is
    named by both. Types that say nothing of rules are
    counted in the report; they are written out where there is nothing else. The elements are
    changed: their tags lose the namespace, and parts of an object come under it.
    """
    for _, root in parts:
        for each in root.iter():
            each.tag = tag_of(each)
    lone = (
        _stem(parts[0][0]) if [tag_of(root) in _OBJECT_PARTS for _, root in parts] == [True] else ""
    )
    lines = Lines(BLOCKS, PARTS, WORDS, {**FORMS, "effect": lambda each: _effect(lines, each)})
    actions = {_stem(path): _effects(lines, root) for path, root in parts
               if tag_of(root) == "Workflow"}  # fmt: skip
    objects = dict[str, Element]()
    records = dict[str, list[tuple[str, Element]]]()
    left = list[tuple[str, Element]]()
    count = 0
    for path, root in parts:
        kind, name = tag_of(root), _stem(path)
        if kind == "CustomMetadata":
            of, _, record = name.partition(".")
            records.setdefault(of, []).append((record, root))
        elif kind in DOCUMENTS and kind != "CustomObject":
            count += 1
            of = name.partition(".")[0]
            does = _effects(lines, root) if kind == "Workflow" else actions.get(of, {})
            known = replace(lines, names={"does": partial(_of, does)})
            body = (bodies or {}).get(re.sub(r"-meta\.xml$", "", path), "")
            text = _text(known.given(name=name, object=of, body=body), root)
            yield _document(DOCUMENTS[kind]["kind"], name, _label(root), text)
        elif not _add_to_object(objects, lines, path, root):
            left.append((path, root))
    for name, found in objects.items():
        count += 1
        label = text_of(found, "label")
        whole = f"{name}.{lone}" if lone not in {"", name} else name
        yield _document("object", whole, label, _text(lines.given(name=name), found))
    for of, rows in records.items():
        count += 1
        name = of if len(rows) > 1 else f"{of}.{rows[0][0]}".rstrip(".")
        yield _document("custom metadata", name, "", _records(of, rows))
    if not count:
        for path, root in left:
            count += 1
            yield _document(tag_of(root), _stem(path), _label(root), _any(root, _stem(path)))
        left.clear()
    kinds = Counter(tag_of(root) for _, root in left)
    names = [f"{number} {kind}" for kind, number in sorted(kinds.items())]
    yield {"report": {"reader": "Salesforce metadata", "parts": count,
                      "unread_parts": [*names, *unread]}}  # fmt: skip


def _add_to_object(objects: dict[str, Element], lines: Lines, path: str, root: Element) -> bool:
    """Adds a file to its object; false where it is no part of one, or says no rule.

    Parts that lie in files of their own are put where the object's own file would hold them.
    """
    kind, title = tag_of(root), ""
    parts: Iterable[Element] = [root]
    if kind == "CustomObject":
        name, parts = _object_name(path) or text_of(root, "label"), root
    elif kind in _OBJECT_PARTS:
        name, root.tag = _object_name(path) or _stem(path), _OBJECT_PARTS[kind]
    elif kind == "Layout":
        name, _, title = _stem(path).partition("-")
        title = title or name
    elif kind == "FlexiPage" and any(lines.block("page_rules", root)):
        name, title = text_of(root, "sobjectType"), text_of(root, "masterLabel") or _stem(path)
    else:
        return False
    if not name:
        return False
    if title:
        SubElement(root, "pageTitle").text = title
    objects.setdefault(name, Element("CustomObject")).extend(parts)
    return True


# --- Texts ------------------------------------------------------------------------------------


def _text(lines: Lines, root: Element) -> str:
    """The text of a document whose type the table knows."""
    document = DOCUMENTS[tag_of(root)]
    document = DOCUMENTS[document["same"]] if "same" in document else document
    if "lines" not in document:
        return _any(root, lines.values["name"])
    known = flow_lines(lines, root) if tag_of(root) == "Flow" else lines
    return "\n".join(known.lines(document["lines"], root))


def _of(effects: Mapping[str, str], action: str) -> str:
    return effects.get(action, "")


def _effect(lines: Lines, action: Element) -> str:
    """What an action does; empty for a rule, which stands beside the actions in their file."""
    kind = tag_of(action)
    if kind == "rules":
        return ""
    return lines.form(kind, action) if kind in PARTS else words_of(kind).lower()


def _effects(lines: Lines, workflow: Element) -> dict[str, str]:
    """What the actions in a workflow file do, by their names."""
    return {
        name: effect
        for each in workflow
        if (name := text_of(each, "fullName")) and (effect := lines.form("effect", each))
    }


def _whom(element: Element) -> str:
    return ", ".join(f"{words_of(tag_of(each)).lower()} {text_of(each)}".strip()
                     for each in element)  # fmt: skip


FORMS: Mapping[str, Form] = {
    "tag": tag_of, "value": value_words, "criteria": criteria, "filter_item": filter_item,
    "delay": delay, "picklist": picklist, "picklist_value": picklist_value, "retired": retired,
    "field_about": field_about, "whom": _whom,
}  # fmt: skip
"""Forms of elements that templates cannot put."""


def _records(kind: str, records: Sequence[tuple[str, Element]]) -> str:
    """The records of a custom metadata type as a table; ``records`` gives them by name."""
    cells = list[dict[str, str]]()
    for name, root in records:
        values = {text_of(each, "field"): text_of(each, "value")
                  for each in children(root, "values")}  # fmt: skip
        cells.append({"Record": text_of(root, "label") or name, **values})
    columns = dict.fromkeys(column for row in cells for column in row)
    header = [column for column in columns if any(row.get(column) for row in cells)]
    rows = [[row.get(column, "") for column in header] for row in cells]
    return "\n".join([f"# Custom metadata {kind}", "", *table([header, *rows]), ""])


def _any(root: Element, name: str) -> str:
    """Metadata of any other type as a nested list."""
    title = next((text for tag in TITLES if (text := text_of(root, tag))), name)
    lines = [f"# {words_of(tag_of(root))} {title}", ""]
    if about := text_of(root, "description"):
        lines.extend([fragment_to_markdown(about), ""])
    return "\n".join([*lines, *details(root, {*TITLES, "description"}), ""])


# --- Names ------------------------------------------------------------------------------------


def _label(root: Element) -> str:
    return text_of(root, "label") or text_of(root, "masterLabel")


def _object_name(path: str) -> str:
    match = re.search(r"(?:^|[/>]) ?objects ?[/>] ?([^/>]+?) ?(?:[/>]|$)", path)
    name = match.group(1) if match else ""
    if not name and re.search(r"\.object(?:-meta\.xml)?$", path):
        name = _stem(path)
    return re.sub(r"\.object(?:-meta\.xml)?$", "", unquote(name))


def _stem(path: str) -> str:
    last = unquote(re.split(r"[/\\]| > ", path)[-1])
    return re.sub(r"\.[A-Za-z]+(?:-meta)?(?:\.xml)?$", "", last)


def _document(kind: str, name: str, label: str, text: str) -> dict[str, object]:
    return {"document": {
        "id": f"salesforce:{kind.replace(' ', '-')}:{name}", "title": label or name, "text": text,
        "kind": "rules", "key": name,
    }}  # fmt: skip
