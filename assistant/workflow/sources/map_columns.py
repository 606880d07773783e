"""What a table holds and its columns: look, correct, see its first rows as read, save with the
project.

A saved mapping reads every later file with the same headers, from the page, from an archive and
from the command line, without asking again.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import Value
from assistant.errors import SourceError
from assistant.sources.files.files import DEFAULT_LIMITS, tables_of
from assistant.sources.files.source_file import source_of
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.grids import RowsForm as RowsForm
from assistant.sources.grids.mapping import ColumnField as ColumnField
from assistant.sources.grids.mapping import ColumnMapping as ColumnMapping
from assistant.sources.grids.mapping import Holds as Holds
from assistant.sources.grids.mapping import guess_holds, mapping_for, suggest_mapping
from assistant.sources.grids.table_files import read_grids
from assistant.sources.reading import Reading as Reading
from assistant.workflow.deployment.workspace import Workspace

PREVIEW_ROWS = 400
"""Rows that the live preview reads; the whole file is read once the mapping is saved."""


class MappableTable(Value):
    """A sheet or a delimited file: its headers, its first rows, and how its columns are read now.

    ``title`` is the document's, ``row_count`` that of all rows; ``saved_as`` names the saved
    mapping that reads it.
    """

    title: str
    sheet: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_count: int
    first_row: int
    mapping: ColumnMapping
    saved_as: str = ""


def tables(
    workspace: Workspace, project_id: str, name: str, data: bytes
) -> tuple[MappableTable, ...]:
    """The tables of a file, each with its saved mapping or a suggestion; ``SourceError`` as read.

    Empty for a file that is no table.
    """
    known = saved(workspace, project_id)
    title = source_of(name, data, DEFAULT_LIMITS).title
    found = []
    for grid in tables_of(name, data):
        mapping = mapping_for(known, grid.header)
        holds = guess_holds(grid) if mapping is None else mapping.holds
        suggested = suggest_mapping(grid.header, grid.rows, holds)
        found.append(
            MappableTable(
                title=title,
                sheet=grid.name,
                headers=grid.header,
                rows=grid.rows[:PREVIEW_ROWS],
                row_count=len(grid.rows),
                first_row=grid.first_row,
                mapping=suggested if mapping is None else _over(suggested, mapping),
                saved_as="" if mapping is None else mapping.name,
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


def suggested(table: MappableTable, holds: Holds) -> ColumnMapping:
    """How the table's columns are read now, or would be where it ``holds`` something else."""
    if holds == table.mapping.holds:
        return table.mapping
    return suggest_mapping(table.headers, table.rows, holds)


def corrected(
    mapping: ColumnMapping, fields: Sequence[ColumnField], rows_form: RowsForm
) -> ColumnMapping:
    """``mapping`` with the field of each column, in order, as a person chose them."""
    changed = mapping.model_copy(update={"rows_form": rows_form})
    for column, field in zip(mapping.columns, fields, strict=True):
        if field != column.field:
            changed = changed.with_field(column.number, field)
    return changed


def preview(table: MappableTable, mapping: ColumnMapping) -> Reading:
    """The reading of the table's first rows under ``mapping``; ``SourceError`` where it has
    problems or is another table's."""
    _check(mapping)
    grid = Grid(table.sheet, table.headers, table.rows, first_row=table.first_row)
    mapped = mapping.applied_to(grid)
    if mapped is None:
        raise SourceError(
            "This mapping was made for other columns than the file has. Let a new one be suggested "
            "and correct it."
        )
    return read_grids([mapped], title=table.title, document_id="preview", content_hash="")


def _check(mapping: ColumnMapping) -> None:
    if mapping.problems:
        raise SourceError(f"This mapping gives no {mapping.holds}. {' '.join(mapping.problems)}")


def save(
    workspace: Workspace, project_id: str, name: str, mapping: ColumnMapping, *, by: str = ""
) -> None:
    """Keep ``mapping`` under ``name``, in place of any other for the same headers; ``SourceError``
    where it has problems."""
    _check(mapping)
    shown = " ".join(name.split())
    bare = mapping.model_copy(
        update={
            "name": shown,
            # What stood in one file's cells is not the project's business.
            "columns": tuple(c.model_copy(update={"sample": ""}) for c in mapping.columns),
        }
    )
    workspace.library.saved.save(project_id, "column mapping", shown, bare, by=by)
    headers = [column.header for column in mapping.columns]
    for other in saved(workspace, project_id):
        if other.name != shown and other.is_for(headers):
            forget(workspace, project_id, other.name, by=by)


def saved(workspace: Workspace, project_id: str) -> tuple[ColumnMapping, ...]:
    """The project's mappings, by name."""
    values = workspace.library.saved.latest(project_id, "column mapping")
    return tuple(ColumnMapping.model_validate_json(value.body) for value in values)


def forget(workspace: Workspace, project_id: str, name: str, *, by: str = "") -> None:
    """Remove a saved mapping; documents that were read under it stay as they are."""
    workspace.library.saved.remove(project_id, "column mapping", name, by=by)
