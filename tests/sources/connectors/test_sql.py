"""SQL databases: SQLite files, and a real PostgreSQL server where its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_servers import documents

from assistant.errors import ConnectorError, NotAuthorised, Unreachable
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.opening import Connector, open_connection
from assistant.sources.connectors.outbound import Guard, OutboundLog, OutboundPolicy
from assistant.sources.connectors.secrets import Secrets
from assistant.sources.connectors.sql import database_url, open_read_only

ROWS = [
    (1, "CC-10", "Refund an order", "* The amount is booked.\n* At most 14 days.", "2026-11-01"),
    (2, "CC-11", "Cancel an order", "* A mail is sent.", "2026-11-20 08:00:00"),
    (3, "CC-12", "Change an address", "* It holds a postcode.", "2026-11-21T09:30:00"),
]
SELECT = (
    'SELECT nr AS id, "key", summary, criteria AS "Acceptance Criteria", updated_at FROM stories'
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An SQLite file with three stories."""
    path = tmp_path / "company.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE stories (nr INTEGER, 'key' TEXT, summary TEXT, criteria TEXT, "
            "updated_at TEXT)"
        )
        connection.executemany("INSERT INTO stories VALUES (?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return path


def config(url: str, fetch: str = SELECT, **options: str) -> ConnectionConfig:
    return ConnectionConfig(kind="sql", name="Company", url=url, fetch=fetch, **options)


@pytest.fixture
def opened() -> Iterator[Callable[..., Connector]]:
    """Opens connections that are closed when the test ends."""
    kept: list[Connector] = []

    def make(asked: ConnectionConfig, **options: object) -> Connector:
        guard = Guard(OutboundPolicy(private_hosts=("127.0.0.1",)), OutboundLog(None))
        kept.append(open_connection(asked, Secrets(), guard, **options))  # type: ignore[arg-type]
        return kept[-1]

    yield make
    for each in kept:
        each.close()


def test_rows_become_stories_with_criteria(
    database: Path, opened: Callable[..., Connector]
) -> None:
    source = opened(config(f"sqlite:///{database}"))
    found = documents(source)
    assert [one.external_id for one in found] == ["sql:1", "sql:2", "sql:3"]
    first = found[0].reading
    assert first is not None
    assert [c.text for e in first.epics for c in e.criteria] == [
        "The amount is booked.", "At most 14 days."
    ]  # fmt: skip
    assert first.document.title == "Refund an order"
    assert found[2].changed_at == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    assert sorted(source.present() or ()) == ["sql:1", "sql:2", "sql:3"]
    assert "3 rows with the columns id, key, summary" in source.check()
    changed = documents(source, since=datetime(2026, 11, 21, 5, tzinfo=UTC))
    assert [one.external_id for one in changed] == ["sql:2", "sql:3"]


def test_steps_of_a_case_are_one_document_and_pages_go_on(
    tmp_path: Path, opened: Callable[..., Connector], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.sources.connectors.sql.PAGE", 4)
    path = tmp_path / "cases.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE steps (id TEXT, title TEXT, step TEXT, expected TEXT)")
        rows = [(f"TC-{n}", f"Case {n}", f"Do {m}", f"See {m}") for n in range(5) for m in range(3)]
        connection.executemany("INSERT INTO steps VALUES (?, ?, ?, ?)", rows)
        connection.execute("INSERT INTO steps VALUES (NULL, 'no id', 'x', 'y')")
    connection.close()
    select = 'SELECT id, title AS "Title", step AS "Step Action", expected AS "Expected Result" '
    asked = config(f"sqlite:///{path}", select + "FROM steps -- all: of 'them;\n;")
    pages = list(opened(asked).fetch(since=None))
    found = [one for page in pages for one in page.documents]
    assert [one.external_id for one in found] == [f"sql:TC-{n}" for n in range(5)]
    steps = [len(case.steps) for one in found if one.reading for case in one.reading.cases]
    assert steps == [3] * 5
    rest = documents(opened(asked), cursor=pages[0].cursor)
    assert [one.external_id for one in rest] == [f"sql:TC-{n}" for n in range(2, 5)]


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM stories", "SELECT 1; DROP TABLE stories", "PRAGMA writable_schema = 1",
     "WITH x AS (DELETE FROM stories RETURNING *) SELECT * FROM x", "ATTACH 'x.db' AS y",
     "INSERT INTO stories SELECT * FROM stories", "SELECT * INTO copy FROM stories", "",
     "SELECT load_extension('x')", "EXPLAIN SELECT 1", "SELECT pg_read_file('/etc/passwd')",
     "/* SELECT */ UPDATE stories SET nr = 1", "VALUES (1)"],
)  # fmt: skip
def test_only_a_select_is_fetched(
    database: Path, opened: Callable[..., Connector], query: str
) -> None:
    before = database.read_bytes()
    with pytest.raises(ConnectorError, match="Only one SELECT"):
        opened(config(f"sqlite:///{database}", query))
    assert database.read_bytes() == before


