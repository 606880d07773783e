"""The variables of a rule: what each condition is about, and how it stands in a case."""

from __future__ import annotations

import re

from assistant.design.items import Variables, one_line
from assistant.language.actors import is_person, without_article
from assistant.language.amounts import Quantity
from assistant.language.clauses import parse_clause
from assistant.reading.logic import Case
from assistant.reading.rules import Condition, Rule


def variable_of(condition: Condition) -> str:
    """The name of a condition: its own words."""
    return one_line((condition.part or condition.words).text)


def value_of(condition: Condition, *, literal: bool) -> str:
    """ "true" or "false": whether the words of a condition hold.

    ``literal`` says that the condition is the way that the effect wants it.
    """
    return "true" if literal == condition.holds else "false"


def assignment(rule: Rule, case: Case) -> Variables:
    """Every condition of the rule with its value in a case."""
    return tuple(
        (variable_of(condition), value_of(condition, literal=case[index]))
        for index, condition in enumerate(rule.conditions)
        if index in case
    )


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
            name = without_article(further["name"] if further else subject)
            return name[:1].lower() + name[1:]
    if quantity.kind in ("date", "time"):
        return quantity.kind
    return quantity.unit if quantity.kind in ("count", "length") and quantity.unit else {
        "money": "amount", "duration": "time", "percent": "percentage",
    }.get(quantity.kind, quantity.kind)  # fmt: skip
