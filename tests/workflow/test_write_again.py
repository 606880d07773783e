"""A model that writes whole stories writes a case, or a step of it, again: the same test.

The model is a fake over the endpoint of the workspace: what it is asked, and what is kept of what
it answers, is under test.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from langchain_core.messages import AIMessage
from syncing import quick_workspace
from written_again import run_of, write_now

from assistant.domain import CaseOrigin, CaseStatus, GenerationConfig, ModelSpec, Question, TestCase
from assistant.errors import EditConflict, InvalidOutput, LibraryError
from assistant.generation.models.chat_models import ChatEndpoint
from assistant.library import StoredCase
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.ways_of_writing import choose_way
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import stale
from assistant.workflow.sources import mask_sources
from assistant.workflow.writing import follow_up_runs, generate_cases, write_again
from assistant.workflow.writing.requests import GenerateRequest, understand
from assistant.workflow.writing.runs import AGAIN

EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:

Scenario: A small refund is paid to the card
Given a payment of £200.00 by card
When the agent refunds £200.00
Then the refund is paid to the card at once

Scenario: A large refund waits
Given a payment of £300.00 by card
When the agent refunds £300.00
Then the message "Ask a team leader." is displayed
"""
PAID = "the refund is paid to the card at once"


class Scripted:
    """Answers with the given objects in turn, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.prompts: list[str] = []

    def with_structured_output(self, schema: object, **_: object) -> Scripted:
        return self

    def invoke(self, messages: Sequence[tuple[str, str]], **_: object) -> dict[str, Any]:
        self.prompts.append(messages[-1][1])
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        text = json.dumps(answer)
        return {"raw": AIMessage(text, response_metadata={"finish_reason": "stop"})}


class Project:
    """The cases of a pasted epic, and a model that is asked for them again."""

    def __init__(self, workspace: Workspace, project_id: str, chat: Scripted) -> None:
        self.workspace, self.project_id, self.chat = workspace, project_id, chat
        self.run = run_of(workspace, project_id, GenerateRequest(text=EPIC))

    def case(self) -> StoredCase:
        """The case of the small refund."""
        listed = self.workspace.library.cases(self.project_id, run_id=self.run.id)
        return next(one for one in listed if PAID in one.body)

    def add(self, **changes: object) -> StoredCase:
        """Another case beside it, written by the same run."""
        case = self.case().case.model_copy(update=changes)
        return self.workspace.library.add_case(
            self.project_id, self.run.id, case, source_run_id=self.run.id
        )

    def again(self, *cases: StoredCase, **choices: Any) -> tuple[StoredCase, ...]:
        return write_now(
            self.workspace, self.project_id, [one.id for one in cases], writer="endpoint", **choices
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    chat = Scripted()
    endpoint = ChatEndpoint(
        chat=cast(Any, chat),
        spec=ModelSpec(id="m", provider="openai", model="m", context_tokens=32_000),
        destination="stays on this computer",
        timeout=5,
    )
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        monkeypatch.setattr(workspace.endpoints, "open", lambda *_: endpoint)
        monkeypatch.setattr(follow_up_runs, "known_writer", lambda *_: None)
        monkeypatch.setattr(follow_up_runs, "model_spec", lambda *_: endpoint.spec)
        choose_way(workspace.settings, "endpoint", "story")
        yield Project(workspace, project_id, chat)


def told(case: TestCase, **changes: object) -> dict[str, Any]:
    """The case as a model hands it back, whole."""
    steps = [
        {"action": one.action or "Refund it", "data": one.test_data or "£200.00",
         "expected": one.expected_result, "calculation": [], "sources": [1, 2]}
        for one in case.steps
    ]  # fmt: skip
    draft = {
        "criteria": list(case.criterion_ids), "covers": [], "technique": "positive",
        "title": case.title, "aim": "", "preconditions": list(case.preconditions), "steps": steps,
    } | changes  # fmt: skip
    return {"cases": [draft], "questions": [], "answers": []}


def test_a_stale_case_is_shown_with_what_changed_and_stays_the_same_test(project: Project) -> None:
    stored = project.case()
    pasted = GenerateRequest(text=EPIC.replace("card at once", "card within 2 days"))
    found = understand(project.workspace, project.project_id, pasted)
    generate_cases.begin(project.workspace, project.project_id, found, GenerationConfig())
    (changed,) = stale.stale_cases(project.workspace, project.project_id)
    assert changed.case_id == stored.id
    fresh = json.loads(json.dumps(told(stored.case)).replace("card at once", "card within 2 days"))
    fresh["cases"][0] |= {"title": "Paid within 2 days", "aim": "It takes 2 days now."}
    project.chat.answers = [fresh]
    (again,) = project.again(stored)
    (prompt,) = project.chat.prompts
    shown = prompt.partition("<case>")[2].partition("</case>")[0]
    assert stored.title in shown
    assert PAID in shown
    (wrong,) = [line for line in prompt.splitlines() if line.startswith("<wrong>")][:1]
    assert "at once" in wrong
    assert "within 2 days" in wrong
    assert (again.id, again.title) == (stored.id, "Paid within 2 days")
    assert "within 2 days" in again.body
    history = project.workspace.library.history(project.project_id, stored.id)
    assert history[-1].reason == "its sources changed: It takes 2 days now."


def test_each_of_two_cases_of_one_item_is_written_again(project: Project) -> None:
    first = project.case()
    second = project.add(id="TC-2", title="Another payer is refunded to the card")
    project.chat.answers = [
        told(first.case, preconditions=["Ann"]),
        told(second.case, preconditions=["Bob"]),
    ]
    again = project.again(first, second)
    assert [one.case.preconditions for one in again] == [("Ann",), ("Bob",)]
    assert [one.title for one in again] == [first.title, second.title]


def test_a_case_that_covers_no_item_is_written_again_by_its_criteria(project: Project) -> None:
    covers = project.case().case.condition_ids
    stored = project.add(id="TC-2", condition_ids=(), claimed_ids=())
    assert write_again.can_be_written(stored)
    with pytest.raises(LibraryError, match=r"TC-2 is not seen to cover .* writes item by item"):
        write_again.begin(project.workspace, project.project_id, ["TC-2"], by="Tess")
    project.chat.answers = [told(stored.case)]
    (again,) = project.again(stored)
    assert again.row_version == stored.row_version + 1
    assert set(again.case.condition_ids) & set(covers), "code sees what it covers"
    last = {"action": "Refund it", "data": "£200.00", "expected": PAID, "calculation": [],
            "sources": [1]}  # fmt: skip
    project.chat.answers = [last]
    step = write_again.begin_step(
        project.workspace, project.project_id, "TC-2", 1, by="Tess", writer="endpoint"
    )
    follow_up_runs.write_now(project.workspace, project.project_id, [step])


def test_a_case_whose_item_is_gone_is_written_for_its_criterion_where_somebody_asks(
    project: Project,
) -> None:
    (item, *_) = project.case().case.condition_ids
    gone = f"{project.case().case.criterion_ids[0]}-B9"
    stored = project.add(id="TC-2", condition_ids=(gone,))
    found = write_again.without_item(
        project.workspace, project.project_id, [stored.id, project.case().id]
    )
    assert list(found) == ["TC-2"]
    assert f"{gone} is no longer there. Reject the case" in found["TC-2"]
    assert "a model that writes whole stories" in found["TC-2"].lower()
    project.chat.answers = [told(stored.case)]
    with pytest.raises(LibraryError, match=f"{gone} is no longer there"):
        project.again(stored)
    (again,) = project.again(stored, reason=write_again.ASKED)
    assert again.row_version == stored.row_version + 1
    assert item in again.case.condition_ids


def test_an_item_that_a_case_claims_is_offered_again_and_one_that_is_gone_is_not(
    project: Project,
) -> None:
    case = project.case().case
    other = next(one.id for one in project.run.conditions if one.id not in case.condition_ids)
    stored = project.add(id="TC-2", claimed_ids=(other, "GONE-AC1-P1"))
    project.chat.answers = [told(stored.case, covers=[other])]
    (again,) = project.again(stored)
    (prompt,) = project.chat.prompts
    assert f"\n{other} [" in prompt
    assert "GONE-AC1-P1" not in prompt
    assert other in {*again.case.claimed_ids, *again.case.condition_ids}


def test_why_a_case_cannot_be_written_again_is_true(project: Project) -> None:
    own = project.add(id="TC-2", origin=CaseOrigin(writer="person"))
    case = own.case.model_copy(update={"id": "TC-3", "origin": CaseOrigin(writer="import")})
    imported = project.workspace.library.add_case(project.project_id, None, case)
    for stored, why in ((own, "TC-2 was written by a person"), (imported, "TC-3 was imported")):
        assert not write_again.can_be_written(stored)
        with pytest.raises(LibraryError, match=why):
            write_again.begin(project.workspace, project.project_id, [stored.id], by="Tess")


def test_one_step_is_written_again_as_the_person_wants_it(project: Project) -> None:
    stored = project.case()
    mask_sources.save_choices(
        project.workspace, project.project_id, enabled=True, names=("Ada Byron",), by="Tess"
    )
    project.chat.answers = [
        {"action": "Refund £200.00 to the card", "data": "£200.00", "expected": PAID,
         "calculation": [], "sources": [1, 2]},
    ]  # fmt: skip
    number = len(stored.case.steps)
    planned = write_again.begin_step(
        project.workspace, project.project_id, stored.id, number,
        by="Tess", writer="endpoint", wish="Ada Byron wants the amount named",
    )  # fmt: skip
    follow_up_runs.write_now(project.workspace, project.project_id, [planned])
    again = project.workspace.library.case(project.project_id, stored.id)
    assert again.case.steps[-1].action == "Refund £200.00 to the card"
    assert again.case.steps[-1].citations, "its sources are proved and numbered as the others"
    assert again.case.steps[:-1] == stored.case.steps[:-1]
    assert again.title == stored.title
    (prompt,) = project.chat.prompts
    assert f"Write step {number} of <case> again" in prompt
    assert "wants the amount named</wish>" in prompt
    assert "Ada Byron" not in prompt


def test_another_test_leaves_the_case_and_the_others_are_written(project: Project) -> None:
    first = project.case()
    second = project.add(id="TC-2", title="Another payer is refunded to the card")
    other = told(first.case)
    step = {"action": "Close an account", "data": "", "expected": "Its file is archived"}
    other["cases"][0]["steps"] = [{**step, "calculation": [], "sources": []}]
    project.chat.answers = [other, other, told(second.case, preconditions=["Bob"])]
    with pytest.raises(InvalidOutput, match=f"{first.id} stays as it was.*another test"):
        project.again(first, second)
    library = project.workspace.library
    assert library.case(project.project_id, first.id) == first
    assert library.case(project.project_id, "TC-2").case.preconditions == ("Bob",)


def test_a_question_that_comes_with_the_words_is_no_change_of_its_own(project: Project) -> None:
    """Before and after, and undo, were gone as soon as the model asked something too."""
    stored = project.case()
    asked = {"criterion": stored.case.criterion_ids[0], "words": "paid to the card",
             "question": "To which card is the refund paid?"}  # fmt: skip
    fresh = told(stored.case, preconditions=["Bob"])
    project.chat.answers = [fresh | {"questions": [asked]}]
    (again,) = project.again(stored)
    assert asked["question"] in again.case.open_questions
    library = project.workspace.library
    last = library.last_change(project.project_id, stored.id)
    assert last is not None
    assert (last.changed.action, last.before.case) == ("written again", stored.case)
    assert [(one.action, one.by) for one in library.history(project.project_id, stored.id)] == [
        ("added", "Tess"), ("written again", "Tess"), ("asked", ""),
    ]  # fmt: skip
    (change,) = library.standing_changes(project.project_id, project.run.id)
    assert (change.action, change.version, change.is_last) == ("written again", 2, True)
    back = library.undo(
        project.project_id, stored.id, by="Tess", expected_version=again.row_version
    )
    assert back.case == stored.case


def test_what_is_edited_meanwhile_stays_and_the_others_are_written(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit ended the writing of all; a question that came up meanwhile is no edit."""
    first = project.case()
    second = project.add(id="TC-2", title="Another payer is refunded to the card")
    library, ask = project.workspace.library, project.chat.invoke

    def meanwhile(*given: Any, **more: Any) -> dict[str, Any]:
        if not project.chat.prompts:
            mine = first.case.model_copy(update={"title": "Mine"})
            library.update_case(project.project_id, mine, expected_version=1, by="Tess")
            question = Question(criterion_id="PAY-71-AC1", kind="ambiguous", text="Who?")
            library.add_questions(
                project.run.id, [question], bears_on=lambda _, case: case.id == "TC-2"
            )
        return ask(*given, **more)

    monkeypatch.setattr(project.chat, "invoke", meanwhile)
    project.chat.answers = [
        told(first.case, preconditions=["Ann"]),
        told(second.case, preconditions=["Bob"]),
    ]
    with pytest.raises(
        EditConflict, match=f"^{first.id} stays as it is now: it was edited or dec"
    ) as kept:
        project.again(first, second)
    assert "Compare" not in str(kept.value)
    assert library.case(project.project_id, first.id).title == "Mine"
    assert library.case(project.project_id, "TC-2").case.preconditions == ("Bob",)


