"""Tables of AsciiDoc as rows of cells: columns, spans, styles, cells on lines of their own.

Source of the format: the AsciiDoc Language Documentation, "Tables".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

_SPEC = re.compile(
    r"(?:(?P<cols>\d{1,4})?(?:\.(?P<rows>\d{1,4}))?(?P<kind>[+*]))?"
    r"(?:[<^>]?(?:\.[<^>])?)(?P<style>[aehlmsdv])?"
)
_COLUMN = re.compile(r"(?:(?P<times>\d{1,4})\*)?[<^>.\d~%]*(?P<style>[aehlmsdv])?")
_MAX_SPAN = 50
_MAX_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its lines, how far it reaches, and how it is read ("a" is AsciiDoc, "h" a header)."""

    text: str
    columns: int = 1
    rows: int = 1
    style: str = ""


def table_rows(
    lines: Sequence[str], options: Mapping[str, str], mark: str
) -> tuple[list[list[Cell]], bool]:
    """The rows of a table between its marks, and whether the first is a header.

    ``options`` are those of its attribute line; ``mark`` is the sign that the marks begin with.
    """
    text = "\n".join(lines)
    kind = options.get("format") or {",": "csv", ":": "dsv"}.get(mark, "psv")
    separator = options.get("separator") or {"csv": ",", "dsv": ":", "tsv": "\t"}.get(
        kind, "!" if mark == "!" else "|"
    )
    styles = _columns(options.get("cols", ""))
    first = next((line for line in lines if line.strip()), "")
    if kind != "psv":
        rows = list(_separated(lines, separator, kind))
        width = max(map(len, rows), default=0)
        styles = styles or [""] * width
        found = [[_styled(Cell(cell), at, styles) for at, cell in enumerate(row)] for row in rows]
    else:
        cells = list(_cells(text, separator))
        if not styles:
            width = sum(cell.columns for cell in _cells(first, separator))
            styles = [""] * max(1, min(width, _MAX_COLUMNS))
        found = list(_rows(cells, styles))
    stated = f"{options.get('options', '')},{options.get('opts', '')}"
    implicit = len(lines) > 2 and bool(lines[0].strip()) and not lines[1].strip()
    header = "header" in stated or (implicit and "noheader" not in stated)
    return found, header and bool(found)


def _columns(stated: str) -> list[str]:
    """The style of each column."""
    stated = stated.strip()
    if stated.isdecimal():
        return [""] * min(int(stated[:4]), _MAX_COLUMNS)
    styles = list[str]()
    for part in re.split(r"[,;]", stated)[:_MAX_COLUMNS] if stated else []:
        match = _COLUMN.match(part.strip())
        if match is not None:
            styles += [match["style"] or ""] * int(match["times"] or 1)
    return styles[:_MAX_COLUMNS]


def _cells(text: str, separator: str) -> Iterator[Cell]:
    """The cells in order; what stands right before a mark says how the cell behind it is read."""
    pieces = re.split(rf"(?<!\\){re.escape(separator)}", text)
    spec: re.Match[str] | None = None
    for at, piece in enumerate(pieces):
        after, words = spec, piece
        spec = None
        if at < len(pieces) - 1:
            last = re.split(r"\s", piece[-40:])[-1]
            spec = _SPEC.fullmatch(last) if last and len(last) < 40 else None
            words = piece[: len(piece) - len(last)] if spec else piece
        if at == 0:
            if words.strip():  # a text before the first mark
                yield Cell(words.strip("\n"))
            continue
        cell = Cell(words.replace(f"\\{separator}", separator).strip())
        if after is None:
            yield cell
            continue
        columns, rows = int(after["cols"] or 1), int(after["rows"] or 1)
        cell = replace(cell, style=after["style"] or "")
        if after["kind"] == "*":
            yield from [cell] * max(1, min(columns, _MAX_SPAN))
        else:
            yield replace(cell, columns=max(1, min(columns, _MAX_SPAN)),
                          rows=max(1, min(rows, _MAX_SPAN)))  # fmt: skip


def _rows(cells: Sequence[Cell], styles: Sequence[str]) -> Iterator[list[Cell]]:
    """The rows that ``cells`` fill, with room left for those that reach down."""
    taken = [0] * len(styles)
    row, at = list[Cell](), 0
    for cell in cells:
        while at < len(styles) and taken[at]:
            taken[at] -= 1
            at += 1
        if at >= len(styles):
            yield row
            row, at = [], 0
            while at < len(styles) and taken[at]:
                taken[at] -= 1
                at += 1
        row.append(_styled(cell, min(at, len(styles) - 1), styles))
        for place in range(at, min(at + cell.columns, len(styles))):
            taken[place] = cell.rows - 1
        at += cell.columns
    if row:
        yield row


def _styled(cell: Cell, at: int, styles: Sequence[str]) -> Cell:
    style = cell.style or (styles[at] if at < len(styles) else "")
    return replace(cell, style=style)


def _separated(lines: Sequence[str], separator: str, kind: str) -> Iterator[list[str]]:
    if kind == "dsv":
        for line in lines:
            if line.strip():
                parts = re.split(rf"(?<!\\){re.escape(separator)}", line)
                yield [part.replace(f"\\{separator}", separator).strip() for part in parts]
        return
    sign = "\t" if separator == "\\t" else separator[:1]
    for row in csv.reader((line for line in lines if line.strip()), delimiter=sign or ","):
        yield [cell.strip() for cell in row]
