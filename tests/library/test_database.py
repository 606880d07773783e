"""Opening, migrating and refusing: every bad state of the file is told in clear words."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assistant.domain import CaseTemplate, Column, SourceDocument, SourceMetadata, TestCase
from assistant.errors import AssistantError, LibraryError
from assistant.library import Library
from assistant.library.storage.database import Database
from assistant.library.storage.migrations import APPLICATION_ID, CURRENT, MIGRATIONS, apply

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))


def refusal(path: Path | str) -> str:
    with pytest.raises(LibraryError) as caught:
        Library.open(path)
    return str(caught.value)


def test_opening_creates_a_private_folder_and_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deeper" / "library.sqlite3"
    library = Library.open(path)
    library.create_project("P", template=TEMPLATE)
    files = list(path.parent.iterdir())
    assert {file.name for file in files} >= {"library.sqlite3", "library.sqlite3-wal"}
    if os.name == "posix":
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert path.parent.parent.stat().st_mode & 0o777 == 0o700
    library.close()
    assert [project.name for project in Library.open(str(path)).projects()] == ["P"]


def test_the_database_is_durable_and_checks_references(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "l.sqlite3")
    with database.read() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        }
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    assert asked == wanted


def test_a_path_with_url_signs_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "50% of #1?mode=ro" / "lib & rary.sqlite3"
    Library.open(path).close()
    assert path.exists()


def test_a_sqlite_url_is_a_file(tmp_path: Path) -> None:
    Library.open(f"sqlite:///{tmp_path}/u.sqlite3").close()
    assert (tmp_path / "u.sqlite3").exists()


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "nonsense://x", "://", "mssql://h/d"]
)
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(AssistantError) as caught:
        Library.open(url)
    assert "\n" not in str(caught.value)


def test_the_password_of_a_url_is_not_told() -> None:
    with pytest.raises(AssistantError) as caught:
        Library.open("postgresql+psycopg://user:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)


@pytest.mark.long
@pytest.mark.parametrize("start", range(CURRENT))
def test_every_migration_step_leads_to_the_current_tables(start: int, tmp_path: Path) -> None:
    """A library of each earlier format is brought up to date and backed up first."""
    path = tmp_path / "l.sqlite3"
    database = Database.open(tmp_path / "other.sqlite3")
    with sqlite3.connect(path) as raw:
        for migration in MIGRATIONS[:start]:
            for statement in migration.statements_for("sqlite"):
                raw.execute(statement)
            raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            raw.execute(f"PRAGMA user_version = {migration.number}")
        if start:
            raw.execute("INSERT INTO projects (id, name, name_key, template, retrieval, "
                        "generation, created_at) VALUES ('p', 'Old', 'old', ?, '{}', '{}', ?)",
                        (TEMPLATE.model_dump_json(), "2026-01-01T00:00:00+00:00"))  # fmt: skip
    raw.close()
    library = Library.open(path)
    assert [project.name for project in library.projects()] == (["Old"] if start else [])
    library.close()
    assert dump_schema(path) == dump_schema(tmp_path / "other.sqlite3")
    backups = sorted(file.name for file in tmp_path.glob("*.backup"))
    assert backups == ([f"l.sqlite3.v{start}.backup"] if start else [])
    database.close()


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        ("Fees", "# Fees\n\nSuperseded by version 5.\n\n## Rules\n", "Superseded by version 5."),
        ("[Archived] Fees", "A fee is due.", "[Archived] Fees"),
        ("Fees", "# Fees\n\nA fee is due.\n\n## Before\n\nSuperseded by version 5.", ""),
    ],
)
def test_pages_stored_before_are_read_for_whether_they_are_in_force(
    tmp_path: Path, title: str, text: str, said: str
) -> None:
    path = tmp_path / "l.sqlite3"
    page = SourceDocument(id="fees", kind="page", title=title, text=text, content_hash="h")
    library = Library.open(path)
    project = library.create_project("P", template=TEMPLATE)
    library.put_document(project.id, page)
    library.close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 13")
        raw.execute("DROP TABLE request_drafts")
        raw.execute("UPDATE documents SET metadata = json_remove(metadata, '$.outdated')")
    raw.close()
    library = Library.open(path)
    [held] = library.documents(project.id)
    assert held.metadata.outdated == said
    assert library.document(project.id, "fees").metadata == held.metadata
    again = page.model_copy(update={"metadata": SourceMetadata(outdated=said)})
    assert library.put_document(project.id, again).outcome == "unchanged", "no word of it changed"
    library.close()


def dump_schema(path: Path) -> tuple[object, ...]:
    with sqlite3.connect(path) as raw:
        version = raw.execute("PRAGMA user_version").fetchone()
        found = raw.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    raw.close()
    return (version, *found)


def test_a_migration_that_fails_leaves_the_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.library.storage import database as module

    path = tmp_path / "l.sqlite3"
    Library.open(path).close()
    before = dump_schema(path)
    broken = type(MIGRATIONS[0])(
        CURRENT + 1, "broken", ("CREATE TABLE half (id TEXT)", "CREATE TABLE projects (id TEXT)")
    )
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, broken))
    monkeypatch.setattr(module, "CURRENT", CURRENT + 1)
    assert "projects already exists" in refusal(path)
    assert dump_schema(path) == before


COPY = "SELECT * FROM {table} WHERE true LIMIT 1"
CHANGES = {
    "delete": "DELETE FROM {table}",
    "update": "UPDATE {table} SET actor = 'eve'",
    "update or replace": "UPDATE OR REPLACE {table} SET actor = 'eve'",
    "replace": "REPLACE INTO {table} " + COPY,
    "insert or replace": "INSERT OR REPLACE INTO {table} " + COPY,
    "upsert": "INSERT INTO {table} " + COPY + " ON CONFLICT DO UPDATE SET actor = 'eve'",
    "under another number": "UPDATE {table} SET rowid = rowid + 1000",
}


def history_of(path: Path) -> list[object]:
    with sqlite3.connect(path) as raw:
        tables = ("events", "case_versions")
        found = [raw.execute(f"SELECT rowid, * FROM {table}").fetchall() for table in tables]
    raw.close()
    return [*found]


@pytest.fixture
def with_history(tmp_path: Path) -> Path:
    path = tmp_path / "l.sqlite3"
    library = Library.open(path)
    project = library.create_project("P", template=TEMPLATE)
    library.add_case(project.id, None, TestCase(id="T", title="t"), by="ann")
    library.close()
    return path


@pytest.mark.parametrize("table", ["events", "case_versions"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("connected", ["by the program", "by another program"])
def test_no_way_of_changing_history_is_open(
    connected: str, change: str, table: str, with_history: Path
) -> None:
    """Another program's connection has recursive_triggers off, as SQLite's default is."""
    before = history_of(with_history)
    statement = CHANGES[change].format(table=table)
    if connected == "by the program":
        database = Database.open(with_history)
        with pytest.raises(LibraryError, match="append-only"), database.write() as connection:
            connection.exec_driver_sql(statement)
        database.close()
    else:
        raw = sqlite3.connect(with_history)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)
        raw.close()
    assert history_of(with_history) == before


def test_history_does_not_go_with_what_it_is_about(with_history: Path) -> None:
    """Deleting a project or a case takes no line of history along, by foreign keys or otherwise."""
    before = history_of(with_history)
    database = Database.open(with_history)
    with pytest.raises(LibraryError, match="FOREIGN KEY"), database.write() as connection:
        connection.exec_driver_sql("DELETE FROM projects")
    with database.write() as connection:
        connection.exec_driver_sql("REPLACE INTO projects SELECT * FROM projects")
        connection.exec_driver_sql("DELETE FROM cases")
    database.close()
    assert history_of(with_history) == before


def test_a_line_of_history_can_still_be_added(with_history: Path) -> None:
    library = Library.open(with_history)
    project = library.project("P")
    library.set_status(project.id, "T", "accepted", by="ann", expected_version=1)
    assert [one.action for one in library.history(project.id, "T")] == ["added", "accepted"]
    library.close()


def test_a_newer_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite3"
    Library.open(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version = {CURRENT + 1}")
    raw.close()
    before = dump_schema(path)
    message = refusal(path)
    assert "newer version" in message
    assert "Install" in message
    assert dump_schema(path) == before


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite3"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE theirs (id TEXT)")
    raw.close()
    assert "another program" in refusal(path)
    assert [row[1] for row in dump_schema(path)[1:]] == ["theirs"]  # type: ignore[index]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite3"
    path.write_bytes(b"PK\x03\x04 not a database at all " * 100)
    message = refusal(path)
    assert "is not a library" in message
    assert str(path) in message


def test_a_damaged_library_is_told(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite3"
    library = Library.open(path)
    project = library.create_project("P", template=TEMPLATE)
    for number in range(50):
        library.add_case(project.id, None, TestCase(id=f"T-{number}", title="t" * 500))
    library.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(LibraryError, match="Restore it from a backup"):
        Library.open(path).cases(project.id)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "Make its folder writable" in refusal(tmp_path / "file" / "l.sqlite3")


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "l.sqlite3").mkdir()
    assert "cannot be opened" in refusal(tmp_path / "l.sqlite3")


READ_ONLY = """
import os, sys, tempfile
from pathlib import Path
from assistant.library import Library
from assistant.errors import LibraryError
from assistant.domain import CaseTemplate, Column
template = CaseTemplate(name="T", columns=(Column(header="I", field="id"),))
with tempfile.TemporaryDirectory() as spare:  # loads all modules while this user may read them
    library = Library.open(Path(spare) / "l.sqlite3")
    library.create_project("Q", template=template)
    library.close()
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    library = Library.open(Path(sys.argv[1]))
    library.create_project("Q", template=template)
