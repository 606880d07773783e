"""Rows of a criterion's and of a source's table that give another amount for one case."""

from __future__ import annotations

import pytest

from assistant.design.questions.questions import raise_questions
from assistant.domain import AcceptanceCriterion, Chunk, Epic, Question, UserStory

LOANS = ("Card: Junior; Loan: 14 days", "Card: Adult; Loan: 21 days")
PAGE = (
    "Card: Junior; For: under 16; Loan period: 14 days",
    "Card: Adult; For: from 16 on; Loan period: 28 days",
)


LOSS = (
    "If the estimated loss is above £5,000 a loss adjuster is appointed and the case owner becomes "
    'the queue "Loss Adjusters".'
)
TEAMS = (
    "Product: Home; Estimated loss: up to {0}; Team: Home Fast Track; First contact: 4 hours",
    "Product: Home; Estimated loss: above {0}; Team: Loss Adjusters; First contact: 1 day",
)


def asked(text: str, *rows: str) -> list[str]:
    """The conflicts of a criterion in a sentence with the rows of a page."""
    story = UserStory(
        key="L-1", title="Register", criteria=(AcceptanceCriterion(id="L-1-AC1", text=text),)
    )
    sources = [
        Chunk(id=f"p{n}", document_id="p", ordinal=n, text=row, kind="table_row", title="Page")
        for n, row in enumerate(rows)
    ]
    found = raise_questions(Epic(key="L", title="Claims", stories=(story,)), sources)
    return [one.text for one in found if one.kind == "conflict"]


def test_a_row_that_decides_the_same_from_another_limit_contradicts_a_condition() -> None:
    (question,) = asked(LOSS, *(one.format("£7,500") for one in TEAMS))
    assert question == "The criterion says £5,000, but Page says £7,500. Which is right?"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (LOSS, [one.format("£5,000") for one in TEAMS]),  # it agrees
        (LOSS, TEAMS[:1]),  # what is decided stands in no row
        (LOSS.replace("estimated loss", "paid amount"), TEAMS),  # on another thing
        (LOSS.replace("the estimated loss is", "the estimated loss of a ship is"), TEAMS),
        (LOSS.replace("is above", "is at most"), TEAMS),
        # of several cases: which of them the criterion is of is not said
        (LOSS, [*TEAMS, TEAMS[1].replace("Home", "Motor").replace("{0}", "£2,000")]),
    ],
)
def test_a_row_that_agrees_or_is_of_another_case_contradicts_no_condition(
    text: str, rows: list[str]
) -> None:
    assert asked(text, *(one.format("£7,500") for one in rows)) == []


def conflicts(
    mine: tuple[str, ...],
    *pages: tuple[str, ...],
    lead: str = "The loan period is set by the card",
    heading: str = "Lending",
    title: str = "Library rules",
) -> list[Question]:
    """The conflicts of a table of criteria with the tables of pages, one page each."""
    criteria = tuple(
        AcceptanceCriterion(id=f"L-1-AC{number}", text=text, form="table", title=lead)
        for number, text in enumerate(mine, 1)
    )
    story = UserStory(key="L-1", title="Lending at the library desk", criteria=criteria)
    sources = [
        Chunk(
            id=f"p{page}-{number}", document_id=f"p{page}", ordinal=number, text=text,
            kind="table_row", title=title, heading=heading,
        )
        for page, rows in enumerate(pages)
        for number, text in enumerate(rows)
    ]  # fmt: skip
    found = raise_questions(Epic(key="L", title="Lending", stories=(story,)), sources)
    return [one for one in found if one.kind == "conflict"]


def test_another_amount_for_the_same_case_is_asked_about() -> None:
    (question,) = conflicts(LOANS, PAGE)
    assert question.criterion_id == "L-1-AC2"
    assert question.text == (
        "For “Card: Adult” the criterion says “Loan: 21 days”, but Library rules says"
        " “Loan period: 28 days”. Which is right?"
    )
    assert [(one.source_id, one.quote) for one in question.evidence] == [
        ("L-1-AC2", "Loan: 21 days"), ("p0-1", PAGE[1]),
    ]  # fmt: skip
    assert question.suggestion == "Card: Adult; Loan: 28 days"


