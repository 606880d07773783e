"""Rows that say what happens in which case: "Condition: the card has expired; Message: ...".

Such a row is a sentence ("If the card has expired, ... is shown") and is read as one. A row of
steps and their expected result is one condition as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.design.casing import capital, lower_start, one_line
from assistant.design.clauses import parse_clause
from assistant.design.criteria import read_rules
from assistant.design.drafts import Draft
from assistant.design.messages import find_messages
from assistant.design.row_cells import Cell, row_cells
from assistant.design.rule_drafts import rule_drafts
from assistant.design.rules import Rule
from assistant.design.situations import Situation
from assistant.design.verbs import is_base, third_person

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
    r"(?:error |rule |case |test )?(?:codes?|ids?|no\.?|#|number)|priority|severity|notes?"
    r"|comments?|status|owner|type|scenario|name|title|description|reference|source",
    re.IGNORECASE,
)
_UNHAPPY = re.compile(
    r"\b(?:not|cannot|no|refused?|rejected|declined|denied|blocked|locked|fails?|failed|error"
    r"|invalid|wrong|incorrect|missing|expired)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A row as a sentence's rules, or as steps with what is expected of them."""

    rules: tuple[Rule, ...]
    cells: tuple[Cell, ...]
    steps: Cell | None = None
    expected: str = ""


def read_condition_rows(text: str) -> tuple[ConditionRow, ...]:
    """Rows of conditions with outcomes, or of steps with results; () for any other text."""
    rows = [_row(cells) for cells, _ in row_cells(text)]
    found = tuple(row for row in rows if row is not None)
    return found if len(found) == len(rows) else ()


def _row(cells: tuple[Cell, ...]) -> ConditionRow | None:
    told = [cell for cell in cells if cell.value.text and not _SIDE.fullmatch(cell.name)]
    cases = [cell for cell in told if _CASE.fullmatch(cell.name)]
    messages = [cell for cell in told if _MESSAGE.fullmatch(cell.name)]
    rest = [cell for cell in told if cell not in cases and cell not in messages]
    steps = next((cell for cell in rest if _STEPS.fullmatch(cell.name)), None)
    outcomes = [cell for cell in rest if _EXPECTED.fullmatch(cell.name) and cell is not steps]
    if steps is not None and not outcomes and cases:
        outcomes, steps = [steps], None
    results = [*outcomes, *messages]
    others = len(told) - len(cases) - len(results) - (steps is not None)
    if others or not results or not (cases or steps):
        return None
    expected = " and ".join(said for cell in results if (said := _outcome(cell)))
    if steps is not None:
        if not is_base(one_line(steps.value.text).split(" ")[0].lower()):
            return None
        return ConditionRow((), (*cases, steps, *results), steps, expected)
    words = [one_line(cell.value.text) for cell in cases]
    words = [re.sub(r"^(?:if|when|where) ", "", word, flags=re.IGNORECASE) for word in words]
    if not expected or not all(parse_clause(word) for word in words):
        return None
    said = " and ".join(lower_start(word) for word in words)
    return ConditionRow(read_rules(f"If {said}, {lower_start(expected)}."), (*cases, *results))


def _outcome(cell: Cell) -> str:
    """What a cell says happens, as a clause."""
    said = one_line(cell.value.text)
    if _MESSAGE.fullmatch(cell.name) or (find_messages(said) and said[:1] in '"“„«'):
        quoted = said if find_messages(said) else f'"{" ".join(cell.value.text.split())}"'
        return f"{quoted} is shown" if quoted[:1] in '"“„«' else quoted
    first, _, rest = said.partition(" ")
    clause = parse_clause(said)
    finite = clause is not None and clause.form in ("be", "modal", "perfect")
    if finite or (clause is not None and not is_base(first.lower())):
        return said
    if is_base(first.lower()) and rest:
        return one_line(f"the system {third_person(first.lower())} {rest}")
    return f"the {cell.name.lower()} is {said}"


def condition_drafts(rows: tuple[ConditionRow, ...], narrator: str) -> Iterator[Draft]:
    """The conditions of each row, resting on its cells."""
    for row in rows:
        spans = tuple(cell.whole for cell in row.cells)
        if row.steps is None:
            for draft in rule_drafts(row.rules, narrator):
                yield replace(draft, spans=spans)
            continue
        action = one_line(row.steps.value.text)
        valid = not _UNHAPPY.search(row.expected)
        given = [one_line(c.value.text) for c in row.cells if _CASE.fullmatch(c.name)]
        yield Draft(
            "positive" if valid else "negative", valid,
            capital(f"{action}: {lower_start(row.expected)}"),
            Situation(capital(" and ".join(given)), capital(action)),
            capital(row.expected), spans, priority="High",
        )  # fmt: skip
