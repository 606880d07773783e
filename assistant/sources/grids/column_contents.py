"""Columns of cases whose header fits two fields: which of them it is, told by its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.sources.grids.headers import HEADERS, Columns, best_title, field_of, normalised
from assistant.sources.pasted.names_and_ids import find_key

Rows = Sequence[Sequence[str]]

_ID = re.compile(r"[^\W_]+(?:[-_./#:]+[^\W_]+)*")
_LONGEST_ID, _LONGEST_KEYS = 40, 200
_COUNT = re.compile(r"(?:[^\W\d]{1,12}[ .#-]{0,3})?(\d{1,3})[.)]?")


def settled(columns: Columns, header: Sequence[str], rows: Rows) -> Columns:
    """``columns`` of cases with what the cells in ``rows`` say of three kinds of column.

    A column that is named like a title, but holds an id in each row, is the id. One that counts the
    steps ("Step 1") beside descriptions is no action. One named "Ticket" is the requirement where
    it holds issue keys. Columns of requirements are returned as they are.
    """
    if columns.kind != "cases":
        return columns
    names = [normalised(name) for name in header]
    fields, unknown = dict(columns.fields), list(columns.unknown)
    _name_ids(fields, names, rows)
    _count_steps(fields, names, rows)
    _link_tickets(fields, unknown, names, rows)
    return Columns(columns.kind, fields, tuple(unknown))


def is_identity(rows: Rows, number: int, titles: Sequence[int]) -> bool:
    """Whether no cell of column ``number`` stands beside two different titles."""
    seen = dict[str, str]()
    for row in rows:
        cell, title = _cell(row, number), " ".join(_cell(row, n) for n in titles)
        if cell and title.strip() and seen.setdefault(cell, title) != title:
            return False
    return True


def _name_ids(fields: dict[str, tuple[int, ...]], names: Sequence[str], rows: Rows) -> None:
    """The id of cases in a column such as "Test Case Name" beside another title."""
    titles = [n for n, name in enumerate(names) if field_of(name) == "title"]
    if "id" in fields or len(titles) < 2:
        return
    for number in titles:
        others = [n for n in titles if n != number]
        cells = [cell for row in rows if (cell := _cell(row, number))]
        hits = sum(map(_is_id, cells))
        title = best_title(others, names)
        if cells and hits * 10 >= len(cells) * 9 and is_identity(rows, number, [title]):
            rest = {*titles, *fields.get("objective", ())} - {number, title}
            fields |= {"id": (number,), "title": (title,), "objective": tuple(sorted(rest))}
            if not rest:
                del fields["objective"]
            return


def _is_id(cell: str) -> bool:
    digits = any(character.isdigit() for character in cell[:_LONGEST_ID])
    return len(cell) <= _LONGEST_ID and digits and bool(_ID.fullmatch(cell))


def _count_steps(fields: dict[str, tuple[int, ...]], names: Sequence[str], rows: Rows) -> None:
    """The number of a step in a column such as "Step Name", the action in the description."""
    described = [
        n for name in ("objective", "title") for n in fields.get(name, ())
        if field_of(names[n]) == "objective"
    ]  # fmt: skip
    actions = fields.get("step_action", ())
    named = {*fields.get("id", ()), *fields.get("title", ())} - set(described)
    if len(described) != 1 or len(actions) != 1 or not named:
        return
    counts = [_COUNT.fullmatch(cell) for row in rows if (cell := _cell(row, actions[0]))]
    numbers = [int(count[1]) for count in counts if count is not None]
    rising = all(
        number in {1, before + 1} for before, number in zip([0, *numbers], numbers, strict=False)
    )
    if len(numbers) < len(counts) or not rising or max(numbers, default=0) < 2:
        return
    for name in ("objective", "title"):
        if kept := tuple(n for n in fields.get(name, ()) if n != described[0]):
            fields[name] = kept
        else:
            fields.pop(name, None)
    fields["step_action"] = (described[0],)
    fields["step_number"] = (*actions, *fields.get("step_number", ()))[:1]


def _link_tickets(
    fields: dict[str, tuple[int, ...]], unknown: list[int], names: Sequence[str], rows: Rows
) -> None:
    """The requirement in a column such as "Ticket", unless another column has its key."""
    if any(find_key(_cell(row, n)) for n in fields.get("story", ()) for row in rows):
        return
    for number in [n for n in unknown if names[n] in HEADERS["unsure"]["story"]]:
        cells = [cell for row in rows if (cell := _cell(row, number))]
        hits = sum(len(cell) <= _LONGEST_KEYS and bool(find_key(cell)) for cell in cells)
        if cells and hits * 5 >= len(cells) * 4:
            fields["story"] = (*fields.get("story", ()), number)
            unknown.remove(number)
            return


def _cell(row: Sequence[str], number: int) -> str:
    return row[number].strip() if number < len(row) else ""
