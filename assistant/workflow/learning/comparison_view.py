"""A comparison made ready to be read: figures as rows, the cases behind each, blind rating."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping

from assistant.domain import TestCase, Value
from assistant.evaluation.metrics import MEMORY, METRICS, metric_of
from assistant.evaluation.quality import case_text, words_of
from assistant.evaluation.ratings import OUTCOMES as OUTCOMES
from assistant.evaluation.ratings import Outcome, Rating, make_sheet
from assistant.evaluation.ratings import RatingSheet as RatingSheet
from assistant.evaluation.ratings import Side as Side
from assistant.evaluation.ratings import blind_items as blind_items
from assistant.evaluation.ratings import sum_up as sum_up
from assistant.evaluation.records import CaseScore
from assistant.evaluation.records import Comparison as Comparison
from assistant.evaluation.report import BETTER as BETTER
from assistant.evaluation.report import WORSE as WORSE
from assistant.evaluation.report import figure_text, mark
from assistant.evaluation.report import markdown as markdown
from assistant.evaluation.report import plain as plain
from assistant.workflow.deployment.workspace import Workspace

SHEET_ITEMS = 40
"""Pairs that a rating sheet offers: about half an hour of a person's time."""


class FigureCell(Value):
    """A figure of one column, as a number for the plot and as text for the table."""

    value: float | None
    low: float | None
    high: float | None
    text: str
    mark: str = ""


class FigureRow(Value):
    """A metric over all columns; ``better`` says which way, empty where neither is."""

    metric: str
    title: str
    about: str
    better: str
    main: bool
    cells: dict[str, FigureCell]
    company: str = ""


class CaseBehind(Value):
    """A case that a figure was made of, with its own value and the reference beside it.

    ``id`` names it among the cases of its column.
    """

    id: str
    story_key: str
    situation: str
    value: float | None
    text: str
    reference: str
    notes: tuple[str, ...] = ()


def figure_rows(comparison: Comparison) -> tuple[FigureRow, ...]:
    """A row for every metric that some column has, in the order of the report."""
    first = comparison.columns[0].column if comparison.columns else ""
    rows = []
    for metric in (*METRICS, MEMORY):
        cells = {}
        for result in comparison.columns:
            figure = result.figures.get(metric.id)
            if figure is None or figure.value is None:
                continue
            cells[result.column] = FigureCell(
                value=figure.value,
                low=figure.low,
                high=figure.high,
                text=figure_text(metric, figure),
                mark=mark(comparison, metric, result.column, first),
            )
        if cells:
            rows.append(
                FigureRow(
                    metric=metric.id,
                    title=metric.title,
                    about=metric.about,
                    better=metric.better,
                    main=metric.main,
                    cells=cells,
                    company=figure_text(metric, comparison.company.get(metric.id)),
                )
            )
    return tuple(rows)


def cases_behind(comparison: Comparison, column: str, metric_id: str) -> tuple[CaseBehind, ...]:
    """The cases that a column's figure was made of, the worst first."""
    references = {case.id: case for story in comparison.references for case in story.cases}
    if metric_id == "perplexity":
        found = [
            CaseBehind(
                id=loss.case_id,
                story_key=loss.story_key,
                situation=references[loss.case_id].title if loss.case_id in references else "",
                value=math.exp(min(loss.nll / loss.tokens, 50.0)) if loss.tokens else None,
                text="",
                reference=_text(references.get(loss.case_id)),
            )
            for loss in comparison.losses.get(column, ())
        ]
    else:
        value = _PER_CASE.get(metric_id)
        found = [
            CaseBehind(
                id=f"{score.story_key}/{score.condition.id}",
                story_key=score.story_key,
                situation=score.condition.statement,
                value=value(score) if value else None,
                text=score.text,
                reference=_text(references.get(score.nearest.case_id if score.nearest else "")),
                notes=_notes(score),
            )
            for score in comparison.scores_of(column)
        ]
    upward = metric_of(metric_id).better == "higher"
    return tuple(
        sorted(found, key=lambda one: (one.value is None, (one.value or 0) * (1 if upward else -1)))
    )


# --- Blind rating -------------------------------------------------------------------------------


def rating_sheet(comparison: Comparison, first: str, second: str) -> RatingSheet:
    """The sheet of two columns: the same on every reload, whoever opens it."""
    pair = sorted((first, second))
    seed = random.Random(f"{comparison.id} {pair}").randrange(2**31)
    return make_sheet(
        comparison, pair[0], pair[1], sheet_id="-".join(pair), seed=seed, limit=SHEET_ITEMS
    )


def rate(
    workspace: Workspace,
    project_id: str,
    sheet: RatingSheet,
    item_id: str,
    side: Side,
    outcome: Outcome,
    *,
    by: str,
) -> None:
    """Keep a decision; the latest of a rater counts."""
    rating = Rating(item_id=item_id, side=side, outcome=outcome, by=by)
    workspace.library.comparisons.add_rating(
        project_id, sheet.comparison_id, sheet.id, rating.model_dump_json(), by=by
    )


def ratings_of(workspace: Workspace, project_id: str, sheet: RatingSheet) -> tuple[Rating, ...]:
    """Every decision given on a sheet, in order."""
    stored = workspace.library.comparisons.ratings(project_id, sheet.comparison_id, sheet.id)
    return tuple(Rating.model_validate_json(one.body) for one in stored)


# --- Parts --------------------------------------------------------------------------------------


def _text(case: TestCase | None) -> str:
    return case_text(case) if case else ""


def _notes(score: CaseScore) -> tuple[str, ...]:
    notes = [*score.problems, *score.smells]
    notes += [f"in no source: {item}" for item in score.bleed]
    if score.replaced:
        notes.append(f"refused: {score.replaced}")
    if score.duplicate_of:
        notes.append(f"repeats {score.duplicate_of}")
    return tuple(notes)


def _nearest(score: CaseScore) -> float | None:
    return score.nearest.similarity if score.nearest else None


_PER_CASE: Mapping[str, Callable[[CaseScore], float | None]] = {
    "recall": _nearest,
    "precision": _nearest,
    "f1": _nearest,
    "similarity": _nearest,
    "style_templates": lambda s: s.known_templates / s.templates if s.templates else None,
    "style": lambda s: s.known_templates / s.templates if s.templates else None,
    "valid": lambda s: float(s.valid),
    "grounded": lambda s: s.grounded_share,
    "bleed": lambda s: float(len(s.bleed)),
    "bleed_unmarked": lambda s: float(len(set(s.bleed) - set(s.marked))),
    "duplicates": lambda s: float(bool(s.duplicate_of)),
    "smells": lambda s: float(len(s.smells)),
    "refused": lambda s: float(s.refused_drafts),
    "replaced": lambda s: float(bool(s.replaced)),
    "case_steps": lambda s: float(len(s.case.steps)),
    "case_words": lambda s: float(words_of(s.case)),
    "seconds": lambda s: s.seconds,
    "tokens": lambda s: float(s.generated_tokens),
    "memory": lambda s: float(s.memory_bytes),
}