def test_the_file_itself_cannot_be_changed(database: Path) -> None:
    connection = open_read_only(database)
    for statement in ("DELETE FROM stories", "CREATE TABLE x (y)", "ATTACH ':memory:' AS z",
                      "PRAGMA query_only = OFF", "DROP TABLE stories", "VACUUM",
                      "UPDATE stories SET nr = 9"):  # fmt: skip
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute(statement)
    assert connection.execute("SELECT count(*) FROM stories").fetchone() == (3,)
    connection.close()


def test_colons_quotes_and_comments_in_a_query(
    database: Path, opened: Callable[..., Connector]
) -> None:
    query = (
        "SELECT nr AS id, 'at: 12:30 :name' AS \"note: :x\", 'delete; from' AS title "
        "FROM stories WHERE summary <> ':y' -- drop table"
    )
    (first, *_) = documents(opened(config(f"sqlite:///{database}", query)))
    assert first.reading is not None
    assert "at: 12:30 :name" in first.reading.document.text
    assert first.reading.document.title == "delete; from"


def test_a_query_without_its_columns_is_named(
    database: Path, opened: Callable[..., Connector]
) -> None:
    url = f"sqlite:///{database}"
    with pytest.raises(ConnectorError, match="no column 'id'"):
        documents(opened(config(url, "SELECT nr FROM stories")))
    found = documents(opened(config(url, "SELECT nr, summary FROM stories", user="NR, changed")))
    assert len(found) == 3
    with pytest.raises(ConnectorError, match="tables and columns may have changed"):
        documents(opened(config(url, "SELECT id FROM gone")))
    with pytest.raises(ConnectorError, match="finds no row"):
        opened(config(url, SELECT + " WHERE nr > 99")).check()


