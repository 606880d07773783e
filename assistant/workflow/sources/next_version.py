"""The text that is to be a document's next version, read as an import would read it.

What a connection gave with its document (title, address, metadata, comments) stays: it is not part
of the words that somebody rewrites. Nothing is kept here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from assistant.domain import COMMENT, Epic, SourceDocument
from assistant.errors import LibraryError, SourceError
from assistant.library import StoredDocument
from assistant.sources.pasted.pasted import MAX_PASTED_CHARACTERS, TextKind, read_text
from assistant.sources.reading import Reading
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.import_sources import (
    FILE,
    Preview,
    preview_files,
    preview_of,
    with_id,
)
from assistant.workflow.sources.read_source import file_of
from assistant.workflow.writing.answers import PREFIX as ANSWER

PASTED = "pasted text.md"
_HEADING = re.compile(r"\s*(?:(#{1,6})|h([1-6])\.)[ \t]+\S")


def named_document(workspace: Workspace, project_id: str, name: str) -> StoredDocument:
    """The document with this id, or the only one with this title; raises ``LibraryError``."""
    held = workspace.library.find_document(project_id, name)
    if held is not None:
        return held
    wanted = " ".join(name.split()).casefold()
    titled = [
        one
        for one in workspace.library.documents(project_id)
        if " ".join(one.title.split()).casefold() == wanted
    ]
    if len(titled) == 1:
        return titled[0]
    if titled:
        ids = ", ".join(one.id for one in titled)
        raise LibraryError(f"Several documents are called “{name}”: name one by its id ({ids}).")
    raise LibraryError(
        f"There is no document “{name}” in this project. `sources` lists them, with their ids."
    )


def may_be_versions_of(
    workspace: Workspace, project_id: str, preview: Preview
) -> tuple[StoredDocument, ...]:
    """The files of a project of which a new file may be the next version: of its kind, with its
    heading, or with its name but for the number of a version. Only a person knows whether it is."""
    document = preview.reading.document
    if preview.change != "new" or not document.id.startswith(FILE):
        return ()
    title, name = " ".join(document.title.split()).casefold(), _unnumbered(document.id)
    return tuple(
        one
        for one in workspace.library.documents(project_id)
        if one.kind == document.kind
        and one.id.startswith(FILE)
        and not one.connection_id
        and (
            " ".join(one.title.split()).casefold() == title
            or (name and _unnumbered(one.id) == name)
        )
    )


def likely_version_of(alike: Sequence[StoredDocument], preview: Preview) -> str:
    """Of files that a new one may be the next version of the id of the only one that has its very
    name, in whatever folder, and its heading; empty where that is none."""
    document = preview.reading.document
    named = (one for one in alike if file_of(one) == file_of(document))
    same = [one.id for one in named if one.title == document.title]
    return same[0] if len(same) == 1 else ""


def as_version_of(
    workspace: Workspace, project_id: str, preview: Preview, document_id: str
) -> Preview:
    """The same file as the next version of a source."""
    reading = _of_source(preview.reading, document_id)
    return preview_of(workspace, project_id, preview.name, reading)


def _of_source(reading: Reading, document_id: str) -> Reading:
    """The reading as that of a source, whose id stays: the file is told beside it, where it has
    another name."""
    read = reading.document
    if document_id.startswith(FILE) and read.id.startswith(FILE) and read.id != document_id:
        named = {"file": read.id.removeprefix(FILE)}
        reading = reading.changed({"metadata": read.metadata.model_copy(update=named)})
    return with_id(reading, document_id)


def _unnumbered(document_id: str) -> tuple[str, ...]:
    """The words of a file's name without numbers of versions; none where it has no others."""
    words = re.findall(r"[^\W_]+", document_id.removeprefix(FILE).casefold())
    kept = tuple(word for word in words if not re.fullmatch(r"v?\d+", word))
    return kept if len(kept) > 1 else ()  # the ending alone is no name


def is_written(document: StoredDocument) -> bool:
    """Whether a document is a text that can be rewritten as one, no table and no answer."""
    return document.kind in get_args(TextKind) and not document.id.startswith(ANSWER)


def present_text(workspace: Workspace, project_id: str, document_id: str) -> str:
    """A document's text without the comments below it: what its author would rewrite."""
    document = workspace.library.document(project_id, document_id)
    return document.text[: _comments_at(document)].rstrip("\n") + "\n"


