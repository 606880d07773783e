"""What has to be prepared before cases are run: their preconditions, on screen and as a file.

And on which day each is run.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import TestCase
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
from assistant.workflow.review import lineage, review_library
from assistant.workflow.review.export_cases import CsvFile, Selection, select, title_and_cases


def cases_of_run(
    workspace: Workspace, project_id: str, run_id: str, selection: Selection
) -> tuple[TestCase, ...]:
    """The selected cases of a run, story by story."""
    chosen = select(workspace, project_id, run_id=run_id, selection=selection)
    return tuple(stored.case for stored in chosen)


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
