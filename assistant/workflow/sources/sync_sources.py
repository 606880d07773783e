"""Opens what a connection points at, with whatever it needs from outside the library."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from assistant.library import Connection
from assistant.sources.files.folder_source import FOLDER, FolderSource
from assistant.sources.synced import SyncSource
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.connections import open_connector

StopCheck = Callable[[], bool]


def open_source(
    workspace: Workspace,
    connection: Connection,
    *,
    known: Iterable[tuple[str, str]] = (),
    stopped: StopCheck = lambda: False,
) -> SyncSource:
    """The source behind a connection; nothing has been contacted yet.

    ``known`` are external ids with the stamps of earlier syncs, ``stopped`` says whether to give up
    waiting. Raises ``SourceError`` where a setting or a secret is missing.
    """
    if connection.kind == FOLDER:
        return FolderSource(Path(connection.options.get("folder", "")), known)
    return open_connector(workspace, connection, stopped=stopped, known=known)