def test_what_was_started_together_counts_together_to_its_end(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases that several runs wrote are written again by several runs: 1 case, then 0 of 2."""
    first = project.case()
    project.add(id="TC-2", title="Another payer is refunded to the card")
    project.add(id="TC-3", title="A third payer is refunded to the card")
    project.chat.answers = [told(first.case, preconditions=["Ann"])]
    (first,) = project.again(first)
    ask, jobs = project.chat.invoke, project.workspace.jobs
    seen: list[follow_up_runs.Underway | None] = []

    def looked(*given: Any, **more: Any) -> dict[str, Any]:
        seen.append(follow_up_runs.underway(project.workspace, project.run.id))
        return ask(*given, **more)

    monkeypatch.setattr(project.chat, "invoke", looked)
    planned = write_again.begin(
        project.workspace, project.project_id, ["TC-2", "TC-3", first.id],
        by="Tess", writer="endpoint",
    )  # fmt: skip
    assert len(planned) == 2
    project.chat.answers = [
        told(one, preconditions=["Bob"])
        for again in planned
        for one in (r.case for r in again.revisions)
    ]
    held, free = threading.Event(), threading.Event()

    def other_run(stop: Any) -> None:
        with jobs.model_turn("other", stop):
            held.set()
            free.wait(60)

    jobs.start("other", other_run)
    assert held.wait(60)
    follow_up_runs.start(project.workspace, project.project_id, planned)
    deadline = time.monotonic() + 60
    while (
        not (waits := follow_up_runs.underway(project.workspace, project.run.id))
        or not waits.waits_for
    ):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (waits.done, waits.total, waits.waits_for) == (0, 3, ("other",))
    assert set(waits.case_ids) == {"TC-2", "TC-3", first.id}
    free.set()
    for again in planned:
        assert jobs.wait(again.run.id, 60)
        assert not jobs.state(again.run.id).error
    assert [(one.done, one.total, one.waits_for) for one in seen if one] == [
        (0, 3, ()),
        (1, 3, ()),
        (2, 3, ()),
    ]
    assert follow_up_runs.underway(project.workspace, project.run.id) is None


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_a_decided_case_that_comes_back_word_for_word_stays_decided(
    project: Project, status: CaseStatus
) -> None:
    stored, library = project.case(), project.workspace.library
    decided = library.set_status(
        project.project_id, stored.id, status, reason="why", by="Rita", expected_version=1
    )
    (again,) = write_now(project.workspace, project.project_id, [stored.id], accepted=True)
    assert again.case == decided.case
    assert [(one.action, one.case.status) for one in library.history(
        project.project_id, stored.id
    )] == [("added", "draft"), (status, status), ("checked", status)]  # fmt: skip
    last = library.last_change(project.project_id, stored.id)
    assert last is not None
    assert last.changed.action == status


def test_what_ends_with_an_error_stays_counted(project: Project) -> None:
    """It was 2 of 5, then 0 of 2."""
    jobs, free = project.workspace.jobs, threading.Event()
    names = [f"{AGAIN}{project.run.id}-{one}" for one in "ab"]

    def fails(stop: object) -> None:
        jobs.report(names[0], 2, 3)
        raise InvalidOutput("One was refused.")

    for name, work, about in zip(
        names, (fails, lambda stop: free.wait(60)), (("1", "2", "3"), ("4", "5")), strict=True
    ):
        known = JobState(total=len(about), about=about, together=tuple(names))
        jobs.start(name, work, known=known)
    assert jobs.wait(names[0], 60)
    now = follow_up_runs.underway(project.workspace, project.run.id)
    free.set()
    assert jobs.wait(names[1], 60)
    assert now is not None
    assert (now.jobs, now.done, now.total) == ((names[1],), 2, 5)
    assert now.case_ids == ("1", "2", "3", "4", "5")
