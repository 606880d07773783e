"""Runs: what was asked, planned and written can be put together again, after a crash as well."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from assistant.domain import (
    Chunk,
    Epic,
    GenerationConfig,
    GenerationRun,
    ModelSpec,
    Question,
    RejectedDraft,
    RetrievedChunk,
    SourceAnswer,
    SourceMetadata,
    TestCase,
    TestCondition,
    Timings,
)
from assistant.errors import LibraryError
from assistant.generation.proof.question_bearing import bears_on as question_bears_on
from assistant.library import Library, Project
from assistant.library.storage.owner import current_owner, is_alive

RUN = GenerationRun(
    id="r1",
    created_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    by="ann",
    request="Generate \ud83d\ude00 cases",
    model=ModelSpec(id="m", provider="p", model="q", sha256="00"),
    prompt_version="3",
    generation=GenerationConfig(writer="m", seed=11),
    epics=(Epic(key="CC", title="Calls"),),
)
QUESTIONS = (Question(criterion_id="A", kind="ambiguous", text="Which?"),)


def conditions(*names: str) -> tuple[TestCondition, ...]:
    return tuple(
        TestCondition(id=n, criterion_id="A", technique="positive", statement="s", expected="e")
        for n in names
    )


def chunk(chunk_id: str, rank: int, text: str = "words") -> RetrievedChunk:
    body = Chunk(
        id=chunk_id, document_id="d", ordinal=0, text=text, metadata=SourceMetadata(team="B")
    )
    return RetrievedChunk(chunk=body, score=0.1 + 0.2, rank=rank, stage="fused")


def case(condition: str) -> TestCase:
    return TestCase(id=f"T-{condition}", title="t", condition_ids=(condition,))


def test_a_run_is_put_together_as_it_was(library: Library, project: Project) -> None:
    library.start_run(project.id, RUN)
    assert library.runs(project.id)[0].status == "queued"
    plan = conditions("c1", "c2")
    retrieved = (chunk("k1", 1), chunk("k2", 2))
    library.record_plan("r1", plan, QUESTIONS, retrieved)
    draft = RejectedDraft(condition_id="c1", attempt=1, raw_output="{", reason="no")
    first = library.add_case(project.id, "r1", case("c1"), rejected=[draft])
    (summary,) = library.runs(project.id)
    assert (summary.status, summary.conditions, summary.cases) == ("running", 2, 1)
    assert summary.progress == 0.5
    assert summary.epic_keys == ("CC",)
    second = library.add_case(project.id, "r1", case("c2"))
    timings = Timings(total=1.5, generated_tokens=7)
    library.finish_run("r1", status="done", timings=timings, uncovered_criteria=["B"])
    expected = RUN.model_copy(
        update={
            "request": "Generate \ufffd\ufffd cases",
            "status": "done",
            "conditions": plan,
            "questions": QUESTIONS,
            "retrieved": retrieved,
            "cases": (first.case, second.case),
            "rejected": (draft,),
            "timings": timings,
            "uncovered_criteria": ("B",),
        }
    )
    assert library.run(project.id, "r1") == expected
    (summary,) = library.runs(project.id)
    assert summary.finished_at is not None
    assert (summary.writer, summary.by) == ("m", "ann")


def test_a_run_shows_its_cases_as_they_are_now(library: Library, project: Project) -> None:
    library.start_run(project.id, RUN)
    library.add_case(project.id, "r1", case("c1"))
    library.set_status(project.id, "T-c1", "accepted", by="a", expected_version=1)
    assert library.run(project.id, "r1").cases[0].status == "accepted"
    (summary,) = library.runs(project.id)
    assert (summary.cases, summary.accepted, summary.rejected) == (1, 1, 0)


def test_runs_are_listed_newest_first(library: Library, project: Project) -> None:
    for name in ("a", "b", "c"):
        library.start_run(project.id, RUN.model_copy(update={"id": name}))
    assert [summary.id for summary in library.runs(project.id)] == ["c", "b", "a"]
    assert [summary.id for summary in library.runs(project.id, limit=1)] == ["c"]


def test_a_second_plan_replaces_the_first_but_its_chunks_stay(
    library: Library, project: Project
) -> None:
    library.start_run(project.id, RUN)
    library.record_plan("r1", conditions("c1"), (), (chunk("old", 1), chunk("k", 2, "before")))
    library.start_run(project.id, RUN.model_copy(update={"status": "running"}))
    library.record_plan("r1", conditions("c1", "c2"), QUESTIONS, (chunk("k", 1, "after"),))
    found = library.run(project.id, "r1")
    assert [item.chunk.text for item in found.retrieved] == ["after"]
    assert len(found.conditions) == 2
    cited = library.chunks(project.id, ["old", "k", "unknown", "k"])
    assert {key: value.text for key, value in cited.items()} == {"old": "words", "k": "after"}


def test_chunks_of_another_project_are_not_found(library: Library, project: Project) -> None:
    library.start_run(project.id, RUN)
    library.record_plan("r1", (), (), (chunk("k", 1),))
    other = library.create_project("Other", template=project.template)
    assert library.chunks(other.id, ["k"]) == {}
    with pytest.raises(LibraryError, match="no run"):
        library.run(other.id, "r1")
    with pytest.raises(LibraryError, match="exists already"):
        library.start_run(other.id, RUN)


def test_many_chunks_are_found_at_once(library: Library, project: Project) -> None:
    library.start_run(project.id, RUN)
    names = [f"k{number}" for number in range(1200)]
    library.record_plan("r1", (), (), [chunk(name, n) for n, name in enumerate(names, 1)])
    assert set(library.chunks(project.id, names)) == set(names)


def test_cancelling_is_asked_for_once_and_only_while_it_goes_on(
    library: Library, project: Project
) -> None:
    library.start_run(project.id, RUN)
    assert not library.is_cancelled("r1")
    library.request_cancel("r1")
    library.request_cancel("r1")
    assert library.is_cancelled("r1")
    assert [e.action for e in library.events(project.id)].count("cancel requested") == 1
    library.finish_run("r1", status="cancelled")
    library.start_run(project.id, RUN)
    assert not library.is_cancelled("r1")
    library.finish_run("r1", status="done")
    library.request_cancel("r1")
    assert not library.is_cancelled("r1")


def test_an_unknown_run_is_told(library: Library) -> None:
    for call in (
        lambda: library.record_plan("no", (), (), ()),
        lambda: library.finish_run("no", status="done"),
        lambda: library.request_cancel("no"),
    ):
        with pytest.raises(LibraryError, match="no run “no”"):
            call()


def dead_owner() -> str:
    code = "from assistant.library.storage.owner import current_owner; print(current_owner())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.long
def test_runs_of_a_dead_process_are_interrupted_and_others_left(
    library: Library, project: Project
) -> None:
    for name, owner, status in [
        ("mine", None, "running"),
        ("dead", dead_owner(), "running"),
        ("waiting", dead_owner(), "queued"),
        ("done", dead_owner(), "done"),
    ]:
        run = RUN.model_copy(update={"id": name, "status": status})
        library.start_run(project.id, run, owner=owner)
    library.add_case(project.id, "dead", case("c1"))
    assert set(library.interrupt_orphans()) == {"dead", "waiting"}
    assert library.interrupt_orphans() == ()
    found = {summary.id: summary for summary in library.runs(project.id)}
    assert found["mine"].status == "running"
    assert found["done"].status == "done"
    assert found["dead"].status == "interrupted"
    assert "run it again" in found["dead"].error
    assert found["dead"].cases == 1


@pytest.mark.long
def test_runs_of_another_living_process_are_left_alone(library: Library, project: Project) -> None:
    code = (
        "from assistant.library.storage.owner import current_owner\n"
        "print(current_owner(), flush=True); input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    owner = process.stdout.readline().strip()
    library.start_run(project.id, RUN.model_copy(update={"status": "running"}), owner=owner)
    assert library.interrupt_orphans() == ()
    process.kill()
    process.wait()
    assert library.interrupt_orphans() == ("r1",)
    process.stdin.close()
    process.stdout.close()


def test_a_later_process_with_the_same_number_is_not_the_owner() -> None:
    host, pid, start = current_owner().rsplit("/", 2)
    assert is_alive(current_owner())
    assert not is_alive(f"{host}/{pid}/{start}1") or not start
    assert not is_alive(f"elsewhere/{pid}/{start}")
    assert not any(is_alive(text) for text in ("", "x", "//", f"{host}/abc/1", f"{host}//"))


def test_what_a_model_asks_stands_on_the_drafts_that_it_bears_on(
    library: Library, project: Project
) -> None:
    library.start_run(project.id, RUN)
    for name in ("untouched", "decided", "other"):
        traced = {"criterion_ids": ("B" if name == "other" else "A",)}
        library.add_case(project.id, RUN.id, case(name).model_copy(update=traced))
    library.set_status(project.id, "T-decided", "accepted", by="ann", expected_version=1)
    for _ in range(2):  # asked twice, carried once
        library.add_questions(
            RUN.id, QUESTIONS, bears_on=lambda one, case: one.criterion_id in case.criterion_ids
        )
    carried = {one.id: one.case.open_questions for one in library.cases(project.id)}
    assert carried == {"T-untouched": ("Which?",), "T-decided": (), "T-other": ()}
    asked = library.case(project.id, "T-untouched")
    with pytest.raises(LibraryError, match="no earlier version"):
        library.undo(project.id, asked.id, by="ann", expected_version=asked.row_version)
    edited = asked.case.model_copy(update={"title": "Other"})
    version = library.update_case(
        project.id, edited, expected_version=asked.row_version, by="ann"
    ).row_version
    undone = library.undo(project.id, asked.id, by="ann", expected_version=version)
    assert (undone.case.title, undone.case.open_questions) == ("t", ("Which?",))
    others = (Question(criterion_id="A", kind="ambiguous", text="When?"),)
    library.add_questions(RUN.id, others, bears_on=lambda *_: False)
    assert library.case(project.id, asked.id).case.open_questions == ("Which?",)


def test_what_only_says_how_to_run_a_draft_keeps_nobody_waiting(
    library: Library, project: Project
) -> None:
    library.start_run(project.id, RUN)
    library.add_case(project.id, RUN.id, case("one"))
    where = Question(criterion_id="A", kind="how to run", text="On which screen?")
    for _ in range(2):
        library.add_questions(RUN.id, [where], bears_on=lambda *_: True)
    (kept,) = library.cases(project.id)
    assert (kept.case.running_questions, kept.case.open_questions) == (("On which screen?",), ())


def test_what_a_source_says_to_a_question_is_kept_and_the_cases_by_it_are_free(
    library: Library, project: Project
) -> None:
    library.start_run(project.id, RUN)
    for name in ("by-it", "other"):
        waiting = {"open_questions": ("Which?", "When?"), "criterion_ids": ("A",)}
        library.add_case(project.id, RUN.id, case(name).model_copy(update=waiting))
    said = (SourceAnswer(chunk_id="c", quote="This one."),)
    answered = QUESTIONS[0].model_copy(update={"source_answers": said})
    library.add_questions(RUN.id, QUESTIONS, bears_on=lambda *_: False)
    library.add_questions(RUN.id, [answered], bears_on=lambda _, case: case.id == "T-other")
    carried = {one.id: one.case.open_questions for one in library.cases(project.id)}
    assert carried == {"T-by-it": ("When?",), "T-other": ("When?", "Which?")}
    library.add_questions(RUN.id, QUESTIONS, bears_on=lambda *_: False)  # asked once more
    assert library.run(project.id, RUN.id).questions == (answered,)
    beside = QUESTIONS[0].model_copy(update={"case_titles": ("A case",)})
    library.add_questions(RUN.id, [beside], bears_on=lambda one, _: one.is_open)
    assert {one.case.open_questions for one in library.cases(project.id)} == {("When?",)}
    (kept,) = library.run(project.id, RUN.id).questions
    assert kept == answered.model_copy(update={"case_titles": ("A case",)})


def test_a_case_whose_question_a_source_answers_cites_it(
    library: Library, project: Project
) -> None:
    library.start_run(project.id, RUN)
    library.add_case(project.id, RUN.id, case("by").model_copy(update={"criterion_ids": ("A",)}))
    library.add_case(project.id, RUN.id, case("other").model_copy(update={"criterion_ids": ("A",)}))
    said = SourceAnswer(chunk_id="c", quote="This one.", source=3, passage="This  one.", start=5)
    unplaced = SourceAnswer(chunk_id="d", quote="That one.")
    answered = QUESTIONS[0].model_copy(
        update={"kind": "missing rule", "source_answers": (said, unplaced)}
    )
    for _ in range(2):
        library.add_questions(
            RUN.id, [answered], bears_on=question_bears_on,
            rests_on=lambda one, _: one.id == "T-by",
        )  # fmt: skip
        kept, other = library.cases(project.id)
        assert not other.case.citations
        assert other.case.open_questions == ("Which?",), "it has nothing of the answer"
        (citation,) = kept.case.citations
        assert (citation.chunk_id, citation.source, citation.quote) == ("c", 3, "This  one.")
        assert (citation.start, citation.end, citation.supports) == (5, 15, "precondition")
        assert not kept.case.open_questions
