"""Whether the data of a case lie on the side of each limit that its condition claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal

from assistant.domain import Fact, TestCondition
from assistant.generation.proof.amounts import Number, as_written, grouped, number_of, numbers
from assistant.generation.proof.calculation_lines import Worked
from assistant.generation.proof.foreign_quantities import foreign_comparison
from assistant.generation.proof.measures import Measures, Value, Values, comparable, of_year
from assistant.generation.proof.proof_faults import WRONG_SIDE, Mark, shown
from assistant.generation.proof.statement_words import NEGATORS
from assistant.language.comparisons import Comparison
from assistant.language.quantities import Quantity, find_quantities

NEAR = Decimal("0.5")
"""How far from a limit, as a share of it, a value still tells a side ..."""

FAR = Decimal("1.0")
"""... and how far where none is nearer."""


COUNTED = Decimal(2)
"""How far a length of time that the case itself counts still tells one."""


@dataclass(frozen=True)
class Limit:
    """A limit that a condition claims: its quotation, the side, the value tried, the bounds, and
    whether they are of somebody's age."""

    fact: Fact
    bounds: tuple[tuple[Comparison, Number], ...]
    tried: Number | None
    of_age: bool = False

    @property
    def _wraps(self) -> bool:
        if len(self.bounds) != 2:
            return False
        low, high = self.bounds[0][1].value, self.bounds[1][1].value
        return isinstance(low, time) and isinstance(high, time) and low > high

    def holds_at(self, value: Value) -> bool | None:
        """Whether the quoted words hold at a value; ``None`` where it cannot be told.

        Where no comparison is read, the value tried tells on which side of the number they hold.
        """
        if self._wraps:  # "between 22:00 and 07:00"
            (_, low), (_, high) = self.bounds
            if not isinstance(value, time):
                return None
            return value >= low.value or value <= high.value  # type: ignore[operator]
        answers = [compared(value, comparison, number) for comparison, number in self.bounds]
        if None not in answers:
            return all(answers)
        at, tried = self.bounds[0][1].value, self.tried.value if self.tried else None
        if len(self.bounds) > 1 or tried is None or not type(at) is type(tried) is type(value):
            return None
        if tried == at:
            return self.fact.holds if value == at else None
        if value == at:
            return None
        beyond = value > at if tried > at else value < at  # type: ignore[operator]
        return self.fact.holds if beyond else not self.fact.holds


def _denies(text: str) -> bool:
    return any(word in NEGATORS for word in re.findall(r"[^\W\d_]+", text.casefold()))


def limits_of(condition: TestCondition) -> Iterator[Limit]:
    """The limits among the facts of a condition, each read from its own quotation, and its side as
    the sentence tells it: "until 30 minutes before the slot" are 30 or more."""
    for fact in condition.facts:
        if fact.kind not in ("limit", "field"):
            continue
        tried = next(iter(find_quantities(grouped(fact.value))), None)
        read = list(find_quantities(grouped(fact.quote)))
        read = [one for one in read if one.is_limit] or read[:1]
        read = [one for one in read if one.range_end] or read[:1]
        sentence, start = _sentence_of(condition, fact)
        told = {one.start - start: one for one in find_quantities(grouped(sentence))}
        read = [replace(one, comparison=told.get(one.start, one).comparison) for one in read]
        of_age = any(one.kind == "age" and 0 <= at < len(fact.quote) for at, one in told.items())
        if of_age:
            read = [_years(one) for one in read]
            tried = _years(tried) if tried else None
        around = (sentence[:start], sentence[start + len(fact.quote) :])
        bounds = tuple(_bound(fact.quote, one, tried, around) for one in read)
        if bounds:
            value = next(iter(numbers(fact.value)), None) if not of_age else None
            value = value or (number_of(tried) if tried else None)
            yield Limit(fact, bounds, value, of_age)


def _sentence_of(condition: TestCondition, fact: Fact) -> tuple[str, int]:
    """The sentence that a fact's quotation stands in, and where: it tells whose a number is, "a
    driver (under 23)", and to which side. Where none is known, the quotation."""
    for evidence in condition.evidence:
        if (start := evidence.quote.find(fact.quote)) >= 0:
            return evidence.quote, start
    return fact.quote, 0


