"""The calculations that a writer hands over beside a result, line by line: "EUR 42.00 * 20 years =
EUR 840.00".

A line is what code can check: numbers, operators, ``ceil``, ``floor``, ``round``, ``min``, ``max``,
``mean``, ``geomean`` and ``sqrt``, or a date or time that is moved ("2026-07-07 + 20 working days
without 2026-07-14 = 2026-08-05") or how far two are apart ("2027-03-31 - 2026-02-28 = 13 months").
A unit tells what its number measures; a number without one may measure anything. Whether the rule
asks for this calculation, and whether its units go together, is not checked here.
"""

from __future__ import annotations

import ast
import re
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import islice
from operator import add, mul, sub, truediv

from assistant.generation.proof.amounts import (
    MEASURED,
    Number,
    Numbers,
    alike,
    as_written,
    elapsed,
    grouped,
    numbers,
)
from assistant.language.dates_and_times import NO_YEAR, months_named
from assistant.language.quoted_messages import find_messages

MOST_CHARACTERS = 300
MOST_LINES = 40
_MOST_DAYS = 20_000
"""Days that are looked at one by one for a working day."""

_NO_DAY = date(1, 1, 2)
"""The day of a moment that is a time alone; it may be moved back across midnight."""

CONSTANTS = frozenset(map(Decimal, ("0", "1", "2", "7", "12", "24", "60", "100", "365")))
"""Numbers that no text has to give: one more, half of it, days of a week, months of a year, ..."""

_CONVERSIONS = Numbers(
    ["1 year", "12 months", "365 days", "1 month", "1 week", "7 days", "1 day", "24 hours",
     "1 working day", "1 hour", "60 minutes", "1 minute", "60 seconds", "100 %",
     "1 cent", "1 penny"]
)  # fmt: skip
"""What they may measure; "12 days" has to stand somewhere. To a cent anything may be rounded."""

_EXACT = Decimal("1e-9")
"""How far a whole number may be off, for thirds that were multiplied again; "5 / 2" is neither 2
nor 3, as nothing says how it is rounded."""


def _to_places(rounding: str) -> Callable[..., Decimal]:
    def rounded(value: Decimal, places: Decimal = Decimal()) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-int(places)), rounding)

    return rounded


def _mean(*values: Decimal) -> Decimal:
    return sum(values, Decimal()) / len(values)


def _geometric_mean(*values: Decimal) -> Decimal:
    """``ValueError`` where one of the values has no logarithm."""
    if min(values) <= 0:
        raise ValueError(str(min(values)))
    return round(_mean(*(one.ln() for one in values)).exp(), 15)


_FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "ceil": _to_places(ROUND_CEILING), "floor": _to_places(ROUND_FLOOR),
    "round": _to_places(ROUND_HALF_UP), "min": min, "max": max,
    "mean": _mean, "geomean": _geometric_mean, "sqrt": Decimal.sqrt,
}  # fmt: skip
_ROUNDING = ("ceil", "floor", "round")
_LETTER = r"[^\W\d_]"
_UNIT = rf"(?:(?:(?<=[\w€£$¥₹])/(?!{_LETTER}+\s*[\d(]))?{_LETTER}++\.?|[€$£¥₹])"
"""A word or a currency, with what a rate is told of: "EUR/night"; "EUR 80/EUR 4" is divided."""
_TOKEN = re.compile(
    rf"\s*+(?:(?P<function>(?i:{'|'.join(_FUNCTIONS)})(?=\s*\())"
    rf"|(?P<number>(?:{_UNIT}\s*)*+(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:\s*{_UNIT})*+(?:\s*%)?)"
    rf"|(?P<unit>{_UNIT})|(?P<sign>[-+*/%(),×·÷−–])|(?P<other>\S))"
)
_WORD = re.compile(rf"{_LETTER}+")
_THOUSANDS_POINT = re.compile(r"(?<=\d)[. \xa0\u202f](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv,
}  # fmt: skip
_SIGNS = {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-"}
_TIMES = re.compile(r"(?<=\s)[xX](?=\s)")
_DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{1,2}:\d{2})?"
_MOMENT = re.compile(rf"{_DATE}|\d{{1,2}}:\d{{2}}")
_APART = re.compile(rf"\s*[-−–]\s*({_MOMENT.pattern})")
_WITHOUT = r"(?:without|except|excluding)\b"
_LENGTH = rf"\d{{1,6}}(?:\s*(?!{_WITHOUT}){_LETTER}++)*+"
_MOVE = re.compile(rf"\s*([-+−–])\s*({_LENGTH})", re.IGNORECASE)
_FREE = re.compile(rf"\s*(?:{_WITHOUT}\s+({_DATE}(?:\s*,\s*{_DATE})*)\s*)?", re.IGNORECASE)
_DECIMALS = re.compile(r"\d+\.(\d+)")
_LENGTHS = {
    (*each.family, each.value): name
    for name in ("minute", "hour", "day", "week", "month", "year", "working day", "night")
    for each in numbers(f"1 {name}")
}  # fmt: skip
"""The units of time by what one of them measures, in whatever language it is named."""


