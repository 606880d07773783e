"""What a browser finds again on its next visit: the request that was begun, the project, a name."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.ui import browser_memory
from assistant.ui.state import workspace
from assistant.workflow.deployment import erase, models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources, mask_sources

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


def kept(opened: Workspace, project_id: str, browser: str = "a" * 32) -> str:
    found = opened.library.request_drafts.find(project_id, browser)
    return found.body if found else ""


def test_each_project_shows_its_own_request_and_nothing_of_another(
    open_app: Open, opened: Workspace
) -> None:
    first, second = opened.projects()[0].id, opened.create_project("Other").id
    mask_sources.save_choices(opened, first, enabled=True, names=["Wick"])
    app = typed(open_app(project=first))
    app.text_area(key="compose_text").set_value(EPIC + "- The last words.\n")
    app.selectbox(key="project_choice").set_value(second).run()
    assert not app.exception
    assert text(app) == ""
    assert kept(opened, second) == ""
    assert "The last words." in kept(opened, first), "they came with the change of project"
    typed(app, "# BKO-50 Another\n")
    app.selectbox(key="project_choice").set_value(first).run()
    assert "The last words." in text(app)
    assert "ada.wick" not in text(app)
    app.selectbox(key="project_choice").set_value(second).run()
    assert text(app) == "# BKO-50 Another\n"
    assert "BKO-40" not in kept(opened, second)


def test_what_was_sent_is_kept_in_no_project(open_app: Open, opened: Workspace) -> None:
    first, second = opened.projects()[0].id, opened.create_project("Other").id
    app = typed(open_app(project=first))
    app.button(key="generate").click().run()
    run = app.query_params["run"]
    app.button(key="new").click().run()
    for project, shown in ((second, ""), (first, "")):
        app.selectbox(key="project_choice").set_value(project).run()
        assert text(app) == shown
    assert (kept(opened, first), kept(opened, second)) == ("", "")
    deadline = time.monotonic() + 60
    while opened.jobs.is_active(run) and time.monotonic() < deadline:
        time.sleep(0.1)


def test_clear_in_one_tab_leaves_what_another_tab_keeps(open_app: Open, opened: Workspace) -> None:
    project = opened.projects()[0].id
    one, other = open_app(), open_app()
    typed(one, "# BKO-50 Of one tab\n")
    typed(other, "# BKO-60 Of the other\n")
    one.button(key="clear_request").click().run()
    assert "Of the other" in kept(opened, project)
    typed(one, "# BKO-51 Of one tab again\n")
    one.button(key="clear_request").click().run()
    assert kept(opened, project) == ""
    other.run()
    assert "Of the other" in kept(opened, project), "the tab that shows it keeps it again"
    other.button(key="clear_request").click().run()
    one.run()
    assert kept(opened, project) == ""


def test_words_of_another_page_are_the_project_s_that_they_come_from(
    open_app: Open, opened: Workspace
) -> None:
    first, second = opened.projects()[0].id, opened.create_project("Other").id
    found = import_sources.preview_text(opened, second, "# BKO-70\n\nA tray is green.\n")
    import_sources.store(opened, second, [found])
    opened.jobs.wait(f"index-{second}")
    app = typed(open_app(project=first))
    app.session_state["session"].project_id = second  # a page alone has no chooser here
    app.switch_page("pages/ask_sources.py").run()
    app.chat_input(key="ask_question").set_value("Generate test cases for BKO-70").run()
    deadline = time.monotonic() + 60
    while app.chat_input(key="ask_question").disabled and time.monotonic() < deadline:
        time.sleep(0.1)
        app.run()
    app.button(key="to_order").click().run()
    assert not app.exception
    assert app.text_input(key="compose_asked").value == "Generate test cases for BKO-70"
    assert "BKO-70" in kept(opened, second)
    assert "BKO-40" not in kept(opened, second)
    assert "BKO-40" in kept(opened, first)
    assert "BKO-70" not in kept(opened, first)


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


def test_a_name_is_written_by_the_tab_that_it_was_given_in(
    open_app: Open, known: dict[str, str]
) -> None:
    known["uat_person"] = "Marta"
    older, newer = open_app(), open_app()
    newer.switch_page("pages/settings.py").run()
    newer.text_input(key="your_name").set_value("Ada").run()
    newer.switch_page("app.py").run()
    older.run()
    assert "uat_person" not in written(older)
    assert '"uat_person": "Ada"' in written(newer)
    newer.switch_page("pages/settings.py").run()
    newer.text_input(key="your_name").set_value("").run()
    newer.switch_page("app.py").run()
    assert '"uat_person": ""' in written(newer)


def written(app: AppTest) -> str:
    (found,) = [one for one in app.get("bidi_component") if "uat_browser" in str(one.proto)]
    return found.proto.json


def links(app: AppTest) -> str:
    return "\n".join(one.proto.label for one in app.get("page_link"))


def test_the_writer_chosen_last_is_there_on_the_next_visit(
    open_app: Open, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = models.writers

    def served(title: str) -> None:
        desk = models.OUTLINE.model_copy(update={"id": "endpoint", "title": title})
        monkeypatch.setattr(models, "writers", lambda opened: (*real(opened), desk))

    served("desk")
    kept: list[dict[str, str]] = []
    monkeypatch.setattr(
        browser_memory, "keep_cookies", lambda *_, once, number: kept.append(dict(once))
    )
    app = open_app()
    assert app.selectbox(key="compose_writer").value == models.OUTLINE_WRITER
    app.selectbox(key="compose_writer").set_value("endpoint").run()
    assert not app.exception
    (cookie,) = kept[-1].items()
    known[cookie[0]] = quote(cookie[1])
    assert open_app().selectbox(key="compose_writer").value == "endpoint"
    other = workspace().ensure_project("Another")
    assert open_app(project=other.id).selectbox(key="compose_writer").value == models.OUTLINE_WRITER
    then, _, writer = cookie[1].partition("|")
    assert then == models.OUTLINE_WRITER
    known[cookie[0]] = quote(f"what-it-started-with|{writer}")
    assert open_app().selectbox(key="compose_writer").value == models.OUTLINE_WRITER
    known[cookie[0]] = quote(cookie[1])
    served("another model")
    assert open_app().selectbox(key="compose_writer").value == models.OUTLINE_WRITER


@pytest.mark.parametrize("held", ["", "{", "|", "outline|", "a|b|c"])
def test_a_cookie_that_is_none_of_ours_is_nothing(
    open_app: Open, known: dict[str, str], held: str
) -> None:
    first = open_app()
    known[f"uat_writer_{first.session_state['session'].project_id}"] = quote(held)
    app = open_app()
    assert not app.exception
    assert app.selectbox(key="compose_writer").value == models.OUTLINE_WRITER
