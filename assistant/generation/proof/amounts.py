"""Numbers of a case compared by value: as they are written in any language, and what is computed.

``tokens_of`` reads digits as they stand, so that "800,01 EUR" and "1 350 EUR" are found where no
unit is known; ``find_quantities`` adds units, number words, dates and times where it reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cached_property, lru_cache
from itertools import combinations, pairwise, product
from operator import mul
from typing import Literal

from assistant.generation.proof.statement_words import MIN_PART, same
from assistant.generation.sentence_words import stem
from assistant.language.amounts import places_named
from assistant.language.dates_and_times import NO_YEAR
from assistant.language.full_stops import ends_sentence
from assistant.language.languages import ENGLISH, language_of
from assistant.language.nouns import singular
from assistant.language.quantities import Quantity, find_quantities
from assistant.language.quoted_messages import find_messages
from assistant.language.units import in_base_unit

MEASURED = ("money", "percent", "duration", "size", "measure", "age")
"""Kinds whose unit belongs to the number: "2 EUR" is no "2 %"."""

_WITHOUT_CENTS = frozenset(("JPY", "KRW", "GBP"))
"""Currencies that have no cents: "5p" is read as what it is of a pound."""

_NO_NOUN = frozenset(("today", "tomorrow", "yesterday", "now", "then"))

TURNS = 100
"""Days after a date of the data within which the turn of a month follows from it."""

ENDING = 3
"""Digits from which on the end of a longer number is taken for it."""

FEW = 8
"""Counts of which two are taken at a time."""

MOST_OPERANDS = 14
"""Numbers of a case that results are computed from; with more of them anything could follow."""

MOST_TERMS = 6
"""Amounts of one result, from the first, that a balance in it is the sum of."""

_DIGITS = re.compile(
    r"(?<![\w.,:/-])(?:[1-9]\d{0,2}(?:[ \xa0\u202f]\d{3})+(?!\d)|\d+)(?:[.,:/-]\d+)*(?![\w])"
)
_SPACED = re.compile(r"(?<![\w.,])\d{1,3}(?:[ \xa0\u202f]\d{3})+(?![\w])")
_DECIMAL = re.compile(
    r"(?<![\w.,:/])(?<![\w.,)]-)(\d{1,3}(?:[. \xa0\u202f]\d{3})+|\d+),(\d{1,2})"
    r"(?!\w|[.,]\d|,(?! [^\W\d_])|, (?:and|or|und|oder|et|ou|y|e|en|of|i|lub)\b)"
)
"""A decimal comma: no thousands follow it."""
_PADDED = re.compile(r"(?<=[ \xa0])0(?=\d ?min\b)", re.IGNORECASE)
""" "1 h 05 min" """
_LIST_MARK = re.compile(r"(?m:^\s*(?:[-*•]\s*)?\(?\d{1,2}[.)]\s)|(?<=[.;:] )\d{1,2}[.)]\s(?=[A-Z])")


@dataclass(frozen=True)
class Number:
    """A number of a text: its words, its value, and what it measures ("" where nothing tells)."""

    words: str
    value: Decimal | date | time
    kind: str
    unit: str
    start: int
    end: int

    @property
    def family(self) -> tuple[str, str]:
        """What is compared with it: its kind and its unit."""
        return self.kind, self.unit


@lru_cache(maxsize=8192)
def numbers(text: str) -> tuple[Number, ...]:
    """All numbers of a text outside quotations and list marks, in order."""
    hidden = [(message.start, message.end) for message in find_messages(text)]
    found = [
        number_of(one, text[one.start : one.end])
        for one in find_quantities(grouped(text))
        if not _within(one.start, one.end, hidden)
    ]
    taken = hidden + [(one.start, one.end) for one in found]
    taken += [match.span() for match in _LIST_MARK.finditer(text)]
    for match in _DIGITS.finditer(text):
        value = min(values_of(match.group()), default=None)
        if value is not None and not _within(match.start(), match.end(), taken):
            found.append(Number(match.group(), value, "", "", match.start(), match.end()))
    read = (_with_its_stop(one, text) for one in sorted(found, key=lambda one: one.start))
    return tuple(_joined(text, read))


def _with_its_stop(number: Number, text: str) -> Number:
    """A bare number with the full stop that makes a day or a place in an order of it."""
    end = number.end + 1
    if number.kind or text[number.end : end] != "." or ends_sentence(text, end):
        return number
    return replace(number, words=text[number.start : end], end=end)


def _joined(text: str, found: Iterable[Number]) -> Iterator[Number]:
    """The numbers, durations that are written in several units as one: "4 h 1 min"."""
    last: Number | None = None
    for one in found:
        more = _more(last, one, text) if last is not None else None
        if last is not None and more is not None:
            words = text[last.start : one.end]
            last = replace(last, words=words, value=more, end=one.end)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


_AND = ("", "and", "und", "et")
_SHORT_HOUR = re.compile(r"(?:\d ?h|\bhrs?|\bstd|\bgodz)$", re.IGNORECASE)
""" "2 godz. 15 min": the full stop ends no sentence."""
MILLISECONDS_OF_DAY = 86_400_000
DAYS_OF_MONTH = 31
"""A day beside months is so much of one, for comparing alone: "12 months and 1 day"."""


def _more(first: Number, second: Number, text: str) -> Decimal | None:
    """What a duration and the smaller one behind it come to; ``None`` where they are two."""
    if (first.kind, second.kind) != ("duration", "duration"):
        return None
    between = text[first.end : second.start].strip()
    between = between.removesuffix("0").strip()  # "1 h 05 min"
    if between not in _AND and not (between == "." and _SHORT_HOUR.search(first.words)):
        return None
    if not (isinstance(first.value, Decimal) and isinstance(second.value, Decimal)):
        return None
    if first.unit == second.unit:
        smaller = second.value < first.value and _unit_of(first) != _unit_of(second)
        return first.value + second.value if smaller else None  # no "45 min and 10 min"
    if (first.unit, second.unit) != ("month", "millisecond"):
        return None
    return first.value + second.value / (DAYS_OF_MONTH * MILLISECONDS_OF_DAY)


def _unit_of(number: Number) -> str:
    """The unit of a number as it is written."""
    return re.sub(r"^[\d.,\s]+", "", number.words)


def grouped(text: str) -> str:
    """The text of the same length with English separators ("50 001 €", "0,4 kWh")."""
    text = _PADDED.sub(" ", text)
    text = _DECIMAL.sub(lambda one: f"{re.sub(r'[^0-9]', ',', one[1])}.{one[2]}", text)
    return _SPACED.sub(lambda one: re.sub(r"[ \xa0\u202f]", ",", one.group()), text)


def _within(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < last and end > first for first, last in spans)


def number_of(quantity: Quantity, words: str = "") -> Number:
    """A quantity in the smallest unit of its family, or with the noun that it counts."""
    value, unit = quantity.value, quantity.unit
    kind: str = quantity.kind
    if isinstance(value, Decimal):
        named = unit.split()[-1].casefold() if kind == "count" and unit else ""
        if named in _NO_NOUN:
            kind, unit = "number", ""
        if kind in MEASURED:
            value, unit = in_base_unit(value, unit)
        elif kind in ("count", "length"):
            unit = stem(singular(unit.split()[-1].casefold())) if unit else ""
        kind = "duration" if kind == "age" else "" if kind == "number" else kind
        value = value.normalize()
    return Number(words or quantity.text, value, kind, unit, quantity.start, quantity.end)


def values_of(token: str) -> frozenset[Decimal]:
    """What digits may stand for: "1.250" is 1.25 or 1250, "800,01" is 800.01."""
    plain = re.sub(r"[ \xa0\u202f]", "", token)
    options = {plain.replace(",", ""), plain.replace(".", "").replace(",", ".")}
    found = set()
    for option in options:
        try:
            found.add(Decimal(option).normalize())
        except InvalidOperation:
            continue
    return frozenset(found)


class Numbers:
    """The numbers of several texts, ready to be asked for a value."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(dict.fromkeys(text for text in texts if text.strip()))

    @cached_property
    def all(self) -> tuple[Number, ...]:
        """Each number, text by text."""
        return tuple(one for text in self.texts for one in numbers(text))

    @cached_property
    def written(self) -> frozenset[Decimal]:
        """What the digits of the texts may stand for, whatever they measure."""
        return frozenset(
            value
            for text in self.texts
            for match in _DIGITS.finditer(text)
            for value in values_of(match.group())
        )

    @cached_property
    def _places(self) -> frozenset[int]:
        """Places in an order that are told in words, and the days of the dates."""
        told = {place for text in self.texts for place in places_named(text)}
        return frozenset(told | {one.value.day for one in self.all if isinstance(one.value, date)})

    @cached_property
    def _tokens(self) -> frozenset[str]:
        return frozenset(m.group() for text in self.texts for m in _DIGITS.finditer(text))

    def holds(self, number: Number) -> bool:
        """Whether the number stands in the texts, of the same kind where both tell theirs."""
        if any(alike(number, other) for other in self.all):
            return True
        if number.kind in MEASURED or number.kind in ("date", "time"):
            return False
        if number.words in self._tokens or self._ends(number.words):
            return True
        if number.words.endswith(".") and number.value in self._places:
            return True
        return isinstance(number.value, Decimal) and any(
            value in self.written for value in (number.value, *values_of(number.words))
        )

    def _ends(self, words: str) -> bool:
        """Whether digits are the last of a longer number: "the account ending 3000"."""
        long = words.isdecimal() and len(words) >= ENDING
        return long and any(
            re.search(rf"\d{words}\b", re.sub(r"(?<=\d) (?=\d)", "", text)) for text in self.texts
        )


