"""Cases of a run against what exists: one verdict a case, for the words it has now."""

from __future__ import annotations

import pytest
from written_again import run_of, write_now

from assistant.domain import CaseOrigin, GenerationRun, TestCase, TestStep
from assistant.suite.reuse import ConditionVerdict, ReuseReport, Verdict
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import duplicates, review
from assistant.workflow.writing import answers, reuse, runs
from assistant.workflow.writing.requests import GenerateRequest

CRITERION = (
    "After the third failed attempt verification is locked for 45 minutes and the message "
    '"Verification failed. Please ask the caller to call back after 45 minutes." is displayed.'
)
EPIC = f"""# CC-100 Caller verification

## CC-101 Verify the caller
As an agent I want to verify the caller so that I never disclose personal data.

Acceptance criteria:
- Account details stay hidden until the agent has confirmed at least 2 of the 4 security items.
- {CRITERION}
"""


def report(existing: int = 3, **verdicts: Verdict) -> ReuseReport:
    found = [
        ConditionVerdict(condition_id=name, verdict=verdict, reason="-")
        for name, verdict in verdicts.items()
    ]
    return ReuseReport(verdicts=tuple(found), existing=existing)


@pytest.fixture
def run(workspace: Workspace, project_id: str) -> GenerationRun:
    return run_of(workspace, project_id, GenerateRequest(text=EPIC))


def test_a_case_gets_the_verdict_of_the_condition_that_asks_for_most() -> None:
    found = reuse.case_verdicts(
        report(a="reuse", b="update", c="new"),
        {"one": ["a"], "two": ["b", "a"], "three": ["a", "c", "b"], "by hand": [], "else": ["x"]},
    )
    assert found == {"one": "reuse", "two": "update", "three": "new"}


def test_a_case_that_repeats_an_existing_one_is_reuse_whatever_its_conditions_are() -> None:
    found = reuse.case_verdicts(
        report(a="new"), {"one": ["a"], "two": ["a"], "own": []}, ["one", "own"]
    )
    assert found == {"one": "reuse", "two": "new", "own": "reuse"}


def test_a_case_contrary_to_the_existing_one_is_no_reuse() -> None:
    found = reuse.case_verdicts(report(a="reuse"), {"one": ["a"], "two": ["a"]}, contrary=["two"])
    assert found == {"one": "reuse", "two": "new"}


@pytest.mark.long
def test_verdict_and_quality_say_what_duplicates_says(
    workspace: Workspace, project_id: str, run: GenerationRun
) -> None:
    """Though the case was accepted, and beside others of its run."""
    written = workspace.library.cases(project_id, run_id=run.id)
    own, *others = (one for one in written if one.case.steps[0].expected_result)
    update = {
        "id": "OLD-1", "status": "imported", "criterion_ids": (), "condition_ids": (),
        "origin": CaseOrigin(writer="import"),
    }  # fmt: skip
    workspace.library.add_case(project_id, None, own.case.model_copy(update=update))
    for one in (own, *others):
        workspace.library.set_status(
            project_id, one.id, "accepted", expected_version=one.row_version, by="Tess"
        )
    repeats = reuse.repeats_of_run(workspace, project_id, run.id)
    assert repeats[own.id].right == "OLD-1"
    same_run = {one.id for one in (own, *others)}
    assert not same_run & {pair.right for pair in repeats.values()}, (
        "its own cases do not exist yet"
    )
    figures = {one.name: one.case_ids for one in runs.quality_of(
        workspace, project_id, workspace.library.run(project_id, run.id)
    ).figures}  # fmt: skip
    assert set(figures["Exist already"]) == set(repeats)


