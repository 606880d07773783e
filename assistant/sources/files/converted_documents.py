"""What a reader said about a document, as Markdown with places; the reading of it or of a text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistant.errors import UnreadableFile
from assistant.sources.files.child_process import Record
from assistant.sources.files.clean import clean_text
from assistant.sources.files.recognition import not_installed
from assistant.sources.files.source_file import Source
from assistant.sources.grids.document_tables import with_tables
from assistant.sources.pasted.pages import is_of_section, page_title, text_kind
from assistant.sources.pasted.pasted import TextKind, read_text
from assistant.sources.reading import ExtractionReport, Place, Reading


@dataclass(frozen=True, slots=True)
class Part:
    """A page, a slide or the whole of a document: its lines with heading levels (0 is text)."""

    label: str
    heading: str
    text: str


@dataclass(slots=True)
class Converted:
    """A document's parts, what it says of itself, the files in it, and the report.

    ``kind`` is set where no words in it may make it anything else.
    """

    title: str = ""
    author: str = ""
    kind: TextKind | None = None
    parts: list[Part] = field(default_factory=list)
    attachments: list[tuple[str, bytes]] = field(default_factory=list)
    report: ExtractionReport = field(default_factory=ExtractionReport)
    notes: list[str] = field(default_factory=list)

    @property
    def named(self) -> bool:
        """Whether the document has a heading or first line of its own to take a title from."""
        return bool(self.parts) and not self.paged and not self.parts[0].heading

    @property
    def paged(self) -> bool:
        """Whether its pages get headings, for want of any of their own."""
        bare = not any(re.search(r"^#{1,6} ", part.text, re.MULTILINE) for part in self.parts)
        return bare and len(self.parts) > 1 and text_kind(_joined(self.parts)) != "epic"

    def markdown(self) -> tuple[str, tuple[Place, ...]]:
        """The document's text and the places of its parts in it.

        Pages without headings of their own get one ("Page 4"), so that what is cited can be
        found; not in a test basis, where a heading would end the story that runs over the page.
        """
        paged = self.paged
        written, places, length = list[str](), list[Place](), 0
        for part in self.parts:
            heading = part.heading or (part.label.partition(",")[0].capitalize() if paged else "")
            body = part.text.strip("\n")
            words = f"## {heading}\n\n{body}".rstrip() if heading else body
            if not body.strip() and not part.heading:
                continue
            written.append(words)
            if part.label:
                places.append(Place(start=length, end=length + len(words), label=part.label))
            length += len(words) + 2
        return "\n\n".join(written) + "\n", tuple(places)


def _joined(parts: Iterable[Part]) -> str:
    return "\n\n".join(part.text for part in parts)


def collect(records: Iterable[Record]) -> Converted:
    """The document that a reader's ``records`` describe, its texts cleaned."""
    found, changed = Converted(), dict[str, None]()
    for record in records:
        if not isinstance(record, dict):
            continue
        if "part" in record:
            lines = record.get("lines")
            raw = _written(lines) if isinstance(lines, list) else str(record.get("text", ""))
            cleaned = clean_text(raw)
            changed.update(dict.fromkeys(cleaned.notes))
            heading = " ".join(clean_text(str(record.get("heading", ""))).text.split())
            found.parts.append(Part(str(record["part"]), heading, cleaned.text))
        elif "attachment" in record:
            found.attachments.append(_attachment(record))
        elif "note" in record:
            found.notes.append(str(record["note"]))
        elif "report" in record:
            found.report = report_of(record["report"])
        else:
            found.title = _line(record.get("title")) or found.title
            found.author = _line(record.get("author")) or found.author
            found.kind = "page" if record.get("kind") == "page" else found.kind
    found.notes.extend(changed)
    return found


def report_of(values: object) -> ExtractionReport:
    """The report in a reader's record."""
    return ExtractionReport.model_validate(values)


