"""A source's new version, looked at on the page of sources before it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextArea, Toggle

from assistant.domain import GenerationConfig, TestCase, TestStep
from assistant.ui import state
from assistant.ui.sources.documents_table import ticks_key
from assistant.ui.sources.stale_note import NOTE
from assistant.workflow.review import preview_change, review, stale
from assistant.workflow.sources import import_sources
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand

EPIC = """# CC-9 Vouchers

## CC-91 Redeem a voucher
As a customer I want to redeem a voucher so that I pay less.

Acceptance criteria:
- A voucher is accepted up to 40 days after it was issued.
- An expired voucher is refused with the message "This voucher has expired."
"""


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that takes no time."""
    return quick_environment


@pytest.fixture
def app(open_app: Callable[..., AppTest], tmp_path: Path) -> AppTest:
    """The page of sources with an epic chosen, for which cases were written."""
    app = open_app()
    opened = state.workspace()
    project_id = opened.projects()[0].id
    file = tmp_path / "vouchers.md"
    file.write_text(EPIC, "utf-8")
    import_sources.index_paths(opened, project_id, [file])
    found = understand(opened, project_id, GenerateRequest(epic_keys=("CC-9",)))
    run = generate_cases.begin(opened, project_id, found, GenerationConfig(), by="Tess")
    generate_cases.run_now(opened, project_id, run)
    (document,) = opened.library.documents(project_id)
    app.session_state[ticks_key(project_id)] = [document.id]
    app.switch_page("pages/import_sources.py").run()
    toggle(app).set_value(True).run()
    assert not app.exception
    return app


def toggle(app: AppTest) -> Toggle:
    (found,) = [one for one in app.toggle if one.label == "Preview a new version"]
    return found


def show(app: AppTest, text: str) -> str:
    (field,) = [one for one in app.text_area if one.label == "The new text"]
    field.set_value(text).run()
    app.button(key="preview_change").click().run()
    assert not app.exception
    return text_of(app)


@pytest.mark.long
def test_what_would_change_is_shown_and_kept_when_it_is_applied(app: AppTest) -> None:
    (field,) = [one for one in app.text_area if one.label == "The new text"]
    assert field.value == EPIC, "the present text is there to be rewritten"
    said = show(app, EPIC.replace("40 days", "30 days"))
    opened = state.workspace()
    project_id = opened.projects()[0].id
    (document,) = opened.library.documents(project_id)
    assert document.version == 1, "nothing is kept yet"
    assert "1 sentence changed" in said
    assert "cases rest on what changes" in said
    assert ":red-background[40]" in said
    assert ":green-background[30]" in said
    assert "the new text says otherwise" in said, "40 days is beyond the limit then"
    assert "up to 30 days" in said
    other = show(app, EPIC.replace('with the message "This voucher has expired."', "in red"))
    assert "step 1, not in what its run read: “An expired voucher" in other
    assert "stands in no source of this case" in other
    show(app, EPIC.replace("40 days", "30 days"))
    app.button(key="apply_change").click().run()
    assert not app.exception
    (document,) = opened.library.documents(project_id)
    assert document.version == 2
    assert opened.jobs.wait(f"index-{project_id}", 30)
    app.run()
    assert not toggle(app).value, "its versions are shown"
    assert not [one for one in app.text_area if one.label == "The new text"], "it is closed"
    assert ":green-background[30]" in text_of(app)
    gone = stale.stale_cases(opened, project_id)
    assert gone
    assert f"Applied as version 2: {len(gone)} cases are stale" in text_of(app)
    (way,) = [one for one in app.button if one.label == "Show them"]
    way.click().run()
    assert not app.exception
    record = app.session_state[state.RECORD]
    assert (record.run_id, record.case_id) == (gone[0].run_id, gone[0].case_id)
    listed = app.radio(key="case_list").options
    assert len(listed) == len(gone) < len(opened.library.cases(project_id)), "these alone"
    record.case_id = "TC-CC-91-AC1-B1"  # at 40 days, which is beyond the limit now
    app.switch_page("pages/generate_test_cases.py").run()
    assert "up to 30 days" in _red(app), "what the preview knew stands beside the case"
    assert "Still right" not in [one.label for one in app.button], "a press alone does not bless it"
    for one in gone:  # outlines, as an earlier version let them be accepted
        opened.library.set_status(
            project_id, one.case_id, "accepted", by="Tess",
            expected_version=opened.library.case(project_id, one.case_id).row_version,
        )  # fmt: skip
    app.run()
    assert not app.exception
    assert not [one for one in app.button if one.label.startswith("Write 0")]
    assert f"{len(gone)} accepted cases stay as they are" in text_of(app)


