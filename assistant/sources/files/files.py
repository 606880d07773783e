"""Files to readings: told apart by content, read in a child process, archives file by file.

What a file is, is told from its bytes: marks at its beginning, archive entries, root elements. Its
name only decides between kinds that the same bytes could be (a CSV and a text).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from assistant.domain import FILE
from assistant.errors import UnreadableFile, UnsupportedFile
from assistant.language.validity import stated_edition
from assistant.language.word_lists import read_patterns
from assistant.sources.files.archives import ReadLimits, check_archive
from assistant.sources.files.asciidoc_files import markup_of
from assistant.sources.files.chat_texts import chat_records, is_chat
from assistant.sources.files.child_process import password_protected, run_reader
from assistant.sources.files.clean import clean_text
from assistant.sources.files.converted_documents import collect, document_reading, text_reading
from assistant.sources.files.exports import Export, export_readings, read_export
from assistant.sources.files.markdown_files import markdown_title, with_markdown_tables
from assistant.sources.files.message_files import program_text
from assistant.sources.files.recognition import not_installed, pdf_records, picture_records
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
from assistant.sources.grids.mapping import ColumnMapping, mapping_for, needs_a_look
from assistant.sources.grids.squash_tables import squash_cases
from assistant.sources.grids.table_files import read_grids
from assistant.sources.grids.trackers.aha_features import report_records
from assistant.sources.grids.trackers.monday_boards import board_records
from assistant.sources.grids.trackers.task_tables import task_records
from assistant.sources.grids.work_items import is_work_item_table, work_item_reading
from assistant.sources.markdown_tables import markdown_table
from assistant.sources.pasted.use_cases import is_use_case_text
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


def tables_of(name: str, data: bytes) -> tuple[Grid, ...]:
    """The tables of a workbook or a delimited text, for a mapping of their columns.

    Empty for a file that holds no table. Raises as ``read_file`` does.
    """
    source = source_of(name, data, DEFAULT_LIMITS)
    kind = kind_of(source)
    if kind in {"workbook", "dump"}:
        return workbook_grids(source, kind).grids
    if kind != "text":
        return ()
    found = file_text(source)
    return text_grids(found, source).grids if is_table(found.text, source.shown) else ()


def kind_of(source: Source) -> FileKind:
    """The kind of a file, by its bytes, its text and its name."""
    kind = kind_of_bytes(source.data, source.shown, source.limits)
    return kind or kind_of_text(decoded(source)[0], source.shown)


def readings_of(source: Source, kind: FileKind) -> tuple[list[Reading], list[tuple[str, bytes]]]:
    """The readings of a file that is no archive, and the files attached to it."""
    readings, attachments = _readings(source, kind)
    return [_with_name(one, source) for one in readings], attachments


def _with_name(reading: Reading, source: Source) -> Reading:
    """The reading with the file's name, where the document is known by a key, and with the edition
    that the name gives a test basis."""
    edition = stated_edition(source.shown, "", "") if reading.epics else ""
    file = "" if reading.document.id.startswith(FILE) else source.shown
    kept = {"edition": edition, "file": file}
    metadata = reading.document.metadata.model_copy(update=kept)
    return reading.changed({"metadata": metadata}) if edition or file else reading


def _readings(source: Source, kind: FileKind) -> tuple[list[Reading], list[tuple[str, bytes]]]:
    if kind in {"workbook", "dump"}:
        return _tables(workbook_grids(source, kind), source), []
    if kind == "text":
        return _text_file(source), []
    if kind in {"xml", "json", "yaml", "confluence", "salesforce", "reqif", "visio"}:
        return export_readings(_export(source, kind), source), []
    data = source.data
    if kind in {"pdf", "picture"}:
        records = pdf_records(source) if kind == "pdf" else picture_records(source)
        converted = collect(records)
        return [document_reading(converted, source)], converted.attachments
    if kind == "calendar":  # lines are folded by bytes, within a letter too (RFC 5545, 3.1)
        source = replace(source, data=_FOLD.sub(b"", data))
    if kind in {"html", "asciidoc", "restructured_text", "calendar"}:
        data = decoded(source)[0].encode("utf-8", "replace")
    converted = collect(run_reader(kind, data, source.shown, source.limits, name=source.title))
    return [document_reading(converted, source)], converted.attachments


def _export(source: Source, kind: FileKind) -> Export:
    data = source.data
    if kind in {"json", "yaml"}:
        data = decoded(source)[0].encode("utf-8", "replace")
    name = source.path or source.shown
    records = run_reader(kind, data, source.shown, source.limits, name=name)
    return read_export(records, source.shown)


def _text_file(source: Source) -> list[Reading]:
    found = file_text(source)
    if (text := program_text(found.text, source.shown)) is not None:
        reading = text_reading(text, source, title=source.title, notes=found.notes, kind="page")
        return [reading.model_copy(update={"report": found.report})]
    if is_table(found.text, source.shown):
        return _tables(text_grids(found, source), source)
    if not source.is_markdown and is_chat(found.decoded):
        export = read_export(chat_records(found.decoded, source.shown), source.shown)
        if not export.report.parts:
            export.notes.insert(0, "It is a chat in which nobody wrote anything.")
        return export_readings(export, source)
    text, title = found.text, ""
    if source.is_markdown:
        text = with_markdown_tables(text, source)
        title = markdown_title(text, source)
    reading = text_reading(text, source, title=title, notes=found.notes)
    return [reading.model_copy(update={"report": found.report})]


def _tables(found: FileGrids, source: Source) -> list[Reading]:
    grids, notes = list[Grid](), list(found.notes)
    for grid in found.grids:
        mapping = mapping_for(source.mappings, grid.header)
        grids.append((mapping and mapping.applied_to(grid)) or grid)
        if mapping is not None and mapping.name:
            notes.append(f"Columns read as saved under “{mapping.name}”.")
    untouched = all(grid is before for grid, before in zip(grids, found.grids, strict=True))
    if untouched:
        grids, said = squash_cases(grids)
        notes.extend(said)
    if untouched and len(grids) == 1 and is_issue_table(grids[0]):
        reading = issue_reading(grids[0], source, found.notes)
        changed = {"unread_parts": reading.report.unread_parts, "reader": reading.report.reader}
        return [reading.model_copy(update={"report": found.report.model_copy(update=changed)})]
    cells = plain_cells(tuple(grids), source.shown, source.limits)
    if untouched and len(cells) == 1 and is_work_item_table(cells[0]):
        reading = work_item_reading(cells[0], source, found.notes)
        changed = {"reader": reading.report.reader}
        return [reading.model_copy(update={"report": found.report.model_copy(update=changed)})]
    records = list[dict[str, object]]()
    if untouched:
        records = board_records(cells)
        if len(cells) == 1:
            records = records or task_records(cells[0]) or report_records(cells[0])
    if records:
        export = read_export(records, source.shown)
        export.notes[:0] = found.notes
        changed = {"reader": export.report.reader}
        export.report = found.report.model_copy(update=changed)
        return export_readings(export, source)
    reading = read_grids(cells, title=source.title, document_id=source.id,
                         content_hash=source.content_hash, notes=notes)  # fmt: skip
    held = reading.cases or reading.epics or not untouched
    if not held and (use_cases := _use_cases(cells, source, notes)):
        return [use_cases.model_copy(update={"report": found.report})]
    if untouched:
        unsure = needs_a_look(cells, reading.cases, reading.unread)
    else:  # of a workbook, the sheets that no mapping reads
        pairs = zip(grids, found.grids, strict=True)
        unsure = needs_a_look([grid for grid, before in pairs if grid is before], (), ())
    columns = "unsure" if unsure else "known"
    return [reading.model_copy(update={"report": found.report, "columns": columns})]


MOST_USE_CASE_ROWS = 2_000
"""Rows of a workbook that is looked at for use cases; one of more is a table of data."""


def _use_cases(grids: Sequence[Grid], source: Source, notes: Sequence[str]) -> Reading | None:
    """The reading of sheets that describe use cases, one in each sheet or row."""
    if sum(len(grid.rows) for grid in grids) > MOST_USE_CASE_ROWS:
        return None
    parts = [source.title]
    for grid in grids:
        rows = (*grid.above, grid.header, *grid.rows)
        parts += [f"# {grid.name or source.title}", markdown_table(rows)]
    text = "\n\n".join(parts) + "\n"
    if not is_use_case_text(text):
        return None
    return text_reading(text, source, title=source.title, notes=notes, kind="epic")


FileKind = Literal[
    "pdf", "word", "slides", "workbook", "dump", "rtf", "mail", "outlook", "html", "xml", "json",
    "confluence", "salesforce", "archive", "text", "open_document", "picture", "web_archive",
    "reqif", "asciidoc", "restructured_text", "yaml", "visio", "calendar",
]  # fmt: skip
"""What is read, by which reader; "dump" is a database's rows in SQL, "text" is Markdown, plain
text, a feature file or a table, "yaml" may be a schema or an API."""

_READ_NOW = (
    "PDF, Word (DOCX, DOCM, DOTX), PowerPoint (PPTX), Excel (XLSX, XLSB, XLS), OpenDocument (ODT, "
    "ODP, ODS), databases (SQLite, SQL dumps), CSV, TSV, HTML, MHTML, Markdown, text, RTF, e-mail "
    "(EML, MBOX, MSG), calendars (ICS), AsciiDoc, reStructuredText, JSON, XML (MediaWiki exports "
    "too), YAML, ReqIF, BPMN, DMN, draw.io, Visio (VSDX), PlantUML, Mermaid, messages "
    "(.properties, XLIFF, RESX), pictures (PNG, JPEG, TIFF, WebP{ocr}), and ZIP archives of these"
)
"""The kinds of file that are read, for messages; "ocr" is what pictures need and is not there."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "an image"),
    (b"BM", "an image"), (b"RIFF", "a media file"), (b"\x00\x00\x01\x00", "an image"),
    (b"\x1f\x8b", "a compressed archive"), (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"), (b"BZh", "a compressed archive"),
    (b"\xfd7zXZ", "a compressed archive"), (b"\x28\xb5\x2f\xfd", "a compressed archive"),
    (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"\xca\xfe\xba\xbe", "a program"),
    (b"GGUF", "a model file"), (b"ID3", "a media file"), (b"OggS", "a media file"),
)  # fmt: skip
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
"""PNG, JPEG and TIFF (of either byte order), which are read by OCR; WebP lies in a RIFF."""

