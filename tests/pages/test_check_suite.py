"""The page "Check a suite": upload, findings first, a case beside its sources, what is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from assistant.ui import state
from assistant.workflow.review import check_report, kept_suites
from assistant.workflow.review.case_checks import Older, SuiteCheck
from assistant.workflow.review.kept_suites import KeptSuite
from assistant.workflow.sources import import_sources

TABLE = (
    b"ID,Title,Story,Step,Expected Result\n"
    b'T-1,Nine digits,CC-102,Search for 9 digits,"The message ""Enter a 10-digit account number."" '
    b'is shown."\n'
    b"T-2,Long list <b>x</b>,CC-102,Search by postcode,The result list shows no more than 75 "
    b"accounts.\n"
)


def opened(app: AppTest, name: str, data: bytes) -> AppTest:
    app.switch_page("pages/check_suite.py").run()
    app.file_uploader[0].upload(name, data).run()
    assert not app.exception
    return app


def checked(app: AppTest) -> AppTest:
    app.button(key="check_suite").click().run()
    for _ in range(200):
        assert not app.exception
        if app.dataframe:
            return app
        time.sleep(0.3)
        app.run()
    raise AssertionError(text_of(app))


def opened_suite() -> tuple[str, KeptSuite]:
    workspace = state.workspace()
    project_id = workspace.projects()[0].id
    suite = kept_suites.find(workspace, project_id, "cases.csv")
    assert suite is not None
    return project_id, suite


def choose(app: AppTest, number: int) -> None:
    """Choose the case with this number in the table."""
    project_id, suite = opened_suite()
    app.session_state["suite_case"] = f"{project_id} {suite.id} {number}"
    app.run()


def test_the_empty_page_says_what_is_checked(app: AppTest) -> None:
    app.switch_page("pages/check_suite.py").run()
    assert not app.exception
    assert "sentences that deny it" in text_of(app)


@pytest.mark.long
def test_findings_come_first_and_the_case_stands_beside_its_sources(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE))
    table = app.dataframe[0].value
    assert list(table["Case"]) == ["T-2", "T-1"]
    assert table["Verdict"].iloc[0] == "denied"
    text = text_of(app)
    assert "75 accounts" in text
    assert "no more than 50 accounts" in text, "the source's sentence is on the page"
    assert "CC-102-AC4" in text
    assert "the case names it" in text
    app.pills(key="suite_verdicts").set_value(["denied"]).run()
    assert list(app.dataframe[0].value["Case"]) == ["T-2"]


@pytest.mark.long
def test_a_choice_belongs_to_its_case_and_not_to_its_row(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE))
    choose(app, 1)
    assert app.session_state["suite_table"]["selection"]["rows"] == [1]
    assert "**T-1**" in text_of(app)
    other = app.dataframe[0].value["Verdict"].iloc[1]
    app.pills(key="suite_verdicts").set_value([other]).run()
    assert app.session_state["suite_table"]["selection"]["rows"] == [0]
    assert "**T-1**" in text_of(app)
    app.pills(key="suite_verdicts").set_value(["denied"]).run()
    assert app.session_state["suite_table"]["selection"]["rows"] == []
    assert "**T-2**" in text_of(app)


@pytest.mark.long
def test_no_case_is_of_the_project_unless_the_cases_are_imported(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE))
    app.switch_page("pages/review_cases.py").run()
    assert "T-2" not in list(app.dataframe[0].value["Case"])
    app.switch_page("pages/check_suite.py").run()
    app.button(key="import_suite").click().run()
    assert not app.exception
    app.switch_page("pages/review_cases.py").run()
    assert "T-2" in list(app.dataframe[0].value["Case"])


@pytest.mark.long
def test_the_imported_cases_of_the_project_are_checked_without_a_file(app: AppTest) -> None:
    app.switch_page("pages/check_suite.py").run()
    taken = app.button(key="take_imported")
    count = int(taken.label.split()[2])
    assert taken.label == f"Take the {count} imported cases of this project"
    taken.click().run()
    assert app.button(key="check_suite").label == f"Check {count} cases"
    checked(app)
    assert len(app.dataframe[0].value) == count
    assert not [one for one in app.button if one.key == "import_suite"], "they are the project's"


def test_scenarios_are_checked_and_not_said_to_be_imported_as_cases(app: AppTest) -> None:
    scenario = "  Scenario: Long list\n    When I search\n    Then a list is shown\n"
    checked(opened(app, "search.feature", b"Feature: Search\n" + scenario.encode()))
    app.button(key="import_suite").click().run()
    assert not app.exception
    assert "imported as criteria to test, not as cases" in text_of(app)


@pytest.mark.long
def test_a_check_is_still_there_after_another_page(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE))
    app.switch_page("pages/review_cases.py").run()
    app.switch_page("pages/check_suite.py").run()
    assert list(app.dataframe[0].value["Case"]) == ["T-2", "T-1"]
    app.button(key="import_suite").click().run()
    assert not app.exception
    app.button(key="close_suite").click().run()
    assert not app.dataframe
    assert "sentences that deny it" in text_of(app)


@pytest.mark.long
def test_a_suite_can_be_checked_again(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE))
    app.button(key="check_again").click().run()
    assert app.button(key="check_suite").label == "Check 2 cases"
    app.button(key="keep_findings").click().run()
    assert list(app.dataframe[0].value["Case"]) == ["T-2", "T-1"], "what was found is still there"
    app.button(key="check_again").click().run()
    checked(app)
    assert app.button(key="check_again")


def test_a_file_that_is_no_table_is_refused_with_a_next_step(app: AppTest) -> None:
    opened(app, "notes.md", b"# Notes\n\nNo case here.\n")
    assert "holds no test cases" in app.error[0].value
    assert not [one for one in app.button if one.key == "check_suite"]


def test_unknown_columns_are_asked_for_and_then_checked(app: AppTest) -> None:
    headers = "Nr.;Prüfling;Was zu tun ist;Soll;Wichtigkeit;Bezug;Notiz"
    rows = ["TF-1;Plan verlängern;Open the plan;The plan is shown;hoch;CC-102;smoke"]
    rows += ["TF-1;Plan verlängern;Enter 14 days;The date is saved;hoch;CC-102;"]
    opened(app, "tests.csv", "\n".join([headers, *rows]).encode())
    assert "not known for certain" in text_of(app)
    next(button for button in app.button if button.label == "Save and use").click().run()
    assert not app.exception
    assert app.button(key="check_suite").label == "Check 1 case"


def button(app: AppTest, words: str) -> Button:
    return next(one for one in app.button if words in one.label)


@pytest.mark.long
def test_the_page_says_that_sources_changed_since_and_checks_again(
    app: AppTest, tmp_path: Path
) -> None:
    checked(opened(app, "cases.csv", TABLE))
    assert "Changed since" not in text_of(app)
    workspace = state.workspace()
    project = workspace.projects()[0].id
    (tmp_path / "desk.md").write_text("# The desk\n\nIt is open till 6 pm.\n", "utf-8")
    import_sources.index_paths(workspace, project, [tmp_path / "desk.md"])
    app.run()
    assert "Changed since" in text_of(app)
    assert "desk.md (new)" in text_of(app)
    assert "Older than the sources" in text_of(app)
    button(app, "Check all 2 cases again").click().run()
    checked_again(app)
    assert "Changed since" not in text_of(app)


@pytest.mark.long
def test_what_was_found_stays_where_a_new_check_fails(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE))
    workspace = state.workspace()
    project = workspace.projects()[0].id
    for one in workspace.library.documents(project):
        import_sources.remove(workspace, project, one.id)
    app.button(key="check_again").click().run()
    app.button(key="check_suite").click().run()
    checked_again(app)
    assert any("holds no sources" in one.value for one in app.error)
    assert list(app.dataframe[0].value["Case"]) == ["T-2", "T-1"]


def checked_again(app: AppTest) -> None:
    for _ in range(200):
        assert not app.exception
        if app.dataframe and not state.workspace().jobs.is_active(
            kept_suites.job_of(*opened_suite())
        ):
            app.run()
            return
        time.sleep(0.3)
        app.run()
    raise AssertionError(text_of(app))


@pytest.mark.long
def test_another_criterion_is_chosen_and_the_case_is_held_against_that(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE))
    assert "which one is not sure" in text_of(app)
    assert app.dataframe[0].value["Held against"].iloc[0].startswith("? CC-102")
    (wanted,) = app.multiselect
    wanted.set_value(["CC-101-AC1"])
    button(app, "Hold it against these").click().run()
    checked_again(app)
    table = app.dataframe[0].value
    assert list(table["Held against"][table["Case"] == "T-2"]) == ["CC-101-AC1"]
    choose(app, 2)
    assert "a person chose it" in text_of(app)
    assert "which one is not sure" not in text_of(app)
    app.button(key="check_again").click().run()
    checked(app)
    table = app.dataframe[0].value
    assert list(table["Held against"][table["Case"] == "T-2"]) == ["CC-101-AC1"], "it is kept"


@pytest.mark.long
def test_criteria_without_a_case_are_listed_and_cases_are_written_for_them(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE.replace(b"CC-102", b"CC-102-AC4")))
    (lacking,) = (one for one in app.expander if "Criteria without a case" in one.label)
    text = "\n".join(one.value for one in lacking.markdown).replace("\\", "")
    assert "CC-101-AC1" in text
    assert "CC-102-AC4" not in text
    button(app, "Write for ").click().run()
    assert not app.exception
    run = state.workspace().library.run(
        app.session_state["session"].project_id, app.session_state["session"].run_id
    )
    assert "CC-102-AC4" in run.generation.criteria_left_out
    assert "CC-102-AC1" not in run.generation.criteria_left_out


@pytest.mark.long
def test_a_suite_is_found_again_after_a_reload_and_in_the_next_visit(
    app: AppTest, open_app: Callable[..., AppTest]
) -> None:
    checked(opened(app, "cases.csv", TABLE))
    (wanted,) = app.multiselect
    wanted.set_value(["CC-101-AC1"])
    button(app, "Hold it against these").click().run()
    checked_again(app)
    assert app.query_params["suite"] in ("cases.csv", ["cases.csv"])
    project_id, _ = opened_suite()

    reloaded = open_app(project=project_id, suite="cases.csv")
    reloaded.switch_page("pages/check_suite.py").run()
    table = reloaded.dataframe[0].value
    assert list(table["Held against"][table["Case"] == "T-2"]) == ["CC-101-AC1"]
    assert reloaded.button(key="import_suite").disabled, "its file is not at hand"

    later = open_app(project=project_id)
    later.switch_page("pages/check_suite.py").run()
    assert not later.dataframe
    assert "last changed" in text_of(later)
    later.button(key="open-cases.csv").click().run()
    assert list(later.dataframe[0].value["Case"]) == list(table["Case"])
    choose(later, 2)
    button(later, "Take the choice back").click().run()
    checked_again(later)
    table = later.dataframe[0].value
    assert list(table["Held against"][table["Case"] == "T-2"]) != ["CC-101-AC1"]

    later.button(key="delete-cases.csv").click().run()
    assert not later.exception
    assert not later.dataframe
    assert "last changed" not in text_of(later)


@pytest.mark.long
def test_the_same_file_opens_what_was_found_and_a_changed_one_says_what_it_replaces(
    app: AppTest, open_app: Callable[..., AppTest]
) -> None:
    checked(opened(app, "cases.csv", TABLE))
    later = opened(open_app(), "cases.csv", TABLE)
    assert list(later.dataframe[0].value["Case"]) == ["T-2", "T-1"]
    assert not later.button(key="import_suite").disabled
    later.button(key="close_suite").click().run()
    changed = opened(later, "cases.csv", TABLE.replace(b"75", b"85"))
    assert "Takes the place of the cases.csv that was kept" in text_of(changed)
    assert changed.button(key="check_suite").label == "Check 2 cases"


@pytest.mark.long
def test_another_way_to_search_makes_the_verdicts_older(app: AppTest) -> None:
    checked(opened(app, "cases.csv", TABLE))
    workspace = state.workspace()
    project = workspace.projects()[0]
    config = project.retrieval.model_copy(update={"sparse_weight": 3.0})
    workspace.save_retrieval(project.id, config)
    app.run()
    assert "settings of the search (changed)" in text_of(app)
    assert button(app, "Check all 2 cases again")


@pytest.mark.long
def test_the_reports_are_there_when_the_page_is_drawn_and_made_once(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is made at the click is lost where others draw pages meanwhile."""
    made = []

    def as_csv(report: SuiteCheck, older: Older) -> bytes:
        made.append(report.file)
        return b"rows"

    monkeypatch.setattr(check_report, "as_csv", as_csv)
    checked(opened(app, "cases.csv", TABLE))
    assert made == ["cases.csv"]
    app.run()
    assert made == ["cases.csv"]


@pytest.mark.long
def test_what_perhaps_means_is_said_only_where_it_stands(app: AppTest) -> None:
    named = TABLE.replace(b"CC-102", b"CC-102-AC4")
    checked(opened(app, "named.csv", named))
    assert "Perhaps" not in text_of(app)
    app.button(key="close_suite").click().run()
    unsure = TABLE.replace(b"Long list <b>x</b>,CC-102", b"Long list,")
    checked(opened(app, "unsure.csv", unsure))
    assert "Perhaps" in text_of(app)