@dataclass(frozen=True)
class CalculationLine:
    """A line that was read: what goes in, what it says to come to, and whether it does.

    ``results`` are the latter as it may be named: 25 % and 0.25, a day and its time. ``free`` are
    the days that it leaves out.
    """

    words: str
    operands: tuple[Number, ...]
    results: tuple[Number, ...]
    is_right: bool
    free: tuple[Number, ...] = ()


def read_line(words: str) -> CalculationLine | None:
    """The calculation of a line, or ``None`` where it is not understood."""
    left, sign, right = _TIMES.sub("×", words).strip().rpartition("=")
    if not sign or not left.strip() or len(words) > MOST_CHARACTERS:
        return None
    if _MOMENT.match(left.strip()):
        return _read(_of_moments, words, left.strip(), right.strip())
    # "min(3,50)" has two arguments
    english = (left, right) if "(" in words else (grouped(left), grouped(right))
    ways = dict.fromkeys((english, (_continental(left), _continental(right))))
    found = [one for sides in ways if (one := _read(_of_numbers, words, *sides)) is not None]
    return next((one for one in found if one.is_right), found[0] if found else None)


def final_results(lines: Iterable[str]) -> tuple[Number, ...]:
    """What calculations come to in the end: results of lines that are right with which no later
    line goes on; () where a line is not understood."""
    read = [read_line(words) for words in islice(lines, MOST_LINES)]
    if not all(one is not None and one.is_right for one in read):
        return ()
    known = [one for one in read if one is not None]
    return tuple(
        result
        for place, line in enumerate(known)
        for result in line.results[:1]
        if not any(
            _is_same(result, each) for later in known[place + 1 :] for each in later.operands
        )
    )


def still_said(lines: Iterable[str], before: str, after: str) -> tuple[str, ...]:
    """The lines of a calculation without those that come to a value which a result named
    ``before`` it was changed, and does not name ``after``: they say how another one came about."""
    if before == after:
        return tuple(lines)
    old, new = _named_in(before), _named_in(after)

    def goes(number: Number) -> bool:
        return any(alike(number, one) for one in old) and not any(alike(number, one) for one in new)

    read = ((words, read_line(words)) for words in lines)
    return tuple(words for words, one in read if one is None or not any(map(goes, one.results[:1])))


def _named_in(text: str) -> tuple[Number, ...]:
    """The numbers of a text, in messages too."""
    return tuple(
        one
        for part in (text, *(each.text for each in find_messages(text)))
        for one in numbers(part)
    )


