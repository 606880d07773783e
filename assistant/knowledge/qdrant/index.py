"""What the knowledge base asks of a vector index, whichever engine is behind it.

A collection holds two kinds of points. Chunk points carry a dense and a sparse vector and belong to
a generation of their document; document points carry no vector and name the generation of a
document that is current. Moving a document point is what makes new chunks visible.

``EdgeIndex`` implements this on Qdrant Edge, ``ServerIndex`` on a Qdrant server or cluster.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from assistant.domain import Chunk, SearchFilter, Value
from assistant.knowledge.sparse import SparseVector

if TYPE_CHECKING:
    import numpy as np

    from assistant.knowledge.qdrant.graph import GraphBuild

_NAMESPACE = uuid.UUID("0c9f0b9c-6a57-5b8e-9a36-1f2f7a9d2f11")


class ChunkRecord(Value):
    """Payload of a chunk point. ``embedded`` is the hash of the text that its vectors were made of,
    ``terms`` the length of that text as BM25 counts it."""

    project_id: str
    document_id: str
    generation: str
    embedded: str
    terms: int
    chunk: Chunk

    @property
    def point_id(self) -> str:
        """Id of the point: generations of the same chunk stand side by side."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.generation}\n{self.chunk.id}"))


class DocumentRecord(Value):
    """Payload of a document point: the current generation, and what it must consist of.

    ``digest`` is a hash of all its chunks; ``terms`` the sum of their lengths.
    """

    project_id: str
    document_id: str
    generation: str
    digest: str
    chunks: int
    terms: int

    @property
    def point_id(self) -> str:
        """Id of the point: one per document."""
        return str(uuid.uuid5(_NAMESPACE, f"document\n{self.document_id}"))


@dataclass(frozen=True, slots=True)
class ChunkPoint:
    """A chunk with its vectors: ``dense`` of shape ``(dimension,)``."""

    record: ChunkRecord
    dense: np.ndarray
    sparse: SparseVector


@dataclass(frozen=True, slots=True)
class Scope:
    """Which chunk points a question may reach; each field narrows it, empty ones do not."""

    project_id: str
    filter: SearchFilter = field(default_factory=SearchFilter)
    exclude_documents: tuple[str, ...] = ()
    exclude_generations: tuple[str, ...] = ()
    generations: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    points: tuple[str, ...] = ()

    def holds(self, record: ChunkRecord, current: Collection[str]) -> bool:
        """Whether a record is in scope, decided from the record alone.

        ``current`` are the generations that are visible. The engine has filtered already: this is
        the second wall, and the one that counts (a lost filter must not leak another project).
        """
        chunk, wanted = record.chunk, self.filter
        return (
            record.project_id == self.project_id
            and record.generation in current
            and record.document_id == chunk.document_id
            and record.document_id not in self.exclude_documents
            and (not wanted.document_ids or record.document_id in wanted.document_ids)
            and (not wanted.kinds or chunk.kind in wanted.kinds)
            and _matches(wanted.releases, (chunk.metadata.release,))
            and _matches(wanted.teams, (chunk.metadata.team,))
            and _matches(wanted.labels, chunk.metadata.labels)
            and _matches(self.keys, (chunk.key,))
            and (not self.points or record.point_id in self.points)
        )


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """The nearest ``limit`` chunk points within ``scope`` to ``dense``, or else to ``sparse``."""

    scope: Scope
    limit: int
    dense: np.ndarray | None = None
    sparse: SparseVector | None = None
    exact: bool = False

    @property
    def stage(self) -> Literal["named", "dense", "sparse"]:
        """Which list its hits belong to."""
        if self.scope.keys:
            return "named"
        return "sparse" if self.dense is None else "dense"


@dataclass(frozen=True, slots=True)
class Hit:
    """A point and its score: cosine for dense questions, BM25 for sparse ones."""

    point_id: str
    score: float


class Index(Protocol):
    """One collection of one project. All methods may be called from any thread; each raises
    ``RetrievalError`` where the engine fails."""

    def upsert(self, points: Sequence[ChunkPoint]) -> None:
        """Store chunk points; they are not visible until their document point is moved."""
        ...

    def point_at(self, document: DocumentRecord) -> None:
        """Make a generation current: one atomic write."""
        ...

    def reweigh(self, weights: Sequence[tuple[str, SparseVector]]) -> None:
        """Replace the sparse vectors of chunk points, given as ``(point id, vector)``."""
        ...

    def delete(self, scope: Scope) -> None:
        """Delete the chunk points in scope."""
        ...

    def delete_document(self, document_id: str) -> None:
        """Delete a document point."""
        ...

    def query(self, queries: Sequence[IndexQuery]) -> list[list[Hit]]:
        """The hits of each question, best first; asked together because that is cheaper."""
        ...

    def read(self, point_ids: Sequence[str]) -> list[ChunkRecord]:
        """The records of chunk points, in the order asked; unknown ids are left out."""
        ...

    def documents(self) -> Iterator[DocumentRecord]:
        """All document points, some at a time."""
        ...

    def records(self, scope: Scope) -> Iterator[ChunkRecord]:
        """The records of all chunk points in scope."""
        ...

    def vectors(self, scope: Scope) -> dict[str, np.ndarray]:
        """Dense vectors of the chunk points in scope, by the hash of the text they were made of."""
        ...

    def sample(self, scope: Scope, limit: int) -> list[ChunkPoint]:
        """At most ``limit`` chunk points in scope, with dense vectors of length 1: those whose ids
        come first, so that without a change they are always the same."""
        ...

    def count(self, scope: Scope | None = None) -> int:
        """Number of chunk points in scope; ``None`` counts all, visible or not."""
        ...

    def rewrite(self) -> bool:
        """Write all files anew without the words of deleted points; nobody reads or writes
        meanwhile. False where the engine does so itself, some time later."""
        ...

    def begin_graph(self) -> GraphBuild | None:
        """Begin to build the graph that makes searches quick in a large index, in a process of its
        own; ``None`` where there is none to build (a server does so itself). Nobody writes until
        this returns: the files are copied."""
        ...

    def flush(self) -> None:
        """Write what is pending to disk."""
        ...

    def close(self) -> None:
        """Release files and locks."""
        ...


def folded(value: str) -> str:
    """The form in which metadata is compared: "Drop 3", "drop-3" and "Drop_3" are the same."""
    return "-".join("".join(c if c.isalnum() else " " for c in value.casefold()).split())


def _matches(wanted: Sequence[str], found: Sequence[str]) -> bool:
    return not wanted or bool({folded(w) for w in wanted} & {folded(f) for f in found})
