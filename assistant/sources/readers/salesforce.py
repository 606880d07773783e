"""Salesforce metadata (objects, fields, validation rules, flows, ...) as documents of rules.

Source of the format: Salesforce, "Metadata API Developer Guide". Both layouts are read: a file per
object (Metadata API) and a file per field or rule (SFDX source). What belongs to an object becomes
one document with a section per kind of part.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.salesforce_flows import flow_markdown
from assistant.sources.readers.xml_tree import children, one_line, parse_xml, tag_of, text_of

_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_PARTS = {
    "CustomField": "fields", "fields": "fields", "ValidationRule": "validationRules",
    "validationRules": "validationRules", "RecordType": "recordTypes", "recordTypes": "recordTypes",
}  # fmt: skip
_FILE = re.compile(r"\.(?:xml|object|flow|permissionset)$", re.IGNORECASE)


@dataclass(slots=True)
class SalesforceObject:
    """An object with the parts found for it, in whatever files they lay."""

    name: str
    label: str = ""
    description: str = ""
    sharing: str = ""
    parts: dict[str, list[Element]] = field(default_factory=dict)


def is_metadata(root: Element) -> bool:
    """Whether an XML root is one of Salesforce's metadata types."""
    return str(root.tag).startswith(f"{{{_NAMESPACE}}}")


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The documents of a metadata archive: one per object, flow and permission set."""
    parts, unread = list[tuple[str, Element]](), list[str]()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or not _FILE.search(entry.filename):
                continue
            try:
                root = parse_xml(archive.read(entry))
            except Refused as error:
                unread.append(f"{entry.filename} ({error})")
                continue
            if is_metadata(root):
                parts.append((entry.filename, root))
    yield from read_parts(parts, unread)


def read_parts(
    parts: Sequence[tuple[str, Element]], unread: Sequence[str] = ()
) -> Iterator[object]:
    """The documents of metadata files, given with their paths."""
    objects = dict[str, SalesforceObject]()
    left = dict[str, int]()
    count = 0
    for path, root in parts:
        kind = tag_of(root)
        if kind == "CustomObject":
            _add_object(objects, _object_name(path) or text_of(root, "label"), root)
        elif kind in _PARTS:
            name = _object_name(path) or "Object"
            found = objects.setdefault(name, SalesforceObject(name))
            found.parts.setdefault(_PARTS[kind], []).append(root)
        elif kind == "Flow":
            count += 1
            yield {"document": _document("flow", _stem(path), text_of(root, "label"),
                                         flow_markdown(root, _stem(path)))}  # fmt: skip
        elif kind == "PermissionSet":
            count += 1
            yield {"document": _document("permission set", _stem(path), text_of(root, "label"),
                                         _permissions(root, _stem(path)))}  # fmt: skip
        else:
            left[kind] = left.get(kind, 0) + 1
    for found in objects.values():
        count += 1
        yield {"document": _document("object", found.name, found.label, _object(found))}
    names = [f"{number} {kind}" for kind, number in sorted(left.items())]
    yield {"report": {"reader": "Salesforce metadata", "parts": count,
                      "unread_parts": [*names, *unread]}}  # fmt: skip


def _add_object(objects: dict[str, SalesforceObject], name: str, root: Element) -> None:
    found = objects.setdefault(name, SalesforceObject(name))
    found.label = text_of(root, "label")
    found.description = text_of(root, "description")
    found.sharing = text_of(root, "sharingModel")
    for tag in ("fields", "validationRules", "recordTypes"):
        found.parts.setdefault(tag, []).extend(children(root, tag))


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
    return {
        "id": f"salesforce:{kind.replace(' ', '-')}:{name}", "title": label or name, "text": text,
        "kind": "rules", "key": name, "type": kind,
    }  # fmt: skip


def _object(found: SalesforceObject) -> str:
    lines = [f"# {found.label or found.name} ({found.name})", ""]
    if found.description:
        lines.extend([found.description, ""])
    if found.sharing:
        lines.extend([f"Sharing model: {found.sharing}", ""])
    rules = found.parts.get("validationRules", [])
    if rules:
        lines.extend(["## Validation rules", "", *map(_rule, rules), ""])
    fields = found.parts.get("fields", [])
    if fields:
        header = ["Field", "API name", "Type", "Required", "Rules", "Description"]
        lines.extend(["## Fields", "", *_table([header, *map(_field, fields)]), ""])
    for record in found.parts.get("recordTypes", []):
        lines.extend(_record_type(record))
    return "\n".join(lines)


def _rule(rule: Element) -> str:
    """A validation rule in words: it refuses the record where its formula is true."""
    state = "" if text_of(rule, "active") != "false" else " (inactive)"
    message = one_line(text_of(rule, "errorMessage"))
    formula = one_line(text_of(rule, "errorConditionFormula"))
    at = text_of(rule, "errorDisplayField")
    about = one_line(text_of(rule, "description"))
    return "- " + " ".join(
        part
        for part in (
            f"{text_of(rule, 'fullName')}{state}:",
            about and about.rstrip(".") + ".",
            f"Saving is refused where `{formula}`.",
            f'Message{f" at {at}" if at else ""}: "{message}"',
        )
        if part
    )


def _field(element: Element) -> list[str]:
    kind = text_of(element, "type")
    length, scale = text_of(element, "length"), text_of(element, "scale")
    if length:
        kind += f"({length})"
    elif precision := text_of(element, "precision"):
        kind += f"({precision}, {scale or '0'})"
    rules = list[str]()
    if target := text_of(element, "referenceTo"):
        rules.append(f"refers to {target}")
    if text_of(element, "unique") == "true":
        rules.append("unique")
    if default := one_line(text_of(element, "defaultValue")):
        rules.append(f"default {default}")
    if formula := one_line(text_of(element, "formula")):
        rules.append(f"formula `{formula}`")
    values = [text_of(value, "label") or text_of(value, "fullName")
              for value in element.iter(f"{{{_NAMESPACE}}}value")
              if text_of(value, "fullName") and text_of(value, "isActive") != "false"]  # fmt: skip
    if values:
        closed = "one of" if text_of(element, "valueSet", "restricted") == "true" else "values"
        rules.append(f"{closed}: {', '.join(values)}")
    if shared := text_of(element, "valueSet", "valueSetName"):
        rules.append(f"values of the global set {shared}")
    about = text_of(element, "description") or text_of(element, "inlineHelpText")
    return [
        text_of(element, "label"), text_of(element, "fullName"), kind,
        "yes" if text_of(element, "required") == "true" else "no", "; ".join(rules), about,
    ]  # fmt: skip


def _record_type(record: Element) -> list[str]:
    name = text_of(record, "label") or text_of(record, "fullName")
    lines = [f"## Record type {name}", ""]
    if about := text_of(record, "description"):
        lines.extend([about, ""])
    if text_of(record, "active") == "false":
        lines.extend(["This record type is inactive.", ""])
    for picklist in children(record, "picklistValues"):
        values = [unquote(text_of(v, "fullName")) for v in children(picklist, "values")]
        lines.append(f"- {text_of(picklist, 'picklist')}: {', '.join(values)}")
    return [*lines, ""]


def _permissions(root: Element, name: str) -> str:
    lines = [f"# Permission set {text_of(root, 'label') or name}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    objects = [
        [text_of(entry, "object"), ", ".join(
            word for word, tag in (
                ("create", "allowCreate"), ("read", "allowRead"), ("edit", "allowEdit"),
                ("delete", "allowDelete"), ("view all", "viewAllRecords"),
                ("modify all", "modifyAllRecords"),
            ) if text_of(entry, tag) == "true"
        ) or "none"]
        for entry in children(root, "objectPermissions")
    ]  # fmt: skip
    if objects:
        lines.extend(["## Objects", "", *_table([["Object", "Allowed"], *objects]), ""])
    fields = [
        [text_of(entry, "field"), "edit" if text_of(entry, "editable") == "true" else
         "read" if text_of(entry, "readable") == "true" else "none"]
        for entry in children(root, "fieldPermissions")
    ]  # fmt: skip
    if fields:
        lines.extend(["## Fields", "", *_table([["Field", "Allowed"], *fields]), ""])
    users = [text_of(entry, "name") for entry in children(root, "userPermissions")
             if text_of(entry, "enabled") == "true"]  # fmt: skip
    if users:
        lines.extend(["## User permissions", "", *(f"- {user}" for user in users), ""])
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in row) + " |"
             for row in rows]  # fmt: skip
    return [lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]
