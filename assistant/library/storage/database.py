"""The connection to the database: opening, transactions, and errors in clear words."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, Select, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from assistant.errors import IndexLocked, LibraryError, MissingExtra
from assistant.library.storage.migrations import CURRENT, MIGRATIONS, apply, read_version
from assistant.library.storage.owner import current_owner
from assistant.library.storage.rows import V, read_row

BUSY_SECONDS = 15
"""How long a write waits for another process's write before it gives up."""

CONNECT_SECONDS = 10
"""How long a server may take to answer at first."""

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")

_SQLITE_MESSAGES = {
    sqlite3.SQLITE_FULL: "the disk is full. Free some space and try again",
    sqlite3.SQLITE_READONLY: "it cannot be written. Make the file and its folder writable",
    sqlite3.SQLITE_PERM: "access was denied. Make the file and its folder readable and writable",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. Check that the folder exists and is writable",
    sqlite3.SQLITE_BUSY: "another process keeps it busy. Wait for that to end and try again",
    sqlite3.SQLITE_LOCKED: "another process keeps it busy. Wait for that to end and try again",
    sqlite3.SQLITE_CORRUPT: "it is damaged. Restore it from a backup",
    sqlite3.SQLITE_NOTADB: "it is not a library. Move the file away or choose another data folder",
    sqlite3.SQLITE_IOERR: "the disk reported an error. Check the disk and its free space",
    sqlite3.SQLITE_NOMEM: "memory ran out. Close other programs and try again",
}


class Database:
    """One database; safe to share between threads. A failed transaction leaves nothing behind."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        # SQLite lets one writer in and makes the others poll; a lock hands over at once.
        self._writing = threading.Lock()
        self.is_file = engine.dialect.name == "sqlite"
        self._lock = ProcessLock(engine)

    def hold(self) -> None:
        """Keep other processes from working on a library that a server keeps, until ``close``.

        Raises ``IndexLocked`` where another one does. Nothing happens for a file.
        """
        with _translated(self._name):
            self._lock.acquire()

    @property
    def is_held(self) -> bool:
        """Whether no other process works on the library: it is a file, or held by this one."""
        return self.is_file or self._lock.held

    @classmethod
    def open(cls, url_or_path: str | Path) -> Database:
        """Connect, create what is missing and migrate.

        A path names an SQLite file, which is created (mode 0600, its folder 0700); text with
        ``://`` is an SQLAlchemy URL. Raises ``LibraryError`` where it cannot be used.
        """
        url = _url(url_or_path)
        name = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite":
            path = Path(url.database or "")
            name = str(path)
            _prepare_file(path)
        with _translated(name):
            database = cls(_engine(url), name)
        try:
            database._migrate()
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database."""
        with _translated(self._name), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, or has not happened at all."""
        with _translated(self._name), self._writing, self._engine.connect() as connection:
            connection = connection.execution_options(library_write=True)
            with connection.begin():
                yield connection

    def compact(self) -> bool:
        """Write the files anew without what was deleted; whether no older copy of a page is left.

        False where somebody reads at this very time, or other files hold copies (PostgreSQL keeps
        its log). The copies that migrations made beside an SQLite file are deleted.
        """
        with _translated(self._name), self._writing:
            if not self.is_file:
                engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
                with engine.connect() as connection:
                    connection.exec_driver_sql("VACUUM FULL")
                return False
            for copy in Path(self._name).parent.glob(f"{Path(self._name).name}.v*.backup"):
                copy.unlink()
            held = self._engine.raw_connection()
            try:
                cursor = held.cursor()
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, _, _ = cursor.fetchone() or (1, 0, 0)
            finally:
                held.close()
            return not busy

    def close(self) -> None:
        """Close all connections."""
        self._lock.release()
        self._engine.dispose()

    def _migrate(self) -> None:
        with self.write() as connection:
            version = read_version(connection)
        if version == CURRENT:
            return
        if version and self.is_file:
            self._back_up(version)
        for migration in MIGRATIONS:
            with self.write() as connection:
                # Asked again inside the transaction: another process may be doing the same.
                if read_version(connection) < migration.number:
                    apply(connection, migration)

    def _back_up(self, version: int) -> None:
        """Copy the file as it is before a migration, to ``<file>.v<version>.backup``."""
        path = Path(f"{self._name}.v{version}.backup")
        _prepare_file(path)
        with self.read() as connection, sqlite3.connect(path) as copy:
            source = connection.connection.driver_connection
            if isinstance(source, sqlite3.Connection):
                source.backup(copy)
        copy.close()


class Store:
    """Reads and writes things of one kind; one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _all(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """All rows of a query, in a transaction of its own."""
        with self._database.read() as connection:
            return connection.execute(query).all()

    def _values(self, kind: type[V], query: Select[Any]) -> tuple[V, ...]:
        """All rows of a query as values whose fields are the columns."""
        return tuple(read_row(kind, row) for row in self._all(query))

    def _scalar(self, query: Select[Any]) -> Any:
        """The first column of the first row; ``None`` where there is no row."""
        with self._database.read() as connection:
            return connection.execute(query).scalar()


def _url(url_or_path: str | Path) -> URL:
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        url = make_url(url_or_path)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise LibraryError(
            "The library's address is not a database URL. Write a file path, or "
            "postgresql+psycopg://USER@HOST/DATABASE."
        ) from error
    if url.drivername in ("postgresql", "postgres"):  # the driver that the extra installs
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise LibraryError("A library in memory would be lost. Name a file for it.")
    return url


def _prepare_file(path: Path) -> None:
    """Create the folder (0700) and an empty file (0600), so that nothing is readable to others."""
    try:
        missing = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in missing:
            folder.chmod(0o700)
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
        with suppress(PermissionError):
            path.chmod(0o600)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LibraryError(
            f"The library {path} cannot be opened: {reason}. "
            "Make its folder writable, or choose another with --data-dir or UAT_DATA_DIR."
        ) from error


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True, connect_args=_server_options(url))
        engine = create_engine(url, pool_size=8, max_overflow=-1)
    except (ModuleNotFoundError, SQLAlchemyError) as error:
        raise MissingExtra(
            f"The library's database needs a driver that is not installed ({error}). "
            'For PostgreSQL: pip install "uat-assistant[postgres]"'
        ) from error

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # None: the driver starts no transactions of its own; ``begin`` below does.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        connection.execute("PRAGMA foreign_keys = ON")
        # Without this, REPLACE deletes rows of the history past the triggers that refuse it.
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("library_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _server_options(url: URL) -> dict[str, object]:
    """Options of a connection to a server: who asks, for how long, and TLS to another computer.

    An ``sslmode`` in the address comes first: ``verify-full`` with a certificate authority of the
    company's own, for example.
    """
    if url.drivername != "postgresql+psycopg":
        return {}
    options: dict[str, object] = {
        "application_name": f"uat-assistant {current_owner().rpartition('/')[0]}"[:63],
        "connect_timeout": CONNECT_SECONDS,
    }
    local = not url.host or url.host.startswith("/") or url.host in LOCAL_HOSTS
    if not local and "sslmode" not in url.query:
        options["sslmode"] = "require"
    return {name: value for name, value in options.items() if name not in url.query}


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; two first starts at once make SQLite refuse for a moment."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Turn errors of the database into ``LibraryError`` with the next step."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise LibraryError(
            "A name or id holds half of a surrogate pair, which no stored thing does. "
            "Correct the text and try again."
        ) from error
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        code = getattr(cause, "sqlite_errorcode", None)
        reason = None if code is None else _SQLITE_MESSAGES.get(code & 0xFF)
        if reason is None:
            reason = f"the database refused: {str(cause).strip() or type(cause).__name__}"
        raise LibraryError(
            f"The library {name} could not be used: {reason}. Nothing was changed by this."
        ) from error
    except sqlite3.Error as error:
        reason = _SQLITE_MESSAGES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error))
        raise LibraryError(f"The library {name} could not be used: {reason}.") from error


