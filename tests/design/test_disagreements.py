"""Tables that disagree with one another, or with a sentence, become questions."""

from __future__ import annotations

import pytest

from assistant.design.questions.questions import raise_questions
from assistant.domain import AcceptanceCriterion, Chunk, Epic, Question, UserStory


def asked(*rows: str, sentences: tuple[str, ...] = ()) -> list[Question]:
    """The questions on rows of tables, and on sentences after them."""
    criteria = [
        AcceptanceCriterion(id=f"S-1-AC{number}", text=text, form=form)
        for number, (text, form) in enumerate(
            [*((row, "table") for row in rows), *((text, "bullet") for text in sentences)], 1
        )
    ]
    story = UserStory(key="S-1", title="Rules", criteria=tuple(criteria))
    return list(raise_questions(Epic(key="E-1", title="Epic", stories=(story,))))


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (
            "Tariff: Fix 12; Days: more than 49; Fee: £50",
            "Tariff: Fix 12; Days: more than 49; Fee: £60",
            ("£60", "£50"),
        ),
        (
            "Role: Agent; View: Yes; Delete: No",
            "Role: Agent; View: Yes; Delete: Yes",
            ("“Delete” holds", "“Yes”", "“No”"),
        ),
        (
            "Field: Street; Required: Yes; Max length: 60",
            "Field: Street; Required: Yes; Max length: 80",
            ("80 characters", "60 characters"),
        ),
        (
            "From: Open; Event: close the case; To: Closed",
            "From: Open; Event: close the case; To: Archived",
            ("Archived", "Closed"),
        ),
        (
            "Customer is a member: Yes; Outcome: Delivery is free",
            "Customer is a member: Yes; Outcome: Delivery costs £5",
            ("Delivery costs £5", "Delivery is free"),
        ),
    ],
)
def test_rows_that_decide_one_case_differently(one: str, two: str, said: tuple[str, ...]) -> None:
    (question,) = asked(one, two)
    assert question.kind == "conflict"
    assert question.criterion_id == "S-1-AC2"
    assert all(words.casefold() in question.text.casefold() for words in (*said, "S-1-AC1"))
    for evidence in question.evidence:
        assert evidence.quote in {"S-1-AC1": one, "S-1-AC2": two}[evidence.source_id]


def test_a_sentence_that_sets_another_limit_than_the_table() -> None:
    row = "Field: Street; Required: Yes; Max length: 60"
    (question,) = asked(row, sentences=("The street must have at most 50 characters.",))
    assert "50 characters" in question.text
    assert "60 characters" in question.text


@pytest.mark.parametrize(
    "rows",
    [
        ("Days: 0-49; Fee: £0", "Days: 50-99; Fee: £50", "Days: more than 99; Fee: £80"),
        ("Tariff: Fix 12; Fee: £50", "Tariff: Flex; Fee: £0"),
        ("Role: Agent; View: Yes; Delete: No", "Role: Admin; View: Yes; Delete: Yes"),
        (
            "Field: Street; Max length: 60; Required: Yes",
            "Field: City; Max length: 80; Required: No",
        ),
        ("From: Open; Event: close; To: Closed", "From: Closed; Event: reopen; To: Open"),
        ("Customer is a member: Yes; Outcome: A", "Customer is a member: No; Outcome: B"),
        ("Field: Street; Required: Yes", "Field: Street; Required: Yes"),
    ],
)
def test_rows_of_different_cases_do_not_disagree(rows: tuple[str, ...]) -> None:
    assert not [question for question in asked(*rows) if question.kind == "conflict"]


def test_a_table_beside_a_limit_that_is_a_day_is_no_error() -> None:
    row = "Field: Last day; Required: Yes"
    late = "The offer can be taken from 01.04.2025 until 31.05.2025."
    assert not [one for one in asked(row, sentences=(late,)) if one.kind == "conflict"]


def test_a_source_s_table_is_compared_where_it_is_about_the_same() -> None:
    row = Chunk(
        id="c-1", document_id="d-1", ordinal=0, kind="table_row", title="Guest registration",
        text="Field: Street; Required: Yes; Max length: 60",
    )  # fmt: skip
    criterion = AcceptanceCriterion(
        id="S-1-AC1", text="The street must have at most 80 characters."
    )
    found = {}
    for title in ("Register a guest", "Pay a bill"):
        story = UserStory(key="S-1", title=title, criteria=(criterion,))
        questions = raise_questions(Epic(key="E-1", title="Portal", stories=(story,)), [row])
        found[title] = [one.text for one in questions if one.kind == "conflict"]
    assert found == {
        "Register a guest": [
            "“street”: here 80 characters is the last allowed value, but in Guest registration it"
            " is 60 characters. Which is right?"
        ],
        "Pay a bill": [],
    }
