"""A second reader's doubts on a run's drafts, with a model over real HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from endpoint_server import EndpointServer, refuses, streams
from written_again import run_of

from assistant.domain import (
    Chunk,
    GenerationConfig,
    GenerationRun,
    RetrievedChunk,
    TestCase,
    TestStep,
)
from assistant.errors import LibraryError, ModelUnavailable
from assistant.generation.second_reading import ReadingGround, reading_messages
from assistant.library import StoredCase
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import check_report, check_suite, review
from assistant.workflow.sources.import_sources import index_paths
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT
from assistant.workflow.writing import follow_up_runs, generate_cases, second_reading
from assistant.workflow.writing.requests import GenerateRequest, understand

EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:

Scenario: A small refund
Given a payment of £200.00 by Ada Byron
When the agent refunds £200.00
Then the refund is paid at once

Scenario: A large refund
Given a payment of £300.00 by Ada Byron
When the agent refunds £300.00
Then the message "Ask a team leader." is displayed
"""


@pytest.fixture
def project_id(opened: Workspace) -> str:
    return opened.project(SAMPLE_PROJECT).id


@pytest.fixture
def run_id(opened: Workspace, project_id: str) -> str:
    """A run whose drafts are whole: scenarios hand over the words of their cases."""
    run = run_of(opened, project_id, GenerateRequest(text=EPIC))
    return run.id


STORY = {
    "cases": [
        {
            "criteria": ["PAY-71-AC1"],
            "covers": [],
            "technique": "positive",
            "title": "A refund of £200.00 is paid at once",
            "preconditions": ["Ada Byron paid £200.00."],
            "steps": [
                {
                    "action": "Refund £200.00 to Ada Byron.",
                    "data": "£200.00",
                    "expected": "The refund is paid at once.",
                    "sources": [1],
                }
            ],
        }
    ],
    "questions": [],
}


def asked_for_doubts(server: EndpointServer) -> bool:
    return "Doubts" in json.dumps(server.bodies[-1].get("response_format"))


def doubts(*rows: dict[str, Any]) -> str:
    return json.dumps({"doubts": list(rows)})


def doubt(case: str, words: str, **more: Any) -> dict[str, Any]:
    return {
        "case": case,
        "step": 1,
        "words": words,
        "because": "It is not so.",
        "source": "",
    } | more


def drafts(opened: Workspace, project_id: str, run_id: str) -> list[StoredCase]:
    found = second_reading.to_read(opened, project_id, run_id)
    assert len(found) == 2
    return found


