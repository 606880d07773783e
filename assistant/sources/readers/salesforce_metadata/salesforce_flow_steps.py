"""One step of a Salesforce flow in words: what it asks, decides or does, and what comes next.

Source of the format: Salesforce, "Metadata API Developer Guide", Flow (FlowDecision, FlowScreen,
FlowRecordUpdate, FlowWait, ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from assistant.sources.readers.salesforce_metadata.salesforce_criteria import conditions
from assistant.sources.readers.salesforce_metadata.salesforce_details import (
    details,
    value_words,
    words_of,
)
from assistant.sources.readers.salesforce_metadata.salesforce_screens import screen_lines
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_STEPS = {
    "recordCreates": "creates a record", "recordUpdates": "updates records",
    "recordDeletes": "deletes records", "recordLookups": "looks up records",
    "recordRollbacks": "undoes the changes made so far",
    "assignments": "assigns values", "actionCalls": "calls an action", "subflows": "runs a flow",
    "apexPluginCalls": "calls an Apex plug-in", "screens": "shows a screen",
    "loops": "repeats over records", "decisions": "decides", "waits": "waits",
    "customErrors": "refuses to save", "collectionProcessors": "works on a collection",
    "transforms": "transforms data", "orchestratedStages": "a stage",
    "steppedStages": "a stage", "steps": "does nothing yet",
}  # fmt: skip
_TOLD = frozenset({
    "name", "label", "description", "connector", "faultConnector", "object", "actionName",
    "flowName", "filters", "filterLogic", "inputAssignments", "assignmentItems",
    "inputParameters", "outputParameters", "outputAssignments", "rules", "defaultConnector",
    "defaultConnectorLabel", "nextValueConnector", "noMoreValuesConnector", "customErrorMessages",
    "waitEvents", "fields", "conditions", "conditionLogic", "queriedFields", "limit", "offset",
    "sortField", "sortOrder", "stageSteps", "triggers", "actionType",
})  # fmt: skip
_KEPT = frozenset({"recordCreates", "recordLookups", "actionCalls", "loops", "transforms",
                   "collectionProcessors", "subflows"})  # fmt: skip
"""Steps to whose results other steps refer by name."""

_STAGE_STEP = frozenset({
    "name", "label", "actionName", "actionType", "assignees", "entryConditions",
    "entryConditionLogic", "exitConditions", "exitConditionLogic", "stepSubtype",
})  # fmt: skip
_GIVEN = frozenset({"inputParameters", "outputParameters", "inputAssignments", "outputAssignments"})
_OPERATORS = {
    "Assign": "=", "Add": "+=", "Subtract": "-=", "AddItem": "gets also",
    "AddAtStart": "gets at its start", "RemoveAll": "loses all", "RemoveFirst": "loses the first",
    "AssignCount": "= the number of",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A step with its number (0 for one that nothing leads to) and what is known in its flow.

    ``names`` gives the words shown for a step, ``offered`` those of a choice.
    """

    element: Element
    number: int
    names: Mapping[str, str]
    offered: Mapping[str, str]
    choices: Mapping[str, Element]


def is_step(element: Element) -> bool:
    """Whether a part of a flow is a step of it, not a definition."""
    return tag_of(element) in _STEPS


def step_lines(step: Step) -> Iterator[str]:
    """The step as an item of a list, its details below it."""
    element, names = step.element, step.names
    name = text_of(element, "name")
    kind, label = tag_of(element), names.get(name, text_of(element, "label") or name)
    action = text_of(element, "actionType")
    parts = [text_of(element, "object") or text_of(element, "actionName")
             or text_of(element, "flowName")]  # fmt: skip
    if action and action != parts[0]:
        parts.append(words_of(action).lower())
    what = ", ".join(part for part in parts if part)
    mark = f"{step.number}. " if step.number else "- "
    pad = " " * len(mark)
    line = f"{mark}{label}: {_STEPS[kind]}" + (f" ({what})" if what else "")
    yield f"{line}{_next(element, names)}."
    if about := one_line(text_of(element, "description")):
        yield f"{pad}- Description: {about}"
    if kind in _KEPT and _plain(label) != _plain(name):
        yield f"{pad}- Kept as {name}"
    asked = kind == "screens"
    inner = screen_lines(element, step.offered, step.choices) if asked else _inner(step)
    yield from (f"{pad}{each}" for each in inner)
    if fault := text_of(element, "faultConnector", "targetReference"):
        yield f"{pad}- On an error: {names.get(fault, fault)}."


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _next(element: Element, names: Mapping[str, str]) -> str:
    target = text_of(element, "connector", "targetReference")
    return f", then {names.get(target, target)}" if target else ""


