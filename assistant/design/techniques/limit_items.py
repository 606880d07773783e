"""Limits of a rule: the values on both sides, and what the text says of each side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from assistant.design.items import (
    Item,
    Result,
    Setting,
    condition_settings,
    effect_words,
    results_of,
)
from assistant.design.techniques.boundaries import Point, increment, points
from assistant.design.techniques.variables import assignment, measured_quantity
from assistant.language.amounts import Quantity
from assistant.language.coordination import coordinated
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span
from assistant.language.word_lists import read_patterns
from assistant.reading.certainty import (
    denies,
    is_entered,
    is_remark,
    is_response,
    is_sure,
)
from assistant.reading.logic import Case, cases, deciding_case, holds
from assistant.reading.restrictions import find_restriction
from assistant.reading.rules import Rule

MAX_LIMITS = 24
"""Limits of one rule that get their values; a rule of 2,000 words may hold hundreds."""


def limit_items(text: str, rule: Rule) -> Iterator[Item]:
    """The items of all limits in a rule, limit by limit."""
    limits = (
        q
        for q in find_quantities(text)
        if q.is_limit
        and _within(q, rule.whole)
        and not _is_reference(text, q)
        and not is_remark(text, q)
    )
    for quantity in islice(limits, MAX_LIMITS):
        slow = _within(quantity, rule.effect) and _is_answer_time(rule, quantity)
        slow = slow and not (_lasts(quantity) and _is_told_beyond(text, rule, quantity))
        entered = not slow and is_entered(text, quantity, rule.effect)
        for point in points(quantity, increment(text, quantity)):
            if point.allowed or entered:  # no tester enters an answer that comes too late
                yield _of_point(text, rule, quantity, point)


def purpose_items(text: str, purpose: Rule) -> Iterator[Item]:
    """The items of the limits that a story's purpose sets on what is asked: how soon or how much at
    most. "So that I save at least 2 hours" tells what it is good for.

    What lies beyond is tried where somebody may do it: "so that I can cancel up to a day before".
    """
    clause = purpose.clause
    may = clause is not None and clause.auxiliary in ("can", "may") and not clause.negated
    for quantity in find_quantities(text):
        upper = quantity.comparison in ("at most", "less than") or quantity.word in _LATEST
        if upper and _within(quantity, purpose.whole):
            for point in points(quantity, increment(text, quantity)):
                if point.allowed or may:
                    yield _of_point(text, purpose, quantity, point)


_LATEST = frozenset(("up to", "until", "till", "no later than", "not later than", "at the latest"))
"""What is "at least" so long before something is the last moment for it."""


def limits_untold(text: str, rule: Rule) -> Iterator[tuple[Quantity, Point]]:
    """Limits in days or longer by which something is done, each with the value just beyond it, of
    which there is no item: no tester enters it, and the rule does not say what happens then."""
    if rule.otherwise is not None:
        return
    for q in find_quantities(text):
        told = q.word != "within" or q.unit not in _LONG or not _within(q, rule.effect)
        if told or _in_subject(rule, q) or not _is_answer_time(rule, q):
            continue
        yield from ((q, point) for point in points(q) if point.place == "outside")


_LONG = frozenset(("day", "working day", "week", "month", "year"))


def _in_subject(rule: Rule, quantity: Quantity) -> bool:
    """Whether a limit is one of what the effect speaks of: "what is not paid within 14 days is"."""
    subject = rule.clause.subject if rule.clause is not None else ""
    return quantity.phrase_start - rule.effect.start < len(subject)


def _is_reference(text: str, quantity: Quantity) -> bool:
    """Whether a number names another place of the text: "the maximum in 1.3"."""
    return not quantity.unit and _REFERS.search(text[: quantity.start]) is not None


_PATTERNS = read_patterns(__file__)
_REFERS = _PATTERNS["refers"]


def limit_setting(text: str, quantity: Quantity, point: Point) -> Setting:
    """A value at a limit: whether the words of the limit are true of it."""
    words = Span(
        text[quantity.phrase_start : quantity.phrase_end],
        quantity.phrase_start, quantity.phrase_end,
    )  # fmt: skip
    return Setting("limit", words, point.allowed != quantity.negated, point.text)


def is_further(quantity: Quantity, point: Point) -> int:
    """1 for the further neighbour of a limit, 0 for the values at it and just across it.

    An inclusive limit changes sides between "at" and "outside", an exclusive one between "at" and
    "inside".
    """
    if quantity.comparison in ("less than", "more than"):
        return int(point.place == "outside")
    return int(point.place == "inside")


def _is_answer_time(rule: Rule, quantity: Quantity) -> bool:
    """Whether a limit in an effect says how soon something is done.

    The measure of a thing in its subject ("an extension of up to 14 days is granted") is a value
    that a tester enters.
    """
    before = rule.effect.text[: quantity.phrase_start - rule.effect.start]
    subject = rule.clause.subject if rule.clause is not None else ""
    if len(before) < len(subject) and _MEASURED.search(before):
        return False
    return is_response(quantity, rule.clause)


_MEASURED = re.compile(r"\w\s+of\s*$", re.IGNORECASE)


def _within(quantity: Quantity, words: Span) -> bool:
    return words.start <= quantity.start and quantity.end <= words.end


def _of_point(text: str, rule: Rule, quantity: Quantity, point: Point) -> Item:
    setting = limit_setting(text, quantity, point)
    item = Item(
        "boundary", point.allowed, (setting,), (), (rule.whole,),
        ((measured_quantity(rule.effect.text, quantity), point.text),),
        "High" if point.place != "inside" else "Medium", is_further(quantity, point),
    )  # fmt: skip
    if not is_sure(rule):
        return item
    index = next(
        (i for i, condition in enumerate(rule.conditions) if _within(quantity, condition.words)),
        None,
    )
    if index is not None:
        return _in_condition(text, rule, item, quantity, point, index)
    if _within(quantity, rule.effect):
        return _in_effect(text, rule, item, quantity, point)
    if rule.otherwise is not None and _within(quantity, rule.otherwise):
        return _in_otherwise(rule, item, quantity, point)
    return item


def _in_condition(
    text: str, rule: Rule, item: Item, quantity: Quantity, point: Point, index: int
) -> Item:
    condition = rule.conditions[index]
    variable = (measured_quantity(condition.words.text, quantity), point.text)
    case: Case = deciding_case(rule.expression, index)
    around = assignment(rule, {other: held for other, held in case.items() if other != index})
    others = condition_settings(rule, case, but=index)
    made = replace(item, settings=(*item.settings, *others), variables=(*around, variable))
    if not _decides(text, condition.words, quantity) or condition.part is not None:
        return made
    case = {**case, index: point.allowed == condition.holds}
    applies = holds(rule.expression, case)
    return replace(made, valid=applies != rule.restrictive, results=results_of(rule, case))


def _decides(text: str, words: Span, quantity: Quantity) -> bool:
    """Whether the words of a condition are true just where its limit is kept."""
    start, end = quantity.phrase_start - words.start, quantity.phrase_end - words.start
    around = words.text[:start] + " " + words.text[end:]
    if denies(around) or re.search(r"\bor\b", around, re.IGNORECASE):
        return False
    limits = [q for q in find_quantities(text) if q.is_limit and _within(q, words)]
    return len(limits) == 1 or (len(limits) == 2 and all(q.range_end for q in limits))


def _in_effect(text: str, rule: Rule, item: Item, quantity: Quantity, point: Point) -> Item:
    case: Case = cases(rule.expression)[0] if rule.conditions else {}
    settings = (*item.settings, *condition_settings(rule, case))
    value = (measured_quantity(rule.effect.text, quantity), point.text)
    made = replace(item, settings=settings, variables=(*assignment(rule, case), value))
    said = item.settings[0].holds
    turned = rule.restrictive and not quantity.negated and not denies(item.settings[0].words.text)
    made = replace(made, valid=point.allowed != turned)
    restriction = find_restriction(rule.effect.text, rule.clause)
    if restriction is not None and restriction.is_people:
        return made  # what the limit bounds, the right or a further duty, is not sure
    if _denied_apart(rule, quantity):
        return made  # "a number that does not have exactly 10 digits is refused"
    if said:
        return replace(made, results=(Result(effect_words(rule)),))
    if _is_alternative(rule.effect.text):
        return made  # ">= 3 kegs OR >= 250 EUR": the other one may hold
    if rule.otherwise is not None and _is_told_beyond(text, rule, quantity):
        return replace(made, results=(Result(rule.otherwise),))
    return made


def _lasts(quantity: Quantity) -> bool:
    """Whether a limit says how long something stays so ("valid for 30 days"): a tester waits, or
    sets its beginning back."""
    return quantity.kind == "duration" and quantity.word.endswith(" for")


def _is_told_beyond(text: str, rule: Rule, quantity: Quantity) -> bool:
    """Whether the other outcome is what follows beyond a limit of the effect."""
    return (
        rule.otherwise is not None
        and (
            not rule.conditions
            or (is_beyond_limit(text, rule) and _is_passed(text, rule.otherwise, quantity))
        )
        and len(coordinated(rule.effect.text)) == 1
        and _is_its_side(text, rule.otherwise, quantity)
    )


_FARTHER = _PATTERNS["farther"]
_NEARER = _PATTERNS["nearer"]
_LATER = _PATTERNS["later"]


def is_beyond_limit(text: str, rule: Rule) -> bool:
    """Whether "above that" and the like speak of the effect, which has a limit, and not of the
    conditions, as "otherwise a higher fee" does: "When it is issued, a quote of up to 100 EUR is
    open; above that it awaits approval"."""
    if rule.otherwise is None:
        return False
    lead = _lead(text, rule.otherwise).strip()
    if lead and not (_FARTHER.search(lead) or _NEARER.search(lead)):
        return False
    limits = [q for q in find_quantities(text) if q.is_limit]
    return (
        any(_within(q, rule.effect) for q in limits)
        and not any(_within(q, one.words) for one in rule.conditions for q in limits)
        and any(_leads(text, rule.otherwise))
    )


