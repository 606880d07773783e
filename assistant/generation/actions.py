"""An action taken apart into single instructions, each with what is seen once it is done."""

from __future__ import annotations

import re

from assistant.design.casing import definite, lower_start
from assistant.design.clauses import parse_clause
from assistant.design.nouns import is_plural
from assistant.design.people import head_noun
from assistant.design.verbs import is_base, participle
from assistant.design.wording import imperative
from assistant.generation.wording import QUOTED, capitalised, phrase

_OBJECT = r"(?:the|an?|their|its|his|her|[A-Z0-9\"“£$€])"
_JOINT = re.compile(
    r",? and then |, then |"
    rf",? and (?=(?P<verb>[a-z]+) {_OBJECT})|, (?=(?P<listed>[a-z]+) {_OBJECT})"
)
_PLAIN = frozenset({"enter", "select", "choose", "open", "add", "set", "tick", "upload", "type"})
"""Verbs whose effect is seen as it stands: "Select a tariff": "The tariff is selected"."""


def instruction(text: str) -> str:
    """What somebody does, or a situation to bring about, as an instruction.

    "As a Team Leader, unlock it" is one already.
    """
    bare = re.sub(r"^(?:when|and|then|if)\s+", "", phrase(text), flags=re.IGNORECASE)
    command = imperative(bare)
    if command:
        return command
    clause = parse_clause(bare)
    first = bare.split(" ", 1)[0]
    if clause is not None and clause.subject and not is_base(first) and first != "As":
        return f"Bring about this situation: {lower_start(bare)}"
    return bare


def instructions(action: str) -> list[str]:
    """The single instructions of an action, in order; one where it cannot be taken apart safely."""
    quoted = [match.span() for match in QUOTED.finditer(action)]
    parts = []
    start = 0
    for match in _JOINT.finditer(action):
        verb = match["verb"] or match["listed"]
        inside = any(a <= match.start() < b for a, b in quoted)
        if inside or (verb and not is_base(verb)) or not done(action[start : match.start()]):
            continue
        parts.append(action[start : match.start()])
        start = match.end()
    parts.append(action[start:])
    return [capitalised(phrase(part)) for part in parts if phrase(part)]


def done(action: str) -> str:
    """What is seen once an instruction is carried out; "" where it cannot be said safely."""
    verb, _, thing = phrase(action).partition(" ")
    if verb.casefold() not in _PLAIN or not re.match(r"(?:the|an?) |[A-Z]", thing):
        return ""
    be = "are" if is_plural(head_noun(thing) or thing) else "is"
    return f"{capitalised(definite(thing))} {be} {participle(verb.casefold())}"
