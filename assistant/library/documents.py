"""Source documents and the epics in them: every version is kept until the document is erased.

One that was removed is out of the project, and can be restored as it was.

An epic whose stories came in as documents of their own is put together again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from assistant.domain import Epic, SourceDocument, SourceMetadata, TestCase, UserStory, utc_now
from assistant.errors import EditConflict, LibraryError
from assistant.library.case_rows import (
    mask_imported,
    reinstate_imported,
    release_imported,
    store_imported,
)
from assistant.library.editions import older_editions
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.records import (
    PutOutcome,
    RemovedDocument,
    StoredCase,
    StoredDocument,
)
from assistant.library.storage.rows import (
    cleaned,
    dump_all,
    load_all,
    matching,
    next_seq,
    plain,
    read_row,
    rows_in_parts,
    when,
)
from assistant.library.storage.schema import (
    connection_documents,
    document_versions,
    documents,
    events,
)

DocumentRow = Row[Any]
BEFORE_TEXT = 1_000
"""Characters that stand before the text of a document where it is kept: its id, kind and title."""


class DocumentStore(Store):
    """Reads and writes source documents."""

    def put_document(
        self,
        project_id: str,
        document: SourceDocument,
        *,
        epics: Sequence[Epic] = (),
        cases: Sequence[TestCase] = (),
        by: str = "",
        connection_id: str = "",
        expected_version: int | None = None,
        masked: Mapping[str, tuple[StoredCase, TestCase]] | None = None,
    ) -> StoredDocument:
        """Store a document with the epics and existing cases that were read from it.

        The same content again changes nothing (``outcome`` "unchanged"); other content for the same
        id becomes the next version, the earlier ones being kept. Existing cases become cases with
        status *imported*: added, updated, or marked where the new version lacks them; with
        ``masked`` those in the library get the words in it instead (see ``mask_imported``).

        Raises ``EditConflict`` where the document is not, or no longer, at ``expected_version``.
        """
        document = cleaned(document)
        stories = [story for epic in epics for story in epic.stories]
        texts = {"epics": dump_all(epics), "cases": dump_all(cases)}
        key = _content_key(document, texts)
        with self._database.write() as connection:
            lock_project(connection, project_id)
            held = _find(connection, project_id, document.id)
            if expected_version is not None:
                _check_version(held, document.title, expected_version)
            if held is not None and held.removed_at is None and held.content_key == key:
                return _stored(_with_file(connection, held, document.metadata.file))
            version = 1 if held is None else held.version + 1
            now = utc_now().isoformat()
            values = {
                "kind": document.kind,
                "title": document.title,
                "uri": document.uri,
                "version": version,
                "content_hash": document.content_hash,
                "content_key": key,
                "metadata": document.metadata.model_dump_json(),
                "fetched_at": document.fetched_at.isoformat(),
                "stored_at": now,
                "epic_count": len(epics),
                "story_count": len(stories),
                "criterion_count": sum(len(story.criteria) for story in stories),
                "case_count": len(cases),
                "removed_at": None,
                "connection_id": connection_id,
                "successor_id": None,
            }
            if held is None:
                seq = next_seq(connection, documents, project_id)
                new = values | {"project_id": project_id, "id": document.id, "seq": seq}
                connection.execute(insert(documents).values(new | {"chunk_count": 0}))
            else:
                connection.execute(update(documents).where(_is(held)).values(values))
            body = document.model_copy(update={"version": version}).model_dump_json()
            connection.execute(
                insert(document_versions).values(
                    project_id=project_id,
                    document_id=document.id,
                    version=version,
                    stored_at=now,
                    document=body,
                    actor=plain(by),
                    connection_id=connection_id,
                    **texts,
                )
            )
            if masked is None:
                counts = store_imported(
                    connection, project_id, document.id, document.title, cases, by=by
                )
            else:
                counts = mask_imported(connection, project_id, document.id, cases, masked, by=by)
            outcome: PutOutcome = (
                "new" if held is None or held.removed_at is not None else "changed"
            )
            detail = (
                f"version {version}; cases: {counts.added} new, {counts.updated} changed, "
                f"{counts.vanished} gone"
            )
            record(
                connection, project_id, "document", document.id, f"stored ({outcome})", by, detail
            )
            stored = _stored(_get(connection, project_id, document.id))
        return stored.model_copy(update={"outcome": outcome})

    def documents(self, project_id: str) -> tuple[StoredDocument, ...]:
        """The documents of a project in the order they first came in, without their text."""
        query = select(documents).where(_present(project_id)).order_by(documents.c.seq)
        return tuple(map(_stored, self._all(query)))

    def document_parts(
        self, project_id: str, document_id: str, version: int | None = None
    ) -> tuple[SourceDocument, tuple[Epic, ...], tuple[TestCase, ...]]:
        """A document with the epics and cases as they were read from it: what gets indexed."""
        texts = document_versions.c
        found = self._version(
            project_id, document_id, version, select(texts.document, texts.epics, texts.cases)
        )
        return (
            SourceDocument.model_validate_json(found.document),
            load_all(Epic, found.epics),
            load_all(TestCase, found.cases),
        )

    def _version(
        self, project_id: str, document_id: str, version: int | None, columns: Select[Any]
    ) -> Row[Any]:
        """Columns of a version of a document, the current one where none is named."""
        with self._database.read() as connection:
            row = _get(connection, project_id, document_id)
            wanted = row.version if version is None else version
            here = matching(
                document_versions, project_id=project_id, document_id=row.id, version=wanted
            )
            found = connection.execute(columns.where(here)).first()
        if found is None:
            raise LibraryError(
                f"There is no version {wanted} of “{row.title}”; the current one is {row.version}."
            )
        return found

    def held_epics(
        self, project_id: str, instead: tuple[str, Sequence[Epic]] | None = None
    ) -> Mapping[str, tuple[tuple[str, ...], Epic]]:
        """Epics of the current documents by key, each with the ids of all documents it is in, its
        own one first; one query.

        Documents that a connection fetched issue by issue, and files of one story that name its
        epic, each hold a part of it: its own words, or one of its stories. Parts of one connection
        are put together, and those of files; otherwise the last put wins. What an older edition of
        a document holds is left out. ``instead`` names a document and the epics it is taken to
        hold, as if they had been put now.
        """
        taken, theirs = instead or ("", ())
        here = documents.c
        query = (
            select(
                here.id, here.stored_at, here.connection_id, here.metadata,
                document_versions.c.epics,
            )
            .join(document_versions, _CURRENT)
            .where(_present(project_id), or_(here.epic_count > 0, here.id == taken))
            .order_by(here.seq)
        )  # fmt: skip
        placed: dict[str, list[EpicPart]] = {}
        rows = self._all(query)
        held = {row.id: theirs if row.id == taken else load_all(Epic, row.epics) for row in rows}
        metadata = {row.id: SourceMetadata.model_validate_json(row.metadata) for row in rows}
        older = older_editions({name: one.edition for name, one in metadata.items()}, held)
        for row in rows:
            if row.id in older:
                continue
            key = metadata[row.id].key
            mine = row.id == taken
            stored_at = utc_now().isoformat() if mine else row.stored_at
            for epic in held[row.id]:
                source = (row.connection_id or "by hand") if key else ""
                part = EpicPart(row.id, stored_at, source, key == epic.key, epic)
                placed.setdefault(epic.key, []).append(part)
        return {key: whole_epic(parts) for key, parts in placed.items()}

    def older_editions(self, project_id: str) -> dict[str, str]:
        """Ids of the documents of which a newer edition is held, each with that of the newest."""
        here = documents.c
        query = select(here.id, here.metadata).where(_present(project_id), here.epic_count > 0)
        editions = {
            row.id: said
            for row in self._all(query)
            if (said := SourceMetadata.model_validate_json(row.metadata).edition)
        }
        if len(set(editions.values())) < 2:
            return {}
        epics = (
            select(here.id, document_versions.c.epics)
            .join(document_versions, _CURRENT)
            .where(_present(project_id), here.id.in_(editions))
        )
        held = {row.id: load_all(Epic, row.epics) for row in self._all(epics)}
        return older_editions({name: editions[name] for name in held}, held)

    def remove_document(
        self, project_id: str, document_id: str, *, by: str = "", missing_ok: bool = False
    ) -> str:
        """Take a document out of the project; returns its title, "" where it was not there.

        Its imported cases go with it, except those that somebody edited or decided on, which are
        marked. What an index holds beyond ``documents`` is to be taken out of it. Its versions are
        kept for ``restore_document`` until they are erased.
        """
        with self._database.write() as connection:
            lock_project(connection, project_id)
            if missing_ok:
                held = _find(connection, project_id, plain(document_id))
                if held is None or held.removed_at is not None:
                    return ""
            row = _get(connection, project_id, document_id)
            release_imported(connection, project_id, document_id, row.title, by=by)
            twin = (
                select(documents.c.id)
                .where(
                    _present(project_id),
                    documents.c.content_hash == row.content_hash,
                    documents.c.id != row.id,
                )
                .order_by(documents.c.seq.desc())
            )
            gone = {
                "removed_at": utc_now().isoformat(),
                "indexed_version": None,
                "indexed_at": None,
                "chunk_count": 0,
                "successor_id": connection.execute(twin).scalar(),
            }
            connection.execute(update(documents).where(_is(row)).values(gone))
            record(connection, project_id, "document", document_id, "removed", by, row.title)
            return str(row.title)

    def restore_document(
        self, project_id: str, document_id: str, *, by: str = ""
    ) -> StoredDocument:
        """Put a document that was removed back, in the version it had, not yet indexed.

        Its imported cases are again as they were before the removal; what people edited or decided
        since stays. It is its connection's again where that still knows it. Raises ``LibraryError``
        where it is in the project, there is none, or its words are not kept.
        """
        with self._database.write() as connection:
            lock_project(connection, project_id)
            row = _find(connection, project_id, plain(document_id))
            if row is not None and row.removed_at is None:
                raise LibraryError(
                    f"“{row.title}” is in the project: there is nothing to restore of it."
                )
            if row is None:
                raise LibraryError(
                    f"There is no removed source “{plain(document_id)}”: `sources removed` lists "
                    "them."
                )
            mine = matching(
                document_versions, project_id=project_id, document_id=plain(document_id)
            )
            versions = document_versions.c
            query = select(versions.version, versions.cases).where(mine)
            kept = connection.execute(query.order_by(versions.version)).all()
            if not kept or kept[-1].version != row.version:
                raise LibraryError(
                    f"“{row.title}” cannot be restored: its words are not kept any more. "
                    "Import it again."
                )
            brought = matching(
                connection_documents, project_id=project_id, connection_id=row.connection_id,
                document_id=row.id,
            )  # fmt: skip
            known = connection.execute(select(exists().where(brought))).scalar_one()
            values = {
                "removed_at": None,
                "successor_id": None,
                "connection_id": row.connection_id if known else "",
            }
            connection.execute(update(documents).where(_is(row)).values(values))
            *earlier, present = (load_all(TestCase, one.cases) for one in kept)
            reinstate_imported(connection, project_id, row.id, row.title, present, earlier, by=by)
            record(connection, project_id, "document", row.id, "restored", by, row.title)
            back = _stored(_get(connection, project_id, row.id))
        return back.model_copy(update={"outcome": "new"})

    def removed_documents(self, project_id: str) -> tuple[RemovedDocument, ...]:
        """The documents that were removed and can be restored, the one removed last first."""
        here, said = documents.c, events.c
        removals = matching(
            events, project_id=here.project_id, subject_id=here.id, subject="document",
            action="removed",
        )  # fmt: skip
        query = (
            select(documents, said.actor)
            .join(document_versions, _CURRENT)
            .outerjoin(events, removals)
            .where(here.project_id == project_id, here.removed_at.is_not(None))
            .order_by(said.seq)
        )
        found = {
            row.id: read_row(RemovedDocument, row, by=row.actor or "") for row in self._all(query)
        }
        return tuple(sorted(found.values(), key=lambda one: one.removed_at, reverse=True))

    def pending_documents(self, project_id: str, held: Collection[str] | None) -> Sequence[str]:
        """Ids of the documents that an index holding ``held`` lacks (``None``: of all documents).

        Those whose current version is not indexed, and those that have chunks and are not held.
        """
        return [
            one.id
            for one in self.documents(project_id)
            if held is None or not one.is_indexed or (one.chunk_count and one.id not in held)
        ]

    def document_sizes(self, project_id: str, document_ids: Sequence[str]) -> Mapping[str, int]:
        """How much is kept of the current version of each, in characters; removed ones lack."""
        texts = document_versions.c
        size = func.length(texts.document) + func.length(texts.epics) + func.length(texts.cases)
        query = (
            select(documents.c.id, size.label("size"))
            .join(document_versions, _CURRENT)
            .where(_present(project_id))
        )
        with self._database.read() as connection:
            rows = rows_in_parts(connection, query, documents.c.id, document_ids)
            return {row.id: row.size for row in rows}

    def documents_stamp(self, project_id: str, *, but: Collection[str] = ()) -> str:
        """Changes when a document ``but`` these comes, goes, changes, is indexed, or loses its
        connection; one query that reads no document."""
        here = documents.c
        counts = (
            func.count(),
            func.sum(here.version),
            func.max(here.stored_at),
            func.count(here.removed_at),
            func.max(here.removed_at),
            func.sum(here.indexed_version),
            func.max(here.indexed_at),
            func.count(func.nullif(here.connection_id, "")),
        )
        query = select(*counts).where(here.project_id == project_id, here.id.not_in(but))
        with self._database.read() as connection:
            row = connection.execute(query).one()
        return " ".join(map(str, row))

    def document_ids(self, project_id: str, *, prefix: str = "") -> tuple[str, ...]:
        """The ids of the documents of a project that begin with ``prefix``, in the order they
        first came in."""
        here = documents.c
        query = select(here.id).where(
            _present(project_id), here.id.startswith(prefix, autoescape=True)
        )
        return tuple(row.id for row in self._all(query.order_by(here.seq)))

    def fetched_at(self, project_id: str, document_ids: Iterable[str]) -> Mapping[str, datetime]:
        """When the present version of each was fetched; removed ones lack."""
        here = documents.c
        query = select(here.id, here.fetched_at).where(_present(project_id))
        with self._database.read() as connection:
            rows = rows_in_parts(connection, query, here.id, document_ids)
            return {row.id: when(row.fetched_at) for row in rows}

    def find_document(self, project_id: str, document_id: str) -> StoredDocument | None:
        """The document with this id without its text; ``None`` where there is none."""
        with self._database.read() as connection:
            row = _find(connection, project_id, plain(document_id))
        return None if row is None or row.removed_at is not None else _stored(row)

    def documents_of_bytes(self, project_id: str, content_hash: str) -> tuple[StoredDocument, ...]:
        """The documents whose current version was read from exactly these bytes."""
        query = select(documents).where(
            _present(project_id), documents.c.content_hash == content_hash
        )
        return tuple(map(_stored, self._all(query.order_by(documents.c.seq))))

    def document(
        self, project_id: str, document_id: str, version: int | None = None
    ) -> SourceDocument:
        """A document with its text, in its current or an earlier version."""
        found = self._version(
            project_id, document_id, version, select(document_versions.c.document)
        )
        return SourceDocument.model_validate_json(found.document)

    def openings(
        self, project_id: str, document_ids: Iterable[str], characters: int
    ) -> Mapping[str, str]:
        """The first characters of the text of each in its current version, and no more of it read;
        removed ones lack."""
        limit = BEFORE_TEXT + 2 * characters  # a sign in JSON may be two
        begun = func.substr(document_versions.c.document, 1, limit).label("begun")
        query = select(documents.c.id, begun).join(document_versions, _CURRENT)
        with self._database.read() as connection:
            rows = list(
                rows_in_parts(
                    connection, query.where(_present(project_id)), documents.c.id, document_ids
                )
            )
        found = {}
        for row in rows:
            text = from_json(row.begun, allow_partial="trailing-strings").get("text", "")
            if len(text) < characters and len(row.begun) == limit:  # much stands before it
                text = self.document(project_id, row.id).text
            found[row.id] = text[:characters]
        return found

    def mark_all_indexed(
        self, project_id: str, marks: Mapping[str, tuple[int, int]]
    ) -> tuple[str, ...]:
        """Note for each id the version and number of chunks in the index; returns removed ones."""
        held = set()
        with self._database.write() as connection:
            lock_project(connection, project_id)
            for document_id, (version, chunk_count) in marks.items():
                row = _find(connection, project_id, document_id)
                if row is None or row.removed_at is not None or version > row.version:
                    continue
                values = {
                    "indexed_version": version,
                    "indexed_at": utc_now().isoformat(),
                    "chunk_count": chunk_count,
                }
                connection.execute(update(documents).where(_is(row)).values(values))
                held.add(document_id)
        return tuple(document_id for document_id in marks if document_id not in held)

    def epics(self, project_id: str) -> tuple[Epic, ...]:
        """The epics of the current documents; of two with the same key, the one stored last.

        Stories that a connection fetched one by one are put together under their epic.
        """
        return tuple(epic for _, epic in self.held_epics(project_id).values())

    def documents_of_epics(self, project_id: str) -> Mapping[str, tuple[str, ...]]:
        """Key of each epic to the ids of all documents it is in, its own one first."""
        return {key: ids for key, (ids, _) in self.held_epics(project_id).items()}


_CURRENT = matching(
    document_versions,
    project_id=documents.c.project_id,
    document_id=documents.c.id,
    version=documents.c.version,
)
"""Joins a document with its current version."""


def _present(project_id: str) -> ColumnElement[bool]:
    """The documents of a project that were not removed."""
    return matching(documents, project_id=project_id, removed_at=None)


def _content_key(document: SourceDocument, texts: dict[str, str]) -> str:
    """Hash of everything that makes a version: the bytes read and what was understood of them.

    Whether a page is in force, and which edition it is, follows from its words and name; under
    which name a keyed epic came in makes no version of it.
    """
    fixed = document.model_copy(update={"version": 1})
    known = {"outdated", "edition", "file"}
    said = fixed.model_dump_json(exclude={"fetched_at": True, "metadata": known})
    parts = [said, texts["epics"], texts["cases"]]
    return sha256("\x00".join(parts).encode()).hexdigest()


def _find(connection: Connection, project_id: str, document_id: str) -> DocumentRow | None:
    here = matching(documents, project_id=project_id, id=document_id)
    return connection.execute(select(documents).where(here)).first()


def _with_file(connection: Connection, row: DocumentRow, file: str) -> DocumentRow:
    """The row of a document whose content came again, with the name of the file that it came in:
    that makes no version of it."""
    metadata = SourceMetadata.model_validate_json(row.metadata)
    if not file or metadata.file == file:
        return row
    kept = metadata.model_copy(update={"file": file}).model_dump_json()
    connection.execute(update(documents).where(_is(row)).values(metadata=kept))
    found = _find(connection, row.project_id, row.id)
    return row if found is None else found


def _check_version(row: DocumentRow | None, title: str, expected: int) -> None:
    if row is None or row.removed_at is not None or row.version != expected:
        raise EditConflict(
            f"“{title}” was stored again or removed meanwhile. Nothing was changed. Read it again.",
            current_version=0 if row is None else row.version,
        )


def _get(connection: Connection, project_id: str, document_id: str) -> DocumentRow:
    row = _find(connection, project_id, plain(document_id))
    if row is None or row.removed_at is not None:
        raise LibraryError(
            f"There is no document “{document_id}” in this project. Import it, or reload the list."
        )
    return row


def _is(row: DocumentRow) -> ColumnElement[bool]:
    return matching(documents, project_id=row.project_id, id=row.id)


def _stored(row: DocumentRow) -> StoredDocument:
    return read_row(StoredDocument, row, metadata=SourceMetadata.model_validate_json(row.metadata))


class EpicPart(NamedTuple):
    """What one document holds of an epic; ``source`` is where it came from, where it is an issue's.

    ``own``: the document is the epic's, not that of one of its stories.
    """

    document_id: str
    stored_at: str
    source: str
    own: bool
    epic: Epic


def whole_epic(parts: Sequence[EpicPart]) -> tuple[tuple[str, ...], Epic]:
    """The epic of ``parts`` (one at least, in the order of their documents), and its documents.

    The part stored last decides: where it is an issue's, all parts of its source belong to it.
    """
    last = max(parts, key=lambda part: part.stored_at)
    together = [part for part in parts if last.source and part.source == last.source]
    if len(together) < 2:
        return (last.document_id,), last.epic
    owns = [part for part in together if part.own]
    head = max(owns, key=lambda part: part.stored_at) if owns else together[0]
    together = [part for part in together if part is head or not part.own]
    stories = dict[str, UserStory]()
    for part in sorted(together, key=lambda part: not part.own):
        for story in part.epic.stories:
            stories.setdefault(story.key, story)
    ids = [head.document_id, *(part.document_id for part in together if part is not head)]
    epic = head.epic.model_copy(
        update={
            "stories": tuple(stories.values()),
            "release": head.epic.release or _only(part.epic.release for part in together),
            "team": head.epic.team or _only(part.epic.team for part in together),
        }
    )
    return tuple(ids), epic


def _only(values: Iterable[str]) -> str:
    """The one value that all that have one agree on; empty where they differ."""
    found = {value for value in values if value}
    return found.pop() if len(found) == 1 else ""
