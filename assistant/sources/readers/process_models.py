"""Process models (BPMN 2.0) and decision models (DMN): what a diagram says, as text.

A process is a list of its activities, events and gateways in the order of the file, each with its
lane, its documentation and annotations, and where the flow goes on under which condition. A
decision table is a table: inputs, outputs and annotations, one rule a row. Names are the model's;
the kinds of element are called as the standards call them. Ids and the layout are left out.

Source of the formats: OMG, "Business Process Model and Notation (BPMN) 2.0" and "Decision Model
and Notation (DMN) 1.3".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_MODEL = re.compile(r"/spec/(?:BPMN|DMN)/", re.IGNORECASE)
_KIND = re.compile(r"(?:[tT]ask|Event|Gateway|[sS]ubProcess|transaction|callActivity)$")
_TEXT = re.compile(r'"[^"]*"')
ANY = "-"
"""What a decision table says of an input that does not matter (DMN)."""


def is_model(root: Element) -> bool:
    """Whether a document is a process or a decision model."""
    return tag_of(root) == "definitions" and bool(_MODEL.search(str(root.tag)))


def read_model(root: Element) -> Iterator[object]:
    """The records of a model: one document of its processes or decisions."""
    inner = list(root.iter())
    nodes = list(filter(_is_node, inner))
    decisions = [one for one in inner if tag_of(one) == "decision"]
    title = one_line(root.get("name", ""))
    if nodes:
        process = _Process(inner)
        title, text = title or process.title, process.markdown()
    else:
        title = title or (_name(decisions[0]) if len(decisions) == 1 else "")
        text = "\n\n".join(
            [*_inputs(root), *(block for one in decisions for block in _decision(one))]
        )
    heading = f"# {title}\n\n" if title else ""
    yield {"document": {"id": "", "title": title, "text": heading + text}}
    reader = "BPMN" if nodes else "DMN"
    yield {"report": {"reader": reader, "parts": len(nodes) or len(decisions)}}


# --- Processes --------------------------------------------------------------------------------


@dataclass
class _Process:
    """The elements of all processes of a model, by the ids by which they name each other."""

    inner: Sequence[Element]
    lanes: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    flows: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Source -> what the flow is called, or its condition, and its target."""

    def __post_init__(self) -> None:
        self._named = {one.get("id", ""): one for one in self.inner if one.get("id")}
        texts = {one.get("id", ""): text_of(one, "text") for one in self._all("textAnnotation")}
        for lane in self._all("lane"):
            for one in children(lane, "flowNodeRef"):
                self.lanes[text_of(one)] = _name(lane)
        for one in self._all("association"):
            source, target = one.get("sourceRef", ""), one.get("targetRef", "")
            for node, text in ((source, texts.get(target)), (target, texts.get(source))):
                if text:
                    self.notes[node].append(one_line(text))
        for one in (*self._all("sequenceFlow"), *self._all("messageFlow")):
            said = _name(one) or one_line(text_of(one, "conditionExpression"))
            self.flows[one.get("sourceRef", "")].append((said, one.get("targetRef", "")))

    @property
    def title(self) -> str:
        """The name of the only process, or of the only participant."""
        for kind in ("process", "participant"):
            names = {name for one in self._all(kind) if (name := _name(one))}
            if len(names) == 1:
                return names.pop()
        return ""

    def markdown(self) -> str:
        """An item for each element of a process but gateways that only join."""
        participants = {one.get("processRef"): _name(one) for one in self._all("participant")}
        processes = [one for one in self._all("process") if any(map(_is_node, one))]
        blocks = []
        for process in processes:
            if len(processes) > 1:
                named = _name(process) or participants.get(process.get("id")) or "Process"
                blocks.append(f"## {named}")
            said = (one_line(text_of(one)) for one in children(process, "documentation"))
            items = [f"- {one}" for one in said if one]
            items += [item for one in filter(_is_node, process.iter()) if (item := self._item(one))]
            blocks.append("\n".join(items))
        return "\n\n".join(blocks)

    def _item(self, node: Element) -> str:
        if self._joins(node):
            return ""
        identity = node.get("id", "")
        said = [one_line(text_of(one)) for one in children(node, "documentation")]
        said += self.notes[identity]
        said += [one_line(text_of(one)) for one in node if tag_of(one) == "timerEventDefinition"]
        where = [_words(tag_of(node)), self.lanes.get(identity, "")]
        attached = self._named.get(node.get("attachedToRef", ""))
        if attached is not None:
            where.append(f"on “{self._called(attached)}”")
        line = f"- **{self._called(node)}** ({', '.join(filter(None, where))})"
        if said := [one for one in said if one]:
            line += ": " + " ".join(said)
        lines = [line]
        for condition, target in self._next(identity):
            lines.append(f"  - {condition} → {target}" if condition else f"  - → {target}")
        return "\n".join(lines)

    def _joins(self, node: Element | None) -> bool:
        """Whether it is a gateway without name, and only one way out: it says nothing."""
        if node is None or not tag_of(node).endswith("Gateway") or _name(node):
            return False
        return len(self.flows[node.get("id", "")]) == 1

    def _next(self, identity: str) -> Iterator[tuple[str, str]]:
        """Where the flow goes on, past gateways that only join."""
        for condition, reference in self.flows[identity]:
            passed = {identity}
            while self._joins(self._named.get(reference)) and reference not in passed:
                passed.add(reference)
                said, reference = self.flows[reference][0]
                condition = condition or said
            if (target := self._named.get(reference)) is not None:
                yield condition, self._called(target)

    def _called(self, node: Element) -> str:
        return _name(node) or _words(tag_of(node))

    def _all(self, tag: str) -> Iterator[Element]:
        return (one for one in self.inner if tag_of(one) == tag)


