"""The calculations that a writer hands over beside a result, line by line: "42.00 * 20 = 840.00".

A line is what code can check: numbers, operators, ``ceil``, ``floor``, ``round``, ``min`` and
``max``, or a date or time that is moved ("2026-07-07 + 20 working days without 2026-07-14 =
2026-08-05") or how far two are apart ("2027-03-31 - 2026-02-28 = 13 months"). Units and currencies
may stand there and are passed over. Whether the rule asks for this calculation is not checked here.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from itertools import islice

from assistant.generation.proof.amounts import (
    Number,
    Numbers,
    as_written,
    elapsed,
    same_moment,
)
from assistant.language.dates_and_times import NO_YEAR

MOST_CHARACTERS = 300
MOST_LINES = 40
_MOST_MOVED = 100_000
"""Units that a date is moved by at most."""

_NO_DAY = date(1, 1, 2)
"""The day of a moment that is a time alone; it may be moved back across midnight."""

CONSTANTS = frozenset(map(Decimal, ("0", "1", "2", "7", "12", "24", "60", "100", "365")))
"""Numbers that no text has to give: one more, half of it, days of a week, months of a year, ..."""


def _ceil(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_CEILING)


def _floor(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_FLOOR)


def _round(value: Decimal, places: Decimal = Decimal()) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


_FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "ceil": _ceil, "floor": _floor, "round": _round, "min": min, "max": max,
}  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<name>[^\W\d_]+)"
    r"|(?P<sign>[-+*/%(),×·÷−–])|(?P<other>\S))"
)
_SIGNS = {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-"}
_DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{1,2}:\d{2})?"
_MOMENT = re.compile(rf"(?P<date>{_DATE})|(?P<time>\d{{1,2}}:\d{{2}})")
_MOVE = re.compile(
    r"\s*(?P<sign>[-+−–])\s*(?P<amount>\d{1,6})\s*"
    r"(?P<unit>working days?|business days?|days?|weeks?|months?|years?|hours?|minutes?)",
    re.IGNORECASE,
)
_FREE = re.compile(rf"\s*(?:without|except|excluding)\s+({_DATE}(?:\s*,\s*{_DATE})*)\s*", re.I)
_APART = re.compile(r"\s*[-−–]\s*")
_COUNT = re.compile(
    r"\s*(\d{1,6})\s*(working day|business day|day|week|month|year|hour|minute)s?\s*", re.I
)
_UNITS = {"business day": "working day"}

Value = Decimal | datetime


@dataclass(frozen=True)
class CalculationLine:
    """A line that was read: what goes in, what it says to come to, and whether it does."""

    words: str
    operands: tuple[Value, ...]
    value: Value
    is_right: bool


def read_line(words: str) -> CalculationLine | None:
    """The calculation of a line, or ``None`` where it is not understood."""
    left, sign, right = words.strip()[:MOST_CHARACTERS].rpartition("=")
    if not sign or not left.strip():
        return None
    try:
        if _MOMENT.match(left.strip()):
            return _of_moments(words, left.strip(), right.strip())
        return _of_numbers(words, left, right)
    except (DecimalException, ValueError, OverflowError, TypeError, ZeroDivisionError, IndexError):
        return None


def _of_numbers(words: str, left: str, right: str) -> CalculationLine | None:
    said, computed = _Expression(right), _Expression(left.replace("=", ";"))
    value, result = said.value(), computed.value()
    exponent = int(value.as_tuple().exponent)
    half = Decimal(1).scaleb(min(exponent, 0)) / 2
    return CalculationLine(words, tuple(computed.operands), value, abs(value - result) <= half)


class _Expression:
    """A sum of products; raises ``ValueError`` where it is none."""

    def __init__(self, text: str) -> None:
        self.operands: list[Decimal] = []
        self._tokens: list[tuple[str, str]] = []
        for match in _TOKEN.finditer(text.strip()):
            kind = str(match.lastgroup)
            word = match[kind]
            if kind == "name" and word.lower() not in _FUNCTIONS:
                continue  # a unit
            if kind == "other" and word not in "€$£¥":
                raise ValueError(word)
            if kind != "other":
                self._tokens.append((kind, _SIGNS.get(word, word.lower())))
        self._at = 0

    def value(self) -> Decimal:
        found = self._sum()
        if self._at < len(self._tokens):
            raise ValueError(self._tokens[self._at])
        return found

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, sign: str) -> bool:
        if self._next() != sign:
            return False
        self._at += 1
        return True

    def _sum(self) -> Decimal:
        found = -self._product() if self._take("-") else self._product()
        while (sign := self._next()) in ("+", "-") and sign:
            self._at += 1
            found = found + self._product() if sign == "+" else found - self._product()
        return found

    def _product(self) -> Decimal:
        found = self._factor()
        while (sign := self._next()) in ("*", "/") and sign:
            self._at += 1
            found = found * self._factor() if sign == "*" else found / self._factor()
        return found

    def _factor(self) -> Decimal:
        kind, word = self._tokens[self._at]
        self._at += 1
        if kind == "name":
            found = _FUNCTIONS[word](*self._arguments())
        elif kind == "number":
            found = Decimal(word.replace(",", ""))
            self.operands.append(found)
        elif word == "(":
            found = self._sum()
            if not self._take(")"):
                raise ValueError("no closing bracket")
        else:
            raise ValueError(word)
        return found / 100 if self._take("%") else found

    def _arguments(self) -> Iterator[Decimal]:
        if not self._take("("):
            raise ValueError("no bracket behind a function")
        yield self._sum()
        while self._take(","):
            yield self._sum()
        if not self._take(")"):
            raise ValueError("no closing bracket")


def _of_moments(words: str, left: str, right: str) -> CalculationLine | None:
    first = _MOMENT.match(left)
    assert first is not None
    start, at = _moment(first[0]), first.end()
    apart = _APART.match(left, at)
    second = _MOMENT.match(left, apart.end()) if apart else None
    if second is not None:
        free = _free_days(left, second.end())
        count = _COUNT.fullmatch(right)
        if count is None or free is None:
            return None
        unit = _UNITS.get(count[2].lower(), count[2].lower())
        end, said = _moment(second[0]), Decimal(count[1])
        low, high = sorted((start, end))
        return CalculationLine(words, (start, end), said, said in _distance(low, high, unit, free))
    moves = []
    while (move := _MOVE.match(left, at)) is not None:
        amount = -int(move["amount"]) if move["sign"] != "+" else int(move["amount"])
        moves.append((amount, move["unit"].lower().removesuffix("s")))
        at = move.end()
    free, target = _free_days(left, at), _MOMENT.fullmatch(right)
    if not moves or free is None or target is None:
        return None
    moved = start
    for amount, unit in moves:
        moved = _moved(moved, amount, _UNITS.get(unit, unit), free)
    lengths: list[Value] = [Decimal(abs(amount)) for amount, _ in moves]
    return CalculationLine(words, (start, *lengths), _moment(right), moved == _moment(right))


def _moment(words: str) -> datetime:
    """A date, a date with a time, or a time alone."""
    day, _, clock = words.replace("T", " ").partition(" ")
    if ":" in day:
        day, clock = _NO_DAY.isoformat(), day
    hour, minute = clock.split(":") if clock else ("0", "0")
    return datetime.combine(date.fromisoformat(day), datetime.min.time()).replace(
        hour=int(hour) % 24, minute=int(minute)
    )


def _free_days(text: str, at: int) -> frozenset[date] | None:
    """The days that count as no working days; ``None`` where something else stands there."""
    if not text[at:].strip():
        return frozenset()
    match = _FREE.fullmatch(text, at)
    if match is None:
        return None
    return frozenset(_moment(each.strip()).date() for each in match[1].split(","))


def _moved(start: datetime, amount: int, unit: str, free: Collection[date]) -> datetime:
    if abs(amount) > _MOST_MOVED:
        raise ValueError(amount)
    if unit in ("month", "year"):
        months = start.year * 12 + start.month - 1 + amount * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        last = monthrange(year, month + 1)[1]
        return start.replace(year=year, month=month + 1, day=min(start.day, last))
    if unit == "working day":
        step, left = timedelta(days=1 if amount > 0 else -1), abs(amount)
        while left:
            start += step
            left -= _works(start.date(), free)
        return start
    moved = start + timedelta(**{f"{unit}s": amount})
    return moved if start.date() != _NO_DAY else datetime.combine(_NO_DAY, moved.time())


def _works(day: date, free: Collection[date]) -> bool:
    return day.weekday() < 5 and day not in free


def _distance(
    start: datetime, end: datetime, unit: str, free: Collection[date]
) -> frozenset[Decimal]:
    """How far two moments are apart, without the first day and with it; months that are begun."""
    apart = end - start
    if unit in ("hour", "minute"):
        return frozenset([Decimal(int(apart.total_seconds())) / (3600 if unit == "hour" else 60)])
    if unit == "working day":
        each = range(apart.days + 1)
        count = sum(_works(start.date() + timedelta(days=n), free) for n in each)
        return frozenset([Decimal(count), Decimal(count - _works(start.date(), free))])
    if unit in ("month", "year"):
        whole = elapsed(start.date(), end.date(), "month")[1]
        months = {whole, whole + 1}
        return frozenset(months if unit == "month" else {each // 12 for each in months})
    days = Decimal(apart.days)
    return frozenset([days / 7] if unit == "week" else [days, days + 1])


class Worked:
    """The calculations of one case: what follows by them from given numbers."""

    def __init__(self, lines: Iterable[str], given: Numbers) -> None:
        """``given`` are the numbers of the case's data, the criteria and the sources."""
        read = [read_line(words) for words in islice(lines, MOST_LINES)]
        self.is_given = any(read)
        """Whether there is a line that is understood."""

        self.wrong = tuple(one.words for one in read if one is not None and not one.is_right)
        """Lines that do not come to what they say."""

        words = {one.value for one in given.all if one.kind in ("count", "")}  # "three"
        self._numbers = {one for one in words if isinstance(one, Decimal)}
        self._numbers |= CONSTANTS | given.written
        self._days = {one.value for one in given.all if isinstance(one.value, date)}
        self._results: set[Value] = set()
        self._found: set[Value] = set()
        self._missing: dict[Value, Value] = {}
        for line in read:
            if line is None or not line.is_right:
                continue
            missing = next((each for each in line.operands if not self._is_given(each)), None)
            if missing is not None:
                self._missing[line.value] = missing
                continue
            self._results.add(line.value)
            self._found |= {line.value, *line.operands}
            if isinstance(line.value, datetime):
                self._days.add(line.value.date())
            else:
                self._numbers.add(line.value)

    def _is_given(self, value: Value) -> bool:
        """Whether a number stands in the texts, follows from an earlier line, or is a constant, a
        date also at either end of its month; of a time of the day nothing tells where it stands."""
        if isinstance(value, Decimal):
            return value in self._numbers
        day = value.date()
        if day == _NO_DAY or {day, day.replace(year=NO_YEAR)} & self._days:
            return True
        months = {(one.year, one.month) for one in self._days}
        return _turns_month(day) and bool({(day.year, day.month), (NO_YEAR, day.month)} & months)

    def holds(self, number: Number) -> bool:
        """Whether a number of a result is one of a right calculation with given numbers."""
        return any(_is_same(number, value) for value in self._found)

    def comes_to(self, number: Number) -> bool:
        """Whether a calculation comes to a number."""
        return any(_is_same(number, value) for value in self._results)

    def missing(self, number: Number) -> str:
        """The number that stands nowhere, of the calculation that this one is the result of."""
        found = (m for value, m in self._missing.items() if _is_same(number, value))
        missing = next(found, None)
        return missing.date().isoformat() if isinstance(missing, datetime) else str(missing or "")


def _turns_month(day: date) -> bool:
    return day.day in (1, monthrange(day.year, day.month)[1])


def _is_same(number: Number, value: Value) -> bool:
    if isinstance(number.value, Decimal) and isinstance(value, datetime):
        return not number.kind and value.year == number.value  # "from Nov 2031 to Jul 2051"
    if isinstance(value, Decimal):
        measured = isinstance(number.value, Decimal)
        return measured and (value == number.value or value in as_written(number))
    if isinstance(number.value, time):
        return value.time() == number.value
    return isinstance(number.value, date) and same_moment(number.value, value.date())
