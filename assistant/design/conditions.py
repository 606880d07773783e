"""Test conditions of a criterion: its checklist, numbered and cut to the depth asked for.

The label of a condition is made of fixed phrases, values and quotations, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count

from assistant.design.checklist import checklist
from assistant.design.items import Item, one_line
from assistant.domain import (
    FLOW,
    TECHNIQUE_LETTERS,
    TECHNIQUES,
    AcceptanceCriterion,
    CriterionForm,
    Depth,
    Evidence,
    Fact,
    Outcome,
    Priority,
    Technique,
    TestCondition,
)
from assistant.language.sentences import Span


def condition_label(facts: Sequence[Fact]) -> str:
    """What a condition sets, in one line: "31 days: “up to 30 days” does not hold"."""
    said: list[str] = []
    states = [fact for fact in facts if fact.kind == "transition"]
    cells = [fact for fact in facts if fact.kind == "row"]
    steps = [fact for fact in facts if fact.kind == "scenario"]
    for fact in facts:
        if fact.kind == "transition":
            if fact is states[0]:
                said.append(" ".join(f"{one.value} {quotation(one.quote)}" for one in states))
        elif fact.kind == "row":
            if fact is cells[0]:
                said.append("row: " + ", ".join(f"{c.value} = {quotation(c.quote)}" for c in cells))
        elif fact.kind == "scenario":
            if fact is steps[0]:
                said.append("scenario: " + "; ".join(quotation(step.quote) for step in steps))
        else:
            said.append(_of_one(fact))
    return "; ".join(said)


def _of_one(fact: Fact) -> str:
    words = quotation(fact.quote)
    holds = "holds" if fact.holds else "does not hold"
    if fact.kind == "main flow":
        first, *more = fact.quote.splitlines() or [""]
        if not more or fact.value != FLOW:
            return f"main flow: {words}"
        # A table of steps begins with the heads of its columns.
        return f"flow: {quotation(more[0] if ' | ' in first else first)} …"
    if fact.kind == "limit":
        return f"{fact.value}: {words} {holds}"
    if fact.kind == "field":
        return f"field {words} is {fact.value}" if fact.value else f"field {words}"
    if fact.kind == "role":
        return f"role: {words}" if fact.value == fact.quote else f"role: {fact.value}; {words}"
    return f"{quotation(fact.value)} in {words} {holds}" if fact.value else f"{words} {holds}"


def outcome_label(outcomes: Sequence[Outcome]) -> str:
    """What the text says happens, in one line: "“the request is refused”; not: “...”"."""
    return "; ".join(
        quotation(one.quote) if one.happens else f"not: {quotation(one.quote)}" for one in outcomes
    )


def quotation(words: str) -> str:
    """Words between quotation marks, on one line."""
    return f"“{one_line(words)}”"


STANDARD = 3
"""Items of a criterion at standard depth beside one for each of its rules and further ends of
limits."""

MAX_THOROUGH = 60

_GRAVE = re.compile(
    r"[£$€]|\b(?:pay|paid|payment|refund|charge|fee|price|money|debt|account|legal|law|gdpr"
    r"|privacy|consent"
    r"|personal|password|security|secure|permission|authori[sz]|verif|fraud|safety|emergency"
    r"|regulat)",
    re.IGNORECASE,
)


def derive_conditions(
    criterion: AcceptanceCriterion,
    *,
    techniques: Sequence[Technique] = TECHNIQUES,
    depth: Depth = "standard",
) -> tuple[TestCondition, ...]:
    """All test conditions of one criterion, positives first, then negatives, boundaries, the rest.

    The result depends on nothing but the arguments. Ids are the criterion's id with the technique's
    letter and a number ("CC-12-AC3-B2"), so that they stay when another criterion changes.
    ``techniques`` and ``depth`` select; ids do not depend on the selection. "smoke" keeps the first
    positive and the first negative, "standard" both sides nearest each limit and the rows that show
    each condition at work, as far as ``STANDARD`` and one more for each further end of a limit
    allow (both values at the ends of a range that stands alone), "thorough" the further neighbours,
    every value of a list and every combination of up to four conditions.
    """
    every = _derived(criterion.id, criterion.text, criterion.form, depth)
    return tuple(condition for condition in every if condition.technique in techniques)


@lru_cache(maxsize=2048)
def _derived(
    criterion_id: str,
    text: str,
    form: CriterionForm,
    depth: Depth,
) -> tuple[TestCondition, ...]:
    """All that a criterion's conditions depend on; asked for again at each look at an epic."""
    criterion = AcceptanceCriterion(id=criterion_id, text=text, form=form)
    named = _named_items(criterion_id, text, form)
    chosen = {suffix for _, suffix in _budgeted(named, depth)}
    return tuple(_condition(criterion, item, suffix) for item, suffix in named if suffix in chosen)


