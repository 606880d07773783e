"""Rows of tables that state a rule each: permissions of roles, transitions of states, conditions.

"Role: Agent; View: Yes; Delete: No" and "Action: Delete a case; Agent: No; Admin: Yes" allow or
refuse one act to one role in each cell. "Current status: Draft; Action: Submit; New status:
Submitted; Who: Requester" is one transition (ISO/IEC/IEEE 29119-4), with the role that may bring it
about and the guard that it needs. "Condition: the card has expired; Message: ..." says what happens
in which case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.clauses import parse_clause
from assistant.language.nouns import is_person
from assistant.language.verbs import base_of_gerund, is_base
from assistant.language.word_lists import read_patterns
from assistant.reading.tables.row_cells import Cell, row_cells

_PATTERNS = read_patterns(__file__)
_ROLE = _PATTERNS["role"]
_ACT = _PATTERNS["act"]
_YES = _PATTERNS["yes"]
_NO = _PATTERNS["no"]
_SIDE = re.compile(r"(?:notes?|comments?|remarks?|description|id|no\.?|#)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one cell says: whether ``role`` may do ``act``; both as they stand in the table."""

    role: str
    act: str
    allowed: bool
    named: Cell
    cell: Cell


def read_grants(text: str) -> tuple[Grant, ...]:
    """The cells of a permission matrix; () for any other text."""
    found: list[Grant] = []
    for cells, _ in row_cells(text):
        row = _grants(cells)
        if not row:
            return ()
        found += row
    return tuple(found)


def _grants(cells: tuple[Cell, ...]) -> list[Grant]:
    named = next((c for c in cells if _ROLE.fullmatch(c.name) or _ACT.fullmatch(c.name)), None)
    if named is None or not named.value.text or len(named.value.text.split()) > 8:
        return []
    of_role = bool(_ROLE.fullmatch(named.name))
    rest = [c for c in cells if c is not named and c.value.text and not _SIDE.fullmatch(c.name)]
    known = _does if of_role else _is_role
    if not any(known(cell.name) for cell in rest) and (not of_role or len(rest) < 2):
        return []
    found: list[Grant] = []
    for cell in rest:
        role, act = (named.value.text, cell.name) if of_role else (cell.name, named.value.text)
        allowed = _allowed(" ".join(cell.value.text.split()), act)
        if allowed is None:
            return []
        found.append(Grant(role, act, allowed, named, cell))
    return found


def _allowed(value: str, act: str) -> bool | None:
    """Whether a cell allows; ``None`` where it does not tell. "Read" of a thing allows some."""
    if not _does(act) and _SOME.fullmatch(value):
        return True
    if _YES.match(value):
        return True
    return False if _NO.fullmatch(value) else None


_SOME = _PATTERNS["some"]


def _is_role(name: str) -> bool:
    return is_person(name) or bool(re.fullmatch(r"[A-Z][\w /-]*", name) and len(name.split()) <= 3)


def _does(name: str) -> bool:
    """Whether a heading starts with a verb: "Create case", "Exporting reports"."""
    first = name.split()[0].lower() if name.split() else ""
    return is_base(first) or (first.endswith("ing") and base_of_gerund(first) is not None)


_THING = r"(?:status|state|stage|phase|step)"
_FROM = re.compile(
    rf"from(?: {_THING})?|(?:current|source|initial|old|previous|start(?:ing)?|existing) {_THING}"
    rf"|{_THING} (?:before|from)",
    re.IGNORECASE,
)
_TO = re.compile(
    rf"to(?: {_THING})?|(?:new|next|target|resulting|final|end|following) {_THING}"
    rf"|{_THING} (?:after|to)",
    re.IGNORECASE,
)
_EVENT = _PATTERNS["event"]
_GUARD = re.compile(r"guards?|conditions?|when|if|prerequisites?|criteria", re.IGNORECASE)
_WHO = _PATTERNS["who"]


@dataclass(frozen=True, slots=True)
class TransitionRow:
    """One transition from ``start`` to ``end`` by ``event``."""

    start: Cell
    end: Cell
    event: Cell | None
    guard: Cell | None
    who: Cell | None


def read_transition_rows(text: str) -> tuple[TransitionRow, ...]:
    """The rows of a state transition table; () for any other text."""
    rows = [_transition(cells) for cells, _ in row_cells(text)]
    found = tuple(row for row in rows if row is not None)
    return found if len(found) == len(rows) else ()


def _transition(cells: tuple[Cell, ...]) -> TransitionRow | None:
    start, end = _cell(cells, _FROM), _cell(cells, _TO)
    event, guard = _cell(cells, _EVENT), _cell(cells, _GUARD)
    if start is None or end is None or start is end:
        return None
    if event is None and not re.search(_THING, f"{start.name} {end.name}", re.IGNORECASE):
        return None  # "From: London; To: Paris"
    states = (start.value.text, end.value.text)
    if any(len(state.split()) > 4 or re.search(r"\d", state) for state in states):
        return None
    return TransitionRow(start, end, event, guard, _cell(cells, _WHO))


def _cell(cells: tuple[Cell, ...], heading: re.Pattern[str]) -> Cell | None:
    found = (c for c in cells if heading.fullmatch(c.name.strip(" .:")) and c.value.text.strip())
    return next((cell for cell in found if cell.value.text.strip(" -–—")), None)


_CASE = _PATTERNS["case"]
_STEPS = re.compile(r"(?:test )?steps?|(?:user |tester )?action|procedure", re.IGNORECASE)
_EXPECTED = _PATTERNS["expected"]
_MESSAGE = _PATTERNS["message"]
_CONDITION_SIDE = _PATTERNS["condition_side"]
_LATE = re.compile(r"priority|severity|status|owner|type|description", re.IGNORECASE)
"""Behind the outcome these tell of the row; in front of it they may decide."""
_UNHAPPY = _PATTERNS["unhappy"]


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
    told = [cell for cell in cells if cell.value.text and not _CONDITION_SIDE.fullmatch(cell.name)]
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
