"""The variables of a rule: what each condition is about, and how it stands in a case."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.design.amounts import Quantity
from assistant.design.casing import indefinite, lower_start, one_line
from assistant.design.clauses import parse_clause
from assistant.design.complements import somebody
from assistant.design.logic import Case
from assistant.design.people import is_person, without_article
from assistant.design.rules import Condition, Rule
from assistant.design.wording import negation

Variables = tuple[tuple[str, str], ...]


@lru_cache(maxsize=8192)
def variable_of(condition: Condition) -> tuple[str, bool]:
    """The fact that a condition is about, said positively, and whether the words affirm it.

    "the voucher has not expired" is about "the voucher has expired", and denies it.
    """
    words = one_line(condition.said.text)
    clause = parse_clause(words)
    if clause is not None:
        nothing = re.match(r"no(?:thing|body| one)?\b", clause.subject, re.IGNORECASE)
        if (clause.negated or nothing) and not re.search(r"\bno longer\b", words):
            positive = somebody(words) if nothing else None
            positive = positive or negation(words)
            if positive:
                return lower_start(positive), False
    has_no = re.match(
        r"(?P<who>.+?\b(?:has|have|had|is|are|with)(?: made)?) no (?P<what>.+)$", words
    )
    if has_no and not re.match(r"(?:longer|more|less|later|earlier)\b", has_no["what"]):
        return lower_start(f"{has_no['who']} {_any(has_no['what'])}"), False
    return lower_start(words), True


def _any(thing: str) -> str:
    return f"any {thing}" if thing.endswith("s") else indefinite(thing)


def value_of(condition: Condition, *, literal: bool) -> str:
    """ "true" or "false": how the variable of a condition stands.

    ``literal`` says that the condition is the way that the effect wants it.
    """
    words_hold = literal == condition.holds
    return "true" if words_hold == variable_of(condition)[1] else "false"


def assignment(rule: Rule, case: Case) -> Variables:
    """Every variable of the rule with its value in a case."""
    return tuple(
        (variable_of(condition)[0], value_of(condition, literal=case[index]))
        for index, condition in enumerate(rule.conditions)
        if index in case
    )


def all_met(rule: Rule) -> Variables:
    """Every variable with the value that the effect wants."""
    return assignment(rule, dict.fromkeys(range(len(rule.conditions)), True))


_JOINED_NAME = re.compile(
    r"(?:\band|,) (?:the )?(?P<name>[A-Z]\w*(?: [A-Z]\w*)*) "
    r"(?:of |has |have )?(?:exactly |at (?:least|most) |up to |(?:max|min)(?:imum)? )?$"
)
""" "Sort Code has exactly 6 digits and Bank Account Number exactly 8 digits"."""


def measured(words: str, quantity: Quantity) -> str:
    """What a limit in ``words`` measures: "the order total is over £50" -> "order total"."""
    clause = parse_clause(one_line(words))
    if quantity.kind == "age":
        return "age"
    if clause is not None and clause.subject and not is_person(clause.subject):
        subject = clause.subject
        if quantity.text not in subject:
            further = _JOINED_NAME.search(one_line(words).partition(quantity.text)[0])
            return lower_start(without_article(further["name"] if further else subject))
    if quantity.kind in ("date", "time"):
        return quantity.kind
    return quantity.unit if quantity.kind in ("count", "length") and quantity.unit else {
        "money": "amount", "duration": "time", "percent": "percentage",
    }.get(quantity.kind, quantity.kind)  # fmt: skip
