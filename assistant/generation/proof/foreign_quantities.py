"""Dates, units of time and comparisons in the languages that ``find_quantities`` does not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

from assistant.language.comparisons import Comparison
from assistant.language.dates_and_times import MONTHS, NO_YEAR
from assistant.language.word_lists import read_patterns, word_lists

_WORDS = word_lists("foreign_quantities", Path(__file__).parent)
_MONTHS = {
    name: month for month, names in enumerate(_WORDS["months"].values(), start=1) for name in names
}
_DATE = re.compile(
    rf"(?<![\w.,/-])(?P<day>\d{{1,2}})(?:\.|er|º|°)? (?:de )?(?P<month>{'|'.join(_MONTHS)})\b"
    r"(?: (?:de )?(?P<year>(?:19|20)\d\d))?",
    re.IGNORECASE,
)


_ANY_MONTH = _MONTHS | {name.lower(): month for month, name in enumerate(MONTHS, start=1)}
_ANY_DATE = re.compile(
    rf"(?<![\w.,/-])(?P<day>\d{{1,2}})\.? (?P<month>{'|'.join(_ANY_MONTH)})"
    r" (?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)


def impossible_dates(text: str) -> Iterator[str]:
    """Dates that no calendar has: "31 June 2026"."""
    for match in _ANY_DATE.finditer(text):
        try:
            date(int(match["year"]), _ANY_MONTH[match["month"].lower()], int(match["day"]))
        except ValueError:
            yield match.group()


def foreign_dates(text: str) -> Iterator[tuple[date, int, int]]:
    """Dates with their places; those without a year are of the year ``NO_YEAR``."""
    for match in _DATE.finditer(text):
        month = _MONTHS[match["month"].lower()]
        try:
            day = date(int(match["year"] or NO_YEAR), month, int(match["day"]))
        except ValueError:
            continue
        yield day, match.start(), match.end()


FOREIGN_UNITS = {name: unit for unit, names in _WORDS["units"].items() for name in names}
"""Units of time in the languages that ``find_quantities`` reads no units of."""


def _comparisons(table: str) -> dict[Comparison, str]:
    return {cast(Comparison, sense): "|".join(words) for sense, words in _WORDS[table].items()}


_BEFORE = _comparisons("before")
"""What stands in front of the number of a limit."""

_PATTERNS = read_patterns(__file__)
_POINT = _PATTERNS["point"]
_COUNTED_BACK = _PATTERNS["counted_back"]
_MIRRORED: dict[Comparison, Comparison] = {"at most": "at least", "at least": "at most"}
"""Up to a time before something at least so much of it is left: "bis 24 Stunden vor Beginn"."""

_BEHIND = _comparisons("behind")


def foreign_comparison(before: str, after: str, counted: str = "") -> Comparison:
    """The comparison that the words before and behind a number set; "none" where none does.

    ``counted`` are the number and what it counts, as far as they are known.
    """
    for sense, words in _BEFORE.items():
        if re.search(rf"\b(?:{words})\s*$", before, re.IGNORECASE):
            back = _POINT.search(before) and _COUNTED_BACK.match(counted + after)
            return _MIRRORED.get(sense, sense) if back else sense
    for sense, words in _BEHIND.items():
        if re.match(rf"\s*(?:{words})\b", after, re.IGNORECASE):
            return sense
    return "none"
