"""Requests that were begun and not sent: one for each owner in a project, until it is dropped.

A draft is a document (JSON text) of another room, and no part of the history: a next one takes its
place, and nothing of it is left when it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from assistant.domain import utc_now
from assistant.library.projects import lock_project
from assistant.library.storage.database import Store
from assistant.library.storage.records import StoredDraft
from assistant.library.storage.rows import matching, plain
from assistant.library.storage.schema import request_drafts


class RequestDraftStore(Store):
    """Reads and writes drafts of requests; one transaction a call."""

    def keep(self, project_id: str, owner: str, body: str) -> datetime:
        """Keep a draft in place of the owner's earlier one; returns when, which names it."""
        mine = {"project_id": project_id, "owner": plain(owner)}
        at = utc_now()
        row = mine | {"at": at.isoformat(), "body": plain(body)}
        with self._database.write() as connection:
            lock_project(connection, project_id)
            connection.execute(delete(request_drafts).where(matching(request_drafts, **mine)))
            connection.execute(insert(request_drafts).values(row))
        return at

    def find(self, project_id: str, owner: str) -> StoredDraft | None:
        """The owner's draft, where there is one."""
        mine = matching(request_drafts, project_id=project_id, owner=plain(owner))
        return next(iter(self._values(StoredDraft, select(request_drafts).where(mine))), None)

    def drop(self, project_id: str, owner: str, at: datetime) -> None:
        """Forget the owner's draft where it is still the one kept at this moment."""
        mine = matching(
            request_drafts, project_id=project_id, owner=plain(owner), at=at.isoformat()
        )
        with self._database.write() as connection:
            connection.execute(delete(request_drafts).where(mine))

    def rewrite(self, project_id: str, change: Callable[[str], str]) -> None:
        """Keep the body of each draft of a project as ``change`` gives it back."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            mine = request_drafts.c.project_id == project_id
            for row in connection.execute(select(request_drafts).where(mine)).all():
                here = matching(request_drafts, project_id=project_id, owner=row.owner)
                body = plain(change(row.body))
                connection.execute(update(request_drafts).where(here).values(body=body))

    def remove_before(self, project_id: str, limit: datetime) -> None:
        """Forget the drafts that were last changed before a point in time."""
        mine = request_drafts.c.project_id == project_id
        old = request_drafts.c.at < limit.isoformat()
        with self._database.write() as connection:
            connection.execute(delete(request_drafts).where(mine, old))
