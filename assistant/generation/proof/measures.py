"""What the data of a case measure: numbers as written, and what follows from their dates, entries
and amounts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from itertools import combinations, pairwise

from assistant.generation.proof.amounts import MEASURED, Number, Numbers, elapsed, numbers
from assistant.generation.proof.statement_words import same
from assistant.generation.sentence_words import stem
from assistant.language.dates_and_times import NO_YEAR
from assistant.language.nouns import singular
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import find_messages
from assistant.language.units import in_base_unit
from assistant.language.word_lists import read_patterns

Value = Decimal | date | time

FAR_TIME = 8
"""Characters between a date and the time of day that belongs to it."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_ORDINAL = re.compile(
    rf"\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<digits>\d{{1,3}})(?:st|nd|rd|th)) "
    r"(?P<unit>(?:working )?(?:day|week|month))\b|\bday (?P<day>\d{1,3})\b",
    re.IGNORECASE,
)


_BIRTH = read_patterns(__file__)["birth"]
"""What leads to a date of birth: "born on", "Geburtsdatum:"."""

_ONE_MORE = re.compile(
    r"\b(?:one more|another|a further|an additional|noch eine?n?|weitere[nrs]?|encore une?"
    r"|une? autre|supplémentaire|otro|otra|nog een|jeszcze jed\w+)\b",
    re.IGNORECASE,
)
"""What adds one to a count: "3 visitors are signed in", "sign in one more visitor"."""


@dataclass(frozen=True)
class Values:
    """Values of the data: ``written``, ``counted`` ("the sixth working day"), and those computed:
    as they compare (``exact``) and as they may be told (``loose``)."""

    written: list[Value]
    counted: list[Value]
    exact: list[Value]
    loose: list[Value]

    def has(self, value: Value) -> bool:
        """Whether a value is among the data, or follows from them."""
        if self.counted:
            return value in (*self.written, *self.counted)
        return value in (*self.written, *self.exact, *self.loose)

    @property
    def computed(self) -> list[Value]:
        """Those computed, where nothing is counted in words."""
        return [] if self.counted else self.exact


