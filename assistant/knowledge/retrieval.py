"""Questions to chunks: both searches of a collection, fused, checked, and cut to what is needed."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Generic, NamedTuple, TypeVar

from assistant.domain import (
    CHUNK_KINDS,
    Chunk,
    ChunkKind,
    RetrievalConfig,
    RetrievedChunk,
    Value,
)
from assistant.knowledge.document_versions import Versions
from assistant.knowledge.fusion import Fused, Lists, best_first, fuse, is_relevant, same_words
from assistant.knowledge.index_writer import embedded_text
from assistant.knowledge.qdrant.index import ChunkPoint, ChunkRecord, Hit, Index, IndexQuery, Scope
from assistant.knowledge.query_vectors import QueryVectors, Rivals
from assistant.knowledge.sparse import Bm25Encoder

MAX_PER_DOCUMENT = 4
"""Chunks that one document may bring in answer to one question of ``retrieve``: a document that
repeats the question's words (by accident or on purpose) leaves room for the others."""

_PAGE = 32


class TraceRow(Value):
    """A chunk of the fused list, with its rank (1-based) and score in each stage that found it.

    ``named`` says whether the question names the chunk's key, which puts it first; ``relevant``
    whether it is above the floor of relevance, so that it could enter a prompt.
    """

    chunk: Chunk
    rank: int
    score: float
    dense_rank: int | None
    dense_score: float | None
    sparse_rank: int | None
    sparse_score: float | None
    named: bool
    relevant: bool


class SearchTrace(Value):
    """How a question was answered; seconds per stage (``read_seconds``: fetching and checking)."""

    query: str
    rows: tuple[TraceRow, ...]
    embed_seconds: float
    search_seconds: float
    fuse_seconds: float
    read_seconds: float

    @property
    def seconds(self) -> float:
        """Seconds in all."""
        return self.embed_seconds + self.search_seconds + self.fuse_seconds + self.read_seconds


