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
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.salesforce_metadata.salesforce_access import (
    permissions_markdown,
    sharing_markdown,
)
from assistant.sources.readers.salesforce_metadata.salesforce_approvals import approval_markdown
from assistant.sources.readers.salesforce_metadata.salesforce_automation import (
    actions_of,
    duplicate_markdown,
    entries_markdown,
    matching_markdown,
    workflow_markdown,
)
from assistant.sources.readers.salesforce_metadata.salesforce_flows import flow_markdown
from assistant.sources.readers.salesforce_metadata.salesforce_objects import (
    PARTS,
    SalesforceObject,
    object_markdown,
    page_rules,
)
from assistant.sources.readers.salesforce_metadata.salesforce_values import (
    any_markdown,
    labels_markdown,
    path_markdown,
    records_markdown,
    template_markdown,
    value_set_markdown,
)
from assistant.sources.readers.xml_tree import parse_xml, tag_of, text_of

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

Writer = Callable[[Element, str], str]
_DOCUMENTS: Mapping[str, tuple[str, Writer]] = {
    "Flow": ("flow", flow_markdown),
    "PermissionSet": ("permission set", permissions_markdown),
    "MutingPermissionSet": ("muting permission set", permissions_markdown),
    "Profile": ("profile", permissions_markdown),
    "SharingRules": ("sharing rules", sharing_markdown),
    "Workflow": ("workflow", workflow_markdown),
    "AssignmentRules": ("assignment rules", entries_markdown),
    "EscalationRules": ("escalation rules", entries_markdown),
    "AutoResponseRules": ("auto-response rules", entries_markdown),
    "DuplicateRule": ("duplicate rule", duplicate_markdown),
    "MatchingRules": ("matching rules", matching_markdown),
    "MatchingRule": ("matching rules", matching_markdown),
    "GlobalValueSet": ("value set", value_set_markdown),
    "StandardValueSet": ("value set", value_set_markdown),
    "CustomLabels": ("labels", labels_markdown),
    "CustomLabel": ("labels", labels_markdown),
    "PathAssistant": ("path", path_markdown),
    "QuickAction": ("quick action", any_markdown),
    "PermissionSetGroup": ("permission set group", any_markdown),
    "CustomPermission": ("custom permission", any_markdown),
    "RestrictionRule": ("restriction rule", any_markdown),
    "EntitlementProcess": ("entitlement process", any_markdown),
    "MilestoneType": ("milestone type", any_markdown),
    "Queue": ("queue", any_markdown),
    "Group": ("group", any_markdown),
    "Role": ("role", any_markdown),
}
"""Type -> the kind of its document and what writes it."""

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

    ``bodies`` holds the texts of e-mail templates by path. Types that say nothing of rules are
    counted in the report; they are written out where there is nothing else.
    """
    actions = {_stem(path): actions_of(root) for path, root in parts if tag_of(root) == "Workflow"}
    objects = dict[str, SalesforceObject]()
    records = dict[str, list[tuple[str, Element]]]()
    left = list[tuple[str, Element]]()
    count = 0
    for path, root in parts:
        kind, name = tag_of(root), _stem(path)
        if kind in _DOCUMENTS:
            what, write = _DOCUMENTS[kind]
            text = write(root, name)
        elif kind == "ApprovalProcess":
            what = "approval process"
            text = approval_markdown(root, name, actions.get(name.split(".")[0], {}))
        elif kind == "EmailTemplate":
            what = "e-mail template"
            body = (bodies or {}).get(re.sub(r"-meta\.xml$", "", path), "")
            text = template_markdown(root, name, body)
        else:
            if kind == "CustomMetadata":
                of, _, record = name.partition(".")
                records.setdefault(of, []).append((record, root))
            elif not _add_to_object(objects, path, root):
                left.append((path, root))
            continue
        count += 1
        yield {"document": _document(what, name, _label(root), text)}
    for name, found in objects.items():
        count += 1
        yield {"document": _document("object", name, found.label, object_markdown(found))}
    for of, rows in records.items():
        count += 1
        name = of if len(rows) > 1 else f"{of}.{rows[0][0]}".rstrip(".")
        yield {"document": _document("custom metadata", name, "", records_markdown(of, rows))}
    if not count:
        for path, root in left:
            count += 1
            what = tag_of(root)
            text = any_markdown(root, _stem(path))
            yield {"document": _document(what, _stem(path), _label(root), text)}
        left.clear()
    kinds = Counter(tag_of(root) for _, root in left)
    names = [f"{number} {kind}" for kind, number in sorted(kinds.items())]
    yield {"report": {"reader": "Salesforce metadata", "parts": count,
                      "unread_parts": [*names, *unread]}}  # fmt: skip


def _add_to_object(objects: dict[str, SalesforceObject], path: str, root: Element) -> bool:
    """Adds a file to its object; false where it is no part of one, or says no rule."""
    kind = tag_of(root)
    if kind == "CustomObject":
        name = _object_name(path) or text_of(root, "label")
        objects.setdefault(name, SalesforceObject(name)).add(root)
    elif kind in PARTS:
        name = _object_name(path) or _stem(path)
        found = objects.setdefault(name, SalesforceObject(name))
        found.parts.setdefault(PARTS[kind], []).append(root)
    elif kind == "Layout":
        name, _, title = _stem(path).partition("-")
        found = objects.setdefault(name, SalesforceObject(name))
        found.layouts.append((title or name, root))
    elif kind == "FlexiPage" and (rules := page_rules(root)) and text_of(root, "sobjectType"):
        name = text_of(root, "sobjectType")
        found = objects.setdefault(name, SalesforceObject(name))
        found.pages.append((text_of(root, "masterLabel") or _stem(path), rules))
    else:
        return False
    return True


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
    return {
        "id": f"salesforce:{kind.replace(' ', '-')}:{name}", "title": label or name, "text": text,
        "kind": "rules", "key": name, "type": kind,
    }  # fmt: skip
