"""Which case goes on from which: a precondition has the title of the other in quotation marks.

Whoever runs a chain has to know its order, and what cannot be run where one of it is thrown away.
Code reads no words before the title and guesses nothing: a title stands there as it is, or not.
What is to be set up comes of no case: a title there ("the same login as in the case "Sends"") makes
no chain.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from typing import Protocol

from assistant.domain import CaseStatus
from assistant.language.quoted_messages import MARKS, find_messages
from assistant.suite.preconditions import without_mark

REJECTED = "the case it goes on from is rejected"
OTHER_TITLE = "the case it goes on from has another title now"
LATER = "the case it goes on from is run on a later day"
_MARK = re.compile(f"[{MARKS}]")


class Case(Protocol):
    """What of a case is read here: a case itself, or a line of a list."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def status(self) -> CaseStatus: ...
    @property
    def preconditions(self) -> tuple[str, ...]: ...
    @property
    def test_date(self) -> date | None: ...


@dataclass(frozen=True)
class CaseChains:
    """By the id of a case: those that it goes on from, each with what has become of it (empty where
    nothing has, or where the case itself is rejected), and those not rejected that go on from it.
    """

    titles: Mapping[str, str]
    before: Mapping[str, Mapping[str, str]]
    after: Mapping[str, Sequence[str]]

    def needs(self, case_id: str) -> tuple[str, ...]:
        """Why a person has to look at a case, as fixed phrases."""
        return tuple(dict.fromkeys(filter(None, self.before.get(case_id, {}).values())))


def case_chains(
    cases: Sequence[Case], earlier: Mapping[str, Sequence[str]] | None = None
) -> CaseChains:
    """The chains among the cases of one run, in the order in which they were written; ``earlier``
    are, by their ids, the titles that cases had before.

    Of cases with one title the first is meant, one that is not rejected before others; a title that
    a case has goes before one that another case had.
    """
    standing = sorted(cases, key=lambda one: one.status == "rejected")
    titles: dict[str, list[tuple[Case, str]]] = {}
    for one in standing:
        titles.setdefault(_spaced(one.title), []).append((one, ""))
    for one in standing:
        for title in (earlier or {}).get(one.id, ()):
            titles.setdefault(_spaced(title), []).append((one, OTHER_TITLE))
    marked = {title for title in titles if _MARK.search(title)}
    longest = max(map(len, marked), default=0)
    before: dict[str, dict[str, str]] = {}
    after: dict[str, list[str]] = {}
    for one in cases:
        stands = one.status != "rejected"
        lines = [line for line in one.preconditions if not without_mark(line)[0]]
        for title in _quoted(lines, marked, longest):
            found = next((held for held in titles.get(title, ()) if held[0].id != one.id), None)
            if found is None:
                continue
            other, remark = found
            known = before.setdefault(one.id, {})
            if stands and other.id not in known:
                after.setdefault(other.id, []).append(one.id)
            remark = REJECTED if other.status == "rejected" else remark or _later(other, one)
            known.setdefault(other.id, remark if stands else "")
    return CaseChains({one.id: one.title for one in cases}, before, after)


def _later(other: Case, one: Case) -> str:
    before, after = other.test_date, one.test_date
    return LATER if before and after and before > after else ""


def _quoted(lines: Iterable[str], marked: Collection[str], longest: int) -> Iterator[str]:
    """What stands in quotation marks; ``marked`` are titles that hold such marks themselves, and
    ``longest`` is the length of the longest."""
    for line in map(_spaced, lines):
        yield from (one.text.strip() for one in find_messages(line))
        places = [one.start() for one in _MARK.finditer(line)] if marked else []
        for number, start in enumerate(places):
            for end in places[number + 2 :]:  # a mark of the title's own stands between
                if end - start > longest + 3:  # the mark itself, and a space on each side
                    break
                if (title := line[start + 1 : end].strip()) in marked:
                    yield title


def _spaced(text: str) -> str:
    return " ".join(text.split())


def in_order(
    cases: Sequence[tuple[Hashable, Case]],
    earlier: Mapping[str, Sequence[str]] | None = None,
    planned: Sequence[str] = (),
) -> list[int]:
    """The places of cases, each given with its run, by their test dates and those of a day in
    their order, save that a case which goes on from another one comes behind it; what has no date,
    and so can be run on any day, comes first. ``earlier`` is that of ``case_chains``; ``planned``
    are ids in the order that somebody gave them: those of a run and day stand so among themselves,
    behind them what is not planned.

    Where all that is left waits for another one, a circle is opened: at the case that is met twice
    first on the way back from the first that is left.
    """
    place = {one.id: number for number, (_, one) in enumerate(cases)}
    unmet: dict[int, set[int]] = {}
    followers: dict[int, list[int]] = {}
    runs: dict[Hashable, list[Case]] = {}
    for run, one in cases:
        runs.setdefault(run, []).append(one)
    for held in runs.values():
        for name, found in case_chains(held, earlier).before.items():
            unmet[place[name]] = {place[one] for one in found}
            for other in found:
                followers.setdefault(place[other], []).append(place[name])
    days = [one.test_date or date.min for _, one in cases]
    by_day = sorted(range(len(cases)), key=days.__getitem__)
    wish = {name: number for number, name in enumerate(planned)}
    same: dict[tuple[Hashable, date], list[int]] = {}
    for at in by_day:
        same.setdefault((cases[at][0], days[at]), []).append(at)
    as_planned = {
        key: iter(sorted(places, key=lambda at: wish.get(cases[at][1].id, len(wish))))
        for key, places in same.items()
    }
    by_day = [next(as_planned[cases[at][0], days[at]]) for at in by_day]
    rank = {at: number for number, at in enumerate(by_day)}
    free = [rank[at] for at in by_day if not unmet.get(at)]
    left = dict.fromkeys(by_day)
    order: list[int] = []
    while left:
        if free:
            taken = by_day[heappop(free)]
        else:
            met: set[int] = set()
            taken = next(iter(left))
            while taken not in met:
                met.add(taken)
                taken = min(unmet[taken])
        order.append(taken)
        del left[taken]
        for place_after in followers.get(taken, ()):
            unmet[place_after].discard(taken)
            if not unmet[place_after] and place_after in left:
                heappush(free, rank[place_after])
    return order