@pytest.mark.parametrize(("writer", "exists"), [("outline", False), ("import", True)])
def test_an_outline_that_an_earlier_version_accepted_is_nothing_to_reuse(
    workspace: Workspace, project_id: str, run: GenerationRun,
    writer: str, exists: bool,
) -> None:  # fmt: skip
    outlines = [
        one
        for one in workspace.library.cases(project_id, run_id=run.id)
        if one.case.is_outline and one.case.steps[0].expected_result
    ]
    before = reuse.of_run(workspace, project_id, run.id).existing
    for one in outlines:
        update = {"id": f"OLD-{one.id}", "status": "accepted", "origin": CaseOrigin(writer=writer)}
        workspace.library.add_case(project_id, None, one.case.model_copy(update=update))
    counted = reuse.of_run(workspace, project_id, run.id).existing - before
    assert counted == (len(outlines) if exists else 0)
    for found in (
        reuse.repeats_of_run(workspace, project_id, run.id),
        duplicates.in_run(workspace, project_id, run.id).repeats,
    ):
        assert all((one.id in found) == exists for one in outlines)


def test_without_existing_cases_nothing_has_a_verdict() -> None:
    assert reuse.case_verdicts(report(existing=0, a="new"), {"one": ["a"]}) == {}


def test_the_comparison_is_anew_when_another_case_changes_and_not_for_its_own(
    workspace: Workspace, project_id: str, run: GenerationRun
) -> None:
    before = reuse.existing_stamp(workspace, project_id, run.id)
    (own, *_) = workspace.library.cases(project_id, run_id=run.id)
    workspace.library.set_status(
        project_id, own.id, "accepted", expected_version=own.row_version, by="Tess"
    )
    assert reuse.existing_stamp(workspace, project_id, run.id) == before
    imported = workspace.library.case(project_id, "UAT-CC-0003")
    changed = imported.case.model_copy(update={"title": "Verify the lock of the verification"})
    review.save(workspace, project_id, changed, seen_version=imported.row_version, by="Tess")
    after = reuse.existing_stamp(workspace, project_id, run.id)
    assert after != before
    step = TestStep(number=1, action="Pay it", expected_result="It is done")
    other = workspace.library.add_case(project_id, None, TestCase(id="N", title="N", steps=(step,)))
    assert reuse.existing_stamp(workspace, project_id, run.id) == after, "a draft is not compared"
    review.set_status(workspace, project_id, other.id, "accepted", seen_version=1, by="Tess")
    assert reuse.existing_stamp(workspace, project_id, run.id) != after


@pytest.mark.long
def test_a_case_written_again_after_an_answer_is_compared_by_its_present_words(
    workspace: Workspace, project_id: str, run: GenerationRun
) -> None:
    report = reuse.of_run(workspace, project_id, run.id)
    out_of_date = [one for one in report.verdicts if one.verdict == "update"]
    assert {one.case_id for one in out_of_date} == {"UAT-CC-0003"}
    case = next(c for c in run.cases if c.condition_ids == (out_of_date[0].condition_id,))
    (question,) = run.questions
    right = CRITERION.replace("45", "30")
    answers.answer(workspace, project_id, run.epics[0], question, right, by="Tess", replaces=True)
    (again,) = write_now(workspace, project_id, [case.id])
    now = reuse.of_run(workspace, project_id, run.id, source_run_id=again.source_run_id or "")
    assert not reuse.same_basis(workspace, project_id, run.id, again.source_run_id or "")
    verdicts = reuse.case_verdicts(now, {again.id: again.case.condition_ids})
    assert verdicts == {again.id: "reuse"}
    view = runs.view(workspace, project_id, run.id)
    (criterion_id,) = again.case.criterion_ids
    assert runs.criteria_texts(workspace, project_id, view, again)[criterion_id] == right


def test_a_case_written_again_from_the_same_words_keeps_the_verdict_of_the_run(
    workspace: Workspace, project_id: str, run: GenerationRun
) -> None:
    (first, *_) = workspace.library.cases(project_id, run_id=run.id)
    edited = first.case.model_copy(update={"title": "Edited"})
    review.save(workspace, project_id, edited, seen_version=first.row_version, by="Tess")
    (again,) = write_now(workspace, project_id, [first.id])
    assert again.source_run_id not in (None, run.id)
    assert reuse.same_basis(workspace, project_id, run.id, again.source_run_id or "")
