"""The variables of a rule: what each condition is about, and which combinations can occur.

A value is not above 100 and below 50 at once.
"""

from __future__ import annotations

import re
from decimal import Decimal

from assistant.design.items import Variables, one_line
from assistant.language.amounts import Quantity
from assistant.language.clauses import parse_clause
from assistant.language.nouns import is_person, without_article
from assistant.language.quantities import find_quantities
from assistant.reading.logic import Case
from assistant.reading.rules import Condition, Rule


def variable_of(condition: Condition) -> str:
    """The name of a condition: its own words."""
    return one_line((condition.part or condition.words).text)


def assignment(rule: Rule, case: Case) -> Variables:
    """Every condition of the rule, and "true" or "false": whether its words hold in a case."""
    return tuple(
        (variable_of(condition), "true" if case[index] == condition.holds else "false")
        for index, condition in enumerate(rule.conditions)
        if index in case
    )


_JOINED_NAME = re.compile(
    r"(?:\band|,) (?:the )?(?P<name>[A-Z]\w*(?: [A-Z]\w*)*) "
    r"(?:of |has |have )?(?:exactly |at (?:least|most) |up to |(?:max|min)(?:imum)? )?$"
)
""" "Sort Code has exactly 6 digits and Bank Account Number exactly 8 digits"."""


def measured_quantity(words: str, quantity: Quantity) -> str:
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


_IS = re.compile(
    r"^(?:set to |in |of type |equal to )?(?:status |state )?[\"“']?"
    r"(?P<value>[A-Z][\w-]*(?: [A-Z][\w-]*)*)[\"”']?$"
)


def possible(rule: Rule, case: Case) -> bool:
    """Whether the conditions can stand as a case has them."""
    facts = [
        plain_fact(condition, holds=case[index] == condition.holds)
        for index, condition in enumerate(rule.conditions)
        if index in case
    ]
    seen: dict[str, bool] = {}
    for name, value in facts:
        if seen.setdefault(name.casefold(), value) != value:
            return False
    return _one_value_each(facts) and _within_bounds(rule, case)


_NOT = re.compile(r"\b(?:is|are|has|have|was|were|can|may|must)(?P<not>n['’]t| not)\b")


def plain_fact(condition: Condition, *, holds: bool) -> tuple[str, bool]:
    """The words of a condition without a plain "not", and whether they hold then."""
    words = one_line(condition.full or condition.words.text)
    denied = _NOT.search(words)
    if denied is None:
        return words, holds
    return words[: denied.start("not")] + words[denied.end("not") :], not holds


def _one_value_each(facts: list[tuple[str, bool]]) -> bool:
    """Whether nothing has two named values: a plan is not Business and Enterprise at once."""
    values: dict[str, str] = {}
    for name, value in facts:
        clause = parse_clause(name) if value else None
        if clause is None or clause.form != "be":
            continue
        match = _IS.match(clause.tail)
        if match is None:
            continue
        thing = without_article(clause.subject).casefold()
        if values.setdefault(thing, match["value"]) != match["value"]:
            return False
    return True


def _within_bounds(rule: Rule, case: Case) -> bool:
    """Whether some value meets all that is said of the same quantity."""
    bounds: dict[tuple[str, str], list[tuple[Quantity, bool]]] = {}
    name = ""
    for index, condition in enumerate(rule.conditions):
        if index in case:
            found = _measure(condition)
            if found:
                again = _AGAIN.match(found[0]) and name  # "it" is what was measured last
                name, quantity = name if again else found[0], found[1]
                held = case[index] == condition.holds
                bounds.setdefault((name, quantity.unit), []).append((quantity, held))
    return all(_satisfiable(limits) for limits in bounds.values())


def _measure(condition: Condition) -> tuple[str, Quantity] | None:
    """What a condition limits, and its only limit; ``None`` where it is not plain."""
    words = one_line(condition.full or condition.words.text)
    limits = [q for q in find_quantities(words) if q.is_limit and isinstance(q.value, Decimal)]
    clause = parse_clause(words)
    if len(limits) != 1 or clause is None or limits[0].negated:
        return None
    if clause.form != "be" and not (clause.form == "present" and clause.verb in _MEASURES):
        return None
    rest = words.replace(words[limits[0].phrase_start : limits[0].phrase_end], "")
    return re.sub(r"\W+", " ", without_article(rest)).strip().casefold(), limits[0]


_AGAIN = re.compile(r"(?:it|they)\b")
_MEASURES = ("weigh", "cost", "measure", "total", "last", "score", "contain", "have")


def _satisfiable(limits: list[tuple[Quantity, bool]]) -> bool:
    tried = {
        value
        for quantity, _ in limits
        if isinstance(quantity.value, Decimal)
        for value in (
            quantity.value - Decimal("0.001"), quantity.value, quantity.value + Decimal("0.001")
        )
    }  # fmt: skip
    return any(all(_meets(quantity, v) == held for quantity, held in limits) for v in tried)


def _meets(quantity: Quantity, value: Decimal) -> bool:
    assert isinstance(quantity.value, Decimal)
    return {
        "at most": value <= quantity.value, "less than": value < quantity.value,
        "at least": value >= quantity.value, "more than": value > quantity.value,
        "exactly": value == quantity.value, "none": True,
    }[quantity.comparison]  # fmt: skip
