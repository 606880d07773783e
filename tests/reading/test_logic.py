"""The smallest set of cases of an expression, against its truth table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.reading.logic import (
    Expression,
    Junction,
    cases,
    deciding_case,
    holds,
    indices,
    join_expressions,
)


def letters(expression: Expression) -> set[str]:
    width = len(indices(expression))
    return {
        "".join("T" if case[i] else "F" for i in range(width))
        + ("+" if holds(expression, case) else "-")
        for case in cases(expression)
    }


def test_all_needed_each_fails_alone() -> None:
    assert letters(Junction(True, (0, 1, 2))) == {"TTT+", "FTT-", "TFT-", "TTF-"}


def test_one_enough_each_holds_alone() -> None:
    assert letters(Junction(False, (0, 1, 2))) == {"TFF+", "FTF+", "FFT+", "FFF-"}


def test_nested_likewise() -> None:
    assert letters(Junction(True, (Junction(False, (0, 1)), 2))) == {
        "TFT+", "FTT+", "FFT-", "TFF-", "FTF-"}  # fmt: skip


def test_joined_takes_in_the_same_kind_only() -> None:
    assert join_expressions([0, Junction(True, (1, 2))], all_=True) == Junction(True, (0, 1, 2))
    assert join_expressions([0, Junction(False, (1, 2))], all_=True) == Junction(
        True, (0, Junction(False, (1, 2)))
    )
    assert join_expressions([3], all_=True) == 3


@st.composite
def expressions(draw: st.DrawFn) -> Expression:
    """Expressions over up to six conditions, each used once."""
    parts: list[Expression] = list(range(draw(st.integers(1, 6))))
    while len(parts) > 1:
        size = draw(st.integers(2, len(parts)))
        parts = [join_expressions(parts[:size], all_=draw(st.booleans())), *parts[size:]]
    return parts[0]


@pytest.mark.long
@given(expressions())
@settings(max_examples=200, deadline=None)
def test_every_condition_is_seen_to_matter(expression: Expression) -> None:
    """For each condition two cases differ in it alone within its part and in the outcome."""
    made = cases(expression)
    assert len({tuple(sorted(case.items())) for case in made}) == len(made)
    assert {holds(expression, case) for case in made} == {True, False}
    for index in indices(expression):
        alone = deciding_case(expression, index)
        assert holds(expression, alone)
        assert not holds(expression, alone | {index: False})
        assert {case[index] for case in made} == {True, False}


def test_many_conditions_stay_few_cases() -> None:
    wide = Junction(True, tuple(Junction(False, (2 * i, 2 * i + 1)) for i in range(10)))
    assert len(cases(wide)) <= 48