def _inner(step: Step) -> Iterator[str]:
    element, names, offered = step.element, step.names, step.offered
    yield from _decision(step)
    if filters := conditions(element, offered, items="filters", left="field", logic="filterLogic"):
        yield f"- Records where {filters}"
    if own := conditions(element, offered):
        yield f"- Where {own}"
    if field := text_of(element, "sortField"):
        yield f"- Sorted by {field} {text_of(element, 'sortOrder')}".rstrip()
    if words := value_words(child(element, "limit")):
        yield f"- At most {words} records"
    yield from _values(element)
    yield from _errors(element)
    yield from _waits(step)
    yield from _loop(element, names)
    yield from _stages(element, offered)
    yield from details(element, _TOLD)


def _decision(step: Step) -> Iterator[str]:
    element, names = step.element, step.names
    if tag_of(element) != "decisions":
        return
    for rule in children(element, "rules"):
        outcome = text_of(rule, "label") or text_of(rule, "name")
        when = conditions(rule, step.offered)
        if text_of(rule, "doesRequireRecordChangedToMeetCriteria") == "true":
            when += ", and only if the record was changed to meet this"
        yield f"- If {when}: {outcome}{_next(rule, names)}."
        if about := one_line(text_of(rule, "description")):
            yield f"  - Description: {about}"
    default = text_of(element, "defaultConnectorLabel") or "Default"
    target = text_of(element, "defaultConnector", "targetReference")
    then = f", then {names.get(target, target)}" if target else ""
    yield f"- Otherwise: {default}{then}."


def _values(element: Element) -> Iterator[str]:
    """What is given to fields, variables and parameters, and what is taken from them."""
    for each in children(element, "inputAssignments", "assignmentItems", "inputParameters"):
        name = text_of(each, "field") or text_of(each, "assignToReference") or text_of(each, "name")
        operator = text_of(each, "operator")
        sign = _OPERATORS.get(operator, words_of(operator).lower() if operator else "=")
        yield f"- {name} {sign} {value_words(child(each, 'value')) or 'empty'}"
    for each in children(element, "outputParameters", "outputAssignments"):
        source = text_of(each, "field") or text_of(each, "name")
        yield f"- {text_of(each, 'assignToReference')} = its {source}"


def _errors(element: Element) -> Iterator[str]:
    for each in children(element, "customErrorMessages"):
        at = text_of(each, "fieldSelection")
        message = one_line(text_of(each, "errorMessage"))
        yield f'- Message{f" at {at}" if at else ""}: "{message}"'


def _waits(step: Step) -> Iterator[str]:
    element, names = step.element, step.names
    for event in children(element, "waitEvents"):
        label = text_of(event, "label") or text_of(event, "name")
        when = conditions(event, step.offered)
        kind = words_of(text_of(event, "eventType")).lower()
        words = [f"- {label}:", f"waits for {kind}" if kind else "waits"]
        if when:
            words.append(f"if {when}")
        yield f"{' '.join(words)}{_next(event, names)}."
        skip = {"name", "label", "conditions", "conditionLogic", "connector", "eventType"}
        yield from (f"  {line}" for line in _given(event, skip))
    if tag_of(element) == "waits":
        default = text_of(element, "defaultConnectorLabel")
        target = text_of(element, "defaultConnector", "targetReference")
        if target:
            yield f"- {default or 'Otherwise'}: then {names.get(target, target)}."
        if (offset := text_of(element, "offset")) and offset != "0":
            yield f"- Offset: {offset}"


def _given(element: Element, skip: Set[str]) -> Iterator[str]:
    yield from _values(element)
    yield from details(element, skip | _GIVEN)


def _loop(element: Element, names: Mapping[str, str]) -> Iterator[str]:
    for tag, words in (
        ("nextValueConnector", "For each"),
        ("noMoreValuesConnector", "After the last"),
    ):
        if target := text_of(element, tag, "targetReference"):
            yield f"- {words}: {names.get(target, target)}."


def _stages(element: Element, offered: Mapping[str, str]) -> Iterator[str]:
    """The steps of a stage, which other people or flows carry out; approvals are made of these."""
    if tag_of(element) not in {"orchestratedStages", "steppedStages"}:
        return
    for each in children(element, "stageSteps", "steps"):
        label = text_of(each, "label") or text_of(each, "name")
        kind = words_of(text_of(each, "actionType")).lower()
        action = text_of(each, "actionName")
        yield f"- {label}: {', '.join(part for part in (kind, action) if part)}".rstrip(": ")
        for who in children(each, "assignees"):
            role = words_of(text_of(who, "assigneeType")).lower()
            yield f"  - For {role} {value_words(child(who, 'assignee'))}".rstrip()
        for tag, logic, words in (
            ("entryConditions", "entryConditionLogic", "Starts when"),
            ("exitConditions", "exitConditionLogic", "Ends when"),
        ):
            if when := conditions(each, offered, items=tag, logic=logic):
                yield f"  - {words} {when}"
        yield from (f"  {line}" for line in _given(each, _STAGE_STEP))
