"""Conditions of a rule in their other case: which can be turned, how, and which tells most."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from assistant.design.amounts import Quantity
from assistant.design.boundaries import outside_words
from assistant.design.casing import lower_start, one_line
from assistant.design.complements import other_case
from assistant.design.joining import clauses_of
from assistant.design.logic import Case, Expression, holds
from assistant.design.people import is_person
from assistant.design.phrases import with_value
from assistant.design.quantities import find_quantities
from assistant.design.rules import Condition, Rule
from assistant.design.sentences import Span
from assistant.design.situations import command_of, done_by_people
from assistant.design.verbs import base_of_gerund, base_of_participle

MAX_LIMITS = 24
"""Limits of one clause that get their values; a clause of 2,000 words may hold hundreds."""


def placed_limits(words: Span) -> list[Quantity]:
    """The limits in words, at their places in the whole text."""
    found = (q for q in find_quantities(words.text) if q.is_limit)
    return [_placed(q, words.start) for q in islice(found, MAX_LIMITS)]


def condition_limits(condition: Condition) -> list[Quantity]:
    """The limits in a condition; "is idle for 15 minutes" means another thing after "if",
    and "until 10 devices are stored" is over from the tenth on."""
    said = condition.said
    lead = f"{condition.keyword} " if condition.keyword in ("once", "until") else "if "
    return placed_limits(Span(lead + said.text, said.start - len(lead), said.end))


def _placed(quantity: Quantity, offset: int) -> Quantity:
    return replace(
        quantity,
        start=quantity.start + offset,
        end=quantity.end + offset,
        phrase_start=quantity.phrase_start + offset,
        phrase_end=quantity.phrase_end + offset,
    )


def turned_condition(condition: Condition) -> str | None:
    """The other case of a condition's words, whether or not the effect asks for it.

    Where somebody acts within a limit, the limit is passed rather than the act left undone.
    """
    words = condition.said.text
    turned = other_case(words)
    limit = next(iter(condition_limits(condition)), None)
    if limit and (
        turned is None
        or _left_undone(condition, turned)
        or _lasts(condition.said, limit)
        or (
            limit.phrase_start == condition.said.start
            and limit.kind == "count"
            and not words.lower().startswith("the ")  # "the second attempt fails"
        )
    ):
        return one_line(with_value(words, condition.said.start, limit, outside_words(limit)))
    return turned


def _lasts(said: Span, limit: Quantity) -> bool:
    """Whether it is a denied state that lasts: "has not been used (for 90 days)" has its other
    case in a shorter time, not in a use of 90 days."""
    before = said.text[: max(0, limit.phrase_start - said.start)].rstrip()
    return limit.kind == "duration" and _STATE_DENIED.search(before) is not None


_STATE_DENIED = re.compile(
    r"(?:\b(?:not|never|no|nobody|nothing)\b|n['’]t\b)[^,;]*\bfor$", re.IGNORECASE
)


def _left_undone(condition: Condition, turned: str) -> bool:
    before, now = condition.clause, clauses_of(turned)
    if before is None or before.negated or not now or not now[0].negated:
        return False
    if condition.keyword != "given" and before.passive and done_by_people(before.passive):
        return True
    return is_person(before.subject) and before.form in ("present", "past", "perfect")


def turnable(rule: Rule) -> list[tuple[int, str]]:
    """Conditions whose failing can be said, by index, in the words of the other case.

    Leaving an act undone tells nothing about a refusal, so it is left out for a restrictive rule.
    """
    found = []
    for index, condition in enumerate(rule.conditions):
        turned = turned_condition(condition) if condition.holds else one_line(condition.said.text)
        if turned is None or (
            rule.restrictive and condition.holds and _left_undone(condition, turned)
        ):
            continue
        found.append((index, turned))
    if not found and rule.scenario is not None and not rule.restrictive:
        found = list(_absent(rule))
    return found


def _absent(rule: Rule) -> Iterator[tuple[int, str]]:
    """For a scenario with nothing else to turn: the thing it is given is not there."""
    for index, condition in reversed(list(enumerate(rule.conditions))):
        match = re.match(
            r"(?:an?|the) (?P<thing>[^,]+)$", one_line(condition.said.text), re.IGNORECASE
        )
        if condition.keyword == "given" and match and condition.clause is None:
            yield index, f"no {match['thing']}"
            return


def varied(rule: Rule, changes: dict[int, str]) -> list[tuple[str, str]]:
    """All conditions of a rule as keyword and words, some of them in other words."""
    words = [("given", span.text) for span in rule.context]
    for index, condition in enumerate(rule.conditions):
        if index in changes:
            words.append((condition.keyword, changes[index]))
        elif rule.joined == "and":
            said = condition.said.text
            words.append(
                (
                    condition.keyword,
                    said if condition.holds else turned_condition(condition) or said,
                )
            )
    return words


def most_telling(rule: Rule, turned: list[tuple[int, str]]) -> tuple[int, str]:
    """The condition whose failing tells most: doing nothing at all tells least."""

    def rank(item: tuple[int, str]) -> int:
        index, words = item
        condition = rule.conditions[index]
        if _left_undone(condition, words) or (
            condition.keyword in ("when", "whenever")
            and command_of(condition.said.text)
            and command_of(words) is None
        ):
            return 2
        return 0 if condition.keyword != "given" else 1

    return min(reversed(turned), key=rank)


def condition_words(rule: Rule, index: int, *, literal: bool) -> str:
    """A condition in words: the way that the effect wants it, or the other case."""
    condition = rule.conditions[index]
    if literal == condition.holds:
        return condition.said.text
    turned = turned_condition(condition)
    words = one_line(condition.said.text)
    first = words.split(" ")[0].lower()
    if turned is None and (base_of_gerund(first) or base_of_participle(first)):
        return f"not {lower_start(words)}"
    return turned or f"it is not the case that {lower_start(words)}"


def mentioned(expression: Expression, case: Case) -> list[int]:
    """The conditions that a case needs told: of alternatives that hold, those that do."""
    if isinstance(expression, int):
        return [expression]
    parts = expression.parts
    if not expression.all and holds(expression, case):
        parts = tuple(part for part in parts if holds(part, case))
    return [index for part in parts for index in mentioned(part, case)]
