"""Conditions and values of Salesforce metadata in words: criteria, filters, picklists, delays.

Source of the operators and of custom logic ("1 AND (2 OR 3)"): Salesforce, "Metadata API Developer
Guide", FilterItem, FlowCondition, FlowRecordFilter; of values: CustomField, ValueSet, Picklist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from assistant.sources.readers.salesforce_metadata.salesforce_details import joined, value_words
from assistant.sources.readers.salesforce_metadata.salesforce_table import OPERATIONS, STATES
from assistant.sources.readers.xml_tree import child, children, one_line, text_of


def criteria(element: Element) -> str:
    """When the criteria of a rule are met, in words; empty where it has none."""
    if formula := text_of(element, "formula"):
        return f"`{one_line(formula)}`"
    found = [filter_item(each) for each in children(element, "criteriaItems", "filterItems")]
    return joined(found, text_of(element, "booleanFilter"))


def filter_item(element: Element) -> str:
    """One criterion: "Case.Priority is High"."""
    field, operation, value, other = (
        one_line(text_of(element, tag)) for tag in ("field", "operation", "value", "valueField")
    )
    words = OPERATIONS.get(operation.casefold(), operation)
    if not value and not other and words in {"is", "is not"}:
        return f"{field} {words} empty"
    if "," in value and words in {"is", "is not"}:
        words = "is one of" if words == "is" else "is none of"
    return " ".join(part for part in (field, words, value or other) if part)


def conditions(
    element: Element, names: Mapping[str, str], *, items: str = "conditions",
    left: str = "leftValueReference", logic: str = "conditionLogic",
) -> str:  # fmt: skip
    """The conditions or filters of a part of a flow, in words; empty where it has none.

    ``names`` gives what is shown for the name of a choice, ``left`` the tag of what is asked about.
    """
    found = [_condition(each, names, left) for each in children(element, items)]
    return joined(found, text_of(element, logic))


def _condition(element: Element, names: Mapping[str, str], left: str) -> str:
    operator = text_of(element, "operator")
    asked = one_line(text_of(element, left))
    value = child(element, "rightValue")
    right = value_words(value if value is not None else child(element, "value"))
    right = names.get(right, right)
    if state := STATES.get(operator.casefold()):
        folded = right.strip('"').casefold()
        if folded in {"true", "false", ""}:
            return f"{asked} {state[folded == 'false']}"
        return f"{asked} {state[0]} if {right}"
    words = OPERATIONS.get(operator.casefold(), operator)
    return " ".join(part for part in (asked, words, right) if part)


def delay(element: Element) -> str:
    """When a path or trigger of a time runs: "3 days before"."""
    number = text_of(element, "offsetNumber") or text_of(element, "timeLength") or "0"
    unit = text_of(element, "offsetUnit") or text_of(element, "workflowTimeTriggerUnit") or "hours"
    return f"{number.lstrip('-')} {unit.lower()} {'before' if number[:1] == '-' else 'after'}"


def picklist(field: Element) -> str:
    """The values that a field takes, as facts divided by semicolons; empty where it has none."""
    return "; ".join(_picklist(field))


def _picklist(field: Element) -> Iterator[str]:
    given = next((e for e in children(field, "valueSet")), child(field, "picklist"))
    given = field if given is None else given
    source = next(children(given, "valueSetDefinition"), given)
    closed = text_of(given, "restricted") == "true"
    found = list(children(source, "value", "picklistValues"))
    if values := [words for each in found if (words := picklist_value(each))]:
        yield f"{'one of' if closed else 'values'}: {', '.join(values)}"
    if gone := [name for each in found if (name := retired(each))]:
        yield f"no longer offered: {', '.join(gone)}"
    if text_of(source, "sorted") == "true":
        yield "sorted by name"
    if shared := text_of(given, "valueSetName") or text_of(field, "globalPicklist"):
        yield f"{'only values' if closed else 'values'} of the global set {shared}"
    if controlling := text_of(given, "controllingField"):
        yield f"depends on {controlling}"
        pairs = [(text_of(each, "valueName"), each) for each in children(given, "valueSettings")]
        for name, each in [*pairs, *((_name(each), each) for each in found)]:
            tags = ("controllingFieldValue", "controllingFieldValues")
            if with_values := [text_of(value) for value in children(each, *tags)]:
                yield f"{name} only with {' or '.join(with_values)}"


def _name(value: Element) -> str:
    return unquote(text_of(value, "label") or text_of(value, "fullName"))


def retired(value: Element) -> str:
    """The name of a value that is no longer offered; empty for one that is."""
    return "" if picklist_value(value) else _name(value)


def picklist_value(value: Element) -> str:
    """A value that can be chosen: its label, its API name where that differs, and what it means.

    Empty for one that is no longer offered.
    """
    label, name = text_of(value, "label"), unquote(text_of(value, "fullName"))
    if text_of(value, "isActive") == "false" or not (label or name):
        return ""
    marks = [tag for tag in ("default", "closed", "won", "converted")
             if text_of(value, tag) == "true"]  # fmt: skip
    marks += [f"{word} {text}" for word, tag in (
        ("probability", "probability"), ("forecast", "forecastCategory"),
    ) if (text := text_of(value, tag))]  # fmt: skip
    words = f"{label} ({name})" if label and name and label != name else label or name
    return words + (f" [{', '.join(marks)}]" if marks else "")


def field_about(field: Element) -> str:
    """What is said of a field to those who build with it and to those who fill it in."""
    about = one_line(text_of(field, "description"))
    help_text = one_line(text_of(field, "inlineHelpText"))
    if about and help_text and help_text != about:
        return f"{about.rstrip('.')}. Help text: {help_text}"
    return about or help_text
