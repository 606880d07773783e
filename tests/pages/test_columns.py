"""Import sources: what a table holds and its columns are shown, corrected, saved, used again."""

from __future__ import annotations

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest

HEADERS = "Nr.;Prüfling;Was zu tun ist;Soll;Wichtigkeit;Bezug;Notiz"
ROWS = [
    "TF-1;Plan verlängern gratis;Open the plan;The plan is shown;hoch;CC-12;smoke",
    "TF-1;Plan verlängern gratis;Enter 14 days;The date is saved;hoch;CC-12;",
    "TF-2;Plan beenden im Portal;Click End;An error is shown;niedrig;CC-13;",
]
TABLE = "\n".join([HEADERS, *ROWS]).encode()


def upload(app: AppTest, name: str, data: bytes) -> None:
    app.file_uploader[0].upload(name, data).run()
    assert not app.exception


def say(app: AppTest, holds: str) -> None:
    """Say what the table holds."""
    box = next(box for box in app.segmented_control if box.label == "This table holds")
    box.set_value(holds).run()
    assert not app.exception


def choice(app: AppTest, header: str) -> object:
    """The widget that says what the column with this header is read as."""
    return next(box for box in app.selectbox if box.label == f"Read {header} as")


def test_unknown_columns_are_asked_for_once(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    before = len(app.dataframe[0].value)
    upload(app, "tests.csv", TABLE)
    assert "may hold test cases" in text_of(app)
    assert choice(app, "Soll").value == "step_expected"
    assert "**2 test cases** with 3 steps" in text_of(app)
    choice(app, "Notiz").set_value("labels").run()
    assert "smoke" in text_of(app), "the preview is live"
    next(box for box in app.text_input if box.label == "Save as").set_value("Prüfplan").run()
    next(button for button in app.button if button.label == "Save and use").click().run()
    assert not app.exception
    assert "may hold test cases" not in text_of(app)
    assert "2 cases" in text_of(app)
    assert "Columns read as saved under “Prüfplan”." in text_of(app)
    app.button(key="keep").click().run()
    assert not app.exception
    assert len(app.dataframe[0].value) == before + 1
    # the columns of the next export come in another order, and with one more
    rows = [[*line.split(";")[::-1], "new"] for line in [HEADERS, *ROWS]]
    upload(app, "later.csv", "\n".join(";".join(row) for row in rows).encode())
    assert "may hold test cases" not in text_of(app)
    assert "2 cases" in text_of(app)


@pytest.mark.long
def test_columns_can_be_corrected_again_and_forgotten(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    upload(app, "tests.csv", TABLE)
    next(button for button in app.button if button.label == "Save and use").click().run()
    app.button(key="keep").click().run()
    upload(app, "tests.csv", TABLE)
    assert app.button(key="keep").disabled, "nothing has changed"
    app.toggle[0].set_value(True).run()
    choice(app, "Wichtigkeit").set_value("ignore").run()
    next(button for button in app.button if button.label == "Save and use").click().run()
    assert not app.exception
    assert not app.button(key="keep").disabled, "the same file, read in another way"
    app.button(key="keep").click().run()
    upload(app, "tests.csv", TABLE)
    app.toggle[0].set_value(True).run()
    assert choice(app, "Wichtigkeit").value == "ignore"
    next(b for b in app.button if b.label == "Forget these columns").click().run()
    assert not app.exception
    assert choice(app, "Wichtigkeit").value == "priority", "suggested from the content again"


def test_columns_without_steps_say_what_is_missing(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    upload(app, "tests.csv", TABLE)
    for header in ("Was zu tun ist", "Soll"):
        choice(app, header).set_value("ignore").run()
    assert "No column holds steps" in text_of(app)
    assert next(b for b in app.button if b.label == "Save and use").disabled


def test_a_table_of_prices_asks_for_nothing(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    upload(app, "prices.csv", b"Tariff;Price per month\nBasic green power;12.50\nFlex;14.00\n")
    assert "may hold test cases" not in text_of(app)
    (text,) = [one.value for one in app.markdown if "Flex" in one.value]
    assert "\n| --- | --- |" in text, "the text as it was read has a table, not its signs"


STORIES = (
    b"What we want;Why;Done if;Ref;Wave\n"
    b"As a customer I want to cancel in the portal.;Calls cost money;"
    b'"1. Within 14 days no fee is charged.\n2. After 14 days 30 EUR are charged.";P-1;R5\n'
    b'As an agent I want to see the reason.;Agents ask;"- It is shown.\n- It is dated.";P-2;R6\n'
)


def test_a_table_of_stories_is_asked_for_once(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    before = len(app.dataframe[0].value)
    upload(app, "backlog.csv", STORIES)
    assert "may hold test cases or user stories" in text_of(app)
    box = next(box for box in app.segmented_control if box.label == "This table holds")
    assert box.value == "stories"
    assert choice(app, "Done if").value == "criteria"
    assert "**Done if** :orange-badge[guess]" in text_of(app)
    assert "**2 stories** with 4 criteria" in text_of(app)
    choice(app, "Wave").set_value("release").run()
    shown = text_of(app)
    assert "After 14 days 30 EUR are charged." in shown
    assert " backlog · R5" in shown, "the preview is live, and nothing is kept yet"
    next(button for button in app.button if button.label == "Save and use").click().run()
    assert not app.exception
    assert "may hold test cases or user stories" not in text_of(app)
    assert "1 epic, 2 stories, 4 criteria" in text_of(app)
    app.button(key="keep").click().run()
    assert len(app.dataframe[0].value) == before + 1
    upload(app, "next month.csv", STORIES.replace(b"14 days", b"20 days"))
    assert "may hold test cases or user stories" not in text_of(app)
    assert "1 epic, 2 stories, 4 criteria" in text_of(app)


def test_what_was_read_as_stories_is_said_to_be_cases_or_facts(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    table = b"Key;User story;Acceptance criteria\nP-1;Cancel online;Open the portal\n"
    upload(app, "t.csv", table)
    assert "1 story, 1 criterion" in text_of(app)
    next(t for t in app.toggle if t.label == "Show and correct the columns").set_value(True).run()
    say(app, "cases")
    assert "No column holds steps" in text_of(app)
    choice(app, "Acceptance criteria").set_value("step_action").run()
    assert "**1 test case** with 1 step" in text_of(app)
    say(app, "facts")
    assert "**Each row stays a row of a table**" in text_of(app)
    next(button for button in app.button if button.label == "Save and use").click().run()
    assert not app.exception
    assert "No epics or cases" in text_of(app)


def holds_column(app: AppTest) -> dict[str, str]:
    """What each source of the project holds, by its title."""
    table = app.dataframe[0].value
    return dict(zip(table["Title"], table["Holds"], strict=True))


def test_sources_are_kept_as_their_columns_are_shown(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    upload(app, "tests.csv", TABLE)
    choice(app, "Notiz").set_value("labels").run()
    assert "**2 test cases** with 3 steps" in text_of(app)
    app.button(key="keep").click().run()
    assert not app.exception
    assert holds_column(app)["tests"] == "2 cases"
    upload(app, "later.csv", TABLE.replace(b"14 days", b"20 days"))
    assert "may hold test cases" not in text_of(app)
    next(t for t in app.toggle if t.label.startswith("Show and")).set_value(True).run()
    assert choice(app, "Notiz").value == "labels", "as it was chosen"
    choice(app, "Notiz").set_value("ignore").run()
    app.button(key="keep").click().run()
    assert not app.exception
    upload(app, "last.csv", TABLE)
    next(t for t in app.toggle if t.label.startswith("Show and")).set_value(True).run()
    assert choice(app, "Notiz").value == "ignore", "a correction is not lost either"
    told = [one.value for one in app.switch_page("app.py").run().toast]
    assert "Columns saved as “tests”" in told


def test_nothing_is_kept_while_chosen_columns_give_nothing(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    before = len(app.dataframe[0].value)
    upload(app, "tests.csv", TABLE)
    for header in ("Was zu tun ist", "Soll"):
        choice(app, header).set_value("ignore").run()
    app.button(key="keep").click().run()
    assert "“tests.csv”: No column holds steps" in app.error[0].value.replace("\\", "")
    assert len(app.dataframe[0].value) == before
    say(app, "facts")
    app.button(key="keep").click().run()
    assert holds_column(app)["tests"] == ""


@pytest.mark.long
def test_files_with_the_same_columns_are_read_in_one_way(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    before = len(app.dataframe[0].value)
    later = TABLE.replace(b"14 days", b"20 days")
    app.file_uploader[0].upload("a.csv", TABLE).upload("b.csv", later).run()
    first, second = (box for box in app.selectbox if box.label == "Read Notiz as")
    first.set_value("labels").run()
    second.set_value("team").run()
    app.button(key="keep").click().run()
    assert "have the same columns" in app.error[0].value
    assert len(app.dataframe[0].value) == before
    next(b for b in reversed(app.selectbox) if b.label == "Read Notiz as").set_value("ignore").run()
    app.button(key="keep").click().run()
    assert not app.exception
    held = holds_column(app)
    assert (held["a"], held["b"]) == ("2 cases", "2 cases"), "the one that was chosen counts"
