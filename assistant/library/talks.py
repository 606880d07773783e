"""Questions that were asked of a project's sources, with their answers, by talk.

An answer is a document (JSON text) of another room: the library keeps it whole, with the fields
that a list shows. A talk is what was asked one after the other; it is deleted as a whole.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from assistant.domain import utc_now
from assistant.errors import LibraryError
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.records import StoredAnswer, StoredTalk
from assistant.library.storage.rows import matching, next_seq, plain
from assistant.library.storage.schema import asked


class AskedStore(Store):
    """Reads and writes questions with their answers; one transaction a call."""

    def add(
        self, project_id: str, answer_id: str, thread_id: str, question: str, body: str, *,
        by: str = "",
    ) -> None:  # fmt: skip
        """Store a question behind those of its talk. ``body`` is a JSON object."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            connection.execute(
                insert(asked).values(
                    id=answer_id,
                    project_id=project_id,
                    seq=next_seq(connection, asked, project_id),
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
        return self._values(StoredAnswer, query.order_by(asked.c.seq.desc()))

    def count_talks(self, project_id: str) -> int:
        """How many talks a project has."""
        query = select(func.count(asked.c.thread_id.distinct()))
        return int(self._scalar(query.where(asked.c.project_id == project_id)))

    def talks(self, project_id: str, limit: int) -> tuple[StoredTalk, ...]:
        """The ``limit`` talks of a project with the latest questions, latest first.

        Two queries, each on an index: one that joins them reads every question for every other.
        """
        mine, seq = asked.c.project_id == project_id, asked.c.seq
        ends = select(asked.c.thread_id, func.count(), func.min(seq), func.max(seq)).where(mine)
        latest = ends.group_by(asked.c.thread_id).order_by(func.max(seq).desc()).limit(limit)
        with self._database.read() as connection:
            found = connection.execute(latest).all()
            wanted = {number for _, _, first, last in found for number in (first, last)}
            told = select(seq, asked.c.question, asked.c.at).where(mine, seq.in_(wanted))
            rows = {row.seq: row for row in connection.execute(told)}
        return tuple(
            StoredTalk(id=name, question=rows[first].question, count=count, at=rows[last].at)
            for name, count, first, last in found
        )

    def thread(self, project_id: str, thread_id: str) -> tuple[StoredAnswer, ...]:
        """A talk in the order in which it was asked; empty where there is none."""
        query = select(asked).where(matching(asked, project_id=project_id, thread_id=thread_id))
        return self._values(StoredAnswer, query.order_by(asked.c.seq))

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
            record(connection, project_id, "question", thread_id, "removed", by, str(len(gone)))

    def remove_before(self, project_id: str, limit: datetime) -> None:
        """Delete the talks whose last question was asked before a point in time, as a whole."""
        mine = asked.c.project_id == project_id
        last = func.max(asked.c.at) < limit.isoformat()
        old = select(asked.c.thread_id).where(mine).group_by(asked.c.thread_id).having(last)
        with self._database.write() as connection:
            connection.execute(delete(asked).where(mine, asked.c.thread_id.in_(old)))
