"""CSV and TSV: the bytes decoded, the delimiter found, the rows read."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import re

from assistant.errors import UnreadableFile
from assistant.sources.files.clean import clean_text

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
_ODD_IN_WESTERN = re.compile(
    "(?<=[A-Za-z\u00c0-\u00ff])[\u00a1-\u00a9\u00ab-\u00b6\u00b8\u00b9\u00bb-\u00bf\u0192\u02c6\u02dc"
    "\u2020-\u2022\u2030\u203a\u2039](?=[A-Za-z\u00c0-\u00ff])|[\u00b2\u00b3\u00b9\u00bc\u00be](?=[A-Za-z"
    "\u00c0-\u00ff])|[\u00c0-\u00ff]{3}|[\u00de\u00fe\u00d0\u00f0\u00a4\u00a6]"
)
"""What Western European text (Windows-1252) does not hold: signs inside words, runs of accents."""

_SCHEMA_LINE = re.compile(r"\ufeff?ListSchema=[^\r\n]*(?:\r\n|[\r\n]|$)")
"""What SharePoint writes above the header row of a list: its fields, for its own use."""
_SEPARATOR_LINE = re.compile(r"^sep=(.)(?:\r\n|[\r\n])")
_GUESSED = [
    "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874",
    "cp932", "euc_jp", "gb18030", "big5", "cp949", "koi8_r",
]  # fmt: skip
"""Encodings that spreadsheets are really saved in, beside Western European."""

_SAMPLE_BYTES = 200_000


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text in ``data`` and the encoding it was in.

    A byte order mark decides, then UTF-8, then UTF-16 by its zero bytes, then a guess from the
    letters. Raises ``UnreadableFile`` where none of them fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(_fixed(encoding, mark)), encoding
            except UnicodeDecodeError as error:
                raise _undecodable(name) from error
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    for encoding in ("utf-16-le", "utf-16-be"):
        even, odd = data[:2000:2].count(0), data[1:2000:2].count(0)
        if (odd if encoding == "utf-16-le" else even) * 3 > len(data[:2000]) // 2:
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                pass
    return _guess(data, name)


def _fixed(encoding: str, mark: bytes) -> str:
    """The codec for what follows a mark: it must not look for a second one."""
    if encoding == "utf-8":
        return encoding
    return f"{encoding}-{'le' if mark[0] == 0xFF else 'be'}"


def _guess(data: bytes, name: str) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    with contextlib.suppress(UnicodeDecodeError):
        western = data.decode("cp1252")
        if not _ODD_IN_WESTERN.search(western):
            return western, "cp1252"
    best = from_bytes(data[:_SAMPLE_BYTES], cp_isolation=_GUESSED, threshold=0.5).best()
    for encoding in (best.encoding if best else "", "cp1252"):
        if not encoding:
            continue
        try:
            return data.decode(encoding), encoding
        except (UnicodeDecodeError, LookupError):
            continue
    raise _undecodable(name)


def _undecodable(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"The characters of {name} could not be decoded. Save it as UTF-8 (in Excel: 'CSV UTF-8') "
        "and import it again."
    )


def read_delimited(
    text: str, name: str, *, max_cells: int, max_cell_characters: int, delimiter: str = ""
) -> list[list[str]]:
    """The rows of delimited ``text``, cells cleaned; the delimiter is found if none is given.

    ``text`` is as it was decoded: a record ends at CR or LF (RFC 4180) and at no other sign that
    cleaning makes a line end. Cells may hold line ends and doubled quotes. Raises
    ``UnreadableFile`` where a quote never closes over too long a cell, or where there are more than
    ``max_cells`` cells.
    """
    listed = _SCHEMA_LINE.match(text)
    text = (text[listed.end() :] if listed else text).removeprefix("\ufeff")
    if match := _SEPARATOR_LINE.match(text):
        delimiter, text = match.group(1), text[match.end() :]
    else:
        delimiter = delimiter or find_delimiter(text)
    rows: list[list[str]] = []
    cells = 0
    previous = csv.field_size_limit(max_cell_characters)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells += len(row)
            if cells > max_cells:
                raise UnreadableFile(
                    f"{name} has more than {max_cells:,} cells. Split it and import the parts."
                )
            row = list(map(_chosen, row)) if listed else row
            rows.append(list(map(clean_cell, row)))
    except csv.Error as error:
        raise UnreadableFile(
            f"{name} could not be read as a table after row {len(rows)}. "
            "Look for a quotation mark that is never closed."
        ) from error
    finally:
        csv.field_size_limit(previous)
    return rows


def find_delimiter(text: str) -> str:
    """The delimiter under which the first rows have the most equal numbers of cells."""
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        share, width = table_shape(text, delimiter)
        if width > 1 and (share, width) > best_score:
            best, best_score = delimiter, (share, width)
    return best


def table_shape(text: str, delimiter: str) -> tuple[float, int]:
    """How regular the first rows are under ``delimiter``: the share of rows as wide as the
    first, and that width."""
    sample = text[:20_000]
    if len(text) > len(sample):
        sample = sample[: sample.rfind("\n") + 1] or sample
    rows = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) >= 60:
                break
    except csv.Error:
        return 0.0, 0
    if not rows:
        return 0.0, 0
    width = len(rows[0])
    same = sum(len(row) == width for row in rows)
    return round(same / len(rows), 2), width


def _chosen(cell: str) -> str:
    """A cell of a SharePoint list as its view shows it: several choices with commas between."""
    if ";#" in cell:
        return ", ".join(filter(None, cell.split(";#")))
    if cell.startswith("["):
        with contextlib.suppress(ValueError, RecursionError):
            values = json.loads(cell)
            if all(isinstance(value, str) for value in values):
                return ", ".join(values)
    return cell


def clean_cell(cell: str) -> str:
    """A cell cleaned by itself; most are plain and need no look at each sign."""
    return cell if cell.isascii() and cell.isprintable() else clean_text(cell).text
