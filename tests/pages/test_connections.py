"""The page of connections: add, what is set, test, confirm fields, remove; no secret anywhere."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Widget

from assistant.library import Library
from assistant.ui import state
from assistant.workflow.sources import connections
from assistant.workflow.sources.connections import ConnectionConfig

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sources" / "connectors"))

from fake_jira import CRITERIA, FakeJira, story
from fake_servers import TOKEN, FakeServer

CONNECTION = "jira-cloud-jira-cloud"


@pytest.fixture
def jira() -> Iterator[FakeServer]:
    """A Jira with two stories."""
    issues = [story(f"CC-{n}", f"Story {n}", criteria="* It rings.") for n in (1, 2)]
    server = FakeServer(FakeJira(issues))
    server.start()
    yield server
    server.stop()


def shown(app: AppTest) -> str:
    """Everything that the page sends to the browser."""
    parts = [*app.markdown, *app.caption, *app.text, *app.error, *app.success, *app.code]
    tables = "".join(str(table.value.to_dict()) for table in app.dataframe)
    return "\n".join(element.value for element in parts) + tables


def add(app: AppTest, url: str, fetch: str = 'project = "CC"') -> None:
    """Fill in the form and add the connection."""
    known = "connection_round" in app.session_state
    number = app.session_state["connection_round"] if known else 0
    app.text_input(key=f"connection_url_jira_cloud_{number}").set_value(url)
    app.text_input(key=f"connection_user_jira_cloud_{number}").set_value("tess@example.com")
    app.text_area(key=f"connection_fetch_jira_cloud_{number}").set_value(fetch)
    app.button(key="connection_add").click().run()
    assert not app.exception


def of_card(elements: Iterable[Widget], name: str) -> Any:
    """The input with this name in the form of the one connection that is shown."""
    (found,) = (one for one in elements if str(one.key).startswith(f"{name}_{CONNECTION}_"))
    return found


@pytest.mark.long
def test_a_connection_is_added_tested_and_removed(
    open_app: Callable[..., AppTest],
    jira: FakeServer,
    environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("UAT_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setenv(f"UAT_SECRET_127_0_0_1_PORT_{jira.port}", TOKEN)
    monkeypatch.setenv("UAT_ENDPOINT_API_KEY", TOKEN)
    app = open_app()
    app.switch_page("pages/connections.py").run()
    add(app, jira.url)
    assert "Secret: set (environment)" in shown(app)
    app.button(key="test_jira-cloud-jira-cloud").click().run()
    assert "Signed in as Tess Tester" in shown(app)
    app.button(key="find_jira-cloud-jira-cloud").click().run()
    assert f"({CRITERIA}), filled in 2 of 2" in shown(app).replace("\\", "")
    submit = next(each for each in app.button if each.label == "Use these fields")
    submit.click().run()
    assert not app.exception
    assert "Acceptance criteria from" in shown(app)
    assert "127.0.0.1" in str(app.dataframe[-1].value.to_dict())
    app.button(key="sync_jira-cloud-jira-cloud").click().run()
    deadline = time.monotonic() + 240
    while "Last sync: " not in shown(app) or "Last sync: never" in shown(app):
        assert time.monotonic() < deadline
        time.sleep(0.3)
        app.run()
    assert not app.error
    library = Library.open(environment / "library.sqlite3")
    (project,) = library.projects()
    epics = {epic.key: epic for epic in library.epics(project.id)}
    library.close()
    assert [c.text for c in epics["CC-1"].criteria] == ["It rings."]
    del jira.asked[:]
    app.button(key="again_jira-cloud-jira-cloud").click().run()
    while "sync_jira-cloud-jira-cloud" not in {each.key for each in app.button}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    jobs = [each for each in jira.asked if "/search" in each.path]
    assert jobs
    assert not [each for each in jobs if "updated >=" in each.query["jql"]]
    on_screen = shown(app)
    app.button(key="remove_jira-cloud-jira-cloud").click().run()
    assert "In this project (0)" in " ".join(each.value for each in app.subheader)
    logged = capfd.readouterr()
    for where in (on_screen, shown(app), caplog.text, logged.out, logged.err):
        assert TOKEN not in where
    for path in environment.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes(), path
    assert (environment / "outbound-hosts.jsonl").is_file()


def test_comments_and_files_are_settings_of_the_connection(
    open_app: Callable[..., AppTest], jira: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_PRIVATE_HOSTS", "127.0.0.1")
    app = open_app()
    app.switch_page("pages/connections.py").run()
    assert app.toggle(key="comments_jira_cloud_0").value
    app.toggle(key="comments_jira_cloud_0").set_value(False)
    add(app, jira.url)
    assert not of_card(app.toggle, "comments").value
    of_card(app.toggle, "comments").set_value(True).run()
    app.button(key=f"keep_{CONNECTION}").click().run()
    assert not app.exception
    assert of_card(app.toggle, "comments").value
    of_card(app.toggle, "attachments").set_value(True).run()
    of_card(app.number_input, "attachment_mb").set_value(25).run()
    app.button(key=f"keep_{CONNECTION}").click().run()
    assert not app.exception
    assert of_card(app.number_input, "attachment_mb").value == 25
    own = [of_card(app.toggle, name).key for name in ("comments", "attachments")]
    app.selectbox(key="connection_kind").set_value("sql").run()
    assert [each.key for each in app.toggle] == own
    app.selectbox(key="connection_kind").set_value("confluence_cloud").run()
    assert [each.key for each in app.toggle] == [*own, "attachments_confluence_cloud_1"]


def test_a_wrong_address_is_mended_in_place(open_app: Callable[..., AppTest]) -> None:
    app = open_app()
    app.switch_page("pages/connections.py").run()
    add(app, "https://acm.atlassian.net")
    of_card(app.text_input, "connection_url").set_value("acme")
    app.button(key=f"keep_{CONNECTION}").click().run()
    assert "not a plain web address" in app.error[0].value
    assert "://acm.atlassian.net" in shown(app).replace("\\", "")
    of_card(app.text_input, "connection_url").set_value("https://acme.atlassian.net")
    of_card(app.text_area, "connection_fetch").set_value("project = ACME")
    app.button(key=f"keep_{CONNECTION}").click().run()
    assert not app.error
    text = shown(app).replace("\\", "")
    assert "://acme.atlassian.net" in text
    assert "project = ACME" in text
    assert "Set `UAT_SECRET_ACME_ATLASSIAN_NET`" in text
    assert "In this project (1)" in " ".join(each.value for each in app.subheader)
    told = [one.value for one in app.switch_page("app.py").run().toast]
    assert told == ["Jira Cloud is added", "Jira Cloud is changed"]
    assert not app.run().toast, "told once"


def test_a_form_has_what_its_own_connection_has_now(open_app: Callable[..., AppTest]) -> None:
    app = open_app()
    opened = state.workspace()
    first, second = opened.projects()[0].id, opened.create_project("Second").id
    for project_id, site in ((first, "https://acm.atlassian.net"), (second, "https://b.test")):
        config = ConnectionConfig(
            kind="jira_cloud", name="Jira Cloud", url=site, user="tess@example.com", fetch="x = y"
        )
        connections.add(opened, project_id, config)
    app.switch_page("pages/connections.py").run()
    app.session_state[state.RECORD].project_id = second
    app.run()
    assert of_card(app.text_input, "connection_url").value == "https://b.test"
    app.button(key=f"test_{CONNECTION}").click().run()
    assert "There is no secret" in app.error[0].value
    app.session_state[state.RECORD].project_id = first
    app.run()
    assert not app.error, "the other project's connection was tried"
    assert of_card(app.text_input, "connection_url").value == "https://acm.atlassian.net"
    app.button(key=f"keep_{CONNECTION}").click().run()
    assert app.session_state[state.DONE][-1][0] == "Jira Cloud is as it was"
    (connection,) = opened.library.connections.list(first)
    assert connection.options["url"] == "https://acm.atlassian.net"
    options = connection.options | {"url": "https://acme.atlassian.net"}
    opened.library.connections.update(first, connection.id, options=options)
    app.run()
    assert of_card(app.text_input, "connection_url").value == options["url"], "changed meanwhile"


def test_what_is_refused_says_what_to_do(
    open_app: Callable[..., AppTest], jira: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app()
    app.switch_page("pages/connections.py").run()
    add(app, jira.url)
    assert "UAT_PRIVATE_HOSTS" in app.error[0].value.replace("\\", "")
    add(app, "", fetch="")
    assert "address" in app.error[0].value
    add(app, "https://acme.atlassian.net", fetch="")
    assert "Say what to fetch" in app.error[0].value
    add(app, "https://acme.atlassian.net")
    text = shown(app).replace("\\", "")
    assert "Secret: not set. Set `UAT_SECRET_ACME_ATLASSIAN_NET`" in text
    assert app.text_input(key="connection_name_jira_cloud_1").value == "Jira Cloud 2"
    app.button(key="test_jira-cloud-jira-cloud").click().run()
    assert "There is no secret" in app.error[0].value
    for what in ("find", "sync"):
        app.button(key=f"{what}_jira-cloud-jira-cloud").click().run()
        deadline = time.monotonic() + 60
        while not app.error:
            assert time.monotonic() < deadline
            time.sleep(0.2)
            app.run()
        assert len(app.error) == 1, f"{what}: told once"
    app.button(key="test_jira-cloud-jira-cloud").click().run()
    assert len(app.error) == 1, "told once"
    assert jira.connections == 0


def test_offline_nothing_is_asked(
    open_app: Callable[..., AppTest], jira: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setenv("UAT_OFFLINE", "1")
    monkeypatch.setenv(f"UAT_SECRET_127_0_0_1_PORT_{jira.port}", TOKEN)
    app = open_app()
    app.switch_page("pages/connections.py").run()
    add(app, jira.url)
    app.button(key="test_jira-cloud-jira-cloud").click().run()
    assert "offline switch" in app.error[0].value
    assert jira.connections == 0
