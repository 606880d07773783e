"""A source read whole, at the place that a case cites.

What a project holds, source by source: version, index, freshness, and where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from assistant.domain import FILE, Chunk, Citation, DocumentKind, SourceDocument, Value
from assistant.errors import LibraryError
from assistant.language.validity import bare_name
from assistant.library import StoredDocument
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import known_copies

AROUND = 700
"""Characters before and after the cited words that are shown first."""
PART = 12_000
"""Characters of a long document that are shown at a time."""


class SourceText(Value):
    """A document's text with the ranges that are quoted, and what to know about it.

    ``marks`` are offsets into ``text``, in order. ``note`` says where the text is not that of the
    version that was cited.
    """

    document_id: str
    title: str
    uri: str = ""
    version: int
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    note: str = ""

    @property
    def parts(self) -> int:
        """How many pieces of ``PART`` characters the text has."""
        return max(1, -(-len(self.text) // PART))

    def part(self, number: int) -> tuple[str, tuple[tuple[int, int], ...]]:
        """Piece ``number``, from 0, with the marks in it as offsets into the piece."""
        return self._cut(number * PART, min(len(self.text), (number + 1) * PART))

    def around(self) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The text around the first quoted words, cut at line ends, with all marks in it."""
        if not self.marks:
            return self._cut(0, min(len(self.text), 2 * AROUND))
        first, last = self.marks[0]
        start = self.text.rfind("\n", 0, max(0, first - AROUND)) + 1
        end = self.text.find("\n", min(len(self.text), last + AROUND))
        return self._cut(start, len(self.text) if end < 0 else end)

    @property
    def cited_part(self) -> int:
        """The piece that holds the first quoted words."""
        return self.marks[0][0] // PART if self.marks else 0

    def _cut(self, start: int, end: int) -> tuple[str, tuple[tuple[int, int], ...]]:
        marks = tuple((max(a, start) - start, min(b, end) - start) for a, b in self.marks
                      if a < end and b > start)  # fmt: skip
        return self.text[start:end], marks


def file_of(document: StoredDocument | SourceDocument) -> str:
    """The name of the file that a document's present version was read from, of one in an archive
    its own; empty where it is of no file. A version may come in a file of another name than the
    source's id holds."""
    of_file = document.id.startswith(FILE)
    path = document.metadata.file or (document.id.removeprefix(FILE) if of_file else "")
    outer, *inner = path.split(" > ")
    files = [one for one in inner if bare_name(one) != one]  # not a board of a file, say
    return (files[-1] if files else outer).rpartition("/")[2]


def file_name(document: StoredDocument) -> str:
    """The name of the file that a document was read from; empty where its title has it, and where
    it is of no file."""
    name = file_of(document)
    stem = name.rpartition(".")[0] or name
    said = {re.sub(r"[\W_]+", " ", text).strip().casefold() for text in (name, stem)}
    title = re.sub(r"[\W_]+", " ", document.title).strip().casefold()
    return "" if title in said else name


def extraction(workspace: Workspace, project_id: str, document_id: str) -> tuple[str, ...]:
    """How a document was read where that needs saying (OCR), and what could not be read of it."""
    return workspace.library.document(project_id, document_id).extraction


def read_source(
    workspace: Workspace,
    project_id: str,
    document_id: str,
    chunk: Chunk | None = None,
    citations: Sequence[Citation] = (),
    *,
    version: int | None = None,
) -> SourceText:
    """The document in the version that is cited, with the words marked that are cited of ``chunk``;
    without a chunk in ``version``, or as it is now.

    Where the document was removed, the chunk itself is shown: a case keeps what it rests on.
    Raises ``LibraryError`` where there is neither.
    """
    stored = workspace.library.find_document(project_id, document_id)
    if stored is None:
        if chunk is None:
            raise LibraryError("This source is no longer in the project. Import it again.")
        return SourceText(
            document_id=document_id, title=chunk.title, uri=chunk.uri, version=chunk.version,
            text=chunk.text, marks=tuple(sorted({(one.start, one.end) for one in citations})),
            note="The project holds no document of this. This is the piece of text that is cited.",
        )  # fmt: skip
    if chunk is not None:
        version = chunk.version
    if version == stored.version or (chunk is not None and chunk.version > stored.version):
        version = None
    document = workspace.library.document(project_id, document_id, version)
    marks = _marks(document.text, chunk, citations) if chunk is not None else ()
    note = ""
    if citations and not marks:
        note = "The cited words were composed of this text; they do not stand in it as one piece."
    if version is not None:
        cited = ", which is cited" if chunk is not None else ""
        note = f"This is version {version}{cited}; the project has {stored.version} now."
    return SourceText(
        document_id=document_id, title=document.title, uri=document.uri,
        version=document.version, text=document.text, marks=marks, note=note,
    )  # fmt: skip


