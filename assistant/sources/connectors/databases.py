"""Databases that are read and never written to: addresses, queries, and SQLite files.

Every check has a clear message for the person who types; what enforces it is the database.
"""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from assistant.errors import ConnectorError
from assistant.sources.connectors.addresses import read_host

if TYPE_CHECKING:
    from sqlalchemy import URL

SECONDS = 60.0
"""How long a query may run."""

POSTGRES_PORT = 5432
_OPTIONS = frozenset({"sslmode", "application_name"})
_HIDDEN = re.compile(r"'(?:''|[^'])*'|\"(?:\"\"|[^\"])*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_FORBIDDEN = re.compile(
    r"\b(?:insert|update|delete|merge|create|alter|drop|truncate|grant|revoke|attach|detach|"
    r"pragma|vacuum|copy|call|execute|do|set|lock|into|load_extension|dblink\w*|pg_read_\w+|"
    r"pg_ls_\w+|lo_\w+)\b",
    re.IGNORECASE,
)


def database_url(text: str) -> URL:
    """The address of a database, checked; ``ConnectorError`` for one that is not read."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text.strip())
        backend = url.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise ConnectorError(
            "The address is no database URL. Write sqlite:////PATH/FILE.db or "
            "postgresql+psycopg://USER@HOST/DATABASE."
        ) from error
    if url.password is not None:
        raise ConnectorError(
            "The address holds a password, which is never stored. Leave it out and set it as the "
            "connection says."
        )
    if backend not in {"sqlite", "postgresql"}:
        raise ConnectorError(
            f"Databases of the kind '{backend}' are not read. Use SQLite or PostgreSQL, or export "
            "the query's result as CSV and import that."
        )
    if set(url.query) - _OPTIONS:
        raise ConnectorError(
            f"The address has options that are not read ({', '.join(sorted(url.query))}). Only "
            "sslmode and application_name may stand there."
        )
    if backend == "sqlite":
        if not url.database or url.database == ":memory:" or url.host:
            raise ConnectorError("The address names no file. Write sqlite:////PATH/FILE.db.")
        return url
    if not url.host or not url.database:
        raise ConnectorError("The address needs a host and a database: postgresql://USER@HOST/DB.")
    return url.set(drivername="postgresql+psycopg", host=read_host(url.host))


def read_only_select(query: str) -> str:
    """The query without a final semicolon; ``ConnectorError`` where it is more than one SELECT.

    This is for a clear message: what enforces it are the wrapping and the read-only transaction.
    """
    kept = query.strip().rstrip(";").strip()
    bare = _HIDDEN.sub(" ", kept).strip()
    word = _FORBIDDEN.search(bare)
    if not re.match(r"(?:select|with)\b", bare, re.IGNORECASE) or ";" in bare or word:
        what = f"'{word[0]}' is in it" if word else "it is something else"
        raise ConnectorError(
            f"Only one SELECT may be fetched ({what}). Write SELECT id, ... FROM ..., and put "
            "names that are also commands in double quotes."
        )
    return kept


def open_read_only(path: Path) -> sqlite3.Connection:
    """An SQLite file opened so that nothing but reading it is possible, within limits of time."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10, check_same_thread=False
    )
    connection.execute("PRAGMA query_only = ON")
    until = time.monotonic() + SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > until, 20_000)
    reading = {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
    }

    def allowed(action: int, first: str | None, second: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if first == "read_uncommitted" else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in reading else sqlite3.SQLITE_DENY

    connection.set_authorizer(allowed)
    return connection
