"""The list of a run: found by words, narrowed by what is left to do, and what nobody accepts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from assistant.design.questions.scope import question_on_left_out
from assistant.domain import (
    SECOND_READER,
    GenerationConfig,
    GenerationRun,
    LintFinding,
    Question,
)
from assistant.errors import InvalidOutput
from assistant.library import StoredCase
from assistant.ui import state
from assistant.ui.cases import case_list
from assistant.ui.home.writing_progress import _FOLLOWED, _Followed
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import own_cases
from assistant.workflow.sources import import_sources
from assistant.workflow.writing import answers, follow_up_runs, generate_cases, runs, writing_run
from assistant.workflow.writing.requests import GenerateRequest, understand
from assistant.workflow.writing.runs import AGAIN
from assistant.workflow.writing.second_reading import ReadingTrace

EPIC = """# CC-9 Vouchers

## CC-91 Redeem a voucher
As a customer I want to redeem a voucher so that I pay less.

Scenario: Verify that a voucher is accepted
Given a voucher that was issued 40 days ago
When the customer redeems the voucher
Then the message "Voucher accepted." is displayed

Scenario: Verify that an old voucher is refused
Given a voucher that was issued 41 days ago
When the customer redeems the voucher
Then the message "This voucher has expired." is displayed

Acceptance criteria:
- A voucher is printed within 3 days.
"""
"""Two scenarios, which are whole cases, and a criterion, which becomes outlines."""


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


@pytest.fixture
def app(run_of_file: Callable[..., AppTest]) -> AppTest:
    """The run of an epic that came in as a file."""
    return run_of_file(EPIC, "vouchers.md")


def keep(folder: Path, text: str) -> None:
    """The text is what the source says now."""
    (folder / "vouchers.md").write_text(text, "utf-8")
    opened = state.workspace()
    import_sources.index_paths(opened, opened.projects()[0].id, [folder / "vouchers.md"])


def rows(app: AppTest) -> dict[str, str]:
    """What each row of the list says, by the id of its case."""
    radio = app.radio(key="case_list")
    said = [one.replace("\\", "") for one in radio.proto.captions]
    titles = [one.replace("\\", "") for one in radio.options]
    names = [one.split(" · ")[0] for one in said]
    return {
        name: f"{title} {words}" for name, title, words in zip(names, titles, said, strict=True)
    }


def named(app: AppTest, words: str) -> str:
    """The id of the one case whose row has these words."""
    (name,) = [name for name, row in rows(app).items() if words in row]
    return name


def show(app: AppTest, name: str | None) -> None:
    (pills,) = [one for one in app.button_group if str(one.key).startswith("listed-of-")]
    pills.set_value(name).run()
    assert not app.exception


def find(app: AppTest, words: str) -> None:
    app.text_input(key=f"found-of-{app.query_params['run']}").set_value(words).run()
    assert not app.exception


def menus(app: AppTest) -> list[str]:
    """What the buttons say that open a menu."""
    return [one.proto.popover.label for one in app.get("popover")]


def versions(app: AppTest, case_id: str, *titles: str) -> None:
    """Give the open case these titles, one after the other, with its fields open."""
    for title in titles:
        app.text_input(key=f"case-title-{case_id}").set_value(title).run()
        assert not app.exception


@pytest.mark.long
def test_a_case_is_found_by_its_title_its_steps_and_its_criterion(app: AppTest) -> None:
    everything = list(rows(app))
    refused = named(app, "old voucher")
    for words in ("REFUSED old", "41 days", "expired."):
        find(app, words)
        assert list(rows(app)) == [refused]
        assert app.query_params["case"] == refused
        find(app, "")
        assert list(rows(app)) == everything
    find(app, "CC-91-AC1")
    assert 0 < len(rows(app)) < len(everything)
    find(app, "no such words")
    assert list(rows(app)) == everything
    assert any("No case matches all of this" in one.value for one in app.caption)


def test_while_a_run_is_written_its_items_with_a_case_are_counted(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = state.workspace()
    project_id, run_id = app.query_params["project"], app.query_params["run"]
    summary = runs.summary(opened, project_id, run_id).model_copy(update={"status": "running"})
    rows = runs.case_rows(opened, project_id, run_id)
    said: list[str] = []
    monkeypatch.setattr("streamlit.progress", lambda _, text: said.append(text))
    case_list.progress_line(opened, summary, rows[:1])
    assert rows[0].condition_ids
    with_one = len(rows[0].condition_ids)
    assert said == [f"{len(rows)} cases so far; {with_one} of {summary.conditions} items have one"]


@pytest.mark.long
def test_what_was_decided_can_be_listed_alone(app: AppTest) -> None:
    first, second = named(app, "is accepted"), named(app, "is refused")
    for case_id, press in ((first, "accept"), (second, "reject")):
        app.radio(key="case_list").set_value(case_id).run()
        app.button(key=press).click().run()
    for name, expected in (("accepted", first), ("rejected", second)):
        show(app, name)
        assert list(rows(app)) == [expected]
        assert app.query_params["case"] == expected
    show(app, "to review")
    assert not {first, second} & set(rows(app))


@pytest.mark.long
def test_an_outline_is_refused_with_what_it_lacks_and_the_next_step(app: AppTest) -> None:
    library, project_id = state.workspace().library, app.query_params["project"]
    cases = {name: library.case(project_id, name).case for name in rows(app)}
    outline = next(name for name, one in cases.items() if one.is_outline)
    whole, silent = (name for name, one in cases.items() if not one.is_outline)
    steps = [one.model_copy(update={"expected_result": ""}) for one in cases[silent].steps]
    library.rewrite_case(
        project_id, cases[silent].model_copy(update={"steps": tuple(steps)}),
        app.query_params["run"], by="Tess",
        expected_version=library.case(project_id, silent).row_version,
    )  # fmt: skip
    refusal = f"{outline} was not accepted: its step has no action. Complete it first (Edit, key E)"
    lacks = f"{silent} accepted, though its step has no expected result"
    for case_id, status, refused, said in (
        (outline, "draft", True, []),
        (whole, "accepted", False, []),
        (silent, "accepted", False, [lacks]),
    ):
        app.radio(key="case_list").set_value(case_id).run()
        app.button(key="accept").click().run()
        assert not app.exception
        assert library.case(project_id, case_id).status == status
        told = [one.value.replace("\\", "") for one in app.error]
        assert any(refusal in one for one in told) == refused
        assert [one.value for one in app.toast] == said


def test_what_comes_out_without_a_model_is_said_before_the_press(
    app: AppTest, open_app: Callable[..., AppTest]
) -> None:
    app = open_app()
    assert app.button(key="generate").label == "Write outlines"
    told = [one.value for one in app.caption]
    assert [one for one in told if "**outlines** come out, no finished cases" in one]
    assert "Set up a model" in [one.proto.label for one in app.get("page_link")]
    (run,) = [one.value for one in app.markdown if " accepted · " in one.value]
    assert "cases, 0 accepted" in run


@pytest.mark.long
def test_an_edited_case_stays_open_where_the_filter_would_leave_it_out_now(app: AppTest) -> None:
    show(app, "needs you")
    case_id = list(rows(app))[1]
    app.radio(key="case_list").set_value(case_id).run()
    library, project_id = state.workspace().library, app.query_params["project"]
    app.button(key="edit").click().run()
    steps = library.case(project_id, case_id).case.steps
    for step in steps:
        app.text_area(key=f"case-action-{step.number}-{case_id}").set_value("Open it").run()
    app.button(key="edit").click().run()
    assert not app.exception
    assert not library.case(project_id, case_id).case.needs_you
    assert app.query_params["case"] == case_id
    assert case_id in rows(app)
    app.button(key="previous").click().run()
    assert case_id not in rows(app), "it has left the list with the one who had it open"


@pytest.mark.long
def test_a_stale_case_needs_a_person_and_is_not_accepted_with_the_others(
    app: AppTest, tmp_path: Path
) -> None:
    refused, accepted = named(app, "old voucher"), named(app, "is accepted")
    assert app.button(key="accept_all").label == "Accept 2 cases"
    keep(tmp_path, EPIC.replace("This voucher has expired.", "Too late."))
    app.run()
    assert not app.exception
    assert {name for name, row in rows(app).items() if "stale" in row} == {refused}
    assert "flag" in rows(app)[refused]
    assert app.button(key="accept_all").label == "Accept 1 case"
    (left,) = [one.value for one in app.caption if "left to you" in one.value]
    assert "1 stale" in left
    show(app, "needs you")
    assert refused in rows(app)
    assert accepted not in rows(app)
    show(app, "stale")
    assert list(rows(app)) == [refused]
    assert "Stale (1)" in menus(app)
    find(app, "no such words")
    assert f"All ({len(rows(app))})" in menus(app), "what is listed, not what was looked for"
    find(app, "")
    assert list(rows(app)) == [refused]
    app.button(key="accept_all").click().run()
    library, project_id = state.workspace().library, app.query_params["project"]
    assert library.case(project_id, accepted).status == "accepted"
    assert library.case(project_id, refused).status == "draft"


@pytest.mark.long
def test_a_download_says_how_many_stale_cases_it_has_and_can_leave_them_out(
    app: AppTest, tmp_path: Path
) -> None:
    def button() -> str:
        return next(one.label for one in app.get("download_button") if "case" in one.label)

    # The browser opens a menu at once, and shows what stood in it while it was closed.
    assert [one.value for one in app.caption if "One moment" in one.value]
    app.session_state["download_menu"] = True
    app.run()
    assert not [one.value for one in app.caption if "One moment" in one.value]
    whole = button()
    assert not [one.label for one in app.checkbox if "stale" in one.label]
    keep(tmp_path, EPIC.replace("This voucher has expired.", "Too late."))
    app.run()
    (choice,) = [one for one in app.checkbox if "stale" in one.label]
    assert (choice.label, choice.value) == ("With 1 stale case", True)
    assert button() == whole
    choice.uncheck().run()
    assert not app.exception
    assert button() == f"Download {int(whole.split()[1]) - 1} cases"
    assert not [one.value for one in app.caption if "(stale)" in one.value]


@pytest.mark.long
def test_a_download_names_what_breaks_the_rules_of_the_tool_that_it_is_for(app: AppTest) -> None:
    library, project_id = state.workspace().library, app.query_params["project"]
    case_id = app.query_params["case"]
    stored = library.case(project_id, case_id)
    long = stored.case.model_copy(update={"title": "Too long " * 30})
    library.update_case(project_id, long, expected_version=stored.row_version, by="Ada")
    app.session_state["download_menu"] = True
    app.run()

    def told(tool: str) -> list[str]:
        app.selectbox(key="download_target").set_value(tool).run()
        assert not app.exception
        captions = [one.value.replace("\\", "") for one in app.caption]
        return [one for one in captions if "characters, the template allows" in one]

    (said,) = told("Jira Xray")
    assert f"{case_id}: Test Summary: 270 characters, the template allows 255; shorten" in said
    (said,) = told("Azure DevOps")
    assert "the template allows 128" in said


@pytest.mark.long
def test_a_blank_line_at_the_end_of_a_field_is_no_change_to_take_back(app: AppTest) -> None:
    app.button(key="edit").click().run()
    case_id = app.query_params["case"]
    field = app.text_area(key=f"case-preconditions-{case_id}")
    field.set_value(f"{field.value}\n").run()
    app.button(key="edit").click().run()
    assert not app.exception
    assert app.button(key="undo").disabled


@pytest.mark.long
def test_fields_that_open_again_hold_what_was_saved(app: AppTest) -> None:
    """The values that they began with came back, and went over the saved ones."""
    case_id, library = app.query_params["case"], state.workspace().library
    title, result = f"case-title-{case_id}", f"case-expected_result-1-{case_id}"
    app.button(key="edit").click().run()
    app.text_input(key=title).set_value("A title of mine").run()
    app.text_area(key=result).set_value("A result of mine").run()
    app.button(key="edit").click().run()
    app.run()
    app.button(key="edit").click().run()
    assert app.text_input(key=title).value == "A title of mine"
    assert app.text_area(key=result).value == "A result of mine"
    app.text_area(key=result).set_value("Another result").run()
    case = library.case(app.query_params["project"], case_id).case
    assert (case.title, case.steps[0].expected_result) == ("A title of mine", "Another result")


@pytest.mark.long
def test_an_edit_that_went_back_before_its_beginning_begins_there(app: AppTest) -> None:
    case_id, library = app.query_params["case"], state.workspace().library
    project_id = app.query_params["project"]
    before = library.case(project_id, case_id).case.title
    app.button(key="edit").click().run()
    versions(app, case_id, "One")
    app.button(key="edit").click().run()
    app.button(key="edit").click().run()
    versions(app, case_id, "Two")
    for title in ("One", before):
        app.button(key="undo").click().run()
        assert library.case(project_id, case_id).case.title == title
    versions(app, case_id, "Three")
    app.button(key="edit").click().run()
    app.button(key="undo").click().run()
    assert library.case(project_id, case_id).case.title == before


@pytest.mark.long
def test_edits_of_a_case_say_nothing_of_one_with_its_id_in_another_project(
    app: AppTest, tmp_path: Path
) -> None:
    case_id, opened = app.query_params["case"], state.workspace()
    app.button(key="edit").click().run()
    versions(app, case_id, "One", "Two")
    app.button(key="edit").click().run()
    other = opened.create_project("Other").id
    import_sources.index_paths(opened, other, [tmp_path / "vouchers.md"])
    found = understand(opened, other, GenerateRequest(epic_keys=("CC-9",)))
    run = generate_cases.begin(opened, other, found, GenerationConfig(), by="Bob")
    generate_cases.run_now(opened, other, run)
    for version, title in enumerate(("Red", "Blue"), start=1):
        case = opened.library.case(other, case_id).case.model_copy(update={"title": title})
        opened.library.update_case(other, case, expected_version=version, by="Bob")
    record = app.session_state[state.RECORD]
    record.project_id = other
    record.open_run(run.id)
    record.case_id = case_id
    app.run()
    app.button(key="undo").click().run()
    assert not app.exception
    assert opened.library.case(other, case_id).case.title == "Red"


def statuses(app: AppTest) -> list[str]:
    library, project_id = state.workspace().library, app.query_params["project"]
    return [library.case(project_id, name).status for name in rows(app)]


def write_again(app: AppTest, case_id: str, title: str) -> None:
    """What a run that writes for this list does with a case."""
    library, project_id = state.workspace().library, app.query_params["project"]
    stored = library.case(project_id, case_id)
    library.rewrite_case(
        project_id, stored.case.model_copy(update={"title": title}), app.query_params["run"],
        expected_version=stored.row_version, by=app.session_state[state.RECORD].user,
    )  # fmt: skip


@pytest.mark.long
def test_one_undo_after_the_other_takes_all_that_was_done_back(app: AppTest) -> None:
    cases = list(rows(app))
    edited = cases[0]
    app.button(key="edit").click().run()
    versions(app, edited, "A title of mine")
    app.button(key="edit").click().run()
    for _ in cases:
        app.button(key="reject").click().run()
    assert set(statuses(app)) == {"rejected"}
    for number in range(len(cases), 0, -1):
        assert app.button(key="undo").help.endswith(" rejected. Key U")
        app.button(key="undo").click().run()
        assert not app.exception
        assert not app.error
        assert app.query_params["case"] == cases[number - 1]
        assert statuses(app).count("rejected") == number - 1
    assert "edited" in app.button(key="undo").help
    app.button(key="undo").click().run()
    assert "A title of mine" not in rows(app)[edited]
    assert app.button(key="undo").disabled


@pytest.mark.long
def test_undo_is_of_the_case_that_a_person_opened(app: AppTest) -> None:
    """A decision on another case was taken back, and the case written again stayed."""
    first, second = list(rows(app))[:2]
    write_again(app, second, "Other words")
    app.button(key="reject").click().run()
    app.radio(key="case_list").set_value(first).run()
    app.radio(key="case_list").set_value(second).run()
    assert "“Other words” written again" in app.button(key="undo").help
    app.button(key="undo").click().run()
    assert app.query_params["case"] == second
    assert "Other words" not in rows(app)[second]
    assert statuses(app)[0] == "rejected"
    app.button(key="undo").click().run()
    assert app.query_params["case"] == first
    assert statuses(app)[0] == "draft"


@pytest.mark.long
def test_undo_right_after_a_decision_is_of_that_decision(app: AppTest) -> None:
    """The next case is opened by the page: it is not what was done last."""
    app.session_state[state.RECORD].user = "Ann"
    first, second = list(rows(app))[:2]
    write_again(app, second, "Other words")
    app.run()
    app.button(key="reject").click().run()
    assert app.query_params["case"] == second
    app.button(key="undo").click().run()
    assert app.query_params["case"] == first
    assert statuses(app)[0] == "draft"
    app.button(key="undo").click().run()
    assert app.query_params["case"] == second
    assert "Other words" not in rows(app)[second]


def test_what_somebody_changed_since_is_said_and_passed_over(app: AppTest) -> None:
    first, second, third = list(rows(app))[:3]
    library, project_id = state.workspace().library, app.query_params["project"]
    app.button(key="reject").click().run()
    app.button(key="reject").click().run()
    stored = library.case(project_id, second)
    library.set_status(
        project_id, second, "accepted", by="Bob", expected_version=stored.row_version
    )
    app.run()
    assert app.query_params["case"] == third
    app.button(key="undo").click().run()
    assert "Somebody changed" in app.error[0].value
    assert statuses(app)[:2] == ["draft", "accepted"]
    assert app.query_params["case"] == first
    assert app.button(key="undo").disabled


@pytest.mark.long
def test_undo_without_a_name_leaves_what_another_session_did(
    app: AppTest, open_app: Callable[..., AppTest]
) -> None:
    """Whoever gave no name is "Tester", as everybody else without one."""
    first, *_, last = rows(app)
    address = {name: app.query_params[name] for name in ("project", "run")}
    app.button(key="reject").click().run()
    other = open_app(**address, case=last)
    other.button(key="reject").click().run()
    app.run()
    title = state.workspace().library.case(address["project"], first).case.title
    assert title in app.button(key="undo").help.replace("\\", "")
    app.button(key="undo").click().run()
    assert not app.exception
    assert app.query_params["case"] == first
    assert (statuses(app)[0], statuses(app)[-1]) == ("draft", "rejected")
    assert app.button(key="undo").disabled


def test_undo_of_many_counts_those_that_it_changes(app: AppTest) -> None:
    library, project_id = state.workspace().library, app.query_params["project"]
    app.button(key="accept_all").click().run()
    accepted = [one for one in library.cases(project_id) if one.status == "accepted"]
    count = len(accepted)
    assert count > 1
    assert app.button(key="undo").label == f"Undo ({count})"
    library.set_status(
        project_id, accepted[0].id, "rejected", by="Bob", expected_version=accepted[0].row_version
    )
    app.run()
    left = f"Undo ({count - 1})" if count > 2 else "Undo"
    assert app.button(key="undo").label == left
    assert f"{count - 1} case" in app.button(key="undo").help


def test_a_case_of_a_draft_alone_is_marked_in_the_list_and_beside_its_result(
    open_app: Callable[..., AppTest], tmp_path: Path
) -> None:
    open_app()
    opened = state.workspace()
    project_id = opened.projects()[0].id
    (tmp_path / "vouchers_v3_draft.md").write_text(EPIC, "utf-8")
    import_sources.index_paths(opened, project_id, [tmp_path / "vouchers_v3_draft.md"])
    found = understand(opened, project_id, GenerateRequest(epic_keys=("CC-9",)))
    run = generate_cases.begin(opened, project_id, found, GenerationConfig(), by="Tess")
    cases = generate_cases.run_now(opened, project_id, run).cases
    (case,) = [one for one in cases if "old voucher" in one.title]
    told = "Rests on a draft alone: vouchers_v3_draft.md (“draft” stands in its name)."
    found = LintFinding(rule="draft or old source", severity="warning", step=1, message=told)
    opened.library.update_case(
        project_id, case.model_copy(update={"findings": (found,)}),
        expected_version=opened.library.case(project_id, case.id).row_version, by="Tess",
    )  # fmt: skip
    app = open_app(project=project_id, run=run.id)
    app.session_state[state.RECORD].case_id = named(app, "old voucher")
    app.run()
    assert not app.exception
    shown = [one.value.replace("\\", "") for one in app.markdown]
    (beside,) = [one for one in shown if "Rests on a draft alone: vouchers_v3_draft.md (“" in one]
    assert any("on a draft or old source alone" in one for one in app.radio[0].proto.captions)
    assert "This voucher has expired" in beside
    assert any("[rests on a draft or an old source alone] step 1" in one for one in shown)
    cards = [one.value.replace("\\", "") for one in app.caption]
    assert any("draft: “draft” stands in its name" in one for one in cards)
    assert any("1 on a draft or old source alone" in one for one in cards), "as the list says it"


@pytest.mark.long
def test_quality_says_what_a_second_reader_read(app: AppTest) -> None:
    project_id, run_id = app.query_params["project"], app.query_params["run"]
    trace = ReadingTrace(title="desk", read=3)
    state.workspace().library.saved.save(project_id, "second reading", run_id, trace)
    app.segmented_control(key="run_view").set_value("quality").run()
    assert not app.exception
    (said,) = [one.value for one in app.markdown if "read once more by" in one.value]
    assert "**3 cases** read once more by desk" in said
    assert "it doubted none" in said


def test_quality_lists_accepted_cases_with_a_doubt_of_any_reading(app: AppTest) -> None:
    """The latest one read the drafts; another accepted case is a draft again."""
    opened, project_id = state.workspace(), app.query_params["project"]
    run_id = app.query_params["run"]
    library = opened.library
    first, second, third, *_ = library.cases(project_id, run_id=run_id)
    doubt = LintFinding(
        rule=SECOND_READER, severity="warning", message="It is not so.", words=first.title
    )
    for one in (first, second):
        doubted = one.case.model_copy(update={"findings": (doubt,), "status": "draft"})
        library.update_case(project_id, doubted, expected_version=one.row_version, by="Ada")
    for one in (first, third):
        now = library.case(project_id, one.id)
        library.set_status(
            project_id, one.id, "accepted", by="Ada", expected_version=now.row_version
        )
    library.saved.save(project_id, "second reading", run_id, ReadingTrace(title="desk", read=1))
    app.segmented_control(key="run_view").set_value("quality").run()
    assert not app.exception
    listed = [one.key for one in app.button if str(one.key).startswith("doubted-open-")]
    assert listed == [f"doubted-open-{first.id}"]


@pytest.mark.long
def test_what_a_source_takes_out_is_left_out_until_a_person_says_otherwise(app: AppTest) -> None:
    opened, project_id = state.workspace(), app.query_params["project"]
    run_id = app.query_params["run"]
    (printed,) = [
        one
        for epic in opened.library.run(project_id, run_id).epics
        for one in epic.criteria
        if "printed" in one.text
    ]
    for one in opened.library.cases(project_id, run_id=run_id):
        if printed.id in one.case.criterion_ids:
            opened.library.set_status(
                project_id, one.id, "rejected", by="Ada", expected_version=one.row_version
            )
    asked = question_on_left_out("Printing comes in drop 4", "Mail", (printed.id,), ())
    opened.library.add_questions(run_id, [asked], bears_on=lambda _, case: False)

    def figures() -> dict[str, tuple[str, str]]:
        app.segmented_control(key="run_view").set_value("coverage").run()
        assert not app.exception
        return {one.label: (one.value, one.delta) for one in app.metric}

    assert figures()["Criteria"] == ("3", "1 left out")
    assert figures()["Items left"] == ("0", "")
    (matrix,) = [one.value for one in app.dataframe if "Level" in one.value]
    assert list(matrix["Level"])[-1] == ["Left out"]
    assert list(matrix["Why"])[-1] == "“Printing comes in drop 4” (Mail)"
    app.segmented_control(key="run_view").set_value("questions").run()
    assert "On criteria that are left out (1)" in [one.label for one in app.expander]
    (choice,) = [one for one in app.radio if str(one.key).startswith("tested-")]

    def save() -> None:
        key = choice.key.replace("tested-", "save-", 1)
        next(one for one in app.button if one.key == key).click().run()

    own = choice.key.replace("tested-", "text-", 1)
    app.text_area(key=own).set_value("No, Ben says it is out of scope.")
    save()
    assert any("Nothing is saved yet." in one.value for one in app.warning)
    assert app.text_area(key=own).value == "No, Ben says it is out of scope."
    assert figures()["Criteria"] == ("3", "1 left out")
    app.segmented_control(key="run_view").set_value("questions").run()
    (choice,) = [one for one in app.radio if str(one.key).startswith("tested-")]
    choice.set_value(answers.TESTED)
    save()
    assert not app.exception
    assert "On criteria that are left out (1)" not in [one.label for one in app.expander]
    assert figures()["Criteria"] == ("3", "")
    assert figures()["Items left"] != ("0", "")


def test_one_kind_of_smell_is_a_line_and_no_chart(app: AppTest) -> None:
    opened, project_id = state.workspace(), app.query_params["project"]
    first, second, *_ = opened.library.cases(project_id, run_id=app.query_params["run"])

    def smell(stored: StoredCase, *rules: str) -> None:
        now = opened.library.case(project_id, stored.id)
        found = tuple(LintFinding(rule=one, message="So it is.") for one in rules)
        smelly = now.case.model_copy(update={"findings": found})
        opened.library.update_case(project_id, smelly, expected_version=now.row_version, by="Ada")

    for one in opened.library.cases(project_id, run_id=app.query_params["run"]):
        smell(one)
    smell(first, "vague words", SECOND_READER)
    app.segmented_control(key="run_view").set_value("quality").run()
    assert not app.exception
    assert "Smells: vague words, found 1 time" in [one.value for one in app.caption]
    smell(second, "no data")
    app.run()
    assert "**Smells by kind**" in [one.value for one in app.markdown]


def test_accept_all_leaves_a_case_for_the_reason_that_the_list_says(app: AppTest) -> None:
    opened, project_id = state.workspace(), app.query_params["project"]
    run_id, name = app.query_params["run"], named(app, "old voucher")
    (criterion,) = opened.library.case(project_id, name).case.criterion_ids
    asked = Question(criterion_id=criterion, kind="ambiguous", text="Who may redeem it?")
    opened.library.add_questions(run_id, [asked], bears_on=lambda _, case: case.id == name)
    app.run()

    def left() -> str:
        (said,) = [one.value for one in app.caption if "left to you" in one.value]
        return said

    assert "1 open question" in left()
    (epic,) = opened.library.run_epics(project_id, run_id)
    answers.answer(opened, project_id, epic, asked, "Anybody.", by="Tess")
    app.run()
    assert "question answered" in rows(app)[name]
    assert "1 question answered" in left()
    assert "open question" not in left()


def test_a_stale_case_of_a_persons_own_is_not_offered_to_be_written_again(
    app: AppTest, tmp_path: Path
) -> None:
    refused = named(app, "old voucher")
    opened, project_id = state.workspace(), app.query_params["project"]
    own = own_cases.duplicate(opened, project_id, refused, by="Tess").id
    keep(tmp_path, EPIC.replace("This voucher has expired.", "Too late."))
    app.query_params["case"] = own
    app.session_state[state.RECORD].case_id = own
    app.run()
    assert not app.exception
    assert "2 stale cases" in " ".join(one.value for one in app.markdown)
    assert app.button(key="all_again").label == "Write 1 case again"
    assert app.button(key="again").disabled
    assert "written by a person" in app.button(key="again").help


def test_a_stale_case_whose_item_is_gone_says_so_before_it_is_pressed(
    app: AppTest, tmp_path: Path
) -> None:
    """The limit of a criterion is dropped: nothing is left that its boundaries could be of."""
    keep(tmp_path, EPIC.replace("is printed within 3 days", "is printed"))
    app.run()
    stale = [name for name, row in rows(app).items() if "stale" in row]
    library, project_id = state.workspace().library, app.query_params["project"]
    kinds = {name: library.case(project_id, name).case.technique for name in stale}
    (left,) = [name for name, kind in kinds.items() if kind == "positive"]
    assert len(stale) > 1
    assert app.button(key="all_again").label == "Write 1 case again"
    said = " ".join(one.value for one in app.markdown)
    assert f"{len(stale) - 1} of what is no longer on the checklist" in said
    for name in stale:
        app.session_state[state.RECORD].case_id = name
        app.run()
        assert not app.exception
        told = " ".join(one.value.replace("\\", "") for one in app.markdown)
        assert app.button(key="again").disabled == (name != left)
        assert (f"{name} cannot be written again" in told) == (name != left)
        assert ("Reject the case" in told) == (name != left)


def open_list(app: AppTest, project_id: str, run_id: str) -> None:
    """Open the list of another run in the same session."""
    record = app.session_state[state.RECORD]
    record.project_id, record.run_id, record.case_id = project_id, run_id, ""
    app.query_params.clear()
    app.query_params.update({"project": project_id, "run": run_id})
    app.run()
    assert not app.exception
    assert app.session_state[state.RECORD].run_id == run_id


@pytest.mark.long
@pytest.mark.parametrize("elsewhere", ["another run", "another project"])
def test_what_was_written_again_is_told_in_the_list_that_it_is_for(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: str
) -> None:
    """Another list said "the same words came out" of it, or ended; here it could not be undone."""
    opened = state.workspace()
    project_id, run_id = app.query_params["project"], app.query_params["run"]
    keep(tmp_path, EPIC.replace("Voucher accepted.", "Voucher taken."))
    app.run()
    free, write = threading.Event(), writing_run.write

    def waits(opened: Workspace, project_id: str, run: GenerationRun, *more: Any, **by: Any) -> Any:
        assert not run.id.startswith(AGAIN) or free.wait(60)
        return write(opened, project_id, run, *more, **by)

    monkeypatch.setattr(writing_run, "write", waits)
    app.button(key="all_again").click().run()
    assert not app.exception
    (job,) = follow_up_runs.active(opened, run_id)
    other = project_id
    if elsewhere == "another project":
        other = opened.create_project("Other").id
    text = "# ZZ-1 X\n\n## ZZ-2 Y\n\nAcceptance criteria:\n- A fee of 5 EUR is shown.\n"
    found = understand(opened, other, GenerateRequest(text=text))
    run = generate_cases.begin(opened, other, found, GenerationConfig(), by="Tess")
    generate_cases.run_now(opened, other, run)
    open_list(app, other, run.id)
    assert not app.info
    free.set()
    assert opened.jobs.wait(job, 60)
    app.run()
    assert not app.info
    open_list(app, project_id, run_id)
    assert "written again" in app.button(key="undo").help
    assert not app.info


def test_what_one_of_several_jobs_could_not_write_stays_counted(app: AppTest) -> None:
    """“2 of 5” became “0 of 2”."""
    jobs, free = state.workspace().jobs, threading.Event()
    names = tuple(f"{AGAIN}{app.query_params['run']}-{one}" for one in "ab")

    def fails(stop: object) -> None:
        jobs.report(names[0], 2, 3)
        raise InvalidOutput("One was refused.")

    def waits(stop: object) -> None:
        free.wait(60)

    for name, work, about in (
        (names[0], fails, ("1", "2", "3")),
        (names[1], waits, ("4", "5")),
    ):
        jobs.start(name, work, known=JobState(total=len(about), about=about, together=names))
    assert jobs.wait(names[0], 60)
    try:
        app.run()
        assert str(app.get("progress")[0].proto.text).startswith("Writing 2 of 5 cases again")
        menu = str(next(one.proto for one in app.get("popover") if "Write again" in str(one.proto)))
        assert "5 cases are to be written again first." in menu
    finally:
        free.set()
    assert jobs.wait(names[1], 60)


@pytest.mark.long
def test_cases_that_came_out_the_same_are_told_in_one_line(app: AppTest) -> None:
    project_id, run_id = app.query_params["project"], app.query_params["run"]
    held = state.workspace().library.cases(project_id, run_id=run_id)[:2]
    versions = {one.id: one.row_version for one in held}
    app.session_state[_FOLLOWED] = {(project_id, run_id): _Followed(versions=versions)}
    app.run()
    assert not app.exception
    (said,) = [one.value.replace("\\", "") for one in app.info if "same words" in one.value]
    assert said == f"{held[0].id}, {held[1].id} stay as they were: the same words came out."
