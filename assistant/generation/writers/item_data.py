"""The data that put a tester on the side of an item: values counted by code, in fixed phrases.

A small model cannot count working days or tell a birth date from an age, so code does. A line says
no more than what is certain: two dates that lie so far apart, a birth date with the age on the test
date, a text of so many characters. What a value is about (which date comes first, whose amount it
is) stands in the quotation beside it and is read by the model or the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zlib import crc32

from assistant.domain import Fact
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.item_words import quotation, situation_words
from assistant.language.dates_and_times import MONTHS
from assistant.language.languages import ENGLISH, language_of
from assistant.language.word_lists import read_patterns, word_lists

TEST_DATE = date(2026, 6, 1)
"""A Monday, and the first of a month: counting in months meets no short one."""
TEST_TIME = 8
"""The hour at which counted times begin."""

_WORDS = word_lists("item_data", Path(__file__).parent)
PEOPLE = _WORDS["people"]["names"]

LONGEST_TEXT = 60
LONGEST_SPAN_DAYS = 3660
_FILLER = (
    "This text was written to test how many characters fit here, and it says no more than that."
)

_VALUE = re.compile(r"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<percent>%)?\s*(?P<unit>[^\d\s(][^\d(]*)?$")
_PATTERNS = read_patterns(__file__)
_WORKING = _PATTERNS["working"]
_UNITS = {unit: forms[0] for unit, forms in _WORDS["units"].items()}
_AGE = _PATTERNS["age"]
_AFTER = (
    r"after|since|following|from|nach|seit|après|depuis|à compter (?:de|du)|después de|desde|na|"
    r"sinds|po|od"
)
_BEFORE = r"before|prior to|ahead of|vor|avant|antes de|voor|przed"
_EVENT = re.compile(
    rf"\b(?:(?P<after>{_AFTER})|(?P<before>{_BEFORE}))\s+(?P<event>[^.;\n]{{2,80}})", re.IGNORECASE
)
_WITHIN_OF = re.compile(r"\bwithin\b.*\d.*?\bof\s+(?P<event>[^.;\n]{2,80})", re.IGNORECASE)
_APART = re.compile(r"\b(?:in advance|ahead|ago|earlier|later|before|after)\b", re.IGNORECASE)
_NARRATOR = _PATTERNS["narrator"]


@dataclass(frozen=True)
class Measure:
    """A value that could be counted: ``number`` of ``unit`` ("day", "working day", "percent").

    ``words`` are its own, without what follows the unit ("59 min" of "59 min before departure").
    """

    number: Decimal
    unit: str
    words: str = ""


def measure_of(value: str) -> Measure | None:
    """The number and unit of a value such as "11 consecutive working days", where it has one."""
    found = _VALUE.match(" ".join(value.split()))
    if found is None:
        return None
    number = Decimal(found["number"].replace(",", "."))
    words = (found["unit"] or "").strip()
    if found["percent"]:
        return Measure(number, "percent", f"{found['number']} %")
    working = _WORKING.search(words)
    if working is not None:
        return Measure(number, "working day", f"{found['number']} {words[: working.end()]}")
    for unit, names in _UNITS.items():
        named = re.match(rf"(?:[\w-]+ )??{names}(?!\w)", words, re.IGNORECASE)
        if named is not None:
            return Measure(number, unit, f"{found['number']} {named.group()}")
    return None


@dataclass(frozen=True)
class Situation:
    """What a case starts from: who is there, what holds, and what the values come to.

    ``facts`` are in the words of the text; ``people`` and ``counted`` are code's.
    """

    people: tuple[str, ...]
    facts: tuple[str, ...]
    counted: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The preconditions of a case."""
        return tuple(dict.fromkeys((*self.people, *self.facts, *self.counted)))

    @property
    def data(self) -> str:
        """The data alone, in one line: what stands beside the item in a prompt."""
        return "; ".join(dict.fromkeys((*self.people, *self.counted)))


