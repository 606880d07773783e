"""Part of a run written later: the missing cases, a case again, one step again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from langchain_core.messages import AIMessage
from sqlalchemy import event
from sqlalchemy.engine import Engine
from syncing import quick_workspace
from written_again import WrittenEpic, fill_now, run_of, write_now

from assistant.domain import (
    CaseOrigin,
    GenerationConfig,
    ModelSpec,
    Question,
    SourceAnswer,
    TestCase,
)
from assistant.errors import LibraryError
from assistant.generation.models.chat_models import ChatEndpoint
from assistant.generation.writer import WrittenCase
from assistant.library import StoredCase
from assistant.workflow.deployment.ways_of_writing import choose_way
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review, stale
from assistant.workflow.writing import (
    answers,
    coverage,
    follow_up_runs,
    generate_cases,
    runs,
    write_again,
)
from assistant.workflow.writing.coverage import of_library, of_run
from assistant.workflow.writing.requests import GenerateRequest, understand

EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
- A larger refund is refused with the message "Ask a supervisor."
"""
ACTION = "Pay out a refund of £250.00"
OTHER_LIMIT = EPIC.replace("250.00", "300.00")


def step_written(
    workspace: Workspace, project_id: str, case_id: str, number: int, writer: str | None = None
) -> StoredCase:
    """The case after one step of it was written again, in this thread."""
    again = write_again.begin_step(workspace, project_id, case_id, number, by="Tess", writer=writer)
    follow_up_runs.write_now(workspace, project_id, [again])
    return workspace.library.case(project_id, case_id)


class Project(WrittenEpic):
    def decide(self, stored: StoredCase, status: Any) -> StoredCase:
        return review.set_status(
            self.workspace, self.project_id, stored.id, status,
            reason="Too vague", seen_version=stored.row_version, by="Ann",
        )  # fmt: skip

    def step_again(self, stored: StoredCase, number: int) -> StoredCase:
        return step_written(self.workspace, self.project_id, stored.id, number)

    def paste(self, text: str) -> None:
        """Another version of the epic, as a person would paste it."""
        found = understand(self.workspace, self.project_id, GenerateRequest(text=text))
        generate_cases.begin(self.workspace, self.project_id, found, GenerationConfig())


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield Project(workspace, project_id, EPIC)


def test_a_whole_run_has_no_gap(project: Project) -> None:
    assert coverage.missing(project.run) == ()
    with pytest.raises(LibraryError, match="no gap"):
        coverage.begin(project.workspace, project.project_id, project.run.id, by="Tess")


def test_rules_that_a_criterion_only_refers_to_are_not_called_covered(project: Project) -> None:
    workspace, project_id = project.workspace, project.project_id
    text = EPIC.replace("is paid at once", "is paid as in the business rules")
    run = run_of(workspace, project_id, GenerateRequest(text=text.replace("PAY-7", "BUY-7")))
    whys = [row.why for row in of_run(workspace, project_id, run.id).criteria]
    for stored in workspace.library.cases(project_id, run_id=run.id):
        steps = (one.model_copy(update={"action": "Pay"}) for one in stored.case.steps)
        project.save(stored, steps=tuple(steps))
    rows = of_run(workspace, project_id, run.id).criteria
    assert [row.level for row in rows] == ["Partial", "Well covered"], whys
    assert "“the business rules”) is not on the checklist" in rows[0].why
    assert "business rules" not in rows[1].why


def test_only_what_is_missing_is_written_and_nothing_else_changes(project: Project) -> None:
    workspace, project_id, run_id = project.workspace, project.project_id, project.run.id
    first, *_, last = project.cases()
    project.save(first, title="My own title")
    project.decide(last, "rejected")
    before = project.cases()
    missing = coverage.missing(workspace.library.run(project_id, run_id))
    assert missing == last.case.condition_ids
    seen: list[TestCase] = []
    filling = fill_now(workspace, project_id, run_id, on_case=seen.append)
    assert filling.conditions == missing
    after = project.cases()
    assert after[: len(before)] == before, "edits, decisions and versions stay"
    (added,) = after[len(before) :]
    assert added.case == seen[0]
    assert added.case.condition_ids == missing
    assert added.case.status == "draft"
    assert added.id != last.id
    assert added.case.steps == last.case.steps, "the same outline from the same sources"
    assert of_run(workspace, project_id, run_id).missing == ()
    assert {one.id for one in runs.runs(workspace, project_id)} == {run_id}
    with pytest.raises(LibraryError, match="no gap"):
        fill_now(workspace, project_id, run_id)


