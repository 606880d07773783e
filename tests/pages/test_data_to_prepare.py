"""What has to be prepared for a run: beside its cases, and as a file of the library's selection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest

from assistant.ui import state
from assistant.ui.home import data_to_prepare
from assistant.ui.library.library_view import DOWNLOAD

EPIC = """# LOAN-1 Loans

## LOAN-2 Extend a loan
As a borrower I want to keep a tool longer so that I can finish my work.

Acceptance criteria:
- A loan of up to 14 days is extended once.
- A loan that is extended cannot be extended again.
"""


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


@pytest.fixture
def app(run_of_file: Callable[[str], AppTest]) -> AppTest:
    """A run of which the first two cases need a record that no source lists."""
    app = run_of_file(EPIC)
    set_up = "To be set up: loan of <b>Ann</b>, due 12 May"
    change(app, 0, [set_up, "Day: 12 May"])
    change(app, 1, [set_up, "To be set up: loan of Ben", "Day: 12 May"])
    return app


def change(app: AppTest, place: int, lines: list[str]) -> None:
    library, project_id = state.workspace().library, app.query_params["project"]
    one = library.cases(project_id, run_id=app.query_params["run"])[place]
    case = one.case.model_copy(update={"preconditions": tuple(lines)})
    library.update_case(project_id, case, expected_version=one.row_version, by="Ada")


def shown(app: AppTest) -> AppTest:
    app.segmented_control(key="run_view").set_value("test data").run()
    assert not app.exception
    return app


def file_button(app: AppTest) -> list[bool]:
    found = [one.proto for one in app.get("download_button") if one.label == "Test data as CSV"]
    return [not one.disabled for one in found]


def test_records_to_set_up_stand_above_what_else_the_cases_start_from(app: AppTest) -> None:
    app = shown(app)
    text = text_of(app)
    assert "To be set up (2)" in text
    assert "loan of <b>Ann</b>, due 12 May :small[:gray[" in text, "as text, not as HTML"
    assert "2 cases need it in the same words" in text
    assert text.count("need it in the same words") == 1
    assert "- Day: 12 May :small[:gray[2 cases: TC-" in text
    assert file_button(app) == [True]
    opening = [one for one in app.button if str(one.key).startswith("set-up-")]
    assert [one.key.split("-open-")[0] for one in opening] == ["set-up-0"] * 2 + ["set-up-1"]
    case_id = opening[2].key.split("-open-")[1]
    opening[2].click().run()
    assert not app.exception
    assert app.segmented_control(key="run_view").value == "cases"
    assert app.query_params["case"] == case_id


def test_a_record_that_cases_need_differently_stands_first_with_their_words(app: AppTest) -> None:
    change(app, 0, ["Loan LN-10001 of <b>Ann</b> is open."])
    change(app, 1, ["Loan LN-10001 is returned."])
    text = text_of(shown(app))
    assert "**Named by several cases (1)**" in [one.label for one in app.expander]
    assert "**LN-10001** :small[:gray[2 cases, 2 different preconditions]]" in text
    assert text.count("- Loan LN-10001 of <b>Ann</b> is open.") == 2, "here and among the others"
    opening = [one for one in app.button if str(one.key).startswith("shared-0")]
    case_id = opening[1].key.split("-open-")[1]
    opening[1].click().run()
    assert not app.exception
    assert app.query_params["case"] == case_id
    change(app, 1, ["Loan LN-10001 of <b>Ann</b> is open."])
    shown(app)
    assert not [one for one in app.expander if "Named by several" in one.label]


def test_of_ways_to_name_a_record_and_lines_of_one_as_many_are_shown_as_buttons(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_to_prepare, "BUTTONS", 1)
    change(app, 0, [f"Loan LN-10001 has note {number}." for number in range(4)])
    change(app, 1, ["Loan LN-10001 is returned."])
    (panel,) = [one for one in shown(app).expander if "Named by several" in one.label]
    text = "\n".join(one.value for one in panel.markdown).replace("\\", "")
    assert text.count("- Loan LN-10001 has note") == 1
    assert "is returned" not in text
    more = [one.value for one in panel.caption if "in the file" in one.value]
    assert more == ["and 3 more in the file", "and 1 more in the file"]


def test_only_the_accepted_cases_are_prepared_for_once_there_are_some(app: AppTest) -> None:
    (choice,) = [one for one in shown(app).radio if one.key.startswith("test-data-what-")]
    choice.set_value("accepted").run()
    assert "No case is accepted yet." in text_of(app)
    assert file_button(app) == [False]
    library, project_id = state.workspace().library, app.query_params["project"]
    one = library.cases(project_id, run_id=app.query_params["run"])[1]
    library.set_status(project_id, one.id, "accepted", by="Ada", expected_version=one.row_version)
    app.run()
    text = text_of(app)
    assert "To be set up (2)" in text
    assert "need it in the same words" not in text


def test_a_run_in_which_nothing_is_to_be_set_up_says_so(app: AppTest) -> None:
    for place in (0, 1):
        change(app, place, ["Loan L-1 is open"])
    text = text_of(shown(app))
    assert "To be set up (0)" in text
    assert "No precondition of these cases begins with “To be set up”." in text
    assert "- Loan L-1 is open" in text
    count = len(state.workspace().library.cases(app.query_params["project"]))
    for place in range(count):
        change(app, place, [])
    app.run()
    assert "None of these cases has a precondition." in text_of(app)
    assert file_button(app) == [False]


def test_the_library_has_the_list_of_the_cases_that_are_shown(app: AppTest) -> None:
    app.switch_page("pages/review_cases.py").run()
    assert file_button(app) == [], "nothing is gathered before the menu is opened"
    app.session_state[DOWNLOAD] = True
    app.run()
    assert not app.exception
    assert file_button(app) == [True]
