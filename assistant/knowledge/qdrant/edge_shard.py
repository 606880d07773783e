"""The files of an Edge shard: made, and opened with or without a graph."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.knowledge.qdrant.graph import (
    Graph,
    forget_graph,
    has_graph,
    read_graph,
    warm,
    warm_originals,
)
from assistant.knowledge.qdrant.payload import DENSE, KEYWORDS, SPARSE

if TYPE_CHECKING:
    import qdrant_edge

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