def test_what_somebody_rejected_is_written_again_only_where_a_person_asks(
    project: Project,
) -> None:
    workspace, project_id, run_id = project.workspace, project.project_id, project.run.id
    first, *_, last = project.cases()
    project.decide(last, "rejected")
    shows_none = {"condition_ids": (), "origin": CaseOrigin(writer="model", model_id="m")}
    workspace.library.rewrite_case(
        project_id, first.case.model_copy(update=shows_none), run_id,
        expected_version=first.row_version,
    )  # fmt: skip
    gaps = coverage.gaps(workspace, project_id, workspace.library.run(project_id, run_id), None)
    (untouched,), (rejected,) = first.case.condition_ids, last.case.condition_ids
    assert set(gaps.planned) == {untouched, rejected}
    assert (gaps.untouched, gaps.rejected) == ((untouched,), (rejected,))
    _, filling = coverage.begin(workspace, project_id, run_id, by="Tess")
    assert filling.conditions == (untouched,)
    _, filling = coverage.begin(workspace, project_id, run_id, by="Tess", rejected=True)
    assert set(filling.conditions) == {untouched, rejected}


def test_an_item_that_a_case_claims_is_asked_for_once_more_and_then_left_to_a_person(
    project: Project,
) -> None:
    workspace, project_id, run_id = project.workspace, project.project_id, project.run.id
    last = project.cases()[-1]
    (name,) = last.case.condition_ids
    project.decide(last, "rejected")
    claims = TestCase(
        id="TC-9", title="Claims it", criterion_ids=last.case.criterion_ids,
        claimed_ids=(name,), origin=CaseOrigin(writer="model", model_id="m"),
    )  # fmt: skip
    workspace.library.add_case(project_id, run_id, claims)
    again, filling = coverage.begin(workspace, project_id, run_id, by="Tess")
    assert filling.conditions == (name,), "once"
    assert {one.title for one in again.present} >= {"Claims it", last.case.title}
    follow_up_runs.write_now(workspace, project_id, [again])
    for stored in project.cases():
        if name in stored.case.condition_ids and stored.status != "rejected":
            project.decide(stored, "rejected")
    assert of_run(workspace, project_id, run_id).missing == (name,), "still claimed, not seen"
    run = workspace.library.run(project_id, run_id)
    gaps = coverage.gaps(workspace, project_id, run, None)
    assert (gaps.planned, gaps.asked) == ((), (name,))
    with pytest.raises(LibraryError, match="claims it and was asked for again"):
        coverage.begin(workspace, project_id, run_id, by="Tess")
    project.decide(workspace.library.case(project_id, "TC-9"), "rejected")
    with pytest.raises(LibraryError, match="somebody rejected the case"):
        coverage.begin(workspace, project_id, run_id, by="Tess")
    _, filling = coverage.begin(workspace, project_id, run_id, by="Tess", rejected=True)
    assert filling.conditions == (name,), "nothing claims it any more"


def claims_in_vain(project: Project, case_id: str = "TC-9") -> str:
    """The item of a rejected case that another one claims and is not seen to show."""
    workspace, project_id, run_id = project.workspace, project.project_id, project.run.id
    last = project.cases()[-1]
    (name,) = last.case.condition_ids
    project.decide(last, "rejected")
    claims = TestCase(
        id=case_id, title="Claims it", criterion_ids=last.case.criterion_ids,
        claimed_ids=(name,), origin=CaseOrigin(writer="model", model_id="m"),
    )  # fmt: skip
    workspace.library.add_case(project_id, run_id, claims)
    return name


def test_an_item_whose_first_filling_only_claims_it_can_be_asked_for_again(
    project: Project,
) -> None:
    workspace, project_id, run_id = project.workspace, project.project_id, project.run.id
    last = project.cases()[-1]
    (name,) = last.case.condition_ids
    project.decide(last, "rejected")

    def fill() -> tuple[str, ...]:
        again, filling = coverage.begin(workspace, project_id, run_id, by="Tess", rejected=True)

        def keep(written: WrittenCase) -> StoredCase:
            by_model = CaseOrigin(writer="model", model_id="m")
            fields = {"condition_ids": (), "claimed_ids": (name,), "origin": by_model}
            case = written.case.model_copy(update=fields)
            return again.keep(written.model_copy(update={"case": case}))

        follow_up_runs.write_now(workspace, project_id, [replace(again, keep=keep)])
        return filling.conditions

    assert fill() == (name,)
    assert fill() == (name,), "no run has asked for it since a case claims it"
    with pytest.raises(LibraryError, match="claims it and was asked for again"):
        fill()


