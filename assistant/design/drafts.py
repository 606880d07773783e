"""Conditions before they get their ids, and what all techniques ask of a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from assistant.design.amounts import Quantity
from assistant.design.boundaries import outside_words
from assistant.design.casing import capital, definite, impersonal, lower_start, one_line
from assistant.design.clauses import is_duty, parse_clause
from assistant.design.complements import other_case
from assistant.design.joining import clauses_of, coordinated
from assistant.design.logic import Case, Expression, holds
from assistant.design.people import is_person
from assistant.design.phrases import with_value
from assistant.design.quantities import find_quantities
from assistant.design.rules import Condition, Rule
from assistant.design.sentences import Span
from assistant.design.situations import Situation, command_of, done_by_people
from assistant.design.telling import in_sentence, observed
from assistant.design.values import about_value
from assistant.design.variables import Variables
from assistant.design.verbs import base_of_gerund, base_of_participle, participle
from assistant.design.wording import doing, fact, negation, opposite
from assistant.domain import Priority, Technique

MAX_LIMITS = 24
"""Limits of one clause that get their values; a clause of 2,000 words may hold hundreds."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A test condition without id and criterion; ``spans`` are the words that it rests on.

    ``weight`` tells how readily it may be left out: 0 never, 2 first. ``variables`` are the facts
    and quantities that it depends on, each with its value.
    """

    technique: Technique
    valid: bool
    statement: str
    situation: Situation
    expected: str
    spans: tuple[Span, ...]
    data: str = ""
    priority: Priority = "Medium"
    weight: int = 0
    variables: Variables = ()


def met(
    rule: Rule, statement: str, situation: Situation, expected: str, *, data: str = ""
) -> Draft:
    """A positive draft of a rule."""
    spans = spans_of(rule)
    return Draft("positive", True, statement, situation, expected, spans, data, "High")


def failing(
    rule: Rule,
    statement: str,
    situation: Situation,
    expected: str,
    *,
    data: str = "",
    priority: Priority = "Medium",
    also: Sequence[Span | None] = (),
) -> Draft:
    """A negative draft of a rule; ``also`` are further words that it rests on."""
    spans = spans_of(rule, rule.otherwise, *also)
    return Draft("negative", False, statement, situation, expected, spans, data, priority)


def outcome(rule: Rule) -> str:
    """What the rule says happens, with the message it shows, as an observable result."""
    said = observed(rule.effect.text)
    if rule.conditions and rule.scenario is None:
        said = re.sub(r"\b(is|are|can|may|be|will) only (?!for\b|to\b|by\b)", r"\1 ", said)
    if rule.notice is not None:
        said = f"{said} and {lower_start(one_line(fact(rule.notice.text)))}"
    return said


def counter_outcome(rule: Rule) -> str:
    """What happens in the other case: as the criterion states it, else the effect denied."""
    return denied(rule) if rule.otherwise is None else _stated(rule, rule.otherwise)


def _stated(rule: Rule, otherwise: Span) -> str:
    """The outcome stated for the other case; a fragment is completed from the effect."""
    words = one_line(otherwise.text)
    if clauses_of(words):
        return capital(one_line(fact(words)))
    clause = rule.clause
    if clause and clause.passive:
        be = "are" if clause.plural else "is"
        return capital(f"{definite(clause.subject)} {be} {participle(clause.passive)} {words}")
    return capital(words)


def denied(rule: Rule) -> str:
    """The effect denied, in the criterion's own words."""
    text = one_line(rule.effect.text)
    parts = coordinated(text)
    if not rule.restrictive and len(parts) > 1:
        text = parts[0]
    said = opposite(text) if rule.restrictive else negation(text)
    duty = None if rule.restrictive or rule.notice else parse_clause(text)
    if duty and is_person(duty.subject) and is_duty(duty):
        do = "do" if duty.plural else "does"
        return capital(
            one_line(f"{definite(duty.subject)} {do} not have to {duty.verb} {duty.tail}")
        )
    if said is None:
        return f"The following does not happen: {lower_start(text)}"
    said = observed(said)
    shown = negation(rule.notice.text) if rule.notice is not None else None
    return f"{said} and {lower_start(one_line(shown))}" if shown else said


def left_out(rule: Rule) -> str | None:
    """What shows that somebody does not have to do what the rule asks of them in its own case."""
    clause = rule.clause
    if clause is None or rule.restrictive or not (is_duty(clause) and is_person(clause.subject)):
        return None
    without = doing(one_line(f"{clause.verb} {clause.tail}"))
    return f"Go on without {impersonal(without)}" if without else None


