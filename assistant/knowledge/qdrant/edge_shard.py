"""The files of an Edge shard: made, and opened with or without a graph."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.knowledge.qdrant.graph import Graph, has_graph, read_graph, warm
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

    config: edge.EdgeConfig | None = _without_graph(dimension)
    if has_graph(path):
        config = None  # the one that it was built with
        warm(path)
    shard = edge.EdgeShard.load(str(path), config)
    return shard, read_graph(path, shard.info())


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
