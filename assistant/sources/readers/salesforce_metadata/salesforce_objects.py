"""A Salesforce object with all that belongs to it as one document of rules.

Source of the format: Salesforce, "Metadata API Developer Guide", CustomObject and its parts,
Layout, FlexiPage (a Lightning page with the rules of visibility of its fields).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from assistant.sources.readers.salesforce_metadata.salesforce_criteria import joined
from assistant.sources.readers.salesforce_metadata.salesforce_details import table, words_of
from assistant.sources.readers.salesforce_metadata.salesforce_fields import (
    HEADER,
    field_row,
    type_of,
)
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

PARTS = {
    "CustomField": "fields", "ValidationRule": "validationRules", "RecordType": "recordTypes",
    "BusinessProcess": "businessProcesses", "FieldSet": "fieldSets",
}  # fmt: skip
"""Types that stand in files of their own in the source format -> their tag in the object's file."""

_TAGS = frozenset(PARTS.values())
_SHARING = {
    "Private": "Private (only owners and those above them)",
    "Read": "Read (all may read)",
    "ReadWrite": "ReadWrite (all may read and edit)",
    "ControlledByParent": "ControlledByParent (as on the parent record)",
}


@dataclass(slots=True)
class SalesforceObject:
    """An object with the parts found for it, in whatever files they lay."""

    name: str
    root: Element | None = None
    parts: dict[str, list[Element]] = field(default_factory=dict)
    layouts: list[tuple[str, Element]] = field(default_factory=list)
    pages: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What users see as the object's name; empty where no file says it."""
        return text_of(self.root, "label")

    def add(self, root: Element) -> None:
        """Takes the file of the object itself, with the parts that stand in it."""
        self.root = root
        for part in root:
            if tag_of(part) in _TAGS:
                self.parts.setdefault(tag_of(part), []).append(part)


def object_markdown(found: SalesforceObject) -> str:
    """The document of an object."""
    root = found.root
    label = found.label
    lines = [f"# {label} ({found.name})" if label else f"# {found.name}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    if sharing := text_of(root, "sharingModel"):
        lines.extend([f"Sharing model: {_SHARING.get(sharing, sharing)}", ""])
    if outside := text_of(root, "externalSharingModel"):
        lines.extend([f"Sharing model for external users: {_SHARING.get(outside, outside)}", ""])
    if (name := child(root, "nameField")) is not None:
        numbered = text_of(name, "displayFormat")
        words = f"{text_of(name, 'label')}, {type_of(name)}" + (f" {numbered}" if numbered else "")
        lines.extend([f"Record name: {words}", ""])
    rules = found.parts.get("validationRules", [])
    if rules:
        lines.extend(["## Validation rules", "", *map(_rule, rules), ""])
    fields = found.parts.get("fields", [])
    if fields:
        lines.extend(["## Fields", "", *table([HEADER, *map(field_row, fields)]), ""])
    for record in found.parts.get("recordTypes", []):
        lines.extend(_record_type(record))
    for process in found.parts.get("businessProcesses", []):
        lines.extend(_business_process(process))
    for group in found.parts.get("fieldSets", []):
        lines.extend(_field_set(group))
    for title, layout in found.layouts:
        lines.extend([f"## Page layout {title}", "", *_layout(layout), ""])
    for title, shown in found.pages:
        lines.extend([f"## Lightning page {title}", "", *shown, ""])
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
            about and (about if about.endswith((".", "!", "?")) else f"{about}."),
            f"Saving is refused where `{formula}`.",
            f'Message{f" at {at}" if at else ""}: "{message}"',
        )
        if part
    )


def _record_type(record: Element) -> list[str]:
    name = text_of(record, "label") or text_of(record, "fullName")
    lines = [f"## Record type {name}", ""]
    if about := text_of(record, "description"):
        lines.extend([about, ""])
    if text_of(record, "active") == "false":
        lines.extend(["This record type is inactive.", ""])
    if process := text_of(record, "businessProcess"):
        lines.extend([f"Business process: {process}", ""])
    for picklist in children(record, "picklistValues"):
        values = [_offered(each) for each in children(picklist, "values")]
        lines.append(f"- {text_of(picklist, 'picklist')}: {', '.join(values)}")
    return [*lines, ""]