def _line(value: object) -> str:
    return " ".join(clean_text(str(value or "")).text.split())[:300]


def _attachment(record: dict[str, object]) -> tuple[str, bytes]:
    try:
        content = base64.b64decode(str(record.get("data", "")))
    except binascii.Error:
        content = b""
    return str(record["attachment"]), content


def _written(lines: list[object]) -> str:
    """Lines of a page with their heading levels as Markdown; a wrapped heading is joined."""
    out, before = list[str](), 0
    for line in lines:
        assert isinstance(line, list)
        level, words = int(line[0]), str(line[1])
        if level and level == before:
            out[-1] = f"{out[-1]} {words}"
            continue
        if level or before:
            out.append("")
        # A page's own "#" or "1." at the start of a line is text, not a heading.
        out.append(f"{'#' * level} {words}" if level else re.sub(r"^(?=#{1,6} )", r"\\", words))
        before = level
    return "\n".join(out)


# --- To readings ------------------------------------------------------------------------------

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
            if converted.report.recognised and converted.report.unread_parts:
                raise UnreadableFile(
                    f"No text could be read in {source.shown}. "
                    f"{' '.join(converted.report.sentences)} Scan it again, larger or sharper, or "
                    "paste its text."
                )
            pages = converted.report.parts
            where = f" on any of its {pages} pages" if pages > 1 else ""
            raise UnreadableFile(
                f"{source.shown} holds no text{where}. {_next_step(converted.report)}, or paste "
                "its text."
            )
    check_length(text, source)
    title = "" if _POOR_TITLE.search(converted.title) else converted.title
    if not title and not converted.named:
        title = source.title
    notes, kind = converted.notes, converted.kind
    reading = text_reading(text, source, title=title, notes=notes, kind=kind)
    document = reading.document
    author = document.metadata.author or converted.author
    return reading.changed(
        {"metadata": document.metadata.model_copy(update={"author": author})},
        places=places if document.text == text else (),
        report=converted.report,
    )


def _next_step(report: ExtractionReport) -> str:
    """What to do about a document without text."""
    if report.recognised:
        return "Reading by OCR found none either; scan it again, larger or sharper"
    missing = not_installed() if report.reader == "PDFium" else ""
    return missing or "If it is a scan or holds pictures, import those by themselves as PNG or JPEG"


def text_reading(
    text: str, source: Source, *, title: str, notes: Sequence[str], kind: TextKind | None = None
) -> Reading:
    """The reading of clean Markdown: an epic keeps its key as id, others the file's name, as do use
    cases, whose ids are counted anew in every document. Without a ``kind`` the text decides."""
    kind = kind or text_kind(text, title)
    reading = read_text(text, as_kind=kind, title="" if kind == "epic" else title, uri="")
    reading = with_tables(reading)
    document = reading.document
    keyed = document.id.startswith(("epic:", "story:"))
    keyed = keyed and not document.id.startswith("epic:EPIC-")
    keyed = keyed and not any(one.form == "flow" for epic in reading.epics for one in epic.criteria)
    of_a_section = not title and kind != "epic" and is_of_section(document.title, text)
    named = document.title
    if len(reading.epics) > 1:  # the first of them is not what the document is called
        named = page_title(text)
        named = "" if any(epic.title in named for epic in reading.epics) else named
    if of_a_section or named in {"", "Untitled"}:
        named = title or source.title
    identity = document.id if keyed else source.id
    return reading.changed(
        {"id": identity, "title": named, "content_hash": source.content_hash},
        notes=(*notes, *reading.notes),
    )


def check_length(text: str, source: Source) -> None:
    """Raise ``UnreadableFile`` where a text has more characters than are read."""
    if len(text) > source.limits.max_characters:
        raise UnreadableFile(
            f"{source.shown} has {len(text):,} characters; at most "
            f"{source.limits.max_characters:,} are read. Split it and import the parts."
        )