def given(rule: Rule) -> list[tuple[str, str]]:
    """Conditions of a rule as keyword and words, in the way that lets its effect come about."""
    found = [("given", span.text) for span in rule.context]
    for condition in rule.conditions:
        words = condition.said.text
        if not condition.holds:
            words = turned_condition(condition) or words
        found.append((condition.keyword, words))
    if rule.joined == "or" and len(rule.conditions) > 1:
        return found[: len(rule.context) + 1]
    return found


def given_only(rule: Rule) -> list[tuple[str, str]]:
    """The same conditions, none of them as an action."""
    return [("given", words) for _, words in given(rule)]


def spans_of(rule: Rule, *more: Span | None) -> tuple[Span, ...]:
    """The words a condition rests on: the rule, and what it states for the other case."""
    apart = (span for span in more if span is not None and not _within(span, rule.whole))
    return (rule.whole, *apart)


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def heading(rule: Rule) -> str:
    """The rule in one line: a scenario by its When and Then, a sentence as it stands."""
    if rule.told:
        return capital(one_line(fact(rule.effect.text)))
    if rule.scenario is None:
        return capital(one_line(re.sub(r"[;:]\s*$", "", rule.whole.text)))
    lead = [c.said.text for c in rule.conditions if c.keyword == "when"]
    lead = lead or [c.said.text for c in rule.conditions]
    then = observed(rule.effect.text)
    if not lead:
        return then
    return f"When {' and '.join(in_sentence(words) for words in lead)}, {lower_start(then)}"


def limits_of(rule: Rule) -> tuple[Quantity, ...]:
    """Quantities with a limit in the rule's conditions and effect, placed in the whole text."""
    found: list[Quantity] = []
    for condition in rule.conditions:
        found += condition_limits(condition)
    found += placed_limits(rule.effect)
    return tuple(sorted(found, key=lambda quantity: quantity.start))


def placed_limits(words: Span) -> list[Quantity]:
    """The limits in words, at their places in the whole text."""
    found = (q for q in find_quantities(words.text) if q.is_limit)
    return [_placed(q, words.start) for q in islice(found, MAX_LIMITS)]


def condition_limits(condition: Condition) -> list[Quantity]:
    """The limits in a condition; "is idle for 15 minutes" means another thing after "if"."""
    said = condition.said
    lead = "once " if condition.keyword == "once" else "if "
    return placed_limits(Span(lead + said.text, said.start - len(lead), said.end))


def _placed(quantity: Quantity, offset: int) -> Quantity:
    return replace(
        quantity,
        start=quantity.start + offset,
        end=quantity.end + offset,
        phrase_start=quantity.phrase_start + offset,
        phrase_end=quantity.phrase_end + offset,
    )


def in_subject(rule: Rule, quantity: Quantity) -> bool:
    """Whether a limit belongs to the subject of the effect ("Files larger than 5 MB are ...")."""
    clause = rule.clause
    inside = quantity.start - rule.effect.start
    return clause is not None and 0 <= inside < len(clause.subject)


def is_value(rule: Rule) -> bool:
    """Whether the rule says what an entered value must be like."""
    if rule.restrictive:
        return False
    clause = rule.clause
    if rule.conditions and clause is not None and clause.form == "be" and not limits_of(rule):
        return False  # "if both have signed, the form is complete" tells what it becomes
    sized = any(
        (q.kind in ("length", "age") or q.range_end or q.word) and not in_subject(rule, q)
        for q in limits_of(rule)
        if q.kind in ("length", "age", "money", "percent", "size", "number")
    )
    return about_value(clause, with_length=sized)


def turned_condition(condition: Condition) -> str | None:
    """The other case of a condition's words, whether or not the effect asks for it.

    Where somebody acts within a limit, the limit is passed rather than the act left undone.
    """
    words = condition.said.text
    turned = other_case(words)
    limit = next(iter(condition_limits(condition)), None)
    if limit and (
        turned is None or _left_undone(condition, turned) or _lasts(condition.said, limit)
    ):
        return one_line(with_value(words, condition.said.start, limit, outside_words(limit)))
    return turned


def _lasts(said: Span, limit: Quantity) -> bool:
    """Whether it is a denied state that lasts: "has not been used (for 90 days)" has its other
    case in a shorter time, not in a use of 90 days."""
    before = said.text[: max(0, limit.phrase_start - said.start)].rstrip()
    return limit.kind == "duration" and _STATE_DENIED.search(before) is not None


_STATE_DENIED = re.compile(r"(?:\b(?:not|never|no)\b|n['’]t\b)[^,;]*\bfor$", re.IGNORECASE)


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