def _years(one: Quantity) -> Quantity:
    """A bare number as one of years."""
    return replace(one, kind="age", unit="year") if one.kind == "number" else one


def _bound(
    quote: str, read: Quantity, tried: Quantity | None, around: tuple[str, str]
) -> tuple[Comparison, Number]:
    """A bound of a limit: "<18" tried at "17 years" is one of 18 years. ``around`` is what stands
    before and behind the quotation."""
    bare = read.kind == "number" and tried is not None and tried.kind != "number"
    if bare and tried is not None and isinstance(tried.value, Decimal):
        read = replace(read, kind=tried.kind, unit=tried.unit)
    comparison = read.comparison
    if _denies(quote[: read.phrase_start]) or _denies(quote[read.phrase_end :]):
        return "none", number_of(read)  # "nobody has answered within 4 hours"
    if comparison == "none":
        before, behind = around[0] + quote[: read.start], quote[read.end :] + around[1]
        comparison = foreign_comparison(before, behind, read.text)
    return comparison, number_of(read)


def compared(value: Value, comparison: Comparison, bound: Number) -> bool | None:
    """Whether a value lies on this side of a bound; ``None`` where that cannot be told."""
    at = bound.value
    if type(value) is not type(at):
        return None
    match comparison:
        case "at least":
            return value >= at  # type: ignore[operator]
        case "more than":
            return value > at  # type: ignore[operator]
        case "at most":
            return value <= at  # type: ignore[operator]
        case "less than":
            return value < at  # type: ignore[operator]
        case "exactly":
            return value == at
    return None


_COUNTED_FROM = re.compile(
    r"\b(?:after|before|since|from|within|later|earlier|advance|old(?:er)?|age[ds]?|nach|vor|seit|ab"
    r"|innerhalb|binnen|après|avant|depuis|dans|avance)\b",
    re.IGNORECASE,
)


def counts_from(quote: str) -> bool:
    """Whether a limit counts days from one day on: "within 5 working days after the close"."""
    return _COUNTED_FROM.search(quote) is not None


def values_for(limit: Limit, measures: Measures) -> Values:
    """What the data of a case say that can be compared with a limit."""
    return measures.of(
        limit.bounds[0][1], counted_from=counts_from(limit.fact.quote), of_age=limit.of_age
    )


_OCCASIONS = frozenset({"tim", "fois", "mal", "vez", "volt"})
"""Units of how often something was done: data say it of before, and a step does it once more."""


def wrong_sides(condition: TestCondition, measures: Measures, worked: Worked) -> Iterator[Mark]:
    """Limits of which the data of the case lie on the other side than the condition claims.

    Told only where it is certain: the value tried is not there, and the value that is nearest to
    the limit lies on the other side.
    """
    for limit in limits_of(condition):
        bound = limit.bounds[0][1]
        values = values_for(limit, measures)
        tried = limit.tried
        if tried is not None and values.has(of_year(tried.value, bound)):
            continue
        if tried is not None and (_stands_bare(tried, measures) or worked.comes_to(tried)):
            continue
        if limit.tried is not None and not comparable(limit.tried, bound):
            continue  # "300 EUR" of "1 % of the income"
        if limit.tried is None and bound.value in values.written:
            continue  # the limit itself is named
        sides = _sides(limit, values, measures, dated=tried is not None)
        right = [value for value, side in sides.items() if side == limit.fact.holds]
        wrong = [value for value, side in sides.items() if side != limit.fact.holds]
        if not wrong or any(value in values.computed for value in right):
            continue
        nearest = min(wrong, key=lambda value: distance(value, bound))
        if bound.unit in _OCCASIONS and nearest == bound.value:
            continue  # "already moved twice", and what the steps do is the third time
        if right and min(distance(v, bound) for v in right) <= distance(nearest, bound):
            continue
        words = next(
            (one.words for one in measures.read.all
             if of_year(one.value, bound) == nearest and comparable(one, bound)), "",
        )  # fmt: skip
        if not words and _is_counted_out(limit, worked):
            continue
        holds = "holds" if limit.fact.holds else "does not hold"
        value = f"“{words}” lies" if words else "its dates or entries lie"
        claim = f"{shown(limit.fact.quote)} {holds}"
        message = f"The case is to show that {claim}; {value} on the other side."
        yield Mark(WRONG_SIDE, words or limit.fact.quote, message)


