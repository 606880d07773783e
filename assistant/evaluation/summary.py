"""From scored cases to a comparison: matching, duplicates, figures, differences between columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant.domain import CaseTemplate, ModelSpec, StoryCases, TestCase, TestCondition
from assistant.evaluation.columns import COLUMN_IDS, column_kind
from assistant.evaluation.matching import THRESHOLD, TextEmbedder, Vectors, pair
from assistant.evaluation.metrics import MEMORY, Metric, StoryScores, measurable
from assistant.evaluation.quality import case_text, duplicates, problems_of, smells
from assistant.evaluation.records import (
    CaseLoss,
    CaseScore,
    ColumnResult,
    Comparison,
    EvaluationSet,
    Match,
    StoryReferences,
)
from assistant.evaluation.statistics import Difference, Figure, Sums, difference, figure, holm, sums
from assistant.evaluation.style_similarity import CompanyProfile
from assistant.suite.template import DEFAULT_TEMPLATE

PERPLEXITY = "perplexity"

COMPANY_METRICS = (
    "style", "style_openings", "style_vocabulary", "style_templates", "style_steps", "style_length",
    "valid", "smells", "duplicates", "case_steps", "case_words",
)  # fmt: skip
"""Metrics that the company's own reference cases can be measured by."""


@dataclass(frozen=True)
class PlannedStory:
    """A story with the conditions that every column writes for."""

    stories: StoryCases
    conditions: tuple[TestCondition, ...]


def summarise(
    comparison_id: str,
    evaluation_set: EvaluationSet,
    plan: Sequence[PlannedStory],
    columns: Mapping[str, ModelSpec | None],
    scores: Iterable[CaseScore],
    embedder: TextEmbedder,
    *,
    profile: CompanyProfile | None = None,
    losses: Mapping[str, Sequence[CaseLoss]] | None = None,
    template: CaseTemplate = DEFAULT_TEMPLATE,
    complete: bool = True,
) -> Comparison:
    """The comparison of these scores.

    Figures of a column hold for stories of which it has every condition; scores of others are kept
    but not counted. Perplexity is that of ``losses``, whatever stories they are of.
    """
    seed = evaluation_set.seed
    references = tuple(_references(item.stories) for item in plan)
    by_column: dict[str, dict[str, list[CaseScore]]] = {name: defaultdict(list) for name in columns}
    for score in scores:
        if score.column in by_column:
            by_column[score.column][score.story_key].append(score)
    vectors = Vectors(embedder)
    vectors.learn(case for reference in references for case in reference.cases)
    vectors.learn(
        score.case for of in by_column.values() for listed in of.values() for score in listed
    )
    lost = {name: tuple(found) for name, found in (losses or {}).items() if name in columns}
    metrics = measurable(profile)
    results, kept = [], []
    tables: dict[str, dict[str, Sums]] = {}
    for column, model in columns.items():
        stories: list[StoryScores] = []
        for item, reference in zip(plan, references, strict=True):
            own = by_column[column][reference.story_key]
            own = _matched(reference.cases, own, vectors)
            kept += own
            if {one.id for one in item.conditions} <= {score.condition.id for score in own}:
                stories.append(StoryScores(reference, tuple(own)))
        tables[column] = {metric.id: _sums(metric, stories) for metric in metrics}
        tables[column][PERPLEXITY] = _loss_sums(lost.get(column, ()))
        results.append(_result(column, model, metrics, tables[column], stories, seed))
    return Comparison(
        id=comparison_id,
        evaluation_set=evaluation_set,
        columns=tuple(sorted(results, key=lambda result: _place(result.column))),
        scores=tuple(kept),
        references=references,
        losses=lost,
        company=company_figures(references, profile, template, seed=seed),
        differences=_differences(metrics, tables, seed),
        threshold=THRESHOLD,
        complete=complete,
    )


def company_figures(
    references: Sequence[StoryReferences],
    profile: CompanyProfile | None,
    template: CaseTemplate,
    *,
    seed: int,
) -> dict[str, Figure]:
    """The figures of the reference cases themselves, as if a column had written them."""
    stories = []
    for reference in references:
        repeats = duplicates(reference.cases)
        own = [
            _as_score(reference, case, repeat, template)
            for case, repeat in zip(reference.cases, repeats, strict=True)
        ]
        stories.append(StoryScores(reference, tuple(own)))
    return {
        metric.id: _figure(metric, _sums(metric, stories), seed)
        for metric in measurable(profile)
        if metric.id in COMPANY_METRICS
    }


