"""Company template: from a sample or a tool, edited, seen on real cases, saved, undone."""

from __future__ import annotations

from on_page import text_of
from streamlit.testing.v1 import AppTest

SAMPLE = (
    "Ref;Test;Prio;Given;Nr;What to do;Result\r\n"
    "T-1;Extend a plan;P1;logged in;1;Open the plan;It is shown\r\n"
    ";;;;2;Save;It is saved\r\n"
    "T-2;End a plan;P3;logged in;1;Open the plan;It is shown\r\n"
    "T-3;Pause a plan;P2;logged in;1;Open the plan;It is shown\r\n"
    "T-4;Move a plan;P1;logged in;1;Open the plan;It is shown\r\n"
    "T-5;Copy a plan;P3;logged in;1;Open the plan;It is shown\r\n"
    "T-6;Sign a plan;P2;logged in;1;Open the plan;It is shown\r\n"
).encode("cp1252")


def opened(app: AppTest) -> AppTest:
    app.switch_page("pages/company_template.py").run()
    assert not app.exception
    return app


def named(app: AppTest, label: str) -> object:
    """The select box with this label."""
    return next(box for box in app.selectbox if box.label == label)


def preview(app: AppTest) -> object:
    """The table of exported cases."""
    return app.dataframe[-1].value


def test_the_project_s_template_is_shown_on_its_cases(app: AppTest) -> None:
    opened(app)
    assert app.text_input[0].value == "Brightwell UAT test case template v4"
    assert list(preview(app).columns)[:2] == ["Test Case ID", "Title"]
    assert app.button(key="template_save").disabled


def test_a_tool_s_template_is_tried_saved_and_undone(app: AppTest) -> None:
    opened(app)
    named(app, "Ready-made for a tool").set_value("Azure DevOps").run()
    assert not app.exception
    table = preview(app)
    assert list(table.columns)[:4] == ["ID", "Work Item Type", "Title", "Test Step"]
    assert list(table["Work Item Type"])[:2] == ["Test Case", ""]
    assert "Tags" in table.columns
    assert "No column shows" not in text_of(app)
    app.button(key="template_save").click().run()
    assert not app.exception
    assert app.text_input[0].value == "Azure DevOps"
    app.switch_page("pages/import_sources.py").run()
    opened(app)
    assert app.text_input[0].value == "Azure DevOps"
    back = named(app, "Back to an earlier one")
    assert len(back.options) == 1
    assert back.options[0].startswith("Brightwell")
    back.select_index(0).run()
    assert app.text_input[0].value == "Brightwell UAT test case template v4"
    app.button(key="template_save").click().run()
    assert not app.exception
    assert list(preview(app).columns)[:2] == ["Test Case ID", "Title"]


def test_a_draft_can_be_discarded(app: AppTest) -> None:
    opened(app)
    named(app, "Ready-made for a tool").set_value("TestRail").run()
    assert "No column shows: acceptance criteria" in text_of(app)
    assert any(button.label == "testrail-import.cfg" for button in app.get("download_button"))
    app.button(key="template_discard").click().run()
    assert app.text_input[0].value == "Brightwell UAT test case template v4"


def test_edits_are_there_again_after_a_look_at_another_page(app: AppTest) -> None:
    opened(app)
    app.text_input[0].set_value("Ours").run()
    app.switch_page("pages/settings.py").run()
    opened(app)
    assert app.text_input[0].value == "Ours"
    app.button(key="template_discard").click().run()
    assert app.text_input[0].value == "Brightwell UAT test case template v4"
    app.switch_page("pages/settings.py").run()
    opened(app)
    assert app.text_input[0].value == "Brightwell UAT test case template v4"


def test_a_sample_gives_columns_layout_and_words(app: AppTest) -> None:
    opened(app)
    app.file_uploader[0].upload("our cases.csv", SAMPLE).run()
    assert not app.exception
    assert app.text_input[0].value == "our cases"
    assert named(app, "Rows").value == "step, fields once"
    table = preview(app)
    assert list(table.columns) == [
        "Ref", "Test", "Prio", "Given", "Nr", "What to do", "Result",
    ]  # fmt: skip
    assert set(table["Prio"]) <= {"P1", "P2", "P3", ""}
    assert list(table["Ref"]).count("") == len(table) - 3


def test_mistakes_are_said_and_not_saved(app: AppTest) -> None:
    opened(app)
    app.text_input[0].set_value("").run()
    assert "needs a name" in app.error[0].value
    assert app.button(key="template_save").disabled
    app.text_input[0].set_value("Ours").run()
    next(box for box in app.text_input if box.label == "Title pattern").set_value("{x}").run()
    assert "unknown slot" in app.error[0].value.replace("\\", "")


def test_a_file_that_is_no_table_says_so(app: AppTest) -> None:
    opened(app)
    app.file_uploader[0].upload("notes.csv", b"a,b\n\x00\x01").run()
    assert not app.exception
    assert [error.value.replace("\\", "").split(".")[1] for error in app.error] == [
        "csv' holds no table"
    ]


def test_columns_that_are_not_known_are_named_and_nothing_is_called_right(app: AppTest) -> None:
    opened(app)
    assert "in 3 cases shown here" in text_of(app)
    app.file_uploader[0].upload("ours.csv", b"Foo,Bar\n1,2\n").run()
    assert not app.exception
    assert "Always empty: Foo, Bar." in text_of(app)
    assert "No column shows: title" in text_of(app)
    assert "shown here" not in text_of(app)
