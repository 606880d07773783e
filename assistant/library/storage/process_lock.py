"""One process at a time works on a library that a server keeps.

A process holds in memory what its index contains and which runs it writes; a second one would
search an index that lacks what the first took in. The lock is PostgreSQL's own, of one connection:
it ends with the process that holds it, whatever way that ends. A file needs none: the data folder
that it lies in has its own.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from assistant.errors import IndexLocked

LOCK_KEY = 0x55415442
"""Among the advisory locks of the database; the one next to it guards migrations."""

_HOLDER = text(
    "SELECT activity.application_name FROM pg_locks JOIN pg_stat_activity AS activity "
    "ON activity.pid = pg_locks.pid WHERE locktype = 'advisory' AND granted AND objid = :key "
    "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class ProcessLock:
    """The lock of one library. ``acquire`` raises ``IndexLocked`` naming the other process."""

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
