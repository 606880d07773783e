"""A stored case checked again: what it may rest on is what the run that wrote it had before it."""

from __future__ import annotations

from assistant.domain import GenerationRun, TestCase
from assistant.generation.grounding import Ground, grounded
from assistant.generation.lint import lint
from assistant.generation.passages import Sources
from assistant.library import StoredCase
from assistant.workflow.workspace import Workspace


def rechecked(
    workspace: Workspace, project_id: str, stored: StoredCase, case: TestCase
) -> TestCase:
    """The case, as a person changed it, with marks and findings made anew.

    An imported case rests on no run: its wording is checked, its grounding is not.
    """
    if stored.source_run_id is not None:
        return rechecked_against(workspace.library.run(project_id, stored.source_run_id), case)
    case = case.model_copy(update={"findings": ()})
    return case.model_copy(update={"findings": lint(case)})


def rechecked_against(run: GenerationRun, case: TestCase) -> TestCase:
    """The case with marks and findings made anew against what this run had before it."""
    case = grounded(case.model_copy(update={"findings": ()}), ground_of_run(run, case))
    return case.model_copy(update={"findings": (*lint(case), *case.findings)})


def ground_of_run(run: GenerationRun, case: TestCase) -> Ground:
    """What a case of a run may rest on: its conditions and criteria, the run's sources, and the
    words of the request."""
    epics = [epic for epic in run.epics if epic.key == case.epic_key] or list(run.epics)
    stories = [
        story
        for epic in epics
        for story in epic.stories
        if story.key == case.story_key
        or any(criterion.id in case.criterion_ids for criterion in story.criteria)
    ]
    return Ground(
        sources=Sources(run.retrieved),
        criteria=tuple(c for e in epics for c in e.criteria if c.id in case.criterion_ids),
        conditions=tuple(one for one in run.conditions if one.id in case.condition_ids),
        context=(
            *(text for epic in epics for text in (epic.title, epic.description)),
            *(text for story in stories for text in (story.title, story.narrative)),
        ),
        own=(run.request,),
    )
