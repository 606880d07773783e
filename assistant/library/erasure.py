"""Erasing: a document, case, run or project goes with all that was made of it, its history too.

This is the only way to change what is in the history. What is left is a line in the log that says
what kind of thing was erased, when and by whom, under a name made of a hash.
All of it is one transaction with the guards of the history lifted (``storage/guards.py``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from assistant.domain import (
    FILE,
    Epic,
    Question,
    RejectedDraft,
    SourceAnswer,
    TestCase,
    TestCondition,
    Value,
    utc_now,
)
from assistant.errors import LibraryError
from assistant.library.case_rows import CaseRow as Row
from assistant.library.erase_plan import (
    Plan,
    Traces,
    json_texts,
    planned,
    runs_of,
    without_erased_epics,
)
from assistant.library.projects import lock_project, record
from assistant.library.runs import STORED_APART
from assistant.library.storage.database import Store
from assistant.library.storage.guards import guards_lifted
from assistant.library.storage.records import QUOTING_KINDS, SUITE_KINDS, Erasure, Wanted
from assistant.library.storage.rows import (
    dump_all,
    first_in_parts,
    load_all,
    matching,
    parts_of,
    rows_in_parts,
)
from assistant.library.storage.schema import (
    asked,
    case_proposals,
    case_versions,
    cases,
    comparison_ratings,
    comparisons,
    connection_documents,
    connections,
    document_versions,
    documents,
    events,
    file_places,
    projects,
    rejected_drafts,
    request_drafts,
    run_chunks,
    runs,
    saved_values,
    stale_reviews,
)

UNFINISHED = ("queued", "running")
_PARTS: tuple[Table, ...] = (
    case_proposals, cases, case_versions, stale_reviews, document_versions, connection_documents,
    documents, connections, saved_values, file_places, run_chunks, runs, asked,
    request_drafts, events,
)  # fmt: skip
"""Tables of a project's parts, those first that refer to later ones."""


