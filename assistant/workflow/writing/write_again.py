"""Write cases again: the same conditions from the present sources, by the same writer or another.

The words come in as the next version of the case, as a draft: what stood before is in its history,
and undo brings it back with its sources. An accepted case is replaced only where a person asked for
that very case (``accepted=True``).

Write one step of a case again, and leave the rest of it as it is.

The condition of the case goes through the whole chain again, from the present sources, and of what
comes out only this step is taken: its action, data, expected result and sources. Other steps, edits
in them, what was decided about the case and its answered questions stay; undo brings the old
wording back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.domain import Citation, GenerationRun, RetrievedChunk, TestCase, TestStep
from assistant.errors import LibraryError
from assistant.generation.step_replacement import renumbered, replacement, with_step
from assistant.generation.writer import WrittenCase
from assistant.library import StoredCase
from assistant.workflow.deployment.models import is_usable
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import follow_up_runs
from assistant.workflow.writing.current_basis import PresentBasis
from assistant.workflow.writing.follow_up_runs import Again, planned_run
from assistant.workflow.writing.recheck_case import house_rules, rechecked_against

SAYS = "Written again"
CHANGED, ASKED = "its sources changed", "asked for"
"""Why a case is written again, as its history says it."""


def start_where_possible(
    workspace: Workspace, project_id: str, case_ids: Sequence[str], *, by: str, reason: str
) -> tuple[list[str], tuple[str, ...]]:
    """The jobs that write those of the cases again that can be, and why the others are not: their
    conditions are gone, or they are accepted.

    Raises what ``begin`` raises where none can be written.
    """
    possible: list[str] = []
    left: list[LibraryError] = []
    for case_id in dict.fromkeys(case_ids):
        try:
            begin(workspace, project_id, [case_id], by=by, reason=reason)
        except LibraryError as error:
            left.append(error)
        else:
            possible.append(case_id)
    if left and not possible:
        raise left[0]
    planned = begin(workspace, project_id, possible, by=by, reason=reason)
    jobs = follow_up_runs.start(workspace, project_id, planned)
    # What happened, without the next step: who shows several of these says it once.
    return jobs, tuple(str(error).split(". ")[0] for error in left)


def begin(
    workspace: Workspace,
    project_id: str,
    case_ids: Sequence[str],
    *,
    by: str,
    writer: str | None = None,
    reason: str = CHANGED,
    accepted: bool = False,
) -> tuple[Again, ...]:
    """The runs that write these cases again, one for each run that wrote them, not yet kept.

    Raises ``LibraryError`` where a case was not generated, what it was derived from is gone, or it
    is accepted and ``accepted`` does not say that it may be replaced,
    and ``ModelUnavailable`` for an unknown writer.
    """
    workspace.take_folder()
    library = workspace.library
    by_runs: dict[tuple[str, str], list[StoredCase]] = {}
    for case_id in dict.fromkeys(case_ids):
        stored = library.case(project_id, case_id)
        if stored.status == "accepted" and not accepted:
            raise LibraryError(
                f"{stored.id} is accepted and stays as it is. Open it to write it again."
            )
        source_id = derived_by(stored)
        by_runs.setdefault((source_id, stored.run_id or source_id), []).append(stored)
    basis = PresentBasis(workspace, project_id)
    return tuple(
        _planned(
            workspace, project_id, library.run(project_id, source_id), list_id, cases, basis,
            by, writer, reason,
        )
        for (source_id, list_id), cases in by_runs.items()
    )  # fmt: skip


def has_writer(
    workspace: Workspace, project_id: str, run_id: str, case_ids: Collection[str]
) -> bool:
    """Whether the writer of one of these cases of a run's list can write now; true of none."""
    listed = workspace.library.cases(project_id, run_id=run_id)
    sources = {one.source_run_id for one in listed if one.id in case_ids}
    wanted = {one.writer for one in workspace.library.runs(project_id) if one.id in sources}
    return not wanted or any(is_usable(workspace, writer) for writer in wanted)


def can_be_written(stored: StoredCase) -> bool:
    """Whether a case was written from a condition, so that it can be written again."""
    return bool(stored.source_run_id and stored.case.condition_ids and not _is_own(stored))


def _is_own(stored: StoredCase) -> bool:
    """Whether a person wrote it: no writer's words stand in for hers."""
    return stored.case.origin.writer == "person"


def derived_by(stored: StoredCase) -> str:
    """The run that wrote a case's words; ``LibraryError`` where no run wrote it."""
    if not stored.source_run_id or not can_be_written(stored):
        raise LibraryError(
            f"{stored.id} was written by a person, or from no item of the checklist, so it cannot "
            "be written again. Edit it instead."
        )
    return stored.source_run_id


def condition_gone_error(stored: StoredCase, error: LibraryError) -> LibraryError:
    """The error for a case whose condition ``PresentBasis.find`` did not find."""
    return LibraryError(
        f"{stored.id} cannot be written again: {error}. Reject the case, edit it, or generate the "
        "epic anew."
    )


def run_title(source: GenerationRun) -> str:
    """How a run that writes again is called."""
    return f"{SAYS}: {source.request.removeprefix(f'{SAYS}: ')}"


def _says(case: TestCase) -> TestCase:
    """What a case says and rests on, whoever wrote it and whatever was decided about it."""
    bare = TestCase(id="", title="")
    kept = {name: getattr(bare, name) for name in ("id", "status", "status_reason", "origin")}
    steps = tuple(
        step.model_copy(update={"citations": _unnumbered(step.citations)}) for step in case.steps
    )
    return case.model_copy(
        update={**kept, "steps": steps, "citations": _unnumbered(case.citations)}
    )


