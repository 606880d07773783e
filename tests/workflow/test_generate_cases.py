"""Writing cases: everything in the library at once, cancel, resume, and the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from assistant.domain import GenerationConfig, GenerationRun, RetrievalConfig, TestCase, TopK
from assistant.errors import ModelUnavailable, SourceError
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources
from assistant.workflow.writing import coverage, generate_cases, reuse, runs
from assistant.workflow.writing.requests import (
    MOST_ON_PAGE,
    GenerateRequest,
    Understanding,
    understand,
)

RULES = GenerationConfig(writer="outline")
PASTED = """# PAY-7 Refund a payment
Release: Drop-9
Team: Billing

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
- A refund of more than £250.00 is refused with the message "Ask a team leader."
"""


def test_a_pasted_epic_becomes_cited_cases_in_the_library(
    workspace: Workspace, project_id: str
) -> None:
    found = understand(workspace, project_id, GenerateRequest(text=PASTED))
    assert [epic.key for epic in found.epics] == ["PAY-7"]
    assert found.by_technique == {"positive": 1, "negative": 1, "boundary": 4}
    run = generate_cases.begin(workspace, project_id, found, RULES, by="Tess")
    seen: list[TestCase] = []
    run = generate_cases.run_now(workspace, project_id, run, on_case=seen.append)
    assert run.status == "done"
    assert [case.id for case in run.cases] == [case.id for case in seen]
    assert len(run.cases) == len(found.conditions) == len(run.conditions)
    chunks = {hit.chunk.id: hit.chunk for hit in run.retrieved}
    for case in run.cases:
        assert case.all_citations
        for citation in case.all_citations:
            text = chunks[citation.chunk_id].text
            assert text[citation.start : citation.end] == citation.quote
    document = workspace.library.document(project_id, "epic:PAY-7")
    assert document.metadata.release == "Drop-9"


@pytest.mark.long
def test_only_what_is_new_or_changed_is_written(workspace: Workspace, project_id: str) -> None:
    text = """# CC-100 Caller verification
## CC-102 Search for an account
As an agent I want to search so that I find the caller.

