"""Tables as Markdown, from cells that span columns and rows too, and code.

Imports nothing of the project: each process that reads a file needs it, and little else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import TypeVar

Content = TypeVar("Content")


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """``rows`` (header first) as a Markdown pipe table."""
    width = max((len(row) for row in rows), default=0)
    lines = []
    for number, row in enumerate(rows):
        cells = [*row, *[""] * (width - len(row))]
        lines.append("| " + " | ".join(_escaped(cell) for cell in cells) + " |")
        if number == 0:
            lines.append("|" + " --- |" * width)
    return "\n".join(lines)


def code_block(text: str, language: str) -> str:
    """Code as Markdown: its comments are no headings and its lists no criteria."""
    mark = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{mark}{language}\n{text.strip(chr(10))}\n{mark}\n"


def spread_cells(rows: Iterable[Iterable[tuple[Content, int, int]]]) -> list[list[Content]]:
    """Cells (content, columns, rows) repeated over all columns and rows that they span."""
    out, held = list[list[Content]](), dict[int, tuple[int, Content]]()
    for cells in rows:
        row, queue = list[Content](), list(cells)[::-1]
        while queue or len(row) in held:
            if len(row) in held:
                left, content = held.pop(len(row))
                if left > 1:
                    held[len(row)] = (left - 1, content)
                row.append(content)
                continue
            content, across, down = queue.pop()
            for _ in range(across):
                if down > 1:
                    held[len(row)] = (down - 1, content)
                row.append(content)
        out.append(row)
    return out


def header_rows(cells: Iterable[tuple[bool, int]]) -> int:
    """How many rows at the top of a table are its header, of each row (all are header cells, number
    of cells): a second row of one cell begins a group of rows."""
    rows = list(cells)
    heads = next(
        (at for at, (header, count) in enumerate(rows) if not header or (at and count < 2)), 0
    )
    return heads if heads < len(rows) else 0


def column_labels(rows: Iterable[Sequence[str]]) -> list[str]:
    """One label a column of a header of several rows, its spans filled: "Limit – Refund"."""
    columns = zip_longest(*rows, fillvalue="")
    return [" – ".join(dict.fromkeys(filter(None, labels))) for labels in columns]


def _escaped(cell: str) -> str:
    return "<br>".join(cell.replace("|", "\\|").strip().split("\n"))