_TEXT_MAGIC = frozenset({b"BM", b"MZ", b"BZh", b"ID3", b"GIF8", b"RIFF", b"GGUF"})
"""Marks that ordinary text can begin with too: only trusted where control bytes follow."""

_SQLITE = b"SQLite format 3\x00"
"""A database in a file: its tables are read as the sheets of a workbook."""

_CALENDAR = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR\s", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_KINDS = (
    ("WordDocument", "an old Word document (DOC)", "Save it as DOCX"),
    ("PowerPoint Document", "an old presentation (PPT)", "Save it as PPTX"),
    ("VisioDocument", "an old Visio drawing (VSD)", "Save it as VSDX"),
)
_OUTLOOK = "__properties_version1.0"
_ROWS = re.compile(
    r"^[ \t]*(?:(?:INSERT|REPLACE)\s+(?:(?:IGNORE\s+)?INTO\s|\[)|COPY\s[^;\n]*\bFROM\s+stdin\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""What of a database's dump in SQL holds rows."""

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HTML_DOCUMENT = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_PATTERNS = read_patterns(__file__)
_HTML_FRAGMENT = _PATTERNS["html_fragment"]
_XML = re.compile(r"\s*(?:<\?xml\s|<!DOCTYPE\s|<!--|<[A-Za-z_][\w:.-]*[\s/>])")
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*(?:["{\[\]\d-]|true|false|null))')
_MAIL_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]?(.*)")
_MAIL_NAMES = frozenset({
    "from", "to", "subject", "date", "received", "return-path", "message-id", "mime-version",
    "delivered-to", "reply-to", "content-type", "x-mailer", "cc",
})  # fmt: skip
_FROM = frozenset({"from", "received"})
_MAIL_PROOF = frozenset({
    "mime-version", "message-id", "received", "return-path", "date", "content-type",
})  # fmt: skip
"""Headers of which a message has one, and other texts seldom."""

_SCHEMA = re.compile(
    r"""^(["']?)(?:(?:openapi|swagger)\1[ \t]*:[ \t]+["']?\d|\$schema\1[ \t]*:[ \t]+["']?https?://)""",
    re.MULTILINE,
)
"""A key of YAML that schemas and APIs begin with, with the version or address that it has there."""

_LOCATION = re.compile(r"^(?:snapshot-)?content-location:", re.IGNORECASE | re.MULTILINE)

_SALESFORCE = _PATTERNS["salesforce"]
"""Metadata as the Salesforce command line keeps it, and as the Metadata API packs it."""

_PARSED_TO_TELL = 200_000


def kind_of_bytes(data: bytes, shown: str, limits: ReadLimits) -> FileKind | None:
    """The kind of a file that is no text, or ``None`` where its text has to be looked at.

    Raises ``UnsupportedFile`` for a kind that is not read and ``UnreadableFile`` for a damaged,
    protected or dangerous archive.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(check_archive(data, shown, limits), data, shown)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.lstrip()[:5].lower() == b"{\\rtf":
        return "rtf"
    if data.startswith(_OLE):
        return _old_office(data, shown)
    if data.startswith(_SQLITE):
        return "workbook"
    if _CALENDAR.match(data):
        return "calendar"
    controls = len(_CONTROL.findall(data[:8192]))
    sixteen_bit = data[:2] in {b"\xff\xfe", b"\xfe\xff"} or _looks_sixteen_bit(data)
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        if missing := not_installed():
            raise UnsupportedFile(f"{shown} is an image. {missing}, or import its text.")
        return "picture"
    for magic, what in _MAGIC:
        if data.startswith(magic) and (magic not in _TEXT_MAGIC or controls):
            raise unsupported(shown, what, "Export its text and import that")
    marked_up = data[:200].lstrip().startswith((b"<?xml", b"\xef\xbb\xbf<?xml"))
    if (
        not sixteen_bit
        and not marked_up
        and (b"\x00" in data[:8192] or controls * 50 > len(data[:8192]))
    ):
        raise unsupported(shown, "a binary file", "Export its content as text or CSV")
    return None


def kind_of_text(text: str, shown: str) -> FileKind:
    """The kind of a text file: a message, a saved page, HTML, XML, JSON, or "text" for others."""
    name = shown.casefold()
    if markup := markup_of(name, text):
        return markup
    marked_up = re.match(r"\s*<[?!A-Za-z]", text)
    if (name.endswith(".json") and not marked_up) or _is_json(text):
        return "json"
    if name.endswith((".yaml", ".yml")) and _SCHEMA.search(text):
        return "yaml"
    if name.endswith(".sql") and _ROWS.search(text):
        return "dump"
    if _HTML_DOCUMENT.match(text[:5000]):
        return "html"
    marked = not name.endswith((".md", ".markdown", ".csv", ".tsv"))
    closed = text.rstrip().endswith(">") or name.endswith(".reqif")
    if marked and closed and _HTML_FRAGMENT.match(text[:2000]):
        return "html"
    if (marked or text.lstrip().startswith("<?xml")) and _XML.match(text[:2000]) and closed:
        if re.search(r"<svg[\s>]", text[:2000]):
            raise unsupported(shown, "an image", "Export its text and import that")
        return "confluence" if "<hibernate-generic" in text[:2000] else "xml"
    headers, named = _mime_headers(text), name.endswith((".eml", ".mbox"))
    if not named and _is_web_archive(headers, text):
        return "web_archive"
    return "mail" if _is_mail(headers, named=named) else "text"


def unsupported(shown: str, what: str, next_step: str) -> UnsupportedFile:
    """The error for a file of a kind that is not read."""
    read_now = _READ_NOW.format(ocr="; with the extra ocr" if not_installed() else "")
    return UnsupportedFile(f"{shown} is {what}. Read now are {read_now}. {next_step}.")


def _archive(entries: Collection[str], data: bytes, shown: str) -> FileKind:
    names = [entry.casefold() for entry in entries]
    if any(name.endswith(("xl/workbook.xml", "xl/workbook.bin")) for name in names):
        return "workbook"
    office = "[content_types].xml" in names
    if any(name == "word/document.xml" or (office and name.startswith("word/")) for name in names):
        return "word"
    if any(name == "ppt/presentation.xml" for name in names):
        return "slides"
    if any(name == "visio/document.xml" for name in names):
        return "visio"
    if office and any(name.endswith("workbook.xml") for name in names):
        return "workbook"
    if "content.xml" in names and ("mimetype" in names or "meta-inf/manifest.xml" in names):
        return _open_document(data, shown)
    if "entities.xml" in names:
        return "confluence"
    if any(_SALESFORCE.search(entry) for entry in entries):
        return "salesforce"
    if shown.casefold().endswith(".reqifz") and any(name.endswith(".reqif") for name in names):
        return "reqif"  # of another name, an archive of files that are documents by themselves
    if not names:
        raise UnreadableFile(f"{shown} is an empty archive. Choose one with files in it.")
    return "archive"


def _open_document(data: bytes, shown: str) -> FileKind:
    """By the media type that an OpenDocument file states in its first entry."""
    stated = data[:300]
    if b"opendocument.text" in stated or b"opendocument.presentation" in stated:
        return "open_document"
    if b"opendocument.spreadsheet" in stated or b"opendocument" not in stated:
        return "workbook"
    raise unsupported(shown, "an OpenDocument drawing", "Save it as PDF")


def _old_office(data: bytes, shown: str) -> FileKind:
    marks = ["EncryptedPackage", *(stream for stream, *_ in _OLE_KINDS)]
    if _OUTLOOK.encode("utf-16-le") in data and (
        # An attached file has its own marks, and so has a message in a document.
        shown.casefold().endswith(".msg")
        or not any(one.encode("utf-16-le") in data for one in marks)
    ):
        return "outlook"
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise password_protected(shown)
    for stream, what, next_step in _OLE_KINDS:
        if stream.encode("utf-16-le") in data:
            raise unsupported(shown, what, next_step)
    if any(f"{stream}\0".encode("utf-16-le") in data for stream in ("Workbook", "Book", "WORKBOOK",
                                                                  "BOOK")):  # fmt: skip
        return "workbook"
    raise unsupported(shown, "an old Office document", "Save it as DOCX, XLSX or PPTX")


def _looks_sixteen_bit(data: bytes) -> bool:
    """Whether every second byte is mostly zero and the others are not: UTF-16 of Latin text."""
    sample = data[: 2 * (min(len(data), 2000) // 2)]
    even, odd = sample[::2], sample[1::2]
    zeros = sorted((even.count(0), odd.count(0)))
    return bool(sample) and zeros[0] == 0 and zeros[1] * 3 > len(even) * 2


def _is_json(text: str) -> bool:
    body = text.strip()
    if not _JSON.match(body[:1000]) or not body.endswith(("}", "]")):
        return False
    if len(body) > _PARSED_TO_TELL:
        return True
    try:
        json.loads(body)
    except RecursionError:
        return True
    except ValueError:
        return _is_json_lines(body)
    return True


def _is_json_lines(body: str) -> bool:
    lines = body.split("\n")
    try:
        return len(lines) > 1 and all(isinstance(json.loads(line), dict) for line in lines if line)
    except (ValueError, RecursionError):
        return False


def _mime_headers(text: str) -> dict[str, str]:
    """The headers that ``text`` begins with (RFC 5322), by name; empty where it begins with others.

    The line "From ..." that mail programs put over a message in a mailbox is passed over.
    """
    found, name = dict[str, str](), ""
    text = re.sub(r"\A\s*From (?:(?>[^\n]*?\d\d:\d\d)[^\n]*|[ \r-]*)\n", "", text)
    for line in text.lstrip("\n")[:20_000].replace("\r\n", "\n").split("\n"):
        if not line.strip():
            break
        if line[0] in " \t" and name:
            found[name] += f" {line.strip()}"
            continue
        match = _MAIL_HEADER.match(line)
        if match is None:
            return {}
        name = match.group(1).casefold()
        found[name] = match.group(2)
    return found


def _is_mail(headers: Collection[str], *, named: bool) -> bool:
    """Whether a text with these headers is a message; a file's name helps."""
    known = _MAIL_NAMES & set(headers)
    if named and known:
        return True
    return len(known) >= 3 and bool(known & _FROM) and bool(known & _MAIL_PROOF)


def _is_web_archive(headers: Mapping[str, str], text: str) -> bool:
    """Whether a message is a page saved with all that it shows: it says where the page lay, or
    nobody sent it. A message that came through a mail server is none."""
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    if "received" in headers or "mime-version" not in headers:
        return False
    return kind in {"multipart/related", "text/html"} and (
        not _FROM & set(headers) or _LOCATION.search(text[:20_000]) is not None
    )
