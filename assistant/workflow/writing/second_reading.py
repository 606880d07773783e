"""Have a model read a run's drafts, or its accepted cases, once more; what it doubts stands on the
case as a finding.

Nothing is rewritten and nobody is acquitted: a case without a doubt is as it was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from pydantic import ConfigDict, Field

from assistant.domain import (
    SECOND_READER,
    CaseStatus,
    GenerationRun,
    RetrievedChunk,
    TestCase,
    Timings,
    Value,
    utc_now,
)
from assistant.errors import GenerationError, InvalidOutput, LibraryError, ModelUnavailable
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.generation.models.structured import StructuredReply
from assistant.generation.second_reading import ANSWER_TOKENS, ReadingGround, read_again
from assistant.library import StoredCase
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.models import cannot_read, readers
from assistant.workflow.deployment.models import writer as known_writer
from assistant.workflow.deployment.ways_of_writing import writes_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.source_standing import with_standings
from assistant.workflow.writing.recheck_case import ground_of_run, put_findings
from assistant.workflow.writing.suite_reading import FEWEST_CASES, read_together
from assistant.workflow.writing.usage import Usage, usage_of_run

REASON = "second reading"
NOT_TOGETHER = "Each case was read by itself; they were not read together"


class SecondReading(Value):
    """What a second reading came to: cases read, those doubted, and what the model used.

    ``changed`` are cases that somebody edited meanwhile: no doubt was put on them.
    ``not_together`` says why the cases of the run were not read together, where the model failed.
    """

    not_together: str = ""
    read: int = 0
    doubted: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    usage: Usage = Usage()
    spent: Timings = Timings()


class ReadingTrace(Value):
    """What is kept of a reading: by which model, how many cases it read, doubted, and found
    changed meanwhile. Which they are stands on the cases; traces of before may name some."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    read: int
    doubted: int = 0
    changed: int = 0
    at: datetime = Field(default_factory=utc_now)


def can_read(workspace: Workspace, writer: str) -> bool:
    """Whether a writer is able to read again: one that writes a whole story."""
    return writes_stories(workspace, writer)


def to_read(
    workspace: Workspace, project_id: str, run_id: str, status: CaseStatus = "draft"
) -> list[StoredCase]:
    """The drafts of a run, or its accepted cases, that a second reader can read: whole cases with
    their sources, in words of a model or a person."""
    return [
        stored
        for stored in workspace.library.cases(project_id, run_id=run_id, statuses=(status,))
        if stored.source_run_id is not None
        and not (stored.case.is_outline or stored.case.stands_in)
    ]


def job_of(run_id: str) -> str:
    """The job that reads the drafts of a run."""
    return f"second-reading-{run_id}"


def start(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    *,
    writer: str,
    by: str,
    status: CaseStatus = "draft",
) -> str:
    """Read in a worker thread; returns the job. Raises as ``read_now`` before it starts."""
    _check(workspace, project_id, run_id, writer, status)
    job = job_of(run_id)

    def read(report: Progress, stop: StopCheck) -> None:
        reading = read_now(
            workspace, project_id, run_id, writer=writer, by=by, status=status, cancelled=stop,
            report=report,
        )  # fmt: skip
        if reading.not_together:
            raise InvalidOutput(f"{NOT_TOGETHER}: {reading.not_together}")

    workspace.jobs.start_counted(job, read)
    return job


def read_now(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    *,
    writer: str,
    by: str,
    status: CaseStatus = "draft",
    cancelled: CancelCheck = never_cancelled,
    report: Progress = lambda done, total: None,
    in_turn: bool = False,
) -> SecondReading:
    """Read the drafts of a run, or its accepted cases, a story at a time, and put the doubts on
    them; what was decided stays. Behind drafts, all cases of the run are read together.

    Doubts of an earlier reading go. Whoever has the model's turn already (``in_turn``) has written
    the run, and may have no draft to read. Raises ``LibraryError`` where another has none,
    ``ModelUnavailable`` where ``writer`` cannot read or does not answer.
    """
    turn: AbstractContextManager[bool] = nullcontext(True)
    if not in_turn:
        _check(workspace, project_id, run_id, writer, status)
        turn = workspace.jobs.model_turn(job_of(run_id), cancelled)
    outcome, spent = SecondReading(), Timings()
    try:
        with turn as mine:
            held = to_read(workspace, project_id, run_id, status) if mine else []
            report(0, len(held))
            for story in _by_story(held):
                if cancelled():
                    break
                run = workspace.library.run(project_id, story[0].source_run_id or run_id)
                choices = run.generation.model_copy(
                    update={"max_tokens": ANSWER_TOKENS, "temperature": 0.0}
                )
                endpoint = workspace.endpoints.open(writer, choices)
                by_id = {stored.id: stored for stored in story}
                cases = [stored.case for stored in story]
                ground = _ground(with_standings(workspace, project_id, run), cases)
                for part, doubts in read_again(
                    ground, cases, endpoint, as_tester=True, cancelled=cancelled
                ):
                    spent = with_tokens(spent, doubts.reply)
                    for case in part:
                        found = doubts.found.get(case.id, ())
                        kept = put_findings(
                            workspace, project_id, by_id[case.id], SECOND_READER, found,
                            by=by, reason=REASON, asides=doubts.questions.get(case.id, ()),
                        )  # fmt: skip
                        outcome = _noted(outcome, case.id, bool(found), kept)
                    report(outcome.read, len(held))
            if status == "draft" and held and not cancelled():
                outcome, spent = _together(
                    workspace, project_id, run_id, outcome, spent, writer=writer, by=by,
                    cancelled=cancelled,
                )  # fmt: skip
    finally:  # what was read is doubted already, also where the model is gone then
        if outcome.read:
            _keep_trace(workspace, project_id, run_id, writer, outcome, by)
    used = usage_of_run(workspace.settings, writer, spent)
    return outcome.model_copy(update={"usage": used, "spent": spent})


