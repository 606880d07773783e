"""Cells that hold HTML (Azure DevOps, Copado, qTest export rich text so) as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.sources.archives import ReadLimits
from assistant.sources.child_process import run_reader
from assistant.sources.clean import clean_text
from assistant.sources.grids import Grid

_RICH = re.compile(
    r"\s*<(?:p|div|span|ul|ol|table|h[1-6]|b|strong|em|i|u|a|br|pre|html|body|font)\b[^>]*>|"
    r".*(?:</(?:p|div|li|ul|ol|td|span|strong|b)>|<br ?/?>)",
    re.IGNORECASE | re.DOTALL,
)


def plain_cells(grids: Sequence[Grid], shown: str, limits: ReadLimits) -> tuple[Grid, ...]:
    """``grids`` with the HTML in cells of known tables converted; others are left as they are.

    Raises ``UnreadableFile`` where the child process that converts them goes over a limit.
    """
    rich = dict.fromkeys(
        cell
        for grid in grids
        if grid.columns is not None
        for row in grid.rows
        for cell in row
        if "<" in cell and _RICH.match(cell)
    )
    if not rich:
        return tuple(grids)
    records = run_reader("fragments", json.dumps(list(rich)).encode(), shown, limits)
    texts = [str(record["fragment"]) for record in records if isinstance(record, dict)]
    plain = {cell: clean_text(text).text for cell, text in zip(rich, texts, strict=True)}
    return tuple(
        replace(grid, rows=tuple(tuple(plain.get(c, c) for c in row) for row in grid.rows))
        if grid.columns is not None
        else grid
        for grid in grids
    )