def test_a_step_written_again_is_no_filling_of_gaps(project: Project) -> None:
    last = project.cases()[-1]
    name = claims_in_vain(project)
    project.step_again(last, 1)
    run = project.workspace.library.run(project.project_id, project.run.id)
    assert coverage.to_write(project.workspace, project.project_id, run) == (name,)


def test_what_is_written_next_takes_as_many_queries_after_many_runs(project: Project) -> None:
    workspace, project_id = project.workspace, project.project_id
    claims_in_vain(project)
    run = workspace.library.run(project_id, project.run.id)
    told: list[str] = []

    def count(*call: Any) -> None:
        told.append(call[2])

    def queries() -> int:
        told.clear()
        coverage.to_write(workspace, project_id, run)
        return len(told)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        before = queries()
        for _ in range(2):
            project.step_again(project.cases()[0], 1)
        assert queries() == before > 0
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def test_a_rule_of_a_description_is_a_criterion_of_the_library_where_a_case_names_it(
    project: Project,
) -> None:
    workspace, project_id = project.workspace, project.project_id
    text = "# NEW-1 Callback\n\n## NEW-2 Call back\nAs an agent I want to plan a callback.\n\n"
    text += "A callback is planned at most 7 days ahead.\n\nAcceptance criteria\n- It is listed.\n"
    (rule,) = understand(workspace, project_id, GenerateRequest(text=text)).described
    taken = GenerateRequest(text=text, described=(rule.id,))
    found = understand(workspace, project_id, taken)
    begun = generate_cases.begin(workspace, project_id, found, GenerationConfig(), by="Tess")
    generate_cases.run_now(workspace, project_id, begun)
    report = of_library(workspace, project_id)
    (row,) = [one for one in report.criteria if one.criterion_id == rule.id]
    assert row.case_ids
    assert report.untraced == ()


def test_how_to_run_a_case_of_an_earlier_version_is_what_its_criteria_were_asked(
    project: Project,
) -> None:
    workspace, project_id, run = project.workspace, project.project_id, project.run
    limit, message = (criterion.id for criterion in run.epics[0].criteria)
    where, when = (
        Question(criterion_id=limit, kind="how to run", text=text) for text in ("Where?", "When?")
    )
    said = SourceAnswer(chunk_id="rules", quote="After a day.")
    asked = [where, when.model_copy(update={"source_answers": (said,)})]
    workspace.library.add_questions(run.id, asked, bears_on=lambda *_: False)

    def shown() -> dict[str, set[str]]:
        view = runs.view(workspace, project_id, run.id)
        found: dict[str, set[str]] = {limit: set(), message: set()}
        for case in view.run.cases:
            for name in case.criterion_ids:
                found[name] |= {one.question.text for one in view.how_to_run(case)}
        return found

    assert shown() == {limit: {"Where?"}, message: set()}
    at_message = [where.model_copy(update={"text": "Which?"})]
    workspace.library.add_questions(
        run.id, at_message, bears_on=lambda _, case: message in case.criterion_ids
    )
    assert shown() == {limit: set(), message: {"Which?"}}, "where cases carry them, theirs alone"


def test_a_cancelled_run_is_filled_and_its_new_cases_know_their_sources(tmp_path: Path) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        found = understand(workspace, project_id, GenerateRequest(text=EPIC))
        run = generate_cases.begin(workspace, project_id, found, GenerationConfig(), by="Tess")
        written: list[TestCase] = []
        generate_cases.write(
            workspace, project_id, run, lambda: bool(written), on_case=written.append
        )
        run = workspace.library.run(project_id, run.id)
        assert run.status == "cancelled"
        assert len(run.cases) == 1
        fill_now(workspace, project_id, run.id)
        cases = workspace.library.cases(project_id, run_id=run.id)
        assert len(cases) == len(found.conditions)
        assert {name for one in cases for name in one.case.condition_ids} == {
            condition.id for condition in found.conditions
        }
        view = runs.view(workspace, project_id, run.id)
        for stored in cases:
            known = {
                item.chunk.id: item.rank
                for item in runs.source_view(workspace, project_id, view, stored).run.retrieved
            }
            assert stored.case.all_citations
            for citation in stored.case.all_citations:
                assert known[citation.chunk_id] == citation.source
        assert stale.stale_cases(workspace, project_id) == ()


