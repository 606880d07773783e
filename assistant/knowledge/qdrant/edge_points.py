"""Scopes and questions in the terms of Qdrant Edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.knowledge.qdrant.graph import OVERSAMPLING, Graph
from assistant.knowledge.qdrant.index import IndexQuery, Scope
from assistant.knowledge.qdrant.payload import Conditions, conditions
from assistant.knowledge.sparse import SparseVector

if TYPE_CHECKING:
    import qdrant_edge


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
