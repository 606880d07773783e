"""Existing cases read by a model over real HTTP, from the page: what is shown, proposed and left
out of the writing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from endpoint_server import EndpointServer, endpoint_server, refuses, streams
from streamlit.testing.v1 import AppTest

from assistant.domain import utc_now
from assistant.library import Library
from assistant.library import documents as library_documents
from assistant.settings import load_settings
from assistant.sources.files.files import read_file
from assistant.ui import state
from assistant.ui.sources.documents_table import ticks_key
from assistant.workflow.review import preview_change
from assistant.workflow.sources import import_sources, next_version

pytestmark = pytest.mark.long
CASE = "UAT-CC-0003"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EndpointServer]:
    with endpoint_server() as running:
        monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
        monkeypatch.setenv("UAT_ENDPOINT_URL", running.url)
        monkeypatch.setenv("UAT_ENDPOINT_MODEL", "reader-9")
        yield running


def text_of(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.warning, *app.error]
    folded = [one.label for one in app.expander]
    return "\n".join([*(str(one.value) for one in parts), *folded]).replace("\\", "")


def keys(app: AppTest) -> set[str]:
    return {str(one.key) for one in app.button}


def picked(app: AppTest) -> AppTest:
    app.segmented_control(key="compose_way").set_value("pick").run()
    app.multiselect(key="compose_picked").set_value(["CC-100"]).run()
    assert not app.exception
    return app


def read(app: AppTest) -> AppTest:
    app.button(key="read_impact").click().run()
    deadline = time.monotonic() + 60
    while "stop_impact" in keys(app):
        assert time.monotonic() < deadline, text_of(app)
        time.sleep(0.2)
        app.run()
    app.run()  # the job may have ended after this run had looked for what it found
    assert not app.exception
    return app


def says(words: str, source: str) -> Any:
    change = {"step": 4, "words": words, "instead": "NEW WORDS", "source": source}
    entry = {
        "case": CASE, "impact": "change", "items": [1], "changes": [change], "because": "Moved.",
    }  # fmt: skip

    def answer(request: Any, bodies: list[Any]) -> None:
        told = bodies[-1]["messages"][-1]["content"]
        rows = [entry] if f'<case id="{CASE}">' in told else []
        streams(json.dumps({"cases": rows}))(request)

    return answer


def stored() -> Any:
    library = Library.open(load_settings().library_path)
    try:
        project = next(one for one in library.projects() if one.name == "Sample project")
        return library.case(project.id, CASE), library.proposals.of_case(project.id, CASE)
    finally:
        library.close()


def test_what_is_said_is_shown_and_proposed(server: EndpointServer, app: AppTest) -> None:
    picked(app)
    assert "Have a model read the existing cases" in text_of(app)
    assert "60 cases, at least 3 requests" in text_of(app)
    before, _ = stored()
    words = before.case.steps[3].expected_result.split(".")[0]
    answer = says(words, "the agent has confirmed at least 2 of the 4 security items")
    server.answer = lambda request: answer(request, server.bodies)
    read(app)
    shown = text_of(app)
    assert "**60 cases** read by reader-9" in shown
    assert "nothing said of 59" in shown
    assert "✎ update: 1" in shown, "the item counts by what the model said"
    app.session_state["impact_chosen"] = CASE
    app.run()
    assert ":green[**NEW WORDS" in text_of(app)
    assert "“the agent has confirmed at least 2 of the 4 security items”" in text_of(app)
    app.button(key="propose_impact").click().run()
    assert not app.exception
    after, (waiting,) = stored()
    assert after == before
    assert waiting.reason.startswith("Moved.")
    assert "propose_impact" not in keys(app), "what waits is not proposed twice"


def test_a_model_that_refuses_is_told_and_nothing_is_lost(
    server: EndpointServer, app: AppTest
) -> None:
    server.answer = refuses(401, "no")
    read(picked(app))
    assert app.error
    assert "read_impact" in keys(app)


def test_a_page_that_is_to_change_is_read_for_and_keeps_it_when_applied(
    server: EndpointServer, app: AppTest
) -> None:
    opened = state.workspace()
    project = opened.projects()[0]
    (document,) = [
        one
        for one in opened.library.documents(project.id)
        if one.title == "Business rules: Call Centre"
    ]
    app.session_state[ticks_key(project.id)] = [document.id]
    app.switch_page("pages/import_sources.py").run()
    assert "beside what this page says" in text_of(app), "it has one version"
    (toggle,) = [one for one in app.toggle if one.label == "Preview a new version"]
    toggle.set_value(True).run()
    (field,) = [one for one in app.text_area if one.label == "The new text"]
    words, source = "call back after 30 minutes", "call back after 45 minutes"
    field.set_value(str(field.value).replace(words, source)).run()
    app.button(key="preview_change").click().run()
    answer = says(words, source)
    server.answer = lambda request: answer(request, server.bodies)
    read(app)
    assert "Existing cases in this version" in text_of(app)
    assert "✎ change" in str([one.options for one in app.pills])
    app.button(key="apply_change").click().run()
    assert not app.exception
    assert "**60 cases** read by reader-9" in text_of(app), "with its versions now"
    app.button(key="propose_impact").click().run()
    assert not app.exception
    assert len(stored()[1]) == 1


def test_what_several_versions_changed_can_be_read_together(
    server: EndpointServer, app: AppTest
) -> None:
    opened = state.workspace()
    project_id = opened.projects()[0].id
    document = next_version.named_document(opened, project_id, "Business rules: Call Centre")
    text = next_version.present_text(opened, project_id, document.id)
    for words in ("after 45 minutes", "after 50 minutes"):
        new = text.replace("after 30 minutes", words)
        source = next_version.read_next_text(opened, project_id, document.id, new)
        found = preview_change.preview_change(opened, project_id, source)
        preview_change.apply_change(opened, project_id, found, by="sync")
    app.session_state[ticks_key(project_id)] = [document.id]
    app.switch_page("pages/import_sources.py").run()
    (chosen,) = [one for one in app.selectbox if "since" in one.label]
    assert chosen.options == ["version 2", "version 1"]
    chosen.set_value(1).run()
    answer = says("call back after 30 minutes", "call back after 50 minutes")
    server.answer = lambda request: answer(request, server.bodies)
    read(app)
    told = server.bodies[0]["messages"][-1]["content"].partition("</changes>")[0]
    assert "after 30 minutes" in told
    assert "after 45 minutes" not in told
    assert "**60 cases** read by reader-9" in text_of(app)


def test_sources_that_came_in_together_are_read_for_together(
    server: EndpointServer, app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = state.workspace()
    project = opened.projects()[0]
    later = utc_now() + timedelta(hours=1)
    monkeypatch.setattr(library_documents, "utc_now", lambda: later)
    source = "agents call back after 45 minutes"
    for title, text in {"Desk": "The desk opens at 9.", "Minutes": f"Decided: {source}."}.items():
        reading = read_file(f"{title}.md", f"# {title}\n\n{text}\n".encode())
        import_sources.put(opened, project.id, reading, by="Ada")
    app.switch_page("pages/import_sources.py").run()
    assert "2 sources: Desk (new); Minutes (new)" in text_of(app)
    answer = says("call back after 30 minutes", source)
    server.answer = lambda request: answer(request, server.bodies)
    read(app)
    assert "Existing cases in this change" in text_of(app)
    told = server.bodies[0]["messages"][-1]["content"]
    assert told.count("<changes page=") == 2
    app.button(key="propose_impact").click().run()
    assert not app.exception
    assert len(stored()[1]) == 1
    ids = {one.title: one.id for one in opened.library.documents(project.id)}
    app.session_state[ticks_key(project.id)] = [ids["Minutes"], ids["Business rules: Call Centre"]]
    app.run()
    assert "1 source: Minutes (new)." in text_of(app), "of those that are ticked what changed"
