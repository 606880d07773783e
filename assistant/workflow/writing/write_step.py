"""Write one step of a case again, and leave the rest of it as it is.

The condition of the case goes through the whole chain again, from the present sources, and of what
comes out only this step is taken: its action, data, expected result and sources. Other steps, edits
in them, what was decided about the case and its answered questions stay; undo brings the old
wording back.
"""

from __future__ import annotations

from assistant.domain import GenerationRun, RetrievedChunk, TestStep
from assistant.errors import LibraryError
from assistant.generation.step_replacement import renumbered, replacement, with_step
from assistant.generation.writer import WrittenCase
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing.current_basis import PresentBasis
from assistant.workflow.writing.follow_up_runs import Again, planned_run
from assistant.workflow.writing.recheck_case import house_rules, rechecked_against
from assistant.workflow.writing.write_again import condition_gone_error, derived_by, run_title


def begin(
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