def _is_counted_out(limit: Limit, worked: Worked) -> bool:
    """Whether all lengths of time between two dates that the case calculates lie on the side that
    is claimed: two other dates of it that lie nearer to the limit are then of another matter."""
    bound = limit.bounds[0][1]
    lengths = [one.value for one in worked.apart if comparable(one, bound)]
    near = [one for one in lengths if _within(one, bound, COUNTED)]
    return bool(near) and all(limit.holds_at(one) == limit.fact.holds for one in lengths)


def on_right_side(condition: TestCondition, quote: str, measures: Measures, worked: Worked) -> bool:
    """Whether data of a case lie on the side of the limit with this quotation that the condition
    claims, and none for certain on the other side of one."""
    return not any(wrong_sides(condition, measures, worked)) and any(
        side == limit.fact.holds
        for limit in limits_of(condition)
        if limit.fact.quote == quote
        for side in _sides(
            limit, values_for(limit, measures), measures, dated=True, certain=False
        ).values()
    )


def is_judged(condition: TestCondition, quote: str, measures: Measures) -> bool:
    """Whether data of a case, however far, can be held against the limit with this quotation."""
    return any(
        limit.holds_at(value) is not None
        for limit in limits_of(condition)
        if limit.fact.quote == quote
        for values in (values_for(limit, measures),)
        for value in (*values.written, *values.counted, *values.computed)
    )


def _sides(
    limit: Limit, values: Values, measures: Measures, *, dated: bool, certain: bool = True
) -> dict[Value, bool]:
    """The values that are near to a limit, with ``dated`` also how far dates are apart, and whether
    it holds at each; with ``certain`` empty where that cannot be told of one of them."""
    bound, all_values = limit.bounds[0][1], dict.fromkeys(values.written)
    if dated:
        all_values |= dict.fromkeys((*values.counted, *values.computed))
    near = [one for one in all_values if _within(one, bound, NEAR)]
    near = near or [one for one in values.written if _within(one, bound, FAR)]
    if len(limit.bounds) == 1 and limit.tried and _is_named(limit.fact.quote, bound, measures):
        near = [value for value in near if value != bound.value]
    sides = {value: limit.holds_at(value) for value in near}
    told = {value: side for value, side in sides.items() if side is not None}
    return told if len(told) == len(sides) or not certain else {}


def _is_named(quote: str, bound: Number, measures: Measures) -> bool:
    """Whether the data name the limit by its own words: "crops of the previous two years"."""
    said = re.search(rf"\w+\s+{re.escape(bound.words)}", quote)
    words = " ".join(said[0].casefold().split()) if said else ""
    return bool(words) and any(words in " ".join(one.casefold().split()) for one in measures.lines)


def _stands_bare(tried: Number, measures: Measures) -> bool:
    """Whether the value tried stands in the data where one of both names no unit: "0", "0 m²"."""
    return any(
        not (one.kind and tried.kind) and bool(as_written(one) & as_written(tried))
        for one in measures.read.all
    )


def _within(value: Value, bound: Number, share: Decimal) -> bool:
    if isinstance(value, Decimal) and isinstance(bound.value, Decimal):
        return abs(value - bound.value) <= max(abs(bound.value) * share, Decimal(1))
    return True


def distance(value: Value, bound: Number) -> float:
    """How far a value is from a bound, in its own unit."""
    at = bound.value
    if isinstance(value, Decimal) and isinstance(at, Decimal):
        return float(abs(value - at))
    if isinstance(value, date) and isinstance(at, date):
        return abs((value - at).days)
    if isinstance(value, time) and isinstance(at, time):
        return abs(value.hour * 60 + value.minute - at.hour * 60 - at.minute)
    return float("inf")
