"""Records of an export's reader to readings: issues and cases as one, each page as its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from assistant.domain import Value
from assistant.errors import UnreadableFile
from assistant.sources.files.child_process import Record
from assistant.sources.files.clean import clean_text
from assistant.sources.files.converted_documents import check_length, report_of
from assistant.sources.files.source_file import Source
from assistant.sources.grids.comments import Comment, comments_without_struck, with_comments
from assistant.sources.grids.document_tables import with_tables
from assistant.sources.grids.grids import make_grid
from assistant.sources.grids.issues import Issue, read_issues
from assistant.sources.grids.table_files import read_grids
from assistant.sources.grids.trackers.aha_features import read_features
from assistant.sources.grids.trackers.github_issues import read_issues as read_github
from assistant.sources.grids.trackers.gitlab_issues import read_gitlab
from assistant.sources.grids.trackers.task_tables import youtrack_records
from assistant.sources.grids.trackers.trello_boards import read_board
from assistant.sources.json_values import mapping, objects
from assistant.sources.pasted.pages import text_kind
from assistant.sources.pasted.pasted import TextKind, read_text
from assistant.sources.pasted.strikethrough import struck_note
from assistant.sources.reading import ExtractionReport, FieldChoice, Reading


class Page(Value):
    """A document in an export: a wiki page, a Salesforce object, the text of a data file, a chat,
    whose messages are ``comments`` by ``authors``; ``said_on`` are those on its parts, by name."""

    id: str
    title: str
    text: str
    kind: str = ""
    uri: str = ""
    key: str = ""
    project: str = ""
    author: str = ""
    labels: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    said_on: tuple[tuple[str, tuple[Comment, ...]], ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(slots=True)
class Export:
    """All that a reader said about an export."""

    issues: list[Issue] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    tables: list[tuple[str, list[list[str]]]] = field(default_factory=list)
    fields: list[FieldChoice] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    report: ExtractionReport = field(default_factory=ExtractionReport)


def read_export(records: Iterable[Record], shown: str) -> Export:
    """The export that ``records`` of a reader describe, its texts cleaned.

    Raises ``UnreadableFile``, naming ``shown``, where a field holds what its tool never writes.
    """
    export = Export()
    for record in records:
        try:
            _add(record, export)
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise UnreadableFile(
                f"{shown} could not be read: its field for '{field}' holds what that export never "
                "writes. Export it again, or as CSV."
            ) from error
    return export


def _add(record: Record, export: Export) -> None:
    if isinstance(record, dict):
        for name, value in record.items():
            if name == "issue":
                export.issues.append(Issue.model_validate(_clean(value)))
            elif name == "document":
                export.pages.append(Page.model_validate(_clean(value)))
            elif name == "table":
                assert isinstance(value, dict)
                rows = [[clean_text(str(cell)).text for cell in row] for row in value["rows"]]
                export.tables.append((str(value["name"]), rows))
            elif name == "field":
                export.fields.append(FieldChoice.model_validate(value))
            elif name == "note":
                export.notes.append(clean_text(str(value)).text)
            elif name in _TRACKERS:
                for inner in _TRACKERS[name](value):
                    _add(inner, export)
            elif name == "report":
                export.report = report_of(value)


_TRACKERS: Mapping[str, Callable[[object], Iterable[Record]]] = {
    "board": lambda value: read_board(mapping(value)),
    "aha": lambda value: read_features(mapping(value)),
    "youtrack": lambda value: youtrack_records(objects(value)),
    "gitlab": lambda value: read_gitlab(objects(value)),
    "github": lambda value: read_github(objects(value)),
}


def _clean(value: object) -> object:
    if isinstance(value, dict):
        return {str(name): _clean(each) for name, each in value.items()}
    if isinstance(value, list):
        return tuple(_clean(each) for each in value)
    return "" if value is None else clean_text(str(value)).text


def export_readings(export: Export, source: Source) -> list[Reading]:
    """The readings of an export: one of all issues and tables, and one of each page.

    Raises ``UnreadableFile`` where it holds nothing, with what its reader noted.
    """
    readings = list[Reading]()
    if export.issues:
        readings.append(read_issues(_titled(export.issues, source), source, notes=export.notes,
                                    fields=export.fields, report=export.report))  # fmt: skip
    if export.tables:
        grids = [grid for name, rows in export.tables if (grid := make_grid(name, rows))]
        if grids:
            reading = read_grids(grids, title=source.title, document_id=source.id,
                                 content_hash=source.content_hash, notes=export.notes)  # fmt: skip
            readings.append(reading.model_copy(update={"report": export.report}))
    alone = len(export.pages) == 1 and not readings
    for page in export.pages:
        if any(character.isalnum() for character in page.text) or alone:
            readings.append(_page(page, source, export, alone))
    if not readings:
        why = " ".join(export.notes) or "Export it again with its content."
        raise UnreadableFile(f"{source.shown} holds no issue, page or record with text. {why}")
    return readings


def _titled(issues: Sequence[Issue], source: Source) -> Sequence[Issue]:
    """``issues``; one that has neither key nor title (the steps of a case alone) has its file's."""
    if len(issues) == 1 and not (issues[0].key or issues[0].title):
        return [issues[0].model_copy(update={"title": source.title})]
    return issues


def _page(page: Page, source: Source, export: Export, alone: bool) -> Reading:
    told = [
        (name, *comments_without_struck(said))
        for name, said in (("", page.comments), *page.said_on)
    ]
    said_on, struck = [(name, said) for name, said, _ in told], sum(number for *_, number in told)
    check_length("".join((page.text, *(w for _, said in said_on for *_, w in said))), source)
    text = page.text.strip("\n") + "\n"
    kind = page.kind if page.kind in {"rules", "page"} else text_kind(text)
    identity = page.id or (source.id if alone else f"{source.id} > {page.title}")
    content_hash = source.content_hash
    if not alone:
        content_hash = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    as_kind: TextKind = "epic" if kind == "epic" else "rules" if kind == "rules" else "page"
    reading = read_text(text, as_kind=as_kind, title=page.title, uri=page.uri,
                        document_id=identity,
                        is_markdown=export.report.reader == "json")  # fmt: skip
    reading = with_comments(with_tables(reading), said_on)
    notes = (*reading.notes, struck_note(struck)) if struck else reading.notes
    found = reading.document.metadata
    labels = tuple(dict.fromkeys((*page.labels, *found.labels)))
    metadata = found.model_copy(update={
        "project": page.project or found.project, "labels": labels,
        "author": page.author or found.author, "key": found.key or page.key,
    })  # fmt: skip
    return reading.changed(
        {"id": identity, "title": page.title or source.title, "uri": page.uri,
         "metadata": metadata, "content_hash": content_hash},
        notes=(*export.notes, *notes) if alone else notes,
        report=export.report.model_copy(update={"parts": 1}), authors=page.authors,
    )  # fmt: skip
