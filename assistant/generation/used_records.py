"""Records and moments that cases use, told to the writer of the next story of their run.

A story's writer sees no case of the others, and two cases that book one slot of one day cannot both
be run. What the writer made up is told: codes and names in quotation marks that stand in no source,
and dates with a time of day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, time

from assistant.domain import TestCase
from assistant.generation.proof.amounts import numbers
from assistant.language.casing import bare_words
from assistant.language.dates_and_times import NO_YEAR
from assistant.language.quoted_messages import find_messages

MOST_CHARACTERS = 2_500
"""Of all that is told; the latest are kept."""

MOST_WORDS = 4
"""Words of a name."""

_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+(?![\w-])")
"""The number of a record: "RC-00151", "FP-2026-00701"."""


def used_records(cases: Iterable[TestCase], texts: Iterable[str]) -> tuple[str, ...]:
    """What the data of cases name that no text gives, each once; the latest as far as they go."""
    given = f" {bare_words(' '.join(texts))} "
    found = dict.fromkeys(
        name for case in cases for name in _names(case) if f" {bare_words(name)} " not in given
    )
    kept: list[str] = []
    left = MOST_CHARACTERS
    for name in reversed(found):
        left -= len(name) + 2
        if left < 0:
            break
        kept.append(name)
    return tuple(reversed(kept))


def _names(case: TestCase) -> Iterator[str]:
    lines = (*case.preconditions, *(step.test_data for step in case.steps))
    for line in lines:
        yield from _CODE.findall(line)
        yield from (one.text for one in find_messages(line) if len(one.text.split()) <= MOST_WORDS)
        yield from _moments(line)


def _moments(line: str) -> Iterator[str]:
    """Each time of day with the date before it: "Day: 14 January; start: 11:00"."""
    day: date | None = None
    for one in numbers(line):
        if isinstance(one.value, date):
            day = one.value
        elif isinstance(one.value, time) and day is not None and day.year != NO_YEAR:
            yield f"{day} {one.value:%H:%M}"