class Retriever:
    """Answers questions on one state of a collection; made for one call, by one thread."""

    def __init__(
        self,
        index: Index,
        versions: Versions,
        records: ReadRecords,
        bm25: Bm25Encoder,
        rivals: Rivals | None,
    ) -> None:
        self._index = index
        self._records = records
        self._versions = versions
        self._bm25 = bm25
        self._rivals = rivals

    def search(
        self,
        question: QueryVectors,
        config: RetrievalConfig,
        limit: int,
        exclude_documents: Collection[str],
    ) -> tuple[RetrievedChunk, ...]:
        """See ``KnowledgeBase.search``."""
        scope = self._versions.scope(config.filter, exclude_documents)
        fused = fuse(self._lists(question, config, scope, limit), config)
        return tuple(
            RetrievedChunk(chunk=read.record.chunk, score=hit.score, rank=rank)
            for rank, (hit, read) in enumerate(self._visible(fused, scope, limit), 1)
        )

    def explain(self, question: QueryVectors, config: RetrievalConfig, limit: int) -> SearchTrace:
        """See ``KnowledgeBase.explain``."""
        started = time.perf_counter()
        scope = self._versions.scope(config.filter)
        lists = self._lists(question, config, scope, limit)
        searched = time.perf_counter()
        fused = fuse(lists, config)
        merged = time.perf_counter()
        rows = tuple(
            TraceRow(
                chunk=read.record.chunk,
                rank=rank,
                score=hit.score,
                dense_rank=hit.dense_rank,
                dense_score=hit.dense_score,
                sparse_rank=hit.sparse_rank,
                sparse_score=hit.sparse_score,
                named=hit.named,
                relevant=is_relevant(hit, question.terms, read.terms),
            )
            for rank, (hit, read) in enumerate(self._visible(fused, scope, limit), 1)
        )
        return SearchTrace(
            query=question.text,
            rows=rows,
            embed_seconds=question.seconds,
            search_seconds=searched - started,
            fuse_seconds=merged - searched,
            read_seconds=time.perf_counter() - merged,
        )

    def retrieve(
        self,
        questions: Sequence[QueryVectors],
        config: RetrievalConfig,
        exclude_documents: Collection[str],
    ) -> tuple[RetrievedChunk, ...]:
        """See ``KnowledgeBase.retrieve``."""
        best: dict[tuple[str, str], tuple[float, Chunk]] = {}
        excluded = frozenset(exclude_documents)
        for question in questions:
            for score, chunk in self._found_for(question, config, excluded):
                known = best.get(same_words(chunk))
                if known is None or score > known[0]:
                    best[same_words(chunk)] = (score, chunk)
        ordered = sorted(best.values(), key=lambda each: (-each[0], each[1].id))
        return tuple(
            RetrievedChunk(chunk=chunk, score=score, rank=rank)
            for rank, (score, chunk) in enumerate(ordered, 1)
        )

    def _found_for(
        self, question: QueryVectors, config: RetrievalConfig, excluded: frozenset[str]
    ) -> Found:
        """The chunks for one question, looked for once until the collection changes: a criterion
        is asked about by many questions, runs and checks."""
        asked = question.text, config, excluded
        found = self._records.found.of([asked]).get(asked)
        if found is None:
            found = tuple(self._of_each_kind(question, config, excluded))
            self._records.found.keep({asked: found})
        return found

    def _of_each_kind(
        self, question: QueryVectors, config: RetrievalConfig, exclude_documents: Collection[str]
    ) -> Iterator[tuple[float, Chunk]]:
        """The chunks for one question, best first: as many of each kind as ``top_k`` allows, and
        the best of further documents until as many documents have brought one.

        Each kind is searched on its own, so that many cases cannot crowd out the one rule; the
        lists are then fused together, so that scores compare across kinds. Rows of one table leave
        room for the one row of another: what a limit is often stands in a table of its own.
        """
        room, documents = _limits(config), _limits(config)
        tries = Counter({kind: 4 * size + 8 for kind, size in room.items()})
        lists, kinds = self._lists_by_kind(question, config, list(room), exclude_documents)
        of_document: Counter[str] = Counter()
        of_kind: Counter[tuple[ChunkKind, str]] = Counter()
        seen: set[tuple[str, str]] = set()
        scope = self._versions.scope(config.filter, exclude_documents)

        def wanted(hit: Fused) -> bool:
            kind = kinds[hit.point_id]
            return max(room[kind], documents[kind]) > 0 and tries[kind] > 0

        fused = fuse(lists, config)
        for hit, read in self._visible(fused, scope, len(fused), wanted):
            chunk = read.record.chunk
            if not wanted(hit):
                continue
            tries[chunk.kind] -= 1
            brought = of_kind[chunk.kind, chunk.document_id]
            full = room[chunk.kind] <= 0 and (brought or documents[chunk.kind] <= 0)
            crowded = of_document[chunk.document_id] >= MAX_PER_DOCUMENT
            if full or crowded or same_words(chunk) in seen:
                continue
            if is_relevant(hit, question.terms, read.terms):
                room[chunk.kind] -= 1
                documents[chunk.kind] -= not brought
                of_kind[chunk.kind, chunk.document_id] += 1
                of_document[chunk.document_id] += 1
                seen.add(same_words(chunk))
                yield hit.score, chunk

    def _lists_by_kind(
        self,
        question: QueryVectors,
        config: RetrievalConfig,
        kinds: Sequence[ChunkKind],
        exclude_documents: Collection[str],
    ) -> tuple[Lists, dict[str, ChunkKind]]:
        """The hits of all kinds, and the kind of each."""
        asked: list[IndexQuery] = []
        kind_of: dict[str, ChunkKind] = {}
        for kind in kinds:
            narrowed = config.filter.model_copy(update={"kinds": (kind,)})
            scope = self._versions.scope(narrowed, exclude_documents)
            asked.extend(question.within(scope, config.candidates, exact=config.exact))
        found = self._index.query(asked) if asked else []
        for query, hits in zip(asked, found, strict=True):
            kind_of.update((hit.point_id, query.scope.filter.kinds[0]) for hit in hits)
        lists = self._with_cosines(_staged(asked, found), question)
        return self._with_leads(lists, question, config), kind_of

    def _lists(
        self, question: QueryVectors, config: RetrievalConfig, scope: Scope, limit: int
    ) -> Lists:
        """The hits in scope."""
        asked = question.within(scope, max(config.candidates, limit), exact=config.exact)
        lists = _staged(asked, self._index.query(asked) if asked else [])
        return self._with_leads(self._with_cosines(lists, question), question, config)

    def _with_cosines(self, lists: Lists, question: QueryVectors) -> Lists:
        """The lists with how near each hit is to the question itself, whatever it was found with.

        The floor of relevance is about that, and people read it.
        """
        if question.told_apart is None or not lists.dense:
            return lists
        points = tuple(hit.point_id for hit in lists.dense)
        scope = Scope(self._versions.project_id, points=points)
        asked = IndexQuery(scope, len(points), dense=question.dense, exact=True)
        [hits] = self._index.query([asked])
        return replace(lists, cosines={hit.point_id: hit.score for hit in hits})

    def _with_leads(self, lists: Lists, question: QueryVectors, config: RetrievalConfig) -> Lists:
        """The lists with what rivals of the question take off each hit."""
        points = tuple({hit.point_id for hit in (*lists.dense, *lists.sparse)})
        if self._rivals is None or not points:
            return lists
        found = self._records.points(points)
        return replace(lists, leads=self._rivals.leads(question, found, config))

    def _visible(
        self,
        fused: Sequence[Fused],
        scope: Scope,
        limit: int,
        wanted: Callable[[Fused], bool] = lambda hit: True,
    ) -> Iterator[tuple[Fused, ReadRecord]]:
        """The first ``limit`` wanted hits whose records are in scope, read a page at a time."""
        page = min(max(limit, 1), _PAGE)
        given = 0
        for at in range(0, len(fused), page):
            hits = {hit.point_id: hit for hit in fused[at : at + page] if wanted(hit)}
            if given == limit or not hits:
                continue
            for read in self._records.read(list(hits), self._bm25):
                if given < limit and scope.holds(read.record, self._versions.current):
                    given += 1
                    yield hits[read.point_id], read


