"""The items of a rule: its main flow, the cases of its conditions, its limits, roles and states."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from assistant.design.items import (
    Item,
    Result,
    Setting,
    condition_settings,
    find_words,
    one_line,
    results_of,
)
from assistant.design.techniques.chain_items import chain_items, chains
from assistant.design.techniques.exclusive_rules import without_shown
from assistant.design.techniques.limit_items import is_beyond_limit, limit_items
from assistant.design.techniques.transition_items import (
    transition_items,
    with_change,
    without_stated,
)
from assistant.design.techniques.variables import assignment, possible
from assistant.domain import Technique
from assistant.language.clauses import parse_clause
from assistant.language.coordination import CLAUSAL, clauses_of, coordinated, starts_clause
from assistant.language.finite_verbs import PREPOSITIONS
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span, span
from assistant.reading.attributes import find_mandatory, find_options
from assistant.reading.certainty import is_sure, stands_alone
from assistant.reading.logic import Case, cases, first_case, holds
from assistant.reading.outcomes import is_restrictive
from assistant.reading.restrictions import Restriction, find_restriction
from assistant.reading.rules import Rule

MAX_FULL = 4
"""Conditions up to which a full decision table is written: 16 rows."""


def rule_items(text: str, rules: Sequence[Rule]) -> Iterator[Item]:
    """The items of all rules of a criterion; ``text`` is the criterion's.

    A plain flow is quoted with what stands in one sentence with it.
    """
    starts = _passages(text, rules)
    flows: dict[int, list[Item]] = {}
    items = list(without_stated(list(_of_rules(text, rules))))
    for item in items:
        if item.settings[0].kind == "main flow":
            flows.setdefault(_start_of(starts, item), []).append(item)
    for item in items:
        start = _start_of(starts, item)
        told = flows.get(start, [])
        if item not in told or (len(told) == 1 and item.settings[0].words.start == start):
            yield item
        elif item is told[0]:
            words = span(text, start, told[-1].settings[0].words.end)
            yield main_flow(words, valid=any(one.valid for one in told))


def _passages(text: str, rules: Sequence[Rule]) -> list[int]:
    """Where a rule begins that is read alone: behind a sentence, or as a clause of its own.

    In "if A, X happens; Y happens; Z happens" (or "if A: X ...") the last may hang on A as well.
    """
    starts: list[int] = []
    before: Rule | None = None
    led = False
    for rule in rules:
        ended = text[: rule.whole.start].rstrip()[-1:]
        read = parse_clause(rule.whole.text) is not None
        if ended not in (";", ":") or rule.conditions:
            led = any(one.words.end <= rule.effect.start for one in rule.conditions)
        elif ended == ":" and before is not None:
            led = before.whole.text.split()[0].lower() in CLAUSAL
        if before is None or (
            read
            and (ended in ".!?" or (ended == ";" and _is_apart(before, rule)))
            and (rule.conditions or ended != ";" or not led)
        ):
            starts.append(rule.whole.start)
        before = rule
    return starts


def _is_apart(before: Rule, rule: Rule) -> bool:
    """Whether a clause names its own thing, behind one that is whole too: "a driver sees the own
    car; (a manager sees all cars)", but not "up to 160 Wh is allowed; those above need it"."""
    clause = parse_clause(rule.whole.text)
    return (
        clause is not None and starts_clause(rule.whole.text)
        and parse_clause(before.whole.text) is not None
        and not _REFERS_BACK.match(clause.subject)
        and clause.subject.split()[0].lower() not in PREPOSITIONS
        and not _FOLLOWS.search(rule.whole.text)
    )  # fmt: skip


_FOLLOWS = re.compile(r"\b(?:then|thereby|therefore|thus)\b", re.IGNORECASE)
_REFERS_BACK = re.compile(
    r"(?:it|they|he|she|there|this|that|these|those|any\w+|every\w+|no\w+|both|neither|others?"
    r"|(?:each|all|some|most|one)$"
    r"|(?:(?:an?|the|each|every|any|all) )?(?:other|further|same|latter|former|second|third"
    r"|next|last))\b",
    re.IGNORECASE,
)
""" "those above it", "each further mile", "anything larger": what is meant stands before it."""


def _with_whole_otherwise(text: str, rule: Rule) -> Rule:
    """The rule, an elliptic "otherwise" ("..., else Cancelled") quoted with what it leaves out."""
    stated = rule.otherwise
    if stated is None or stands_alone(stated.text) or stated.start < rule.whole.start:
        return rule
    return replace(rule, otherwise=span(text, rule.whole.start, stated.end))


def _start_of(starts: Sequence[int], item: Item) -> int:
    return starts[max(0, bisect_right(starts, item.settings[0].words.start) - 1)]


def _of_rules(text: str, rules: Sequence[Rule]) -> Iterator[Item]:
    told: list[tuple[Rule, list[Item]]] = []
    for group in chains([_with_whole_otherwise(text, rule) for rule in rules]):
        if len(group) > 1:
            told.append((group[0], list(chain_items(group))))
            for rule in group:  # beyond the limit of one rule another may apply
                told.append((rule, list(limit_items(text, replace(rule, otherwise=None)))))
        else:
            told.append((group[0], list(_of_rule(text, group[0]))))
    yield from without_shown(told)


