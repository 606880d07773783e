"""What is stored beside the vectors of a point, and which of it can be filtered on: every engine's.

::

    chunk point       role "chunk", the fields to filter on, the record as JSON
    document point    role "document", document_id, the record as JSON
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from assistant.knowledge.qdrant.index import (
    ChunkPoint,
    ChunkRecord,
    DocumentRecord,
    Scope,
    folded,
)
from assistant.knowledge.sparse import NO_TERMS, SparseVector

if TYPE_CHECKING:
    import numpy as np

DENSE, SPARSE = "dense", "sparse"
"""Names of the two vectors of a chunk point."""

KEYWORDS = (
    "role", "project_id", "document_id", "generation", "kind", "key", "release", "team", "labels",
)  # fmt: skip
"""Payload fields that are filtered on; the engine keeps an index of each."""

Conditions = dict[str, tuple[str, ...]]
"""Field by field, the values of which a point must (or must not) have one."""


def payload_of(record: ChunkRecord) -> dict[str, Any]:
    """Payload of a chunk point: the fields to filter on, and the record as JSON."""
    metadata = record.chunk.metadata
    return {
        "role": "chunk",
        "project_id": record.project_id,
        "document_id": record.document_id,
        "generation": record.generation,
        "kind": record.chunk.kind,
        "key": folded(record.chunk.key),
        "release": folded(metadata.release),
        "team": folded(metadata.team),
        "labels": [folded(label) for label in metadata.labels],
        "record": record.model_dump_json(),
    }


def document_payload(document: DocumentRecord) -> dict[str, Any]:
    """Payload of a document point."""
    return {
        "role": "document",
        "document_id": document.document_id,
        "record": document.model_dump_json(),
    }


def record_of(payload: dict[str, Any] | None) -> ChunkRecord:
    """The record in a payload; ``KeyError`` or ``ValidationError`` where there is none."""
    return ChunkRecord.model_validate_json((payload or {})["record"])


def document_of(payload: dict[str, Any] | None) -> DocumentRecord:
    """The document record in a payload; raises like ``record_of``."""
    return DocumentRecord.model_validate_json((payload or {})["record"])


def dense_of(vectors: Any) -> np.ndarray:
    """The dense vector among the vectors of a point."""
    import numpy as np

    named = cast("dict[str, list[float]]", vectors)
    return np.asarray(named[DENSE], dtype=np.float32)


def point_of(record: ChunkRecord, vectors: Any) -> ChunkPoint:
    """A chunk point with both its vectors; one whose text has no term has no sparse one."""
    sparse = vectors.get(SPARSE)
    terms = SparseVector(tuple(sparse.indices), tuple(sparse.values)) if sparse else NO_TERMS
    return ChunkPoint(record, dense_of(vectors), terms)


def conditions(scope: Scope) -> tuple[Conditions, Conditions]:
    """What must and what must not hold, for each field that narrows the scope."""
    wanted = scope.filter
    must: Conditions = {
        "document_id": wanted.document_ids,
        "generation": scope.generations,
        "kind": wanted.kinds,
        "key": tuple(map(folded, scope.keys)),
        "release": tuple(map(folded, wanted.releases)),
        "team": tuple(map(folded, wanted.teams)),
        "labels": tuple(map(folded, wanted.labels)),
    }
    must_not: Conditions = {
        "document_id": scope.exclude_documents,
        "generation": scope.exclude_generations,
    }
    return (
        {key: values for key, values in must.items() if values},
        {key: values for key, values in must_not.items() if values},
    )