def test_an_endless_query_ends(
    database: Path, opened: Callable[..., Connector], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.sources.connectors.sql.SECONDS", 0.2)
    endless = (
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT max(id) AS id "
        "FROM n"
    )
    with pytest.raises(ConnectorError, match="took longer"):
        documents(opened(config(f"sqlite:///{database}", endless)))


def test_addresses_that_are_refused(tmp_path: Path, opened: Callable[..., Connector]) -> None:
    for url, why in (
        ("postgresql://reader:hunter2@db.example.com/x", "holds a password"),
        ("mysql://reader@db.example.com/x", "not read"), ("nonsense", "no database URL"),
        ("postgresql://u@h.example/db?host=evil.example", "options that are not read"),
        ("postgresql://u@h.example/db?sslmode=disable&service=x", "options"),
        ("sqlite://", "names no file"), ("sqlite:///:memory:", "names no file"),
        ("postgresql:///db", "needs a host"), ("postgresql://u@2130706433/db", "unusual form"),
    ):  # fmt: skip
        with pytest.raises(ConnectorError, match=why) as refused:
            database_url(url)
        assert "hunter2" not in str(refused.value)
    with pytest.raises(Unreachable, match="There is no file"):
        opened(config(f"sqlite:///{tmp_path / 'none.db'}")).check()
    own = tmp_path / "data"
    own.mkdir()
    shutil.copy(__file__, own / "library.sqlite3")
    with pytest.raises(ConnectorError, match="own data folder"):
        opened(config(f"sqlite:///{own / 'library.sqlite3'}"), own_folder=own).check()
    with pytest.raises(ConnectorError, match="not a database"):
        opened(config(f"sqlite:///{own / 'library.sqlite3'}")).check()


def test_a_database_behind_a_private_address_must_be_listed() -> None:
    pytest.importorskip("psycopg")
    guard = Guard(OutboundPolicy(), OutboundLog(None), lambda *_: ["10.0.0.8"])
    source = open_connection(config("postgresql://reader@db.example.com/x"), Secrets(), guard)
    with pytest.raises(ConnectorError, match=r"UAT_PRIVATE_HOSTS=db\.example\.com"):
        source.check()


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[int]:
    """The port of a PostgreSQL server with a table, and a user whose password is asked for."""
    pytest.importorskip("psycopg")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb") or (str(folders[-1] / "initdb") if folders else "")
    if not found:
        pytest.skip("PostgreSQL is not installed")
    programs, data = Path(found).parent, tmp_path / "pg"
    as_user: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("runuser") is None:
            pytest.skip("PostgreSQL refuses to run as root")
        data.mkdir()
        shutil.chown(data, "postgres")
        for folder in (tmp_path, *tmp_path.parents[:3]):
            folder.chmod(folder.stat().st_mode | 0o055)
        as_user = ["runuser", "-u", "postgres", "--"]
    word = tmp_path / "word"
    word.write_text("pg-canary-word")
    word.chmod(0o644)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(
        [
            *as_user,
            found,
            "-D",
            str(data),
            "-U",
            "owner",
            "--pwfile",
            str(word),
            "-A",
            "scram-sha-256",
        ],
        check=True,
        **quiet,
    )  # type: ignore[call-overload]
    server = subprocess.Popen(
        [
            *as_user,
            str(programs / "postgres"),
            "-D",
            str(data),
            "-p",
            str(port),
            "-k",
            str(data),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
        ],
        **quiet,
    )  # type: ignore[call-overload]
    import psycopg

    try:
        dsn = f"host=127.0.0.1 port={port} user=owner password=pg-canary-word dbname=postgres"
        for _ in range(200):
            try:
                connection = psycopg.connect(dsn, autocommit=True)
                break
            except psycopg.OperationalError:
                threading_wait(0.1)
        connection.execute("CREATE SEQUENCE s")
        connection.execute("CREATE TABLE stories (nr int, key text, summary text, criteria text, "
                           "updated_at timestamptz)")  # fmt: skip
        for row in ROWS:
            connection.execute("INSERT INTO stories VALUES (%s, %s, %s, %s, %s)", row)
        connection.close()
        yield port
    finally:
        server.terminate()
        server.wait(20)


def threading_wait(seconds: float) -> None:
    """Wait without a busy loop."""
    import threading

    threading.Event().wait(seconds)


@pytest.mark.slow
def test_postgresql_is_read_and_never_written(postgres: int) -> None:
    guard = Guard(OutboundPolicy(private_hosts=("127.0.0.1",)), OutboundLog(None))
    secrets = Secrets({f"UAT_SECRET_127_0_0_1_PORT_{postgres}": "pg-canary-word"})
    url = f"postgresql+psycopg://owner@127.0.0.1:{postgres}/postgres"
    source = open_connection(config(url), secrets, guard)
    found = documents(source)
    assert [one.external_id for one in found] == ["sql:1", "sql:2", "sql:3"]
    assert found[1].changed_at is not None
    since = datetime(2026, 11, 21, 5, tzinfo=UTC)
    assert [one.external_id for one in documents(source, since=since)] == ["sql:2", "sql:3"]
    assert sorted(source.present() or ()) == ["sql:1", "sql:2", "sql:3"]
    source.close()
    writing = config(url, "SELECT nextval('s') AS id")
    with pytest.raises(ConnectorError, match="read-only transaction"):
        open_connection(writing, secrets, guard).check()
    with pytest.raises(NotAuthorised) as refused:
        open_connection(config(url), Secrets({f"UAT_SECRET_127_0_0_1_PORT_{postgres}": "wrong-w"}),
                        guard).check()  # fmt: skip
    assert "wrong-w" not in str(refused.value)
    assert [one.host for one in guard.log.contacts()] == ["127.0.0.1"]
