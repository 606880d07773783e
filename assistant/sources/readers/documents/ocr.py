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
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.sources.readers.documents.ocr_lines import Box, lines_of
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
