"""A source changes: exactly what rests on the changed words is stale, and can be made right."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from resting_cases import rest_on
from syncing import quick_workspace, sync_folder
from written_again import run_of, write_now

from assistant.domain import (
    AcceptanceCriterion,
    Epic,
    GenerationRun,
    Question,
    SourceAnswer,
    SourceDocument,
    SourceMetadata,
    UserStory,
)
from assistant.errors import LibraryError
from assistant.sources.reading import Reading
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases, lineage, review, stale
from assistant.workflow.sources.import_sources import put, remove
from assistant.workflow.sources.reindex import index_pending
from assistant.workflow.writing import answers, runs, write_again
from assistant.workflow.writing.requests import GenerateRequest, understand

PAGE = "wiki/release-notes-drop-3.md"
SENTENCE = (
    'The confirmation of a cancellation shows the refund amount as "to follow" until the ledger '
    "has confirmed it."
)
EPIC = "epics/CC-200-cooling-off-cancellation.md"


class Project:
    """A folder of sources, synchronised, with the cases of one epic."""

    def __init__(self, workspace: Workspace, project_id: str, folder: Path) -> None:
        self.workspace, self.project_id, self.folder = workspace, project_id, folder
        (summary,) = workspace.library.runs(project_id)
        self.run: GenerationRun = workspace.library.run(project_id, summary.id)

    def sync(self) -> None:
        sync_folder(self.workspace, self.project_id, self.folder)

    def change(self, name: str, old: str, new: str) -> None:
        file = self.folder / name
        whole = file.read_text("utf-8")
        assert old in whole, "the sentence stands in the sample as it is written here"
        file.write_text(whole.replace(old, new, 1), "utf-8")
        self.sync()

    def stale(self) -> dict[str, stale.StaleCase]:
        return stale.by_case(stale.stale_cases(self.workspace, self.project_id))

    def citing(self, words: str, document: str) -> set[tuple[str, int | None]]:
        """Cases and steps that cite part of ``words`` from a document, from the cases alone."""
        chunks = {item.chunk.id: item.chunk.document_id for item in self.run.retrieved}
        return {
            (case.id, step)
            for case in self.run.cases
            for citation, _, step in stale.cited_parts(case)
            if citation.quote in words and chunks[citation.chunk_id].endswith(document)
        }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """The project's ``data`` and its sources as they were ``synced``: copy them, never change them.

    The connection names the folder ``sources`` beside them.
    """
    place = tmp_path_factory.mktemp("written")
    for name in (EPIC, PAGE, "wiki/glossary.md", "wiki/business-rules-call-centre.md"):
        (place / "synced" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(project_root / "sample_data" / name, place / "synced" / name)
    shutil.copytree(place / "synced", place / "sources")
    with quick_workspace(place / "data") as (workspace, project_id, _):
        sync_folder(workspace, project_id, place / "sources")
        request = GenerateRequest(epic_keys=("CC-200",), techniques=("positive",))
        run = run_of(workspace, project_id, request)
        rest_on(workspace.library, project_id, run.id, SENTENCE)
    return place


@pytest.fixture
def project(
    written: Path, tmp_path: Path, copy_folder: Callable[[Path, Path], Path]
) -> Iterator[Project]:
    sources = written / "sources"
    shutil.rmtree(sources)
    shutil.copytree(written / "synced", sources)
    data = copy_folder(written / "data", tmp_path / "data")
    with quick_workspace(data) as (workspace, project_id, _):
        yield Project(workspace, project_id, sources)


def steps(found: dict[str, stale.StaleCase]) -> set[tuple[str, int | None]]:
    return {(case_id, one.step) for case_id, case in found.items() for one in case.findings}


@pytest.mark.long
def test_one_changed_sentence_makes_exactly_the_citing_steps_stale(project: Project) -> None:
    expected = project.citing(SENTENCE, PAGE)
    assert expected
    assert project.stale() == {}
    changed = SENTENCE.replace('"to follow"', '"pending"')
    project.change(PAGE, SENTENCE, changed)
    found = project.stale()
    assert steps(found) == expected
    for case in found.values():
        for one in case.findings:
            assert (one.change, one.old, one.new) == ("changed", SENTENCE, changed)
            assert (one.cited_version, one.version, one.by) == (1, 2, "Tess")
    again = write_now(project.workspace, project.project_id, list(found))
    assert project.stale() == {}
    assert {stored.id for stored in again} == set(found)
    for stored in again:
        sources = lineage.lineage(project.workspace, project.project_id, stored.id)
        assert sources
        assert all(source.version == source.current_version for source in sources)
    assert {run.id for run in runs.runs(project.workspace, project.project_id)} == {project.run.id}
    assert len(project.workspace.library.cases(project.project_id, run_id=project.run.id)) == len(
        project.run.cases
    )


def test_a_file_of_cases_that_are_not_ready_says_so(project: Project) -> None:
    """An accepted stub, or one whose source changed, went to a tool without a word."""
    library, project_id = project.workspace.library, project.project_id
    held = library.cases(project_id)
    outlines = [one.id for one in held if one.case.is_outline]
    (denied,) = [one.id for one in held if review.contradictions_of(one.case)]
    assert outlines
    denial = f"1 of {len(held)} cases that a source contradicts: {denied}"
    one = f"{len(outlines)} of {len(held)} cases with a step that has no action: {outlines[0]}"
    (silent,) = [
        case.id
        for case in (stored.case for stored in held)
        if not any(step.expected_result for step in case.steps)
    ]
    nothing = f"1 of {len(held)} cases in which no result is stated: {silent}"
    assert _unready(project) == [one, nothing, denial]
    for stored in (one for one in held if one.id != silent):  # as an earlier version let one do
        library.set_status(
            project_id, stored.id, "accepted", expected_version=stored.row_version, by="Tess"
        )
    project.change(PAGE, SENTENCE, SENTENCE.replace('"to follow"', '"pending"'))
    gone = [stored.id for stored in held if stored.id in project.stale()]
    assert gone
    two = f"{len(gone)} of {len(held)} cases whose sources changed since (stale): {gone[0]}"
    assert _unready(project) == [one, nothing, denial, two], "whatever was decided about them"


def _unready(project: Project) -> list[str]:
    file = export_cases.export_csv(project.workspace, project.project_id)
    return [one.partition(",")[0] for one in file.warnings if " cases " in one and " of " in one]


def test_a_file_holds_the_cases_that_are_named(project: Project) -> None:
    workspace, project_id = project.workspace, project.project_id
    first, *others = [one.id for one in export_cases.select(workspace, project_id)]
    own = export_cases.targets(workspace, project_id)[0]
    whole = export_cases.file_of(workspace, project_id, [first, *others], own)
    assert whole == export_cases.export_csv(workspace, project_id).content
    assert first.encode() in whole
    assert first.encode() not in export_cases.file_of(workspace, project_id, others, own)


def test_quality_counts_a_stale_case_as_a_finding(project: Project) -> None:
    project.change(PAGE, SENTENCE, SENTENCE.replace('"to follow"', '"pending"'))
    run = project.workspace.library.run(project.project_id, project.run.id)
    quality = runs.quality_of(project.workspace, project.project_id, run)
    figures = {one.name: set(one.case_ids) for one in quality.figures}
    assert figures["Stale"] == set(project.stale())
    assert figures["Stale"]
    assert not figures["No automatic finding"] & figures["Stale"]


def test_words_that_moved_are_not_stale(project: Project) -> None:
    file = project.folder / PAGE
    whole = file.read_text("utf-8")
    assert SENTENCE in whole
    file.write_text(f"{whole.replace(SENTENCE, '')}\n\n## Moved\n\n{SENTENCE}\n", "utf-8")
    project.sync()
    assert project.stale() == {}


def test_a_page_that_vanishes_makes_its_citations_stale_and_a_renamed_one_does_not(
    project: Project,
) -> None:
    page = project.folder / PAGE
    document = f"folder-wiki/{PAGE}"
    resting = lineage.cases_resting_on(project.workspace, project.project_id, document)
    assert resting
    page.rename(page.with_name("notes.md"))
    project.sync()
    assert project.stale() == {}
    project.change("wiki/notes.md", SENTENCE, "Nothing is said of it any more.")
    assert steps(project.stale()) == project.citing(SENTENCE, PAGE), "the renamed page is followed"
    page.with_name("notes.md").unlink()
    project.sync()
    found = project.stale()
    assert set(found) == {case.case_id for case in resting}
    assert {one.change for case in found.values() for one in case.findings} == {"document removed"}


def test_a_source_answers_a_question_as_long_as_it_says_so(project: Project) -> None:
    workspace, project_id, run = project.workspace, project.project_id, project.run
    document = f"folder-wiki/{PAGE}"
    named = {one.chunk.title: one.chunk for one in run.retrieved if SENTENCE in one.chunk.text}
    [chunk] = [one for one in named.values() if one.document_id == document]
    said = SourceAnswer(chunk_id=chunk.id, quote=SENTENCE.replace('"', "“"))
    resting = {name for name, _ in project.citing(SENTENCE, PAGE)}
    case = next(one for one in run.cases if one.id not in resting)
    on = case.id
    question = Question(
        criterion_id=case.criterion_ids[0], kind="ambiguous", text="Until when?",
        source_answers=(said,),
    )  # fmt: skip
    workspace.library.add_questions(run.id, [question], bears_on=lambda _, case: case.id == on)
    words = f"Until when? A source says: “{said.quote}” ({f'{chunk.key} {chunk.title}'.strip()})"

    def answered() -> bool:
        """Whether the run, the list, the case and the file of its cases say so."""
        held = runs.view(workspace, project_id, run.id).run.questions
        [asked] = [one for one in held if one.text == question.text]
        said_by_run = not asked.is_open and asked == question
        [row] = [r for r in runs.case_rows(workspace, project_id, run.id) if r.id == on]
        replies = runs.replies_on(workspace, project_id, workspace.library.case(project_id, on))
        exported = export_cases.export_csv(workspace, project_id, run_id=run.id)
        lines = csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig")))
        cell = next(one["Open Questions"] for one in lines if one["Test Case ID"] == on)
        assert (review.SAID in row.needs) is (question.text in replies.sources) is said_by_run
        assert (question.text in row.open_questions) is not said_by_run
        assert cell.splitlines()[-1] == (words if said_by_run else "Until when?")
        return said_by_run

    assert answered()
    parts = workspace.library.document_parts(project_id, document)
    remove(workspace, project_id, document, by="Tess")
    assert not answered(), "a person took the source out"
    reading = Reading(document=parts[0], epics=parts[1], cases=parts[2])
    put(workspace, project_id, reading, by="Tess")
    assert answered(), "it is there again, as another version"
    project.change(PAGE, SENTENCE, "Nothing is said of it any more.")
    assert not answered(), "its present words are others"
    project.change(PAGE, "Nothing is said of it any more.", f"**Moved.** {SENTENCE}")
    assert answered()
    page = project.folder / PAGE
    page.rename(page.with_name("notes.md"))
    project.sync()
    assert answered(), "the renamed page is followed"
    page.with_name("notes.md").unlink()
    project.sync()
    assert not answered()


def test_a_changed_criterion_makes_its_cases_stale(project: Project) -> None:
    old = "charge up to 15 days after"
    criterion = next(c for c in project.run.epics[0].criteria if old in c.text)
    project.change(EPIC, old, old.replace("15", "20"))
    found = project.stale()
    derived = {case.id for case in project.run.cases if criterion.id in case.criterion_ids}
    assert {
        case_id
        for case_id, case in found.items()
        if any(one.where.startswith("acceptance criterion") for one in case.findings)
    } == derived
    others = set(found) - derived
    text = " ".join(criterion.text.split())
    assert others <= {case_id for case_id, _ in project.citing(text, EPIC)}
    (case_id, *_) = sorted(derived)
    (stored,) = write_now(project.workspace, project.project_id, [case_id])
    assert case_id not in project.stale()
    assert set(project.stale()) == set(found) - {case_id}, "that case alone"
    assert stored.case.status == "draft"
    project.workspace.library.undo(
        project.project_id, case_id, expected_version=stored.row_version, by="Tess"
    )
    assert set(project.stale()) == set(found), "with its old words it is stale again"


def test_a_person_can_say_it_is_still_right_and_take_it_back(project: Project) -> None:
    workspace, project_id = project.workspace, project.project_id
    project.change(PAGE, SENTENCE, SENTENCE.replace('"to follow"', '"pending"'))
    found = project.stale()
    case_id = sorted(found)[0]
    seen = [one.key for one in found[case_id].findings]
    stale.still_right(workspace, project_id, case_id, seen=seen, by="Ann")
    assert set(project.stale()) == set(found) - {case_id}
    kept = stale.last_kept(workspace, project_id, case_id)
    assert kept is not None
    assert kept.by == "Ann"
    stale.undo_still_right(workspace, project_id, case_id, by="Ann")
    assert set(project.stale()) == set(found)
    with pytest.raises(LibraryError, match="nothing to undo"):
        stale.undo_still_right(workspace, project_id, case_id, by="Ann")
    stale.still_right(workspace, project_id, case_id, seen=seen, by="Ann")
    project.change("wiki/glossary.md", "14 days", "15 days")
    assert case_id not in project.stale(), "another change asks nothing again"
    project.change(PAGE, '"pending"', '"being checked"')
    assert case_id in project.stale(), "the same words changed once more"
    with pytest.raises(LibraryError, match="changed again"):
        stale.still_right(workspace, project_id, case_id, seen=seen, by="Ann")


def test_what_can_not_be_written_again_is_said(project: Project) -> None:
    criterion = project.run.epics[0].criteria[0]
    case_id = next(c.id for c in project.run.cases if criterion.id in c.criterion_ids)
    (project.folder / EPIC).unlink()
    project.sync()
    assert case_id in project.stale()
    with pytest.raises(LibraryError, match="no longer there"):
        write_now(project.workspace, project.project_id, [case_id])


def test_versions_say_what_changed_sentence_by_sentence(project: Project) -> None:
    project.change(PAGE, SENTENCE, SENTENCE.replace('"to follow"', '"pending"'))
    versions = lineage.document_versions(
        project.workspace, project.project_id, f"folder-wiki/{PAGE}"
    )
    assert [one.version for one in versions] == [2, 1]
    (change,) = versions[0].changes
    assert (change.kind, change.old) == ("changed", SENTENCE)
    assert '"pending"' in change.new
    assert (versions[0].by, versions[0].system) == ("Tess", "Wiki (folder)")
    assert versions[1].changes == ()


def issue(key: str, criterion: str = "") -> Reading:
    """What a connection brings of an issue: the epic CC-1, or one of its stories."""
    text = f"# {key}\n\nAcceptance criteria:\n\n- {criterion}\n" if criterion else f"# {key}\n"
    stories: tuple[UserStory, ...] = ()
    if criterion:
        made = AcceptanceCriterion(id=f"{key}-AC1", text=criterion)
        stories = (UserStory(key=key, title=key, criteria=(made,)),)
    document = SourceDocument(
        id=f"jira/{key}", kind="epic", title=key, text=text, content_hash=criterion or key,
        metadata=SourceMetadata(key=key),
    )  # fmt: skip
    return Reading(document=document, epics=(Epic(key="CC-1", title="Refunds", stories=stories),))


def test_an_answer_in_place_of_a_criterion_is_what_the_cases_rest_on(tmp_path: Path) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):

        def bring(reading: Reading) -> None:
            put(workspace, project_id, reading, by="Tess")
            index_pending(workspace.library, workspace.knowledge(project_id), project_id)

        def stale_ids() -> set[str]:
            return {one.case_id for one in stale.stale_cases(workspace, project_id)}

        bring(issue("CC-2", "A refund is paid soon."))
        request = GenerateRequest(epic_keys=("CC-1",), techniques=("positive",))
        asked = understand(workspace, project_id, request)
        question = Question(criterion_id="CC-2-AC1", kind="ambiguous", text="How soon is it?")
        given = answers.answer(
            workspace, project_id, asked.epics[0], question, "A refund is paid within 14 days.",
            by="Tess", replaces=True,
        )  # fmt: skip
        run = run_of(workspace, project_id, request)
        assert run.cases
        other = issue("CC-7", "A meter is read twice a year.")
        other_epic = other.epics[0].model_copy(update={"key": "CC-6"})
        bring(other.model_copy(update={"epics": (other_epic,)}))
        assert stale_ids() == set(), "another epic came in, and nothing that these rest on changed"
        answers.withdraw(workspace, project_id, given.document_id, by="Tess")
        assert stale_ids() == {case.id for case in run.cases}, "what they rest on is gone"


def test_an_accepted_case_is_written_again_only_where_a_person_asks_for_it(tmp_path: Path) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        library = workspace.library

        def bring(days: int) -> None:
            for key, what in (("CC-2", "refund"), ("CC-3", "credit note")):
                reading = issue(key, f"A {what} is paid within {days} days.")
                put(workspace, project_id, reading, by="Tess", connection_id="jira")
            index_pending(library, workspace.knowledge(project_id), project_id)

        def stale_ids() -> list[str]:
            return [one.case_id for one in stale.stale_cases(workspace, project_id)]

        bring(14)
        request = GenerateRequest(epic_keys=("CC-1",), techniques=("positive",))
        run_of(workspace, project_id, request)
        bring(10)
        kept, *others = stale_ids()
        assert others
        seen = library.case(project_id, kept)
        library.set_status(
            project_id, kept, "accepted", by="Tess", expected_version=seen.row_version
        )
        accepted = library.case(project_id, kept)
        jobs, left = write_again.start_where_possible(
            workspace, project_id, [kept, *others], by="Tess", reason=write_again.CHANGED
        )
        assert all(workspace.jobs.wait(job, 60) for job in jobs)
        assert [workspace.jobs.state(job).error for job in jobs] == [""] * len(jobs)
        assert library.case(project_id, kept) == accepted, "as it was accepted"
        assert left == (f"{kept} is accepted and stays as it is",)
        assert stale_ids() == [kept]
        with pytest.raises(LibraryError, match="accepted"):
            write_now(workspace, project_id, [kept])
        (asked,) = write_now(workspace, project_id, [kept], accepted=True)
        assert asked.case.status == "draft"
        assert stale_ids() == []


def test_a_criterion_of_an_epic_in_parts_is_told_with_the_document_it_is_in(
    tmp_path: Path,
) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):

        def bring(*readings: Reading) -> None:
            for reading in readings:
                put(workspace, project_id, reading, by="Tess", connection_id="jira")
            index_pending(workspace.library, workspace.knowledge(project_id), project_id)

        old, new = (f"A refund is paid within {days} days." for days in (14, 10))
        bring(issue("CC-1"), issue("CC-2", old), issue("CC-3", "A refund is told by letter."))
        request = GenerateRequest(epic_keys=("CC-1",), techniques=("positive",))
        run_of(workspace, project_id, request)
        bring(issue("CC-2", new))
        findings = [
            one
            for case in stale.stale_cases(workspace, project_id)
            for one in case.findings
            if one.where == "acceptance criterion CC-2-AC1"
        ]
        assert findings
        for one in findings:
            assert (one.document_id, one.title) == ("jira/CC-2", "CC-2"), "not the epic's own"
            assert (one.old, one.new, one.cited_version, one.version) == (old, new, 1, 2)
