"""Converted documents and plain texts to readings: a test basis, rules or a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.errors import UnreadableFile
from assistant.sources.files.converted import Converted
from assistant.sources.files.source_file import Source
from assistant.sources.grids.document_tables import with_tables
from assistant.sources.pasted.pages import text_kind
from assistant.sources.pasted.pasted import read_text
from assistant.sources.reading import Reading

_POOR_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint)\b|\.(?:docx?|pptx?|pdf|indd|tex)$|^\W*$", re.IGNORECASE
)


def document_reading(converted: Converted, source: Source) -> Reading:
    """The reading of a converted document: a test basis, rules or a page, with its places."""
    text, places = converted.markdown()
    if not any(character.isalnum() for character in text):
        if converted.attachments:
            text = f"# {converted.title or source.title}\n"
        else:
            pages = converted.report.parts
            where = f" on any of its {pages} pages" if pages > 1 else ""
            raise UnreadableFile(
                f"{source.shown} holds no text{where}. If it is a scan or a picture, run a text "
                "recognition (OCR) over it, or paste its text."
            )
    check_length(text, source)
    title = "" if _POOR_TITLE.search(converted.title) else converted.title
    if not title and not converted.named:
        title = source.title
    reading = text_reading(text, source, title=title, notes=converted.notes)
    document = reading.document
    author = document.metadata.author or converted.author
    return reading.model_copy(
        update={
            "document": document.model_copy(
                update={"metadata": document.metadata.model_copy(update={"author": author})}
            ),
            "places": places if document.text == text else (),
            "report": converted.report,
        }
    )


def text_reading(text: str, source: Source, *, title: str, notes: Sequence[str]) -> Reading:
    """The reading of clean Markdown: an epic keeps its key as id, others the file's name."""
    kind = source.as_kind or text_kind(text)
    reading = read_text(text, as_kind=kind, title="" if kind == "epic" else title, uri="")
    reading = with_tables(reading)
    document = reading.document
    keyed = document.id.startswith("epic:") and not document.id.startswith("epic:EPIC-")
    named = document.title if document.title != "Untitled" else (title or source.title)
    return reading.model_copy(
        update={
            "document": document.model_copy(
                update={
                    "id": document.id if keyed else source.id,
                    "title": named,
                    "content_hash": source.content_hash,
                }
            ),
            "notes": (*notes, *reading.notes),
        }
    )


def check_length(text: str, source: Source) -> None:
    """Raise ``UnreadableFile`` where a text has more characters than are read."""
    if len(text) > source.limits.max_characters:
        raise UnreadableFile(
            f"{source.shown} has {len(text):,} characters; at most "
            f"{source.limits.max_characters:,} are read. Split it and import the parts."
        )
