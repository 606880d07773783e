"""Cells that hold HTML (Azure DevOps, Copado, qTest export rich text so) as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.child_process import run_reader
from assistant.sources.files.clean import clean_text
from assistant.sources.grids.grids import Grid

_RICH = re.compile(
    r"\s*<(?:p|div|span|ul|ol|table|h[1-6]|b|strong|em|i|u|a|br|pre|html|body|font)\b[^>]*>|"
    r".*(?:</(?:p|div|li|ul|ol|td|span|strong|b)>|<br ?/?>)",
    re.IGNORECASE | re.DOTALL,
)
_SPACE = re.compile(r"&(?:nbsp|#160|#xa0);", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,5}|#x[0-9a-f]{1,4});", re.IGNORECASE)


def plain_cells(grids: Sequence[Grid], shown: str, limits: ReadLimits) -> tuple[Grid, ...]:
    """``grids`` with the HTML in cells of known tables converted; others are left as they are.

    Raises ``UnreadableFile`` where the child process that converts them goes over a limit.
    """
    rich = dict.fromkeys(cell for grid in grids if _may_be_rich(grid) for cell in _rich_in(grid))
    if not rich:
        return tuple(grids)
    records = run_reader("fragments", json.dumps(list(rich)).encode(), shown, limits)
    texts = [str(record["fragment"]) for record in records if isinstance(record, dict)]
    plain = {cell: clean_text(text).text for cell, text in zip(rich, texts, strict=True)}
    return tuple(
        replace(grid, rows=tuple(tuple(plain.get(c, c) for c in row) for row in grid.rows))
        if _may_be_rich(grid)
        else grid
        for grid in grids
    )


def _may_be_rich(grid: Grid) -> bool:
    """Our own tables hold what was written: a tag there is a word of the test."""
    return grid.columns is not None and not grid.is_own


def _rich_in(grid: Grid) -> list[str]:
    """The cells of a table that hold HTML.

    A cell with nothing but an entity does where others are HTML: what writes rich text writes it
    in all of them. In a table of plain cells "&lt;" is what a tester wrote.
    """
    cells = [cell for row in grid.rows for cell in row if "<" in cell or "&" in cell]
    rich = [cell for cell in cells if ("<" in cell and _RICH.match(cell)) or _SPACE.search(cell)]
    return [*rich, *(cell for cell in cells if _ENTITY.search(cell))] if rich else []
