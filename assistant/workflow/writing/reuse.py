"""Against what exists: which conditions the project's cases cover, as they are or updated, and for
which an earlier run wrote a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from assistant.domain import Epic, GenerationRun, TestCase, TestCondition, Value
from assistant.errors import LibraryError
from assistant.suite.case_changes import StepChange as StepChange
from assistant.suite.coverage_depth import depth
from assistant.suite.duplicates import DuplicatePair as DuplicatePair
from assistant.suite.duplicates import find_duplicates
from assistant.suite.reuse import VERDICTS as VERDICTS
from assistant.suite.reuse import ConditionVerdict as ConditionVerdict
from assistant.suite.reuse import ReuseReport as ReuseReport
from assistant.suite.reuse import Verdict as Verdict
from assistant.suite.reuse import against_existing, contrary
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import existing_cases
from assistant.workflow.review.duplicates import EXISTING, embedding, existing
from assistant.workflow.review.sentences import plain_words
from assistant.workflow.writing.changed_basis import condition_now, same_words


def in_project(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    conditions: Sequence[TestCondition],
    *,
    except_run: str = "",
) -> ReuseReport:
    """Reuse, update or new for each condition, against accepted and imported cases.

    Cases of the run ``except_run`` do not count: they were written for these conditions. Where a
    model read the existing cases for these epics, what it said takes the place of the comparison.
    """
    held = existing(workspace, project_id, except_run=except_run)
    report = against_existing(conditions, epics, held)
    reading = existing_cases.last(workspace, project_id, epics)
    return existing_cases.as_read(reading, report, conditions, held) if reading else report


class EarlierRun(Value):
    """A run whose list holds cases for what is asked for again, and how many of them."""

    id: str
    request: str
    created_at: datetime
    cases: int


class EarlierCases(Value):
    """What has a case of an earlier run already: of the ``total`` criteria that have items these
    ``criteria``, at least in part, and these ``conditions``; newest run first."""

    total: int = 0
    criteria: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    runs: tuple[EarlierRun, ...] = ()


def earlier_cases(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    conditions: Sequence[TestCondition],
    *,
    outlines: bool,
) -> EarlierCases:
    """The conditions for which a run of the project wrote a case, from the words of now.

    Counted as *Coverage* counts: a rejected case is none, one that claims a condition is one.
    Without ``outlines`` neither is an outline, unless it was accepted: a model is to write it.
    """
    asked = {name for one in conditions for name in one.criterion_ids}
    keys = {epic.key for epic in epics}
    now = {one.id: (plain_words(one.text),) for epic in epics for one in epic.criteria}
    present: dict[str, dict[str, str]] = {}
    cases: list[TestCase] = []
    written: dict[str, int] = {}
    for stored in workspace.library.cases(project_id):
        case, source = stored.case, stored.source_run_id or stored.run_id
        if not (source and stored.run_id) or case.epic_key not in keys or case.status == "rejected":
            continue
        if case.is_outline and not (outlines or case.status == "accepted"):
            continue
        if source not in present:
            present[source] = _present_ids(workspace, project_id, source, now)
        traced = _as_of_now(case, present[source])
        if asked.intersection(traced.criterion_ids):
            cases.append(traced)
            written[stored.run_id] = written.get(stored.run_id, 0) + 1
    if not cases:
        return EarlierCases(total=len(asked))
    found = depth(epics, cases, conditions)
    claimed = {name for row in found.criteria for name in row.claimed}
    lacking = set(found.missing) - claimed
    held = [one for one in conditions if one.id not in lacking]
    return EarlierCases(
        total=len(asked),
        criteria=tuple(dict.fromkeys(name for one in held for name in one.criterion_ids)),
        conditions=tuple(one.id for one in held),
        runs=tuple(
            EarlierRun(
                id=one.id, request=one.request, created_at=one.created_at, cases=written[one.id]
            )
            for one in workspace.library.runs(project_id)
            if one.id in written
        ),
    )


def _present_ids(
    workspace: Workspace, project_id: str, run_id: str, now: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """The present id of each criterion of a run whose words stand; none of a run that is gone."""
    try:
        epics = workspace.library.run_epics(project_id, run_id)
    except LibraryError:
        return {}
    said = {one.id: plain_words(one.text) for epic in epics for one in epic.criteria}
    return {**dict.fromkeys(said, ""), **dict(same_words(said, now))}


def _as_of_now(case: TestCase, present: Mapping[str, str]) -> TestCase:
    """A case with its criteria and conditions by present ids, without those that stand no more."""

    def now(names: Sequence[str]) -> tuple[str, ...]:
        moved = (condition_now(old, present) for old in names)
        return tuple(name for name in moved if not name.startswith("-"))

    return case.model_copy(
        update={
            "criterion_ids": tuple(
                name for old in case.criterion_ids if (name := present.get(old))
            ),
            "condition_ids": now(case.condition_ids),
            "claimed_ids": now(case.claimed_ids),
        }
    )


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
    held = existing(workspace, project_id, except_run=run_id)
    if not stored or not held:
        return {}
    drafts = [one.case.model_copy(update={"status": "draft"}) for one in stored]
    found = find_duplicates(drafts, among=held, embed=embedding(workspace, project_id))
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
    """Changes when any case does that ``of_run`` compares with, or a model reads them."""
    cases = workspace.library.cases_stamp(project_id, statuses=EXISTING, except_run=run_id)
    return f"{cases}:{existing_cases.stamp(workspace, project_id)}"


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
