"""Cases of one's own on the page of a run: a new one, a copy, and taking either back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from on_page import listed
from streamlit.testing.v1 import AppTest

from assistant.library import StoredCase
from assistant.ui import state

EPIC = """# CC-9 Vouchers

## CC-91 Redeem a voucher
As a customer I want to redeem a voucher so that I pay less.

Acceptance criteria:
- A voucher is printed within 3 days.
- An old voucher is refused with the message "This voucher has expired."
"""


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


@pytest.fixture
def app(run_of_file: Callable[[str], AppTest]) -> AppTest:
    """The run of an epic that came in as a file."""
    return run_of_file(EPIC)


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception


def open_id(app: AppTest) -> str:
    return str(app.query_params["case"])


def stored(app: AppTest, case_id: str) -> StoredCase:
    return state.workspace().library.case(str(app.query_params["project"]), case_id)


def counts(app: AppTest) -> str:
    (line,) = [one.value for one in app.markdown if " to review]" in one.value]
    return line


def test_a_copy_stands_below_its_original_with_its_fields_open(app: AppTest) -> None:
    before = listed(app)
    original = before[1]
    app.radio(key="case_list").set_value(original).run()
    press(app, "duplicate")
    copied = open_id(app)
    assert listed(app) == [*before[:2], copied, *before[2:]]
    assert app.text_input(key=f"case-title-{copied}").value == stored(app, original).title
    assert f"{len(before) + 1} cases" in counts(app)
    (again,) = [
        one.proto.popover for one in app.get("popover") if "again" in one.proto.popover.label
    ]
    assert again.disabled
    assert "by a person" in again.help
    press(app, "undo")
    assert listed(app) == before
    assert open_id(app) == original
    assert f"{len(before)} cases" in counts(app)


def test_a_new_case_is_for_the_criteria_of_the_open_one_unless_others_are_chosen(
    app: AppTest,
) -> None:
    before = listed(app)
    opened = open_id(app)
    press(app, "new_case")
    criteria = app.multiselect(key=f"new-criteria-{opened}")
    assert tuple(criteria.value) == stored(app, opened).case.criterion_ids
    press(app, "add_case")
    assert listed(app) == before
    press(app, "new_case")
    (other,) = {"CC-91-AC1", "CC-91-AC2"} - set(criteria.value)
    app.multiselect(key=f"new-criteria-{opened}").set_value([other])
    app.text_input(key="new_case_title").set_value("A torn voucher")
    press(app, "add_case")
    added = open_id(app)
    akin = [one for one in before if other in stored(app, one).case.criterion_ids]
    assert akin
    assert akin[-1] != before[0], "it stands below the last one of its criterion"
    place = before.index(akin[-1]) + 1
    assert listed(app) == [*before[:place], added, *before[place:]]
    case = stored(app, added).case
    assert (case.title, case.criterion_ids) == ("A torn voucher", (other,))
    assert app.text_area(key=f"case-action-1-{added}").value == ""


def test_a_new_case_that_says_nothing_is_not_accepted(app: AppTest) -> None:
    press(app, "new_case")
    app.text_input(key="new_case_title").set_value("A torn voucher")
    press(app, "add_case")
    added = open_id(app)
    press(app, "accept")
    assert any(f"{added} was not accepted" in one.value.replace("\\", "") for one in app.error)
    assert open_id(app) == added
    assert stored(app, added).status == "draft"


@pytest.mark.long
def test_an_edit_of_a_new_case_is_taken_back_before_the_case_is(app: AppTest) -> None:
    before = listed(app)
    press(app, "duplicate")
    copied = open_id(app)
    title = stored(app, copied).title
    app.text_input(key=f"case-title-{copied}").set_value("A variant").run()
    press(app, "edit")
    press(app, "undo")
    assert stored(app, copied).title == title
    assert copied in listed(app)
    assert "added" in app.button(key="undo").help
    press(app, "undo")
    assert listed(app) == before


def test_what_somebody_else_added_is_not_taken_back(app: AppTest) -> None:
    press(app, "duplicate")
    app.session_state[state.RECORD].user = "Bob"
    app.run()
    assert app.button(key="undo").disabled


def test_nothing_is_added_without_a_title(app: AppTest) -> None:
    before = listed(app)
    press(app, "new_case")
    app.text_input(key="new_case_title").set_value(" ")
    press(app, "add_case")
    assert listed(app) == before
    press(app, "new_case")
    assert any("needs a title" in one.value for one in app.error)


@pytest.mark.long
def test_fields_of_a_copy_that_are_opened_again_say_what_it_says(app: AppTest) -> None:
    press(app, "duplicate")
    name = open_id(app)
    app.text_area(key=f"case-action-1-{name}").set_value("Ask").run()
    for key in ("edit", "reject", "undo", "edit"):
        press(app, key)
    assert open_id(app) == name
    assert app.text_area(key=f"case-action-1-{name}").value == "Ask"
    assert app.text_input(key=f"case-title-{name}").value == stored(app, name).title
