"""Questions that were asked of a project's sources, with their answers, by talk.

An answer is a document (JSON text) of another room: the library keeps it whole, with the fields
that a list shows. A talk is what was asked one after the other; it is deleted as a whole.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from assistant.domain import utc_now
from assistant.errors import LibraryError
from assistant.library.case_rows import CaseRow as Row
from assistant.library.events import record
from assistant.library.projects import lock_project
from assistant.library.storage.database import Database
from assistant.library.storage.records import StoredAnswer
from assistant.library.storage.schema import asked
from assistant.library.storage.stored_json import plain, when


class AskedStore:
    """Reads and writes questions with their answers; one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, project_id: str, answer_id: str, thread_id: str, question: str, body: str, *,
        by: str = "",
    ) -> None:  # fmt: skip
        """Store a question behind those of its talk. ``body`` is a JSON object."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            top = select(func.coalesce(func.max(asked.c.seq), 0) + 1)
            top = top.where(asked.c.project_id == project_id)
            connection.execute(
                insert(asked).values(
                    id=answer_id,
                    project_id=project_id,
                    seq=connection.execute(top).scalar_one(),
                    thread_id=plain(thread_id),
                    at=utc_now().isoformat(),
                    actor=plain(by),
                    question=plain(question),
                    body=plain(body),
                )
            )

    def update(self, project_id: str, answer_id: str, body: str) -> bool:
        """Put the further state of an answer in its place; False where it was deleted meanwhile,
        which nothing brings back."""
        here = (asked.c.id == answer_id) & (asked.c.project_id == project_id)
        with self._database.write() as connection:
            lock_project(connection, project_id)
            known = connection.execute(
                update(asked).where(here).values(body=plain(body)).returning(asked.c.id)
            ).first()
        return known is not None

    def all(self, project_id: str) -> tuple[StoredAnswer, ...]:
        """Every question of a project, newest first, without the answers' bodies."""
        listed = [column for column in asked.c if column.name != "body"]
        query = select(*listed).where(asked.c.project_id == project_id)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(asked.c.seq.desc())).all()
        return tuple(_stored(row, "") for row in found)

    def thread(self, project_id: str, thread_id: str) -> tuple[StoredAnswer, ...]:
        """A talk in the order in which it was asked; empty where there is none."""
        query = select(asked).where(
            asked.c.project_id == project_id, asked.c.thread_id == thread_id
        )
        with self._database.read() as connection:
            found = connection.execute(query.order_by(asked.c.seq)).all()
        return tuple(_stored(row, row.body) for row in found)

    def remove(self, project_id: str, thread_id: str, *, by: str = "") -> None:
        """Delete a talk. Raises ``LibraryError`` where there is none."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            gone = connection.execute(
                delete(asked)
                .where(asked.c.project_id == project_id, asked.c.thread_id == thread_id)
                .returning(asked.c.id)
            ).all()
            if not gone:
                raise LibraryError("This talk is not in this project. Reload the list of them.")
            record(
                connection, project_id, by=by, action="removed", subject="question",
                subject_id=thread_id, detail=str(len(gone)),
            )  # fmt: skip

    def remove_before(self, project_id: str, limit: datetime) -> None:
        """Delete the talks whose last question was asked before a point in time, as a whole."""
        mine = asked.c.project_id == project_id
        last = func.max(asked.c.at) < limit.isoformat()
        old = select(asked.c.thread_id).where(mine).group_by(asked.c.thread_id).having(last)
        with self._database.write() as connection:
            connection.execute(delete(asked).where(mine, asked.c.thread_id.in_(old)))


def _stored(row: Row, body: str) -> StoredAnswer:
    return StoredAnswer(
        id=row.id,
        thread_id=row.thread_id,
        at=when(row.at),
        by=row.actor,
        question=row.question,
        body=body,
    )
