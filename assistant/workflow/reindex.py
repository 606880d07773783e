"""Keep a project's index in step with its library: the library is the truth, the index a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from assistant.domain import Chunk
from assistant.failpoints import reach
from assistant.knowledge.base import KnowledgeBase
from assistant.knowledge.chunking import split
from assistant.library import Library

Progress = Callable[[int, int], None]
StopCheck = Callable[[], bool]
BATCH_CHUNKS = 2000
BATCH_DOCUMENTS = 500
"""What is held in memory at a time, whatever the number of documents."""


def index_pending(
    library: Library,
    knowledge: KnowledgeBase,
    project_id: str,
    *,
    everything: bool = False,
    progress: Progress | None = None,
    cancelled: StopCheck | None = None,
) -> int:
    """Index the documents that the index does not hold in their present version.

    ``everything`` looks at all of them again. Returns the number of documents that are now in the
    index and were not before.
    """
    held = None if everything else knowledge.documents()
    listed = library.pending_documents(project_id, held)
    return index_documents(
        library, knowledge, project_id, listed, progress=progress, cancelled=cancelled
    )


def index_documents(
    library: Library,
    knowledge: KnowledgeBase,
    project_id: str,
    document_ids: Sequence[str],
    *,
    progress: Progress | None = None,
    cancelled: StopCheck | None = None,
) -> int:
    """Index these documents in their present version, some at a time so that memory stays flat.

    A document is marked as indexed only after its chunks are in, so a kill in between is made good
    by the next ``index_pending``. ``progress`` gets chunks done and in all, estimated while there
    are documents still to be cut up. Returns how many are now in the index.
    """
    indexed = chunks_done = documents_done = 0
    for batch in _batches(library, project_id, document_ids):
        documents_done += len(batch)
        chunks_seen = chunks_done + sum(len(chunks) for _, chunks in batch.values())
        waiting = len(document_ids) - documents_done
        total = chunks_seen + round(chunks_seen / documents_done * waiting)

        def report(done: int, _of: int, before: int = chunks_done, total: int = total) -> None:
            reach("after_embed")
            if progress is not None:
                progress(before + done, total)

        written = knowledge.put(
            [(name, chunks) for name, (_, chunks) in batch.items()],
            progress=report,
            cancelled=cancelled,
        )
        reach("after_put")
        marks = {name: (batch[name][0], len(batch[name][1])) for name in written}
        for gone in library.mark_all_indexed(project_id, marks):
            knowledge.remove(gone)
        indexed += len(written)
        chunks_done = chunks_seen
        if len(written) < len(batch):
            break
    return indexed


def _batches(
    library: Library, project_id: str, document_ids: Iterable[str]
) -> Iterator[dict[str, tuple[int, tuple[Chunk, ...]]]]:
    """Documents by id with their version and chunks, a few thousand chunks at a time."""
    batch: dict[str, tuple[int, tuple[Chunk, ...]]] = {}
    size = 0
    for document_id in document_ids:
        document, epics, cases = library.document_parts(project_id, document_id)
        chunks = split(document, epics=epics, cases=cases)
        batch[document_id] = (document.version, chunks)
        size += len(chunks)
        if size >= BATCH_CHUNKS or len(batch) >= BATCH_DOCUMENTS:
            yield batch
            batch, size = {}, 0
    if batch:
        yield batch


def forget_removed(library: Library, knowledge: KnowledgeBase, project_id: str) -> None:
    """Take out of the index what the library does not hold: removed while the index could not be
    told, or unknown to a library that was restored from a backup."""
    known = {stored.id for stored in library.documents(project_id)}
    for document_id in set(knowledge.documents()) - known:
        knowledge.remove(document_id)


def chunks_of(library: Library, project_id: str, document_id: str) -> tuple[Chunk, ...]:
    """The chunks of a stored document, made again from its text, epics and cases."""
    document, epics, cases = library.document_parts(project_id, document_id)
    return split(document, epics=epics, cases=cases)


def basis_chunks(library: Library, project_id: str, document_ids: Iterable[str]) -> list[Chunk]:
    """The chunks of the documents that hold the epics of a request: the test basis itself."""
    return [chunk for name in document_ids for chunk in chunks_of(library, project_id, name)]
