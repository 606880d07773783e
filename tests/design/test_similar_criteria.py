"""Criteria are compared with those that share words with them, and no contradiction is lost."""

from __future__ import annotations

import random
import time

import pytest

from assistant.design.questions import questions
from assistant.design.questions import similar_criteria as comparable_module
from assistant.design.questions.conflicts import without_stages
from assistant.design.questions.questions import raise_questions
from assistant.domain import AcceptanceCriterion, Chunk, Epic, UserStory
from assistant.reading import references

THINGS = (
    "refund", "meter", "tariff", "invoice", "contract", "letter", "appointment", "password",
    "address", "payment plan", "supplier", "complaint", "voucher", "document", "consumption",
)  # fmt: skip
DOES = ("is stored", "is shown", "is sent", "is deleted", "is accepted", "is paid")
WHEN = ("within {} days", "after {} hours", "for at most {} weeks", "for {} EUR", "by the clerk")
WHERE = ("in the portal", "on the account page", "at the branch", "in the app", "by post")


def texts(count: int, seed: int = 3) -> list[str]:
    """Sentences of few words, so that many of them disagree with another one."""
    pick = random.Random(seed)
    return [
        f"The {pick.choice(THINGS)} of the {pick.choice(THINGS)} "
        f"{pick.choice(('', 'not '))}{pick.choice(DOES)} "
        f"{pick.choice(WHEN).format(pick.randint(2, 9))} {pick.choice(WHERE)}."
        for _ in range(count)
    ]


def epic(sentences: list[str]) -> Epic:
    criteria = [
        AcceptanceCriterion(id=f"E-{number // 10}-AC{number % 10}", text=text, form="bullet")
        for number, text in enumerate(sentences)
    ]
    stories = tuple(
        UserStory(key=f"E-{at // 10}", title="s", criteria=tuple(criteria[at : at + 10]))
        for at in range(0, len(criteria), 10)
    )
    return Epic(key="E", title="An epic", stories=stories)


@pytest.mark.long
def test_the_questions_are_those_of_comparing_all_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    said = epic(texts(300))
    quick = raise_questions(said)
    monkeypatch.setattr(
        questions, "comparable", lambda several: [set(range(len(several)))] * len(several)
    )
    assert sum(one.kind == "conflict" for one in quick) > 10
    assert quick == raise_questions(said)


def test_criteria_without_common_words_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    real = questions.find_contradictions

    def counted(text, chunks):
        compared.extend(chunks)
        return real(text, chunks)

    monkeypatch.setattr(questions, "find_contradictions", counted)
    letters = "abcdefghijklmnopqrst"
    said = [f"The {a}{b}{a}lar is {b}{a}{b}mished." for a in letters for b in letters]
    raise_questions(epic(said))
    assert len(compared) < len(said)