def test_accepted_cases_are_read_again_and_stay_accepted(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    with pytest.raises(LibraryError, match="no accepted case to read again"):
        second_reading.read_now(
            opened, project_id, run_id, writer="endpoint", by="Ada", status="accepted"
        )
    small, _ = drafts(opened, project_id, run_id)
    review.set_status(
        opened, project_id, small.id, "accepted", seen_version=small.row_version, by="Ada"
    )
    server.answer = streams(doubts(doubt(small.id, "the refund is paid at once")))
    read = second_reading.read_now(
        opened, project_id, run_id, writer="endpoint", by="Ada", status="accepted"
    )
    assert (read.read, read.doubted) == (1, (small.id,))
    after = opened.library.case(project_id, small.id)
    assert (after.status, len(after.case.findings)) == ("accepted", 1)


def test_a_doubt_counts_only_with_words_of_the_case(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    small, large = drafts(opened, project_id, run_id)
    said = "the refund is paid at once"
    server.answer = streams(
        doubts(
            doubt(small.id, said, source="Then the message “Ask a team leader.” is displayed"),
            doubt(large.id, "the refund is paid in two parts"),
            doubt("TC-unknown", said),
            {"case": small.id},
        )
    )
    assert second_reading.last_reading(opened, project_id, run_id) is None
    reading = second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")
    assert reading.read == 2
    kept = second_reading.last_reading(opened, project_id, run_id)
    assert (kept.title, kept.read, kept.doubted) == ("m", 2, 1)
    assert reading.doubted == (small.id,)
    stored = opened.library.case(project_id, small.id)
    (finding,) = [one for one in stored.case.findings if one.rule == "second reader"]
    assert finding.words == said
    assert "It is not so." in finding.message
    assert "The text says “Then the message “Ask a team leader.” is displayed”" in finding.message
    assert stored.case.needs_you
    assert review.DOUBTED in review.needs_of(stored.case)
    assert stored.status == "draft"
    assert review.set_aside(stored)
    assert not opened.library.case(project_id, large.id).case.needs_you
    sent = json.dumps(server.bodies[-1], ensure_ascii=False)
    assert "£300.00" in sent
    assert small.id in sent
    assert small.case.open_questions
    told = server.bodies[-1]["messages"][-1]["content"]
    assert "Open question: How fast is" in told


TALK = [
    {
        "type": "message",
        "ts": "1813048380.1",
        "text": "Decision: a refund of a payment is paid at once up to £250.00 from today on.",
        "user": "U1",
        "user_profile": {"real_name": "Ann Lee"},
    }
]


def test_a_place_that_stands_in_an_older_case_alone_is_given_to_the_reader() -> None:
    chunk = Chunk(id="c", document_id="d", ordinal=0, kind="case", text="Open Suppliers > Quality")
    source = RetrievedChunk(chunk=chunk, score=1.0, rank=1)
    ground = ReadingGround(context=(), criteria=(), sources=(source,))
    (_, system), (_, told) = reading_messages(ground, (), characters=20_000)
    assert "<example_case>Open Suppliers > Quality</example_case>" in told
    assert "a place is supported by it, a value or rule is not" in system


@pytest.mark.long
def test_a_reader_is_told_which_source_is_a_draft(
    opened: Workspace, project_id: str, server: EndpointServer, tmp_path: Path
) -> None:
    page = tmp_path / "refunds_v2_draft.md"
    page.write_text("# Refunds\n\nA refund of a payment above £250.00 asks a team leader.\n")
    list(index_paths(opened, project_id, [page]))
    run = run_of(opened, project_id, GenerateRequest(text=EPIC))
    server.answer = streams(doubts())
    second_reading.read_now(opened, project_id, run.id, writer="endpoint", by="Ada")
    system, told = (one["content"] for one in server.bodies[-1]["messages"])
    assert 'file="refunds_v2_draft.md" status="draft: “draft” stands in its name' in told
    assert "a draft, an older edition or outdated" in system


def test_talk_is_read_before_the_pages_that_no_case_cites(
    opened: Workspace, project_id: str, server: EndpointServer, tmp_path: Path
) -> None:
    (tmp_path / "2027-06-15.json").write_text(json.dumps(TALK), encoding="utf-8")
    list(index_paths(opened, project_id, [tmp_path / "2027-06-15.json"]))
    run = run_of(opened, project_id, GenerateRequest(text=EPIC))
    server.answer = streams(doubts())
    second_reading.read_now(opened, project_id, run.id, writer="endpoint", by="Ada")
    blocks = server.bodies[-1]["messages"][-1]["content"].split("<source ")[1:]
    talk = [n for n, block in enumerate(blocks) if "Decision: a refund" in block]
    cited = {
        one.chunk_id
        for stored in drafts(opened, project_id, run.id)
        for one in stored.case.all_citations
    }
    ranks = {one.rank for one in run.retrieved if one.chunk.id in cited}
    others = [n for n, block in enumerate(blocks) if int(block.split('"')[1]) not in ranks]
    assert talk == others[:1]
    assert len(others) > 1


def test_a_quotation_that_stands_nowhere_is_not_shown(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    small, _ = drafts(opened, project_id, run_id)
    server.answer = streams(doubts(doubt(small.id, "paid at once", source="It waits two days.")))
    second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")
    told = opened.library.case(project_id, small.id).case.findings[-1].message
    assert "two days" not in told
    assert "doubts “paid at once”" in told


@pytest.mark.long
def test_a_doubt_stays_while_its_words_do_and_goes_with_a_reading_without_it(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    small, _ = drafts(opened, project_id, run_id)
    server.answer = streams(doubts(doubt(small.id, "paid at once")))
    second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")

    def edited(**changes: Any) -> StoredCase:
        stored = opened.library.case(project_id, small.id)
        case = stored.case.model_copy(update=changes)
        return review.save(
            opened, project_id, case, seen_version=stored.row_version, by="Ada"
        )  # fmt: skip

    assert any(f.rule == "second reader" for f in edited(title="A refund").case.findings)
    step = small.case.steps[0].model_copy(update={"expected_result": "The refund is refused."})
    assert all(f.rule != "second reader" for f in edited(steps=(step,)).case.findings)

    server.answer = streams(doubts(doubt(small.id, "The refund is refused.")))
    second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")
    assert opened.library.case(project_id, small.id).case.needs_you
    server.answer = streams(doubts())
    reading = second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")
    assert reading.doubted == ()
    rules = {f.rule for f in opened.library.case(project_id, small.id).case.findings}
    assert "second reader" not in rules


def test_only_an_able_model_reads_and_only_drafts_are_read(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    assert models.readers(opened) == ("endpoint",)
    with pytest.raises(ModelUnavailable, match="able to write a whole story"):
        second_reading.read_now(opened, project_id, run_id, writer="outline", by="Ada")
    server.answer = refuses(401, "no key")
    with pytest.raises(ModelUnavailable, match="key"):
        second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")
    for stored in drafts(opened, project_id, run_id):
        review.set_status(
            opened, project_id, stored.id, "accepted",
            seen_version=stored.row_version, by="Ada",
        )  # fmt: skip
    with pytest.raises(LibraryError, match="no draft"):
        second_reading.start(opened, project_id, run_id, writer="endpoint", by="Ada")


RULE = EPIC.split("Scenario:")[0] + "- A refund of up to £250.00 is paid at once.\n"


def written_with(opened: Workspace, project_id: str, text: str = RULE) -> GenerationRun:
    """A run by the endpoint, with the second reading that the page asks for."""
    found = understand(opened, project_id, GenerateRequest(text=text))
    chosen = GenerationConfig(writer="endpoint", read_again=True)
    run = generate_cases.begin(opened, project_id, found, chosen, by="Ada")
    return generate_cases.run_now(opened, project_id, run)


SHOWN = "The refund of £200.00 to Ada Byron is paid at once; refund list: Paid."


def mended_story(expected: str) -> str:
    """The case of ``STORY`` with another result, as a model writes it again."""
    (case,) = STORY["cases"]
    (step,) = case["steps"]
    mended = {**case, "aim": "", "steps": [{**step, "expected": expected}]}
    return json.dumps({"cases": [mended], "questions": []})


ASKED = "Who pays it out at night?"


def read_and_mended(
    opened: Workspace,
    project_id: str,
    server: EndpointServer,
    written_again: str,
    *,
    words: Sequence[str] = ("The refund is paid at once.",),
) -> tuple[GenerationRun, list[str]]:
    """A run whose case is doubted for these ``words`` of it; the model answers ``written_again`` to
    that. With the prompts that asked for cases."""
    asked: list[str] = []
    question = {
        "criterion": "PAY-71-AC1",
        "words": "at once",
        "question": ASKED,
        "about": "rule",
        "cases": [1],
    }
    written = json.dumps({**STORY, "questions": [question]})

    def answer(request: Any) -> None:
        sent = str(server.bodies[-1]["messages"])
        said = written_again if "<wrong>" in sent else written
        if asked_for_doubts(server):
            (name,) = re.findall(r'<case id="([^"]+)">', sent)
            said = doubts(*(doubt(name, one, kind="run", because="Say where.") for one in words))
        else:
            asked.append(sent)
        streams(said)(request)

    server.answer = answer
    return written_with(opened, project_id), asked


def doubted_cases(run: GenerationRun) -> list[str]:
    return [
        case.title for case in run.cases if any(f.rule == "second reader" for f in case.findings)
    ]


@pytest.mark.long
def test_a_doubted_draft_is_written_once_more_with_the_doubt(
    opened: Workspace, project_id: str, server: EndpointServer
) -> None:
    run, asked = read_and_mended(opened, project_id, server, mended_story(SHOWN))
    assert (run.status, run.error) == ("done", "")
    assert "would stop at “The refund is paid at once.”: Say where." in asked[-1]
    (case,) = [one for one in run.cases if one.origin.writer == "model"]
    assert case.steps[0].expected_result == SHOWN
    assert doubted_cases(run) == []
    history = opened.library.history(project_id, case.id)
    assert any("a second reader's doubt" in one.reason for one in history)
    doubted = [one.case for one in history if review.doubts_of(one.case)]
    assert doubted[0].steps[0].expected_result == "The refund is paid at once."


@pytest.mark.parametrize("words", [(ASKED,), (ASKED, "The refund is paid at once.")])
@pytest.mark.long
def test_a_question_that_is_none_of_a_case_goes_from_it_and_not_from_the_run(
    opened: Workspace, project_id: str, server: EndpointServer, words: tuple[str, ...]
) -> None:
    run, asked = read_and_mended(opened, project_id, server, mended_story(SHOWN), words=words)
    (case,) = [one for one in run.cases if one.origin.writer == "model"]
    assert ASKED not in case.open_questions
    assert ASKED in [one.text for one in run.questions]
    assert doubted_cases(run) == []
    was_mended = len(words) > 1
    assert any("<wrong>" in one for one in asked) == was_mended
    assert (case.steps[0].expected_result == SHOWN) == was_mended
    history = opened.library.history(project_id, case.id)
    assert any(ASKED in one.case.open_questions for one in history)


@pytest.mark.long
def test_a_writer_who_stands_by_a_doubted_case_leaves_the_doubt_beside_it(
    opened: Workspace, project_id: str, server: EndpointServer
) -> None:
    run, _ = read_and_mended(
        opened, project_id, server, mended_story("The refund is paid at once.")
    )
    assert (run.status, run.error) == ("done", "")
    assert doubted_cases(run) == ["A refund of £200.00 is paid at once"]


@pytest.mark.long
def test_a_doubted_case_stays_where_nothing_readable_comes_back(
    opened: Workspace, project_id: str, server: EndpointServer
) -> None:
    run, _ = read_and_mended(opened, project_id, server, "I would rather not.")
    assert run.status == "done"
    assert "not all that a second reader doubts were written once more" in run.error
    assert doubted_cases(run) == ["A refund of £200.00 is paid at once"]


@pytest.mark.long
def test_a_page_has_the_doubted_cases_written_once_more_in_the_background(
    opened: Workspace,
    project_id: str,
    server: EndpointServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def in_background(workspace: Workspace, project_id: str, run: GenerationRun) -> GenerationRun:
        generate_cases.start(workspace, project_id, run)
        workspace.jobs.wait(run.id)
        for job in follow_up_runs.active(workspace, run.id):
            workspace.jobs.wait(job)
        return workspace.library.run(project_id, run.id)

    monkeypatch.setattr(generate_cases, "run_now", in_background)
    run, _ = read_and_mended(opened, project_id, server, mended_story(SHOWN))
    (case,) = [one for one in run.cases if one.origin.writer == "model"]
    assert (case.steps[0].expected_result, doubted_cases(run)) == (SHOWN, [])


def test_the_texts_own_words_where_the_model_gave_no_case_need_a_person_and_no_reader(
    opened: Workspace, project_id: str, server: EndpointServer
) -> None:
    server.answer = streams(json.dumps({**STORY, "cases": []}))
    run = written_with(opened, project_id, EPIC)
    kept = opened.library.cases(project_id, run_id=run.id)
    assert [one.case.origin.writer for one in kept] == ["outline", "outline"]
    assert not any(one.case.is_outline for one in kept), "a scenario gives its actions"
    for stored in kept:
        assert review.needs_of(stored.case)[0] == review.STANDS_IN
        assert stored.case.needs_you
    assert second_reading.to_read(opened, project_id, run.id) == []
    first = kept[0]
    saved = review.save(
        opened, project_id, first.case.model_copy(update={"title": "A small refund is paid"}),
        seen_version=first.row_version, by="Ann",
    )  # fmt: skip
    assert review.STANDS_IN not in review.needs_of(saved.case), "a person has read it"


@pytest.mark.long
def test_what_is_written_stays_where_the_second_reading_fails(
    opened: Workspace, project_id: str, server: EndpointServer
) -> None:
    def answer(request: Any) -> None:
        if asked_for_doubts(server):
            refuses(400, "the context is too long")(request)
        else:
            streams(json.dumps(STORY))(request)

    server.answer = answer
    run = written_with(opened, project_id)
    assert run.status == "done"
    assert "not all of them were read again" in run.error
    assert any(case.origin.writer == "model" for case in run.cases)


def test_a_suite_is_read_by_a_model_too(
    opened: Workspace, project_id: str, server: EndpointServer
) -> None:
    row = {"action": "Search.", "expected": "A list of no more than 50 accounts is shown."}
    cases = [
        TestCase(
            id="T-1",
            title="The list is limited",
            story_key="CC-102",
            steps=(TestStep(number=1, action=row["action"], expected_result=row["expected"]),),
        )
    ] * 2
    server.answer = streams(
        doubts(doubt("2", row["expected"], because="The text limits it to 20."), doubt("T-1", "x"))
    )
    told: list[tuple[int, int]] = []
    report = check_suite.check_cases(
        opened, project_id, cases, reader="endpoint", progress=lambda *at: told.append(at)
    )
    first, second = report.cases
    assert first.verdict != "doubted"
    assert second.verdict in {"doubted", "denied"}
    (finding,) = [f for f in second.steps[0].findings if f.rule == "second reader"]
    assert "The text limits it to 20." in finding.message
    assert second.case.id == "T-1"
    assert told == [(1, 4), (2, 4), (4, 4)], "each case is checked, then read"
    asked = json.dumps(server.bodies[-1], ensure_ascii=False)
    assert 0 < asked.index("CC-102-AC1") < asked.index("CC-101-AC1"), "the epic's others, last"
    with pytest.raises(ModelUnavailable, match="able to write a whole story"):
        check_suite.check_cases(opened, project_id, cases, reader="outline")


@pytest.mark.long
def test_long_cases_leave_room_for_the_sources_that_they_rest_on(
    opened: Workspace, project_id: str, server: EndpointServer
) -> None:
    step = TestStep(number=1, action="Search.", expected_result="A list of accounts is shown.")
    long = tuple(f"Account {n} of the household is open. " + "It has a note. " * 220 for n in "123")
    server.answer = streams(doubts())

    def sources(*given: tuple[str, ...]) -> list[int]:
        """How many sources each request for cases with these preconditions holds."""
        before = len(server.bodies)
        cases = [
            TestCase(id=f"T-{n}", title="L", story_key="CC-102", preconditions=one, steps=(step,))
            for n, one in enumerate(given)
        ]
        report = check_suite.check_cases(opened, project_id, cases, reader="endpoint")
        assert report.read == len(given)
        return [json.dumps(body).count("<source ") for body in server.bodies[before:]]

    (of_short,) = sources(())
    of_long = sources(*[long] * 12)
    assert len(of_long) > 1
    assert min(of_long) > of_short // 3  # all in one request: a quarter


@pytest.mark.long
def test_a_suite_stopped_while_it_is_read_says_how_far_it_was_read(
    opened: Workspace, project_id: str, server: EndpointServer
) -> None:
    step = TestStep(number=1, action="Search.", expected_result="A list of accounts is shown.")
    cases = [
        TestCase(id=key, title=key, story_key=key, steps=(step,)) for key in ("CC-102", "CC-103")
    ]
    server.answer = streams(doubts(), after=5.0)
    report = check_suite.check_cases(
        opened, project_id, cases, reader="endpoint", cancelled=lambda: bool(server.bodies)
    )
    assert (report.read_by, report.read) == ("endpoint", 0)  # stopped before the answer had come
    server.answer = streams(doubts())
    assert report.reading == "0 of 2 read by endpoint"
    assert "doubted" not in report.counts
    told: list[int] = []
    report = check_suite.check_cases(
        opened, project_id, cases, reader="endpoint",
        progress=lambda done, _: told.append(done), cancelled=lambda: told == [1, 2, 3],
    )  # fmt: skip
    assert report.read == 1
    assert "1 of 2 read by endpoint" in check_report.summary(report)
