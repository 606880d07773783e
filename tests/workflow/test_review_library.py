"""The library: found by fields, decided on in bulk, taken back, with a history that says what."""

from __future__ import annotations

import pytest

from assistant.domain import CaseOrigin, LintFinding, TestCase, TestStep
from assistant.errors import EmptyCase, LibraryError
from assistant.suite.duplicates import DuplicateCluster, DuplicatePair
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import duplicates, export_cases, review, review_library
from assistant.workflow.review.review_library import CaseFilter
from assistant.workflow.writing import runs


@pytest.fixture
def opened(empty_project: tuple[Workspace, str]) -> tuple[Workspace, str]:
    workspace, project_id = empty_project
    for number in range(3):
        step = TestStep(number=1, action=f"Pay {number}", expected_result="It is paid")
        case = TestCase(
            id=f"C{number}", title=f"Case {number}", steps=(step,), epic_key=f"E{number % 2}"
        )
        workspace.library.add_case(project_id, None, case)
    return workspace, project_id


def test_every_field_narrows_the_list(opened) -> None:
    rows = review_library.rows(*opened)
    assert [row.id for row in rows] == ["C0", "C1", "C2"]
    assert [r.id for r in review_library.chosen(rows, CaseFilter(epics=("E0",)))] == ["C0", "C2"]
    assert [r.id for r in review_library.chosen(rows, CaseFilter(text="PAY 1"))] == ["C1"]
    assert not review_library.chosen(rows, CaseFilter(statuses=("accepted",)))


def test_many_cases_are_decided_on_and_taken_back(opened) -> None:
    workspace, project_id = opened
    rows = review_library.rows(*opened)
    outcome = review_library.decide(workspace, project_id, rows, "accepted", by="Tess")
    assert len(outcome.changed) == 3
    assert {row.status for row in review_library.rows(*opened)} == {"accepted"}
    assert review.undo_all(workspace, project_id, outcome, by="Tess") == 3
    assert {row.status for row in review_library.rows(*opened)} == {"draft"}


def test_accept_all_takes_the_clean_drafts_alone_and_is_undone_as_one(opened) -> None:
    workspace, project_id = opened
    good = TestStep(number=1, action="Pay", expected_result="It is paid", support="supported")
    error = LintFinding(rule="contradiction", message="“a” contradicts R: “b”.", severity="error")
    faulty: dict[str, dict[str, object]] = {
        "contradicts a source": {"findings": (error,)},
        review.FAULTY: {"findings": (error.model_copy(update={"rule": "echo"}),)},
        "Outline: complete it": {"steps": (good.model_copy(update={"action": ""}),)},
        "open question": {"open_questions": ("How fast?",)},
        "result not in the sources": {
            "steps": (good.model_copy(update={"support": "unsupported"}),)
        },
        review.RATED["poor"]: {"origin": CaseOrigin(writer="model", rating="poor")},
        review.RATED["unknown"]: {"origin": CaseOrigin(writer="model", rating="unknown")},
        "finding": {"findings": (LintFinding(rule="vague", message="m"),)},
        "": {},
    }
    for number, update in enumerate(faulty.values()):
        case = TestCase(id=f"D{number}", title="T", steps=(good,)).model_copy(update=update)
        workspace.library.add_case(project_id, None, case)
    held = [one for one in workspace.library.cases(project_id) if one.id.startswith("D")]
    assert [review.set_aside(one) for one in held] == list(faulty)
    given = [review.set_aside(one, answered={"How fast?": review.ANSWERED}) for one in held]
    assert given == [review.ANSWERED if why == review.QUESTION else why for why in faulty]
    outcome = review.accept_all(workspace, project_id, held, by="Tess")
    assert [case_id for case_id, _ in outcome.changed] == ["D8"]
    assert review.undo_all(workspace, project_id, outcome, by="Tess") == 1
    assert workspace.library.case(project_id, "D8").status == "draft"


IMPORTED = CaseOrigin(writer="import")
EMPTY = TestStep(number=1, action=" ", test_data="10 pounds", expected_result="")


