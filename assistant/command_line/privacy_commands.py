"""Erase what a project holds, everywhere in the data folder, and set how long it is kept.

Mask personal data in a project's sources: the switch, the names, and what is stored already.
"""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import (
    DEFAULT_PROJECT,
    open_workspace,
    project_of_run,
    reading_project,
)
from assistant.errors import SettingsError
from assistant.workflow.deployment import erase as erasing
from assistant.workflow.deployment.erase import Erased, Wanted
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import mask_sources, reindex

NAMED = ("document", "case", "run")
NOT_YET = "Nothing was erased. Add --yes to erase this; it cannot be undone."


def erase(options: Namespace, terminal: Terminal) -> None:
    """Show what would go, and erase it with ``--yes``."""
    if (options.what in NAMED) != bool(options.ids):
        raise SettingsError(
            f"Name what to erase: erase {options.what} ID..."
            if options.what in NAMED
            else f"`erase {options.what}` takes no id."
        )
    with open_workspace(options, terminal) as workspace:
        if options.what == "project":
            _project(workspace, options, terminal)
            return
        if options.what == "run":
            project_id = project_of_run(workspace, options, options.ids[0])
        else:
            project_id = reading_project(workspace, options, terminal, create=False)
        if options.keep_days is not None:
            workspace.library.save_retention(project_id, options.keep_days or None, by=options.by)
        what = _wanted(workspace, project_id, options)
        if not options.yes:
            _print_erased(Erased(erasure=workspace.library.erasing.preview(what)), terminal)
            terminal.note(NOT_YET)
            return
        _print_erased(erasing.erase(workspace, what, by=options.by), terminal)


def _project(workspace: Workspace, options: Namespace, terminal: Terminal) -> None:
    if not options.project:
        raise SettingsError("Name the project to erase: erase project --project NAME.")
    project = workspace.project(options.project)
    if not options.yes:
        terminal.note(f"Project “{project.name}” with everything in it. {NOT_YET}")
        return
    _print_erased(erasing.project(workspace, project.id, by=options.by), terminal)


def _wanted(workspace: Workspace, project_id: str, options: Namespace) -> Wanted:
    if options.what == "removed":
        return erasing.removed(workspace, project_id)
    if options.what == "expired":
        return erasing.expired(workspace, project_id)
    return erasing.erase_request(workspace, project_id, **{f"{options.what}_ids": options.ids})


def _print_erased(erased: Erased, terminal: Terminal) -> None:
    if terminal.document(erased):
        return
    terminal.line(erased.erasure.told)
    for text in erased.unreached:
        terminal.line(f"not reached: {text}")


def mask(options: Namespace, terminal: Terminal) -> None:
    """Switch it on or off, mask what is stored, or show what is chosen."""
    with open_workspace(options, terminal) as workspace:
        if options.what == "on":  # before the first source comes in
            project_id = workspace.ensure_project(options.project or DEFAULT_PROJECT).id
        else:
            project_id = reading_project(workspace, options, terminal, create=False)
        config = workspace.project(project_id).masking
        names = config.names
        if options.names is not None:
            try:
                names = tuple(options.names.read_text("utf-8-sig").splitlines())
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(
                    f"'{options.names}' cannot be read as text. Name a file with one name a line."
                ) from error
        if options.what in ("on", "off") or options.names is not None:
            enabled = config.enabled if options.what in ("", "stored") else options.what == "on"
            config = mask_sources.save_choices(
                workspace, project_id, enabled=enabled, names=names, by=options.by
            )
        changed = 0
        if options.what == "stored":
            changed = mask_sources.mask_stored(
                workspace, project_id, by=options.by, progress=terminal.indexing
            )
            knowledge = workspace.knowledge(project_id)
            reindex.index_pending(
                workspace.library, knowledge, project_id, progress=terminal.indexing
            )
    terminal.end_bar()
    if terminal.json:
        figures = {"enabled": config.enabled, "names": len(config.names), "sources_masked": changed}
        terminal.document(figures)
        return
    switch = "on" if config.enabled else "off"
    terminal.line(f"Masking is {switch}; names of the project: {len(config.names)}.")
    if options.what == "stored":
        terminal.line(f"Sources that were masked now: {changed}. Earlier versions stay unmasked.")
