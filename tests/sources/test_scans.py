"""Scanned pages and pictures: read where OCR is installed, else a typed error."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from file_writers import pdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from assistant.errors import UnreadableFile, UnsupportedFile
from assistant.sources.files import files, folder_source, recognition
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.batches import read_files
from assistant.sources.files.child_process import Record
from assistant.sources.files.files import read_file
from assistant.sources.readers.documents.ocr import Box, lines_of
from assistant.sources.reading import ExtractionReport
from assistant.workflow.review.sentences import sentences
from assistant.workflow.sources.import_sources import document_of

WHY_NOT = recognition.not_installed()
with_ocr = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "installed")

RULES = ["Cooling-off period", "A customer may cancel within 14 days", "The fee is 25.50 EUR"]


def page(lines: list[str], size: tuple[int, int] = (1000, 420), height: int = 36) -> Image.Image:
    image = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(height)
    for number, words in enumerate(lines):
        draw.text((40, 30 + number * height * 3), words, font=font, fill="black")
    return image


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def huge_png(side: int) -> bytes:
    """A PNG of a few bytes that claims ``side`` x ``side`` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    why = 'Reading scans needs a package. Install it with: pip install "uat-assistant[ocr]"'
    for module in (files, folder_source, recognition):
        monkeypatch.setattr(module, "not_installed", lambda: why)
    monkeypatch.setattr("assistant.sources.files.converted_documents.not_installed", lambda: why)


@with_ocr
@pytest.mark.parametrize(
    "form",
    [
        pytest.param("PNG", marks=pytest.mark.long),
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("JPEG", "TIFF", "WEBP")),
    ],
)
def test_a_picture_is_read_whatever_its_name(form: str) -> None:
    reading = read_file("shot.txt", saved(page(RULES), form))
    for words in RULES:
        assert words in reading.document.text
    assert document_of(reading).place_at(0) == "read by OCR"
    said = document_of(reading).extraction[0]
    assert said.startswith("Read by OCR (its own score 0.9")
    assert said.endswith(" over the lines kept); 0 lines were unsure.")


@pytest.mark.long
@with_ocr
def test_a_scan_keeps_its_pages_and_says_that_it_was_read_by_ocr() -> None:
    pages = [page([words], height=50) for words in RULES]
    reading = read_file("scan.pdf", saved(pages[0], "PDF", save_all=True, append_images=pages[1:]))
    text = reading.document.text
    assert [text.index(words) for words in RULES] == sorted(text.index(words) for words in RULES)
    assert document_of(reading).place_at(text.index("14 days")) == "page 2, read by OCR"
    assert "## Page 2" in text
    assert "%" not in text  # a figure of ours would be read as one of the document's
    assert not reading.report.empty_parts


@pytest.mark.long
@with_ocr
def test_scanned_pages_between_pages_with_text_are_read_and_those_stay() -> None:
    reading = read_file("mixed.pdf", mixed(saved(page(RULES), "PDF")))
    text = reading.document.text
    assert document_of(reading).place_at(text.index("The written rule")) == "page 1"
    assert "OCR" in document_of(reading).place_at(text.index("25.50 EUR"))


@pytest.mark.long
@with_ocr
def test_lines_that_are_hard_to_read_are_marked_or_left_out_and_counted() -> None:
    tiny = page(RULES, height=10).filter(ImageFilter.GaussianBlur(0.8))
    noise = np.random.default_rng(1).normal(0, 40, (420, 1000, 1))
    noisy = Image.fromarray(np.clip(np.asarray(tiny) + noise, 0, 255).astype("uint8"))
    noisy.paste(page(["This one is sharp"], (1000, 110)), (0, 310))
    reading = read_file("noisy.png", saved(noisy, "PNG"))
    text, said = reading.document.text, reading.report.recognised
    assert "This one is sharp" in text
    marked = text.count("[unsure]")
    assert marked
    assert f"{marked} line{' was' if marked == 1 else 's were'} unsure (marked [unsure])" in said


@pytest.mark.long
@with_ocr
def test_a_blank_picture_says_that_nothing_was_found() -> None:
    with pytest.raises(UnreadableFile, match=r"holds no text.*OCR found none either"):
        read_file("blank.png", saved(page([]), "PNG"))


@pytest.mark.long
@with_ocr
def test_a_scan_tells_how_far_it_is_and_stops_when_told_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recognition, "BATCH_PAGES", 2)
    pages = [page([words]) for words in RULES]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    told = list[tuple[int, int]]()

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(read_files("scan.tiff", data, progress=stop))
    assert told[-1] == (2, 3)


@pytest.mark.long
@with_ocr
def test_pages_over_the_limit_are_named_and_the_others_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recognition, "BATCH_PAGES", 2)
    pages = [page([words]) for words in (RULES[1], *RULES)]
    data = saved(pages[0], "PDF", save_all=True, append_images=pages[1:])
    reading = read_file("scan.pdf", data, limits=ReadLimits(max_scanned_pages=2))
    assert "14 days" in reading.document.text
    assert reading.report.unread_parts == (
        "page 3 (not read by OCR within its limits)", "page 4 (not read by OCR within its limits)",
    )  # fmt: skip


