"""Against what exists: which conditions the project's cases cover, as they are or updated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from assistant.domain import CaseStatus, Epic, GenerationRun, TestCondition
from assistant.suite.case_changes import StepChange as StepChange
from assistant.suite.duplicates import DuplicatePair as DuplicatePair
from assistant.suite.duplicates import find_duplicates
from assistant.suite.reuse import VERDICTS as VERDICTS
from assistant.suite.reuse import ConditionVerdict as ConditionVerdict
from assistant.suite.reuse import ReuseReport as ReuseReport
from assistant.suite.reuse import Verdict as Verdict
from assistant.suite.reuse import against_existing, contrary
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.duplicates import embedding

EXISTING: tuple[CaseStatus, ...] = ("accepted", "imported")
"""Statuses of the cases that are compared with."""


def in_project(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    conditions: Sequence[TestCondition],
    *,
    except_run: str = "",
) -> ReuseReport:
    """Reuse, update or new for each condition, against accepted and imported cases.

    Cases of the run ``except_run`` do not count: they were written for these conditions.
    """
    held = workspace.library.cases(project_id, statuses=EXISTING)
    existing = [one.case for one in held if not except_run or one.run_id != except_run]
    return against_existing(conditions, epics, existing)


def of_run(
    workspace: Workspace, project_id: str, run_id: str, *, source_run_id: str = ""
) -> ReuseReport:
    """The same for the conditions of a run, against the cases that are not the run's own.

    ``source_run_id`` is a run that wrote cases of its list again: its conditions are meant then.
    """
    run = workspace.library.run(project_id, source_run_id or run_id)
    return in_project(workspace, project_id, run.epics, run.conditions, except_run=run_id)


def repeats_of_run(
    workspace: Workspace, project_id: str, run_id: str
) -> Mapping[str, DuplicatePair]:
    """The cases of a run that say what an existing case says, by id, as *Duplicates* compares them:
    ``right`` of each pair is the existing case. What was decided about them does not count."""
    stored = workspace.library.cases(project_id, run_id=run_id)
    held = workspace.library.cases(project_id, statuses=EXISTING)
    existing = [one.case for one in held if one.run_id != run_id]
    if not stored or not existing:
        return {}
    drafts = [one.case.model_copy(update={"status": "draft"}) for one in stored]
    found = find_duplicates(drafts, among=existing, embed=embedding(workspace, project_id))
    return found.repeats


def contrary_cases(
    workspace: Workspace, project_id: str, run_id: str, report: ReuseReport
) -> frozenset[str]:
    """The cases of a run that expect otherwise than the existing case that checks a condition of
    theirs: a case may claim a condition that another one checks."""
    known = report.by_condition
    found: set[str] = set()
    for stored in workspace.library.cases(project_id, run_id=run_id):
        for name in stored.case.condition_ids:
            one = known.get(name)
            if one and one.verdict == "reuse":
                existing = workspace.library.case(project_id, one.case_id).case
                if contrary(stored.case, existing, one.steps):
                    found.add(stored.id)
    return frozenset(found)


def same_basis(workspace: Workspace, project_id: str, run_id: str, source_run_id: str) -> bool:
    """Whether a run that wrote cases of this run's list did so for the same conditions and words.

    Their verdicts are the run's own then.
    """
    wrote = _basis(workspace.library.run(project_id, source_run_id))
    return wrote <= _basis(workspace.library.run(project_id, run_id))


def _basis(run: GenerationRun) -> set[tuple[str, str]]:
    """Each condition with the words of its criterion."""
    texts = {criterion.id: criterion.text for epic in run.epics for criterion in epic.criteria}
    return {(one.id, texts.get(one.criterion_id, "")) for one in run.conditions}


def existing_stamp(workspace: Workspace, project_id: str, run_id: str) -> str:
    """Changes when any case does that ``of_run`` compares with."""
    return workspace.library.cases_stamp(project_id, statuses=EXISTING, except_run=run_id)


def case_verdicts(
    report: ReuseReport,
    conditions_of: Mapping[str, Sequence[str]],
    repeats: Collection[str] = (),
    contrary: Collection[str] = (),
) -> dict[str, Verdict]:
    """What to do about cases, given the conditions of each by the case's id.

    A case that ``repeats`` an existing one is *reuse*, whatever its conditions; else it gets the
    verdict of the condition that asks for most, and *new* where it is ``contrary`` to the existing
    case that would do. Others are left out that were not written from a
    condition of the report, and all where there was nothing to compare with.
    """
    if not report.existing:
        return {}
    known = report.by_condition
    verdicts: dict[str, Verdict] = {}
    for case_id, names in conditions_of.items():
        if case_id in repeats:
            verdicts[case_id] = "reuse"
            continue
        found = {known[name].verdict for name in names if name in known}
        if found:
            most = max(found, key=list(VERDICTS).index)
            verdicts[case_id] = "new" if most == "reuse" and case_id in contrary else most
    return verdicts
