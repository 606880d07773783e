"""Calculations that a text writes out: "3 x 70 EUR + 17 x 110 EUR = 2,080 EUR"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, DivisionByZero, InvalidOperation
from itertools import product

from assistant.generation.proof.amounts import (
    MEASURED,
    Number,
    Style,
    as_written,
    number_styles,
    numbers,
    reading,
)

_OPERATORS = {
    "*": re.compile(r"\s*[x×*·]\s*", re.IGNORECASE),
    "/": re.compile(r"\s*÷\s*|\s+/\s+"),
    "+": re.compile(r"\s*\+\s*"),
    "-": re.compile(r"\s+[-−–]\s+|\s*−\s*"),
}
_NAMED = re.compile(r"(?: [^\s+×*·÷=();]+){1,8}(?P<operator> [+×*·÷−] )")
""" "£150.00 rent + £15.00 late fee": words that say what an amount is; no hyphen, which joins."""
MOST_READINGS = 16
"""Of a calculation whose numbers can be read in more than one way ("1,000")."""

_SHARE_OF = re.compile(r"\s+(?:of|von|vom|de|del|du|des|van|di|da|af|av|z|od)\s+", re.IGNORECASE)
""" "4 % of 2,500 kg" """
_EQUALS = re.compile(r"\s*=\s*")
_FRACTION = re.compile(r"(?<=[x×*·])(\s*\d+)/(?=\d)", re.IGNORECASE)
""" "28 days × 2/5": elsewhere "2/5" may be a date or a part of a number."""


@dataclass(frozen=True)
class Calculation:
    """The numbers of a calculation as they stand and with their units (``given``), those of the
    text that it comes to, and one that it does not come to although the text says so; and what its
    products come to, of the total's unit."""

    numbers: tuple[Number, ...]
    given: tuple[Number, ...]
    totals: tuple[Number, ...]
    wrong_total: Number | None = None
    terms: tuple[Number, ...] = ()


def calculations(text: str) -> Iterator[Calculation]:
    """Those of a text, each from its first number to its last."""
    text = _FRACTION.sub(r"\1÷", text)  # as long as before: offsets stay
    read = numbers(text)
    run: list[Number] = []
    signs: list[str] = []
    for number in [*read, None]:
        if number is not None and number.kind in ("date", "time"):
            continue  # "18 days from 25 March to 11 April ÷ 31 days"
        sign = _sign(text[run[-1].end : number.start], run[-1]) if run and number else ""
        if signs and not sign:
            equals = number is not None and _EQUALS.fullmatch(text[run[-1].end : number.start])
            said = number if equals else None
            for given in _with_unit_of(said, run, signs):
                for one in _calculated(given, signs, read, said, number_styles(text)):
                    yield replace(one, numbers=tuple(run))
        if number is not None:
            run = [*run, number] if sign else [number]
            signs = [*signs, sign] if sign else []


def _with_unit_of(
    said: Number | None, run: Sequence[Number], signs: Sequence[str]
) -> Iterator[Sequence[Number]]:
    """A calculation as it stands; one of bare numbers that comes to an amount ("20 + 2 × 10 = 40
    minutes") with the amount's unit at one number of each term, in each way."""
    written = [one for one in sorted(as_written(said)) if one] if said is not None else []
    bare = not any(one.kind or one.unit for one in run)
    if said is None or not (bare and written and said.kind in MEASURED and said.kind != "percent"):
        yield run
        return
    assert isinstance(said.value, Decimal)
    scale = said.value / written[0]
    for places, _ in zip(product(*_places(signs)), range(MOST_READINGS), strict=False):
        yield [
            replace(one, value=one.value * scale, kind=said.kind, unit=said.unit)
            if place in places and isinstance(one.value, Decimal)
            else one
            for place, one in enumerate(run)
        ]


def _places(signs: Sequence[str]) -> list[list[int]]:
    """The places of a run's numbers, term by term."""
    terms = [[0]]
    for place, sign in enumerate(signs, start=1):
        if sign in "+-":
            terms.append([])
        terms[-1].append(place)
    return terms


def _sign(between: str, before: Number) -> str:
    if before.kind == "percent" and _SHARE_OF.fullmatch(between):
        return "*"
    named = _NAMED.fullmatch(between)
    between = named["operator"] if named else between
    return next((sign for sign, form in _OPERATORS.items() if form.fullmatch(between)), "")