@pytest.mark.long
def test_gaps_of_a_changed_criterion_are_left_open(project: Project) -> None:
    workspace, project_id, run_id = project.workspace, project.project_id, project.run.id
    for stored in project.cases():
        project.decide(stored, "rejected")
    project.paste(OTHER_LIMIT)
    limit, message = (criterion.id for criterion in project.run.epics[0].criteria)
    again, filling = coverage.begin(workspace, project_id, run_id, by="Tess", rejected=True)
    assert all(name.startswith(f"{message}-") for name in filling.conditions)
    assert filling.conditions
    assert {one.condition_id for one in filling.left_open} == {
        name for name in coverage.missing(workspace.library.run(project_id, run_id))
        if name.startswith(f"{limit}-")
    }  # fmt: skip
    assert all(limit in one.reason for one in filling.left_open)
    assert again.conditions == frozenset(filling.conditions)


def test_a_step_is_written_again_and_edits_elsewhere_stay(project: Project) -> None:
    stored = project.cases()[0]
    original = stored.case.steps
    mangled = [
        original[0].model_copy(
            update={"action": "Open my own favourite page", "expected_result": "It opens"}
        ),
        original[0].model_copy(update={"number": 2, "action": "Hmm"}),
    ]
    edited = project.decide(
        project.save(stored, title="My own title", steps=tuple(mangled)), "accepted"
    )
    again = project.step_again(edited, 2)
    assert again.case.steps[1] == original[0].model_copy(update={"number": 2}), (
        "words, sources and mark, under the old numbers"
    )
    assert again.case.steps[:1] == edited.case.steps[:1]
    assert again.case.title == "My own title"
    assert again.case.status == "draft", "nobody accepted the new words"
    assert again.case.origin == edited.case.origin
    assert again.row_version == edited.row_version + 1
    back = project.workspace.library.undo(
        project.project_id, stored.id, expected_version=again.row_version, by="Ann"
    )
    assert back.case == edited.case
    history = project.workspace.library.history(project.project_id, stored.id)
    assert [(one.action, one.reason) for one in history][-2] == ("written again", "step 2")


def test_a_step_after_an_added_one_is_still_found(project: Project) -> None:
    stored = project.cases()[0]
    original = stored.case.steps
    extra = original[0].model_copy(
        update={"action": "Note the time of day", "expected_result": "The time is noted"}
    )
    shifted = tuple(
        step.model_copy(update={"number": number})
        for number, step in enumerate((extra, *original), start=1)
    )
    changed = shifted[-1].model_copy(update={"action": "Hmm"})
    edited = project.save(stored, steps=(*shifted[:-1], changed))
    last = len(shifted)
    again = project.step_again(edited, last)
    assert again.case.steps[-1].action == original[-1].action
    assert again.case.steps[:-1] == edited.case.steps[:-1]
    with pytest.raises(LibraryError, match="added by hand"):
        project.step_again(again, 1)
    with pytest.raises(LibraryError, match="no step 99"):
        project.step_again(again, 99)


def test_words_that_come_out_the_same_make_no_version(project: Project) -> None:
    stored = project.cases()[0]
    assert project.step_again(stored, 1) == stored
    (same,) = write_now(
        project.workspace, project.project_id, [stored.id], reason=write_again.ASKED
    )
    assert same == stored


def test_a_step_changed_meanwhile_is_not_overwritten(project: Project) -> None:
    stored = project.cases()[0]
    again = write_again.begin_step(project.workspace, project.project_id, stored.id, 1, by="Tess")
    steps = (stored.case.steps[0].model_copy(update={"action": "Mine"}), *stored.case.steps[1:])
    mine = project.save(stored, steps=steps)
    with pytest.raises(LibraryError, match="changed while"):
        follow_up_runs.write_now(project.workspace, project.project_id, [again])
    assert project.workspace.library.case(project.project_id, stored.id) == mine


def test_a_step_of_a_changed_criterion_asks_for_the_whole_case(project: Project) -> None:
    project.paste(OTHER_LIMIT)
    stored = project.cases()[0]
    with pytest.raises(LibraryError, match="as it read then"):
        project.step_again(stored, 1)
    (again,) = write_now(project.workspace, project.project_id, [stored.id])
    assert again.case != stored.case
    edited = project.save(again, objective="Another objective")
    assert edited.case.unsupported_steps == again.case.unsupported_steps, (
        "an edit is checked against the sources that the words came from"
    )


