"""A stored case checked again: what it may rest on is what the run that wrote it had before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from assistant.domain import (
    SECOND_READER,
    CaseStatus,
    ChunkKind,
    GenerationRun,
    LintFinding,
    RetrievedChunk,
    TestCase,
    UserStory,
)
from assistant.errors import EditConflict
from assistant.generation.house_rules import HouseRules, learn_rules
from assistant.generation.lint import lint
from assistant.generation.proof import (
    Ground,
    Sources,
    covered_conditions,
    grounded,
    sentences_of,
    situated,
)
from assistant.generation.second_reading import holds
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.source_standing import with_standings

_REQUIREMENTS: tuple[ChunkKind, ...] = ("story", "criterion")
HOUSE_CASES = 300
"""Imported cases that the company's rules of style are learnt from."""


def rechecked(
    workspace: Workspace, project_id: str, stored: StoredCase, case: TestCase
) -> TestCase:
    """The case, as a person changed it, with marks and findings made anew.

    An imported case rests on no run: its wording is checked, its grounding is not.
    """
    house = house_rules(workspace, project_id)
    if stored.source_run_id is not None:
        run = workspace.library.run(project_id, stored.source_run_id)
        run = with_standings(workspace, project_id, run)
        return rechecked_against(run, case, house, as_written(workspace, project_id, stored))
    case = case.model_copy(update={"findings": ()})
    return case.model_copy(update={"findings": lint(case, house)})


def as_written(workspace: Workspace, project_id: str, stored: StoredCase) -> TestCase:
    """The case as a run wrote it last; as it is where a person wrote it."""
    by_runs = [
        one
        for one in workspace.library.history(project_id, stored.id)
        if one.action in ("added", "written again")
    ]
    return max(by_runs, key=lambda one: one.version).case if by_runs else stored.case


def put_findings(
    workspace: Workspace,
    project_id: str,
    stored: StoredCase,
    rule: str,
    findings: Sequence[LintFinding],
    *,
    by: str,
    reason: str,
    asides: Collection[str] = (),
) -> bool:
    """Put the findings of a rule in the place of those that a case had of it; False where somebody
    changed the case meanwhile. ``reason`` stands in its history. ``asides`` are open questions that
    do not concern it: they go from the case, not from its run."""
    others = tuple(one for one in stored.case.findings if one.rule != rule)
    asked = tuple(one for one in stored.case.open_questions if one not in asides)
    put = {"findings": (*others, *findings), "open_questions": asked}
    case = stored.case.model_copy(update=put)
    if case == stored.case:
        return True
    try:
        workspace.library.rewrite_case(
            project_id, case, stored.source_run_id or "", expected_version=stored.row_version,
            by=by, reason=reason, keep_status=True,
        )  # fmt: skip
    except EditConflict:
        return False
    return True


def case_with_findings(workspace: Workspace, project_id: str, stored: StoredCase) -> TestCase:
    """The case with what the checks find in it: an imported one is checked when it is looked at."""
    if stored.source_run_id is not None:
        return stored.case
    return rechecked(workspace, project_id, stored, stored.case)


def house_rules(workspace: Workspace, project_id: str) -> HouseRules:
    """The company's rules of style: its template's, and those that its own cases keep."""
    imported: tuple[CaseStatus, ...] = ("imported",)
    held = workspace.library.cases(project_id, statuses=imported)[:HOUSE_CASES]
    template = workspace.project(project_id).template
    made_of = (tuple(stored.body for stored in held), template.model_dump_json())
    return workspace.memo.get(  # every edit is checked, and the cases seldom change
        "house rules",
        project_id,
        made_of,
        lambda: learn_rules([stored.case for stored in held], template),
    )


def rechecked_against(
    run: GenerationRun,
    case: TestCase,
    house: HouseRules | None = None,
    written: TestCase | None = None,
) -> TestCase:
    """The case with marks and findings made anew against what this run had before it.

    ``written`` is the case as the run wrote it, where a person may have changed it since.
    A second reader's doubt stays as long as the words that it is about. A person's own case was
    written for no item of the checklist: each time it covers those that it is seen to show.
    """
    doubts = tuple(
        one for one in case.findings if one.rule == SECOND_READER and holds(case, one.words)
    )
    case = case.model_copy(update={"findings": ()})
    if case.origin.writer == "person":
        worded = not case.is_outline and any(one.expected_result.strip() for one in case.steps)
        shown = covered_conditions(case, run.conditions) if worded else ()
        set_up = (*shown, *situated(case, run.conditions))  # a result may deny what its data say
        held = case.model_copy(update={"condition_ids": tuple(dict.fromkeys(set_up))})
        case = grounded(held, ground_of_run(run, held)).model_copy(update={"condition_ids": shown})
    else:
        ground = ground_of_run(run, case)
        if written is not None:
            ground = replace(ground, added=sentences_of(case) - sentences_of(written))
        case = grounded(case, ground)
    return case.model_copy(update={"findings": (*lint(case, house), *case.findings, *doubts)})


def ground_of_run(run: GenerationRun, case: TestCase, sources: Sources | None = None) -> Ground:
    """What a case of a run may rest on: its conditions and criteria, the run's sources (``sources``
    where they are made for many cases), and the words of the request."""
    epics = [epic for epic in run.epics if epic.key == case.epic_key] or list(run.epics)
    stories = [
        story
        for epic in epics
        for story in epic.stories
        if story.key == case.story_key
        or any(criterion.id in case.criterion_ids for criterion in story.criteria)
    ]
    return Ground(
        sources=sources or Sources(_before_it(run, case, stories)),
        criteria=tuple(c for e in epics for c in e.criteria if c.id in case.criterion_ids),
        conditions=tuple(one for one in run.conditions if one.id in case.condition_ids),
        context=(
            *(text for epic in epics for text in (epic.title, epic.description)),
            *(text for story in stories for text in (story.title, story.narrative)),
        ),
        own=(run.request, run.generation.asked),
    )


def _before_it(
    run: GenerationRun, case: TestCase, stories: Sequence[UserStory]
) -> list[RetrievedChunk]:
    """The run's sources without the requirements that were numbered for other stories: a number
    that one of them names would be held against a case whose writer never saw it."""
    own = {one for story in stories for one in (story.key, *(c.id for c in story.criteria))}
    cited = {one.chunk_id for step in case.steps for one in step.citations}
    cited |= {one.chunk_id for one in case.citations}
    return [
        one
        for one in run.retrieved
        if one.stage != "basis"
        or one.chunk.kind not in _REQUIREMENTS
        or one.chunk.key in own
        or one.chunk.id in cited
    ]
