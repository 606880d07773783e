"""The guards of the append-only tables, and the one door through them: erasing.

Triggers refuse every change of what is in the history. Erasing takes them away and puts them back
within one transaction: no other connection ever sees the tables without them, and a process that
dies in between leaves them where they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

_IN_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
_IN_POSTGRES = """SELECT tgname, tgrelid::regclass::text FROM pg_trigger
    WHERE NOT tgisinternal AND tgrelid IN ('events'::regclass, 'case_versions'::regclass)"""


@contextmanager
def guards_lifted(connection: Connection) -> Iterator[None]:
    """The history can be changed inside the block, by this transaction alone."""
    if connection.dialect.name == "sqlite":
        guards = connection.exec_driver_sql(_IN_SQLITE).all()
        for name, _ in guards:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in guards:
            connection.exec_driver_sql(statement)
        return
    guards = connection.exec_driver_sql(_IN_POSTGRES).all()
    for name, table in guards:
        connection.exec_driver_sql(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    yield
    for name, table in guards:
        connection.exec_driver_sql(f'ALTER TABLE {table} ENABLE TRIGGER "{name}"')