@pytest.mark.long
def test_what_was_announced_of_a_rules_page_stands_in_the_run(app: AppTest, tmp_path: Path) -> None:
    opened = state.workspace()
    project_id = opened.projects()[0].id
    file = tmp_path / "voucher-rules.md"
    rules = "# Voucher rules\n\nBR-1 A voucher is accepted up to 40 days after it was issued.\n"
    file.write_text(rules, "utf-8")
    import_sources.index_paths(opened, project_id, [file])
    found = understand(opened, project_id, GenerateRequest(epic_keys=("CC-9",)))
    run = generate_cases.begin(opened, project_id, found, GenerationConfig(), by="Tess")
    generate_cases.run_now(opened, project_id, run)
    (document,) = [one for one in opened.library.documents(project_id) if one.kind == "rules"]
    app.session_state[ticks_key(project_id)] = [document.id]
    app.switch_page("pages/import_sources.py").run()
    toggle(app).set_value(True).run()
    said = show(app, rules.replace("40 days", "30 days"))
    assert "the new text says otherwise" in said
    assert "1 question raised" in said
    app.button(key="apply_change").click().run()
    assert not app.exception
    gone = stale.stale_cases(opened, project_id, run_id=run.id)
    assert gone
    record = app.session_state[state.RECORD]
    record.run_id, record.case_id = run.id, gone[0].case_id
    app.switch_page("pages/generate_test_cases.py").run()
    assert not app.exception
    assert "up to 30 days" in _red(app)
    tabs = app.segmented_control(key="run_view")
    (tab,) = [one for one in tabs.options if "Questions" in one]
    assert tab.endswith("Questions (1)")
    tabs.set_value("questions").run()
    assert not app.exception
    said = text_of(app)
    assert "raised by the present text" in said
    assert "but BR-1 says 30 days" in said.replace("\\", "")


def _red(app: AppTest) -> str:
    return "\n".join(one.value for one in app.markdown if ":red[:material/error:" in one.value)


@pytest.mark.long
def test_an_import_of_a_changed_source_says_how_many_cases_went_stale(app: AppTest) -> None:
    opened = state.workspace()
    project_id = opened.projects()[0].id
    app.button_group(key="import_way").set_value("paste").run()
    app.text_area(key="import_text_0").set_value(EPIC + "- A parrot is refused.\n").run()
    (read,) = [one for one in app.expander if one.label == "The text as it was read"]
    assert "A parrot is refused" in " ".join(one.value for one in read.markdown)
    app.button(key="keep").click().run()
    assert not app.exception
    assert not stale.stale_cases(opened, project_id)
    assert not [one for one in app.button if one.label == "Show them"]
    step = TestStep(number=1, action="Open it", expected_result="It is open")
    old = TestCase(id="OLD", title="Open", steps=(step,), status="imported")
    for case in (old, old.model_copy(update={"id": "DRAFT", "status": "draft"})):
        opened.library.add_case(project_id, None, case)
    library = opened.library.lineage
    assert library.count_uncited(project_id, ["imported", "accepted", "draft"]) == 2
    assert library.count_uncited(project_id, ["imported", "accepted"]) == 1
    app.text_area(key="import_text_1").set_value(EPIC.replace("40 days", "30 days")).run()
    app.button(key="keep").click().run()
    gone = stale.stale_cases(opened, project_id)
    assert gone
    assert f"1 source kept: {len(gone)} cases are stale" in text_of(app)
    assert "1 case cites no source" in "".join(one.value for one in app.caption)
    for left in range(len(gone) - 1, -1, -1):
        assert [one for one in app.button if one.label == "Show them"]
        seen = [finding.key for finding in gone[left].findings]
        stale.still_right(opened, project_id, gone[left].case_id, seen=seen, by="Tess")
        app.run()
        said = text_of(app)
        assert (f"1 source kept: {left} case" in said) == (left > 0)
    assert not [one for one in app.button if one.label == "Show them"]


@pytest.mark.long
def test_a_run_says_what_its_epic_says_since_and_counts_it(app: AppTest) -> None:
    opened = state.workspace()
    project_id = opened.projects()[0].id
    app.button_group(key="import_way").set_value("paste").run()
    app.text_area(key="import_text_0").set_value(EPIC + "- A parrot is refused quickly.\n").run()
    app.button(key="keep").click().run()
    record = app.session_state[state.RECORD]
    record.open_run(opened.library.runs(project_id)[0].id)
    app.switch_page("pages/generate_test_cases.py").run()
    assert "**1 new** (CC-91-AC3)" in text_of(app)
    assert app.button(key="write_new").label.endswith("for what is new")
    assert not app.exception
    app.segmented_control(key="run_view").set_value("questions").run()
    assert not app.exception
    assert "raised by the present text" in text_of(app)
    app.segmented_control(key="run_view").set_value("coverage").run()
    assert not app.exception
    figures = {one.label: one.value for one in app.metric}
    assert (figures["Criteria"], figures["Case or outline"]) == ("3", "2")
    listed = [line for line in text_of(app).splitlines() if line.startswith("- CC")]
    assert listed
    for line in listed:
        said = line.replace("\\", "")
        assert re.fullmatch(r"- CC-91-AC3 [a-z ]+: “\S.*”", said), "its kind and its statement"


