"""Cases that go on from others: the line with the way to them, and what an action says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest

from assistant.domain import GenerationConfig, GenerationRun, TestCase, TestStep
from assistant.ui import state
from assistant.ui.home.writing_progress import _FOLLOWED, _Followed
from assistant.workflow.review import review

RUN = "run-1"
REJECTED, RENAMED, LATER = review.OF_CHAIN
FIVE = ["C1", "C2", "C3", "C4 Sends run 4", "C5 Sends run 5"]


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


@pytest.fixture
def app(open_app: Callable[..., AppTest]) -> AppTest:
    """A run whose first case five others go on from, by hand-written titles."""
    open_app()
    opened = state.workspace()
    project_id = opened.projects()[0].id
    run = GenerationRun(id=RUN, by="Tess", request="r", generation=GenerationConfig())
    opened.library.start_run(project_id, run)
    step = TestStep(number=1, action="Pay it", expected_result="It is paid", support="supported")
    for number in range(6):
        lines = ('After the case "<b>Builds</b> a run": L-1 is open',) if number else ()
        title = f"Sends run {number}" if number else "<b>Builds</b> a run"
        case = TestCase(id=f"C{number}", title=title, preconditions=lines, steps=(step,))
        opened.library.add_case(project_id, RUN, case)
    opened.library.finish_run(RUN, status="done")
    return open_app(project=project_id, run=RUN, case="C0")


def links(app: AppTest) -> list[str]:
    found = [one for one in app.button if str(one.key).startswith("chain-")]
    return [one.label.removeprefix(":small[").removesuffix("]") for one in found]


def toasts(app: AppTest) -> list[str]:
    return [one.value for one in app.toast]


def captions(app: AppTest) -> str:
    return "\n".join(app.radio(key="case_list").proto.captions)


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception


def test_a_case_leads_to_those_that_go_on_from_it_and_back(app: AppTest) -> None:
    assert "5 cases go on from it:" in text_of(app)
    assert "goes on from]" not in text_of(app)
    assert links(app) == FIVE
    assert ":small[2 more]" in [one.proto.popover.label for one in app.get("popover")]
    press(app, "chain-to-C4")
    assert app.query_params["case"] == "C4"
    assert "goes on from]" in text_of(app)
    assert links(app) == ["C0"]
    press(app, "chain-from-C0")
    assert app.query_params["case"] == "C0"


def test_a_rejection_says_who_goes_on_from_the_case_and_marks_them_until_undo(app: AppTest) -> None:
    press(app, "reject")
    assert toasts(app) == ["C0 rejected. 5 cases go on from it: C1, C2, C3 and 2 more"]
    assert captions(app).count(REJECTED) == 5
    assert app.query_params["case"] == "C1"
    assert f"-badge[{REJECTED}]" in text_of(app)
    assert links(app) == ["C0 :orange[(rejected)]"]
    press(app, "undo")
    assert REJECTED not in captions(app) + text_of(app)
    assert links(app) == FIVE


@pytest.mark.long
def test_another_title_is_told_and_marked_until_undo(app: AppTest) -> None:
    press(app, "edit")
    app.text_input(key="case-title-C0").set_value("Makes a run").run()
    (told,) = [one for one in toasts(app) if "go on" in one]
    assert told == "C0 has another title now. 5 cases go on from it: C1, C2, C3 and 2 more"
    assert captions(app).count(RENAMED) == 5
    app.text_area(key="case-action-1-C0").set_value("Pay it now").run()
    assert not [one for one in toasts(app) if "go on" in one], "told once"
    press(app, "edit")
    press(app, "undo")
    (told,) = [one for one in toasts(app) if "go on" in one]
    assert told.startswith("Taken back: ")
    assert told.endswith(". 5 cases go on from it: C1, C2, C3 and 2 more")
    assert RENAMED not in captions(app)


def test_a_case_that_was_written_again_says_who_goes_on_from_it(app: AppTest) -> None:
    opened, project_id = state.workspace(), app.query_params["project"]
    fresh = opened.library.case(project_id, "C0").case.model_copy(update={"title": "Makes one"})
    opened.library.rewrite_case(project_id, fresh, RUN, expected_version=1, by="Tester")
    app.session_state[_FOLLOWED] = {(project_id, RUN): _Followed(versions={"C0": 1})}
    app.run()
    told = [one.value.replace("\\", "") for one in app.info]
    assert told == ["C0 was written again. 5 cases go on from it: C1, C2, C3 and 2 more"]
    assert captions(app).count(RENAMED) == 5
    press(app, "undo_rewritten")
    assert RENAMED not in captions(app)


def test_a_case_of_ones_own_that_is_taken_back_says_who_goes_on_from_it(app: AppTest) -> None:
    opened, project_id = state.workspace(), app.query_params["project"]
    step = TestStep(number=1, action="Look", expected_result="Seen")
    own = TestCase(id="H", title="By hand", steps=(step,))
    opened.library.add_case(project_id, RUN, own, by="Tester", by_hand=True)
    other = opened.library.case(project_id, "C5")
    edited = other.case.model_copy(update={"preconditions": ("After “By hand”: open",)})
    opened.library.update_case(project_id, edited, expected_version=1, by="Bob")
    app.run()
    app.radio(key="case_list").set_value("H").run()
    assert links(app) == ["C5"]
    press(app, "undo")
    assert toasts(app) == ["Taken back: “By hand” added. 1 case goes on from it: C5"]


def test_the_library_leads_from_case_to_case_and_tells_of_many(app: AppTest) -> None:
    app.switch_page("pages/review_cases.py").run()
    project_id = app.query_params["project"]
    app.session_state[f"library-ticked-{project_id}"] = ("C0",)
    app.run()
    assert links(app) == FIVE
    app.selectbox(key="library-reason").set_value("Out of scope").run()
    press(app, "library-reject")
    told = toasts(app.switch_page("app.py").run())
    assert told == ["1 case rejected. 5 cases go on from it: C1, C2, C3 and 2 more"]
    app.switch_page("pages/review_cases.py").run()
    app.session_state[f"library-ticked-{project_id}"] = ("C2",)
    app.run()
    assert links(app) == ["C0 :orange[(rejected)]"]
    press(app, "chain-from-C0")
    assert links(app) == FIVE
