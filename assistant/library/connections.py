"""Connections to other systems, how far each was synchronised, and what came in through it.

A connection is kept with its options, never with a secret: secrets come from the environment or
the keyring each time. What was fetched is remembered by its id in the other system.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update
from sqlalchemy import Connection as Transaction

from assistant.domain import utc_now
from assistant.errors import LibraryError
from assistant.library.case_rows import free_id
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.records import Connection, FetchedFrom
from assistant.library.storage.rows import AT_ONCE, matching, plain, read_row, rows_in_parts
from assistant.library.storage.schema import connection_documents, connections, documents


class ConnectionStore(Store):
    """Reads and writes connections; one transaction a call."""

    def add(
        self,
        project_id: str,
        *,
        kind: str,
        name: str,
        options: Mapping[str, str] | None = None,
        by: str = "",
    ) -> Connection:
        """A new connection; its id is made of kind and name, free in the project.

        Raises ``LibraryError`` where the name is empty or taken, or an option holds a secret.
        """
        shown = " ".join(plain(name).split())
        if not shown:
            raise LibraryError("A connection needs a name. Type one and try again.")
        refuse_secrets(options or {})
        with self._database.write() as connection:
            lock_project(connection, project_id)
            held = self._rows(connection, project_id)
            if any(row.name.casefold() == shown.casefold() for row in held):
                raise LibraryError(
                    f"A connection named “{shown}” exists already. Sync that one, or choose "
                    "another name."
                )
            wanted = re.sub(r"[^a-z0-9]+", "-", f"{kind} {shown}".casefold()).strip("-")[:80]
            chosen = free_id(wanted, {row.id for row in held}.__contains__)
            connection.execute(
                insert(connections).values(
                    project_id=project_id,
                    id=chosen,
                    seq=max((row.seq for row in held), default=0) + 1,
                    kind=plain(kind),
                    name=shown,
                    options=_dumped(options or {}),
                    every_minutes=0,
                    created_at=utc_now().isoformat(),
                    cursor="",
                    last_error="",
                )
            )
            record(connection, project_id, "connection", chosen, "connected", by, shown)
        return self.get(project_id, chosen)

    def list(self, project_id: str | None = None) -> tuple[Connection, ...]:
        """The connections of a project (of all projects where ``None``), oldest first."""
        with self._database.read() as connection:
            return tuple(_connection(row) for row in self._rows(connection, project_id))

    def get(self, project_id: str, name_or_id: str) -> Connection:
        """A connection by id or by name (case does not count)."""
        with self._database.read() as connection:
            rows = self._rows(connection, project_id)
        for row in rows:
            if row.id == name_or_id or row.name.casefold() == name_or_id.strip().casefold():
                return _connection(row)
        known = ", ".join(f"“{row.name}”" for row in rows) or "none yet"
        raise LibraryError(
            f"There is no connection “{plain(name_or_id)}”. Add it, or use one of these: {known}."
        )

    def update(
        self,
        project_id: str,
        connection_id: str,
        *,
        options: Mapping[str, str] | None = None,
        every_minutes: int | None = None,
        by: str = "",
    ) -> Connection:
        """Change a connection; with other options the next sync looks at everything again."""
        values: dict[str, object] = {}
        if every_minutes is not None:
            values["every_minutes"] = max(0, every_minutes)
        if options is not None:
            refuse_secrets(options)
            if dict(options) != self.get(project_id, connection_id).options:
                values |= {"options": _dumped(options), "last_synced_at": None, **_ENDED}
        if values:
            with self._database.write() as connection:
                self._change(connection, project_id, connection_id, values)
                changed = ", ".join(sorted(values))
                record(connection, project_id, "connection", connection_id, "changed", by, changed)
        return self.get(project_id, connection_id)

    def remove(self, project_id: str, connection_id: str, *, by: str = "") -> None:
        """Forget a connection; the documents that came in through it stay."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            mine = matching(documents, project_id=project_id, connection_id=connection_id)
            connection.execute(update(documents).where(mine).values(connection_id=""))
            connection.execute(delete(connection_documents).where(_of(project_id, connection_id)))
            itself = matching(connections, project_id=project_id, id=connection_id)
            connection.execute(delete(connections).where(itself))
            record(connection, project_id, "connection", connection_id, "disconnected", by)

    # --- How far a sync is --------------------------------------------------------------------

    def begin(self, project_id: str, connection_id: str, *, anew: bool = False) -> Connection:
        """Note that a sync starts, unless one was cut off: then it goes on where that one was, and
        ``started_at`` of the result is when that one began."""
        held = self.get(project_id, connection_id)
        if anew or held.started_at is None:
            values = {"started_at": utc_now().isoformat(), "cursor": "", "last_error": ""}
            with self._database.write() as connection:
                self._change(connection, project_id, connection_id, values)
        return self.get(project_id, connection_id)

    def advance(
        self,
        project_id: str,
        connection_id: str,
        cursor: str,
        fetched: Iterable[FetchedFrom] = (),
        gone: Iterable[str] = (),
    ) -> None:
        """Note what a page brought, what is gone, and where to go on; all of it or nothing."""
        with self._database.write() as connection:
            self._change(connection, project_id, connection_id, {"cursor": plain(cursor)})
            mine = _of(project_id, connection_id)
            for one in fetched:
                where = and_(mine, connection_documents.c.external_id == one.external_id)
                values = {
                    "document_id": one.document_id,
                    "changed_at": one.changed_at.isoformat() if one.changed_at else None,
                    "stamp": one.stamp,
                    "error": plain(one.error),
                    "fetched_at": one.fetched_at.isoformat(),
                }
                changed = connection.execute(
                    update(connection_documents).where(where).values(values)
                )
                if not changed.rowcount:
                    key = {
                        "project_id": project_id,
                        "connection_id": connection_id,
                        "external_id": one.external_id,
                    }
                    connection.execute(insert(connection_documents).values(key | values))
            for external_id in gone:
                where = and_(mine, connection_documents.c.external_id == external_id)
                connection.execute(delete(connection_documents).where(where))

    def finish(
        self, project_id: str, connection_id: str, *, by: str = "", detail: str = ""
    ) -> None:
        """Note that the sync that was begun has seen everything, and in ``detail`` what it did.

        With options that were changed meanwhile (``update``) it has not: the next one does.
        """
        values = {"last_synced_at": connections.c.started_at, **_ENDED}
        with self._database.write() as connection:
            self._change(connection, project_id, connection_id, values)
            if detail:
                record(
                    connection, project_id, "connection", connection_id, "synchronised", by, detail
                )

    def fail(self, project_id: str, connection_id: str, error: str) -> None:
        """Note why a sync ended before its end; the next one goes on where it was."""
        with self._database.write() as connection:
            self._change(connection, project_id, connection_id, {"last_error": plain(error)})
            record(connection, project_id, "connection", connection_id, "sync failed", "", error)

    def fetched(
        self, project_id: str, connection_id: str, external_ids: Collection[str] | None = None
    ) -> dict[str, FetchedFrom]:
        """What came in through a connection, by external id: all of it, or some things."""
        query = select(connection_documents).where(_of(project_id, connection_id))
        column = connection_documents.c.external_id
        with self._database.read() as connection:
            rows: Iterable[Row[Any]] = (
                connection.execute(query)
                if external_ids is None
                else rows_in_parts(connection, query, column, external_ids)
            )
            return {row.external_id: read_row(FetchedFrom, row) for row in rows}

    def stamps(self, project_id: str, connection_id: str) -> Iterator[tuple[str, str]]:
        """External id and stamp of everything that came in, in the order of the ids.

        Read some at a time, so that memory does not grow with what there is.
        """
        columns = connection_documents.c
        query = (
            select(columns.external_id, columns.stamp)
            .where(_of(project_id, connection_id))
            .order_by(columns.external_id)
            .limit(AT_ONCE)
        )
        last: str | None = None
        while True:
            after = query if last is None else query.where(columns.external_id > last)
            rows = self._all(after)
            yield from ((row.external_id, row.stamp) for row in rows)
            if len(rows) < AT_ONCE:
                return
            last = rows[-1].external_id

    def count(self, project_id: str, connection_id: str, *, only_documents: bool = False) -> int:
        """How many things came in, or how many of them became a document."""
        query = select(func.count()).where(_of(project_id, connection_id))
        if only_documents:
            query = query.where(connection_documents.c.document_id != "")
        return int(self._scalar(query))

    def failed(self, project_id: str, connection_id: str) -> tuple[tuple[str, str], ...]:
        """External id and reason of what could not be read the last time."""
        columns = connection_documents.c
        query = (
            select(columns.external_id, columns.error)
            .where(_of(project_id, connection_id), columns.error != "")
            .order_by(columns.external_id)
        )
        return tuple((row.external_id, row.error) for row in self._all(query))

    def origin(self, project_id: str, document_id: str) -> FetchedFrom | None:
        """Where a document was fetched from last; ``None`` for one that was uploaded or pasted."""
        query = (
            select(connection_documents)
            .where(matching(connection_documents, project_id=project_id, document_id=document_id))
            .order_by(connection_documents.c.fetched_at.desc())
            .limit(1)
        )
        return next(iter(self._values(FetchedFrom, query)), None)

    def _rows(self, connection: Transaction, project_id: str | None) -> Sequence[Row[Any]]:
        query = select(connections).order_by(connections.c.project_id, connections.c.seq)
        if project_id is not None:
            query = query.where(connections.c.project_id == project_id)
        return connection.execute(query).all()

    def _change(
        self,
        connection: Transaction,
        project_id: str,
        connection_id: str,
        values: Mapping[str, object],
    ) -> None:
        changed = connection.execute(
            update(connections)
            .where(matching(connections, project_id=project_id, id=connection_id))
            .values(dict(values))
        )
        if not changed.rowcount:
            raise LibraryError(
                f"There is no connection “{connection_id}” in this project. It was removed; add it "
                "again."
            )


