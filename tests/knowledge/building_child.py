"""Builds the graph of a collection with a write in between; run, and killed, by ``test_graph.py``.

Usage: python building_child.py FOLDER. The collection is there and large enough.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.domain import Chunk
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant import graph

CHUNKS = 8_000
"""More than the engine searches one by one when it has a graph: it must use that."""


class NearEmbedder:
    """Vectors of a few centres and three times as much noise, which makes it hard for a graph:
    with 64 candidates in place of 512 it finds 91 of 100."""

    dimension = 384
    fingerprint = "near 384d"

    def documents(self, texts: list[str], *, waiting: bool = False) -> np.ndarray:
        return self.queries(texts)

    def queries(self, texts: list[str]) -> np.ndarray:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        centre = np.random.default_rng(len(text.split()[0]) * 1000 + ord(text[0]))
        noise = np.random.default_rng(list(text.encode()))
        vector = centre.standard_normal(384) + 3.0 * noise.standard_normal(384)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def chunk(document_id: str, ordinal: int, text: str, kind: str = "prose") -> Chunk:
    return Chunk.model_validate(
        {
            "id": f"{document_id}-{ordinal}", "document_id": document_id, "ordinal": ordinal,
            "text": text, "kind": kind,
        }
    )  # fmt: skip


def document(number: int, version: int = 1) -> tuple[str, list[Chunk]]:
    """A document of 40 chunks; every tenth document holds rules."""
    kind = "rule" if number % 10 == 0 else "prose"
    name = f"d{number}"
    first = "abcdefghij"[number % 7] * (1 + number % 5)
    return name, [
        chunk(name, n, f"{first} part{n} of {name} version{version}", kind) for n in range(40)
    ]


def while_building(base: KnowledgeBase, write: Callable[[], object]) -> bool:
    """Build the graph, and ``write`` while that goes on; whether it was built."""
    writing = threading.Event()
    wait = graph.GraphBuild.wait

    def wait_for_write(self: graph.GraphBuild, stopped: Callable[[], bool]) -> bool:
        write()
        writing.set()
        return wait(self, stopped)

    graph.GraphBuild.wait = wait_for_write  # type: ignore[method-assign]
    try:
        return base.build_graph()
    finally:
        graph.GraphBuild.wait = wait  # type: ignore[method-assign]
        assert writing.is_set()


def main() -> None:
    graph.GRAPH_FROM = 1_000
    base = KnowledgeBase.open(Path(sys.argv[1]), NearEmbedder(), project_id="p")

    def write() -> None:
        base.put([document(0, version=2), ("late", [chunk("late", 0, "zz a late chunk")])])
        base.remove("d1")
        print("written", flush=True)

    print(while_building(base, write), flush=True)
    base.close()


if __name__ == "__main__":
    main()
