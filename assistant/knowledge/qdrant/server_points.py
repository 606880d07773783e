"""Points as qdrant-client sends them to a server, and scopes as its filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.knowledge.qdrant.index import ChunkPoint, DocumentRecord, Scope
from assistant.knowledge.qdrant.payload import (
    DENSE,
    SPARSE,
    Conditions,
    conditions,
    document_payload,
    payload_of,
)
from assistant.knowledge.sparse import SparseVector

if TYPE_CHECKING:
    from qdrant_client import models


def chunk_point(point: ChunkPoint) -> models.PointStruct:
    """A chunk with its vectors."""
    from qdrant_client import models

    vectors: dict[str, Any] = {DENSE: point.dense.tolist()}
    if point.sparse.indices:
        vectors[SPARSE] = sparse_vector(point.sparse)
    record = point.record
    return models.PointStruct(id=record.point_id, vector=vectors, payload=payload_of(record))


def document_point(document: DocumentRecord) -> models.PointStruct:
    """A document point: no vectors."""
    from qdrant_client import models

    payload = document_payload(document)
    return models.PointStruct(id=document.point_id, vector={}, payload=payload)


def sparse_vector(vector: SparseVector) -> models.SparseVector:
    """Term hashes and their weights."""
    from qdrant_client import models

    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


def is_any(key: str, values: Sequence[str]) -> models.FieldCondition:
    """The condition that a field has (or a list holds) one of ``values``."""
    from qdrant_client import models

    return models.FieldCondition(key=key, match=models.MatchAny(any=[*map(_sendable, values)]))


def point_filter(scope: Scope) -> models.Filter:
    """The scope as a filter for points of any kind."""
    from qdrant_client import models

    must, must_not = conditions(scope)
    project = is_any("project_id", [scope.project_id])
    return models.Filter(
        must=[project, *_each(must), *_points(scope)], must_not=_each(must_not) or None
    )


def search_filter(scope: Scope) -> models.Filter | None:
    """The scope as a filter for points with vectors; the project is the same on all of them."""
    from qdrant_client import models

    must, must_not = conditions(scope)
    wanted = [*_each(must), *_points(scope)]
    if not wanted and not must_not:
        return None
    return models.Filter(must=wanted or None, must_not=_each(must_not) or None)


def _points(scope: Scope) -> list[models.Condition]:
    from qdrant_client import models

    return [models.HasIdCondition(has_id=list(scope.points))] if scope.points else []


def _each(fields: Conditions) -> list[models.Condition]:
    return [is_any(key, values) for key, values in fields.items()]


def _sendable(text: str) -> str:
    """Half a character (a lone surrogate) cannot be sent; no stored value has one."""
    return text.encode("utf-8", "replace").decode("utf-8")
