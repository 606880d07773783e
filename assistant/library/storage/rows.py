"""Rows and JSON columns as values, and text that every database can hold.

Half of a surrogate pair cannot be encoded and NUL cannot be stored everywhere; both are replaced by
a visible sign of the same length, so that saving never fails and offsets into the text stay right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, select

from assistant.domain import Value

V = TypeVar("V", bound=Value)

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


_SURROGATE = re.compile(r"[\ud800-\udfff]")


def plain(text: str) -> str:
    """``text`` with lone surrogates as U+FFFD and NUL as U+2400."""
    return _SURROGATE.sub("\ufffd", text).replace("\x00", "\u2400")


def cleaned(value: V) -> V:
    """``value`` with every text in it as ``plain`` makes it; itself where nothing was to do."""
    try:
        text = value.model_dump_json()
    except PydanticSerializationError:
        return type(value).model_validate(_plain_within(value.model_dump()))
    if "\\u0000" in text:
        return type(value).model_validate(_plain_within(value.model_dump()))
    return value


def dump(value: Value) -> str:
    """``value`` as JSON."""
    return cleaned(value).model_dump_json()


def dump_all(values: Iterable[Value]) -> str:
    """``values`` as a JSON array."""
    return "[" + ",".join(dump(value) for value in values) + "]"


def load_all(kind: type[V], text: str) -> tuple[V, ...]:
    """The values of a JSON array written by ``dump_all``."""
    return _adapter(kind).validate_json(text)


def when(text: str) -> datetime:
    """The time that a column holds (ISO 8601 in UTC)."""
    return datetime.fromisoformat(text)


@cache
def _adapter(kind: type[V]) -> TypeAdapter[tuple[V, ...]]:
    return TypeAdapter(tuple[kind, ...])  # type: ignore[valid-type]


def _plain_within(data: object) -> object:
    match data:
        case str():
            return plain(data)
        case dict():
            return {_plain_within(key): _plain_within(item) for key, item in data.items()}
        case list() | tuple():
            return [_plain_within(item) for item in data]
    return data
