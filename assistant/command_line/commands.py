"""One function per command: choose the project, make one workflow call, print what came of it."""

from __future__ import annotations

import sys
from argparse import Namespace
from itertools import count
from pathlib import Path

from assistant.command_line.output import Terminal, write_file
from assistant.command_line.project_request import (
    DEFAULT_PROJECT,
    open_workspace,
    project_of_run,
    reading_project,
    remarks,
    request_of,
    understood,
)
from assistant.command_line.scope_options import techniques_of
from assistant.domain import (
    DRAFT_OR_OLD,
    SECOND_READER,
    CaseTemplate,
    GenerationConfig,
    GenerationRun,
    TestCase,
)
from assistant.errors import SettingsError, SourceError
from assistant.workflow.deployment import models as model_store
from assistant.workflow.deployment import start as app
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template, duplicates, export_cases, preconditions
from assistant.workflow.sources import import_sources, search_sources, source_standing
from assistant.workflow.writing import (
    coverage,
    follow_up_runs,
    generate_cases,
    reuse,
    second_reading,
    usage,
    writing_run,
)

PROBLEMS_SHOWN = 5


def start(options: Namespace, terminal: Terminal) -> None:
    """Prepare the data folder and become the app's server."""
    app.prepare(
        options.settings,
        with_model=options.with_model,
        say=terminal.note,
        fetching=terminal.fetching,
        indexing=terminal.indexing,
    )
    terminal.end_bar()
    host = options.host or app.HOST
    port = app.free_port(options.port, host)
    terminal.note(f"UAT Assistant is at http://localhost:{port} (stop it with Ctrl-C)")
    if options.settings.tools_http:
        terminal.note(f"Its tools are at http://localhost:{port}/mcp and /api/openapi.json")
    app.serve(
        options.settings,
        port=port,
        host=host,
        browser=not options.no_browser,
    )


def index(options: Namespace, terminal: Terminal) -> None:
    """Read, keep and index files and folders."""
    with open_workspace(options, terminal) as workspace:
        project = workspace.ensure_project(options.project or DEFAULT_PROJECT)
        rows = import_sources.index_paths(
            workspace, project.id, options.paths, progress=terminal.indexing
        )
    terminal.end_bar()
    failed = [row for row in rows if row.outcome == "failed"]
    if rows and len(failed) == len(rows):
        raise SourceError(f"Nothing could be read. {failed[0].file}: {failed[0].error}")
    if terminal.document(rows):
        return
    for row in rows:
        found = ", ".join(
            f"{count} {name}"
            for name, count in (
                ("epics", row.epics), ("stories", row.stories), ("criteria", row.criteria),
                ("cases", row.cases), ("pieces not understood", row.unread),
            )
            if count
        )  # fmt: skip
        terminal.line(f"{row.outcome:<10} {row.file}  {row.error or found or row.kind}")
    terminal.note(f"{len(rows)} files in project '{project.name}', {len(failed)} failed.")


def search(options: Namespace, terminal: Terminal) -> None:
    """Search the indexed sources."""
    with open_workspace(options, terminal) as workspace:
        project_id = reading_project(workspace, options, terminal)
        hits = search_sources.search(workspace, project_id, options.query, limit=options.k)
    if terminal.document(hits):
        return
    for hit in hits:
        chunk = hit.chunk
        terminal.line(
            f"[{hit.rank}] {hit.score:.4f}  {chunk.title}  {chunk.heading}  "
            f"({chunk.kind}{', ' * bool(chunk.place)}{chunk.place})"
        )
        terminal.line(f"    {' '.join(chunk.text.split())[:300]}")
    if not hits:
        terminal.note("Nothing was found.")


