"""Commands about sources over time: ``sync``, ``sources``, ``stale``.

They work in the project named with ``--project``; without it ``sync --folder`` uses "Default", and
the others the project that commands read from.
"""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import DEFAULT_PROJECT, open_workspace, reading_project
from assistant.errors import SettingsError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import stale as stale_store
from assistant.workflow.sources import sync_jobs
from assistant.workflow.sources.source_list import SourceRow, listed_sources
from assistant.workflow.sources.sync import SyncReport
from assistant.workflow.sources.sync import sync as sync_now
from assistant.workflow.writing import follow_up_runs, write_again

SHOWN = 20


def sync(options: Namespace, terminal: Terminal) -> None:
    """Bring the project up to date with its connections, or with a folder."""
    named = [options.connection is not None, options.all, options.folder is not None]
    if sum(named) != 1:
        raise SettingsError("Name one: sync CONNECTION, sync --all, or sync --folder DIR.")
    with open_workspace(options, terminal) as workspace:
        if options.folder is not None:
            project = workspace.ensure_project(options.project or DEFAULT_PROJECT)
            chosen = [
                sync_jobs.connect_folder(
                    workspace, project.id, options.folder, name=options.name or "", by=options.by
                )
            ]
        else:
            project_id = reading_project(workspace, options, terminal, create=False)
            held = workspace.library.connections
            chosen = list(held.list(project_id))
            if options.connection is not None:
                chosen = [held.get(project_id, options.connection)]
            if not chosen:
                raise SettingsError(
                    "This project has no connection yet. Make one of a folder: sync --folder DIR."
                )
        if options.every is not None:
            for connection in chosen:
                sync_jobs.set_interval(workspace, connection, options.every, by=options.by)
        reports = [_synced(workspace, connection, options, terminal) for connection in chosen]
    if terminal.document(reports):
        return
    for report in reports:
        _print_report(report, terminal)


def _synced(
    workspace: Workspace,
    connection: sync_jobs.Connection,
    options: Namespace,
    terminal: Terminal,
) -> SyncReport:
    def progress(done: int, total: int) -> None:
        if total:
            terminal.bar("fetching   ", min(done, total), total, detail=f"{done} of {total}")

    report = sync_now(
        workspace, connection.project_id, connection.id, by=options.by, full=options.full,
        remove_up_to=options.remove_up_to, progress=progress,
    )  # fmt: skip
    terminal.end_bar()
    return report


def _print_report(report: SyncReport, terminal: Terminal) -> None:
    for change in report.changes[:SHOWN]:
        what = change.error or change.title
        version = f" (version {change.version})" if change.outcome == "changed" else ""
        terminal.line(f"{change.outcome:<10} {change.external_id}{version}  {what}")
    if len(report.changes) > SHOWN:
        terminal.line(f"and {len(report.changes) - SHOWN} more")
    for note in report.notes[:SHOWN]:
        terminal.line(f"{'note':<10} {note}")
    if len(report.notes) > SHOWN:
        terminal.line(f"and {len(report.notes) - SHOWN} more notes")
    terminal.line(
        f"{report.name}: {report.new} new, {report.changed} changed, {report.unchanged} unchanged, "
        f"{report.removed} removed, {report.failed} could not be read, in {report.seconds:.1f} s"
    )


def sources(options: Namespace, terminal: Terminal) -> None:
    """What the project holds: documents with version, index, freshness and connection."""
    with open_workspace(options, terminal, embed=False) as workspace:
        project_id = reading_project(workspace, options, terminal, create=False)
        rows = listed_sources(workspace, project_id)
    if terminal.document(rows):
        return
    terminal.table(
        [
            ("DOCUMENT", "KIND", "VERSION", "INDEXED", "FETCHED", "FROM", "TITLE"),
            *(
                (
                    row.id,
                    row.kind.replace("_", " "),
                    str(row.version),
                    "yes" if row.indexed else "not yet",
                    _when(row.fetched_at),
                    row.connection or "by hand",
                    row.error or _titled(row),
                )
                for row in rows
            ),
        ]
    )


def _titled(row: SourceRow) -> str:
    """The title, and that the project holds the text twice."""
    if row.older_copy_of:
        return f"{row.title} (the older of two copies; the newer is {row.older_copy_of})"
    if row.older_copies:
        return f"{row.title} (the newer of two copies; an older is {', '.join(row.older_copies)})"
    return row.title


def stale(options: Namespace, terminal: Terminal) -> None:
    """Cases whose sources changed: what they cite, and what stands there now."""
    with open_workspace(options, terminal, embed=options.write_again) as workspace:
        project_id = reading_project(workspace, options, terminal, create=False)
        found = stale_store.stale_cases(workspace, project_id)
        if options.write_again and found:
            kept = [] if options.accepted else [one for one in found if one.status == "accepted"]
            ids = [one.case_id for one in found if one not in kept]
            planned = write_again.begin(
                workspace, project_id, ids, by=options.by, accepted=options.accepted
            )
            follow_up_runs.write_now(workspace, project_id, planned)
            terminal.note(f"{len(ids)} cases were written again.")
            if kept:
                names = ", ".join(one.case_id for one in kept)
                terminal.note(f"Accepted and left as they are (--accepted writes them): {names}")
            found = stale_store.stale_cases(workspace, project_id)
    if terminal.document(found):
        return
    for case in found:
        terminal.line(f"{case.case_id}  {case.status}  {case.title}")
        for one in case.findings:
            terminal.line(f"    {one.where}: {one.change} in {one.title}, version {one.version}")
            terminal.line(f"      was: {one.old}")
            terminal.line(f"      now: {one.new or '(nothing like it)'}")
    terminal.line(f"{len(found)} stale cases")


def _when(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
