"""Data of a case that cannot all be so: a count of days or years that its own dates do not give.

Told only where it is certain: the dates are whole, and the count misses what they give by little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise

from assistant.generation.proof.amounts import elapsed, numbers, working_days
from assistant.generation.proof.measures import Measures
from assistant.generation.proof.proof_faults import INCONSISTENT, Mark, shown
from assistant.language.dates_and_times import impossible_dates
from assistant.language.quantities import find_quantities
from assistant.language.sentences import sentences
from assistant.language.word_lists import read_patterns

_PATTERNS = read_patterns(__file__)
_DISTANCE = _PATTERNS["distance"]
_ENDS = re.compile(r"\s*(?:[,.;)]|$)")
_TODAY = re.compile(r"\s+(?:today|tomorrow|now|then)\b", re.IGNORECASE)
_FROM_DAY = re.compile(
    r"\s*(?:after|before|later|earlier|ago|nach|vor|après|avant)\b", re.IGNORECASE
)
_AGE = _PATTERNS["age"]
_LASTS = re.compile(r"\b(?:still|noch|encore)\s+$", re.IGNORECASE)
_RANGE = re.compile(
    r"(?<![\w.,/-])(?P<first>\d{1,2})\.?(?: (?P<month>[^\W\d]{3,12})\.?)?"
    r"\s*(?:to|until|-|–|bis|au)\s*$"
)
_HOURS = re.compile(r"\b(?:h|hours?|heures?|stunden?|std|min\w*|sec\w*|s)\b", re.IGNORECASE)
MOST_OFF = 2
"""By how much a count misses what the dates give and is still about them."""

_UNITS = {"millisecond": Decimal(86_400_000), "working day": Decimal(1)}


def inconsistent(lines: tuple[str, ...], measures: Measures, worked: Measures) -> Iterator[Mark]:
    """Counts of days, months and years in the data that no two of its dates give, nor one of them
    and a date that is ``worked`` out ("due 7 days after it", with the calculation)."""
    for line in lines:
        for words in impossible_dates(line):
            yield Mark(INCONSISTENT, words, f"“{words}” is no date.")
        yield from _ranges(line)
        yield from _distances(line, measures, worked)


def _ranges(line: str) -> Iterator[Mark]:
    """ "1 to 15 June 2026 (12 working days)": more than there are from Monday to Friday."""
    read = numbers(line)
    for last in read:
        if not isinstance(last.value, date) or last.value.year < 1900:
            continue
        opened = _RANGE.search(line[: last.start])
        if opened is None or opened["month"]:
            continue
        try:
            first = last.value.replace(day=int(opened["first"]))
        except ValueError:
            continue
        most = working_days(first, last.value)
        days = (last.value - first).days + 1
        following = [one.start for one in read if isinstance(one.value, date) and one != last]
        behind = min((start for start in following if start > last.end), default=len(line))
        for count in read:
            if count.kind != "duration" or not isinstance(count.value, Decimal):
                continue
            if not last.end <= count.start < behind:
                continue  # it may tell of another range
            whole = most if count.unit == "working day" else days
            unit = _UNITS.get(count.unit)
            if unit and whole > 0 and whole < count.value / unit <= whole + MOST_OFF:
                span = line[opened.start() : last.end]
                message = f"{shown(span)} are {whole} days, not “{count.words}”."
                yield Mark(INCONSISTENT, count.words, message)


def _distances(line: str, measures: Measures, worked: Measures) -> Iterator[Mark]:
    days = [one for one in measures.days if one.year >= 1900]
    if len(days) < 2:
        return
    read = numbers(line)
    dated = [one.start for one in read if isinstance(one.value, date)]
    ended = [0, *(s.end for s in sentences(line) if line[s.end : s.end + 1] != ";"), len(line)]
    beside_dates = [
        (start, end) for start, end in pairwise(ended) if sum(start <= at < end for at in dated) > 1
    ]
    beyond = ("less than", "more than")  # "one day less than 3 months"
    compared = {one.start for one in find_quantities(line) if one.comparison in beyond}
    for count in read:
        if not isinstance(count.value, Decimal) or not count.words[0].isdigit():
            continue
        if count.start in compared:
            continue
        behind = line[count.start + len(count.words.split()[0]) :]
        told = _DISTANCE.match(line[count.end :]) is not None or _TODAY.match(behind) is not None
        ends = _ENDS.match(line[count.end :]) is not None
        aged = not count.kind and _AGE.search(line[: count.start]) and (told or ends)
        # "GBP 252.00 paid for 12 months. It began on 1 May, and ends on 2 June": another matter
        beside = any(start <= count.start < end for start, end in beside_dates)
        told = told or (ends and beside)
        unit = "month" if aged else count.unit
        value = count.value * 12 if aged else count.value
        if not (aged or (count.kind == "duration" and told)) or unit not in _STEPS:
            continue
        if value % _STEPS[unit] or (unit == "millisecond" and _HOURS.search(count.words)):
            continue
        step = _STEPS[unit] if value % 12 or unit != "month" else Decimal(12)
        lasts = _LASTS.search(line[: count.start]) is not None
        step_of_years = unit == "month" and not value % 12
        from_day = _FROM_DAY.match(line[count.end :]) is not None
        given = {
            value
            for pair in combinations(sorted({*days, *worked.days}), 2)
            for value in _between(
                *pair, unit, turning=step_of_years and not lasts, from_day=from_day
            )
        }
        if any(value in elapsed(day, day, unit) for day in measures.repeated):
            continue  # it begins and ends on one day
        if unit == "working day" and any(0 < one - value <= MOST_OFF for one in given):
            continue  # holidays may lie between
        off = [abs(one - value) for one in given]
        if off and min(off) != 0 and min(off) <= MOST_OFF * step:
            words = f"{count.words}"
            message = f"“{words}” does not fit the dates of the case."
            yield Mark(INCONSISTENT, words, message)


_STEPS = {"millisecond": Decimal(86_400_000), "working day": Decimal(1), "month": Decimal(1)}


def _between(
    first: date, last: date, unit: str, *, turning: bool, from_day: bool
) -> Iterator[Decimal]:
    """What two dates give; an age that is reached within a month counts too."""
    if unit == "month":
        yield from elapsed(first, last, unit)
        yield from elapsed(first, last + timedelta(days=1), unit)  # both days counted
        if turning:
            yield from elapsed(first, last + timedelta(days=31), unit)
    else:
        yield from elapsed(first, last, unit)[: 1 if from_day else 2]