LOCK_KEY = 0x55415442
"""Among the advisory locks of the database; the one next to it guards migrations."""

_HOLDER = text(
    "SELECT activity.application_name FROM pg_locks JOIN pg_stat_activity AS activity "
    "ON activity.pid = pg_locks.pid WHERE locktype = 'advisory' AND granted AND objid = :key "
    "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class ProcessLock:
    """One process at a time works on a library that a server keeps.

    A process holds in memory what its index contains and which runs it writes; a second one would
    search an index that lacks what the first took in. The lock is PostgreSQL's own, of one
    connection: it ends with the process that holds it, whatever way that ends. A file needs none:
    the data folder that it lies in has its own. ``acquire`` raises ``IndexLocked`` naming the other
    process.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @property
    def held(self) -> bool:
        """Whether this process holds the library."""
        return self._connection is not None

    def acquire(self) -> None:
        """Take the library for this process; taking it twice changes nothing."""
        if self._engine.dialect.name == "sqlite" or self._connection is not None:
            return
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        asked = {"key": LOCK_KEY}
        try:
            if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), asked).scalar():
                self._connection = connection
                return
            holder = connection.execute(_HOLDER, asked).scalar() or "another computer"
        except BaseException:
            connection.close()
            raise
        connection.close()
        raise IndexLocked(
            f"The library on {self._engine.url.host or 'the server'} is in use by another UAT "
            f"Assistant ({holder}). One process at a time works on a library: close that one "
            f"first, or open its address in the browser instead of starting a second."
        )

    def release(self) -> None:
        """Give the library back."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()  # the lock is of the connection: back in the pool it would stay
            connection.close()