def test_in_the_background_progress_and_errors_are_told(project: Project) -> None:
    workspace, project_id = project.workspace, project.project_id
    stored = project.cases()[-1]
    project.decide(stored, "rejected")
    missing, _ = coverage.begin(workspace, project_id, project.run.id, by="Tess", rejected=True)
    jobs = follow_up_runs.start(workspace, project_id, [missing])
    assert all(workspace.jobs.wait(job, 60) for job in jobs)
    assert [workspace.jobs.state(job).error for job in jobs] == [""]
    assert [(s.done, s.total) for s in map(workspace.jobs.state, jobs)] == [(1, 1)]
    again = write_again.begin_step(workspace, project_id, stored.id, 1, by="Tess")
    steps = (stored.case.steps[0].model_copy(update={"action": "Mine"}), *stored.case.steps[1:])
    project.save(workspace.library.case(project_id, stored.id), steps=steps)
    (job,) = follow_up_runs.start(workspace, project_id, [again])
    assert workspace.jobs.wait(job, 60)
    assert "changed while" in workspace.jobs.state(job).error
    assert follow_up_runs.active(workspace, project.run.id) == ()


class Scripted:
    """A chat model that always answers with the same step."""

    def __init__(self, action: str, expected: str) -> None:
        self.step = {"a": action, "d": "£250.00", "e": expected}

    def with_structured_output(self, schema: object, **_: object) -> Scripted:
        return self

    def invoke(self, messages: Sequence[object], **_: object) -> dict[str, Any]:
        answer = json.dumps({"s": [self.step]})
        return {"raw": AIMessage(answer, response_metadata={"finish_reason": "stop"})}


@pytest.mark.parametrize(
    ("more", "by_model"),
    [("", True), (" after 99 days", False)],
)
def test_a_model_s_step_passes_the_same_checks(
    project: Project, monkeypatch: pytest.MonkeyPatch, more: str, by_model: bool
) -> None:
    workspace, project_id = project.workspace, project.project_id
    stored = next(one for one in project.cases() if one.technique == "positive")
    at, before = next(
        (step.number, step) for step in stored.case.steps if "paid" in step.expected_result
    )
    chat = Scripted(ACTION, "The refund of £250.00 is paid at once" + more)
    endpoint = ChatEndpoint(
        chat=cast(Any, chat),
        spec=ModelSpec(id="m", provider="openai", model="m"),
        destination="stays on this computer",
        timeout=5,
    )
    monkeypatch.setattr(workspace.endpoints, "open", lambda *_: endpoint)
    monkeypatch.setattr(follow_up_runs, "known_writer", lambda *_: SimpleNamespace(id="endpoint"))
    monkeypatch.setattr(follow_up_runs, "model_spec", lambda *_: endpoint.spec)
    choose_way(workspace.settings, "endpoint", "item")
    again = step_written(workspace, project_id, stored.id, at, writer="endpoint")
    if by_model:
        step = again.case.steps[at - 1]
        assert step.action.startswith(ACTION)
        assert step.support != "unsupported"
        assert not [one for one in again.case.findings if one.severity == "error"]
        assert again.row_version == stored.row_version + 1
    else:
        assert again.case.steps[at - 1] == before, "the outline stands"
        assert again == stored


def test_a_question_counts_as_open_until_somebody_answers_it(project: Project) -> None:
    workspace, project_id, run = project.workspace, project.project_id, project.run
    (asked,) = run.questions

    def open_ones() -> list[int]:
        reports = (of_run(workspace, project_id, run.id), of_library(workspace, project_id))
        return [sum(row.questions for row in report.criteria) for report in reports]

    def needs() -> dict[str, tuple[str, ...]]:
        return {row.id: row.needs for row in runs.case_rows(workspace, project_id, run.id)}

    before = needs()
    assert open_ones() == [1, 1]
    answers.answer(workspace, project_id, run.epics[0], asked, "In 5 seconds.", by="Tess")
    assert open_ones() == [0, 0]
    assert runs.view(workspace, project_id, run.id).open_questions == ()
    told = {review.QUESTION: review.ANSWERED}
    assert needs() == {name: tuple(told.get(n, n) for n in found) for name, found in before.items()}
    assert needs() != before


def test_a_criterion_is_untestable_where_its_question_is_open(project: Project) -> None:
    workspace, project_id, run = project.workspace, project.project_id, project.run
    (asked,) = run.questions

    def level() -> tuple[str, str]:
        row = of_run(workspace, project_id, run.id).criteria[0]
        return row.level, row.why

    assert level() == ("Underspecified", f"untestable: {asked.text}")
    said = SourceAnswer(chunk_id="rules", quote="A refund is paid within 5 seconds.")
    by_source = asked.model_copy(update={"source_answers": (said,)})
    workspace.library.add_questions(run.id, [by_source], bears_on=lambda *_: False)
    assert level() == ("Partial", "3 of 3 cases are outlines to complete")
