"""Runs that write for the list of an earlier run: cases again, one step again, missing cases.

Such a run plans only what it is to write, finds the present sources, and puts every case through
the same chain and checks as any other. It has no list of its own; its cases name it as the run
that found their sources.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from assistant.domain import (
    Epic,
    GenerationRun,
    RetrievedChunk,
    TestCase,
    Timings,
    present_writer_id,
)
from assistant.errors import AssistantError, EditConflict, InvalidOutput
from assistant.generation.chain import (
    CaseReady,
    CaseRefused,
    Event,
    PlanReady,
    QuestionsReady,
    RunFinished,
)
from assistant.generation.proof import bearing, rests_on
from assistant.generation.writer import Refusal, Revision, WrittenCase
from assistant.library import StoredCase
from assistant.workflow.deployment.jobs import JobState, StopCheck
from assistant.workflow.deployment.models import model_spec
from assistant.workflow.deployment.models import writer as known_writer
from assistant.workflow.deployment.ways_of_writing import rating_of
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import writing_run
from assistant.workflow.writing.answers import (
    raised_questions,
    tested_all_the_same,
)
from assistant.workflow.writing.changed_basis import basis_change
from assistant.workflow.writing.current_basis import PresentBasis
from assistant.workflow.writing.requests import conditions_of_run
from assistant.workflow.writing.runs import AGAIN
from assistant.workflow.writing.writing_run import (
    OnCase,
    generation_of,
    prompt_version,
    rated,
    style_cases,
)

GAPS = "Gaps filled: "
"""How the requests of runs begin that write what a list lacks; no other follow-up run's does."""
LACKING = "Lacking cases: "
"""The same of runs that write what a reader of the whole list finds that no case shows."""

Sourced = Callable[[tuple[RetrievedChunk, ...]], tuple[RetrievedChunk, ...]]


@dataclass(frozen=True)
class Again:
    """A run, the conditions that it writes for, and what becomes of each case written.

    ``revisions`` are the cases that the run writes again, where it does. ``keep`` stores a case and
    returns it as stored. ``sourced`` decides which sources the run is kept with, of those found.
    ``not_style`` are cases that must not be learnt from, ``present`` those that are there, where
    only what they lack is written. ``lacking`` is that of ``chain.generate``.
    """

    run: GenerationRun
    conditions: frozenset[str]
    keep: Callable[[WrittenCase], StoredCase]
    sourced: Sourced = lambda found: found
    not_style: frozenset[str] = frozenset()
    revisions: tuple[Revision, ...] = ()
    present: tuple[TestCase, ...] = ()
    lacking: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many cases it writes, as far as is known beforehand."""
        lacking = sum(map(len, self.lacking.values()))
        return len(self.revisions) or lacking or len(self.conditions)


@dataclass(frozen=True)
class Underway:
    """What is being written for the list of a run: by which jobs, how many cases of how many.

    ``case_ids`` are the cases that are written again (none: missing ones are written), and
    ``waits_for`` the runs that have the model before it does, the one first that has it now.
    """

    jobs: tuple[str, ...]
    done: int
    total: int
    case_ids: tuple[str, ...]
    waits_for: tuple[str, ...]


def planned_run(
    workspace: Workspace,
    project_id: str,
    source: GenerationRun,
    basis: PresentBasis,
    epics: tuple[Epic, ...],
    *,
    list_run_id: str,
    request: str,
    by: str,
    writer: str | None = None,
) -> GenerationRun:
    """A queued run over these stories with the choices of ``source``, not yet kept.

    It writes for the list of the run ``list_run_id``. ``writer`` writes instead of the one that
    wrote then; raises ``ModelUnavailable`` where there is no such writer.
    """
    change = basis_change(workspace, project_id, source)
    left_out = change.left_out
    generation = source.generation.model_copy(update={"criteria_left_out": left_out})
    if writer is not None:
        known_writer(workspace, writer)
        generation = generation.model_copy(update={"writer": present_writer_id(writer)})
    still_open, settled = raised_questions(
        workspace, project_id, epics, basis.answers, left_out=left_out
    )
    written = {one.id for epic in epics for one in epic.criteria}
    ids = {old: now for old, now in change.same_ids.items() if now in written}
    tested = tested_all_the_same(workspace, project_id, source.epics, source.questions, ids)
    return GenerationRun(
        id=f"{_prefix(list_run_id)}{uuid.uuid4().hex[:12]}",
        by=by,
        request=request,
        model=model_spec(workspace, generation.writer),
        prompt_version=prompt_version(workspace, generation.writer),
        retrieval=source.retrieval,
        generation=generation,
        epics=epics,
        questions=(*still_open, *settled, *tested),
    )


def start(workspace: Workspace, project_id: str, planned: Sequence[Again]) -> list[str]:
    """Keep these runs and write them in worker threads; returns the ids of their jobs."""
    together = tuple(again.run.id for again in planned)
    for again in planned:
        workspace.library.start_run(project_id, again.run)
    for again in planned:
        about = tuple(one.case.id for one in again.revisions)
        known = JobState(total=again.cases, about=about, together=together)
        work = partial(_write, workspace, project_id, again)
        workspace.jobs.start(again.run.id, work, known=known)
    return list(together)


def write_now(
    workspace: Workspace,
    project_id: str,
    planned: Sequence[Again],
    *,
    on_case: OnCase | None = None,
) -> None:
    """Keep these runs and write them in this thread. Raises the first error that ended one, when
    all had their turn."""
    for again in planned:
        workspace.library.start_run(project_id, again.run)
    errors: list[AssistantError] = []
    for again in planned:
        try:
            _write(workspace, project_id, again, lambda: False, on_case)
        except AssistantError as error:
            errors.append(error)
    if errors:
        raise errors[0]


def active(workspace: Workspace, run_id: str) -> tuple[str, ...]:
    """The jobs that write for the list of a run at this moment."""
    return workspace.jobs.active_ids(_prefix(run_id))


def underway(workspace: Workspace, run_id: str) -> Underway | None:
    """What is being written for the list of a run at this moment; ``None`` where nothing is.

    What was started together counts together, until the last of it has ended.
    """
    jobs = workspace.jobs
    running = active(workspace, run_id)
    if not running:
        return None
    listed = dict.fromkeys(name for one in running for name in (*jobs.state(one).together, one))
    states = [jobs.state(name) for name in listed]
    waiting = [[b for b in jobs.runs_before(one) if b not in listed] for one in running]
    return Underway(
        jobs=running,
        done=sum(one.done for one in states),
        total=sum(one.total for one in states),
        case_ids=tuple(dict.fromkeys(name for one in states for name in one.about)),
        waits_for=tuple(waiting[0]) if all(waiting) else (),
    )


def asked_again(
    workspace: Workspace, project_id: str, run_id: str, claimed: Mapping[str, Collection[str]]
) -> frozenset[str]:
    """Those of the conditions ``claimed`` that were asked for again: a run that fills gaps wrote
    for one and has ended, and began after a case had claimed it.

    ``claimed`` has for each condition the runs that wrote the cases that claim it.
    """
    found = set()
    since = {name for name, by in claimed.items() if run_id in by}
    for one in workspace.library.planned_runs(project_id, prefix=_prefix(run_id)):
        if one.status == "done" and one.request.startswith(GAPS):
            found |= since.intersection(one.condition_ids)
        since |= {name for name, by in claimed.items() if one.id in by}
    return frozenset(found)


def _prefix(run_id: str) -> str:
    """How the ids of runs begin that write for this one's list."""
    return f"{AGAIN}{run_id}-"


