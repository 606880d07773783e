"""Duties left undone: what must be entered, confirmed or approved is not."""

from __future__ import annotations

import re

from assistant.design.casing import capital, definite, impersonal, one_line
from assistant.design.clauses import Clause, is_duty
from assistant.design.complements import other_case
from assistant.design.drafts import Draft, counter_outcome, failing
from assistant.design.joining import coordinated
from assistant.design.lexicon import word_set
from assistant.design.people import is_person
from assistant.design.rules import Rule
from assistant.design.situations import Situation
from assistant.design.verbs import base_of_gerund, is_base
from assistant.design.wording import doing, negation

_NOT_DONE_ON_PURPOSE = frozenset(("see", "receive", "have", "be", "get", "view", "know"))
_DONE_BY_PEOPLE = word_set(
    """approve confirm enter accept provide sign complete select fill submit pay authorise
    authorize verify validate check review tick agree obtain capture upload register consent
    acknowledge present show attach send state supply hand return declare name specify record
    label mark seal stamp weigh wear display"""
)


def undone(rule: Rule, clause: Clause) -> Draft | None:
    """Somebody goes on without doing what the clause obliges to; ``None`` where it does not."""
    if is_person(clause.subject) and is_duty(clause) and clause.verb not in _NOT_DONE_ON_PURPOSE:
        return _by_person(rule, clause)
    obliged = clause.form == "modal" and clause.auxiliary in ("must", "shall", "should")
    if obliged and clause.verb == "be" and not clause.negated:
        if is_person(clause.subject):
            return _not_in_state(rule, clause)
        if clause.passive in _DONE_BY_PEOPLE:
            return _not_yet(rule)
    return None


def _by_person(rule: Rule, clause: Clause) -> Draft | None:
    stated = counter_outcome(rule) if rule.otherwise is not None else ""
    turned = other_case(clause.tail) if clause.tail and "that " not in clause.tail else None
    if turned and re.match(r"(?:an?|the|in\w+|un\w+)\b", turned) and " who is not " not in turned:
        said = impersonal(f"{clause.verb} {turned}")
        return failing(
            rule,
            capital(f"{definite(clause.subject)} tries to {said}"),
            Situation("", f"Try to {said}"),
            stated or f"It is not possible to {said}",
            priority="High",
        )
    without = doing(one_line(f"{clause.verb} {clause.tail}"))
    if without is None:
        return None
    without = impersonal(without)
    return failing(
        rule,
        capital(f"{definite(clause.subject)} tries to go on without {without}"),
        Situation("", f"Try to go on without {without}"),
        stated or f"It is not possible to go on without {without}",
        priority="High",
    )


def _purpose(text: str) -> tuple[str, str]:
    """The duty without its purpose, and what it is a condition for ("place an order")."""
    for match in re.finditer(
        r"\s(?P<word>in order to|to|before|for)\s(?=(?P<what>[a-z].+)$)", text
    ):
        first = match["what"].split(" ")[0].strip(".,")
        act = is_base(first) if match["word"].endswith("to") else base_of_gerund(first) is not None
        if act:  # "to the portal" names a place
            return text[: match.start()], match["what"]
    return text, ""


def _not_in_state(rule: Rule, clause: Clause) -> Draft | None:
    duty, what = _purpose(one_line(rule.effect.text))
    turned = negation(coordinated(duty)[0])
    if turned is None:
        return None
    what = impersonal(what)
    gerund = what.split(" ")[0].endswith("ing")
    action = "Try to go on" if not what else f"Try {what}" if gerund else f"Try to {what}"
    expected = (
        "It is not possible to go on"
        if not what
        else (f"{capital(what)} is not possible" if gerund else f"It is not possible to {what}")
    )
    stated = counter_outcome(rule) if rule.otherwise is not None else expected
    return failing(
        rule, capital(turned), Situation(capital(turned), action), stated, priority="High"
    )


def _not_yet(rule: Rule) -> Draft | None:
    text = coordinated(one_line(rule.effect.text))[0]
    text = re.sub(r"^either (.+?) or ", r"\1 or ", text, flags=re.IGNORECASE)
    before = re.search(r"\s(?:before|prior to) (?P<what>.+)$", text)
    turned = negation(text[: before.start()] if before else text)
    if turned is None:
        return None
    what = before["what"] if before else ""
    gerund = bool(what) and what.split(" ")[0].endswith("ing")
    action = f"Try {what}" if gerund else "Try to continue"
    expected = f"{capital(what)} is not possible" if gerund else "It is not possible to continue"
    stated = counter_outcome(rule) if rule.otherwise is not None else expected
    return failing(
        rule, capital(turned), Situation(capital(turned), action), stated, priority="High"
    )
