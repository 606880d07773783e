"""Cases as files: CSV or XLSX in the company's template; coverage counted from the same cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from assistant.domain import CaseStatus, CaseTemplate, Chunk, TestCase, Value
from assistant.errors import LibraryError
from assistant.library import StoredCase
from assistant.sources.pasted.names_and_ids import is_made_key
from assistant.sources.pasted.story_sentences import shortened
from assistant.suite.case_chains import in_order
from assistant.suite.export import (
    EXPORT_PROFILES,
    ProfileName,
    download_name,
    export_warnings,
    losses,
    write_csv,
    write_xlsx,
)
from assistant.suite.template import READY_TEMPLATES, template_problems
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.lineage import earlier_titles, last_suite_reading
from assistant.workflow.review.review import contradictions_of, faults_of
from assistant.workflow.review.stale import stale_cases
from assistant.workflow.writing.replies import replies_in

Selection = Literal["accepted", "all"]
STATUSES: dict[Selection, tuple[CaseStatus, ...]] = {
    "accepted": ("accepted",),
    "all": ("draft", "accepted"),
}
PROFILES: dict[ProfileName, str] = {name: row.title for name, row in EXPORT_PROFILES.items()}
FileForm = Literal["excel", "import", "xlsx"]
"""A profile of CSV files, or a workbook."""

FORMS: dict[FileForm, str] = {
    "excel": PROFILES["excel"],
    "import": PROFILES["import"],
    "xlsx": "Excel workbook, every cell as text",
}
MIME: dict[FileForm, str] = {
    "excel": "text/csv",
    "import": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Target(Value):
    """What a download is for: a template, and how its cells are written."""

    name: str
    template: CaseTemplate
    profile: FileForm


def targets(workspace: Workspace, project_id: str) -> tuple[Target, ...]:
    """What cases can be downloaded for: the company's template in each form, then each tool that
    there is a ready template for, in the form that its importer takes."""
    own = workspace.project(project_id).template
    mine = (
        Target(name=f"{own.name}: {words}", template=own, profile=form)
        for form, words in FORMS.items()
    )
    tools = (
        Target(name=ready.name, template=ready, profile="import")
        for ready in READY_TEMPLATES
        if ready.name != own.name
    )
    return (*mine, *tools)


class CsvFile(Value):
    """A file ready to be saved: name for the browser, bytes, and what a person should know of it.

    ``problems`` are cells that break the template, ``warnings`` which cases are not ready to be
    run, what no column holds, by case, and the cells that a spreadsheet cuts off.
    """

    name: str
    content: bytes
    cases: int
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def select(
    workspace: Workspace,
    project_id: str,
    *,
    run_id: str | None = None,
    selection: Selection = "all",
) -> tuple[StoredCase, ...]:
    """The accepted cases, or all that are not rejected, of one run or of the whole project.

    Imported cases came from another tool and would be doubled there: they are left out. Story by
    story in the order in which they were written, a person's own cases with their story's, and no
    case before one that it goes on from.
    """
    found = workspace.library.cases(project_id, run_id=run_id, statuses=STATUSES[selection])
    place: dict[tuple[str, str], int] = {}
    for one in found:
        place.setdefault((one.case.epic_key, one.case.story_key), len(place))
    by_story = sorted(found, key=lambda s: place[s.case.epic_key, s.case.story_key])
    return _in_order(workspace, project_id, by_story)


def _in_order(
    workspace: Workspace, project_id: str, found: Sequence[StoredCase]
) -> tuple[StoredCase, ...]:
    """The cases day by day, those of a day as a reader of the whole suite says, one that was
    written since behind its story's, else in their order, but each behind those that it goes on
    from."""
    earlier: dict[str, Sequence[str]] = {}
    planned: list[str] = []
    for run_id in dict.fromkeys(one.run_id or "" for one in found):
        earlier.update(earlier_titles(workspace, project_id, run_id))
        reading = last_suite_reading(workspace, project_id, run_id)
        planned += reading.order if reading else ()
    planned = _with_later(found, planned)
    places = in_order([(one.run_id, one.case) for one in found], earlier, planned)
    return tuple(found[place] for place in places)


def _with_later(found: Sequence[StoredCase], planned: Sequence[str]) -> list[str]:
    """The planned order with each case that it lacks behind the last one of its story and day: the
    day may end with a case of another story that leaves nothing to test. One without such a case
    stays out, and so last."""

    def group(one: StoredCase) -> tuple[object, ...]:
        return one.run_id, one.case.test_date, one.case.epic_key, one.case.story_key

    place = {name: at for at, name in enumerate(planned)}
    last: dict[tuple[object, ...], int] = {}
    for one in found:
        if one.id in place:
            last[group(one)] = max(last.get(group(one), 0), place[one.id])
    later = {
        one.id: last[group(one)] for one in found if one.id not in place and group(one) in last
    }
    place |= later
    return sorted(place, key=place.__getitem__)


def file_of(
    workspace: Workspace, project_id: str, case_ids: Sequence[str], target: Target
) -> bytes:
    """The file of these cases, in the order of ``case_ids``, but each behind those that it goes on
    from."""
    held = {stored.id: stored for stored in workspace.library.cases(project_id)}
    named = [held[name] for name in dict.fromkeys(case_ids) if name in held]
    chosen = _in_order(workspace, project_id, named)
    cases: Sequence[TestCase] = [one.case for one in chosen]
    cases, sources = _with_sources(workspace, project_id, cases)
    return _written(target.template, cases, target.profile, sources)


def export_csv(
    workspace: Workspace,
    project_id: str,
    *,
    run_id: str | None = None,
    selection: Selection = "all",
    profile: FileForm = "excel",
    template: CaseTemplate | None = None,
) -> CsvFile:
    """The selected cases in ``template``, else the project's; ``LibraryError`` for no cases."""
    title, cases = title_and_cases(workspace, project_id, run_id=run_id, selection=selection)
    return as_csv(
        workspace,
        project_id,
        cases,
        title=title,
        profile=profile,
        selection=selection,
        template=template,
        run_id=run_id,
    )


