"""The fields of a case, left faster than the page is drawn: every save of one person lands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.domain import TestCase
from assistant.library import StoredCase
from assistant.ui import state
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review

EPIC = """# CC-9 Vouchers

## CC-91 Redeem a voucher
As a customer I want to redeem a voucher so that I pay less.

Scenario: Verify that a voucher is accepted
Given a voucher that was issued 40 days ago
When the customer redeems the voucher
Then the message "Voucher accepted." is displayed
"""


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


@pytest.fixture
def app(run_of_file: Callable[[str], AppTest]) -> AppTest:
    """The run of an epic with the fields of its case open."""
    app = run_of_file(EPIC)
    (panes,) = [one for one in app.button_group if str(one.key).startswith("panes_shown")]
    panes.set_value(["case"]).run()
    app.button(key="edit").click().run()
    assert not app.exception
    return app


@pytest.fixture
def at_once(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Use widgets as they were drawn first, each before the page is drawn to its fields again: a
    browser tells what a person does whether or not it has shown what came of what they did before.
    """

    def used(*uses: tuple[str, str]) -> None:
        kinds = ("text_input", "text_area", "button")
        drawn: dict[str, Any] = {one.key: one for kind in kinds for one in app.get(kind)}
        with monkeypatch.context() as patched:
            patched.setattr("assistant.ui.home.run_cases.case_bar", lambda *_: st.stop())
            for name, value in uses[:-1]:
                use(drawn, name, value)
        use(drawn, *uses[-1])
        assert not app.exception

    def use(drawn: dict[str, Any], name: str, value: str) -> None:
        if name in drawn:
            drawn[name].click().run()
            drawn[name].set_value(False)
        else:
            drawn[f"case-{name}-{app.query_params['case']}"].set_value(value).run()

    return used


def stored(app: AppTest) -> TestCase:
    return (
        state.workspace().library.case(app.query_params["project"], app.query_params["case"]).case
    )


def conflict(app: AppTest) -> bool:
    return any("Two versions" in one.value for one in app.markdown)


def actions(app: AppTest) -> list[str]:
    return [step.action for step in stored(app).steps]


@pytest.mark.long
def test_two_fields_left_before_the_page_is_drawn_are_both_saved(
    app: AppTest, at_once: Callable[..., None]
) -> None:
    at_once(("title", "A title of mine"), ("objective", "An aim of mine"))
    assert not conflict(app)
    assert (stored(app).title, stored(app).objective) == ("A title of mine", "An aim of mine")
    app.button(key="edit").click().run()
    app.button(key="undo").click().run()
    assert "voucher" in stored(app).title, "both are one edit"


@pytest.mark.long
def test_what_is_typed_goes_with_its_step_where_presses_just_before_moved_it(
    app: AppTest, at_once: Callable[..., None]
) -> None:
    for number, words in enumerate(("a", "b", "c"), start=1):
        if number > 1:
            app.button(key=f"step-insert-{number - 1}").click().run()
        name = f"case-action-{number}-{app.query_params['case']}"
        app.text_area(key=name).set_value(words).run()
    assert actions(app) == ["a", "b", "c"]
    at_once(
        ("step-insert-1", ""), ("action-2", "B"), ("step-up-2", ""), ("step-up-2", ""),
        ("step-remove-1", ""), ("step-remove-1", ""), ("action-3", "C"),
    )  # fmt: skip
    assert not conflict(app)
    assert actions(app) == ["B", "", "C"]


def test_a_field_left_right_after_an_undo_is_saved(
    app: AppTest, at_once: Callable[..., None]
) -> None:
    at_once(("title", "A title of mine"))
    at_once(("undo", ""), ("objective", "An aim of mine"))
    assert not conflict(app)
    assert ("voucher" in stored(app).title, stored(app).objective) == (True, "An aim of mine")


def test_accept_right_after_typing_takes_what_was_typed(
    app: AppTest, at_once: Callable[..., None]
) -> None:
    at_once(("title", "A title of mine"), ("accept", ""))
    assert (stored(app).title, stored(app).status) == ("A title of mine", "accepted")
    assert not app.error


@pytest.mark.long
def test_what_somebody_else_saved_between_two_fields_is_a_conflict_still(
    app: AppTest, at_once: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of two fields is saved, then Bob saves another, then the second one is left."""
    save, came = review.save, list[str]()

    def with_bob(opened: Workspace, project_id: str, case: TestCase, **seen: Any) -> StoredCase:
        saved = save(opened, project_id, case, **seen)
        if not came:
            came.append("Bob")
            theirs = saved.case.model_copy(update={"priority": "Low"})
            opened.library.update_case(
                project_id, theirs, expected_version=saved.row_version, by="Bob"
            )
        return saved

    monkeypatch.setattr(review, "save", with_bob)
    at_once(("title", "A title of mine"), ("objective", "An aim of mine"))
    assert conflict(app)
    assert any("Bob" in one.value for one in app.markdown)
    assert (stored(app).title, stored(app).priority) == ("A title of mine", "Low")
    app.button(key="conflict-merge").click().run()
    assert (stored(app).objective, stored(app).priority) == ("An aim of mine", "Low")


@pytest.mark.long
def test_a_change_of_an_accepted_case_is_told_to_make_it_a_draft(app: AppTest) -> None:
    case_id = app.query_params["case"]
    first = stored(app)
    project_id = app.query_params["project"]
    library = state.workspace().library
    library.set_status(project_id, case_id, "accepted", by="Tester", expected_version=1)
    app.run()
    assert any("This case is accepted." in one.value for one in app.caption)
    app.text_input(key=f"case-title-{case_id}").set_value("A title of mine").run()
    assert not app.exception
    (said,) = app.toast
    assert said.value.startswith(f"{case_id} is a draft again")
    assert "(it was accepted)" in app.button(key="undo").help.replace("\\", "")
    assert not any("This case is accepted." in one.value for one in app.caption)
    app.text_input(key=f"case-title-{case_id}").set_value("Another title").run()
    assert not app.toast, "a draft stays one"
    app.button(key="undo").click().run()
    app.button(key="undo").click().run()
    assert (stored(app).title, stored(app).status) == (first.title, "accepted")
