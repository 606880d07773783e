"""Dates and times of day in text: found with the way they were written, and written back so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from assistant.language.word_lists import read_patterns, word_list, word_lists

MONTHS = word_list(
    """January February March April May June July August September October November December"""
)
_MONTH = (
    r"(?-i:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_FOREIGN = {
    name: month
    for month, names in enumerate(word_lists("numbers")["months"].values(), start=1)
    for name in names
}
_DAYS_MONTH = (
    rf"(?:{_MONTH}|{_MONTH.lower()}(?=\.?,? (?:19|20)\d\d\b)"
    rf"|(?-i:{'|'.join(name.lower() for name in MONTHS if name not in ('March', 'May'))}))"
)
""" "1 dec 2025", "12 june"; in "a party of 3 may ..." and "round to 2 dec" it is no month."""

WEEKDAYS: Mapping[str, int] = {
    name: day
    for day, names in enumerate(word_lists("numbers")["weekdays"].values())
    for name in names
}
"""Names of the days of the week and their short forms, in lower case, to 0 (Monday) to 6."""

_BEFORE_DATE = re.compile(r"(?P<name>[^\W\d_]+)\.?,?\s+(?:the\s+|den\s+|le\s+)?$")
_NAMES = _FOREIGN | {name.lower(): month for month, name in enumerate(MONTHS, start=1)}
MONTH_NAME = re.compile(rf"(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b", re.IGNORECASE)
_DATE = re.compile(
    r"(?<![\w/-])(?:"
    r"(?P<iso>(?P<iy>(?:19|20)\d\d)-(?P<im>\d\d)-(?P<id>\d\d))"
    r"|(?P<num>(?P<n1>\d{1,2})(?P<sep>[/.-])(?P<n2>\d{1,2})(?P=sep)(?P<ny>(?:19|20)\d\d))"
    rf"|(?P<dmy>(?P<dd>\d{{1,2}})(?P<ord>st|nd|rd|th)?(?: of)? (?P<dm>{_DAYS_MONTH})\b\.?(?:,?"
    rf" (?P<dy>(?:19|20)\d\d))?)"
    rf"|(?P<foreign>(?<![.,])(?P<fd>\d{{1,2}})(?:\.|er|º|°)? (?:de )?(?P<fm>{'|'.join(_FOREIGN)})\b"
    r"(?:\.? (?:de )?(?P<fy>(?:19|20)\d\d))?)"
    r"|(?P<bare>(?P<bd>\d{1,2})\.(?P<bm>\d{1,2})\.)"
    rf"|(?P<mdy>(?P<mm>{_MONTH})\.? (?P<md>\d{{1,2}})(?P<mord>st|nd|rd|th)?(?!\d|:)(?:,?"
    rf" (?P<my>(?:19|20)\d\d))?)"
    r")(?![\w-])",
    re.IGNORECASE,
)
_PATTERNS = read_patterns(__file__)
_BEFORE_DAY = _PATTERNS["before_day"]
""" "(am) 31.12." tells a day from "section 3.1." and "rises to 12.10."."""

_DAYS_BEFORE = _PATTERNS["days_before"]
""" "(24. und) 25.12.2026": days of the same month."""

_LASTING = _PATTERNS["lasting"]
_OF_SOMETHING = re.compile(r"\s+d(?:e |['’])")
""" "dure 1 h 30", "1 h 30 de retard" is no time of day."""

_TIME = re.compile(
    r"(?<![\w:.,£$€])(?:"
    r"(?P<hu>[01]?\d|2[0-4])(?:[.:](?P<mu>[0-5]\d))?[ \xa0]Uhr\b"
    r"|(?P<hh>[01]?\d|2[0-4])[ \xa0]?h[ \xa0]?(?P<mh>[0-5]\d)\b"
    r"(?![ \xa0]?(?:m(?:in\w*)?|s(?:ec)?)\b)"
    r"|(?P<h24>(?:[01]?\d|2[0-4])):(?P<m24>[0-5]\d)(?::(?P<s24>[0-5]\d))?"
    r"(?: ?(?P<ap24>[ap])\.?m\b\.?)?"
    r"|(?P<h12>1[0-2]|[1-9])(?:[.](?P<m12>[0-5]\d))? ?(?P<ap>[ap])\.?m\b"
    r"|(?:12 )?(?P<word>noon|midday|midnight)\b"
    r")(?!:?\d)",
    re.IGNORECASE,
)

NEAR = 30
"""Characters in front of a day or a time of day that tell what it is."""

NO_YEAR = 4
"""Year that stands for "no year given": a leap year that no test basis names."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time of day with its place in the text and the pattern it was written in."""

    value: date | time
    start: int
    end: int
    style: str


