"""A field of a Salesforce object: its type, the values it takes, and the rules that hold for it.

Source of the format: Salesforce, "Metadata API Developer Guide", CustomField, ValueSet and the
older Picklist.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from assistant.sources.readers.salesforce_metadata.salesforce_criteria import (
    criteria,
    filter_item,
    joined,
)
from assistant.sources.readers.xml_tree import child, children, one_line, text_of

HEADER = ("Field", "API name", "Type", "Required", "Rules", "Description")


def field_row(element: Element) -> list[str]:
    """A row of the table of fields, under ``HEADER``."""
    about = one_line(text_of(element, "description"))
    help_text = one_line(text_of(element, "inlineHelpText"))
    if about and help_text and help_text != about:
        about = f"{about.rstrip('.')}. Help text: {help_text}"
    return [
        text_of(element, "label"), text_of(element, "fullName"), type_of(element),
        "yes" if text_of(element, "required") == "true" else "no",
        "; ".join(_rules(element)), about or help_text,
    ]  # fmt: skip


def type_of(element: Element) -> str:
    """The type with its length, or its digits in all and after the point."""
    kind = text_of(element, "type")
    if length := text_of(element, "length"):
        return f"{kind}({length})"
    if precision := text_of(element, "precision"):
        return f"{kind}({precision}, {text_of(element, 'scale') or '0'})"
    return kind


def _rules(element: Element) -> Iterator[str]:
    yield from _relation(element)
    if text_of(element, "unique") == "true":
        case = text_of(element, "caseSensitive")
        sensitive = {"true": ", upper and lower case differ", "false": ", whatever the case"}
        yield "unique" + sensitive.get(case, "")
    if text_of(element, "externalId") == "true":
        yield "external ID"
    if display := text_of(element, "displayFormat"):
        start = text_of(element, "startingNumber")
        yield f"numbered {display}" + (f" from {start}" if start else "")
    if default := one_line(text_of(element, "defaultValue")):
        yield f"default {default}"
    if formula := one_line(text_of(element, "formula")):
        blanks = text_of(element, "formulaTreatBlanksAs") == "BlankAsBlank"
        yield f"formula `{formula}`" + (" (blank stays blank)" if blanks else "")
    if operation := text_of(element, "summaryOperation"):
        yield _summary(element, operation)
    if mask := text_of(element, "maskType"):
        sign = text_of(element, "maskChar")
        yield f"masked ({mask})" + (f" with {sign}" if sign else "")
    yield from _values(element)


def _relation(element: Element) -> Iterator[str]:
    targets = [text_of(each) for each in children(element, "referenceTo") if text_of(each)]
    if targets:
        yield f"refers to {', '.join(targets)}"
    constraint = text_of(element, "deleteConstraint")
    if constraint == "Restrict":
        yield "the record referred to cannot be deleted"
    elif constraint == "Cascade":
        yield "deleted with the record referred to"
    if text_of(element, "reparentableMasterDetail") == "true":
        yield "can be moved to another parent"
    if text_of(element, "writeRequiresMasterRead") == "true":
        yield "read access to the parent is enough to edit"
    found = child(element, "lookupFilter")
    if found is None:
        return
    words = f"only records where {criteria(found, 'filterItems')}"
    if text_of(found, "active") == "false":
        words = f"inactive filter: {words}"
    if text_of(found, "isOptional") == "true":
        words += " (can be passed over)"
    if about := one_line(text_of(found, "description")):
        words += f" ({about})"
    if info := one_line(text_of(found, "infoMessage")):
        words += f', hint "{info}"'
    if message := one_line(text_of(found, "errorMessage")):
        words += f', message "{message}"'
    yield words


def _summary(element: Element, operation: str) -> str:
    what = text_of(element, "summarizedField") or "records"
    key = text_of(element, "summaryForeignKey")
    items = [filter_item(each) for each in children(element, "summaryFilterItems")]
    words = f"{operation} of {what}" + (f" by {key}" if key else "")
    return words + (f" where {joined(items, 'and')}" if items else "")


def _values(element: Element) -> Iterator[str]:
    chosen = child(element, "valueSet")
    if chosen is None:
        chosen = child(element, "picklist")
    given = chosen if chosen is not None else element
    defined = child(given, "valueSetDefinition")
    source = defined if defined is not None else given
    found = list(children(source, "value", "picklistValues"))
    values = [words for each in found if (words := value_of(each))]
    if values:
        closed = text_of(given, "restricted") == "true"
        yield f"{'one of' if closed else 'values'}: {', '.join(values)}"
    if retired := [_name(each) for each in found if _name(each) and not value_of(each)]:
        yield f"no longer offered: {', '.join(retired)}"
    if text_of(source, "sorted") == "true":
        yield "sorted by name"
    if shared := text_of(given, "valueSetName") or text_of(element, "globalPicklist"):
        closed = text_of(given, "restricted") == "true"
        yield f"{'only values' if closed else 'values'} of the global set {shared}"
    if controlling := text_of(given, "controllingField"):
        yield f"depends on {controlling}"
        yield from _dependent(given, found)


def _dependent(given: Element, found: list[Element]) -> Iterator[str]:
    """For each value the values of the controlling field with which it can be chosen."""
    pairs = [(text_of(e, "valueName"), e) for e in children(given, "valueSettings")]
    pairs += [(_name(each), each) for each in found]
    for name, each in pairs:
        with_values = [text_of(v) for v in children(each, "controllingFieldValue",
                                                    "controllingFieldValues")]  # fmt: skip
        if with_values:
            yield f"{name} only with {' or '.join(with_values)}"


def _name(value: Element) -> str:
    return unquote(text_of(value, "label") or text_of(value, "fullName"))


def value_of(value: Element) -> str:
    """A value that can be chosen: its label, its API name where that differs, and what it means.

    Empty for one that is no longer offered.
    """
    label, name = text_of(value, "label"), unquote(text_of(value, "fullName"))
    if text_of(value, "isActive") == "false" or not (label or name):
        return ""
    marks = [word for word, tag in (
        ("default", "default"), ("closed", "closed"), ("won", "won"), ("converted", "converted"),
    ) if text_of(value, tag) == "true"]  # fmt: skip
    marks += [f"{word} {text}" for word, tag in (
        ("probability", "probability"), ("forecast", "forecastCategory"),
    ) if (text := text_of(value, tag))]  # fmt: skip
    words = f"{label} ({name})" if label and name and label != name else label or name
    return words + (f" [{', '.join(marks)}]" if marks else "")
