"""Mask personal data in a project's sources: the switch, the names, and what is stored already."""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import (
    DEFAULT_PROJECT,
    open_workspace,
    reading_project,
)
from assistant.errors import SettingsError
from assistant.workflow.sources import mask_sources, reindex


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
