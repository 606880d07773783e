"""SQL databases: the rows of a SELECT, one document for each id, in a read-only transaction.

SQLite files and PostgreSQL. The query is wrapped (``SELECT q.* FROM (query) q WHERE q.id > last
ORDER BY q.id``), so that it can only be a query, is read in pages, and goes on after any id.
Every check of an address or a query has a clear message for the person who types; what enforces it
is the database.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assistant.errors import ConnectorError, NotAuthorised, Unreachable, UnreadableFile, needs_extra
from assistant.sources.connectors.addresses import Origin, literal_address, read_host
from assistant.sources.connectors.client import FetchStopped, StopCheck, never_stopped
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.outbound import Guard
from assistant.sources.connectors.paging import read_moment
from assistant.sources.connectors.payloads import tried
from assistant.sources.connectors.proposals import FieldProposal
from assistant.sources.connectors.secrets import Redactor
from assistant.sources.files.clean import clean_text
from assistant.sources.grids.grids import make_grid
from assistant.sources.grids.table_files import read_grids
from assistant.sources.reading import Reading
from assistant.sources.synced import FetchedDocument, SourcePage

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

PAGE = 500
MAX_CHARACTERS = 10_000_000
_TITLE = ("title", "summary", "name", "subject")
_SIGN_IN = re.compile(r"password|authentication|no pg_hba|role .* does not exist", re.IGNORECASE)
Cell = Any


class SqlSource:
    """The rows of one query. ``fetch`` and ``present`` as ``SyncSource`` says."""

    def __init__(
        self,
        config: ConnectionConfig,
        guard: Guard,
        secret: str = "",
        *,
        own_folder: Path | None = None,
        stopped: StopCheck = never_stopped,
    ) -> None:
        self.name = config.name
        self._url = database_url(config.url)
        self._site = self._url.host or Path(self._url.database or "").name
        self._query = read_only_select(config.fetch)
        self._guard = guard
        self._secret = secret
        self._redactor = Redactor((secret,))
        self._own_folder = own_folder
        self._stopped = stopped
        self._id, self._time = _columns(config.user)
        self._engine: Engine | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def check(self) -> str:
        """What the query brings; raises ``ConnectorError`` where it cannot run."""
        with self._reading() as connection:
            names = self._names(connection)
            count = connection.execute(self._select("SELECT count(*) FROM {q}")).scalar_one()
        if not count:
            raise ConnectorError(f"The query of '{self.name}' finds no row. Check its conditions.")
        return f"{count:,} rows with the columns {', '.join(names)}."

    def proposals(self) -> tuple[FieldProposal, ...]:
        """The columns' names decide; there is nothing to choose."""
        return ()

    def fetch(self, *, since: datetime | None, cursor: str = "") -> Iterator[SourcePage]:
        """Pages of rows that changed since, in the order of their ids."""
        last = json.loads(cursor) if cursor else None
        while True:
            if self._stopped():
                raise FetchStopped(f"Fetching from {self._site} was cancelled.")
            with self._reading() as connection:
                names = self._names(connection)
                rows = self._page(connection, names, since, last)
            if not rows:
                yield SourcePage()
                return
            documents = tuple(self._documents(names, rows))
            last = _plain_id(rows[-1][_index(names, self._id)])
            yield SourcePage(documents=documents, cursor=json.dumps(last))

    def present(self) -> Iterator[str]:
        """The ids of all rows now."""
        with self._reading() as connection:
            names = self._names(connection)
            column = names[_index(names, self._id)]
            found = connection.execute(
                self._select(f"SELECT DISTINCT q.{_named(column)} FROM {{q}} "
                             f"WHERE q.{_named(column)} IS NOT NULL")
            )  # fmt: skip
            for row in found:
                yield f"sql:{_plain_id(row[0])}"

    def _page(
        self, connection: Connection, names: Sequence[str], since: datetime | None, last: Cell
    ) -> list[tuple[Cell, ...]]:
        """Whole groups of rows with the same id: at least one group, at most a page."""
        column = _named(names[_index(names, self._id)])
        where, values = [f"q.{column} IS NOT NULL"], dict[str, Cell]()
        if last is not None:
            where.append(f"q.{column} > :last")
            values["last"] = last
        if since is not None and self._time.casefold() in {name.casefold() for name in names}:
            # A day of overlap: the column's time zone is not known, and the content decides.
            day = (since - timedelta(days=1)).date()
            where.append(f"q.{_named(names[_index(names, self._time)])} >= :day")
            values["day"] = day if self._engine_is("postgresql") else day.isoformat()
        select = f"SELECT q.* FROM {{q}} WHERE {' AND '.join(where)} ORDER BY q.{column}"
        place = _index(names, self._id)
        rows, size = list[tuple[Cell, ...]](), 0
        for row in connection.execute(self._select(select), values):
            if len(rows) >= PAGE and row[place] != rows[-1][place]:
                break
            rows.append(tuple(row))
            size += sum(len(value) for value in row if isinstance(value, str | bytes))
            if size > MAX_CHARACTERS:
                return self._cut(rows, place)
        return rows

    def _cut(self, rows: list[tuple[Cell, ...]], place: int) -> list[tuple[Cell, ...]]:
        """The groups that are whole where a page grew too large."""
        whole = [row for row in rows if row[place] != rows[-1][place]]
        if whole:
            return whole
        raise ConnectorError(
            f"The rows of id {rows[-1][place]} in '{self.name}' hold more than "
            f"{MAX_CHARACTERS:,} characters. Fetch fewer columns."
        )

    def _documents(
        self, names: Sequence[str], rows: Sequence[tuple[Cell, ...]]
    ) -> Iterator[FetchedDocument]:
        place = _index(names, self._id)
        times = [n for n, name in enumerate(names) if name.casefold() == self._time.casefold()]
        for key, group in groupby(rows, key=lambda row: row[place]):
            same = list(group)
            external = f"sql:{_plain_id(key)}"
            reading, error = tried(partial(_reading, external, names, same))
            moment = same[0][times[0]] if times else None
            changed = moment if isinstance(moment, datetime) else None
            yield FetchedDocument(
                external_id=external,
                changed_at=read_moment(changed.isoformat() if changed else moment),
                reading=reading,
                error=error,
            )

    # --- The database -------------------------------------------------------------------------

    def _names(self, connection: Connection) -> list[str]:
        names = list(connection.execute(self._select("SELECT q.* FROM {q} WHERE 1 = 0")).keys())
        if self._id.casefold() not in {name.casefold() for name in names}:
            raise ConnectorError(
                f"The query of '{self.name}' gives no column '{self._id}'. Name its key so (SELECT "
                "number AS id, ...), or say in the connection which column it is."
            )
        return names

    def _select(self, around: str) -> Any:
        from sqlalchemy import text

        # A colon in the query is a colon, not the sign of a value to be filled in.
        query = re.sub(r":", r"\\:", self._query)
        return text(around.replace("{q}", f"({query}\n) AS q"))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A read-only transaction; whatever the database says becomes a ``ConnectorError``."""
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        try:
            if self._engine is None:
                self._engine = self._connected()
            with self._engine.connect() as connection:
                yield connection
                connection.rollback()
        except SQLAlchemyError as error:
            cause = str(error.orig) if isinstance(error, DBAPIError) else str(error)
            said = self._redactor.clean(" ".join(cause.split())[:300]).rstrip(".")
            raise self._failure(said) from None

    def _failure(self, said: str) -> ConnectorError:
        if _SIGN_IN.search(said):
            return NotAuthorised(
                f"{self._site} refused the user of '{self.name}' ({said}). Check the user in the "
                "address and the password."
            )
        if "interrupted" in said or "timeout" in said or "canceling statement" in said:
            return ConnectorError(
                f"The query of '{self.name}' took longer than {SECONDS:.0f} seconds at "
                f"{self._site}. Narrow it, or ask for an index."
            )
        if any(word in said for word in ("connect", "unable to open", "server closed")):
            return Unreachable(
                f"{self._site} cannot be reached ({said}). Check the address and the network."
            )
        return ConnectorError(
            f"{self._site} refused the query of '{self.name}' ({said}). Check the SELECT: tables "
            "and columns may have changed."
        )

    def _engine_is(self, backend: str) -> bool:
        return bool(self._url.get_backend_name() == backend)

    def _connected(self) -> Engine:
        from sqlalchemy import NullPool, create_engine

        if self._engine_is("sqlite"):
            path = self._file()
            return create_engine(
                "sqlite://", creator=lambda: open_read_only(path), poolclass=NullPool
            )
        needs_extra("psycopg", "postgres", "A connection to PostgreSQL")
        host = str(self._url.host)
        port = self._url.port or POSTGRES_PORT
        address = self._guard.address_of(
            Origin("postgresql", host, port), f"connection '{self.name}'"
        )
        literal = literal_address(address)
        local = literal is not None and literal.is_loopback
        return create_engine(
            self._url.set(password=self._secret or None),
            poolclass=NullPool,
            hide_parameters=True,
            execution_options={"postgresql_readonly": True, "stream_results": True},
            connect_args={
                "hostaddr": address,
                "port": port,
                "connect_timeout": 20,
                "options": f"-c default_transaction_read_only=on "
                f"-c statement_timeout={int(SECONDS * 1000)}",
                **({} if local or "sslmode" in self._url.query else {"sslmode": "require"}),
            },
        )

    def _file(self) -> Path:
        path = Path(self._url.database or "").resolve()
        if self._own_folder is not None and path.is_relative_to(self._own_folder.resolve()):
            raise ConnectorError(
                f"{path.name} lies in the app's own data folder, which is no source. Name a "
                "database of your own."
            )
        if not path.is_file():
            raise Unreachable(f"There is no file {path}. Check the connection's address.")
        return path


def _reading(external: str, names: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> Reading:
    cells = [[_cell(value) for value in row] for row in rows]
    by_name = {name.casefold(): cell for name, cell in zip(names, cells[0], strict=True)}
    title = next((by_name[name] for name in _TITLE if by_name.get(name)), external)[:200]
    grid = make_grid("Rows", [list(names), *cells])
    if grid is None:
        raise UnreadableFile(f"The row {external} is empty.")
    content = json.dumps([list(names), *cells])
    return read_grids(
        [replace(grid, first_row=0)],
        title=title,
        document_id=external,
        content_hash=sha256(content.encode("utf-8", "replace")).hexdigest(),
    )


def _cell(value: Cell) -> str:
    if value is None or isinstance(value, bytes | memoryview):
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return clean_text(str(value)).text


def _plain_id(value: Cell) -> int | str:
    if isinstance(value, int) or (isinstance(value, Decimal) and value == int(value)):
        return int(value)
    return str(value)


def _columns(text: str) -> tuple[str, str]:
    """The names of the columns of id and time of change."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    return names[0] if names else "id", names[1] if len(names) > 1 else "updated_at"


def _index(names: Sequence[str], wanted: str) -> int:
    return [name.casefold() for name in names].index(wanted.casefold())


def _named(column: str) -> str:
    return '"' + column.replace('"', '""').replace(":", r"\:") + '"'


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
