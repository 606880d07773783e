"""Cases that a person adds to the list of a run: written anew, or a copy of one for a variant.

Such a case is hers: no run writes it again, and it covers what its words are seen to show.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from assistant.domain import (
    SECOND_READER,
    AcceptanceCriterion,
    CaseOrigin,
    GenerationRun,
    TestCase,
    TestStep,
)
from assistant.errors import LibraryError
from assistant.generation.writer import CaseIds
from assistant.generation.writers.case_parts import quoted_criteria
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.source_standing import with_standings
from assistant.workflow.writing.recheck_case import house_rules, rechecked_against

BY_HAND = "by hand"
"""Why a new case came to be, as its history says it."""


def criteria_of(run: GenerationRun) -> dict[str, AcceptanceCriterion]:
    """The criteria that a case can be added for, by id, in their order."""
    return {one.id: one for epic in run.epics for one in epic.criteria}


def new_case(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    *,
    title: str,
    criterion_ids: Sequence[str],
    by: str,
) -> StoredCase:
    """Add a draft with one empty step to a run's list.

    Raises ``LibraryError`` without a title, and where the criteria are none of one epic of the run.
    """
    if not title.strip():
        raise LibraryError("A new case needs a title. Nothing was added.")
    run = workspace.library.run(project_id, run_id)
    wanted = tuple(dict.fromkeys(criterion_ids))
    epics = [epic for epic in run.epics if {one.id for one in epic.criteria}.intersection(wanted)]
    unknown = [name for name in wanted if name not in criteria_of(run)]
    if unknown or len(epics) != 1:
        lacking = f"“{unknown[0]}” is none of them" if unknown else f"{len(epics)} epics are named"
        raise LibraryError(
            f"A new case is for criteria of one epic of its run; {lacking}. Choose at least one. "
            "Nothing was added."
        )
    (epic,) = epics
    stories = [
        story
        for story in epic.stories
        if any(criterion.id in wanted for criterion in story.criteria)
    ]
    story = next(one for one in stories if wanted[0] in {each.id for each in one.criteria})
    labels = (label for one in stories for label in one.labels)
    case = TestCase(
        id="",
        title=title.strip(),
        objective=quoted_criteria(epic, wanted),
        steps=(TestStep(number=1, action="", expected_result=""),),
        release=story.release or epic.release,
        team=story.team or epic.team,
        epic_key=epic.key,
        story_key=story.key,
        criterion_ids=wanted,
        labels=tuple(dict.fromkeys((*epic.labels, *labels))),
    )
    return _add(workspace, project_id, run, run, case, reason=BY_HAND, by=by)


def duplicate(workspace: Workspace, project_id: str, case_id: str, *, by: str) -> StoredCase:
    """Add a copy of a case of a run to the run's list, as a draft.

    It has the words and the sources of the case as it is now, not what was decided, doubted or
    proposed about it. Raises ``LibraryError`` for a case of no run.
    """
    library = workspace.library
    original = library.case(project_id, case_id)
    if original.run_id is None:
        raise LibraryError(
            f"{case_id} came in from a file and is in the list of no run, so there is no place for "
            "a copy. Add a new case to a run."
        )
    case = original.case
    case = case.model_copy(
        update={
            "status": "draft",
            "status_reason": "",
            "claimed_ids": (),
            "findings": tuple(one for one in case.findings if one.rule != SECOND_READER),
        }
    )
    run = library.run(project_id, original.run_id)
    source = run
    if original.source_run_id not in (None, run.id):
        source = library.run(project_id, original.source_run_id or "")
    return _add(workspace, project_id, run, source, case, reason=f"a copy of {case_id}", by=by)


def _add(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    source: GenerationRun,
    case: TestCase,
    *,
    reason: str,
    by: str,
) -> StoredCase:
    """Keep a case as a person's own in the list of ``run``, held against the sources of
    ``source``."""
    taken = workspace.library.case_ids(project_id)
    own = case.model_copy(
        update={
            "id": _next_id(run, case, taken),
            "condition_ids": (),
            "origin": CaseOrigin(writer="person"),
        }
    )
    return workspace.library.add_case(
        project_id,
        run.id,
        rechecked_against(
            with_standings(workspace, project_id, source),
            own,
            house_rules(workspace, project_id),
        ),
        by=by,
        source_run_id=None if source is run else source.id,
        by_hand=True,
        reason=reason,
    )


def _next_id(run: GenerationRun, case: TestCase, taken: Set[str]) -> str:
    """The first id that no case has or had, after those of the run's conditions, numbered as a
    further case's is."""
    ids = CaseIds(run.conditions)
    beside = case.model_copy(update={"condition_ids": ()})
    while (name := ids.of(beside)) in taken:
        pass
    return name
