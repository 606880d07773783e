"""What has to be prepared before cases are run: their preconditions, on screen and as a file.

And on which day each is run, and another one for many at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from assistant.domain import TestCase
from assistant.errors import EditConflict, LibraryError
from assistant.suite.export import download_name
from assistant.suite.export import preconditions_csv as preconditions_csv
from assistant.suite.preconditions import SET_UP as SET_UP
from assistant.suite.preconditions import Precondition as Precondition
from assistant.suite.preconditions import preconditions as preconditions
from assistant.suite.schedule import TestDay as TestDay
from assistant.suite.schedule import fullest as fullest
from assistant.suite.schedule import schedule
from assistant.suite.shared_records import SharedRecord as SharedRecord
from assistant.suite.shared_records import shared_records as shared_records
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import lineage, review, review_library
from assistant.workflow.review.export_cases import CsvFile, Selection, select, title_and_cases


def cases_of_run(
    workspace: Workspace, project_id: str, run_id: str, selection: Selection
) -> tuple[TestCase, ...]:
    """The selected cases of a run, story by story."""
    chosen = select(workspace, project_id, run_id=run_id, selection=selection)
    return tuple(stored.case for stored in chosen)


NAMED = 3
"""Chains that a refusal names; more are counted."""


def schedule_of_run(
    workspace: Workspace, project_id: str, run_id: str, selection: Selection
) -> tuple[tuple[TestDay, ...], lineage.CaseChains]:
    """The selected cases of a run day by day, and which case of the run goes on from which; kept
    until anything in the project changes."""

    def found() -> tuple[tuple[TestDay, ...], lineage.CaseChains]:
        cases = cases_of_run(workspace, project_id, run_id, selection)
        return schedule(cases), lineage.chains(workspace, project_id, run_id)

    key = (run_id, selection, review_library.stamp(workspace, project_id))
    return workspace.memo.get("schedules", project_id, key, found)


def move(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    cases: Sequence[TestCase],
    day: date | None,
    *,
    by: str,
) -> review.BulkOutcome:
    """Give cases of a run, each with the test date that was seen, another one. A case that somebody
    rejected or gave another date meanwhile is skipped and named.

    Raises ``LibraryError``, and moves none, where one of them or one that goes on from them would
    be run on a day before a case that it goes on from.
    """
    held = {one.id: one for one in workspace.library.cases(project_id, run_id=run_id)}
    moved: list[str] = []
    skipped: list[str] = []
    for case in cases:
        now = held.get(case.id)
        seen = now and now.status != "rejected" and now.case.test_date == case.test_date
        (moved if seen else skipped).append(case.id)
    planned = {
        name: one.case.model_copy(update={"test_date": day}) if name in moved else one.case
        for name, one in held.items()
    }
    _refuse_before(
        lineage.chains(workspace, project_id, run_id, [*planned.values()]), planned, moved
    )
    changed: list[tuple[str, int]] = []
    for name in moved:
        seen_version = held[name].row_version
        try:
            stored = review.save(
                workspace, project_id, planned[name], seen_version=seen_version, by=by
            )
        except EditConflict:
            skipped.append(name)
        else:
            if stored.row_version != seen_version:
                changed.append((name, stored.row_version))
    return review.BulkOutcome(changed=tuple(changed), skipped=tuple(skipped))


def _refuse_before(
    chains: lineage.CaseChains, planned: Mapping[str, TestCase], moved: Sequence[str]
) -> None:
    """``LibraryError`` where a moved case is in a chain that is run in another order."""
    found = [
        f"{name} “{planned[name].title}” goes on from {other} “{planned[other].title}”"
        for name, before in chains.before.items()
        for other in before
        if (name in moved or other in moved)
        and "rejected" not in (planned[name].status, planned[other].status)
        and _is_before(planned[name].test_date, planned[other].test_date)
    ]
    if found:
        more = f"; so do {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise LibraryError(
            f"No case was moved: {'; '.join(found[:NAMED])}{more}. A case is not run on a day "
            "before what it goes on from. Move that one first, or with it, or choose another day."
        )


def _is_before(day: date | None, other: date | None) -> bool:
    return bool(day and other and day < other)


def file_of(workspace: Workspace, project_id: str, case_ids: Sequence[str]) -> bytes:
    """The list of what these cases start from, as CSV."""
    wanted = set(case_ids)
    held = workspace.library.cases(project_id)
    return preconditions_csv([one.case for one in held if one.id in wanted])


def export_csv(
    workspace: Workspace, project_id: str, *, run_id: str | None, selection: Selection
) -> CsvFile:
    """The list for the selected cases of a run or of the project; ``LibraryError`` for no cases."""
    title, cases = title_and_cases(workspace, project_id, run_id=run_id, selection=selection)
    return CsvFile(name=file_name(title), content=preconditions_csv(cases), cases=len(cases))


def file_name(title: str) -> str:
    """A name for the browser, built anew from letters and digits of the title."""
    return download_name(title, content="test data")