def situation_of(brief: CaseBrief) -> Situation:
    """The situation of an item. The same condition gives the same people and dates."""
    english = language_of(f"{brief.criterion.text} {brief.story.narrative}") == ENGLISH
    facts = situation_words(
        [fact for fact in brief.condition.facts if fact.kind != "role" or not fact.holds]
    )
    counted: list[str] = []
    for fact in brief.condition.facts:
        if fact.kind in ("limit", "field", "condition"):
            found = tuple(_counted(fact, english))
            counted += found or ([fact.value] if fact.kind == "limit" and fact.value else [])
    if any(line.endswith("on the test date") for line in counted):
        counted.insert(0, f"test date {_day(TEST_DATE, english)}")
    return Situation(tuple(_people(brief)), tuple(facts), tuple(counted))


def person_of(condition_id: str) -> str:
    """The name that stands for the person of an item."""
    return PEOPLE[crc32(condition_id.encode()) % len(PEOPLE)]


# --- Who ----------------------------------------------------------------------------------------


def _people(brief: CaseBrief) -> Iterator[str]:
    condition = brief.condition
    acting = person_of(condition.id)
    roles = [fact for fact in condition.facts if fact.kind == "role"]
    for fact in roles:
        quote = quotation(fact.quote)
        if not fact.holds:
            yield f"{acting}: {fact.value or 'another'} role"
        elif fact.value in ("", fact.quote):
            yield f"{acting}: {quote}"
        else:
            yield f"{acting}: {' '.join(fact.value.split())}; {quote}"
    if not roles:
        told = _NARRATOR.match(brief.story.narrative) or _NARRATOR.match(brief.story.title)
        who = _one_role(told["who"], brief.criterion.text) if told else ""
        yield f"{acting}: {quotation(who)}" if who else acting


def _one_role(roles: str, criterion: str) -> str:
    """One of the roles that a story is told by, "driver or fleet manager": that which alone stands
    in the criterion, else the first. What stands in brackets belongs to none."""
    each = [one.strip() for one in _OR.split(roles.partition("(")[0]) if one.strip()]
    named = [one for one in each if one.casefold() in criterion.casefold()]
    return (named if len(named) == 1 else each or [""])[0]


_OR = re.compile(r"\s*/\s*|\s+(?:or|oder|ou|o|of|lub)\s+")

# --- What a value comes to ----------------------------------------------------------------------


def _counted(fact: Fact, english: bool) -> Iterator[str]:
    """What a fact's value comes to; nothing where it is what a tester enters as it stands."""
    measure = measure_of(fact.value)
    if measure is None or measure.number != int(measure.number):
        return
    number = int(measure.number)
    match measure.unit:
        case "working day":
            yield from _working(number, measure.words, fact.quote, english)
        case "minute" | "hour":
            yield from _times(number, measure, fact.quote, english)
        case "year" if _AGE.search(fact.quote):
            yield from _birth(number, fact.quote, english)
        case "day" | "week" | "month" | "year":
            yield from _dates(number, measure, fact.quote, english)
        case "character" if 0 < number <= LONGEST_TEXT:
            yield f"{number} characters: {quotation(text_of_length(number))}"
        case "digit" if 0 < number <= LONGEST_TEXT:
            yield f"{number} digits: {quotation(digits_of_length(number))}"
        case "percent" if 0 <= number <= 1000:
            yield f"{number} % of 100 are {number}"


@dataclass(frozen=True)
class _Between:
    """What a time lies between: an event that the text names, and whether it comes first."""

    event: str = ""
    event_first: bool = True

    def line(self, value: str, first: str, second: str) -> str:
        """Two moments that lie so far apart."""
        if self.event and not self.event_first:
            return f"{quotation(self.event)}: {second}; {value} earlier: {first}"
        named = f"{quotation(self.event)}: " if self.event else ""
        return f"{named}{first}; {value} later: {second}"