def _is_passed(text: str, otherwise: Span, quantity: Quantity) -> bool:
    """Whether a limit is what "later" can speak of, a time, or "after that": "up to 3 attempts";
    an account that is closed after a fee is not closed by a higher one."""
    said = _said(text, otherwise)
    of_time = quantity.kind in ("duration", "date", "time", "age")
    counted = quantity.kind == "count" and "after" in said.casefold()
    return of_time or counted or not _LATER.search(said)


def _lead(text: str, otherwise: Span) -> str:
    """What stands before another outcome in its clause."""
    return re.split(r"[.;:,]", text[: otherwise.start].rstrip(" ,:"))[-1]


def _said(text: str, otherwise: Span) -> str:
    """The words that lead to another outcome, with its first two."""
    return f"{_lead(text, otherwise)} {' '.join(otherwise.text.split()[:2])}"


def _leads(text: str, otherwise: Span) -> tuple[bool, bool]:
    """Whether what leads to another outcome says that it is farther, and nearer."""
    said = _said(text, otherwise)
    return bool(_FARTHER.search(said)), bool(_NEARER.search(said))


def _is_its_side(text: str, otherwise: Span, quantity: Quantity) -> bool:
    """Whether "after that" and the like speak of the end of a range that a limit is.

    What is later than a time that begins "12 months before" its event is not out of it.
    """
    farther, nearer = _leads(text, otherwise)
    if quantity.word == "from" and _AHEAD.match(text, quantity.end):
        return nearer and not farther
    if not quantity.range_end or farther == nearer:
        return True
    return farther == (quantity.range_end == "high")


