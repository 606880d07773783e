"""Rows of a permission matrix: a role and what it may do, or a function and who may do it.

"Role: Agent; View: Yes; Delete: No" and "Action: Delete a case; Agent: No; Admin: Yes" allow or
refuse one act to one role in each cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.design.casing import capital, indefinite, lower_start, one_line
from assistant.design.drafts import Draft
from assistant.design.people import is_person
from assistant.design.row_cells import Cell, row_cells
from assistant.design.situations import Situation
from assistant.design.verbs import base_of_gerund, is_base
from assistant.domain import Technique

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
    """What one cell says: whether ``role`` may do ``act``, and in which case only."""

    role: str
    act: str
    allowed: bool
    only: str
    cells: tuple[Cell, ...]


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
        said = list(_said(one_line(cell.value.text), act))
        if not said:
            return []
        found += [Grant(one_line(role), do, may, only, (named, cell)) for do, may, only in said]
    return found


def _said(value: str, act: str) -> Iterator[tuple[str, bool, str]]:
    """What a cell allows and refuses: acts, whether allowed, and in which case only."""
    thing = one_line(act)
    if not _does(act) and re.fullmatch(r"(?:read|view)(?:[ -]?only)?|r", value, re.IGNORECASE):
        yield f"view {thing}", True, ""
        yield f"change {thing}", False, ""
    elif not _does(act) and _CHANGES.fullmatch(value):
        yield f"view and change {thing}", True, ""
    elif yes := _YES.match(value):
        yield _act(act), True, value[yes.end() :].strip(" ,;:()-–")
    elif _NO.fullmatch(value):
        yield _act(act), False, ""


_CHANGES = re.compile(r"read ?[/&+-] ?write|r ?/? ?w|edit|write|modify|manage|crud", re.IGNORECASE)


def _is_role(name: str) -> bool:
    return is_person(name) or bool(re.fullmatch(r"[A-Z][\w /-]*", name) and len(name.split()) <= 3)


def _does(name: str) -> bool:
    """Whether a heading starts with a verb: "Create case", "Exporting reports"."""
    first = one_line(name).split(" ")[0].lower()
    return is_base(first) or (first.endswith("ing") and base_of_gerund(first) is not None)


def _act(name: str) -> str:
    """What is done, as an instruction: "Create case", "Exporting reports", "Reports"."""
    words = one_line(name).split(" ")
    first = words[0].lower()
    base = base_of_gerund(first)
    if base and first.endswith("ing"):
        return " ".join([base, *words[1:]])
    if is_base(first):
        return " ".join([first, *words[1:]])
    return f"use {one_line(name)}"


def grant_drafts(grants: tuple[Grant, ...]) -> Iterator[Draft]:
    """One condition a cell: what is allowed works, what is not is refused."""
    seen: set[bool] = set()
    for grant in grants:
        first = grant.allowed not in seen
        seen.add(grant.allowed)
        technique: Technique = "role" if not first else "positive" if grant.allowed else "negative"
        role = lower_start(grant.role)
        can = "can" if grant.allowed else "cannot"
        said = capital(f"{role} {can} {grant.act}")
        only = f" ({grant.only})" if grant.only else ""
        try_to = "" if grant.allowed else "try to "
        yield Draft(
            technique, grant.allowed, f"{said}{only}",
            Situation("", f"As {indefinite(role)}, {try_to}{grant.act}{only}"),
            f"{said}{only}", tuple(cell.whole for cell in grant.cells), priority="High",
            variables=(("role", role), (grant.act, "allowed" if grant.allowed else "refused")),
        )  # fmt: skip
