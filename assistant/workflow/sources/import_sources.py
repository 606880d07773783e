"""Bring sources into a project: look first, then store and index.

A preview says what was found and what it would change, before anything is kept. Storing is two
steps, document into the library and chunks into the index, and the second can always be repeated.

Files that share a name: versions of one source, or sources of their own.

A file has no other identity than its name. One that comes in later under the name of a source is
its next version, unless a person says otherwise; different files that come in together are told
apart at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from assistant.domain import FILE as FILE
from assistant.domain import SourceDocument, Value
from assistant.errors import AssistantError, SourceError
from assistant.language.validity import outdated_words, stated_edition
from assistant.library import StoredDocument as StoredDocument
from assistant.sources.files.asciidoc_files import (
    ASCIIDOC_ENDINGS,
    beside_in,
    beside_named,
    with_attributes,
)
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import not_looked_at
from assistant.sources.pasted.pasted import TextKind as TextKind
from assistant.sources.pasted.pasted import read_pasted
from assistant.sources.reading import FileOutcome as Outcome
from assistant.sources.reading import Reading
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.index_jobs import index_in_background as index_in_background
from assistant.workflow.sources.index_jobs import indexing_job as indexing_job
from assistant.workflow.sources.local_files import ConnectedFiles, FilePlaces, in_folder
from assistant.workflow.sources.local_files import with_id as with_id
from assistant.workflow.sources.map_columns import saved as saved_mappings
from assistant.workflow.sources.mask_sources import masked
from assistant.workflow.sources.reindex import index_pending

Change = Literal["new", "changed", "unchanged"]
MAX_UPLOAD_BYTES = 50 * 1024 * 1024


class Preview(Value):
    """What a source holds, and whether the project has it already."""

    name: str
    reading: Reading
    change: Change
    stored_version: int = 0
    copy_of: str = ""
    """Title of another source of the project that was read from the same bytes."""

    @property
    def counts(self) -> dict[str, int]:
        """How many of each thing were found, in reading order."""
        epics = self.reading.epics
        return {
            "epic": len(epics),
            "story": sum(len(epic.stories) for epic in epics),
            "criterion": sum(len(epic.criteria) for epic in epics),
            "case": len(self.reading.cases),
            "piece not understood": len(self.reading.unread),
        }


class FileOutcome(Value):
    """One file of a batch: what became of it. ``error`` is empty unless ``outcome`` is failed."""

    file: str
    outcome: Literal["new", "changed", "unchanged", "failed", "skipped"]
    document_id: str = ""
    kind: str = ""
    title: str = ""
    epics: int = 0
    stories: int = 0
    criteria: int = 0
    cases: int = 0
    unread: int = 0
    notes: tuple[str, ...] = ()
    error: str = ""


def preview_text(
    workspace: Workspace,
    project_id: str,
    text: str,
    *,
    title: str = "",
    as_kind: TextKind | None = None,
) -> Preview:
    """Read pasted text; ``SourceError`` where it is empty or too long.

    ``None`` lets the text decide whether it is an epic, business rules or a page, as a file's does.
    """
    reading = read_pasted(text, title=title, as_kind=as_kind)
    if as_kind is None:
        seen = read_file("pasted.md", reading.document.text.encode("utf-8", "replace"))
        if seen.document.kind in ("rules", "page"):
            kind: TextKind = "rules" if seen.document.kind == "rules" else "page"
            reading = read_pasted(text, title=title, as_kind=kind)
    return preview_of(workspace, project_id, title or reading.document.title, reading)


class FilePreviews(Value):
    """What an upload holds: a preview of each document, and a sentence for each file not read."""

    previews: tuple[Preview, ...]
    failed: tuple[tuple[str, str], ...] = ()


def may_include(name: str) -> bool:
    """Whether a file of that name may take values from files that are uploaded with it."""
    return name.casefold().endswith(ASCIIDOC_ENDINGS)


def preview_files(
    workspace: Workspace,
    project_id: str,
    name: str,
    data: bytes,
    *,
    folder: str = "",
    held: Callable[[Sequence[Outcome]], Sequence[str]] = lambda outcomes: [""] * len(outcomes),
    pages: Progress | None = None,
    together: Mapping[str, Callable[[], bytes]] | None = None,
) -> FilePreviews:
    """Read an uploaded file and every file in it (archives, mails, exports of several pages).

    ``folder`` is the path it lies at, where files of several folders are read: it tells files of
    the same name apart. ``held`` gives the ids of documents that the project has of them already,
    whatever they would be called (empty for none); ``pages`` is told how far a scan is read, and
    what it raises stops that. ``together`` are the files that were uploaded with it, by name: an
    AsciiDoc file takes the attributes of those that it includes. Raises ``SourceError`` for one
    that is too large; whatever else cannot be read is in ``failed``.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        raise SourceError(
            f"'{name}' has {len(data) / 1e6:.0f} MB; at most {MAX_UPLOAD_BYTES / 1e6:.0f} MB are "
            "read. Split it, or export the part that matters."
        )
    data = with_attributes(name, data, beside_named(together or {}))
    mappings = saved_mappings(workspace, project_id)
    outcomes = list(read_files(name, data, mappings=mappings, progress=pages))
    whole = len(outcomes) == 1
    failed = tuple((one.name, one.error) for one in outcomes if one.reading is None)
    previews = tuple(
        preview_of(
            workspace,
            project_id,
            name if whole else one.reading.document.title or one.name,
            with_id(one.reading, known) if known else in_folder(one.reading, folder),
        )
        for one, known in zip(outcomes, held(outcomes), strict=True)
        if one.reading is not None
    )
    return FilePreviews(previews=previews, failed=failed)


