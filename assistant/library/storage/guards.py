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
        lifting = [f'DROP TRIGGER "{name}"' for name, _ in guards]
        restoring = [statement for _, statement in guards]
    else:
        guards = connection.exec_driver_sql(_IN_POSTGRES).all()
        lifting = [f'ALTER TABLE {table} DISABLE TRIGGER "{name}"' for name, table in guards]
        restoring = [f'ALTER TABLE {table} ENABLE TRIGGER "{name}"' for name, table in guards]
    for statement in lifting:
        connection.exec_driver_sql(statement)
    yield
    for statement in restoring:
        connection.exec_driver_sql(statement)
