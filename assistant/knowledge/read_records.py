"""What was read of chunks lately, records and vectors, kept until the collection changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from assistant.knowledge.document_versions import Versions
from assistant.knowledge.index_writer import embedded_text
from assistant.knowledge.qdrant.index import ChunkPoint, ChunkRecord, Index, Scope
from assistant.knowledge.sparse import Bm25Encoder

MOST = 4096
"""Records that are kept: some 20 MB, and as many points with their vectors, some 30 MB more. A
question reads about 200 to find ten that it may show."""

_Read = TypeVar("_Read")


class ReadRecord(NamedTuple):
    """A record with its point and the terms of the text that it is found by."""

    point_id: str
    record: ChunkRecord
    terms: tuple[int, ...]


class _Memory(Generic[_Read]):
    """What was read of points, by their ids; emptied by any change of the collection."""

    def __init__(self, versions: Versions, most: int) -> None:
        self._versions = versions
        self._most = most
        self._lock = threading.Lock()
        self._changes = -1
        self._known: OrderedDict[str, _Read] = OrderedDict()

    def of(self, point_ids: Sequence[str]) -> dict[str, _Read]:
        """What is known of these points."""
        with self._lock:
            if self._changes != self._versions.changes:
                self._known.clear()
                self._changes = self._versions.changes
            found = {name: self._known[name] for name in point_ids if name in self._known}
            for name in found:
                self._known.move_to_end(name)
        return found

    def keep(self, read: Mapping[str, _Read]) -> None:
        """Remember what was just read."""
        with self._lock:
            self._known.update(read)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


class ReadRecords:
    """Reads records through a memory; any number of threads that hold the gate as readers.

    A point never changes (another generation of a document has points of its own) but in the
    weights of its terms, which is a change of the collection; whether one may be seen is decided
    anew each time. Any change of the collection empties the memory, so that nothing of a removed
    document stays in it.
    """

    def __init__(self, index: Index, versions: Versions, *, most: int = MOST) -> None:
        self._index = index
        self._project_id = versions.project_id
        self._records = _Memory[ReadRecord](versions, most)
        self._points = _Memory[ChunkPoint](versions, most)

    def read(self, point_ids: Sequence[str], bm25: Bm25Encoder) -> Iterator[ReadRecord]:
        """The records of these points in their order, without those that are not there."""
        found = self._records.of(point_ids)
        new = [point_id for point_id in point_ids if point_id not in found]
        read = {}
        for record in self._index.read(new) if new else ():
            terms = tuple(bm25.counts(embedded_text(record.chunk)))
            read[record.point_id] = ReadRecord(record.point_id, record, terms)
        self._records.keep(read)
        found.update(read)
        return (found[point_id] for point_id in point_ids if point_id in found)

    def points(self, point_ids: Sequence[str]) -> list[ChunkPoint]:
        """These points with their vectors, by their ids, without those that are not there."""
        found = self._points.of(point_ids)
        new = tuple(point_id for point_id in point_ids if point_id not in found)
        scope = Scope(self._project_id, points=new)
        points = self._index.sample(scope, len(new)) if new else []
        read = {point.record.point_id: point for point in points}
        self._points.keep(read)
        found.update(read)
        return [found[point_id] for point_id in sorted(found)]
