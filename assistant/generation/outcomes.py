"""An expected outcome taken apart: what is seen at once, what is checked later, what lasts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.design.casing import lower_start
from assistant.design.clauses import parse_clause
from assistant.design.joining import coordinated
from assistant.design.people import is_person
from assistant.design.verbs import base_of_participle
from assistant.generation.wording import QUOTED, capitalised, phrase, says, stem, stem_set

_SHOWN = re.compile(
    r"\b(?:message|error|warning|notification|banner|alert|shown|displayed|shows?|displays?|sees?|"
    r"appears?|reads?)\b",
    re.IGNORECASE,
)
_LASTING = stem_set(
    """save create add set update change grant approve cancel remove register record write store
    assign link apply release lock unlock complete post waive agree delete mark move enable disable
    activate deactivate schedule book reserve archive"""
)
_BE = re.compile(r"\b(is|are|has been|have been)\b(?! (?:still|not)\b)")
_CAN_BE = re.compile(
    r"\b(?:can|may|could) (?P<adverb>(?:only|also|still) )?be (?=(?P<verb>[a-z]+))"
)
_CANNOT_BE = re.compile(r"\b(?:cannot|can't|can not|may not|must not) be (?=(?P<verb>[a-z]+))")
_AT_ONCE = re.compile(r",? (?:at once|immediately|automatically|straight away|instantly)\b")
_KEPT = re.compile(r" (?:with|as|to|in|on|for) (?!\w+ \d)")
"""What belongs to a lasting state; conditions of the act ("within 14 days") do not."""

_CHANGES = re.compile(
    r"(?P<subject>[^,;]{2,80}?)\s+(?:changes?|moves?|goes|switches|is (?:changed|set|moved))\s+"
    r"(?:from\s+(?P<old>\S.*?)\s+)?to\s+"
    r"(?P<new>\"[^\"]+\"|“[^”]+”|'[^']+'|[A-Z][\w-]*(?: [A-Z][\w-]*)*)",
)
_REFUSED = re.compile(
    r"\b(?:refused|rejected|declined|denied|blocked|prevented|"
    r"(?:not|cannot be|never) (?:be )?(?:saved|created|added|set|updated|changed|granted|approved|"
    r"accepted|cancelled|removed|registered|recorded|submitted|stored|assigned|completed|posted|"
    r"deleted|sent|allowed))\b",
    re.IGNORECASE,
)
_SEEING = frozenset({"see", "receive", "get", "view", "find", "read"})
_PRONOUNS = frozenset({"it", "they", "he", "she", "this", "that", "these", "those", "there", "i"})


@dataclass(frozen=True)
class Check:
    """Something to look at after the act, and what is to be seen there."""

    action: str
    expected: str


def split_outcome(expected: str) -> tuple[str, tuple[Check, ...]]:
    """``(seen at once, checks)``: further facts of an outcome become checks of their own.

    A message is what is seen at once; an outcome that cannot be read stays whole.
    """
    whole = phrase(expected)
    parts = [phrase(part) for part in coordinated(whole) if phrase(part)]
    if len(parts) < 2 or any(parse_clause(part) is None for part in parts):
        return whole, ()
    shown = [part for part in parts if _SHOWN.search(QUOTED.sub(" ", part))]
    seen = shown[0] if shown else parts[0]
    return seen, tuple(check_of(part) for part in parts if part is not seen)


def check_of(fact: str) -> Check:
    """How a fact is checked: by looking at what it speaks of."""
    clause = parse_clause(fact)
    subject = phrase(clause.subject) if clause else ""
    if not subject or len(subject) > 90 or subject.casefold() in _PRONOUNS:
        return Check("Check the further outcome", fact)
    if is_person(subject) and clause and clause.verb in _SEEING:
        return Check(f"Check what {lower_start(subject)} gets to see", fact)
    subject = re.sub(r"^(?:a|an|no|any|each|every) ", "the ", subject, flags=re.IGNORECASE)
    return Check(f"Check {lower_start(subject)}", fact)


def observable(expected: str) -> str:
    """What can be seen of a possibility once it is tried: "can be saved" -> "is saved"."""
    clause = parse_clause(expected)
    if clause is None or QUOTED.search(expected):
        return expected
    be = "are" if clause.plural else "is"
    for pattern, said in ((_CANNOT_BE, f"{be} not "), (_CAN_BE, f"{be} ")):
        match = pattern.search(expected)
        if match and base_of_participle(match["verb"]):
            return expected[: match.start()] + said + expected[match.end() :]
    return expected


def lasting(expected: str) -> str:
    """The outcome as it is found again later ("is still saved ..."), or "" where none lasts."""
    clause = parse_clause(expected)
    if clause is None or clause.negated or says(expected)[1]:
        return ""
    first = next((w for w in clause.tail.split() if base_of_participle(w.strip(",."))), "")
    if not first or stem(first.strip(",.")) not in _LASTING:
        return ""
    quoted = [match.span() for match in QUOTED.finditer(expected)]
    for match in _BE.finditer(expected, len(clause.subject)):
        if not any(start <= match.start() < end for start, end in quoted):
            after = expected.find(first, match.end(1)) + len(first)
            rest = expected[after:]
            kept = rest if _KEPT.match(rest) else ""
            said = f"{expected[: match.end(1)]} still{expected[match.end(1) : after]}{kept}"
            return _AT_ONCE.sub("", said).rstrip(" ,")
    return ""


def state_after(expected: str) -> str:
    """The state that a change of status leaves behind ('The status is "Active"'), or ""."""
    for part in coordinated(phrase(expected)):
        match = _CHANGES.search(part)
        if match is not None and not says(QUOTED.sub(" ", part))[1]:
            return f"{capitalised(phrase(match['subject']))} is {match['new'].strip()}"
    return ""


def subject_of(expected: str) -> str:
    """The thing that an outcome speaks of, "" where it is a person or cannot be read."""
    clause = parse_clause(expected)
    subject = phrase(clause.subject) if clause else ""
    plain = re.fullmatch(r"The (?:[\w'’-]+ ){0,3}[\w'’-]+", subject)
    return "" if plain is None or is_person(subject) else subject


def refuses_change(expected: str) -> bool:
    """Whether an outcome refuses something that would have changed data."""
    return bool(_REFUSED.search(QUOTED.sub(" ", expected)))
