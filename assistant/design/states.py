"""State transitions that a criterion states, and those that it does not allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.design.casing import capital, definite, lower_start, one_line
from assistant.design.drafts import Draft, given, spans_of
from assistant.design.people import noun_core
from assistant.design.rules import Rule
from assistant.design.situations import Situation, command_of, stage

MAX_INVALID = 6
"""Changes that must not happen, at most; a chain of many states has their square."""

MAX_LENGTH = 1500
"""Characters of a rule beyond which no states are looked for in it."""

_NAMED = r"(?:[\"“'‘][^\"”'’\n]+[\"”'’]|[A-Z][\w-]*(?: (?:[A-Z][\w-]*|of|to(?= [A-Z][a-z]+ing)))*)"
_PLAIN = (
    r"(?!the\b|a\b|an\b|its\b|one\b|any\b)[a-z][a-z-]+"
    r"(?: (?!when|if|once|after|and|or|by|to|as|only|upon|on|at|in)[a-z-]+)?"
)
_VERB = (
    r"(?:changes?|moves?|goes|go|transitions?|switches|is (?:changed|updated|moved|set|transferred)"
    r"|progress(?:es)?|passes|(?:can|may|must|will|shall|should)(?: only)? (?:be )?(?:changed?"
    r"|moved?|go|switch(?:ed)?|transition(?:ed)?|pass|progress))"
)
_FROM = re.compile(
    rf"(?P<thing>(?<![^\s(])[^.;:\n]{{0,80}}?) {_VERB}(?: back)?(?: its status| status)?"
    rf"(?: only)? from (?:(?:status|state|the status|the state) )?(?P<start>{_NAMED}) (?:in)?to"
    rf" (?:(?:status|state) )?(?P<end>{_NAMED})(?P<more>(?:(?:,| or|, or) {_NAMED})*)"
)
_FROM_PLAIN = re.compile(
    rf"(?P<thing>[^.;:\n]*?\b(?:status|state|stage|phase)\b[^.;:\n]*?) {_VERB}(?: back)?(?: only)?"
    rf" from (?P<start>{_PLAIN}) to (?P<end>{_PLAIN})(?P<more>)"
)
_AGAIN = re.compile(
    rf"\b(?:and|or|then|,)(?: then| back)? from (?P<start>{_NAMED}|{_PLAIN}) (?:back )?to"
    rf" (?P<end>{_NAMED}|{_PLAIN})"
)
_CHAIN = re.compile(rf"(?P<chain>{_NAMED}(?: ?(?:→|->|=>|⇒|>) ?{_NAMED})+)")
_EVENT = re.compile(
    r"^\s*,?\s*(?:when|once|if|after|as soon as)\s+(?P<words>[^;.\n]+?)"
    r"(?=,? and from|[;.\n]|$)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """``thing`` changes from ``start`` to ``end``; ``event`` is what brings it about."""

    thing: str
    start: str
    end: str
    event: str = ""


def find_transitions(rule: Rule) -> tuple[Change, ...]:
    """The changes of state that a rule states, in order."""
    text = rule.whole.text if rule.scenario is None else rule.effect.text
    if len(text) > MAX_LENGTH or not re.search(r"\bfrom\b|→|->|=>|⇒|>", text):
        return ()
    found: list[Change] = []
    first = _FROM.search(text) or _FROM_PLAIN.search(text)
    if first:
        named = noun_core(re.sub(r"^.*,\s+", "", one_line(first["thing"])))
        thing = definite(named) if named else "it"
        ends = [first["end"], *re.findall(_NAMED, first["more"] or "")]
        found += [Change(thing, first["start"], end, _event(text, first.end())) for end in ends]
        for match in _AGAIN.finditer(text, first.end()):
            event = _event(text, match.end())
            found.append(Change(thing, match["start"], match["end"], event))
    else:
        for match in _CHAIN.finditer(text):
            states = re.split(r" ?(?:→|->|=>|⇒|>) ?", match["chain"])
            thing = _thing_before(text[: match.start()])
            found += [Change(thing, a, b) for a, b in pairwise(states)]
    return tuple(dict.fromkeys(found))


def _thing_before(lead: str) -> str:
    words = re.match(
        r"\W*(?P<thing>(?:the |an? )?[A-Za-z][\w ]{1,40}?)"
        r"(?: (?:follows?|goes|moves|passes|is|has)\b|:|$)",
        lead,
    )
    return definite(words["thing"]) if words else "the status"


def _event(text: str, place: int) -> str:
    match = _EVENT.match(text[place:])
    return one_line(match["words"]) if match else ""


def transitions(rule: Rule) -> Iterator[Draft]:
    """Each stated change of state, and changes that the criterion does not state."""
    changes = find_transitions(rule)
    if not changes:
        return
    situation = stage(given(rule), rule.effect.text)
    if len(changes) == 1:
        yield from _one_change(rule, changes[0], situation)
        return
    for change in changes:
        yield _moved(rule, change)
    yield from _not_moved(rule, changes)


def _one_change(rule: Rule, change: Change, situation: Situation) -> Iterator[Draft]:
    thing, start, end = change.thing, change.start, change.end
    values = (("from state", start), ("to state", end))
    if start not in situation.precondition:
        before = f"{capital(thing)} is {start}"
        yield Draft(
            "state transition", True, f"{capital(thing)} changes from {start} to {end}",
            Situation(_both(before, situation.precondition), situation.action),
            f"{capital(thing)} is {end}", spans_of(rule), priority="High", variables=values,
        )  # fmt: skip
    other = (
        situation.precondition.replace(start, end)
        if start in situation.precondition
        else f"{capital(thing)} is {end}"
    )
    yield Draft(
        "state transition", False, f"{capital(thing)} does not change when it is already {end}",
        Situation(other, situation.action), f"{capital(thing)} stays {end}", spans_of(rule),
        variables=(("from state", end), ("to state", end)),
    )  # fmt: skip


def _moved(rule: Rule, change: Change) -> Draft:
    thing = change.thing
    command = command_of(change.event) if change.event else None
    action = command or f"Move {thing} to {change.end}"
    return Draft(
        "state transition", True, f"{capital(thing)} changes from {change.start} to {change.end}",
        Situation(f"{capital(thing)} is {change.start}", action),
        f"{capital(thing)} is {change.end}", spans_of(rule), priority="High",
        variables=(("from state", change.start), ("to state", change.end)),
    )  # fmt: skip


def _not_moved(rule: Rule, changes: tuple[Change, ...]) -> Iterator[Draft]:
    """Changes between the states named that are not among those stated."""
    states = list(dict.fromkeys(state for c in changes for state in (c.start, c.end)))
    stated = {(change.start, change.end) for change in changes}
    thing = changes[0].thing
    unstated = [
        (start, end) for start in states for end in states
        if start != end and (start, end) not in stated
    ]  # fmt: skip
    for start, end in unstated[:MAX_INVALID]:
        made = _moved(rule, Change(thing, start, end))
        yield replace(
            made, valid=False, priority="Medium", weight=1,
            statement=f"{capital(thing)} cannot change from {start} to {end}",
            situation=Situation(made.situation.precondition, f"Try to move {thing} to {end}"),
            expected=f"{capital(thing)} stays {start}",
        )  # fmt: skip


def _both(first: str, second: str) -> str:
    return f"{first} and {lower_start(second)}" if second else first
