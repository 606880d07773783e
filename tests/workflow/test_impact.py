"""Existing cases read by a model, over real HTTP: what is kept, for how long it counts, and what is
proposed from it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from endpoint_server import EndpointServer, refuses, streams

from assistant.domain import TestCase, TestStep
from assistant.errors import LibraryError, ModelUnavailable
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import existing_cases, impact_job, impact_list, proposed_updates
from assistant.workflow.impact.impact_job import ImpactReading
from assistant.workflow.review import duplicates, proposals, review
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT
from assistant.workflow.writing import generate_cases, reuse
from assistant.workflow.writing.requests import GenerateRequest, Understanding, understand

KEPT, CHANGED = "UAT-CC-0001", "UAT-CC-0003"
REQUEST = GenerateRequest(epic_keys=("CC-100",))


@pytest.fixture
def project_id(opened: Workspace) -> str:
    return opened.project(SAMPLE_PROJECT).id


@pytest.fixture
def found(opened: Workspace, project_id: str) -> Understanding:
    return understand(opened, project_id, REQUEST)


def says(opened: Workspace, project_id: str, found: Understanding) -> list[dict[str, Any]]:
    """One case that holds, and one of which the last step's result has words that do not."""
    criterion = found.epics[0].stories[0].criteria[0]
    last = opened.library.case(project_id, CHANGED).case.steps[-1]
    words = " ".join(last.expected_result.split()[:2])
    source = " ".join(criterion.text.split()[:6])
    change = {"step": last.number, "words": words, "instead": "Nobody", "source": source}
    return [
        {"case": KEPT, "impact": "keep", "items": [1], "changes": [], "because": "As before."},
        {"case": CHANGED, "impact": "change", "items": [2], "changes": [change], "because": "New."},
    ]


def read(
    opened: Workspace,
    project_id: str,
    found: Understanding,
    server: EndpointServer,
    entries: list[dict[str, Any]],
) -> ImpactReading:
    def answer(request: Any) -> None:
        told = server.bodies[-1]["messages"][-1]["content"]
        here = [one for one in entries if f'<case id="{one["case"]}">' in told]
        streams(json.dumps({"cases": here}))(request)

    server.answer = answer
    return existing_cases.read_now(
        opened, project_id, found.epics, found.conditions, reader="endpoint", by="Ada"
    )


