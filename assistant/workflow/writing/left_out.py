"""Criteria without a case that a source, the request or the epic takes out of the test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from assistant.design.questions.scope import (
    is_scope_statement,
    left_out_by_ids,
    left_out_in,
)
from assistant.domain import Epic, GenerationRun, Question, TestCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import PresentWords
from assistant.workflow.writing.answers import Asked, asked_of, is_on_left_out
from assistant.workflow.writing.changed_basis import (
    BasisChange,
    basis_change,
    cases_now,
    criterion_of,
)

ITSELF = "it only says what is out of scope"


def left_out(
    workspace: Workspace, project_id: str, run: GenerationRun, change: BasisChange | None = None
) -> dict[str, str]:
    """The criteria that a run has no case for because some words take them out of the test, each
    with these and the name of their source; by their present ids where there is a ``change``.

    A criterion is left out as long as it reads as then, its source says so, and nobody has answered
    that it is tested all the same.
    """
    asked = _asked(workspace, project_id, run)
    ids = _ids(run, change)
    tested = _tested(asked, ids)
    taken = _taken_out(workspace, project_id, run, asked, ids)
    found = _statements(change.now if change is not None else run.epics)
    found |= {name: why for name, why in taken.items() if name not in tested}
    cases = cases_now(workspace, project_id, run, change) if change is not None else run.cases
    found = _without_case(found, cases)
    if not found:
        return {}
    names = [one.id for epic in run.epics for one in epic.criteria]
    present = change.present_ids if change is not None else {}
    elsewhere = {criterion_of(one, names) for one in run.generation.skip}
    elsewhere = {present.get(name, name) for name in elsewhere}
    return {name: why for name, why in found.items() if name not in elsewhere}


def left_out_of_project(
    workspace: Workspace, project_id: str, epics: Iterable[Epic], cases: Iterable[TestCase]
) -> tuple[dict[str, str], tuple[Question, ...]]:
    """The same of all epics and ``cases`` of a project, after what its runs left out; and what is
    open of that, whether it is tested."""
    found = _statements(epics)
    tested = set[str]()
    open_ones = list[tuple[Question, Mapping[str, str]]]()
    for listed in reversed(workspace.library.runs(project_id)):
        questions = workspace.library.run_questions(project_id, listed.id)
        if any(is_on_left_out(one) for one in questions):
            run = workspace.library.run(project_id, listed.id)
            change = basis_change(workspace, project_id, run)
            found |= left_out(workspace, project_id, run, change)
            asked = _asked(workspace, project_id, run)
            tested |= _tested(asked, change.same_ids)
            open_ones += ((one.question, change.same_ids) for one in asked if one.is_open)
    out = _without_case({n: why for n, why in found.items() if n not in tested}, cases)
    now = (
        left_out_by_ids(one, {old: name for old, name in ids.items() if name in out})
        for one, ids in open_ones
    )
    once = {(one.criterion_id, one.text): one for one in now if one is not None}
    return out, tuple(once.values())


def _statements(epics: Iterable[Epic]) -> dict[str, str]:
    said = (one for epic in epics for one in epic.criteria if is_scope_statement(one.text))
    return {one.id: ITSELF for one in said}


def _asked(workspace: Workspace, project_id: str, run: GenerationRun) -> tuple[Asked, ...]:
    """What a run asks of the criteria that some words take out, but what was settled before it."""
    named = [one for one in run.questions if is_on_left_out(one) and not one.source_answers]
    return asked_of(workspace, project_id, run.epics, named) if named else ()


def _ids(run: GenerationRun, change: BasisChange | None) -> Mapping[str, str]:
    """The present ids of the criteria of a run that read as then."""
    if change is not None:
        return change.same_ids
    return {one.id: one.id for epic in run.epics for one in epic.criteria}


def _tested(asked: Iterable[Asked], ids: Mapping[str, str]) -> set[str]:
    """The criteria of which somebody has said that they are tested, whatever else takes them
    out."""
    return {
        ids[name]
        for one in asked
        if one.answer and one.answer.is_tested
        for name in left_out_in(one.question)[1]
        if name in ids
    }


def _taken_out(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    asked: Sequence[Asked],
    ids: Mapping[str, str],
) -> dict[str, str]:
    """What the questions of a run say to be taken out, as far as their sources still say so."""
    if not asked:
        return {}
    chunks = {one.chunk.id: one.chunk for one in run.retrieved}
    words = PresentWords(workspace.library, project_id, workspace.memo)
    found = dict[str, str]()
    for one in asked:
        if all(
            words.say(chunks[told.source_id], told.quote)
            for told in one.question.evidence
            if told.source_id in chunks
        ):
            why, criteria = left_out_in(one.question)
            found |= {ids[name]: why for name in criteria if name in ids}
    return found


def _without_case(found: Mapping[str, str], cases: Iterable[TestCase]) -> dict[str, str]:
    standing = (case for case in cases if case.status != "rejected")
    traced = {name for case in standing for name in case.criterion_ids}
    return {name: why for name, why in found.items() if name not in traced}