def _calculated(
    run: Sequence[Number],
    signs: Sequence[str],
    read: Sequence[Number],
    said: Number | None,
    styles: Sequence[Style],
) -> Iterator[Calculation]:
    amounts = [one for one in run if one.kind in MEASURED]
    measured = amounts[0] if amounts else run[-1]
    family = measured.family
    families = _families(amounts)
    plain = not amounts  # "4 loans (5 − 1)" names the thing once
    shares = _shares(run, signs)
    ratio = said is not None and said.kind == "percent" and _is_ratio(run, signs, shares)
    totals: list[Number] = []
    terms: list[Decimal] = []
    right = False
    for style in styles:
        read_as = [
            tuple(sorted(as_written(one))) if one.kind not in MEASURED
            else () if (value := reading(one, style)) is None
            else (value / 100,) if place in shares
            else (value,)
            for place, one in enumerate(run)
        ]  # fmt: skip
        for values, _ in zip(product(*read_as), range(MOST_READINGS), strict=False):
            parts = _terms(values, signs)
            if parts is None:
                continue
            total = sum(parts, Decimal())
            terms += parts
            right = right or (said is not None and _equals(said, total, style))
            if (
                ratio
                and said is not None
                and any(_equals(said, one, style) for one in _in_percent(total, shares))
            ):
                right = True
                totals.append(said)
            totals += [
                one for one in read
                if (reading(one, style) == total or _is_rounded(one, total, style))
                and (one.kind not in MEASURED if plain else one.family in families)
            ]  # fmt: skip
            if said is not None and not said.kind and not said.unit:
                # "28 days × 2/5 = 11.2" names the unit once; the total is in it too.
                same = [
                    replace(
                        said, value=said.value * measured.value / one, kind=family[0],
                        unit=family[1],
                    )
                    for one in as_written(measured)
                    if isinstance(said.value, Decimal)
                    and isinstance(measured.value, Decimal) and one
                ]  # fmt: skip
                totals += [each for one in same if one.value == total for each in (said, one)]
    if not terms:
        return
    plainly = said is not None and said.family == family and _is_plain(run, signs)
    wrong = not right and (plainly or (ratio and bool(shares)))
    products = tuple(
        Number(str(abs(term)), abs(term), kind, unit, 0, 0)
        for kind, unit in families for term in terms
    )  # fmt: skip
    yield Calculation(
        tuple(run), tuple(run), tuple(dict.fromkeys(totals)), said if wrong else None, products
    )


def _families(amounts: Sequence[Number]) -> set[tuple[str, str]]:
    """What a total may be of: "9 m × 2 EUR" comes to EUR, amounts of one kind to that kind."""
    money = {one.family for one in amounts if one.kind == "money"}
    others = [one.family for one in amounts if one.kind != "percent"]
    first = [*others, *(one.family for one in amounts)][:1]
    return money or set(first)


def _shares(run: Sequence[Number], signs: Sequence[str]) -> frozenset[int]:
    """The places of percents that take a share of an amount: "2 % × 500 EUR"."""
    return frozenset(
        place
        for term in _places(signs)
        if any(run[other].kind in MEASURED and run[other].kind != "percent" for other in term)
        for place in term
        if run[place].kind == "percent"
    )


def _is_ratio(run: Sequence[Number], signs: Sequence[str], shares: frozenset[int]) -> bool:
    """Whether something is divided and no unit is left: "20 EUR / 160 EUR × 100 %"."""
    if "/" not in signs or any(
        one.kind == "percent" and place not in shares for place, one in enumerate(run)
    ):
        return False
    for term in _places(signs):
        left = Counter[tuple[str, str]]()
        for place in term:
            if run[place].kind in MEASURED and place not in shares:
                divided = place > 0 and signs[place - 1] == "/"
                left[run[place].family] += -1 if divided else 1
        if any(left.values()):
            return False
    return True


def _in_percent(ratio: Decimal, shares: frozenset[int]) -> tuple[Decimal, ...]:
    """The percents that a ratio is; where "× 100" may be written without "%", as it stands too."""
    return (ratio * 100,) if shares else (ratio, ratio * 100)


def _is_plain(run: Sequence[Number], signs: Sequence[str]) -> bool:
    """Whether a calculation can be read in one way only: amounts of one unit, one in each term.

    "200 EUR - 10 % = 180 EUR" takes a share, and "10 days + 1 = 11 days" leaves out a unit.
    """
    amounts = {one.family for one in run if one.kind in MEASURED}
    terms = [[run[0].kind in MEASURED]]
    for sign, number in zip(signs, run[1:], strict=True):
        if sign in "+-":
            terms.append([])
        terms[-1].append(number.kind in MEASURED)
    return len(amounts) <= 1 and len({sum(term) for term in terms}) == 1 and sum(terms[0]) <= 1


def _equals(said: Number, value: Decimal, style: Style) -> bool:
    """Whether a total is a value, rounded as it is written."""
    one = reading(said, style)
    if one is None:
        return False
    exponent = one.as_tuple().exponent
    places = Decimal(1).scaleb(exponent if isinstance(exponent, int) and exponent < 0 else 0)
    return abs(one - value) < places


def _is_rounded(said: Number, value: Decimal, style: Style) -> bool:
    """Whether an amount of money with pence is a value to the nearest penny."""
    one = reading(said, style)
    return (
        said.kind == "money" and one is not None and one.as_tuple().exponent == -2
        and abs(one - value) <= Decimal("0.005")
    )  # fmt: skip


def _terms(values: Sequence[Decimal], signs: Sequence[str]) -> list[Decimal] | None:
    """What the products of a sum come to, signed; ``None`` where something is divided by 0."""
    terms = [values[0]]
    for sign, value in zip(signs, values[1:], strict=True):
        try:
            if sign == "*":
                terms[-1] *= value
            elif sign == "/":
                terms[-1] /= value
            else:
                terms.append(value if sign == "+" else -value)
        except (DivisionByZero, InvalidOperation):
            return None
    return terms


def is_sum(number: Number, parts: Sequence[Calculation]) -> bool:
    """Whether a number is the sum of what several calculations come to."""
    totals = [
        next((t.value for t in one.totals if t.family == number.family), None) for one in parts
    ]
    values = [one for one in totals if isinstance(one, Decimal)]
    return len(totals) == len(values) > 1 and sum(values) == number.value
