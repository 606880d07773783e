"""Pages of a system, one after the other, without missing a thing, and its times.

Some systems hand out a cursor, others count (``startAt``, ``start``). Where they count and
something is deleted between two pages, all that follows moves forward, and a plain count would skip
what moved. So each page begins with the last thing of the page before: where it is no longer there,
the page before is read again. Reading a thing twice changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from assistant.domain import utc_now
from assistant.sources.connectors.client import Refused, TooLarge

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a system answers: items from ``start`` on, whether more follow, how many in all."""

    start: int
    items: list[Item]
    more: bool
    total: int | None = None


Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Found(Generic[Thing]):
    """Some things, the cursor that goes on after them (empty after the last), how many in all."""

    items: list[Thing]
    cursor: str
    total: int | None = None


Page = TypeVar("Page", bound=Found[Any])


def gone_through(
    ask: Callable[[str, int], Page], size: int, *, cursor: str = "", may_expire: bool = False
) -> Iterator[Page]:
    """The pages after ``cursor``; ``ask`` gets a cursor and a size.

    Where an answer is too large, fewer things are asked for at a time. ``may_expire``: where the
    given cursor is refused, it has grown too old, and all begins anew.
    """
    at = cursor
    while True:
        try:
            page = ask(at, size)
        except TooLarge:
            if size == 1:
                raise
            size = max(1, size // 5)
            continue
        except Refused:
            if not may_expire or not at or at != cursor:
                raise
            at = cursor = ""
            continue
        yield page
        at = page.cursor
        if not at:
            return


def counted_page(
    ask: Callable[[int, int], Counted], cursor: str, size: int, key: str
) -> Found[Item]:
    """The page after ``cursor``; ``ask`` gets a start and a size, ``key`` names what stays."""
    start, _, last = cursor.partition(":")
    at = int(start) if start.isdigit() else 0
    while last and at > 0:
        found = ask(at - 1, size + 1)
        if found.items and str(found.items[0].get(key)) == last:
            return _page(found, found.items[1:], key)
        at = max(0, at - size)
    found = ask(at, size)
    return _page(found, found.items, key)


def _page(found: Counted, items: list[Item], key: str) -> Found[Item]:
    end = found.start + len(found.items)
    goes_on = found.more and bool(items)
    return Found(items, f"{end}:{items[-1].get(key)}" if goes_on else "", found.total)


# --- Times ------------------------------------------------------------------------------------

OVERLAP = timedelta(minutes=5)
"""Fetched again each time: clocks differ, and searches lag behind changes."""


def minutes_since(moment: datetime) -> int:
    """Whole minutes since then with the overlap, for searches like ``updated >= -90m``.

    Queries with a date mean it in the user's time zone, which is not known here.
    """
    return max(0, math.ceil((utc_now() - moment + OVERLAP).total_seconds() / 60))


def read_moment(value: object) -> datetime | None:
    """A time in ISO 8601, its offset with a colon or without; UTC where it has none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
