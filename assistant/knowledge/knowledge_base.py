"""The knowledge base of a project: chunks in, retrieved chunks out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Self

from assistant.domain import Chunk, RetrievalConfig, RetrievedChunk, SearchFilter
from assistant.errors import RetrievalError
from assistant.knowledge.document_versions import Versions
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.index_writer import IndexWriter, ReadWriteLock
from assistant.knowledge.qdrant import homes
from assistant.knowledge.qdrant.collection import CollectionMeta, Home
from assistant.knowledge.qdrant.homes import Place
from assistant.knowledge.query_vectors import (
    REQUIREMENTS,
    SAMPLE,
    CommonGround,
    QueryVectors,
    Rivals,
    as_question,
    common_ground,
    query_vectors,
    rivals_of,
    take_part,
)
from assistant.knowledge.retrieval import ReadRecords, Retriever, SearchTrace
from assistant.knowledge.sparse import Bm25Encoder

__all__ = ["KnowledgeBase", "SearchTrace"]


class KnowledgeBase:
    """One collection of one project; any number of threads may use it at the same time.

    Readers see each document as it was before or after a change, never half of it, also when the
    process is killed while it writes. One process at a time works on a collection.
    """

    def __init__(self, home: Home, embedder: Embedder) -> None:
        """Use ``open``."""
        self._home = home
        self._embedder = embedder
        self._index = home.index
        self._gate = ReadWriteLock()
        self._writing = threading.Lock()
        self._versions = Versions.of(home.where, home.index, home.meta.project_id)
        self._records = ReadRecords(home.index, self._versions)
        self._bm25 = Bm25Encoder(home.meta.mean_length)
        self._measuring = threading.Lock()
        self._common: tuple[int, CommonGround, Rivals | None] | None = None
        self._closed = False

    @classmethod
    def open(cls, place: Place, embedder: Embedder, *, project_id: str) -> Self:
        """Open the project's collection in ``place`` (a folder or a server), or create it.

        Raises ``IndexLocked`` where another process holds it, ``EmbeddingMismatch`` where it was
        built with another embedding model, ``RetrievalError`` where it is damaged, another
        project's, or the server cannot be used.
        """
        home = homes.open_home(place, embedder, project_id)
        try:
            return cls(home, embedder)
        except BaseException:
            home.close()
            raise

    @staticmethod
    def discard(place: Place, *, project_id: str) -> None:
        """Delete the project's collection in ``place``: the library can make it again.

        Raises ``IndexLocked`` while a process holds the folder.
        """
        homes.discard(place, project_id)

    @property
    def meta(self) -> CollectionMeta:
        """What the collection was made with."""
        return self._home.meta

    @property
    def where(self) -> str:
        """Where the collection is kept, in words: "in FOLDER", "'NAME' on Qdrant at HOST"."""
        return self._home.where

    # --- Writing --------------------------------------------------------------------------------

    def put(
        self,
        documents: Sequence[tuple[str, Sequence[Chunk]]],
        *,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> tuple[str, ...]:
        """Make the chunks of each ``(document id, chunks)`` the ones that are found.

        They replace what was there of that document. Chunks whose embedded text the document
        already had keep their vectors; a document that has not changed is not touched. ``progress``
        gets chunks done and chunks in all. Returns the ids of the documents that are now current:
        all of them, or those before ``cancelled`` said so. Raises ``RetrievalError``.
        """
        with self._writing:
            self._check_open()
            writer = IndexWriter(self._home, self._versions, self._gate, self._embedder)
            try:
                return writer.put(documents, progress, cancelled)
            finally:
                with self._gate.writing():
                    self._bm25 = writer.bm25

    def remove(self, document_id: str) -> None:
        """Forget a document; nothing happens where there is none."""
        with self._writing:
            self._check_open()
            with self._gate.writing():
                self._versions.remove(document_id)

    def rewrite(self) -> bool:
        """Write the files anew without the words of what was removed; searches wait meanwhile.

        False where a server holds the collection: it does so itself, some time later.
        """
        with self._writing:
            self._check_open()
            with self._gate.writing():
                return self._index.rewrite()

    def build_graph(self, *, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Give a large index the graph that makes its searches quick, built by another process.

        People search and write meanwhile; what they write is in the index afterwards too. False
        where none is due, or it was ``stopped`` or dropped because so much was written. Raises
        ``RetrievalError`` where it fails: then the index is as it was.
        """
        with self._writing:
            build = None if self._closed else self._index.begin_graph()
        if build is None:
            return False
        try:
            if not build.wait(stopped):
                return False
            with self._writing:
                if not build.carry_over():
                    return False
                with self._gate.writing():
                    build.put()
            return True
        finally:
            build.remove()

    def drop_older(self) -> None:
        """Delete what other embedding models left of this project, now that this one is in use."""
        with self._writing:
            self._check_open()
            self._home.drop_older()

    def close(self) -> None:
        """Release the collection once running searches have ended; a second call does nothing."""
        with self._writing, self._gate.writing():
            if not self._closed:
                self._closed = True
                self._home.close()

    # --- Reading --------------------------------------------------------------------------------

    def count(self) -> int:
        """Number of chunks that can be found."""
        with self._gate.reading():
            return self._versions.chunks

    @property
    def changes(self) -> int:
        """Goes up with every document that is put in or taken out, and with new weights."""
        return self._versions.changes

    def documents(self) -> dict[str, int]:
        """The documents that can be found, and the number of chunks of each."""
        with self._gate.reading():
            return self._versions.sizes()

    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """The chunks of a document, in its order; none where it is not indexed."""
        with self._gate.reading():
            self._check_open()
            return self._versions.chunks_of(document_id)

    def search(
        self,
        query: str,
        config: RetrievalConfig,
        *,
        limit: int = 10,
        exclude_documents: Collection[str] = (),
    ) -> tuple[RetrievedChunk, ...]:
        """The best ``limit`` chunks for a question: dense and sparse search, fused.

        ``config.filter`` narrows both searches and is checked again on each hit. The score is the
        fused one (``fusion.fuse``). Raises ``RetrievalError``.
        """
        [question] = query_vectors([query], config, self._embedder, self._bm25)
        with self._gate.reading():
            apart = self._told_apart(question, config)
            return self._retriever(config).search(apart, config, limit, exclude_documents)

    def retrieve(
        self,
        queries: Sequence[str],
        config: RetrievalConfig,
        *,
        exclude_documents: Collection[str] = (),
    ) -> tuple[RetrievedChunk, ...]:
        """What a prompt needs: for each question the ``config.top_k`` chunks of each kind.

        Merged without duplicates, best first, ranked from 1. Left out are chunks below the floor of
        relevance (``fusion``), chunks of the same words as a better one, and more than a few chunks
        of one document. A chunk's score is the best it got from any question.
        """
        texts = list(dict.fromkeys(query for query in queries if query.strip()))
        questions = query_vectors(texts, config, self._embedder, self._bm25)
        with self._gate.reading():
            apart = [self._told_apart(question, config) for question in questions]
            return self._retriever(config).retrieve(apart, config, exclude_documents)

    def explain(self, query: str, config: RetrievalConfig, *, limit: int = 10) -> SearchTrace:
        """``search`` with the rank and score of each chunk in each stage, and seconds per stage."""
        [question] = query_vectors([query], config, self._embedder, self._bm25)
        with self._gate.reading():
            return self._retriever(config).explain(
                self._told_apart(question, config), config, limit
            )

    def _told_apart(self, question: QueryVectors, config: RetrievalConfig) -> QueryVectors:
        """The question without what it shares with all requirements of the project."""
        if not config.tell_apart:
            return question
        common, _ = self._requirements()
        return common.taken_out_of(question)

    def _requirements(self) -> tuple[CommonGround, Rivals | None]:
        """What the project's requirements have in common, and each of them as a rival of others;
        read again after a change."""
        with self._measuring:
            if self._common is None or self._common[0] != self._versions.changes:
                self._check_open()
                scope = self._versions.scope(SearchFilter(kinds=REQUIREMENTS))
                changes = self._versions.changes
                questions = [
                    as_question(point.record.chunk, point.dense, self._bm25)
                    for point in self._index.sample(scope, SAMPLE)
                ]
                common = common_ground(questions)
                rivals = None if common.dense is None else rivals_of(questions, common)
                self._common = changes, common, rivals
            return self._common[1:]

    def _retriever(self, config: RetrievalConfig) -> Retriever:
        self._check_open()
        rivals = self._requirements()[1] if take_part(config) else None
        return Retriever(self._index, self._versions, self._records, self._bm25, rivals)

    def _check_open(self) -> None:
        if self._closed:
            raise RetrievalError(
                f"The search index {self._home.where} has been closed. Open the project again."
            )