def _read(
    way: Callable[[str, str, str], CalculationLine | None], words: str, left: str, right: str
) -> CalculationLine | None:
    """What a line says, read in one way; ``None`` where it is not understood."""
    try:
        return way(words, left, right)
    except (ArithmeticError, ValueError, LookupError, TypeError, SyntaxError, RecursionError):
        return None


def _continental(text: str) -> str:
    """The text with decimal commas, and points between thousands, written in English."""
    return _DECIMAL_COMMA.sub(".", _THOUSANDS_POINT.sub("", text))


def _of_numbers(words: str, left: str, right: str) -> CalculationLine | None:
    said, computed = _Expression(right), _Expression(left)
    if computed.number is not None:
        return None  # "28 days less eleven": what the words do is not read
    value = said.value()
    scale = said.value(in_base=True) / value if value else 1
    exponent = int(value.as_tuple().exponent)
    off = Decimal(1).scaleb(exponent) / 2 if exponent < 0 else _EXACT
    results = [said.number or _bare(value)]
    computed.rounds_percent = results[0].kind == "percent"
    found = [computed.value(of_left=of_left) for of_left in (False, True)]
    found.append(computed.value(in_base=True) / scale)
    if computed.rounds_percent:
        results.append(_bare(value))
        if all(one.kind != "percent" for one in computed.operands):
            found += [each / 100 for each in found]  # "18 / 160 * 100 = 11.25 %"
    is_right = any(abs(value - each) <= off for each in found)
    return CalculationLine(words, tuple(computed.operands), tuple(results), is_right)


class _Expression:
    """A sum of products; raises ``ValueError`` or ``SyntaxError`` where it is none."""

    def __init__(self, text: str) -> None:
        self.operands: list[Number] = []  # of the last value
        self.rounds_percent = False
        """Whether percents are rounded as they are written: "round(0.02017 * 100 %, 2)" to 2.02 %,
        not to 0.02."""
        self._numbers: dict[str, tuple[Number, Decimal]] = {}
        words: list[str] = []
        for match in _TOKEN.finditer(text.strip()):
            kind = str(match.lastgroup)
            word = match[kind]
            if kind == "other" or not all(one[0].isalpha() for one in _WORD.findall(word)):
                raise ValueError(word)  # "½", "3²"
            if kind == "number":
                value = Decimal(match["digits"].replace(",", ""))
                word = f"n{len(words)}"
                self._numbers[word] = _measured(match["number"], value), value
            if kind != "unit":
                words.append(_SIGNS.get(word, word.lower()))
        self._tree = ast.parse(" ".join(words), mode="eval").body

    @property
    def number(self) -> Number | None:
        """The number that it is, where it is one alone."""
        return self._numbers[self._tree.id][0] if isinstance(self._tree, ast.Name) else None

    def value(self, *, in_base: bool = False, of_left: bool = False) -> Decimal:
        """What it comes to; ``in_base`` with units of one family alike ("1 h + 30 min"), and
        ``of_left`` with a percent behind + or - taken of what stands before it ("840 - 5%")."""
        self.operands = []

        def of(node: ast.expr) -> Decimal:
            match node:
                case ast.Name(id=name):
                    number, written = self._numbers[name]
                    self.operands.append(number)
                    in_unit = number.value if in_base else written
                    assert isinstance(in_unit, Decimal)
                    return in_unit / 100 if number.kind == "percent" else in_unit
                case ast.UnaryOp(op=ast.USub(), operand=operand):
                    return -of(operand)
                case ast.Call(func=ast.Name(id=name), args=arguments):
                    values = [of(each) for each in arguments]
                    if name not in _ROUNDING:
                        return _FUNCTIONS[name](*values)
                    # the places to keep stand nowhere
                    del self.operands[len(self.operands) + 1 - len(values) :]
                    in_percent = any(map(self._is_share, ast.walk(arguments[0])))
                    scale = 100 if self.rounds_percent and in_percent else 1
                    return _FUNCTIONS[name](values[0] * scale, *values[1:]) / scale
                case ast.BinOp(left=left, op=operator, right=right):
                    first, second = of(left), of(right)
                    adds = isinstance(operator, ast.Add | ast.Sub)
                    if of_left and adds and self._is_share(right) and not self._is_share(left):
                        second *= first
                    return _OPERATORS[type(operator)](first, second)
            raise ValueError(ast.unparse(node))

        return of(self._tree)

    def _is_share(self, node: ast.AST) -> bool:
        number = self._numbers.get(node.id) if isinstance(node, ast.Name) else None
        return number is not None and number[0].kind == "percent"


