"""The schedule of a run, its days as a plot and as lists; the test date of a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from on_page import text_of
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from assistant.domain import Epic, GenerationConfig, GenerationRun, TestCase, TestStep, UserStory
from assistant.generation.suite_reading import SuiteTrace, Untested
from assistant.ui import state
from assistant.ui.home import schedule_view

RUN = "run-1"
MONDAY, TUESDAY = date(2026, 5, 4), date(2026, 5, 12)
STEP = TestStep(number=1, action="Pay it", expected_result="It is paid", support="unsupported")


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


@pytest.fixture
def app(open_app: Callable[..., AppTest]) -> AppTest:
    """A run of two stories: three cases on Tuesday, one on Monday, one on any day, one rejected."""
    open_app()
    opened = state.workspace()
    project_id = opened.projects()[0].id
    stories = (UserStory(key="S-1", title="Pay <b>now</b>"), UserStory(key="S-2", title="Book"))
    epic = Epic(key="S", title="Loans", stories=stories)
    run = GenerationRun(
        id=RUN, by="Tess", request="r", generation=GenerationConfig(), epics=(epic,)
    )
    opened.library.start_run(project_id, run)
    for name, story, day, lines in (
        ("A", "S-1", TUESDAY, ()),
        ("B", "S-2", MONDAY, ("After “Case A”: open", "To be set up: loan of <b>Ann</b>")),
        ("C", "S-2", TUESDAY, ("To be set up: loan of <b>Ann</b>",)),
        ("D", "S-1", TUESDAY, ("After “Case B”: open", "After “Case R”: open")),
        ("E", "", None, ("After “Case B”: open",)),
        ("R", "S-1", MONDAY, ()),
    ):
        title = f"Case {name}" if day else "Whenever"
        case = TestCase(
            id=name, title=title, story_key=story, test_date=day, preconditions=lines,
            steps=(STEP,),
        )  # fmt: skip
        opened.library.add_case(project_id, RUN, case)
    opened.library.finish_run(RUN, status="done")
    decide("R", "rejected", project_id)
    return open_app(project=project_id, run=RUN, case="C")


def decide(name: str, status: Any, project_id: str) -> None:
    library = state.workspace().library
    version = library.case(project_id, name).row_version
    library.set_status(project_id, name, status, reason="r", by="Ada", expected_version=version)


def stored(app: AppTest, name: str) -> TestCase:
    return state.workspace().library.case(app.query_params["project"], name).case


def shown(app: AppTest) -> AppTest:
    app.segmented_control(key="run_view").set_value("schedule").run()
    assert not app.exception
    return app


def test_a_reload_keeps_what_of_the_run_is_looked_at(
    app: AppTest, open_app: Callable[..., AppTest]
) -> None:
    address = shown(app).query_params
    reloaded = open_app(**address)
    assert reloaded.segmented_control(key="run_view").value == "schedule"
    reloaded.segmented_control(key="run_view").set_value("cases").run()
    assert "view" not in reloaded.query_params, "it is what a run begins with"
    other = open_app(**{**address, "view": "nonsense"})
    assert other.segmented_control(key="run_view").value == "cases"


def cases(app: AppTest) -> list[str]:
    found = [str(one.key) for one in app.button if str(one.key).startswith("schedule-")]
    return [f"{key.split('-')[1]} {key.split('-open-')[1]}" for key in found]


def bars(app: AppTest) -> list[tuple[str, str, int]]:
    (chart,) = app.get("vega_lite_chart")
    held = chart.proto.data if chart.proto.HasField("data") else chart.proto.datasets[0].data
    table = convert_arrow_bytes_to_pandas_df(held.data)
    return [(str(one.day), str(one.story), int(one.cases)) for one in table.itertuples()]


def test_each_day_has_its_cases_in_order_and_what_is_set_up_before(app: AppTest) -> None:
    text = text_of(shown(app))
    assert "**4 cases on 2 days** · most on Tue 12 May 2026: **3 cases** · 1 without a date" in text
    days = [one.value for one in app.subheader]
    assert days == ["On any day (1)", "Mon 4 May 2026 (1)", "Tue 12 May 2026 (3)"]
    assert cases(app) == ["0 E", "1 B", "2 A", "2 D", "2 C"]
    assert text.count("To be set up before this day") == 1
    assert "- loan of <b>Ann</b> :small[:gray[B, C]]" in text
    assert "goes on from A (Tue 12 May 2026) :orange[(run on a later day)]]" in text
    assert "goes on from B (Mon 4 May 2026), R :orange[(rejected)]]" in text
    assert bars(app) == [
        ("Mon 4 May 2026", "S-2 Book", 1),
        ("Tue 12 May 2026", "S-1 Pay <b>now</b>", 2),
        ("Tue 12 May 2026", "S-2 Book", 1),
    ]
    app.button(key="schedule-2-open-D").click().run()
    assert not app.exception
    assert app.segmented_control(key="run_view").value == "cases"
    assert app.query_params["case"] == "D"


def test_the_order_of_a_reader_of_the_whole_suite_and_what_it_finds_untested(app: AppTest) -> None:
    trace = SuiteTrace(
        title="Big <b>model</b>",
        order=("D", "C", "A"),
        other_days={"C": MONDAY},
        untested=(Untested(words="a <b>loan</b> of EUR 60", because="No case of EUR 60."),),
    )
    library, project_id = state.workspace().library, app.query_params["project"]
    library.saved.save(project_id, "suite reading", RUN, trace, by="Ada")
    shown(app)
    assert cases(app) == ["0 E", "1 B", "2 C", "2 A", "2 D"]  # D goes on from B, and that from A
    assert "Each day in the order of Big <b>model</b>" in text_of(app)
    assert "better on Mon 4 May 2026, says the reader" in text_of(app)
    app.segmented_control(key="run_view").set_value("coverage").run()
    assert not app.exception
    assert [one.label.replace("\\", "") for one in app.expander][:1] == [
        "1 thing that no case showed, says Big <b>model</b>"
    ]
    assert "No case of EUR 60." in text_of(app)
    assert "“a <b>loan</b> of EUR 60”" in text_of(app)
    assert "Nothing was written for it yet." in text_of(app)
    assert not [one for one in app.button if one.key == "write_lacking"]  # no model is able to


def test_accepted_cases_alone_say_what_they_go_on_from_is_not_accepted(app: AppTest) -> None:
    (choice,) = [one for one in shown(app).radio if one.key.startswith("schedule-what-")]
    choice.set_value("accepted").run()
    assert "No case is accepted yet." in text_of(app)
    decide("D", "accepted", app.query_params["project"])
    text = text_of(app.run())
    assert "**1 case on 1 day**" in text
    assert "goes on from B :orange[(not accepted)], R :orange[(rejected)]]" in text
    assert cases(app) == ["0 D"]


def test_of_more_cases_than_a_page_holds_one_day_is_shown_and_what_is_left_out_is_said(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule_view, "LISTED", 2)
    monkeypatch.setattr(schedule_view, "PLOTTED_DAYS", 1)
    monkeypatch.setattr(schedule_view, "STORY_HEX", ("#000000",))
    assert cases(shown(app)) == ["0 E"]
    assert bars(app) == [("Mon 4 May 2026", "S-2 Book", 1)]
    assert "The plot has the first 1 of 2 days." in text_of(app)
    app.selectbox(key="schedule-day").set_value("Tue 12 May 2026").run()
    assert cases(app) == ["0 A", "0 D"]
    assert "and 1 more" in text_of(app)
    monkeypatch.setattr(schedule_view, "PLOTTED_DAYS", 2)
    app.run()
    assert [one[1] for one in bars(app)] == ["S-2 Book", "other stories", "S-2 Book"]


def test_a_run_without_dates_says_what_they_are_and_how_a_case_gets_one(app: AppTest) -> None:
    project_id = app.query_params["project"]
    library = state.workspace().library
    for one in library.cases(project_id, run_id=RUN):
        case = one.case.model_copy(update={"test_date": None})
        library.update_case(project_id, case, expected_version=one.row_version, by="Ada")
    text = text_of(shown(app))
    assert "None of these cases has a test date, the day on which it is run." in text
    assert not app.get("vega_lite_chart")
    assert cases(app) == ["0 A", "0 B", "0 D", "0 C", "0 E"]
    tick(app, "A", "B")
    app.selectbox(key=f"schedule-to-{RUN}").set_value("Another day").run()
    app.date_input(key=f"schedule-other-{RUN}").set_value(MONDAY).run()
    app.date_input(key=f"schedule-other-{RUN}").set_value(TUESDAY)
    app.button(key="move-now").click().run()
    assert stored(app, "A").test_date == stored(app, "B").test_date == TUESDAY, "as typed last"
    assert "**2 cases on 1 day** · 3 without a date" in text_of(app)


def tick(app: AppTest, *names: str) -> None:
    for name in names:
        app.checkbox(key=f"schedule-tick-{RUN}-{name}").check()
    app.run()


def move(app: AppTest, day: str, *names: str) -> None:
    tick(app, *names)
    app.selectbox(key=f"schedule-to-{RUN}").set_value(day).run()
    app.button(key="move-now").click().run()
    assert not app.exception


def test_ticked_cases_get_another_day_and_one_undo_takes_it_back(app: AppTest) -> None:
    project_id, library = app.query_params["project"], state.workspace().library
    decide("A", "accepted", project_id)
    (choice,) = [one for one in shown(app).radio if one.key.startswith("schedule-what-")]
    choice.set_value("all").run()
    assert app.button(key="move-now").disabled
    move(app, "Mon 4 May 2026", "A", "C")
    assert {stored(app, name).test_date for name in "AC"} == {MONDAY}
    assert bars(app)[-1][0] == "Tue 12 May 2026"
    assert not app.checkbox(key=f"schedule-tick-{RUN}-A").value
    assert [one.value for one in app.toast] == ["2 cases moved to Mon 4 May 2026"]
    last = library.history(project_id, "A")[-1]
    assert (last.action, last.by, last.case.status) == ("edited", "Tester", "accepted")
    assert not stored(app, "C").origin.edited_by, "its words are whose they were"
    assert "2 cases given another test date at once" in app.button(key="move-undo").help
    app.button(key="move-undo").click().run()
    assert not app.exception
    assert {stored(app, name).test_date for name in "AC"} == {TUESDAY}


def test_no_case_is_moved_before_one_that_it_goes_on_from(app: AppTest) -> None:
    shown(app)
    move(app, "Mon 4 May 2026", "D", "C")
    assert not app.error, "on one day it stands behind it"
    app.button(key="move-undo").click().run()
    tick(app, "C", "D")
    app.selectbox(key=f"schedule-to-{RUN}").set_value("Another day").run()
    app.date_input(key=f"schedule-other-{RUN}").set_value(date(2026, 5, 1)).run()
    app.button(key="move-now").click().run()
    (error,) = app.error
    assert error.value.replace("\\", "").startswith(
        "No case was moved: D “Case D” goes on from B “Case B”. A case is not run on a day before"
    )
    assert {stored(app, name).test_date for name in "CD"} == {TUESDAY}
    app.date_input(key=f"schedule-other-{RUN}").set_value(date(2026, 5, 20)).run()
    move(app, "Another day", "B")
    assert not app.error, "C and D are ticked still, and go with it"
    assert {stored(app, name).test_date for name in "BCD"} == {date(2026, 5, 20)}


def test_all_cases_a_day_or_a_story_are_ticked_at_once(app: AppTest) -> None:
    shown(app)

    def several(name: str) -> str:
        field = app.selectbox(key=schedule_view.TICKED_AT_ONCE)
        field.set_value(name).run()
        assert not app.exception
        assert app.selectbox(key=schedule_view.TICKED_AT_ONCE).value is None, "ready for the next"
        ticked = [one.key for one in app.checkbox if str(one.key).startswith("schedule-tick-")]
        return "".join(key[-1] for key in ticked if app.checkbox(key=key).value)

    options = app.selectbox(key=schedule_view.TICKED_AT_ONCE).options
    assert options == [
        "All (5 cases)", "On any day (1 case)", "no story (1 case)", "Mon 4 May 2026 (1 case)",
        "S-2 Book (2 cases)", "Tue 12 May 2026 (3 cases)", "S-1 Pay <b>now</b> (2 cases)", "None",
    ]  # fmt: skip
    assert several("S-1 Pay <b>now</b>") == "AD"
    assert several("Mon 4 May 2026") == "BAD", "to those that are ticked already"
    assert several("None") == ""
    assert several("All") == "EBADC"
    move(app, "Mon 4 May 2026")
    assert {stored(app, name).test_date for name in "ABCDE"} == {MONDAY}


def test_what_somebody_gave_another_day_meanwhile_stays_there(app: AppTest) -> None:
    library, project_id = state.workspace().library, app.query_params["project"]
    tick(shown(app), "A", "C")
    app.selectbox(key=f"schedule-to-{RUN}").set_value("Mon 4 May 2026").run()
    other = stored(app, "C").model_copy(update={"test_date": date(2026, 5, 13)})
    library.update_case(project_id, other, expected_version=1, by="Ada")
    app.button(key="move-now").click().run()
    assert [one.value for one in app.toast] == [
        "1 case moved to Mon 4 May 2026, 1 case changed by someone else"
    ]
    assert (stored(app, "A").test_date, stored(app, "C").test_date) == (MONDAY, date(2026, 5, 13))


@pytest.mark.long
def test_a_person_sets_changes_and_clears_the_date_of_a_case(app: AppTest) -> None:
    assert "Test date: Tue 12 May 2026" in text_of(app)
    app.button(key="edit").click().run()
    date_field = app.date_input(key="case-test_date-C")
    assert date_field.value == TUESDAY
    date_field.set_value(MONDAY).run()
    assert stored(app, "C").test_date == MONDAY
    app.date_input(key="case-test_date-C").set_value(None).run()
    assert not app.exception
    assert stored(app, "C").test_date is None
    assert app.date_input(key="case-test_date-C").value is None
    app.button(key="edit").click().run()
    assert "Test date" not in text_of(app)
    assert "test date" in app.button(key="undo").help.lower()
    app.button(key="undo").click().run()
    assert stored(app, "C").test_date == TUESDAY, "one undo takes back both"
    app.button(key="edit").click().run()
    assert app.date_input(key="case-test_date-C").value == TUESDAY


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 31), date.max])
@pytest.mark.long
def test_a_date_beside_those_of_the_calendar_is_shown_and_kept(app: AppTest, day: date) -> None:
    library, project_id = state.workspace().library, app.query_params["project"]
    case = stored(app, "C").model_copy(update={"test_date": day})
    library.update_case(project_id, case, expected_version=1, by="Ada")
    app.run()
    app.button(key="edit").click().run()
    assert not app.exception
    assert app.date_input(key="case-test_date-C").value == day
    app.text_input(key="case-title-C").set_value("Other").run()
    assert (stored(app, "C").title, stored(app, "C").test_date) == ("Other", day)


def test_the_library_has_a_column_of_dates_where_a_listed_case_has_one(app: AppTest) -> None:
    app.switch_page("pages/review_cases.py").run()
    assert list(app.dataframe[0].value["Test date"])[:2] == [TUESDAY, MONDAY]
    app.text_input(key="library-text").set_value("whenever").run()
    assert not app.exception
    assert "Test date" not in app.dataframe[0].value
    app.session_state[f"library-ticked-{app.query_params['project']}"] = ("A",)
    app.text_input(key="library-text").set_value("").run()
    assert "Test date: Tue 12 May 2026" in text_of(app)
