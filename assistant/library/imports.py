"""Existing cases that come in with a document: added, updated or marked, never lost unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, delete, select, update

from assistant.domain import TestCase
from assistant.errors import LibraryError
from assistant.library import case_rows
from assistant.library.case_rows import CaseRow, NewCase
from assistant.library.storage.records import StoredCase
from assistant.library.storage.rows import cleaned, matching, plain
from assistant.library.storage.schema import case_versions, cases

_VANISHED = "vanished"
"""``import_key`` of a case that the latest version of its document no longer has."""


@dataclass
class ImportCounts:
    """What storing the cases of one document did."""

    added: int = 0
    updated: int = 0
    vanished: int = 0


def store_imported(
    connection: Connection,
    project_id: str,
    document_id: str,
    title: str,
    incoming: Sequence[TestCase],
    *,
    by: str,
) -> ImportCounts:
    """Bring the cases of a document's new version into the library, in the caller's transaction.

    A case is found again by the id it has in the document. Unchanged: nothing happens, whatever
    was decided or edited here. Changed: the new text becomes the next version, with status
    *imported*; what stood before is in the history. Gone: kept, with the reason in its status.
    """
    held = {row.given_key: row for row in _of_document(connection, project_id, document_id)}
    counts = ImportCounts()
    new: list[NewCase] = []
    taken = set(connection.execute(
        select(cases.c.id).where(cases.c.project_id == project_id)
    ).scalars())  # fmt: skip
    found = _given(incoming)
    for given, (key, case) in found.items():
        row = held.get(given)
        if row is None:
            case_id = case_rows.free_id(case.id, taken.__contains__)
            taken.add(case_id)
            fresh = case.model_copy(update={"id": case_id, "status": "imported"})
            new.append(NewCase(fresh, None, document_id, given, key))
        elif row.import_key != key:
            person = _touched_by(connection, row)
            reason = (
                f"updated from {title}; what {person} changed is kept in the history"
                if person
                else ""
            )
            now = {"id": row.id, "status": "imported", "status_reason": reason}
            case_rows.replace(
                connection, row, case.model_copy(update=now), by=by, action="imported again",
                reason=reason, import_key=key,
            )  # fmt: skip
            counts.updated += 1
    case_rows.add(connection, project_id, new, by=by, action="imported")
    counts.added = len(new)
    gone = [row for given, row in held.items() if given not in found]
    counts.vanished = mark_vanished(connection, gone, f"no longer in {title}", by=by)
    return counts


def mask_imported(
    connection: Connection,
    project_id: str,
    document_id: str,
    incoming: Sequence[TestCase],
    masked: Mapping[str, tuple[StoredCase, TestCase]],
    *,
    by: str,
) -> ImportCounts:
    """Give the cases of a document their masked words, with what was edited and decided.

    ``incoming`` are the cases as the masked document has them, ``masked`` each case of the library
    by its id, as it was read and with its present words masked. An import of ``incoming`` changes
    nothing afterwards. Raises ``EditConflict`` where a case was saved since it was read.
    """
    counts, found = ImportCounts(), _given(incoming)
    for row in _of_document(connection, project_id, document_id):
        if row.id not in masked:
            raise LibraryError(f"Test case “{row.id}” came in meanwhile. Mask again.")
        seen, case = masked[row.id]
        case_rows.check_version(row, seen.row_version, case)
        key, _ = found.get(row.given_key, (row.import_key, None))
        if case != seen.case:
            case_rows.replace(connection, row, case, by=by, action="masked", import_key=key)
            counts.updated += 1
        elif key != row.import_key:  # what was imported is masked, what a person made of it is not
            here = matching(cases, project_id=project_id, id=row.id)
            connection.execute(update(cases).where(here).values(import_key=key))
    return counts


def release_imported(
    connection: Connection, project_id: str, document_id: str, title: str, *, by: str
) -> ImportCounts:
    """Let go of the cases of a document that is being removed.

    Copies that nobody touched go with it; cases that a person edited or decided on are kept and
    marked, because that work is nowhere else.
    """
    counts = ImportCounts()
    touched = []
    reason = f"{title} was removed"
    for row in _of_document(connection, project_id, document_id):
        if not _touched_by(connection, row):
            case_rows.note_removed(connection, row, by=by, reason=reason)
            connection.execute(
                delete(cases).where(matching(cases, project_id=project_id, id=row.id))
            )
        else:
            touched.append(row)
    counts.vanished = mark_vanished(connection, touched, reason, by=by)
    return counts


def mark_vanished(connection: Connection, rows: Iterable[CaseRow], reason: str, *, by: str) -> int:
    """Keep cases whose source is gone, saying so in their status; returns how many were marked."""
    marked = 0
    for row in rows:
        if row.import_key == _VANISHED:
            continue
        case = TestCase.model_validate_json(row.body)
        told = f"{case.status_reason}; {reason}" if case.status_reason else reason
        case_rows.replace(
            connection, row, case.model_copy(update={"status_reason": told}), by=by,
            action="no longer in source", reason=reason, import_key=_VANISHED,
        )  # fmt: skip
        marked += 1
    return marked


def _of_document(connection: Connection, project_id: str, document_id: str) -> Sequence[CaseRow]:
    here = matching(cases, project_id=project_id, document_id=document_id)
    return connection.execute(select(cases).where(here).order_by(cases.c.seq)).all()


def _given(incoming: Iterable[TestCase]) -> dict[str, tuple[str, TestCase]]:
    """Cases by the id that each has in its document, with a hash of all that they say."""
    seen: set[str] = set()
    found = ((_occurrence(case.id, seen), case) for case in map(cleaned, incoming))
    return {
        given: (sha256(case.model_dump_json().encode()).hexdigest(), case) for given, case in found
    }


def _occurrence(case_id: str, seen: set[str]) -> str:
    """The case's id in the document, numbered where the document uses it more than once."""
    given, number = plain(case_id), 1
    while given in seen:
        number += 1
        given = f"{plain(case_id)}#{number}"
    seen.add(given)
    return given


def _touched_by(connection: Connection, row: CaseRow) -> str:
    """Who last edited or decided on a case since it was last imported; "" where nobody did."""
    query = select(case_versions.c.action, case_versions.c.actor).where(
        matching(case_versions, project_id=row.project_id, case_id=row.id)
    )
    for line in connection.execute(query.order_by(case_versions.c.version.desc())):
        if line.action in ("imported", "imported again"):
            break
        if line.action not in ("no longer in source", "masked"):
            return line.actor or "someone"
    return ""
