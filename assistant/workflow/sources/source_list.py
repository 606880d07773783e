"""What a project holds, source by source: version, index, freshness, and where it comes from."""

from __future__ import annotations

import hashlib
from datetime import datetime

from assistant.domain import DocumentKind, Value
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import older_copies


class SourceRow(Value):
    """A document of the project, or a thing of a connected source that could not be read.

    ``fetched_at`` is when the present version was fetched, ``checked_at`` when its connection was
    last compared with the source; ``connection`` is empty for what was imported by hand.
    ``older_copy_of`` is the newest copy of the same text, ``older_copies`` those it is newer than.
    """

    id: str
    title: str
    kind: DocumentKind | str
    version: int = 0
    indexed: bool = False
    chunks: int = 0
    fetched_at: datetime
    checked_at: datetime | None = None
    connection: str = ""
    external_id: str = ""
    error: str = ""
    older_copy_of: str = ""
    older_copies: tuple[str, ...] = ()


def listed_sources(workspace: Workspace, project_id: str) -> tuple[SourceRow, ...]:
    """The documents in the order they first came in, then what could not be read."""
    store = workspace.library.connections
    held = {connection.id: connection for connection in store.list(project_id)}
    fetched = {name: store.fetched(project_id, name) for name in held}
    external = {one.document_id: one for brought in fetched.values() for one in brought.values()}
    newer = older_copies(workspace, project_id)
    rows = []
    for document in workspace.library.documents(project_id):
        connection = held.get(document.connection_id)
        origin = external.get(document.id)
        rows.append(
            SourceRow(
                id=document.id,
                title=document.title,
                kind=document.kind,
                version=document.version,
                indexed=document.is_indexed,
                chunks=document.chunk_count,
                fetched_at=document.fetched_at,
                checked_at=connection.last_synced_at if connection else None,
                connection=connection.name if connection else "",
                external_id=origin.external_id if origin else "",
                error=origin.error if origin else "",
                older_copy_of=newer.get(document.id, ""),
                older_copies=tuple(name for name, one in newer.items() if one == document.id),
            )
        )
    unread = [
        SourceRow(
            id=one.external_id,
            title=one.external_id,
            kind="not read",
            fetched_at=one.fetched_at,
            checked_at=held[name].last_synced_at,
            connection=held[name].name,
            external_id=one.external_id,
            error=one.error,
        )
        for name, brought in fetched.items()
        for one in brought.values()
        if one.error and not one.document_id
    ]
    return (*rows, *unread)


def sources_stamp(workspace: Workspace, project_id: str) -> str:
    """Changes when a source comes, goes, changes or is indexed, or what is retrieved of them."""
    found = hashlib.sha256(workspace.project(project_id).retrieval.model_dump_json().encode())
    for one in workspace.library.documents(project_id):
        row = (one.id, one.content_hash, one.version, one.indexed_version, str(one.stored_at))
        found.update(repr(row).encode())
    return found.hexdigest()