def main_flow(words: Span, *, valid: bool = True, results: tuple[Result, ...] = ()) -> Item:
    """The plain flow that a sentence tells, quoted whole."""
    return Item(
        "positive" if valid else "negative", valid, (Setting("main flow", words),),
        results or (Result(words),), priority="High",
    )  # fmt: skip


def _of_rule(text: str, rule: Rule) -> Iterator[Item]:
    """The items of a rule; an "otherwise" that none of them shows is quoted with its sentence."""
    items = list(_read(text, rule))
    other = rule.otherwise
    if other is None or any(r.words.end == other.end for item in items for r in item.results):
        yield from items
        return
    start, end = min(rule.whole.start, other.start), max(rule.whole.end, other.end)
    yield main_flow(span(text, start, end), valid=not rule.restrictive or bool(rule.conditions))
    yield from (item for item in items if item.settings[0].kind != "main flow")


def _read(text: str, rule: Rule) -> Iterator[Item]:
    if not is_sure(rule):
        yield main_flow(rule.whole, valid=not rule.restrictive or bool(rule.conditions))
        yield from limit_items(text, rule)
        return
    limits = list(limit_items(text, rule))
    rule = replace(rule, otherwise=None) if is_beyond_limit(text, rule) else rule
    for item in _of_words(text, rule):
        shown = item.technique != "positive" and any(_shows(limit, item) for limit in limits)
        yield replace(item, further=max(item.further, 1)) if shown else item
    yield from limits
    yield from _field_items(text, rule)
    yield from transition_items(text, rule)


def _shows(limit: Item, row: Item) -> bool:
    """Whether a value at a limit puts the tester where a row of conditions does."""
    value = limit.settings[0]
    return not limit.further and any(
        one.kind == "condition" and one.value == "" and one.holds == value.holds
        and one.words.start <= value.words.start and value.words.end <= one.words.end
        and set(row.settings) - {one} == set(limit.settings[1:])
        for one in row.settings
    )  # fmt: skip


def _of_words(text: str, rule: Rule) -> Iterator[Item]:
    """Who may, and the cases of the conditions; else the sentence."""
    restriction = find_restriction(rule.effect.text, rule.clause)
    sides = _sides(text, rule)
    if sides:
        yield from sides
    elif restriction is not None and restriction.is_people:
        yield from _role_items(text, rule, restriction)
    elif rule.conditions:
        yield from with_change(text, rule, _suite(rule))
    else:
        yield from _plain(text, rule)


def _plain(text: str, rule: Rule) -> Iterator[Item]:
    """A rule without conditions: its sentence, and what it keeps out by "only" in front."""
    clause = rule.clause
    only = _ONLY_THING.match(rule.effect.text)
    if only and clause is not None and len(coordinated(rule.effect.text)) == 1:
        named = span(text, rule.effect.start + only.end(), rule.effect.start + len(clause.subject))
        rest = span(text, rule.effect.start + len(clause.subject), rule.effect.end)
        if named.text and rest.text and not clause.negated:
            for value in (True, False):
                yield Item(
                    "positive" if value else "negative", value,
                    (Setting("condition", named, value),),
                    (Result(rule.effect) if value else Result(rest, False),), (rule.whole,),
                    priority="High",
                    variables=((one_line(named.text), "true" if value else "false"),),
                )  # fmt: skip
            return
    yield main_flow(rule.whole, valid=not rule.restrictive, results=results_of(rule, None))


_ONLY_THING = re.compile(
    r"only\s+(?=\w)(?!(?:if|when|whenever|where|once|unless|until|while)\b)", re.IGNORECASE
)
""" "Only PDF files", not "only if"."""


def _suite(rule: Rule) -> Iterator[Item]:
    """The cases that show every condition at work, then, for a thorough test, all others."""
    made = [case for case in cases(rule.expression) if possible(rule, case)]
    met = [case for case in made if holds(rule.expression, case)]
    unmet = [case for case in made if not holds(rule.expression, case)]
    passing, failing = (unmet, met) if rule.restrictive else (met, unmet)
    for case in passing[:1]:
        yield case_item(rule, case, "positive")
    for case in failing[:1]:
        yield case_item(rule, case, "negative")
    for case in (*passing[1:], *failing[1:]):
        yield case_item(rule, case, "decision-table rule")
    if 1 < len(rule.conditions) <= MAX_FULL:
        for values in product((True, False), repeat=len(rule.conditions)):
            case = dict(enumerate(values))
            if case not in made and possible(rule, case):
                yield replace(case_item(rule, case, "decision-table rule"), further=2)


