"""Conditions before they get their ids, and what all techniques ask of a rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.design.amounts import Quantity
from assistant.design.attributes import find_mandatory
from assistant.design.casing import capital, definite, impersonal, lower_start, one_line
from assistant.design.clauses import Clause, is_duty, parse_clause
from assistant.design.condition_cases import condition_limits, placed_limits, turned_condition
from assistant.design.joining import clauses_of, coordinated
from assistant.design.outcomes import is_message_only
from assistant.design.people import is_person
from assistant.design.quantities import find_quantities
from assistant.design.rules import Rule
from assistant.design.sentences import Span
from assistant.design.situations import Situation
from assistant.design.telling import in_sentence, observed
from assistant.design.values import about_value, like, singular_name, try_value
from assistant.design.variables import Variables
from assistant.design.verbs import participle
from assistant.design.wording import doing, fact, negation, opposite
from assistant.domain import Priority, Technique


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


def unmet_outcome(rule: Rule) -> str:
    """What happens where the conditions do not hold.

    A message stated for the other case of a value is shown for a wrong value, not where none is
    asked: "if the stage is closed, Amount must be entered; otherwise an error is shown".
    """
    return denied(rule) if is_free_elsewhere(rule) else counter_outcome(rule)


def is_free_elsewhere(rule: Rule) -> bool:
    """Whether nothing is stated for the case in which the conditions do not hold."""
    if rule.otherwise is None:
        return True
    clause = rule.clause
    asked = clause is not None and _asks_of_entry(rule, clause)
    said = rule.otherwise.text
    return asked and bool(is_message_only(said) or _QUOTE_SHOWN.match(said))


_QUOTE_SHOWN = re.compile(r"[\"“„«‘'].*\b(?:is|are) (?:shown|displayed)\W*$", re.DOTALL)


def _stated(rule: Rule, otherwise: Span) -> str:
    """The outcome stated for the other case; a fragment is completed from the effect."""
    words = one_line(otherwise.text)
    if clauses_of(words):
        return capital(one_line(fact(words)))
    whole = _with_other_limit(rule, words)
    if whole is not None:
        return whole
    clause = rule.clause
    if clause and clause.passive:
        be = "are" if clause.plural else "is"
        return capital(f"{definite(clause.subject)} {be} {participle(clause.passive)} {words}")
    return capital(words)


def _with_other_limit(rule: Rule, words: str) -> str | None:
    """ "within 20 minutes, otherwise within 4 hours": the effect with the other limit in it."""
    text = one_line(rule.effect.text)
    other = next((q for q in find_quantities(words) if q.is_limit), None)
    mine = [q for q in find_quantities(text) if q.is_limit and other and q.kind == other.kind]
    if other is None or len(mine) != 1 or other.phrase_start > 0:
        return None
    start, end = mine[0].phrase_start, mine[0].phrase_end
    return capital(one_line(fact(f"{text[:start]}{words}{text[end:]}")))


def denied(rule: Rule) -> str:
    """The effect denied, in the criterion's own words."""
    text = one_line(rule.effect.text)
    parts = coordinated(text)
    if not rule.restrictive and len(parts) > 1:
        text = parts[0]
    said = opposite(text) if rule.restrictive else negation(text)
    duty = None if rule.restrictive or rule.notice else parse_clause(text)
    if duty and (_asks_of_entry(rule, duty) or (is_person(duty.subject) and is_duty(duty))):
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
    if clause is None or rule.restrictive:
        return None
    if _asks_of_entry(rule, clause):
        mandatory = find_mandatory(clause)
        other = negation(coordinated(one_line(rule.effect.text))[0])
        if mandatory:
            return f"Leave {definite(lower_start(' and '.join(mandatory.fields)))} empty"
        return try_value(singular_name(clause), like(other)) if other else None
    if not (is_duty(clause) and is_person(clause.subject)):
        return None
    without = doing(one_line(f"{clause.verb} {clause.tail}"))
    return f"Go on without {impersonal(without)}" if without else None


def _asks_of_entry(rule: Rule, clause: Clause) -> bool:
    """Whether the rule asks for a value, or for one of a kind, in its own case only."""
    duty = clause.form == "modal" and clause.auxiliary in ("must", "shall", "should")
    if not duty or clause.negated or not rule.conditions or rule.scenario is not None:
        return False
    return bool(find_mandatory(clause)) or is_value(rule)


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