def preview_of(workspace: Workspace, project_id: str, name: str, reading: Reading) -> Preview:
    """A reading as it would be kept, and what the project holds under its document's id."""
    given, reading = reading, masked(workspace, project_id, reading)
    name = reading.document.title if name == given.document.title else name
    stored = workspace.library.find_document(project_id, reading.document.id)
    if stored is None:
        same_bytes = workspace.library.documents_of_bytes(project_id, reading.document.content_hash)
        copy_of = next((one.title or one.id for one in same_bytes), "")
        return Preview(name=name, reading=reading, change="new", copy_of=copy_of)
    same = stored.content_hash == reading.document.content_hash
    if same:  # the same bytes, maybe read under another mapping of columns, or masked since
        held, epics, cases = workspace.library.document_parts(project_id, stored.id)
        same = (held.text, epics, cases) == (reading.document.text, reading.epics, reading.cases)
    return Preview(
        name=name,
        reading=reading,
        change="unchanged" if same else "changed",
        stored_version=stored.version,
    )


def store(
    workspace: Workspace, project_id: str, previews: Sequence[Preview], *, by: str = ""
) -> tuple[StoredDocument, ...]:
    """Keep the previewed documents, and index them in a worker thread; ``indexing`` says how far.

    The same text again changes nothing. Documents that a killed process left unindexed are
    indexed when the project's knowledge is next opened.
    """
    stored = tuple(put(workspace, project_id, preview.reading, by=by) for preview in previews)
    index_in_background(workspace, project_id)
    return stored


def put(
    workspace: Workspace,
    project_id: str,
    reading: Reading,
    *,
    by: str = "",
    connection_id: str = "",
) -> StoredDocument:
    """Keep one reading in the library, without indexing it yet; ``connection_id`` brought it.

    Personal data is masked here where the project says so. A document that a connection keeps
    fresh stays that connection's when it comes in by hand.
    """
    reading = masked(workspace, project_id, reading)
    held = workspace.library.find_document(project_id, reading.document.id)
    if held is not None and not connection_id:
        connection_id = held.connection_id
    return workspace.library.put_document(
        project_id,
        document_of(reading),
        epics=reading.epics,
        cases=reading.cases,
        by=by,
        connection_id=connection_id,
    )


