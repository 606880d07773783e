"""What an existing case shows, step by step, and how much each of its words tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from assistant.domain import TestCase
from assistant.suite.case_words import quoted, stem, without_quotes, words
from assistant.suite.condition_demands import Demand
from assistant.suite.evidence import (
    Quantity,
    actors,
    denied_parts,
    meaningful_stems,
    messages,
    quantities,
    refuses,
)

_LOWER = re.compile(r"\b[a-z][a-z'’]+\b")


@dataclass(frozen=True)
class StepView:
    """A step with what holds when it is taken.

    ``tried`` are the quantities of the step itself, of each step before it, latest first, and of
    preconditions and title; ``actors`` are the roles in which it is taken; ``shown_before`` are the
    words of earlier results, ``shown_later`` those of this and of later ones.
    """

    number: int
    result: str
    tried: tuple[tuple[Quantity, ...], ...]
    actors: frozenset[str]
    refuses: bool
    shown: dict[str, str]
    shown_before: frozenset[str]
    shown_later: frozenset[str]

    def meets(self, demand: Demand, *, loosely: bool) -> bool:
        """Whether the latest quantities of the demanded kind are as demanded."""
        for loose in (False, True) if loosely else (False,):
            for known in self.tried:
                alike = [one for one in known if one.alike(demand.quantity, loosely=loose)]
                if alike:
                    return any(demand.met_by(one, loosely=loose) for one in alike)
        return False

    def breaks(self, limit: Demand) -> bool:
        """Whether the latest quantities of the limit's kind lie beyond it."""
        alike = [[o for o in known if o.alike(limit.quantity)] for known in self.tried]
        latest = next(filter(None, alike), [])
        return bool(latest) and not any(limit.met_by(one, loosely=False) for one in latest)

    def meets_itself(self, demands: Sequence[Demand], *, loosely: bool) -> bool:
        """Whether one of its own quantities, or of a step before it, is as demanded."""
        own = [one for known in self.tried[:-2] for one in known]
        return any(d.met_by(one, loosely=loosely) for d in demands for one in own)


@dataclass(frozen=True)
class CaseView:
    """An existing case made ready to be compared with many conditions."""

    case: TestCase

    @cached_property
    def set_up(self) -> str:
        """Title, preconditions, actions and data."""
        steps = (f"{step.action} {step.test_data}" for step in self.case.steps)
        return "\n".join((self.case.title, *self.case.preconditions, *steps))

    @cached_property
    def results(self) -> str:
        return "\n".join(step.expected_result for step in self.case.steps)

    @cached_property
    def set_up_words(self) -> frozenset[str]:
        return frozenset(words(self.set_up, whole=True))

    @cached_property
    def all_words(self) -> frozenset[str]:
        return self.set_up_words | frozenset(words(self.results, whole=True))

    @cached_property
    def title_words(self) -> frozenset[str]:
        return meaningful_stems(self.case.title)

    @cached_property
    def messages(self) -> dict[str, str]:
        return messages(self.results)

    @cached_property
    def denied(self) -> list[frozenset[str]]:
        """What the circumstances deny, clause by clause."""
        return denied_parts(self.set_up)

    @cached_property
    def every_quantity(self) -> tuple[Quantity, ...]:
        """All quantities of the case, those of messages too."""
        text = f"{self.set_up}\n{self.results}"
        return tuple(quantities(text) + quantities(" . ".join(quoted(text))))

    @cached_property
    def steps(self) -> tuple[StepView, ...]:
        given = "\n".join(self.case.preconditions)
        before = [tuple(quantities(given)), tuple(quantities(self.case.title))]
        acting = frozenset(actors(given))
        seen: frozenset[str] = frozenset()
        results = [frozenset(words(one.expected_result, whole=True)) for one in self.case.steps]
        found = []
        for place, step in enumerate(self.case.steps):
            before.insert(0, tuple(quantities(f"{step.action}\n{step.test_data}")))
            acting = frozenset(actors(step.action)) or acting
            found.append(
                StepView(
                    number=step.number,
                    result=step.expected_result,
                    tried=tuple(before),
                    actors=acting,
                    refuses=refuses(step.expected_result),
                    shown=messages(step.expected_result),
                    shown_before=seen,
                    shown_later=frozenset().union(*results[place:]),
                )
            )
            seen |= results[place]
        return tuple(found)


class Rarity:
    """How much a word tells, by the number of texts at hand that hold it."""

    def __init__(self, texts: Iterable[str]) -> None:
        listed = list(texts)
        self._counts = Counter(
            one for text in listed for one in frozenset(words(without_quotes(text), whole=True))
        )
        self._texts = len(listed)
        self._common = frozenset(
            stem(word) for text in listed for word in _LOWER.findall(without_quotes(text))
        )

    def weight(self, word: str) -> float:
        """A word's weight: the rarer, the heavier."""
        return log(1 + (self._texts + 1) / (1 + self._counts[word]))

    def covered(self, wanted: frozenset[str], held: frozenset[str]) -> float:
        """Share (0 to 1) of what ``wanted`` tells that ``held`` says too; 1 where it is empty."""
        total = sum(map(self.weight, wanted))
        return sum(map(self.weight, wanted & held)) / total if total else 1.0

    def is_proper(self, word: str) -> bool:
        """Whether a name's stem is never written small: a product, a state, no field's name."""
        return word not in self._common
