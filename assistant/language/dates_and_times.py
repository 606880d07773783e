"""Dates and times of day in text: found with the way they were written, and written back so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

from assistant.language.word_lists import word_list

MONTHS = word_list(
    """January February March April May June July August September October November December"""
)
_MONTH = (
    r"(?-i:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_DATE = re.compile(
    r"(?<![\w/-])(?:"
    r"(?P<iso>(?P<iy>(?:19|20)\d\d)-(?P<im>\d\d)-(?P<id>\d\d))"
    r"|(?P<num>(?P<n1>\d{1,2})(?P<sep>[/.-])(?P<n2>\d{1,2})(?P=sep)(?P<ny>(?:19|20)\d\d))"
    rf"|(?P<dmy>(?P<dd>\d{{1,2}})(?P<ord>st|nd|rd|th)?(?: of)? (?P<dm>{_MONTH})\b\.?(?:,?"
    rf" (?P<dy>(?:19|20)\d\d))?)"
    rf"|(?P<mdy>(?P<mm>{_MONTH})\.? (?P<md>\d{{1,2}})(?P<mord>st|nd|rd|th)?(?!\d|:)(?:,?"
    rf" (?P<my>(?:19|20)\d\d))?)"
    r")(?![\w-])",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\w:.,£$€])(?:"
    r"(?P<h24>(?:[01]?\d|2[0-4])):(?P<m24>[0-5]\d)(?::(?P<s24>[0-5]\d))?"
    r"(?: ?(?P<ap24>[ap])\.?m\b\.?)?"
    r"|(?P<h12>1[0-2]|[1-9])(?:[.](?P<m12>[0-5]\d))? ?(?P<ap>[ap])\.?m\b"
    r"|(?:12 )?(?P<word>noon|midday|midnight)\b"
    r")(?!:?\d)",
    re.IGNORECASE,
)

NO_YEAR = 4
"""Year that stands for "no year given": a leap year that no test basis names."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time of day with its place in the text and the pattern it was written in."""

    value: date | time
    start: int
    end: int
    style: str


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
        if found:
            yield Moment(found[0], match.start(), match.end(), found[1])
    for match in _TIME.finditer(text):
        value, style = _time_of(match)
        yield Moment(value, match.start(), match.end(), style)


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
