"""The library page: empty, filtered, decided on in bulk, taken back, the matrix."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from assistant.domain import (
    AcceptanceCriterion,
    CaseOrigin,
    Epic,
    SourceDocument,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.library import Library
from assistant.settings import load_settings
from assistant.suite.template import DEFAULT_TEMPLATE
from assistant.ui import state
from assistant.ui.library.library_view import DOWNLOAD
from assistant.workflow.review import company_template, stale
from assistant.workflow.review.company_template import ColumnEdit

HOSTILE = "Refund **paid** <b>at once</b> [x](http://evil.example)"


@pytest.fixture
def filled(environment) -> str:
    """A project with an epic and three cases."""
    library = Library.open(load_settings().library_path)
    project = library.create_project("P", template=DEFAULT_TEMPLATE)
    criterion = AcceptanceCriterion(id="E-1-AC1", text="A refund of up to £250.00 is paid by card.")
    epic = Epic(
        key="E", title="Refund", stories=(UserStory(key="E-1", title="R", criteria=(criterion,)),)
    )
    document = SourceDocument(id="d", kind="epic", title="Refund", text="-", content_hash="1")
    library.put_document(project.id, document, epics=[epic])
    for number, title in enumerate((HOSTILE, "Refund is refused", "Refund is booked")):
        step = TestStep(number=1, action="Pay it", expected_result="It is done")
        case = TestCase(
            id=f"C{number}", title=title, steps=(step,), epic_key="E", criterion_ids=("E-1-AC1",)
        )
        library.add_case(project.id, None, case)
    library.close()
    return project.id


@pytest.fixture
def page(open_app: Callable[..., AppTest], filled: str) -> AppTest:
    app = open_app(project=filled)
    app.switch_page("pages/review_cases.py").run()
    assert not app.exception
    return app


def titles(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["Title"])


def statuses(app: AppTest) -> set[str]:
    return {text.split()[1] for text in app.dataframe[0].value["Status"]}


def test_words_narrow_the_list(page: AppTest) -> None:
    assert len(titles(page)) == 3
    page.text_input(key="library-text").set_value("refused").run()
    assert not page.exception
    assert titles(page) == ["Refund is refused"]


def test_what_is_to_be_decided_on_stands_before_what_was_imported(
    open_app: Callable[..., AppTest], environment
) -> None:
    library = Library.open(load_settings().library_path)
    project = library.create_project("P", template=DEFAULT_TEMPLATE)
    given = ("OLD-1", "imported"), ("OLD-2", "rejected"), ("NEW-1", "draft"), ("NEW-2", "accepted")
    for name, status in given:
        origin = CaseOrigin(writer="import" if name.startswith("OLD") else "rules")
        case = TestCase(id=name, title=name, status=status, origin=origin)
        library.add_case(project.id, None, case)
    library.close()
    app = open_app(project=project.id)
    app.switch_page("pages/review_cases.py").run()
    assert titles(app) == ["NEW-1", "NEW-2", "OLD-1", "OLD-2"]


def test_all_shown_cases_are_accepted_at_once_and_taken_back(page: AppTest) -> None:
    page.button(key="library-accept").click().run()
    assert not page.exception
    assert statuses(page) == {"accepted"}
    page.button(key="library-undo").click().run()
    assert statuses(page) == {"draft"}


def test_an_action_names_its_cases_before_it_runs(page: AppTest) -> None:
    shown = "\n".join(element.value for element in page.markdown).replace("\\", "")
    for number in range(3):
        assert f"**C{number}**" in shown, "nothing is ticked: it is about all that are shown"
    assert page.button(key="library-reject").label == "Reject 3 cases shown"
    page.text_input(key="library-text").set_value("refused").run()
    shown = "\n".join(element.value for element in page.markdown).replace("\\", "")
    assert "**C1**" in shown
    assert "**C0**" not in shown
    assert page.button(key="library-reject").label == "Reject 1 case shown"


def test_a_tick_that_a_search_does_not_show_is_cleared(page: AppTest, filled: str) -> None:
    page.session_state[f"library-ticked-{filled}"] = ("C0", "C1")
    page.text_input(key="library-text").set_value("refused").run()
    assert [one.value for one in page.toast] == ["1 tick cleared: not among the cases shown now"]
    assert page.button(key="library-accept").label == "Accept 1 case ticked"
    page.text_input(key="library-text").set_value("").run()
    assert page.session_state["library_table"]["selection"]["rows"] == [1]
    page.button(key="library-accept").click().run()
    by_case = dict(
        zip(page.dataframe[0].value["Case"], page.dataframe[0].value["Status"], strict=True)
    )
    assert by_case == {"C0": "○ draft", "C1": "✓ accepted", "C2": "○ draft"}
    page.button(key="library-undo").click().run()
    assert statuses(page) == {"draft"}


def test_a_rejection_without_a_reason_is_refused(page: AppTest) -> None:
    page.button(key="library-reject").click().run()
    assert "Say why" in page.error[0].value
    assert statuses(page) == {"draft"}


def test_the_matrix_shows_how_deeply_the_criterion_is_covered(page: AppTest) -> None:
    page.segmented_control(key="library_view").set_value("matrix").run()
    assert not page.exception
    table = page.dataframe[0].value
    assert list(table["Criterion"]) == ["E-1-AC1"]
    assert list(table["Level"].iloc[0]) == ["Shallow"]


def test_stories_that_name_no_criterion_stand_in_the_matrix(page: AppTest, filled: str) -> None:
    library = state.workspace().library
    (epic,) = library.epics(filled)
    bare = UserStory(key="E-2", title="Receipt")
    epic = epic.model_copy(update={"stories": (*epic.stories, bare)})
    document = SourceDocument(id="d", kind="epic", title="Refund", text="--", content_hash="2")
    library.put_document(filled, document, epics=[epic])
    same = library.case(filled, "C0").case
    for case_id, story in (("OLD", "E-1"), ("NONE", "")):
        update = {"id": case_id, "story_key": story, "criterion_ids": (), "status": "imported"}
        library.add_case(filled, None, same.model_copy(update=update))
    page.segmented_control(key="library_view").set_value("matrix").run()
    assert not page.exception
    table = page.dataframe[0].value
    assert list(table["Criterion"]) == ["", "E-1-AC1", ""]
    assert list(table["Story"]) == ["E-2", "E-1", "E-1"]
    assert [list(one) for one in table["Level"]] == [["No criterion"], ["Shallow"], ["Story only"]]
    assert (
        "Counted apart: 1 story without a criterion, 1 case at a story only, 1 case at none of "
        "these stories"
    ) in [one.value for one in page.caption]


def settle_buttons(page: AppTest) -> dict[str, str]:
    return {
        str(one.key): one.label.replace("\\", "")
        for one in page.button
        if str(one.key).startswith("settle-")
    }


def test_what_was_imported_or_accepted_is_kept_and_the_draft_goes(
    page: AppTest, filled: str
) -> None:
    library = state.workspace().library
    same = library.case(filled, "C1").case
    library.add_case(filled, None, same.model_copy(update={"id": "OLD", "status": "imported"}))
    library.add_case(filled, None, same.model_copy(update={"id": "OURS", "status": "accepted"}))
    page.segmented_control(key="library_view").set_value("duplicates").run()
    page.button(key="find-duplicates").click().run()
    assert settle_buttons(page) == {"settle-OURS": "Keep OURS, reject C1"}
    page.button(key="settle-OURS").click().run()
    assert not page.exception
    found = {one.id: one.status for one in library.cases(filled)}
    assert (found["OLD"], found["OURS"], found["C1"]) == ("imported", "accepted", "rejected")
    assert settle_buttons(page) == {
        "settle-OLD": "Keep OLD, reject OURS",
        "settle-OURS": "Keep OURS, reject OLD",
    }, "no one proposal where people decided on both"
    assert any("which one stays is for you to say" in one.value for one in page.caption)
    page.button(key="settle-OLD").click().run()
    assert library.case(filled, "OURS").status == "rejected"
    assert not settle_buttons(page)


def test_a_fault_against_the_companys_template_stands_at_its_case(
    page: AppTest, filled: str
) -> None:
    page.session_state[f"library-ticked-{filled}"] = ("C0",)
    column = ColumnEdit(row=1, place=1, header="Why", field="objective", required=True)
    for template in (DEFAULT_TEMPLATE, company_template.edited([column], name="A", layout="step")):
        company_template.save(state.workspace(), filled, template)
        page.run()
        assert not page.exception
        told = [one.value for one in page.markdown if "against the company's template" in one.value]
        assert bool(told) == (template is not DEFAULT_TEMPLATE)


def test_an_empty_library_says_where_cases_come_from(open_app, environment) -> None:
    library = Library.open(load_settings().library_path)
    project = library.create_project("Empty", template=DEFAULT_TEMPLATE)
    library.close()
    app = open_app(project=project.id)
    app.switch_page("pages/review_cases.py").run()
    assert "Generate some" in app.info[0].value


def test_stale_cases_are_looked_for_when_the_download_is_opened(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    judge = stale.stale_cases

    def noted(opened, project_id, **more):
        asked.append(project_id)
        return judge(opened, project_id, **more)

    monkeypatch.setattr(stale, "stale_cases", noted)
    page.button(key="library-accept").click().run()
    assert not asked
    page.session_state[DOWNLOAD] = True
    page.run()
    assert not page.exception
    assert len(asked) == 1
