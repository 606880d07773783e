"""Limits of one file, and archives looked at before anything in them is unpacked."""

from __future__ import annotations

import io
import zipfile

from assistant.domain import Value
from assistant.errors import UnreadableFile


class ReadLimits(Value):
    """What one file may cost to read."""

    max_bytes: int = 50_000_000
    max_characters: int = 5_000_000
    max_cells: int = 1_000_000
    max_cell_characters: int = 1_000_000
    max_entries: int = 5_000
    max_unpacked_bytes: int = 300_000_000
    max_ratio: float = 150.0
    """Unpacked to packed size; only looked at above ten million unpacked bytes."""

    max_depth: int = 3
    """How deep archives and messages may lie in each other."""

    seconds: float = 20.0
    memory_bytes: int = 1_000_000_000
    output_bytes: int = 100_000_000
    max_pixels: int = 50_000_000
    """Of a picture that is read by OCR, before it is unpacked."""

    max_scanned_pages: int = 200
    page_seconds: float = 60.0
    scan_seconds: float = 3_600.0
    scan_memory_bytes: int = 3_000_000_000


def check_archive(data: bytes, name: str, limits: ReadLimits) -> list[str]:
    """The entry names of the zip archive ``data``, after its directory was found harmless.

    Nothing is unpacked. Raises ``UnreadableFile`` for a damaged directory, too many entries, too
    much unpacked data, or a compression ratio that no real document has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise UnreadableFile(
            f"{name} is damaged: its archive has no readable directory. Open and save it again in "
            "the program that wrote it, or export its content as text or CSV."
        ) from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > limits.max_entries:
        raise _too_large(name, f"{len(entries):,} parts")
    if unpacked > limits.max_unpacked_bytes:
        raise _too_large(name, f"{unpacked:,} bytes unpacked")
    if unpacked > 10_000_000 and unpacked / packed > limits.max_ratio:
        raise _too_large(name, f"a compression ratio of {unpacked / packed:,.0f}")
    return [entry.filename for entry in entries]


def _too_large(name: str, what: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} was refused: it has {what}, far more than a real document. "
        "If it is genuine, export its content as text or CSV and import that."
    )
