"""The graph of an Edge shard: when one pays, and how it is built beside the shard that is in use.

Without a graph a question is compared with every chunk in scope: 4 ms at 30,000 chunks, and ten
times that at ten times as many. A graph is built on a copy of the files by a process of its own
(``graph_child.py``). What is written meanwhile is noted, carried over into the copy, and the copy
is put in the shard's place. Chunks that come in later stand beside the graph and are compared one
by one, until they are enough for another.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assistant.errors import RetrievalError
from assistant.failpoints import reach
from assistant.knowledge.qdrant import graph_child
from assistant.knowledge.qdrant.edge_errors import writing
from assistant.knowledge.qdrant.folder import GRAPH_PREFIX, NEW_SHARD, SHARD
from assistant.knowledge.qdrant.payload import DENSE, SPARSE

if TYPE_CHECKING:
    import qdrant_edge

GRAPH_FROM = 30_000
"""Chunks outside of the graph from which one is built; of a large index, one chunk in 20. At 20,000
it saves half a millisecond of a search without a filter and costs as much of one with a filter."""

_LEAST_LOOKED_AT, _MOST_LOOKED_AT, _POINTS_A_LOOK = 512, 2048, 256

OVERSAMPLING = 2.0
"""Hits found with vectors of one byte a dimension, for each one kept after an exact comparison."""

_MOST_WRITES = 5_000
_MOST_POINTS = 50_000
"""What may be written during a build. With more it is dropped: seconds to carry over, all of it in
memory, and another graph would be due at once."""

_ORIGINALS, _RECORDS = "matrix.dat", {"payload_storage", f"vector_storage-{SPARSE}"}
"""Vectors as they came in, which hits are compared with; and what is read of single hits only."""

_LOOK_SECONDS = 0.2
_COPIES = 3
"""Room on the disk that a build takes, in times of the shard's own."""


