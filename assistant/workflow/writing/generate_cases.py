"""Write the cases of a request: in a worker thread for the pages, at once for the command line.

Every case is in the library the moment it exists, one transaction each, so that a reload, a second
tab or a killed server loses nothing; a run that was cut off goes on where it stopped. Outlines
go at once; the models serve one run at a time, first come first served.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from time import perf_counter

from assistant.domain import SECOND_READER, GenerationConfig, GenerationRun, TestCase, Timings
from assistant.errors import AssistantError, LibraryError, SourceError
from assistant.generation.cancellation import Cancelled
from assistant.generation.chain import (
    CaseReady,
    PlanReady,
    QuestionsReady,
    RunFinished,
)
from assistant.generation.proof import bearing, rests_on
from assistant.workflow.deployment.jobs import StopCheck
from assistant.workflow.deployment.models import OUTLINE_WRITER, model_spec, writer
from assistant.workflow.deployment.ways_of_writing import rating_of, writes_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import existing_cases
from assistant.workflow.review import duplicates
from assistant.workflow.sources.import_sources import put_epics
from assistant.workflow.sources.reindex import index_pending
from assistant.workflow.writing import (
    follow_up_runs,
    read_ahead,
    reuse,
    second_reading,
    write_again,
    writing_run,
)
from assistant.workflow.writing.changed_basis import criterion_of
from assistant.workflow.writing.requests import Understanding, name_of
from assistant.workflow.writing.runs import ACTIVE
from assistant.workflow.writing.suite_reading import planned_lacking
from assistant.workflow.writing.writing_run import (
    OnCase,
    generation_of,
    prompt_version,
    rated,
    style_cases,
)

RUNS_NAMED = 3


def begin(
    workspace: Workspace,
    project_id: str,
    understanding: Understanding,
    generation: GenerationConfig,
    *,
    by: str = "",
    only_new: bool = False,
    again: bool = True,
) -> GenerationRun:
    """Keep the request as a queued run, and pasted text as a document that cases can cite.

    ``only_new`` leaves out the conditions that an existing case of the project covers as it is, or
    with the changes of a model that read it;
    without ``again`` those are left out that have a case of an earlier run.
    Raises ``ModelUnavailable`` for an unknown writer and ``SourceError`` where there is nothing to
    test, before anything is kept.
    """
    writer(workspace, generation.writer)
    if understanding.nothing_to_test:
        raise SourceError(understanding.nothing_to_test)
    skip: set[str] = set()
    tested: set[str] = set()
    if only_new:
        skip, tested = _covered(workspace, project_id, understanding)
    if not again:
        earlier = earlier_cases(workspace, project_id, understanding, generation.writer)
        if why := nothing_left(understanding, earlier, skip):
            raise SourceError(why)
        skip |= {*earlier.conditions}
        tested -= {*earlier.conditions}
    workspace.take_folder()
    if understanding.reading is not None:
        put_epics(workspace, project_id, understanding.reading, by=by)
    run = GenerationRun(
        id=uuid.uuid4().hex[:12],
        by=by,
        request=name_of(understanding.epics) if understanding.asked else understanding.request,
        model=model_spec(workspace, generation.writer),
        prompt_version=prompt_version(workspace, generation.writer),
        retrieval=workspace.project(project_id).retrieval,
        generation=generation.model_copy(
            update={
                "techniques": understanding.techniques,
                "depth": understanding.depth,
                "skip": tuple(sorted(skip)),
                "tested": tuple(sorted(tested)),
                "criteria_left_out": understanding.criteria_left_out,
                "asked": understanding.request if understanding.asked else "",
            }
        ),
        epics=understanding.epics,
        questions=(*understanding.questions, *understanding.settled),
    )
    workspace.library.start_run(project_id, run)
    return run


def earlier_cases(
    workspace: Workspace, project_id: str, understanding: Understanding, writer_id: str
) -> reuse.EarlierCases:
    """What of a request has a case of an earlier run; an outline is none where a model writes."""
    return reuse.earlier_cases(
        workspace, project_id, understanding.epics, understanding.conditions,
        outlines=writer_id == OUTLINE_WRITER,
    )  # fmt: skip


def nothing_left(
    understanding: Understanding, earlier: reuse.EarlierCases, covered: Collection[str] = ()
) -> str:
    """Why nothing is left to write for what has no case yet, and the next step; empty where there
    is an item that neither has a case of an earlier run nor is among the ``covered``."""
    left = {one.id for one in understanding.conditions} - {*earlier.conditions, *covered}
    if left or not earlier.runs:
        return ""
    held = " and ".join(f"run {one.id} ({one.cases} cases)" for one in earlier.runs[:RUNS_NAMED])
    return (
        f"Every item of the checklist has a case already: {held}. Review these, or ask for all "
        "again (--again): new cases are then written beside them."
    )


def _covered(
    workspace: Workspace, project_id: str, understanding: Understanding
) -> tuple[set[str], set[str]]:
    """The conditions that existing cases cover, and those of which a model said so that read them;
    ``SourceError`` where words alone say so of all."""
    report = reuse.in_project(workspace, project_id, understanding.epics, understanding.conditions)
    tested = {one.condition_id for one in report.verdicts if one.read and one.verdict != "new"}
    if len(report.needs_no_case) == len(understanding.conditions) and not tested:
        raise SourceError(
            "Existing cases cover every condition, so there is nothing to write. "
            "Switch off writing only what is new or changed to write them all the same."
        )
    return {*report.needs_no_case}, tested


def start(workspace: Workspace, project_id: str, run: GenerationRun) -> None:
    """Write the run's cases in a worker thread; the library shows how far it is."""
    read_ahead.stop(workspace)

    def work(stop: StopCheck) -> None:
        write(workspace, project_id, run, stop)
        follow_up_runs.start(workspace, project_id, _mending(workspace, project_id, run))

    workspace.jobs.start(run.id, work)


