"""Coverage with depth: of a run, and of everything a project holds."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from assistant.domain import TECHNIQUES, Epic, GenerationRun, Question, TestCondition
from assistant.suite.coverage_depth import RULES as RULES
from assistant.suite.coverage_depth import CriterionDepth as CriterionDepth
from assistant.suite.coverage_depth import DepthReport as DepthReport
from assistant.suite.coverage_depth import Level as Level
from assistant.suite.coverage_depth import depth
from assistant.suite.coverage_depth import matrix_csv as matrix_csv
from assistant.suite.duplicates import find_duplicates
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import fill_gaps
from assistant.workflow.writing.compare_criteria import Comparison, Comparisons
from assistant.workflow.writing.requests import conditions_of


def of_run(workspace: Workspace, project_id: str, run_id: str) -> DepthReport:
    """How the cases of a run cover the conditions that it planned."""
    return of_loaded_run(workspace.library.run(project_id, run_id))


def of_loaded_run(run: GenerationRun) -> DepthReport:
    """The same for a run that was read already, with the cases that another one makes redundant.

    Redundant by their words alone: for the meaning too, look for duplicates.
    """
    same = find_duplicates(run.cases).surplus
    return depth(
        run.epics,
        run.cases,
        fill_gaps.planned_conditions(run),
        questions=run.questions,
        redundant=same,
        covered_elsewhere=run.generation.skip,
    )


def of_library(workspace: Workspace, project_id: str) -> DepthReport:
    """How all cases of a project cover the criteria of all its epics: the traceability matrix."""
    epics = workspace.library.epics(project_id)
    conditions, questions = _design(workspace.comparisons, epics)
    cases = [stored.case for stored in workspace.library.cases(project_id)]
    return depth(epics, cases, conditions, questions=questions)


@lru_cache(maxsize=8)
def _design(
    comparisons: Comparisons, epics: tuple[Epic, ...]
) -> tuple[tuple[TestCondition, ...], tuple[Question, ...]]:
    """Conditions and questions of epics: they follow from their text alone."""
    by_epic = comparisons.questions(Comparison(epics=epics))
    return conditions_of(epics, TECHNIQUES), tuple(chain.from_iterable(by_epic))