@pytest.mark.long
def test_a_text_that_changes_nothing_or_is_empty_is_said_so(app: AppTest) -> None:
    said = show(app, EPIC)
    assert "No sentence changes." in said
    assert not [one for one in app.button if one.key == "apply_change"]
    said = show(app, "***")
    assert "The new text is empty" in said
    said = show(app, EPIC.replace("40 days", "30 days"))
    (field,) = [one for one in app.text_area if one.label == "The new text"]
    field.set_value(EPIC.replace("40 days", "20 days")).run()
    assert "The text is another one now" in text_of(app)
    assert not [one for one in app.button if one.key == "apply_change"]


def test_a_sentence_that_no_case_rests_on_touches_none(app: AppTest) -> None:
    said = show(app, EPIC + "- A voucher for parrots is sold at the desk.\n")
    assert "1 sentence added" in said
    assert (
        "No case rests on what changes, and the proof finds nothing new in the cases whose sources "
        "change."
    ) in said
    assert "checklist: 1 new, 0 gone" in said


def field_of(app: AppTest) -> TextArea:
    (found,) = [one for one in app.text_area if one.label == "The new text"]
    return found


def test_a_typed_text_outlives_the_switch_the_way_and_another_version(
    app: AppTest, tmp_path: Path
) -> None:
    typed = EPIC.replace("40 days", "30 days")
    field_of(app).set_value(typed).run()
    toggle(app).set_value(False).run()
    toggle(app).set_value(True).run()
    assert field_of(app).value == typed
    (way,) = [one for one in app.button_group if one.key == "preview_way"]
    way.set_value("upload").run()
    assert not [one for one in app.text_area if one.label == "The new text"]
    (way,) = [one for one in app.button_group if one.key == "preview_way"]
    way.set_value("write").run()
    assert field_of(app).value == typed
    opened = state.workspace()
    project_id = opened.projects()[0].id
    now = EPIC.replace("40 days", "50 days")
    file = tmp_path / "vouchers.md"
    file.write_text(now, "utf-8")
    import_sources.index_paths(opened, project_id, [file])
    app.run()
    assert field_of(app).value == typed
    assert "You began this text on version 1; the source is at version 2 now." in text_of(app)
    app.button(key="begin_again").click().run()
    assert not app.exception
    assert field_of(app).value == now
    assert "You began this text" not in text_of(app)


@pytest.mark.long
def test_a_new_source_shows_the_cases_it_touches_and_the_note_opens_the_first(
    app: AppTest,
) -> None:
    app.segmented_control(key="import_way").set_value("paste").run()
    (field,) = [one for one in app.text_area if one.label == "Text"]
    field.set_value("A voucher is accepted up to 60 days after it was issued.").run()
    (touches,) = [
        one for one in app.toggle if one.label == "Show the cases and questions it touches"
    ]
    touches.set_value(True).run()
    assert not app.exception
    said = text_of(app)
    assert "another limit than 2 cases rest on" in said
    assert "The criterion says 40 days" in said
    app.button(key="keep").click().run()
    assert "a newer source sets another limit than 2 cases rest on" in text_of(app)
    (button,) = [one for one in app.button if one.label == "Show them"]
    button.click().run()
    assert "Which is in force" in text_of(app)


@pytest.mark.long
def test_a_note_with_a_former_value_shows_the_source_that_still_says_it(
    app: AppTest, tmp_path: Path
) -> None:
    opened = state.workspace()
    page = tmp_path / "gifts.md"
    page.write_text("# Gifts\n\nA gift card is sent 5 days after the order.\n", "utf-8")
    import_sources.index_paths(opened, opened.projects()[0].id, [page])
    app.segmented_control(key="import_way").set_value("paste").run()
    (field,) = [one for one in app.text_area if one.label == "Text"]
    field.set_value("A gift card is sent 2 days after the order (was 5 days).").run()
    (touches,) = [one for one in app.toggle if one.label.startswith("Show the cases and questi")]
    touches.set_value(True).run()
    assert not app.exception
    said = text_of(app)
    assert "1 other source says a value that the new text calls the former" in said
    assert "Other sources" in said
    assert "Gifts" in said


