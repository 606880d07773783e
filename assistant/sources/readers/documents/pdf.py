"""PDF text by PDFium, page by page with headings by letter height; pypdf counts as second reader.

Records: ``{"title", "author"}``, ``{"part": "page 4", "lines": [[level, text], ...]}`` per page
(level 0 is body text, 1 to 3 a heading), and ``{"report": ...}``. The second reader gets a few
seconds; pages it did not reach are not compared.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assistant.sources.readers.refusals import Refused

if TYPE_CHECKING:
    import pypdfium2

SECOND_READER_SECONDS = 4.0
_BULLET = re.compile(r"^\s*[•●▪■◦‣·\uf0b7\u2043]\s*(?=\S)")
_WORD = re.compile(r"\w")
_PAGE_NUMBER = re.compile(
    r"\b(?:page|seite|p[aá]gina|blatt)\s*\d|^\W*\d+(?:\s*(?:/|of|von|de)\s*\d+)?\W*$", re.IGNORECASE
)

Line = tuple[float, str]
"""Height of the first letter in points, and the words."""


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The pages of the PDF ``data``; raises ``Refused`` for one that needs a password."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).casefold() or "security" in str(error).casefold():
            raise Refused("password", "") from error
        raise Refused("damaged", "") from error
    about = document.get_metadata_dict()
    yield {name.casefold(): about.get(name, "").strip("\0 ") for name in ("Title", "Author")}
    pages = list[list[Line]]()
    failed = list[str]()
    for number in range(len(document)):
        try:
            pages.append(_lines(document, number))
        except pypdfium2.PdfiumError:
            pages.append([])
            failed.append(f"page {number + 1}")
    counts = [_letters("\n".join(words for _, words in lines)) for lines in pages]
    repeated = _repeated(pages)
    pages = [_without(lines, repeated) for lines in pages]
    levels = _levels(pages)
    for number, lines in enumerate(pages, 1):
        shown = [[_level(levels.get(_rounded(h), 0), words), words] for h, words in lines]
        yield {"part": f"page {number}", "lines": shown}
    unread = [f"{name} (damaged)" for name in failed]
    unread.extend(f"the line '{words}' at the edge of most pages" for words in sorted(repeated))
    if attached := document.count_attachments():
        unread.append(f"{attached} attached files")
    disagreements, values = _second_reader(data, counts)
    if values:
        yield {"part": "form fields", "lines": [[0, f"- {n}: {v}"] for n, v in values]}
    empty = [f"page {n}" for n, count in enumerate(counts, 1) if not count]
    yield {"report": {"reader": "PDFium", "parts": len(pages), "empty_parts": empty,
                      "unread_parts": unread, "disagreements": disagreements}}  # fmt: skip


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    import pypdfium2.raw as raw

    page = document[number]
    try:
        text_page = page.get_textpage()
        # A U+FFFE or U+0002 is PDFium's mark of a word broken at the end of a line.
        text = text_page.get_text_range()
        box, found, at = raw.FS_RECTF(), list[Line](), 0
        for line in re.split(r"(?<![\ufffe\x02])\r?\n", text):
            words = re.sub(r"[\ufffe\x02]\r?\n?", "", line)
            words = _BULLET.sub("- ", " ".join(words.split()))
            if words:
                first = at + len(line) - len(line.lstrip())
                index = raw.FPDFText_GetCharIndexFromTextIndex(text_page, first)
                got = raw.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(box))
                found.append((abs(box.top - box.bottom) if got else 0.0, words))
            at += len(line)
            at += 2 if text.startswith("\r\n", at) else 1
        return found
    finally:
        page.close()


def _repeated(pages: list[list[Line]]) -> set[str]:
    """First and last lines that stand, page numbers aside, on most pages: headers and footers."""
    filled = [lines for lines in pages if len(lines) > 2]
    if len(filled) < 4:
        return set()
    edges = Counter(
        words for lines in filled for words in {_unnumbered(lines[at][1]) for at in (0, 1, -1, -2)}
    )
    return {words for words, count in edges.items() if count * 10 >= len(filled) * 6 and words}


def _unnumbered(words: str) -> str:
    """A line with its page number as "#"; other numbers ("Requirement 7") tell lines apart."""
    return re.sub(r"\d+", "#", words) if _PAGE_NUMBER.search(words) else words


def _without(lines: list[Line], repeated: set[str]) -> list[Line]:
    """``lines`` without headers and footers among the two first and the two last."""
    last = len(lines) - 2
    return [
        line
        for number, line in enumerate(lines)
        if not ((number < 2 or number >= last) and _unnumbered(line[1]) in repeated)
    ]


def _rounded(height: float) -> float:
    return round(height * 2) / 2


def _levels(pages: list[list[Line]]) -> dict[float, int]:
    """Letter height -> heading level, for heights well above that of most letters.

    Where those are small print (listings, tables), above that of most of the larger letters.
    """
    letters: Counter[float] = Counter()
    for lines in pages:
        for height, words in lines:
            letters[_rounded(height)] += len(words)
    if not letters:
        return {}
    total, tall = sum(letters.values()), list(letters)
    while sum(letters[h] for h in tall) * 4 > total:
        body = max(tall, key=lambda height: letters[height])
        tall = [h for h in tall if h >= body * 1.15 and h > 0]
    tall.sort(reverse=True)
    return {height: min(rank, 3) for rank, height in enumerate(tall, 1)}


def _level(level: int, words: str) -> int:
    """A heading's level, or 0 for words too long or without a letter."""
    named = len(words) <= 120 and any(c.isalpha() for c in words) and not words.startswith("- ")
    return level if named else 0


def _letters(text: str) -> int:
    return len(_WORD.findall(text))


def _second_reader(data: bytes, counts: list[int]) -> tuple[list[str], list[tuple[str, str]]]:
    """Pages where pypdf reads clearly more or less, and the filled form fields."""
    from pypdf.errors import DependencyError

    said, values = list[str](), list[tuple[str, str]]()
    with _alarm(SECOND_READER_SECONDS):
        try:
            _compare(data, counts, said, values)
        except DependencyError:
            said.append("No second reader could open this encrypted file to compare.")
        except Exception:  # pypdf fails in many ways on damaged files; it only counts
            said.append("A second reader could not read the file to compare.")
    return said, values


def _compare(
    data: bytes, counts: list[int], said: list[str], values: list[tuple[str, str]]
) -> None:
    import logging

    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)
    started = time.monotonic()
    reader = PdfReader(io.BytesIO(data))
    fields: Mapping[str, Any] = reader.get_fields() or {}
    for name, field in fields.items():
        value = field.get("/V")
        if isinstance(value, str) and value.strip() and not value.startswith("/"):
            values.append((" ".join(str(name).split()), " ".join(value.split())))
    if len(reader.pages) != len(counts):
        said.append(f"One reader counts {len(counts)} pages, another {len(reader.pages)}.")
    for number, (page, count) in enumerate(zip(reader.pages, counts, strict=False), 1):
        if time.monotonic() - started > SECOND_READER_SECONDS:
            said.append(f"Pages from {number} on were not compared with a second reader.")
            return
        other = _letters(page.extract_text())
        if abs(other - count) > max(20, count // 10):
            said.append(
                f"Page {number}: one reader finds {count:,} letters, another {other:,}; look at it."
            )


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupt with ``TimeoutError`` after ``seconds``, where the system has alarms."""
    import signal

    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: object) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
