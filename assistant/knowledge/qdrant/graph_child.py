"""Builds the graph of a shard that nobody has open, in a process of its own.

Usage: python graph_child.py FOLDER REQUEST (JSON: dimension, and the names of the two vectors). The
engine lets no other thread of a process run while it builds; here nobody waits for it. Only the
engine is imported.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

GRAPH = "graph.json"
"""What the graph was built of, in the shard's folder; a shard without it has none."""

NICENESS = 10
_LINKS, _CANDIDATES = 16, 128
"""Links of a point in the graph, and candidates looked at for them (HNSW's m and ef_construct)."""

_FEW_KB = 10_000
"""Vectors in kilobytes below which what a filter lets through is searched one by one."""


def main() -> None:
    """Build, and say in ``GRAPH`` what of: points in all, vectors that are indexed."""
    import qdrant_edge as edge

    _step_back()
    folder, request = Path(sys.argv[1]), json.loads(sys.argv[2])
    mapped = edge.Memory.Cold
    dense = edge.EdgeVectorParams(
        size=request["dimension"],
        distance=edge.Distance.Cosine,
        memory=mapped,
        quantization_config=edge.ScalarQuantizationConfig(
            edge.ScalarType.Int8, memory=edge.Memory.Cached
        ),
        hnsw_config=edge.HnswIndexConfig(_LINKS, _CANDIDATES, _FEW_KB),
    )
    sparse = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf, memory=mapped)
    config = edge.EdgeConfig(
        vectors={request["dense"]: dense},
        sparse_vectors={request["sparse"]: sparse},
        optimizers=edge.EdgeOptimizersConfig(
            indexing_threshold=1, default_segment_number=1, max_segment_size=10**9
        ),
    )
    shard = edge.EdgeShard.load(str(folder), config)
    shard.optimize()
    shard.flush()
    info = shard.info()
    shard.close()
    built = {"points": info.points_count, "vectors": info.indexed_vectors_count}
    (folder / GRAPH).write_text(json.dumps(built), encoding="utf-8")


def _step_back() -> None:
    """Give way to others; on Linux, end when the process that waits for this one ends."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if sys.platform == "linux":
        import ctypes
        import signal

        death_signal = 1
        ctypes.CDLL(None).prctl(death_signal, signal.SIGKILL)


if __name__ == "__main__":
    main()
