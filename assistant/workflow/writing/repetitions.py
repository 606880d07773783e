"""Cases of a run that repeat one of another of its stories: each is marked, none is left out.

A model writes a story at a time and does not see what it wrote for the others.
"""

from __future__ import annotations

from assistant.domain import GenerationRun, LintFinding, TestCase
from assistant.generation.proof.proof_faults import REPETITION
from assistant.suite.duplicates import same_across_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.duplicates import embedding
from assistant.workflow.writing.recheck_case import put_findings

REASON = "compared with the run's other stories"


def mark(workspace: Workspace, project_id: str, run_id: str, *, by: str) -> tuple[str, ...]:
    """Put a finding on each draft that repeats an earlier case of another story; the ids of these.

    Findings of an earlier comparison go. What somebody decided on or changed meanwhile stays as it
    is.
    """
    held = workspace.library.cases(project_id, run_id=run_id)
    cases = {stored.id: stored.case for stored in held}
    told: dict[str, LintFinding] = {}
    for pair in same_across_stories(
        list(cases.values()),
        texts=_texts(workspace.library.run(project_id, run_id)),
        embed=embedding(workspace, project_id),
    ):
        told.setdefault(pair.right, _finding(cases[pair.left], pair.reason))
    marked = []
    for stored in held:
        if stored.status != "draft":
            continue
        found = [told[stored.id]] if stored.id in told else []
        kept = put_findings(
            workspace, project_id, stored, REPETITION, found, by=by, reason=REASON
        )  # fmt: skip
        if found and kept:
            marked.append(stored.id)
    return tuple(marked)


def repeated(case: TestCase) -> str:
    """What a case repeats, in the words of its finding; empty where it repeats nothing."""
    return next((one.message for one in case.findings if one.rule == REPETITION), "")


def _finding(first: TestCase, reason: str) -> LintFinding:
    words = f"Repeats {first.id} of story {first.story_key} “{first.title}”. {reason}"
    return LintFinding(rule=REPETITION, message=words)


def _texts(run: GenerationRun) -> str:
    """The run's requirements and sources; what existing cases say is no source of names."""
    epics = (
        text
        for epic in run.epics
        for text in (
            epic.title, epic.description,
            *(one for story in epic.stories for one in (story.title, story.narrative)),
            *(criterion.text for criterion in epic.criteria),
        )
    )  # fmt: skip
    sources = (
        text
        for one in run.retrieved
        if one.chunk.kind != "case"
        for text in (one.chunk.heading, one.chunk.text)
    )
    return "\n".join((*epics, *sources))
