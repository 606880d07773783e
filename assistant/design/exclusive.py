""" "Only" in front of what is acted on: "can only see cases assigned to their team".

What is not of that kind is tried too: the words say what it would be, and nothing else is made up.
"""

from __future__ import annotations

import re

from assistant.design.casing import capital, definite, impersonal, lower_start, one_line
from assistant.design.clauses import Clause
from assistant.design.complements import other_thing
from assistant.design.drafts import Draft, counter_outcome, failing, given
from assistant.design.finite_verbs import PREPOSITIONS
from assistant.design.messages import mask_quotes
from assistant.design.nouns import is_plural
from assistant.design.people import is_person
from assistant.design.quantities import find_quantities
from assistant.design.rules import Rule
from assistant.design.situations import Situation, stage
from assistant.design.verbs import base_of_participle

_OWN = re.compile(r"\b(?:(?:their|his|her|its|your|my|our) )?own (?P<what>\w+)", re.IGNORECASE)
_FOR_PURPOSE = re.compile(r"(?:for|to|by|when|if|after|once|as|on|from|at|in)\b", re.IGNORECASE)
_WAY = re.compile(
    r"(?:(?:by|via|through|over|using|with) (?!an? [a-z]+(?:er|or)\b)[a-z][\w -]*"
    r"|in (?:person|branch|store|writing)|online|offline)$",
    re.IGNORECASE,
)
""" "(can only book) by phone"."""
_ABLE = ("can", "may")


def not_such(rule: Rule, clause: Clause) -> Draft | None:
    """Something of another kind than the one that the rule is kept to; ``None`` where no "only"
    stands in front of an object, or where the words do not tell what another kind would be."""
    if clause.negated or clause.verb in ("", "be") or clause.form not in ("present", "modal"):
        return None
    tail = one_line(clause.tail)
    before = re.match(r"only (?!if\b|when\b|once\b|after\b)", tail, re.IGNORECASE)
    if not before and "only" not in clause.adverbs.lower().split():
        return None
    thing = tail[before.end() :] if before else tail
    way = _WAY.match(thing)
    if way and is_person(clause.subject):
        said = f"{definite(clause.subject)} cannot {clause.verb} in a way other than {thing}"
        action = f"Try to {impersonal(clause.verb)} in a way other than {thing}"
        before_ = stage(given(rule), rule.effect.text).precondition if rule.conditions else ""
        return failing(
            rule, capital(one_line(said)), Situation(before_, action), capital(one_line(said)),
            data=f"a way other than {thing}", priority="High",
        )  # fmt: skip
    if not thing or _FOR_PURPOSE.match(thing) or any(q.is_limit for q in find_quantities(thing)):
        return None
    other = _other(thing)
    if other is None:
        return None
    able = is_person(clause.subject) or clause.auxiliary in _ABLE
    denied = "cannot" if able else "do not" if clause.plural else "does not"
    said = capital(one_line(f"{definite(clause.subject)} {denied} {clause.verb} {other}"))
    tried = f"Try to {impersonal(f'{clause.verb} {other}')}"
    seen = f"Check a case with {lower_start(other)}"
    precondition = stage(given(rule), rule.effect.text).precondition if rule.conditions else ""
    return failing(
        rule, said, Situation(precondition, tried if able else seen),
        counter_outcome(rule) if rule.otherwise is not None else said,
        data=other, priority="High",
    )  # fmt: skip


def _other(thing: str) -> str | None:
    """What is not such a thing: "files in PDF format" -> "files that are not in PDF format"."""
    own = _OWN.search(thing)
    if own:
        rest = thing[own.end("what") :]
        return f"{thing[: own.start()]}{own['what']}{rest} of somebody else"
    turned = other_thing(thing)
    if turned is not None:
        return turned
    words = thing.split(" ")
    for at, word in enumerate(words[1:-1], 1):
        if (
            base_of_participle(word)
            and word.endswith(("ed", "en"))
            and words[at + 1] in PREPOSITIONS
        ):
            head = " ".join(words[:at])
            be = "are" if is_plural(words[at - 1]) else "is"
            return f"{head} that {be} not {' '.join(words[at:])}"
    among = re.fullmatch(r"(?P<head>[a-z][\w -]*?) (?P<rest>(?:in|on|from) [A-Z].*)", thing)
    if among:  # "files in PDF format"
        be = "are" if is_plural(among["head"].split(" ")[-1]) else "is"
        return f"{among['head']} that {be} not {among['rest']}"
    whose = re.fullmatch(r"(?P<head>.+? (?:to|for|of|from)) (?P<rest>.+)", thing)
    turned = other_thing(whose["rest"]) if whose else None
    if whose and turned:  # "e-mails to verified users"
        return f"{whose['head']} {turned}"
    plain = not re.search(rf"\b(?:{'|'.join(PREPOSITIONS)})\b", mask_quotes(thing).lower())
    return f"anything other than {thing}" if plain and len(words) <= 6 else None