def test_more_than_five_thousand_are_taken_in_parts_with_progress(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = epic(texts(50))
    in_one = raise_questions(said)
    for module in (comparable_module, questions):
        monkeypatch.setattr(module, "MANY", 40)
        monkeypatch.setattr(module, "PART", 20)
    told = []
    assert raise_questions(said, progress=lambda *far: told.append(far)) == in_one
    assert told == [(20, 50), (40, 50), (50, 50)]
    told.clear()
    raise_questions(epic(texts(40)), progress=lambda *far: told.append(far))
    assert not told


def test_what_the_sources_hold_is_read_once_not_for_each_criterion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """1,000 criteria that name a rule took 14 s with 100 rules, and four times that for 2,000."""
    read = []
    real = references._ids_in

    def counted(text):
        read.append(text)
        return real(text)

    monkeypatch.setattr(references, "_ids_in", counted)
    said = [f"{one[:-1]}, see BR-{number}." for number, one in enumerate(texts(60))]
    rules = [
        Chunk(id=f"r{number}", document_id="r", ordinal=number, text=text, key=f"BR-{number}")
        for number, text in enumerate(texts(8, seed=7))
    ]
    asked = raise_questions(epic(said), rules)
    unknown = [one for one in asked if one.kind == "unknown reference"]
    assert {one.evidence[0].quote for one in unknown} == {f"BR-{number}" for number in range(8, 60)}
    assert len(read) < 3 * (len(said) + len(rules))


LOAN = "A member may borrow a book for at most {} days."


def asked_of(texts: list[str], form: str = "bullet", **options) -> list[str]:
    """The conflicts between the criteria of an epic, each with whom it is asked of."""
    stories = tuple(
        UserStory(
            key=f"US-{number}", title="Loan",
            criteria=(AcceptanceCriterion(id=f"US-{number}-AC1", text=text, form=form),),
        )
        for number, text in enumerate(texts)
    )  # fmt: skip
    found = raise_questions(Epic(key="E", title="Loans", stories=stories), **options)
    return [f"{one.criterion_id}: {one.text}" for one in found if one.kind == "conflict"]


def test_a_backlog_that_differs_in_one_value_is_asked_about_once() -> None:
    """250 stories were 44,935 questions, and each was compared with each."""
    asked = asked_of([LOAN.format(10 + number) for number in range(250)])
    assert asked == [
        "US-1-AC1: The criterion says 11 days, and others on the same matter say otherwise:"
        " US-0-AC1 says 10 days; US-2-AC1 says 12 days; US-3-AC1 says 13 days; US-4-AC1 says 14"
        " days; 245 more. Which is right?"
    ]
    of_one = asked_of([LOAN.format(14 if number == 7 else 10) for number in range(40)])
    assert of_one == [
        "US-7-AC1: The criterion says 14 days, and others on the same matter say otherwise:"
        " US-0-AC1 and 38 more say 10 days. Which is right?"
    ]


@pytest.mark.parametrize(
    ("text", "values", "number"),
    [
        ("A member may keep a book for at most {} days and pays at most {} EUR for it.", 2, 2),
        ("The report of the branch is sent to the head office at 08:{} on each working day.", 1, 1),
        ("A request of type {} is answered by the clerk of the branch within {} days.", 2, 1),
    ],
)
def test_each_matter_of_many_criteria_is_asked_about(text: str, values: int, number: int) -> None:
    said = [text.format(*range(10 + at, 10 + at + values)) for at in range(30)]
    assert len(asked_of(said)) == number


def test_two_matters_of_many_stay_two() -> None:
    said = [
        f"A {kind} quote of a customer in the portal is valid for at most {days} days."
        for days in range(10, 40)
        for kind in ("motor", "home")
    ]
    assert [one.count("25 more") for one in asked_of(said)] == [1, 1]


def test_up_to_four_criteria_are_asked_about_pair_by_pair() -> None:
    asked = asked_of([LOAN.format(10 + number) for number in range(4)])
    assert len(asked) == 6
    assert asked[-1] == (
        "US-3-AC1: The criterion says 13 days, but US-2-AC1 says 12 days. Which is right?"
    )


def test_a_pair_is_asked_about_once_whatever_the_length_of_its_ids() -> None:
    told = ["The fee is shown.", "The form is saved.", LOAN.format(10)]
    (asked,) = asked_of([*told, *(f"Page {number} opens." for number in range(8)), LOAN.format(12)])
    assert asked.startswith("US-11-AC1: The criterion says 12 days, but US-2-AC1 says 10 days.")


def test_a_matter_of_many_is_asked_of_a_criterion_that_is_not_left_out() -> None:
    said = [LOAN.format(10 + number) for number in range(9)]
    (asked,) = asked_of(said, left_out=["US-1-AC1", "US-2-AC1"])
    assert asked.startswith("US-3-AC1: The criterion says 13 days, and others on the same")


def test_two_matters_on_which_a_criterion_says_the_same_stay_two_questions() -> None:
    said = (
        "A motor claim must be reported within {} days of the accident. "
        "A home claim must be reported within {} days of the burglary."
    )
    pairs = ((10, 14), (12, 12), (13, 15), (16, 17), (18, 19), (20, 21))
    asked = asked_of([said.format(*one) for one in pairs])
    assert len({without_stages(one) for one in asked}) == len(asked) == 2


def test_rows_of_one_case_are_asked_about_once() -> None:
    rows = [f"Customer: New; Loan: small; Fee: {10 + number} EUR" for number in range(30)]
    (asked,) = asked_of(rows, form="table")
    assert "and others on the same matter say otherwise" in asked
    assert "25 more" in asked


@pytest.mark.slow
def test_a_thousand_criteria_on_one_matter_take_less_than_fifteen_seconds() -> None:
    began = time.process_time()
    asked_of([LOAN.format(10 + number) for number in range(1000)])
    assert time.process_time() - began < 15


@pytest.mark.slow
def test_two_thousand_criteria_take_less_than_five_seconds() -> None:
    names = [f"{a}{b}{c}on" for a in "bdfgklmnprst" for b in "aeiou" for c in "lmnrstvz"]
    pick = random.Random(5)
    said = [
        f"The {pick.choice(names)} of a {pick.choice(names)} is {pick.choice(DOES)[3:]} "
        f"{pick.choice(WHEN).format(pick.randint(2, 90))} by the {pick.choice(names)} team."
        for _ in range(2000)
    ]
    began = time.process_time()  # whatever else the computer does
    raise_questions(epic(said))
    assert time.process_time() - began < 5
