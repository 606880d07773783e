"""Style closeness: its parts, its bounds, and that it tells one hand from another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from assistant.domain import StoryCases, TestCase, TestStep
from assistant.evaluation.style_similarity import (
    PARTS,
    _divergence,
    count_vector,
    known_templates,
    learn_profile,
    masked,
    style_closeness,
    style_part,
    template_of,
)


def test_an_inch_mark_opens_no_quotation() -> None:
    assert masked('rims of 20" and 17" for "Kestrel"') == (
        'rims of <number>" and <number>" for <value>'
    )


def case_of(case_id: str, *steps: tuple[str, str]) -> TestCase:
    return TestCase(
        id=case_id,
        title="t",
        steps=tuple(
            TestStep(number=number, action=action, expected_result=expected)
            for number, (action, expected) in enumerate(steps, start=1)
        ),
    )


GHERKIN = [
    case_of(
        f"G{number}",
        ("I want to add a new country", ""),
        (f'I choose "{name}"', ""),
        ("I add it", "I should be notified that it has been successfully created"),
    )
    for number, name in enumerate(("France", "United States", "Peru", "Chad"))
]
PROSE = [
    case_of(
        f"P{number}",
        ("Navigate to the countries page using the side menu", "The list of countries appears"),
        (f"Click Add and fill {name} into the form, then press Save", "A success message shows"),
    )
    for number, name in enumerate(("France", "Peru", "Chad"))
]


def totals(cases: list[TestCase], company: list[TestCase]) -> np.ndarray:
    profile = learn_profile(company)
    return np.asarray(np.sum([count_vector(case, profile) for case in cases], axis=0))[np.newaxis]


def test_data_is_masked_and_templates_are_the_same_with_other_data() -> None:
    assert masked('I add "Peru" for £4.50 to Main Store') == (
        "I add <value> for <number> to <name>"
    )
    assert template_of('When I choose "Peru"') == template_of('when I choose  "United States".')
    assert template_of("Wait 5 days") == template_of("Wait 14 days")
    assert template_of("I add it") != template_of("I remove it")


def test_the_company_is_closest_to_itself() -> None:
    profile = learn_profile(GHERKIN)
    for name in PARTS:
        assert style_part(name, totals(GHERKIN, GHERKIN), profile)[0] == pytest.approx(1.0)
    assert style_closeness(totals(GHERKIN, GHERKIN), profile)[0] == pytest.approx(1.0)


def test_another_hand_is_far_and_the_same_hand_with_other_data_near() -> None:
    profile = learn_profile(GHERKIN)
    other = style_closeness(totals(PROSE, GHERKIN), profile)[0]
    renamed = [
        case_of("N", ("I want to add a new country", ""), ('I choose "Oman"', ""),
                ("I add it", "I should be notified that it has been successfully created"))
    ]  # fmt: skip
    same = style_closeness(totals(renamed, GHERKIN), profile)[0]
    assert same > 0.99
    assert other < 0.5
    assert known_templates(renamed[0], profile) == (4, 4)
    assert known_templates(PROSE[0], profile)[0] == 0


def test_nothing_written_has_no_style() -> None:
    profile = learn_profile(GHERKIN)
    assert style_closeness(profile.zeros()[np.newaxis, :], profile)[0] == 0.0
    empty = TestCase(id="E", title="t")
    assert style_closeness(totals([empty], GHERKIN), profile)[0] == 0.0
    with pytest.raises(ValueError, match="without words"):
        learn_profile([empty])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=12))
def test_the_divergence_agrees_with_scipy(pairs: list[tuple[int, int]]) -> None:
    left = np.array([one for one, _ in pairs], dtype=float)
    right = np.array([other for _, other in pairs], dtype=float)
    if not left.any() or not right.any():
        return
    expected = jensenshannon(left, right, base=2) ** 2
    assert _divergence(left[np.newaxis, :], right)[0] == pytest.approx(expected, abs=1e-9)


def test_the_order_of_the_cases_does_not_matter(sample_stories: tuple[StoryCases, ...]) -> None:
    cases = [case for item in sample_stories for case in item.cases]
    one, other = learn_profile(cases), learn_profile(cases[::-1])
    assert one.openings == other.openings
    assert one.words == other.words
    assert np.array_equal(one.counts, other.counts)
