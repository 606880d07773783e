"""Which words rest on which versions of which documents, and what people said about it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, or_, select

from assistant.domain import Chunk, Epic, utc_now
from assistant.library.case_rows import case_version, stored
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.records import (
    CaseVersion,
    DocumentState,
    DocumentVersion,
    StaleReview,
    StoredCase,
)
from assistant.library.storage.rows import (
    AT_ONCE,
    load_all,
    matching,
    parts_of,
    plain,
    read_row,
    rows_in_parts,
)
from assistant.library.storage.schema import (
    case_versions,
    cases,
    document_versions,
    documents,
    events,
    run_chunks,
    runs,
    stale_reviews,
)

_BACK = ("restored", "stored (new)")
"""What the log says of a document that comes in, or comes in again after a removal."""


class LineageStore(Store):
    """Reads where the words of cases come from; keeps what was decided about stale ones."""

    def states(self, project_id: str, document_ids: Iterable[str]) -> dict[str, DocumentState]:
        """What became of documents, removed ones included; unknown ids lack."""
        wanted = list(dict.fromkeys(document_ids))
        query = select(documents).where(documents.c.project_id == project_id)
        with self._database.read() as connection:
            return {
                row.id: read_row(DocumentState, row, successor_id=row.successor_id or "")
                for row in rows_in_parts(connection, query, documents.c.id, wanted)
            }

    def versions(self, project_id: str, document_id: str) -> tuple[DocumentVersion, ...]:
        """Every version of a document that is kept, oldest first: who brought it, from where."""
        columns = document_versions.c
        query = (
            select(columns.version, columns.stored_at, columns.actor, columns.connection_id)
            .where(columns.project_id == project_id, columns.document_id == document_id)
            .order_by(columns.version)
        )
        return self._values(DocumentVersion, query)

    def version_times(self, project_id: str) -> dict[str, tuple[str, ...]]:
        """By document: when each version that is kept of it came, oldest first."""
        columns = document_versions.c
        query = (
            select(columns.document_id, columns.stored_at)
            .where(columns.project_id == project_id)
            .order_by(columns.document_id, columns.version)
        )
        found: dict[str, list[str]] = {}
        for row in self._all(query):
            found.setdefault(row.document_id, []).append(row.stored_at)
        return {name: tuple(times) for name, times in found.items()}

    def epics_at(self, project_id: str, moment: datetime) -> dict[str, tuple[Epic, ...]]:
        """By document: the epics of its version of that moment; one that had none lacks, and one
        that had been removed by then."""
        columns = document_versions.c
        held = or_(documents.c.removed_at.is_(None), documents.c.removed_at > moment.isoformat())
        last = (
            select(columns.document_id, func.max(columns.version).label("version"))
            .where(columns.project_id == project_id, columns.stored_at <= moment.isoformat())
            .group_by(columns.document_id)
            .subquery()
        )
        query = (
            select(columns.document_id, columns.epics)
            .join(
                last,
                and_(columns.document_id == last.c.document_id, columns.version == last.c.version),
            )
            .join(
                documents,
                matching(documents, project_id=columns.project_id, id=columns.document_id),
            )
            .where(columns.project_id == project_id, held)
        )
        return {row.document_id: load_all(Epic, row.epics) for row in self._all(query)}

    def changed_chunks(
        self, project_id: str, run_ids: Collection[str] | None = None
    ) -> dict[str, tuple[Chunk, ...]]:
        """By run: the chunks it used whose document has another version now, or is gone; of these
        runs alone where ``run_ids`` are given."""
        query = self._used(project_id).where(
            or_(
                documents.c.removed_at.is_not(None),
                documents.c.version > run_chunks.c.document_version,
            )
        )
        if run_ids is not None:
            query = query.where(run_chunks.c.run_id.in_(list(run_ids)))
        return self._by_run(query)

    def used_chunks(self, project_id: str, document_id: str) -> dict[str, tuple[Chunk, ...]]:
        """By run: the chunks of a document that it used."""
        return self._by_run(self._used(project_id).where(run_chunks.c.document_id == document_id))

    def chunks_of_runs(
        self, project_id: str, run_ids: Collection[str]
    ) -> dict[str, tuple[Chunk, ...]]:
        """By run: all chunks that it used."""
        return self._by_run(self._used(project_id).where(run_chunks.c.run_id.in_(list(run_ids))))

    def sources_after_runs(self, project_id: str) -> dict[str, frozenset[str]]:
        """By run: the documents of now that the project held only after the run had begun: that
        came in first, or again after a removal before the run.

        One that took the place of a document under another name was held before.
        """
        first = (
            select(
                document_versions.c.document_id.label("id"),
                func.min(document_versions.c.stored_at).label("at"),
            )
            .where(document_versions.c.project_id == project_id)
            .group_by(document_versions.c.document_id)
        )
        here = documents.c
        held = select(here.id, here.removed_at, here.successor_id).where(
            here.project_id == project_id
        )
        rows = self._all(held)
        followers = {row.successor_id for row in rows if row.successor_id}
        there = {row.id for row in rows if row.removed_at is None} - followers
        came = [(row.at, row.id) for row in self._all(first) if row.id in there]
        away = [one for one in self._away(project_id) if one[0] in there]
        begun = select(runs.c.id, runs.c.created_at).where(runs.c.project_id == project_id)
        return {
            row.id: frozenset(
                [
                    *(name for at, name in came if at > row.created_at),
                    *(name for name, gone, back in away if gone < row.created_at < back),
                ]
            )
            for row in self._all(begun)
        }

    def _away(self, project_id: str) -> Iterator[tuple[str, str, str]]:
        """The documents of now that were out of the project for a time: id, since when, until."""
        here, said = documents.c, events.c
        query = (
            select(said.subject_id, said.action, said.at)
            .join(documents, and_(here.project_id == said.project_id, here.id == said.subject_id))
            .where(
                here.project_id == project_id,
                here.removed_at.is_(None),
                said.subject == "document",
                said.action.in_(("removed", *_BACK)),
            )
            .order_by(said.seq)
        )
        gone: dict[str, str] = {}
        for row in self._all(query):
            if row.action == "removed":
                gone[row.subject_id] = row.at
            elif row.subject_id in gone:
                yield row.subject_id, gone.pop(row.subject_id), row.at

    def _used(self, project_id: str) -> Select[Any]:
        same = matching(documents, project_id=run_chunks.c.project_id, id=run_chunks.c.document_id)
        return (
            select(run_chunks.c.run_id, run_chunks.c.chunk)
            .join(documents, same)
            .where(run_chunks.c.project_id == project_id)
            .order_by(run_chunks.c.run_id, run_chunks.c.plan, run_chunks.c.rank)
        )

    def _by_run(self, query: Select[Any]) -> dict[str, tuple[Chunk, ...]]:
        found: dict[str, dict[str, Chunk]] = {}
        for row in self._all(query):
            chunk = Chunk.model_validate_json(row.chunk)
            found.setdefault(row.run_id, {})[chunk.id] = chunk
        return {run_id: tuple(chunks.values()) for run_id, chunks in found.items()}

    def runs_before(self, project_id: str) -> frozenset[str]:
        """The runs that began before some epic document of the project last changed, went or came
        back."""
        latest = select(documents.c.stored_at, documents.c.removed_at).where(
            documents.c.project_id == project_id, documents.c.epic_count > 0
        )
        moments = [moment for row in self._all(latest) for moment in row if moment is not None]
        moments += [back for _, _, back in self._away(project_id)]
        query = select(runs.c.id).where(
            runs.c.project_id == project_id, runs.c.created_at < max(moments, default="")
        )
        return frozenset(row.id for row in self._all(query))

    def cases_of_runs(self, project_id: str, run_ids: Collection[str]) -> tuple[StoredCase, ...]:
        """The cases whose present words were written by one of these runs."""
        found: list[Row[Any]] = []
        with self._database.read() as connection:
            for part in parts_of(run_ids):
                query = select(cases).where(
                    cases.c.project_id == project_id,
                    or_(
                        cases.c.source_run_id.in_(part),
                        and_(cases.c.source_run_id.is_(None), cases.c.run_id.in_(part)),
                    ),
                )
                found += connection.execute(query.order_by(cases.c.seq)).all()
        return tuple(stored(row) for row in sorted(found, key=lambda row: row.seq))

    def case_histories(
        self, project_id: str, run_id: str, *, edited: bool = False
    ) -> dict[str, tuple[CaseVersion, ...]]:
        """Every version of the cases of a run's list, by case, oldest first; with ``edited`` of
        those alone whose words somebody or a run ever changed."""
        query = (
            select(case_versions)
            .join(cases, matching(case_versions, project_id=cases.c.project_id, case_id=cases.c.id))
            .where(matching(cases, project_id=project_id, run_id=run_id))
            .order_by(cases.c.seq, case_versions.c.version)
        )
        if edited:
            made = select(case_versions.c.case_id).where(
                case_versions.c.project_id == project_id,
                case_versions.c.action.in_(("edited", "written again")),
            )
            query = query.where(cases.c.id.in_(made))
        found: dict[str, list[CaseVersion]] = {}
        for row in self._all(query):
            found.setdefault(row.case_id, []).append(case_version(row))
        return {name: tuple(versions) for name, versions in found.items()}

    def uncited_cases(self, project_id: str) -> tuple[StoredCase, ...]:
        """The cases that no run wrote: they cite nothing."""
        query = select(cases).where(
            cases.c.project_id == project_id,
            cases.c.source_run_id.is_(None),
            cases.c.run_id.is_(None),
        )
        return tuple(stored(row) for row in self._all(query.order_by(cases.c.seq)))

    def count_uncited(self, project_id: str, statuses: Iterable[str]) -> int:
        """How many cases of these statuses no run wrote; one query that reads no case."""
        query = select(func.count()).where(
            cases.c.project_id == project_id,
            cases.c.source_run_id.is_(None),
            cases.c.run_id.is_(None),
            cases.c.status.in_(tuple(statuses)),
        )
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    # --- What people said of stale cases ------------------------------------------------------

    def decide(
        self,
        project_id: str,
        case_id: str,
        findings: Sequence[tuple[str, str]],
        *,
        undone: bool = False,
        by: str,
    ) -> None:
        """Keep that somebody found these findings (key and words) still right, or took it back."""
        action = "undone" if undone else "still right"
        now = utc_now().isoformat()
        with self._database.write() as connection:
            lock_project(connection, project_id)
            for key, detail in findings:
                connection.execute(
                    insert(stale_reviews).values(
                        project_id=project_id,
                        case_id=case_id,
                        finding=key,
                        action=action,
                        at=now,
                        actor=plain(by),
                        detail=plain(detail),
                    )
                )
            said = json.dumps([detail for _, detail in findings])[:2000]
            record(connection, project_id, "case", case_id, f"stale: {action}", by, said)

    def decisions(
        self, project_id: str, case_ids: Collection[str]
    ) -> dict[tuple[str, str], StaleReview]:
        """The latest word on each finding, by case and finding; those taken back lack."""
        query = select(stale_reviews).where(stale_reviews.c.project_id == project_id)
        if len(case_ids) <= AT_ONCE:
            query = query.where(stale_reviews.c.case_id.in_(list(case_ids)))
        latest: dict[tuple[str, str], StaleReview] = {}
        for row in self._all(query.order_by(stale_reviews.c.seq)):
            key = (row.case_id, row.finding)
            if row.action == "undone":
                latest.pop(key, None)
            else:
                latest[key] = read_row(StaleReview, row)
        return latest