def alike(number: Number, other: Number) -> bool:
    """Whether two numbers are equal and may measure the same."""
    mine, theirs = number.value, other.value
    if not (isinstance(mine, Decimal) and isinstance(theirs, Decimal)):
        return same_moment(mine, theirs)
    if not number.kind or not other.kind:
        return mine == theirs or bool(values_of(number.words) & values_of(other.words))
    if number.kind == other.kind == "duration" and number.unit != other.unit:
        said, told = number.words.casefold().split(), other.words.casefold().split()
        return said[0] == told[0] and said[-1] == told[-1]  # "4 hours" of "4 business hours"
    if "count" in (number.kind, other.kind) and "duration" in (number.kind, other.kind):
        return _is_compound(number, other)
    if number.kind in MEASURED or other.kind in MEASURED:
        units = {number.unit, other.unit}
        if "cent" in units and len(units) == 2 and not units & _WITHOUT_CENTS:
            return number.kind == other.kind and _in_cents(number) == _in_cents(other)
        return number.family == other.family and (mine == theirs or _read_alike(number, other))
    return mine == theirs


def _in_cents(money: Number) -> object:
    """An amount in the hundredth part of its currency, which "5 cent" does not name."""
    value = money.value
    return value * 100 if isinstance(value, Decimal) and money.unit != "cent" else value


