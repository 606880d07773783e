"""What a test condition demands of a case that is to check it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from assistant.domain import AcceptanceCriterion, TestCondition
from assistant.language.word_lists import word_lists
from assistant.suite.case_words import names, quoted, quoted_with_lead, stem, without_quotes
from assistant.suite.evidence import (
    Quantity,
    meaningful_stems,
    messages,
    quantities,
    refuses,
)

_COMPARED = re.compile(
    r"\b(?P<how>not (?:have |be |contain )?exactly|no more than|not more than|after more than|"
    r"more than|over|above|no less than|"
    r"less than|fewer than|below|under|at most|up to|within|at least|no later than|"
    r"no earlier than|exactly|other than|before)\s+(?:a |an |the )?(?=[£$€\d]|[a-z]+ )(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_RANGE = re.compile(
    r"(?P<low>[£$€]?\d[\d.,]*) (?:to|and) (?P<high>[£$€]?\d[\d.,]*)(?P<unit> ?[A-Za-z%]*)"
)
_LISTS = word_lists("words", Path(__file__).parent)
_WORDS = _LISTS["condition_demands"]
_SIDES = {said: side for side, forms in _LISTS["sides"].items() for said in forms}
_MEASURED = re.compile(
    rf"\s*(?:(?:{'|'.join(sorted(_SIDES, key=len, reverse=True))}) (?:a |an |the )?)?[£$€]?\d",
    re.IGNORECASE,
)
_OUR_WORDS = re.compile(r": this is (?:not )?(?:too|in) .*| by this rule\b", re.DOTALL)
"""What the derivation of conditions adds to a result to say how it is judged."""
_OTHER_THAN = re.compile(r"\bother than (.*)", re.DOTALL)
_NOT_THAT = re.compile(r"\bnot [£$€]?\d[\d.,]*")
_NAMED = r"[A-Z][\w-]*(?: [A-Z][\w-]*)*"
_RUN = re.compile(_NAMED)
_CHOICE = re.compile(rf"{_NAMED}(?:, {_NAMED})*,? or {_NAMED}")
_STAYS = re.compile(r"\b(?:stays?|remains?|unchanged)\b")
_ACCEPTED = frozenset(map(stem, _WORDS["accepted"]))


@dataclass(frozen=True)
class Demand:
    """A quantity that a step must try out: equal to one, or on one side of it."""

    side: str
    quantity: Quantity
    upper: float | None = None

    def met_by(self, tried: Quantity, *, loosely: bool) -> bool:
        """Whether a tried quantity is one that the condition is about."""
        if not tried.alike(self.quantity, loosely=loosely):
            return False
        value, limit = tried.value, self.quantity.value
        if tried.side:
            if self.upper is not None or tried.side[0] != self.side[0]:
                return False
            return value <= limit if self.side[0] == "<" else value >= limit
        if self.upper is not None:
            return limit <= value <= self.upper
        return {
            "=": abs(value - limit) < 1e-9, "<": value < limit, "<=": value <= limit,
            ">": value > limit, ">=": value >= limit, "!": abs(value - limit) > 1e-9,
        }[self.side]  # fmt: skip

    def meant_by(self, other: Demand) -> bool:
        """Whether what another demand tries is on this side of this limit, which may leave out what
        it counts: "With more than 30 the portal shows"."""
        limit = replace(self, quantity=replace(self.quantity, counts=frozenset()))
        return other.side == "=" and limit.met_by(other.quantity, loosely=True)


@dataclass(frozen=True)
class Claim:
    """A condition made ready to be looked for in cases."""

    condition: TestCondition
    criterion: AcceptanceCriterion

    @cached_property
    def said(self) -> str:
        """What the condition sets, in the criterion's words; a value at a limit is in its
        sentence. Conditions stored by earlier versions hold sentences of their own."""
        one = self.condition
        if not one.facts:
            return f"{one.precondition}\n{one.action or one.statement}"
        quotes = [fact.quote for fact in one.facts if fact.kind != "limit"]
        if quotes and quotes != [outcome.quote for outcome in one.outcomes]:
            return without_quotes("\n".join(quotes))
        sentences = [evidence.quote for evidence in one.evidence]
        return without_quotes("\n".join(self._at_limit(words)[0] for words in sentences))

    def _at_limit(self, words: str) -> tuple[str, str]:
        """A sentence up to its limit with the value tried, and what it says behind it."""
        for fact in self.condition.facts:
            place = words.find(fact.quote) if fact.kind == "limit" else -1
            if place >= 0:
                return f"{words[:place]} {fact.value}", words[place + len(fact.quote) :]
        return words, words

    @cached_property
    def expected(self) -> str:
        """What follows, in the criterion's words."""
        if not self.condition.facts:
            return self.condition.expected
        return "\n".join(one.quote for one in self.condition.outcomes if one.happens)

    @cached_property
    def situation(self) -> str:
        """Under which circumstances something is done."""
        return f"{self.said}\n{self.condition.data}"

    @cached_property
    def text(self) -> str:
        own = "" if self.condition.facts else self.condition.statement
        return f"{own}\n{self.situation}\n{self.expected}"

    @cached_property
    def situation_words(self) -> frozenset[str]:
        """What tells the condition from others; in the criterion's words."""
        one = self.condition
        return meaningful_stems(self.said if one.facts else f"{one.precondition}\n{one.statement}")

    @cached_property
    def outcome_words(self) -> frozenset[str]:
        barred = meaningful_stems(self.role) if self.role.startswith("someone ") else frozenset()
        said = "\n".join(self._at_limit(words)[1] for words in self.expected.split("\n"))
        return meaningful_stems(_OUR_WORDS.sub("", said)) - _ACCEPTED - barred

    @cached_property
    def shown(self) -> dict[str, str]:
        """Messages that must be displayed.

        Where the item's own sentence says nothing of a side that it does not allow, another one of
        the criterion may: "with more than 30 “Ask us.”" is what 31 shows.
        """
        if not self._unsaid:
            return messages(self.expected)
        return {
            folded: said
            for quote, lead in quoted_with_lead(self.criterion.text)
            if (limit := _demand(lead, frozenset(), equal=False))
            and any(limit.meant_by(one) for one in self.demands)
            for folded, said in messages(f'"{quote}"').items()
        }

    @cached_property
    def _unsaid(self) -> bool:
        return bool(self.condition.facts) and not self.condition.valid and not self.expected

    @cached_property
    def denied(self) -> dict[str, str]:
        """Messages that must not be displayed."""
        found = messages(self.expected, denied=True)
        for one in self.condition.outcomes:
            if not one.happens:
                found |= messages(one.quote)
        return found

    @cached_property
    def stays(self) -> bool:
        """Whether nothing may change."""
        return not self.condition.valid and bool(_STAYS.search(self.expected))

    @cached_property
    def refuses(self) -> bool:
        """Whether the expected result is a refusal or an absence.

        Where the text says nothing of a side that it does not allow, only a refusal checks it.
        """
        return self.stays or self._unsaid or refuses(self.expected)

    @cached_property
    def results_in(self) -> tuple[Quantity, ...]:
        """Quantities of the expected result that are not those tried out."""
        demanded = [demand.quantity for demand in self.demands]
        expected = _NOT_THAT.sub("", _OUR_WORDS.sub("", self.expected))
        return tuple(
            one
            for one in quantities(expected)
            if one.unit and not any(one.alike(other) for other in demanded)
        )

    @cached_property
    def situation_names(self) -> dict[str, str]:
        """Names that the situation is about, by stem."""
        return _names(self.situation)

    @cached_property
    def heads(self) -> frozenset[str]:
        """The last words of the situation's names: what each of them is."""
        known = set(self.situation_names)
        runs = _RUN.findall(without_quotes(self.situation))
        last = {[one for one in run.split() if stem(one) in known][-1:][0] for run in runs
                if any(stem(one) in known for one in run.split())}  # fmt: skip
        return frozenset(stem(one) for one in last)

    @cached_property
    def choices(self) -> tuple[tuple[frozenset[str], ...], ...]:
        """Names of which one will do: "Traditional or Prepayment"."""
        return tuple(
            tuple(
                frozenset(stem(word) for word in one.split())
                for one in re.split(r", (?:or )?| or ", match[0])
            )
            for match in _CHOICE.finditer(without_quotes(self.situation))
        )

    @cached_property
    def outcome_names(self) -> dict[str, str]:
        return _names(self.expected)

    @cached_property
    def false_facts(self) -> tuple[str, ...]:
        """Facts of the criterion that the condition turns round, and what it takes another than."""
        facts = [name for name, value in self.condition.variables.items() if value == "false"]
        other = _OTHER_THAN.search(without_quotes(self.condition.statement))
        if other and not self.demands and not facts:
            facts.append(other[1])
        return tuple(facts)

    @cached_property
    def role(self) -> str:
        """Who acts; of another "someone other than" and the words that name who may."""
        other = [f.quote for f in self.condition.facts if f.kind == "role" and not f.holds]
        return (
            f"someone other than {other[0]}" if other else self.condition.variables.get("role", "")
        )

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Values of a table or a list that the situation must have."""
        return tuple(
            value
            for name, value in self.condition.variables.items()
            if value not in ("true", "false")
            and name not in ("role", "from state", "to state")
            and not _MEASURED.match(value)
        )

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        """The quantities that must be tried out."""
        one = self.condition
        found = [
            demand
            for name, value in one.variables.items()
            if value not in ("true", "false")
            and _MEASURED.match(value)
            and (demand := _demand(value, meaningful_stems(name)))
        ]
        if not found:
            own = (one.data,) if one.facts else (
                one.data, one.action or one.statement, one.precondition,
            )  # fmt: skip
            for text in own:
                demand = _demand(text, frozenset(), equal=text == one.data)
                if demand:
                    return (demand,)
        return tuple(found)

    @cached_property
    def bounds(self) -> Demand | None:
        """The limit that the words of a main flow name: what is tried beyond it is another flow."""
        flow = any(fact.kind == "main flow" for fact in self.condition.facts)
        return _demand(self.said, frozenset(), equal=False) if flow and not self.demands else None

    @cached_property
    def exact(self) -> bool:
        """Whether one quantity is tried out and no other will do."""
        return any(demand.side == "=" and demand.upper is None for demand in self.demands)


def _demand(text: str, counts: frozenset[str], *, equal: bool = True) -> Demand | None:
    bare = without_quotes(text)
    ranged = _RANGE.search(bare)
    if ranged:
        low = quantities(f"{ranged['low']}{ranged['unit']}")
        high = quantities(f"{ranged['high']}{ranged['unit']}")
        if low and high:
            return Demand(">=", _with(low[0], counts), upper=high[0].value)
    compared = _COMPARED.search(bare)
    if compared:
        found = quantities(compared["rest"])
        if found:
            return Demand(_SIDES[compared["how"].lower()], _with(found[0], counts))
    if equal and quantities(bare):
        return Demand("=", _with(quantities(bare)[0], counts))
    return None


def _with(quantity: Quantity, counts: frozenset[str]) -> Quantity:
    return Quantity(quantity.value, quantity.unit, quantity.counts | counts)


def _names(text: str) -> dict[str, str]:
    """Capitalised words inside sentences and short quoted values, by stem."""
    found = {stem(name): name for line in text.splitlines() for name in names(line)}
    for value in quoted(text):
        if len(value.split()) < 3:
            found |= {stem(word): word for word in re.findall(r"[^\W\d_]+", value)}
    return found
