"""Rows as values, and queries for more ids than a database takes at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, select

from assistant.library.storage.stored_json import V

AT_ONCE = 500
"""Ids of one query: databases limit how many a query may name."""


def read_row(kind: type[V], row: Row[Any] | Row[*tuple[Any, ...]], **given: object) -> V:
    """A row as ``kind``: each field from the column of its name, ``by`` from ``actor``.

    ``given`` are fields that no column holds as they are.
    """
    columns = row._mapping
    named = {"by" if name == "actor" else name: value for name, value in columns.items()}
    return kind.model_validate({n: v for n, v in named.items() if n in kind.model_fields} | given)


def matching(table: Table, **values: object) -> ColumnElement[bool]:
    """The condition that these columns of a table have these values."""
    return and_(*(table.c[name] == value for name, value in values.items()))


def parts_of(values: Iterable[str]) -> Iterator[list[str]]:
    """``values`` in parts that a query may name at once."""
    listed = list(values)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def rows_in_parts(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Iterable[str]
) -> Iterator[Row[Any]]:
    """The rows of a query where ``column`` is one of ``values``."""
    for part in parts_of(values):
        yield from connection.execute(query.where(column.in_(part)))


def first_in_parts(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Iterable[str]
) -> Iterator[Any]:
    """The first column of the rows that ``rows_in_parts`` gives."""
    return (row[0] for row in rows_in_parts(connection, query, column, values))


def next_seq(connection: Connection, table: Table, project_id: str) -> int:
    """The next number of a thing in a project."""
    top = select(func.coalesce(func.max(table.c.seq), 0) + 1)
    return int(connection.execute(top.where(matching(table, project_id=project_id))).scalar_one())