_ENDED = {"started_at": None, "cursor": "", "last_error": ""}
"""Columns of a connection while no sync of it is under way."""


def _of(project_id: str, connection_id: str) -> ColumnElement[bool]:
    """What came in through this connection, as a condition."""
    return matching(connection_documents, project_id=project_id, connection_id=connection_id)


def _dumped(options: Mapping[str, str]) -> str:
    return json.dumps({plain(name): plain(value) for name, value in sorted(options.items())})


def _connection(row: Row[Any]) -> Connection:
    return read_row(Connection, row, options=json.loads(row.options))


_SECRET_NAME = re.compile(
    r"(?:access|auth|refresh|api|bearer|client|security|user|private)?[-_ ]?"
    r"(?:password|passwd|pwd|secret|token|credentials?|authorization)"
    r"|(?:access|api|private|secret)[-_ ]?key",
    re.IGNORECASE,
)
"""Names that a secret goes by, as a whole: ``token_variable`` is none of them."""


def refuse_secrets(options: Mapping[str, str]) -> None:
    """Raise ``LibraryError`` for an option named like a secret, or a URL with a password."""
    for name, value in options.items():
        if _SECRET_NAME.fullmatch(name.strip()) or _has_password(value):
            raise LibraryError(
                f"The option “{plain(name)}” holds a secret, which is never stored. Set it as an "
                "environment variable or in the keyring, and leave it out here."
            )


def _has_password(value: str) -> bool:
    try:
        return "://" in value and urlsplit(value).password is not None
    except ValueError:
        return False
