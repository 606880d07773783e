"""``preview``: what a new version of a source would change, before it is published or kept."""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import open_workspace, reading_project
from assistant.command_line.scope_options import STDIN, text_of
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import preview_change
from assistant.workflow.review.preview_change import ChangePreview, TouchedCase
from assistant.workflow.sources import next_version
from assistant.workflow.sources.import_sources import Preview
from assistant.workflow.sources.reindex import index_pending

NOTHING = "(nothing like it)"


def preview(options: Namespace, terminal: Terminal) -> None:
    """Print the sentences, cases, questions and items that change; with ``--apply`` keep it."""
    with open_workspace(options, terminal, embed=options.apply) as workspace:
        project_id = reading_project(workspace, options, terminal, create=False)
        document = next_version.named_document(workspace, project_id, options.document)
        found = preview_change.preview_change(
            workspace,
            project_id,
            _read(workspace, project_id, document.id, options.text),
            progress=lambda done, total: terminal.bar("proving    ", done, total),
        )
        terminal.end_bar()
        kept = document
        if options.apply:
            kept = preview_change.apply_change(workspace, project_id, found, by=options.by)
            index_pending(workspace.library, workspace.knowledge(project_id), project_id)
    applied = kept.version != document.version
    if terminal.json:
        counts = {"rests_on_what_changes": found.rests, "new_text_says_otherwise": found.denied}
        whole = found.model_dump(mode="json", exclude={"source"})
        terminal.document({"applied": applied, "counts": counts | found.counts} | whole)
        return
    _print_changes(found, terminal)
    if applied:
        terminal.note(f"Kept as version {kept.version}.")
    elif options.apply:
        terminal.note(f"It is the present text: version {kept.version} stays.")
    else:
        terminal.note("Nothing was kept (--apply).")


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
    if found.checklist is not None:
        for state, items in (("gone", found.checklist.vanishing), ("new", found.checklist.arising)):
            for item in items:
                terminal.line(f"{state:<5} {item.criterion_id}  {item.technique}  {item.statement}")
    counts = [f"{count} sentences {kind}" for kind, count in found.counts.items()]
    terminal.line(
        f"{', '.join(counts) or 'no sentence changes'}; {found.rests} cases rest on what changes; "
        f"of {found.denied} the new text says otherwise; {found.asked} more belong to criteria "
        f"that questions are raised on; {found.untouched} others: no check finds that this touches "
        f"them; {found.uncited} imported ones cite no source"
    )
    if found.connection:
        terminal.note(
            f"Nothing is written to {found.connection}: a sync brings its own text again."
        )


def _case(case: TouchedCase, terminal: Terminal) -> None:
    terminal.line(f"{case.case_id}  {case.status}  {case.title}")
    for sentence in case.rests_on:
        terminal.line(f"    {'; '.join(place.where for place in sentence.places)}")
        _beside(sentence.old, sentence.new, terminal)
    for fault in case.faults:
        where = f"step {fault.finding.step}" if fault.finding.step else "the case"
        rule = fault.finding.rule if fault.denied else "not in what its run read"
        terminal.line(f"    {where}, {rule}: {fault.finding.message}")


def _beside(old: str, new: str, terminal: Terminal) -> None:
    terminal.line(f"      today: {old or NOTHING}")
    terminal.line(f"      then:  {new or NOTHING}")
