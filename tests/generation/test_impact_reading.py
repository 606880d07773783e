"""What of a reader's answer about existing cases is taken, and what is told to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    RetrievedChunk,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.impact_reading import (
    CaseImpact,
    PageChange,
    TextChange,
    changed,
    impact_messages,
    impacts_of,
    page_texts,
    release_texts,
    updated,
)
from assistant.generation.second_reading import ReadingGround

MINUTES = "Decided: a locker is held for 3 days, no longer for 5."
GROUND = ReadingGround(
    context=("Lockers",),
    criteria=(
        AcceptanceCriterion(id="AC1", text="The desk clerk may waive up to GBP 40.00."),
        AcceptanceCriterion(id="AC2", text="Vouchers are no longer sold."),
    ),
    sources=(
        RetrievedChunk(
            chunk=Chunk(
                id="m", document_id="d", ordinal=0, kind="prose", title="Minutes", text=MINUTES
            ),
            score=1.0,
            rank=1,
        ),
    ),
)
ITEMS = (
    TestCondition(id="AC1-1", criterion_id="AC1", technique="boundary", statement="GBP 40.00"),
    TestCondition(id="AC1-2", criterion_id="AC1", technique="boundary", statement="GBP 40.01"),
)
CASE = TestCase(
    id="T1",
    title="Waive GBP 25.00",
    preconditions=("Locker 4 is held for 5 days.",),
    steps=(
        TestStep(
            number=1,
            action="Waive  GBP 25.00 as\nthe clerk.",
            test_data="“Late bus”",
            expected_result="The fee of GBP 25.00 is waived; the locker stays held for 5 days.",
        ),
    ),
)


def read(*entries: Any) -> tuple[tuple[CaseImpact, ...], int]:
    return impacts_of({"cases": list(entries)}, release_texts(GROUND), ITEMS, [CASE])


def entry(
    impact: str, *changes: tuple[str, str, str], items: Any = (), case: str = "T1", step: int = 1
) -> Any:
    told = [
        dict(zip(("words", "instead", "source"), one, strict=True), step=step) for one in changes
    ]
    return {
        "case": case, "impact": impact, "items": list(items), "changes": told, "because": "So.",
    }  # fmt: skip


def test_a_case_that_holds_names_items_of_the_checklist() -> None:
    (found,), dropped = read(entry("keep", items=[2, 9, "1", True]))
    assert (found.impact, found.condition_ids, found.changes, dropped) == (
        "keep",
        ("AC1-2",),
        (),
        0,
    )
    assert read(entry("keep")) == ((), 0), "right, and of nothing that is to be tested"


def test_a_change_counts_with_words_of_the_case_and_words_that_say_so() -> None:
    says = "a locker is held for 3 days"
    (found,), dropped = read(
        entry(
            "change",
            ("held for 5 days", "held for 3 days", says),
            ("held for 6 days", "held for 3 days", says),
            ("GBP 25.00", "GBP 40.00", "the clerk may waive anything"),
            ("GBP 25.00", "GBP 40.01", "may waive up to GBP 40.00"),
            items=[2],
        )
    )
    assert dropped == 2
    assert [(one.step, one.part, one.words, one.title) for one in found.changes] == [
        (1, "expected result", "held for 5 days", "Minutes"),
        (1, "expected result", "GBP 25.00", "AC1"),
    ]
    assert read(entry("change", ("held for 6 days", "", says))) == ((), 1)
    assert read(entry("remove", ("Waive GBP 25.00", "", "no such words"))) == ((), 1)


def test_what_is_no_entry_is_dropped() -> None:
    known = entry("keep", items=[1])
    found, dropped = read(known, known, entry("keep", items=[1], case="T9"), entry("stale"), "x")
    assert ([one.case_id for one in found], dropped) == (["T1"], 3)
    assert impacts_of({"cases": "none"}, release_texts(GROUND), ITEMS, [CASE]) == ((), 0)


def test_all_words_of_a_line_are_exchanged_whatever_spaces_and_marks_they_have() -> None:
    says = "may waive up to GBP 40.00"
    (found,), _ = read(
        entry(
            "change",
            ("waive GBP 25.00 AS the clerk", "Waive GBP 40.00 as the clerk", says),
            ('"Late bus"', "“Late train”", says),
            ("The fee of GBP 25.00", "The fee of GBP 40.00", says),
            ("stays held for 5 days", "stays held for 3 days", MINUTES[9:36]),
        )
    )
    after = updated(CASE, found.changes)
    (step,) = after.steps
    assert step.action == "Waive GBP 40.00 as the clerk."
    assert step.test_data == "“Late train”"
    assert step.expected_result == (
        "The fee of GBP 40.00 is waived; the locker stays held for 3 days."
    )
    assert (after.title, after.preconditions) == (CASE.title, CASE.preconditions)
    assert len(changed(CASE, found.changes)) == 3, "one a line"
    assert changed(after, found.changes) == (), "words that are gone change nothing"


def test_words_of_several_lines_are_changed_in_the_step_that_is_named() -> None:
    says = "a locker is held for 3 days"
    change = ("held for 5 days", "held for 3 days", says)
    for step, part in ((1, "expected result"), (0, "precondition")):
        (found,), _ = read(entry("change", change, step=step))
        assert [(one.step, one.part) for one in found.changes] == [(step, part)]
    assert read(entry("change", change, step=2)) == ((), 1), "which of them is not known"
    (found,), _ = read(entry("change", ("as the clerk", "as the lead", says), step=7))
    assert found.changes[0].step == 1, "only one line has them"


def test_limits_that_move_along_are_each_exchanged_once_in_every_place() -> None:
    told = "A fee from 10 to 20 is for the manager of the manager."
    case = CASE.model_copy(update={"title": told, "preconditions": (told,)})
    says = "may waive up to GBP 40.00"
    rows = [("10", "20"), ("20", "30"), ("manager", "area manager"), ("manager", "area manager")]
    rows += rows
    changes = [{"step": 0, "words": a, "instead": b, "source": says} for a, b in rows]
    one = {"case": "T1", "impact": "change", "items": [], "changes": changes, "because": "So."}
    (found,), dropped = impacts_of({"cases": [one]}, release_texts(GROUND), ITEMS, [case])
    after = updated(case, found.changes)
    assert (
        after.title
        == after.preconditions[0]
        == ("A fee from 20 to 30 is for the area manager of the area manager.")
    )
    assert dropped == 0
    one["changes"] = [*changes, changes[0], {**changes[0], "words": "30", "instead": "30"}]
    assert impacts_of({"cases": [one]}, release_texts(GROUND), ITEMS, [case]) == ((found,), 2)


def test_the_one_place_of_words_outside_calculations_is_meant_first() -> None:
    step = TestStep(
        number=1, action="Save it.", expected_result="It is saved.",
        calculation=("GBP 720.00 * 20% = GBP 144.00",),
    )  # fmt: skip
    case = TestCase(id="T1", title="Save", preconditions=("The rate is 20%.",), steps=(step,))
    row = {"step": 1, "words": "20%", "instead": "25%", "source": "held for 3 days, no longer"}
    gone = {**row, "words": step.calculation[0], "instead": ""}
    one = {"case": "T1", "impact": "change", "items": [], "changes": [row], "because": "So."}
    (found,), _ = impacts_of({"cases": [one]}, release_texts(GROUND), ITEMS, [case])
    after = updated(case, found.changes)
    assert after.preconditions == ("The rate is 25%.",)
    assert after.steps == case.steps
    one["changes"] = [row, gone]
    (found,), _ = impacts_of({"cases": [one]}, release_texts(GROUND), ITEMS, [case])
    assert updated(case, found.changes).steps[0].calculation == ()


@pytest.mark.parametrize("told", [True, False])
def test_a_calculation_changes_with_its_result_or_goes(told: bool) -> None:
    step = TestStep(
        number=1,
        action="Save it.",
        expected_result="“Saved. £144.00 due by 23 March 2026.”",
        calculation=("£720.00 * 20% = £144.00", "2026-03-18 + 5 days = 2026-03-23"),
    )
    case = TestCase(id="T1", title="Save", steps=(step,))
    rows = [("23 March 2026", "21 March 2026")]
    if told:
        rows.append(("+ 5 days = 2026-03-23", "+ 3 days = 2026-03-21"))
    changes = [
        {"step": 1, "words": a, "instead": b, "source": "held for 3 days, no longer"}
        for a, b in rows
    ]
    one = {"case": "T1", "impact": "change", "items": [], "changes": changes, "because": "So."}
    (found,), dropped = impacts_of({"cases": [one]}, release_texts(GROUND), ITEMS, [case])
    (after,) = updated(case, found.changes).steps
    assert dropped == 0
    assert after.expected_result == "“Saved. £144.00 due by 21 March 2026.”"
    new = ("2026-03-18 + 3 days = 2026-03-21",) if told else ()
    assert after.calculation == (step.calculation[0], *new)


def test_an_existing_case_is_no_source_and_one_word_no_reason() -> None:
    chunk = Chunk(id="c", document_id="d", ordinal=1, kind="case", text="a locker for 9 days")
    ground = replace(GROUND, sources=(RetrievedChunk(chunk=chunk, score=1.0, rank=2),))
    _, told = impact_messages(ground, ITEMS, [CASE], characters=100_000)
    assert told == ()
    ground = replace(ground, sources=told)
    for source in ("a locker for 9 days", "Lockers"):
        one = entry("change", ("held for 5 days", "held for 9 days", source))
        assert impacts_of({"cases": [one]}, release_texts(ground), ITEMS, [CASE]) == ((), 1)


def test_words_may_begin_or_end_with_a_mark() -> None:
    change = ("; the locker stays held for", " and no longer held after", "held for 3 days")
    (found,), dropped = read(entry("change", change))
    assert dropped == 0
    (line,) = changed(CASE, found.changes)
    assert line.after == "The fee of GBP 25.00 is waived and no longer held after 5 days."


@pytest.mark.parametrize("words", ["5 day", "eld for 5 days", ""])
def test_parts_of_words_are_no_words(words: str) -> None:
    assert read(entry("change", (words, "x", "a locker is held for 3 days"))) == ((), 1)


def test_criteria_have_their_items_and_long_sources_are_left_out_first() -> None:
    ((_, (_, told)), sources) = impact_messages(GROUND, ITEMS, [CASE], characters=100_000)
    assert "1. GBP 40.00\n2. GBP 40.01</criterion>" in told
    assert MINUTES in told
    assert told.index("</criterion>") < told.index(MINUTES) < told.index('<case id="T1">')
    ((_, (_, short)), none) = impact_messages(GROUND, ITEMS, [CASE], characters=1_000)
    assert MINUTES not in short
    assert (sources, none) == (GROUND.sources, ()), "only what is told can say so"
    assert '<case id="T1">' in short


TODAY = "A clerk may waive GBP 25.00 at the desk."
NEXT = Chunk(
    id="l", document_id="p", ordinal=0, kind="prose", title="Lockers", text="Late fees are paid."
)
PAGE = PageChange(
    title="Lockers",
    changes=(
        TextChange(old="It is held for 5 days.", new="It is held for 3 days."),
        TextChange(old=TODAY),
        TextChange(new="Late fees are paid."),
    ),
    chunks=(NEXT,),
)
NOTHING = ReadingGround(context=(), criteria=(), sources=GROUND.sources)


def test_a_page_is_told_by_what_changes_in_it() -> None:
    messages, told = impact_messages(NOTHING, (), [CASE], pages=[PAGE], characters=100_000)
    ((_, system), (_, user)) = messages
    lines = user.splitlines()
    assert lines[:6] == [
        '<changes page="Lockers">',
        "- It is held for 5 days.",
        "+ It is held for 3 days.",
        f"- {TODAY}",
        "+ Late fees are paid.",
        "</changes>",
    ]
    assert "new version" in system
    assert told == GROUND.sources


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("held for 3 days", "Lockers"),
        ("Late fees are paid", "Lockers"),
        (TODAY, "Lockers (before)"),
        ("It is held for 5 days", None),
        ("a locker is held for 3 days, no longer for 5", None),
    ],
)
def test_only_the_new_version_or_what_goes_away_says_that_a_case_is_wrong(
    source: str, title: str | None
) -> None:
    """Neither a sentence that has another in its place, nor another source."""
    answer = {"cases": [entry("change", ("5 days", "3 days", source))]}
    found, dropped = impacts_of(answer, page_texts([PAGE]), (), [CASE])
    assert [change.title for one in found for change in one.changes] == ([title] if title else [])
    assert dropped == (title is None)
