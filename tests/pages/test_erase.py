"""*Keep and erase*: the age limit, and the project itself.

The panel is run by itself: AppTest shows the sidebar of an app with pages only once.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assistant.domain import SourceDocument
from assistant.library import Library

SECRET = "Zyxomatic"


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    return quick_environment


def panel() -> None:
    from assistant.ui.erase_panel import erased_note, keep_and_erase
    from assistant.ui.state import session, workspace

    opened, record = workspace(), session()
    erased_note()
    for project in opened.projects():
        record.project_id = project.id
        keep_and_erase(opened, record)


def library(folder: Path) -> Library:
    return Library.open(folder / "data" / "library.sqlite3")


def test_the_age_limit_of_a_project_is_kept(
    environment: Path,
) -> None:
    app = AppTest.from_function(panel, default_timeout=60.0).run()
    app.number_input(key="retention_days").set_value(90).run()
    app.button(key="save_retention").click().run()
    assert not app.exception
    assert library(environment).project("P").retention_days == 90


def test_a_project_is_erased_after_its_name_was_typed(
    environment: Path,
) -> None:
    held = library(environment)
    project = held.project("P")
    document = SourceDocument(
        id="d", kind="page", title=SECRET, text=f"{SECRET} is shown.", content_hash="0"
    )
    held.put_document(project.id, document)
    held.close()
    app = AppTest.from_function(panel, default_timeout=60.0).run()
    app.button_group(key="erase_kind").set_value("The project").run()
    assert app.button(key="erase_project").disabled
    app.text_input(key="erase_project_name").set_value("P").run()
    app.button(key="erase_project").click().run()
    assert not app.exception
    assert "exported" in app.success[0].value
    assert library(environment).projects() == ()
    files = [path for path in (environment / "data").rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in path.read_bytes() for path in files)
