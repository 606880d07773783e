"""Intervals and tests against known values and by property."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evaluation.statistics import (
    Difference,
    difference,
    exponential_of_ratio,
    figure,
    holm,
    ratio,
    sums,
    wilson,
)


def by_story(values: list[float], of: float = 1.0) -> dict[str, tuple[float, ...]]:
    return {f"s{number:03}": (value, of) for number, value in enumerate(values)}


def test_wilson_agrees_with_the_published_formula() -> None:
    """8 of 10: 0.4902 to 0.9433 (the textbook value without continuity correction)."""
    found = wilson(8, 10)
    assert found.value == 0.8
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)
    assert wilson(0, 0).value is None
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == 1.0
    with pytest.raises(ValueError, match="6 successes in 5"):
        wilson(6, 5)


def test_holm_agrees_with_the_worked_example() -> None:
    given_p = [0.01, 0.04, 0.03, 0.005]
    found = holm([Difference(metric="m", column="c", against="a", p=p) for p in given_p])
    assert [one.p_adjusted for one in found] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [one.p for one in found] == given_p


def test_the_bootstrap_agrees_with_the_normal_interval() -> None:
    values = np.random.default_rng(3).normal(5.0, 2.0, size=400)
    found = figure(sums(by_story(values.tolist())), ratio, draws=4000)
    half = 1.96 * values.std() / math.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.02)
    assert found.high == pytest.approx(values.mean() + half, abs=0.02)
    assert found.clusters == 400


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    generator = np.random.default_rng(11)
    hits = 0
    for _ in range(200):
        shares = generator.binomial(6, 0.4, size=60).astype(float)
        found = figure(sums(by_story(shares.tolist(), of=6.0)), ratio, draws=300)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.4 <= found.high
    assert 0.89 <= hits / 200 <= 0.99


def test_the_permutation_test_agrees_with_all_swaps() -> None:
    left, right = (
        [0.9, 0.7, 0.8, 0.6, 0.95, 0.5, 0.85, 0.65],
        [0.5, 0.6, 0.4, 0.65, 0.7, 0.45, 0.5, 0.6],
    )
    gaps = np.array(left) - np.array(right)
    all_swaps = [abs(float(np.dot(signs, gaps))) for signs in itertools.product((1, -1), repeat=8)]
    exact = np.mean([swap >= abs(gaps.sum()) - 1e-9 for swap in all_swaps])
    found = difference(sums(by_story(left)), sums(by_story(right)), ratio, draws=20_000)
    assert found.value == pytest.approx(gaps.mean())
    assert found.p == pytest.approx(exact, abs=0.005)


def test_no_difference_is_not_significant_and_a_clear_one_is() -> None:
    generator = np.random.default_rng(5)
    base = generator.random(60)
    better = base + 0.2 + 0.05 * generator.normal(size=60)
    same = difference(sums(by_story(base.tolist())), sums(by_story(base.tolist())), ratio)
    clear = difference(sums(by_story(better.tolist())), sums(by_story(base.tolist())), ratio)
    assert (same.value, same.p, same.significant) == (0.0, 1.0, False)
    assert clear.significant
    assert clear.low is not None
    assert clear.low > 0.15


def test_the_false_alarms_of_the_paired_test_are_as_few_as_it_says() -> None:
    generator = np.random.default_rng(17)
    alarms = 0
    for _ in range(200):
        left, right = generator.random(30), generator.random(30)
        found = difference(
            sums(by_story(left.tolist())), sums(by_story(right.tolist())), ratio, draws=400
        )
        alarms += found.p < 0.05
    assert alarms <= 20


def test_only_common_stories_are_compared() -> None:
    left, right = sums(by_story([1.0, 2.0, 3.0])), sums({"s001": (1.0, 1.0), "other": (9.0, 1.0)})
    found = difference(left, right, ratio)
    assert (found.clusters, found.value) == (1, 1.0)
    nothing = difference(left, sums({"other": (9.0, 1.0)}), ratio)
    assert (nothing.clusters, nothing.value, nothing.significant) == (0, None, False)


values = st.lists(
    st.tuples(st.floats(0, 50, allow_nan=False), st.integers(1, 20)), min_size=1, max_size=25
)


@settings(max_examples=60, deadline=None)
@given(values, st.booleans(), st.integers(0, 5))
def test_an_interval_holds_its_figure_and_is_the_same_again(
    rows: list[tuple[float, int]], recentred: bool, seed: int
) -> None:
    data = {f"s{number}": (above, float(below)) for number, (above, below) in enumerate(rows)}
    turned = dict(reversed(data.items()))

    def share(totals: np.ndarray) -> np.ndarray:
        return np.asarray(ratio(totals) / 51)

    for measure in (share,) if recentred else (ratio, exponential_of_ratio):
        found = figure(sums(data), measure, recentred=recentred, draws=100, seed=seed)
        again = figure(sums(turned), measure, recentred=recentred, draws=100, seed=seed)
        assert found == again
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high


@settings(max_examples=60, deadline=None)
@given(values, values)
def test_a_difference_is_the_reverse_the_other_way_round(
    left: list[tuple[float, int]], right: list[tuple[float, int]]
) -> None:
    one = sums({f"s{n}": (a, float(b)) for n, (a, b) in enumerate(left)})
    other = sums({f"s{n}": (a, float(b)) for n, (a, b) in enumerate(right)})
    there, back = (
        difference(one, other, ratio, draws=99),
        difference(other, one, ratio, draws=99),
    )
    assert there.value is not None
    assert back.value is not None
    assert there.value == pytest.approx(-back.value, abs=1e-9)
    assert 0 < there.p <= 1
    assert there.clusters == min(len(left), len(right))
