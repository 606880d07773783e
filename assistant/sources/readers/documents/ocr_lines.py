"""Boxes of words on a page, in the order of reading: columns, rows, and rows to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_BULLET = re.compile(r"^[•●▪■◦‣·]\s*(?=\S)")
_ITEM = re.compile(r"^(?:[-*–•●▪■◦‣·]|\(?\w{1,3}[.)])\s")
_NUMBERING = re.compile(r"[-*–•●▪■◦‣·]|\(?\w{1,3}[.)]|\d{1,2}(?:\.\d{1,2})*\.?")
"""A bullet, a number or a letter alone in its box: a tab stands behind it, no edge of a cell."""

_WIDE = 1.5
"""Between cells, in heights of a box: about two of its letters, which have space around them."""


@dataclass(frozen=True, slots=True)
class Box:
    """Words on a page with their edges in pixels, and the recogniser's score (0 to 1) for them.

    ``parts`` are the boxes of a row, from the left, where the box is one.
    """

    left: float
    top: float
    right: float
    bottom: float
    words: str
    sure: float
    parts: tuple[Box, ...] = ()

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top


def lines_of(boxes: Sequence[Box], sure: float, mark: str) -> tuple[list[str], int]:
    """The lines of a page, an empty one between paragraphs and between the rows of a table; a
    row that wraps goes on in its line.

    A row with a box less than ``sure`` ends with ``mark``; the second value counts those.
    """
    out, unsure = list[str](), 0
    for column in _columns(boxes):
        rows = [_joined(row) for row in _rows(column)]
        edge = max((row.right for row in rows), default=0.0)
        start = min((row.left for row in rows), default=0.0)
        before = None
        for row in rows:
            words = _BULLET.sub("- ", " ".join(row.words.split()))
            if row.sure < sure:
                unsure += 1
                words = f"{words} {mark}"
            if before is None:
                out.extend([""] * bool(out))
                out.append(words)
            elif _goes_on(before, row, (edge - start) * 0.2, edge):
                out[-1] += words if before.words.endswith("-") else f" {words}"
            else:
                out.extend(["", words] if _apart(before, row) else [words])
            before = row
    return out, unsure


def _goes_on(before: Box, row: Box, short: float, edge: float) -> bool:
    """Whether ``row`` is what was too much for the line of ``before``."""
    full = edge - before.right < short
    return full and not _apart(before, row) and not _ITEM.match(row.words)


def _apart(before: Box, row: Box) -> bool:
    """Whether an empty line belongs between them: one of them is the row of a table, letters are
    clearly larger in one of them, or there is space between them."""
    gap = row.top - before.bottom >= 0.8 * min(row.height, before.height)
    numbered = _NUMBERING.fullmatch(before.parts[0].words.strip()) is not None
    return gap or _differ(before, row) or _cells(before.parts[numbered:]) or _cells(row.parts)


def _cells(row: Sequence[Box]) -> bool:
    """Whether there is a wide gap between boxes side by side, as between the cells of a table."""
    return any(
        after.left - one.right > _WIDE * min(one.height, after.height)
        for one, after in pairwise(row)
    )


def _differ(one: Box, other: Box) -> bool:
    """Whether letters are clearly larger in one of them: a heading and its text."""
    return max(one.height, other.height) > 1.35 * min(one.height, other.height)


def _rows(boxes: Sequence[Box]) -> list[list[Box]]:
    """Boxes side by side as one row, from the top; from the left within it."""
    rows = list[list[Box]]()
    for box in sorted(boxes, key=lambda one: (one.top + one.bottom, one.left)):
        middle = (box.top + box.bottom) / 2
        last = rows[-1][0] if rows else None
        if last is not None and last.top + last.height * 0.15 < middle < last.bottom:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [sorted(row, key=lambda one: one.left) for row in rows]


def _joined(row: Sequence[Box]) -> Box:
    """A row as one box, as sure as its least sure part."""
    return Box(
        row[0].left, min(b.top for b in row), max(b.right for b in row),
        max(b.bottom for b in row), " ".join(b.words for b in row), min(b.sure for b in row),
        tuple(row),
    )  # fmt: skip


def _columns(boxes: Sequence[Box]) -> list[list[Box]]:
    """Two columns of running text one after the other, below what stands over both of them.

    A table has gaps too, but short cells: its rows stay together.
    """
    if len(boxes) < 12:
        return [list(boxes)]
    left, right = min(b.left for b in boxes), max(b.right for b in boxes)
    middle = (left + right) / 2
    over = [b for b in boxes if b.left < middle < b.right]
    begin = max((b.bottom for b in over), default=0.0)
    head = [b for b in boxes if b.top < begin - b.height / 2]
    sides = [b for b in boxes if b not in head and b.right <= middle]
    other = [b for b in boxes if b not in head and b.left >= middle]
    width = (right - left) * 0.3
    whole = all(
        len(side) >= 5 and sorted(b.right - b.left for b in side)[len(side) // 2] > width
        for side in (sides, other)
    )
    if not whole:
        return [list(boxes)]
    return [one for one in (head, sides, other) if one]
