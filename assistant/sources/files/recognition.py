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
    """Pages that were read and why others were not, by number from 0; and the errors, each once."""

    pages: dict[int, Page] = field(default_factory=dict)
    unread: dict[int, str] = field(default_factory=dict)
    errors: dict[str, UnreadableFile] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What a person should know of what was recognised, and of what failed."""
        why = " ".join(self.errors)
        if not self.pages:
            return f"OCR could not read the pages without text{f': {why}' if why else '.'}"
        return f"{self._read} On other pages OCR failed: {why}" if why else self._read

    @property
    def _read(self) -> str:
        letters, unsure, lost = (
            int(sum(_number(page, name) for page in self.pages.values()))
            for name in ("letters", "unsure", "left_out")
        )
        if not letters:
            return f"OCR found no legible text; {lost} illegible left out."
        sure = sum(_number(p, "sure") * _number(p, "letters") for p in self.pages.values())
        lines = f"{unsure} line{' was' if unsure == 1 else 's were'} unsure"
        score = int(100 * sure / letters) / 100
        said = f"Read by OCR (its own score {score:.2f} over the lines kept); {lines}"
        said += " (marked [unsure])" if unsure else ""
        return f"{said}; {lost} illegible left out." if lost else f"{said}."


def _number(page: Page, name: str) -> float:
    value = page.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def recognised(source: Source, wanted: Sequence[int] | None) -> Recognised:
    """What stands on the pages ``wanted`` of a PDF, numbered from 0; with ``None``, the source is
    a picture, and all that it holds is read (a TIFF may hold several).

    At most ``ReadLimits.max_scanned_pages`` are read, for at most ``scan_seconds``. A batch that
    fails leaves its pages unread, and so does a page of a PDF that cannot be drawn.
    """
    kind = "picture" if wanted is None else "pdf"
    limits, started, found = source.limits, time.monotonic(), Recognised()
    narrow = limits.model_copy(
        update={
            "seconds": limits.page_seconds * BATCH_PAGES,
            "memory_bytes": max(limits.memory_bytes, limits.scan_memory_bytes),
        }
    )
    left = list(range(BATCH_PAGES) if wanted is None else wanted)
    total, done = len(left), 0
    while left:
        over = time.monotonic() - started > limits.scan_seconds
        if over or done >= limits.max_scanned_pages:
            found.unread.update(dict.fromkeys(left, "not read by OCR within its limits"))
            break
        if source.progress is not None:
            source.progress(done, max(total, done))
        batch, left = left[:BATCH_PAGES], left[BATCH_PAGES:]
        reason = "it could not be drawn for OCR"
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
            found.errors.setdefault(str(error), error)
            reason = "OCR failed"
        # A picture's last batch asks for more pages than it may have; a PDF's were counted before.
        there = set(batch) if wanted is not None else set(batch) & set(range(total))
        found.unread.update(dict.fromkeys(sorted(there - set(found.pages)), reason))
        done += len(batch)
    return found


def picture_records(source: Source) -> Iterator[Record]:
    """What is written in a picture, as a reader says it; raises ``UnreadableFile`` where it cannot
    be read."""
    found = recognised(source, None)
    _raise_where_all_failed(found)
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
    found = recognised(source, [int(name.removeprefix("page ")) - 1 for name in empty])
    if len(empty) == report.get("parts"):
        _raise_where_all_failed(found)
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


def _raise_where_all_failed(found: Recognised) -> None:
    if found.errors and not found.pages:
        raise next(iter(found.errors.values()))


def _unread(found: Recognised) -> list[str]:
    return [f"page {number + 1} ({reason})" for number, reason in found.unread.items()]
