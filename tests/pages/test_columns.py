"""Import sources: the columns of a table are shown, corrected, saved and used again."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

HEADERS = "Nr.;Prüfling;Was zu tun ist;Soll;Wichtigkeit;Bezug;Notiz"
ROWS = [
    "TF-1;Plan verlängern gratis;Open the plan;The plan is shown;hoch;CC-12;smoke",
    "TF-1;Plan verlängern gratis;Enter 14 days;The date is saved;hoch;CC-12;",
    "TF-2;Plan beenden im Portal;Click End;An error is shown;niedrig;CC-13;",
]
TABLE = "\n".join([HEADERS, *ROWS]).encode()


def text_of(app: AppTest) -> str:
    """All text on the page, unescaped."""
    parts = [*app.markdown, *app.caption, *app.warning]
    return "\n".join(element.value for element in parts).replace("\\", "")


def upload(app: AppTest, name: str, data: bytes) -> None:
    app.file_uploader[0].upload(name, data).run()
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