def _measured(words: str, value: Decimal) -> Number:
    """A number with the unit that stands beside it."""
    for one in numbers(words):
        if one.kind and isinstance(one.value, Decimal) and value in as_written(one):
            return one  # no "12 pm", no "5 May"
    if words.endswith("%"):
        raise ValueError(words)
    return _bare(value)


def _bare(value: Decimal) -> Number:
    return Number(f"{value:f}", value, "", "", 0, 0)


def _of_moments(words: str, left: str, right: str) -> CalculationLine | None:
    first = _MOMENT.match(left)
    assert first is not None
    second = _APART.match(left, first.end())
    at = (second or first).end()
    moves: list[tuple[int, str]] = []
    operands = [*_named(first[0]), *(_named(second[1]) if second else ())]
    while (move := _MOVE.match(left, at)) is not None:
        amount, unit, length = _length(move[2])
        moves.append((amount if move[1] == "+" else -amount, unit))
        operands.append(length)
        at = move.end()
    free, units = _free_days(left, at), {unit for _, unit in moves}
    results: tuple[Number, ...]
    if second is not None:
        low, high = sorted((_moment(first[0]), _moment(second[1])))
        timed = not moves and ":" in first[0] and ":" in second[1]
        if timed and low.date() == high.date():  # how long a depot is open, on whatever day
            operands = [one for one in operands if one.kind == "time"]
        if timed and (between := _clock_times_apart(low, high, right)):
            return None if free else CalculationLine(words, tuple(operands), *between)
        said, unit, length = _length(right)
        counts = _distance(low, high, unit, free)
        if moves and unit in ("day", "working day"):
            counts = counts[:1]  # "+ 1 day" counts the first one
        results = (length,)
        is_right = said - sum(amount for amount, _ in moves) in counts
        if units - {unit, ""}:
            return None
        units = {unit}
    else:
        moved = _moment(first[0])
        for amount, unit in moves:
            moved = _moved(moved, amount, unit, free)
        results, is_right = _named(right), moved == _moment(right)
    if not (second or moves) or (free and "working day" not in units):
        return None
    named = tuple(Number(day.isoformat(), day, "date", "date", 0, 0) for day in free)
    return CalculationLine(words, tuple(operands), results, is_right, named)