def _is_compound(number: Number, other: Number) -> bool:
    """Whether a count is of a unit of time in one word with another: "6 Urlaubstage", "6 Tage"."""
    count, length = (number, other) if number.kind == "count" else (other, number)
    noun, unit = (one.words.casefold().split()[-1] for one in (count, length))
    of_unit = len(unit) >= MIN_PART - 1 and noun.endswith(unit)
    return of_unit and not as_written(count).isdisjoint(as_written(length))


def _read_alike(number: Number, other: Number) -> bool:
    """Whether two amounts are equal in one way of reading them: "2.500 kWh" may be 2500."""
    mine, theirs = ({reading(one, style) for style in _STYLES} for one in (number, other))
    return not mine.isdisjoint(theirs)


def same_noun(number: Number, other: Number) -> bool:
    """Whether two counts are of one thing, as far as both name it."""
    return not (number.unit and other.unit) or same(number.unit, other.unit)


# --- What follows from numbers --------------------------------------------------------------------


def follows(number: Number, operands: Numbers, own: Numbers) -> bool:
    """Whether a number is computed from two others, or from all of one kind: a sum, a difference,
    a share, so many times as much; a date or time so much later or earlier.

    One of the numbers at least is of the case's own data: what rules alone come to is no rule
    ("locked for 45 minutes" of a lock of 30 and a session of 15). Shares, dates and times may
    follow from rules alone.
    """
    if isinstance(number.value, Decimal):
        mine = frozenset((one.family, one.value) for one in own.all)
        read = [number]
        if _has_three_decimals(number):
            read.append(replace(number, value=number.value / 1000))
        values = _computed(number, operands, mine)
        return any(_equal(one, value) for value in values for one in read)
    moved = _moved(operands, date if isinstance(number.value, date) else time)
    return any(same_moment(number.value, one) for one in moved)


