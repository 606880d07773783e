"""The mark of a step: what it claims, and what it claims no longer where something denies it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from assistant.domain import Citation, LintFinding, TestStep
from assistant.ui.cases.case_view import mark

STEP = TestStep(
    number=2,
    action="Log a callout",
    test_data="15 minutes later",
    expected_result="The target is 60 minutes",
    citations=(Citation(chunk_id="c", source=3, quote="60 minutes", start=0, end=10),),
    support="supported",
)


def finding(words: str, step: int | None = None, rule: str = "contradiction") -> LintFinding:
    severity = "error" if rule == "contradiction" else "warning"
    return LintFinding(rule=rule, message="m", step=step, words=words, severity=severity)


@pytest.mark.parametrize(
    "denying", [finding("60 minutes"), finding("15 minutes"), finding("", 2), finding("60", 2)]
)
def test_a_denied_step_does_not_say_that_a_source_has_its_words(denying: LintFinding) -> None:
    said = mark(STEP, [denying])
    assert said.startswith(":red-badge[✗")
    assert "✓" not in said
    assert "[3" not in said


@pytest.mark.parametrize(
    "other",
    [finding("45 minutes"), finding("5 minutes"), finding("60 minutes", 1), finding(""),
     finding("60 minutes", rule="wording")],
)  # fmt: skip
def test_what_is_said_of_other_words_leaves_the_mark(other: LintFinding) -> None:
    assert (
        mark(STEP, [other]) == mark(STEP, []) == ":gray-badge[its words are in its data or \\[3\\]]"
    )


def test_a_source_in_another_language_is_said_not_to_be_compared() -> None:
    (own,) = STEP.citations
    other = own.model_copy(update={"source": 4, "compared": False})
    words = ":violet-badge[cited by the model; another language, not compared: \\[4\\]]"
    alone = STEP.model_copy(update={"support": "not compared", "citations": (other,)})
    assert mark(alone, []) == words
    both = STEP.model_copy(update={"citations": (own, other)})
    assert mark(both, []) == f":gray-badge[its words are in its data or \\[3\\]] {words}"


def test_the_words_that_are_denied_stand_beside_the_mark() -> None:
    assert "“60 minutes”" in mark(STEP, [finding("60 minutes")], words=True)
    assert "“" not in mark(STEP, [finding("60 minutes", 2, "wording")], words=True)


def page(objective: str) -> None:
    from assistant.domain import TestCase
    from assistant.ui.cases.case_view import case_view

    criteria = {"C-1": "A fee is due before\nthe loan."}
    case_view(TestCase(id="T", title="t", objective=objective, criterion_ids=("C-1",)), criteria)


@pytest.mark.parametrize(
    ("objective", "is_shown"),
    [
        ("C-1: “A fee is due before the loan.”", False),
        ("C-1: “A fee is due…”", False),
        ("C-1: “No fee is due”", True),
        ("What the fee is for", True),
        ("", False),
    ],
)
def test_an_objective_tells_what_the_criteria_above_do_not(objective: str, is_shown: bool) -> None:
    app = AppTest.from_function(page, args=(objective,)).run()
    assert not app.exception
    assert any("Objective" in one.value for one in app.markdown) is is_shown


def test_an_answer_that_was_known_is_told_apart_from_an_open_question() -> None:
    def page() -> None:
        from assistant.domain import TestCase, utc_now
        from assistant.ui.cases.case_view import needs_lines
        from assistant.workflow.writing.answers import Answer
        from assistant.workflow.writing.replies import Replies

        answer = Answer(
            document_id="d", question="How fast", criterion_id="A", criterion="Soon.",
            text="Within 15 minutes", by="Ruth", at=utc_now(),
        )  # fmt: skip
        case = TestCase(id="A", title="A", open_questions=("By whom",))
        needs_lines(case, Replies(answers={"How fast": answer}))

    (said,) = AppTest.from_function(page).run().markdown
    known, asked = "answered before it was written", "By whom"
    assert f"{known}] How fast Answered by Ruth: “Within 15 minutes”" in said.value
    assert said.value.index(asked) < said.value.index(known)