def generate(options: Namespace, terminal: Terminal) -> None:
    """Write test cases for an epic file or a sentence, or those that an earlier run lacks."""
    if options.out is not None:
        _check_folder(options.out)
    with open_workspace(options, terminal) as workspace:
        settings = workspace.settings
        write = _generated if options.fill_gaps is None else _filled
        project_id, run, earlier = write(workspace, options, terminal)
        terminal.end_bar()
        run = source_standing.with_standings(workspace, project_id, run)
        # Comparing with thousands of cases takes seconds, so only where the outcome is told.
        told = options.only_new or not terminal.json
        existing = (
            reuse.in_project(workspace, project_id, run.epics, run.conditions) if told else None
        )
        if options.out is not None:
            file = export_cases.as_csv(
                workspace, project_id, run.cases, title=run.request, profile=_form(options)
            )
            write_file(options.out, file.content)
            _warnings(file, terminal)
    spent = usage.usage_of_run(settings, run.generation.writer, run.timings).text
    if terminal.json:
        document = run.model_dump(mode="json")
        if existing is not None:
            document["against_existing"] = existing.model_dump(mode="json")
        if earlier.runs:
            document["earlier_cases"] = earlier.model_dump(mode="json")
        terminal.document(document)
        if spent:
            terminal.note(spent)  # beside the run, which can be read back as one
    else:
        _summary(run, options.out, terminal)
        if run.error:
            terminal.note(run.error)
        if spent:
            terminal.line(spent)
        if existing is not None and existing.existing:
            counts = existing.counts
            terminal.line(
                f"Against {existing.existing} existing cases: {counts['reuse']} reuse, "
                f"{counts['update']} update, {counts['new']} seen in none of them."
            )


def _generated(
    workspace: Workspace, options: Namespace, terminal: Terminal
) -> tuple[str, GenerationRun, reuse.EarlierCases]:
    """The project, the whole run for what was asked, and what of it earlier runs had written."""
    wanted = options.writer and model_store.writer(workspace, options.writer).id
    project_id, request = request_of(workspace, options, terminal)
    writer = wanted or model_store.default_writer(workspace, project_id)
    scope = {"depth": options.depth or "standard", "techniques": techniques_of(options.techniques)}
    request = request.model_copy(update=scope)
    found = understood(workspace, project_id, request, options, terminal, writer=writer)
    remarks(found, terminal)
    earlier = generate_cases.earlier_cases(workspace, project_id, found, writer)
    _say_earlier(earlier, len(found.conditions), options.again, terminal)
    likely = usage.expected_usage(workspace, project_id, found, writer).text
    if likely:
        terminal.note(f"{writer}: {likely}")
    run = generate_cases.begin(
        workspace,
        project_id,
        found,
        GenerationConfig(
            writer=writer,
            read_again=options.read_again and second_reading.can_read(workspace, writer),
        ),
        by=options.by,
        only_new=options.only_new,
        again=options.again,
    )
    on_case = _writing_bar(terminal, len(found.conditions) - len(run.generation.skip))
    run = generate_cases.run_now(workspace, project_id, run, on_case=on_case)
    return project_id, run, earlier


def _say_earlier(earlier: reuse.EarlierCases, items: int, again: bool, terminal: Terminal) -> None:
    """What has cases of earlier runs, and what becomes of it, before anything is written."""
    if not earlier.runs:
        return
    runs = ", ".join(f"{one.id} ({one.cases} cases)" for one in earlier.runs)
    then = "All are written again" if again else "Only the rest is written; --again writes all"
    terminal.note(
        f"{len(earlier.criteria)} of {earlier.total} criteria have cases of an earlier run already "
        f"({len(earlier.conditions)} of {items} items), in {runs}. {then}."
    )


def _filled(
    workspace: Workspace, options: Namespace, terminal: Terminal
) -> tuple[str, GenerationRun, reuse.EarlierCases]:
    """The same for an earlier run and the cases that it lacked."""
    if options.depth or options.techniques:
        raise SettingsError(
            "--fill-gaps keeps the depth and the techniques of its run. Leave out --depth and "
            "--techniques, or write a new run with them."
        )
    project_id = project_of_run(workspace, options, options.fill_gaps)
    run = workspace.library.run(project_id, options.fill_gaps)
    again, filling = coverage.begin(
        workspace, project_id, run.id, by=options.by, writer=options.writer,
        rejected=options.with_rejected,
    )  # fmt: skip
    on_case = _writing_bar(terminal, len(filling.conditions))
    follow_up_runs.write_now(workspace, project_id, [again], on_case=on_case)
    terminal.end_bar()
    for one in filling.left_open:
        terminal.note(f"left open: {one.condition_id} ({one.reason})")
    filled = workspace.library.run(project_id, run.id)
    terminal.note(f"{len(filled.cases) - len(run.cases)} missing cases written")
    return project_id, filled, reuse.EarlierCases()


def _writing_bar(terminal: Terminal, total: int) -> writing_run.OnCase:
    """Moves a bar with each case that was written; there may be more cases than items."""
    numbers = count(1)

    def on_case(case: TestCase) -> None:
        number = next(numbers)
        terminal.bar("writing    ", number, max(total, number), detail=case.id)

    return on_case


