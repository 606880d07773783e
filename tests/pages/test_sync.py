"""Connected sources on the pages: sync by click, how far it is, stop; versions of a source."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from syncing import write

from assistant.sources.files.files import read_file
from assistant.sources.synced import FetchedDocument, SourcePage
from assistant.ui import state
from assistant.ui.sources.documents_table import TABLE, ticks_key
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import connections, sync_jobs
from assistant.workflow.sources.connections import ConnectionConfig

OLD, NEW = "A refund is paid within **14 days**.", "A refund is paid within **10 days**."
KEPT = "The customer is told by letter."


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


def said(app: AppTest) -> str:
    """All text on the page, with the bars and the names of what folds out."""
    assert not app.exception
    parts = [one.value for one in (*app.markdown, *app.caption, *app.error)]
    bars = [one.proto.text for one in app.get("progress")]
    return "\n".join([*parts, *bars, *(one.label for one in app.expander)]).replace("\\", "")


def only_connection() -> sync_jobs.Connection:
    opened = state.workspace()
    (connection,) = opened.library.connections.list(opened.projects()[0].id)
    return connection


def ended(app: AppTest) -> AppTest:
    """The page once the sync has ended."""
    assert state.workspace().jobs.wait(sync_jobs.job_of(only_connection()), 30)
    return app.run()


@pytest.mark.long
def test_a_folder_is_synced_by_click_and_shows_what_changed_in_a_source(
    open_app: Callable[..., AppTest], environment: Path
) -> None:
    folder = environment / "wiki"
    write(folder / "refunds.md", f"# Refunds\n\n{OLD} {KEPT}\n")
    write(folder / "meters.md", "# Meters\n\nA meter is read twice a year.\n")
    app = open_app()
    opened = state.workspace()
    sync_jobs.connect_folder(opened, opened.projects()[0].id, folder, name="Wiki")
    app.switch_page("pages/import_sources.py").run()
    assert "0 documents · last sync never" in said(app)
    app.button(key="sync-folder-wiki").click().run()
    assert "2 documents" in said(ended(app))
    assert "last sync never" not in said(app)
    table = app.dataframe[0].value
    assert set(table["From"]) == {"Wiki"}
    write(folder / "refunds.md", f"# Refunds\n\n{NEW} {KEPT}\n", at=1_700_000_001)
    app.button(key="sync-folder-wiki").click().run()
    ended(app)
    row = list(app.dataframe[0].value["Title"]).index("Refunds")
    assert list(app.dataframe[0].value["Version"])[row] == 2
    tick(app, opened, row)
    shown = said(app.run())
    assert "2 versions" in shown
    assert "A refund is paid within :red-background[14] days." in shown
    assert "A refund is paid within :green-background[10] days." in shown
    assert KEPT not in shown, "what stayed is not listed"
    assert "Wiki (folder) · 1 changed sentence" in shown
    assert "No case cites this source." in shown


def tick(app: AppTest, opened: Workspace, row: int) -> None:
    """Tick the source in this row, as the table's own callback keeps it."""
    project_id = opened.projects()[0].id
    source = opened.library.documents(project_id)[row]
    app.session_state[ticks_key(project_id)] = (source.id,)


@pytest.mark.long
def test_a_tick_belongs_to_its_source_when_another_comes_in(
    open_app: Callable[..., AppTest], environment: Path
) -> None:
    """A sync adds a source above the ticked one: the ticked one is removed, and named before."""
    folder = environment / "wiki"
    write(folder / "b.md", "# Meters\n\nA meter is read twice a year.\n")
    write(folder / "c.md", "# Refunds\n\nA refund takes 14 days.\n")
    app = open_app()
    opened = state.workspace()
    project_id = opened.projects()[0].id
    sync_jobs.connect_folder(opened, project_id, folder, name="Wiki")
    app.switch_page("pages/import_sources.py").run()
    app.button(key="sync-folder-wiki").click().run()
    ended(app)
    tick(app, opened, list(app.dataframe[0].value["Title"]).index("Meters"))
    app.run()
    write(folder / "a.md", "# Accounts\n\nAn account has one owner.\n")
    app.button(key="sync-folder-wiki").click().run()
    ended(app)
    titles = list(app.dataframe[0].value["Title"])
    assert sorted(titles) == ["Accounts", "Meters", "Refunds"]
    assert app.session_state[TABLE]["selection"]["rows"] == [titles.index("Meters")]
    assert "Meters" in [one.value for one in app.caption]
    app.button(key="remove_documents").click().run()
    assert sorted(app.dataframe[0].value["Title"]) == ["Accounts", "Refunds"]


