"""Decision tables with their rules in columns, as ISO/IEC/IEEE 29119-4 draws them.

Each row is a condition or an action, each further column a rule. A rule becomes one criterion:
"Customer is a business: Yes; Order is over £500: No; Outcome: the discount applies".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.sources.pasted.lines import Passage, unwrap
from assistant.sources.pasted.tables import Table

_RULE = re.compile(r"(?:rule|case|column|combination|test|tc|r|c|#)?[ .#-]*\d{1,3}", re.IGNORECASE)
_MARK = re.compile(r"(?:y|n|yes|no|t|f|true|false|x|-|–|—|\*|any|✓|✔|✗|✘|0|1|n/?a)?", re.IGNORECASE)
_DONE = re.compile(r"(?:x|✓|✔|y|yes|1|t|true)", re.IGNORECASE)
_ANY = re.compile(r"(?:-|–|—|\*|any|n/?a|)", re.IGNORECASE)
_ACTIONS = re.compile(
    r"(?:expected )?(?:actions?|outcomes?|effects?|results?|outputs?|then)\W*", re.IGNORECASE
)
_CONDITIONS = re.compile(r"(?:conditions?|causes?|inputs?|if|given)\W*", re.IGNORECASE)
_SAID = {"y": "Yes", "t": "Yes", "true": "Yes", "n": "No", "f": "No", "false": "No"}


def rule_columns(table: Table) -> tuple[tuple[str, Passage], ...]:
    """The rules of a decision table by name; () for a table of another shape."""
    rows = [[unwrap(cell.text) for cell in row] for row in table.rows]
    if len(rows) < 3 or len(rows[0]) < 3 or not all(_RULE.fullmatch(c) for c in rows[0][1:]):
        return ()
    marks = [cell for row in rows[1:] for cell in row[1:]]
    if sum(bool(_MARK.fullmatch(cell)) for cell in marks) < 0.6 * len(marks):
        return ()
    first = _first_action(rows)
    if not 1 < first < len(rows):
        return ()
    return tuple(
        (name, Passage("; ".join(_parts(rows, column, first))))
        for column, name in enumerate(rows[0][1:], 1)
    )


def _first_action(rows: list[list[str]]) -> int:
    """The row with which the actions begin: below their label, else the first of marks alone."""
    labelled = next((i for i, row in enumerate(rows[1:], 1) if _ACTIONS.fullmatch(row[0])), None)
    if labelled is not None:
        return labelled
    for index in range(len(rows) - 1, 0, -1):
        cells = [cell for cell in rows[index][1:] if cell]
        if not cells or not all(re.fullmatch(r"[x✓✔]", cell, re.IGNORECASE) for cell in cells):
            return index + 1 if index < len(rows) - 1 else index
    return 1


def _parts(rows: list[list[str]], column: int, first: int) -> Iterator[str]:
    for row in rows[1:first]:
        value = row[column] if column < len(row) else ""
        if row[0] and not _CONDITIONS.fullmatch(row[0]) and not _ANY.fullmatch(value):
            yield f"{row[0]}: {_SAID.get(value.lower(), value)}"
    outcomes = []
    for row in rows[first:]:
        value = row[column] if column < len(row) else ""
        if not row[0] or (_ACTIONS.fullmatch(row[0]) and not value):
            continue
        if _DONE.fullmatch(value):
            outcomes.append(row[0])
        elif not _MARK.fullmatch(value):
            outcomes.append(f"{row[0]} {value}")
    if outcomes:
        yield f"Outcome: {' and '.join(outcomes)}"
    else:
        yield "Outcome: none"
