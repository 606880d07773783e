"""Which items of the checklist a case really covers, whatever its writer claims.

Decided from values, roles, states, messages and words. Of a limit the data must hold a value on the
claimed side, at the limit or close to it; of a condition the words must occur, affirmed or denied
as the item says; and no result may say what the text says for the other side. A claim alone covers
nothing: whether the rule of the booking fee tests "our fees are handled as usual", a person sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from assistant.domain import Fact, FactKind, TestCase, TestCondition
from assistant.generation.proof.amounts import Number, alike, numbers
from assistant.generation.proof.calculation_lines import read_line
from assistant.generation.proof.case_basis import results_of, situation_of
from assistant.generation.proof.claims import PLACE
from assistant.generation.proof.condition_sides import (
    messages_of_other_side,
    roles_of,
    shown_messages,
    turned_roles,
)
from assistant.generation.proof.limits import (
    Limit,
    distance,
    limits_of,
    values_for,
)
from assistant.generation.proof.measures import Measures, comparable
from assistant.generation.proof.polarity import Side, attempted, contrasted, read_clauses, turned
from assistant.generation.proof.statement_words import (
    NEUTRAL,
    Lexicon,
    all_content,
    content,
    contents,
    meeting,
)
from assistant.language.casing import bare_words
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import find_messages
from assistant.language.word_lists import word_set

CLOSE = Decimal("0.1")
"""How far from a limit, as a share of it, a value still tests the limit."""

WORDS_SHARE = 0.5
"""Share of the words of a quotation that a case must hold to be about it."""

_EMPTY = word_set(
    "empty blank missing nothing leer keine vide vacío vuoto leeg puste unfilled clear"
)


def covered_conditions(case: TestCase, conditions: Sequence[TestCondition]) -> tuple[str, ...]:
    """Ids of the conditions that a case covers, in the order given.

    Conditions of criteria that the case does not name are not covered; a case without criteria is
    asked for all of them.
    """
    facts = _CaseFacts(case)
    named = set(case.criterion_ids)
    return tuple(
        one.id
        for one in conditions
        if (not named or named.intersection(one.criterion_ids)) and facts.cover(one)
    )


class _CaseFacts:
    """What a case sets and says, read once for all conditions."""

    def __init__(self, case: TestCase) -> None:
        self.case = case
        self.situation = situation_of(case)
        self.results = results_of(case)
        self.measures = Measures(self.situation)

    @cached_property
    def text(self) -> str:
        """All that the case says."""
        return "\n".join((self.case.title, *self.situation, *self.results))

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words of the case."""
        return Lexicon((self.text,))

    @cached_property
    def worked(self) -> tuple[Number, ...]:
        """What the calculations of the case come to, as far as they are right."""
        lines = (read_line(line) for step in self.case.steps for line in step.calculation)
        return tuple(one for line in lines if line and line.is_right for one in line.results)

    def cover(self, condition: TestCondition) -> bool:
        """Whether the case sets all facts of a condition and shows its outcome."""
        if condition.legs:
            return all(self.cover(leg) for leg in condition.legs)
        if not condition.facts:  # of an earlier version: its words must be there
            return self._speaks(condition.statement) and not self._contradicts(condition)
        return (
            all(_SET[fact.kind](self, fact, condition) for fact in condition.facts)
            and self._shows(condition)
            and not self._contradicts(condition)
        )

    # --- Outcomes ---------------------------------------------------------------------------------

    def _shows(self, condition: TestCondition) -> bool:
        """Whether the results hold the messages that the criterion gives for this side."""
        said = bare_words("\n".join(self.results))
        wanted = [
            message.text
            for one in condition.outcomes
            if one.happens and one.source_id == condition.criterion_id
            for message in find_messages(one.quote)
            if len(message.text.split()) > 2 and not PLACE.search(message.text)
        ]
        return not wanted or any(bare_words(message) in said for message in wanted)

    def _contradicts(self, condition: TestCondition) -> bool:
        side = Side((condition,), ())
        known = contents(self.situation)
        subjects = contents((*self.case.preconditions, *(fact.quote for fact in condition.facts)))
        return any(
            True
            for step in self.case.steps
            for _ in (
                *messages_of_other_side(step.expected_result, (condition,)),
                *turned(step.expected_result, side, known, subjects),
                *attempted(step.action, step.expected_result, side),
            )
        )

    # --- Facts ------------------------------------------------------------------------------------

    def _speaks(self, words: str) -> bool:
        return self.lexicon.share(all_content(words) - NEUTRAL) >= WORDS_SHARE

    def flow(self, fact: Fact, condition: TestCondition) -> bool:
        """Enough words of the quotation, or of the outcomes where the fact quotes nothing."""
        quotes = [fact.quote] if fact.quote else [o.quote for o in condition.outcomes if o.happens]
        return all(map(self._speaks, quotes))

    def limit(self, fact: Fact, condition: TestCondition) -> bool:
        """A value on the claimed side, at the limit or close to it."""
        only = condition.model_copy(update={"facts": (fact,)})
        limits = list(limits_of(only))
        by_birth = any(one.of_age for one in limits) and bool(self.measures.ages)
        said = bare_words("\n".join(self.situation))
        if not by_birth and fact.value and bare_words(fact.value) in said:
            return True
        if not limits:
            return self.condition(fact, condition)
        return all(self._reaches(limit, condition) for limit in limits)

    def _reaches(self, limit: Limit, condition: TestCondition) -> bool:
        bound = limit.bounds[0][1]
        if limit.tried is not None and not comparable(limit.tried, bound):  # "1 % of the income"
            return any(alike(limit.tried, one) for one in self.measures.read.all)
        values = values_for(limit, self.measures)
        reached = [one.value for one in self._reached(limit, condition) if comparable(one, bound)]
        tried = limit.tried.value if limit.tried is not None else None
        if tried is not None and (values.has(tried) or tried in reached):
            return True
        found = [*values.written, *values.counted, *values.computed, *reached]
        right = [one for one in found if limit.holds_at(one) == limit.fact.holds]
        if not found:
            return self._states_outcome(condition) or self._shows_own_message(condition)
        if not right or not self._speaks(limit.fact.quote):
            return False
        close = float(abs(bound.value) * CLOSE) if isinstance(bound.value, Decimal) else 1.0
        if isinstance(tried, Decimal) and isinstance(bound.value, Decimal):
            close = max(close, float(abs(tried - bound.value)))
        return tried is None or min(distance(one, bound) for one in right) <= close

    def _reached(self, limit: Limit, condition: TestCondition) -> Iterator[Number]:
        """The values that the case comes to: a limit may bound what follows from the data (a fee,
        a deposit), which then stands in a calculation or, where the text says the limit of what
        happens, in a result. A result that only says the limit again tries nothing; how long
        something lasts is shown by moments, and a result that names it says the rule again."""
        yield from self.worked
        if any(one.happens and limit.fact.quote in one.quote for one in condition.outcomes):
            for result in self.results:
                said = [one for one in find_quantities(result) if one.is_limit]
                apart = contrasted(result)
                yield from (
                    one
                    for one in numbers(result)
                    if one.kind != "duration"
                    and one not in apart
                    and not any(q.start <= one.start < q.end for q in said)
                )

    def condition(self, fact: Fact, condition: TestCondition) -> bool:
        """The words of the quotation, affirmed or denied as the fact says."""
        words = content(fact.quote) - NEUTRAL or all_content(fact.quote)
        quoted = read_clauses(fact.quote)
        denied = any(one.negative for one in quoted) == fact.holds
        sides = set()
        for line in (self.case.title, *self.situation, *self.results):
            for clause in read_clauses(line):
                shared = meeting(words, all_content(clause.text))
                if len(shared) >= WORDS_SHARE * len(words):
                    sides.add(clause.negative)
        if sides:
            return denied in sides or len(sides) > 1 or self._shows_own_message(condition)
        return self._states_outcome(condition) or self._shows_own_message(condition)

    def _shows_own_message(self, condition: TestCondition) -> bool:
        """Whether the results affirm a message that the criterion gives for this side, or deny one
        that it gives for the other."""
        shown_ones = {
            (bare_words(text), negative)
            for result in self.results
            for text, negative, _ in shown_messages(result)
        }
        return any(
            (bare_words(message.text), not one.happens) in shown_ones
            for one in condition.outcomes
            for message in find_messages(one.quote)
            if len(message.text.split()) > 1
        )

    def _states_outcome(self, condition: TestCondition) -> bool:
        """Whether the results say what the text says for this side."""
        said = Lexicon(self.results)
        own = [one.quote for one in condition.outcomes if one.happens]
        return any(said.share(all_content(quote) - NEUTRAL) >= WORDS_SHARE for quote in own)

    def role(self, fact: Fact, condition: TestCondition) -> bool:
        """Somebody who has the role, or lacks it, and what the quotation is about."""
        role = frozenset[str]().union(*roles_of(fact))
        if any(True for _ in turned_roles(condition, self.situation, (condition,))):
            return False
        rest = all_content(fact.quote) - role - NEUTRAL
        return self.lexicon.share(rest) >= WORDS_SHARE or self._states_outcome(condition)

    def transition(self, fact: Fact, condition: TestCondition) -> bool:
        """Both states: the one left in the data, the one reached in actions or results."""
        return self._speaks(fact.quote) and self._speaks(fact.value)

    def field(self, fact: Fact, condition: TestCondition) -> bool:
        """The field, with the entry that the fact names."""
        if not self._speaks(fact.quote):
            return False
        if fact.value in ("", "empty"):
            return (
                not fact.value
                or bool(_EMPTY & set(bare_words("\n".join(self.situation)).split()))
                or self._left_out(fact)
            )
        wanted = [int(word) for word in fact.value.split() if word.isdigit()]
        if wanted and "character" in fact.value:
            entered = bare_words("\n".join(self.situation))
            return Decimal(wanted[0]) in self.measures.lengths or bare_words(fact.value) in entered
        return self._speaks(fact.value)

    def _left_out(self, fact: Fact) -> bool:
        """Whether an action or the data leave the field out: "without a reason", "no entry"."""
        words = all_content(fact.quote)
        return any(
            clause.negative and meeting(words, all_content(clause.text))
            for line in self.situation
            for clause in read_clauses(line)
        )


_SET: dict[FactKind, Callable[[_CaseFacts, Fact, TestCondition], bool]] = {
    "main flow": _CaseFacts.flow,
    "condition": _CaseFacts.condition,
    "limit": _CaseFacts.limit,
    "role": _CaseFacts.role,
    "transition": _CaseFacts.transition,
    "field": _CaseFacts.field,
    "row": _CaseFacts.flow,
    "scenario": _CaseFacts.flow,
}
