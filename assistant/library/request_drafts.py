"""Requests that were begun and not sent: one for each owner in a project, until it is dropped.

A draft is a document (JSON text) of another room, and no part of the history: a next one takes its
place, and nothing of it is left when it is dropped.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from assistant.domain import utc_now
from assistant.library.projects import lock_project
from assistant.library.storage.database import Store
from assistant.library.storage.records import StoredDraft
from assistant.library.storage.rows import matching, plain
from assistant.library.storage.schema import request_drafts


class RequestDraftStore(Store):
    """Reads and writes drafts of requests; one transaction a call."""

    def keep(self, project_id: str, owner: str, body: str) -> None:
        """Keep a draft in place of the owner's earlier one."""
        mine = {"project_id": project_id, "owner": plain(owner)}
        row = mine | {"at": utc_now().isoformat(), "body": plain(body)}
        with self._database.write() as connection:
            lock_project(connection, project_id)
            connection.execute(delete(request_drafts).where(matching(request_drafts, **mine)))
            connection.execute(insert(request_drafts).values(row))

    def find(self, project_id: str, owner: str) -> StoredDraft | None:
        """The owner's draft, where there is one."""
        mine = matching(request_drafts, project_id=project_id, owner=plain(owner))
        return next(iter(self._values(StoredDraft, select(request_drafts).where(mine))), None)

    def drop(self, project_id: str, owner: str) -> None:
        """Forget the owner's draft; nothing happens where there is none."""
        mine = matching(request_drafts, project_id=project_id, owner=plain(owner))
        with self._database.write() as connection:
            connection.execute(delete(request_drafts).where(mine))

    def remove_before(self, project_id: str, limit: datetime) -> None:
        """Forget the drafts that were last changed before a point in time."""
        mine = request_drafts.c.project_id == project_id
        old = request_drafts.c.at < limit.isoformat()
        with self._database.write() as connection:
            connection.execute(delete(request_drafts).where(mine, old))
