"""Chunks into the index: embedded, weighed and made visible document by document."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.domain import Chunk
from assistant.errors import RetrievalError
from assistant.failpoints import reach
from assistant.knowledge.document_versions import Versions
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.qdrant.collection import Home
from assistant.knowledge.qdrant.index import ChunkPoint, ChunkRecord, DocumentRecord, Scope
from assistant.knowledge.sparse import Bm25Encoder, SparseVector

if TYPE_CHECKING:
    import numpy as np

_HEADING_CHARACTERS = 200
_EMBED_BATCH = 64
_REWEIGH_BATCH = 1024
_DRIFT = 0.15
"""Share by which the mean length may differ from the one that weights were made with."""


def embedded_text(chunk: Chunk) -> str:
    """The text that vectors are made of: the heading path, and below it the chunk's own text.

    Where there are no headings the document's title stands in, but not for cases, whose documents
    are mostly named after a file. Of a long path the end counts.
    """
    heading = chunk.heading or ("" if chunk.kind == "case" else chunk.title)
    while len(heading) > _HEADING_CHARACTERS and " > " in heading:
        heading = heading.split(" > ", 1)[1]
    return f"{heading[:_HEADING_CHARACTERS]}\n{chunk.text}" if heading else chunk.text


@dataclass(slots=True)
class _Job:
    """A document to be written, and the vectors that are known so far, by embedded-text hash."""

    document: DocumentRecord
    records: tuple[ChunkRecord, ...]
    texts: dict[str, str]
    vectors: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        return [name for name in self.texts if name not in self.vectors]


class IndexWriter:
    """One call of ``KnowledgeBase.put``; the caller sees to it that there is one at a time."""

    def __init__(
        self,
        home: Home,
        versions: Versions,
        gate: ReadWriteLock,
        embedder: Embedder,
    ) -> None:
        self._home = home
        self._index = home.index
        self._versions = versions
        self._gate = gate
        self._embedder = embedder
        self._project_id = home.meta.project_id
        self.bm25 = Bm25Encoder(home.meta.mean_length)

    def put(
        self,
        documents: Sequence[tuple[str, Sequence[Chunk]]],
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> tuple[str, ...]:
        """See ``KnowledgeBase.put``."""
        latest = dict(documents)
        total = sum(len(chunks) for chunks in latest.values())
        finished: list[str] = []
        done = 0

        def advance(chunks: int) -> None:
            nonlocal done
            done += chunks
            if progress is not None:
                progress(done, total)

        def stopped() -> bool:
            return cancelled is not None and cancelled()

        self._measure_first(latest)
        for group in self._groups(latest, advance, finished):
            if stopped() or not self._embed(group, advance, stopped):
                break
            for job in group:
                self._write(job)
                finished.append(job.document.document_id)
        self._reweigh_where_drifted()
        self._index.flush()
        return tuple(name for name in latest if name in set(finished))

    def _groups(
        self,
        documents: dict[str, Sequence[Chunk]],
        advance: Callable[[int], None],
        finished: list[str],
    ) -> Iterator[list[_Job]]:
        """Changed documents, small ones together so that they are embedded in full batches."""
        group: list[_Job] = []
        for document_id, chunks in documents.items():
            job = self._job(document_id, chunks)
            if job is None:
                finished.append(document_id)
                advance(len(chunks))
                continue
            group.append(job)
            if sum(len(each.missing) for each in group) >= _EMBED_BATCH:
                yield group
                group = []
        if group:
            yield group

    def _job(self, document_id: str, chunks: Sequence[Chunk]) -> _Job | None:
        """What is to be written of a document; ``None`` where it is there already."""
        digest = _digest(document_id, chunks)
        before = self._versions.get(document_id)
        if before is not None and before.digest == digest:
            return None
        generation = uuid.uuid4().hex
        texts: dict[str, str] = {}
        records = []
        for chunk in chunks:
            text = embedded_text(chunk)
            name = hashlib.sha256(text.encode("utf-8")).hexdigest()
            texts[name] = text
            records.append(
                ChunkRecord(
                    project_id=self._project_id,
                    document_id=document_id,
                    generation=generation,
                    embedded=name,
                    terms=self.bm25.length(text),
                    chunk=chunk,
                )
            )
        document = DocumentRecord(
            project_id=self._project_id,
            document_id=document_id,
            generation=generation,
            digest=digest,
            chunks=len(records),
            terms=sum(record.terms for record in records),
        )
        job = _Job(document, tuple(records), texts)
        if before is not None:
            scope = Scope(self._project_id, generations=(before.generation,))
            known = self._index.vectors(scope)
            job.vectors = {name: known[name] for name in texts if name in known}
        return job

    def _embed(
        self, group: Sequence[_Job], advance: Callable[[int], None], stopped: Callable[[], bool]
    ) -> bool:
        """Fill in the vectors that are missing; ``False`` where it was stopped before the end."""
        missing = {name: job.texts[name] for job in group for name in job.missing}
        advance(sum(len(job.records) for job in group) - len(missing))
        names = sorted(missing, key=lambda name: len(missing[name]))
        for at in range(0, len(names), _EMBED_BATCH):
            if stopped():
                return False
            batch = names[at : at + _EMBED_BATCH]
            vectors = self._embedder.documents([missing[name] for name in batch])
            for name, vector in zip(batch, vectors, strict=True):
                for job in group:
                    if name in job.texts:
                        job.vectors[name] = vector
            advance(len(batch))
        return not stopped()

    def _write(self, job: _Job) -> None:
        generation = job.document.generation
        with self._gate.writing():
            self._versions.begin(generation)
        try:
            self._index.upsert(
                [
                    ChunkPoint(
                        record,
                        job.vectors[record.embedded],
                        self.bm25.document(job.texts[record.embedded]),
                    )
                    for record in job.records
                ]
            )
            reach("after_upsert")
            with self._gate.writing():
                self._versions.commit(job.document)
            reach("after_visible")
        except BaseException:
            with self._gate.writing():
                if generation not in self._versions.current:
                    self._versions.abandon(job.document)
            raise

    def _measure_first(self, documents: dict[str, Sequence[Chunk]]) -> None:
        """Take the mean length from the first documents, before their weights are made."""
        if self._home.meta.mean_length:
            return
        lengths = [self.bm25.length(embedded_text(c)) for each in documents.values() for c in each]
        if lengths:
            self._set_mean(sum(lengths) / len(lengths))

    def _reweigh_where_drifted(self) -> None:
        """Make all weights anew where the mean length has moved away from what they assume.

        The new mean is recorded last: after a kill in between, the next call does it again.
        """
        count = self._versions.chunks
        mean = self._versions.terms / count if count else 0.0
        assumed = self._home.meta.mean_length
        if not mean or abs(mean - assumed) <= _DRIFT * assumed:
            return
        bm25 = Bm25Encoder(mean)
        weights: list[tuple[str, SparseVector]] = []
        for record in self._index.records(Scope(self._project_id)):
            weights.append((record.point_id, bm25.document(embedded_text(record.chunk))))
            if len(weights) >= _REWEIGH_BATCH:
                self._index.reweigh(weights)
                weights = []
        self._index.reweigh(weights)
        with self._gate.writing():
            self._versions.reweighed()
        self._set_mean(mean)

    def _set_mean(self, mean: float) -> None:
        self._home.keep(self._home.meta.model_copy(update={"mean_length": mean}))
        self.bm25 = Bm25Encoder(mean)


def _digest(document_id: str, chunks: Sequence[Chunk]) -> str:
    """A hash of all that is stored of the chunks; refuses what cannot be stored."""
    digest = hashlib.sha256()
    for chunk in chunks:
        if chunk.document_id != document_id:
            raise RetrievalError(
                f"A chunk of '{chunk.document_id}' was to be indexed under '{document_id}'. "
                "Import that document again."
            )
        try:
            digest.update(chunk.model_dump_json().encode("utf-8"))
            chunk.text.encode("utf-8")
        except ValueError as error:
            raise RetrievalError(
                f"The text of '{document_id}' holds broken characters and cannot be indexed. "
                "Save the file as UTF-8 and import it again."
            ) from error
    return digest.hexdigest()


class ReadWriteLock:
    """Many readers share it and one writer has it alone; waiting writers go first.

    Not re-entrant: a thread that holds it must not ask again.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._waiting = 0
        self._writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the lock together with other readers."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing and not self._waiting)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock alone."""
        with self._changed:
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: not self._writing and not self._readers)
                self._writing = True
            finally:
                self._waiting -= 1
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
