"""Blind rating of two columns by people: usable, minor fix, regenerate, discard.

The scale is that of a published field study of generated acceptance tests. A rater sees two cases
of the same condition and not which column wrote which; the order is drawn by the sheet's seed, so
that it is the same on every reload and can be told again when the ratings are summed up.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, get_args

from pydantic import Field

from assistant.domain import Value, utc_now
from assistant.errors import AssistantError
from assistant.evaluation.quality import case_text
from assistant.evaluation.records import CaseScore, Comparison
from assistant.evaluation.statistics import (
    SEED,
    Difference,
    Figure,
    difference,
    ratio,
    sums,
    wilson,
)

Outcome = Literal["usable", "minor fix", "regenerate", "discard"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

Side = Literal["left", "right"]

POINTS: dict[Outcome, float] = {
    "usable": 1.0,
    "minor fix": 2 / 3,
    "regenerate": 1 / 3,
    "discard": 0.0,
}
"""What an outcome counts in a mean: equal steps from usable (1) to discard (0)."""


class RatingSheet(Value):
    """Two columns of a comparison put up for rating. Its words hide nothing: raters see ``items``.

    ``limit`` is the number of pairs (0: all), drawn by ``seed``.
    """

    id: str
    comparison_id: str
    columns: tuple[str, str]
    seed: int = SEED
    limit: int = 0
    created_at: datetime = Field(default_factory=utc_now)


class BlindItem(Value):
    """What a rater sees of one condition: its situation and two cases, as texts."""

    id: str
    story_key: str
    story_title: str
    situation: str
    left: str
    right: str


class Rating(Value):
    """A rater's decision on one side of an item; the latest of a rater counts."""

    item_id: str
    side: Side
    outcome: Outcome
    by: str = ""
    at: datetime = Field(default_factory=utc_now)
    note: str = ""


class ColumnRating(Value):
    """How a column was rated: counts by outcome, and shares with Wilson intervals.

    ``good`` counts usable cases and those that need a minor fix.
    """

    column: str
    rated: int
    counts: dict[Outcome, int]
    usable: Figure
    good: Figure


class RatingSummary(Value):
    """Both columns, and the paired difference of their mean points (``POINTS``), by story.

    ``preferred`` counts the items in which each column was rated better, ``ties`` the others;
    only items rated on both sides by the same person count there.
    """

    columns: tuple[ColumnRating, ColumnRating]
    difference: Difference
    preferred: dict[str, int]
    ties: int
    raters: int


def make_sheet(
    comparison: Comparison, first: str, second: str, *, sheet_id: str, seed: int = SEED,
    limit: int = 0,
) -> RatingSheet:  # fmt: skip
    """A sheet for two columns. Raises ``AssistantError`` where they share no condition."""
    sheet = RatingSheet(
        id=sheet_id, comparison_id=comparison.id, columns=(first, second), seed=seed, limit=limit
    )
    if first == second or not _pairs(comparison, sheet):
        raise AssistantError(
            f"“{first}” and “{second}” have no condition in common to rate. Choose two columns "
            "that were both compared."
        )
    return sheet


def blind_items(comparison: Comparison, sheet: RatingSheet) -> tuple[BlindItem, ...]:
    """The items in the order to rate them, sides shuffled; ids and texts tell no column."""
    titles = {story.story_key: story.title for story in comparison.references}
    items = []
    for pair in _pairs(comparison, sheet):
        # A rater sees the words alone, without id, writer, marks and sources.
        shown = tuple(case_text(score.case) for score in _sides(sheet, pair))
        score = pair[0]
        items.append(
            BlindItem(
                id=_item_id(sheet, score),
                story_key=score.story_key,
                story_title=titles.get(score.story_key, ""),
                situation=score.condition.statement,
                left=shown[0],
                right=shown[1],
            )
        )
    return tuple(items)


