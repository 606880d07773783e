"""Agreement of raters, against published examples and by hand."""

from __future__ import annotations

import pytest
from rater_agreement import alpha, kappa, share_equal

# Four observers, twelve units: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011),
# section C; its ordinal alpha is .815.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def test_alpha_of_the_published_example() -> None:
    units = [[one for one in unit if one is not None] for unit in zip(*OBSERVERS, strict=True)]
    assert alpha(units) == pytest.approx(0.815, abs=0.0005)


def test_kappa_by_hand() -> None:
    # 50 grants, two readers (the textbook's table): 20 both yes, 15 both no, 5 and 10 apart.
    first = [0] * 25 + [1] * 25
    second = [0] * 20 + [1] * 5 + [0] * 10 + [1] * 15
    assert share_equal(first, second) == 0.7
    assert kappa(first, second) == pytest.approx(0.4)
    assert kappa(first, second, weighted=True) == pytest.approx(0.4), "two values: no distance"


def test_weighted_kappa_forgives_neighbours() -> None:
    first, near, far = [0, 1, 2, 3] * 5, [1, 0, 3, 2] * 5, [3, 2, 1, 0] * 5
    assert share_equal(first, near, within=1) == 1
    near_kappa, far_kappa = kappa(first, near, weighted=True), kappa(first, far, weighted=True)
    assert near_kappa is not None
    assert far_kappa is not None
    assert near_kappa > 0 > far_kappa
    assert kappa(first, near) == kappa(first, far)


def test_where_nothing_can_be_said() -> None:
    assert share_equal([], []) is None
    assert kappa([], []) is None
    assert kappa([1, 1], [1, 1]) is None
    assert alpha([[1, 1], [1, 1]]) is None
    assert alpha([[1], [2]]) is None
    assert kappa([0, 1], [0, 1]) == 1
    assert alpha([[0, 0], [1, 1]]) == 1
