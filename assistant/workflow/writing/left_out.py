"""Criteria without a case that a source, the request or the epic takes out of the test."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from assistant.design.questions.scope import is_scope_statement, left_out_in
from assistant.domain import Epic, GenerationRun, TestCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import PresentWords
from assistant.workflow.writing.answers import asked_of, is_on_left_out
from assistant.workflow.writing.changed_basis import BasisChange, basis_change

ITSELF = "it only says what is out of scope"


def left_out(
    workspace: Workspace, project_id: str, run: GenerationRun, change: BasisChange | None = None
) -> dict[str, str]:
    """The criteria that a run has no case for because some words take them out of the test, each
    with these and the name of their source; by their present ids where ``change`` has them.

    A criterion is left out as long as it reads as then, its source says so, and nobody has answered
    that it is tested all the same.
    """
    found = _statements(change.now if change else run.epics)
    ids = change.present_ids if change else {}
    for name, why in _taken_out(workspace, project_id, run).items():
        if not change:
            found[name] = why
        elif name in ids and ids[name] not in change.changed:
            found[ids[name]] = why
    reused = {n for n in found if any(one.startswith(f"{n}-") for one in run.generation.skip)}
    return _without_case(found, run.cases, ids, reused)


def left_out_of_project(
    workspace: Workspace, project_id: str, epics: Iterable[Epic], cases: Iterable[TestCase]
) -> dict[str, str]:
    """The same of all epics and ``cases`` of a project, after what its runs left out."""
    found = _statements(epics)
    for listed in reversed(workspace.library.runs(project_id)):
        asked = workspace.library.run_questions(project_id, listed.id)
        if any(is_on_left_out(one) for one in asked):
            run = workspace.library.run(project_id, listed.id)
            found |= left_out(workspace, project_id, run, basis_change(workspace, project_id, run))
    return _without_case(found, cases)


def _statements(epics: Iterable[Epic]) -> dict[str, str]:
    said = (one for epic in epics for one in epic.criteria if is_scope_statement(one.text))
    return {one.id: ITSELF for one in said}


def _taken_out(workspace: Workspace, project_id: str, run: GenerationRun) -> dict[str, str]:
    """What the questions of a run say to be taken out, and still is."""
    named = [one for one in run.questions if is_on_left_out(one)]
    if not named:
        return {}
    chunks = {one.chunk.id: one.chunk for one in run.retrieved}
    words = PresentWords(workspace.library, project_id, workspace.memo)
    found = dict[str, str]()
    for one in asked_of(workspace, project_id, run.epics, named):
        still_said = all(
            words.say(chunks[told.source_id], told.quote)
            for told in one.question.evidence
            if told.source_id in chunks
        )
        if still_said and not (one.answer and one.answer.is_tested):
            why, criteria = left_out_in(one.question)
            found |= dict.fromkeys(criteria, why)
    return found


def _without_case(
    found: Mapping[str, str],
    cases: Iterable[TestCase],
    ids: Mapping[str, str] = MappingProxyType({}),
    reused: Collection[str] = (),
) -> dict[str, str]:
    standing = (case for case in cases if case.status != "rejected")
    traced = {ids.get(n, n) for case in standing for n in case.criterion_ids}
    return {n: why for n, why in found.items() if n not in traced and n not in reused}
