"""State transitions that a criterion states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from assistant.language.casing import one_line
from assistant.language.nouns import noun_core
from assistant.reading.rules import Rule

MAX_LENGTH = 1500
"""Characters of a rule beyond which no states are looked for in it."""

_NAMED = r"(?:[\"“'‘][^\"”'’\n]+[\"”'’]|[A-Z][\w-]*(?: (?:[A-Z][\w-]*|of|to(?= [A-Z][a-z]+ing)))*)"
_AFTER = (
    r"(?:when|if|once|after|before|and|or|by|to|from|as|only|upon|is|are|it|so|then|again|the|an?|while"
    r"|until|unless|within|status|state|[a-z]+ly)\b"
)
"""What comes after the name of a state and is no part of it."""
_ENDS = r"\s*(?:→|->|=>|⇒|[.,;:)|\n]|$)"
_WORDS = (
    r"(?:[\"“'‘][^\"”'’\n]+[\"”'’]"
    rf"|[A-Z][\w-]*(?: [A-Z][\w-]*)*(?={_ENDS}| {_AFTER}| (?:on|at|with|without)\b"
    r"| (?:for|in|of) (?:the\b|an?\b|all\b|each\b|[A-Z\d]))"
    rf"|[A-Z][\w-]*(?: (?!{_AFTER}|(?:for|on|in|at|of|with|without)\b)[\w-]+){{1,3}}"
    rf"(?={_ENDS}| (?!the\b|an?\b){_AFTER}))"
)
"""A state of one or several words ("On site"), as far as its end is certain."""
_ALONE = r"^(?!(?:The|An?|Any|Each|Every)\b)[A-Z][\w-]* [a-z][\w-]*"
"""A state of two words with which the text begins."""
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
    rf" (?:(?:status|state) )?(?P<end>{_WORDS})(?P<more>(?:(?:,| or|, or) {_NAMED})*)"
)
_FROM_PLAIN = re.compile(
    rf"(?P<thing>[^.;:\n]*?\b(?:status|state|stage|phase)\b[^.;:\n]*?) {_VERB}(?: back)?(?: only)?"
    rf" from (?P<start>{_PLAIN}) to (?P<end>{_PLAIN})(?P<more>)"
)
_AGAIN = re.compile(
    rf"\b(?:and|or|then|,)(?: then| back)? from (?P<start>{_NAMED}|{_PLAIN}) (?:back )?to"
    rf" (?P<end>{_NAMED}|{_PLAIN})"
)
_CHAIN = re.compile(
    rf"(?P<chain>(?:{_NAMED}|(?:(?<=[:;(]\s)|(?<=from )){_WORDS}|{_ALONE})"
    rf"(?: ?(?:→|->|=>|⇒) ?{_WORDS})+)"
)
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
    if len(text) > MAX_LENGTH or not re.search(r"\bfrom\b|→|->|=>|⇒", text):
        return ()
    found: list[Change] = []
    first = _FROM.search(text) or _FROM_PLAIN.search(text)
    if first:
        named = noun_core(re.sub(r"^.*,\s+", "", one_line(first["thing"])))
        thing = named or "it"
        ends = [first["end"], *re.findall(_NAMED, first["more"] or "")]
        found += [Change(thing, first["start"], end, _event(text, first.end())) for end in ends]
        for match in _AGAIN.finditer(text, first.end()):
            event = _event(text, match.end())
            found.append(Change(thing, match["start"], match["end"], event))
    else:
        for match in _CHAIN.finditer(text):
            states = re.split(r" ?(?:→|->|=>|⇒) ?", match["chain"])
            thing = _thing_before(text[: match.start()])
            found += [Change(thing, a, b) for a, b in pairwise(states)]
    return tuple(dict.fromkeys(found))


def _thing_before(lead: str) -> str:
    words = re.match(
        r"\W*(?P<thing>(?:the |an? )?[A-Za-z][\w ]{1,40}?)"
        r"(?: (?:follows?|goes|moves|passes|is|has)\b|:|$)",
        lead,
    )
    return words["thing"] if words else "status"


def _event(text: str, place: int) -> str:
    match = _EVENT.match(text[place:])
    return one_line(match["words"]) if match else ""
