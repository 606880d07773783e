"""Scopes as filters of Qdrant Edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.knowledge.qdrant.index import Scope
from assistant.knowledge.qdrant.payload import Conditions, conditions

if TYPE_CHECKING:
    import qdrant_edge


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


def _points(scope: Scope) -> list[qdrant_edge.ConditionType]:
    import qdrant_edge

    return [qdrant_edge.HasIdCondition(set(scope.points))] if scope.points else []


def _each(fields: Conditions) -> list[qdrant_edge.ConditionType]:
    return [is_any(key, values) for key, values in fields.items()]
