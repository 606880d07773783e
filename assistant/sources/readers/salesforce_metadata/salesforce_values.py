"""Values and words kept in Salesforce metadata: value sets, labels, settings, templates, paths.

Source of the format: Salesforce, "Metadata API Developer Guide", GlobalValueSet, StandardValueSet,
CustomLabels, CustomMetadata, EmailTemplate, PathAssistant.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.salesforce_metadata.salesforce_details import (
    TITLES,
    details,
    table,
    words_of,
)
from assistant.sources.readers.salesforce_metadata.salesforce_fields import value_of
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of


def value_set_markdown(root: Element, name: str) -> str:
    """The values of a value set that several fields share."""
    lines = [f"# Value set {text_of(root, 'masterLabel') or name}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    found = list(children(root, "customValue", "standardValue"))
    lines.extend(f"- {words}" for each in found if (words := value_of(each)))
    retired = [text_of(e, "label") or text_of(e, "fullName") for e in found if not value_of(e)]
    if retired:
        lines.extend(["", f"No longer offered: {', '.join(retired)}"])
    return "\n".join([*lines, ""])


def labels_markdown(root: Element, name: str) -> str:
    """Custom labels: the words that users see, under the names by which formulas know them."""
    found = list(children(root, "labels")) if tag_of(root) == "CustomLabels" else [root]
    rows = [
        [text_of(each, "fullName"), text_of(each, "value"), text_of(each, "shortDescription")]
        for each in found
    ]
    return "\n".join(["# Custom labels", "", *table([["Name", "Words", "Description"], *rows]), ""])


def records_markdown(kind: str, records: Sequence[tuple[str, Element]]) -> str:
    """The records of a custom metadata type as a table; ``records`` gives them by name."""
    cells = list[dict[str, str]]()
    for name, root in records:
        row = {"Record": text_of(root, "label") or name}
        for each in children(root, "values"):
            value = child(each, "value")
            row[text_of(each, "field")] = one_line(text_of(value))
        cells.append(row)
    header = list(dict.fromkeys(column for row in cells for column in row))
    filled = [column for column in header if any(row.get(column) for row in cells)]
    rows = [[row.get(column, "") for column in filled] for row in cells]
    return "\n".join([f"# Custom metadata {kind}", "", *table([filled, *rows]), ""])


def template_markdown(root: Element, name: str, body: str) -> str:
    """An e-mail template with its subject and, where its file is there, its text."""
    lines = [f"# E-mail template {text_of(root, 'name') or name}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    if subject := text_of(root, "subject"):
        lines.extend([f"Subject: {subject}", ""])
    if text_of(root, "available") == "false":
        lines.extend(["This template is not available for use.", ""])
    words = body or text_of(root, "content") or text_of(root, "textOnly")
    if words:
        lines.extend(["## Text", "", fragment_to_markdown(words), ""])
    return "\n".join(lines)


def path_markdown(root: Element, name: str) -> str:
    """A path: the values of its field in order, with key fields and guidance for each."""
    state = "" if text_of(root, "active") != "false" else " (inactive)"
    lines = [f"# Path {text_of(root, 'masterLabel') or name}{state}", ""]
    record = text_of(root, "recordTypeName")
    where = f" for record type {record}" if record and record != "__MASTER__" else ""
    lines.append(f"Follows {text_of(root, 'entityName')}.{text_of(root, 'fieldName')}{where}.")
    lines.append("")
    for number, step in enumerate(children(root, "pathAssistantSteps"), 1):
        fields = [text_of(each) for each in children(step, "fieldNames")]
        shown = f", key fields {', '.join(fields)}" if fields else ""
        lines.append(f"{number}. {text_of(step, 'picklistValueName')}{shown}")
        if info := fragment_to_markdown(text_of(step, "info")):
            lines.extend(f"   {line}".rstrip() for line in info.split("\n"))
    return "\n".join([*lines, ""])


def any_markdown(root: Element, name: str) -> str:
    """Metadata of any other type as a nested list."""
    title = next((text for tag in TITLES if (text := text_of(root, tag))), name)
    lines = [f"# {words_of(tag_of(root))} {title}", ""]
    if about := text_of(root, "description"):
        lines.extend([fragment_to_markdown(about), ""])
    return "\n".join([*lines, *details(root, {*TITLES, "description"}), ""])
