"""Rows of tables that disagree: the same case with another outcome, in a row or in a sentence.

Compared are the test conditions: a value that one row accepts and another refuses, a decision that
two rows make differently. That holds across the ways of saying it ("Max length: 60" in a table,
"must have at most 80 characters" in a sentence).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.design.conditions import derive_conditions
from assistant.domain import AcceptanceCriterion, Epic, TestCondition

MAX_CRITERIA = 400
"""Beyond this many criteria only tables are compared with one another."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The same case in two criteria, of which at least one is a table's row."""

    criterion: AcceptanceCriterion
    mine: TestCondition
    other: AcceptanceCriterion
    theirs: TestCondition


def find_disagreements(epic: Epic) -> Iterator[Disagreement]:
    """Of each two criteria that disagree the first case, at the later criterion."""
    rows = [c for c in epic.criteria if c.form == "table"]
    if not rows:
        return
    every = len(epic.criteria) <= MAX_CRITERIA
    ends: dict[tuple[str, ...], list[tuple[AcceptanceCriterion, TestCondition, Decimal]]] = {}
    seen: dict[str, list[tuple[AcceptanceCriterion, TestCondition]]] = {}
    told: set[tuple[str, str]] = set()
    for story in epic.stories:
        for criterion in story.criteria:
            if criterion.form != "table" and not every:
                continue
            made = derive_conditions(story, criterion)
            for key, condition, value in _ends(made):
                for other, theirs, end in ends.get(key, ()):
                    pair = (criterion.id, other.id)
                    tabled = "table" in (criterion.form, other.form)
                    if tabled and end != value and other.id != criterion.id and pair not in told:
                        told.add(pair)
                        yield Disagreement(criterion, condition, other, theirs)
                ends.setdefault(key, []).append((criterion, condition, value))
            for condition in made:
                case = _case(condition)
                for other, theirs in seen.get(case, ()):
                    pair = (criterion.id, other.id)
                    if pair not in told and _disagree(criterion, condition, other, theirs):
                        told.add(pair)
                        yield Disagreement(criterion, condition, other, theirs)
                seen.setdefault(case, []).append((criterion, condition))


def _ends(
    made: Sequence[TestCondition],
) -> Iterator[tuple[tuple[str, ...], TestCondition, Decimal]]:
    """The last allowed value on each side of each limited variable, for its unit and its case."""
    points: dict[tuple[str, ...], list[tuple[Decimal, TestCondition]]] = {}
    for condition in made:
        if condition.technique != "boundary" or not condition.variables:
            continue
        if condition.action.startswith("Use a case with "):
            continue  # rows of one decision share a range out among themselves
        *others, (name, said) = condition.variables.items()
        number = re.search(r"\d[\d,.]*(?<=\d)", said)
        if number is None:
            continue
        unit = re.sub(r"s\b", "", f"{said[: number.start()]}{said[number.end() :]}".strip())
        key = (name.casefold(), unit, *(f"{k}={v}" for k, v in others))
        points.setdefault(key, []).append((Decimal(number[0].replace(",", "")), condition))
    for key, found in points.items():
        allowed = [point for point in found if point[1].valid]
        refused = [value for value, condition in found if not condition.valid]
        if not allowed:
            continue
        low = min(allowed, key=lambda point: point[0])
        high = max(allowed, key=lambda point: point[0])
        if any(value > high[0] for value in refused):
            yield (*key, "most"), high[1], high[0]
        if any(value < low[0] for value in refused):
            yield (*key, "least"), low[1], low[0]


def _case(condition: TestCondition) -> str:
    """What is done under which circumstances, for telling whether two conditions are one case."""
    said = f"{condition.precondition}: {condition.action}".casefold()
    facts = condition.variables.values()
    if facts and condition.action.startswith("Check whether ") and {*facts} <= {"Yes", "No"}:
        said = f"{condition.precondition}: a rule of a decision table".casefold()
    said = re.sub(r"\btry to |\b(?:the|an?) ", "", said)
    return re.sub(r"[^\w=<>:.,%€$£-]+", " ", said).strip()


def _disagree(
    criterion: AcceptanceCriterion,
    mine: TestCondition,
    other: AcceptanceCriterion,
    theirs: TestCondition,
) -> bool:
    if criterion.id == other.id or "table" not in (criterion.form, other.form):
        return False
    if any(one.expected.endswith("by this rule") for one in (mine, theirs)):
        return False  # what does not follow from one row may follow from another
    if mine.valid != theirs.valid:
        return True
    both = criterion.form == other.form == "table"
    return both and mine.valid and mine.expected.casefold() != theirs.expected.casefold()
