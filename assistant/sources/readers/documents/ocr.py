"""Words on scanned pages and pictures, recognised (OCR) by RapidOCR with the models of its wheel.

Options: "kind" ("pdf" or "picture"), "numbers" (the pages to read, from 0) and "max_pixels".
Records: ``{"pages": count}``, then for each page that was read ``{"page": number, "part": label,
"lines": [[0, words], ...], "letters": n, "sure": score from 0 to 1, "unsure": n,
"left_out": n}``. The score is the recogniser's own, the mean over the letters kept; it is no
measured rate. A line under ``SURE`` ends with the mark ``UNSURE``; one under ``LEGIBLE`` is left
out and counted. Nothing is fetched: the process may not open a connection.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assistant.sources.readers.refusals import Refused

if TYPE_CHECKING:
    from PIL.Image import Image

SURE = 0.85
LEGIBLE = 0.65
UNSURE = "[unsure]"

_SIDE = 1_800
"""Pixels of a page's width and of a strip's height: about 150 dots an inch of A4, 2 mm letters."""

_SMALLEST = 10
_LONGEST = 30_000


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The words of the pages asked for; raises ``Refused`` for a picture too large or damaged."""
    logging.disable(logging.CRITICAL)
    kind, wanted, most = options["kind"], options["numbers"], options["max_pixels"]
    assert isinstance(wanted, list)
    assert isinstance(most, int)
    pages = _pdf_pages(data, wanted) if kind == "pdf" else _pictures(data, wanted, most)
    engine = None
    for number, count, image in pages:
        if engine is None:
            engine = _engine()
            yield {"pages": count}
        place = f"page {number + 1}, read by OCR" if count > 1 or kind == "pdf" else "read by OCR"
        yield {"page": number, **_read(engine, image, place)}


def _engine() -> Any:
    from rapidocr import RapidOCR

    threads = "EngineConfig.onnxruntime.{}_op_num_threads"
    return RapidOCR(params={
        "Global.text_score": 0.0, "Global.use_cls": False, "Global.max_side_len": 2 * _SIDE,
        "Global.log_level": "critical", "Det.limit_type": "max", "Det.limit_side_len": 1280,
        "Det.thresh": 0.2, "Det.box_thresh": 0.3,  # faint words too, rather unsure than missed
        threads.format("intra"): 1, threads.format("inter"): 1,
    })  # fmt: skip


def _pdf_pages(data: bytes, wanted: Sequence[int]) -> Iterator[tuple[int, int, Image]]:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for number in wanted:
        try:
            page = document[number]
            width, height = page.get_size()
            scale = min(_SIDE / max(1.0, min(width, height)), 1.4 * _SIDE / max(width, height, 1.0))
            image = page.render(scale=scale).to_pil().convert("RGB")
            page.close()
        except (pypdfium2.PdfiumError, ValueError):  # who asked sees that the page is missing
            continue
        yield number, len(document), image


def _pictures(
    data: bytes, wanted: Sequence[int], max_pixels: int
) -> Iterator[tuple[int, int, Image]]:
    from PIL import Image, ImageOps

    warnings.simplefilter("ignore")  # the limit below is lower than the one Pillow warns of
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "WEBP")) as opened:
            count = getattr(opened, "n_frames", 1) if opened.format == "TIFF" else 1
            for number in (one for one in wanted if one < count):
                opened.seek(number)
                wide, high = opened.size
                if wide * high > max_pixels or max(wide, high) > _LONGEST:
                    raise Refused("size", f"{wide:,} x {high:,} pixels")
                yield number, count, _on_white(ImageOps.exif_transpose(opened))
    except Image.DecompressionBombError as error:
        raise Refused("size", f"more than {max_pixels:,} pixels") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused("damaged", "its picture is damaged") from error


def _on_white(image: Image) -> Image:
    """The picture in red, green and blue, what is transparent being white."""
    from PIL import Image

    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    whole = Image.new("RGBA", layer.size, "white")
    whole.alpha_composite(layer)
    return whole.convert("RGB")


def _strips(image: Image) -> Iterator[tuple[int, Image]]:
    """A page scaled to be read, in strips one above the other where it is long, cut where a row
    of pixels is plain."""
    import numpy as np

    factor = _SIDE / max(1, image.width)
    if factor < 1:
        image = image.resize((_SIDE, max(1, round(image.height * factor))))
    top = 0
    while image.height - top > 1.5 * _SIDE:
        last = top + _SIDE
        rows = np.asarray(image.crop((0, last - 300, image.width, last)).convert("L"))
        cut = last - 1 - int(rows.std(axis=1)[::-1].argmin())
        yield top, image.crop((0, top, image.width, cut))
        top = cut
    yield top, image.crop((0, top, image.width, image.height))


def _read(engine: Any, image: Image, place: str) -> dict[str, object]:
    """What is legible on a page, and the score of that."""
    import numpy as np

    found, left_out = list[Box](), 0
    for top, strip in _strips(image):
        if min(strip.size) < _SMALLEST:
            continue
        result = engine(np.ascontiguousarray(np.asarray(strip)[:, :, ::-1]))
        if result.txts is None or result.boxes is None:
            continue
        for corners, words, sure in zip(result.boxes, result.txts, result.scores, strict=True):
            if sure < LEGIBLE or not words.strip():
                left_out += 1
                continue
            across, down = [float(c[0]) for c in corners], [float(c[1]) + top for c in corners]
            found.append(Box(min(across), min(down), max(across), max(down), words, float(sure)))
    letters = sum(len(box.words) for box in found)
    sure = sum(len(box.words) * box.sure for box in found) / max(1, letters)
    lines, unsure = lines_of(found, SURE, UNSURE)
    return {
        "part": place, "lines": [[0, w] for w in lines],
        "letters": letters, "sure": sure, "unsure": unsure, "left_out": left_out,
    }  # fmt: skip


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
