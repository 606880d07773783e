"""What templates do not say of a Salesforce flow: the order of its steps, and fields of screens.

Source of the format: Salesforce, "Metadata API Developer Guide", Flow, FlowScreen, FlowScreenField.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from xml.etree.ElementTree import Element

from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.salesforce_metadata.line_templates import Lines
from assistant.sources.readers.salesforce_metadata.salesforce_details import (
    conditions,
    value_words,
    words_of,
)
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_KEPT = frozenset({"recordCreates", "recordLookups", "actionCalls", "loops", "transforms",
                   "collectionProcessors", "subflows"})  # fmt: skip
"""Steps to whose results other steps refer by name."""

_PLACES = frozenset({"Region", "RegionContainer"})


def flow_lines(lines: Lines, root: Element) -> Lines:
    """``lines`` with the forms of what stands in the flow ``root``."""
    names = _names(root)
    choices = {text_of(e, "name"): e for e in children(root, "choices", "dynamicChoiceSets")}
    offered = {name: words for name, words in names.items() if name in choices}
    flow = _Flow(root, names, choices)
    filters = partial(conditions, items="filters", left="field", logic="filterLogic")
    known = replace(
        lines,
        forms={
            **lines.forms,
            "steps": lambda element: "\n".join(flow.steps(known)),
            "uses": _uses,
            "conditions": partial(conditions, names=offered),
            "filters": partial(filters, names=offered),
            "start_filters": partial(filters, names=names),
            "entry_conditions": partial(
                conditions, names=offered, items="entryConditions", logic="entryConditionLogic"
            ),
            "exit_conditions": partial(
                conditions, names=offered, items="exitConditions", logic="exitConditionLogic"
            ),
            "screen_fields": lambda screen: "\n".join(
                line for each in children(screen, "fields") for line in _field(known, each, 0)
            ),
            "choices": lambda field: "; ".join(
                flow.choice(text_of(each)) for each in children(field, "choiceReferences")
            ),
        },
        names={
            "step": lambda name: names.get(name, name),
            "choice_words": lambda name: offered.get(name, name),
            "choice": flow.choice,
        },
    )
    return known


def _names(root: Element) -> dict[str, str]:
    """What is shown for a name: its label, with the name where several have that label."""
    labels = {
        text_of(each, "name"): one_line(
            fragment_to_markdown(text_of(each, "label") or text_of(each, "choiceText"))
        )
        for each in root
        if text_of(each, "name") and tag_of(each) != "processMetadataValues"
    }
    often = Counter(labels.values())
    return {
        name: f"{label} ({name})" if often[label] > 1 else label
        for name, label in labels.items()
        if label
    }


def _uses(step: Element) -> str:
    """What a step works with: an object, an action with its kind, another flow."""
    used = text_of(step, "object") or text_of(step, "actionName") or text_of(step, "flowName")
    action = text_of(step, "actionType")
    kind = words_of(action).lower() if action != used else ""
    return ", ".join(part for part in (used, kind) if part)


@dataclass(frozen=True, slots=True)
class _Flow:
    root: Element
    names: Mapping[str, str]
    choices: Mapping[str, Element]

    def steps(self, lines: Lines) -> Iterator[str]:
        """The steps in the order in which they are taken, then those that nothing leads to."""
        elements = {
            text_of(each, "name"): each
            for each in self.root
            if tag_of(each) in lines.words["steps"]
        }
        start = child(self.root, "start")
        first = _targets(start) if start is not None else []
        first += [text_of(each) for each in children(self.root, "startElementReference")]
        ordered = _in_order(elements, first)
        numbered = [(f"{number}. ", elements[key]) for number, key in enumerate(ordered, 1)]
        reached = set(ordered)
        apart = [("- ", each) for key, each in elements.items() if key not in reached]
        heading = "Steps that no connector leads to" if ordered else "Steps"
        for title, found in (("Steps", numbered), (heading, apart)):
            if found:
                yield from (f"## {title}", "")
                for mark, each in found:
                    yield from self._step(lines, mark, each)
                yield ""

    def _step(self, lines: Lines, mark: str, step: Element) -> Iterator[str]:
        name = text_of(step, "name")
        label = self.names.get(name, text_of(step, "label") or name)
        kept = name if tag_of(step) in _KEPT and _plain(label) != _plain(name) else ""
        head, *inner = lines.given(mark=mark, label=label, kept=kept).block("step", step)
        yield head
        yield from (f"{' ' * len(mark)}{line}" for line in inner)

    def choice(self, name: str) -> str:
        """A choice by the words users see; one of records or of a picklist by where it is from."""
        found = self.choices.get(name)
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


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


# --- Order ------------------------------------------------------------------------------------


def _targets(element: Element) -> list[str]:
    """The names of the steps that may follow, in the order in which they are told."""
    found = dict[str, None]()
    late = list[str]()
    for each in element.iter():
        if tag_of(each) in {"defaultConnector", "noMoreValuesConnector", "faultConnector"}:
            late.append(text_of(each, "targetReference"))
        elif tag_of(each).endswith(("onnector", "onnectors")):
            found[text_of(each, "targetReference")] = None
    return [name for name in [*found, *late] if name]


def _in_order(elements: Mapping[str, Element], first: Sequence[str]) -> list[str]:
    """Names of steps so that each comes after those that lead to it, but for loops.

    The reversed order in which a walk in depth leaves the steps; branches that meet again are
    followed by what they lead to.
    """
    left, seen = list[str](), set[str]()
    stack = [(name, False) for name in first]
    while stack:
        name, done = stack.pop()
        if done:
            left.append(name)
        elif name in elements and name not in seen:
            seen.add(name)
            stack.append((name, True))
            stack.extend((target, False) for target in _targets(elements[name]))
    return left[::-1]


# --- Fields of a screen -----------------------------------------------------------------------


def _field(lines: Lines, element: Element, depth: int) -> Iterator[str]:
    """A field of a screen as an item of a nested list, with the fields inside of it."""
    pad = "  " * min(depth, 20)
    kind = text_of(element, "fieldType")
    words = one_line(fragment_to_markdown(text_of(element, "fieldText")))
    inner = [line for each in children(element, "fields")
             for line in _field(lines, each, depth + (kind != "Region"))]  # fmt: skip
    own = [f"{pad}  {line}" for line in lines.block("screen_field", element)]
    if kind in _PLACES and not words and not own:
        yield from inner if kind == "Region" else (line.removeprefix("  ") for line in inner)
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
