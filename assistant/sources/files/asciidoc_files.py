"""AsciiDoc files: told by their names, with the attributes of the files that they include.

A rule that says "within {payment-time}" is of no use without the value, which teams keep in a file
of attributes beside their documents.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from assistant.errors import UnreadableFile
from assistant.sources.asciidoc_lines import ATTRIBUTE, INCLUDE, INCLUDED, INCLUDED_END
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.source_file import Source
from assistant.sources.grids.file_grids import decoded

Beside = Callable[[str], bytes | None]
"""The bytes of the file at a path, seen from where the upload or the folder begins, with "/"."""

ASCIIDOC_ENDINGS = (".adoc", ".asciidoc", ".asc", ".ad")
_SIGNS = re.compile(r"^(?:={1,6} \S|:\w[\w-]{0,100}!?:(?:\s|$)|\|===$)", re.MULTILINE)
_MAX_INCLUDES = 50
MAX_INCLUDED_BYTES = 1_000_000


def markup_of(name: str, text: str) -> Literal["asciidoc", "restructured_text"] | None:
    """The markup that a file's ``name`` states; ".asc" is an ending of signatures too."""
    name = name.casefold()
    if name.endswith((".adoc", ".asciidoc")):
        return "asciidoc"
    if name.endswith((".asc", ".ad")) and _SIGNS.search(text[:20_000]):
        return "asciidoc"
    return "restructured_text" if name.endswith(".rst") else None


def beside_in(folder: Path) -> Beside:
    """The files below ``folder``; nothing outside of it is opened."""
    root = folder.resolve()

    def read(path: str) -> bytes | None:
        try:
            file = (root / path).resolve()
            inside = root in file.parents and file.is_file()
            return (
                file.read_bytes() if inside and file.stat().st_size <= MAX_INCLUDED_BYTES else None
            )
        except (OSError, ValueError, RuntimeError):  # a NUL in the path, links in a circle
            return None

    return read


def beside_named(files: Mapping[str, Callable[[], bytes]]) -> Beside:
    """Files that came together without their folders, by name."""

    def read(path: str) -> bytes | None:
        content = files.get(posixpath.basename(path))
        return content() if content else None

    return read


def includes(path: str, data: bytes) -> bool:
    """Whether the file at ``path`` is AsciiDoc that may include others."""
    return path.casefold().endswith(ASCIIDOC_ENDINGS) and b"include::" in data


def with_attributes(path: str, data: bytes, beside: Beside) -> bytes:
    """The document at ``path`` with the attributes of each AsciiDoc file that it includes, and that
    ``beside`` has, on lines behind the one that includes it, in UTF-8; a document without such
    attributes as it is."""
    text = _text(path, data) if includes(path, data) else None
    if text is None:
        return data
    out, seen, found = list[str](), {posixpath.normpath(path)}, False
    for line in text.split("\n"):
        out.append(line)
        entries = _attributes(path, line, beside, seen)
        if entries:
            out += [INCLUDED, *entries, INCLUDED_END]
            found = True
    return "\n".join(out).encode("utf-8", "replace") if found else data


def _text(path: str, data: bytes) -> str | None:
    """The text of a file, whose encoding may be another than that of the file that includes it."""
    try:
        return decoded(Source(path, "", data, ReadLimits()))[0]
    except UnreadableFile:  # reading the file itself says so
        return None


def _attributes(path: str, line: str, beside: Beside, seen: set[str]) -> list[str]:
    """The lines with attributes of the file that ``line`` includes, and of those that it does;
    each file once."""
    match = INCLUDE.match(line.rstrip())
    if match is None or len(seen) > _MAX_INCLUDES:
        return []
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), match["target"]))
    if target in seen or not target.casefold().endswith(ASCIIDOC_ENDINGS):
        return []
    seen.add(target)
    data = beside(target)
    text = _text(target, data) if data is not None and len(data) <= MAX_INCLUDED_BYTES else None
    found, goes_on = list[str](), False
    for each in (text or "").split("\n"):
        each = each.rstrip()
        if goes_on or ATTRIBUTE.match(each):
            found.append(each)
            goes_on = each.endswith("\\")
        else:
            found += _attributes(target, each, beside, seen)
    if goes_on:  # no line is left to go on with
        found[-1] = found[-1].rstrip("\\")
    return found