def document_of(reading: Reading) -> SourceDocument:
    """A reading's document as it is kept: with its places, what could not be read of it, and the
    words by which a page says that it is no longer in force, or the edition that it is."""
    document = reading.document
    kept: dict[str, object] = {
        "places": reading.places,
        "extraction": reading.report.sentences,
    }
    if reading.epics:
        name = document.id.partition(":")[2]
        edition = document.metadata.edition or stated_edition(name, document.title, document.text)
        kept["metadata"] = document.metadata.model_copy(update={"edition": edition})
    if document.kind in ("page", "rules"):
        said = outdated_words(document.title, document.text)
        kept["metadata"] = document.metadata.model_copy(update={"outdated": said})
    return document.model_copy(update=kept)


def put_epics(workspace: Workspace, project_id: str, reading: Reading, *, by: str = "") -> None:
    """Keep the epics that a run is made for, unless a connection holds them as they are.

    A second copy would be cited in place of the one that the next sync keeps fresh.
    """
    library = workspace.library
    for held in library.documents_of_bytes(project_id, reading.document.content_hash):
        if held.connection_id:
            _, epics, _ = library.document_parts(project_id, held.id)
            if epics == reading.epics:
                return
    put(workspace, project_id, reading, by=by)


def remove(workspace: Workspace, project_id: str, document_id: str, *, by: str = "") -> None:
    """Take a document out of the project and the index; what cases cite of it stays with them.

    It can be restored until it is erased (``restore_sources``). The library goes first and
    remembers the removal, so that the index follows after a kill too.
    """
    knowledge = workspace.knowledge(project_id)
    workspace.library.remove_document(project_id, document_id, by=by)
    knowledge.remove(document_id)


def index_paths(
    workspace: Workspace,
    project_id: str,
    paths: Iterable[Path],
    *,
    progress: Progress | None = None,
) -> tuple[FileOutcome, ...]:
    """Read, keep and index files and folders; one bad file never stops the others.

    A file is one source, whichever folder is named to reach it. Raises ``SourceError`` for a path
    that does not exist, before anything is read.
    """
    files, places = list(_files_of(paths)), FilePlaces(workspace.library, project_id)
    connected = ConnectedFiles(workspace.library, project_id)
    try:
        outcomes = tuple(
            outcome
            for name, path, why in files
            for outcome in (
                [FileOutcome(file=str(path), outcome="skipped", error=why)]
                if why
                else _index_file(workspace, project_id, places, connected, name, path)
            )
        )
    finally:
        places.save()
    index_pending(workspace.library, workspace.knowledge(project_id), project_id, progress=progress)
    return outcomes


def _files_of(paths: Iterable[Path]) -> Iterator[tuple[str, Path, str]]:
    """Each file with its path below the folder that was named, and why it is not opened.

    A file that is named itself is opened whatever it is called.
    """
    for given in paths:
        if not given.exists():
            raise SourceError(f"'{given}' does not exist. Check the path and run it again.")
        if given.is_file():
            yield given.name, given, ""
            continue
        for path in sorted(given.rglob("*")):
            inside = path.relative_to(given)
            hidden = any(part.startswith(".") for part in inside.parts)
            if path.is_file() and not hidden:
                yield inside.as_posix(), path, not_looked_at(path)


def _index_file(
    workspace: Workspace,
    project_id: str,
    places: FilePlaces,
    connected: ConnectedFiles,
    name: str,
    path: Path,
) -> Iterator[FileOutcome]:
    """Keep every document of a file; one row for each, and for each file in it that failed."""
    try:
        if path.stat().st_size > MAX_UPLOAD_BYTES:
            raise SourceError(f"it is larger than {MAX_UPLOAD_BYTES / 1e6:.0f} MB; split it")
        root = path.parents[name.count("/")]
        data = with_attributes(name, path.read_bytes(), beside_in(root))
        name = places.name_of(path, name, data)
        folder = name.rpartition("/")[0]
        found = preview_files(
            workspace,
            project_id,
            path.name,
            data,
            folder=folder,
            held=lambda outcomes: connected.ids(path, outcomes),
        )
        for inside, error in found.failed:
            shown = str(path) if inside == path.name else f"{path}: {inside}"
            yield FileOutcome(file=shown, outcome="failed", error=error)
        for preview in found.previews:
            yield _stored_row(workspace, project_id, path, preview)
            places.remember(path, name)
    except (AssistantError, OSError) as error:
        yield FileOutcome(file=str(path), outcome="failed", error=str(error))