def _together(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    outcome: SecondReading,
    spent: Timings,
    *,
    writer: str,
    by: str,
    cancelled: CancelCheck,
) -> tuple[SecondReading, Timings]:
    """The outcome with what all cases of the run, read together, came to. Raises ``Cancelled``."""
    listed = [
        *to_read(workspace, project_id, run_id),
        *to_read(workspace, project_id, run_id, "accepted"),
    ]
    if len(listed) < FEWEST_CASES:
        return outcome, spent
    places = {one.id: n for n, one in enumerate(workspace.library.cases(project_id, run_id=run_id))}
    listed.sort(key=lambda one: places[one.id])
    run = with_standings(workspace, project_id, workspace.library.run(project_id, run_id))
    ground = _ground(run, [one.case for one in listed])
    try:
        found = read_together(
            workspace, project_id, run_id, listed, ground, writer=writer, by=by,
            cancelled=cancelled,
        )  # fmt: skip
    except GenerationError as error:  # each was read by itself, and what is doubted stands
        return outcome.model_copy(update={"not_together": str(error)}), spent
    if found is None:
        return outcome, spent
    doubted = tuple(dict.fromkeys((*outcome.doubted, *found[0])))
    return outcome.model_copy(update={"doubted": doubted}), with_tokens(spent, found[1])


def _keep_trace(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    writer: str,
    outcome: SecondReading,
    by: str,
) -> None:
    trace = ReadingTrace(
        title=known_writer(workspace, writer).title,
        read=outcome.read,
        doubted=len(outcome.doubted),
        changed=len(outcome.changed),
    )
    workspace.library.saved.save(project_id, "second reading", run_id, trace, by=by)


def last_reading(workspace: Workspace, project_id: str, run_id: str) -> ReadingTrace | None:
    """What the latest second reading of a run's drafts read; ``None`` where none read any."""
    kept = workspace.library.saved.find(project_id, "second reading", run_id)
    return ReadingTrace.model_validate_json(kept.body) if kept else None


def with_tokens(spent: Timings, reply: StructuredReply | Timings) -> Timings:
    """Timings with the tokens of one more reply, or of several."""
    return spent.model_copy(
        update={
            "prompt_tokens": spent.prompt_tokens + reply.prompt_tokens,
            "cached_tokens": spent.cached_tokens + reply.cached_tokens,
            "generated_tokens": spent.generated_tokens + reply.generated_tokens,
        }
    )


def _check(
    workspace: Workspace, project_id: str, run_id: str, writer: str, status: CaseStatus
) -> None:
    known_writer(workspace, writer)
    if writer not in readers(workspace):
        raise ModelUnavailable(cannot_read(workspace, writer))
    if not to_read(workspace, project_id, run_id, status):
        what = "draft" if status == "draft" else f"{status} case"
        raise LibraryError(
            f"Run {run_id} has no {what} to read again: outlines and cases without sources are "
            "left alone."
        )


def _by_story(held: Iterable[StoredCase]) -> list[list[StoredCase]]:
    """Cases whose words rest on the same run and story, together."""
    groups: dict[tuple[str | None, str], list[StoredCase]] = {}
    for stored in held:
        groups.setdefault((stored.source_run_id, stored.case.story_key), []).append(stored)
    return list(groups.values())


def _ground(run: GenerationRun, cases: Sequence[TestCase]) -> ReadingGround:
    """What the cases may rest on: criteria of all of them, the sources that they cite first and
    comments, which may decide otherwise than a page says, then what stands on the same
    pages: the row beside a cited one is what a neighbour's case needs."""
    grounds = [ground_of_run(run, case) for case in cases]
    cited = {one.chunk_id for case in cases for one in case.all_citations}
    pages = {one.chunk.document_id for one in run.retrieved if one.chunk.id in cited}

    def place(source: RetrievedChunk) -> tuple[bool, bool, float]:
        chunk = source.chunk
        first = chunk.id in cited or chunk.is_comment
        return not first, chunk.document_id not in pages, -source.score

    return ReadingGround(
        context=tuple(dict.fromkeys(text for one in grounds for text in one.context if text)),
        criteria=tuple({c.id: c for one in grounds for c in one.criteria}.values()),
        sources=tuple(sorted(run.retrieved, key=place)),
    )


def _noted(outcome: SecondReading, case_id: str, doubted: bool, kept: bool) -> SecondReading:
    update: dict[str, object] = {"read": outcome.read + 1}
    if not kept:
        update["changed"] = (*outcome.changed, case_id)
    elif doubted:
        update["doubted"] = (*outcome.doubted, case_id)
    return outcome.model_copy(update=update)
