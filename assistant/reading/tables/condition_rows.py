"""Rows that say what happens in which case: "Condition: the card has expired; Message: ..."."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.clauses import parse_clause
from assistant.language.verbs import is_base
from assistant.reading.tables.row_cells import Cell, row_cells

_CASE = re.compile(
    r"(?:business |trigger(?:ing)? )?conditions?|when|if|triggers?|events?|situation|cause",
    re.IGNORECASE,
)
_STEPS = re.compile(r"(?:test )?steps?|(?:user |tester )?action|procedure", re.IGNORECASE)
_EXPECTED = re.compile(
    r"expected(?: (?:result|outcome|behaviou?r))?s?|(?:system )?(?:response|reaction|behaviou?r)"
    r"|system action|outcome|result|then|effect|consequence|action(?: taken)?",
    re.IGNORECASE,
)
_MESSAGE = re.compile(
    r"(?:error|warning|success|info(?:rmation)?|confirmation)?(?: ?)(?:messages?|text)(?: shown)?",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"(?:error |rule |case |test )?(?:codes?|ids?|no\.?|#|number)|notes?|comments?|scenario|name"
    r"|title|reference|source",
    re.IGNORECASE,
)
_LATE = re.compile(r"priority|severity|status|owner|type|description", re.IGNORECASE)
"""Behind the outcome these tell of the row; in front of it they may decide."""
_UNHAPPY = re.compile(
    r"\b(?:not|cannot|no|refused?|rejected|declined|denied|blocked|locked|fails?|failed|error"
    r"|invalid|wrong|incorrect|missing|expired)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A row of cells that tell a case, the steps of one, or facts, and what follows.

    ``facts`` are columns that hold or do not ("Order is over £500: No"), each with whether it does.
    """

    cases: tuple[Cell, ...]
    steps: Cell | None
    facts: tuple[tuple[Cell, bool], ...]
    results: tuple[Cell, ...]

    @property
    def unhappy(self) -> bool:
        """Whether what follows tells of a refusal or an error."""
        return any(_UNHAPPY.search(cell.value.text) for cell in self.results)


def read_condition_rows(text: str) -> tuple[ConditionRow, ...]:
    """Rows of conditions with outcomes, or of steps with results; () for any other text."""
    rows = [_row(cells) for cells, _ in row_cells(text)]
    found = tuple(row for row in rows if row is not None)
    return found if len(found) == len(rows) else ()


def _row(cells: tuple[Cell, ...]) -> ConditionRow | None:
    told = [cell for cell in cells if cell.value.text and not _SIDE.fullmatch(cell.name)]
    while told and _LATE.fullmatch(told[-1].name):
        told.pop()
    cases = [cell for cell in told if _CASE.fullmatch(cell.name)]
    messages = [cell for cell in told if _MESSAGE.fullmatch(cell.name)]
    rest = [cell for cell in told if cell not in cases and cell not in messages]
    steps = next((cell for cell in rest if _STEPS.fullmatch(cell.name)), None)
    outcomes = [cell for cell in rest if _EXPECTED.fullmatch(cell.name) and cell is not steps]
    if steps is not None and not outcomes and cases:
        outcomes, steps = [steps], None
    results = (*outcomes, *messages)
    facts = [_fact(cell) for cell in told if cell not in results]
    if results and facts and all(facts):
        return ConditionRow((), None, tuple(fact for fact in facts if fact), results)
    others = len(told) - len(cases) - len(results) - (steps is not None)
    if others or not results or not (cases or steps):
        return None
    if steps is not None and not is_base(steps.value.text.split()[0].lower()):
        return None
    return ConditionRow(tuple(cases), steps, (), results)


def _fact(cell: Cell) -> tuple[Cell, bool] | None:
    """ "Order is over £500: No" as a column and whether it holds; ``None`` for other cells."""
    held = re.fullmatch(r"(?P<yes>y|yes|t|true)|n|no|f|false", cell.value.text.strip(), re.I)
    if held is None or parse_clause(cell.name) is None:
        return None
    return cell, held["yes"] is not None
