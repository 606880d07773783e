"""Pairing is one to one and the best there is."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import TestCase, TestStep
from assistant.evaluation.matching import (
    AGAINST,
    OTHER_END,
    THRESHOLD,
    TextEmbedder,
    Vectors,
    best_assignment,
    pair,
)

weight = st.floats(-1, 1, allow_nan=False)


@st.composite
def tables(draw: st.DrawFn) -> list[list[float]]:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return [[draw(weight) for _ in range(columns)] for _ in range(rows)]


@settings(max_examples=150, deadline=None)
@given(tables())
def test_no_other_assignment_is_better(table: list[list[float]]) -> None:
    rows, columns = len(table), len(table[0])
    found = best_assignment(table)
    assert len(found) == min(rows, columns)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
    if rows <= columns:
        every = (
            sum(table[row][column] for row, column in enumerate(chosen))
            for chosen in itertools.permutations(range(columns), rows)
        )
    else:
        every = (
            sum(table[row][column] for column, row in enumerate(chosen))
            for chosen in itertools.permutations(range(rows), columns)
        )
    assert sum(table[row][column] for row, column in found) == pytest.approx(max(every), abs=1e-9)


texts = st.lists(
    st.text("abcdefgh ", min_size=1, max_size=30).filter(str.strip), min_size=0, max_size=6
)


def cases_of(actions: list[str]) -> list[TestCase]:
    return [
        TestCase(
            id=f"C{number}",
            title="t",
            steps=(TestStep(number=1, action=text, expected_result=""),),
        )
        for number, text in enumerate(actions)
    ]


@settings(max_examples=80, deadline=None)
@given(texts, texts)
def test_every_case_is_in_one_pair_at_most(
    words: TextEmbedder, left: list[str], right: list[str]
) -> None:
    found = pair(cases_of(left), cases_of(right), Vectors(words))
    assert len({one for one, _, _ in found}) == len({other for _, other, _ in found}) == len(found)
    assert len(found) <= min(len(left), len(right))


@pytest.mark.long
@settings(max_examples=80, deadline=None)
@given(texts.filter(bool), st.randoms())
def test_the_same_cases_in_any_order_are_all_found(
    words: TextEmbedder, actions: list[str], order: random.Random
) -> None:
    shuffled = list(actions)
    order.shuffle(shuffled)
    found = pair(cases_of(actions), cases_of(shuffled), Vectors(words))
    assert [close for _, _, close in found] == pytest.approx([1.0] * len(actions), abs=1e-5)


def test_titles_do_not_count(words: TextEmbedder, case_of: Callable[..., TestCase]) -> None:
    """The condition may give an existing case's title away."""
    reference = case_of("R", ("Open the invoice", "It is shown"), title="Reading an invoice")
    written = case_of("W", ("Delete a meter", "Nothing else"), title="Reading an invoice")
    vectors = Vectors(words)
    assert pair([reference], [written], vectors)[0][2] < THRESHOLD
    assert pair([reference], [reference, written], vectors) == ((0, 0, 1.0),)


def test_other_amounts_messages_and_ends_are_another_test(
    words: TextEmbedder, case_of: Callable[..., TestCase]
) -> None:
    tried = 'The message "Use 8 or more." is shown'
    used = 'The message "This one was used." is shown'
    reference = case_of("R", ("Enter a password of 7 characters", tried))
    others = [
        reference,
        case_of("N", ("Enter a password of 9 characters", tried)),
        case_of("M", ("Enter a password of 7 characters", used)),
        case_of("G", ("Enter a password of 7 characters", "It is kept")),
    ]
    (equal, number, message, granted), *_ = Vectors(words).closeness([reference], others)
    assert equal == 1.0
    assert number <= AGAINST
    assert message <= AGAINST
    assert granted <= equal - OTHER_END


def test_example_values_of_the_data_column_do_not_count(words: TextEmbedder) -> None:
    step = TestStep(
        number=1, action="Enter a reading", test_data="41,250 kWh", expected_result="Ok"
    )
    reference = TestCase(id="R", title="t", steps=(step,))
    other = reference.model_copy(
        update={"steps": (step.model_copy(update={"test_data": "7,400 kWh"}),)}
    )
    assert Vectors(words).closeness([reference], [other]) == [[1.0]]


def test_a_case_without_words_matches_nothing(words: TextEmbedder) -> None:
    empty = TestCase(id="E", title="Only a title")
    ((_, _, close),) = pair([empty], [empty], Vectors(words))
    assert close < THRESHOLD
    assert pair([], [empty], Vectors(words)) == pair([empty], [], Vectors(words)) == ()


@pytest.mark.long
def test_meaning_is_kept_by_other_words_and_told_from_other_tests(
    meaning: TextEmbedder, case_of: Callable[..., TestCase]
) -> None:
    reference = case_of(
        "R",
        ("Open the customer's account in the console", "The account page is displayed"),
        ("Enter a goodwill credit of £40 and save", "The credit is refused: above the limit"),
    )
    reworded = case_of(
        "W",
        ("Go to the account of the customer", "The customer's account page opens"),
        ("Try to save a goodwill credit of £40", "The credit is rejected as it exceeds the limit"),
    )
    other = case_of("O", ("Print the engineer's route for tomorrow", "A PDF with stops is saved"))
    vectors = Vectors(meaning)
    assert pair([reference], [reworded], vectors)[0][2] >= THRESHOLD
    assert pair([reference], [other], vectors)[0][2] < THRESHOLD
    assert pair([reference], [other, reworded], vectors)[0][1] == 1
