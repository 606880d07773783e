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

_OBJECT = (
    r"(?:(?:in|out|on|up) )?(?:the|an?|their|its|his|her|at (?:least|most)|(?:more|fewer|less) than"
    r"|no|another|[A-Z0-9\"“£$€])"
)
_JOINT = re.compile(
    r",? and then |, then |,? and (?=try to )"
    rf"|,? and (?=(?P<verb>[a-z]+) {_OBJECT})|, (?=(?P<listed>[a-z]+) {_OBJECT})"
)
_PLAIN = frozenset({"enter", "select", "choose", "open", "add", "set", "tick", "upload", "type"})
"""Verbs whose effect is seen as it stands: "Select a tariff": "The tariff is selected"."""
_AMOUNT = re.compile(r"(?:at (?:least|most)|(?:more|fewer|less) than) |\d")
_THING = re.compile(rf"(?:the|an?|another) |[A-Z]|{_AMOUNT.pattern}")
_LEFT = re.compile(r"leave (?P<field>.+) empty", re.IGNORECASE)
_FILLED = re.compile(r"fill in (?P<fields>.+)", re.IGNORECASE)
_WAITED = re.compile(r"wait (?:for )?(?P<time>\d+ [a-z]+)", re.IGNORECASE)


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
    said = phrase(action)
    left, filled, waited = (one.fullmatch(said) for one in (_LEFT, _FILLED, _WAITED))
    if left:
        return f"{_is(left['field'])} empty"
    if filled:
        return f"{_is(filled['fields'])} filled in"
    if waited:
        have = "has" if re.match(r"1 ", waited["time"]) else "have"
        return f"{waited['time']} {have} passed"
    verb, _, thing = said.partition(" ")
    if verb.casefold() not in _PLAIN or not _THING.match(thing):
        return ""
    return f"{_is(thing)} {participle(verb.casefold())}"


def _is(thing: str) -> str:
    """The start of a sentence about a thing: "The tariff is", "2 photos are"."""
    be = "are" if is_plural(head_noun(thing) or thing) else "is"
    return f"{capitalised(thing if _AMOUNT.match(thing) else definite(thing))} {be}"
