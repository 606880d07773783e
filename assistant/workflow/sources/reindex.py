"""Keep a project's index in step with its library: the library is the truth, the index a copy.

Small documents go first, a group at a time, and each group can be found as soon as it is in: a
short rule never waits for a long manual that came in with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from assistant.domain import Chunk
from assistant.failpoints import reach
from assistant.knowledge.chunks.chunking import split
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.workflow.deployment.jobs import Progress, StopCheck

if TYPE_CHECKING:
    from assistant.library import Library

GROUP_CHUNKS = 128
"""Most chunks of a group, a second or two of embedding. What a group holds is all that is in
memory; between groups others who write to the index have their turn."""


def index_pending(
    library: Library,
    knowledge: KnowledgeBase,
    project_id: str,
    *,
    everything: bool = False,
    progress: Progress | None = None,
    cancelled: StopCheck | None = None,
    seconds: float | None = None,
) -> int:
    """Index the documents that the index does not hold in their present version.

    ``everything`` looks at all of them again. Returns the number of documents that are now in the
    index and were not before; see ``index_documents``.
    """
    held = None if everything else knowledge.documents()
    return index_documents(
        library, knowledge, project_id, library.pending_documents(project_id, held),
        progress=progress, cancelled=cancelled, seconds=seconds,
    )  # fmt: skip


def index_documents(
    library: Library,
    knowledge: KnowledgeBase,
    project_id: str,
    document_ids: Sequence[str],
    *,
    progress: Progress | None = None,
    cancelled: StopCheck | None = None,
    seconds: float | None = None,
) -> int:
    """Index these documents in their present version, the smallest first, group by group.

    A document is marked as indexed only after its chunks are in, so a kill in between is made good
    by the next ``index_pending``. ``progress`` gets chunks done and in all, estimated while there
    are documents still to be cut up. ``seconds`` is the time after which no further group is begun.
    Returns how many are now in the index.
    """
    sizes = library.document_sizes(project_id, document_ids)
    whole, size_done = sum(sizes.values()), 0
    indexed = chunks_done = 0
    ends = None if seconds is None else time.monotonic() + seconds
    for group in _groups(library, project_id, sorted(sizes, key=sizes.__getitem__)):
        size_done += sum(sizes[name] for name in group)
        chunks_seen = chunks_done + sum(len(chunks) for _, chunks in group.values())
        total = round(chunks_seen * whole / size_done)

        def report(done: int, _of: int, before: int = chunks_done, total: int = total) -> None:
            reach("after_embed")
            if progress is not None:
                progress(before + done, total)

        written = knowledge.put(
            [(name, chunks) for name, (_, chunks) in group.items()],
            progress=report,
            cancelled=cancelled,
        )
        reach("after_put")
        marks = {name: (group[name][0], len(group[name][1])) for name in written}
        for gone in library.mark_all_indexed(project_id, marks):
            knowledge.remove(gone)
        indexed += len(written)
        chunks_done = chunks_seen
        if len(written) < len(group) or (ends is not None and time.monotonic() >= ends):
            break
    return indexed


def _groups(
    library: Library, project_id: str, document_ids: Iterable[str]
) -> Iterator[dict[str, tuple[int, tuple[Chunk, ...]]]]:
    """Documents by id with their version and chunks; a large document is a group of its own."""
    group: dict[str, tuple[int, tuple[Chunk, ...]]] = {}
    size = 0
    for document_id in document_ids:
        if library.find_document(project_id, document_id) is None:
            continue  # removed since it was listed
        document, epics, cases = library.document_parts(project_id, document_id)
        chunks = split(document, epics=epics, cases=cases)
        if group and (size + len(chunks) > GROUP_CHUNKS or len(group) == GROUP_CHUNKS):
            yield group
            group, size = {}, 0
        group[document_id] = (document.version, chunks)
        size += len(chunks)
    if group:
        yield group


def forget_removed(library: Library, knowledge: KnowledgeBase, project_id: str) -> None:
    """Take out of the index what the library does not hold: removed while the index could not be
    told, or unknown to a library that was restored from a backup."""
    known = set(library.document_ids(project_id))
    for document_id in set(knowledge.documents()) - known:
        knowledge.remove(document_id)


def chunks_of(library: Library, project_id: str, document_id: str) -> tuple[Chunk, ...]:
    """The chunks of a stored document, made again from its text, epics and cases."""
    document, epics, cases = library.document_parts(project_id, document_id)
    return split(document, epics=epics, cases=cases)


def basis_chunks(library: Library, project_id: str, document_ids: Iterable[str]) -> list[Chunk]:
    """The chunks of the documents that hold the epics of a request: the test basis itself."""
    return [chunk for name in document_ids for chunk in chunks_of(library, project_id, name)]