def is_between(number: Number, texts: Iterable[str]) -> bool:
    """Whether a duration lies between two times of day of these texts."""
    if number.kind != "duration":
        return False
    clocks = {
        _of_day(one.value) for text in texts for one in numbers(text) if isinstance(one.value, time)
    }
    return any(abs(one - other) == number.value for one, other in combinations(clocks, 2))


def is_elapsed(number: Number, others: Iterable[Number]) -> bool:
    """Whether a duration lies between two of these dates: "18 days from 25 March to 11 April"."""
    if number.kind != "duration":
        return False
    days = sorted({one.value for one in others if isinstance(one.value, date)})
    return any(
        number.value in elapsed(first, last, number.unit) for first, last in combinations(days, 2)
    )


def is_balance(number: Number, others: Iterable[Number]) -> bool:
    """Whether a number is the sum, with any signs, of all others of its unit, two or more."""
    values = [
        one.value for one in others
        if one != number and one.family == number.family
        and isinstance(one.value, Decimal)
    ][:MOST_TERMS]  # fmt: skip
    signs = product((1, -1), repeat=len(values))
    return len(values) > 1 and any(sum(map(mul, s, values)) == number.value for s in signs)


def is_next(number: Number, before: Iterable[Number], given: Iterable[Number]) -> bool:
    """Whether an amount of money is one of those before it with one that is given added or taken
    off: "EUR 64.80 are charged; the balance is EUR 44.80" where EUR 20.00 were paid."""
    if number.kind != "money" or not isinstance(number.value, Decimal):
        return False
    moved = {
        abs(number.value - one.value)
        for one in before
        if one.family == number.family and isinstance(one.value, Decimal)
    }
    return any(one.value in moved for one in given if one.family == number.family)


def is_share(number: Number, before: Sequence[Number]) -> bool:
    """Whether a percent is the share of a count in the next one before it, rounded as it is
    written: "18 of 160 (11.25 %)"."""
    if number.kind != "percent" or not isinstance(number.value, Decimal):
        return False
    half = Decimal(1).scaleb(min(_exponent(number.value), 0)) / 2
    return any(
        isinstance(part.value, Decimal)
        and isinstance(whole.value, Decimal)
        and part.kind == whole.kind in ("count", "duration", "")
        and whole.value != 0
        and abs(part.value / whole.value * 100 - number.value) <= half
        for part, whole in pairwise(before)
    )


def is_rounded(number: Number, others: Iterable[Number]) -> bool:
    """Whether a number is another of its unit, rounded to the next whole or half, or to as many
    decimals as it has itself."""
    mine = as_written(number)
    finest = min((_exponent(value) for value in mine), default=0)
    return any(
        value in mine
        for one in others
        if one.family == number.family and one.value != number.value
        for written in as_written(one)
        for value in (
            *_rounded(written),
            *(half / 2 for half in _rounded(written * 2)),
            *((_round_to(written, finest),) if _exponent(written) < finest < 0 else ()),
        )
    )


def _round_to(value: Decimal, exponent: int) -> Decimal:
    """A value rounded half up to a power of ten."""
    return value.quantize(Decimal(1).scaleb(exponent), ROUND_HALF_UP)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _equal(number: Number, value: Decimal) -> bool:
    assert isinstance(number.value, Decimal)
    places = max(-_exponent(number.value), 0)
    return abs(number.value - value) <= (Decimal("0.005") if places else Decimal("0.0001"))


Own = frozenset[tuple[tuple[str, str], Decimal | date | time]]
"""Families and values of the numbers of a case's own data."""

Term = tuple[Decimal, bool]
"""A value that is computed with, and whether it is of the case's own data."""

_ONCE, _ALL_OF_IT = (Decimal(1), False), (Decimal(100), False)