def _between(quote: str) -> _Between | None:
    """What a quoted time lies between; ``None`` where it is the length of something."""
    within = _WITHIN_OF.search(quote)
    if within is not None:
        return _Between(within["event"].strip())
    number = re.search(r"\d+", quote)
    after = quote[number.end() :] if number else quote
    found = _EVENT.search(after)
    if found is not None:
        return _Between(found["event"].strip(), event_first=found["after"] is not None)
    return _Between() if _APART.search(after) else None


def _working(number: int, words: str, quote: str, english: bool) -> Iterator[str]:
    if not 0 < number <= LONGEST_SPAN_DAYS // 2:
        return
    between = _between(quote)
    start = _day(TEST_DATE, english)
    if between is not None:
        end = working_days_later(TEST_DATE, number)
        yield between.line(words, start, _day(end, english))
    else:
        end = working_days_later(TEST_DATE, number - 1)
        days = f"{start} to {_day(end, english)}"
        yield f"{words}: {days} (Saturdays and Sundays left out)"


def _dates(number: int, measure: Measure, quote: str, english: bool) -> Iterator[str]:
    between = _between(quote)
    if between is None:
        return
    end = later(TEST_DATE, number, measure.unit)
    if number and (end - TEST_DATE).days <= LONGEST_SPAN_DAYS:
        yield between.line(measure.words, _day(TEST_DATE, english), _day(end, english))


def _times(number: int, measure: Measure, quote: str, english: bool) -> Iterator[str]:
    start = datetime(TEST_DATE.year, TEST_DATE.month, TEST_DATE.day, TEST_TIME)
    end = start + timedelta(minutes=number if measure.unit == "minute" else 60 * number)
    if not number or (end - start).days > LONGEST_SPAN_DAYS:
        return
    between = _between(quote) or _Between()
    first, second = f"{start:%H:%M}", f"{end:%H:%M}"
    if end.date() != start.date():
        first = f"{_day(start.date(), english)}, {first}"
        second = f"{_day(end.date(), english)}, {second}"
    yield between.line(measure.words, first, second)


def _birth(age: int, quote: str, english: bool) -> Iterator[str]:
    if not 0 <= age <= 120:
        return
    born = birth_date(age, birthday_next=_below_limit(age, quote))
    yield f"born {_day(born, english)}: {age} years old on the test date"


def _below_limit(age: int, quote: str) -> bool:
    """Whether the age lies below the number that the quotation names."""
    numbers = [int(number) for number in re.findall(r"\d+", quote)]
    return bool(numbers) and age < numbers[0]


# --- Counting -----------------------------------------------------------------------------------


def working_days_later(start: date, number: int) -> date:
    """The day that comes ``number`` working days after ``start``; weekends are left out."""
    day = start
    while number > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            number -= 1
    return day


def later(start: date, number: int, unit: str) -> date:
    """The day that comes so many days, weeks, months or years after the first of a month."""
    if unit in ("day", "week"):
        return start + timedelta(days=number * (7 if unit == "week" else 1))
    months = start.year * 12 + start.month - 1 + number * (12 if unit == "year" else 1)
    return start.replace(year=months // 12, month=months % 12 + 1)


def birth_date(age: int, *, birthday_next: bool) -> date:
    """The birth date of somebody who is ``age`` years old on the test date: since that very day,
    or, with ``birthday_next``, for the last day."""
    if birthday_next:
        return TEST_DATE.replace(year=TEST_DATE.year - age - 1) + timedelta(days=1)
    return TEST_DATE.replace(year=TEST_DATE.year - age)


def text_of_length(number: int) -> str:
    """A text of exactly so many characters that neither begins nor ends with a space."""
    text = _FILLER[:number]
    return text if not text.endswith(" ") else text[:-1] + "."


def digits_of_length(number: int) -> str:
    """A run of exactly so many digits."""
    return ("1234567890" * (number // 10 + 1))[:number]


def _day(day: date, english: bool) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if english else day.isoformat()