def _named_items(criterion_id: str, text: str, form: CriterionForm) -> tuple[Named, ...]:
    """The criterion's items with the ends of their ids: the same at each depth."""
    if not re.search(r"\w", text):
        return ()
    criterion = AcceptanceCriterion(id=criterion_id, text=text, form=form)
    numbers = {technique: count(1) for technique in TECHNIQUES}
    return tuple(
        (item, f"{TECHNIQUE_LETTERS[item.technique]}{next(numbers[item.technique])}")
        for item in checklist(criterion)[:MAX_THOROUGH]
    )


Named = tuple[Item, str]


def _budgeted(named: Sequence[Named], depth: Depth) -> list[Named]:
    """The items that a depth has room for, the most telling first."""
    if depth == "thorough":
        return list(named)
    near = [one for one in named if not one[0].further] or list(named[:1])
    if depth == "smoke":
        firsts = {one[0].technique: one for one in reversed(near)}
        plain = [firsts[kind] for kind in ("positive", "negative") if kind in firsts]
        return plain or near[:1]
    pairs = [one for one in near if one[0].technique == "pairwise"]
    rest = [one for one in near if one[0].technique != "pairwise"]
    rules = max(1, sum(one[0].technique == "positive" for one in rest))
    # A range has two ends, and each has a value just beyond it.
    limits = [first for first in (one[0].settings[0] for one in rest) if first.kind == "limit"]
    ends = {(first.words, first.value) for first in limits if not first.holds}
    room = STANDARD + rules + max(0, len(ends) - 1)
    chosen = sorted(rest, key=_rank)[:room]
    if len(ends) == 2 and len({first.words for first in limits}) == 1:  # a range: both its ends
        chosen += [one for one in rest if one not in chosen and one[0].technique == "boundary"]
    return [*chosen, *pairs]


def _rank(one: Named) -> int:
    """Positives and negatives, then values beyond limits, then the rest; each in its order.

    Values on the good side come last: the positives show that side too.
    """
    item = one[0]
    order = {"positive": 0, "negative": 1, "boundary": 2}
    good = item.technique == "boundary" and item.valid
    return 4 if good else order.get(item.technique, 3)


def _priority(item: Item, words: str) -> Priority:
    """High for positives, and for anything about money, rights or the law; else the item's own."""
    return "High" if item.technique == "positive" or _GRAVE.search(words) else item.priority


def _condition(criterion: AcceptanceCriterion, item: Item, suffix: str) -> TestCondition:
    facts = tuple(
        Fact(kind=s.kind, quote=s.words.text, holds=s.holds, value=one_line(s.value))
        for s in item.settings
    )
    outcomes = tuple(
        Outcome(source_id=criterion.id, quote=quote, happens=r.happens)
        for r in item.results
        if (quote := r.words.text.rstrip(" ."))
    )
    spans = (*item.spans, *(s.words for s in item.settings), *(r.words for r in item.results))
    statement = condition_label(facts)
    return TestCondition(
        id=f"{criterion.id}-{suffix}",
        criterion_id=criterion.id,
        technique=item.technique,
        valid=item.valid,
        statement=statement,
        precondition=condition_label(
            tuple(f for f in facts if f.kind in ("condition", "transition"))
        ),
        data="; ".join(f.value for f in facts if f.kind in ("limit", "field", "role") and f.value),
        expected=outcome_label(outcomes),
        evidence=_evidence(criterion, spans),
        priority=_priority(item, f"{statement} {outcome_label(outcomes)}"),
        variables=dict(item.variables),
        facts=facts,
        outcomes=outcomes,
    )


def _evidence(criterion: AcceptanceCriterion, spans: Sequence[Span]) -> tuple[Evidence, ...]:
    """The words that an item rests on, each place once; what lies in another one is left out."""
    places = list(dict.fromkeys((s.start, s.end) for s in spans if s.end > s.start))
    kept = [
        (start, end) for start, end in places
        if not any((a, b) != (start, end) and a <= start and end <= b for a, b in places)
    ]  # fmt: skip
    text = criterion.text
    return tuple(
        Evidence(source_id=criterion.id, quote=text[start:end], start=start, end=end)
        for start, end in kept
    )
