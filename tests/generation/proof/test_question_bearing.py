"""An open question stands at the cases that it bears on."""

from __future__ import annotations

import pytest

from assistant.domain import (
    AcceptanceCriterion,
    Citation,
    Epic,
    Evidence,
    Question,
    QuestionKind,
    SourceAnswer,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.generation.proof import bearing, bears_on, rests_on


def question(kind: QuestionKind, *quotes: str) -> Question:
    evidence = tuple(Evidence(source_id="AC-1", quote=text, start=0, end=1) for text in quotes)
    return Question(criterion_id="AC-1", kind=kind, text="?", evidence=evidence)


def case(result: str, criterion: str = "AC-1") -> TestCase:
    step = TestStep(number=1, action="Pay.", expected_result=result)
    return TestCase(id="TC-1", title="Paying", criterion_ids=(criterion,), steps=(step,))


@pytest.mark.parametrize(
    ("asked", "result", "bears"),
    [
        (question("untestable", "at once"), "The seat is free at once.", True),
        (question("untestable", "at once"), "No refund is made.", False),
        (question("conflict", "EUR 250.00", "is EUR 120.00"), "A fee of EUR 250.00.", True),
        (question("conflict", "EUR 250.00", "is EUR 120.00"), "12 objects are listed.", False),
        (question("ambiguous", "an exchange is booked once it is paid"), "It is.", False),
        (
            question("ambiguous", "an exchange is booked once it is paid"),
            "The exchange is booked as it is paid.",
            True,
        ),
        (question("ambiguous"), "It is paid.", False),
        (question("missing rule"), "It is paid.", True),
        (question("missing rule", "within 3 days"), "It is paid within 3 days.", False),
        (question("how to run", "at once"), "It is paid.", True),
    ],
)
def test_a_question_bears_on_the_cases_that_use_its_words_or_values(
    asked: Question, result: str, bears: bool
) -> None:
    assert bears_on(asked, case(result)) is bears
    assert not bears_on(asked, case(result, "AC-2"))


def test_a_case_that_cites_the_source_which_answers_it_waits_for_nobody() -> None:
    said = (SourceAnswer(chunk_id="c7", quote="within 2 hours"),)
    asked = question("untestable", "at once").model_copy(update={"source_answers": said})
    written = case("The seat is free at once.")
    assert bears_on(asked, written)
    [step] = written.steps
    for cited, bears in (("c8", True), ("c7", False)):
        citation = Citation(chunk_id=cited, source=1, quote="", start=0, end=0)
        by = step.model_copy(update={"citations": (citation,)})
        assert bears_on(asked, written.model_copy(update={"steps": (by,)})) is bears
        assert bears_on(asked, written.model_copy(update={"citations": (citation,)})) is bears


def test_a_case_that_its_writer_names_carries_the_question_whatever_it_says() -> None:
    asked = question("ambiguous").model_copy(update={"case_titles": ("Paying",)})
    assert bears_on(asked, case("It is done."))
    assert bears_on(asked, case("Done.", "AC-2"))
    running = asked.model_copy(update={"kind": "how to run"})
    assert bears_on(running, case("It is done.", "AC-2"))
    assert not bears_on(running.model_copy(update={"case_titles": ("Other",)}), case("It is done."))


@pytest.mark.parametrize("kind", ["ambiguous", "missing rule", "how to run"])
def test_a_question_whose_writer_was_asked_for_its_cases_bears_on_no_other(
    kind: QuestionKind,
) -> None:
    words = "an exchange is booked once it is paid"
    asked, written = question(kind, words), case("The exchange is booked as it is paid.")
    assert bears_on(asked, written), "nobody said what hangs on it"
    none = asked.model_copy(update={"names_cases": True})
    assert not bears_on(none, written)
    for title, bears in (("Paying", True), ("Other", False)):
        some = none.model_copy(update={"case_titles": (title,)})
        assert bears_on(some, written) is bears


def on(criterion: str, asked: Question, *cases: TestCase) -> list[bool]:
    """Whether a question on a criterion of this text bears on each of the cases."""
    criteria = (AcceptanceCriterion(id="AC-1", text=criterion),)
    story = UserStory(key="S-1", title="", criteria=criteria)
    bears = bearing([Epic(key="E-1", title="", stories=(story,))])
    return [bears(asked, one) for one in cases]


def test_a_question_on_a_criterion_in_another_language_bears_on_its_cases() -> None:
    text = "Eine Reservierung ist nur möglich, wenn die Abfahrt mindestens 5 Werktage entfernt ist."
    asked = question("ambiguous", "wenn die Abfahrt mindestens 5 Werktage entfernt ist")
    english = case("The reservation for the departure five working days ahead is made and shown.")
    german = case("Die Reservierung wird nicht angenommen, weil die Gruppe zu klein ist.")
    assert on(text, asked, english, german) == [True, False], "German is compared with German"
    named = asked.model_copy(update={"case_titles": ("Paying",)})
    other = english.model_copy(update={"title": "The booking stands in the list of reservations"})
    assert on(text, named, english, other) == [True, False], "its writer has told them apart"


def test_a_question_on_a_few_words_bears_on_what_tells_the_rest_of_their_sentence() -> None:
    text = "The balance is due in May. If it is not paid in time, a reminder is sent."
    asked = question("untestable", "in time")
    reminded = case("A reminder is sent: the balance was not paid by 1 June.")
    due = case("The balance of the booking is due on 31 May.")
    assert on(text, asked, reminded, due) == [True, False]


@pytest.mark.parametrize(
    ("said", "rests"),
    [
        ("The fee is 9 EUR.", False),
        ("A fee of 5 EUR is charged within 2 days.", True),
        ("The office manager approves it.", False),
        ("The seat is free again for other guests.", True),
    ],
)
def test_a_case_rests_on_an_answer_whose_values_or_words_it_has(said: str, rests: bool) -> None:
    written = case("A fee of 5 EUR is shown; the seat is free for guests.")
    assert rests_on(written, SourceAnswer(chunk_id="c", quote=said)) is rests