def _is_node(element: Element) -> bool:
    return bool(_KIND.search(tag_of(element)))


def _words(tag: str) -> str:
    """The name of a kind of element as the standard's text has it: "exclusive gateway"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tag).casefold()


# --- Decisions --------------------------------------------------------------------------------


def _inputs(root: Element) -> Iterator[str]:
    """What the model says of the data that it is given."""
    for one in children(root, "inputData"):
        if said := text_of(one, "description"):
            yield f"- {_name(one)}: {one_line(said)}"


def _decision(decision: Element) -> Iterator[str]:
    yield f"## {_name(decision) or 'Decision'}"
    for path in (
        ("description",),
        ("question",),
        ("allowedAnswers",),
        ("literalExpression", "text"),
    ):
        if said := text_of(decision, *path):
            yield one_line(said)
    table = child(decision, "decisionTable")
    if table is None:
        return
    inputs = [
        one.get("label") or text_of(one, "inputExpression", "text")
        for one in children(table, "input")
    ]
    outputs = [
        one.get("label") or one.get("name") or _name(decision) for one in children(table, "output")
    ]
    rules = [_rule(one) for one in children(table, "rule")]
    annotated = any(rule[-1] for rule in rules)
    yield f"Hit policy: {table.get('hitPolicy', 'UNIQUE')}"
    header = [*inputs, *outputs, *(["Annotation"] if annotated else [])]
    rows = [rule if annotated else rule[:-1] for rule in rules]
    lines = [header, ["---"] * len(header), *rows]
    yield "\n".join("| " + " | ".join(map(_cell, row)) + " |" for row in lines)


def _rule(rule: Element) -> list[str]:
    """The entries of a rule, last what is said of it; texts without their quotation marks."""
    entries = [
        _TEXT.sub(lambda found: found[0][1:-1], text_of(one, "text")) or ANY
        for kind in ("inputEntry", "outputEntry")
        for one in children(rule, kind)
    ]
    said = [text_of(one) for one in children(rule, "description", "annotationEntry")]
    return [*entries, "; ".join(filter(None, said))]


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")


def _name(element: Element) -> str:
    return one_line(element.get("name", ""))