def _staged(asked: Sequence[IndexQuery], found: Sequence[list[Hit]]) -> Lists:
    pairs = list(zip(asked, found, strict=True))
    return Lists(
        dense=best_first([hits for query, hits in pairs if query.stage == "dense"]),
        sparse=best_first([hits for query, hits in pairs if query.stage == "sparse"]),
        named=best_first([hits for query, hits in pairs if query.stage == "named"]),
    )


def _limits(config: RetrievalConfig) -> Counter[ChunkKind]:
    """How many chunks of each kind are wanted; kinds that the filter or ``top_k`` bars are out."""
    wanted = config.filter.kinds or CHUNK_KINDS
    sizes = {kind: int(getattr(config.top_k, kind)) for kind in CHUNK_KINDS if kind in wanted}
    return Counter({kind: size for kind, size in sizes.items() if size > 0})


MOST_RECORDS = 4096
"""Records that are kept: some 20 MB, and as many points with their vectors, some 30 MB more. A
question reads about 200 to find ten that it may show."""

MOST_QUESTIONS = 512
"""Questions whose chunks are kept, some 20 of each: most of these are among the records too."""

Found = tuple[tuple[float, Chunk], ...]
"""Chunks with their scores, best first."""
Asked = tuple[str, RetrievalConfig, frozenset[str]]
"""A question, how it is searched, and the documents that are left out."""

_Name = TypeVar("_Name", bound=Hashable)
_Read = TypeVar("_Read")


class ReadRecord(NamedTuple):
    """A record with its point and the terms of the text that it is found by."""

    point_id: str
    record: ChunkRecord
    terms: tuple[int, ...]


class _Memory(Generic[_Name, _Read]):
    """What was read or found, by name; emptied by any change of the collection."""

    def __init__(self, versions: Versions, most: int) -> None:
        self._versions = versions
        self._most = most
        self._lock = threading.Lock()
        self._changes = -1
        self._known: OrderedDict[_Name, _Read] = OrderedDict()

    def of(self, names: Sequence[_Name]) -> dict[_Name, _Read]:
        """What is known by these names."""
        with self._lock:
            if self._changes != self._versions.changes:
                self._known.clear()
                self._changes = self._versions.changes
            found = {name: self._known[name] for name in names if name in self._known}
            for name in found:
                self._known.move_to_end(name)
        return found

    def keep(self, read: Mapping[_Name, _Read]) -> None:
        """Remember what was just read."""
        with self._lock:
            self._known.update(read)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


class ReadRecords:
    """Reads records through a memory; any number of threads that hold the gate as readers.

    A point never changes (another generation of a document has points of its own) but in the
    weights of its terms, which is a change of the collection; whether one may be seen is decided
    anew each time. ``found`` holds what whole questions found. Any change of the collection, also
    of what may be seen, empties the memory, so that nothing of a removed document stays in it.
    """

    def __init__(self, index: Index, versions: Versions, *, most: int = MOST_RECORDS) -> None:
        self._index = index
        self._project_id = versions.project_id
        self._records = _Memory[str, ReadRecord](versions, most)
        self._points = _Memory[str, ChunkPoint](versions, most)
        self.found = _Memory[Asked, Found](versions, min(most, MOST_QUESTIONS))

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

    def points(self, point_ids: Sequence[str]) -> dict[str, ChunkPoint]:
        """These points with their vectors, in order of their ids, without those that are not
        there."""
        found = self._points.of(point_ids)
        new = tuple(point_id for point_id in point_ids if point_id not in found)
        scope = Scope(self._project_id, points=new)
        points = self._index.sample(scope, len(new)) if new else []
        read = {point.record.point_id: point for point in points}
        self._points.keep(read)
        found.update(read)
        return dict(sorted(found.items()))
