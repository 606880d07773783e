"""*Undo* after *Remove*, the removed sources, and an earlier version used again, on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.testing.v1 import AppTest

from assistant.ui import state
from assistant.ui.sources.documents_table import ticks_key
from assistant.ui.sources.removed_sources import removed_ticks_key
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources

REFUNDS = "file:refunds.md"
OLD, NEW = "A refund is paid within 14 days.", "A refund is paid within 10 days."


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


@pytest.fixture
def app(open_app: Callable[..., AppTest], tmp_path: Path) -> AppTest:
    """The page with a source of two versions and one of one."""
    app = open_app()
    opened, project_id = project()
    for name, text in (("refunds", OLD), ("meters", "A meter is read."), ("refunds", NEW)):
        file = tmp_path / f"{name}.md"
        file.write_text(f"# {name.title()}\n\n{text}\n", "utf-8")
        import_sources.index_paths(opened, project_id, [file])
    app.switch_page("pages/import_sources.py").run()
    return app


def project() -> tuple[Workspace, str]:
    opened = state.workspace()
    return opened, opened.projects()[0].id


def tick(app: AppTest, *names: str) -> None:
    app.session_state[ticks_key(project()[1])] = names
    app.run()


def titles(app: AppTest) -> list[str]:
    """The titles in the table of sources; none where there is no table."""
    assert not app.exception
    return list(app.dataframe[0].value["Title"]) if app.dataframe else []


def buttons(app: AppTest) -> list[str]:
    return [one.label for one in app.button]


def told(app: AppTest) -> str:
    """What was noted last: AppTest does not draw again what shows it."""
    return str(app.session_state[state.DONE][-1][0])


def test_one_undo_takes_back_one_removal(app: AppTest) -> None:
    assert not any(one.startswith(("Undo", "Removed")) for one in buttons(app))
    tick(app, REFUNDS, "file:meters.md")
    app.button(key="remove_documents").click().run()
    assert titles(app) == [], "the last sources of the project"
    assert {"Undo (2)", "Removed (2)"} <= {*buttons(app)}
    assert told(app) == "2 sources removed"
    app.button(key="undo_removal").click().run()
    assert titles(app) == ["Refunds", "Meters"]
    assert told(app) == "2 sources restored: no case went stale"
    assert not any(one.startswith(("Undo", "Removed")) for one in buttons(app))
    opened, project_id = project()
    assert opened.jobs.wait(import_sources.indexing_job(project_id), 60)
    assert all(one.is_indexed for one in opened.library.documents(project_id))


def test_an_undo_is_of_the_last_removal_alone(app: AppTest) -> None:
    for name in (REFUNDS, "file:meters.md"):
        tick(app, name)
        app.button(key="remove_documents").click().run()
    app.button(key="undo_removal").click().run()
    assert titles(app) == ["Meters"]
    assert "Removed (1)" in buttons(app)
    assert "undo_removal" not in [one.key for one in app.button]


def dialog() -> None:
    from assistant.ui.sources.removed_sources import removed_table
    from assistant.ui.state import session, workspace
    from assistant.workflow.sources.restore_sources import removed_sources

    opened, record = workspace(), session()
    record.project_id = opened.projects()[0].id
    if removed := removed_sources(opened, record.project_id):
        removed_table(opened, record, removed)


@pytest.fixture
def removed(app: AppTest) -> AppTest:
    """The removed sources: AppTest draws a dialog once, so it is run by itself."""
    opened, project_id = project()
    import_sources.remove(opened, project_id, REFUNDS, by="Ann")
    app.run()
    assert "Removed (1)" in buttons(app)
    assert "undo_removal" not in [one.key for one in app.button], "another session removed it"
    found = AppTest.from_function(dialog, default_timeout=60.0)
    found.session_state[removed_ticks_key(project_id)] = (REFUNDS,)
    found.run()
    assert not found.exception
    return found


def test_a_removed_source_is_listed_and_restored_later(app: AppTest, removed: AppTest) -> None:
    table = removed.dataframe[0].value
    assert [list(table[column]) for column in ("Title", "Kind", "By")] == [
        ["Refunds"], ["page"], ["Ann"],
    ]  # fmt: skip
    removed.button(key="restore_removed").click().run()
    assert not removed.exception
    assert titles(app.run()) == ["Refunds", "Meters"]


def test_a_removed_source_is_erased_for_good(app: AppTest, removed: AppTest) -> None:
    removed.toggle(key="erase_removed_documents_shown").set_value(True).run()
    removed.button(key="erase_removed_documents").click().run()
    assert not removed.exception
    opened, project_id = project()
    assert opened.library.erasing.removed_documents(project_id) == ()
    assert "show_removed" not in [one.key for one in app.run().button]


def test_an_earlier_version_is_read_and_used_again(app: AppTest) -> None:
    tick(app, REFUNDS)
    assert "read_version_2" not in [one.key for one in app.button], "it is the present one"
    app.button(key="read_version_1").click().run()
    assert any(OLD in one.value.replace("\\", "") for one in app.markdown)
    app.run()
    app.button(key=f"use_version_1_after_2_of_{REFUNDS}").click().run()
    assert told(app) == "Version 1 is used again, as version 3: no case went stale"
    opened, project_id = project()
    assert OLD in opened.library.document(project_id, REFUNDS).text
    assert list(app.dataframe[0].value["Version"]) == [3, 1]
    assert f"use_version_2_after_3_of_{REFUNDS}" in [one.key for one in app.button]


@pytest.mark.long
def test_a_removal_that_a_click_ends_can_be_undone(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit ends a drawing at its next touch of the session where another click waits."""
    remove = import_sources.remove

    def ended(*arguments: Any, **options: Any) -> None:
        remove(*arguments, **options)
        raise StopException

    tick(app, REFUNDS)
    with monkeypatch.context() as patched:
        patched.setattr(import_sources, "remove", ended)
        app.button(key="remove_documents").click().run()
    app.run()
    assert "Undo (1)" in buttons(app)
