"""Duplicate cases: within a run, a project or a file, and against what the project holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assistant.domain import CaseStatus, GenerationRun, LintFinding, TestCase
from assistant.errors import ModelUnavailable
from assistant.generation.proof.proof_faults import REPETITION
from assistant.suite.duplicates import DuplicateCluster as DuplicateCluster
from assistant.suite.duplicates import DuplicateReport as DuplicateReport
from assistant.suite.duplicates import Embed, find_duplicates, same_across_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.case_lists import cases_of_file
from assistant.workflow.writing.recheck_case import put_findings

COMPARED = "compared with the run's other stories"
EXISTING: tuple[CaseStatus, ...] = ("accepted", "imported")
"""Statuses of the cases that new ones are compared with."""


def existing(workspace: Workspace, project_id: str, *, except_run: str = "") -> list[TestCase]:
    """The accepted and imported cases of a project that are none of this run, without unfinished
    outlines: an earlier version let them be accepted."""
    held = workspace.library.cases(project_id, statuses=EXISTING)
    return [
        one.case
        for one in held
        if not one.case.is_unfinished and (not except_run or one.run_id != except_run)
    ]


def in_run(workspace: Workspace, project_id: str, run_id: str) -> DuplicateReport:
    """Cases of a run that are the same, among themselves or as what is accepted or imported."""
    stored = workspace.library.cases(project_id, run_id=run_id)
    return find_duplicates(
        [one.case for one in stored],
        among=existing(workspace, project_id, except_run=run_id),
        embed=embedding(workspace, project_id),
    )


def in_library(workspace: Workspace, project_id: str) -> DuplicateReport:
    """All cases of a project that are the same; rejected ones are left out."""
    return find_duplicates(
        [one.case for one in workspace.library.cases(project_id)],
        embed=embedding(workspace, project_id),
    )


def surplus_drafts(
    cluster: DuplicateCluster, statuses: Mapping[str, CaseStatus]
) -> tuple[str, tuple[str, ...]]:
    """The case of a cluster to keep, given what its cases are now, and the drafts that say what it
    says: none where somebody imported or accepted them all."""
    first = sorted(cluster.case_ids, key=lambda name: name != cluster.keep)
    decided = (name for name in first if statuses.get(name) in EXISTING)
    keep = next(decided, cluster.keep)
    return keep, tuple(name for name in cluster.same_as(keep) if statuses.get(name) == "draft")


def in_file(workspace: Workspace, project_id: str, path: Path) -> DuplicateReport:
    """Cases of a file that are the same, among themselves or as what the project holds.

    Nothing is kept. Raises ``SourceError`` where the file cannot be read or holds no case.
    """
    cases = cases_of_file(path)
    return find_duplicates(
        cases,
        among=existing(workspace, project_id),
        embed=embedding(workspace, project_id),
    )


def embedding(workspace: Workspace, project_id: str) -> Embed | None:
    """The project's embedding model as a function; ``None`` where it is not on this computer.

    Without it, cases are the same only where their words are nearly equal.
    """
    try:
        return workspace.embedder(workspace.project(project_id).retrieval.embedding_model).documents
    except ModelUnavailable:
        return None


def mark_repetitions(
    workspace: Workspace, project_id: str, run_id: str, *, by: str
) -> tuple[str, ...]:
    """Put a finding on each draft that repeats an earlier case of another story; the ids of these.

    A model writes a story at a time and does not see what it wrote for the others: such cases are
    marked, and none is left out. Findings of an earlier comparison go. What somebody decided on or
    changed meanwhile stays as it is.
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
            workspace, project_id, stored, REPETITION, found, by=by, reason=COMPARED
        )  # fmt: skip
        if found and kept:
            marked.append(stored.id)
    return tuple(marked)


def repetition_of(case: TestCase) -> str:
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
