"""Pages that are counted (``startAt``, ``start``), gone through without missing a thing.

Where something is deleted between two pages, all that follows moves forward, and a plain count
would skip what moved. So each page begins with the last thing of the page before: where it is no
longer there, the page before is read again. Reading a thing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a system answers: items from ``start`` on, whether more follow, how many in all."""

    start: int
    items: list[Item]
    more: bool
    total: int | None = None


@dataclass(frozen=True, slots=True)
class CountedPage:
    """Items, and the cursor that goes on after them; empty after the last."""

    items: list[Item]
    cursor: str
    total: int | None


def counted_page(
    ask: Callable[[int, int], Counted], cursor: str, size: int, key: str
) -> CountedPage:
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


def _page(found: Counted, items: list[Item], key: str) -> CountedPage:
    end = found.start + len(found.items)
    goes_on = found.more and bool(items)
    return CountedPage(items, f"{end}:{items[-1].get(key)}" if goes_on else "", found.total)