def scores_by_side(comparison: Comparison, sheet: RatingSheet) -> dict[tuple[str, Side], CaseScore]:
    """Which scored case stood on which side of which item; for summing up, not for raters."""
    found: dict[tuple[str, Side], CaseScore] = {}
    for pair in _pairs(comparison, sheet):
        item_id = _item_id(sheet, pair[0])
        left, right = _sides(sheet, pair)
        found[item_id, "left"], found[item_id, "right"] = left, right
    return found


def sum_up(comparison: Comparison, sheet: RatingSheet, ratings: Iterable[Rating]) -> RatingSummary:
    """The ratings by column. Ratings of items that the sheet does not hold are not counted."""
    shown = scores_by_side(comparison, sheet)
    latest: dict[tuple[str, str, Side], Rating] = {}
    for rating in sorted(ratings, key=lambda one: one.at):
        if (rating.item_id, rating.side) in shown:
            latest[rating.by, rating.item_id, rating.side] = rating
    by_column: dict[str, list[tuple[CaseScore, Rating]]] = {name: [] for name in sheet.columns}
    points: dict[tuple[str, str], dict[str, tuple[float, str]]] = {}
    for (by, item_id, side), rating in latest.items():
        score = shown[item_id, side]
        by_column[score.column].append((score, rating))
        own = points.setdefault((by, item_id), {})
        own[score.column] = (POINTS[rating.outcome], score.story_key)
    first, second = sheet.columns
    both = [own for own in points.values() if len(own) == 2]
    higher = [_compare(own[first][0], own[second][0]) for own in both]
    return RatingSummary(
        columns=(_column(first, by_column[first]), _column(second, by_column[second])),
        difference=_difference(sheet, both),
        preferred={first: higher.count(1), second: higher.count(-1)},
        ties=higher.count(0),
        raters=len({by for by, _, _ in latest}),
    )


# --- Which case on which side -------------------------------------------------------------------


def _pairs(comparison: Comparison, sheet: RatingSheet) -> list[tuple[CaseScore, CaseScore]]:
    """Scores of both columns for one condition, drawn and ordered by the seed."""
    first, second = (
        {(score.story_key, score.condition.id): score for score in comparison.scores_of(column)}
        for column in sheet.columns
    )
    keys = sorted(key for key in first if key in second)
    random.Random(f"order {sheet.seed}").shuffle(keys)
    return [(first[key], second[key]) for key in (keys[: sheet.limit] if sheet.limit else keys)]


def _sides(sheet: RatingSheet, pair: tuple[CaseScore, CaseScore]) -> tuple[CaseScore, CaseScore]:
    swap = hashlib.sha256(f"side {_item_id(sheet, pair[0])}".encode()).digest()[0] % 2
    return (pair[1], pair[0]) if swap else pair


def _item_id(sheet: RatingSheet, score: CaseScore) -> str:
    name = "\n".join((sheet.id, str(sheet.seed), score.story_key, score.condition.id))
    return hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:16]


# --- Sums ---------------------------------------------------------------------------------------


def _column(column: str, rated: Sequence[tuple[CaseScore, Rating]]) -> ColumnRating:
    counts = {name: sum(rating.outcome == name for _, rating in rated) for name in OUTCOMES}
    return ColumnRating(
        column=column,
        rated=len(rated),
        counts=counts,
        usable=wilson(counts["usable"], len(rated)),
        good=wilson(counts["usable"] + counts["minor fix"], len(rated)),
    )


def _difference(sheet: RatingSheet, both: Sequence[dict[str, tuple[float, str]]]) -> Difference:
    tables = []
    for column in sheet.columns:
        rows: dict[str, tuple[float, ...]] = {}
        for own in both:
            points, story = own[column]
            so_far = rows.get(story, (0.0, 0.0))
            rows[story] = (so_far[0] + points, so_far[1] + 1)
        tables.append(sums(rows))
    first, second = sheet.columns
    return difference(
        tables[0], tables[1], ratio, metric="rating", column=first, against=second, seed=sheet.seed
    )


def _compare(left: float, right: float) -> int:
    return (left > right) - (left < right)