def _computed(number: Number, operands: Numbers, own: Own) -> Iterator[Decimal]:
    known = [one for one in operands.all if isinstance(one.value, Decimal)]
    amounts = _terms((one for one in known if one.family == number.family), own)
    money = _terms((one for one in known if one.kind == "money"), own)
    shares = _terms((one for one in known if one.kind == "percent"), own)
    if len(amounts) > 2 and any(is_own for _, is_own in amounts):
        yield sum((value for value, _ in amounts), Decimal())
    for one, other in _pairs(amounts):
        yield from (one + other, abs(one - other))
    exact = number.words.strip()[-3:-2] in (
        ".",
        ",",
    )  # "13.50" of a price list that names its currency
    if number.kind == "" and exact:
        amounts += money
    elif number.kind in ("count", "", "size", "measure"):
        yield from (whole for one in known for v in as_written(one) for whole in _rounded(v))
    if number.kind == "count" or (number.kind == "" and not exact):
        return
    factors = _factors((one for one in known if not one.kind or one.kind != number.kind), own)
    for (one, mine), (times, theirs), (share, given) in product(
        amounts, (_ONCE, *(f for f in factors if f[0] != 1)), (_ALL_OF_IT, *shares)
    ):
        part = one * times * share / 100
        if times == 1 and share != 100:  # a share is there to be taken of something
            yield from (part, one + part, one - part)
        elif times != 1 and (mine or theirs or given):
            yield from (part, *((one / times,) if times and share == 100 else ()))
    if number.kind == "money":  # a rate of two counts: "2.40 a metre and night"
        for one, mine in amounts:
            yield from (one * a * b for a, b in _pairs(factors[:FEW], given=mine))
    if number.kind == "percent":
        for one, other in _pairs(money):
            for whole, part in ((one, other), (other, one)):
                if whole:
                    yield from (part / whole * 100, abs(whole - part) / whole * 100)
    if number.kind == "duration":
        days = {one.value: one.family for one in operands.all if isinstance(one.value, date)}
        for first, last in combinations(sorted(days), 2):
            if (days[first], first) in own or (days[last], last) in own:
                yield from elapsed(first, last, number.unit)


def _terms(found: Iterable[Number], own: Own) -> list[Term]:
    """The values of the first of these numbers, each once."""
    held = [(v, (one.family, v) in own) for one in found if isinstance(v := one.value, Decimal)]
    return _once(held)


def _factors(found: Iterable[Number], own: Own) -> list[Term]:
    """How many times something may be taken: a length of time no length of time."""
    held = [
        (whole, (one.family, one.value) in own)
        for one in found
        if one.kind not in ("money", "percent")
        for value in as_written(one)
        for whole in (value, *_rounded(value))
    ]
    return _once(held)


def _once(terms: Sequence[Term]) -> list[Term]:
    own = {value for value, is_own in terms if is_own}
    return [(value, value in own) for value in dict.fromkeys(one for one, _ in terms)][
        :MOST_OPERANDS
    ]


def _pairs(terms: Sequence[Term], *, given: bool = False) -> Iterator[tuple[Decimal, Decimal]]:
    """Two values at a time, one of them the case's own; any two beside one that is ``given``."""
    for (one, mine), (other, theirs) in combinations(terms, 2):
        if given or mine or theirs:
            yield one, other


def _rounded(value: Decimal) -> tuple[Decimal, ...]:
    """The whole numbers next to a broken one: "9.1 m" counts as 10 or as 9."""
    low = value.to_integral_value(ROUND_FLOOR)
    return () if low == value else (low, low + 1)


def as_written(number: Number) -> frozenset[Decimal]:
    """A number as it is written, whatever its unit: 50 of "50 MB"."""
    match = _DIGITS.search(number.words)
    if match:
        return values_of(match.group())
    counted = isinstance(number.value, Decimal) and number.kind in ("count", "")
    return frozenset((number.value,)) if counted else frozenset()  # type: ignore[arg-type]


_THOUSANDS_OR_DECIMALS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
Style = Literal["English", "continental"]
_STYLES: tuple[Style, ...] = ("English", "continental")


def number_styles(text: str) -> tuple[Style, ...]:
    """How a text writes numbers: with a decimal comma, in another language perhaps, else not."""
    if _DECIMAL.search(text):
        return ("continental",)
    if language_of(text) != ENGLISH or any(map(_has_three_decimals, numbers(text))):
        return _STYLES
    return ("English",)


