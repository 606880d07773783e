"""Erasing: a document, case, run or project goes with all that was made of it, its history too.

This is the only way to change what is in the history. What is left is a line in the log that says
what kind of thing was erased, when and by whom, under a name made of a hash.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, select, update

from assistant.domain import utc_now
from assistant.errors import LibraryError
from assistant.library.erase_plan import planned
from assistant.library.erase_rows import (
    alias,
    clean_notes,
    clean_runs,
    delete_answers,
    delete_cases,
    delete_comparisons,
    delete_documents,
    delete_proposals,
    delete_runs,
    hide_names,
)
from assistant.library.events import record
from assistant.library.projects import lock_project
from assistant.library.storage.database import Store
from assistant.library.storage.guards import guards_lifted
from assistant.library.storage.records import Erasure, Wanted
from assistant.library.storage.schema import (
    asked,
    case_proposals,
    case_versions,
    cases,
    comparisons,
    connection_documents,
    connections,
    document_versions,
    documents,
    events,
    file_places,
    projects,
    rejected_drafts,
    run_chunks,
    runs,
    saved_values,
    stale_reviews,
)

UNFINISHED = ("queued", "running")
_PARTS: tuple[Table, ...] = (
    case_proposals, cases, case_versions, stale_reviews, document_versions, connection_documents,
    documents, connections, saved_values, file_places, run_chunks, runs, asked, events,
)  # fmt: skip
"""Tables of a project's parts, those first that refer to later ones."""


class ErasingStore(Store):
    """Erases; one transaction a call."""

    def preview(self, wanted: Wanted) -> Erasure:
        """What ``erase`` would erase; nothing is changed."""
        with self._database.read() as connection:
            return planned(connection, wanted).erasure

    def erase(self, wanted: Wanted, *, by: str) -> Erasure:
        """Erase documents (removed ones too), cases and runs, with everything made of them.

        Of a document: every version, what runs keep of it, the cases that came with it, cite it or
        test its criteria, and its epics in runs. Of a run: its cases, sources and refused drafts.
        Raises ``LibraryError`` for what is not there and while a run is being written.
        """
        project_id = wanted.project_id
        with self._database.write() as connection:
            lock_project(connection, project_id)
            _refuse_while_writing(connection, project_id)
            plan = planned(connection, wanted)
            with guards_lifted(connection):
                delete_cases(connection, project_id, plan)
                delete_runs(connection, plan.erasure.runs)
                if wanted.documents:
                    delete_proposals(connection, wanted, plan.traces)
                    clean_runs(connection, wanted, plan.traces)
                    delete_documents(connection, project_id, plan.erasure.documents)
                    delete_comparisons(connection, plan.erasure.comparisons)
                    clean_notes(connection, project_id, plan.traces)
                    delete_answers(connection, wanted, plan.traces)
                hide_names(connection, project_id, plan)
            for kind, ids in (
                ("document", wanted.documents), ("case", wanted.cases), ("run", wanted.runs),
            ):  # fmt: skip
                for name in ids:
                    record(
                        connection, project_id, kind, alias(name), "erased", by, plan.erasure.told
                    )
        return plan.erasure

    def erase_project(self, project_id: str, *, by: str) -> Erasure:
        """Erase a project with all that is in it; its name is free again."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            _refuse_while_writing(connection, project_id)
            erasure = _all_of(connection, project_id)
            with guards_lifted(connection):
                delete_comparisons(connection, erasure.comparisons)
                ours = select(runs.c.id).where(runs.c.project_id == project_id)
                connection.execute(
                    delete(rejected_drafts).where(rejected_drafts.c.run_id.in_(ours))
                )
                for table in _PARTS:
                    connection.execute(delete(table).where(table.c.project_id == project_id))
            gone = {
                "name": "", "name_key": alias(project_id), "template": "{}", "retrieval": "{}",
                "generation": "{}", "masking": None, "retention_days": None,
                "erased_at": utc_now().isoformat(),
            }  # fmt: skip
            record(connection, project_id, "project", alias(project_id), "erased", by, erasure.told)
            connection.execute(update(projects).where(projects.c.id == project_id).values(gone))
        return erasure

    def removed_documents(self, project_id: str) -> tuple[str, ...]:
        """Documents that were removed: cases, runs and the history may still hold their words."""
        query = select(documents.c.id).where(
            documents.c.project_id == project_id, documents.c.removed_at.is_not(None)
        )
        return tuple(row.id for row in self._all(query.order_by(documents.c.seq)))

    def compact(self) -> bool:
        """See ``Database.compact``."""
        return self._database.compact()


def _refuse_while_writing(connection: Connection, project_id: str) -> None:
    query = select(runs.c.id).where(runs.c.project_id == project_id, runs.c.status.in_(UNFINISHED))
    if connection.execute(query).first() is not None:
        raise LibraryError(
            "A run of this project is being written and would keep what is erased. Stop it or let "
            "it end, then erase again."
        )


def _all_of(connection: Connection, project_id: str) -> Erasure:
    def held(table: Table, column: str = "id") -> tuple[str, ...]:
        query = select(table.c[column]).where(table.c.project_id == project_id)
        return tuple(connection.execute(query).scalars())

    return Erasure(
        documents=held(documents),
        cases=held(cases),
        runs=held(runs),
        comparisons=held(comparisons),
        chunks=len(held(run_chunks, "chunk_id")),
    )
