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
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import islice

from assistant.generation.proof.amounts import (
    MEASURED,
    Number,
    Numbers,
    as_written,
    elapsed,
    same_moment,
)
from assistant.language.dates_and_times import NO_YEAR

MOST_CHARACTERS = 300
MOST_LINES = 40
_MOST_DAYS = 20_000
"""Days that are looked at one by one for a working day."""

_DAY = 86_400
"""Seconds."""

_NO_DAY = date(1, 1, 2)
"""The day of a moment that is a time alone; it may be moved back across midnight."""

CONSTANTS = frozenset(map(Decimal, ("0", "1", "2", "7", "12", "24", "60", "100", "365")))
"""Numbers that no text has to give: one more, half of it, days of a week, months of a year, ..."""

_CONVERSIONS = Numbers(["7 days", "12 months", "24 hours", "60 minutes", "365 days", "100 %"])
"""What they say where a result names them; "12 days" has to stand somewhere."""

_EXACT = Decimal("1e-9")
"""How far a whole number may be off, for thirds that were multiplied again; "5 / 2" is neither 2
nor 3, as nothing says how it is rounded."""


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
    r"\s*(?:(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|(?P<function>(?i:{'|'.join(_FUNCTIONS)})(?=\s*\())|(?P<unit>[^\W\d_]+)"
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

Value = Decimal | datetime | time
"""A day is a moment at midnight; a time is there only where the line writes one."""


@dataclass(frozen=True)
class CalculationLine:
    """A line that was read: what goes in, what it says to come to, and whether it does.

    ``values`` is the latter as it may be named: 0.25 and 25 of "25%", a day and its time.
    """

    words: str
    operands: tuple[Value, ...]
    value: Value
    values: frozenset[Value]
    is_right: bool


def read_line(words: str) -> CalculationLine | None:
    """The calculation of a line, or ``None`` where it is not understood."""
    left, sign, right = words.strip().rpartition("=")
    if not sign or not left.strip() or len(words) > MOST_CHARACTERS:
        return None
    try:
        if _MOMENT.match(left.strip()):
            return _of_moments(words, left.strip(), right.strip())
        return _of_numbers(words, left, right)
    except (ArithmeticError, ValueError, TypeError, IndexError, RecursionError):
        return None


def _of_numbers(words: str, left: str, right: str) -> CalculationLine | None:
    said, computed = _Expression(right), _Expression(left)
    if computed.is_plain:
        return None  # "28 days less eleven": what the words do is not read
    value, result = said.value(), computed.value()
    exponent = int(value.as_tuple().exponent)
    off = Decimal(1).scaleb(exponent) / 2 if exponent < 0 else _EXACT
    values = frozenset((value, value * 100) if right.rstrip().endswith("%") else (value,))
    is_right = abs(value - result) <= off
    return CalculationLine(words, tuple(computed.operands), value, values, is_right)


class _Expression:
    """A sum of products; raises ``ValueError`` where it is none."""

    def __init__(self, text: str) -> None:
        self.operands: list[Decimal] = []
        self._tokens: list[tuple[str, str]] = []
        for match in _TOKEN.finditer(text.strip()):
            kind = str(match.lastgroup)
            word = match[kind]
            if (kind == "other" and word not in "€$£¥") or (
                kind == "unit" and not word[0].isalpha()
            ):
                raise ValueError(word)  # "½", "3²"
            if kind not in ("other", "unit"):
                self._tokens.append((kind, _SIGNS.get(word, word.lower())))
        self._at = 0

    @property
    def is_plain(self) -> bool:
        """Whether it is a number alone."""
        return len(self._tokens) < 2

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
        while (sign := self._next()) in ("+", "-"):
            self._at += 1
            found = found + self._product() if sign == "+" else found - self._product()
        return found

    def _product(self) -> Decimal:
        found = self._factor()
        while (sign := self._next()) in ("*", "/"):
            self._at += 1
            found = found * self._factor() if sign == "*" else found / self._factor()
        return found

    def _factor(self) -> Decimal:
        kind, word = self._tokens[self._at]
        self._at += 1
        if kind == "function":
            found = _FUNCTIONS[word](*self._arguments(word))
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

    def _arguments(self, function: str) -> Iterator[Decimal]:
        self._take("(")
        yield self._sum()
        measured = len(self.operands)
        while self._take(","):
            yield self._sum()
        if not self._take(")"):
            raise ValueError("no closing bracket")
        if function == "round":
            del self.operands[measured:]  # how many places to keep stands nowhere


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
        if free and unit != "working day":
            return None
        end, said = _moment(second[0]), Decimal(count[1])
        low, high = sorted((start, end))
        is_right = said in _distance(low, high, unit, free)
        operands = (*_named(first[0]), *_named(second[0]))
        return CalculationLine(words, operands, said, frozenset([said]), is_right)
    moves = []
    while (move := _MOVE.match(left, at)) is not None:
        amount = -int(move["amount"]) if move["sign"] != "+" else int(move["amount"])
        moves.append((amount, move["unit"].lower().removesuffix("s")))
        at = move.end()
    moves = [(amount, _UNITS.get(unit, unit)) for amount, unit in moves]
    free, target = _free_days(left, at), _MOMENT.fullmatch(right)
    if not moves or free is None or target is None:
        return None
    if free and all(unit != "working day" for _, unit in moves):
        return None
    moved = start
    for amount, unit in moves:
        moved = _moved(moved, amount, unit, free)
    lengths: list[Value] = [Decimal(abs(amount)) for amount, _ in moves]
    said_at = _moment(right)
    return CalculationLine(
        words, (*_named(first[0]), *lengths), said_at, frozenset(_named(right)), moved == said_at
    )