def _stored_row(workspace: Workspace, project_id: str, path: Path, preview: Preview) -> FileOutcome:
    reading = preview.reading
    stored = put(workspace, project_id, reading)
    return FileOutcome(
        file=str(path),
        outcome=preview.change,
        document_id=stored.id,
        kind=stored.kind,
        title=stored.title,
        notes=(*reading.notes_with_gaps, *reading.report.sentences),
        epics=len(reading.epics),
        stories=sum(len(epic.stories) for epic in reading.epics),
        criteria=sum(len(epic.criteria) for epic in reading.epics),
        cases=len(reading.cases),
        unread=len(reading.unread),
    )


def separate_files(
    workspace: Workspace, project_id: str, previews: Sequence[Preview]
) -> tuple[Preview, ...]:
    """Different files that came in together under one name, each as a source of its own.

    A file whose bytes the project holds under that name already is that source, whatever else
    came in. Of the others the first has the name, see ``beside``; the next ones get a number.
    """
    found = list(previews)
    ids: dict[tuple[str, str], str] = {}
    for preview in previews:
        held = _held(workspace, project_id, preview)
        if held:
            ids[_same(preview)] = held
    for place, preview in enumerate(previews):
        document = preview.reading.document
        if not document.id.startswith(FILE):
            continue
        if _same(preview) not in ids:
            taken = set(ids.values())
            free = document.id not in taken
            ids[_same(preview)] = (
                document.id if free else _free(workspace, project_id, document.id, taken)
            )
        if ids[_same(preview)] != document.id:
            reading = with_id(preview.reading, ids[_same(preview)])
            found[place] = preview_of(workspace, project_id, preview.name, reading)
    return tuple(found)


def _same(preview: Preview) -> tuple[str, str]:
    document = preview.reading.document
    return document.id, document.content_hash


def _held(workspace: Workspace, project_id: str, preview: Preview) -> str:
    """Id of the source of this name that was read from the same bytes; empty where none was.

    One that was imported with its folders counts too, and one that a connection holds.
    """
    document = preview.reading.document
    if not document.id.startswith(FILE):
        return ""
    same = workspace.library.documents_of_bytes(project_id, document.content_hash)
    numbered, inner = f"{document.id} (", f"/{document.id.removeprefix(FILE)}"
    alike = [
        one.id for one in same
        if one.id == document.id or one.id.startswith(numbered)
        or ((one.id.startswith(FILE) or one.connection_id) and one.id.endswith(inner))
    ]  # fmt: skip
    return document.id if document.id in alike else next(iter(alike), "")


def _free(workspace: Workspace, project_id: str, document_id: str, taken: Collection[str]) -> str:
    """The first of "NAME (2)", "NAME (3)"... that no source has."""
    number = 2
    while True:
        other = f"{document_id} ({number})"
        if other not in taken and workspace.library.find_document(project_id, other) is None:
            return other
        number += 1


def is_named_alike(preview: Preview) -> bool:
    """Whether only its name says that a file is a new version of a source."""
    return preview.change == "changed" and preview.reading.document.id.startswith(FILE)


def beside(workspace: Workspace, project_id: str, preview: Preview) -> Preview:
    """The same file as a source of its own, beside the one that has its name."""
    other = _free(workspace, project_id, preview.reading.document.id, ())
    return preview_of(workspace, project_id, preview.name, with_id(preview.reading, other))