class ErasingStore(Store):
    """Erases; one transaction a call."""

    def preview(self, wanted: Wanted) -> Erasure:
        """What ``erase`` would erase; nothing is changed."""
        with self._database.read() as connection:
            plan = planned(connection, wanted)
            return plan.erasure.model_copy(update={"suites": _suites(connection, wanted, plan)})

    def cases_of(self, wanted: Wanted) -> tuple[str, ...]:
        """The cases that ``erase`` would erase, without a look at what else goes."""
        with self._database.read() as connection:
            return planned(connection, wanted).erasure.cases

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
            erasure = plan.erasure.model_copy(update={"suites": _suites(connection, wanted, plan)})
            with guards_lifted(connection):
                delete_cases(connection, project_id, plan)
                delete_runs(connection, plan.erasure.runs)
                _delete_suite_readings(connection, project_id, plan.erasure.runs)
                if wanted.documents:
                    delete_proposals(connection, wanted, plan.traces)
                    clean_runs(connection, wanted, plan.traces)
                    delete_documents(connection, project_id, plan.erasure.documents)
                    delete_comparisons(connection, plan.erasure.comparisons)
                    clean_notes(connection, project_id, plan.traces)
                    delete_answers(connection, wanted, plan.traces)
                    delete_request_drafts(connection, project_id, plan.traces)
                    delete_suites(connection, wanted, plan.traces)
                hide_names(connection, project_id, plan)
            for kind, ids in (
                ("document", wanted.documents), ("case", wanted.cases), ("run", wanted.runs),
            ):  # fmt: skip
                for name in ids:
                    record(connection, project_id, kind, alias(name), "erased", by, erasure.told)
        return erasure

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

    def held_by_removed(
        self, project_id: str, names: Collection[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """Which of these ids of cases and keys of epics any version of a removed document holds:
        by the document's id."""
        if not names:
            return {}
        here = document_versions.c
        query = select(here.document_id, here.epics, here.cases).where(
            here.project_id == project_id, here.document_id.in_(self.removed_documents(project_id))
        )
        found: dict[str, set[str]] = {}
        for row in self._all(query):
            held = {one.key for one in load_all(Epic, row.epics)}
            held |= {one.id for one in load_all(TestCase, row.cases)}
            found.setdefault(row.document_id, set()).update(held.intersection(names))
        return {name: tuple(sorted(held)) for name, held in found.items() if held}

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
    def held(table: Table, column: str = "id", *also: ColumnElement[bool]) -> tuple[str, ...]:
        query = select(table.c[column]).where(table.c.project_id == project_id, *also)
        return tuple(connection.execute(query).scalars())

    return Erasure(
        documents=held(documents),
        cases=held(cases),
        runs=held(runs),
        comparisons=held(comparisons),
        suites=tuple(sorted({*held(saved_values, "name", saved_values.c.kind.in_(SUITE_KINDS))})),
        chunks=len(held(run_chunks, "chunk_id")),
    )


V = TypeVar("V", bound=Value)


def alias(name: str) -> str:
    """How the log calls an erased thing: the same each time, and not its name."""
    return f"erased-{sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _delete(
    connection: Connection,
    table: Table,
    column: ColumnElement[str],
    values: Iterable[str],
    *also: ColumnElement[bool],
) -> None:
    for part in parts_of(values):
        connection.execute(delete(table).where(column.in_(part), *also))


def delete_cases(connection: Connection, project_id: str, plan: Plan) -> None:
    """Cases with their history, with what was said of them and the drafts refused for them."""
    whole = plan.whole_cases
    ours = select(case_versions.c.body).where(case_versions.c.project_id == project_id)
    bodies = tuple(first_in_parts(connection, ours, case_versions.c.case_id, whole))
    mine = select(cases.c.run_id, cases.c.source_run_id).where(cases.c.project_id == project_id)
    wrote = {run_id for row in rows_in_parts(connection, mine, cases.c.id, whole) for run_id in row}
    conditions = {name for body in bodies for name in json.loads(body).get("condition_ids", ())}
    said = Traces(conditions, (text for body in bodies for text in json_texts(body)))
    drafts = select(rejected_drafts).where(rejected_drafts.c.run_id.in_(wrote - {None}))
    for draft in connection.execute(drafts).all():
        if draft.condition_id in conditions or said.in_json(draft.draft):
            _delete_draft(connection, draft)
    for table, key in (
        (case_proposals, case_proposals.c.case_id), (cases, cases.c.id),
        (case_versions, case_versions.c.case_id),
        (stale_reviews, stale_reviews.c.case_id),
    ):  # fmt: skip
        _delete(connection, table, key, whole, table.c.project_id == project_id)
    for name, version in plan.ended.items():
        its = matching(case_versions, project_id=project_id, case_id=name)
        connection.execute(delete(case_versions).where(its, case_versions.c.version <= version))


def _delete_draft(connection: Connection, draft: Row) -> None:
    here = matching(rejected_drafts, run_id=draft.run_id, seq=draft.seq)
    connection.execute(delete(rejected_drafts).where(here))


def delete_runs(connection: Connection, run_ids: Collection[str]) -> None:
    for table, key in (
        (run_chunks, run_chunks.c.run_id), (rejected_drafts, rejected_drafts.c.run_id),
        (runs, runs.c.id),
    ):  # fmt: skip
        _delete(connection, table, key, run_ids)


def clean_runs(connection: Connection, wanted: Wanted, traces: Traces) -> None:
    """Take out of the runs that stay what they hold of the documents."""
    used = set(
        first_in_parts(
            connection,
            select(run_chunks.c.run_id).where(run_chunks.c.project_id == wanted.project_id),
            run_chunks.c.document_id,
            wanted.documents,
        )
    )
    _delete(
        connection, run_chunks, run_chunks.c.document_id, wanted.documents,
        run_chunks.c.project_id == wanted.project_id,
    )  # fmt: skip
    for row in runs_of(connection, wanted.project_id):
        left = without_erased_epics(row, traces)
        conditions = _untraced(TestCondition, row.conditions, traces)
        uncovered = [key for key in json.loads(row.uncovered) if key not in traces.marks]
        values: dict[str, object] = {
            "request": left.request,
            "epic_keys": json.dumps([epic.key for epic in left.epics]),
            "body": left.model_dump_json(exclude=STORED_APART),
            "conditions": dump_all(conditions),
            "condition_count": min(row.condition_count, len(conditions)),
            "questions": dump_all(_still_asked(row.questions, traces)),
            "uncovered": json.dumps(uncovered),
            "error": "" if traces.in_text(row.error) else row.error,
        }
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if changed:
            connection.execute(update(runs).where(runs.c.id == row.id).values(changed))
        _clean_drafts(connection, row, traces, every=row.id in used)


def _clean_drafts(connection: Connection, row: Row, traces: Traces, *, every: bool) -> None:
    """Refused drafts: all of a run that was given the documents to read."""
    held = connection.execute(select(rejected_drafts).where(rejected_drafts.c.run_id == row.id))
    for draft in held.all():
        text = RejectedDraft.model_validate_json(draft.draft).raw_output
        if every or traces.in_text(text):
            _delete_draft(connection, draft)


def _untraced(kind: type[V], text: str, traces: Traces) -> tuple[V, ...]:
    held = load_all(kind, text)
    return tuple(one for one in held if not traces.in_json(one.model_dump_json()))


def _still_asked(text: str, traces: Traces) -> tuple[Question, ...]:
    """The questions of a run; one that the documents answered is open again."""
    left = (
        one.model_copy(
            update={"source_answers": _untraced(SourceAnswer, dump_all(one.source_answers), traces)}
        )
        for one in load_all(Question, text)
    )
    return _untraced(Question, dump_all(left), traces)


def delete_documents(
    connection: Connection, project_id: str, document_ids: Collection[str]
) -> None:
    names = [name.removeprefix(FILE) for name in document_ids if name.startswith(FILE)]
    for table, key, values in (
        (document_versions, document_versions.c.document_id, document_ids),
        (connection_documents, connection_documents.c.document_id, document_ids),
        (file_places, file_places.c.name, names),
        (documents, documents.c.id, document_ids),
    ):
        _delete(connection, table, key, values, table.c.project_id == project_id)
    for name in document_ids:
        before = matching(documents, project_id=project_id, successor_id=name)
        connection.execute(update(documents).where(before).values(successor_id=None))


def delete_comparisons(connection: Connection, comparison_ids: Collection[str]) -> None:
    of_them = comparison_ratings.c.comparison_id
    _delete(connection, comparison_ratings, of_them, comparison_ids)
    _delete(connection, comparisons, comparisons.c.id, comparison_ids)


def delete_answers(connection: Connection, wanted: Wanted, traces: Traces) -> None:
    """Questions that were answered from the documents, or hold their words."""
    query = select(asked.c.id, asked.c.body).where(asked.c.project_id == wanted.project_id)
    gone = [
        row.id
        for row in connection.execute(query).all()
        if traces.in_json(row.body) or {*json_texts(row.body)} & {*wanted.documents}
    ]
    _delete(connection, asked, asked.c.id, gone)


def delete_request_drafts(connection: Connection, project_id: str, traces: Traces) -> None:
    """Requests not sent yet that hold words of the documents, or name an epic of theirs."""
    query = select(request_drafts).where(request_drafts.c.project_id == project_id)
    for row in connection.execute(query).all():
        if traces.in_json(row.body):
            here = matching(request_drafts, project_id=project_id, owner=row.owner)
            connection.execute(delete(request_drafts).where(here))


def _delete_suite_readings(
    connection: Connection, project_id: str, run_ids: Collection[str]
) -> None:
    """What a model said of the cases of these runs together, in words of their sources."""
    mine = matching(saved_values, project_id=project_id, kind="suite reading")
    _delete(connection, saved_values, saved_values.c.name, run_ids, mine)


def delete_suites(connection: Connection, wanted: Wanted, traces: Traces) -> None:
    """Of checked suites what holds words of the documents: what was found, and where the cases, or
    what was chosen for them, do as well, these too."""
    gone = [row.seq for row in _suite_rows(connection, wanted, traces)]
    connection.execute(delete(saved_values).where(saved_values.c.seq.in_(gone)))


def _suites(connection: Connection, wanted: Wanted, plan: Plan) -> tuple[str, ...]:
    """The names of the checked suites of which something goes."""
    if not wanted.documents:
        return ()
    rows = _suite_rows(connection, wanted, plan.traces)
    return tuple(sorted({row.name for row in rows if row.kind in SUITE_KINDS}))


def _suite_rows(connection: Connection, wanted: Wanted, traces: Traces) -> list[Row]:
    """Also what was read for a document, which may quote a draft of it that was never kept."""
    query = select(saved_values).where(saved_values.c.project_id == wanted.project_id)
    found = connection.execute(query.where(saved_values.c.kind.in_(QUOTING_KINDS)))
    return [
        row
        for row in found
        if traces.in_json(row.body)
        or (row.kind == "impact" and _read_for(row) & {*wanted.documents})
    ]


def _read_for(row: Row) -> set[str]:
    kept = json.loads(row.body or "{}")
    # Of earlier versions there was one.
    return {*kept.get("document_ids", ()), kept.get("document_id", "")}


def delete_proposals(connection: Connection, wanted: Wanted, traces: Traces) -> None:
    """Proposed changes of cases that stay, where they hold words of the documents."""
    query = select(case_proposals).where(case_proposals.c.project_id == wanted.project_id)
    for row in connection.execute(query).all():
        if traces.in_json(row.body) or traces.in_text(row.reason):
            connection.execute(delete(case_proposals).where(case_proposals.c.seq == row.seq))


def clean_notes(connection: Connection, project_id: str, traces: Traces) -> None:
    """What people said and what the log tells, in so far as it repeats erased words."""
    said = select(stale_reviews).where(stale_reviews.c.project_id == project_id)
    for row in connection.execute(said).all():
        if traces.in_text(row.detail):
            connection.execute(delete(stale_reviews).where(stale_reviews.c.seq == row.seq))
    told = select(events.c.seq, events.c.detail).where(
        events.c.project_id == project_id, events.c.detail != ""
    )
    for row in connection.execute(told).all():
        if traces.in_json(row.detail):
            connection.execute(update(events).where(events.c.seq == row.seq).values(detail=""))


def hide_names(connection: Connection, project_id: str, plan: Plan) -> None:
    """The log keeps who did what and when, but neither names nor words of what was erased."""
    gone = plan.erasure
    for kind, ids in (
        ("document", gone.documents), ("case", plan.whole_cases), ("run", gone.runs),
    ):  # fmt: skip
        for name in ids:
            lines = matching(events, project_id=project_id, subject=kind, subject_id=name)
            hidden = {"subject_id": alias(name), "detail": ""}
            connection.execute(update(events).where(lines).values(hidden))