def read_next_text(workspace: Workspace, project_id: str, document_id: str, text: str) -> Preview:
    """Pasted text as the next version. Raises ``LibraryError`` where there is no such document,
    ``SourceError`` where the text is empty or too long."""
    if len(text) > MAX_PASTED_CHARACTERS:
        raise SourceError(
            f"The pasted text has {len(text):,} characters; at most {MAX_PASTED_CHARACTERS:,} are "
            "read at once. Upload it as a file instead."
        )
    if not any(character.isalnum() for character in text):
        raise SourceError(
            "The new text is empty: it holds no letter or digit. Give all of the new version."
        )
    present = workspace.library.document(project_id, document_id)
    heading = present.text.splitlines()[0]
    if _lacks_heading(text, present.metadata.key, _level(heading)):
        text = f"{heading}\n\n{text}"  # an issue's key and title stay its own
    data = text.encode("utf-8", "replace")
    return read_next_file(workspace, project_id, document_id, PASTED, data)


def _lacks_heading(text: str, key: str, level: int) -> bool:
    """Whether an issue's new text neither names its key nor begins with a heading as high."""
    if not key or re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", text):
        return False
    return not 0 < _level(text) <= level


def _level(text: str) -> int:
    """The level of the heading that a text begins with, in Markdown or Jira's markup; 0 of none."""
    match = _HEADING.match(text)
    return len(match[1] or "") or int(match[2]) if match else 0


def read_next_file(
    workspace: Workspace, project_id: str, document_id: str, name: str, data: bytes
) -> Preview:
    """An uploaded file as the next version. Raises as an import does, and ``SourceError`` for a
    file that cannot be read or holds several documents."""
    present, epics, _ = workspace.library.document_parts(project_id, document_id)
    if document_id.startswith(ANSWER):
        raise SourceError(
            f"“{present.title}” is an answer to a question. Answer the question again instead, or "
            "withdraw the answer, where the question is asked."
        )
    found = preview_files(workspace, project_id, name, data)
    for _, error in found.failed:
        raise SourceError(error)
    if len(found.previews) != 1:
        raise SourceError(
            f"'{name}' holds {len(found.previews)} documents; the next version of a document is "
            "one. Take it out and upload it alone."
        )
    reading = found.previews[0].reading
    if reading.document.kind != present.kind:
        reading = _as_kind(reading, present)
    held = workspace.library.find_document(project_id, document_id)
    if held is not None and held.connection_id:
        reading = _of_its_system(reading, present, epics)
    elif not present.id.startswith((FILE, "epic:", "story:")):
        reading = reading.changed({"title": present.title, "uri": present.uri})
    if name == PASTED:  # the text alone is new, whatever file it was in
        named = {"file": present.metadata.file}
        metadata = reading.document.metadata.model_copy(update=named)
        reading = with_id(reading.changed({"metadata": metadata}), present.id)
    return preview_of(workspace, project_id, name, _of_source(reading, present.id))


def _as_kind(reading: Reading, present: SourceDocument) -> Reading:
    """The same text as a document of the kind that the present version is."""
    own = reading.document
    wanted: TextKind | None = next((k for k in get_args(TextKind) if k == present.kind), None)
    if wanted is None or own.kind not in get_args(TextKind):
        kinds = [kind.replace("_", " ") for kind in (own.kind, present.kind)]
        raise SourceError(
            f"The new version was read as “{kinds[0]}”, and “{present.title}” is “{kinds[1]}”. "
            "Upload it in the form of the present one, or import it as a source of its own."
        )
    again = read_text(own.text, title=own.title, as_kind=wanted)
    places = reading.places if again.document.text == own.text else ()
    return again.changed({"content_hash": own.content_hash}, places=places, report=reading.report)


def _of_its_system(reading: Reading, present: SourceDocument, epics: tuple[Epic, ...]) -> Reading:
    """The reading with what the source system says of the document, and the comments below it.

    A story that was fetched by itself stays a story of its epic.
    """
    start = _comments_at(present)
    text = reading.document.text.rstrip("\n") + "\n" + present.text[start:]
    shift = len(text) - len(present.text)
    comments = tuple(
        one.model_copy(update={"start": one.start + shift, "end": one.end + shift})
        for one in present.places
        if one.start >= start
    )
    if len(epics) == len(reading.epics) == 1 and epics[0].key != reading.epics[0].key:
        above = {"key": epics[0].key, "title": epics[0].title}
        reading = reading.model_copy(update={"epics": (reading.epics[0].model_copy(update=above),)})
    kept = {"title": present.title, "uri": present.uri, "metadata": present.metadata}
    return reading.changed({**kept, "text": text}, places=(*reading.places, *comments))


def _comments_at(document: SourceDocument) -> int:
    """Where the comments below a document begin, with their heading; its end where it has none."""
    said = (
        one.start
        for one in document.places
        if one.label.startswith(COMMENT) and document.text.startswith("#### ", one.start)
    )
    first = next(said, None)  # those between its own lines are part of it
    if first is None:
        return len(document.text)
    heading = document.text.rfind("\n### ", 0, first)
    return heading if heading >= 0 else first
