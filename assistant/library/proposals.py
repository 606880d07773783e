"""Changes of cases that other programs propose, beside the cases until a person decides on them.

A proposal changes nothing of its case. It is a case's whole text (JSON), with the version of the
case that it rests on; it goes when it is taken or dismissed, and with its case.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select

from assistant.domain import TestCase, utc_now
from assistant.errors import LibraryError
from assistant.library.case_rows import check_version, fetch
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.records import StoredProposal
from assistant.library.storage.rows import dump, plain
from assistant.library.storage.schema import case_proposals as table

MOST_WAITING = 100
"""Proposals of one person's programs in a project that may wait for a decision."""


class ProposalStore(Store):
    """Reads and writes proposals; one transaction a call."""

    def put(
        self, project_id: str, case: TestCase, *, case_version: int, reason: str, by: str
    ) -> None:
        """Keep a proposed text of the case with ``case.id``, in place of an earlier one by the
        same ``by``.

        Raises ``EditConflict`` where the case is no longer at ``case_version``, ``LibraryError``
        where there is no such case or too many proposals of theirs wait.
        """
        with self._database.write() as connection:
            lock_project(connection, project_id)
            check_version(fetch(connection, project_id, case.id), case_version, case)
            theirs = (table.c.project_id == project_id) & (table.c.actor == plain(by))
            connection.execute(delete(table).where(theirs, table.c.case_id == case.id))
            waiting = select(func.count()).select_from(table).where(theirs)
            if connection.execute(waiting).scalar_one() >= MOST_WAITING:
                raise LibraryError(
                    f"{MOST_WAITING} changes that you proposed wait for a person. Propose more "
                    "when some are decided on."
                )
            connection.execute(
                insert(table).values(
                    project_id=project_id,
                    case_id=case.id,
                    case_version=case_version,
                    at=utc_now().isoformat(),
                    actor=plain(by),
                    reason=plain(reason),
                    body=dump(case),
                )
            )
            record(connection, project_id, "case", case.id, "change proposed", by)

    def of_case(self, project_id: str, case_id: str) -> tuple[StoredProposal, ...]:
        """What waits beside a case, oldest first."""
        return self._read(table.c.project_id == project_id, table.c.case_id == case_id)

    def one(self, project_id: str, seq: int) -> StoredProposal:
        """A proposal that waits. Raises ``LibraryError`` where it does no longer."""
        found = self._read(table.c.project_id == project_id, table.c.seq == seq)
        if not found:
            raise LibraryError(
                "This proposal was decided on, or replaced by a newer one. Look at the case again."
            )
        return found[0]

    def counts(self, project_id: str) -> Counter[str]:
        """How many wait beside each case, by the case's id."""
        query = select(table.c.case_id).where(table.c.project_id == project_id)
        return Counter(row.case_id for row in self._all(query))

    def remove(self, project_id: str, seq: int, outcome: str, *, by: str) -> None:
        """Let go of a proposal that was decided on; ``outcome`` says how, in the log. Nothing
        happens where it went meanwhile."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            gone = connection.execute(
                delete(table)
                .where(table.c.project_id == project_id, table.c.seq == seq)
                .returning(table.c.case_id, table.c.actor)
            ).first()
            if gone is not None:
                record(connection, project_id, "case", gone.case_id, outcome, by, gone.actor)

    def remove_before(self, project_id: str, limit: datetime) -> None:
        """Delete what was proposed before a point in time."""
        old = table.c.at < limit.isoformat()
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.project_id == project_id, old))

    def _read(self, *where: ColumnElement[bool]) -> tuple[StoredProposal, ...]:
        return self._values(StoredProposal, select(table).where(*where).order_by(table.c.seq))
