"""A folder of files as a source that is read again and again.

A file whose size and time of change are as they were is not opened. One whose bytes are as they
were is not read. A file that holds several documents (an archive, a mail with attachments) gives
one for each. Nothing outside the folder is followed, and a folder that cannot be listed is an
error, never an empty folder.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import SourceError
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.asciidoc_files import beside_in, includes, with_attributes
from assistant.sources.files.batches import read_files
from assistant.sources.files.clean import clean_text
from assistant.sources.files.recognition import not_installed
from assistant.sources.reading import FileOutcome
from assistant.sources.synced import FetchedDocument, SourcePage

PAGE_FILES = 50
"""Files of one page: after each, what was fetched is safe."""

READABLE_SUFFIXES = frozenset(
    {
        "", ".ad", ".adoc", ".arb", ".asc", ".asciidoc", ".bpmn", ".csv", ".db", ".dmn", ".doc",
        ".docm", ".docx", ".dot", ".dotm", ".dotx", ".drawio", ".eml", ".feature", ".htm", ".html",
        ".ics", ".json", ".jsonl", ".markdown", ".mbox", ".md", ".mht", ".mhtml", ".mmd", ".msg",
        ".odp", ".ods", ".odt", ".otp", ".ots", ".ott", ".pdf", ".plantuml", ".po", ".potx", ".pps",
        ".ppsx", ".ppt", ".pptm", ".pptx", ".properties", ".puml", ".reqif", ".reqifz", ".resx",
        ".rst", ".rtf", ".sql", ".sqlite", ".sqlite3", ".strings", ".tab", ".text", ".tsv", ".txt",
        ".vsdm", ".vsdx", ".xhtml", ".xlf", ".xliff", ".xls", ".xlsb", ".xlsm", ".xlsx", ".xltx",
        ".xml", ".yaml", ".yml", ".zip",
        ".approvalprocess", ".assignmentrules", ".escalationrules", ".flow", ".object",
        ".permissionset", ".profile", ".sharingrules", ".workflow",
    }
)  # fmt: skip
"""Files of a folder that are looked at; the content then decides what each of them is, and so it
does where a name has no ending. The last nine are Salesforce metadata as the Metadata API packs it.
"""

FOLDER = "folder"
"""Kind of the connection that is a folder of files; its option ``folder`` is the path."""

PICTURE_SUFFIXES = frozenset({".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
"""Looked at too where they can be read by OCR."""

INSIDE = " > "
"""Between the path of a file and what lies in it, in external ids."""

_SETTLED_SECONDS = 2.0
"""A file changed this shortly before it was read may change again without a new time of change."""

_UNSETTLED = "?"


def not_looked_at(path: Path) -> str:
    """Why a file is not opened, and what to do; empty where it is."""
    suffix = path.suffix.lower()
    missing = not_installed() if suffix in PICTURE_SUFFIXES else ""
    if missing:
        return f"{clean_text(path.name).text} was not read. {missing}."
    if suffix in READABLE_SUFFIXES or suffix in PICTURE_SUFFIXES:
        return ""
    return (
        f"{clean_text(path.name).text} was not read: a name that ends in “"
        f"{clean_text(path.suffix).text}” is that of no document. If it holds requirements or "
        "cases, save it as DOCX, PDF, text or CSV."
    )


class FolderSource:
    """The files below ``folder``; external ids are their paths in it, with ``/``.

    ``known`` are external ids with the stamps of earlier runs. Implements ``SyncSource``.
    """

    def __init__(
        self,
        folder: Path,
        known: Iterable[tuple[str, str]] = (),
        *,
        limits: ReadLimits | None = None,
        page_files: int = PAGE_FILES,
    ) -> None:
        self.name = str(folder)
        self._folder = folder
        self._limits = limits or ReadLimits()
        self._page_files = page_files
        self._stamps: dict[str, str | dict[str, str]] = {}
        for external_id, stamp in known:
            path = _path_of(external_id)
            held = self._stamps.get(path)
            if held is None and path == external_id:
                self._stamps[path] = stamp
            elif isinstance(held, dict):
                held[external_id] = stamp
            else:
                self._stamps[path] = {**self._known(path), external_id: stamp}

    def _known(self, path: str) -> dict[str, str]:
        """The stamps of what was last read from a file, by external id."""
        found = self._stamps.get(path, {})
        return {path: found} if isinstance(found, str) else found

    def _note(self, path: str, stamps: dict[str, str]) -> None:
        """Remember them; most files are one document, which takes a fraction of the memory."""
        single = stamps.get(path) if len(stamps) == 1 else None
        self._stamps[path] = stamps if single is None else single

    def fetch(self, *, since: datetime | None, cursor: str = "") -> Iterator[SourcePage]:
        """See ``SyncSource.fetch``; ``since`` plays no part, since copying keeps old times."""
        left = [path for path in sorted(self._files()) if path > cursor and self._may_differ(path)]
        for at in range(0, len(left), self._page_files):
            page = left[at : at + self._page_files]
            documents = tuple(found for path in page for found in self._documents(path))
            is_last = at + self._page_files >= len(left)
            yield SourcePage(
                documents=documents, cursor="" if is_last else page[-1], total=len(left)
            )

    def present(self) -> Iterator[str]:
        """See ``SyncSource.present``: of a file that is there, what was last read from it."""
        for path in self._files():
            stamps = self._known(path) or {path: ""}
            seen = _seen(self._folder / path)
            current = [name for name, stamp in stamps.items() if stamp.startswith(seen)]
            yield from current or stamps

    def close(self) -> None:
        """Nothing is held open."""

    def _files(self) -> Iterator[str]:
        """Paths of all files that are not hidden; raises ``SourceError`` for a folder that cannot
        be listed."""
        if not self._folder.is_dir():
            raise SourceError(
                f"The folder '{self._folder}' is not there. Bring it back (is a drive or a share "
                "missing?), or remove its connection. Nothing was changed."
            )
        for place, folders, names in os.walk(self._folder, onerror=_refuse):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(place, name)
                if not name.startswith(".") and (path.is_file() or path.is_symlink()):
                    yield path.relative_to(self._folder).as_posix()

    def _may_differ(self, path: str) -> bool:
        """Whether size and time of a file leave open that it changed since it was last read."""
        stamps = set(self._known(path).values())
        before = next(iter(stamps), "")
        seen = _seen(self._folder / path)
        settled = seen and before.startswith(seen) and not before.endswith(_UNSETTLED)
        return not (len(stamps) == 1 and settled)

    def _documents(self, path: str) -> Iterator[FetchedDocument]:
        """What a file holds; where its bytes are as they were, only that it was looked at."""
        known = self._known(path)
        before = next(iter(known.values()), "")
        uniform = len(set(known.values())) == 1
        file = self._folder / path
        try:
            status = _status(file)
            seen = _stamp_start(status)
            refused = self._refused(path, status.st_size)
            if refused:
                data = b""
                digest = "not opened"
            else:
                data = with_attributes(path, file.read_bytes(), beside_in(self._folder))
                digest = hashlib.sha256(data).hexdigest()
        except OSError as error:
            yield FetchedDocument(
                external_id=path,
                error=f"{clean_text(path).text} could not be opened ({error.strerror}). Make it "
                "readable and sync again.",
            )
            return
        # What a file includes may change without it.
        settled = time.time() - status.st_mtime > _SETTLED_SECONDS and not includes(path, data)
        stamp = f"{seen}{digest}{'' if settled else _UNSETTLED}"
        changed_at = datetime.fromtimestamp(status.st_mtime, UTC)
        if uniform and _digest_of(before) == digest:
            found: list[tuple[str, FileOutcome | None]] = [(name, None) for name in known]
        elif refused:
            found = [(path, FileOutcome(name=path, error=refused))]
        else:
            found = list(self._read(path, data))
        self._note(path, dict.fromkeys((external_id for external_id, _ in found), stamp))
        for external_id, outcome in found:
            yield FetchedDocument(
                external_id=external_id,
                changed_at=changed_at,
                reading=outcome.reading if outcome else None,
                error=outcome.error if outcome else "",
                stamp=stamp,
            )

    def _refused(self, path: str, size: int) -> str:
        """Why a file is not opened; empty where it is."""
        file, shown = self._folder / path, clean_text(path).text
        try:
            outside = file.is_symlink() and self._folder.resolve() not in file.resolve().parents
        except (OSError, RuntimeError):
            return f"{shown} is a link that leads back to itself. Copy the file itself there."
        if outside:
            return (
                f"{shown} is a link to a file outside of the folder and was not followed. Copy "
                "the file itself there."
            )
        if size > self._limits.max_bytes:
            return (
                f"{shown} has {size:,} bytes; at most {self._limits.max_bytes:,} are read. Split "
                "it and sync again."
            )
        return not_looked_at(file)

    def _read(self, path: str, data: bytes) -> Iterator[tuple[str, FileOutcome | None]]:
        """The outcome of each document in a file, each under an external id of its own."""
        outcomes = list(read_files(path, data, limits=self._limits))
        for inner, outcome in zip(inner_names(outcomes), outcomes, strict=True):
            yield f"{path}{INSIDE}{inner}" if inner else path, outcome


def inner_names(outcomes: Sequence[FileOutcome]) -> list[str]:
    """What each document of a file is called in it, none twice; empty for a file that is one."""
    if len(outcomes) == 1:
        return [""]
    taken: dict[str, None] = {}
    for outcome in outcomes:
        wanted = outcome.name.rpartition(INSIDE)[2]
        title = outcome.reading.document.title if outcome.reading else ""
        if wanted in taken and title:
            wanted = title
        number, name = 1, wanted
        while name in taken:
            number += 1
            name = f"{wanted} ({number})"
        taken[name] = None
    return list(taken)


def _refuse(error: OSError) -> None:
    raise SourceError(
        f"The folder '{error.filename}' cannot be listed ({error.strerror}). Make it readable and "
        "sync again. Nothing was changed."
    ) from error


def _path_of(external_id: str) -> str:
    return external_id.partition(INSIDE)[0]


def _stamp_start(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_mtime_ns}:"


def _status(file: Path) -> os.stat_result:
    """Size and times of a file; of a link to nowhere those of the link."""
    return file.stat() if file.exists() else file.lstat()


def _seen(file: Path) -> str:
    """How a stamp of the file begins now; of one that went away meanwhile, like any other."""
    try:
        return _stamp_start(_status(file))
    except OSError:
        return ""


def _digest_of(stamp: str) -> str:
    return stamp.rpartition(":")[2].removesuffix(_UNSETTLED)
