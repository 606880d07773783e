"""Conditions of Salesforce metadata in words: criteria of rules, filters and conditions of flows.

Source of the operators and of custom logic ("1 AND (2 OR 3)"): Salesforce, "Metadata API Developer
Guide", FilterItem, FlowCondition, FlowRecordFilter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from assistant.sources.readers.salesforce_metadata.salesforce_details import value_words
from assistant.sources.readers.xml_tree import child, children, one_line, text_of

_OPERATIONS = {
    "equals": "is", "notequal": "is not", "notequals": "is not", "equalto": "is",
    "notequalto": "is not", "lessthan": "is less than", "greaterthan": "is greater than",
    "lessorequal": "is at most", "greaterorequal": "is at least",
    "lessthanorequalto": "is at most", "greaterthanorequalto": "is at least",
    "contains": "contains", "notcontain": "does not contain",
    "notcontains": "does not contain", "doesnotcontain": "does not contain",
    "startswith": "starts with", "endswith": "ends with", "includes": "includes",
    "excludes": "excludes", "within": "is within", "in": "is in", "notin": "is not in",
}  # fmt: skip
_STATES = {
    "isnull": ("is empty", "is not empty"), "isblank": ("is blank", "is not blank"),
    "isempty": ("is empty", "is not empty"), "ischanged": ("has changed", "has not changed"),
    "wasset": ("was set", "was not set"), "wasselected": ("was selected", "was not selected"),
    "wasvisited": ("was visited", "was not visited"), "haserror": ("has an error", "has no error"),
}  # fmt: skip
"""Operators that ask about a state, with their words where the answer is true and false."""

_NUMBER = re.compile(r"\d{1,4}")
_LOGIC = 1000
"""Characters of logic, beside some for each condition, above which it is not spelled out."""

_WORD = re.compile(r"\b(AND|OR|NOT)\b", re.IGNORECASE)


def joined(conditions: Sequence[str], logic: str) -> str:
    """Conditions joined by "and", "or" or by custom logic in which they stand by number."""
    if _NUMBER.search(logic) and conditions:
        if len(logic) > _LOGIC + 20 * len(conditions):
            return f"{' and '.join(conditions)} (joined by {one_line(logic)})"
        plain = _WORD.sub(lambda match: match.group(1).lower(), one_line(logic))

        def numbered(match: re.Match[str]) -> str:
            at = int(match.group()) - 1
            return conditions[at] if 0 <= at < len(conditions) else match.group()

        return _NUMBER.sub(numbered, plain)
    return (" or " if logic.casefold() == "or" else " and ").join(conditions)


def criteria(element: Element | None, items: str = "criteriaItems") -> str:
    """When a rule's criteria are met, in words; empty where it has none."""
    if element is None:
        return ""
    if formula := text_of(element, "formula"):
        return f"`{one_line(formula)}`"
    found = [filter_item(each) for each in children(element, items)]
    return joined(found, text_of(element, "booleanFilter"))


def filter_item(element: Element) -> str:
    """One criterion: "Case.Priority is High"."""
    field = one_line(text_of(element, "field"))
    operation = text_of(element, "operation")
    words = _OPERATIONS.get(operation.casefold(), operation)
    value = one_line(text_of(element, "value"))
    other = one_line(text_of(element, "valueField"))
    if not value and not other and words in {"is", "is not"}:
        return f"{field} {words} empty"
    if "," in value and words in {"is", "is not"}:
        words = "is one of" if words == "is" else "is none of"
    return " ".join(part for part in (field, words, value or other) if part)


def condition(element: Element, names: Mapping[str, str], left: str) -> str:
    """A condition of a flow; ``left`` is the tag of what it asks about.

    ``names`` gives what is shown for the name of a choice.
    """
    operator = text_of(element, "operator")
    asked = one_line(text_of(element, left))
    value = child(element, "rightValue")
    right = value_words(value if value is not None else child(element, "value"))
    right = names.get(right, right)
    if state := _STATES.get(operator.casefold()):
        folded = right.strip('"').casefold()
        if folded in {"true", "false", ""}:
            return f"{asked} {state[folded == 'false']}"
        return f"{asked} {state[0]} if {right}"
    words = _OPERATIONS.get(operator.casefold(), operator)
    return " ".join(part for part in (asked, words, right) if part)


def conditions(
    element: Element, names: Mapping[str, str], *, items: str = "conditions",
    left: str = "leftValueReference", logic: str = "conditionLogic",
) -> str:  # fmt: skip
    """The conditions or filters of a part of a flow, in words; empty where it has none."""
    found = [condition(each, names, left) for each in children(element, items)]
    return joined(found, text_of(element, logic))
