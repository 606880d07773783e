"""The cases of a rule with conditions: which of them hold, and what follows.

The cases are the smallest set that shows every condition at work (``logic.cases``). The first in
which the rule lets something through is the positive, the first in which it does not the negative,
each further one a decision-table rule. ``variables`` tells of every case how each condition stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from assistant.design.capabilities import find_restriction
from assistant.design.casing import capital, lower_start, one_line
from assistant.design.condition_cases import condition_words, mentioned, most_telling, turnable
from assistant.design.drafts import Draft, counter_outcome, outcome, spans_of, unmet_outcome
from assistant.design.feasible import possible
from assistant.design.joining import clauses_of
from assistant.design.logic import Case, Expression, Junction, cases, first_case, holds, shifted
from assistant.design.negatives import refusal, tried
from assistant.design.positives import positive
from assistant.design.rules import Rule
from assistant.design.situations import stage
from assistant.design.telling import in_sentence, is_placed
from assistant.design.variables import assignment
from assistant.domain import Technique

MAX_FULL = 4
"""Conditions up to which a full decision table is written: 16 rows."""


def decides(rule: Rule) -> bool:
    """Whether a rule has conditions of which cases can be made."""
    if not rule.conditions or rule.scenario is not None:
        return False
    restriction = find_restriction(rule.effect.text, rule.clause)
    return restriction is None or not restriction.is_people


def suite(rule: Rule) -> Iterator[Draft]:
    """The cases of a rule that ``decides``, positive and negative first."""
    made = [case for case in cases(rule.expression) if possible(rule, case)]
    met = [case for case in made if holds(rule.expression, case)]
    unmet = sorted(
        (case for case in made if not holds(rule.expression, case)), key=lambda c: _rank(rule, c)
    )
    passing, failing = (unmet, met) if rule.restrictive else (met, unmet)
    firsts: tuple[tuple[list[Case], Technique], ...] = (
        (passing, "positive"), (failing, "negative"),
    )  # fmt: skip
    for found, technique in firsts:
        for case in found[:1]:
            yield _draft(rule, case, technique, first=True)
    for case in (*passing[1:], *failing[1:]):
        yield _draft(rule, case, "decision-table rule", first=False)


def full_table(rule: Rule) -> Iterator[Draft]:
    """Every combination of the conditions that can occur together, of up to four conditions."""
    if not decides(rule) or not 1 < len(rule.conditions) <= MAX_FULL:
        return
    for values in product((True, False), repeat=len(rule.conditions)):
        case = dict(enumerate(values))
        if possible(rule, case):
            yield _draft(rule, case, "decision-table rule", first=False)


def _rank(rule: Rule, case: Case) -> int:
    """Among the cases in which the effect stays away, the most telling first."""
    odd = [index for index, value in case.items() if not value]
    if len(odd) != 1:
        return 1
    turned = turnable(rule)
    if not turned:
        return 1
    wanted = turned[-1][0] if rule.otherwise is not None else most_telling(rule, turned)[0]
    return 0 if odd[0] == wanted else 1


def _draft(rule: Rule, case: Case, technique: Technique, *, first: bool) -> Draft:
    applies = holds(rule.expression, case)
    words = [("given", span.text) for span in rule.context]
    told: list[str] = []
    for index in mentioned(rule.expression, case):
        condition = rule.conditions[index]
        said = condition_words(rule, index, literal=case[index])
        words.append((condition.keyword, said))
        if case[index] == applies or applies:
            told.append(said)
    if applies and rule.restrictive and first:
        made = refusal(rule, words)
    elif applies and not rule.restrictive:
        made = positive(rule, words)
        if not first:
            made = replace(made, statement=_said(told, made.expected))
    else:
        expected = outcome(rule) if applies else unmet_outcome(rule)
        situation = stage(words, rule.effect.text)
        if not applies and not rule.restrictive:
            situation = tried(rule, situation)
        made = Draft(
            technique, True, _said(told, expected), situation, expected,
            spans_of(rule, None if applies else rule.otherwise), priority="High",
        )  # fmt: skip
    valid = applies != rule.restrictive
    if not first:
        priority = made.priority if technique == "positive" else "Medium"
    else:
        priority = "High" if valid or rule.restrictive or rule.otherwise else "Medium"
    return replace(
        made, technique=technique, valid=valid, priority=priority, weight=0,
        variables=assignment(rule, case),
    )  # fmt: skip


def _said(told: list[str], expected: str) -> str:
    words = " and ".join(in_sentence(part) for part in told)
    lead = "When" if clauses_of(words) or words.startswith("not ") else "With"
    if is_placed(words):
        lead = ""
    return capital(one_line(f"{lead} {words}, {lower_start(expected)}"))


def chains(rules: Sequence[Rule]) -> list[tuple[Rule, ...]]:
    """Rules in order, those that exclude one another together."""
    found: list[tuple[Rule, ...]] = []
    for rule in rules:
        if rule.chained and found and decides(rule) and all(map(decides, found[-1])):
            found[-1] = (*found[-1], rule)
        else:
            found.append((rule,))
    return found


def _possible_among(rule: Rule, case: Case, none: Case, later: Sequence[Expression]) -> Case | None:
    """The case with no other rule applying or, where that cannot be, with later ones applying too.

    "From 100 free, from 50 for 2.99": what is from 100 is from 50 as well.
    """
    chosen = none | case
    for part in later:
        if possible(rule, chosen):
            return chosen
        chosen = chosen | first_case(part, True) | case
    return chosen if possible(rule, chosen) else None


def chain_suite(rules: Sequence[Rule]) -> list[Draft]:
    """The cases of rules of which the first that applies counts, and of none applying.

    The first case that is let through is the positive, whichever rule it is of.
    """
    found = list(_chain_cases(rules))
    if not any(draft.technique == "positive" for draft in found):
        first = next((place for place, draft in enumerate(found) if draft.valid), None)
        if first is not None:
            found[first] = replace(found[first], technique="positive")
    return found


def _chain_cases(rules: Sequence[Rule]) -> Iterator[Draft]:
    conditions = tuple(condition for rule in rules for condition in rule.conditions)
    parts: list[Expression] = []
    for rule in rules:
        before = sum(len(r.conditions) for r in rules[: len(parts)])
        parts.append(shifted(rule.expression, before))
    whole = Junction(True, tuple(range(len(conditions))))
    none: Case = {}
    for part in parts:
        none |= first_case(part, False)
    seen: list[Case] = []
    for place, (rule, part) in enumerate(zip(rules, parts, strict=True)):
        wide = replace(rule, conditions=conditions, logic=whole, otherwise=None)
        for case in cases(part):
            chosen = _possible_among(wide, case, none, parts[place + 1 :])
            if chosen is None or chosen in seen:
                continue
            case = chosen
            seen.append(case)
            if holds(part, case):
                valid, expected = not rule.restrictive, outcome(rule)
                technique: Technique = "decision-table rule" if place or not valid else "positive"
            else:
                valid, expected = False, counter_outcome(rules[-1])
                technique = "negative"
            words = [
                (conditions[index].keyword, condition_words(wide, index, literal=case[index]))
                for index in range(len(conditions))
            ]
            told = [said for index, (_, said) in enumerate(words) if case[index]] or [
                said for _, said in words
            ]
            yield Draft(
                technique, valid, _said(told, expected), stage(words, rule.effect.text), expected,
                spans_of(rule, rules[-1].otherwise), priority="High",
                variables=assignment(wide, case),
            )  # fmt: skip