def _offered(value: Element) -> str:
    marked = " [default]" if text_of(value, "default") == "true" else ""
    return unquote(text_of(value, "fullName")) + marked


def _business_process(process: Element) -> list[str]:
    lines = [f"## Business process {text_of(process, 'fullName')}", ""]
    if about := text_of(process, "description"):
        lines.extend([about, ""])
    if text_of(process, "isActive") == "false":
        lines.extend(["This business process is inactive.", ""])
    return [*lines, *(f"- {_offered(each)}" for each in children(process, "values")), ""]


def _field_set(group: Element) -> list[str]:
    name = text_of(group, "label") or text_of(group, "fullName")
    lines = [f"## Field set {name}", ""]
    if about := text_of(group, "description"):
        lines.extend([about, ""])
    for tag, words in (("displayedFields", "Shown"), ("availableFields", "Can be added")):
        fields = [
            text_of(each, "field")
            + (" (required)" if text_of(each, "isRequired") == "true" else "")
            for each in children(group, tag)
        ]
        if fields:
            lines.append(f"- {words}: {', '.join(fields)}")
    return [*lines, ""]


# --- Pages ------------------------------------------------------------------------------------

_BEHAVIOR = {"Required": " (required)", "Readonly": " (read only)"}


def _layout(layout: Element) -> Iterator[str]:
    """The sections of a page layout with their fields, then what else stands on the page."""
    for section in children(layout, "layoutSections"):
        fields = [
            text_of(item, "field") + _BEHAVIOR.get(text_of(item, "behavior"), "")
            for column in children(section, "layoutColumns")
            for item in children(column, "layoutItems")
            if text_of(item, "field")
        ]
        if fields:
            yield f"- {text_of(section, 'label') or 'Without a heading'}: {', '.join(fields)}"
    hidden = [text_of(each) for each in children(layout, "excludeButtons")]
    if hidden:
        yield f"- Buttons not shown: {', '.join(hidden)}"
    for group, entry, name, words in (
        ("quickActionList", "quickActionListItems", "quickActionName", "Quick actions"),
        ("platformActionList", "platformActionListItems", "actionName", "Actions"),
    ):
        actions = [
            text_of(each, name)
            for listed in children(layout, group)
            for each in children(listed, entry)
        ]
        if actions:
            yield f"- {words}: {', '.join(actions)}"
    for related in children(layout, "relatedLists"):
        fields = [text_of(each) for each in children(related, "fields")]
        shown = f" ({', '.join(fields)})" if fields else ""
        yield f"- Related list {text_of(related, 'relatedList')}{shown}"


_LEAST = {"EQUAL": "is", "NE": "is not", "CONTAINS": "contains", "GT": "is greater than",
          "LT": "is less than", "GE": "is at least", "LE": "is at most"}  # fmt: skip


def page_rules(page: Element) -> list[str]:
    """What a Lightning page asks for, keeps from being edited, or shows only at times."""
    lines = list[str]()
    for item in page.iter():
        if tag_of(item) not in {"fieldInstance", "componentInstance"}:
            continue
        name = text_of(item, "fieldItem").removeprefix("Record.") or text_of(item, "componentName")
        shown = _visible(child(item, "visibilityRule"))
        behavior = [
            text_of(each, "value")
            for each in children(item, "fieldInstanceProperties")
            if text_of(each, "name") == "uiBehavior"
        ]
        behavior = [each.replace("readonly", "read only") for each in behavior]
        words = [each for each in (*behavior, shown) if each and each != "none"]
        if words:
            title = [
                text_of(each, "value")
                for each in children(item, "componentInstanceProperties")
                if text_of(each, "name") in {"label", "title"}
            ]
            named = f"{name} ({one_line(title[0])})" if title and title[0] else name
            lines.append(f"- {named}: {', '.join(words)}")
    return lines


def _visible(rule: Element | None) -> str:
    if rule is None:
        return ""
    found = [
        " ".join(
            part
            for part in (
                text_of(each, "leftValue").removeprefix("{!").removesuffix("}"),
                _LEAST.get(text_of(each, "operator"), words_of(text_of(each, "operator")).lower()),
                text_of(each, "rightValue") or "empty",
            )
        )
        for each in children(rule, "criteria")
    ]
    return f"shown only if {joined(found, text_of(rule, 'booleanFilter'))}" if found else ""