_MONTH_OF_YEAR = re.compile(
    rf"\b(?P<month>{MONTH_NAME.pattern})\.? (?:de )?(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE
)
_ANY_DATE = re.compile(
    rf"(?<![\w.,/-])(?P<day>\d{{1,2}})\.? {_MONTH_OF_YEAR.pattern}", re.IGNORECASE
)


def _month_number(name: str) -> int:
    return next(i for i, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def _date_of(match: re.Match[str]) -> tuple[date, str] | None:
    part = match.group
    try:
        if part("iso"):
            return date(int(part("iy")), int(part("im")), int(part("id"))), "iso"
        if part("num"):
            first, second, year = int(part("n1")), int(part("n2")), int(part("ny"))
            width = "0" if len(part("n1")) == 2 and len(part("n2")) == 2 else ""
            if second > 12:
                return date(year, first, second), f"mdn{part('sep')}{width}"
            return date(year, second, first), f"dmn{part('sep')}{width}"
        if part("dmy"):
            year = int(part("dy") or NO_YEAR)
            style = "short" if len(part("dm")) == 3 and part("dm").lower() != "may" else "long"
            return date(year, _month_number(part("dm")), int(part("dd"))), f"dmy {style}"
        if part("foreign"):
            month = _FOREIGN[part("fm").lower()]
            return date(int(part("fy") or NO_YEAR), month, int(part("fd"))), "iso"
        if part("bare"):
            return date(NO_YEAR, int(part("bm")), int(part("bd"))), "iso"
        year = int(part("my") or NO_YEAR)
        style = "short" if len(part("mm")) == 3 and part("mm").lower() != "may" else "long"
        return date(year, _month_number(part("mm")), int(part("md"))), f"mdy {style}"
    except ValueError:
        return None


def _time_of(match: re.Match[str]) -> tuple[time, str]:
    part = match.group
    if part("word"):
        return (time(0) if part("word").lower() == "midnight" else time(12)), "24"
    half = part("ap") or part("ap24")
    if hour := part("hu") or part("hh"):
        return time(int(hour) % 24, int(part("mu") or part("mh") or 0)), "24"
    hour = int(part("h24") or part("h12"))
    minute = int(part("m24") or part("m12") or 0)
    second = int(part("s24") or 0)
    if half:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
        return time(hour, minute, second), "12 spaced" if " " in match.group().strip() else "12"
    return time(hour % 24, minute, second), "24" if len(part("h24")) == 2 else "24 short"


def find_moments(text: str) -> Iterator[Moment]:
    """Dates first, then times of day, each as it stands in the text; impossible dates are left."""
    for match in _DATE.finditer(text):
        found = _date_of(match)
        if found and (not match["bare"] or _ends_with(_BEFORE_DAY, text, match.start())):
            days = _days_before(text, match, found[0])
            yield from (Moment(*one, found[1]) for one in days)
            yield Moment(found[0], match.start(), match.end(), found[1])
    for match in _TIME.finditer(text):
        lasts = match["hh"] and (
            _ends_with(_LASTING, text, match.start()) or _OF_SOMETHING.match(text, match.end())
        )
        if not lasts:
            value, style = _time_of(match)
            yield Moment(value, match.start(), match.end(), style)


def clear_days(cells: Sequence[str]) -> list[date | None]:
    """The one day that each cell of a column names, with its year and no other words than a day of
    the week and a time; ``None`` for any other cell.

    In "3/4/2027" day and month could change places: it is clear where all other cells of the column
    that tell their order have the same.
    """
    found = [_lone_day(cell) for cell in cells]
    told = (one for one in found if one and not _can_turn(one) and one.value.day > 12)
    orders = {one.style[:3] for one in told} & {"dmn", "mdn"}
    days = list[date | None]()
    for one in found:
        if one is None or (_can_turn(one) and len(orders) != 1):
            days.append(None)
        elif _can_turn(one) and orders == {"mdn"}:
            days.append(one.value.replace(month=one.value.day, day=one.value.month))
        else:
            days.append(one.value)
    return days


@dataclass(frozen=True, slots=True)
class _Day:
    value: date
    style: str


_YEAR_FIRST = re.compile(
    r"(?<![\w/.-])(?P<year>(?:19|20)\d\d)"
    r"(?:(?P<sep>[/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
    r"|\s?[年년]\s?(?P<month_of>\d{1,2})\s?[月월]\s?(?P<day_of>\d{1,2})\s?[日일])(?![\w/-])"
)
_MONTH_BETWEEN = re.compile(
    r"(?<![\w/-])(?P<day>\d{1,2})(?P<sep>[/-])(?P<month>[^\W\d_]{3,12})\.?(?P=sep)"
    r"(?P<year>(?:19|20)?\d\d)(?![\w/-])"
)
"""As Jira, Excel and databases write days: "15/Feb/27", "15-FEB-2027"."""
_CLOCK = re.compile(
    r"(?<=\d-\d\d)[T ](?P<hour>\d\d):\d\d(?::\d\d(?:[.,]\d+)?)?"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?(?![\w:.-]| ?[ap]\.?m)",
    re.IGNORECASE,
)
"""The time of a moment as programs write it."""
_UTC = re.compile(r"Z|[+-]00(?::?00)?", re.IGNORECASE)
_NEXT_DAY = 10
"""Hour of UTC from which on the next day has begun where it begins first."""


def _with_iso_day(match: re.Match[str]) -> str:
    month, day = match["month"] or match["month_of"], match["day"] or match["day_of"]
    return f"{match['year']}-{int(month):02}-{int(day):02}"


def _with_month_named(match: re.Match[str]) -> str:
    year = match["year"] if len(match["year"]) > 2 else f"20{match['year']}"
    return f"{match['day']} {match['month'].capitalize()} {year}"


def _lone_day(cell: str) -> _Day | None:
    cell = _YEAR_FIRST.sub(_with_iso_day, cell)
    cell = _MONTH_BETWEEN.sub(_with_month_named, cell)
    for clock in _CLOCK.finditer(cell):  # a tool may give a day as its midnight, in UTC
        if clock["zone"] and _UTC.fullmatch(clock["zone"]) and int(clock["hour"]) >= _NEXT_DAY:
            return None
    cell = _CLOCK.sub(" ", cell)
    moments = list(find_moments(cell))
    days = {_Day(one.value, one.style) for one in moments if isinstance(one.value, date)}
    named = {place for one in moments for place in range(one.start, one.end)}
    rest = "".join(" " if place in named else sign for place, sign in enumerate(cell))
    words = re.findall(r"[^\W_]+", rest.casefold())
    if len(days) != 1:
        return None
    (day,) = days
    fits = all(WEEKDAYS.get(word) == day.value.weekday() for word in words)
    return day if fits and day.value.year != NO_YEAR else None


def _can_turn(one: _Day) -> bool:
    """Whether a day could be the month, and the month the day; behind dots the month is second."""
    day = one.value
    return one.style.startswith(("dmn/", "dmn-")) and day.day <= 12 and day.day != day.month


def weekday_of(text: str, moment: Moment) -> tuple[int, int] | None:
    """Where the day of the week stands in front of a date that falls on it by the calendar ("Mon 31
    Aug 2026"), in the one year that the text names where the date has none; ``None`` where there
    is no such day, no such year or the calendar says otherwise."""
    day = moment.value
    found = _ends_with(_BEFORE_DATE, text, moment.start)
    if found is None or not isinstance(day, date):
        return None
    if day.year == NO_YEAR:
        dates = (one.value for one in find_moments(text) if isinstance(one.value, date))
        years = {one.year for one in dates} - {NO_YEAR}
        if len(years) != 1:
            return None
        try:
            day = day.replace(year=years.pop())
        except ValueError:  # 29 February of a year that has none
            return None
    if WEEKDAYS.get(found["name"].casefold()) != day.weekday():
        return None
    return found.span("name")


def _ends_with(pattern: re.Pattern[str], text: str, end: int) -> re.Match[str] | None:
    """What ends right before ``end``."""
    return pattern.search(text, max(0, end - NEAR), end)


def _days_before(text: str, match: re.Match[str], last: date) -> Iterator[tuple[date, int, int]]:
    """Days in front of a date that take its month: "24. und 25.12.2026", "2, 16 et 30 mai"."""
    at, listed = match.start(), False
    while (found := _ends_with(_DAYS_BEFORE, text, at)) is not None:
        listed = listed or bool(found["mark"] or (found["word"] and not match["iso"]))
        if not listed or not 0 < int(found["day"]) < last.day:
            return
        at, end = found.start(), max(found.end("day"), found.end("mark"))
        yield last.replace(day=int(found["day"])), at, end


_DAY_OF_MONTH = re.compile(rf"\d{{1,2}}\. (?:{'|'.join(_FOREIGN)})\b", re.IGNORECASE)


def begins_with_day(text: str, before: str) -> bool:
    """Whether a text begins with a day and its month, by the words ``before`` it: "ab dem" and
    "1. Mai"; without them that may be the first item of a list."""
    day = _DAY_OF_MONTH.match(text)
    return day is not None and _BEFORE_DAY.search(f"{before[-NEAR:]} ") is not None


def months_named(text: str) -> Iterator[tuple[int, int]]:
    """The months that a text names with their year: 2027 and 7 of "July 2027"."""
    return (
        (int(match["year"]), _NAMES[match["month"].lower()])
        for match in _MONTH_OF_YEAR.finditer(text)
    )


def impossible_dates(text: str) -> Iterator[str]:
    """Dates that no calendar has: "31 June 2026"."""
    for match in _ANY_DATE.finditer(text):
        try:
            date(int(match["year"]), _NAMES[match["month"].lower()], int(match["day"]))
        except ValueError:
            yield match.group()


def format_moment(value: date | time, style: str) -> str:
    """Write a date or time of day in the style that ``find_moments`` reported."""
    if isinstance(value, time):
        if style.startswith("12"):
            half = "am" if value.hour < 12 else "pm"
            minutes = f":{value.minute:02d}" if value.minute or value.second else ""
            minutes += f":{value.second:02d}" if value.second else ""
            gap = " " if style.endswith("spaced") else ""
            return f"{value.hour % 12 or 12}{minutes}{gap}{half}"
        seconds = f":{value.second:02d}" if value.second else ""
        short = f"{value.hour}:{value.minute:02d}"
        return (short if "short" in style else f"{value:%H:%M}") + seconds
    if style == "iso":
        return value.isoformat()
    if style[:3] in ("dmn", "mdn"):
        separator, padded = style[3], style.endswith("0")
        parts = (value.day, value.month) if style.startswith("d") else (value.month, value.day)
        numbers = [f"{part:02d}" if padded else str(part) for part in parts]
        return separator.join([*numbers, str(value.year)])
    month = MONTHS[value.month - 1]
    month = month[:3] if style.endswith("short") else month
    year = "" if value.year == NO_YEAR else f" {value.year}"
    if style.startswith("mdy"):
        return f"{month} {value.day}" + (f",{year}" if year else "")
    return f"{value.day} {month}{year}"
