"""Salesforce metadata of any type as nested lists, for what no reader puts into words of its own.

Names of elements become words ("assignedToType" is "Assigned to type"); what places a thing on a
canvas or states a version is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element

from assistant.sources.pasted.tables import markdown_table
from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.xml_tree import one_line, tag_of, text_of

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
        for child in run:
            if len(child) and not _is_value(child):
                yield from _nested(child, pad, depth)
            elif text := value_words(child):
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
