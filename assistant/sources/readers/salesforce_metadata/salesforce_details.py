"""What Salesforce metadata says, in words: values, conditions, filters, picklists, delays.

The words stand in ``salesforce_metadata.toml``, with the lines of documents and blocks. What no
reader puts into words of its own becomes nested lists: names of elements become words
("assignedToType" is "Assigned to type"); what places a thing on a canvas or states a version is
left out. Source of the operators and of custom logic ("1 AND (2 OR 3)"): Salesforce, "Metadata API
Developer Guide", FilterItem, FlowCondition, FlowRecordFilter; of values: CustomField, ValueSet,
Picklist.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from assistant.sources.markdown_tables import markdown_table
from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_TABLE = tomllib.loads(
    Path(__file__).with_suffix(".toml").with_stem("salesforce_metadata").read_text("utf-8")
)

DOCUMENTS: Mapping[str, Mapping[str, Any]] = _TABLE["documents"]
"""Type of metadata -> the kind of its document, and its lines."""

BLOCKS: Mapping[str, Sequence[Any]] = _TABLE["blocks"]
PARTS: Mapping[str, Any] = _TABLE["parts"]
WORDS: Mapping[str, Mapping[str, str]] = _TABLE["words"]
OPERATIONS = WORDS["operations"]
STATES: Mapping[str, tuple[str, str]] = _TABLE["states"]
"""Operators that ask about a state -> their words where the answer is true and false."""


_NOISE = frozenset({
    "apiVersion", "areMetricsLoggedToDataCloud", "dataTypeMappings", "environments",
    "flowTransactionModel", "inputsOnNextNavToAssocScrn", "interviewLabel", "isTemplate",
    "locationX", "locationY", "nameSegment", "processMetadataValues", "protected",
    "storeOutputAutomatically", "styleProperties", "versionSegment", "versionString",
    "elementSubtype", "maxOccurs", "assignNullValuesIfNoRecordsFound",
})  # fmt: skip
"""Elements that say nothing of what a user sees or may do."""

TITLES = ("masterLabel", "label", "fullName", "name", "developerName")
"""Elements that name what they stand in, the one that people read first."""

_VALUES = frozenset({
    "stringValue", "numberValue", "booleanValue", "dateValue", "dateTimeValue",
    "elementReference", "formulaExpression", "transformValueReference", "setupReference",
    "setupReferenceType", "apexValue", "sobjectValue", "complexValue", "formulaDataType",
})  # fmt: skip
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER = re.compile(r"(-?\d+)\.0+")
_PLACE = re.compile(r"\d{1,4}")
_LOGIC_WORD = re.compile(r"\b(AND|OR|NOT)\b", re.IGNORECASE)
_LOGIC = 1000
"""Characters of logic, beside some for each condition, above which it is not spelled out."""


def words_of(tag: str) -> str:
    """The words in a name written in camel case: "isActive" is "Is active"."""
    spaced = _CAPITAL.sub(" ", tag).replace("_", " ")
    lowered = [w if w.isupper() and len(w) > 1 else w.lower() for w in spaced.split()]
    return " ".join(lowered)[:1].upper() + " ".join(lowered)[1:]


def value_words(value: Element | None) -> str:
    """A value of a flow: a text in quotes, a reference by its name, a number as it is."""
    if value is None:
        return ""
    kinds = [each for each in value if tag_of(each) in _VALUES]
    if not kinds:
        return one_line(fragment_to_markdown(text_of(value)))
    parts = list[str]()
    for each in kinds:
        text, kind = one_line(text_of(each)), tag_of(each)
        if kind in {"formulaDataType", "setupReferenceType"}:
            continue
        if kind == "stringValue":
            text = f'"{one_line(fragment_to_markdown(text_of(each)))}"'
        elif kind == "formulaExpression":
            text = f"`{text}`"
        elif whole := _NUMBER.fullmatch(text):
            text = whole.group(1)
        parts.append(text)
    return " ".join(part for part in parts if part)


def details(element: Element, skip: Collection[str] = (), depth: int = 0) -> Iterator[str]:
    """All that ``element`` holds as a nested list, without the tags in ``skip``."""
    pad = "  " * min(depth, 20)
    for tag, run in groupby(element, tag_of):
        if tag in _NOISE or tag in skip:
            continue
        simple = list[str]()
        for part in run:
            if len(part) and not _is_value(part):
                yield from _nested(part, pad, depth)
            elif text := value_words(part):
                simple.append(text)
        if simple:
            yield f"{pad}- {words_of(tag)}: {', '.join(simple)}"


def _nested(element: Element, pad: str, depth: int) -> Iterator[str]:
    """A part with parts of its own, under its name where it has one."""
    found = ((tag, text_of(element, tag)) for tag in TITLES)
    named, name = next(((tag, text) for tag, text in found if text), ("", ""))
    inner = list(details(element, {named} if named else (), depth + 1))
    if name or inner:
        yield f"{pad}- {words_of(tag_of(element))}:" + (f" {one_line(name)}" if name else "")
    yield from inner


def _is_value(element: Element) -> bool:
    return len(element) > 0 and all(tag_of(each) in _VALUES for each in element)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as the lines of a Markdown table, the first one its header; each cell is one line."""
    return markdown_table([[one_line(cell) for cell in row] for row in rows]).split("\n")


def joined(conditions: Sequence[str], logic: str) -> str:
    """Conditions joined by "and", "or" or by custom logic in which they stand by number."""
    if _PLACE.search(logic) and conditions:
        if len(logic) > _LOGIC + 20 * len(conditions):
            return f"{' and '.join(conditions)} (joined by {one_line(logic)})"
        plain = _LOGIC_WORD.sub(lambda match: match.group(1).lower(), one_line(logic))

        def numbered(match: re.Match[str]) -> str:
            at = int(match.group()) - 1
            return conditions[at] if 0 <= at < len(conditions) else match.group()

        return _PLACE.sub(numbered, plain)
    return (" or " if logic.casefold() == "or" else " and ").join(conditions)


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
