"""Reuse, update or new beside generated cases, in a run's list and in the library."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from on_page import listed, text_of
from streamlit.testing.v1 import AppTest

from assistant.library import Library
from assistant.settings import load_settings
from assistant.suite.template import DEFAULT_TEMPLATE

EPIC = """# CC-100 Caller verification

## CC-101 Verify the caller
As an agent I want to verify the caller so that I never disclose personal data.

Acceptance criteria:
- Account details stay hidden until the agent has confirmed at least 2 of the 4 security items.
- After the third failed attempt verification is locked for 45 minutes and the message \
"Verification failed. Please ask the caller to call back after 45 minutes." is displayed.
"""
OTHER = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
"""
UPDATE = "✎ update"


def until(app: AppTest, reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 240
    while not reached():
        assert time.monotonic() < deadline, text_of(app)
        time.sleep(0.2)
        app.run()
        assert not app.exception


def generated(app: AppTest, text: str) -> AppTest:
    app.text_area(key="compose_text").set_value(text).run()
    app.button(key="generate").click().run()
    until(app, lambda: "case" in app.query_params and "progress]" not in text_of(app))
    return app


@pytest.fixture
def run(app: AppTest) -> AppTest:
    """The app after a run on an epic that existing cases check in part."""
    return generated(app, EPIC)


SIGNS = ("✓ reuse", "✎ update", "+ none seen")


def column(app: AppTest) -> list[str]:
    """What each row of the list says, reuse, update or nothing; in the library a column does."""
    if app.dataframe:
        return list(app.dataframe[0].value["Existing"])
    captions = [one.replace("\\", "") for one in app.radio(key="case_list").proto.captions]
    return [next(iter(sign for sign in SIGNS if sign in one), "") for one in captions]


def choose(app: AppTest, *verdicts: str) -> None:
    key = f"existing-of-{app.query_params['run']}"
    app.session_state[key] = list(verdicts)
    app.run()
    assert not app.exception


@pytest.mark.long
def test_each_case_says_what_to_do_and_a_choice_opens_the_reason(run: AppTest) -> None:
    assert {"✓ reuse", UPDATE, ""} == set(column(run)), "nothing where no existing case was seen"
    assert not any(one.proto.expanded for one in run.expander if "reuse" in one.label)
    choose(run, "update")
    assert set(column(run)) == {UPDATE}
    shown = text_of(run)
    assert run.query_params["case"] == listed(run)[0]
    (panel,) = [one for one in run.expander if UPDATE in one.label]
    assert panel.proto.expanded
    assert "UAT-CC-0003, step 4" in panel.label.replace("\\", "")
    assert ":red[~~30~~] :green[**45**]" in shown


@pytest.mark.long
def test_next_stays_among_the_chosen(run: AppTest) -> None:
    choose(run, "update")
    ids = listed(run)
    run.button(key="next").click().run()
    assert run.query_params["case"] == ids[1]
    assert column(run) == [UPDATE] * len(ids)


@pytest.mark.long
def test_without_existing_cases_the_list_says_nothing(
    open_app: Callable[..., AppTest], environment: object
) -> None:
    library = Library.open(load_settings().library_path)
    project = library.create_project("Empty", template=DEFAULT_TEMPLATE)
    library.close()
    app = generated(open_app(project=project.id), OTHER)
    assert set(column(app)) == {""}
    assert "Against" not in text_of(app)


@pytest.mark.long
def test_the_library_filters_by_it_and_shows_the_reason(run: AppTest) -> None:
    run.switch_page("pages/review_cases.py").run()
    assert not run.exception
    run.multiselect(key="library-existing").set_value(["update"]).run()
    assert not run.exception
    assert set(column(run)) == {UPDATE}
    assert set(run.dataframe[0].value["Status"]) == {"○ draft"}


@pytest.mark.long
def test_the_existing_case_opens_in_the_library(run: AppTest) -> None:
    choose(run, "update")
    (button,) = [one for one in run.button if "open-existing-" in str(one.key)]
    button.click().run()
    assert not run.exception
    assert "**UAT-CC-0003**" in text_of(run)
    assert run.title[0].value == "Review cases"


@pytest.mark.long
def test_an_answer_in_the_run_is_what_its_cases_are_written_from(run: AppTest) -> None:
    run.segmented_control(key="run_view").set_value("questions").run()
    assert "conflict" in text_of(run)
    (text,) = [one for one in run.text_area if str(one.key).startswith("text-answer-")]
    text.set_value(text.value.replace("45", "30"))
    (save,) = [one for one in run.button if str(one.key).startswith("save-answer-")]
    save.click().run()
    assert not run.exception
    assert "answered]" in text_of(run)
    (again,) = [one for one in run.button if str(one.key).startswith("again-answer-")]
    again.click().run()
    key = again.key
    until(run, lambda: not any(one.key in (key, "cancel_again") for one in run.button))
    assert not run.error
    run.segmented_control(key="run_view").set_value("cases").run()
    assert UPDATE not in column(run), "what was out of date is right again"


def test_without_an_item_nothing_is_held_against_existing_cases(app: AppTest) -> None:
    bare = OTHER.split("Acceptance criteria")[0]
    app.text_area(key="compose_text").set_value(bare).run()
    assert not app.exception
    assert "0 items" in text_of(app)
    assert "existing case" not in text_of(app)


@pytest.mark.long
def test_a_second_request_says_what_has_cases_and_leaves_the_choice(app: AppTest) -> None:
    generated(app, OTHER)
    first = app.query_params["run"]
    app.button(key="new").click().run()
    app.text_area(key="compose_text").set_value(OTHER).run()
    assert not app.exception
    assert "1 of 1 criteria** have cases of an earlier run already" in text_of(app)
    assert app.button(key="generate").disabled
    choice = app.segmented_control(key="compose_written")
    assert choice.value == "without"
    beside_button = "3 items on the checklist, 3 of them with a case of an earlier run already."
    assert beside_button in text_of(app)
    assert f"{datetime.now():%Y}, " in app.button(key=f"earlier-{first}").label
    choice.set_value("all").run()
    assert not app.button(key="generate").disabled
    assert "of them with a case" not in text_of(app), "all of it is written"
    more = OTHER + "- A refund to a closed account is refused.\n"
    app.text_area(key="compose_text").set_value(more).run()
    assert "1 of 2 criteria** have cases of an earlier run already" in text_of(app)
    app.segmented_control(key="compose_written").set_value("without").run()
    app.button(key="generate").click().run()
    until(app, lambda: "case" in app.query_params and "progress]" not in text_of(app))
    assert app.query_params["run"] != first
    captions = app.radio(key="case_list").proto.captions
    assert captions
    assert all("PAY-71-AC2" in one.replace("\\", "") for one in captions), captions
    app.button(key="new").click().run()
    app.text_area(key="compose_text").set_value(OTHER).run()
    app.button(key=f"earlier-{first}").click().run()
    assert app.query_params["run"] == first