def _marks(text: str, chunk: Chunk, citations: Sequence[Citation]) -> tuple[tuple[int, int], ...]:
    """Where the quotations stand: at the chunk's own place, else where the words are found. The
    whole chunk where nothing is quoted."""
    if not citations:
        return ((chunk.start, chunk.end),) if 0 <= chunk.start < chunk.end <= len(text) else ()
    found = set()
    for one in citations:
        start = chunk.start + one.start
        if chunk.start < 0 or text[start : start + len(one.quote)] != one.quote:
            start = text.find(one.quote)
        if start >= 0 and one.quote:
            found.add((start, start + len(one.quote)))
    return tuple(sorted(found))


class SourceRow(Value):
    """A document of the project, or a thing of a connected source that could not be read.

    ``fetched_at`` is when the present version was fetched, ``checked_at`` when its connection was
    last compared with the source; ``connection`` is empty for what was imported by hand.
    ``older_copy_of`` is the newest copy of the same text, ``older_copies`` those it is newer than;
    ``outdated`` are the words by which a page says that it is no longer in force.
    """

    id: str
    title: str
    kind: DocumentKind | str
    version: int = 0
    indexed: bool = False
    chunks: int = 0
    fetched_at: datetime
    checked_at: datetime | None = None
    connection: str = ""
    external_id: str = ""
    error: str = ""
    older_copy_of: str = ""
    older_copies: tuple[str, ...] = ()
    outdated: str = ""


def listed_sources(workspace: Workspace, project_id: str) -> tuple[SourceRow, ...]:
    """The documents in the order they first came in, then what could not be read."""
    store = workspace.library.connections
    held = {connection.id: connection for connection in store.list(project_id)}
    fetched = {name: store.fetched(project_id, name) for name in held}
    external = {one.document_id: one for brought in fetched.values() for one in brought.values()}
    newer = known_copies(workspace, project_id)
    rows = []
    for document in workspace.library.documents(project_id):
        connection = held.get(document.connection_id)
        origin = external.get(document.id)
        rows.append(
            SourceRow(
                id=document.id,
                title=document.title,
                kind=document.kind,
                version=document.version,
                indexed=document.is_indexed,
                chunks=document.chunk_count,
                fetched_at=document.fetched_at,
                checked_at=connection.last_synced_at if connection else None,
                connection=connection.name if connection else "",
                external_id=origin.external_id if origin else "",
                error=origin.error if origin else "",
                older_copy_of=newer.get(document.id, ""),
                older_copies=tuple(name for name, one in newer.items() if one == document.id),
                outdated=document.metadata.outdated,
            )
        )
    unread = [
        SourceRow(
            id=one.external_id,
            title=one.external_id,
            kind="not read",
            fetched_at=one.fetched_at,
            checked_at=held[name].last_synced_at,
            connection=held[name].name,
            external_id=one.external_id,
            error=one.error,
        )
        for name, brought in fetched.items()
        for one in brought.values()
        if one.error and not one.document_id
    ]
    return (*rows, *unread)


def sources_stamp(workspace: Workspace, project_id: str, *, but: Collection[str] = ()) -> str:
    """Changes when a source ``but`` these comes, goes, changes or is indexed, or what is
    retrieved of them."""
    retrieval = workspace.project(project_id).retrieval.model_dump_json()
    return f"{workspace.library.documents_stamp(project_id, but=but)} {retrieval}"