except LibraryError as error:
    print("refused:", error)
"""


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="permissions work differently there")
@pytest.mark.parametrize("existing", [True, False])
def test_a_read_only_folder_is_told(existing: bool) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "l.sqlite3"
        if existing:
            Library.open(path).close()
            path.chmod(0o444)
        folder.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        folder.chmod(0o755)
    assert done.stdout.startswith("refused:"), done.stderr
    assert "writable" in done.stdout


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """SQLite's own page limit stands in for the disk: the same error, at the same places."""
    path = tmp_path / "l.sqlite3"
    library = Library.open(path)
    project = library.create_project("P", template=TEMPLATE)
    with library._database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    from sqlalchemy import event

    @event.listens_for(library._database._engine, "checkout")
    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 40}")

    kept: list[str] = []

    def fill() -> None:
        for number in range(10_000):
            case = TestCase(id=f"T-{number}", title="t" * 900)
            kept.append(library.add_case(project.id, None, case).id)

    with pytest.raises(LibraryError, match="disk is full"):
        fill()
    library.close()
    assert kept
    again = Library.open(path)
    assert [case.id for case in again.cases(project.id)] == kept
    with again._database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    again.add_case(project.id, None, TestCase(id="after", title="t"))


def test_a_busy_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.library.storage import database as module

    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    path = tmp_path / "l.sqlite3"
    library = Library.open(path)
    project = library.create_project("P", template=TEMPLATE)
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryError, match="busy"):
        library.add_case(project.id, None, TestCase(id="T", title="t"))
    assert library.cases(project.id) == ()
    raw.execute("ROLLBACK")
    raw.close()
    library.add_case(project.id, None, TestCase(id="T", title="t"))


@pytest.mark.long
def test_many_first_starts_at_once_make_one_library(tmp_path: Path) -> None:
    path = tmp_path / "data" / "l.sqlite3"
    code = (
        "import sys; from pathlib import Path; from assistant.library import Library;"
        "print(len(Library.open(Path(sys.argv[1])).projects()))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [process.communicate()[0].strip() for process in started] == [b"0"] * 4


@pytest.mark.long
def test_threads_share_one_library(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "l.sqlite3")
    project = library.create_project("P", template=TEMPLATE)
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(15):
                library.add_case(project.id, None, TestCase(id=f"{name}-{number}", title="t"))
                library.cases(project.id)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(library.cases(project.id)) == 120


def test_importing_the_library_does_not_import_the_vendor() -> None:
    code = "import sys, assistant.library; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_failed_step_is_not_applied_twice(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "l.sqlite3")
    with pytest.raises(LibraryError, match="already exists"), database.write() as connection:
        apply(connection, MIGRATIONS[0])
