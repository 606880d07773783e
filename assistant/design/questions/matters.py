"""What many criteria say otherwise than one another, asked about once.

A backlog of near-equal stories that differ in a value contradicts itself in as many pairs as it has
stories squared. Up to ``FEW`` criteria are asked about pair by pair; more on one matter are asked
about together, and a further one is compared with a few of them only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from assistant.design.questions.conflicts import clauses_of, one_line
from assistant.domain import AcceptanceCriterion, Evidence, Question
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span

FEW = 4
"""Criteria on one matter that are asked about pair by pair: at most six questions."""
NAMED = 4
"""Values that a question on many criteria names, each with where it stands."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Words of a criterion that another one contradicts; ``slot`` is what they are of."""

    criterion_id: str
    slot: str
    start: int
    words: str = field(compare=False)

    @property
    def evidence(self) -> Evidence:
        """The words with their place."""
        end = self.start + len(self.words)
        return Evidence(source_id=self.criterion_id, quote=self.words, start=self.start, end=end)


@dataclass(eq=False, slots=True)
class _Matter:
    """Statements of which each contradicts another one, and the questions on pairs of them."""

    statements: list[Statement] = field(default_factory=list)
    first: dict[str, Statement] = field(default_factory=dict)
    """By criterion, the first thing that it says of it."""
    pairs: list[Question] = field(default_factory=list)

    @property
    def is_of_many(self) -> bool:
        return len(self.first) > FEW

    def take(self, statements: Iterable[Statement]) -> None:
        for one in statements:
            self.statements.append(one)
            self.first.setdefault(one.criterion_id, one)

    def question(self, pair: Question) -> Question:
        """What is asked once, of the criterion of ``pair``: the first values that others say, with
        how many criteria say each, and how many more there are."""
        mine = self.first[pair.criterion_id]
        others: dict[str, list[Statement]] = {}
        for one in self.first.values():
            if one.words != mine.words:
                others.setdefault(one.words, []).append(one)
        if not others:  # what differs is said beside it in the same criteria
            return pair
        named = list(others.values())[:NAMED]
        told = [_told(several) for several in named]
        if left := sum(map(len, others.values())) - sum(map(len, named)):
            told.append(f"{left} more")
        return pair.model_copy(
            update={
                "text": f"The criterion says {one_line(mine.words)}, and others on the same matter"
                f" say otherwise: {'; '.join(told)}. Which is right?",
                "evidence": (mine.evidence, *(several[0].evidence for several in named)),
                "suggestion": "",
            }
        )


class Matters:
    """What the criteria of an epic say otherwise than one another, as far as it was compared."""

    def __init__(self) -> None:
        self._of: dict[Statement, _Matter] = {}
        self._by_criterion: dict[str, set[Statement]] = defaultdict(set)

    def to_compare(
        self, criterion: AcceptanceCriterion, others: Sequence[AcceptanceCriterion]
    ) -> Iterator[AcceptanceCriterion]:
        """Those of ``others`` that may add something: none of a matter of many that the criterion
        is in by then and that says as many things, and none of one whose criteria of these words
        agree with it in two values."""
        joined: set[tuple[_Matter, tuple[object, ...]]] = set()
        agreed: dict[tuple[_Matter, str], set[str]] = defaultdict(set)
        for other in others:
            many = [one for one in self._matters(other.id) if one.is_of_many]
            words, form = _form(other.text) if many else ("", ())
            if many and all(
                (one, form) in joined
                or len(agreed[one, words]) > 1
                or one.first[other.id].words in agreed[one, words]
                for one in many
            ):
                continue
            yield other
            mine = self._matters(criterion.id)
            for one in many:
                if one in mine:
                    joined.add((one, form))
                else:
                    agreed[one, words].add(one.first[other.id].words)

    def join(self, mine: Statement, theirs: Statement, pair: Question) -> None:
        """Take in that two statements contradict each other, with what is asked of the two."""
        less, more = (self._of.get(each) or _Matter() for each in (mine, theirs))
        if len(less.statements) > len(more.statements):
            less, more = more, less
        come = [each for each in (theirs, mine) if each not in self._of]
        if less is not more:
            come = [*less.statements, *come]
            more.pairs += less.pairs
        more.take(come)
        more.pairs.append(pair)
        for each in come:
            self._of[each] = more
            self._by_criterion[each.criterion_id].add(each)

    def put_together(self, questions: Iterable[Question]) -> Iterator[Question]:
        """The questions with one in the place of those on pairs of a matter of many."""
        many = {pair: one for one in set(self._of.values()) if one.is_of_many for pair in one.pairs}
        told: set[_Matter] = set()
        for question in questions:
            matter = many.get(question)
            if matter is None:
                yield question
            elif matter not in told:
                told.add(matter)
                yield matter.question(question)

    def _matters(self, criterion_id: str) -> set[_Matter]:
        return {self._of[one] for one in self._by_criterion.get(criterion_id, ())}


def statement(criterion: AcceptanceCriterion, slot: str, words: Span) -> Statement:
    """The words of a criterion that are compared in one slot."""
    return Statement(criterion.id, slot, words.start, words.text)


def _told(several: Sequence[Statement]) -> str:
    first, said = several[0].criterion_id, one_line(several[0].words)
    more = len(several) - 1
    return f"{first} and {more} more say {said}" if more else f"{first} says {said}"


@lru_cache(maxsize=8192)
def _form(text: str) -> tuple[str, tuple[object, ...]]:
    """A text but for its numbers, and how many sentences it has and amounts of which kinds."""
    kinds = (one.kind for one in find_quantities(text))
    return re.sub(r"\d+(?:[.,]\d+)*", "0", text), (len(clauses_of(text)), *kinds)
