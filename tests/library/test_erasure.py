"""Erasing in every database: what goes, what stays, and the history closed again afterwards."""

from __future__ import annotations

import json

import pytest

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Citation,
    Epic,
    GenerationRun,
    Question,
    RetrievedChunk,
    SourceAnswer,
    SourceDocument,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.errors import LibraryError
from assistant.library import Library, Project, Wanted
from assistant.library.erase_plan import Traces

WORDS = "The Zyxomatic tariff is shown to every clerk who opens the account of a customer."
PLAIN = "A refund is paid within fourteen days to the account that the payment came from."


def document(name: str, text: str) -> SourceDocument:
    return SourceDocument(id=name, kind="rules", title=name, text=text, content_hash=text)


def cited(name: str, chunk: Chunk) -> TestCase:
    citation = Citation(chunk_id=chunk.id, source=1, quote=chunk.text, start=0, end=1)
    step = TestStep(number=1, action="Do it.", expected_result="It is so.", citations=(citation,))
    return TestCase(id=name, title=name, steps=(step,), condition_ids=(name,))


@pytest.fixture
def filled(library: Library, project: Project) -> Library:
    chunks = []
    for name, text in (("secret", WORDS), ("other", PLAIN)):
        criterion = AcceptanceCriterion(id=f"{name}-AC1", text=text)
        story = UserStory(key=f"{name}-S1", title="s", criteria=(criterion,))
        epic = Epic(key=name, title=name, stories=(story,))
        library.put_document(project.id, document(name, text), epics=(epic,))
        chunks.append(Chunk(id=f"chunk-{name}", document_id=name, ordinal=0, text=text))
        run = GenerationRun(id=f"run-{name}", request=name, epics=(epic,))
        library.start_run(project.id, run)
        retrieved = [
            RetrievedChunk(chunk=chunk, score=1.0, rank=rank)
            for rank, chunk in enumerate(chunks, start=1)
        ]
        library.record_plan(run.id, (), (), retrieved)
        library.add_case(project.id, run.id, cited(f"T-{name}", chunks[-1]))
        library.finish_run(run.id, status="done")
    library.add_case(project.id, "run-other", cited("T-both", chunks[0]))
    return library


def test_a_document_goes_with_what_was_made_of_it(filled: Library, project: Project) -> None:
    wanted = Wanted(project.id, documents=("secret",))
    shown = filled.erasing.preview(wanted)
    assert len(filled.cases(project.id)) == 3, "looking changes nothing"
    assert filled.erasing.erase(wanted, by="Ann") == shown
    assert (shown.cases, shown.runs, shown.chunks) == (("T-both", "T-secret"), ("run-secret",), 2)
    assert [one.id for one in filled.cases(project.id)] == ["T-other"]
    assert [one.id for one in filled.runs(project.id)] == ["run-other"]
    kept = filled.run(project.id, "run-other")
    assert [one.chunk.document_id for one in kept.retrieved] == ["other"]
    assert [one.id for one in filled.documents(project.id)] == ["other"]
    with pytest.raises(LibraryError):
        filled.history(project.id, "T-secret")
    log = filled.events(project.id)
    assert (log[0].action, log[0].by, log[0].subject) == ("erased", "Ann", "document")
    assert not any("secret" in one.subject_id for one in log)
    filled.erasing.compact()


def test_a_question_that_an_erased_source_answered_is_open_again(
    filled: Library, project: Project
) -> None:
    def asked(text: str, *answered_by: str) -> Question:
        said = tuple(
            SourceAnswer(chunk_id=f"chunk-{name}", quote=WORDS[:20]) for name in answered_by
        )
        return Question(criterion_id="other-AC1", kind="ambiguous", text=text, source_answers=said)

    questions = [asked("Which?", "secret"), asked("When?", "secret", "other"), asked("Who?")]
    filled.add_questions("run-other", questions, bears_on=lambda _, case: case.id == "T-other")
    filled.erasing.erase(Wanted(project.id, documents=("secret",)), by="Ann")
    left = filled.run(project.id, "run-other").questions
    assert left == (asked("Which?"), asked("When?", "other"), asked("Who?"))
    assert [one.is_open for one in left] == [True, False, True]
    [stays] = filled.cases(project.id)
    assert "Which?" in stays.case.open_questions, "it did not cite the source, and waits as before"


def test_a_request_begun_with_erased_words_or_an_erased_epic_goes(
    filled: Library, project: Project
) -> None:
    drafts = filled.request_drafts
    bodies = {"words": {"text": WORDS}, "epic": {"epic_keys": ["secret"]}, "other": {"text": PLAIN}}
    for owner, body in bodies.items():
        drafts.keep(project.id, owner, json.dumps(body))
    filled.erasing.erase(Wanted(project.id, documents=("secret",)), by="Ann")
    assert [owner for owner in bodies if drafts.find(project.id, owner)] == ["other"]


def test_the_history_is_closed_for_everything_else(filled: Library, project: Project) -> None:
    filled.erasing.erase(Wanted(project.id, cases=("T-secret",)), by="Ann")
    database = filled._database
    for table in ("events", "case_versions"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET actor = 'eve'"):
            with pytest.raises(LibraryError, match="append-only"), database.write() as connection:
                connection.exec_driver_sql(statement)


def test_an_erasure_that_fails_changes_nothing(
    filled: Library, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LibraryError("the disk is full")

    monkeypatch.setattr("assistant.library.erasure.hide_names", broken)
    with pytest.raises(LibraryError, match="full"):
        filled.erasing.erase(Wanted(project.id, documents=("secret",)), by="Ann")
    monkeypatch.undo()
    assert len(filled.cases(project.id)) == 3
    test_the_history_is_closed_for_everything_else(filled, project)


def test_a_project_goes_and_another_stays(filled: Library, project: Project) -> None:
    other = filled.create_project("Other", template=project.template)
    filled.put_document(other.id, document("secret", WORDS))
    filled.erasing.erase_project(project.id, by="Ann")
    assert [one.name for one in filled.projects()] == ["Other"]
    assert [one.id for one in filled.documents(other.id)] == ["secret"]
    assert filled.create_project("Energy", template=project.template).id != project.id


def test_words_that_another_text_holds_too_are_no_trace() -> None:
    shared = "one two three four five six seven eight nine"
    traces = Traces({"id-1"}, [f"{shared} ten eleven"], [shared])
    assert traces.in_text("id-1")
    assert not traces.in_text(f"before {shared} after")
    assert traces.in_json('["two three four five six seven eight nine ten"]')
    assert traces.in_json('{"a": {"b": ["x", "id-1"]}}')
    assert not traces.in_text("two three four")
