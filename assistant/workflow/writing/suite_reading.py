"""Have a model read all cases of a run together: the order of each test day, what stands in the
way of it, what is repeated, and what no case shows.

No words of a case are changed. An order is kept beside the run; another test date is put on a draft
only where its proof stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime

from assistant.domain import SECOND_READER, GenerationRun, LintFinding
from assistant.errors import EditConflict, LibraryError
from assistant.generation.cancellation import CancelCheck
from assistant.generation.models.structured import StructuredReply
from assistant.generation.proof.proof_faults import REPETITION
from assistant.generation.second_reading import ReadingGround
from assistant.generation.suite_reading import ANSWER_TOKENS, SuiteTrace, read_suite
from assistant.generation.writer import WrittenCase
from assistant.library import StoredCase
from assistant.workflow.deployment.models import writer as known_writer
from assistant.workflow.deployment.ways_of_writing import writes_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.lineage import last_suite_reading
from assistant.workflow.writing import follow_up_runs
from assistant.workflow.writing.current_basis import PresentBasis
from assistant.workflow.writing.follow_up_runs import LACKING, Again, planned_run
from assistant.workflow.writing.recheck_case import house_rules, put_findings, rechecked_against
from assistant.workflow.writing.runs import AGAIN

REASON = "read with the whole suite"
FEWEST_CASES = 5
"""Fewer cases are seen at once by whoever runs them."""


def read_together(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    held: Sequence[StoredCase],
    ground: ReadingGround,
    *,
    writer: str,
    by: str,
    cancelled: CancelCheck,
) -> tuple[tuple[str, ...], StructuredReply]:
    """Read these cases of a run, mark them, and keep the order; returns the cases that it stops at,
    and the reply.

    Raises ``ModelUnavailable``, ``InvalidOutput`` or ``Cancelled``; the cases are as before then.
    """
    choices = run.generation.model_copy(update={"max_tokens": ANSWER_TOKENS, "temperature": 0.0})
    endpoint = workspace.endpoints.open(writer, choices)
    reading = read_suite(ground, [one.case for one in held], endpoint, cancelled=cancelled)
    marked: dict[str, list[str]] = {SECOND_READER: [], REPETITION: []}
    for case_id, found in reading.found.items():
        for rule, names in marked.items():
            mine = [one for one in found if one.rule == rule]
            if mine and _marked(workspace, project_id, case_id, rule, mine, by=by):
                names.append(case_id)
    trace = SuiteTrace(
        title=known_writer(workspace, writer).title,
        order=reading.order,
        moved=_moved(workspace, project_id, run, reading.moved, by=by),
        doubted=len(marked[SECOND_READER]),
        repeated=len(marked[REPETITION]),
        untested=reading.untested,
    )
    workspace.library.saved.save(project_id, "suite reading", run.id, trace, by=by)
    return tuple(marked[SECOND_READER]), reading.reply


def asked_for(workspace: Workspace, project_id: str, run_id: str) -> datetime | None:
    """When cases were last asked for what the latest reading found that none shows; ``None`` where
    they were not."""
    reading = last_suite_reading(workspace, project_id, run_id)
    began = [
        one.created_at
        for one in workspace.library.runs(project_id)
        if reading is not None
        and one.created_at >= reading.at
        and one.id.startswith(f"{AGAIN}{run_id}-")
        and one.request.startswith(LACKING)
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
    lacking: dict[str, list[str]] = {}
    for one in reading.untested if reading else ():
        if story := stories.get(one.criterion_id):
            lacking.setdefault(story, []).append(f"{one.because} “{one.words}”")
    basis = PresentBasis(workspace, project_id)
    conditions: list[str] = []
    for condition in run.conditions:
        if condition.legs or stories.get(condition.criterion_id) not in lacking:
            continue
        with suppress(LibraryError):  # what changed since is written with all else that changed
            basis.find(run, [condition.id], same_words=True)
            conditions.append(condition.id)
    if not conditions:
        return ()
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
    present = tuple(s.case for s in held if s.run_id == run_id or s.status == "imported")
    return (Again(planned, frozenset(conditions), keep, present=present, lacking=lacking),)


def _marked(
    workspace: Workspace,
    project_id: str,
    case_id: str,
    rule: str,
    findings: Sequence[LintFinding],
    *,
    by: str,
) -> bool:
    """Put findings beside those that the case has of the rule already."""
    stored = workspace.library.case(project_id, case_id)
    have = [one for one in stored.case.findings if one.rule == rule]
    new = [one for one in findings if one.message not in {each.message for each in have}]
    return put_findings(
        workspace, project_id, stored, rule, (*have, *new), by=by, reason=REASON
    )  # fmt: skip


def _moved(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    days: Mapping[str, date],
    *,
    by: str,
) -> int:
    """Lay drafts on another test date; how many. One that the checks would find more in stays."""
    moved = 0
    house = house_rules(workspace, project_id) if days else None
    for name, day in days.items():
        stored = workspace.library.case(project_id, name)
        if stored.status != "draft" or stored.source_run_id != run.id:
            continue
        case = stored.case.model_copy(update={"test_date": day})
        before, after = (rechecked_against(run, one, house) for one in (stored.case, case))
        if len(after.findings) > len(before.findings):
            continue
        try:
            workspace.library.rewrite_case(
                project_id, case, run.id, expected_version=stored.row_version,
                by=by, reason=REASON, keep_status=True,
            )  # fmt: skip
        except EditConflict:
            continue
        moved += 1
    return moved
