"""A Salesforce flow in words: when it starts, then its steps in the order in which they are taken.

Source of the format: Salesforce, "Metadata API Developer Guide", Flow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.salesforce_metadata.salesforce_criteria import conditions
from assistant.sources.readers.salesforce_metadata.salesforce_details import value_words, words_of
from assistant.sources.readers.salesforce_metadata.salesforce_flow_steps import (
    Step,
    is_step,
    step_lines,
)
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_SAVED = {
    "Create": "when a record is created", "Update": "when a record is updated",
    "CreateAndUpdate": "when a record is created or updated",
    "Delete": "when a record is deleted",
}  # fmt: skip
_TRIGGERS = {
    "RecordBeforeSave": "before it is saved", "RecordAfterSave": "after it is saved",
    "RecordBeforeDelete": "before it is deleted", "Scheduled": "on a schedule",
    "PlatformEvent": "on a platform event",
}  # fmt: skip
_PROCESS = {
    "onCreateOnly": "when a record is created",
    "onAllChanges": "when a record is created or edited",
}
"""When a process of Process Builder starts; it is kept as a flow without a start element."""


def flow_markdown(root: Element, name: str) -> str:
    """The flow as Markdown: its start, its steps in order, then formulas, texts and variables."""
    lines = [f"# Flow {text_of(root, 'label') or name}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    facts = [f"Type: {text_of(root, 'processType')}"]
    if status := text_of(root, "status"):
        facts.append(f"Status: {status}")
    if mode := text_of(root, "runInMode"):
        facts.append(f"Runs in {words_of(mode).lower()}")
    lines.extend([". ".join(facts) + ".", ""])
    names = _names(root)
    start = child(root, "start")
    choices = {text_of(e, "name"): e for e in children(root, "choices", "dynamicChoiceSets")}
    offered = {name: words for name, words in names.items() if name in choices}
    lines.extend(_start(start, names) if start is not None else _process(root))
    elements = {text_of(each, "name"): each for each in root if is_step(each)}
    first = _targets(start) if start is not None else []
    first += [text_of(each) for each in children(root, "startElementReference")]
    ordered = _in_order(elements, first)
    if ordered:
        lines.extend(["## Steps", ""])
        for number, key in enumerate(ordered, 1):
            lines.extend(step_lines(Step(elements[key], number, names, offered, choices)))
        lines.append("")
    reached = set(ordered)
    apart = [each for key, each in elements.items() if key not in reached]
    if apart:
        heading = "Steps that no connector leads to" if ordered else "Steps"
        lines.extend([f"## {heading}", ""])
        for each in apart:
            lines.extend(step_lines(Step(each, 0, names, offered, choices)))
        lines.append("")
    lines.extend(_definitions(root))
    return "\n".join(lines)


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


# --- Start and order --------------------------------------------------------------------------


def _start(start: Element, names: Mapping[str, str]) -> list[str]:
    where, when = text_of(start, "object"), text_of(start, "recordTriggerType")
    trigger, schedule = text_of(start, "triggerType"), child(start, "schedule")
    words = [f"Starts on {where}"] if where else ["Starts"] * bool(trigger or schedule is not None)
    words += [_SAVED.get(when, f"on {when}")] * bool(when)
    words += [_TRIGGERS.get(trigger, words_of(trigger).lower())] * bool(trigger)
    if schedule is not None:
        at = [text_of(schedule, tag) for tag in ("frequency", "startDate", "startTime")]
        words.append(f"({', '.join(filter(None, at))})")
    if formula := one_line(text_of(start, "filterFormula")):
        words.append(f"where `{formula}`")
    found = conditions(start, names, items="filters", left="field", logic="filterLogic")
    if found:
        words.append(f"where {found}")
    if text_of(start, "doesRequireRecordChangedToMeetCriteria") == "true":
        words.append("and only if the record was changed to meet this")
    lines = [" ".join(words) + ".", ""] if words else []
    if enters := text_of(start, "entryType"):
        lines[:0] = [f"Entry: {words_of(enters).lower()}.", ""]
    for path in children(start, "scheduledPaths"):
        lines.append(f"- {_path(path, names)}.")
    target = text_of(start, "connector", "targetReference")
    if target and lines and lines[-1].startswith("- "):
        lines.append(f"- At once: {names.get(target, target)}.")
    return [*lines, ""] if lines and lines[-1] else lines


def _path(path: Element, names: Mapping[str, str]) -> str:
    label = text_of(path, "label") or text_of(path, "name")
    target = text_of(path, "connector", "targetReference")
    if text_of(path, "pathType") == "AsyncAfterCommit":
        words = "Right after the record is saved, on its own"
    else:
        number = text_of(path, "offsetNumber") or "0"
        unit = text_of(path, "offsetUnit").lower() or "hours"
        side = "before" if number.startswith("-") else "after"
        source = text_of(path, "timeSource")
        since = text_of(path, "recordField") or {"RecordTriggerEvent": "the record is saved"}.get(
            source, words_of(source).lower()
        )
        words = f"{number.lstrip('-')} {unit} {side} {since or 'the start'}"
    named = f"{label}: {words}" if label else words
    return named + (f", then {names.get(target, target)}" if target else "")


def _process(root: Element) -> list[str]:
    values = {
        text_of(each, "name"): text_of(each, "value")
        for each in children(root, "processMetadataValues")
    }
    where, when = values.get("ObjectType", ""), values.get("TriggerType", "")
    words = [f"Starts on {where}"] * bool(where) + [_PROCESS.get(when, when)] * bool(when)
    return [" ".join(words) + ".", ""] if words else []


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


# --- What steps refer to ----------------------------------------------------------------------


def _definitions(root: Element) -> Iterator[str]:
    for tag, heading, of in (
        ("formulas", "Formulas", _formula),
        ("textTemplates", "Texts", _text),
        ("constants", "Constants", _constant),
        ("variables", "Variables", _variable),
    ):
        found = [line for each in children(root, tag) for line in of(each)]
        if found:
            yield from (f"## {heading}", "", *found, "")


def _formula(each: Element) -> Iterator[str]:
    about = one_line(text_of(each, "description"))
    yield (
        f"- {text_of(each, 'name')}: `{one_line(text_of(each, 'expression'))}`"
        + (f" ({about})" if about else "")
    )  # fmt: skip


def _text(each: Element) -> Iterator[str]:
    yield f"- {text_of(each, 'name')}:"
    yield from (
        f"  {line}".rstrip() for line in fragment_to_markdown(text_of(each, "text")).split("\n")
    )


def _constant(each: Element) -> Iterator[str]:
    yield f"- {text_of(each, 'name')} = {value_words(child(each, 'value'))}"


def _variable(each: Element) -> Iterator[str]:
    """Only what is given from outside, handed on, or has a value from the start."""
    roles = [word for word, tag in (("input", "isInput"), ("output", "isOutput"))
             if text_of(each, tag) == "true"]  # fmt: skip
    value = value_words(child(each, "value"))
    about = one_line(text_of(each, "description"))
    if roles or value:
        kind = text_of(each, "objectType") or text_of(each, "dataType")
        many = "several " if text_of(each, "isCollection") == "true" else ""
        facts = ", ".join(filter(None, [*roles, f"{many}{kind}"]))
        yield (
            f"- {text_of(each, 'name')} ({facts})"
            + (f" = {value}" if value else "")
            + (f": {about}" if about else "")
        )
