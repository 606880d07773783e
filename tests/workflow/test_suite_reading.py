"""All drafts of a run read together, with a model over real HTTP."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from endpoint_server import EndpointServer, streams
from written_again import run_of

from assistant.domain import GenerationConfig
from assistant.library import StoredCase
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases, lineage, preconditions, review
from assistant.workflow.review.duplicates import repetition_of
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT
from assistant.workflow.writing import generate_cases, second_reading, suite_reading
from assistant.workflow.writing.requests import GenerateRequest, understand

NAMES = ("Ada Byron", "Max Born", "Lise Meitner", "Emmy Noether", "Marie Curie")
EPIC = "# PAY-7 Refund a payment\n\n## PAY-71 Refund within the limit\n\nAcceptance criteria:\n" + (
    "".join(
        f"\nScenario: A refund for {name}\nGiven a payment of £{n}00.00 by {name}\n"
        f"When the agent refunds £{n}00.00\nThen the refund for {name} is paid at once\n"
        for n, name in enumerate(NAMES, 1)
    )
)
FIRST, SECOND = date(2027, 2, 9), date(2027, 2, 10)


@pytest.fixture
def project_id(opened: Workspace) -> str:
    return opened.project(SAMPLE_PROJECT).id


@pytest.fixture
def run_id(opened: Workspace, project_id: str) -> str:
    """Five drafts, the last on the second day of the test."""
    run = run_of(opened, project_id, GenerateRequest(text=EPIC))
    held = drafts(opened, project_id, run.id)
    for stored in held:
        day = SECOND if stored is held[-1] else FIRST
        case = stored.case.model_copy(update={"test_date": day})
        review.save(opened, project_id, case, seen_version=stored.row_version, by="Ada")
    return run.id


def drafts(opened: Workspace, project_id: str, run_id: str) -> list[StoredCase]:
    found = second_reading.to_read(opened, project_id, run_id)
    assert len(found) == 5
    return found


def read(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer, **suite: Any
) -> second_reading.SecondReading:
    """Read the run; the model doubts no case by itself, and says this of the suite."""

    def answer(request: Any) -> None:
        asked = json.dumps(server.bodies[-1].get("response_format"))
        streams(json.dumps(suite if "SuiteReading" in asked else {"doubts": []}))(request)

    server.answer = answer
    return second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")


def test_the_order_of_a_day_is_that_of_the_reader(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    a, b, c, d, e = (one.id for one in drafts(opened, project_id, run_id))

    def listed() -> list[str]:
        return [one.id for one in export_cases.select(opened, project_id, run_id=run_id)]

    assert listed() == [a, b, c, d, e]
    assert lineage.last_suite_reading(opened, project_id, run_id) is None
    days = [{"day": "2027-02-09", "cases": [c, a, d]}, {"day": "2027-02-10", "cases": [b, e]}]
    read(opened, project_id, run_id, server, days=days)
    assert listed() == [c, a, d, b, e]
    assert opened.library.case(project_id, b).case.test_date == FIRST
    (first, second), _ = preconditions.schedule_of_run(opened, project_id, run_id, "all")
    assert [case.id for case in first.cases] == [c, a, d, b]
    assert [case.id for case in second.cases] == [e]
    kept = lineage.last_suite_reading(opened, project_id, run_id)
    assert kept is not None
    assert (kept.title, kept.other_days, kept.doubted, kept.repeated) == ("m", {b: SECOND}, 0, 0)
    told = server.bodies[-1]["messages"][-1]["content"]
    assert all(f'<case id="{name}">' in told for name in (a, b, c, d, e))


def test_a_case_that_the_reader_did_not_name_comes_last_on_its_day(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    a, b, c, d, e = (one.id for one in drafts(opened, project_id, run_id))
    read(opened, project_id, run_id, server, days=[{"day": "2027-02-09", "cases": [d, b]}])
    found = export_cases.select(opened, project_id, run_id=run_id)
    assert [one.id for one in found] == [d, b, a, c, e]


def test_a_case_that_was_written_since_stands_behind_the_last_one_of_its_story_that_day(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    a, b, c, d, e = (one.id for one in drafts(opened, project_id, run_id))

    def change(name: str, **values: Any) -> None:
        stored = opened.library.case(project_id, name)
        case = stored.case.model_copy(update=values)
        review.save(opened, project_id, case, seen_version=stored.row_version, by="Ada")

    def listed() -> list[str]:
        return [one.id for one in export_cases.select(opened, project_id, run_id=run_id)]

    change(d, story_key="PAY-72", title="The day is closed")
    read(opened, project_id, run_id, server, days=[{"day": "2027-02-09", "cases": [b, d]}])
    assert listed() == [b, a, c, d, e]
    change(a, story_key="PAY-73")
    assert listed() == [b, c, d, a, e], "no other case of its story"
    change(c, preconditions=("After the case “The day is closed”: nothing is open",))
    assert listed() == [b, d, c, a, e], "never against a chain"


def test_what_stands_in_the_way_and_repetitions_are_marked_and_need_somebody(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    a, b, *_ = (one.id for one in drafts(opened, project_id, run_id))
    found = read(
        opened,
        project_id,
        run_id,
        server,
        doubts=[{"case": a, "words": "Ada Byron", "because": "She has left."}],
        repeats=[{"case": b, "of": a, "because": "The same refund."}],
    )
    assert found.doubted == (a,)
    doubted = opened.library.case(project_id, a)
    assert review.DOUBTED in review.needs_of(doubted.case)
    (finding,) = review.doubts_of(doubted.case)
    assert "would stop at “Ada Byron”: She has left." in finding.message
    assert "The same refund." in repetition_of(opened.library.case(project_id, b).case)
    again = read(opened, project_id, run_id, server)
    assert again.doubted == ()
    assert review.doubts_of(opened.library.case(project_id, a).case) == ()


@pytest.mark.parametrize("whole_run", [False, True])
def test_what_no_case_shows_is_kept_until_its_words_are_erased(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer, whole_run: bool
) -> None:
    words = "a payment of £100.00 by Ada Byron"
    read(opened, project_id, run_id, server, untested=[{"words": words, "because": "A large one."}])
    kept = lineage.last_suite_reading(opened, project_id, run_id)
    assert kept is not None
    assert [one.words for one in kept.untested] == [words]
    (document_id,) = opened.library.documents_of_epics(project_id)["PAY-7"]
    what = {"run_ids": [run_id]} if whole_run else {"document_ids": [document_id]}
    if not whole_run:
        opened.library.remove_document(project_id, document_id, by="Ada")
    erase.erase(opened, erase.erase_request(opened, project_id, **what), by="Ada")
    assert lineage.last_suite_reading(opened, project_id, run_id) is None


def test_few_cases_are_not_read_together(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    first = drafts(opened, project_id, run_id)[0]
    review.set_status(
        opened, project_id, first.id, "rejected", seen_version=first.row_version, by="Ada",
        reason="not needed",
    )  # fmt: skip
    read(opened, project_id, run_id, server)
    assert lineage.last_suite_reading(opened, project_id, run_id) is None
    assert len(server.bodies) == 1


def test_accepted_cases_are_read_with_the_drafts_and_not_marked(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    first = drafts(opened, project_id, run_id)[0]
    review.set_status(
        opened, project_id, first.id, "accepted", seen_version=first.row_version, by="Ada"
    )
    doubt = {"case": first.id, "words": "Ada Byron", "because": "She has left."}
    found = read(opened, project_id, run_id, server, doubts=[doubt])
    assert found.doubted == ()
    assert f'<case id="{first.id}">' in server.bodies[-1]["messages"][-1]["content"]
    stored = opened.library.case(project_id, first.id)
    assert (stored.status, review.doubts_of(stored.case)) == ("accepted", ())


def test_what_somebody_changed_while_the_model_read_is_not_marked(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    stored, other = drafts(opened, project_id, run_id)[:2]
    rows = [
        {"case": one.id, "words": NAMES[n], "because": "Gone."}
        for n, one in enumerate((stored, other))
    ]

    def answer(request: Any) -> None:
        said: Any = {"doubts": []}
        if "SuiteReading" in json.dumps(server.bodies[-1].get("response_format")):
            case = stored.case.model_copy(update={"title": "Ada Byron is paid"})
            now = opened.library.case(project_id, stored.id)
            case = now.case.model_copy(update={"title": case.title})
            review.save(opened, project_id, case, seen_version=now.row_version, by="Bea")
            said = {"doubts": rows}
        streams(json.dumps(said))(request)

    server.answer = answer
    found = second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")
    assert found.doubted == (other.id,)
    now = opened.library.case(project_id, stored.id)
    assert (now.title, review.doubts_of(now.case)) == ("Ada Byron is paid", ())


def test_a_repetition_of_an_earlier_reading_goes(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    a, b, *_ = (one.id for one in drafts(opened, project_id, run_id))
    for because in ("The same refund.", "The very same."):
        row = {"case": b, "of": a, "because": because}
        read(opened, project_id, run_id, server, repeats=[row])
        assert because in repetition_of(opened.library.case(project_id, b).case)
    read(opened, project_id, run_id, server)
    assert repetition_of(opened.library.case(project_id, b).case) == ""


def test_an_unreadable_answer_leaves_what_was_read_before(
    opened: Workspace, project_id: str, run_id: str, server: EndpointServer
) -> None:
    a, *_ = (one.id for one in drafts(opened, project_id, run_id))

    def answer(request: Any) -> None:
        asked = json.dumps(server.bodies[-1].get("response_format"))
        doubt = {"case": a, "kind": "false", "step": 1, "words": "Ada Byron", "because": "No.",
                 "source": ""}  # fmt: skip
        said = "I would rather not." if "SuiteReading" in asked else json.dumps({"doubts": [doubt]})
        streams(said, tokens=(70, 9))(request)

    server.answer = answer
    found = second_reading.read_now(opened, project_id, run_id, writer="endpoint", by="Ada")
    assert found.not_together
    assert found.spent.prompt_tokens == 70
    assert review.doubts_of(opened.library.case(project_id, a).case)
    kept = second_reading.last_reading(opened, project_id, run_id)
    assert kept is not None
    assert (kept.read, kept.doubted) == (5, 1)


def written(n: int, name: str, **more: Any) -> dict[str, Any]:
    """A case of a criterion of ``EPIC`` as a model writes it."""
    step = {"action": f"Refund £{n}00.00 to {name}.", "data": f"£{n}00.00",
            "expected": f"The refund for {name} is paid at once.", "sources": [1]}  # fmt: skip
    return {"criteria": [f"PAY-71-AC{n}"], "covers": [], "technique": "positive", "test_date": "",
            "title": f"The refund for {name} is paid at once", "steps": [step],
            "preconditions": [f"{name} paid £{n}00.00."]} | more  # fmt: skip


LACKS = "A refund by another agent."
LACKED = "Given a payment of £200.00 by Max Born"


@pytest.mark.parametrize(("criterion", "asks"), [("PAY-71-AC2", True), ("none", False)])
def test_a_case_is_written_for_what_none_shows(
    opened: Workspace,
    project_id: str,
    server: EndpointServer,
    criterion: str,
    asks: bool,
) -> None:
    row = {"words": LACKED, "criterion": criterion, "because": LACKS}
    asked: list[str] = []

    def answer(request: Any) -> None:
        sent = server.bodies[-1]["messages"][-1]["content"]
        form = json.dumps(server.bodies[-1].get("response_format"))
        if "SuiteReading" in form:
            said: Any = {"untested": [row]}
        elif "Doubts" in form:
            said = {"doubts": []}
        elif "<lacking>" in sent:
            asked.append(sent)
            (number,) = re.findall(r'<criterion id="PAY-71-AC2" n="(\d+)"', sent)
            step = {"action": "As another agent, open the payment by Max Born.", "data": "",
                    "expected": "The payment of £200.00 is shown.",
                    "sources": [int(number)]}  # fmt: skip
            other = written(2, NAMES[1], title="Another agent refunds Max Born", steps=[step])
            said = {"cases": [other]}
        else:
            said = {"cases": [written(n, name) for n, name in enumerate(NAMES, 1)]}
        streams(json.dumps({"questions": [], **said}))(request)

    server.answer = answer
    found = understand(opened, project_id, GenerateRequest(text=EPIC))
    chosen = GenerationConfig(writer="endpoint", read_again=True)
    run = generate_cases.begin(opened, project_id, found, chosen, by="Ada")
    run = generate_cases.run_now(opened, project_id, run)
    assert (run.status, run.error) == ("done", "")
    titles = [case.title for case in run.cases]
    assert len(asked) == asks
    assert ("Another agent refunds Max Born" in titles) == asks
    if asks:
        assert f"<lacking>{LACKS} “{LACKED}”</lacking>" in asked[0]
        assert "<checklist>" not in asked[0]
        assert "<present_case" in asked[0]
    reading = lineage.last_suite_reading(opened, project_id, run.id)
    assert reading is not None
    assert (suite_reading.asked_for(opened, project_id, run.id, reading.at) is not None) == asks
