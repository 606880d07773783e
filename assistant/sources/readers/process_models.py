"""Process models (BPMN 2.0) and decision models (DMN): what a diagram says, as text.

A process is a list of its activities, events and gateways in the order of the file, each with its
lane, its documentation and annotations, and where the flow goes on under which condition. A
decision table is a table: inputs, outputs and annotations, one rule a row; other expressions are
their entries by name. Names are the model's; the kinds of element are called as the standards call
them. Ids and the layout are left out.

Source of the formats: OMG, "Business Process Model and Notation (BPMN) 2.0" and "Decision Model
and Notation (DMN) 1.3".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from assistant.sources.markdown_tables import markdown_table
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_MODEL = re.compile(r"/spec/(?:BPMN|DMN)/", re.IGNORECASE)
_KIND = re.compile(r"(?:[tT]ask|Event|Gateway|[sS]ubProcess|transaction|callActivity)$")
_DECISIONS = ("decision", "businessKnowledgeModel")
_TEXT = re.compile(r'"[^"]*"')
ANY = "-"
"""What a decision table says of an input that does not matter (DMN)."""


def read_model(root: Element) -> list[object] | None:
    """The records of a model: one document of its processes or decisions.

    ``None`` for any other document, and for a model that has neither.
    """
    if tag_of(root) != "definitions" or not _MODEL.search(str(root.tag)):
        return None
    inner = list(root.iter())
    nodes = list(filter(_is_node, inner))
    decisions = [one for one in inner if tag_of(one) in _DECISIONS]
    title = one_line(root.get("name", ""))
    if nodes:
        process = _Process(inner)
        title, text = title or process.title, process.markdown()
    else:
        title = title or (_name(decisions[0]) if len(decisions) == 1 else "")
        text = "\n\n".join(
            [*_inputs(root), *(block for one in decisions for block in _decision(one))]
        )
    if not text:
        return None
    heading = f"# {title}\n\n" if title else ""
    reader = "BPMN" if nodes else "DMN"
    return [
        {"document": {"id": "", "title": title, "text": heading + text}},
        {"report": {"reader": reader, "parts": len(nodes) or len(decisions)}},
    ]


# --- Processes --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Flow:
    """Where it leads, what it is called with its condition, and what is remarked on it."""

    target: str
    said: str
    remarks: str


@dataclass
class _Process:
    """The elements of all processes of a model, by the ids by which they name each other."""

    inner: Sequence[Element]
    lanes: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    flows: dict[str, list[_Flow]] = field(default_factory=lambda: defaultdict(list))
    """By the source."""
    loose: dict[Element, str] = field(default_factory=dict)
    """Annotations that stand beside nothing that is listed."""

    def __post_init__(self) -> None:
        self._named = {one.get("id", ""): one for one in self.inner if one.get("id")}
        for lane in self._all("lane"):
            for one in children(lane, "flowNodeRef"):
                self.lanes[text_of(one)] = _name(lane)
        flows = [*self._all("sequenceFlow"), *self._all("messageFlow")]
        self._annotate([one for one in flows if self._is_listed(one)])
        for one in flows:
            name, condition = _name(one), one_line(text_of(one, "conditionExpression"))
            said = f"{name} ({condition})" if name and condition else name or condition
            flow = _Flow(one.get("targetRef", ""), said, " ".join(self._remarks(one)))
            self.flows[one.get("sourceRef", "")].append(flow)

    def _annotate(self, flows: Sequence[Element]) -> None:
        """Put each annotation to the nodes and ``flows`` that it is attached to."""
        annotations = {one.get("id", ""): one for one in self._all("textAnnotation")}
        texts = {key: one_line(text_of(one, "text")) for key, one in annotations.items()}
        self.loose = {one: text for key, one in annotations.items() if (text := texts[key])}
        listed = {one.get("id", "") for one in (*filter(_is_node, self.inner), *flows)}
        for one in self._all("association"):
            source, target = one.get("sourceRef", ""), one.get("targetRef", "")
            for node, key in ((source, target), (target, source)):
                if node in listed and texts.get(key):
                    self.notes[node].append(texts[key])
                    self.loose.pop(annotations[key], None)

    def _is_listed(self, flow: Element) -> bool:
        source = self._named.get(flow.get("sourceRef", ""))
        return source is not None and _is_node(source) and flow.get("targetRef", "") in self._named

    def _remarks(self, element: Element) -> list[str]:
        """The documentation and the annotations of an element."""
        said = [one_line(text_of(one)) for one in children(element, "documentation")]
        return [*filter(None, said), *self.notes[element.get("id", "")]]

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
            items += [f"- {self.loose.pop(one)}" for one in process.iter() if one in self.loose]
            blocks.append("\n".join(items))
        if blocks and self.loose:
            blocks.insert(0, "\n".join(f"- {text}" for text in self.loose.values()))
        return "\n\n".join(blocks)

    def _item(self, node: Element) -> str:
        if self._joins(node):
            return ""
        identity = node.get("id", "")
        said = self._remarks(node)
        said += [one_line(text_of(one)) for one in node if tag_of(one) == "timerEventDefinition"]
        where = [_words(tag_of(node)), self.lanes.get(identity, "")]
        attached = self._named.get(node.get("attachedToRef", ""))
        if attached is not None:
            where.append(f"on “{self._called(attached)}”")
        line = f"- **{self._called(node)}** ({', '.join(filter(None, where))})"
        if said := [one for one in said if one]:
            line += ": " + " ".join(said)
        lines = [line]
        for flow, target in self._next(identity):
            way = f"{flow.said} → {target}" if flow.said else f"→ {target}"
            lines.append(f"  - {way}: {flow.remarks}" if flow.remarks else f"  - {way}")
        return "\n".join(lines)

    def _joins(self, node: Element | None) -> bool:
        """Whether it is a gateway with one way out only, and neither of them says anything."""
        if node is None or not tag_of(node).endswith("Gateway") or _name(node):
            return False
        ways = self.flows[node.get("id", "")]
        return len(ways) == 1 and not (ways[0].said or ways[0].remarks or self._remarks(node))

    def _next(self, identity: str) -> Iterator[tuple[_Flow, str]]:
        """Where the flow goes on, past gateways that only join."""
        for flow in self.flows[identity]:
            reference, passed = flow.target, {identity}
            while self._joins(self._named.get(reference)) and reference not in passed:
                passed.add(reference)
                reference = self.flows[reference][0].target
            if (target := self._named.get(reference)) is not None:
                yield flow, self._called(target)

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
    for name in ("description", "question", "allowedAnswers"):
        if said := text_of(decision, name):
            yield one_line(said)
    yield from _logic(decision, _name(decision))


def _logic(holder: Element, called: str) -> Iterator[str]:
    """The expressions in an element: a text, a table, or entries with the names that they have."""
    if parameters := [_name(one) for one in children(holder, "formalParameter")]:
        yield f"Parameters: {', '.join(parameters)}"
    for one in holder:
        match tag_of(one):
            case "literalExpression":
                if said := text_of(one, "text"):
                    yield one_line(said)
            case "decisionTable":
                yield from _decision_table(one, called)
            case "relation":
                header = [_name(column) for column in children(one, "column")]
                yield _table([header, *(list(_logic(row, "")) for row in children(one, "row"))])
            case "contextEntry" | "binding":
                yield from _entry(one)
            case "encapsulatedLogic" | "functionDefinition" | "context" | "invocation" | "list":
                yield from _logic(one, called)


def _entry(entry: Element) -> Iterator[str]:
    """An item for a named text; the name above any other expression."""
    name = next((_name(one) for one in children(entry, "variable", "parameter")), "")
    said = list(_logic(entry, name))
    if child(entry, "literalExpression") is not None:
        yield from (f"- {name}: {one}" if name else f"- {one}" for one in said)
    else:
        yield from [f"- {name}:", *said] if name else said


def _decision_table(table: Element, called: str) -> Iterator[str]:
    inputs = [
        one.get("label") or text_of(one, "inputExpression", "text")
        for one in children(table, "input")
    ]
    outputs = [one.get("label") or one.get("name") or called for one in children(table, "output")]
    rules = [_rule(one) for one in children(table, "rule")]
    annotated = any(rule[-1] for rule in rules)
    yield f"Hit policy: {table.get('hitPolicy', 'UNIQUE')}"
    header = [*inputs, *outputs, *(["Annotation"] if annotated else [])]
    yield _table([header, *(rule if annotated else rule[:-1] for rule in rules)])


def _table(rows: Sequence[Sequence[str]]) -> str:
    return markdown_table([list(map(one_line, row)) for row in rows])


def _rule(rule: Element) -> list[str]:
    """The entries of a rule, last what is said of it; texts without their quotation marks."""
    entries = [
        _TEXT.sub(lambda found: found[0][1:-1], text_of(one, "text")) or ANY
        for kind in ("inputEntry", "outputEntry")
        for one in children(rule, kind)
    ]
    said = [text_of(one) for one in children(rule, "description", "annotationEntry")]
    return [*entries, "; ".join(filter(None, said))]


def _name(element: Element) -> str:
    return one_line(element.get("name", ""))
