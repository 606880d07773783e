"""End-to-end conditions: which way they go through the stories of an epic, and when none exists."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from assistant.design.processes.end_to_end import conditions_of_epic, end_to_end_conditions
from assistant.domain import TECHNIQUES, AcceptanceCriterion, Epic, TestCondition, UserStory
from assistant.workflow.writing.analyse_epic import analyse_text

SAMPLE = Path(__file__).parents[2] / "sample_data" / "epics"
WAYS = {"CC-300": ("CC-301", "CC-302"), "FS-300": ("FS-301", "FS-304")}
"""The stories of each sample epic in which one starts from a status that another sets."""


def epic(*stories: tuple[str, str, tuple[str, ...]], description: str = "") -> Epic:
    """An epic of stories with title, narrative and criteria."""
    return Epic(
        key="HR-1",
        title="Leave",
        description=description,
        stories=tuple(
            UserStory(
                key=f"HR-1{place}",
                title=title,
                narrative=narrative,
                criteria=tuple(
                    AcceptanceCriterion(id=f"HR-1{place}-AC{number}", text=text)
                    for number, text in enumerate(criteria, start=1)
                ),
            )
            for place, (title, narrative, criteria) in enumerate(stories, start=1)
        ),
    )


REQUEST = (
    "Request leave",
    "As an Employee, I want to request leave so that my absence is planned.",
    ('When the employee submits a leave request, the Request Status is "Submitted".',),
)
APPROVE = (
    "Approve a leave request",
    "As a Manager, I want to approve a leave request so that the team is staffed.",
    (
        'Given a leave request with the Request Status "Submitted", when the manager approves it, '
        'then the Request Status changes from "Submitted" to "Approved".',
        'Given a leave request with the Request Status "Submitted", when the manager rejects it, '
        'then the Request Status changes from "Submitted" to "Rejected".',
    ),
)
BOOK = (
    "Show approved leave",
    "As a Planner, I want to see leave so that shifts are filled.",
    ("An approved leave request is shown in the shift plan.",),
)
CANTEEN = (
    "Show the menu",
    "As an Employee, I want to see the menu so that I can choose.",
    ("The menu of the week is displayed.",),
)


def way(found: tuple[TestCondition, ...]) -> list[tuple[str, ...]]:
    """The criteria that each condition walks through."""
    return [one.criterion_ids for one in found]


@pytest.mark.parametrize("key", WAYS)
def test_sample_epics_are_walked_as_a_tester_would(key: str) -> None:
    file = next(SAMPLE.glob(f"{key}-*.md"))
    (found,) = analyse_text(file.name, file.read_bytes()).epics
    first = found.end_to_end[0].criterion_ids
    assert tuple(dict.fromkeys(one.rpartition("-")[0] for one in first)) == WAYS[key]
    assert found.counts["end-to-end"] == len(found.end_to_end)
    texts = {c.id: c.text for story in found.stories for c in story.criteria}
    for one in found.end_to_end:
        for evidence in one.evidence:
            held = texts[evidence.source_id]
            assert held[evidence.start : evidence.end] == evidence.quote


def test_a_state_that_one_story_leaves_starts_the_next() -> None:
    (found,) = end_to_end_conditions(epic(CANTEEN, BOOK, APPROVE, REQUEST))
    assert found.criterion_ids == ("HR-14-AC1", "HR-13-AC1", "HR-12-AC1")
    assert [leg.id for leg in found.legs] == ["HR-14-AC1-P1", "HR-13-AC1-P1", "HR-12-AC1-P1"]
    assert found.statement == "end to end: from “Request leave” to “Show approved leave”"
    assert not found.facts
    assert found.id == "HR-14-AC1-E1"
    assert (found.technique, found.valid, found.priority) == ("end-to-end", True, "High")


def test_stories_without_common_words_have_no_way() -> None:
    assert end_to_end_conditions(epic(REQUEST, CANTEEN)) == ()


def test_what_people_want_is_no_process() -> None:
    wanted = [
        (verb, said, (said,))
        for verb in ("create", "delete", "print")
        for said in (f"As an Editor, I want to {verb} a page.",)
    ]  # fmt: skip
    assert end_to_end_conditions(epic(*wanted)) == ()


def test_one_story_alone_has_no_way() -> None:
    assert end_to_end_conditions(epic(APPROVE)) == ()


def test_what_is_out_of_scope_is_not_walked() -> None:
    whole = epic(REQUEST, APPROVE, BOOK)
    assert any("HR-13-AC1" in one for one in way(end_to_end_conditions(whole)))
    limited = epic(REQUEST, APPROVE, BOOK, description="Out of scope: the shift plan.")
    (found,) = end_to_end_conditions(limited)
    assert found.criterion_ids == ("HR-11-AC1", "HR-12-AC1")


def test_a_status_of_something_else_leads_nowhere() -> None:
    book = ("Book a room", "", ("On confirmation the booking goes to status Open.",))
    shop = ("Visit the shop", "", ("The till can be used when the drawer is in status Open.",))
    start = ("Move in", "", ("The keys are handed over when the booking is in status Open.",))
    assert end_to_end_conditions(epic(book, shop)) == ()
    assert way(end_to_end_conditions(epic(book, shop, start))) == [("HR-11-AC1", "HR-13-AC1")]


def test_a_status_that_is_only_named_is_not_set() -> None:
    move = ("Move a visit", "", ("A clerk may move a visit with the status Planned.",))
    open_ = ("Open a visit", "", ("When a visit is in status Planned, the door opens.",))
    assert end_to_end_conditions(epic(move, open_)) == ()


def test_what_is_set_to_a_value_is_there_already() -> None:
    close = (
        "Close a deal",
        "As an executive, I want to close a deal so that it can be booked.",
        ("When a deal is set to Won, an order draft is created.",),
    )
    ask = (
        "Ask for approval",
        "As a manager, I want discounts to be approved so that margins hold.",
        ("Only the owner of the deal may submit a request.",),
    )
    assert end_to_end_conditions(epic(ask, close)) == ()


def test_depth_and_techniques_decide_whether_there_are_any() -> None:
    stories = epic(REQUEST, APPROVE)
    without = tuple(one for one in TECHNIQUES if one != "end-to-end")
    assert end_to_end_conditions(stories, depth="smoke") == ()
    assert end_to_end_conditions(stories, techniques=without) == ()
    assert len(end_to_end_conditions(stories, depth="thorough")) == 1
    assert conditions_of_epic(stories)[-1].technique == "end-to-end"
    assert all(not one.legs for one in conditions_of_epic(stories)[:-1])


def test_a_large_epic_is_designed_in_less_than_a_second() -> None:
    stories = [(f"{title} {n}", told, texts) for n in range(12) for title, told, texts in
               (REQUEST, APPROVE, BOOK, CANTEEN)]  # fmt: skip
    large = epic(*stories)
    started = process_time()
    assert len(end_to_end_conditions(large)) <= 3
    assert process_time() - started < 3, "of processor time; it takes far less than 1 s"
