"""The index on Qdrant Edge: the engine of the Qdrant server, in process, on local files.

Edge keeps a write-ahead log and plain binary files (no pickles), raises bare ``Exception`` and, on
damaged files, panics; both become ``RetrievalError`` here. API of qdrant-edge-py 0.9.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import RetrievalError
from assistant.failpoints import reach
from assistant.knowledge.qdrant.collection import damaged
from assistant.knowledge.qdrant.edge_points import is_any, point_filter, search_filter
from assistant.knowledge.qdrant.folder import NEW_SHARD, SHARD, put_new_shard
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
    KEYWORDS,
    SPARSE,
    dense_of,
    document_of,
    document_payload,
    payload_of,
    point_of,
    record_of,
)
from assistant.knowledge.sparse import SparseVector

if TYPE_CHECKING:
    import numpy as np
    import qdrant_edge

_BATCH = 256
_PAGE = 512
_NO_GRAPH = 10**9
"""Kilobytes of vectors from which a graph is built: never. Exact search takes 2 ms at 20,000 chunks
and 22 ms at 100,000, and while a graph is built the engine lets no other thread run, for seconds.
"""


class EdgeIndex:
    """One Edge shard below ``folder``; implements ``Index``."""

    def __init__(self, folder: Path, dimension: int, *, create: bool) -> None:
        """Open the shard, or create it (removing what a killed creation left behind)."""
        import qdrant_edge

        self._edge = qdrant_edge
        self._folder = folder
        self._dimension = dimension
        self._has_deleted = False
        path = folder / SHARD
        with self._translated("it cannot be opened"):
            if create:
                self._shard = self._new_shard(path)
            elif not path.is_dir():
                raise RetrievalError(damaged(f"in {folder}", "its files are missing"))
            else:
                self._shard = qdrant_edge.EdgeShard.load(str(path), self._config())
                # Writes anew what is mostly deleted points: 0.3 s for 200,000, nothing otherwise.
                # Here, because meanwhile the engine lets no other thread run.
                self._shard.optimize()
                self._shard.flush()
                self._shard.info()

    def _new_shard(self, path: Path) -> qdrant_edge.EdgeShard:
        """An empty shard in place of whatever was there."""
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        shard = self._edge.EdgeShard.create(str(path), self._config())
        for key in KEYWORDS:
            keyword = self._edge.PayloadSchemaType.Keyword
            shard.update(self._edge.UpdateOperation.create_field_index(key, keyword))
        shard.flush()
        return shard

    def _config(self) -> qdrant_edge.EdgeConfig:
        edge = self._edge
        dense = edge.EdgeVectorParams(size=self._dimension, distance=edge.Distance.Cosine)
        sparse = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)
        config: qdrant_edge.EdgeConfig = edge.EdgeConfig(
            vectors={DENSE: dense},
            sparse_vectors={SPARSE: sparse},
            optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_NO_GRAPH),
        )
        return config

    @contextmanager
    def _translated(
        self, what: str, message: Callable[[str, str], str] = damaged
    ) -> Iterator[None]:
        try:
            yield
        except (RetrievalError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
            raise
        except BaseException as error:
            # A panic of the engine is no Exception; nothing else of that kind can arise here.
            raise RetrievalError(
                message(f"in {self._folder}", f"{what}: {_first_line(error)}")
            ) from error

    def _update(self, operation: qdrant_edge.UpdateOperation) -> None:
        with self._translated("the engine says", _not_written):
            self._shard.update(operation)

    def upsert(self, points: Sequence[ChunkPoint]) -> None:
        edge = self._edge
        for at in range(0, len(points), _BATCH):
            batch = []
            for point in points[at : at + _BATCH]:
                vectors: dict[str, Any] = {DENSE: point.dense.tolist()}
                if point.sparse.indices:
                    vectors[SPARSE] = self._sparse(point.sparse)
                record = point.record
                batch.append(edge.Point(record.point_id, vectors, payload_of(record)))
            self._update(edge.UpdateOperation.upsert_points(batch))

    def _sparse(self, vector: SparseVector) -> qdrant_edge.SparseVector:
        return self._edge.SparseVector(list(vector.indices), list(vector.values))

    def point_at(self, document: DocumentRecord) -> None:
        point = self._edge.Point(document.point_id, {}, document_payload(document))
        self._update(self._edge.UpdateOperation.upsert_points([point]))

    def reweigh(self, weights: Sequence[tuple[str, SparseVector]]) -> None:
        edge = self._edge
        for at in range(0, len(weights), _BATCH):
            batch = [
                edge.PointVectors(point_id, {SPARSE: self._sparse(vector)})
                for point_id, vector in weights[at : at + _BATCH]
                if vector.indices
            ]
            if batch:
                self._update(edge.UpdateOperation.update_vectors(batch))

    def delete(self, scope: Scope) -> None:
        self._has_deleted = True
        self._update(self._edge.UpdateOperation.delete_points_by_filter(point_filter(scope)))

    def delete_document(self, document_id: str) -> None:
        condition = self._edge.Filter(
            must=[is_any("role", ["document"]), is_any("document_id", [document_id])]
        )
        self._update(self._edge.UpdateOperation.delete_points_by_filter(condition))

    def rewrite(self) -> bool:
        """The engine only marks points as deleted and keeps their words in its files and its log,
        so all others are written to new files."""
        edge = self._edge
        with self._translated("the engine says", _not_written):
            fresh = self._new_shard(self._folder / NEW_SHARD)
            for points in self._pages(None, with_vector=[DENSE, SPARSE]):
                batch = [edge.Point(each.id, each.vector, each.payload) for each in points]
                fresh.update(edge.UpdateOperation.upsert_points(batch))
            fresh.flush()
            fresh.close()
            self._shard.close()
            reach("before_new_shard")
            put_new_shard(self._folder)
            self._shard = edge.EdgeShard.load(str(self._folder / SHARD), self._config())
        self._has_deleted = False
        return True

    def query(self, queries: Sequence[IndexQuery]) -> list[list[Hit]]:
        edge = self._edge
        requests = []
        for asked in queries:
            if asked.dense is not None:
                nearest = edge.Query.Nearest(asked.dense.tolist(), using=DENSE)
            elif asked.sparse is not None:
                nearest = edge.Query.Nearest(self._sparse(asked.sparse), using=SPARSE)
            else:
                raise ValueError("a question needs a dense or a sparse vector")
            requests.append(
                edge.QueryRequest(
                    limit=asked.limit,
                    query=nearest,
                    filter=search_filter(asked.scope),
                    params=edge.SearchParams(exact=asked.exact, idf=self._idf(asked)),
                    with_payload=False,
                )
            )
        with self._translated("it cannot be searched"):
            found = self._shard.query_batch(edge.QueryBatchRequest(requests))
        return [[Hit(str(each.id), float(each.score)) for each in hits] for hits in found]

    def _idf(self, asked: IndexQuery) -> qdrant_edge.IdfParams | None:
        """What document frequencies are counted over.

        The engine's own counts keep deleted points until the shard is loaded again; counting over
        the points that are there costs half a millisecond at 10,000 chunks.
        """
        if asked.dense is not None or asked.sparse is None or not self._has_deleted:
            return None
        corpus = self._edge.Filter(must=[is_any("role", ["chunk"])])
        return self._edge.IdfParams(corpus=corpus)

    def read(self, point_ids: Sequence[str]) -> list[ChunkRecord]:
        with self._translated("it cannot be read"):
            points = self._shard.retrieve(list(point_ids), with_payload=True, with_vector=False)
            found = {str(point.id): record_of(point.payload) for point in points}
        return [found[each] for each in point_ids if each in found]

    def documents(self) -> Iterator[DocumentRecord]:
        condition = self._edge.Filter(must=[is_any("role", ["document"])])
        with self._translated("it cannot be read"):
            for point in self._scroll(condition):
                yield document_of(point.payload)

    def records(self, scope: Scope) -> Iterator[ChunkRecord]:
        with self._translated("it cannot be read"):
            for point in self._scroll(point_filter(scope)):
                yield record_of(point.payload)

    def vectors(self, scope: Scope) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        with self._translated("it cannot be read"):
            for point in self._scroll(point_filter(scope), DENSE):
                found[record_of(point.payload).embedded] = dense_of(point.vector)
        return found

    def sample(self, scope: Scope, limit: int) -> list[ChunkPoint]:
        with self._translated("it cannot be read"):
            points = islice(self._scroll(point_filter(scope), DENSE, SPARSE), limit)
            return [point_of(record_of(point.payload), point.vector) for point in points]

    def _scroll(self, condition: qdrant_edge.Filter, *vectors: str) -> Iterator[qdrant_edge.Record]:
        for page in self._pages(condition, with_vector=list(vectors) or False):
            yield from page

    def _pages(
        self, condition: qdrant_edge.Filter | None, *, with_vector: list[str] | bool
    ) -> Iterator[Sequence[qdrant_edge.Record]]:
        offset = None
        while True:
            request = self._edge.ScrollRequest(
                offset=offset,
                limit=_PAGE,
                filter=condition,
                with_payload=True,
                with_vector=with_vector,
            )
            page, offset = self._shard.scroll(request)
            yield page
            if offset is None:
                return

    def count(self, scope: Scope | None = None) -> int:
        edge = self._edge
        condition = (
            edge.Filter(must=[is_any("role", ["chunk"])]) if scope is None else point_filter(scope)
        )
        with self._translated("it cannot be read"):
            return int(self._shard.count(edge.CountRequest(exact=True, filter=condition)))

    def flush(self) -> None:
        with self._translated("the engine says", _not_written):
            self._shard.flush()

    def close(self) -> None:
        with self._translated("it cannot be closed"):
            self._shard.close()


def _not_written(where: str, what: str) -> str:
    return (
        f"The search index {where} could not be written ({what}). Check the free disk space "
        "and the folder's permissions and try again; if that does not help, rebuild the index."
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
