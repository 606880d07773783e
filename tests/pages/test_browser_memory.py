"""What a browser finds again on its next visit: the request that was begun, the project, a name."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.ui.state import workspace
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import mask_sources

EPIC = """# BKO-40 Trade desk

## BKO-41 Order lines

- A line must have between 1 and 400 trays. Ask ada.wick@example.com.
"""
Open = Callable[..., AppTest]


@pytest.fixture
def environment(quick_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that is opened at once, where nothing says who uses it."""
    monkeypatch.delenv("UAT_USER", raising=False)
    return quick_environment / "data"


@pytest.fixture(autouse=True)
def known(cookies: dict[str, str]) -> dict[str, str]:
    """The cookies of a browser that was here before."""
    cookies["uat_browser"] = "a" * 32
    return cookies


@pytest.fixture
def opened(open_app: Open) -> Workspace:
    """The workspace of the app that is open."""
    open_app()
    return workspace()


def text(app: AppTest) -> str:
    return app.text_area(key="compose_text").value


def typed(app: AppTest, said: str = EPIC) -> AppTest:
    app.text_area(key="compose_text").set_value(said).run()
    assert not app.exception
    return app


def test_a_request_is_there_after_a_reload_until_it_is_cleared(
    open_app: Open, known: dict[str, str]
) -> None:
    typed(open_app())
    known["uat_browser"] = "b" * 32
    assert text(open_app()) == "", "it is nobody else's"
    known["uat_browser"] = "a" * 32
    again = open_app()
    assert text(again) == EPIC
    assert [one.value for one in again.caption if "As you left it on" in one.value]
    again.button(key="clear_request").click().run()
    assert text(again) == ""
    assert text(open_app()) == ""


def test_a_sentence_comes_back_in_its_own_field(open_app: Open) -> None:
    app = open_app()
    app.segmented_control(key="compose_way").set_value("ask").run()
    app.text_input(key="compose_asked").set_value("cases for BKO-40").run()
    assert open_app().text_input(key="compose_asked").value == "cases for BKO-40"


def test_nothing_of_a_request_is_kept_once_its_run_has_begun(
    open_app: Open, opened: Workspace
) -> None:
    app = typed(open_app())
    app.button(key="generate").click().run()
    assert not app.exception
    project = app.query_params["project"]
    run = app.query_params["run"]
    app.button(key="new").click().run()
    assert text(app) == EPIC, "the fields of this tab stay as they are"
    assert text(open_app()) == ""
    assert opened.library.request_drafts.find(project, "a" * 32) is None
    deadline = time.monotonic() + 60
    while opened.jobs.is_active(run) and time.monotonic() < deadline:
        time.sleep(0.1)


def test_a_request_goes_along_to_a_project_that_has_none(open_app: Open, opened: Workspace) -> None:
    first, second = opened.projects()[0].id, opened.create_project("Other").id
    app = typed(open_app(project=first))
    app.selectbox(key="project_choice").set_value(second).run()
    assert text(app) == EPIC
    assert text(open_app(project=first)) == ""
    back = open_app(project=second)
    assert text(back) == EPIC
    typed(open_app(project=first), "# BKO-50 Another\n")
    back.selectbox(key="project_choice").set_value(first).run()
    assert text(back) == "# BKO-50 Another\n", "each project has its own"


def test_a_kept_request_is_masked_and_goes_with_its_project(
    open_app: Open, opened: Workspace
) -> None:
    project = opened.create_project("Private").id
    mask_sources.save_choices(opened, project, enabled=True, names=["Wick"])
    typed(open_app(project=project))
    kept = opened.library.request_drafts.find(project, "a" * 32)
    assert kept is not None
    assert "1 and 400 trays" in kept.body
    assert "ada.wick@example.com" not in kept.body
    erase.project(opened, project, by="Ada")
    assert opened.library.request_drafts.find(project, "a" * 32) is None


def test_the_plain_address_opens_the_project_looked_at_last(
    open_app: Open, opened: Workspace, known: dict[str, str]
) -> None:
    usual = open_app().query_params["project"]
    mine = opened.create_project("Zebra").id
    known["uat_project"] = mine
    assert open_app().query_params["project"] == mine
    assert open_app(project=usual).query_params["project"] == usual, "an address says which"
    known["uat_project"] = "c" * 32
    assert open_app().query_params["project"] == usual, "one that is gone"


def test_a_name_is_given_once_and_signs(
    open_app: Open, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app()
    assert "You sign as Tester: say your name" in links(app)
    app.switch_page("pages/settings.py").run()
    app.text_input(key="your_name").set_value("  Marta   Brack ").run()
    assert not app.exception
    app.switch_page("app.py").run()
    assert "You sign as Marta Brack" in links(app)
    assert app.session_state["session"].user == "Marta Brack"
    known["uat_person"] = quote("Marta Brack")
    assert open_app().session_state["session"].user == "Marta Brack"
    monkeypatch.setenv("UAT_USER", "Tess")
    st.cache_resource.clear()
    app = open_app()
    assert app.session_state["session"].user == "Tess", "the deployment says who it is"
    assert "You sign as" not in links(app)
    app.switch_page("pages/settings.py").run()
    assert not [one for one in app.text_input if one.label == "Your name"]


def links(app: AppTest) -> str:
    return "\n".join(one.proto.label for one in app.get("page_link"))