@pytest.mark.parametrize("steps", [(), (EMPTY,), (EMPTY, EMPTY.model_copy(update={"number": 2}))])
def test_a_case_that_says_neither_what_to_do_nor_what_to_see_is_not_accepted(opened, steps) -> None:
    workspace, project_id = opened
    case = TestCase(id="E", title="T", steps=steps, origin=IMPORTED)
    workspace.library.add_case(project_id, None, case)
    with pytest.raises(EmptyCase, match=r"E was not accepted: .*Edit it, or reject it"):
        review.set_status(workspace, project_id, "E", "accepted", seen_version=1, by="Tess")
    rows = review_library.rows(workspace, project_id)
    outcome = review_library.decide(workspace, project_id, rows, "accepted", by="Tess")
    assert (outcome.empty, outcome.skipped) == (("E",), ())
    assert {case_id for case_id, _ in outcome.changed} == {"C0", "C1", "C2"}
    assert workspace.library.case(project_id, "E").status == "draft"
    review.set_status(
        workspace, project_id, "E", "rejected", reason="Empty", seen_version=1, by="Tess"
    )
    assert workspace.library.case(project_id, "E").status == "rejected"


@pytest.mark.parametrize("update", [{"action": "Pay"}, {"expected_result": "It is paid"}])
def test_a_case_that_says_what_to_do_or_what_to_see_is_accepted(opened, update) -> None:
    workspace, project_id = opened
    case = TestCase(
        id="E", title="T", steps=(EMPTY, EMPTY.model_copy(update=update)), origin=IMPORTED
    )
    workspace.library.add_case(project_id, None, case)
    review.set_status(workspace, project_id, "E", "accepted", seen_version=1, by="Tess")
    assert workspace.library.case(project_id, "E").status == "accepted"


@pytest.mark.parametrize("writer", ["outline", "model", "person"])
def test_an_outline_is_not_accepted_before_somebody_completes_it(opened, writer) -> None:
    workspace, project_id = opened
    step = TestStep(number=1, action="", expected_result="A fee is due")
    case = TestCase(id="E", title="T", steps=(step,), origin=CaseOrigin(writer=writer))
    workspace.library.add_case(project_id, None, case)
    with pytest.raises(EmptyCase, match=r"its step has no action\. Complete it first \(.*key E\)"):
        review.set_status(workspace, project_id, "E", "accepted", seen_version=1, by="Tess")
    rows = review_library.rows(workspace, project_id)
    outcome = review_library.decide(workspace, project_id, rows, "accepted", by="Tess")
    assert outcome.empty == ("E",)
    whole = case.model_copy(update={"steps": (step.model_copy(update={"action": "Pay"}),)})
    stored = review.save(workspace, project_id, whole, seen_version=1, by="Tess")
    accepted = review.set_status(
        workspace, project_id, "E", "accepted", seen_version=stored.row_version, by="Tess"
    )
    assert accepted.status == "accepted"


@pytest.mark.parametrize(
    ("action", "by", "expected"),
    [
        ("SECOND TAB TEXT", "Ann", review.STRANGE),
        ("SECOND TAB TEXT", "", ""),
        ("Enter the loans", "Ann", ""),
        ("Enter 10 pounds", "Ann", ""),
        ("Confirm the receipt", "Ann", ""),
    ],
)
def test_all_leave_an_action_that_has_nothing_to_do_with_its_case(opened, action, by, expected):
    workspace, project_id = opened
    step = TestStep(
        number=1, action="Enter it", test_data="10 pounds", expected_result="A fee is due",
        support="supported",
    )  # fmt: skip
    last = step.model_copy(update={"number": 2, "action": "Open the receipt of the fee"})
    case = TestCase(
        id="S", title="A loan", steps=(step.model_copy(update={"action": action}), last),
        origin=CaseOrigin(writer="outline", edited_by=by),
    )  # fmt: skip
    workspace.library.add_case(project_id, None, case)
    stored = workspace.library.case(project_id, "S")
    assert review.set_aside(stored) == expected
    outcome = review.accept_all(workspace, project_id, [stored], by="Tess")
    assert bool(outcome.changed) is (not expected)


def test_what_contradicts_a_source_stands_first_whatever_else_needs_somebody(opened) -> None:
    workspace, project_id = opened
    good = TestStep(number=1, action="Pay", expected_result="It is paid", support="supported")
    error = LintFinding(rule="contradiction", message="“a” contradicts R: “b”.", severity="error")
    unsupported = (good.model_copy(update={"support": "unsupported"}),)
    wanted: list[dict[str, object]] = [
        {},
        {"origin": CaseOrigin(writer="model", rating="poor")},
        {"steps": unsupported},
        {"open_questions": ("How fast?",)},
        {"findings": (error,), "steps": unsupported},
    ]
    for number, update in enumerate(wanted):
        case = TestCase(id=f"F{number}", title="T", steps=(good,)).model_copy(update=update)
        workspace.library.add_case(project_id, None, case)
    rows = [row for row in runs.case_rows(workspace, project_id, None) if row.id[0] == "F"]
    assert [row.id for row in runs.needs_first(rows)] == ["F4", "F3", "F2", "F1", "F0"]


