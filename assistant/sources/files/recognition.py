"""Pages without a text layer, and pictures, read by recognition (OCR) where it is installed.

A few pages at a time are read in a process of their own, so a long scan shows how far it is and
can be stopped between them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.errors import MissingExtra, UnreadableFile, needs_extra
from assistant.sources.files.child_process import Record, run_reader
from assistant.sources.files.source_file import Source

BATCH_PAGES = 4

Page = dict[str, object]
"""What ``readers.documents.ocr`` says of a page."""


def not_installed() -> str:
    """Why nothing can be recognised, with the line that installs it; empty where it can be."""
    try:
        for module in ("rapidocr", "onnxruntime"):
            needs_extra(module, "ocr", "Reading scans and pictures (OCR)")
    except MissingExtra as error:
        return str(error)
    return ""


@dataclass(slots=True)
class Recognised:
    """Pages that were read by their number from 0, those that were not, and why the first."""

    pages: dict[int, Page] = field(default_factory=dict)
    unread: list[int] = field(default_factory=list)
    error: UnreadableFile | None = None

    @property
    def sentence(self) -> str:
        """What a person should know of what was recognised."""
        letters, unsure, lost = (
            int(sum(_number(page, name) for page in self.pages.values()))
            for name in ("letters", "unsure", "left_out")
        )
        if not letters:
            return f"OCR found no legible text; {lost} illegible left out."
        sure = sum(_number(p, "sure") * _number(p, "letters") for p in self.pages.values())
        lines = f"{unsure} line{' was' if unsure == 1 else 's were'} unsure"
        said = f"Read by OCR, {int(100 * sure / letters)} % sure; {lines}"
        said += " (marked [unsure])" if unsure else ""
        return f"{said}; {lost} illegible left out." if lost else f"{said}."


def _number(page: Page, name: str) -> float:
    value = page.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def recognised(source: Source, kind: str, wanted: Sequence[int]) -> Recognised:
    """The pages ``wanted`` of a PDF, or all of a picture (``wanted`` is then looked up in it).

    At most ``ReadLimits.max_scanned_pages`` are read, for at most ``scan_seconds``. A batch that
    fails leaves its pages unread.
    """
    limits, started, found = source.limits, time.monotonic(), Recognised()
    narrow = limits.model_copy(
        update={
            "seconds": limits.page_seconds * BATCH_PAGES,
            "memory_bytes": max(limits.memory_bytes, limits.scan_memory_bytes),
        }
    )
    left = list(wanted) if kind == "pdf" else list(range(BATCH_PAGES))
    total, done = len(left), 0
    while left:
        over = time.monotonic() - started > limits.scan_seconds
        if over or done >= limits.max_scanned_pages:
            found.unread.extend(left)
            break
        if source.progress is not None:
            source.progress(done, max(total, done))
        batch, left = left[:BATCH_PAGES], left[BATCH_PAGES:]
        options = {"kind": kind, "numbers": batch, "max_pixels": limits.max_pixels}
        try:
            for record in run_reader("ocr", source.data, source.shown, narrow, **options):
                assert isinstance(record, dict)
                if "page" in record:
                    found.pages[int(str(record["page"]))] = record
                elif kind == "picture" and not done:
                    total = int(str(record["pages"]))
                    left = list(range(BATCH_PAGES, total))
        except UnreadableFile as error:
            found.error = found.error or error
            found.unread.extend(one for one in batch if one not in found.pages and one < total)
        done += len(batch)
    return found


def picture_records(source: Source) -> Iterator[Record]:
    """What is written in a picture, as a reader says it; raises ``UnreadableFile`` where it cannot
    be read."""
    found = recognised(source, "picture", ())
    if found.error is not None and not found.pages:
        raise found.error
    yield from (page for _, page in sorted(found.pages.items()))
    yield {"report": {
        "reader": "RapidOCR", "parts": len(found.pages) + len(found.unread),
        "recognised": found.sentence, "unread_parts": _unread(found),
        "empty_parts": [f"page {n + 1}" for n, p in found.pages.items() if not p["letters"]],
    }}  # fmt: skip


def pdf_records(source: Source) -> Iterator[Record]:
    """A PDF as its reader says it, pages without a text layer recognised where that is installed.

    Raises ``UnreadableFile`` as ``run_reader`` does, and where recognition failed and there is no
    other text.
    """
    records = list(run_reader("pdf", source.data, source.shown, source.limits))
    report = next((r["report"] for r in records if isinstance(r, dict) and "report" in r), None)
    empty = list(report.get("empty_parts", ())) if isinstance(report, dict) else []
    if not empty or not isinstance(report, dict) or not_installed():
        yield from records
        return
    found = recognised(source, "pdf", [int(name.removeprefix("page ")) - 1 for name in empty])
    if found.error is not None and not found.pages and len(empty) == report.get("parts"):
        raise found.error
    read = {f"page {n + 1}": page for n, page in found.pages.items() if page["letters"]}
    unread = {f"page {n + 1}" for n in found.unread}
    changed = {
        **report, "recognised": found.sentence,
        "unread_parts": [*report.get("unread_parts", ()), *_unread(found)],
        "empty_parts": [name for name in empty if name not in read and name not in unread],
    }  # fmt: skip
    for record in records:
        if isinstance(record, dict) and "report" in record:
            yield {"report": changed}
        else:
            part = record.get("part") if isinstance(record, dict) else None
            yield read.get(str(part), record)


def _unread(found: Recognised) -> list[str]:
    return [f"page {number + 1} (not read by OCR within its limits)" for number in found.unread]
