"""How a plain capability fails: by another role, or in the way its verb can fail.

"Users can search products by name" has no condition to break, yet every tester tries the search
that finds nothing. One table says it for each family of verbs, in the criterion's own nouns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.design.capabilities import find_capability, lacks_role
from assistant.design.casing import capital, definite, impersonal, lower_start, one_line
from assistant.design.clauses import Clause, parse_clause
from assistant.design.drafts import Draft, failing
from assistant.design.joining import clauses_of, coordinated
from assistant.design.lexicon import word_set
from assistant.design.nouns import is_plural
from assistant.design.people import head_noun, is_person
from assistant.design.quantities import find_quantities
from assistant.design.rules import Rule
from assistant.design.situations import Situation
from assistant.design.values import bare
from assistant.design.verbs import is_base, participle
from assistant.design.wording import negation


@dataclass(frozen=True, slots=True)
class _Family:
    verbs: frozenset[str]
    statement: str
    action: str
    expected: str


_FAMILIES = (
    _Family(
        word_set("search find filter look browse query locate"),
        "Nothing matches: no {bare} {be} found", "{Do}, with criteria that nothing matches",
        "No {bare} {be} found",
    ),
    _Family(
        word_set(
            """view see read list download print export open show preview visualise visualize track
            access check review display watch monitor get retrieve receive compare"""
        ),
        "There is nothing to {verb}: {the} {be} not shown", "Try to {do} where there {be} none",
        "{The} {be} not shown",
    ),
    _Family(
        word_set(
            """delete remove cancel close deactivate archive unsubscribe withdraw stop reset undo
            discard reject revoke"""
        ),
        "The attempt to {do} is abandoned: {the} {stay}",
        "Start to {do}, then leave without confirming", "{The} {stay}",
    ),
    _Family(
        word_set(
            """add create register enter submit edit update change modify upload save import set
            specify define book order post apply request invite record assign configure sign
            select choose rename report schedule comment rate buy purchase send share publish
            generate place provide customise customize manage maintain link attach log reply pay
            transfer approve confirm reorder move start run activate"""
        ),
        "Required details are missing: {the} {be} not {done}",
        "Try to {do} with the required details left out", "{The} {be} not {done}",
    ),
)  # fmt: skip
_UNFINISHED = _Family(
    frozenset(), "The attempt to {do} is not completed: {the} {be} not {done}",
    "Start to {do}, then leave before it is completed", "{The} {be} not {done}",
)  # fmt: skip
_OBSERVING = word_set(
    """have know understand learn feel want get be do make see hear think expect need keep let help
    go come become remain stay take give tell decide begin explore identify describe use work
    collaborate ensure determine demonstrate analyse analyze validate test benefit contact
    communicate refine rely"""
)
_OBJECT_END = re.compile(
    r"\s(?:by|for|in|on|with|from|to|at|using|via|that|which|who|so|and|or|when|where|through|into"
    r"|within|as|after"
    r"|before|of (?:my|the|their)|without|if|but|while|during|based|without charge|up)\s|[,(;:]"
)
_LIST_OF = re.compile(
    r"^(?:the |a |an )?(?:list|number|details|set|history|overview) of ", re.IGNORECASE
)


def natural_negative(rule: Rule, clause: Clause, narrator: str) -> Draft | None:
    """The negative of a capability without conditions; ``None`` where the verb tells of no failure.

    ``narrator`` is the role that the story speaks for, used where the criterion speaks of "I" or
    "the user".
    """
    capability = find_capability(clause)
    if capability is None:
        passive = (
            clause.form == "modal" and clause.verb == "be" and clause.auxiliary in ("can", "may")
        )
        if passive and clause.passive and not clause.negated:
            return _by_verb(rule, clause.passive, clause.subject, clause.tail.partition(" ")[2])
        person = is_person(clause.subject) and clause.form in ("present", "modal")
        if person and clause.verb and not clause.negated and clause.tail:
            return _by_verb(rule, clause.verb, clause.tail)
        return None
    what = impersonal(one_line(capability.what))
    other = lacks_role(capability.who) or (lacks_role(narrator) if narrator else None)
    if other and clauses_of(f"{capability.who} can {what}"):
        said = capital(f"{other} cannot {what}")
        return failing(rule, said, Situation("", f"As {other}, try to {what}"), said)  # fmt: skip
    verb, _, thing = what.partition(" ")
    return _by_verb(rule, verb, thing)


def too_soon(rule: Rule) -> Draft | None:
    """ "Bills are produced every 3 months": not again before the time is over; else ``None``."""
    part = coordinated(one_line(rule.effect.text))[0]
    match = re.search(r",? every (?P<time>(?:\d+|[a-z]+) (?:[a-z]+ )?[a-z]+)\b", part)
    found = find_quantities(match["time"]) if match else ()
    clause = parse_clause(part)
    if match is None or clause is None or clause.negated or not found:
        return None
    told = negation(part[: match.start()] + part[match.end() :])
    if told is None or found[0].kind != "duration" or found[0].start:
        return None
    said = f"{told} again before {found[0].text} have passed"
    situation = Situation("", f"Let less than {found[0].text} pass since the last time")
    return failing(rule, capital(said), situation, capital(said), data=f"less than {found[0].text}")


def _by_verb(rule: Rule, verb: str, thing: str, rest: str = "") -> Draft | None:
    """Fill in the family's sentences; ``thing`` is the object with what follows it."""
    if re.match(r"(?:how|what|which|when|where|why|whether|if|that|who)\b", thing, re.IGNORECASE):
        return None
    family = next((family for family in _FAMILIES if verb in family.verbs), None)
    thing = impersonal(one_line(thing))
    if family is None and is_base(verb) and verb not in _OBSERVING:
        family = _UNFINISHED
    if family is None or not thing:
        return None
    do = one_line(f"{verb} {lower_start(thing)} {rest}")
    obj = _LIST_OF.sub("", _OBJECT_END.split(f"{thing} ", maxsplit=1)[0].strip())
    obj = re.sub(r"^(?:all|any|multiple|several|new|more)(?: of)? ", "", obj)
    if not obj or not re.match(r"[\w\"“']", obj) or _particle(obj) or not head_noun(obj):
        if family is _UNFINISHED:
            return None
        obj = "result"
    plural = is_plural(head_noun(obj))
    words = {
        "do": do, "Do": capital(do), "verb": verb, "the": definite(obj),
        "The": capital(definite(obj)),
        "bare": bare(obj), "be": "are" if plural else "is", "done": participle(verb),
        "stay": "stay as they were" if plural else "stays as it was",
    }  # fmt: skip
    situation = Situation("", family.action.format(**words))
    statement = family.statement.format(**words)
    return failing(rule, statement, situation, family.expected.format(**words))


def _particle(words: str) -> bool:
    first = words.split()[0].lower()
    return first in (
        "for",
        "by",
        "in",
        "on",
        "to",
        "up",
        "out",
        "into",
        "through",
        "with",
        "between",
    )