Acceptance criteria:
- The agent can search by account number, postcode, telephone number or MPAN.
- An account number that does not have exactly 10 digits is refused with the message \
"Enter a 10-digit account number."
"""
    found = understand(workspace, project_id, GenerateRequest(text=text))
    report = reuse.in_project(workspace, project_id, found.epics, found.conditions)
    assert report.counts["reuse"] > 0
    run = generate_cases.begin(workspace, project_id, found, RULES, only_new=True)
    run = generate_cases.run_now(workspace, project_id, run)
    written = {name for case in run.cases for name in case.condition_ids}
    assert written == {one.id for one in found.conditions} - report.reusable
    assert len(run.conditions) == len(found.conditions)
    assert runs.summary(workspace, project_id, run.id).progress == 1.0
    depths = coverage.of_loaded_run(run)
    assert not depths.missing
    again = reuse.in_project(workspace, project_id, run.epics, run.conditions, except_run=run.id)
    assert again.counts == report.counts


def test_a_pasted_epic_can_be_found_by_the_next_request(
    workspace: Workspace, project_id: str
) -> None:
    found = understand(workspace, project_id, GenerateRequest(text=PASTED))
    run = generate_cases.begin(workspace, project_id, found, RULES)
    generate_cases.run_now(workspace, project_id, run)
    assert all(d.is_indexed for d in workspace.library.documents(project_id))
    hits = workspace.knowledge(project_id).search("refund paid at once", RetrievalConfig(), limit=3)
    assert any(hit.chunk.document_id == "epic:PAY-7" for hit in hits)
    again = understand(workspace, project_id, GenerateRequest(ask="test cases for Drop-9 Billing"))
    assert [epic.key for epic in again.epics] == ["PAY-7"]


@pytest.mark.long
def test_cases_are_in_the_library_while_the_run_goes_on(
    workspace: Workspace, project_id: str
) -> None:
    found = understand(workspace, project_id, GenerateRequest(epic_keys=("CC-200",)))
    run = generate_cases.begin(workspace, project_id, found, RULES)
    stored: list[int] = []

    def on_case(case: TestCase) -> None:
        rows = workspace.library.cases(project_id, run_id=run.id)
        assert rows[-1].id == case.id
        stored.append(len(rows))

    generate_cases.run_now(workspace, project_id, run, on_case=on_case)
    assert stored == list(range(1, len(found.conditions) + 1))


@pytest.mark.long
def test_cancelling_keeps_what_was_written_and_resuming_completes_it(
    workspace: Workspace, project_id: str
) -> None:
    found = understand(workspace, project_id, GenerateRequest(epic_keys=("CC-200", "BIL-200")))
    run = generate_cases.begin(workspace, project_id, found, RULES)
    count = 0

    def on_case(case: TestCase) -> None:
        nonlocal count
        count += 1
        if count == 5:
            generate_cases.cancel(workspace, run.id)

    generate_cases.write(workspace, project_id, run, lambda: False, on_case=on_case)
    half = workspace.library.run(project_id, run.id)
    assert half.status == "cancelled"
    assert len(half.cases) == 5
    generate_cases.resume(workspace, project_id, run.id)
    assert workspace.jobs.wait(run.id, timeout=180)
    whole = workspace.library.run(project_id, run.id)
    assert whole.status == "done"
    assert whole.cases[:5] == half.cases
    conditions = [name for case in whole.cases for name in case.condition_ids]
    assert sorted(conditions) == sorted({c.id for c in whole.conditions})


@pytest.mark.long
def test_an_interrupted_run_gives_the_same_cases_as_an_undisturbed_one(
    settings: Settings, tmp_path: Path, copy_folder: Callable[[Path, Path], Path]
) -> None:
    """A process that dies in the middle, then another one that goes on."""
    untouched = settings.model_copy(update={"data_dir": tmp_path / "second"})
    copy_folder(settings.data_dir, untouched.data_dir)

    class Died(BaseException):
        pass

    def die_after_seven(case: TestCase, seen: list[str]) -> None:
        seen.append(case.id)
        if len(seen) == 7:
            raise Died

    def plain(cases: tuple[TestCase, ...]) -> list[dict[str, object]]:
        return [case.model_dump() for case in cases]

    with Workspace.open(settings, exclusive=True) as workspace:
        project_id = workspace.projects()[0].id
        found = understand(workspace, project_id, GenerateRequest(epic_keys=("FS-300",)))
        run = generate_cases.begin(workspace, project_id, found, RULES)
        seen: list[str] = []
        with pytest.raises(Died):
            generate_cases.run_now(
                workspace, project_id, run, on_case=lambda case: die_after_seven(case, seen)
            )
    with Workspace.open(settings, exclusive=True) as workspace:
        assert len(workspace.library.cases(project_id, run_id=run.id)) == 7
        generate_cases.resume(workspace, project_id, run.id)
        assert workspace.jobs.wait(run.id, timeout=180)
        resumed = workspace.library.run(project_id, run.id)
    with Workspace.open(untouched, exclusive=True) as workspace:
        found = understand(workspace, project_id, GenerateRequest(epic_keys=("FS-300",)))
        other = generate_cases.begin(workspace, project_id, found, RULES)
        straight = generate_cases.run_now(workspace, project_id, other)
    assert plain(resumed.cases) == plain(straight.cases)


@pytest.mark.long
def test_two_rule_based_runs_go_at_once(workspace: Workspace, project_id: str) -> None:
    """Each waits in its first case until the other has one too: they cannot be queued."""
    both = threading.Barrier(2, timeout=180)
    met: set[str] = set()

    def start(key: str) -> str:
        found = understand(workspace, project_id, GenerateRequest(epic_keys=(key,)))
        run = generate_cases.begin(workspace, project_id, found, RULES)

        def on_case(case: TestCase) -> None:
            if run.id not in met:
                met.add(run.id)
                both.wait()

        workspace.jobs.start(
            run.id,
            lambda stop: generate_cases.write(workspace, project_id, run, stop, on_case=on_case),
        )
        return run.id

    ids = [start("CC-100"), start("BIL-200")]
    assert all(workspace.jobs.wait(run_id, timeout=180) for run_id in ids)
    assert {workspace.library.run(project_id, run_id).status for run_id in ids} == {"done"}


def test_an_unknown_writer_is_refused_before_anything_is_kept(
    workspace: Workspace, project_id: str
) -> None:
    found = understand(workspace, project_id, GenerateRequest(text=PASTED))
    with pytest.raises(ModelUnavailable, match="Writers: outline"):
        generate_cases.begin(workspace, project_id, found, GenerationConfig(writer="gpt-9"))
    assert not runs.runs(workspace, project_id)
    assert "epic:PAY-7" not in {d.id for d in workspace.library.documents(project_id)}


def test_a_writer_that_is_not_on_this_computer_fails_with_the_next_step(
    settings: Settings, models_dir: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for path in models_dir.glob("all-MiniLM-L6-v2*"):
        (models / path.name).symlink_to(path)
    lacking = settings.model_copy(update={"models_dir": models})
    with Workspace.open(lacking, exclusive=True) as workspace:
        project_id = workspace.projects()[0].id
        found = understand(workspace, project_id, GenerateRequest(epic_keys=("CC-100",)))
        chosen = GenerationConfig(writer="smollm2-135m-instruct-q4_1")
        run = generate_cases.begin(workspace, project_id, found, chosen)
        generate_cases.start(workspace, project_id, run)
        assert workspace.jobs.wait(run.id, timeout=180)
        failed = workspace.library.run(project_id, run.id)
    assert failed.status == "failed"
    assert "models fetch smollm2-135m-instruct-q4_1" in failed.error


def test_a_story_without_criteria_is_named_and_can_stand_for_itself(
    workspace: Workspace, project_id: str
) -> None:
    text = "# NEW-1 Callback\n\n## NEW-2 Call back\nAs an agent I want to plan a callback so that "
    text += "the customer is called within 2 hours.\n"
    request = GenerateRequest(text=text)
    found = understand(workspace, project_id, request)
    keys = tuple(story.key for story in found.stories_without_criteria)
    assert keys
    with pytest.raises(SourceError, match=keys[0]):
        generate_cases.begin(workspace, project_id, found, RULES)
    request = request.model_copy(update={"stories_as_criteria": keys})
    assert understand(workspace, project_id, request).conditions


@pytest.mark.long
def test_a_sentence_names_epics_by_release_and_team(workspace: Workspace, project_id: str) -> None:
    asked = GenerateRequest(ask="Generate UAT test cases for Drop-3 Call Centre epics")
    found = understand(workspace, project_id, asked)
    assert found.epics
    assert {(epic.release, epic.team) for epic in found.epics} == {("Drop-3", "Call Centre")}


@pytest.mark.parametrize("ask", ["", "   ", "write something for Drop-77", "hello"])
def test_a_sentence_that_names_nothing_says_what_there_is(
    workspace: Workspace, project_id: str, ask: str
) -> None:
    with pytest.raises(SourceError):
        understand(workspace, project_id, GenerateRequest(ask=ask))


@pytest.mark.long
def test_retrieval_choices_of_the_project_are_kept_with_the_run(
    workspace: Workspace, project_id: str
) -> None:
    chosen = RetrievalConfig(top_k=TopK(rule=1, case=0), sparse_weight=0.5)
    workspace.save_retrieval(project_id, chosen)
    found = understand(workspace, project_id, GenerateRequest(epic_keys=("CC-100",)))
    run = generate_cases.begin(workspace, project_id, found, RULES)
    run = generate_cases.run_now(workspace, project_id, run)
    assert run.retrieval == chosen
    assert not any(hit.chunk.kind == "case" for hit in run.retrieved)


def test_importing_and_pasting_the_same_epic_is_one_document(
    workspace: Workspace, project_id: str
) -> None:
    before = len(workspace.library.documents(project_id))
    found = understand(workspace, project_id, GenerateRequest(text=PASTED))
    generate_cases.begin(workspace, project_id, found, RULES)
    preview = import_sources.preview_text(workspace, project_id, PASTED)
    assert preview.change == "unchanged"
    assert len(workspace.library.documents(project_id)) == before + 1


def write_run(
    workspace: Workspace, project_id: str, text: str = PASTED, *, again: bool = True
) -> tuple[Understanding, GenerationRun]:
    """A request as understood and its run, written to its end."""
    found = understand(workspace, project_id, GenerateRequest(text=text))
    run = generate_cases.begin(workspace, project_id, found, RULES, again=again)
    return found, generate_cases.run_now(workspace, project_id, run)


def test_a_second_run_writes_only_what_has_no_case_yet(
    empty_project: tuple[Workspace, str],
) -> None:
    workspace, project_id = empty_project
    found, first = write_run(workspace, project_id)
    assert not generate_cases.earlier_cases(workspace, project_id, found, "m").runs, "outlines"
    earlier = generate_cases.earlier_cases(workspace, project_id, found, "outline")
    assert earlier.conditions == tuple(one.id for one in found.conditions)
    assert (len(earlier.criteria), earlier.total) == (2, 2)
    assert [(one.id, one.cases) for one in earlier.runs] == [(first.id, len(first.cases))]
    with pytest.raises(SourceError, match=f"has a case already: run {first.id} .*--again"):
        write_run(workspace, project_id, again=False)
    gone = workspace.library.cases(project_id)[0]
    workspace.library.set_status(
        project_id, gone.id, "rejected", by="Tess", expected_version=gone.row_version
    )
    _, second = write_run(workspace, project_id, again=False)
    assert [case.condition_ids for case in second.cases] == [gone.case.condition_ids]
    kept = workspace.library.cases(project_id, run_id=first.id)
    assert [one.id for one in kept] == [case.id for case in first.cases], "nothing is overwritten"
    _, third = write_run(workspace, project_id)
    assert len(third.cases) == len(found.conditions)


def test_a_criterion_that_reads_otherwise_or_moved_is_told_from_the_others(
    empty_project: tuple[Workspace, str],
) -> None:
    workspace, project_id = empty_project
    write_run(workspace, project_id)
    first = "- A refund of up to £250.00 is paid at once.\n"
    new = "- A refund to a closed account is refused.\n"
    found, second = write_run(
        workspace, project_id, PASTED.replace(first, new + first), again=False
    )
    ids = {one.text: one.id for epic in found.epics for one in epic.criteria}
    (only,) = {name for case in second.cases for name in case.criterion_ids}
    assert only == ids[new.strip("- \n")]
    changed, third = write_run(workspace, project_id, PASTED.replace("250", "300"), again=False)
    assert len(third.cases) == len(changed.conditions)


def test_a_text_of_too_many_stories_is_refused_with_what_it_has_and_where_to_go(
    empty_project: tuple[Workspace, str],
) -> None:
    workspace, project_id = empty_project
    text = "\n".join(f"Story {one}: The agent can search it." for one in range(1, 1202))
    began = process_time()
    says = "1,201 stories and 0 criteria; at most 1,000.*Import"
    with pytest.raises(SourceError, match=says) as told:
        understand(workspace, project_id, GenerateRequest(text=text, most_criteria=MOST_ON_PAGE))
    assert process_time() - began < 10
    assert "none of them was taken" in str(told.value)


def test_lines_of_a_paste_in_no_criterion_are_told_with_their_place(
    empty_project: tuple[Workspace, str],
) -> None:
    workspace, project_id = empty_project
    text = PASTED.replace("Acceptance", "The receipt goes to the customer.\n\nAcceptance")
    found = understand(workspace, project_id, GenerateRequest(text=text))
    ((name, place),) = found.in_no_criterion.items()
    assert place == "line 8: “The receipt goes to the customer.”"
    taken = understand(workspace, project_id, GenerateRequest(text=text, described=(name,)))
    assert len(taken.conditions) == len(found.conditions) + 1