def case_item(rule: Rule, case: Case, technique: Technique) -> Item:
    """A case of a rule's conditions with what the text says of it."""
    applies = holds(rule.expression, case)
    return Item(
        technique, applies != rule.restrictive, condition_settings(rule, case),
        results_of(rule, case), (rule.whole,), assignment(rule, case),
        "High" if technique != "decision-table rule" else "Medium",
    )  # fmt: skip


# --- Roles -------------------------------------------------------------------------------------


def _role_items(text: str, rule: Rule, restriction: Restriction) -> Iterator[Item]:
    """Who may, and another: "only a Team Leader may approve"."""
    act = _kept_act(text, rule)
    met = first_case(rule.expression, True) if rule.conditions else {}
    around = condition_settings(rule, met)
    values = assignment(rule, met)
    first = True
    for role in restriction.roles:
        named = find_words(text, role, rule.effect.start)
        if named is None or named.end > rule.effect.end:
            continue
        yield Item(
            "positive" if first else "role", True,
            (Setting("role", named, True, named.text), *around), (Result(rule.effect),),
            (rule.whole,), (("role", one_line(role)), *values), "High", further=int(not first),
        )  # fmt: skip
        first = False
    if first:
        yield main_flow(rule.whole)
    results = (Result(act, happens=False),) if act is not None else ()
    if rule.otherwise is not None and not rule.conditions:
        results = (Result(rule.otherwise),)
    yield Item(
        "negative", False, (Setting("role", rule.effect, False, "another"), *around), results,
        (rule.whole,), (("role", "another"), *values), "High",
    )  # fmt: skip


def _sides(text: str, rule: Rule) -> tuple[Item, ...]:
    """Who may and who may not: "a supervisor may cancel a booking, a clerk may not"."""
    own, other = rule.clause, parse_clause(rule.contrast.text) if rule.contrast else None
    if rule.contrast is None or own is None or other is None:
        return ()
    named = (find_words(text, own.subject, rule.effect.start),
             find_words(text, other.subject, rule.contrast.start))  # fmt: skip
    told = (rule.effect, span(text, rule.effect.start, rule.contrast.end))
    met = first_case(rule.expression, True) if rule.conditions else {}
    around = condition_settings(rule, met)
    made = tuple(
        Item(
            "negative" if denied else "positive", not denied,
            (Setting("role", who, value=who.text), *around), (Result(words),), (rule.whole,),
            (("role", one_line(who.text)), *assignment(rule, met)), "High",
        )
        for who, words, denied in zip(named, told, (own.negated, other.negated), strict=True)
        if who is not None
    )  # fmt: skip
    return made if len(made) == 2 else ()


_BY = re.compile(r"^(?P<before>.*?)\bonly\b(?P<act>.*?)\b(?:by|to|for)\b", re.IGNORECASE)


def _kept_act(text: str, rule: Rule) -> Span | None:
    """What is kept for a role, without the role: "may approve", "be approved"."""
    clause, effect = rule.clause, rule.effect
    first = coordinated(effect.text)[0] if coordinated(effect.text) else effect.text
    if clause is not None and re.match(r"only\s", clause.subject, re.IGNORECASE):
        end = effect.start + len(first)
        act = span(text, effect.start + len(clause.subject), end)
        return act if text[effect.start : end] == first and act.text else None
    kept = _BY.match(effect.text)
    if kept is None:
        return None
    group = "act" if kept["act"].strip() else "before"
    act = span(text, effect.start + kept.start(group), effect.start + kept.end(group))
    return act if act.text and not _HALF.search(act.text) else None


_HALF = re.compile(r"\b(?:and|or|but)$", re.IGNORECASE)


# --- Fields that a sentence names --------------------------------------------------------------


def _field_items(text: str, rule: Rule) -> Iterator[Item]:
    """A mandatory field left empty, each value of a list, and one that is not in it."""
    if rule.scenario is not None or rule.conditions:
        return
    mandatory = () if is_restrictive(rule.effect.text) else find_mandatory(rule.clause)
    # What is said for a value beyond a limit ("outside that range: ...") is not said for none.
    limited = any(one.is_limit for one in find_quantities(rule.effect.text))
    results = (Result(rule.otherwise),) if rule.otherwise is not None and not limited else ()
    for name in mandatory:
        words = find_words(text, name, rule.effect.start)
        if words is not None:
            yield Item(
                "negative", False, (Setting("field", words, value="empty"),), results,
                (rule.whole,), ((one_line(name), "empty"),), "High",
            )  # fmt: skip
    options = next((o for c in clauses_of(rule.effect.text) if (o := find_options(c))), None)
    name_ = find_words(text, options.name, rule.effect.start) if options else None
    if options is None or name_ is None:
        return
    for value in options.values:
        if find_words(text, value, name_.end) is not None:
            yield Item(
                "decision-table rule", True, (Setting("field", name_, value=f"“{value}”"),),
                (Result(rule.effect),), (rule.whole,), ((one_line(options.name), value),),
                further=1,
            )  # fmt: skip
    yield Item(
        "negative", False, (Setting("field", name_, value="another value"),), results,
        (rule.whole,), ((one_line(options.name), "another value"),),
    )  # fmt: skip
