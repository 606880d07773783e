"""Uploads: archives and messages read file by file; one bad file never stops the others."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Sequence

from assistant.errors import SourceError, UnreadableFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.asciidoc_files import MAX_INCLUDED_BYTES, Beside, with_attributes
from assistant.sources.files.clean import clean_text
from assistant.sources.files.files import DEFAULT_LIMITS, kind_of, readings_of
from assistant.sources.files.source_file import Progress, Source, source_of
from assistant.sources.grids.mapping import ColumnMapping
from assistant.sources.reading import FileOutcome

_LEFT_OUT = ("__MACOSX/", ".DS_Store", "Thumbs.db", ".git/")
"""What systems put into archives by themselves."""


def read_files(
    name: str,
    data: bytes,
    *,
    limits: ReadLimits = DEFAULT_LIMITS,
    mappings: Sequence[ColumnMapping] = (),
    progress: Progress | None = None,
) -> Iterator[FileOutcome]:
    """What becomes of an uploaded file and of each file in it, one by one.

    A file that is one document gives one outcome; an archive, a message with attachments or an
    export of several pages gives one for each. Nothing is written to disk, and no error of a
    single file is raised: its outcome carries the sentence. ``mappings`` are those of
    ``files.read_file``; ``progress`` is that of ``Source``.
    """
    try:
        source = source_of(name, data, limits, mappings=mappings, progress=progress)
    except SourceError as error:
        yield FileOutcome(name=clean_text(name).text, error=str(error))
        return
    yield from _outcomes(source, 0)


def _outcomes(source: Source, depth: int) -> Iterator[FileOutcome]:
    try:
        kind = kind_of(source)
        if kind == "archive":
            _check_depth(source, depth)
            yield from _members(source, depth)
            return
        readings, attachments = readings_of(source, kind)
        if attachments:
            _check_depth(source, depth)
    except SourceError as error:
        yield FileOutcome(name=source.shown, error=str(error))
        return
    for reading in readings:
        yield FileOutcome(name=source.shown, reading=reading)
    for attached, content in attachments:
        yield from _inner(attached, content, source, depth)


def _inner(name: str, data: bytes, source: Source, depth: int) -> Iterator[FileOutcome]:
    """The outcomes of a file that lies in ``source``."""
    try:
        inner = source_of(
            name, data, source.limits, inside=source.shown, mappings=source.mappings,
            progress=source.progress,
        )  # fmt: skip
    except SourceError as error:
        yield FileOutcome(name=clean_text(name).text, error=str(error))
        return
    yield from _outcomes(inner, depth + 1)


def _check_depth(source: Source, depth: int) -> None:
    if depth >= source.limits.max_depth:
        raise UnreadableFile(
            f"{source.shown} lies in {depth} archives or messages; files in it are read only up to "
            f"{source.limits.max_depth}. Unpack it and import what is in it."
        )


def _members(source: Source, depth: int) -> Iterator[FileOutcome]:
    """The outcome of each file in the archive; sizes were checked from its directory before."""
    left = source.limits.max_unpacked_bytes
    with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        beside = _beside(archive, source)
        for entry in archive.infolist():
            if entry.is_dir() or any(mark in entry.filename for mark in _LEFT_OUT):
                continue
            try:
                content = _unpacked(archive, entry, source, left)
            except UnreadableFile as error:
                yield FileOutcome(name=clean_text(entry.filename).text, error=str(error))
                continue
            left -= len(content)
            content = with_attributes(entry.filename, content, beside)
            yield from _inner(entry.filename, content, source, depth)


def _beside(archive: zipfile.ZipFile, source: Source) -> Beside:
    """The other files of an archive, for one that includes them."""
    entries = {posixpath.normpath(entry.filename): entry for entry in archive.infolist()}

    def read(path: str) -> bytes | None:
        entry = entries.get(path)
        if entry is None or entry.file_size > MAX_INCLUDED_BYTES:
            return None
        try:
            return _unpacked(archive, entry, source, MAX_INCLUDED_BYTES)
        except UnreadableFile:  # its own outcome says so
            return None

    return read


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, source: Source, left: int) -> bytes:
    """The bytes of one entry; raises ``UnreadableFile`` where they must not or cannot be read."""
    where = f"{clean_text(entry.filename).text} in {source.shown}"
    if entry.flag_bits & 1:
        raise UnreadableFile(
            f"{where} is protected by a password. Unpack it and import the file by itself."
        )
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        raise UnreadableFile(
            f"{where} is a link to another file and was not followed. Import that file by itself."
        )
    most = min(source.limits.max_bytes, left)
    try:
        with archive.open(entry) as opened:
            content = opened.read(most + 1)
    except Exception as error:  # damage shows as zlib.error, BadZipFile, EOFError, OSError, ...
        raise UnreadableFile(
            f"{where} is damaged. Pack the archive again, or import the file by itself."
        ) from error
    if len(content) > most:
        raise UnreadableFile(
            f"{where} unpacks to more than {most:,} bytes. Split it and import the parts."
        )
    return content
