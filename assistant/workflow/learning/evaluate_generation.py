"""How good a writer is on held-out stories that have reference cases: one writer, one mode.

The stories' own cases are never shown to the writer. With ``rag`` it gets what the project's index
holds (rules, pages, other cases), without it the story alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import Field

from assistant.domain import (
    OUTLINE_WRITER,
    GenerationConfig,
    RetrievedChunk,
    StoryCases,
    TestCondition,
    Value,
    WriterId,
    utc_now,
)
from assistant.errors import TrainingError
from assistant.evaluation.columns import ColumnSpec
from assistant.evaluation.matching import MATCHER_ERROR, THRESHOLD, MatcherError
from assistant.evaluation.metrics import metric_of
from assistant.evaluation.quality import template_as_used
from assistant.evaluation.records import CaseScore, Comparison, EvaluationSet
from assistant.evaluation.runner import OnProgress, choose_stories, compare
from assistant.evaluation.statistics import Figure
from assistant.workflow.deployment.jobs import StopCheck
from assistant.workflow.deployment.models import model_spec
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning.comparison_parts import Conditions, conditions_of
from assistant.workflow.learning.training_data import case_stories
from assistant.workflow.writing.generate_cases import opened_writer

Mode = Literal["rag", "base"]
FIGURES = (
    "recall", "precision", "f1", "similarity", "grounded", "duplicates", "smells", "valid",
    "seconds",
)  # fmt: skip


class EvaluateRequest(Value):
    """What to evaluate. ``conditions`` are computed from the story, or each reference case's title
    is one (which tells the writer what the reference cases are about)."""

    cases_file: Path
    writer: WriterId = OUTLINE_WRITER
    mode: Mode = "rag"
    limit: int = Field(default=30, ge=0)
    seed: int = 7
    conditions: Conditions = "computed"
    attempts: int = Field(default=2, ge=1, le=5)


class MeasuredFigure(Value):
    """A figure with what it means; ``low`` and ``high`` bound it at 95 % over stories."""

    title: str
    about: str
    better: str
    value: float | None
    low: float | None
    high: float | None


class GenerationReport(Value):
    """What was measured, on what, and how sure the matcher is."""

    cases_file: str
    file_sha256: str
    writer: str
    mode: Mode
    conditions: Conditions
    seed: int
    stories: int
    reference_cases: int
    written_cases: int
    threshold: float
    matcher: MatcherError
    figures: dict[str, MeasuredFigure]
    stories_without_conditions: int = 0


def run_now(
    workspace: Workspace,
    project_id: str,
    request: EvaluateRequest,
    *,
    progress: OnProgress | None = None,
    cancelled: StopCheck = lambda: False,
) -> GenerationReport:
    """Write cases for the stories and hold them against the reference cases.

    Raises ``TrainingError`` where the file holds no story with cases, ``ModelUnavailable`` for an
    unknown writer, and as the writers do.
    """
    material = case_stories(workspace, project_id, request.cases_file)
    chosen = choose_stories(material.stories, request.limit, request.seed)
    if not chosen:
        raise TrainingError(f"{material.name} holds no story with cases. Link cases to stories.")
    model = model_spec(workspace, request.writer)
    config = GenerationConfig(
        writer=request.writer, seed=request.seed, attempts=request.attempts, max_tokens=640
    )
    conditions = conditions_of(request.conditions)
    references = [case for one in chosen for case in one.cases]
    spec = ColumnSpec(
        writer=opened_writer(workspace, config, utc_now().date()),
        context_for=_context(workspace, project_id) if request.mode == "rag" else None,
    )
    result: Comparison | None = None
    with workspace.jobs.model_turn(f"evaluate-{uuid.uuid4().hex[:8]}", cancelled):
        for item in compare(
            chosen,
            {request.mode: spec},
            conditions,
            comparison_id=uuid.uuid4().hex[:12],
            evaluation_set=EvaluationSet(
                name=material.name,
                file_sha256=material.sha256,
                split="held out",
                seed=request.seed,
                limit=request.limit,
                prompt_version=request.conditions,
                models={model.id: model.sha256} if model else {},
            ),
            embedder=workspace.embedder(),
            template=template_as_used(workspace.project(project_id).template, references),
            progress=progress or (lambda _: None),
            cancelled=cancelled,
            threshold=THRESHOLD,
        ):
            if not isinstance(item, CaseScore):
                result = item
    if result is None:
        raise TrainingError("The evaluation ended without a result. Start it again.")
    column = result.column(request.mode)
    return GenerationReport(
        cases_file=material.name,
        file_sha256=material.sha256,
        writer=request.writer,
        mode=request.mode,
        conditions=request.conditions,
        seed=request.seed,
        stories=len(chosen),
        reference_cases=len(references),
        written_cases=column.cases,
        threshold=THRESHOLD,
        matcher=MATCHER_ERROR,
        figures={name: _measured(name, column.figures.get(name, Figure())) for name in FIGURES},
        stories_without_conditions=sum(not conditions(one) for one in chosen),
    )


def _context(
    workspace: Workspace, project_id: str
) -> Callable[[StoryCases, TestCondition], tuple[RetrievedChunk, ...]]:
    """What the project's index holds on a condition, found as in generating."""
    knowledge = workspace.knowledge(project_id)
    config = workspace.project(project_id).retrieval

    def context(one: StoryCases, condition: TestCondition) -> tuple[RetrievedChunk, ...]:
        query = f"{one.story.title}: {condition.statement}"
        return tuple(knowledge.retrieve([query], config))

    return context


def _measured(name: str, figure: Figure) -> MeasuredFigure:
    metric = metric_of(name)
    return MeasuredFigure(
        title=metric.title,
        about=metric.about,
        better=metric.better,
        value=figure.value,
        low=figure.low,
        high=figure.high,
    )