def title_and_cases(
    workspace: Workspace, project_id: str, *, run_id: str | None, selection: Selection
) -> tuple[str, list[TestCase]]:
    """What a file of the selected cases is called by, and the cases; ``LibraryError`` for none."""
    project = workspace.project(project_id)
    selected = select(workspace, project_id, run_id=run_id, selection=selection)
    if not selected:
        wanted = "accepted case" if selection == "accepted" else "case"
        raise LibraryError(
            f"Project '{project.name}' has no {wanted} to export. "
            + ("Accept some first, or export all." if selection == "accepted" else "Generate some.")
        )
    title = project.name
    if run_id:
        run = workspace.library.run(project_id, run_id)
        title = title_of_run(run.request, run.created_at)
    return title, [one.case for one in selected]


def as_csv(
    workspace: Workspace,
    project_id: str,
    cases: Sequence[TestCase],
    *,
    title: str,
    profile: FileForm = "excel",
    selection: Selection = "all",
    template: CaseTemplate | None = None,
    run_id: str | None = None,
) -> CsvFile:
    """These cases in ``template``, else the project's, in the order in which they come; all of the
    list of ``run_id`` where that is given."""
    template = template or workspace.project(project_id).template
    cases, sources = _with_sources(workspace, project_id, cases)
    cut = export_warnings(template, cases, profile=_marks(profile), sources=sources)
    return CsvFile(
        name=file_name(title, f"{selection} cases", profile, template),
        content=_written(template, cases, profile, sources),
        cases=len(cases),
        warnings=(
            *warnings(
                workspace, project_id, cases, profile=profile, template=template, run_id=run_id
            ),
            *cut,
        ),
        problems=_broken_rules(template, cases, sources),
    )


def refused_cells(
    workspace: Workspace, project_id: str, cases: Sequence[TestCase], target: Target
) -> tuple[str, ...]:
    """Cells of these cases that the tool would refuse or cut, as they break a rule of the template
    (too long, empty, not allowed) or are longer than a cell can be, a sentence each."""
    known, sources = _with_sources(workspace, project_id, cases)
    template, profile = target.template, _marks(target.profile)
    return (
        *_broken_rules(template, known, sources),
        *export_warnings(template, known, profile=profile, sources=sources),
    )


def _broken_rules(
    template: CaseTemplate, cases: Sequence[TestCase], sources: Mapping[str, Chunk]
) -> tuple[str, ...]:
    return tuple(
        f"{case.id}: {problem}"
        for case in cases
        for problem in template_problems(template, case, sources=sources)
    )


def _with_sources(
    workspace: Workspace, project_id: str, cases: Sequence[TestCase]
) -> tuple[list[TestCase], Mapping[str, Chunk]]:
    sources = cited_chunks(workspace, project_id, cases)
    replied = _with_replies(workspace, project_id, cases)
    return in_known_names(workspace, project_id, replied), sources


def _with_replies(
    workspace: Workspace, project_id: str, cases: Sequence[TestCase]
) -> list[TestCase]:
    """The cases with what is known to each of their questions behind it: whoever runs them reads no
    more than the file."""
    asking = {one.id for one in cases if one.open_questions}
    by_run: dict[str, list[StoredCase]] = {}
    for stored in workspace.library.cases(project_id) if asking else ():
        if stored.id in asking:
            by_run.setdefault(stored.run_id or "", []).append(stored)
    known: dict[tuple[str, str], str] = {}
    for run_id, held in by_run.items():
        for name, found in replies_in(workspace, project_id, run_id, held).items():
            for text, several in found.sources.items():
                quotations = "; ".join(one.quotation for one in several)
                known[name, text] = f" A source says: {quotations}"
            for text, given in found.answers.items():
                known[name, text] = f" Answered by {given.by}: “{given.text}”"
    return [
        one.model_copy(
            update={
                "open_questions": tuple(
                    text + known.get((one.id, text), "") for text in one.open_questions
                )
            }
        )
        for one in cases
    ]


