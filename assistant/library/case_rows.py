"""Rows of cases and of their history: always changed together, one version at a time.

Among them existing cases that come in with a document: added, updated or marked, never lost unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, union, update

from assistant.domain import TestCase, utc_now
from assistant.errors import EditConflict, LibraryError
from assistant.library.storage.records import CaseAction, CaseVersion, StoredCase, case_text
from assistant.library.storage.rows import cleaned, matching, next_seq, plain, rows_in_parts, when
from assistant.library.storage.schema import case_versions, cases, stale_reviews

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


def case_version(row: CaseRow) -> CaseVersion:
    """A row of the history as the library hands it out."""
    return CaseVersion(
        row.version, when(row.at), row.actor, row.action, row.reason, row.body, row.restores
    )


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


def ids_with_history(
    connection: Connection, project_id: str, case_id: str | None = None
) -> frozenset[str]:
    """The ids that a case has or had, or that somebody's word is about; of one id where given.

    Such words are kept by the id alone: the next case with it would be born with them.
    """
    queries = []
    for table, column in (
        (cases, cases.c.id),
        (case_versions, case_versions.c.case_id),
        (stale_reviews, stale_reviews.c.case_id),
    ):
        query = select(column).where(table.c.project_id == project_id)
        queries.append(query if case_id is None else query.where(column == case_id))
    return frozenset(connection.execute(union(*queries)).scalars())


def add(
    connection: Connection,
    project_id: str,
    new: Sequence[NewCase],
    *,
    by: str,
    action: CaseAction,
    reason: str = "",
) -> None:
    """Store new cases, their ids being free, each with its first line of history.

    An id that was used and removed before, as that of a file imported again, goes on counting, so
    that history has no double lines.
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
        line = _version(project_id, case.id, version, now, by, action, reason, body)
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


def decided_late(connection: Connection, row: CaseRow, mine: TestCase) -> EditConflict:
    """The error where something was done with a case since it was seen that is decided on here."""
    here = matching(
        case_versions, project_id=row.project_id, case_id=row.id, version=row.row_version
    )
    action: CaseAction = connection.execute(select(case_versions.c.action).where(here)).scalar_one()
    done = action if action in ("accepted", "rejected", "edited", "written again") else "changed"
    by = f" by {row.updated_by}" if row.updated_by else ""
    return _edit_conflict(
        row,
        mine,
        f"Test case “{row.id}” was {done}{by} after you opened it, so your decision "
        f"({mine.status}) was not kept. See it as it is now, and decide again if you still want "
        "to.",
    )


def remove(connection: Connection, row: CaseRow, *, by: str, reason: str) -> None:
    """Take a case out; its history stays, with a last line that says so."""
    line = _version(
        row.project_id, row.id, row.row_version + 1, utc_now().isoformat(), by, "removed", reason,
        row.body,
    )  # fmt: skip
    connection.execute(insert(case_versions), [line])
    connection.execute(delete(cases).where(matching(cases, project_id=row.project_id, id=row.id)))


def _conflict(row: CaseRow, mine: TestCase) -> EditConflict:
    return _edit_conflict(
        row,
        mine,
        f"{row.updated_by or 'Someone'} saved test case “{row.id}” while you had it open (it is at "
        f"version {row.row_version} now). Nothing was overwritten. Look at it as it is now, and do "
        "it again if you still want to.",
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
            case_id = free_id(case.id, taken.__contains__)
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
            replace(
                connection, row, case.model_copy(update=now), by=by, action="imported again",
                reason=reason, import_key=key,
            )  # fmt: skip
            counts.updated += 1
    add(connection, project_id, new, by=by, action="imported")
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
        check_version(row, seen.row_version, case)
        key, _ = found.get(row.given_key, (row.import_key, None))
        if case != seen.case:
            replace(connection, row, case, by=by, action="masked", import_key=key)
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
            remove(connection, row, by=by, reason=reason)
        else:
            touched.append(row)
    counts.vanished = mark_vanished(connection, touched, reason, by=by)
    return counts


def reinstate_imported(
    connection: Connection,
    project_id: str,
    document_id: str,
    title: str,
    incoming: Sequence[TestCase],
    earlier: Iterable[Sequence[TestCase]],
    *,
    by: str,
) -> None:
    """Take back what ``release_imported`` did to the cases of a document.

    ``incoming`` are the cases of its present version, ``earlier`` those of the versions before.
    Cases that it kept lose its mark, and what people edited or decided stays; cases that it took
    along come back as it found them, or as the document has them where their id is in use by now.
    """
    reason = plain(f"{title} was removed")
    found = _given(incoming)
    rows = _of_document(connection, project_id, document_id)
    for row in rows:
        if row.import_key == _VANISHED and row.given_key in found:
            _unmark(connection, row, reason, found[row.given_key][0], by=by)
    held = {row.given_key for row in rows}
    gone = {name: (_VANISHED, one) for cases in earlier for name, (_, one) in _given(cases).items()}
    again: dict[str, NewCase] = {}
    for given, (key, case) in (gone | found).items():
        last = None if given in held else _last_line(connection, project_id, case.id)
        if last is None or (last.action, last.reason) != ("removed", reason):
            continue
        was = TestCase.model_validate_json(last.body)
        own = {"id": case.id, "status": case.status, "status_reason": case.status_reason}
        if was.model_copy(update=own) == case:  # another source of this title may have had the id
            again.setdefault(case.id, NewCase(was, None, document_id, given, key))
    add(connection, project_id, list(again.values()), by=by, action="in source again")
    store_imported(connection, project_id, document_id, title, incoming, by=by)


def _unmark(connection: Connection, row: CaseRow, reason: str, import_key: str, *, by: str) -> None:
    """Take the mark of ``release_imported`` off a case; an undo then goes on before the mark."""
    case = TestCase.model_validate_json(row.body)
    told = case.status_reason.removesuffix(reason).removesuffix("; ")
    last = _last_line(connection, row.project_id, row.id)
    if told == case.status_reason or last is None:
        here = matching(cases, project_id=row.project_id, id=row.id)
        connection.execute(update(cases).where(here).values(import_key=import_key))
        return
    restores = None
    if last.action == "no longer in source":
        before = matching(
            case_versions, project_id=row.project_id, case_id=row.id, version=last.version - 1
        )
        shown = connection.execute(select(case_versions).where(before)).first()
        restores = None if shown is None else shown.restores or shown.version
    replace(
        connection, row, case.model_copy(update={"status_reason": told}), by=by,
        action="in source again", restores=restores, import_key=import_key,
    )  # fmt: skip


def _last_line(connection: Connection, project_id: str, case_id: str) -> CaseRow | None:
    """The latest line of a case's history, of one that was removed too."""
    mine = matching(case_versions, project_id=project_id, case_id=case_id)
    query = select(case_versions).where(mine).order_by(case_versions.c.version.desc()).limit(1)
    return connection.execute(query).first()


def mark_vanished(connection: Connection, rows: Iterable[CaseRow], reason: str, *, by: str) -> int:
    """Keep cases whose source is gone, saying so in their status; returns how many were marked."""
    marked = 0
    for row in rows:
        if row.import_key == _VANISHED:
            continue
        case = TestCase.model_validate_json(row.body)
        told = f"{case.status_reason}; {reason}" if case.status_reason else reason
        replace(
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
        if line.action not in ("no longer in source", "removed", "in source again", "masked"):
            return line.actor or "someone"
    return ""