@pytest.mark.long
def test_all_cases_are_read_and_decide_what_is_new(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    reading = read(opened, project_id, found, server, says(opened, project_id, found))
    assert len(reading.read) == reading.held == 60
    assert {one.case_id: one.impact for one in reading.found} == {KEPT: "keep", CHANGED: "change"}
    assert existing_cases.last(opened, project_id, found.epics) == reading
    report = reuse.in_project(opened, project_id, found.epics, found.conditions)
    first, second, third = report.verdicts[:3]
    assert (first.verdict, first.case_id) == ("reuse", KEPT)
    assert (second.verdict, second.case_id) == ("update", CHANGED)
    assert second.changes[0].after.startswith("Nobody")
    assert third.verdict == "new"
    run = generate_cases.begin(
        opened, project_id, found, generate_cases.GenerationConfig(), only_new=True
    )
    assert {*run.generation.skip} == {first.condition_id, second.condition_id}
    kept, new = existing_cases.cases_for(opened, project_id, found.epics, run.generation.skip)
    assert (kept.id, kept.condition_ids) == (KEPT, (first.condition_id,))
    assert (new.id, new.criterion_ids) == (CHANGED, (found.conditions[1].criterion_id,))
    assert new.steps[-1].expected_result.startswith("Nobody"), "as it is to be run"


def test_a_change_is_proposed_and_once_taken_the_case_does(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    reading = read(opened, project_id, found, server, says(opened, project_id, found))
    before = opened.library.case(project_id, CHANGED)
    done = proposed_updates.propose(opened, project_id, reading, by="m")
    assert (done.cases, done.left) == ((CHANGED,), {})
    assert opened.library.case(project_id, CHANGED) == before, "a person decides"
    (waiting,) = proposals.proposals(opened, project_id, before)
    assert waiting.reason.startswith("New. “")
    (row, _) = impact_list.rows(opened, project_id, reading)
    assert (row.said.case_id, row.proposed, row.moved) == (CHANGED, True, False)
    proposals.take(opened, project_id, waiting.seq, seen_version=before.row_version, by="Ada")
    report = reuse.in_project(opened, project_id, found.epics, found.conditions)
    assert (report.verdicts[1].verdict, report.verdicts[1].case_id) == ("reuse", CHANGED)


@pytest.mark.long
def test_of_a_case_that_was_edited_since_nothing_is_said(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    reading = read(opened, project_id, found, server, says(opened, project_id, found))
    for name in (KEPT, CHANGED):
        stored = opened.library.case(project_id, name)
        case = stored.case.model_copy(update={"title": "Another title"})
        review.save(opened, project_id, case, seen_version=stored.row_version, by="Ada")
    report = reuse.in_project(opened, project_id, found.epics, found.conditions)
    assert not [one for one in report.verdicts if one.read and one.case_id]
    left = proposed_updates.propose(opened, project_id, reading, by="m").left
    assert "changed since" in left[CHANGED]
    assert all(row.moved for row in impact_list.rows(opened, project_id, reading))


@pytest.mark.long
def test_an_item_with_other_words_is_compared_as_before(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    compared = reuse.in_project(opened, project_id, found.epics, found.conditions)
    read(opened, project_id, found, server, [])
    now = [one.model_copy(update={"statement": "other words"}) for one in found.conditions]
    assert reuse.in_project(opened, project_id, found.epics, now) == compared


@pytest.mark.long
def test_a_reading_that_fails_leaves_the_earlier_one(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    first = read(opened, project_id, found, server, says(opened, project_id, found))
    calls = iter(range(99))

    def answer(request: Any) -> None:
        (streams(json.dumps({"cases": []})) if next(calls) == 0 else refuses(401, "no"))(request)

    server.answer = answer
    with pytest.raises(ModelUnavailable):
        existing_cases.read_now(
            opened, project_id, found.epics, found.conditions, reader="endpoint", by="Ada"
        )
    assert existing_cases.last(opened, project_id, found.epics) == first


@pytest.mark.long
def test_what_was_not_read_is_compared_by_words(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    compared = reuse.in_project(opened, project_id, found.epics, found.conditions)
    by_words = next(one for one in compared.verdicts if one.verdict == "reuse")
    reading = read(opened, project_id, found, server, [])
    now = reuse.in_project(opened, project_id, found.epics, found.conditions).by_condition
    assert now[by_words.condition_id].verdict == "new", "the model saw the case and names none"
    rest = {name: mark for name, mark in reading.read.items() if name != by_words.case_id}
    for part in ({"read": rest}, {"items": {}}):
        other = reading.model_copy(update=part)
        held = duplicates.existing(opened, project_id)
        told = existing_cases.as_read(other, compared, found.conditions, held)
        assert told.by_condition[by_words.condition_id] == by_words


def test_nothing_is_erased_while_cases_are_read(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    server.answer = streams(json.dumps({"cases": []}), after=5.0)
    job = existing_cases.start(
        opened, project_id, found.epics, found.conditions, reader="endpoint", by="Ada"
    )
    (document_id,) = opened.library.documents_of_epics(project_id)["CC-100"]
    wanted = erase.erase_request(opened, project_id, document_ids=[document_id])
    with pytest.raises(LibraryError, match="Existing cases of this project are being read"):
        erase.erase(opened, wanted, by="Ada")
    opened.jobs.cancel(job)


@pytest.mark.long
def test_the_list_is_a_file_with_a_row_a_change(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    entries = says(opened, project_id, found)
    entries[0]["because"] = "=HYPERLINK(1)"
    reading = read(opened, project_id, found, server, entries)
    data = impact_list.as_csv(impact_list.rows(opened, project_id, reading)).decode("utf-8-sig")
    change, keep = csv.DictReader(io.StringIO(data))
    assert (change["Case"], change["Words then"]) == (CHANGED, "Nobody")
    assert change["The text says"]
    assert change["Source"] == found.epics[0].stories[0].criteria[0].id
    assert keep["Why"] == "'=HYPERLINK(1)"


@pytest.mark.long
def test_what_was_read_goes_with_its_sources_words(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    read(opened, project_id, found, server, says(opened, project_id, found))
    (document_id,) = opened.library.documents_of_epics(project_id)["CC-100"]
    opened.library.remove_document(project_id, document_id, by="Ada")
    wanted = erase.erase_request(opened, project_id, document_ids=[document_id])
    erase.erase(opened, wanted, by="Ada")
    assert existing_cases.last(opened, project_id, found.epics) is None


def test_without_a_case_or_a_reader_it_says_so(
    opened: Workspace, project_id: str, found: Understanding
) -> None:
    with pytest.raises(ModelUnavailable):
        existing_cases.read_now(
            opened, project_id, found.epics, found.conditions, reader="outline", by="Ada"
        )
    empty = opened.ensure_project("Empty")
    with pytest.raises(LibraryError, match="Import the existing suite"):
        existing_cases.read_now(
            opened, empty.id, found.epics, found.conditions, reader="endpoint", by="Ada"
        )


@pytest.mark.long
def test_of_a_large_suite_the_nearest_are_read(
    opened: Workspace,
    project_id: str,
    found: Understanding,
    server: EndpointServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(impact_job, "READ_WHOLE", 20)
    monkeypatch.setattr(impact_job, "MOST_READ", 25)
    words = found.epics[0].stories[0].criteria[0].text
    step = TestStep(number=1, action="Try it.", expected_result=words)
    own = TestCase(id="OWN-1", title=words[:60], steps=(step,), status="accepted")
    opened.library.add_case(project_id, None, own)
    reading = read(opened, project_id, found, server, says(opened, project_id, found))
    assert len(reading.read) == 25
    of_epic = [
        one.id
        for one in opened.library.cases(project_id, statuses=("imported",))
        if {*one.case.criterion_ids} & {each.id for each in found.epics[0].criteria}
    ]
    assert of_epic
    assert {*of_epic} <= {*reading.read}
    assert own.id in reading.read, "no file brought it, and no search finds it"
    every = existing_cases.read_now(
        opened, project_id, found.epics, found.conditions, reader="endpoint", by="Ada", every=True
    )
    assert len(every.read) == every.held == 61


@pytest.mark.long
def test_a_writer_of_stories_is_shown_what_does_and_decides_what_is_lacking(
    opened: Workspace, project_id: str, found: Understanding, server: EndpointServer
) -> None:
    read(opened, project_id, found, server, says(opened, project_id, found))
    server.bodies.clear()
    server.answer = streams(json.dumps({"cases": [], "questions": []}))
    choices = generate_cases.GenerationConfig(writer="endpoint", read_again=False)
    run = generate_cases.begin(opened, project_id, found, choices, only_new=True)
    done = generate_cases.run_now(opened, project_id, run)
    assert {*done.generation.skip} == {one.id for one in found.conditions[:2]}
    asked = [one for one in server.bodies if "StoryCases" in json.dumps(one["response_format"])]
    told = asked[0]["messages"][-1]["content"]
    assert told.count("<present_case status=") == 2
    assert "Nobody" in told, "with the words that it is to have"
    assert f"{found.conditions[0].id} [" in told, "an item may say more than the case shows"
    last = [one["messages"][-1]["content"] for one in asked[1:]]
    assert not any(f"{found.conditions[0].id} [" in one for one in last), (
        "what an existing case is said to test is not insisted on"
    )
