"""Commands about sources over time: ``sync``, ``sources``, ``stale``.

They work in the project named with ``--project``; without it ``sync --folder`` uses "Default", and
the others the project that commands read from.

``preview``: what a new version of a source would change, before it is published or kept.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import DEFAULT_PROJECT, open_workspace, reading_project
from assistant.command_line.scope_options import STDIN, text_of
from assistant.errors import AssistantError, SettingsError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import impact_list, page_change
from assistant.workflow.review import preview_change
from assistant.workflow.review import stale as stale_store
from assistant.workflow.review.preview_change import ChangePreview, TouchedCase
from assistant.workflow.sources import next_version, restore_sources, sync_jobs
from assistant.workflow.sources.import_sources import Preview
from assistant.workflow.sources.read_source import SourceRow, listed_sources
from assistant.workflow.sources.reindex import index_pending
from assistant.workflow.sources.restore_sources import DocumentVersion, RemovedDocument
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
    """What the project holds: documents with version, index, freshness and connection.

    Or what was removed from it, and earlier versions, and either of them back in the project.
    """
    what, named = options.what, options.documents
    if what in ("versions", "use") and len(named) != 1:
        raise SettingsError(f"Name one document: sources {what} DOCUMENT.")
    if what == "restore" and not named:
        raise SettingsError(
            "Name what to restore: sources restore DOCUMENT... (`sources removed` lists them)."
        )
    if what == "removed" and named:
        raise SettingsError("`sources removed` takes no document.")
    if (what == "use") != (options.version is not None):
        raise SettingsError("Say which version: sources use DOCUMENT --version N.")
    embed = what in ("restore", "use")
    with open_workspace(options, terminal, embed=embed) as workspace:
        project_id = reading_project(workspace, options, terminal, create=False)
        if what:
            _back(workspace, project_id, options, terminal)
            return
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


def _back(workspace: Workspace, project_id: str, options: Namespace, terminal: Terminal) -> None:
    """List what can be restored or used again, or do that and index it."""
    if options.what == "removed":
        _print_removed(restore_sources.removed_sources(workspace, project_id), terminal)
        return
    if options.what == "restore":
        try:
            back = restore_sources.restore(workspace, project_id, options.documents, by=options.by)
        finally:  # those named before one that cannot be restored are back
            _index(workspace, project_id, terminal)
    else:
        document = next_version.named_document(workspace, project_id, options.documents[0])
        if options.what == "versions":
            kept = workspace.library.lineage.versions(project_id, document.id)
            _print_versions(kept[::-1], terminal)
            return
        back = (
            restore_sources.use_version(
                workspace, project_id, document.id, options.version, by=options.by
            ),
        )
        _index(workspace, project_id, terminal)
    if terminal.json:
        found = (workspace.library.find_document(project_id, one.id) for one in back)
        terminal.document([one for one in found if one is not None])
        return
    for one in back:
        stays = one.outcome == "unchanged"
        terminal.line(
            f"{one.id}: it is the present text, version {one.version} stays"
            if stays
            else f"{one.id}: version {one.version} is in the project"
        )


def _index(workspace: Workspace, project_id: str, terminal: Terminal) -> None:
    index_pending(
        workspace.library, workspace.knowledge(project_id), project_id, progress=terminal.indexing
    )
    terminal.end_bar()


def _print_removed(removed: Sequence[RemovedDocument], terminal: Terminal) -> None:
    if terminal.document(removed):
        return
    terminal.table(
        [
            ("DOCUMENT", "KIND", "VERSION", "REMOVED", "BY", "TITLE"),
            *(
                (
                    one.id, one.kind.replace("_", " "), str(one.version), _when(one.removed_at),
                    one.by, one.title,
                )
                for one in removed
            ),
        ]
    )  # fmt: skip


def _print_versions(versions: Sequence[DocumentVersion], terminal: Terminal) -> None:
    if terminal.document(versions):
        return
    rows = ((str(one.version), _when(one.stored_at), one.by) for one in versions)
    terminal.table([("VERSION", "SINCE", "BY"), *rows])


def _titled(row: SourceRow) -> str:
    """The title, and that the project holds the text twice or that it is no longer in force."""
    if row.outdated:
        return f"{row.title} (no longer in force, as it says itself: “{row.outdated}”)"
    if row.older_copy_of:
        return (
            f"{row.title} (the older of two copies or editions; the newer is {row.older_copy_of})"
        )
    if row.older_copies:
        older = ", ".join(row.older_copies)
        return f"{row.title} (the newer of two copies or editions; an older is {older})"
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
            beside = one.change == stale_store.ANOTHER_LIMIT
            for fault in one.faults:
                terminal.line(f"      {fault.finding.message}")
            if one.old or one.new:
                terminal.line(f"      {'rests on' if beside else 'was'}: {one.old or NOTHING}")
                terminal.line(f"      {'there' if beside else 'now'}: {one.new or NOTHING}")
    terminal.line(f"{len(found)} stale cases")


def _when(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


NOTHING = "(nothing like it)"


def preview(options: Namespace, terminal: Terminal) -> None:
    """Print the sentences, cases, questions and items that change; with ``--apply`` keep it."""
    with open_workspace(
        options, terminal, embed=options.apply or bool(options.read_by)
    ) as workspace:
        project_id = reading_project(workspace, options, terminal, create=False)
        document = next_version.named_document(workspace, project_id, options.document)
        found = preview_change.preview_change(
            workspace,
            project_id,
            _read(workspace, project_id, document.id, options.text),
            progress=lambda done, total: terminal.bar("proving    ", done, total),
        )
        terminal.end_bar()
        reading = None
        if options.read_by and found.changes:
            try:
                reading = page_change.read_now(
                    workspace,
                    project_id,
                    [page_change.previewed(found)],
                    reader=options.read_by,
                    by=options.by,
                    every=options.every,
                    report=lambda done, total: terminal.bar("reading    ", done, total),
                )
            except AssistantError as error:  # what was found without it is still told
                terminal.note(f"The existing cases were not all read: {error}")
                terminal.status = 1
            terminal.end_bar()
        elif options.read_by:
            terminal.note("No sentence changes: the existing cases were not read.")
        kept = document
        if options.apply:
            kept = preview_change.apply_change(workspace, project_id, found, by=options.by)
            index_pending(workspace.library, workspace.knowledge(project_id), project_id)
    applied = kept.version != document.version
    if terminal.json:
        counts = {
            "rests_on_what_changes": found.rests,
            "says_a_number_that_changes": found.says,
            "names_a_rule_that_changes": found.names,
            "new_text_says_otherwise": found.denied,
        }
        whole = found.model_dump(mode="json", exclude={"source"})
        read = reading.model_dump(mode="json") if reading else None
        told = {"applied": applied, "counts": counts | found.counts, "existing_cases": read}
        terminal.document(told | whole)
        return
    _print_changes(found, terminal)
    for line in impact_list.lines(reading) if reading else ():
        terminal.line(line)
    if applied:
        terminal.note(f"Kept as version {kept.version}.")
    elif options.apply:
        terminal.note(f"It is the present text: version {kept.version} stays.")
    else:
        terminal.note("The text was not kept (--apply).")


def _read(workspace: Workspace, project_id: str, document_id: str, text: str) -> Preview:
    """The new version from a file, or as text from stdin."""
    name, data = text_of(text)
    if text == STDIN:
        return next_version.read_next_text(
            workspace, project_id, document_id, data.decode("utf-8", "replace")
        )
    return next_version.read_next_file(workspace, project_id, document_id, name, data)


def _print_changes(found: ChangePreview, terminal: Terminal) -> None:
    if found.languages:
        terminal.note(f"present text: {found.languages[0]}, new text: {found.languages[1]}")
    for note in found.notes:
        terminal.note(note)
    for one in found.changes:
        terminal.line(f"{one.kind} in the text")
        _beside(one.old, one.new, terminal)
    for case in found.cases:
        _case(case, terminal)
    for asked in found.questions:
        state = "settled" if asked.settled else "question"
        cases = f" (cases: {', '.join(asked.case_ids)})" if asked.case_ids else ""
        terminal.line(f"{state} on {asked.question.criterion_id}: {asked.question.text}{cases}")
    for former in found.former:
        terminal.line(f"former value in {former.title}: {former.said}  ->  {former.new}")
    if found.checklist is not None:
        for state, items in (("gone", found.checklist.vanishing), ("new", found.checklist.arising)):
            for item in items:
                terminal.line(f"{state:<5} {item.criterion_id}  {item.technique}  {item.statement}")
    counts = [f"{count} sentences {kind}" for kind, count in found.counts.items()]
    terminal.line(
        f"{', '.join(counts) or 'no sentence changes'}; {found.rests} cases rest on what changes; "
        f"{found.says} more say a number that changes; {found.names} more name a rule that "
        f"changes; of {found.denied} the new text says otherwise; {found.asked} more belong to "
        "criteria that questions are raised on; "
        f"{found.untouched} others: no check finds that this touches them; {found.uncited} "
        "imported ones cite no source, and no number that changes is found in them"
    )
    if found.connection:
        terminal.note(
            f"Nothing is written to {found.connection}: a sync brings its own text again."
        )


def _case(case: TouchedCase, terminal: Terminal) -> None:
    terminal.line(f"{case.case_id}  {case.status}  {case.title}")
    for sentence in case.rests_on:
        says = "says its number: " if sentence.change == stale_store.NUMBER_CHANGED else ""
        if sentence.change == stale_store.RULE_CHANGED:
            says = f"names {sentence.rule}, which changed: "
        terminal.line(f"    {says}{'; '.join(place.where for place in sentence.places)}")
        _beside(sentence.old, sentence.new, terminal)
    for fault in case.faults:
        where = f"step {fault.finding.step}" if fault.finding.step else "the case"
        rule = fault.finding.rule if fault.denied else "not in what its run read"
        terminal.line(f"    {where}, {rule}: {fault.finding.message}")


def _beside(old: str, new: str, terminal: Terminal) -> None:
    terminal.line(f"      today: {old or NOTHING}")
    terminal.line(f"      then:  {new or NOTHING}")
