"""Criteria are compared with those that share words with them, and no contradiction is lost."""

from __future__ import annotations

import random
import time

import pytest

from assistant.design import questions
from assistant.design.comparable import comparable
from assistant.design.questions import raise_questions
from assistant.domain import AcceptanceCriterion, Epic, UserStory

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


def test_the_questions_are_those_of_comparing_all_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    said = epic(texts(300))
    quick = raise_questions(said)
    monkeypatch.setattr(
        questions, "comparable", lambda several, **_: [set(range(len(several)))] * len(several)
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


def test_more_than_a_part_is_taken_in_parts_with_progress() -> None:
    told = []
    said = texts(50)
    assert comparable(said, part=20, progress=lambda *far: told.append(far)) == comparable(said)
    assert told == [(20, 50), (40, 50), (50, 50)]


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
