"""The metrics of ranked lists: by hand, against scikit-learn, and their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.ranking_metrics import (
    RANKING_METRICS,
    GoldQuestion,
    average_precision,
    measure,
    ndcg,
    recall,
    reciprocal_rank,
)

NAMES = [f"T{number}" for number in range(24)]


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[str], frozenset[str]]:
    """A whole ranking, and what of it is relevant."""
    size = draw(st.integers(2, len(NAMES)))
    ranked = draw(st.permutations(NAMES[:size]))
    return ranked, draw(st.frozensets(st.sampled_from(ranked), min_size=1))


def test_measures_by_hand() -> None:
    ranked, relevant = ["a", "x", "b", "y"], frozenset("abc")
    assert average_precision(ranked, relevant) == pytest.approx((1 + 2 / 3) / 3)
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert ndcg(ranked, relevant) == pytest.approx((1 + 1 / 2) / ideal)
    assert recall(ranked, relevant, 4) == pytest.approx(2 / 3)
    assert recall(ranked, relevant, 1) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y", "c"], relevant) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y"], relevant) == 0
    assert ndcg(["a", "b"], frozenset("ab")) == 1
    assert [metric.of([], relevant) for metric in RANKING_METRICS] == [0] * len(RANKING_METRICS)


@pytest.mark.long
@given(rankings())
def test_the_same_as_scikit_learn(drawn: tuple[list[str], frozenset[str]]) -> None:
    # Not above: each worker imports each test module, and this takes seconds.
    from sklearn.metrics import average_precision_score, ndcg_score

    ranked, relevant = drawn
    truth = np.array([name in relevant for name in ranked], dtype=float)
    scores = np.arange(len(ranked), 0, -1, dtype=float)
    assert average_precision(ranked, relevant) == pytest.approx(
        average_precision_score(truth, scores)
    )
    assert ndcg(ranked, relevant) == pytest.approx(ndcg_score([truth], [scores], k=10))


@given(rankings(), st.integers(0, 30))
def test_a_list_cut_short_never_scores_higher(
    drawn: tuple[list[str], frozenset[str]], kept: int
) -> None:
    ranked, relevant = drawn
    best = sorted(ranked, key=lambda name: name not in relevant)
    for metric in RANKING_METRICS:
        whole = metric.of(ranked, relevant)
        assert 0 <= metric.of(ranked[:kept], relevant) <= whole <= metric.of(best, relevant) <= 1
    assert average_precision(best, relevant) == ndcg(best, relevant) == 1


def test_two_searches_are_compared_question_by_question() -> None:
    questions = [
        GoldQuestion(id=f"Q{number}", text=str(number), relevant=frozenset({"a"}))
        for number in range(40)
    ]
    found = measure(
        {
            "first": lambda one: ["a"] if int(one.text) % 2 else ["x", "a"],
            "later": lambda one: ["x", "a"],
            "same": lambda one: ["x", "a"],
        },
        questions,
    )
    assert found["first"].figures()["map"].value == pytest.approx(0.75)
    assert found["first"].figures()["map"].clusters == 40
    better = found["first"].less(found["later"])["map"]
    assert better.value == pytest.approx(0.25)
    assert better.low is not None
    assert better.low > 0
    same = found["same"].less(found["later"])["map"]
    assert (same.value, same.low, same.high) == (0, 0, 0)