@pytest.mark.parametrize(
    ("mine", "theirs", "said", "suggestion"),
    [
        (  # the unit in a heading
            "Desk: North; Queue alarm (min): 45",
            "Desk: North; Queue alarm: 1 hour",
            ("45", "1 hour"),
            "",
        ),
        (  # a heading that counts, among other amounts
            "Card: Junior; Max. loans: 4; Fee: €0.50",
            "Card: Junior; Fee: €0.50; Max. loans: 6",
            ("Max. loans: 4", "Max. loans: 6"),
            "Card: Junior; Max. loans: 6; Fee: €0.50",
        ),
        (  # two cells are the key, in another order
            "Medium: Film; Shelf: Reserve; Late fee: €2.00",
            "Shelf: Reserve; Medium: Film; Late fee: €3.00",
            ("€2.00", "€3.00"),
            "Medium: Film; Shelf: Reserve; Late fee: €3.00",
        ),
        (  # an amount is part of the key
            "| Card | Days late | Fee |\n|---|---|---|\n| A | 5 days | €1 |\n| A | 9 days | €2 |",
            "Card: A; Days late: 9 days; Fee: €3",
            ("€2", "€3"),
            "| Card | Days late | Fee |\n|---|---|---|\n| A | 5 days | €1 |\n| A | 9 days | €3 |",
        ),
        (  # in Markdown
            "| Card | Loan |\n|---|---|\n| Junior | 2 weeks |\n| Adult | 3 weeks |",
            "Card: Adult; Loan: 4 weeks",
            ("3 weeks", "4 weeks"),
            "| Card | Loan |\n|---|---|\n| Junior | 2 weeks |\n| Adult | 4 weeks |",
        ),
        (  # with and without the words of a limit
            "Desk: North; Answer: within 30 minutes",
            "Desk: North; Answer: 20 minutes",
            ("within 30 minutes", "20 minutes"),
            "Desk: North; Answer: within 20 minutes",
        ),
    ],
)
def test_tables_of_other_shapes(
    mine: str, theirs: str, said: tuple[str, str], suggestion: str
) -> None:
    (question,) = conflicts((mine,), (theirs,))
    assert all(words in question.text for words in said)
    assert question.suggestion == suggestion


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        # the same amount in other words
        (("Desk: North; Answer: 60 minutes, 24/7",), ("Desk: North; Answer: 1 h round the clock",)),
        (("Desk: North; Answer (hours): 24",), ("Desk: North; Answer: 1 day",)),
        # another case
        (LOANS, ("Card: Student; Loan period: 90 days",)),
        (("Card: Adult; Site: East; Loan: 7 days",), ("Card: Adult; Site: West; Loan: 9 days",)),
        # the cells that both have are no key of the page's table, or may not be one
        (
            LOANS,
            ("Card: Adult; Medium: Book; Loan: 28 days", "Card: Adult; Medium: Film; Loan: 7 days"),
        ),
        (LOANS, ("Card: Adult; Medium: Film; Loan: 7 days",)),
        (
            LOANS,
            ("Card: Adult; Medium: Film; Loan: 7 days", "Card: Junior; Medium: Film; Loan: 3 days"),
        ),
        # each has a column of its own
        (
            ("Street: Elm Road; Kept: Yes; Size: 60 cm", "Street: Oak Road; Kept: No; Size: 70 cm"),
            ("Town: Leeds; Kept: Yes; Size: 80 cm", "Town: York; Kept: No; Size: 90 cm"),
        ),
        # they have nothing but a yes in common
        (("Renewable: Yes; Loan: 7 days",), ("Renewable: Yes; Loan: 9 days",)),
        # another thing, direction, unit, base or condition
        (("Card: Adult; Late fee: €2",), ("Card: Adult; Reminder fee: €5",)),
        (("Card: Adult; Fee: €2",), ("Card: Adult; Reminder fee: €5",)),
        (("Card: Adult; Min. loans: 1",), ("Card: Adult; Max. loans: 9",)),
        (("Card: Adult; Loan: 4 working days",), ("Card: Adult; Loan: 4 weeks",)),
        (("Card: Adult; Late fee: €2",), ("Card: Adult; Late fee: €0.50 per day",)),
        (("Card: Adult; Late fee: €2",), ("Card: Adult; Late fee: €0.50/day",)),
        (("Card: Adult; Late fee: €2",), ("Card: Adult; Late fee: €1 (members)",)),
        (("Card: Adult; Late fee: €2 for films",), ("Card: Adult; Late fee: €1",)),
        (("Card: Adult; Loan: 2 to 3 weeks",), ("Card: Adult; Loan: 5 weeks",)),
        # words beside an amount that tell two cases apart
        (
            ("Region: UK; Plan: Basic 10 GB; Late fee: €2",),
            ("Region: UK; Plan: Plus 20 GB; Late fee: €3",),
        ),
        # numbers that count nothing
        (("Card: Adult; Notes: 3",), ("Card: Adult; Notes: 4",)),
        (("Card: Adult; Level: 3",), ("Card: Adult; Level: 4",)),
        # two columns of which either may be meant
        (
            ("Card: Adult; Loan: 7 days",),
            ("Card: Adult; Loan at desk: 9 days; Loan at library: 5 days",),
        ),
    ],
)  # fmt: skip
def test_rows_that_can_both_be_right(mine: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    assert conflicts(mine, theirs, lead="Lending at the desk, rules") == []


def test_a_source_that_agrees_settles_it() -> None:
    assert len(conflicts(LOANS, PAGE)) == 1
    assert conflicts(LOANS, PAGE, ("Card: Adult; Loan: 3 weeks",)) == []


@pytest.mark.parametrize(
    ("lead", "heading", "title"),
    [
        ("Response targets", "Resolution targets", "Library rules"),
        ("Loans of the card", "Parking", "Staff handbook"),
    ],
)
def test_tables_on_other_matters_are_not_compared(lead: str, heading: str, title: str) -> None:
    mine, theirs = ("Priority: P2; Time: 4 hours",), ("Priority: P2; Time: 8 hours",)
    assert conflicts(mine, theirs, lead=lead, heading=heading, title=title) == []
    assert len(conflicts(mine, theirs, lead=heading, heading=heading, title=title)) == 1


def test_what_two_rows_decide_differently_is_asked_about_once() -> None:
    rows = ("Card: Adult; Fee: €2",), ("Card: Adult; Fee: €3",)
    (question,) = conflicts(*rows)
    assert "€2" in question.text
    assert "€3" in question.text
