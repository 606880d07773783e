"""Rows of a state transition table: from which state, by which event, to which state.

"Current status: Draft; Action: Submit; New status: Submitted; Who: Requester" is one transition
(ISO/IEC/IEEE 29119-4), with the role that may bring it about and the guard that it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.design.casing import capital, indefinite, lower_start, one_line
from assistant.design.clauses import parse_clause
from assistant.design.complements import other_case
from assistant.design.criteria import read_rules
from assistant.design.drafts import Draft
from assistant.design.limits import boundaries
from assistant.design.row_cells import Cell, row_cells
from assistant.design.sentences import Span
from assistant.design.situations import Situation, command_of
from assistant.design.verbs import base_of_third, is_base

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


def transition_drafts(rows: tuple[TransitionRow, ...]) -> Iterator[Draft]:
    """Each transition, and how it does not come about: another role, no guard, another state."""
    for row in rows:
        yield from _of_row(row)


def _of_row(row: TransitionRow) -> Iterator[Draft]:
    start, end = _said(row.start), _said(row.end)
    thing = f"the {row.thing}"
    before = capital(f"{thing} is {start}")
    act = _act(row)
    who = lower_start(_said(row.who)) if row.who else ""
    guard = _said(row.guard) if row.guard else ""
    given = f"{before} and {lower_start(guard)}" if guard else before
    cells = (row.start, row.end, row.event, row.guard, row.who)
    spans = tuple(cell.whole for cell in cells if cell is not None)
    values = (("from state", start), ("to state", end))
    lead = f"As {indefinite(who)}, {act}" if who else capital(act)
    yield Draft(
        "positive", True, capital(f"{thing} changes from {start} to {end}"),
        Situation(given, lead), capital(f"{thing} is {end}"), spans, priority="High",
        variables=values,
    )  # fmt: skip
    stays = capital(f"{thing} stays {start}")
    turned = other_case(guard) if guard else None
    if turned:
        yield Draft(
            "negative", False, capital(f"{thing} stays {start} where {lower_start(turned)}"),
            Situation(f"{before} and {lower_start(turned)}", f"Try to {act}"), stays,
            spans, priority="High", variables=values,
        )  # fmt: skip
    if guard:
        yield from _at_limits(row, guard, act, spans)
    if who:
        other = f"someone who is not {indefinite(who)}"
        yield Draft(
            "role" if turned else "negative", False, capital(f"{other} cannot {act}"),
            Situation(given, f"As {other}, try to {act}"), stays, spans, priority="High",
            variables=(("role", other), *values),
        )  # fmt: skip
    done = other_case(f"{thing} is {start}") or f"{thing} is not {start}"
    yield Draft(
        "state transition" if turned or who else "negative", False,
        capital(f"{thing} does not become {end} by this transition where {done}"),
        Situation(capital(done), f"Try to {act}"),
        capital(f"{thing} does not become {end} by this transition"), spans,
        variables=(("from state", f"other than {start}"), ("to state", f"other than {end}")),
    )  # fmt: skip


def _at_limits(
    row: TransitionRow, guard: str, act: str, spans: tuple[Span, ...]
) -> Iterator[Draft]:
    """The points of a limit in the guard: "amount is below €500"."""
    start, end = _said(row.start), _said(row.end)
    for rule in read_rules(f"If {guard}, the {row.thing} is {end}."):
        for draft in boundaries(rule):
            given = f"The {row.thing} is {start} and {lower_start(draft.situation.precondition)}"
            seen = f"The {row.thing} is {end}" if draft.valid else f"The {row.thing} stays {start}"
            yield replace(
                draft, situation=Situation(given, capital(act)), expected=seen, spans=spans,
                statement=f"With {lower_start(draft.situation.precondition)}, {lower_start(seen)}",
            )  # fmt: skip


def _said(cell: Cell) -> str:
    return one_line(cell.value.text).strip("\"“”'‘’`*_ ")


def _act(row: TransitionRow) -> str:
    """What brings the transition about, as an instruction."""
    event = _said(row.event) if row.event else ""
    if not event:
        return f"move it to {_said(row.end)}"
    first, _, rest = event.partition(" ")
    if is_base(first.lower()):
        return one_line(f"{first.lower()} {rest}")
    base = base_of_third(first.lower())
    if base and rest:
        return one_line(f"{base} {rest}")
    command = command_of(event) if parse_clause(event) else None
    if command:
        return command[:1].lower() + command[1:]
    return f'bring about "{event}"'