def _write(
    workspace: Workspace,
    project_id: str,
    again: Again,
    stop: StopCheck,
    on_case: OnCase | None = None,
) -> None:
    body = _body(again)
    writing_run.write(
        workspace, project_id, again.run, stop, on_case=on_case, reraise=True, body=body
    )


def _body(again: Again) -> writing_run.Body:
    """What a run of ``writing_run`` does with its cases: what ``again`` says."""

    def write_cases(
        workspace: Workspace,
        project_id: str,
        run: GenerationRun,
        cancelled: StopCheck,
        on_case: OnCase | None,
    ) -> None:
        library = workspace.library
        ended = RunFinished(timings=Timings(), uncovered_criteria=())
        done, total = 0, again.cases
        refused: list[Refusal] = []
        stays: list[str] = []
        bears_on = bearing(again.run.epics)
        rating = rating_of(workspace, again.run.generation.writer)
        for event in _written(workspace, project_id, again, cancelled):
            match event:
                case PlanReady():
                    wanted = [one for one in event.conditions if one.id in again.conditions]
                    sources = again.sourced(event.retrieved)
                    library.record_plan(run.id, wanted, event.questions, sources)
                    workspace.jobs.report(run.id, 0, total)
                case CaseReady():
                    try:
                        kept = again.keep(rated(event.written, rating))
                    except EditConflict as error:  # of this case: the others are written
                        stays.append(str(error))
                        continue
                    done += 1
                    workspace.jobs.report(run.id, done, max(total, done))
                    if on_case is not None:
                        on_case(kept.case)
                case CaseRefused(refusal=one):
                    refused.append(one)
                    library.add_questions(run.id, (), rejected=one.rejected, bears_on=bears_on)
                case QuestionsReady():
                    library.add_questions(
                        run.id, event.questions, rejected=event.rejected, bears_on=bears_on,
                        rests_on=rests_on,
                    )  # fmt: skip
                case RunFinished():
                    ended = event
        library.finish_run(
            run.id, status="cancelled" if cancelled() else "done", timings=ended.timings
        )
        if stays or refused:
            told = " ".join([*stays, *map(_told, refused)])
            raise InvalidOutput(told) if refused else EditConflict(told)

    return write_cases


def _told(refusal: Refusal) -> str:
    return (
        f"{refusal.case_id} stays as it was. What the model wrote for it was refused: "
        f"{refusal.reason.rstrip('.')}. Write it again and say what should be different, or edit "
        "it."
    )


def _written(
    workspace: Workspace, project_id: str, again: Again, cancelled: StopCheck
) -> Iterator[Event]:
    library, run = workspace.library, again.run
    every = conditions_of_run(run)
    style = style_cases(workspace, project_id)
    return generation_of(workspace, project_id, run)(
        style=[case for case in style if case.id not in again.not_style],
        existing_case_ids=[stored.id for stored in library.cases(project_id)],
        cancelled=cancelled,
        done_conditions={
            one.id for one in every if again.lacking or one.id not in again.conditions
        },
        revisions=again.revisions,
        present=again.present,
        lacking=again.lacking,
    )