def test_words_of_a_step_may_stay_empty_but_are_not_emptied(opened) -> None:
    workspace, project_id = opened
    case = workspace.library.case(project_id, "C0").case
    longer = review.with_step(case, 1)
    stored = review.save(workspace, project_id, longer, seen_version=1, by="Tess")
    assert [step.action for step in stored.case.steps] == ["Pay 0", ""]
    assert stored.case.is_outline
    moved = review.with_step_moved(stored.case, 2, -1)
    assert [(step.number, step.action) for step in moved.steps] == [(1, ""), (2, "Pay 0")]
    emptied = moved.steps[1].model_copy(update={"action": " "})
    with pytest.raises(LibraryError, match="remove it"):
        review.save(
            workspace, project_id, moved.model_copy(update={"steps": (moved.steps[0], emptied)}),
            seen_version=stored.row_version, by="Tess",
        )  # fmt: skip
    assert review.without_step(moved, 1).steps[0].action == "Pay 0"
    with pytest.raises(LibraryError, match="at least one step"):
        review.without_step(case, 1)


def test_a_case_that_somebody_changed_meanwhile_is_skipped_and_named(opened) -> None:
    workspace, project_id = opened
    rows = review_library.rows(*opened)
    stored = workspace.library.case(project_id, "C1")
    review.save(
        workspace, project_id, stored.case.model_copy(update={"title": "Other"}),
        seen_version=1, by="Ann",
    )  # fmt: skip
    outcome = review_library.decide(
        workspace, project_id, rows, "rejected", reason="Out of scope", by="Tess"
    )
    assert outcome.skipped == ("C1",)
    assert workspace.library.case(project_id, "C1").title == "Other"


def test_a_rejection_needs_a_reason(opened) -> None:
    workspace, project_id = opened
    with pytest.raises(LibraryError, match="Say why"):
        review_library.decide(
            workspace, project_id, review_library.rows(*opened), "rejected", by=""
        )


def test_the_history_says_what_changed(opened) -> None:
    workspace, project_id = opened
    stored = workspace.library.case(project_id, "C0")
    review.save(
        workspace, project_id, stored.case.model_copy(update={"title": "New title"}),
        seen_version=1, by="Ann",
    )  # fmt: skip
    newest, first = review_library.history(workspace, project_id, "C0")
    assert newest.added == ("New title",)
    assert newest.removed == ("Case 0",)
    assert (newest.by, first.version) == ("Ann", 1)


def test_the_stamp_changes_with_every_decision(opened) -> None:
    workspace, project_id = opened
    before = review_library.stamp(workspace, project_id)
    rows = review_library.rows(*opened)
    review_library.decide(workspace, project_id, rows[:1], "accepted", by="Tess")
    assert review_library.stamp(workspace, project_id) != before


def test_the_selection_is_downloaded_in_the_template(opened) -> None:
    own = export_cases.targets(*opened)[0]
    content = export_cases.file_of(*opened, ["C2"], own).decode("utf-8-sig")
    assert "C2" in content
    assert "C1" not in content


def test_of_cases_that_say_the_same_only_drafts_are_proposed_to_go() -> None:
    """As far as they were compared: what says what a case says that is to go is not said to say
    what another says."""
    pairs = tuple(
        DuplicatePair(left="K", right=name, likeness=1, reason="equal") for name in ("A", "B")
    )
    cluster = DuplicateCluster(case_ids=("A", "B", "K"), keep="K", reason="equal", pairs=pairs)
    for statuses, keep, surplus in (
        ({"K": "draft", "A": "draft", "B": "draft"}, "K", ("A", "B")),
        ({"K": "accepted", "A": "imported", "B": "draft"}, "K", ("B",)),
        ({"K": "accepted", "A": "imported", "B": "imported"}, "K", ()),
        ({"K": "draft", "A": "accepted", "B": "draft"}, "A", ("K",)),
    ):
        assert duplicates.surplus_drafts(cluster, statuses) == (keep, surplus)