def cited_chunks(
    workspace: Workspace, project_id: str, cases: Iterable[TestCase]
) -> Mapping[str, Chunk]:
    """What the cases cite, by id."""
    cited = {citation.chunk_id for case in cases for citation in case.all_citations}
    return workspace.library.chunks(project_id, sorted(cited))


def _written(
    template: CaseTemplate,
    cases: Sequence[TestCase],
    profile: FileForm,
    sources: Mapping[str, Chunk],
) -> bytes:
    if profile == "xlsx":
        return write_xlsx(template, cases, sources=sources)
    return write_csv(template, cases, profile=profile, sources=sources)


def warnings(
    workspace: Workspace,
    project_id: str,
    cases: Sequence[TestCase],
    *,
    profile: FileForm = "excel",
    template: CaseTemplate | None = None,
    run_id: str | None = None,
) -> tuple[str, ...]:
    """Which of these cases are not ready to be run, and what a file of them would not hold, a
    sentence each: to be shown beside a download. ``run_id`` as for ``unready``."""
    template = template or workspace.project(project_id).template
    lost = (one.sentence for one in losses(template, cases, profile=_marks(profile)))
    return (*unready(workspace, project_id, cases, run_id=run_id), *lost)


NAMED = 4
"""Ids of cases in a sentence about several."""


def unready(
    workspace: Workspace,
    project_id: str,
    cases: Sequence[TestCase],
    *,
    run_id: str | None = None,
) -> tuple[str, ...]:
    """Which of the cases have a step to complete, expect nothing, contradict a source or
    themselves, are stale,
    or rest on a limit that a newer source sets otherwise, whatever was decided about them: a tool
    would take them as they are. Where all are in the list of one run, ``run_id`` spares a look at
    the others.
    """
    judged = stale_cases(workspace, project_id, run_id=run_id) if cases else ()
    changed = {one.case_id for one in judged if one.has_changes}
    limited = {one.case_id for one in judged if not one.has_changes}
    found = {
        "with a step that has no action": [case.id for case in cases if case.is_outline],
        "in which no result is stated": [
            case.id for case in cases if not any(s.expected_result.strip() for s in case.steps)
        ],
        "that a source contradicts": [case.id for case in cases if contradictions_of(case)],
        "at odds with themselves or their item": [case.id for case in cases if faults_of(case)],
        "whose sources changed since (stale)": [case.id for case in cases if case.id in changed],
        "for which a newer source sets another limit": [
            case.id for case in cases if case.id in limited
        ],
    }
    return tuple(
        f"{len(ids)} of {len(cases)} cases {which}: {', '.join(ids[:NAMED])}"
        + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
        for which, ids in found.items()
        if ids
    )


def _marks(profile: FileForm) -> ProfileName:
    """The profile of CSV whose reader a file is for: a workbook is for a spreadsheet too."""
    return "excel" if profile == "xlsx" else profile


TITLE_CHARACTERS = 60
"""Of a run's name in that of its file."""
EPIC_CHARACTERS = 60
"""Of an epic's title where it stands for its key: in a folder, a section, a tag."""
_PATH_SIGNS = re.compile(r"\s*[/\\>;,|]+\s*")
"""What tools part folders and tags at."""


def in_known_names(
    workspace: Workspace, project_id: str, cases: Sequence[TestCase]
) -> list[TestCase]:
    """The cases as a reader outside knows their epics and stories.

    Where a source gives an epic no key, the key is made here and stands in no other tool: the
    epic's title takes its place, and a story's made key is left out. Ids of criteria stay: by them
    a case that comes back is known.
    """
    made = {case.epic_key for case in cases if is_made_key(case.epic_key)}
    titles = {epic.key: epic.title for epic in workspace.library.epics(project_id)} if made else {}
    shown = {
        key: shortened(_PATH_SIGNS.sub(" ", titles.get(key, "")), EPIC_CHARACTERS) for key in made
    }
    return [
        case.model_copy(
            update={
                "epic_key": shown.get(case.epic_key, case.epic_key),
                "story_key": "" if is_made_key(case.story_key) else case.story_key,
            }
        )
        for case in cases
    ]


def title_of_run(request: str, begun: datetime) -> str:
    """What the file of a run is called by: what the run is called, cut at a word, and its day."""
    return f"{shortened(request, TITLE_CHARACTERS)} {begun.astimezone():%Y-%m-%d}"


def file_name(title: str, content: str, profile: FileForm, template: CaseTemplate) -> str:
    """A name for the browser, built anew from letters and digits of the title, the content and the
    tool that the file is for."""
    tool = template.name if template.name in {one.name for one in READY_TEMPLATES} else ""
    name = download_name(title, profile=_marks(profile), content=f"{content} {tool}")
    return f"{name.removesuffix('.csv')}.xlsx" if profile == "xlsx" else name
