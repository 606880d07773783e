"""Who may do what in Salesforce: permission sets, profiles, their groups, and sharing rules.

Source of the format: Salesforce, "Metadata API Developer Guide", PermissionSet, Profile,
PermissionSetGroup, MutingPermissionSet, SharingRules.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.sources.readers.salesforce_metadata.salesforce_criteria import criteria
from assistant.sources.readers.salesforce_metadata.salesforce_details import (
    details,
    table,
    words_of,
)
from assistant.sources.readers.xml_tree import child, children, tag_of, text_of

_ALLOWED = (
    ("create", "allowCreate"), ("read", "allowRead"), ("edit", "allowEdit"),
    ("delete", "allowDelete"), ("view all", "viewAllRecords"),
    ("modify all", "modifyAllRecords"), ("view all fields", "viewAllFields"),
)  # fmt: skip
_OPENED = (
    ("applicationVisibilities", "application", "visible", "Applications"),
    ("customPermissions", "name", "enabled", "Custom permissions"),
    ("flowAccesses", "flow", "enabled", "Flows"),
    ("agentAccesses", "agentName", "enabled", "Agents"),
    ("pageAccesses", "apexPage", "enabled", "Visualforce pages"),
    ("customMetadataTypeAccesses", "name", "enabled", "Custom metadata types"),
    ("customSettingAccesses", "name", "enabled", "Custom settings"),
    ("externalDataSourceAccesses", "externalDataSource", "enabled", "External data sources"),
    ("classAccesses", "apexClass", "enabled", "Apex classes"),
)
"""What is opened to the users: tag, the tag of its name, the tag that says so, the words."""


def permissions_markdown(root: Element, name: str) -> str:
    """A permission set or a profile: objects, fields, record types, tabs, user permissions."""
    kind = "Profile" if tag_of(root) == "Profile" else "Permission set"
    if tag_of(root) == "MutingPermissionSet":
        kind = "Muting permission set (what is listed is taken away)"
    lines = [f"# {kind} {text_of(root, 'label') or name}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    if licence := text_of(root, "userLicense") or text_of(root, "license"):
        lines.extend([f"Licence: {licence}", ""])
    if text_of(root, "hasActivationRequired") == "true":
        lines.extend(["It has to be activated in a session.", ""])
    objects = [
        [text_of(entry, "object"), ", ".join(
            word for word, tag in _ALLOWED if text_of(entry, tag) == "true") or "none"]
        for entry in children(root, "objectPermissions")
    ]  # fmt: skip
    if objects:
        lines.extend(["## Objects", "", *table([["Object", "Allowed"], *objects]), ""])
    fields = [
        [text_of(entry, "field"), "edit" if text_of(entry, "editable") == "true" else
         "read" if text_of(entry, "readable") == "true" else "none"]
        for entry in children(root, "fieldPermissions")
    ]  # fmt: skip
    if fields:
        lines.extend(["## Fields", "", *table([["Field", "Allowed"], *fields]), ""])
    for heading, found in (
        ("Record types", _record_types(root)),
        ("Tabs", _tabs(root)),
        ("User permissions", _users(root)),
        ("Page layouts", _layouts(root)),
        ("Access", _access(root)),
        ("Log in", _log_in(root)),
    ):
        if listed := list(found):
            lines.extend([f"## {heading}", "", *listed, ""])
    return "\n".join(lines)


def _record_types(root: Element) -> Iterator[str]:
    for entry in children(root, "recordTypeVisibilities"):
        words = "visible" if text_of(entry, "visible") == "true" else "hidden"
        if "true" in {text_of(entry, "default"), text_of(entry, "personAccountDefault")}:
            words += ", default"
        yield f"- {text_of(entry, 'recordType')}: {words}"


def _tabs(root: Element) -> Iterator[str]:
    for entry in children(root, "tabSettings", "tabVisibilities"):
        yield f"- {text_of(entry, 'tab')}: {words_of(text_of(entry, 'visibility')).lower()}"


def _users(root: Element) -> Iterator[str]:
    for entry in children(root, "userPermissions"):
        if text_of(entry, "enabled") == "true":
            yield f"- {text_of(entry, 'name')}"


def _layouts(root: Element) -> Iterator[str]:
    for entry in children(root, "layoutAssignments"):
        record = text_of(entry, "recordType")
        yield f"- {text_of(entry, 'layout')}" + (f" for record type {record}" if record else "")


def _access(root: Element) -> Iterator[str]:
    for tag, name, opened, words in _OPENED:
        found = [
            text_of(entry, name) + (" (default)" if text_of(entry, "default") == "true" else "")
            for entry in children(root, tag)
            if text_of(entry, opened) == "true"
        ]
        if found:
            yield f"- {words}: {', '.join(found)}"


def _log_in(root: Element) -> Iterator[str]:
    hours = child(root, "loginHours")
    if hours is not None:
        yield from details(hours)
    for entry in children(root, "loginIpRanges"):
        about = text_of(entry, "description")
        words = f"- From {text_of(entry, 'startAddress')} to {text_of(entry, 'endAddress')}"
        yield words + (f" ({about})" if about else "")


# --- Sharing ----------------------------------------------------------------------------------


def sharing_markdown(root: Element, name: str) -> str:
    """The sharing rules of an object: which records are opened to whom."""
    lines = [f"# Sharing rules of {name}", ""]
    for rule in root:
        if not len(rule):
            continue
        title = text_of(rule, "label") or text_of(rule, "fullName")
        level = words_of(text_of(rule, "accessLevel")).lower()
        to, source = _whom(child(rule, "sharedTo")), _whom(child(rule, "sharedFrom"))
        words = [f"- {title}: {to or 'all'} may {level or 'read'} records"]
        if source:
            words.append(f"owned by {source}")
        if when := criteria(rule):
            words.append(f"where {when}")
        lines.append(" ".join(words) + ".")
        if about := text_of(rule, "description"):
            lines.append(f"  - Description: {about}")
        skip = {"accessLevel", "sharedTo", "sharedFrom", "criteriaItems", "booleanFilter", "label",
                "fullName", "description"}  # fmt: skip
        lines.extend(details(rule, skip, 1))
    return "\n".join([*lines, ""])


def _whom(element: Element | None) -> str:
    if element is None:
        return ""
    return ", ".join(f"{words_of(tag_of(each)).lower()} {text_of(each)}".strip()
                     for each in element)  # fmt: skip
