"""Rating is blind, the same on every reload, and summed up with its interval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from assistant.domain import TestCase, TestCondition
from assistant.errors import AssistantError
from assistant.evaluation.quality import case_text
from assistant.evaluation.ratings import (
    OUTCOMES,
    BlindItem,
    Outcome,
    Rating,
    RatingSheet,
    blind_items,
    make_sheet,
    scores_by_side,
    sum_up,
)
from assistant.evaluation.records import CaseScore, Comparison, EvaluationSet

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rated(case_of: Callable[..., TestCase]) -> Comparison:
    """Forty conditions of twenty stories in two columns, whose texts differ."""
    scores = []
    for column, word in (("rag", "apple"), ("both", "pear")):
        for number in range(40):
            condition = TestCondition(
                id=f"C{number}", criterion_id="A", technique="positive",
                statement=f"Situation {number}", expected="",
            )  # fmt: skip
            case = case_of(f"TC-{number}", (f"Eat the {word} {number}", "It is eaten"), title="T")
            scores.append(
                CaseScore(
                    column=column, story_key=f"S{number // 2}", condition=condition, case=case,
                    text=case_text(case),
                )
            )  # fmt: skip
    return Comparison(
        id="c", evaluation_set=EvaluationSet(name="s"), columns=(), scores=tuple(scores),
        references=(), threshold=0.7,
    )  # fmt: skip


def rate(
    comparison: Comparison, sheet: RatingSheet, better: str, by: str = "ann", at: datetime = START
) -> list[Rating]:
    """``better`` is usable every time, the other column needs regenerating."""
    return [
        Rating(
            item_id=item_id,
            side=side,
            outcome="usable" if score.column == better else "regenerate",
            by=by,
            at=at,
        )
        for (item_id, side), score in scores_by_side(comparison, sheet).items()
    ]


def test_a_rater_cannot_tell_the_columns(rated: Comparison) -> None:
    sheet = make_sheet(rated, "rag", "both", sheet_id="s1")
    items = blind_items(rated, sheet)
    assert len(items) == 40
    assert set(BlindItem.model_fields) == {
        "id", "story_key", "story_title", "situation", "left", "right",
    }  # fmt: skip
    left_is_rag = sum("apple" in item.left for item in items)
    assert 10 <= left_is_rag <= 30
    for item in items:
        assert ("apple" in item.left) != ("apple" in item.right)
        assert "TC-" not in item.left + item.right
        assert not {"rag", "both"} & set(item.model_dump_json().casefold().split('"'))
    shown = scores_by_side(rated, sheet)
    assert all(shown[item.id, "left"].text == item.left for item in items)


def test_the_sheet_is_the_same_on_a_reload_and_another_with_another_seed(
    rated: Comparison,
) -> None:
    sheet = make_sheet(rated, "rag", "both", sheet_id="s1", limit=10)
    again = RatingSheet.model_validate_json(sheet.model_dump_json())
    assert blind_items(rated, again) == blind_items(rated, sheet)
    assert len(blind_items(rated, sheet)) == 10
    other = make_sheet(rated, "rag", "both", sheet_id="s1", seed=8, limit=10)
    assert {i.situation for i in blind_items(rated, other)} != {
        i.situation for i in blind_items(rated, sheet)
    }


def test_ratings_are_summed_up_by_column(rated: Comparison) -> None:
    sheet = make_sheet(rated, "rag", "both", sheet_id="s1")
    found = sum_up(rated, sheet, rate(rated, sheet, "both"))
    rag, both = found.columns
    assert (rag.column, rag.rated, rag.counts["regenerate"]) == ("rag", 40, 40)
    assert both.usable.value == 1.0
    assert both.usable.low == pytest.approx(0.912, abs=1e-3)
    assert rag.good.value == 0.0
    assert found.preferred == {"rag": 0, "both": 40}
    assert found.difference.value == pytest.approx(-2 / 3)
    assert found.difference.significant
    assert found.raters == 1


def test_the_latest_rating_of_each_rater_counts(rated: Comparison) -> None:
    sheet = make_sheet(rated, "rag", "both", sheet_id="s1")
    first = rate(rated, sheet, "rag")
    later = rate(rated, sheet, "both", at=START + timedelta(hours=1))
    assert sum_up(rated, sheet, [*later, *first]) == sum_up(rated, sheet, later)
    two = sum_up(rated, sheet, [*first, *rate(rated, sheet, "both", by="bob")])
    assert (two.raters, two.columns[0].rated) == (2, 80)
    assert two.difference.value == pytest.approx(0.0)
    assert not two.difference.significant


def test_ratings_of_other_sheets_and_half_rated_items_do_not_mix_in(rated: Comparison) -> None:
    sheet = make_sheet(rated, "rag", "both", sheet_id="s1")
    stray = Rating(item_id="nowhere", side="left", outcome="discard")
    item = blind_items(rated, sheet)[0]
    half = Rating(item_id=item.id, side="left", outcome="minor fix")
    found = sum_up(rated, sheet, [stray, half])
    assert sorted(column.rated for column in found.columns) == [0, 1]
    assert found.difference.value is None
    assert (found.preferred, found.ties) == ({"rag": 0, "both": 0}, 0)


def test_a_sheet_needs_two_columns_with_common_conditions(rated: Comparison) -> None:
    for pair in (("rag", "rag"), ("rag", "ft")):
        with pytest.raises(AssistantError, match="no condition in common"):
            make_sheet(rated, *pair, sheet_id="s")


def test_the_scale_is_that_of_the_field_study() -> None:
    expected: tuple[Outcome, ...] = ("usable", "minor fix", "regenerate", "discard")
    assert expected == OUTCOMES
