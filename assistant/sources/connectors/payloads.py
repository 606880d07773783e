"""Answers of other systems to readings, by the readers of their exports, in a child process.

Comments stand below the issue: each under its author and date, and as nobody's rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.domain import COMMENT
from assistant.errors import UnreadableFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.child_process import run_reader
from assistant.sources.files.exports import Export, export_readings, read_export
from assistant.sources.files.source_file import Source
from assistant.sources.grids.issues import Issue, metadata_of, read_issues
from assistant.sources.reading import Place, Reading

_LIMITS = ReadLimits()


def export_of(payload: object, shown: str, options: Mapping[str, object]) -> Export:
    """What an answer holds, as the reader of JSON exports understands it.

    Raises ``UnreadableFile`` naming ``shown``.
    """
    data = json.dumps(payload).encode()
    return read_export(run_reader("json", data, shown, _LIMITS, name=shown, **options), shown)


def exports_of(
    payloads: Sequence[dict[str, Any]],
    wrap: str,
    shown: str,
    options: Mapping[str, object],
    around: Mapping[str, object] | None = None,
) -> list[Export | str]:
    """Each payload's export, or the sentence that says why it could not be read.

    All are read in one child process, as the list ``wrap`` of one answer with ``around`` beside it;
    where that fails, one by one, so that a bad one hinders only itself.
    """
    if not payloads:
        return []
    try:
        whole = export_of({**(around or {}), wrap: list(payloads)}, shown, options)
    except UnreadableFile:
        return [_alone(each, wrap, shown, options, around) for each in payloads]
    if len(whole.issues) == len(payloads):
        return [Export(issues=[one], fields=whole.fields) for one in whole.issues]
    if len(whole.pages) == len(payloads):
        return [Export(pages=[one]) for one in whole.pages]
    return [_alone(each, wrap, shown, options, around) for each in payloads]


def _alone(
    payload: dict[str, Any],
    wrap: str,
    shown: str,
    options: Mapping[str, object],
    around: Mapping[str, object] | None,
) -> Export | str:
    try:
        return export_of({**(around or {}), wrap: [payload]}, shown, options)
    except UnreadableFile as error:
        return str(error)


def tried(read: Callable[[], Reading]) -> tuple[Reading | None, str]:
    """A reading, or the sentence that says why there is none."""
    try:
        return read(), ""
    except UnreadableFile as failure:
        return None, str(failure)


def _read(export: Export | str) -> Export:
    if isinstance(export, str):
        raise UnreadableFile(export)
    return export


def issue_reading(export: Export | str, external_id: str, beside: list[Issue]) -> Reading:
    """An issue as a document of its own, its comments below; ``beside`` name the epics above it.

    Raises ``UnreadableFile`` where there is nothing in it, or with the sentence of ``exports_of``.
    """
    export = _read(export)
    issue = export.issues[0]
    title = f"{issue.key} {issue.title}".strip()
    # An issue without comments is the same bytes as before they were read.
    dumped = issue.model_dump_json(exclude=None if issue.comments else {"comments"})
    source = Source(title, external_id, dumped.encode(), _LIMITS)
    reading = read_issues([issue], source, fields=export.fields, beside=beside)
    # What kind of issue it is, is no news about a single one.
    notes = tuple(note for note in reading.notes if not note.startswith("Issue types"))
    own = {"title": title, "uri": issue.uri, "metadata": metadata_of(issue)}
    return with_comments(reading.changed(own, notes=notes), issue.comments)


def page_reading(export: Export | str, external_id: str, shown: str) -> Reading:
    """A page as a document; raises ``UnreadableFile`` as ``issue_reading`` does."""
    export = _read(export)
    page = export.pages[0].model_copy(update={"id": external_id})
    source = Source(shown, external_id, page.model_dump_json().encode(), _LIMITS)
    return export_readings(Export(pages=[page], report=export.report), source)[0]


# --- Comments ---------------------------------------------------------------------------------

HEADING = "Comments"
_NAME_CHARACTERS = 80
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+")
_FENCE_OR_LINE = re.compile(r"^ {0,3}(?:`{3,}|~{3,}|=+[ \t]*$|-{2,}[ \t]*$)")


def with_comments(reading: Reading, comments: Sequence[tuple[str, str, str]]) -> Reading:
    """The reading with ``comments`` (author, date, Markdown) at the end of its document.

    They come after all that was read as test basis, which stays as it is; each is a place of its
    own, so that whatever is cited from it names who said it and when.
    """
    text, places = reading.document.text.rstrip("\n") + "\n", list(reading.places)
    for author, date, words in comments:
        body = _contained(words)
        if not any(character.isalnum() for character in body):
            continue
        if len(places) == len(reading.places):
            text += f"\n### {HEADING}\n"
        who = _said_by(author, date)
        section = f"#### Comment by {who}\n\n{body}\n"
        start = len(text) + 1
        places.append(Place(start=start, end=start + len(section), label=f"{COMMENT}{who}"))
        text += f"\n{section}"
    if len(places) == len(reading.places):
        return reading
    report = reading.report.model_copy(update={"characters": len(text)})
    return reading.changed({"text": text}, places=tuple(places), report=report)


def _said_by(author: str, date: str) -> str:
    name = " ".join(author.split())[:_NAME_CHARACTERS] or "somebody unknown"
    return f"{name}, {date}" if _DATE.fullmatch(date) else name


def _contained(words: str) -> str:
    """A comment's text without the marks by which it could end its own section."""
    lines = re.split(r"\r\n|\r|\n", words)
    kept = [_HEADING.sub("", line) for line in lines if not _FENCE_OR_LINE.match(line)]
    return "\n".join(kept).strip("\n")
