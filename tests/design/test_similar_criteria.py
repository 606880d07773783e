"""Criteria are compared with those that share words with them, and no contradiction is lost."""

from __future__ import annotations

import random
import time

import pytest

from assistant.design.questions import questions
from assistant.design.questions import similar_criteria as comparable_module
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
