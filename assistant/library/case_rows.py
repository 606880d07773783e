"""Rows of cases and of their history: always changed together, one version at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from assistant.domain import TestCase, utc_now
from assistant.errors import EditConflict, LibraryError
from assistant.library.storage.records import CaseAction, StoredCase, case_text
from assistant.library.storage.rows import cleaned, matching, next_seq, plain, rows_in_parts, when
from assistant.library.storage.schema import case_versions, cases

CaseRow = Row[Any]
KEEP = "as it is"
"""Stands for the run that wrote the words so far."""


@dataclass(frozen=True)
class NewCase:
    """A case to be stored, with where it comes from."""

    case: TestCase
    run_id: str | None = None
    document_id: str | None = None
    given_key: str | None = None
    import_key: str | None = None
    source_run_id: str | None = None


def fetch(connection: Connection, project_id: str, case_id: str) -> CaseRow:
    """The row of a case, locked for the caller. Raises ``LibraryError`` where there is none."""
    query = select(cases).where(matching(cases, project_id=project_id, id=case_id))
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        raise LibraryError(
            f"There is no test case “{case_id}” in this project. Reload the list of cases."
        )
    return row


def stored(row: CaseRow) -> StoredCase:
    """A row as the library hands it out."""
    return StoredCase(
        id=row.id,
        title=row.title,
        status=row.status,
        technique=row.technique,
        row_version=row.row_version,
        updated_at=when(row.updated_at),
        updated_by=row.updated_by,
        run_id=row.run_id,
        document_id=row.document_id,
        source_run_id=row.source_run_id or row.run_id,
        body=row.body,
    )


def free_id(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """``wanted``, or the first of ``wanted-2``, ``wanted-3``… that is not taken."""
    base = wanted or "case"
    number, candidate = 1, base
    while is_taken(candidate):
        number += 1
        candidate = f"{base}-{number}"
    return candidate


def exists(connection: Connection, project_id: str, case_id: str) -> bool:
    """Whether the project has a case with this id."""
    query = select(cases.c.id).where(matching(cases, project_id=project_id, id=case_id))
    return connection.execute(query).first() is not None


def add(
    connection: Connection,
    project_id: str,
    new: Sequence[NewCase],
    *,
    by: str,
    action: CaseAction,
) -> None:
    """Store new cases, their ids being free, each with its first line of history.

    An id that was used and removed before goes on counting, so that history has no double lines.
    """
    if not new:
        return
    first = next_seq(connection, cases, project_id)
    now = utc_now().isoformat()
    versions = _last_versions(connection, project_id, [item.case.id for item in new])
    rows, history = [], []
    for seq, item in enumerate(new, start=first):
        case = item.case
        body = case.model_dump_json()
        version = versions.get(case.id, 0) + 1
        rows.append(
            {
                "project_id": project_id,
                "id": case.id,
                "seq": seq,
                "run_id": item.run_id,
                "document_id": item.document_id,
                "given_key": item.given_key,
                "import_key": item.import_key,
                "source_run_id": item.source_run_id,
                "row_version": version,
                **_columns(case, body, by, now),
            }
        )
        line = _version(project_id, case.id, version, now, by, action, "", body)
        history.append(line | {"source_run_id": item.source_run_id})
    connection.execute(insert(cases), rows)
    connection.execute(insert(case_versions), history)


def replace(
    connection: Connection,
    row: CaseRow,
    case: TestCase,
    *,
    by: str,
    action: CaseAction,
    reason: str = "",
    restores: int | None = None,
    import_key: str | None = None,
    source_run_id: str | None = KEEP,
) -> StoredCase:
    """Store the next version of a case that the caller has fetched in this transaction.

    ``source_run_id`` is the run that wrote these words, ``None`` the run that the case is of.
    """
    case = cleaned(case)
    body, now = case.model_dump_json(), utc_now().isoformat()
    version = row.row_version + 1
    source = row.source_run_id if source_run_id == KEEP else source_run_id
    values = {"row_version": version, "source_run_id": source, **_columns(case, body, by, now)}
    if import_key is not None:
        values["import_key"] = import_key
    here = matching(cases, project_id=row.project_id, id=row.id, row_version=row.row_version)
    if connection.execute(update(cases).where(here).values(values)).rowcount != 1:
        raise _conflict(row, case)
    history = _version(row.project_id, row.id, version, now, by, action, reason, body)
    connection.execute(
        insert(case_versions), [history | {"restores": restores, "source_run_id": source}]
    )
    return stored(fetch(connection, row.project_id, row.id))


def check_version(row: CaseRow, expected: int, mine: TestCase) -> None:
    """Raise ``EditConflict`` where someone saved another version since ``expected`` was read."""
    if row.row_version != expected:
        raise _conflict(row, mine)


def not_as_seen(row: CaseRow, mine: TestCase) -> EditConflict:
    """The error where the words that somebody decided on are not those that are stored."""
    return _edit_conflict(
        row,
        mine,
        f"Test case “{row.id}” reads differently now than when you decided on it. Nothing was "
        "changed. Read it as it is now, then decide again.",
    )


def note_removed(connection: Connection, row: CaseRow, *, by: str, reason: str) -> None:
    """Add the last line to the history of a case that is about to be deleted."""
    line = _version(
        row.project_id, row.id, row.row_version + 1, utc_now().isoformat(), by, "removed", reason,
        row.body,
    )  # fmt: skip
    connection.execute(insert(case_versions), [line])


def _conflict(row: CaseRow, mine: TestCase) -> EditConflict:
    return _edit_conflict(
        row,
        mine,
        f"{row.updated_by or 'Someone'} saved test case “{row.id}” while you had it open (it is at "
        f"version {row.row_version} now). Nothing was overwritten. Compare both texts, then save "
        "yours again or keep theirs.",
    )


def _edit_conflict(row: CaseRow, mine: TestCase, message: str) -> EditConflict:
    return EditConflict(
        message,
        mine=case_text(mine),
        theirs=case_text(TestCase.model_validate_json(row.body)),
        current_version=row.row_version,
    )


def _last_versions(
    connection: Connection, project_id: str, case_ids: Sequence[str]
) -> dict[str, int]:
    query = (
        select(case_versions.c.case_id, func.max(case_versions.c.version).label("latest"))
        .where(case_versions.c.project_id == project_id)
        .group_by(case_versions.c.case_id)
    )
    rows = rows_in_parts(connection, query, case_versions.c.case_id, case_ids)
    return {row.case_id: row.latest for row in rows}


def _columns(case: TestCase, body: str, by: str, now: str) -> dict[str, object]:
    return {
        "status": case.status,
        "technique": case.technique,
        "title": case.title,
        "updated_at": now,
        "updated_by": plain(by),
        "body": body,
    }


def _version(
    project_id: str,
    case_id: str,
    version: int,
    now: str,
    by: str,
    action: CaseAction,
    reason: str,
    body: str,
) -> dict[str, object]:
    return {
        "project_id": project_id,
        "case_id": case_id,
        "version": version,
        "at": now,
        "actor": plain(by),
        "action": action,
        "reason": plain(reason),
        "restores": None,
        "source_run_id": None,
        "body": body,
    }