def _unnumbered(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Citations without their ``[n]``, which differs from run to run."""
    return tuple(citation.model_copy(update={"source": 1}) for citation in citations)


def _planned(
    workspace: Workspace,
    project_id: str,
    source: GenerationRun,
    list_run_id: str,
    cases: Sequence[StoredCase],
    basis: PresentBasis,
    by: str,
    writer: str | None,
    reason: str,
) -> Again:
    """A run over the stories of these cases, as they are now."""
    owners = {name: stored for stored in cases for name in stored.case.condition_ids}
    for stored in cases:
        try:
            basis.find(source, stored.case.condition_ids)
        except LibraryError as error:
            raise condition_gone_error(stored, error) from error
    present, epics = basis.find(source, owners)
    wanted = {now: owners[then] for then, now in present.items()}
    run = planned_run(
        workspace, project_id, source, basis, epics,
        list_run_id=list_run_id, request=run_title(source), by=by, writer=writer,
    )  # fmt: skip

    def keep(written: WrittenCase) -> StoredCase:
        stored = wanted[written.case.condition_ids[0]]
        if reason == ASKED and _says(written.case) == _says(stored.case):
            return stored
        return workspace.library.rewrite_case(
            project_id,
            written.case.model_copy(update={"id": stored.id}),
            run.id,
            rejected=written.rejected,
            expected_version=stored.row_version,
            reason=reason,
        )

    groups = (tuple(now for now, owner in wanted.items() if owner is stored) for stored in cases)
    return Again(
        run,
        frozenset(wanted),
        keep,
        not_style=frozenset(stored.id for stored in cases),
        together=tuple(group for group in groups if group),
    )


def begin_step(
    workspace: Workspace,
    project_id: str,
    case_id: str,
    number: int,
    *,
    by: str,
    writer: str | None = None,
) -> Again:
    """The run that writes step ``number`` of a case again, not yet kept.

    Raises ``LibraryError`` where the case has no such step, was not generated, or its acceptance
    criterion no longer reads as it did, and ``ModelUnavailable`` for an unknown writer.
    """
    workspace.take_folder()
    stored = workspace.library.case(project_id, case_id)
    source = workspace.library.run(project_id, derived_by(stored))
    before = _step(stored, number)
    basis = PresentBasis(workspace, project_id)
    try:
        present, epics = basis.find(source, stored.case.condition_ids[:1], same_words=True)
    except LibraryError as error:
        raise condition_gone_error(stored, error) from error
    run = planned_run(
        workspace, project_id, source, basis, epics,
        list_run_id=stored.run_id or source.id, request=run_title(source), by=by, writer=writer,
    )  # fmt: skip

    def keep(written: WrittenCase) -> StoredCase:
        return _keep(workspace, project_id, run, case_id, number, before, written)

    return Again(
        run,
        frozenset(present.values()),
        keep,
        sourced=lambda found: _together(source, found),
        not_style=frozenset({case_id}),
        together=(tuple(present.values()),),
    )


def _keep(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    case_id: str,
    number: int,
    before: TestStep,
    written: WrittenCase,
) -> StoredCase:
    """Put the step into the case as it is by now; other edits made meanwhile stay."""
    library = workspace.library
    stored = library.case(project_id, case_id)
    if _step(stored, number) != before:
        raise LibraryError(
            f"Step {number} of {case_id} was changed while it was being written again. Nothing was "
            "overwritten. Look at it, and write it again if you still want to."
        )
    fresh = replacement(stored.case, written.case, number)
    if fresh is None:
        raise LibraryError(
            f"Step {number} of {case_id} does not follow from its condition: it was added by hand. "
            "Edit it instead."
        )
    sources = library.run(project_id, run.id)
    numbers = {item.chunk.id: item.rank for item in sources.retrieved}
    checked = rechecked_against(
        sources,
        with_step(stored.case, renumbered(fresh, numbers), number),
        house_rules(workspace, project_id),
    )
    case = with_step(stored.case, checked.steps[number - 1], number)
    if case == stored.case:
        return stored  # the sources give the words that stand there
    rating = written.case.origin.rating or case.origin.rating
    origin = case.origin.model_copy(update={"rating": rating})
    return library.rewrite_case(
        project_id,
        case.model_copy(update={"findings": checked.findings, "origin": origin}),
        run.id,
        rejected=written.rejected,
        expected_version=stored.row_version,
        reason=f"step {number}",
        keep_status=True,
    )


def _step(stored: StoredCase, number: int) -> TestStep:
    if not 1 <= number <= len(stored.case.steps):
        raise LibraryError(
            f"{stored.id} has no step {number}; it has {len(stored.case.steps)}. Look at the case "
            "again."
        )
    return stored.case.steps[number - 1]


def _together(
    source: GenerationRun, found: tuple[RetrievedChunk, ...]
) -> tuple[RetrievedChunk, ...]:
    """The sources of the case's other steps under their numbers, then those found in addition."""
    known = {item.chunk.id for item in source.retrieved}
    last = max((item.rank for item in source.retrieved), default=0)
    new = [item for item in found if item.chunk.id not in known]
    return source.retrieved + tuple(
        item.model_copy(update={"rank": rank}) for rank, item in enumerate(new, start=last + 1)
    )