class Measures:
    """What the data of a case measure: numbers as written, and what follows from their dates,
    entries and amounts."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self.lines = lines
        self.read = Numbers(lines)

    def of(self, bound: Number, *, counted_from: bool, of_age: bool = False) -> Values:
        """Values comparable with a bound.

        ``counted_from`` tells that days are counted from one day on, which is not one of them;
        ``of_age`` that the bound is one of somebody's age, which follows from a date of birth.
        """
        written: list[Value] = [
            of_year(one.value, bound) for one in self.read.all if comparable(one, bound)
        ]
        counted: list[Value] = [value for value, unit in self.ordinals if unit == bound.unit]
        exact: list[Value] = []
        loose: list[Value] = []
        if of_age and self.ages:
            written = [*self.ages_told]  # "2 drivers under 23" names a limit, and nobody's age
            exact += self.ages
        elif bound.kind == "duration":
            for first, last in combinations(self.days, 2):
                found = elapsed(first, last, bound.unit)
                exact += found[:1]
                loose += found if bound.unit == "month" or not counted_from else found[:1]
        if bound.kind == "duration" and bound.unit == "millisecond":
            exact += [
                abs(Decimal((one - other).total_seconds() * 1000))
                for one, other in combinations(self.moments, 2)
            ]
        if bound.kind == "length":
            exact += self.lengths
        if bound.kind in ("money", "percent", "count", "measure"):
            values = [v for v in dict.fromkeys(written) if isinstance(v, Decimal)]
            if bound.kind == "count":
                others = [one.value for one in self.read.all if one.kind == "count"]
                exact += [a + b for a in values for b in others if isinstance(b, Decimal)]
            exact += [a + b for a, b in combinations(values, 2)]
            exact += [abs(a - b) for a, b in combinations(values, 2)]
        if bound.kind in ("count", "") and any(map(_ONE_MORE.search, self.lines)):
            loose += [v + 1 for v in written if isinstance(v, Decimal)]
        if bound.kind == "count":  # "2 options are running", "reserve a third option"
            loose += [v + 1 for v in written if isinstance(v, Decimal) and self._next(v, bound)]
        return Values(written, counted, exact, loose)

    def _next(self, value: Decimal, bound: Number) -> bool:
        """Whether the data speak of the thing that comes next, by its place."""
        if not 0 <= value < len(_ORDINALS):
            return False
        place = re.compile(rf"\b{_ORDINALS[int(value)]} (?P<noun>\w+(?: \w+)?)", re.IGNORECASE)
        return any(
            not bound.unit or any(same(stem(singular(w)), bound.unit) for w in m["noun"].split())
            for line in self.lines
            for m in place.finditer(line.casefold())
        )

    @cached_property
    def repeated(self) -> list[date]:
        """The dates that the data name more than once: what begins and ends on one day."""
        named = Counter(
            one.value for line in self.lines for one in numbers(line)
            if isinstance(one.value, date)
        )  # fmt: skip
        return sorted(day for day, count in named.items() if count > 1)

    @cached_property
    def days(self) -> list[date]:
        """The dates of the data in order; those without a year are of the year that others name."""
        found = {one.value for one in self.read.all if isinstance(one.value, date)}
        years = {one.year for one in found if one.year != NO_YEAR}
        if len(years) == 1:
            year = next(iter(years))
            found = {one.replace(year=year) if one.year == NO_YEAR else one for one in found}
        return sorted(one for one in found if one.year != NO_YEAR or not years)

    @cached_property
    def ages(self) -> list[Decimal]:
        """How old those are whose date of birth is named, in months of whole years: on the days
        that stand in one line with it, else on all other days of the data."""
        born: dict[date, set[date]] = {}
        named: set[date] = set()
        for line in self.lines:
            days = [(o.value, o.start) for o in numbers(line) if isinstance(o.value, date)]
            births = {day for day, start in days if _BIRTH.search(line[:start])}
            others = {day for day, _ in days} - births
            named |= others
            for one in births:
                born.setdefault(one, set()).update(others)
        return [
            Decimal(12 * (on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))))
            for birth, beside in born.items()
            for on in sorted(beside or named - set(born))
            if NO_YEAR not in (birth.year, on.year) and on > birth
        ]

    @cached_property
    def ages_told(self) -> tuple[Decimal, ...]:
        """The ages that are written, in months."""
        told = (one for line in self.lines for one in find_quantities(line))
        ages = (one for one in told if one.kind == "age" and not one.is_limit)
        return tuple(
            in_base_unit(one.value, one.unit)[0] for one in ages if isinstance(one.value, Decimal)
        )

    @cached_property
    def moments(self) -> list[datetime]:
        """Dates with a time of day right behind them."""
        found = []
        for line in self.lines:
            read = numbers(line)
            for day, at in pairwise(read):
                close = at.start - day.end <= FAR_TIME
                if close and isinstance(day.value, date) and isinstance(at.value, time):
                    found.append(datetime.combine(day.value, at.value))
        return sorted(set(found))

    @cached_property
    def ordinals(self) -> list[tuple[Decimal, str]]:
        """ "the sixth working day", "day 21": how far it is from where the days are counted."""
        found = []
        for match in (match for line in self.lines for match in _ORDINAL.finditer(line)):
            word = (match["word"] or "").lower()
            place = _ORDINALS.index(word) + 1 if word else int(match["digits"] or match["day"])
            unit = match["unit"] or "day"
            value, base = in_base_unit(Decimal(place), " ".join(unit.lower().split()))
            found.append((value.normalize(), base))
        return found

    @cached_property
    def lengths(self) -> list[Decimal]:
        """How long the entries of the data are, in characters: quotations, and what stands behind
        a colon."""
        entries = [message.text for line in self.lines for message in find_messages(line)]
        for line in self.lines:
            parts = [part.strip() for part in re.split(r":\s|;\s|\(\d", line) if part.strip()]
            entries += [*parts, *(part.strip(" .;") for part in parts)]
        return [Decimal(len(entry)) for entry in entries]


def of_year(value: Value, bound: Number) -> Value:
    """A date without its year where the bound has none: "31 January" of each year."""
    if isinstance(value, date) and isinstance(bound.value, date) and bound.value.year == NO_YEAR:
        return value.replace(year=NO_YEAR)
    return value


def comparable(number: Number, bound: Number) -> bool:
    """Whether a number of the data is of the kind and unit of a bound."""
    if type(number.value) is not type(bound.value):
        return False
    if bound.kind in MEASURED or number.kind in MEASURED:
        return number.family == bound.family
    if bound.kind and number.kind:
        return not (bound.unit and number.unit) or same(bound.unit, number.unit)
    return bound.kind == number.kind