def mixed(scan: bytes) -> bytes:
    """A PDF whose first page has a text layer, with the pages of ``scan`` after it."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([[(10, "The written rule")]]))))
    writer.append(io.BytesIO(scan))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def without_last_page(data: bytes) -> bytes:
    """The PDF ``data``, its last page being listed but not there."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NullObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    pages = writer.root_object["/Pages"]
    assert isinstance(pages, DictionaryObject)
    kids = pages["/Kids"]
    assert isinstance(kids, ArrayObject)
    kids[-1] = NullObject()
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@with_ocr
def test_where_ocr_failed_the_error_is_told_and_not_that_nothing_was_found() -> None:
    data = mixed(saved(page(RULES), "PDF"))
    report = read_file("half.pdf", data, limits=ReadLimits(page_seconds=0.05)).report
    assert report.recognised.startswith(
        "OCR could not read the pages without text: half.pdf took longer than"
    )
    assert report.unread_parts == ("page 2 (OCR failed)",)
    assert not report.empty_parts


@pytest.mark.long
@with_ocr
def test_what_failed_is_told_beside_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "BATCH_PAGES", 1)
    run = recognition.run_reader

    def second_fails(reader: str, data: bytes, *given: Any, **options: Any) -> Iterator[Record]:
        if reader == "ocr" and options["numbers"] == [1]:
            raise UnreadableFile("The reader stopped.")
        return run(reader, data, *given, **options)

    monkeypatch.setattr(recognition, "run_reader", second_fails)
    pages = [page([words]) for words in RULES[:2]]
    data = saved(pages[0], "PDF", save_all=True, append_images=pages[1:])
    report = read_file("scan.pdf", data).report
    assert report.recognised.startswith("Read by OCR (its own score 0.9")
    assert report.recognised.endswith("On other pages OCR failed: The reader stopped.")
    assert report.unread_parts == ("page 2 (OCR failed)",)


@pytest.mark.long
@with_ocr
def test_a_page_that_cannot_be_drawn_is_not_read_rather_than_empty() -> None:
    scans = saved(page(RULES), "PDF", save_all=True, append_images=[page(RULES)])
    report = read_file("damaged.pdf", without_last_page(mixed(scans))).report
    assert "page 3 (it could not be drawn for OCR)" in report.unread_parts
    assert not report.empty_parts
    with pytest.raises(UnreadableFile, match=r"^No text could be read in .*page 1 \(it could not"):
        read_file("damaged.pdf", without_last_page(saved(page(RULES), "PDF")))


@with_ocr
def test_a_page_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(UnreadableFile, match="took longer than"):
        read_file("slow.png", saved(page(RULES), "PNG"), limits=ReadLimits(page_seconds=0.05))