def _moment(words: str) -> datetime:
    """A date, a date with a time, or a time alone."""
    day, _, clock = words.replace("T", " ").partition(" ")
    if ":" in day:
        day, clock = _NO_DAY.isoformat(), day
    hour, minute = map(int, clock.split(":")) if clock else (0, 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(words)
    found = datetime.combine(date.fromisoformat(day), time()) + timedelta(
        minutes=60 * hour + minute
    )
    return found if day != _NO_DAY.isoformat() else datetime.combine(_NO_DAY, found.time())


def _named(words: str) -> tuple[Value, ...]:
    """The day of a moment and its time, as far as they are written."""
    moment = _moment(words)
    day: tuple[Value, ...] = (moment,) if moment.date() != _NO_DAY else ()
    return (*day, moment.time()) if ":" in words else day


def _free_days(text: str, at: int) -> frozenset[date] | None:
    """The days that count as no working days; ``None`` where something else stands there."""
    if not text[at:].strip():
        return frozenset()
    match = _FREE.fullmatch(text, at)
    if match is None:
        return None
    return frozenset(_moment(each.strip()).date() for each in match[1].split(","))


def _moved(start: datetime, amount: int, unit: str, free: Collection[date]) -> datetime:
    if unit in ("month", "year"):
        months = start.year * 12 + start.month - 1 + amount * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        last = monthrange(year, month + 1)[1]
        return start.replace(year=year, month=month + 1, day=min(start.day, last))
    if unit == "working day":
        if abs(amount) > _MOST_DAYS:
            raise ValueError(amount)
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
    """How far two moments are apart, without the first day and with it; months that are begun, and
    times of the day across midnight too."""
    apart = end - start
    if unit in ("hour", "minute"):
        seconds = {int(apart.total_seconds())}
        seconds |= {_DAY - each for each in seconds} if start.date() == _NO_DAY else set()
        return frozenset(Decimal(each) / (3600 if unit == "hour" else 60) for each in seconds)
    if unit == "working day":
        if apart.days > _MOST_DAYS:
            raise ValueError(apart)
        each = range(apart.days + 1)
        count = sum(_works(start.date() + timedelta(days=n), free) for n in each)
        return frozenset([Decimal(count), Decimal(count - _works(start.date(), free))])
    if unit in ("month", "year"):
        whole = elapsed(start.date(), end.date(), "month")[1]
        if unit == "year":  # the day before a birthday is no year more
            return frozenset([whole // 12])
        return frozenset([whole, whole + (start.day != end.day)])
    days = Decimal(apart.days)
    return frozenset([days / 7] if unit == "week" else [days, days + 1])


class Worked:
    """The calculations of one case: what follows by them from given numbers."""

    def __init__(self, lines: Iterable[str], given: Numbers) -> None:
        """``given`` are the numbers of the case's data, the criteria and the sources."""
        read = [one for words in islice(lines, MOST_LINES) if (one := read_line(words)) is not None]
        self.is_given = bool(read)
        """Whether there is a line that is understood."""

        self.wrong = tuple(one.words for one in read if not one.is_right)
        """Lines that do not come to what they say."""

        self._given = given
        self._right: list[str] = []
        self._results: set[Value] = set()
        self._operands: set[Value] = set()
        self._missing: dict[Value, Value] = {}
        for line in read:
            if not line.is_right:
                continue
            missing = next((each for each in line.operands if not self._is_given(each)), None)
            if missing is not None:
                self._missing |= dict.fromkeys(line.values, missing)
                continue
            self._right.append(line.words)
            self._results |= line.values
            self._operands |= set(line.operands)

    @cached_property
    def _numbers(self) -> frozenset[Decimal]:
        """The numbers of the texts, whatever they measure; "three", and 0.05 of 5 %, too."""
        words = {one.value for one in self._given.all if one.kind in ("count", "")}
        shares = (one.value for one in self._given.all if one.kind == "percent")
        words |= {each / 100 for each in shares if isinstance(each, Decimal)}
        found = (each for each in words if isinstance(each, Decimal))
        return CONSTANTS.union(self._given.written, found)

    @cached_property
    def _moments(self) -> frozenset[date | time]:
        """The days and the times of day of the texts."""
        return frozenset(one.value for one in self._given.all if isinstance(one.value, date | time))

    def _is_given(self, value: Value) -> bool:
        """Whether a number stands in the texts, follows from an earlier line, or is a constant, a
        date also at either end of its month."""
        if value in self._results:
            return True
        if isinstance(value, Decimal):
            return value in self._numbers
        if isinstance(value, time):
            return value in self._moments or self._is_written(value)
        days = {one for one in self._moments if isinstance(one, date)}
        days |= {one.date() for one in self._results if isinstance(one, datetime)}
        day = value.date()
        if {day, day.replace(year=NO_YEAR)} & days:
            return True
        months = {(one.year, one.month) for one in days}
        return _turns_month(day) and bool({(day.year, day.month), (NO_YEAR, day.month)} & months)

    def _is_written(self, clock: time) -> bool:
        """Whether a time of day stands in the texts in another form: "10.30 Uhr", "10h", "10 Uhr";
        midnight is the begin of any day."""
        if clock == time():
            return True
        minutes = rf"\s?[.:h]\s?{clock.minute:02}" + ("" if clock.minute else r"|(?![\d.,:])")
        form = re.compile(rf"(?<![\d.,:])0?{clock.hour}(?:{minutes})(?!\d)", re.IGNORECASE)
        return any(map(form.search, self._given.texts))

    def holds(self, number: Number) -> bool:
        """Whether a number of a result is one of a right calculation with given numbers. What goes
        in is not more than it is given as: the 20 of "20 years" is no "EUR 20", 12 no "12 days"."""
        if self.comes_to(number):
            return True
        found = [value for value in self._operands if _is_same(number, value)]
        if not found or not number.kind or not isinstance(number.value, Decimal):
            return bool(found)
        plain = number.kind not in ("money", "percent") and not CONSTANTS.issuperset(found)
        return (
            plain
            or self._given.holds(number)
            or (number.kind in MEASURED and _CONVERSIONS.holds(number))
            or any(number.words in words for words in self._right)
        )

    def comes_to(self, number: Number) -> bool:
        """Whether a calculation comes to a number."""
        return any(_is_same(number, value) for value in self._results)

    def missing(self, number: Number) -> str:
        """The number that stands nowhere, of the calculation that this one is the result of."""
        found = (m for value, m in self._missing.items() if _is_same(number, value))
        missing = next(found, None)
        if isinstance(missing, time):
            return f"{missing:%H:%M}"
        return missing.date().isoformat() if isinstance(missing, datetime) else str(missing or "")


def _turns_month(day: date) -> bool:
    return day.day in (1, monthrange(day.year, day.month)[1])


def _is_same(number: Number, value: Value) -> bool:
    if isinstance(number.value, Decimal) and isinstance(value, datetime):
        return not number.kind and value.year == number.value  # "from Nov 2031 to Jul 2051"
    if isinstance(value, Decimal):
        measured = isinstance(number.value, Decimal)
        return measured and (value == number.value or value in as_written(number))
    if isinstance(value, time):
        return value == number.value
    return isinstance(number.value, date) and same_moment(number.value, value.date())
