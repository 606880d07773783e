"""Uploads that share a name: told apart in one upload, a version or an own source later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assistant.ui import state


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


def keep(app: AppTest) -> dict[str, int]:
    """Keep what was found; the versions of the project's documents by id."""
    app.button(key="keep").click().run()
    assert not app.exception
    opened = state.workspace()
    project_id = opened.projects()[0].id
    assert opened.jobs.wait(f"index-{project_id}", 30)
    app.run()
    return {one.id: one.version for one in opened.library.documents(project_id)}


@pytest.mark.parametrize("name", ["v4_rules_2027.md", "fees.md"])
def test_a_file_with_a_heading_of_a_source_is_offered_as_its_next_version(
    open_app: Callable[..., AppTest], name: str
) -> None:
    """By its heading, or by its name but for a version's number; both were in force."""
    heading = "Rules" if name == "fees.md" else "Other rules"
    text = "# {}\n\nThe fee is {} %.\n"
    app = open_app().switch_page("pages/import_sources.py").run()
    app.file_uploader[0].upload("v3_rules_2026.md", text.format("Rules", 40).encode()).run()
    assert keep(app) == {"file:v3_rules_2026.md": 1}
    app.file_uploader[0].upload("holidays.md", text.format("Holidays", 1).encode()).run()
    assert not [one for one in app.selectbox if "next version" in one.label]
    assert len(keep(app)) == 2
    app.file_uploader[0].upload(name, text.format(heading, 45).encode()).run()
    (offer,) = [one for one in app.selectbox if "next version" in one.label]
    assert offer.value == "", "a person says so"
    offer.set_value("file:v3_rules_2026.md").run()
    assert keep(app) == {"file:v3_rules_2026.md": 2, "file:holidays.md": 1}
    files = set(app.dataframe[0].value["File"])
    assert {name, "holidays.md"} == files, "the file that holds now"


@pytest.mark.long
def test_a_file_with_the_name_of_a_source_is_its_next_version_or_its_neighbour(
    open_app: Callable[..., AppTest],
) -> None:
    first, second, third, fourth = (
        f"# Notes\n\nA voucher is valid for {days} days.\n".encode() for days in (10, 20, 30, 40)
    )
    app = open_app().switch_page("pages/import_sources.py").run()
    app.file_uploader[0].upload("notes.md", first).upload("notes.md", second).run()
    assert keep(app) == {"file:notes.md": 1, "file:notes.md (2)": 1}
    app.file_uploader[0].upload("notes.md", third).run()
    assert "version 2" in " ".join(one.value for one in app.markdown)
    assert keep(app) == {"file:notes.md": 2, "file:notes.md (2)": 1}
    app.file_uploader[0].upload("notes.md", fourth).run()
    (own,) = (one for one in app.toggle if "same name" in one.label)
    own.set_value(True).run()
    assert keep(app) == {"file:notes.md": 2, "file:notes.md (2)": 1, "file:notes.md (3)": 1}


@pytest.mark.long
def test_of_two_files_for_one_source_a_person_says_which_is_the_newest(
    open_app: Callable[..., AppTest],
) -> None:
    """They were stored in the order in which they were chosen, without a word."""
    text = "# Rules\n\nThe fee is {} %.\n"
    app = open_app().switch_page("pages/import_sources.py").run()
    app.file_uploader[0].upload("v3_rules_2026.md", text.format(40).encode()).run()
    keep(app)
    newest, older = text.format(50).encode(), text.format(45).encode()
    app.file_uploader[0].upload("v5_rules.md", newest).upload("v4_rules.md", older).run()
    offers = [one for one in app.selectbox if "next version" in one.label]
    offers[0].set_value("file:v3_rules_2026.md").run()
    assert not app.button(key="keep").disabled
    assert not app.warning
    [one for one in app.selectbox if "next version" in one.label][1].set_value(
        "file:v3_rules_2026.md"
    ).run()
    (said,) = [one.value.replace("\\", "") for one in app.warning]
    assert "v5_rules.md and v4_rules.md are to be versions of one source, v3_rules_2026.md" in said
    assert app.button(key="keep").disabled
    (which,) = [one for one in app.selectbox if one.label == "The newest of them"]
    which.set_value(0).run()
    assert keep(app) == {"file:v3_rules_2026.md": 3}
    opened = state.workspace()
    (document,) = opened.library.documents(opened.projects()[0].id)
    present = opened.library.document(opened.projects()[0].id, document.id)
    assert "50 %" in present.text