@pytest.mark.long
@with_ocr
@pytest.mark.parametrize(
    ("data", "why"),
    [(huge_png(30_000), "30,000|pixels"), (huge_png(9_000), "pixels"),
     (huge_png(100), "damaged"), (b"\x89PNG\r\n\x1a\n\0\0", "damaged"),
     (saved(page(RULES), "PNG")[:900], "damaged"), (b"\xff\xd8\xff\xe0" + bytes(50), "damaged"),
     (b"II*\x00" + b"\xff" * 40, "damaged"), (b"RIFF\x10\0\0\0WEBPVP8 ", "damaged")],
)  # fmt: skip
def test_hostile_pictures_are_typed_errors(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read_file("picture.png", data)


@pytest.mark.parametrize(
    "data",
    [huge_png(30_000), saved(page(RULES), "PNG"), saved(page(RULES), "PNG")[:900],
     saved(page(RULES), "JPEG"), saved(page(RULES), "TIFF"), saved(page(RULES), "WEBP")],
)  # fmt: skip
def test_without_ocr_a_picture_names_the_extra(data: bytes, without_ocr: None) -> None:
    with pytest.raises(UnsupportedFile, match=r"is an image.*uat-assistant\[ocr\]"):
        read_file("picture.docx", data)


def test_an_empty_picture_is_empty_with_and_without_ocr() -> None:
    with pytest.raises(UnreadableFile, match="is empty"):
        read_file("picture.png", b"")


def test_without_ocr_a_scan_names_the_extra(without_ocr: None) -> None:
    with pytest.raises(UnreadableFile, match=r"holds no text.*uat-assistant\[ocr\]"):
        read_file("scan.pdf", saved(page(RULES), "PDF"))


def test_without_ocr_a_scanned_page_beside_text_is_said(without_ocr: None) -> None:
    report = read_file("half.pdf", pdf([[(10, "The written rule")], []])).report
    assert report.empty_parts == ("page 2",)
    assert "extra ocr" in report.sentences[0]


def test_what_is_not_sure_comes_first_among_what_a_person_should_know() -> None:
    said = "Read by OCR (its own score 0.91 over the lines kept); 2 lines were unsure."
    report = ExtractionReport(recognised=said, empty_parts=("page 2",))
    assert report.sentences[0].startswith("Read by OCR")
    assert report.sentences[1] == "No text was found on page 2, by OCR either."


def boxes(*rows: tuple[float, float, float, str]) -> list[Box]:
    return [Box(left, top, right, top + 20, words, 0.99) for left, top, right, words in rows]


def test_rows_that_wrap_are_one_line_and_gaps_are_paragraphs() -> None:
    found = boxes((0, 0, 500, "The customer may can-"), (0, 26, 480, "cel within"),
                  (0, 52, 200, "14 days."), (0, 110, 490, "The fee is small."))  # fmt: skip
    assert lines_of(found, 0.85, "[unsure]") == (
        ["The customer may can-cel within 14 days.", "", "The fee is small."], 0,
    )  # fmt: skip


def test_list_items_and_cells_of_a_row_stay_apart_and_together() -> None:
    found = boxes((0, 0, 500, "• first item that is long"), (0, 26, 500, "• second item"),
                  (0, 52, 100, "Fee"), (300, 54, 500, "25 EUR"))  # fmt: skip
    lines, _ = lines_of(found, 0.85, "[unsure]")
    assert lines == ["- first item that is long", "- second item", "", "Fee 25 EUR"]


def test_rows_of_a_table_are_no_sentence_together() -> None:
    found = boxes((0, 0, 60, "Fee"), (400, 0, 500, "25 EUR"), (0, 26, 100, "Limit"),
                  (400, 26, 500, "90 EUR"), (0, 52, 500, "Both are for each month and"),
                  (0, 78, 200, "customer."))  # fmt: skip
    lines, _ = lines_of(found, 0.85, "[unsure]")
    assert lines == [
        "Fee 25 EUR", "", "Limit 90 EUR", "", "Both are for each month and customer.",
    ]  # fmt: skip
    assert sentences("\n".join(lines)) == [line for line in lines if line]


def test_a_row_wraps_too_where_it_is_two_boxes_close_together() -> None:
    found = boxes((0, 0, 240, "The customer may"), (255, 0, 500, "cancel within"),
                  (0, 26, 200, "14 days."))  # fmt: skip
    assert lines_of(found, 0.85, "[unsure]")[0] == ["The customer may cancel within 14 days."]


@pytest.mark.parametrize("number", ["1.", "(a)", "3.1", "–"])
def test_a_number_with_a_tab_behind_it_is_no_cell(number: str) -> None:
    found = boxes((0, 0, 30, number), (90, 0, 500, "The customer may cancel within"),
                  (90, 26, 200, "14 days."))  # fmt: skip
    assert lines_of(found, 0.85, "[unsure]")[0] == [
        f"{number} The customer may cancel within 14 days."
    ]


def test_cells_behind_a_number_are_a_row_of_a_table() -> None:
    found = boxes((0, 0, 30, "1."), (90, 0, 200, "Fee"), (400, 0, 500, "25 EUR"),
                  (0, 26, 500, "It is due on the first day"))  # fmt: skip
    assert lines_of(found, 0.85, "[unsure]")[0] == [
        "1. Fee 25 EUR", "", "It is due on the first day",
    ]  # fmt: skip


@pytest.mark.slow
@with_ocr
def test_rows_of_a_scanned_table_are_no_sentence_together() -> None:
    image = Image.new("RGB", (1000, 200), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    rows = [("Fee", "25 EUR"), ("Limit of the amount", "90 EUR"), ("Term", "14 days")]
    for number, cells in enumerate(rows):
        for across, words in zip((40, 800), cells, strict=True):
            draw.text((across, 30 + 42 * number), words, font=font, fill="black")
    text = read_file("table.png", saved(image, "PNG")).document.text
    assert {" ".join(cells) for cells in rows} <= set(sentences(text))


@pytest.mark.parametrize("missing", ["", "Install it."])
def test_a_kind_that_is_not_read_is_told_with_the_pictures_that_are(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "not_installed", lambda: missing)
    told = "(PNG, JPEG, TIFF, WebP; with the extra ocr)" if missing else "(PNG, JPEG, TIFF, WebP)"
    with pytest.raises(UnsupportedFile) as error:
        read_file("sound.mp3", b"ID3" + bytes(99))
    assert f"pictures {told}," in str(error.value)


def test_two_columns_are_read_one_after_the_other_under_their_title() -> None:
    rows = [(0.0, 0.0, 1000.0, "A title over both")]
    for n in range(7):
        rows += [(0, 60 + 26 * n, 450, f"left {n}"), (550, 60 + 26 * n, 1000, f"right {n}")]
    words = " ".join(lines_of(boxes(*rows), 0.85, "[unsure]")[0])
    assert words.index("left 6") < words.index("right 0")
    assert words.startswith("A title over both")


def test_an_unsure_row_carries_the_mark() -> None:
    doubtful = Box(0, 0, 300, 20, "The fee is 2S EUR", 0.6)
    assert lines_of([doubtful], 0.85, "[unsure]") == (["The fee is 2S EUR [unsure]"], 1)