def _clock_times_apart(
    low: datetime, high: datetime, words: str
) -> tuple[tuple[Number, ...], bool] | None:
    """The length that words name by parts of an hour ("19.5 h", "25 h 20 min"), and whether two
    moments are so far apart, as exactly as it is written; ``None`` for whole hours and others."""
    found = () if re.fullmatch(_LENGTH, words) else numbers(words)
    if len(found) != 1 or found[0].words != words or found[0].unit != "millisecond":
        return None
    value, decimals = found[0].value, _DECIMALS.match(words)
    assert isinstance(value, Decimal)
    off = value / Decimal(decimals[0]) * Decimal(1).scaleb(-len(decimals[1])) / 2 if decimals else 0
    days = (high - low, timedelta(days=1) - (high - low))[: 2 if low.date() == _NO_DAY else 1]
    apart = [Decimal(each // timedelta(milliseconds=1)) for each in days]
    return found, any(abs(value - each) <= off for each in apart)


def _length(words: str) -> tuple[int, str, Number]:
    """How many of which unit of time ("" for none) words name, and the number that they are;
    ``ValueError`` where they name something else."""
    unit = words.lstrip("0123456789")
    amount = int(words.removesuffix(unit))
    if not unit:
        return amount, "", _bare(Decimal(amount))
    (one,), (length,) = numbers(f"1 {unit.strip()}"), numbers(f"{amount} {unit.strip()}")
    if one.words != f"1 {unit.strip()}":
        raise ValueError(words)  # "10 days minus weekends"
    return amount, _LENGTHS[one.kind, one.unit, one.value], length


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


def _named(words: str) -> tuple[Number, ...]:
    """The day of a moment and its time, as far as they are written."""
    at = _moment(words)
    day = Number(at.date().isoformat(), at.date(), "date", "date", 0, 0)
    clock = Number(f"{at:%H:%M}", at.time(), "time", "time", 0, 0)
    return (day,) * (at.date() != _NO_DAY) + (clock,) * (":" in words)


def _free_days(text: str, at: int) -> frozenset[date]:
    """The days that count as no working days; ``ValueError`` where something else stands there."""
    match = _FREE.fullmatch(text, at)
    if match is None:
        raise ValueError(text[at:])
    return frozenset(_moment(each.strip()).date() for each in (match[1] or "").split(",") if each)


def _moved(start: datetime, amount: int, unit: str, free: Collection[date]) -> datetime:
    if unit in ("month", "year"):
        months = start.year * 12 + start.month - 1 + amount * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        last = monthrange(year, month + 1)[1]
        return start.replace(year=year, month=month + 1, day=min(start.day, last))
    if unit == "working day":
        if abs(amount) > _MOST_DAYS:
            raise ValueError(amount)
        step, left = timedelta(days=1 if amount >= 0 else -1), abs(amount)
        if not amount and not _works(start.date(), free):
            left = 1  # "on a Saturday, the next working day": none is added, and it has to be one
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
) -> tuple[Decimal, ...]:
    """How far two moments are apart, without the first day and with it; months that are begun, and
    times of the day across midnight too."""
    apart = end - start
    days = Decimal(apart.days)
    if unit in ("hour", "minute"):
        both = (apart, timedelta(days=1) - apart)[: 2 if start.date() == _NO_DAY else 1]
        minutes = (Decimal(each // timedelta(minutes=1)) for each in both)
        return tuple(each / (60 if unit == "hour" else 1) for each in minutes)
    if unit == "working day":
        if days > _MOST_DAYS:
            raise ValueError(apart)
        each = range(apart.days + 1)
        count = sum(_works(start.date() + timedelta(days=n), free) for n in each)
        return Decimal(count - _works(start.date(), free)), Decimal(count)
    if unit in ("month", "year"):
        whole = elapsed(start.date(), end.date(), "month")[1]
        if unit == "year":  # the day before a birthday is no year more
            return (whole // 12,)
        return whole, whole + (start.day != end.day)
    if unit == "week":
        return days / 7, (days + 1) / 7
    return (days, days + 1) if unit == "day" else (days,)


class Worked:
    """The calculations of one case: what follows by them from given numbers."""

    def __init__(self, lines: Iterable[str], given: Numbers) -> None:
        """``given`` are the numbers of the case's data, the criteria and the sources."""
        read = [one for words in islice(lines, MOST_LINES) if (one := read_line(words)) is not None]
        self.is_given = bool(read)
        """Whether there is a line that is understood."""

        self.wrong = tuple(one.words for one in read if not one.is_right)
        """Lines that do not come to what they say."""

        quoted = (one.text for text in given.texts for one in find_messages(text))
        self._given = Numbers((*given.texts, *quoted))
        self._results: list[Number] = []
        self._operands: list[Number] = []
        self._apart: list[Number] = []
        self._missing: list[tuple[Number, str]] = []
        for line in read:
            if not line.is_right:
                continue
            missing = [each for each in line.operands if not self._is_given(each)]
            is_between = len(missing) == 1 and all(
                one.kind in ("date", "time") and self._is_given(one) for one in line.results
            )
            if missing and not is_between:
                self._missing += [(each, missing[0].words) for each in line.results]
                continue
            # "2 days" lie between two given ones
            if sum(isinstance(one.value, date) for one in line.operands) == 2:
                self._apart += (one for one in line.results if one.kind == "duration")
            self._results += (*line.results, *line.free, *missing)
            self._operands += line.operands

    @cached_property
    def _numbers(self) -> frozenset[Decimal]:
        """The numbers of the texts, whatever they measure; "three", and 0.05, 1.05 and 0.95 of
        5 %, too."""
        words = {one.value for one in self._given.all if one.kind in ("count", "")}
        shares = [
            one.value / 100
            for one in self._given.all
            if one.kind == "percent" and isinstance(one.value, Decimal)
        ]
        words |= {part for each in shares for part in (each, 1 + each, 1 - each)}
        found = (each for each in words if isinstance(each, Decimal))
        return CONSTANTS.union(self._given.written, found)

    @cached_property
    def _months(self) -> frozenset[tuple[int, int]]:
        """The months that the texts name with their year."""
        return frozenset(each for text in self._given.texts for each in months_named(text))

    def _is_given(self, number: Number) -> bool:
        """Whether a number stands in the texts, as one of the same unit where it has one, follows
        from an earlier line, or is a constant; a date also at either end of its month."""
        if number.kind not in MEASURED and not self._numbers.isdisjoint(as_written(number)):
            return True
        known = (*self._results, *self._given.all, *_CONVERSIONS.all)
        whole = replace(number, unit=number.unit.partition("/")[0])  # 160 kg of "160 kg/ha"
        if any(_is_same(one, each) for one in (number, whole) for each in known):
            return True
        if not number.value:
            return True
        if isinstance(number.value, time):
            return self._is_written(number.value)
        if isinstance(day := number.value, date):
            is_turn = day.day in (1, monthrange(day.year, day.month)[1])
            dates = (one.value for one in known if isinstance(one.value, date))
            named = (*self._months, *((one.year, one.month) for one in dates))
            return is_turn and not {(day.year, day.month), (NO_YEAR, day.month)}.isdisjoint(named)
        return False

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
        goes_in = [each for each in self._operands if _is_same(number, each)]
        plain = any(not one.kind and one.value not in CONSTANTS for one in goes_in)
        return (
            self.comes_to(number)
            or (plain and number.kind not in ("money", "percent"))
            or (bool(goes_in) and self._is_given(number))
        )

    @property
    def results(self) -> tuple[Number, ...]:
        """What the right calculations with given numbers come to."""
        return tuple(self._results)

    @property
    def apart(self) -> tuple[Number, ...]:
        """How far two given dates are apart by a right calculation."""
        return tuple(self._apart)

    def goes_in(self, number: Number) -> bool:
        """Whether a right calculation is made with a number, as one of the same unit."""
        return any(alike(number, each) for each in self._operands)

    def comes_to(self, number: Number) -> bool:
        """Whether a calculation comes to a number."""
        return any(_is_same(number, each) for each in self._results)

    def missing(self, number: Number) -> str:
        """The number that stands nowhere, of the calculation that this one is the result of."""
        return next((words for each, words in self._missing if _is_same(number, each)), "")


def _is_same(number: Number, other: Number) -> bool:
    """Whether two numbers are equal and may measure the same; year and day are in a date of it."""
    if alike(number, other):
        return True
    if isinstance(number.value, Decimal) and isinstance(other.value, date):
        # "Nov 2031 to Jul 2051", "without the 25th"
        return not number.kind and number.value in (other.value.year, other.value.day)
    bare = not (number.kind and other.kind)
    return bare and not as_written(number).isdisjoint(as_written(other))
