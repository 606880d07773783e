"""The log of changes: one line per change, in the change's own transaction, never altered."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from assistant.domain import utc_now
from assistant.library.storage.rows import plain
from assistant.library.storage.schema import events

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
