"""The settings and the results of a case of a rule's conditions."""

from __future__ import annotations

import re

from assistant.design.items import Result, Setting
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
