"""Rows of a state transition table: from which state, by which event, to which state.

"Current status: Draft; Action: Submit; New status: Submitted; Who: Requester" is one transition
(ISO/IEC/IEEE 29119-4), with the role that may bring it about and the guard that it needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.reading.tables.row_cells import Cell, row_cells

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
_EVENT = re.compile(
    r"events?|actions?|triggers?|transitions?|activity|(?:user )?operation|input", re.IGNORECASE
)
_GUARD = re.compile(r"guards?|conditions?|when|if|prerequisites?|criteria", re.IGNORECASE)
_WHO = re.compile(
    r"who|(?:allowed |user )?roles?|actors?|(?:performed|done|triggered) by|users?|owner",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TransitionRow:
    """One transition: ``thing`` ("status") moves from ``start`` to ``end`` by ``event``."""

    thing: str
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
    thing = re.search(_THING, f"{start.name} {end.name}", re.IGNORECASE)
    if thing is None and event is None:
        return None  # "From: London; To: Paris"
    states = (start.value.text, end.value.text)
    if any(len(state.split()) > 4 or re.search(r"\d", state) for state in states):
        return None
    return TransitionRow(
        thing[0].lower() if thing else "state", start, end, event, guard, _cell(cells, _WHO)
    )


def _cell(cells: tuple[Cell, ...], heading: re.Pattern[str]) -> Cell | None:
    found = (c for c in cells if heading.fullmatch(c.name.strip(" .:")) and c.value.text.strip())
    return next((cell for cell in found if cell.value.text.strip(" -–—")), None)
