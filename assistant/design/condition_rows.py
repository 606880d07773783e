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
from assistant.design.complements import other_case
from assistant.design.criteria import read_rules
from assistant.design.drafts import Draft
from assistant.design.limits import boundaries
from assistant.design.messages import find_messages
from assistant.design.row_cells import Cell, row_cells
from assistant.design.rule_drafts import rule_drafts
from assistant.design.rules import Rule
from assistant.design.sentences import Span
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
    """A row as a sentence's rules, or as steps with what is expected of them."""

    rules: tuple[Rule, ...]
    cells: tuple[Cell, ...]
    steps: Cell | None = None
    expected: str = ""
    given: str = ""


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
    results = [*outcomes, *messages]
    facts = [_fact(cell) for cell in told if cell not in results]
    if results and facts and all(facts):
        return _decided([fact for fact in facts if fact], results, tuple(told))
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


def _fact(cell: Cell) -> str | None:
    """ "Order is over £500: No" as a fact: "Order is not over £500"; ``None`` for other cells."""
    held = re.fullmatch(r"(?P<yes>y|yes|t|true)|n|no|f|false", cell.value.text.strip(), re.I)
    if held is None or parse_clause(cell.name) is None:
        return None
    return one_line(cell.name) if held["yes"] else other_case(one_line(cell.name))


def _decided(facts: list[str], results: list[Cell], cells: tuple[Cell, ...]) -> ConditionRow:
    """One rule of a decision table: its facts hold, and what it says happens is seen."""
    given = " and ".join([facts[0], *map(lower_start, facts[1:])])
    if all(re.fullmatch(r"(?:none|nothing|no action|-)", c.value.text, re.I) for c in results):
        return ConditionRow((), cells, given=given, expected="no outcome of the table is seen")
    said = [one_line(cell.value.text) for cell in results]
    both = zip(said, results, strict=True)
    told = " and ".join(words if parse_clause(words) else _outcome(cell) for words, cell in both)
    return ConditionRow((), cells, given=given, expected=told)


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
        if row.given:
            yield from _of_facts(row, spans)
            continue
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


def _of_facts(row: ConditionRow, spans: tuple[Span, ...]) -> Iterator[Draft]:
    """The case of a decision table's rule, and the points of its limits on its own side."""
    valid = not _UNHAPPY.search(row.expected) and not row.expected.startswith("no outcome")
    values = tuple((c.name, one_line(c.value.text)) for c in row.cells if _fact(c))
    yield Draft(
        "positive" if valid else "negative", valid,
        capital(f"When {lower_start(row.given)}, {lower_start(row.expected)}"),
        Situation(capital(row.given), f"Check whether {lower_start(row.expected)}"),
        capital(row.expected), spans, priority="High", variables=values,
    )  # fmt: skip
    for rule in read_rules(f"If {lower_start(row.given)}, {lower_start(row.expected)}."):
        for draft in boundaries(rule):
            if draft.valid == rule.restrictive:
                continue  # what happens there is told by another rule of the table
            where = draft.situation.precondition or draft.data
            yield replace(
                draft, valid=valid, spans=spans, expected=capital(row.expected),
                statement=capital(f"with {lower_start(where)}, {lower_start(row.expected)}"),
                situation=Situation(where, f"Check whether {lower_start(row.expected)}"),
            )  # fmt: skip
