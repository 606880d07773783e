"""Markdown files, as wikis and repositories keep them: HTML tables, and what a page is called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from assistant.sources.files.child_process import run_reader
from assistant.sources.files.clean import clean_text
from assistant.sources.files.converted_documents import check_length
from assistant.sources.files.source_file import Source
from assistant.sources.pasted.layout_tags import leave_out_layout, lines_and_code
from assistant.sources.pasted.pages import heading_title, page_metadata

_TABLE_LINE = re.compile(
    r" {0,3}(?:<(?:div|center|figure|p)\b[^<>\n]*>[ \t]*)*(?P<table><table\b)", re.IGNORECASE
)
_TABLE_TAG = re.compile(r"<(?P<ends>/?)table\b[^<>]*>", re.IGNORECASE)


def with_markdown_tables(text: str, source: Source) -> str:
    """``text`` with the HTML tables that begin a line outside code as tables of Markdown.

    Raises ``UnreadableFile`` where the child process that reads them goes over a limit, and where
    the text becomes too long.
    """
    places = list(_html_tables(text))
    if not places:
        return text
    tables = json.dumps([text[start:end] for start, end in places]).encode()
    records = run_reader("fragments", tables, source.shown, source.limits)
    read = [str(record["fragment"]) for record in records if isinstance(record, dict)]
    pieces, at = list[str](), 0
    for (start, end), table in zip(places, read, strict=True):
        pieces += [text[at:start].strip("\n"), clean_text(table).text]
        at = end
    pieces.append(text[at:].lstrip("\n"))
    written = "\n\n".join(piece for piece in pieces if piece.strip())
    check_length(written, source)
    return written


def _html_tables(text: str) -> Iterator[tuple[int, int]]:
    """Where they begin and end; one that is never closed is text."""
    if "<table" not in text.casefold():
        return
    ends, opened = dict[int, int](), list[int]()
    for tag in _TABLE_TAG.finditer(text):
        if not tag["ends"]:
            opened.append(tag.start())
        elif opened:
            ends[opened.pop()] = tag.end()
    at = after = 0
    for line, code in lines_and_code(text):
        found = None if code else _TABLE_LINE.match(line)
        start = at + found.start("table") if found else -1
        if start >= after and start in ends:
            after = ends[start]
            yield start, after
        at += len(line) + 1


def markdown_title(text: str, source: Source) -> str:
    """What a page is called: by its front matter, by its one heading at the top, else by its
    file."""
    text = leave_out_layout(text)
    return page_metadata(text).title or heading_title(text) or source.title
