"""Items of the checklist before they get their ids: what is set, what the text says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.domain import FactKind, Priority, Technique
from assistant.language.sentences import Span
from assistant.reading.certainty import (
    denied_words,
    denies,
    does_not_happen,
    is_of_other_case,
    without_last_only,
)
from assistant.reading.logic import Case, holds
from assistant.reading.rules import Rule

Variables = tuple[tuple[str, str], ...]
"""The facts and quantities that an item depends on, each with its value."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an item sets, by verbatim words of the criterion (``Fact`` with a place).

    A "limit" has the value tried; a "field" the entry; a "role" who acts, or "another"; a "row" the
    column of the cell; a "transition" whether the state is that "from" or "to" which it goes; a
    "condition" whose words several share ("storm or hail") the part that is its own.
    """

    kind: FactKind
    words: Span
    holds: bool = True
    value: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What the text says follows, or must then not be, in its own words."""

    words: Span
    happens: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """A test condition without id and criterion; ``spans`` are further words that it rests on.

    ``further`` is 0 for what a standard test needs, 1 for what it can leave out (neighbours of
    neighbours, every value of a list, a row of which a limit's values show the same) and 2 for the
    rows that only a full decision table has.
    """

    technique: Technique
    valid: bool
    settings: tuple[Setting, ...]
    results: tuple[Result, ...] = ()
    spans: tuple[Span, ...] = ()
    variables: Variables = ()
    priority: Priority = "Medium"
    further: int = 0


def one_line(text: str) -> str:
    """Words on one line, as labels and names of variables show them."""
    return " ".join(text.split())


def find_words(text: str, words: str, start: int = 0) -> Span | None:
    """Words as they stand in a text from an offset on; ``None`` where they do not."""
    place = text.find(words, start) if words else -1
    return Span(words, place, place + len(words)) if place >= 0 else None


def condition_settings(rule: Rule, case: Case, *, but: int = -1) -> tuple[Setting, ...]:
    """What holds in a case: where the rule applies, and how each condition stands."""
    found = [Setting("condition", words) for words in rule.context]
    for index in sorted(case):
        if index == but:
            continue
        condition = rule.conditions[index]
        value = condition.part.text if condition.part is not None else ""
        held = case[index] == condition.holds
        found.append(Setting("condition", condition.words, held, value))
    return tuple(found)


def results_of(rule: Rule, case: Case | None) -> tuple[Result, ...]:
    """What the text says of a case (``None``: of a rule without conditions); () for nothing."""
    if case is None or holds(rule.expression, case):
        more = (rule.notice,) if rule.notice is not None else ()
        return tuple(Result(words) for words in (effect_words(rule), *rule.also, *more))
    if rule.otherwise is not None:
        return (Result(rule.otherwise),) if is_of_other_case(rule, case) else ()
    words = denied_words(rule)
    kept = re.search(r"\bonly\b", words.text, re.IGNORECASE)
    if does_not_happen(rule, case) and not kept and not denies(words.text):
        return (Result(words, happens=False),)
    return ()


def effect_words(rule: Rule) -> Span:
    """The effect with what it does not apply to: "all items can be returned except sale items"."""
    if rule.exception is None or rule.exception.start < rule.effect.end:
        return without_last_only(rule.effect) if rule.conditions else rule.effect
    start, end = rule.effect.start, rule.exception.end
    if not rule.whole.start <= start <= end <= rule.whole.end:
        return rule.effect
    at = rule.whole.start
    return Span(rule.whole.text[start - at : end - at], start, end)