class Graph(NamedTuple):
    """What a graph was built of: points in all, and vectors that were indexed then."""

    points: int = 0
    vectors: int = 0

    @property
    def looked_at(self) -> int:
        """Candidates of a search (HNSW's ef), which recall is bought with: the more points, the
        more (at 300,000 points 512 find 97 of 100 that exact search finds, 1024 find 99)."""
        return min(max(self.points // _POINTS_A_LOOK, _LEAST_LOOKED_AT), _MOST_LOOKED_AT)


def has_graph(shard: Path) -> bool:
    """Whether a shard was built with a graph."""
    return (shard / graph_child.GRAPH).exists()


def read_graph(shard: Path, info: qdrant_edge.ShardInfo) -> Graph | None:
    """What is known of a shard's graph; ``None`` where it has none (any more: a program that knows
    nothing of graphs takes them out)."""
    try:
        graph = Graph(**json.loads((shard / graph_child.GRAPH).read_bytes()))
        return graph if graph.vectors <= info.indexed_vectors_count else None
    except (OSError, ValueError, TypeError):
        return None


def forget_graph(shard: Path) -> None:
    """Of a closed shard whose graph another program took out: it says no more that it has one."""
    (shard / graph_child.GRAPH).unlink(missing_ok=True)


def warm(shard: Path) -> None:
    """Read what opening a shard with a graph needs from the disk, from end to end.

    The engine takes its files out of the system's cache when it closes them, and opening reads
    them page by page, in any order: 28 s at 100,000 chunks on a slow disk, 0.6 s after this.
    """
    files = (path for path in (shard / "segments").rglob("*") if path.is_file())
    _read(path for path in files if path.name != _ORIGINALS and not _RECORDS & set(path.parts))


def warm_originals(shard: Path) -> None:
    """Read the rest of what a search reads, in a thread of its own; of a shard that stays where it
    is: Windows moves no folder with an open file."""
    originals = list((shard / "segments").rglob(_ORIGINALS))
    threading.Thread(target=_read, args=(originals,), name="warm-index", daemon=True).start()


def _read(paths: Iterable[Path]) -> None:
    buffer = bytearray(1 << 20)
    with contextlib.suppress(OSError):  # opening says what is wrong; a closed shard may be gone
        for path in paths:
            with path.open("rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass


def is_due(info: qdrant_edge.ShardInfo, graph: Graph | None) -> bool:
    """Whether so many chunks came in or went since the graph was built that another one pays."""
    built = graph or Graph()
    written = info.indexed_vectors_count - built.vectors  # a new chunk's terms are always indexed
    deleted = max(0, built.points + written - info.points_count)
    many = max(GRAPH_FROM, info.points_count // 20)
    return info.points_count >= GRAPH_FROM and written + deleted >= many


class GraphBuild:
    """A graph under construction. Who writes to the shard meanwhile says so with ``note``."""

    def __init__(self, home: Path, dimension: int, put: Callable[[], None]) -> None:
        """Copy the shard below ``home``, which is flushed and not written to until this returns.

        ``put`` puts ``NEW_SHARD`` in the place of the shard. Raises ``RetrievalError`` where the
        disk has no room, and ``OSError``.
        """
        _check_room(home)
        self._home = home
        self._put = put
        self._writes: list[qdrant_edge.UpdateOperation] = []
        self._points = 0
        self.ended = False
        """Whether it was put in place, given up or dropped: nothing more is noted."""

        self._copy = Path(tempfile.mkdtemp(prefix=GRAPH_PREFIX, dir=home))
        try:
            shutil.copytree(home / SHARD, self._copy, dirs_exist_ok=True)
            reach("graph_copied")
            self._process = _start(self._copy, dimension)
        except BaseException:
            shutil.rmtree(self._copy, ignore_errors=True)
            raise

    def note(self, write: qdrant_edge.UpdateOperation, points: int) -> None:
        """Remember a write of so many points to the shard in use; too many drop the build."""
        if self.ended:
            return
        self._writes.append(write)
        self._points += points
        if len(self._writes) > _MOST_WRITES or self._points > _MOST_POINTS:
            self._end()

    def wait(self, stopped: Callable[[], bool]) -> bool:
        """Wait until it is built; False where it was dropped or stopped. Raises
        ``RetrievalError`` where the process failed."""
        while (status := self._process.poll()) is None and not self.ended and not stopped():
            time.sleep(_LOOK_SECONDS)
        if status is None or self.ended:
            return False
        if status:
            raise RetrievalError(
                f"The graph of the search index in {self._home} could not be built (exit status "
                f"{status}). Searches stay exact and slower. Check the free disk space and memory; "
                "it is tried again later."
            )
        reach("graph_built")
        return not self.ended

    def carry_over(self) -> bool:
        """Write into the copy what was written meanwhile; nobody writes until ``put``. False where
        the build was dropped."""
        if self.ended:
            return False
        if self._writes:
            import qdrant_edge

            with writing(self._home):
                shard = qdrant_edge.EdgeShard.load(str(self._copy))
                for write in self._writes:
                    shard.update(write)
                shard.flush()
                shard.close()
        warm(self._copy)
        reach("graph_carried")
        return True

    def put(self) -> None:
        """Put the copy in the place of the shard, with nobody reading."""
        with writing(self._home):
            os.replace(self._copy, self._home / NEW_SHARD)
            self._put()

    def remove(self) -> None:
        """End the process and delete the copy, where they are still there; whoever waits for the
        build is told that it was dropped."""
        self._end()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._copy, ignore_errors=True)

    def _end(self) -> None:
        self.ended = True
        self._writes.clear()


def _check_room(home: Path) -> None:
    held = sum(path.stat().st_size for path in (home / SHARD).rglob("*") if path.is_file())
    if shutil.disk_usage(home).free < _COPIES * held:
        raise RetrievalError(
            f"The graph of the search index in {home} was not built: it takes "
            f"{_COPIES * held / 1e9:.1f} GB of free disk space for a while. Searches stay exact "
            "and slower; free some space, and it is tried again later."
        )


def _start(copy: Path, dimension: int) -> subprocess.Popen[bytes]:
    request = json.dumps({"dimension": dimension, "dense": DENSE, "sparse": SPARSE})
    return subprocess.Popen(
        [sys.executable, "-P", graph_child.__file__, str(copy), request],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("UAT_")},
        creationflags=int(getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)),
    )