def resume(workspace: Workspace, project_id: str, run_id: str) -> None:
    """Go on with an interrupted, cancelled or failed run; finished cases stay as they are."""
    run = workspace.library.run(project_id, run_id)
    if run.status in ACTIVE and workspace.jobs.is_active(run_id):
        raise LibraryError(f"Run {run_id} is still being written.")
    run = run.model_copy(update={"status": "queued", "error": ""})
    workspace.library.start_run(project_id, run)
    start(workspace, project_id, run)


def cancel(workspace: Workspace, run_id: str) -> None:
    """Stop a run after the case in hand; what was written stays."""
    workspace.library.request_cancel(run_id)
    workspace.jobs.cancel(run_id)


def run_now(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    *,
    on_case: OnCase | None = None,
) -> GenerationRun:
    """Write the run's cases in this thread and return the finished run.

    Raises the error that ended it, where one did.
    """
    write(workspace, project_id, run, lambda: False, on_case=on_case, reraise=True)
    mending = _mending(workspace, project_id, run)
    try:
        follow_up_runs.write_now(workspace, project_id, mending, on_case=on_case)
    except AssistantError as error:  # the cases are written, and the doubts stand on them
        _note(workspace, project_id, run.id, f"{NOT_MENDED}: {error}")
    if mending:
        _add_tokens(workspace, project_id, run.id, [again.run.id for again in mending])
    return workspace.library.run(project_id, run.id)


def write(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    stop: StopCheck,
    *,
    on_case: OnCase | None = None,
    reraise: bool = False,
) -> None:
    """Write the cases that a run lacks, in this thread, and record how it ended."""
    writing_run.write(
        workspace, project_id, run, stop, body=_write_cases, on_case=on_case, reraise=reraise
    )


def _not_asked(
    workspace: Workspace, run: GenerationRun, present: Sequence[TestCase]
) -> frozenset[str]:
    """The items left out of a run that its writer is not asked for.

    An item may say more than the existing case shows that tests it: a writer of whole stories is
    shown what a model named (``present``) and decides what is lacking, but of a story that it has
    written it is asked nothing again.
    """
    skip = frozenset(run.generation.skip)
    if not (present and writes_stories(workspace, run.generation.writer)):
        return skip
    own = {name for case in run.cases for name in case.criterion_ids}
    stories = [story for epic in run.epics for story in epic.stories]
    ids = [{one.id for one in story.criteria} for story in stories]
    to_ask = {name for names in ids if not own & names for name in names}
    known = {name for names in ids for name in names}
    shown = {name for case in present for name in case.condition_ids}
    return skip - {name for name in shown if criterion_of(name, known) in to_ask}


def _mending(
    workspace: Workspace, project_id: str, run: GenerationRun
) -> tuple[follow_up_runs.Again, ...]:
    """The runs that write once more what the second reader doubts in this one's drafts, and cases
    for what it finds that none shows; none where the run was not read to its end."""
    library = workspace.library
    if not run.generation.read_again or library.run(project_id, run.id).status != "done":
        return ()
    doubted = [
        stored.id
        for stored in second_reading.to_read(workspace, project_id, run.id)
        if any(one.rule == SECOND_READER for one in stored.case.findings)
    ]
    why = ""
    planned: tuple[follow_up_runs.Again, ...] = ()
    try:
        planned, left = write_again.planned_where_possible(
            workspace, project_id, doubted, by=run.by, reason=write_again.DOUBTED
        )
        why = str(left[0]) if left else ""
        planned = (*planned, *planned_lacking(workspace, project_id, run.id, by=run.by))
    except AssistantError as error:
        why = str(error)
    if why:
        _note(workspace, project_id, run.id, f"{NOT_MENDED}: {why}")
    return planned