@pytest.mark.long
def test_a_next_version_that_was_uploaded_shows_what_it_changes_before_it_is_kept(
    app: AppTest,
) -> None:
    app.file_uploader[0].upload("vouchers.md", EPIC.replace("40 days", "30 days").encode()).run()
    (changes,) = [one for one in app.toggle if one.label.startswith("Show what changes, and the")]
    changes.set_value(True).run()
    assert not app.exception
    said = text_of(app)
    assert "1 sentence changed" in said
    assert ":red-background[40]" in said
    assert ":green-background[30]" in said
    assert "cases rest on what changes" in said
    opened = state.workspace()
    (document,) = opened.library.documents(opened.projects()[0].id)
    assert document.version == 1, "nothing is kept yet"


@pytest.mark.long
def test_one_new_file_uploaded_twice_is_shown_twice(app: AppTest) -> None:
    text = b"# Later vouchers\n\nA voucher is accepted up to 60 days after it was issued.\n"
    app.file_uploader[0].upload("later.md", text).upload("later.md", text).run()
    assert not app.exception
    for number in range(2):
        touches = [one for one in app.toggle if one.label.startswith("Show the cases and questi")]
        assert len(touches) == 2
        touches[number].set_value(True).run()
        assert not app.exception
    assert text_of(app).count("another limit than 2 cases rest on") == 2


@pytest.mark.long
def test_what_a_new_source_touches_is_held_against_the_project_once_per_change(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = preview_change.preview_change

    def counted(*given: Any, **named: Any) -> preview_change.ChangePreview:
        made.append("once")
        return real(*given, **named)

    monkeypatch.setattr(preview_change, "preview_change", counted)
    app.segmented_control(key="import_way").set_value("paste").run()
    (field,) = [one for one in app.text_area if one.label == "Text"]
    field.set_value("A voucher is accepted up to 70 days after it was issued.").run()
    (touches,) = [one for one in app.toggle if one.label.startswith("Show the cases and questi")]
    touches.set_value(True).run()
    assert made == ["once"]
    app.run()
    assert not app.exception
    assert "another limit than 2 cases rest on" in text_of(app)
    assert made == ["once"], "nothing in the project changed meanwhile"
    opened = state.workspace()
    project_id = opened.projects()[0].id
    stored = opened.library.cases(project_id)[0]
    review.set_status(
        opened, project_id, stored.id, "rejected",
        seen_version=stored.row_version, by="Tess", reason="no",
    )  # fmt: skip
    app.run()
    assert made == ["once", "once"]


@pytest.mark.long
def test_an_imported_case_that_says_the_number_is_shown_with_what_stands_there_now(
    app: AppTest, tmp_path: Path
) -> None:
    """It cites nothing, so nothing was told of it."""
    opened = state.workspace()
    project_id = opened.projects()[0].id
    file = tmp_path / "old.csv"
    file.write_text(
        "ID,Title,Steps,Expected result\n"
        "OLD-1,Late voucher,Use a voucher 40 days after it was issued,The voucher is accepted\n"
        "OLD-2,Letter,Wait 40 days,The letter is there\n"
        "OLD-3,Call,Call the desk,Somebody answers\n"
        "OLD-4,Late voucher,Redeem a voucher 40 days after it was issued,It is accepted\n",
        "utf-8",
    )
    import_sources.index_paths(opened, project_id, [file])
    said = show(app, EPIC.replace("40 days", "30 days")).replace("\\", "")
    assert "says its number: step 1, action" in said
    assert (
        "2 other imported cases cite no source, and comparing words finds no number of them that"
        " changes" in said
    )
    app.button(key="apply_change").click().run()
    assert opened.jobs.wait(f"index-{project_id}", 30)
    app.run()
    ways = [one for one in app.button if str(one.key).startswith("stale-imported")]
    assert [one.label.replace("\\", "") for one in ways] == ["OLD-1", "OLD-4"]
    way = ways[0]
    way.click().run()
    assert not app.exception
    assert app.session_state[state.LIBRARY_CASE] == "OLD-1"
    assert app.session_state[NOTE].runs[""] == ("OLD-4",), "still to be looked at"
    app.switch_page("pages/review_cases.py").run()  # the click led there, this test's page did not
    assert "It says a number that a source said and says no more." in text_of(app)
    assert "Still right" not in [one.label for one in app.button], "it is asked about first"
    (keep,) = [one for one in app.button if one.label == "Still right all the same"]
    keep.click().run()
    assert "OLD-1" not in stale.by_case(stale.stale_cases(opened, project_id))