def _as_score(
    reference: StoryReferences, case: TestCase, repeat: str, template: CaseTemplate
) -> CaseScore:
    condition = TestCondition(
        id=case.id, criterion_id="", technique="positive", statement=case.title, expected=""
    )
    problems = problems_of(case, template)
    return CaseScore(
        column="company", story_key=reference.story_key, condition=condition, case=case,
        valid=not problems, problems=problems, smells=smells(case), duplicate_of=repeat,
        text=case_text(case),
    )  # fmt: skip


def _references(item: StoryCases) -> StoryReferences:
    return StoryReferences(
        epic_key=item.epic.key,
        story_key=item.story.key,
        title=item.story.title,
        narrative=item.story.narrative,
        cases=item.cases,
    )


def _matched(
    references: Sequence[TestCase],
    scores: Sequence[CaseScore],
    vectors: Vectors,
) -> list[CaseScore]:
    """The scores of one story in one column, with their reference cases and repetitions."""
    matches = {
        written: Match(case_id=references[reference].id, similarity=cosine)
        for reference, written, cosine in pair(
            references, [score.case for score in scores], vectors
        )
    }
    repeats = duplicates([score.case for score in scores])
    result = []
    for place, (score, repeat) in enumerate(zip(scores, repeats, strict=True)):
        nearest = matches.get(place)
        reached = nearest is not None and nearest.similarity >= THRESHOLD
        result.append(
            score.model_copy(
                update={
                    "nearest": nearest,
                    "matched": (nearest,) if reached else (),
                    "duplicate_of": repeat,
                }
            )
        )
    return result


def _sums(metric: Metric, stories: Sequence[StoryScores]) -> Sums:
    rows = {story.references.story_key: metric.sums(story) for story in stories}
    return sums({key: row for key, row in rows.items() if row is not None})


def _figure(metric: Metric, table: Sums, seed: int) -> Figure:
    return figure(table, metric.measure, recentred=metric.recentred, seed=seed)


def _result(
    column: str,
    model: ModelSpec | None,
    metrics: Sequence[Metric],
    table: Mapping[str, Sums],
    stories: Sequence[StoryScores],
    seed: int,
) -> ColumnResult:
    kind = column_kind(column)
    scored = [score for story in stories for score in story.scores]
    figures = {metric.id: _figure(metric, table[metric.id], seed) for metric in metrics}
    most = max((score.memory_bytes for score in scored), default=0)
    if most:
        figures[MEMORY.id] = Figure(value=float(most))
    return ColumnResult(
        column=column,
        title=kind.title,
        uses_retrieval=kind.uses_retrieval,
        uses_adapter=kind.uses_adapter,
        model=model,
        stories=len(stories),
        cases=len(scored),
        figures=figures,
    )


def _differences(
    metrics: Sequence[Metric], tables: Mapping[str, Mapping[str, Sums]], seed: int
) -> tuple[Difference, ...]:
    """Every later column minus every earlier one, metric by metric, corrected within the metric."""
    names = sorted(tables, key=_place)
    found: list[Difference] = []
    for metric in metrics:
        pairs = [
            difference(
                tables[column][metric.id],
                tables[against][metric.id],
                metric.measure,
                metric=metric.id,
                column=column,
                against=against,
                recentred=metric.recentred,
                seed=seed,
            )
            for against, column in combinations(names, 2)
        ]
        found += holm([one for one in pairs if one.value is not None])
    return tuple(found)


def _loss_sums(losses: Sequence[CaseLoss]) -> Sums:
    rows: dict[str, tuple[float, ...]] = {}
    for one in losses:
        nll, tokens = rows.get(one.story_key, (0.0, 0.0))
        rows[one.story_key] = (nll + one.nll, tokens + one.tokens)
    return sums(rows)


def _place(column: str) -> tuple[int, str]:
    """Where a column stands in a report: the order of ``COLUMNS``."""
    return COLUMN_IDS.index(column.partition(":")[0]), column
