"""Files to readings: told apart by content, read in a child process, archives file by file."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import UnsupportedFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.child_process import run_reader
from assistant.sources.files.clean import clean_text
from assistant.sources.files.converted_documents import (
    collect,
    document_reading,
    text_reading,
)
from assistant.sources.files.exports import Export, export_readings, read_export
from assistant.sources.files.kinds import FileKind, kind_of_bytes, kind_of_text
from assistant.sources.files.recognition import pdf_records, picture_records
from assistant.sources.files.source_file import Source, source_of
from assistant.sources.grids.file_grids import (
    FileGrids,
    decoded,
    file_text,
    is_table,
    plain_cells,
    text_grids,
    workbook_grids,
)
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.issues import is_issue_table, issue_reading
from assistant.sources.grids.mapping import ColumnMapping, may_hold_cases
from assistant.sources.grids.table_files import read_grids
from assistant.sources.reading import Reading

DEFAULT_LIMITS = ReadLimits()


def read_file(
    name: str,
    data: bytes,
    *,
    limits: ReadLimits = DEFAULT_LIMITS,
    mappings: Sequence[ColumnMapping] = (),
) -> Reading:
    """The reading of a file that is one document.

    ``name`` is only text: for the title, the document id, and as a hint where the content fits
    two kinds. The first of ``mappings`` with a table's headers decides what its columns hold.
    Raises ``UnsupportedFile`` for other kinds of file and for one that holds several documents
    (``batches.read_files`` reads those), and ``UnreadableFile`` where a file is damaged,
    protected, empty or over a limit.
    """
    source = source_of(name, data, limits, mappings=mappings)
    kind = kind_of(source)
    if kind == "archive":
        raise UnsupportedFile(
            f"{source.shown} is an archive of several files. Import it as an upload, which reads "
            "each of them."
        )
    readings, attachments = readings_of(source, kind)
    if len(readings) > 1:
        raise UnsupportedFile(
            f"{source.shown} holds {len(readings)} documents. Import it as an upload, which reads "
            "each of them."
        )
    if not attachments:
        return readings[0]
    names = ", ".join(clean_text(name).text for name, _ in attachments)
    note = f"Files in it, to be imported by themselves: {names}."
    return readings[0].model_copy(update={"notes": (*readings[0].notes, note)})


def tables_of(name: str, data: bytes, *, limits: ReadLimits = DEFAULT_LIMITS) -> tuple[Grid, ...]:
    """The tables of a workbook or a delimited text, for a mapping of their columns.

    Empty for a file that holds no table. Raises as ``read_file`` does.
    """
    source = source_of(name, data, limits)
    kind = kind_of(source)
    if kind == "workbook":
        return workbook_grids(source).grids
    if kind != "text":
        return ()
    found = file_text(source)
    return text_grids(found, source).grids if is_table(found.text, source.shown) else ()


def kind_of(source: Source) -> FileKind:
    """The kind of a file; see ``kinds``."""
    kind = kind_of_bytes(source.data, source.shown, source.limits)
    return kind or kind_of_text(decoded(source)[0], source.shown)


def readings_of(source: Source, kind: FileKind) -> tuple[list[Reading], list[tuple[str, bytes]]]:
    """The readings of a file that is no archive, and the files attached to it."""
    if kind == "workbook":
        return [_tables(workbook_grids(source), source)], []
    if kind == "text":
        return [_text_file(source)], []
    if kind in {"xml", "json", "confluence", "salesforce"}:
        return export_readings(_export(source, kind), source), []
    data = source.data
    if kind in {"pdf", "picture"}:
        records = pdf_records(source) if kind == "pdf" else picture_records(source)
        converted = collect(records)
        return [document_reading(converted, source)], converted.attachments
    if kind == "html":
        data = decoded(source)[0].encode("utf-8", "replace")
    converted = collect(run_reader(kind, data, source.shown, source.limits))
    return [document_reading(converted, source)], converted.attachments


def _export(source: Source, kind: FileKind) -> Export:
    data = source.data
    if kind == "json":
        data = decoded(source)[0].encode("utf-8", "replace")
    records = run_reader(kind, data, source.shown, source.limits, name=source.shown)
    return read_export(records, source.shown)


def _text_file(source: Source) -> Reading:
    found = file_text(source)
    if is_table(found.text, source.shown):
        return _tables(text_grids(found, source), source)
    reading = text_reading(found.text, source, title="", notes=found.notes)
    return reading.model_copy(update={"report": found.report})


def _tables(found: FileGrids, source: Source) -> Reading:
    grids, notes = list[Grid](), list(found.notes)
    for grid in found.grids:
        mapped = next(
            ((m, one) for m in source.mappings if (one := m.applied_to(grid)) is not None), None
        )
        grids.append(grid if mapped is None else mapped[1])
        if mapped is not None and mapped[0].name:
            notes.append(f"Columns read as saved under “{mapped[0].name}”.")
    untouched = all(grid is before for grid, before in zip(grids, found.grids, strict=True))
    if untouched and len(grids) == 1 and is_issue_table(grids[0]):
        reading = issue_reading(grids[0], source, found.notes)
        changed = {"unread_parts": reading.report.unread_parts, "reader": reading.report.reader}
        return reading.model_copy(update={"report": found.report.model_copy(update=changed)})
    cells = plain_cells(tuple(grids), source.shown, source.limits)
    reading = read_grids(cells, title=source.title, document_id=source.id,
                         content_hash=source.content_hash, notes=notes)  # fmt: skip
    unsure = untouched and may_hold_cases(cells, reading.cases, reading.unread)
    columns = "unsure" if unsure else "known"
    return reading.model_copy(update={"report": found.report, "columns": columns})
