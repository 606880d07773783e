"""Many criteria are compared outside the process that serves pages, with the same questions."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.design.questions import questions
from assistant.domain import AcceptanceCriterion, Chunk, Epic, UserStory
from assistant.errors import SourceError
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import compare_criteria as comparing
from assistant.workflow.writing import coverage
from assistant.workflow.writing.compare_criteria import AT_ONCE, Comparison, Comparisons
from assistant.workflow.writing.requests import GenerateRequest, understand

THINGS = [f"{a}{b}{c}on" for a in "bdfgklmnprst" for b in "aeiou" for c in "lmnrstvz"]
DOES = ("is stored", "is shown", "is sent", "is not sent", "is deleted", "is not deleted")


def epic(count: int, key: str = "E") -> Epic:
    """An epic of so many criteria, ten a story, of which some contradict each other."""
    pick = random.Random(key)
    criteria = [
        AcceptanceCriterion(
            id=f"{key}-{number // 10}-AC{number % 10}",
            text=f"The {pick.choice(THINGS)} of the {pick.choice(THINGS)} {pick.choice(DOES)} "
            f"within {pick.randint(2, 9)} days, see BR-{number}.",
            form="bullet",
        )
        for number in range(count)
    ]
    stories = tuple(
        UserStory(key=f"{key}-{at // 10}", title="s", criteria=tuple(criteria[at : at + 10]))
        for at in range(0, count, 10)
    )
    return Epic(key=key, title="An epic", stories=stories)


def unlike(count: int, key: str = "E") -> Epic:
    """An epic of so many criteria of few words, none like another, which is quickly compared."""
    criteria = tuple(
        AcceptanceCriterion(id=f"{key}-AC{number}", text=f"Paint {THINGS[number % 480]}{number}x.",
                            form="bullet")
        for number in range(count)
    )  # fmt: skip
    return Epic(key=key, title="Many", stories=(UserStory(key=key, title="s", criteria=criteria),))


def rules(count: int) -> tuple[Chunk, ...]:
    return tuple(
        Chunk(id=f"r{n}", document_id="r", ordinal=n, text=one.text, key=f"BR-{n}", kind="rule")
        for n, one in enumerate(epic(count, "R").criteria)
    )


def in_this_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The epics whose criteria this process compares, as it goes."""
    compared: list[str] = []
    real = questions.raise_questions

    def counted(one, *arguments, **options):
        compared.append(one.key)
        return real(one, *arguments, **options)

    monkeypatch.setattr(questions, "raise_questions", counted)
    return compared


@pytest.mark.long
def test_many_are_compared_by_another_process_with_the_same_questions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = epic(AT_ONCE, "A")
    again = AcceptanceCriterion(
        id="A-9-AC99", text=one.criteria[0].text.replace("within ", "within 1"), form="bullet"
    )
    story = UserStory(key="A-99", title="s", criteria=(again,))
    several = (one.model_copy(update={"stories": (*one.stories, story)}), epic(40, "B"))
    sources = rules(4)
    wanted = tuple(
        questions.raise_questions(one, sources, known=["BR-5 A rule."]) for one in several
    )
    assert [len(one) > 5 for one in wanted] == [True, True]
    assert {one.kind for one in wanted[0]} >= {"conflict", "unknown reference"}
    compared = in_this_process(monkeypatch)
    asked = Comparison(epics=several, sources=sources, known=("BR-5 A rule.",))
    assert Comparisons().questions(asked) == wanted
    assert not compared


def test_few_are_compared_here(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = in_this_process(monkeypatch)
    Comparisons().questions(Comparison(epics=(epic(AT_ONCE),)))
    assert compared == ["E"]


def test_few_criteria_and_many_sources_are_much_work() -> None:
    assert not Comparison(epics=(epic(20),), sources=rules(400)).is_large
    assert Comparison(epics=(epic(20),), sources=rules(401)).is_large


@pytest.mark.long
def test_a_page_that_is_drawn_again_does_not_compare_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comparisons, started = Comparisons(), []
    real = subprocess.Popen

    def counted(*arguments, **options):
        started.append(arguments)
        return real(*arguments, **options)

    monkeypatch.setattr(comparing.subprocess, "Popen", counted)
    first = comparisons.questions(Comparison(epics=(epic(AT_ONCE + 1),)))
    assert comparisons.questions(Comparison(epics=(epic(AT_ONCE + 1),))) == first
    assert len(started) == 1
    comparisons.questions(Comparison(epics=(epic(AT_ONCE + 2),)))
    assert len(started) == 2


@pytest.mark.long
def test_more_than_five_thousand_show_how_far_they_are() -> None:
    told: list[tuple[int, int]] = []
    large = (unlike(5100, "A"), unlike(100, "B"))
    Comparisons().questions(Comparison(epics=large), lambda *far: told.append(far))
    assert {(1000, 5200), (3000, 5200), (5000, 5200), (5200, 5200)} <= set(told)
    assert told == sorted(told)


@pytest.mark.long
def test_the_process_ends_with_who_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is drawn anew leaves in the middle: nothing goes on for nobody."""
    started = []
    real = subprocess.Popen

    def kept(*arguments, **options):
        started.append(real(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(comparing.subprocess, "Popen", kept)

    class DrawnAnew(BaseException):
        pass

    def leave(done: int, total: int) -> None:
        raise DrawnAnew

    with pytest.raises(DrawnAnew):
        Comparisons().questions(Comparison(epics=(unlike(5001),)), leave)
    assert started[0].poll() is not None


def test_a_process_that_dies_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing.sys, "executable", "/bin/false")
    with pytest.raises(SourceError, match=r"The \d+ criteria could not be compared.*fewer stories"):
        Comparisons().questions(Comparison(epics=(epic(AT_ONCE + 1),)))


@pytest.mark.long
def test_the_process_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UAT_SECRET_JIRA", "secret")
    seen = {}
    real = subprocess.Popen

    def kept(*arguments, **options):
        seen.update(options["env"])
        return real(*arguments, **options)

    monkeypatch.setattr(comparing.subprocess, "Popen", kept)
    Comparisons().questions(Comparison(epics=(epic(AT_ONCE + 1),)))
    assert "UAT_SECRET_JIRA" not in seen
    assert "PATH" in seen


@pytest.mark.long
def test_a_request_and_the_coverage_of_a_library_compare_there(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = in_this_process(monkeypatch)
    large = epic(AT_ONCE + 50)
    text = "\n".join(
        f"## {story.key} As a clerk I want this\n\nAcceptance criteria:\n"
        + "\n".join(f"- {one.text}" for one in story.criteria)
        for story in large.stories
    )
    with Workspace.open(Settings(data_dir=tmp_path / "data", models_dir=models_dir)) as opened:
        project_id = opened.ensure_project("P").id
        found = understand(opened, project_id, GenerateRequest(text=text))
        assert sum(len(one.criteria) for one in found.epics) == AT_ONCE + 50
        assert any(one.kind == "conflict" for one in found.questions)
        assert coverage._design(opened.comparisons, found.epics)[1]
    assert not compared


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the work of a child is counted by POSIX alone")
def test_two_thousand_criteria_hardly_occupy_the_process_that_serves_pages() -> None:
    asked = Comparison(epics=(epic(2000),), sources=rules(100))
    began = os.times()
    assert Comparisons().questions(asked)[0]
    spent = os.times()
    here, there = spent.user - began.user, spent.children_user - began.children_user
    assert there > 1
    assert here < there / 4
