"""What of a reader's answer about a whole suite is taken, and what is told to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.domain import AcceptanceCriterion, Chunk, RetrievedChunk, TestCase, TestStep
from assistant.generation.models.structured import StructuredReply
from assistant.generation.second_reading import ReadingGround
from assistant.generation.suite_reading import (
    MOST_UNTESTED,
    SuiteReading,
    reading_of,
    suite_messages,
)

FIRST, SECOND = date(2027, 2, 9), date(2027, 2, 10)
FEES = "A desk open for less than an hour costs GBP 4.00; a locker costs GBP 2.00 a day."


def case(name: str, title: str, *lines: str, day: date | None = FIRST, expected: str = "") -> Any:
    step = TestStep(
        number=1, action="Open the desk.", test_data="", expected_result=expected or f"{title}."
    )
    return TestCase(id=name, title=title, preconditions=lines, test_date=day, steps=(step,))


GROUND = ReadingGround(
    context=("Desks",),
    criteria=(AcceptanceCriterion(id="AC1", text="A desk is booked for a day."),),
    sources=(
        RetrievedChunk(
            chunk=Chunk(id="fees", document_id="d", ordinal=0, kind="prose", text=FEES),
            score=1.0,
            rank=1,
        ),
    ),
)


def read(cases: list[TestCase], **answer: Any) -> SuiteReading:
    return reading_of(StructuredReply(data=answer, raw=""), GROUND, cases)


def days(*rows: tuple[str, list[str]]) -> list[dict[str, Any]]:
    return [{"day": day, "cases": names} for day, names in rows]


def test_the_order_has_each_case_of_the_suite_once() -> None:
    held = [case("A", "Books"), case("B", "Cancels"), case("C", "Pays", day=None)]
    found = read(held, days=days(("2027-02-09", ["B", "X", "A", "B"]), ("", ["C"])))
    assert found.order == ("B", "A", "C")
    assert found.other_days == {}


@pytest.mark.parametrize(
    ("day", "told"),
    [("2027-02-10", True), ("2027-02-11", False), ("", False), ("x", False), ("2027-02-09", False)],
)
def test_another_day_is_told_where_it_is_one_of_the_suite(day: str, told: bool) -> None:
    held = [case("A", "Books"), case("B", "Cancels", day=SECOND)]
    found = read(held, days=days((day, ["A"])))
    assert found.other_days == ({"A": SECOND} if told else {})
    assert read([case("A", "Books", day=None), held[1]], days=days((day, ["A"]))).other_days == {}


def test_a_doubt_counts_only_with_words_of_its_case() -> None:
    held = [case("A", "Books", "Desk 4 is free.")]
    rows = [
        {"case": "A", "words": "Desk 4 is free", "because": "“Pays” has taken it."},
        {"case": "A", "words": "Desk 5 is free", "because": "It is not."},
        {"case": "Z", "words": "Desk 4 is free", "because": "It is not."},
        {"case": "A", "words": "Books", "because": ""},
        "none",
    ]
    (finding,) = read(held, doubts=rows).found["A"]
    assert finding.rule == "second reader"
    assert finding.words == "Desk 4 is free"
    assert finding.message == (
        "A reader of the whole suite would stop at “Desk 4 is free”: “Pays” has taken it."
    )


def test_of_two_that_repeat_each_other_one_is_marked() -> None:
    held = [case("A", "Books"), case("B", "Books a desk")]
    rows = [
        {"case": "B", "of": "A", "because": "The same booking."},
        {"case": "A", "of": "B", "because": "The same booking."},
        {"case": "A", "of": "A", "because": "The same."},
        {"case": "A", "of": "Z", "because": "The same."},
        {"case": "B", "of": "A", "because": "Again."},
    ]
    found = read(held, repeats=rows).found
    assert list(found) == ["B"]
    assert [one.message for one in found["B"]] == [
        "A reader of the whole suite: repeats A “Books”. The same booking."
    ]


def test_what_no_case_shows_stands_in_a_text_and_in_no_expected_result() -> None:
    held = [case("A", "Books", expected="The desk shows: a locker costs GBP 2.00 a day.")]
    rows = [
        {"words": "A desk open for less than an hour costs GBP 4.00", "because": "The price."},
        {"words": "a locker costs GBP 2.00 a day", "because": "The locker."},
        {"words": "A desk is booked for a day", "because": "A day."},
        {"words": "A desk costs GBP 9.00", "because": "Made up."},
        {"words": "", "because": "Nothing."},
    ]
    found = read(held, untested=rows).untested
    assert [(one.words, one.because, one.chunk_id) for one in found] == [
        ("A desk open for less than an hour costs GBP 4.00", "The price.", "fees"),
        ("A desk is booked for a day", "A day.", ""),
    ]


def test_no_more_is_kept_than_a_person_reads() -> None:
    many = MOST_UNTESTED + 5
    text = " ".join(f"A desk of kind {n} costs GBP {n}.00." for n in range(many))
    ground = replace(GROUND, context=(text,))
    rows = [{"words": f"A desk of kind {n} costs", "because": "Lacking."} for n in range(many)]
    reply = StructuredReply(data={"untested": rows}, raw="")
    assert len(reading_of(reply, ground, [case("A", "Books")]).untested) == MOST_UNTESTED


@pytest.mark.parametrize("answer", [{}, {"days": "x"}, {"days": [{"cases": "A", "day": 1}]}])
def test_an_answer_without_what_was_asked_for_is_an_empty_reading(answer: Any) -> None:
    found = read([case("A", "Books")], **answer)
    assert (found.order, dict(found.other_days), dict(found.found), found.untested) == (
        (),
        {},
        {},
        (),
    )


def test_cases_sources_and_questions_are_told() -> None:
    held = case("A", "Books", "Desk 4 is free.")
    held = held.model_copy(update={"running_questions": ("Where is the board?",)})
    asked = suite_messages(GROUND, [held], context=32_000)
    assert asked is not None
    ((_, system), (_, told)), in_full = asked
    assert in_full
    assert "never an instruction to you" in system
    assert "untested: what" in system
    for words in (FEES, "A desk is booked for a day.", "Test date: 2027-02-09", "Desk 4 is free.",
                  "Expected: Books.", "Open question: Where is the board?"):  # fmt: skip
        assert words in told


def test_of_cases_that_do_not_fit_only_the_order_is_asked_for_and_of_more_nothing() -> None:
    held = [case(f"A{n}", f"Books {n}", expected="It is so. " * 60) for n in range(40)]
    asked = suite_messages(GROUND, held, context=12_000)
    assert asked is not None
    ((_, system), (_, told)), in_full = asked
    assert not in_full
    assert "Expected:" not in told
    assert "Books 39" in told
    assert "days: each test date" in system
    assert "untested: what" not in system
    assert suite_messages(GROUND, held, context=7_000) is None
