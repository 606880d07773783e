"""Rows of a permission matrix: a role and what it may do, or a function and who may do it.

"Role: Agent; View: Yes; Delete: No" and "Action: Delete a case; Agent: No; Admin: Yes" allow or
refuse one act to one role in each cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.actors import is_person
from assistant.language.verbs import base_of_gerund, is_base
from assistant.reading.tables.row_cells import Cell, row_cells

_ROLE = re.compile(
    r"(?:user |business )?(?:roles?|profiles?|actors?|personas?)|user (?:type|group)|who"
    r"|permission set|job title|position|team",
    re.IGNORECASE,
)
_ACT = re.compile(
    r"actions?|functions?|functionality|permissions?|operations?|capabilit(?:y|ies)|features?"
    r"|activit(?:y|ies)|rights?|privileges?|tasks?|use cases?|menu(?: item)?|screens?|buttons?",
    re.IGNORECASE,
)
_YES = re.compile(
    r"(?:yes|y|x|✓|✔|☑|✅|true|allowed|granted|permitted|enabled|full(?: access)?|can|all)\b[ .!]*"
    r"|[✓✔☑✅]",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:no|n|✗|✘|❌|false|not allowed|not permitted|denied|none|no access|never|cannot"
    r"|forbidden|hidden)[ .!]*|[✗✘❌–—-]+",
    re.IGNORECASE,
)
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


_SOME = re.compile(
    r"(?:read|view)(?:[ -]?only)?|r|read ?[/&+-] ?write|r ?/? ?w|edit|write|modify|manage|crud",
    re.IGNORECASE,
)


def _is_role(name: str) -> bool:
    return is_person(name) or bool(re.fullmatch(r"[A-Z][\w /-]*", name) and len(name.split()) <= 3)


def _does(name: str) -> bool:
    """Whether a heading starts with a verb: "Create case", "Exporting reports"."""
    first = name.split()[0].lower() if name.split() else ""
    return is_base(first) or (first.endswith("ing") and base_of_gerund(first) is not None)
