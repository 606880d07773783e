"""Have a model read all cases of a run together: the order of each test day, what stands in the
way of it, what is repeated, and what no case shows.

Nothing of a case is changed but the findings of drafts; the order is kept beside the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from assistant.domain import SECOND_READER, LintFinding, TestCase
from assistant.errors import LibraryError
from assistant.generation.cancellation import CancelCheck
from assistant.generation.models.structured import StructuredReply
from assistant.generation.proof.proof_faults import REPETITION
from assistant.generation.second_reading import ReadingGround
from assistant.generation.suite_reading import ANSWER_TOKENS, BY, SuiteTrace, read_suite
from assistant.generation.writer import WrittenCase
from assistant.library import StoredCase
from assistant.workflow.deployment.models import writer as known_writer
from assistant.workflow.deployment.ways_of_writing import writes_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact.existing_cases import cases_for
from assistant.workflow.review.lineage import last_suite_reading
from assistant.workflow.writing import follow_up_runs
from assistant.workflow.writing.changed_basis import basis_change
from assistant.workflow.writing.current_basis import PresentBasis
from assistant.workflow.writing.follow_up_runs import LACKING, Again, planned_run
from assistant.workflow.writing.recheck_case import put_findings
from assistant.workflow.writing.runs import AGAIN

REASON = "read with the whole suite"
FEWEST_CASES = 5
"""Fewer cases are seen at once by whoever runs them."""


def read_together(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    held: Sequence[StoredCase],
    ground: ReadingGround,
    *,
    writer: str,
    by: str,
    cancelled: CancelCheck,
) -> tuple[tuple[str, ...], StructuredReply] | None:
    """Read these cases of a run's list, drafts and accepted ones, mark the drafts, and keep the
    order; returns the cases that it stops at, and the reply. ``None`` where the model cannot hold
    them.

    Raises ``ModelUnavailable``, ``InvalidOutput`` or ``Cancelled``; the cases are as before then.
    """
    run = workspace.library.run(project_id, run_id)
    choices = run.generation.model_copy(update={"max_tokens": ANSWER_TOKENS, "temperature": 0.0})
    endpoint = workspace.endpoints.open(writer, choices)
    left_out = {*run.generation.criteria_left_out}
    every = (one for epic in run.epics for one in epic.criteria if one.id not in left_out)
    ground = replace(
        ground,
        criteria=tuple({c.id: c for c in (*ground.criteria, *every)}.values()),
        existing=cases_for(workspace, project_id, run.epics, run.generation.tested),
    )
    reading = read_suite(ground, [one.case for one in held], endpoint, cancelled=cancelled)
    if reading is None:
        return None
    marked: dict[str, list[str]] = {SECOND_READER: [], REPETITION: []}
    for stored in held:
        for rule, names in marked.items():
            found = [one for one in reading.found.get(stored.id, ()) if one.rule == rule]
            if _mark(workspace, project_id, stored, rule, found, by=by) and found:
                names.append(stored.id)
    trace = SuiteTrace(
        title=known_writer(workspace, writer).title,
        order=reading.order,
        other_days=dict(reading.other_days),
        doubted=len(marked[SECOND_READER]),
        repeated=len(marked[REPETITION]),
        untested=reading.untested,
    )
    workspace.library.saved.replace(project_id, "suite reading", run_id, trace, by=by)
    return tuple(marked[SECOND_READER]), reading.reply


def asked_for(
    workspace: Workspace, project_id: str, run_id: str, since: datetime
) -> datetime | None:
    """When cases were last asked for what a reading of this time found that none shows; ``None``
    where they were not."""
    began = [
        one.created_at
        for one in workspace.library.runs(project_id)
        if one.created_at >= since
        and one.id.startswith(f"{AGAIN}{run_id}-")
        and one.request.startswith(LACKING)
        and one.status in ("queued", "running", "done")
    ]
    return max(began, default=None)


def start_lacking(workspace: Workspace, project_id: str, run_id: str, *, by: str) -> list[str]:
    """Write cases for what the latest reading found that none shows, in a worker thread; the jobs.

    Raises ``LibraryError`` where nothing of it can be written.
    """
    workspace.take_folder()
    planned = planned_lacking(workspace, project_id, run_id, by=by)
    if not planned:
        raise LibraryError(
            "Nothing of it belongs to a criterion that reads as it did. Generate the epic anew."
        )
    return follow_up_runs.start(workspace, project_id, planned)


def planned_lacking(
    workspace: Workspace, project_id: str, run_id: str, *, by: str
) -> tuple[Again, ...]:
    """The run that writes cases for what the latest reading found that no case of the run shows,
    as far as it says of which criterion and that reads as it did; not yet kept, none where there
    is nothing to write or the run's writer writes no whole stories."""
    reading = last_suite_reading(workspace, project_id, run_id)
    run = workspace.library.run(project_id, run_id)
    stories = {
        criterion.id: story.key
        for epic in run.epics
        for story in epic.stories
        for criterion in story.criteria
    }
    if not writes_stories(workspace, run.generation.writer):
        return ()
    basis = PresentBasis(workspace, project_id)
    left_out = {*basis_change(workspace, project_id, run).left_out}
    lacking: dict[str, list[str]] = {}
    conditions: list[str] = []
    for one in reading.untested if reading else ():
        story = stories.get(one.criterion_id, "")
        mine = [
            condition.id
            for condition in run.conditions
            if condition.criterion_id == one.criterion_id and not condition.legs
        ]
        if not story or not mine or one.criterion_id in left_out:
            continue
        try:
            basis.find(run, mine, same_words=True)
        except LibraryError:  # what changed since is written with all else that changed
            continue
        lacking.setdefault(story, []).append(f"{one.because} “{one.words}”")
        conditions += mine
    if not conditions:
        return ()
    conditions = list(dict.fromkeys(conditions))
    _, found = basis.find(run, conditions, same_words=True)
    planned = planned_run(
        workspace, project_id, run, basis, found,
        list_run_id=run_id, request=f"{LACKING}{run.request}", by=by,
    )  # fmt: skip

    def keep(written: WrittenCase) -> StoredCase:
        return workspace.library.add_case(
            project_id, run_id, written.case, rejected=written.rejected, source_run_id=planned.id
        )

    held = workspace.library.cases(project_id)
    present = (
        *(s.case for s in held if s.run_id == run_id or s.status == "imported"),
        *cases_for(workspace, project_id, run.epics, run.generation.tested),
    )
    return (Again(planned, frozenset(conditions), keep, present=present, lacking=lacking),)


def _mark(
    workspace: Workspace,
    project_id: str,
    read: StoredCase,
    rule: str,
    findings: Sequence[LintFinding],
    *,
    by: str,
) -> bool:
    """Put findings of this reading in the place of an earlier one's, beside others of the rule;
    False where somebody changed or decided on the case meanwhile, or it is gone."""
    try:
        stored = workspace.library.case(project_id, read.id)
    except LibraryError:
        return False
    if stored.status != "draft" or _words(stored) != _words(read):
        return False
    others = [
        one for one in stored.case.findings if one.rule == rule and not one.message.startswith(BY)
    ]
    return put_findings(
        workspace, project_id, stored, rule, (*others, *findings), by=by, reason=REASON
    )


def _words(stored: StoredCase) -> TestCase:
    """A case without what readers and checks put on it."""
    return stored.case.model_copy(update={"findings": (), "open_questions": ()})
