"""A Salesforce flow in words: its decisions with their conditions, its steps, its messages."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from assistant.sources.readers.html import to_markdown
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_STEPS = {
    "recordCreates": "creates a record", "recordUpdates": "updates records",
    "recordDeletes": "deletes records", "recordLookups": "looks up records",
    "assignments": "assigns values", "actionCalls": "calls an action", "subflows": "runs a flow",
    "screens": "shows a screen", "loops": "repeats over records",
}  # fmt: skip
_OPERATORS = {
    "EqualTo": "is", "NotEqualTo": "is not", "GreaterThan": "is greater than",
    "LessThan": "is less than", "GreaterThanOrEqualTo": "is at least",
    "LessThanOrEqualTo": "is at most", "IsNull": "is empty:", "IsChanged": "has changed:",
    "Contains": "contains", "StartsWith": "starts with", "EndsWith": "ends with",
}  # fmt: skip


def flow_markdown(root: Element, name: str) -> str:
    """The flow as Markdown: start, decisions, steps and screens by their labels."""
    lines = [f"# Flow {text_of(root, 'label') or name}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    status = text_of(root, "status")
    facts = [f"Type: {text_of(root, 'processType')}"] + [f"Status: {status}"] * bool(status)
    lines.extend([". ".join(facts) + ".", ""])
    labels = {
        text_of(each, "name"): text_of(each, "label") or text_of(each, "name")
        for each in root
        if text_of(each, "name")
    }
    start = child(root, "start")
    if start is not None:
        lines.extend(_start(start))
    decisions = [line for each in children(root, "decisions") for line in _decision(each, labels)]
    if decisions:
        lines.extend(["## Decisions", "", *decisions, ""])
    steps = [line for each in root if tag_of(each) in _STEPS for line in _step(each, labels)]
    if steps:
        lines.extend(["## Steps", "", *steps, ""])
    formulas = [
        f"- {text_of(each, 'name')}: `{one_line(text_of(each, 'expression'))}`"
        + (f" ({one_line(text_of(each, 'description'))})" if text_of(each, "description") else "")
        for each in children(root, "formulas")
    ]
    if formulas:
        lines.extend(["## Formulas", "", *formulas, ""])
    return "\n".join(lines)


def _start(start: Element) -> list[str]:
    where, when = text_of(start, "object"), text_of(start, "recordTriggerType")
    conditions = [_condition(each, "field") for each in children(start, "filters")]
    words = [f"Starts on {where}"] * bool(where) + [f"on {when}"] * bool(when)
    if conditions:
        words.append("where " + " and ".join(conditions))
    return [" ".join(words) + ".", ""] if words else []


def _decision(element: Element, labels: dict[str, str]) -> list[str]:
    lines = [f"- {text_of(element, 'label') or text_of(element, 'name')}:"]
    for rule in children(element, "rules"):
        joiner = f" {text_of(rule, 'conditionLogic') or 'and'} "
        conditions = [
            _condition(each, "leftValueReference") for each in children(rule, "conditions")
        ]
        outcome = text_of(rule, "label") or text_of(rule, "name")
        lines.append(f"  - If {joiner.join(conditions)}: {outcome}{_next(rule, labels)}.")
    default = text_of(element, "defaultConnectorLabel") or "Default"
    target = text_of(element, "defaultConnector", "targetReference")
    then = f", then {labels.get(target, target)}" if target else ""
    lines.append(f"  - Otherwise: {default}{then}.")
    return lines


def _condition(element: Element, left: str) -> str:
    operator = text_of(element, "operator")
    right = one_line(text_of(element, "rightValue") or text_of(element, "value"))
    if operator == "IsNull" and right in {"true", "false"}:
        operator, right = ("", "is empty" if right == "true" else "is not empty")
    words = _OPERATORS.get(operator, operator)
    return " ".join(part for part in (one_line(text_of(element, left)), words, right) if part)


def _next(element: Element, labels: dict[str, str]) -> str:
    target = text_of(element, "connector", "targetReference")
    return f", then {labels.get(target, target)}" if target else ""


def _step(element: Element, labels: dict[str, str]) -> list[str]:
    label = text_of(element, "label") or text_of(element, "name")
    what = text_of(element, "object") or text_of(element, "actionName") or text_of(
        element, "flowName"
    )  # fmt: skip
    line = f"- {label}: {_STEPS[tag_of(element)]}" + (f" ({what})" if what else "")
    lines = [f"{line}{_next(element, labels)}."]
    fault = text_of(element, "faultConnector", "targetReference")
    if fault:
        lines.append(f"  - On an error: {labels.get(fault, fault)}.")
    for each in children(element, "inputAssignments", "assignmentItems"):
        name = text_of(each, "field") or text_of(each, "assignToReference")
        lines.append(f"  - {name} = {one_line(text_of(each, 'value'))}")
    for each in children(element, "fields"):
        words = to_markdown(text_of(each, "fieldText")) or text_of(each, "name")
        required = " (required)" if text_of(each, "isRequired") == "true" else ""
        if words:
            lines.append(f"  - Field {one_line(words)}{required}")
    return lines
