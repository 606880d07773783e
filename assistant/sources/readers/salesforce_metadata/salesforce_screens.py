"""A screen of a Salesforce flow: what it shows and asks, under which conditions, and its messages.

Source of the format: Salesforce, "Metadata API Developer Guide", FlowScreen and FlowScreenField.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.salesforce_metadata.salesforce_criteria import conditions
from assistant.sources.readers.salesforce_metadata.salesforce_details import (
    details,
    value_words,
    words_of,
)
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

Names = Mapping[str, str]
"""Name of a choice -> its words."""

Choices = Mapping[str, Element]

_SCREEN = frozenset({
    "name", "label", "description", "connector", "faultConnector", "fields", "allowBack",
    "allowFinish", "allowPause", "showHeader", "showFooter", "rules", "helpText", "pausedText",
})  # fmt: skip
_FIELD = frozenset({
    "name", "fieldText", "fieldType", "extensionName", "dataType", "isRequired", "fields",
    "choiceReferences", "visibilityRule", "validationRule", "inputParameters", "outputParameters",
    "defaultValue", "helpText", "regionContainerType", "scale", "objectFieldReference",
    "defaultSelectedChoiceReference", "isVisible", "conditions", "conditionLogic",
})  # fmt: skip
_PLACES = frozenset({"Region", "RegionContainer"})


def screen_lines(screen: Element, names: Names, choices: Choices) -> Iterator[str]:
    """What stands on a screen, in its order, as a nested list."""
    if help_text := one_line(fragment_to_markdown(text_of(screen, "helpText"))):
        yield f"- Help text: {help_text}"
    for each in children(screen, "fields"):
        yield from _field(each, names, choices, 0)
    for rule in children(screen, "rules"):
        actions = ", ".join(
            f"{text_of(each, 'fieldReference')} {words_of(text_of(each, 'attribute')).lower()} "
            f"{value_words(child(each, 'value'))}"
            for each in children(rule, "ruleActions")
        )
        yield f"- If {conditions(rule, names)}: {actions}."
    if paused := one_line(fragment_to_markdown(text_of(screen, "pausedText"))):
        yield f"- Shown when paused: {paused}"
    barred = [word for word, tag in (("going back", "allowBack"), ("finishing", "allowFinish"))
              if text_of(screen, tag) == "false"]  # fmt: skip
    if barred:
        yield f"- Without {' and without '.join(barred)}."
    yield from details(screen, _SCREEN)


def _field(element: Element, names: Names, choices: Choices, depth: int) -> Iterator[str]:
    pad = "  " * min(depth, 20)
    kind = text_of(element, "fieldType")
    words = one_line(fragment_to_markdown(text_of(element, "fieldText")))
    inner = [line for each in children(element, "fields")
             for line in _field(each, names, choices, depth + (kind != "Region"))]  # fmt: skip
    own = list(_about(element, names, choices, pad))
    if kind in _PLACES and not words and not own:
        yield from inner if kind == "Region" else _outdented(inner)
        return
    name = text_of(element, "name")
    given = {text_of(each, "name"): value_words(child(each, "value"))
             for each in children(element, "inputParameters")}  # fmt: skip
    title = words or text_of(element, "objectFieldReference") or given.get("label", "").strip('"')
    title = title or name
    if kind == "DisplayText":
        yield f"{pad}- Shows: {title}"
    elif kind in _PLACES:
        yield f"{pad}- Section {title}".rstrip()
    else:
        # Each component counts as required; one that asks for a value says so in a parameter.
        component = text_of(element, "extensionName")
        must = given.get("required", "") if component else text_of(element, "isRequired")
        required = " (required)" if must == "true" else ""
        what = [component or words_of(kind).lower()]
        if kind == "InputField" and text_of(element, "dataType"):
            what = [text_of(element, "dataType").lower()]
        what += [f"kept as {name}"] * (name not in {"", title})
        yield ", ".join([f"{pad}- Field {title}{required}", *filter(None, what)])
    yield from own
    yield from inner


def _outdented(lines: list[str]) -> list[str]:
    return [line[2:] if line.startswith("  ") else line for line in lines]


def _about(element: Element, names: Names, choices: Choices, pad: str) -> Iterator[str]:
    """What holds for a field, each on a line below it."""
    lines = list[str]()
    rule = child(element, "visibilityRule")
    if rule is not None and (when := conditions(rule, names)):
        lines.append(f"Shown only if {when}")
    offered = [_choice(text_of(each), choices) for each in children(element, "choiceReferences")]
    if offered:
        lines.append(f"Choices: {'; '.join(offered)}")
    if chosen := text_of(element, "defaultSelectedChoiceReference"):
        lines.append(f"Chosen at first: {_choice(chosen, choices)}")
    default = child(element, "defaultValue")
    if default is not None and (value := value_words(default)):
        lines.append(f"Default: {names.get(value, value)}")
    if help_text := one_line(fragment_to_markdown(text_of(element, "helpText"))):
        lines.append(f"Help text: {help_text}")
    check = child(element, "validationRule")
    if check is not None:
        formula = one_line(text_of(check, "formulaExpression"))
        message = one_line(fragment_to_markdown(text_of(check, "errorMessage")))
        lines.append(f'Accepted only if `{formula}`, otherwise message: "{message}"')
    if text_of(element, "fieldType") != "Region":
        lines.extend(
            f"{text_of(each, 'name')} = {value}"
            for each in children(element, "inputParameters")
            if (value := value_words(child(each, "value"))) and text_of(each, "name") != "label"
        )
    lines.extend(
        f"{text_of(each, 'assignToReference')} = its {text_of(each, 'name')}"
        for each in children(element, "outputParameters")
    )
    yield from (f"{pad}  - {line}" for line in lines)
    yield from (f"{pad}  {line}" for line in details(element, _FIELD))


def _choice(name: str, choices: Choices) -> str:
    """A choice by the words a user sees; one of records or of a picklist by where it is from."""
    found = choices.get(name)
    if found is None:
        return name
    if tag_of(found) == "choices":
        words = one_line(fragment_to_markdown(text_of(found, "choiceText"))) or name
        ask = child(found, "userInput")
        if ask is not None:
            words += f" (asks: {one_line(fragment_to_markdown(text_of(ask, 'promptText')))})"
        return words
    if picklist := text_of(found, "picklistField"):
        return f"values of {text_of(found, 'picklistObject')}.{picklist}"
    source = text_of(found, "object") or text_of(found, "collectionReference")
    when = conditions(found, {}, items="filters", left="field", logic="filterLogic")
    shown = text_of(found, "displayField")
    words = f"{shown} of {source}" if shown else source or name
    return words + (f" where {when}" if when else "")
