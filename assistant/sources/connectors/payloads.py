"""Answers of other systems to readings, by the readers of their exports, in a child process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.errors import UnreadableFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.child_process import run_reader
from assistant.sources.files.exports import Export, export_readings, read_export
from assistant.sources.files.source_file import Source
from assistant.sources.grids.issues import Issue, metadata_of, read_issues
from assistant.sources.reading import Reading

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

    def read(some: Sequence[dict[str, Any]]) -> Export | str:
        try:
            return export_of({**(around or {}), wrap: list(some)}, shown, options)
        except UnreadableFile as error:
            return str(error)

    if not payloads:
        return []
    whole = read(payloads)
    if isinstance(whole, Export) and len(whole.issues) == len(payloads):
        return [Export(issues=[one], fields=whole.fields) for one in whole.issues]
    if isinstance(whole, Export) and len(whole.pages) == len(payloads):
        return [Export(pages=[one]) for one in whole.pages]
    return [read([each]) for each in payloads]


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
    return reading.changed(own, notes=notes)


def page_reading(export: Export | str, external_id: str, shown: str) -> Reading:
    """A page as a document; raises ``UnreadableFile`` as ``issue_reading`` does."""
    export = _read(export)
    page = export.pages[0].model_copy(update={"id": external_id})
    source = Source(shown, external_id, page.model_dump_json().encode(), _LIMITS)
    return export_readings(Export(pages=[page], report=export.report), source)[0]
