"""A proposed change on the pages: counted, shown as it is, taken, dismissed, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from assistant.domain import AcceptanceCriterion, Epic, GenerationRun, TestCase, TestStep, UserStory
from assistant.library import Library
from assistant.settings import load_settings
from assistant.suite.template import DEFAULT_TEMPLATE

HOSTILE = "Because **bold** <b>html</b> [x](http://evil.example)"
Open = Callable[..., AppTest]


@pytest.fixture
def environment(quick_environment):
    return quick_environment


def case(name: str, result: str = "It is paid at once", title: str = "Pay") -> TestCase:
    steps = (TestStep(number=1, action="Pay 10 pounds", expected_result=result),)
    return TestCase(id=name, title=title, steps=steps, epic_key="E", criterion_ids=("E-1-AC1",))


@pytest.fixture
def filled(environment) -> str:
    """A project with a run of two cases; of the first another program proposes a change."""
    with_library = Library.open(load_settings().library_path)
    project = with_library.create_project("With proposals", template=DEFAULT_TEMPLATE)
    criterion = AcceptanceCriterion(id="E-1-AC1", text="A refund is paid at once by card.")
    epic = Epic(
        key="E", title="Refund", stories=(UserStory(key="E-1", title="R", criteria=(criterion,)),)
    )
    with_library.start_run(project.id, GenerationRun(id="run", request="E", epics=(epic,)))
    for name in ("C0", "C1"):
        with_library.add_case(project.id, "run", case(name))
    with_library.finish_run("run", status="done")
    with_library.proposals.put(
        project.id, case("C0", "It is paid within an <i>hour</i>"), case_version=1, reason=HOSTILE,
        by="Ann (tool)",
    )  # fmt: skip
    with_library.close()
    return project.id


def text_of(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.error]
    return "\n".join(element.value for element in parts)


def unescaped(app: AppTest) -> str:
    """As a browser shows it: without the backslashes and joiners that keep text from acting."""
    return text_of(app).replace("\\", "").replace("\u2060", "")


def pressed(app: AppTest, name: str) -> AppTest:
    (button,) = (one for one in app.button if str(one.key).startswith(f"proposal-{name}-"))
    button.click().run()
    assert not app.exception
    return app


def stored(project_id: str, change: Callable[[Library], object]) -> object:
    library = Library.open(load_settings().library_path)
    try:
        return change(library)
    finally:
        library.close()


@pytest.fixture
def run_page(open_app: Open, filled: str) -> AppTest:
    return open_app(project=filled, run="run", case="C0")


@pytest.fixture
def library_page(open_app: Open, filled: str) -> AppTest:
    app = open_app(project=filled)
    app.switch_page("pages/review_cases.py").run()
    assert not app.exception
    return app


def test_the_run_counts_it_and_shows_it_letter_for_letter(run_page: AppTest) -> None:
    pills = next(one for one in run_page.pills if str(one.key).startswith("listed-of-"))
    assert "Proposed (1)" in pills.options
    captions = run_page.radio(key="case_list").proto.captions
    assert [":blue[proposed]" in one for one in captions] == [True, False]
    assert f"**Ann (tool)** proposes a change: {HOSTILE}" in unescaped(run_page)
    assert "**bold**" not in text_of(run_page)
    assert "<i>hour" not in text_of(run_page)
    assert ":red-background[at once]" in text_of(run_page)
    assert ":green-background[within an \\<i\\>hour" in text_of(run_page)
    assert "Step 1, expected result" in text_of(run_page)
    assert "not in the sources" in text_of(run_page), "the proof of the proposed version"


def test_it_is_taken_as_an_edit_and_undo_takes_it_back(run_page: AppTest, filled: str) -> None:
    pressed(run_page, "take")
    kept = stored(filled, lambda library: library.history(filled, "C0"))
    assert [(one.version, one.action) for one in kept] == [(1, "added"), (2, "edited")]
    assert kept[-1].case.steps[0].expected_result == "It is paid within an <i>hour</i>"
    assert "proposes a change" not in text_of(run_page)
    assert not any("Proposed" in option for one in run_page.pills for option in one.options)
    run_page.button(key="undo").click().run()
    assert not run_page.exception
    again = stored(filled, lambda library: library.case(filled, "C0"))
    assert again.case.steps[0].expected_result == "It is paid at once"


def test_it_is_dismissed_and_the_case_stays(run_page: AppTest, filled: str) -> None:
    pressed(run_page, "dismiss")
    assert "proposes a change" not in text_of(run_page)
    assert stored(filled, lambda library: library.case(filled, "C0")).row_version == 1
    assert not stored(filled, lambda library: library.proposals.counts(filled))


def test_where_the_case_changed_meanwhile_it_is_said_and_shown_anew(
    run_page: AppTest, filled: str
) -> None:
    changed = case("C0", title="Pay at the desk")
    stored(
        filled,
        lambda library: library.update_case(filled, changed, expected_version=1, by="Bob"),
    )
    pressed(run_page, "take")
    assert "C0 was changed meanwhile" in unescaped(run_page)
    assert "it is at version 2" in text_of(run_page)
    assert "changed since, too" not in text_of(run_page), "they changed another field"
    pressed(run_page, "take")
    after = stored(filled, lambda library: library.case(filled, "C0")).case
    assert (after.title, after.steps[0].expected_result) == (
        "Pay at the desk", "It is paid within an <i>hour</i>",
    )  # fmt: skip


def test_words_that_were_changed_by_both_are_said_to_be_replaced(
    run_page: AppTest, filled: str
) -> None:
    changed = case("C0", "It is paid within a minute")
    stored(
        filled,
        lambda library: library.update_case(filled, changed, expected_version=1, by="Bob"),
    )
    run_page.run()
    assert "expected result** :orange[changed since, too" in text_of(run_page)
    assert ":red-background[a minute]" in text_of(run_page)


def test_steps_of_which_one_was_put_in_are_said_to_be_taken_together(
    run_page: AppTest, filled: str
) -> None:
    (pay,) = case("C0").steps
    look = TestStep(number=1, action="Look", expected_result="It is seen")
    steps = (look, pay.model_copy(update={"number": 2}))
    proposed = case("C0").model_copy(update={"steps": steps})
    stored(
        filled,
        lambda library: library.proposals.put(
            filled, proposed, case_version=1, reason="Look first", by="Ann (tool)"
        ),
    )
    run_page.run()
    assert "**Steps** :orange[some were moved, put in or taken out" in text_of(run_page)
    changed = case("C0", "It is paid within a minute")
    stored(
        filled,
        lambda library: library.update_case(filled, changed, expected_version=1, by="Bob"),
    )
    run_page.run()
    assert "are taken together] · :orange[changed since, too" in text_of(run_page)
    assert ":red-background[within a minute]" in text_of(run_page)


def test_of_two_cases_of_one_title_and_marks_each_can_be_opened(
    open_app: Open, filled: str
) -> None:
    stored(filled, lambda library: library.proposals.put(
        filled, case("C1", "It is paid soon"), case_version=1, reason="Late", by="Ann (tool)"
    ))  # fmt: skip
    app = open_app(project=filled, run="run", case="C1")
    for name, words in (("C0", "[within an <i>hour"), ("C1", "[soon]")):
        app.radio(key="case_list").set_value(name).run()
        assert not app.exception
        assert words in unescaped(app)
        assert app.radio(key="case_list").value == name


def test_an_accepted_case_is_found_by_its_proposal(open_app: Open, filled: str) -> None:
    stored(
        filled,
        lambda library: library.set_status(filled, "C0", "accepted", by="Bob", expected_version=1),
    )
    app = open_app(project=filled, run="run", case="C0")
    assert "it is a draft again" in text_of(app)
    pills = next(one for one in app.pills if str(one.key).startswith("listed-of-"))
    pills.set_value("proposed").run()
    assert not app.exception
    assert len(app.radio(key="case_list").options) == 1


def test_the_library_lists_it_takes_it_and_takes_it_back(
    library_page: AppTest, filled: str
) -> None:
    assert library_page.toggle(key="library-proposed").label == "Changes proposed (1)"
    assert list(library_page.dataframe[0].value["Proposed"].fillna(0)) == [1, 0]
    library_page.toggle(key="library-proposed").set_value(True).run()
    assert list(library_page.dataframe[0].value["Case"]) == ["C0"]
    library_page.session_state[f"library-ticked-{filled}"] = ("C0",)
    library_page.run()
    assert f"proposes a change: {HOSTILE}" in unescaped(library_page)
    pressed(library_page, "take")
    assert not [one for one in library_page.toggle if one.key == "library-proposed"]
    assert stored(filled, lambda library: library.case(filled, "C0")).row_version == 2
    library_page.button(key="library-undo").click().run()
    assert not library_page.exception
    again = stored(filled, lambda library: library.case(filled, "C0"))
    assert (again.row_version, again.case.steps[0].expected_result) == (3, "It is paid at once")
