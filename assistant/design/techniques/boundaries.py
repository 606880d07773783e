"""Boundary values of a limit (3-value analysis): just inside, at the limit, just outside.

The step is one of the unit's own: a day for dates, a minute for times of day, a cent for money, and
the number's own decimals otherwise. Neighbours are written the way the limit was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from assistant.language.amounts import Quantity, format_number, step_of
from assistant.language.dates_and_times import NO_YEAR, format_moment
from assistant.language.nouns import plural, singular
from assistant.language.quantities import find_quantities

Place = Literal["inside", "at", "outside"]


@dataclass(frozen=True, slots=True)
class Point:
    """A value at or next to a limit: how it is written, and whether the limit allows it."""

    text: str
    place: Place
    allowed: bool


_WHOLE_SIZES = frozenset(("byte", "bit"))
_SMALLER = {"hour": ("minute", 60), "minute": ("second", 60)}


def step(quantity: Quantity) -> Decimal:
    """Smallest meaningful change of a numeric quantity, in its own unit."""
    assert isinstance(quantity.value, Decimal)
    own = (
        step_of(Decimal(re.sub(r"[^\d.]", "", quantity.digits) or "1"))
        if quantity.digits
        else Decimal(1)
    )
    if quantity.kind == "money" and quantity.unit not in ("JPY", "GBX", "cent"):
        return min(own, Decimal("0.01"))
    if quantity.kind == "size" and quantity.unit not in _WHOLE_SIZES:
        return min(own, Decimal("0.1"))
    return own


_STEPS = re.compile(
    r"\b(?:in|by) (?:steps|increments|multiples|units) of (\d+(?:\.\d+)?)(?![\d.,]*\d)",
    re.IGNORECASE,
)


def increment(text: str, quantity: Quantity) -> Decimal | None:
    """The step in which a text lets a quantity change ("2.0 to 8.0 m³ in steps of 0.25"), where one
    is named in the quantity's sentence, after it."""
    rest = re.split(r"[.;]\s|\n", text[quantity.end :], maxsplit=1)[0]
    found = _STEPS.search(rest)
    if found is None:
        return None
    start = quantity.end + found.start(1)
    behind = [one for one in find_quantities(text) if quantity.end <= one.start <= start]
    own = [one for one in behind if one.phrase_start == quantity.phrase_start]
    step = behind[-1] if behind and behind[-1].start <= start < behind[-1].end else None
    if step is None or len(behind) > len(own) + (step not in own):
        return None  # another amount stands between: whose step it is is not certain
    value = step.value if step.unit in ("", quantity.unit) else None
    return value if isinstance(value, Decimal) and value > 0 else None


def points(quantity: Quantity, by: Decimal | None = None) -> tuple[Point, ...]:
    """The values to test for one limit, in the order at, outside, inside; () where it sets none.

    ``by`` is the step of a neighbour where the text names it.
    """
    comparison = quantity.comparison
    if comparison == "none":
        return ()
    if comparison == "exactly":
        inside, below, above = (
            _neighbour(quantity, 0),
            _neighbour(quantity, -1, by),
            _neighbour(quantity, 1, by),
        )
        allowed = not quantity.negated
        found = [Point(inside, "at", allowed)] if inside else []
        found += [Point(text, "outside", not allowed) for text in (below, above) if text]
        return tuple(found)
    outward = 1 if comparison in ("at most", "less than") else -1
    inclusive = comparison in ("at most", "at least")
    chosen: tuple[tuple[int, Place, bool], ...] = (
        (0, "at", inclusive),
        (outward, "outside", False),
        (-outward, "inside", True),
    )
    written = ((_neighbour(quantity, n, by), place, allowed) for n, place, allowed in chosen)
    made = tuple(Point(text, place, allowed) for text, place, allowed in written if text)
    if comparison == "at most" and quantity.value == 1 and quantity.kind == "count":
        return made[:2]  # none at all says nothing about "only one"
    return made


def _neighbour(quantity: Quantity, offset: int, by: Decimal | None = None) -> str:
    """The quantity ``offset`` steps on, written alike; "" where there is no such value."""
    value = quantity.value
    if isinstance(value, time):
        moment = datetime.combine(date(2000, 1, 2), value) + timedelta(minutes=offset)
        return format_moment(moment.time(), quantity.style)
    if isinstance(value, date):
        moved = value + timedelta(days=offset)
        if value.year == NO_YEAR:  # the day before 1 January is 31 December of no year either
            moved = moved.replace(year=NO_YEAR)
        return format_moment(moved, quantity.style)
    if offset == 0:
        return _render(quantity, value)
    if value == 1 and offset == -1 and quantity.unit in _SMALLER and not quantity.range_end:
        smaller, count = _SMALLER[quantity.unit]
        return f"{count - 1} {smaller}s"
    number = value + offset * (by or step(quantity))
    if number < 0 <= value and quantity.kind not in ("measure",):
        return ""
    return _render(quantity, number)


def _render(quantity: Quantity, value: Decimal) -> str:
    thousands = "," in quantity.digits
    digits = quantity.digits
    scaled = re.search(r"[a-z]", digits, re.IGNORECASE) and re.match(r"\d", digits)
    if scaled and value == quantity.value:
        return f"{quantity.prefix}{digits}{_suffix(quantity, value)}"
    if quantity.kind == "money" and value != value.to_integral_value():
        value = value.quantize(Decimal("0.01"))
    elif value == value.to_integral_value() and "." not in digits:
        value = value.to_integral_value()
    number = format_number(abs(value), thousands=thousands or (value >= 10_000 and bool(scaled)))
    sign = "-" if value < 0 else ""
    return f"{sign}{quantity.prefix.lstrip('-−')}{number}{_suffix(quantity, value)}"


def _suffix(quantity: Quantity, value: Decimal) -> str:
    """The unit with the number its noun needs: "1 attempt", "0 attempts", "15 days"."""
    day = re.match(r"(?:st|nd|rd|th)(?P<rest>(?: day)? of .*month)$", quantity.suffix)
    if day:
        return f"{_ending(int(value))}{day['rest']}"
    suffix = re.sub(r"^(?:\+| or (?:more|fewer|less|above|over|under))(?=\s)", "", quantity.suffix)
    if not suffix.strip() or suffix.startswith("-"):
        return suffix.replace("-", " ", 1) if suffix.startswith("-") else suffix
    if quantity.kind in ("money", "percent", "measure", "size") or "of the" in suffix:
        return suffix
    age = re.match(r"^ years?(?P<rest> (?:old|of age))$", suffix)
    if age:
        return f" {'year' if value == 1 else 'years'}{age['rest']}"
    if suffix.strip() in ("h", "s", "m", "ms", "min", "mins", "sec", "secs", "hr", "hrs"):
        return suffix
    lead = " " if suffix.startswith(" ") else ""
    noun = suffix.strip()
    if quantity.value != 1 and singular(noun) == noun and plural(noun) != noun:
        return suffix  # stands before its noun: "128 character passwords"
    return lead + (singular(noun) if value == 1 else plural(noun))


def _ending(number: int) -> str:
    """What makes an ordinal of a number: "st" of 21, "th" of 11."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
