"""Numbers with their nouns, and moments, as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime

_IRREGULAR = {"criterion": "criteria", "piece not understood": "pieces not understood"}


def counted(number: int, noun: str) -> str:
    """``counted(1, "story")`` is "1 story", ``counted(2, "story")`` is "2 stories"."""
    many = re.sub("(?<![aeiou])y$", "ie", noun) + "s"
    return f"{number} {noun if number == 1 else _IRREGULAR.get(noun, many)}"


def with_verb(number: int, verb: str, noun: str = "case") -> str:
    """``with_verb(1, "rest")`` is "1 case rests", ``with_verb(2, "rest")`` is "2 cases rest"."""
    return f"{counted(number, noun)} {verb}{'s' if number == 1 else ''}"


def listed(counts: dict[str, int]) -> str:
    """The counts that are not zero, as a list of nouns."""
    return ", ".join(counted(number, noun) for noun, number in counts.items() if number)


def weekday_date(day: date) -> str:
    """A day with its weekday, as "Tue 12 May 2026"."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def date_time(moment: datetime | None, never: str = "") -> str:
    """A moment in the clock of this computer; ``never`` where there is none."""
    return f"{moment.astimezone():%d %b %Y, %H:%M}" if moment else never
