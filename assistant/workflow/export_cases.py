"""Cases as files: a CSV in the company's template, and coverage as counted from the same cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assistant.domain import CaseStatus, CaseTemplate, Epic, TestCase, TestCondition, Value
from assistant.errors import LibraryError
from assistant.library import StoredCase
from assistant.suite.coverage import Coverage
from assistant.suite.coverage import coverage as count_coverage
from assistant.suite.export import EXPORT_PROFILES, ProfileName, download_name, write_csv
from assistant.suite.template import template_problems
from assistant.workflow.workspace import Workspace

Selection = Literal["accepted", "all"]
PROFILES: dict[ProfileName, str] = {name: row.title for name, row in EXPORT_PROFILES.items()}


class CsvFile(Value):
    """A file ready to be saved: name for the browser, bytes, and what breaks the template."""

    name: str
    content: bytes
    cases: int
    problems: tuple[str, ...] = ()


def select(
    workspace: Workspace,
    project_id: str,
    *,
    run_id: str | None = None,
    selection: Selection = "all",
) -> tuple[StoredCase, ...]:
    """The accepted cases, or all that are not rejected, of one run or of the whole project.

    Imported cases came from another tool and would be doubled there: they are left out.
    """
    statuses: tuple[CaseStatus, ...] = (
        ("accepted",) if selection == "accepted" else ("draft", "accepted")
    )
    return workspace.library.cases(project_id, run_id=run_id, statuses=statuses)


def export_csv(
    workspace: Workspace,
    project_id: str,
    *,
    run_id: str | None = None,
    selection: Selection = "all",
    profile: ProfileName = "excel",
    template: CaseTemplate | None = None,
) -> CsvFile:
    """The selected cases in ``template``, else the project's; ``LibraryError`` for no cases."""
    project = workspace.project(project_id)
    cases = [s.case for s in select(workspace, project_id, run_id=run_id, selection=selection)]
    if not cases:
        wanted = "accepted case" if selection == "accepted" else "case"
        raise LibraryError(
            f"Project '{project.name}' has no {wanted} to export. "
            + ("Accept some first, or export all." if selection == "accepted" else "Generate some.")
        )
    title = workspace.library.run(project_id, run_id).request if run_id else project.name
    return as_csv(
        workspace,
        project_id,
        cases,
        title=title,
        profile=profile,
        selection=selection,
        template=template,
    )


def as_csv(
    workspace: Workspace,
    project_id: str,
    cases: Sequence[TestCase],
    *,
    title: str,
    profile: ProfileName = "excel",
    selection: Selection = "all",
    template: CaseTemplate | None = None,
) -> CsvFile:
    """These cases in ``template``, else the project's."""
    template = template or workspace.project(project_id).template
    cited = {citation.chunk_id for case in cases for citation in case.all_citations}
    sources = workspace.library.chunks(project_id, sorted(cited))
    return CsvFile(
        name=file_name(title, selection, profile),
        content=write_csv(template, cases, profile=profile, sources=sources),
        cases=len(cases),
        problems=tuple(
            f"{case.id}: {problem}"
            for case in cases
            for problem in template_problems(template, case, sources=sources)
        ),
    )


def file_name(title: str, selection: Selection, profile: ProfileName) -> str:
    """A name for the browser, built anew from letters and digits of the title."""
    return download_name(title, profile=profile, content=f"{selection} cases")


def coverage(
    epics: Sequence[Epic],
    cases: Sequence[StoredCase],
    *,
    conditions: Sequence[TestCondition] = (),
) -> Coverage:
    """Which criteria have which kinds of cases, and what of the run's conditions is missing."""
    return count_coverage(epics, [stored.case for stored in cases], conditions=conditions)
