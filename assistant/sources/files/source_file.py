"""A file as it came: its bytes, its name as plain text, and the limits it is read within."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from assistant.errors import UnreadableFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.clean import clean_text
from assistant.sources.grids.mapping import ColumnMapping

_HYPHEN = re.compile(r"(?<=\w)-(?=[^\W\d]|%)|(?<=[^\W\d])(?<![A-Z]{2})-(?=\d)")
"""What wikis write for a space in a file's name ("%2D" is a hyphen there); not one within a date
or behind the letters of a key."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it came: ``shown`` is its name as text, ``id`` that of its document.

    ``path`` is the name with the folders that it came with, which some exports say more by;
    ``progress`` is told pages done and pages in all while a scan is read; what it raises stops it.
    """

    shown: str
    id: str
    data: bytes
    limits: ReadLimits
    mappings: tuple[ColumnMapping, ...] = ()
    progress: Progress | None = None
    path: str = ""

    @property
    def is_markdown(self) -> bool:
        """Whether the name says that the text is Markdown."""
        return self.shown.casefold().endswith((".md", ".markdown"))

    @property
    def title(self) -> str:
        """The name without folders, ending and the number that Notion puts behind each name, for a
        document that states no title; a page of Markdown by the words that its wiki shows."""
        last = self.shown.rsplit(" > ", 1)[-1]
        name = re.sub(r"\.[A-Za-z0-9]{1,10}$", "", last).replace("_", " ")
        if self.is_markdown and " " not in name:
            name = " ".join(clean_text(unquote(_HYPHEN.sub(" ", name))).text.split())
        return re.sub(r"(?<=\S) [0-9a-f]{32}$", "", name).strip() or last

    @property
    def content_hash(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def source_of(
    name: str,
    data: bytes,
    limits: ReadLimits,
    inside: str = "",
    mappings: Sequence[ColumnMapping] = (),
    progress: Progress | None = None,
) -> Source:
    """The file as it is read; ``inside`` is the shown name of the archive it lies in.

    Raises ``UnreadableFile`` where it is empty or has too many bytes.
    """
    shown = _path(inside, name) if inside else _shown(name)
    if len(data) > limits.max_bytes:
        raise UnreadableFile(
            f"{shown} has {len(data):,} bytes; at most {limits.max_bytes:,} are read. Split it and "
            "import the parts."
        )
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(f"{shown} is empty. Choose a file with content.")
    path = shown if inside else clean_text(name).text.replace("\\", "/")
    return Source(shown, f"file:{shown}", data, limits, tuple(mappings), progress, path)


def _shown(name: str) -> str:
    """The file's own name as text: no folders, no control characters, not too long."""
    last = re.split(r"[/\\]", clean_text(name).text.replace("\n", " "))[-1].strip()
    return last[-150:] or "unnamed file"


def _path(inside: str, name: str) -> str:
    """A file in an archive as text: its folders without any step upwards."""
    parts = re.split(r"[/\\]", clean_text(name).text.replace("\n", " "))
    kept = [part.strip() for part in parts if part.strip() not in {"", ".", ".."}]
    return " > ".join([inside, *kept])[-300:] if kept else f"{inside} > unnamed file"