def export(options: Namespace, terminal: Terminal) -> None:
    """Write stored cases as CSV or XLSX, to a file or (CSV) to stdout; losses are told."""
    if options.out is not None:
        _check_folder(options.out)
    elif terminal.json:
        raise SettingsError("--json needs --out FILE.csv: stdout cannot hold both.")
    template = _template(options.template) if options.template else None
    if options.mapping and options.out is None:
        raise SettingsError("--mapping needs --out FILE: mapping files are written beside it.")
    selection: export_cases.Selection = "accepted" if options.accepted else "all"
    if options.test_data and (template or options.mapping or _form(options) != "excel"):
        raise SettingsError(
            "--test-data has one form, a CSV for a spreadsheet: leave out --template, --mapping, "
            "--profile import and a FILE.xlsx."
        )
    with open_workspace(options, terminal, embed=False) as workspace:
        project_id = (
            project_of_run(workspace, options, options.run)
            if options.run
            else reading_project(workspace, options, terminal, create=False)
        )
        mappings = company_template.mapping_files(
            template or workspace.project(project_id).template,
            project_key=company_template.guessed_project_key(workspace, project_id),
            link_type_id=options.link_type,
        )
        file = (
            preconditions.export_csv(workspace, project_id, run_id=options.run, selection=selection)
            if options.test_data
            else export_cases.export_csv(
                workspace,
                project_id,
                run_id=options.run,
                selection=selection,
                profile=_form(options),
                template=template,
            )
        )
    _warnings(file, terminal)
    if options.out is None:
        sys.stdout.buffer.write(file.content)
        sys.stdout.buffer.flush()
        return
    write_file(options.out, file.content)
    for mapping in mappings if options.mapping else ():
        write_file(options.out.with_name(mapping.name), mapping.content.encode())
        terminal.note(" ".join(filter(None, (f"{mapping.name}: {mapping.note}", mapping.lost))))
    if terminal.json:
        terminal.document(file.model_copy(update={"name": str(options.out), "content": b""}))
    else:
        what = "Preconditions of " if options.test_data else ""
        terminal.line(f"{what}{file.cases} cases written to {options.out}")


def _summary(run: GenerationRun, out: Path | None, terminal: Terminal) -> None:
    if out is None:
        for case in run.cases:
            mark = "  [unsupported]" if case.unsupported_steps else ""
            rules = {one.rule for one in case.findings}
            mark += "  [doubted]" if SECOND_READER in rules else ""
            mark += f"  [{DRAFT_OR_OLD} alone]" if DRAFT_OR_OLD in rules else ""
            terminal.line(f"{case.id}  {case.technique or ''}  {case.title}{mark}")
    for case in run.cases:
        if said := duplicates.repetition_of(case):
            terminal.line(f"{case.id}: {said}")
    unsupported = sum(bool(case.unsupported_steps) for case in run.cases)
    criteria = {key for case in run.cases for key in case.criterion_ids}
    where = f", written to {out}" if out else ""
    total = sum(len(epic.criteria) for epic in run.epics)
    terminal.line(
        f"{len(run.cases)} cases for {len(criteria)} of {total} criteria, {unsupported} with an "
        f"unsupported result, in {run.timings.total:.1f} s{where} (run {run.id})"
    )


def _template(name: str) -> CaseTemplate:
    """A ready-made template by name, or the one in a file."""
    path = Path(name)
    if path.suffix and path.is_file():
        return company_template.from_file(path.name, path.read_bytes())
    return company_template.ready_template(name)


def _form(options: Namespace) -> export_cases.FileForm:
    """A workbook where the file is called so, else the profile of CSV."""
    form: export_cases.FileForm = options.profile
    return "xlsx" if options.out is not None and options.out.suffix.lower() == ".xlsx" else form


def _warnings(file: export_cases.CsvFile, terminal: Terminal) -> None:
    """What breaks the template, and what of the cases is not in the file: a sentence a matter."""
    for sentence in file.problems[:PROBLEMS_SHOWN]:
        terminal.note(f"template: {sentence}")
    if len(file.problems) > PROBLEMS_SHOWN:
        terminal.note(f"template: {len(file.problems) - PROBLEMS_SHOWN} more like these")
    for sentence in file.warnings:
        terminal.note(f"export: {sentence}")


def _check_folder(path: Path) -> None:
    if path.is_dir() or not path.resolve().parent.is_dir():
        raise SettingsError(f"'{path}' cannot be written: name a file in a folder that exists.")
