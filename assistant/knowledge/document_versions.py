"""Which generation of each document is current: what a reader may see of a collection."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from typing import NamedTuple, Self

from assistant.domain import Chunk, SearchFilter
from assistant.failpoints import reach
from assistant.knowledge.qdrant.index import DocumentRecord, Index, Scope

log = logging.getLogger(__name__)


class _Held(NamedTuple):
    """A document point in a quarter of the memory: there may be very many of them."""

    generation: str
    digest: str
    chunks: int
    terms: int


class Versions:
    """The document points of a collection, held in memory.

    Changing methods are called by one writer that holds the gate; readers hold it shared.
    """

    def __init__(self, index: Index, project_id: str, documents: Iterable[DocumentRecord]) -> None:
        self.project_id = project_id
        self._index = index
        self._documents: dict[str, _Held] = {}
        self._current: set[str] = set()
        self._pending: set[str] = set()
        self._chunks = self._terms = 0
        self.changes = 0
        """Goes up with every document that is put in or taken out, and with new weights."""

        for document in documents:
            self._hold(document)

    @classmethod
    def of(cls, where: str, index: Index, project_id: str) -> Self:
        """Read the document points; remove what a killed process left half-written or half-deleted.

        A document that lacks chunks (which a lost answer of a server can leave) is taken out as a
        whole: whoever compares the index with the library then puts it in again.
        """
        versions = cls(index, project_id, index.documents())
        stored = versions._stored(sorted(versions._current))
        if stored != versions.chunks:
            for document_id, document in tuple(versions._documents.items()):
                found = versions._stored([document.generation])
                if found != document.chunks:
                    log.warning(
                        "The search index %s held %d of %d chunks of a document; it is taken out.",
                        where, found, document.chunks,
                    )  # fmt: skip
                    versions.remove(document_id)
        if index.count() != versions.chunks:
            index.delete(Scope(project_id, exclude_generations=tuple(sorted(versions._current))))
        return versions

    def _stored(self, generations: Collection[str]) -> int:
        """How many chunk points the engine has of these generations."""
        if not generations:
            return 0
        return self._index.count(Scope(self.project_id, generations=tuple(generations)))

    @property
    def chunks(self) -> int:
        """Number of chunks of all documents."""
        return self._chunks

    @property
    def terms(self) -> int:
        """Sum of the lengths of all chunks, in terms."""
        return self._terms

    @property
    def current(self) -> Collection[str]:
        """The generations that may be seen."""
        return self._current

    def sizes(self) -> dict[str, int]:
        """Number of chunks by document id."""
        return {name: document.chunks for name, document in sorted(self._documents.items())}

    def get(self, document_id: str) -> DocumentRecord | None:
        """The document's point, or ``None`` where it is not indexed."""
        held = self._documents.get(document_id)
        if held is None:
            return None
        return DocumentRecord(
            project_id=self.project_id,
            document_id=document_id,
            generation=held.generation,
            digest=held.digest,
            chunks=held.chunks,
            terms=held.terms,
        )

    def reweighed(self) -> None:
        """The weights of the points' terms were made anew."""
        self.changes += 1

    def _hold(self, document: DocumentRecord) -> None:
        """Make a document's point the one that is known of it."""
        self._forget(document.document_id)
        self.changes += 1
        held = _Held(document.generation, document.digest, document.chunks, document.terms)
        self._documents[document.document_id] = held
        self._current.add(held.generation)
        self._chunks += held.chunks
        self._terms += held.terms

    def _forget(self, document_id: str) -> None:
        held = self._documents.pop(document_id, None)
        if held is not None:
            self.changes += 1
            self._current.discard(held.generation)
            self._chunks -= held.chunks
            self._terms -= held.terms

    def scope(self, wanted: SearchFilter, exclude_documents: Collection[str] = ()) -> Scope:
        """What a question with this filter may reach."""
        return Scope(
            self.project_id,
            wanted,
            exclude_documents=tuple(sorted(exclude_documents)),
            exclude_generations=tuple(self._pending),
        )

    def chunks_of(self, document_id: str) -> tuple[Chunk, ...]:
        """The chunks of a document in its order."""
        document = self._documents.get(document_id)
        if document is None:
            return ()
        records = self._index.records(Scope(self.project_id, generations=(document.generation,)))
        return tuple(sorted((r.chunk for r in records), key=lambda chunk: chunk.ordinal))

    def begin(self, generation: str) -> None:
        """Hide a generation that is about to be written."""
        self._pending.add(generation)

    def abandon(self, document: DocumentRecord) -> None:
        """Delete what was written of a generation that will not become current.

        The document point goes first: a server may have moved it although its answer was lost.
        Where that fails nothing is deleted, so that whatever is current there stays whole.
        """
        before = self.get(document.document_id)
        if before is None:
            self._index.delete_document(document.document_id)
        else:
            self._index.point_at(before)
        self._index.delete(Scope(self.project_id, generations=(document.generation,)))
        self._pending.discard(document.generation)

    def commit(self, document: DocumentRecord) -> None:
        """Make a fully written generation current and delete the one before it."""
        before = self._documents.get(document.document_id)
        self._index.point_at(document)
        reach("after_pointer")
        self._hold(document)
        self._pending.discard(document.generation)
        if before is not None:
            self._drop(before)

    def remove(self, document_id: str) -> None:
        """Delete a document: its point first, so that a kill leaves all of it or none.

        It is hidden at once, and stays known until the engine has deleted its point: where that
        fails, removing it again works.
        """
        document = self._documents.get(document_id)
        if document is not None:
            self._current.discard(document.generation)
            self.changes += 1
            self._index.delete_document(document_id)
            self._forget(document_id)
            self._drop(document)

    def _drop(self, document: _Held) -> None:
        self._index.delete(Scope(self.project_id, generations=(document.generation,)))