NOT_MENDED = "The cases are written; not all that a second reader doubts were written once more"


def _note(workspace: Workspace, project_id: str, run_id: str, error: str) -> None:
    """Say beside a run that has ended what went wrong behind it."""
    ended = workspace.library.run(project_id, run_id)
    _end_again(workspace, ended, " ".join(filter(None, (ended.error, error))), ended.timings)


def _add_tokens(workspace: Workspace, project_id: str, run_id: str, more: Sequence[str]) -> None:
    """Count what runs behind a run have used as used by it."""
    ended = workspace.library.run(project_id, run_id)
    timings = ended.timings
    for name in more:
        timings = second_reading.with_tokens(
            timings, workspace.library.run(project_id, name).timings
        )
    _end_again(workspace, ended, ended.error, timings)


def _end_again(workspace: Workspace, ended: GenerationRun, error: str, timings: Timings) -> None:
    workspace.library.finish_run(
        ended.id,
        status=ended.status,
        error=error,
        timings=timings,
        uncovered_criteria=ended.uncovered_criteria,
    )


def _write_cases(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    cancelled: StopCheck,
    on_case: OnCase | None,
) -> None:
    library = workspace.library
    workspace.jobs.report(second_reading.job_of(run.id), 0, 0)  # an earlier try may have read some
    # What was just pasted is a requirement like the others, and what sets it apart from them is
    # searched: without it in the index the first run would find something else than the second.
    index_pending(library, workspace.knowledge(project_id), project_id, cancelled=cancelled)
    present = existing_cases.cases_for(workspace, project_id, run.epics, run.generation.tested)
    done = {name for case in run.cases for name in case.condition_ids}
    done |= _not_asked(workspace, run, present)
    ended = RunFinished(timings=Timings(), uncovered_criteria=())
    rating = rating_of(workspace, run.generation.writer)
    for event in generation_of(workspace, project_id, run)(
        style=style_cases(workspace, project_id),
        existing_case_ids=[c.id for c in library.cases(project_id) if c.run_id != run.id],
        cancelled=cancelled,
        done_conditions=done,
        earlier=run.cases,
        present=present,
    ):
        match event:
            case PlanReady():
                library.record_plan(
                    run.id,
                    event.conditions,
                    event.questions,
                    event.retrieved,
                    left_out=sum(one.id in run.generation.skip for one in event.conditions),
                )
            case CaseReady():
                written = rated(event.written, rating)
                stored = library.add_case(
                    project_id, run.id, written.case, rejected=written.rejected
                )
                if on_case is not None:
                    on_case(stored.case)
            case QuestionsReady():
                library.add_questions(
                    run.id,
                    event.questions,
                    rejected=event.rejected,
                    bears_on=bearing(run.epics),
                    rests_on=rests_on,
                )
            case RunFinished():
                ended = event
    timings, error = ended.timings, ""
    if not cancelled():
        duplicates.mark_repetitions(workspace, project_id, run.id, by=run.by)
    if run.generation.read_again and not cancelled():
        timings, error = _read_again(workspace, project_id, run, timings, cancelled)
    library.finish_run(
        run.id,
        status="cancelled" if cancelled() else "done",
        error=error,
        timings=timings,
        uncovered_criteria=ended.uncovered_criteria,
    )


def _read_again(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    timings: Timings,
    cancelled: StopCheck,
) -> tuple[Timings, str]:
    """The run's figures with those of the second reading, and why it ended early, if it did: the
    cases are written, and stay."""
    job = second_reading.job_of(run.id)
    started = perf_counter()
    try:
        reading = second_reading.read_now(
            workspace, project_id, run.id,
            writer=run.generation.writer, by=run.by, cancelled=cancelled, in_turn=True,
            report=lambda done, total: workspace.jobs.report(job, done, total),
        )  # fmt: skip
    except Cancelled:
        return timings, ""
    except AssistantError as error:
        return timings, f"The cases are written; not all of them were read again: {error}"
    total = timings.total + perf_counter() - started
    timings = second_reading.with_tokens(timings, reading.spent)
    apart = reading.not_together and f"{second_reading.NOT_TOGETHER}: {reading.not_together}"
    return timings.model_copy(update={"total": total}), apart