_AHEAD = re.compile(r"\s+(?:before|prior to)\b", re.IGNORECASE)


def _is_alternative(effect: str) -> bool:
    """Whether several limits of an effect are joined by "or", or are of one kind, each for a case
    of its own: "up to 7 days for damage, and up to 30 days for loss"."""
    limits = [q for q in find_quantities(effect) if q.is_limit]
    return any(
        re.search(r"\bor\b", effect[left.end : right.start], re.IGNORECASE)
        or (left.comparison == right.comparison
            and re.search(r"[,;]\s+(?:and|but)\s+$", effect[: right.phrase_start]))
        for left, right in pairwise(limits)
    )  # fmt: skip


def _denied_apart(rule: Rule, quantity: Quantity) -> bool:
    """Whether a denial that is not the main verb's stands between the limit and what follows."""
    clause = rule.clause
    place = quantity.phrase_start - rule.effect.start
    if clause is None:
        return denies(rule.effect.text[:place])
    subject = len(clause.subject)
    if place < subject:
        return denies(rule.effect.text[:place]) and not _NOBODY.match(rule.effect.text)
    tail = rule.effect.text[subject:place]
    return len(_DENIALS.findall(tail)) > int(clause.negated)


_NOBODY = re.compile(r"(?:no|nobody|none)\b", re.IGNORECASE)
_DENIALS = _PATTERNS["denials"]


def _in_otherwise(rule: Rule, item: Item, quantity: Quantity, point: Point) -> Item:
    unmet = next((c for c in cases(rule.expression) if not holds(rule.expression, c)), None)
    if unmet is None or not rule.conditions or rule.otherwise is None:
        return item
    settings = (*item.settings, *condition_settings(rule, unmet))
    value = (measured_quantity(rule.otherwise.text, quantity), point.text)
    made = replace(item, settings=settings, variables=(*assignment(rule, unmet), value))
    return replace(made, results=(Result(rule.otherwise),)) if item.settings[0].holds else made
