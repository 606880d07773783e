"""The test execution schedule: which cases are run on which day, and what has to be there by then.

Code counts and orders. Whether a day has too many cases, and whether a case could be run on another
one, is for a person to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant.domain import TestCase, Value
from assistant.suite.preconditions import Precondition, preconditions


class TestDay(Value):
    """The cases of one day in the order in which they are run; of no ``day``, those that have no
    test date.

    ``to_set_up`` is what is to be set up for them and for no case of a day before.
    """

    __test__ = False

    day: date | None
    cases: tuple[TestCase, ...]
    to_set_up: tuple[Precondition, ...] = ()


def schedule(cases: Sequence[TestCase]) -> tuple[TestDay, ...]:
    """The days of cases that are given in the order in which they are run: what has no test date
    first, as a dated case may go on from it, then the first day."""
    held: dict[date | None, list[TestCase]] = {}
    for case in cases:
        held.setdefault(case.test_date, []).append(case)
    needed: dict[date | None, list[Precondition]] = {}
    for line in preconditions(cases):
        if line.to_set_up:
            first = min((case.test_date for case in line.cases), key=_place)
            needed.setdefault(first, []).append(line)
    return tuple(
        TestDay(day=day, cases=tuple(held[day]), to_set_up=tuple(needed.get(day, ())))
        for day in sorted(held, key=_place)
    )


def fullest(days: Sequence[TestDay]) -> tuple[TestDay, ...]:
    """The days with the most cases, more than one where they have as many; none where no case has
    a test date."""
    dated = [one for one in days if one.day]
    most = max((len(one.cases) for one in dated), default=0)
    return tuple(one for one in dated if len(one.cases) == most)


def _place(day: date | None) -> date:
    return day or date.min
