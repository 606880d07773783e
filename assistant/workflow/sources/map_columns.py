"""The columns of a table of cases: look, correct, see the first cases, save with the project.

A saved mapping reads every later file with the same headers, from the page, from an archive and
from the command line, without asking again.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import TestCase, Unread, Value
from assistant.errors import SourceError
from assistant.sources.files.files import tables_of
from assistant.sources.grids.grids import RowsForm as RowsForm
from assistant.sources.grids.mapping import CaseField as CaseField
from assistant.sources.grids.mapping import ColumnMapping as ColumnMapping
from assistant.sources.grids.mapping import apply_mapping, suggest_mapping
from assistant.workflow.deployment.workspace import Workspace

PREVIEW_ROWS = 400
"""Rows that the live preview reads; the whole file is read once the mapping is saved."""


class MappableTable(Value):
    """A sheet or a delimited file: its headers, its first rows, and how its columns are read now.

    ``row_count`` is that of all rows; ``saved_as`` names the saved mapping that reads it.
    """

    sheet: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_count: int
    first_row: int
    mapping: ColumnMapping
    saved_as: str = ""


class MappedCases(Value):
    """The first cases under a mapping, or ``problems`` that say why there are none."""

    cases: tuple[TestCase, ...] = ()
    unread: tuple[Unread, ...] = ()
    problems: tuple[str, ...] = ()


def tables(
    workspace: Workspace, project_id: str, name: str, data: bytes
) -> tuple[MappableTable, ...]:
    """The tables of a file, each with its saved mapping or a suggestion; ``SourceError`` as read.

    Empty for a file that is no table.
    """
    known = saved(workspace, project_id)
    found = []
    for grid in tables_of(name, data):
        fitting = ((mapping.name, mapping.placed(grid.header)) for mapping in known)
        saved_as, mapping = next(((n, m) for n, m in fitting if m is not None), ("", None))
        suggested = suggest_mapping(grid.header, grid.rows)
        found.append(
            MappableTable(
                sheet=grid.name,
                headers=grid.header,
                rows=grid.rows[:PREVIEW_ROWS],
                row_count=len(grid.rows),
                first_row=grid.first_row,
                mapping=suggested if mapping is None else _over(suggested, mapping),
                saved_as=saved_as,
            )
        )
    return tuple(found)


def _over(suggested: ColumnMapping, mapping: ColumnMapping) -> ColumnMapping:
    """``mapping`` with every column of the file in it; those it does not know are not read."""
    kept = {column.number: column for column in mapping.columns}
    columns = tuple(
        column.model_copy(update={"field": kept[column.number].field, "reason": "as saved"})
        if column.number in kept
        else column.model_copy(update={"field": "ignore", "reason": ""})
        for column in suggested.columns
    )
    return mapping.model_copy(update={"columns": columns})


def corrected(
    table: MappableTable, fields: Sequence[CaseField], rows_form: RowsForm
) -> ColumnMapping:
    """The table's mapping with the field of each column, in order, as a person chose them."""
    mapping = table.mapping.model_copy(update={"rows_form": rows_form})
    for column, field in zip(table.mapping.columns, fields, strict=True):
        if field != column.field:
            mapping = mapping.with_field(column.number, field)
    return mapping


def preview(table: MappableTable, mapping: ColumnMapping) -> MappedCases:
    """The cases of the table's first rows under ``mapping``."""
    if mapping.problems:
        return MappedCases(problems=mapping.problems)
    cases, unread = apply_mapping(mapping, table.headers, table.rows, first_row=table.first_row)
    return MappedCases(cases=cases, unread=unread)


def save(
    workspace: Workspace, project_id: str, name: str, mapping: ColumnMapping, *, by: str = ""
) -> None:
    """Keep ``mapping`` under ``name``; ``SourceError`` where it gives no cases."""
    if mapping.problems:
        raise SourceError(f"This mapping gives no cases. {' '.join(mapping.problems)}")
    shown = " ".join(name.split())
    bare = mapping.model_copy(
        update={
            "name": shown,
            # What stood in one file's cells is not the project's business.
            "columns": tuple(c.model_copy(update={"sample": ""}) for c in mapping.columns),
        }
    )
    workspace.library.saved.save(project_id, "column mapping", shown, bare, by=by)


def saved(workspace: Workspace, project_id: str) -> tuple[ColumnMapping, ...]:
    """The project's mappings, by name."""
    values = workspace.library.saved.latest(project_id, "column mapping")
    return tuple(ColumnMapping.model_validate_json(value.body) for value in values)


def forget(workspace: Workspace, project_id: str, name: str, *, by: str = "") -> None:
    """Remove a saved mapping; documents that were read under it stay as they are."""
    workspace.library.saved.remove(project_id, "column mapping", name, by=by)
