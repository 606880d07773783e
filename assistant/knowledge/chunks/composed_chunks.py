"""Texts of chunks that do not stand in their document word for word: table rows and test cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from assistant.domain import TestCase
from assistant.language.dates_and_times import clear_days

_WORD = re.compile(r"\w+")
_LONG_CELL = 4
"""Different words from which on a cell says something, instead of naming or classifying."""

_AHEAD = 3


def row_text(pairs: Iterable[tuple[str, str]]) -> str:
    """A table row with its headers: "Rule: BR-12; Limit: 14 days"."""
    return "; ".join(f"{header}: {value}" if header else value for header, value in pairs)


def case_text(case: TestCase) -> str:
    """A test case as text: title, objective, preconditions, numbered steps, postconditions."""
    lines = [case.title]
    if case.objective and case.objective != case.title:
        lines.append(f"Objective: {case.objective}")
    lines.extend(f"Precondition: {each}" for each in case.preconditions)
    for step in case.steps:
        data = f" (test data: {step.test_data})" if step.test_data else ""
        result = f"\n   Expected result: {step.expected_result}" if step.expected_result else ""
        lines.append(f"{step.number}. {step.action}{data}{result}")
    lines.extend(f"Postcondition: {each}" for each in case.postconditions)
    return "\n".join(lines)


def case_values(case: TestCase) -> tuple[str, ...]:
    """What a case's chunk carries outside its text, or what says nothing about its content."""
    return (case.release, case.team, case.priority, case.technique or "", *case.labels)


class Holder:
    """A composed text that rows of a table may have been read into.

    A row that bears one of the text's ``names`` (a case id, a title) is held where its cells of
    several words stand in the text (a cell of several lines may have been taken apart); its short
    cells (a sprint, a status) that are neither in the text nor among ``known`` values are
    collected, so that none is lost, but for the ``day`` on which a case is run: that is a plan, and
    no knowledge of the product. So is a further row of it, which bears no name where the last
    did (the second step of a case). Any other row is held where all its cells are in the text.
    """

    def __init__(
        self, text: str, names: Sequence[str], known: Sequence[str] = (), day: date | None = None
    ) -> None:
        self._text = f" {_folded(text)} "
        self._words = set(self._text.split())
        self._known = {_folded(value) for value in known}
        self._day = day
        self.names = tuple(_folded(name) for name in names if name)
        self.rest: list[str] = []

    def takes(self, pairs: Sequence[tuple[str, str]], *, further: bool = False) -> bool:
        """Whether the row is held; if so, its short cells are in ``rest`` from then on."""
        folded = [_folded(value) for _, value in pairs]
        long = [words for words in folded if _is_long(words)]
        if not all(self._words.issuperset(words.split()) for words in long):
            return False
        missing = [
            row_text([pair])
            for pair, words in zip(pairs, folded, strict=True)
            if words
            and words not in long
            and not self._has(words)
            and not (self._day and clear_days([pair[1]]) == [self._day])
        ]
        named = any(words in self.names for words in folded)
        named |= further and len(missing) < len(list(filter(None, folded)))
        if not named and (missing or len(set(" ".join(folded).split())) < _LONG_CELL):
            return False
        self.rest.extend(extra for extra in missing if extra not in self.rest)
        return True

    def _has(self, words: str) -> bool:
        return f" {words} " in self._text or words in self.names or words in self._known


class Holders:
    """Finds the holder of each row in time linear in the rows: by name, then around the last."""

    def __init__(self, holders: Sequence[Holder]) -> None:
        self._holders = holders
        self._by_name: dict[str, list[int]] = {}
        for number, holder in enumerate(holders):
            for name in holder.names:
                self._by_name.setdefault(name, []).append(number)
        self._last = -1
        self._naming: frozenset[str] = frozenset()
        """The columns that named the last holder."""

    def of(self, pairs: Sequence[tuple[str, str]], *, below: bool = False) -> int | None:
        """Number of the holder that takes the row, or ``None``; ``below`` is whether it stands
        right below the last one, in the same table."""
        candidates: list[int] = []
        for _, value in pairs:
            candidates.extend(self._by_name.get(_folded(value), [])[:8])
        candidates.extend(range(self._last, self._last + 1 + _AHEAD))
        further = below and bool(self._naming) and self._naming.isdisjoint(dict(pairs))
        for number in dict.fromkeys(candidates):
            if not 0 <= number < len(self._holders):
                continue
            holder = self._holders[number]
            if holder.takes(pairs, further=further and number == self._last):
                naming = frozenset(h for h, value in pairs if _folded(value) in holder.names)
                self._naming = naming or (self._naming if number == self._last else naming)
                self._last = number
                return number
        self._naming = frozenset()
        return None


def _is_long(words: str) -> bool:
    return len({word for word in words.split() if word.isalpha()}) >= _LONG_CELL


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
