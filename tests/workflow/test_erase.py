"""Erased is gone: no file of the data folder holds the words any more, and all else still works."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from syncing import quick_workspace

from assistant.domain import (
    AcceptanceCriterion,
    Citation,
    Epic,
    Evidence,
    GenerationConfig,
    GenerationRun,
    Question,
    RejectedDraft,
    RetrievalConfig,
    RetrievedChunk,
    SourceDocument,
    SourceMetadata,
    TestCase,
    TestCondition,
    TestStep,
    UserStory,
    utc_now,
)
from assistant.errors import LibraryError
from assistant.failpoints import VARIABLE
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.reindex import chunks_of, index_pending
from assistant.workflow.sources.search_sources import search
from assistant.workflow.writing import answers

SECRET = "Zyxomatic"
"""Stands in every text of what is erased, and in nothing else."""
RULES, PAGE, EPIC, CASES = "file:rules.md", f"file:{SECRET} page.md", "epic:SEC-1", "file:old.csv"


def put(
    workspace: Workspace,
    project_id: str,
    name: str,
    text: str,
    *,
    epics: tuple[Epic, ...] = (),
    cases: tuple[TestCase, ...] = (),
) -> None:
    kind = "epic" if epics else "test_cases" if cases else "rules"
    workspace.library.put_document(
        project_id,
        SourceDocument(
            id=name,
            kind=kind,
            title=text.splitlines()[0].lstrip("# "),
            text=text,
            metadata=SourceMetadata(key=epics[0].key if epics else ""),
            content_hash=hashlib.sha256(text.encode()).hexdigest(),
        ),
        epics=epics,
        cases=cases,
        by="Tess",
    )


def epic(key: str, sentence: str) -> Epic:
    criterion = AcceptanceCriterion(id=f"{key}-AC1", text=sentence, form="bullet")
    story = UserStory(key=f"{key}-S1", title="A story", criteria=(criterion,))
    return Epic(key=key, title="An epic", stories=(story,))


def case(name: str, criterion: str, sentence: str, cited: RetrievedChunk | None) -> TestCase:
    citations = ()
    if cited is not None:
        quote = cited.chunk.text
        citations = (
            Citation(chunk_id=cited.chunk.id, source=cited.rank, quote=quote, start=0,
                     end=len(quote)),
        )  # fmt: skip
    step = TestStep(number=1, action="Do it.", expected_result=sentence, citations=citations)
    return TestCase(
        id=name, title=f"Case {name}", steps=(step,), criterion_ids=(criterion,),
        condition_ids=(f"{criterion}-c{name}",),
    )  # fmt: skip


def filled(workspace: Workspace, project_id: str) -> None:
    """A project whose secret stands wherever the program keeps text."""
    library = workspace.library
    told = f"The {SECRET} tariff is shown to every clerk who opens the account of a customer."
    plain = "A refund is paid within fourteen days to the account that the payment came from."
    secret_epic, other_epic = epic("SEC-1", told), epic("CC-1", plain)
    put(workspace, project_id, RULES, f"# Rules\n\n{plain}")
    put(workspace, project_id, PAGE, f"# {SECRET} page\n\n{told} First version.")
    put(workspace, project_id, PAGE, f"# {SECRET} page\n\n{told} Second version.")
    put(workspace, project_id, EPIC, f"# SEC-1 {SECRET}\n\n{told}", epics=(secret_epic,))
    put(workspace, project_id, "epic:CC-1", f"# CC-1\n\n{plain}", epics=(other_epic,))
    put(workspace, project_id, CASES, f"id,title\nOLD-1,{SECRET}", cases=(
        TestCase(id="OLD-1", title=f"Old case of {SECRET}"),))  # fmt: skip
    index_pending(library, workspace.knowledge(project_id), project_id)
    question = Question(criterion_id="SEC-1-AC1", kind="ambiguous", text="Which clerk?")
    answers.answer(
        workspace, project_id, secret_epic, question, f"Every {SECRET} clerk sees it.", by="Tess"
    )
    retrieved = tuple(
        RetrievedChunk(chunk=chunk, score=1.0, rank=rank)
        for rank, chunk in enumerate(
            (
                chunk
                for name in (RULES, PAGE, EPIC, "epic:CC-1")
                for chunk in chunks_of(library, project_id, name)
            ),
            start=1,
        )
    )
    of = {one.chunk.document_id: one for one in retrieved}
    conditions = tuple(
        TestCondition(id=f"{key}-AC1-c{name}", criterion_id=f"{key}-AC1", technique="positive",
                      statement=f"“{told if key == 'SEC-1' else plain}”")
        for key, name in (("SEC-1", "T-1"), ("CC-1", "T-2"), ("CC-1", "T-3"))
    )  # fmt: skip
    conflict = Question(
        criterion_id="CC-1-AC1", kind="conflict", text="Two texts say different things.",
        evidence=(Evidence(source_id="SEC-1-AC1", quote=told, start=0, end=len(told)),),
    )  # fmt: skip
    run = GenerationRun(
        id="run-1",
        request="SEC-1",
        epics=(secret_epic, other_epic),
        generation=GenerationConfig(asked=f"Test {SECRET}"),
    )
    library.start_run(project_id, run)
    library.record_plan(run.id, conditions, (question, conflict), retrieved)
    draft = RejectedDraft(
        condition_id="CC-1-AC1-cT-2", attempt=1, raw_output=f"{{{SECRET}", reason="no JSON"
    )
    library.add_case(project_id, run.id, case("T-1", "SEC-1-AC1", told, of[EPIC]))
    library.add_case(
        project_id, run.id, case("T-2", "CC-1-AC1", "As the page says.", of[PAGE]), rejected=[draft]
    )
    library.add_case(project_id, run.id, case("T-3", "CC-1-AC1", plain, of["epic:CC-1"]))
    stored = library.set_status(
        project_id, "T-1", "accepted", reason=f"{SECRET} is right", by="Tess", expected_version=1
    )
    edited = stored.case.model_copy(update={"title": "Another title"})
    library.update_case(project_id, edited, expected_version=2, by="Tess")
    library.lineage.decide(project_id, "T-1", [("key", f"{told} -> {told}")], by="Tess")
    library.finish_run(run.id, status="done", error=f"{SECRET}-AC1 stands {told}")
    for name, version, words in (("T-1", 3, told), ("T-3", 1, f"{told} Or so.")):
        library.proposals.put(
            project_id, case(name, "CC-1-AC1", words, None), case_version=version,
            reason=f"The {SECRET} page says so.", by="Ann (tool)",
        )  # fmt: skip
    body = json.dumps({"expected": told})
    library.comparisons.save(project_id, "cmp-1", body, name="Comparison")
    folder = workspace.settings.data_dir / "comparisons" / "cmp-1"
    folder.mkdir(parents=True)
    (folder / "project").write_text(project_id, encoding="utf-8")
    (folder / "drafts.json").write_text(body, encoding="utf-8")
    workspace.settings.library_path.with_name("library.sqlite3.v3.backup").write_text(told)


def holding(folder: Path, word: str = SECRET) -> list[str]:
    """Files below a folder that hold a word: in UTF-8, in UTF-16, or in their names."""
    wanted = [word.encode(), word.encode("utf-16-le")]
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and (word in str(path.relative_to(folder)) or any(w in path.read_bytes() for w in wanted))
    )


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Workspace, str]]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        filled(workspace, project_id)
        yield workspace, project_id


def everything(workspace: Workspace, project_id: str) -> erase.Wanted:
    return erase.erase_request(workspace, project_id, document_ids=(PAGE, EPIC, CASES))


@pytest.mark.long
def test_no_file_of_the_data_folder_holds_an_erased_document(
    opened: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, project_id = opened
    before = holding(tmp_path)
    assert any("wal" in name or "segments" in name for name in before), "the index holds it"
    assert any("library.sqlite3" in name for name in before), "the library holds it"
    what = everything(workspace, project_id)
    shown = workspace.library.erasing.preview(what)
    done = erase.erase(workspace, what, by="Tess")
    assert done.erasure == shown
    assert set(done.erasure.cases) == {"T-1", "T-2", "OLD-1"}
    assert holding(tmp_path) == []
    assert any("exported" in text for text in done.unreached)


def test_what_has_nothing_to_do_with_it_stays(opened: tuple[Workspace, str]) -> None:
    workspace, project_id = opened
    erase.erase(workspace, everything(workspace, project_id), by="Tess")
    library = workspace.library
    assert [one.id for one in library.cases(project_id)] == ["T-3"]
    assert not library.proposals.counts(project_id), "the one on T-3 held erased words"
    run = library.run(project_id, "run-1")
    assert [one.key for one in run.epics] == ["CC-1"]
    assert {one.criterion_id for one in run.conditions} == {"CC-1-AC1"}
    assert {one.chunk.document_id for one in run.retrieved} == {RULES, "epic:CC-1"}
    assert (run.questions, run.rejected, run.request, run.error) == ((), (), "", "")
    assert [one.id for one in library.documents(project_id)] == [RULES, "epic:CC-1"]
    hits = search(workspace, project_id, "refund within fourteen days", limit=3)
    assert {hit.chunk.document_id for hit in hits} == {RULES, "epic:CC-1"}


def test_the_log_tells_that_and_by_whom_without_names(opened: tuple[Workspace, str]) -> None:
    workspace, project_id = opened
    erase.erase(workspace, everything(workspace, project_id), by="Tess")
    log = workspace.library.events(project_id)
    assert {(one.by, one.action) for one in log if one.action == "erased"} == {("Tess", "erased")}
    assert sum(one.action == "erased" for one in log) == 4  # the answer on the epic goes with it
    assert not any(SECRET in one.model_dump_json() for one in log)
    assert any(one.action == "accepted" for one in log), "who did what stays"


def test_the_history_is_closed_again_after_erasing(opened: tuple[Workspace, str]) -> None:
    workspace, project_id = opened
    erase.erase(workspace, everything(workspace, project_id), by="Tess")
    with sqlite3.connect(workspace.settings.library_path) as raw:
        for table in ("events", "case_versions"):
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET actor = 'eve'"):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    raw.execute(statement)
    raw.close()


@pytest.mark.long
def test_a_document_that_was_removed_before_can_still_be_erased(
    opened: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, project_id = opened
    for name in (PAGE, EPIC, CASES):
        workspace.library.remove_document(project_id, name, by="Tess")
        workspace.knowledge(project_id).remove(name)
    for one in workspace.library.documents(project_id):
        if one.id.startswith(answers.PREFIX):
            workspace.library.remove_document(project_id, one.id, by="Tess")
            workspace.knowledge(project_id).remove(one.id)
    assert holding(tmp_path)
    erase.erase(workspace, erase.removed(workspace, project_id), by="Tess")
    assert holding(tmp_path) == []


@pytest.mark.long
def test_a_case_goes_with_its_history_and_its_source_is_named(
    opened: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, project_id = opened
    workspace.library.add_case(
        project_id, None, TestCase(id="MINE", title="Typed: Quorvex"), by="Tess"
    )
    changed = TestCase(id="MINE", title="Typed anew")
    workspace.library.update_case(project_id, changed, expected_version=1, by="Tess")
    assert holding(tmp_path, "Quorvex")
    what = erase.erase_request(workspace, project_id, case_ids=("MINE", "OLD-1"))
    done = erase.erase(workspace, what, by="Tess")
    assert holding(tmp_path, "Quorvex") == []
    assert done.erasure.cases == ("MINE", "OLD-1")
    assert any("still holds OLD-1" in text for text in done.unreached)


@pytest.mark.parametrize("decided", [False, True])
def test_a_removed_source_that_would_bring_an_erased_case_back_is_named(
    opened: tuple[Workspace, str], decided: bool
) -> None:
    workspace, project_id = opened
    library = workspace.library
    if decided:
        before = library.case(project_id, "OLD-1").row_version
        library.set_status(project_id, "OLD-1", "accepted", by="Eve", expected_version=before)
    library.remove_document(project_id, CASES, by="Ann")
    done = erase.erase(
        workspace, erase.erase_request(workspace, project_id, case_ids=("OLD-1",)), by="Tess"
    )
    (said,) = [text for text in done.unreached if "OLD-1" in text]
    assert said.startswith("“id,title”, which was removed, still holds OLD-1: erase that too")
    library.restore_document(project_id, CASES)
    assert "OLD-1" in {one.id for one in library.cases(project_id)}


@pytest.mark.long
def test_a_run_goes_with_its_cases_and_its_epic_is_named(
    opened: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, project_id = opened
    epic_text = epic("TY-1", "Typed by hand: Quorvex is shown.")
    workspace.library.start_run(
        project_id, GenerationRun(id="run-2", request="Quorvex", epics=(epic_text,))
    )
    workspace.library.add_case(project_id, "run-2", case("T-9", "TY-1-AC1", "Quorvex", None))
    with pytest.raises(LibraryError, match="being written"):
        erase.erase(
            workspace, erase.erase_request(workspace, project_id, run_ids=("run-2",)), by="Tess"
        )
    workspace.library.finish_run("run-2", status="done")
    done = erase.erase(
        workspace, erase.erase_request(workspace, project_id, run_ids=("run-1", "run-2")), by="Tess"
    )
    assert set(done.erasure.cases) == {"T-1", "T-2", "T-3", "T-9"}
    assert holding(tmp_path, "Quorvex") == []
    assert any("SEC-1 stays as the source" in text for text in done.unreached)


def test_a_project_goes_with_all_that_is_in_it(
    opened: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, project_id = opened
    other = workspace.create_project("Other")
    put(workspace, other.id, RULES, "# Rules\n\nOther words.")
    erase.project(workspace, project_id, by="Tess")
    assert holding(tmp_path) == []
    assert holding(tmp_path, "fourteen") == []
    assert [one.name for one in workspace.projects()] == ["Other"]
    assert len(workspace.library.documents(other.id)) == 1
    with pytest.raises(LibraryError):
        workspace.library.put_document(project_id, SourceDocument(
            id="x", kind="page", title="x", text="x", content_hash="x"))  # fmt: skip
    assert workspace.create_project("P").id != project_id


def test_what_is_not_there_is_refused(opened: tuple[Workspace, str]) -> None:
    workspace, project_id = opened
    for what in ({"document_ids": ("no",)}, {"case_ids": ("no",)}, {"run_ids": ("no",)}):
        with pytest.raises(LibraryError, match="There is no"):
            erase.erase(workspace, erase.erase_request(workspace, project_id, **what), by="Tess")


@pytest.mark.long
def test_only_what_is_older_than_the_limit_goes(
    opened: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, project_id = opened
    later = utc_now() + timedelta(days=40)
    assert erase.expired(workspace, project_id, now=later) == erase.Wanted(project_id)
    workspace.library.save_retention(project_id, 30, by="Tess")
    assert erase.expired(workspace, project_id) == erase.Wanted(project_id)
    erase.keep_limits(workspace)
    assert holding(tmp_path), "nothing is older than the limit yet"
    old = erase.expired(workspace, project_id, now=later)
    assert set(old.runs) == {"run-1"}
    assert PAGE in old.documents
    erase.erase(workspace, old, by=erase.LIMIT_BY)
    assert holding(tmp_path) == []
    assert workspace.library.cases(project_id) == ()


@pytest.mark.parametrize("days", [0, -1, 1_000_000])
def test_a_limit_must_be_a_number_of_days(opened: tuple[Workspace, str], days: int) -> None:
    workspace, project_id = opened
    with pytest.raises(LibraryError, match="days"):
        workspace.library.save_retention(project_id, days)


@pytest.mark.long
@pytest.mark.parametrize("point", ["after_erase", "before_new_shard"])
def test_erasing_that_was_cut_off_is_finished_by_the_next_start(point: str, tmp_path: Path) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        filled(workspace, project_id)
    child = subprocess.run(
        [sys.executable, __file__, str(tmp_path / "data")],
        env=os.environ | {VARIABLE: point, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert child.returncode == 137
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        knowledge = workspace.knowledge(project_id)
        assert set(knowledge.documents()) == {RULES, "epic:CC-1"}
        assert holding(tmp_path) == []


if __name__ == "__main__":
    with quick_workspace(Path(sys.argv[1])) as (cut_off, its_project, _):
        assert RetrievalConfig()
        erase.erase(cut_off, everything(cut_off, its_project), by="Tess")
