"""Numbered steps from an empty database to the current tables; each is one transaction.

The number reached is kept in ``PRAGMA user_version`` (SQLite) or in the table ``library_version``.
The statements stand in ``migrations.sql``; what no statement can do stands in ``READINGS``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from assistant.errors import LibraryError
from assistant.library.storage.outdated_pages import mark_outdated

APPLICATION_ID = 0x55415441
"""Marks the SQLite file as ours (``PRAGMA application_id``; the letters UATA)."""

_SERIAL = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}


@dataclass(frozen=True)
class Migration:
    """One step: statements for every database, then those for the one in use."""

    number: int
    title: str
    statements: tuple[str, ...] = ()
    only_for: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def statements_for(self, dialect: str) -> tuple[str, ...]:
        """The statements to run, in order. Raises ``LibraryError`` for an unknown database."""
        if dialect not in _SERIAL:
            raise LibraryError(
                f"The library cannot be kept in {dialect}. Use SQLite or PostgreSQL."
            )
        shared = tuple(text.replace("{serial}", _SERIAL[dialect]) for text in self.statements)
        return shared + dict(self.only_for).get(dialect, ())


def _read(text: str) -> Iterator[Migration]:
    """The steps in ``migrations.sql``, whose first lines say how it is written."""
    for step in re.split(r"^-- step ", text, flags=re.MULTILINE)[1:]:
        about, *blocks = re.split(r"\n{2,}", step.rstrip())
        number, title = about.partition("\n")[0].split(": ", 1)
        statements: dict[str, list[str]] = {"": []}
        dialect = ""
        for block in blocks:
            if block.startswith("-- "):
                dialect = block.removeprefix("-- ")
                statements[dialect] = []
            else:
                statements[dialect].append(block)
        shared = tuple(statements.pop(""))
        only_for = tuple((name, tuple(found)) for name, found in statements.items())
        yield Migration(int(number), title, shared, only_for)


MIGRATIONS = tuple(_read(Path(__file__).with_suffix(".sql").read_text("utf-8")))
CURRENT = MIGRATIONS[-1].number
READINGS: dict[int, Callable[[Connection], None]] = {14: mark_outdated}
"""What a step does behind its statements, by its number."""


def read_version(connection: Connection) -> int:
    """Number of the last step that this database has seen; 0 for an empty one.

    Raises ``LibraryError`` for a database of another program, or one newer than this program.
    """
    if connection.dialect.name == "sqlite":
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        ours = connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION_ID
        tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if not ours and (tables or version):
            raise LibraryError(
                "This SQLite file belongs to another program and was left as it is. "
                "Choose another data folder (--data-dir or UAT_DATA_DIR)."
            )
    else:
        # Two first starts at once wait for each other until the transaction ends.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})")
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS library_version (number INTEGER NOT NULL)"
        )
        version = connection.exec_driver_sql(
            "SELECT coalesce(max(number), 0) FROM library_version"
        ).scalar_one()
    if version > CURRENT:
        raise LibraryError(
            f"The library was written by a newer version of UAT Assistant (format {version}, this "
            f"program knows up to {CURRENT}) and was left as it is. Install the newer version."
        )
    return version


def apply(connection: Connection, migration: Migration) -> None:
    """Run one step and note its number, inside the caller's transaction."""
    dialect = connection.dialect.name
    for statement in migration.statements_for(dialect):
        connection.exec_driver_sql(statement)
    if migration.number in READINGS:
        READINGS[migration.number](connection)
    if dialect == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {migration.number}")
    else:
        connection.exec_driver_sql(f"INSERT INTO library_version VALUES ({migration.number})")
