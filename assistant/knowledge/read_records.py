"""Records of chunks that were read lately, kept until the collection changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.knowledge.document_versions import Versions
from assistant.knowledge.index_writer import embedded_text
from assistant.knowledge.qdrant.index import ChunkRecord, Index
from assistant.knowledge.sparse import Bm25Encoder

MOST = 4096
"""Records that are kept: some 20 MB. A question reads about 200 to find ten that it may show."""


class ReadRecord(NamedTuple):
    """A record with its point and the terms of the text that it is found by."""

    point_id: str
    record: ChunkRecord
    terms: tuple[int, ...]


class ReadRecords:
    """Reads records through a memory; any number of threads that hold the gate as readers.

    A point never changes (another generation of a document has points of its own), and whether one
    may be seen is decided anew each time. Any change of the collection empties the memory, so that
    nothing of a removed document stays in it.
    """

    def __init__(self, index: Index, versions: Versions, *, most: int = MOST) -> None:
        self._index = index
        self._versions = versions
        self._most = most
        self._lock = threading.Lock()
        self._changes = -1
        self._known: OrderedDict[str, ReadRecord] = OrderedDict()

    def read(self, point_ids: Sequence[str], bm25: Bm25Encoder) -> Iterator[ReadRecord]:
        """The records of these points in their order, without those that are not there."""
        found = self._remembered(point_ids)
        new = [point_id for point_id in point_ids if point_id not in found]
        read = []
        for record in self._index.read(new) if new else ():
            terms = tuple(bm25.counts(embedded_text(record.chunk)))
            read.append(ReadRecord(record.point_id, record, terms))
        self._remember(read)
        found.update((one.point_id, one) for one in read)
        return (found[point_id] for point_id in point_ids if point_id in found)

    def _remembered(self, point_ids: Sequence[str]) -> dict[str, ReadRecord]:
        with self._lock:
            if self._changes != self._versions.changes:
                self._known.clear()
                self._changes = self._versions.changes
            found = {name: self._known[name] for name in point_ids if name in self._known}
            for name in found:
                self._known.move_to_end(name)
        return found

    def _remember(self, read: Sequence[ReadRecord]) -> None:
        with self._lock:
            self._known.update((one.point_id, one) for one in read)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
