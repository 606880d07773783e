"""Effects that are said another way than they are tested, in the words that they are tested by.

"No user can delete it" refuses a user, "The Subject must not be empty" asks for one, "Shall write a
message" leaves the system unsaid. Every span ends where the words end that it stands for.
"""

from __future__ import annotations

import re

from assistant.design.attributes import find_mandatory
from assistant.design.casing import capital, indefinite
from assistant.design.clauses import parse_clause
from assistant.design.nouns import is_plural
from assistant.design.people import head_noun, noun_core
from assistant.design.quantities import find_quantities
from assistant.design.sentences import Span
from assistant.design.verbs import participle
from assistant.design.wording import negation

_NO_SUBJECT = re.compile(
    r"(?:shall|must|should|will|may) (?!I\b|we\b|the\b|a\b|an\b)[a-z]+\b", re.IGNORECASE
)
_PASSIVE_DUTY = re.compile(r"\w+ (?:not |never |always |only )?be\b", re.IGNORECASE)


def with_subject(effect: Span) -> Span:
    """ "Shall write a message when errors occur": a duty with the subject that it leaves out."""
    if not _NO_SUBJECT.match(effect.text):
        return effect
    subject = "It" if _PASSIVE_DUTY.match(effect.text) else "The system"
    said = f"{subject} {effect.text[0].lower()}{effect.text[1:]}"
    return Span(said, effect.end - len(said), effect.end)


_NONE = re.compile(
    r"(?:no|neither (?P<first>(?:[\w-]+ ){0,3}[\w-]+) nor)"
    r" (?!(?:longer|more|less|later|earlier|other|one)\b)",
    re.IGNORECASE,
)


_ONLY_LAST = re.compile(
    r"(?P<before>.+? (?:can|may|must|shall|should|could) (?:be able to )?[a-z-]+) (?P<what>[^,;:]*"
    r"\bown\b[^,;:]*?),? only$",
    re.IGNORECASE,
)


def only_in_front(effect: Span) -> Span:
    """ "Reps can edit their own cases only" as "Reps can edit only their own cases"."""
    last = _ONLY_LAST.match(effect.text)
    if last is None:
        return effect
    said = f"{last['before']} only {last['what']}"
    return Span(said, effect.end - len(said), effect.end)


_EMPTY = re.compile(
    r"^(?P<field>.{2,80}?) (?:must not|mustn['’]t|cannot|can['’]t|can not|may not|shall not"
    r"|should not) be (?:left |kept )?(?:empty|blank|unfilled)$",
    re.IGNORECASE,
)


_CONTAINER = re.compile(r"\b(?:cart|basket|trolley|list|queue|inbox|folder|table|bin)$", re.I)


_REJECTS = re.compile(
    r"(?:the |our |this )?(?:system|app|application|portal|website|site|platform|service|software)"
    r" (?:(?:must|shall|should|will|has to|needs to) (?:automatically )?)?"
    r"(?P<verb>reject|refuse|decline)s? (?P<thing>[^,;:]+)$",
    re.IGNORECASE,
)


def rejected(effect: Span) -> Span:
    """ "The system rejects files over 8 MB" as "files over 8 MB are rejected"."""
    found = _REJECTS.match(effect.text)
    if found is None:
        return effect
    thing = found["thing"].rstrip(" .")
    be = "are" if is_plural(head_noun(noun_core(thing))) else "is"
    said = f"{thing} {be} {participle(found['verb'].lower())}"
    start = effect.start + found.start("thing")
    return Span(said, start, start + len(said))


def empty_as_missing(effect: Span) -> Span:
    """ "The Subject must not be empty" as what it asks for: "The Subject must be entered"."""
    empty = _EMPTY.match(effect.text)
    if empty is None:
        return effect
    said = f"{empty['field']} must be entered"
    if _CONTAINER.search(empty["field"]) or find_mandatory(parse_clause(said)) is None:
        return effect
    return Span(said, effect.end - len(said), effect.end)


def none_as_denial(effect: Span) -> Span:
    """ "No user can delete it" as "A user cannot delete it": what is refused, and to whom.

    A limit bears the denial itself ("no shift may last longer than 12 hours").
    """
    none = _NONE.match(effect.text)
    if none is None or any(quantity.is_limit for quantity in find_quantities(effect.text)):
        return effect
    rest = effect.text[none.end() :]
    rest = f"{none['first']} or {rest}" if none["first"] else rest
    clause = parse_clause(rest)
    if clause is None or clause.negated or clause.form not in ("present", "modal", "be", "perfect"):
        return effect
    if not is_plural(head_noun(clause.subject)):
        rest = indefinite(clause.subject) + rest[len(clause.subject) :]
    denied = negation(capital(rest))
    return Span(denied, effect.start, effect.end) if denied else effect
