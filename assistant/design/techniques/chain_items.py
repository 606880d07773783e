"""The items of rules of which the first that applies counts: "if A, X; else if B, Y"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.design.items import Item, Result, condition_settings, results_of
from assistant.design.techniques.variables import assignment, possible
from assistant.domain import Technique
from assistant.reading.certainty import is_of_other_case, is_sure
from assistant.reading.logic import (
    Case,
    Expression,
    Junction,
    cases,
    first_case,
    holds,
    shift_indices,
)
from assistant.reading.rules import Rule


def chains(rules: Sequence[Rule]) -> list[tuple[Rule, ...]]:
    """Rules in order, those that exclude one another together."""
    groups: list[tuple[Rule, ...]] = []
    for rule in rules:
        sure = rule.conditions and is_sure(rule)
        if (
            rule.chained
            and sure
            and groups
            and all(r.conditions and is_sure(r) for r in groups[-1])
        ):
            groups[-1] = (*groups[-1], rule)
        else:
            groups.append((rule,))
    return groups


def chain_items(rules: Sequence[Rule]) -> Iterator[Item]:
    """The cases of rules of which the first that applies counts, and of none applying."""
    conditions = tuple(condition for rule in rules for condition in rule.conditions)
    parts: list[Expression] = []
    for rule in rules:
        before = sum(len(r.conditions) for r in rules[: len(parts)])
        parts.append(shift_indices(rule.expression, before))
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
            seen.append(chosen)
            applies = holds(part, chosen)
            last = rules[-1]
            technique: Technique = "decision-table rule"
            if not applies:
                technique = "negative"
            elif not place and not rule.restrictive:
                technique = "positive"
            results: tuple[Result, ...] = ()
            if applies:
                results = results_of(
                    replace(rule, otherwise=None), first_case(rule.expression, True)
                )
            elif last.otherwise is not None and is_of_other_case(last):
                results = (Result(last.otherwise),)
            yield Item(
                technique, applies and not rule.restrictive, condition_settings(wide, chosen),
                results, (rule.whole,), assignment(wide, chosen), "High",
            )  # fmt: skip


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