def _has_three_decimals(number: Number) -> bool:
    """Whether an amount of money may be in thousands or have three decimals: "€18.944".

    It is read as thousands, as money has no three decimals; a calculation may pass through them.
    """
    match = _DIGITS.search(number.words) if number.kind == "money" else None
    ambiguous = _THOUSANDS_OR_DECIMALS.fullmatch(match.group()) if match else None
    return ambiguous is not None and ambiguous[1] == "."


def reading(number: Number, style: Style) -> Decimal | None:
    """An amount in its unit: "2.515 kg" is 2.515 or, on the continent, 2515."""
    if not isinstance(number.value, Decimal):
        return None
    if _has_three_decimals(number):
        return number.value if style == "continental" else number.value / 1000
    match = _DIGITS.search(number.words) if style == "continental" else None
    ambiguous = _THOUSANDS_OR_DECIMALS.fullmatch(match.group()) if match else None
    if ambiguous is None:
        return number.value
    return number.value * 1000 if ambiguous[1] == "." else number.value / 1000


def elapsed(first: date, last: date, unit: str) -> tuple[Decimal, ...]:
    """How long it is from one day to another, in a base unit: days without and with the first one,
    months with half a one where one is begun, whole ones, those of whole years."""
    days = (last - first).days
    if unit == "millisecond":
        return Decimal(days) * 86_400_000, Decimal(days + 1) * 86_400_000
    if unit == "working day":
        count = working_days(first, last)
        return Decimal(count - (first.weekday() < 5)), Decimal(count)
    if unit == "month":
        months = (last.year - first.year) * 12 + last.month - first.month
        whole = months - (last.day < first.day)
        begun = Decimal(whole) + (Decimal("0.5") if last.day != first.day else 0)
        return begun, Decimal(whole), Decimal(whole // 12 * 12)
    return ()


def working_days(first: date, last: date) -> int:
    """Days from Monday to Friday from the first day to the last, both included."""
    return sum((first + timedelta(days=n)).weekday() < 5 for n in range((last - first).days + 1))


def _of_day(clock: time) -> Decimal:
    """Milliseconds since midnight."""
    return Decimal(((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000)


def _moved(operands: Numbers, kind: type) -> Iterator[date | time]:
    """The dates or times of the texts, moved by the durations of the texts."""
    if kind is date:
        yield from _turns_of_months(operands)
    lengths = [one for one in operands.all if one.kind == "duration"][:MOST_OPERANDS]
    for one in operands.all:
        for length in lengths:
            assert isinstance(length.value, Decimal)
            amount, unit = int(length.value), length.unit
            if kind is date and isinstance(one.value, date):
                yield from _later(one.value, amount, unit)
            elif kind is time and isinstance(one.value, time) and unit == "millisecond":
                for sign in (1, -1):
                    at = (int(_of_day(one.value)) + sign * amount) // 1000 % 86_400
                    yield time(at // 3600, at // 60 % 60, at % 60)


def _turns_of_months(operands: Numbers) -> Iterator[date]:
    """First and last days of the months after the dates: "on the 1st of next month"."""
    for one in operands.all:
        if isinstance(one.value, date):
            for day in range(1, TURNS):
                moved = one.value + timedelta(days=day)
                if moved.day == 1:
                    yield from (moved, moved - timedelta(days=1))


def _later(day: date, amount: int, unit: str) -> Iterator[date]:
    for sign in (1, -1):
        try:
            if unit == "millisecond":
                moved = day + timedelta(days=sign * amount // 86_400_000)
                yield from (moved, moved + timedelta(days=1), moved - timedelta(days=1))
            elif unit == "working day":
                left, moved = amount, day
                while left:
                    moved += timedelta(days=sign)
                    left -= moved.weekday() < 5
                yield moved
            elif unit == "month":
                months = day.year * 12 + day.month - 1 + sign * amount
                moved = day.replace(year=months // 12, month=months % 12 + 1, day=min(day.day, 28))
                moved += timedelta(days=day.day - min(day.day, 28))
                yield from (moved, moved + timedelta(days=1), moved - timedelta(days=1))
        except (OverflowError, ValueError):
            continue


def same_moment(mine: object, theirs: object) -> bool:
    """Whether two dates or times are the same; a date without a year is that of any year."""
    if isinstance(mine, date) and isinstance(theirs, date) and NO_YEAR in (mine.year, theirs.year):
        return (mine.month, mine.day) == (theirs.month, theirs.day)
    return mine == theirs
