"""Rows of tables that disagree: the same case with another outcome, in a row or in a sentence.

Compared are the test conditions: a value that one row accepts and another refuses, a decision that
two rows make differently. That holds across the ways of saying it ("Max length: 60" in a table,
"must have at most 80 characters" in a sentence).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from assistant.design.conditions import derive_conditions
from assistant.design.questions.conflicts import content_words
from assistant.domain import AcceptanceCriterion, Chunk, Epic, TestCondition
from assistant.language.amounts import Quantity, all_amounts
from assistant.language.units import in_base_unit

MAX_CRITERIA = 400
"""Beyond this many criteria only tables are compared with one another."""
MAX_ROWS = 500
"""Rows of sources that are compared; a project may hold many thousands."""


@dataclass(frozen=True, slots=True)
class NamedCondition:
    """A test condition and what it is of; ``name`` is how a person knows that."""

    criterion: AcceptanceCriterion
    condition: TestCondition
    name: str
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The same case in two criteria, of which at least one is a table's row."""

    mine: NamedCondition
    theirs: NamedCondition


def find_disagreements(epic: Epic, sources: Sequence[Chunk] = ()) -> Iterator[Disagreement]:
    """Of each two criteria that disagree the first case, at the later criterion.

    ``sources`` are chunks of the project: their table rows are compared with the criteria of
    stories that share words with the title or the headings above the table.
    """
    compared = _Compared()
    rows = [chunk for chunk in sources if chunk.kind == "table_row"][:MAX_ROWS]
    if not rows and not any(one.form == "table" for one in epic.criteria):
        return
    every = len(epic.criteria) <= MAX_CRITERIA
    for chunk in rows:
        row = AcceptanceCriterion(id=chunk.id, text=chunk.text, form="table")
        name = chunk.key or chunk.title or "a source"
        made = derive_conditions(row)
        compared.keep([NamedCondition(row, one, name, foreign=True) for one in made], _about(chunk))
    for story in epic.stories:
        about = content_words(f"{epic.title} {story.title} {story.narrative}")
        for criterion in story.criteria:
            if criterion.form != "table" and not every:
                continue
            made = derive_conditions(criterion)
            conditions = [NamedCondition(criterion, one, criterion.id) for one in made]
            yield from compared.against(conditions, about)
            compared.keep(conditions, about)


def _about(chunk: Chunk) -> frozenset[str]:
    """What the table of a row is about: the words of its document and of the headings above."""
    return content_words(f"{chunk.title} {chunk.heading}")


class _Compared:
    """The cases and the limits so far."""

    def __init__(self) -> None:
        self._cases: dict[str, list[tuple[NamedCondition, frozenset[str]]]] = {}
        self._ends: dict[tuple[str, ...], list[tuple[NamedCondition, frozenset[str], Decimal]]] = {}

    def keep(self, conditions: Sequence[NamedCondition], about: frozenset[str]) -> None:
        """Take conditions in, for comparing later ones with them."""
        for one in conditions:
            self._cases.setdefault(_case(one.condition), []).append((one, about))
        for key, one, value in _ends(conditions):
            self._ends.setdefault(key, []).append((one, about, value))

    def against(
        self, conditions: Sequence[NamedCondition], about: frozenset[str]
    ) -> Iterator[Disagreement]:
        """Where conditions differ from those kept, once for each two criteria."""
        found: set[str] = set()
        pairs = [
            (one, theirs)
            for key, one, value in _ends(conditions)
            for theirs, words, end in self._ends.get(key, ())
            if end != value and _comparable(one, theirs, about, words)
        ]
        pairs += [
            (one, theirs)
            for one in conditions
            for theirs, words in self._cases.get(_case(one.condition), ())
            if _comparable(one, theirs, about, words) and _disagree(one, theirs)
        ]
        for one, theirs in pairs:
            if theirs.criterion.id not in found:
                found.add(theirs.criterion.id)
                yield Disagreement(one, theirs)


def _comparable(
    mine: NamedCondition,
    theirs: NamedCondition,
    about: frozenset[str],
    theirs_about: frozenset[str],
) -> bool:
    """Whether a table is one of the two, and both are about the same where one is foreign."""
    if mine.criterion.id == theirs.criterion.id or mine.criterion.text == theirs.criterion.text:
        return False
    if theirs.foreign and not about & theirs_about:
        return False
    return "table" in (mine.criterion.form, theirs.criterion.form)


def _ends(
    made: Sequence[NamedCondition],
) -> Iterator[tuple[tuple[str, ...], NamedCondition, Decimal]]:
    """The last allowed value on each side of each limited variable, for its unit and its case."""
    points: dict[tuple[str, ...], list[tuple[Decimal, NamedCondition]]] = {}
    for named in made:
        condition = named.condition
        if condition.technique != "boundary" or not condition.variables:
            continue
        field = any(fact.kind == "field" for fact in condition.facts)
        if named.criterion.form == "table" and not field:
            continue  # rows of one decision share a range out among themselves
        *others, (name, said) = condition.variables.items()
        amount = next(iter(all_amounts(said)), None)
        if amount is None:
            continue
        value, unit = _on_a_line(amount)
        key = (name.casefold(), unit, *(f"{k}={v}" for k, v in others))
        points.setdefault(key, []).append((value, named))
    for key, found in points.items():
        allowed = [point for point in found if point[1].condition.valid]
        refused = [value for value, named in found if not named.condition.valid]
        if not allowed:
            continue
        low = min(allowed, key=lambda point: point[0])
        high = max(allowed, key=lambda point: point[0])
        if any(value > high[0] for value in refused):
            yield (*key, "most"), high[1], high[0]
        if any(value < low[0] for value in refused):
            yield (*key, "least"), low[1], low[0]


def _on_a_line(amount: Quantity) -> tuple[Decimal, str]:
    """An amount, a date or a time as a number in the smallest unit of its family."""
    if isinstance(amount.value, date):
        return Decimal(amount.value.toordinal()), "date"
    if isinstance(amount.value, time):
        return Decimal(amount.value.hour * 60 + amount.value.minute), "time"
    value, unit = in_base_unit(amount.value, amount.unit)
    return value, re.sub(r"s\b", "", unit)


def _case(condition: TestCondition) -> str:
    """What is set, for telling whether two conditions are one case."""
    values = {
        name: value
        for name, value in condition.variables.items()
        if value not in ("allowed", "refused") and name != "to state"
    }
    said = "; ".join(f"{name}={value}" for name, value in values.items()) or condition.statement
    acts = [name for name, value in condition.variables.items() if value in ("allowed", "refused")]
    said = "; ".join([said, *acts]).casefold()
    return re.sub(r"[^\w=<>:.,%€$£-]+", " ", re.sub(r"\b(?:the|an?) ", "", said)).strip()


def _disagree(mine: NamedCondition, theirs: NamedCondition) -> bool:
    one, other = mine.condition, theirs.condition
    if any(fact.kind == "limit" and fact.quote for fact in (*one.facts, *other.facts)):
        return False  # what a row does not speak of another may decide; ends are compared apart
    if one.valid != other.valid:
        return True
    both = mine.criterion.form == theirs.criterion.form == "table"
    amounts = re.search(r"\d", one.expected) and re.search(r"\d", other.expected)
    if both and amounts and (mine.foreign or theirs.foreign):
        return False  # amounts of a source's rows are compared in ``row_conflicts``
    stated = one.expected and other.expected
    return bool(
        both and stated and one.valid and one.expected.casefold() != other.expected.casefold()
    )
