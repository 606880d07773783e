"""The log of changes: one line per change, in the change's own transaction, never altered."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from assistant.domain import utc_now
from assistant.library.storage.database import Database
from assistant.library.storage.records import Event
from assistant.library.storage.rows import read_row
from assistant.library.storage.schema import events
from assistant.library.storage.stored_json import plain

TOOL = "tool"
"""The subject of what other programs call, which changes nothing by itself."""


def record(
    connection: Connection,
    project_id: str,
    subject: str,
    subject_id: str,
    action: str,
    by: str,
    detail: str = "",
) -> None:
    """Add one line to the log of a project, inside the caller's transaction."""
    connection.execute(
        insert(events).values(
            project_id=project_id,
            at=utc_now().isoformat(),
            actor=plain(by),
            action=action,
            subject=subject,
            subject_id=subject_id,
            detail=plain(detail),
        )
    )


def read_events(
    database: Database, project_id: str, *, limit: int, subject_id: str | None, calls: bool
) -> tuple[Event, ...]:
    """The latest ``limit`` events, newest first; those of tools only with ``calls``."""
    query = select(events).where(events.c.project_id == project_id)
    if not calls:
        query = query.where(events.c.subject != TOOL)
    if subject_id is not None:
        query = query.where(events.c.subject_id == subject_id)
    with database.read() as connection:
        found = connection.execute(query.order_by(events.c.seq.desc()).limit(limit)).all()
    return tuple(read_row(Event, row) for row in found)
