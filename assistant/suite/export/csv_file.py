"""CSV files of test cases, in two profiles: safe to open in a spreadsheet, or raw for tools.

Format: RFC 4180 (comma, CRLF, quotes doubled) in UTF-8 with a byte order mark, which Excel needs
to read UTF-8. Every field is quoted: some readers end a line at U+2028, NEL, VT or FF as well. The
*excel* profile puts ``'`` before a cell that a spreadsheet could take for a formula (OWASP, CSV
Injection; ASVS 1.2.10): one that starts with ``= + - @``, their full-width forms, TAB, CR or LF.
OWASP looks at the first character only; cells whose first sign behind leading white space is one of
these are marked too, because programs differ in whether they trim it.
``restore`` takes exactly that mark off again, so a file reads back equal. The *import* profile
changes nothing, because tools would import the mark as text.

Two things no CSV reader survives are replaced in both: half of a surrogate pair (not encodable)
becomes U+FFFD, NUL becomes the visible U+2400. Stored cases are never changed by exporting.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal

from assistant.domain import CaseTemplate, TestCase, Value
from assistant.suite.rows import Sources, rows

ProfileName = Literal["excel", "import"]


class CsvProfile(Value):
    """How a CSV file is written; ``cell_limit`` is in UTF-16 units, as Excel counts."""

    name: ProfileName
    title: str
    mark_formulas: bool
    cell_limit: int | None = None


EXPORT_PROFILES: dict[ProfileName, CsvProfile] = {
    profile.name: profile
    for profile in (
        CsvProfile(
            name="excel",
            title="Safe to open in Excel",
            mark_formulas=True,
            cell_limit=32_767,
        ),
        CsvProfile(
            name="import",
            title="For import into a test tool",
            mark_formulas=False,
        ),
    )
}
"""Excel's limit is from Microsoft's "Excel specifications and limits"."""


_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠﹢﹣﹦﹫]")
_UNENCODABLE = re.compile(r"[\ud800-\udfff]")
_BOM = "\ufeff"


def write_csv(
    template: CaseTemplate,
    cases: Iterable[TestCase],
    *,
    profile: ProfileName = "excel",
    sources: Sources,
) -> bytes:
    """The cases as a CSV file with the template's columns; the same cases give the same bytes.

    Cases stand in the order in which they come. Nothing is cut: ``export_warnings`` tells which
    cells are longer than the reader can hold.
    """
    chosen = EXPORT_PROFILES[profile]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows(_cells(chosen, template, cases, sources))
    return (_BOM + buffer.getvalue()).encode("utf-8")


def export_warnings(
    template: CaseTemplate,
    cases: Iterable[TestCase],
    *,
    profile: ProfileName = "excel",
    sources: Sources,
) -> tuple[str, ...]:
    """Cells of the file that its program would cut, a sentence each; rows count the header too."""
    chosen = EXPORT_PROFILES[profile]
    limit = chosen.cell_limit
    if limit is None:
        return ()
    found = []
    headers, *table = _cells(chosen, template, cases, sources)
    for number, row in enumerate(table, start=2):
        for header, cell in zip(headers, row, strict=True):
            size = len(cell.encode("utf-16-le")) // 2 if len(cell) * 2 > limit else 0
            if size > limit:
                found.append(
                    f"Row {number}, {header}: {size:,} characters; Excel shows "
                    f"{limit:,} of them. Shorten the cell or use one row per step."
                )
    return tuple(found)


def mark(text: str) -> str:
    """``text`` as the excel profile writes it: with ``'`` in front where it could be a formula.

    Text that already is such a mark and a formula gets one more, so that ``restore`` is exact.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """The stored text of a cell of the excel profile: takes off ``mark``'s sign and no other."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def encodable(text: str) -> str:
    """``text`` without what no CSV reader survives: lone surrogates and NUL, shown as signs."""
    return _UNENCODABLE.sub("\ufffd", text).replace("\x00", "\u2400")


def download_name(title: str, *, profile: ProfileName = "excel", content: str = "cases") -> str:
    """A file name for the browser, rebuilt from letters and digits of ``title`` alone.

    No path, no reserved or hidden name, no sign that starts a formula, at most 100 characters
    before the ending: ``download_name("Drop-3: Call/Centre")`` is ``Drop-3-Call-Centre-cases.csv``.
    """
    plain = unicodedata.normalize("NFC", encodable(title))
    words = "-".join(re.findall(r"[^\W_]+", plain))[:80].strip("-")
    parts = [words or "uat", re.sub(r"[^a-z]+", "-", content.lower()).strip("-") or "cases"]
    if profile != "excel":
        parts.append(profile)
    return "-".join(parts) + ".csv"


def _cells(
    profile: CsvProfile, template: CaseTemplate, cases: Iterable[TestCase], sources: Sources
) -> Iterator[list[str]]:
    marked = profile.name != "import"
    for row in rows(template, cases, sources=sources, mark_unsupported=marked):
        clean = [encodable(cell) for cell in row]
        yield [mark(cell) for cell in clean] if profile.mark_formulas else clean
