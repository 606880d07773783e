"""The index on Qdrant Edge: the engine of the Qdrant server, in process, on local files.

Edge keeps a write-ahead log and plain binary files (no pickles). API of qdrant-edge-py 0.9.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import RetrievalError
from assistant.failpoints import reach
from assistant.knowledge.qdrant.collection import damaged
from assistant.knowledge.qdrant.edge_errors import translated, writing
from assistant.knowledge.qdrant.folder import (
    NEW_SHARD,
    SHARD,
    finish_new_shard,
    put_new_shard,
)
from assistant.knowledge.qdrant.graph import (
    OVERSAMPLING,
    Graph,
    GraphBuild,
    forget_graph,
    has_graph,
    is_due,
    read_graph,
    warm,
    warm_originals,
)
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
    Conditions,
    conditions,
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
_DOCUMENTS = 10_000
"""Records of documents that are read at once: small ones, and the engine goes through all of them
for each page."""


class EdgeIndex:
    """One Edge shard below ``folder``; implements ``Index``."""

    def __init__(self, folder: Path, dimension: int, *, create: bool) -> None:
        """Open the shard, or create it (removing what a killed creation left behind)."""
        import qdrant_edge

        self._edge = qdrant_edge
        self._folder = folder
        self._dimension = dimension
        self._has_deleted = False
        self._graph: Graph | None = None
        self._build: GraphBuild | None = None
        path = folder / SHARD
        with translated(folder, "it cannot be opened"):
            if create:
                self._shard = new_shard(path, dimension)
            elif not path.is_dir():
                raise RetrievalError(damaged(f"in {folder}", "its files are missing"))
            else:
                self._shard, self._graph = open_shard(path, dimension)
                if self._graph is None:
                    tidy(self._shard)

    def _update(self, operation: qdrant_edge.UpdateOperation, points: int = 1) -> None:
        with writing(self._folder):
            self._shard.update(operation)
        if self._build is not None:
            self._build.note(operation, points)

    def upsert(self, points: Sequence[ChunkPoint]) -> None:
        edge = self._edge
        for at in range(0, len(points), _BATCH):
            batch = []
            for point in points[at : at + _BATCH]:
                vectors: dict[str, Any] = {DENSE: point.dense.tolist()}
                if point.sparse.indices:
                    vectors[SPARSE] = sparse_vector(point.sparse)
                record = point.record
                batch.append(edge.Point(record.point_id, vectors, payload_of(record)))
            self._update(edge.UpdateOperation.upsert_points(batch), len(batch))

    def point_at(self, document: DocumentRecord) -> None:
        point = self._edge.Point(document.point_id, {}, document_payload(document))
        self._update(self._edge.UpdateOperation.upsert_points([point]))

    def reweigh(self, weights: Sequence[tuple[str, SparseVector]]) -> None:
        edge = self._edge
        for at in range(0, len(weights), _BATCH):
            batch = [
                edge.PointVectors(point_id, {SPARSE: sparse_vector(vector)})
                for point_id, vector in weights[at : at + _BATCH]
                if vector.indices
            ]
            if batch:
                self._update(edge.UpdateOperation.update_vectors(batch), len(batch))

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
        with writing(self._folder):
            fresh = new_shard(self._folder / NEW_SHARD, self._dimension)
            for points in self._pages(None, with_vector=[DENSE, SPARSE]):
                batch = [edge.Point(each.id, each.vector, each.payload) for each in points]
                fresh.update(edge.UpdateOperation.upsert_points(batch))
            fresh.flush()
            fresh.close()
            if self._build is not None:
                self._build.remove()  # its copy holds the words
            self._take_new_shard()
        return True

    def _take_new_shard(self) -> None:
        """Put ``NEW_SHARD`` in the place of the shard; where that fails, either is open again."""
        self._shard.close()
        reach("before_new_shard")
        try:
            put_new_shard(self._folder)
        finally:
            finish_new_shard(self._folder)
            path = self._folder / SHARD
            self._shard, self._graph = open_shard(path, self._dimension)
            self._has_deleted = False

    def begin_graph(self) -> GraphBuild | None:
        with writing(self._folder):
            under_way = self._build is not None and not self._build.ended
            if under_way or not is_due(self._shard.info(), self._graph):
                return None
            self._shard.flush()
            self._build = GraphBuild(self._folder, self._dimension, self._take_new_shard)
            return self._build

    def query(self, queries: Sequence[IndexQuery]) -> list[list[Hit]]:
        edge = self._edge
        requests = []
        for asked in queries:
            if asked.dense is not None:
                nearest = edge.Query.Nearest(asked.dense.tolist(), using=DENSE)
            elif asked.sparse is not None:
                nearest = edge.Query.Nearest(sparse_vector(asked.sparse), using=SPARSE)
            else:
                raise ValueError("a question needs a dense or a sparse vector")
            condition = search_filter(asked.scope)
            exact = asked.exact or (asked.dense is not None and self._is_for_few(condition))
            requests.append(
                edge.QueryRequest(
                    limit=asked.limit,
                    query=nearest,
                    filter=condition,
                    params=search_params(asked, self._graph, exact, self._has_deleted),
                    with_payload=False,
                )
            )
        with translated(self._folder, "it cannot be searched"):
            # One by one: the engine lets no other thread run before a batch is through.
            found = [self._shard.query_batch(edge.QueryBatchRequest([one]))[0] for one in requests]
        return [[Hit(str(each.id), float(each.score)) for each in hits] for hits in found]

    def _is_for_few(self, condition: qdrant_edge.Filter | None) -> bool:
        """Whether what a filter lets through is compared faster one by one than by the graph."""
        if condition is None or self._graph is None:
            return False
        estimate = self._edge.CountRequest(exact=False, filter=condition)
        with translated(self._folder, "it cannot be searched"):
            return int(self._shard.count(estimate)) <= ONE_BY_ONE * self._graph.looked_at

    def read(self, point_ids: Sequence[str]) -> list[ChunkRecord]:
        with translated(self._folder, "it cannot be read"):
            points = self._shard.retrieve(list(point_ids), with_payload=True, with_vector=False)
            found = {str(point.id): record_of(point.payload) for point in points}
        return [found[each] for each in point_ids if each in found]

    def documents(self) -> Iterator[DocumentRecord]:
        condition = self._edge.Filter(must=[is_any("role", ["document"])])
        with translated(self._folder, "it cannot be read"):
            for page in self._pages(condition, with_vector=False, limit=_DOCUMENTS):
                for point in page:
                    yield document_of(point.payload)

    def records(self, scope: Scope) -> Iterator[ChunkRecord]:
        with translated(self._folder, "it cannot be read"):
            for point in self._scroll(point_filter(scope)):
                yield record_of(point.payload)

    def vectors(self, scope: Scope) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        with translated(self._folder, "it cannot be read"):
            for point in self._scroll(point_filter(scope), DENSE):
                found[record_of(point.payload).embedded] = dense_of(point.vector)
        return found

    def sample(self, scope: Scope, limit: int) -> list[ChunkPoint]:
        with translated(self._folder, "it cannot be read"):
            points = islice(self._scroll(point_filter(scope), DENSE, SPARSE), limit)
            return [point_of(record_of(point.payload), point.vector) for point in points]

    def _scroll(self, condition: qdrant_edge.Filter, *vectors: str) -> Iterator[qdrant_edge.Record]:
        for page in self._pages(condition, with_vector=list(vectors) or False):
            yield from page

    def _pages(
        self,
        condition: qdrant_edge.Filter | None,
        *,
        with_vector: list[str] | bool,
        limit: int = _PAGE,
    ) -> Iterator[Sequence[qdrant_edge.Record]]:
        offset = None
        while True:
            request = self._edge.ScrollRequest(
                offset=offset,
                limit=limit,
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
        with translated(self._folder, "it cannot be read"):
            return int(self._shard.count(edge.CountRequest(exact=True, filter=condition)))

    def flush(self) -> None:
        with writing(self._folder):
            self._shard.flush()

    def close(self) -> None:
        if self._build is not None:
            self._build.remove()
        with translated(self._folder, "it cannot be closed"):
            self._shard.close()


ONE_BY_ONE = 16
"""Points that are compared one by one in the time in which a graph looks at one candidate: of
1,000,000 chunks a filter for 10,000 took 18 ms so, and 26 ms by the graph (p95, quiet)."""


def is_any(key: str, values: Sequence[str]) -> qdrant_edge.ConditionType:
    """The condition that a field has (or a list holds) one of ``values``."""
    import qdrant_edge

    return qdrant_edge.FieldCondition(key=key, match=qdrant_edge.MatchAny(any=list(values)))


def point_filter(scope: Scope) -> qdrant_edge.Filter:
    """The scope as a filter for points of any kind."""
    import qdrant_edge

    must, must_not = conditions(scope)
    project = is_any("project_id", [scope.project_id])
    return qdrant_edge.Filter(
        must=[project, *_each(must), *_points(scope)], must_not=_each(must_not) or None
    )


def search_filter(scope: Scope) -> qdrant_edge.Filter | None:
    """The scope as a filter for points with vectors.

    It leaves the project out, which is the same on all of them (a shard holds one project, and
    every hit is checked): a filter that everything passes would double the time of a search.
    """
    import qdrant_edge

    must, must_not = conditions(scope)
    wanted = [*_each(must), *_points(scope)]
    if not wanted and not must_not:
        return None
    return qdrant_edge.Filter(must=wanted or None, must_not=_each(must_not) or None)


def sparse_vector(vector: SparseVector) -> qdrant_edge.SparseVector:
    """A sparse vector as the engine takes it."""
    import qdrant_edge

    return qdrant_edge.SparseVector(list(vector.indices), list(vector.values))


def search_params(
    asked: IndexQuery, graph: Graph | None, exact: bool, has_deleted: bool
) -> qdrant_edge.SearchParams:
    """How a shard is searched: through its graph where it has one and ``exact`` does not say
    otherwise, and over which points words are counted.

    The engine's own counts keep deleted points: until the shard is loaded again, and with a graph
    until that is built anew. Counting those that are there costs half a millisecond at 10,000
    chunks; with a graph it would take longer than the search, for a small share of deleted points.
    """
    import qdrant_edge as edge

    if asked.dense is None:
        counted = edge.IdfParams(corpus=edge.Filter(must=[is_any("role", ["chunk"])]))
        return edge.SearchParams(idf=counted if has_deleted and graph is None else None)
    if exact or graph is None:
        return edge.SearchParams(exact=exact)
    rescored = edge.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
    return edge.SearchParams(hnsw_ef=max(graph.looked_at, 2 * asked.limit), quantization=rescored)


def _points(scope: Scope) -> list[qdrant_edge.ConditionType]:
    import qdrant_edge

    return [qdrant_edge.HasIdCondition(set(scope.points))] if scope.points else []


def _each(fields: Conditions) -> list[qdrant_edge.ConditionType]:
    return [is_any(key, values) for key, values in fields.items()]


_NO_GRAPH = 10**9
"""Kilobytes of vectors from which the engine builds a graph here: never, because meanwhile it lets
no other thread run. ``graph.py`` has it built by a process of its own.
"""


def new_shard(path: Path, dimension: int) -> qdrant_edge.EdgeShard:
    """An empty shard in place of whatever was there."""
    import qdrant_edge as edge

    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    shard = edge.EdgeShard.create(str(path), _without_graph(dimension))
    for key in KEYWORDS:
        keyword = edge.PayloadSchemaType.Keyword
        shard.update(edge.UpdateOperation.create_field_index(key, keyword))
    shard.flush()
    return shard


def open_shard(path: Path, dimension: int) -> tuple[qdrant_edge.EdgeShard, Graph | None]:
    """The shard, and what its graph was built of where it has one."""
    import qdrant_edge as edge

    if has_graph(path):
        warm(path)
        shard = edge.EdgeShard.load(str(path))  # as it was built
        graph = read_graph(path, shard.info())
        if graph is not None:
            warm_originals(path)
            return shard, graph
        shard.close()
        forget_graph(path)
    return edge.EdgeShard.load(str(path), _without_graph(dimension)), None


def tidy(shard: qdrant_edge.EdgeShard) -> None:
    """Write a shard without a graph anew where much of it is deleted points.

    0.3 s for 200,000, nothing otherwise; meanwhile the engine lets no other thread run. It would
    take a graph out: a shard with one is written anew when the next graph is built.
    """
    shard.optimize()
    shard.flush()


def _without_graph(dimension: int) -> qdrant_edge.EdgeConfig:
    import qdrant_edge as edge

    return edge.EdgeConfig(
        vectors={DENSE: edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Cosine)},
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_NO_GRAPH),
    )
