"""The index on a Qdrant server or cluster, through qdrant-client's REST interface.

Every operation may be repeated without harm (points have ids of their own, deletions go by filter),
so a lost answer is dealt with by asking again. Writes are waited for until they are carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assistant.errors import RetrievalError
from assistant.knowledge.chunks.text_pieces import encodable
from assistant.knowledge.qdrant.collection import damaged
from assistant.knowledge.qdrant.index import (
    ChunkPoint,
    ChunkRecord,
    DocumentRecord,
    Hit,
    IndexQuery,
    Scope,
)
from assistant.knowledge.qdrant.payload import (
    DENSE,
    SPARSE,
    Conditions,
    conditions,
    dense_of,
    document_of,
    document_payload,
    payload_of,
    point_of,
    record_of,
)
from assistant.knowledge.qdrant.server import QdrantServer, Unfinished
from assistant.knowledge.sparse import SparseVector

if TYPE_CHECKING:
    import numpy as np
    from qdrant_client import QdrantClient, models

_BATCH = 128
"""Points in one write: about 2 MB of JSON at 384 dimensions (servers accept 32 MB)."""
_PAGE = 256
_IDF_CORPUS = (1, 19)
"""The first server that counts document frequencies over the points that are there."""


def write(server: QdrantServer, name: str, operation: str, **arguments: object) -> None:
    """Call a writing method of the client until its effect on a collection can be seen.

    In a cluster one elected replica orders the writes: a document point must not overtake the
    chunks that were written before it.
    """
    from qdrant_client import models

    ordering = models.WriteOrdering.MEDIUM if server.config.replication > 1 else None

    def once(client: QdrantClient) -> None:
        result = getattr(client, operation)(name, **arguments, wait=True, ordering=ordering)
        if result.status != models.UpdateStatus.COMPLETED:
            raise Unfinished(str(result.status))

    server.ask(once, writes=True)


class ServerIndex:
    """One collection on a server; implements ``Index``."""

    def __init__(self, server: QdrantServer, name: str) -> None:
        """Use ``ServerHome``, which sees to it that the collection exists."""
        self._server = server
        self._name = name
        self._has_corpus = server.version() >= _IDF_CORPUS

    def upsert(self, points: Sequence[ChunkPoint]) -> None:
        for at in range(0, len(points), _BATCH):
            batch = [chunk_point(point) for point in points[at : at + _BATCH]]
            write(self._server, self._name, "upsert", points=batch)

    def point_at(self, document: DocumentRecord) -> None:
        write(self._server, self._name, "upsert", points=[document_point(document)])

    def reweigh(self, weights: Sequence[tuple[str, SparseVector]]) -> None:
        from qdrant_client import models

        for at in range(0, len(weights), _BATCH):
            batch = [
                models.PointVectors(id=point_id, vector={SPARSE: sparse_vector(vector)})
                for point_id, vector in weights[at : at + _BATCH]
                if vector.indices
            ]
            if batch:
                write(self._server, self._name, "update_vectors", points=batch)

    def delete(self, scope: Scope) -> None:
        self._delete(point_filter(scope))

    def delete_document(self, document_id: str) -> None:
        from qdrant_client import models

        self._delete(
            models.Filter(must=[is_any("role", ["document"]), is_any("document_id", [document_id])])
        )

    def _delete(self, condition: models.Filter) -> None:
        from qdrant_client import models

        write(
            self._server,
            self._name,
            "delete",
            points_selector=models.FilterSelector(filter=condition),
        )

    def query(self, queries: Sequence[IndexQuery]) -> list[list[Hit]]:
        requests = [self._request(asked) for asked in queries]
        found = self._server.ask(
            lambda client: client.query_batch_points(self._name, requests=requests)
        )
        return [[Hit(str(each.id), float(each.score)) for each in hits.points] for hits in found]

    def _request(self, asked: IndexQuery) -> models.QueryRequest:
        from qdrant_client import models

        if asked.dense is not None:
            nearest: list[float] | models.SparseVector = asked.dense.tolist()
        elif asked.sparse is not None:
            nearest = sparse_vector(asked.sparse)
        else:
            raise ValueError("a question needs a dense or a sparse vector")
        params = models.SearchParams(exact=asked.exact)
        if asked.dense is None and self._has_corpus:
            corpus = models.Filter(must=[is_any("role", ["chunk"])])
            params.idf = models.IdfCorpusParams(corpus=corpus)
        return models.QueryRequest(
            query=nearest,
            using=SPARSE if asked.dense is None else DENSE,
            filter=search_filter(asked.scope),
            params=params,
            limit=asked.limit,
            with_payload=False,
        )

    def read(self, point_ids: Sequence[str]) -> list[ChunkRecord]:
        points = self._server.ask(
            lambda client: client.retrieve(self._name, list(point_ids), with_payload=True)
        )
        found = {str(point.id): self._record(point) for point in points}
        return [found[each] for each in point_ids if each in found]

    def documents(self) -> Iterator[DocumentRecord]:
        from qdrant_client import models

        condition = models.Filter(must=[is_any("role", ["document"])])
        try:
            for point in self._scroll(condition):
                yield document_of(point.payload)
        except (KeyError, ValidationError) as error:
            raise self._foreign(error) from error

    def records(self, scope: Scope) -> Iterator[ChunkRecord]:
        return map(self._record, self._scroll(point_filter(scope)))

    def vectors(self, scope: Scope) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        for point in self._scroll(point_filter(scope), DENSE):
            found[self._record(point).embedded] = dense_of(point.vector)
        return found

    def sample(self, scope: Scope, limit: int) -> list[ChunkPoint]:
        points = islice(self._scroll(point_filter(scope), DENSE, SPARSE), limit)
        return [point_of(self._record(point), point.vector) for point in points]

    def _scroll(self, condition: models.Filter, *vectors: str) -> Iterator[models.Record]:
        """All points of a filter. Of several replicas the majority is asked, not the first."""
        from qdrant_client import models

        cluster = self._server.config.replication > 1
        consistency = models.ReadConsistencyType.MAJORITY if cluster else None
        offset: models.ExtendedPointId | None = None
        while True:
            start = offset
            page, offset = self._server.ask(
                lambda client, start=start: client.scroll(  # type: ignore[misc]
                    self._name,
                    scroll_filter=condition,
                    limit=_PAGE,
                    offset=start,
                    with_payload=True,
                    with_vectors=list(vectors) or False,
                    consistency=consistency,
                )
            )
            yield from page
            if offset is None:
                return

    def count(self, scope: Scope | None = None) -> int:
        from qdrant_client import models

        condition = (
            models.Filter(must=[is_any("role", ["chunk"])])
            if scope is None
            else point_filter(scope)
        )
        answer = self._server.ask(
            lambda client: client.count(self._name, count_filter=condition, exact=True)
        )
        return answer.count

    def rewrite(self) -> bool:
        return False

    def begin_graph(self) -> None:
        """A server builds its graphs itself."""

    def flush(self) -> None:
        """Nothing: every write was waited for."""

    def close(self) -> None:
        """Nothing: the connection belongs to all collections."""

    def _record(self, point: models.Record) -> ChunkRecord:
        try:
            return record_of(point.payload)
        except (KeyError, ValidationError) as error:
            raise self._foreign(error) from error

    def _foreign(self, error: Exception) -> RetrievalError:
        where = f"'{self._name}' on Qdrant at {self._server.host}"
        return RetrievalError(damaged(where, f"a point of it is not ours: {type(error).__name__}"))


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

    return models.FieldCondition(key=key, match=models.MatchAny(any=[*map(encodable, values)]))


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
