"""Why a reader refuses a file, and the check of XML parts that every reader of XML makes first.

What is said here a person reads: no name, class or message of a library.
"""

from __future__ import annotations

import io
import zipfile
from typing import Literal
from xml.etree.ElementTree import ParseError


class Refused(Exception):
    """A file is not read; ``kind`` is what the child process reports."""

    def __init__(self, kind: Literal["password", "dangerous", "size", "damaged"], why: str) -> None:
        super().__init__(why)
        self.kind = kind


def place_of(error: Exception) -> str:
    """Where a text breaks its rules, as parsers count: " (line 3, column 5)"; empty if unknown.

    What a library says besides is made for those who program with it.
    """
    line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
    if isinstance(error, ParseError):
        line, column = error.position[0], error.position[1] + 1
    return f" (line {line}, column {column})" if line and column else ""


_DECLARATIONS = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


def refuse_declarations(xml: bytes, part: str = "it") -> None:
    """Raise ``Refused`` where XML declares a document type or entities (bombs, file access)."""
    if any(mark in xml for mark in _DECLARATIONS):
        raise Refused("dangerous", f"{part} declares XML entities, which can read other files")


def refuse_encrypted(archive: zipfile.ZipFile) -> None:
    """Raise ``Refused`` for an OpenDocument archive whose manifest tells of encryption."""
    manifest = "META-INF/manifest.xml"
    if manifest in archive.namelist() and b"encryption-data" in archive.read(manifest):
        raise Refused("password", "")


def refuse_declarations_in(data: bytes) -> None:
    """``refuse_declarations`` for all XML parts of an Office archive; encrypted parts too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if entry.flag_bits & 1:
                raise Refused("password", "")
            if entry.filename.casefold().endswith((".xml", ".rels")):
                refuse_declarations(archive.read(entry), entry.filename)