def test_how_often_a_connection_syncs_is_chosen_for_one_project(
    open_app: Callable[..., AppTest], environment: Path
) -> None:
    write(environment / "wiki" / "refunds.md", f"# Refunds\n\n{OLD}\n")
    app = open_app()
    opened = state.workspace()
    first, second = opened.projects()[0].id, opened.create_project("Second").id
    for project_id in (first, second):
        sync_jobs.connect_folder(opened, project_id, environment / "wiki", name="Wiki")
    app.session_state[state.RECORD].project_id = first
    app.switch_page("pages/import_sources.py").run()
    app.selectbox(key="every-folder-wiki").set_value(60).run()
    app.session_state[state.RECORD].project_id = second
    app.run()
    assert app.selectbox(key="every-folder-wiki").value == 0

    def kept() -> list[int]:
        found = (opened.library.connections.list(one) for one in (first, second))
        return [connection.every_minutes for (connection,) in found]

    assert kept() == [60, 0]
    opened.library.connections.update(second, "folder-wiki", every_minutes=15)
    assert app.run().selectbox(key="every-folder-wiki").value == 15, "chosen by somebody else"
    assert kept() == [60, 15]


class Held:
    """A source of three things that hands over one, and the next ones when it is let go on."""

    name = "Jira"
    keys = ("jira:CC-1", "jira:CC-2", "jira:CC-3")

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.handed = threading.Event()
        self.asked: list[str] = []

    def fetch(self, *, since: datetime | None, cursor: str = "") -> Iterator[SourcePage]:
        self.asked.append(cursor)
        left = [key for key in self.keys if key > cursor]
        for key in left:
            reading = read_file(f"{key}.md", f"# Page {key}\n\nIt says {key}.\n".encode())
            document = FetchedDocument(external_id=key, reading=reading)
            last = key == left[-1]
            yield SourcePage(documents=(document,), cursor="" if last else key, total=len(left))
            self.handed.set()
            assert self.go_on.wait(30)

    def present(self) -> Iterator[str]:
        yield from self.keys

    def close(self) -> None:
        """Nothing is held open."""


@pytest.mark.long
def test_a_sync_says_how_far_it_is_and_can_be_stopped_on_both_pages(
    open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources: queue.Queue[Held] = queue.Queue()

    def opening(*_: object, **__: Any) -> Held:
        source = Held()
        sources.put(source)
        return source

    monkeypatch.setattr("assistant.workflow.sources.sync.open_source", opening)
    app = open_app()
    opened = state.workspace()
    config = ConnectionConfig(
        kind="jira_cloud", name="Jira", url="https://acme.atlassian.net", user="t@example.com",
        fetch="project = CC",
    )  # fmt: skip
    key = connections.add(opened, opened.projects()[0].id, config).id

    def page(name: str) -> str:
        return said(app.switch_page(f"pages/{name}.py").run())

    def started(button: str) -> Held:
        app.button(key=f"{button}{key}").click().run()
        source = sources.get(timeout=180)
        assert source.handed.wait(30)
        return source

    assert "0 documents" in page("import_sources")
    first = started("sync-")
    assert "Fetching: 1 of 3 documents" in page("import_sources")
    assert "Syncing: 1 of 3" in page("connections")
    page("import_sources")
    app.button(key=f"cancel-{key}").click().run()
    first.go_on.set()
    assert "1 document · last sync never" in said(ended(app))
    page("connections")
    second = started("sync_")
    assert "Syncing: 1 of 2" in page("connections")
    app.button(key=f"stop_{key}").click().run()
    second.go_on.set()
    assert "Last sync: never" in said(ended(app))
    third = started("sync_")
    third.go_on.set()
    assert "Last sync: never" not in said(ended(app))
    assert "3 documents" in page("import_sources")
    asked = [cursor for source in (first, second, third) for cursor in source.asked]
    assert asked == ["", "jira:CC-1", "jira:CC-2"], "each goes on where the last was stopped"


@pytest.mark.long
def test_a_sync_that_asks_removes_once_a_person_says_so(
    open_app: Callable[..., AppTest], environment: Path
) -> None:
    folder = environment / "wiki"
    for number in range(20):
        write(folder / f"rule-{number}.md", f"# Rule {number}\n\nRule {number} holds.\n")
    app = open_app()
    opened = state.workspace()
    sync_jobs.connect_folder(opened, opened.projects()[0].id, folder, name="Wiki")
    app.switch_page("pages/import_sources.py").run()
    app.button(key="sync-folder-wiki").click().run()
    assert "20 documents" in said(ended(app))
    for number in range(17):
        (folder / f"rule-{number}.md").unlink()
    app.button(key="sync-folder-wiki").click().run()
    shown = said(ended(app))
    assert "20 documents" in shown
    assert "no longer lists 17 of the 20" in shown
    app.button(key="gone-folder-wiki").click().run()
    shown = said(ended(app))
    assert "3 documents" in shown
    assert "no longer lists" not in shown
