"""PDF, Word, PowerPoint, HTML, RTF, e-mail and OpenDocument: what was written is what is read."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import docx
import docx.document
import pptx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from file_writers import archive, open_document_sheet, pdf, saved

from assistant.errors import UnreadableFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading
from assistant.workflow.sources.import_sources import document_of


def place_of(reading: Reading, words: str) -> str:
    """The place that a citation of ``words`` would name."""
    return document_of(reading).place_at(reading.document.text.index(words))


# --- PDF --------------------------------------------------------------------------------------


@pytest.mark.long
def test_pdf_pages_are_remembered_and_pages_without_text_reported() -> None:
    data = pdf(
        [[(11, "A plan may be extended once."), (11, "The fee is 5.")], [], [(11, "Last words.")]],
        title="Plans",
    )
    reading = read_file("plans.bin", data)
    assert (reading.document.title, reading.document.kind) == ("Plans", "page")
    assert place_of(reading, "The fee is 5.") == "page 1"
    assert place_of(reading, "Last words.") == "page 3"
    assert "## Page 3\n\nLast words." in reading.document.text
    assert reading.report.empty_parts == ("page 2",)
    assert (reading.report.reader, reading.report.parts) == ("PDFium", 3)
    assert any("page 2" in sentence for sentence in reading.report.sentences)
    assert not reading.report.disagreements


def test_pdf_headings_by_letter_size_and_bullets() -> None:
    body = [(10, f"This is line {n} of an ordinary paragraph of text.") for n in range(12)]
    lines = [(20, "Billing rules"), (14, "Late fees"), *body, (10, "\225 one item"), (14, "Other")]
    text = read_file("r.pdf", pdf([lines, body])).document.text
    assert text.startswith("# Billing rules\n\n## Late fees\n\nThis is line 0")
    assert "\n- one item\n" in text
    assert "\n## Other\n" in text
    assert "Page 1" not in text


def test_a_test_basis_in_a_pdf_keeps_its_stories_over_the_page() -> None:
    first = [(10, "CC-10 Payment plans"), (10, "CC-12 Extend a plan"),
             (10, "As an agent I want to extend a plan so that it runs longer"),
             (10, "Acceptance criteria:"), (10, "- The plan is shown")]  # fmt: skip
    reading = read_file("epic.pdf", pdf([first, [(10, "- The plan is saved")]]))
    criteria = [c for epic in reading.epics for c in epic.criteria]
    assert [c.text for c in criteria] == ["The plan is shown", "The plan is saved"]
    assert criteria[1].start is not None
    assert document_of(reading).place_at(criteria[1].start) == "page 2"


def test_running_headers_and_page_numbers_are_left_out_and_said() -> None:
    pages = [
        [(10, "Confidential"), *((10, f"words {n} of line {line}") for line in "abc"),
         (10, f"Page {n} of 5")]
        for n in range(1, 6)
    ]  # fmt: skip
    reading = read_file("r.pdf", pdf(pages))
    assert "Confidential" not in reading.document.text
    assert "of 5" not in reading.document.text
    assert reading.document.text.count("of line") == 15
    assert "the line 'Confidential' at the edge of most pages" in reading.report.unread_parts
    assert "the line 'Page # of #' at the edge of most pages" in reading.report.unread_parts


@pytest.mark.long
def test_pdf_without_any_text_is_refused_with_the_next_step() -> None:
    with pytest.raises(UnreadableFile, match=r"no text on any of its 2 pages.*OCR"):
        read_file("scan.pdf", pdf([[], []]))


def test_encrypted_pdf_is_a_typed_error() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([[(10, "secret")]]))))
    writer.encrypt("user password", "owner password", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    with pytest.raises(UnreadableFile, match=r"x\.pdf is protected by a password"):
        read_file("x.pdf", target.getvalue())


def test_a_reader_that_takes_too_long_or_too_much_is_stopped() -> None:
    data = pdf([[(10, "words")]])
    with pytest.raises(UnreadableFile, match="longer than"):
        read_file("a.pdf", data, limits=ReadLimits(seconds=0.001))
    with pytest.raises(UnreadableFile, match="too large"):
        read_file("a.pdf", data, limits=ReadLimits(output_bytes=20))


# --- Office -----------------------------------------------------------------------------------


def word_file() -> bytes:
    """A Word document with headings, nested lists and a table."""
    document = docx.Document()
    document.core_properties.title = "Plan rules"
    document.core_properties.author = "Ada"
    document.add_heading("Business rules: plans", 1)
    document.add_paragraph("A plan has a limit.")
    document.add_heading("Limits", 2)
    document.add_paragraph("at most one extension", style="List Bullet")
    document.add_paragraph("first step", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(
        table.rows, (("Plan", "Limit"), ("Basic | old", "14\ndays")), strict=True
    ):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    return saved(document)


@pytest.mark.long
def test_word_keeps_headings_lists_and_tables() -> None:
    reading = read_file("file.bin", word_file())
    text = reading.document.text
    assert text.startswith("# Business rules: plans\n\nA plan has a limit.\n\n## Limits\n\n")
    assert "- at most one extension" in text
    assert "1. first step" in text
    assert "| Plan | Limit |\n| --- | --- |\n| Basic \\| old | 14<br>days |" in text
    assert (reading.document.kind, reading.document.metadata.author) == ("rules", "Ada")
    assert reading.report.reader == "mammoth"


def test_an_epic_in_word_becomes_stories_with_criteria() -> None:
    document = docx.Document()
    document.add_heading("CC-10 Payment plans", 1)
    document.add_heading("CC-12 Extend a plan", 2)
    document.add_paragraph("As an agent I want to extend a plan so that it runs longer.")
    document.add_heading("Acceptance criteria", 3)
    for words in ("The plan is shown", "The plan is saved"):
        document.add_paragraph(words, style="List Bullet")
    reading = read_file("epic.docx", saved(document))
    assert reading.document.id == "epic:CC-10"
    assert [c.text for c in reading.epics[0].criteria] == ["The plan is shown", "The plan is saved"]


def test_a_word_document_is_called_by_its_line_in_the_style_title() -> None:
    document = docx.Document()
    document.core_properties.title = "Template 2019"
    document.add_paragraph("UAT plan – fees & fines", style="Title")
    document.add_paragraph("v0.9, 18 July 2025.")
    document.add_heading("Dates", 1)
    document.add_paragraph("UAT runs from 18 August.")
    assert read_file("plan.docx", saved(document)).document.title == "UAT plan – fees & fines"


def requirements_document() -> docx.document.Document:
    """A document of requirements with its table of contents, a struck one and a comment."""
    document = docx.Document()
    document.add_paragraph("Business Requirements Document", style="Title")
    for number in (1, 2):
        style = document.styles.add_style(f"toc {number}", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
    document.add_paragraph("1 Orders\t3", style="toc 1")
    document.add_paragraph("1.1 Use case UC-01: Enter an order\t4", style="toc 2")
    document.add_heading("1 Orders", 1)
    table = document.add_table(rows=1, cols=3)
    for cell, words in zip(table.rows[0].cells, ("Id", "Requirement", "Priority"), strict=True):
        cell.text = words
    for words, struck in (
        ("An order holds a line.", False),
        ("An order has a date.", False),
        ("It is faxed.", True),
    ):
        cells = table.add_row().cells
        for cell, said in zip(cells, (f"OE-1.{len(table.rows)}", words, "M"), strict=True):
            run = cell.paragraphs[0].add_run(said)
            run.font.strike = struck
            if struck and said == words:
                document.add_comment([run], "Withdrawn in 2.0.", author="Al Vane", initials="AV")
    document.add_heading("1.1 Use case UC-01: Enter an order", 2)
    document.add_heading("2 Returns", 1)
    line = document.add_paragraph()
    line.add_run("OE-2.1").bold = True
    said = line.add_run(" (M, Sales) The system shall take goods back within 28 days.")
    document.add_comment([said], "Of delivery or of invoice?", author="Tim Kay", initials="TK")
    return document


def test_a_document_of_requirements_by_its_own_ids() -> None:
    reading = read_file("brd.docx", saved(requirements_document()))
    assert reading.document.kind == "epic"
    criteria = {one.id: one.text for epic in reading.epics for one in epic.criteria}
    assert list(criteria) == ["OE-1.2", "OE-1.3", "OE-2.1"], "no contents, nothing struck"
    assert criteria["OE-2.1"].endswith("take goods back within 28 days.")
    text = reading.document.text
    assert "1 Orders 3" not in text
    said = "OE-2.1 (M, Sales) The system shall take goods back within 28 days."
    assert f"Comment [TK2] on “{said}”" in text
    assert "Of delivery or of invoice?" in text
    assert not reading.report.disagreements


def test_cases_in_the_tables_of_a_word_file() -> None:
    document = docx.Document()
    document.add_heading("Regression", 1)
    for name in ("T-1", "T-2"):
        table = document.add_table(rows=3, cols=4)
        cells = (("Test Case ID", "Title", "Test Step", "Expected Result"),
                 (name, "Extend", "Open", "Shown"), ("", "", "Save", "Saved"))  # fmt: skip
        for row, words in zip(table.rows, cells, strict=True):
            for cell, word in zip(row.cells, words, strict=True):
                cell.text = word
        document.add_paragraph("Between the tables.")
    reading = read_file("tests.docx", saved(document))
    assert [(case.id, len(case.steps)) for case in reading.cases] == [("T-1", 2), ("T-2", 2)]
    assert reading.document.kind == "test_cases"


def test_readers_reach_neither_network_nor_programs_nor_files(tmp_path: Path) -> None:
    attempts = (
        "socket.create_connection(('127.0.0.1', 9))", "subprocess.run(['true'])",
        f"open({str(tmp_path / 'x')!r}, 'w')", "os.system('true')",
    )  # fmt: skip
    for attempt in attempts:
        script = (
            "import os, socket, subprocess\nfrom assistant.sources.readers.child import forbid\n"
            f"forbid()\ntry:\n    {attempt}\nexcept PermissionError:\n    print('refused')"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "refused", attempt


def test_office_parts_that_declare_entities_are_refused() -> None:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(word_file())) as opened:
        entries: dict[str, bytes | str] = {name: opened.read(name) for name in opened.namelist()}
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    entries["word/document.xml"] = bomb
    with pytest.raises(UnreadableFile, match=r"refused.*entities"):
        read_file("x.docx", archive(entries))


def slides_file() -> bytes:
    """A presentation: a list with levels, a table and notes, and an empty slide."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Plan rules"
    frame = slide.placeholders[1].text_frame
    frame.text = "A plan has a limit"
    inner = frame.add_paragraph()
    inner.text, inner.level = "of 14 days", 1
    slide.notes_slide.notes_text_frame.text = "Ask the team"
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Fees"
    box = second.shapes.add_table(2, 2, 0, 0, 100, 100).table
    for row, cells in enumerate((("Plan", "Fee"), ("Basic", "5"))):
        for column, words in enumerate(cells):
            box.cell(row, column).text = words
    deck.slides.add_slide(deck.slide_layouts[6])
    return saved(deck)


def test_slides_with_lists_tables_and_notes() -> None:
    reading = read_file("deck.bin", slides_file())
    text = reading.document.text
    assert "## Slide 1: Plan rules\n\n- A plan has a limit\n  - of 14 days" in text
    assert "Notes: Ask the team" in text
    assert "| Plan | Fee |\n| --- | --- |\n| Basic | 5 |" in text
    assert place_of(reading, "| Basic | 5 |") == "slide 2"
    assert reading.report.empty_parts == ("slide 3",)


def test_slides_keep_words_apart_and_leave_their_furniture_out() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Fees"
    slide.placeholders[1].text_frame.text = "one\vtwo"
    for holder in deck.slide_layouts[1].placeholders:
        if holder.placeholder_format.type.name in {"FOOTER", "SLIDE_NUMBER"}:
            slide.shapes.clone_placeholder(holder)
    for holder in slide.placeholders:
        if holder.placeholder_format.type.name in {"FOOTER", "SLIDE_NUMBER"}:
            holder.text_frame.text = "Internal"
    reading = read_file("deck.pptx", saved(deck))
    assert reading.document.text == "## Slide 1: Fees\n\n- one two\n"
    assert reading.report.unread_parts == ("1 footers 'Internal'",)


def test_open_document_sheets_and_the_row_of_a_citation() -> None:
    rows = [["Plan", "Limit"], ["Basic", "14"], ["Gold", "30"]]
    reading = read_file("rules.xlsx", open_document_sheet(rows))
    assert "| Plan | Limit |" in reading.document.text
    assert place_of(reading, "| Gold | 30 |") == "sheet Rules, row 3"


# --- HTML, RTF, mail --------------------------------------------------------------------------

HTML = """<!DOCTYPE html><html><head><title>Rules</title><style>p {}</style></head><body>
<nav>Menu</nav><main><h1>Limits</h1><p>One &amp; only.</p><ul><li>a<ul><li>b</li></ul></li></ul>
<table><tr><td rowspan="2">Basic</td><td>1 | 2</td></tr><tr><td>x<br>y</td></tr></table>
<script>alert(1)</script><p style="display: none">hidden</p></main></body></html>"""


def test_html_main_part_lists_and_tables() -> None:
    reading = read_file("page.txt", HTML.encode())
    text = reading.document.text
    assert text.startswith("# Limits\n\nOne & only.\n\n- a\n  - b\n")
    assert "| Basic | 1 \\| 2 |\n| --- | --- |\n| Basic | x<br>y |" in text
    for left_out in ("Menu", "alert", "hidden", "p {}"):
        assert left_out not in text


@pytest.mark.parametrize(
    ("second", "header"),
    [
        ("<th>Refund</th><th>Credit</th>", "| Role | Limit – Refund | Limit – Credit |"),
        ("<th colspan='2'>Agents</th>", "| Role | Limit | Limit |"),
    ],
)
def test_a_header_of_two_rows_is_one(second: str, header: str) -> None:
    span = " rowspan='2'" if second.count("<th") > 1 else ""
    page = (
        f"<html><body><table><tr><th{span}>Role</th><th colspan='2'>Limit</th></tr>"
        f"<tr>{second}</tr><tr><td>Agent</td><td>40</td><td>15</td></tr></table></body></html>"
    )
    text = read_file("a.html", page.encode()).document.text
    assert text.startswith(f"{header}\n| --- | --- | --- |\n")
    assert text.rstrip().endswith("| Agent | 40 | 15 |")


def test_a_cell_ends_without_a_break() -> None:
    page = "<html><body><table><tr><th>Fee</th></tr><tr><td><p>7</p>\n<p>8</p>\n</td></tr></table>"
    assert "| 7<br>8 |" in read_file("a.html", page.encode()).document.text.replace("<br> ", "<br>")


def test_tables_that_lay_out_a_page_are_no_tables() -> None:
    page = (
        "<html><body><table><tr><td><h2>Fees</h2><ul><li>one</li></ul></td></tr><tr><td></td>"
        "<td><table><tr><td>Plan</td><td>Fee</td></tr><tr><td>Basic</td><td>5</td></tr></table>"
        "</td></tr></table><div style='display:none'><p style='display:none'>x</p></div></body>"
        "</html>"
    )
    text = read_file("a.html", page.encode()).document.text
    assert "## Fees\n\n- one\n" in text
    assert "| Plan | Fee |\n| --- | --- |\n| Basic | 5 |" in text


def test_requirements_in_the_tables_of_a_page() -> None:
    page = (
        "<html><body><h1>Plans</h1><p>Some words.</p><table><tr><th>ID</th><th>Requirement</th>"
        "<th>Acceptance Criteria</th></tr><tr><td>REQ-1</td><td>The agent extends a plan</td><td>"
        "<ul><li>It is shown</li><li>It is saved</li></ul></td></tr></table></body></html>"
    )
    reading = read_file("a.html", page.encode())
    [epic] = reading.epics
    assert [(s.key, s.title) for s in epic.stories] == [("REQ-1", "The agent extends a plan")]
    assert [c.text for c in epic.criteria] == ["It is shown", "It is saved"]
    assert reading.document.kind == "epic"


def test_html_says_its_own_encoding() -> None:
    page = '<html><head><meta charset="windows-1252"></head><body><p>Köln – Süd</p></body></html>'
    assert "Köln – Süd" in read_file("a.html", page.encode("cp1252")).document.text


def test_html_nested_a_thousand_deep_is_read() -> None:
    page = "<html><body>" + "<div>" * 1500 + "deep words" + "</div>" * 1500 + "</body></html>"
    assert "deep words" in read_file("a.html", page.encode()).document.text


def test_markdown_with_html_in_it_stays_markdown() -> None:
    page = b'<p align="center">x</p>\n\n# Title\n\n- a\n\n<br>'
    assert "# Title" in read_file("README.md", page).document.text


def test_rich_text() -> None:
    data = rb"{\rtf1\ansi\ansicpg1252 Stra\'dfe\par \u8364? 5\par}"
    text = read_file("a.doc", data).document.text
    assert "Straße" in text
    assert "€ 5" in text


def test_rich_text_headings_lists_and_tables() -> None:
    data = (
        rb"{\rtf1\ansi\ansicpg1252{\stylesheet{\s0 Normal;}{\s2\b heading 2;}}"
        rb"\pard\plain\s2 Fees\par\pard\plain {\listtext\u-3913 \'b7\tab}one\par"
        rb"\pard\plain\ilvl1{\listtext 1.\tab}two{\footnote\pard A {\i note}}\par"
        rb"\trowd\cellx1\cellx2\pard\intbl Plan\cell Fee\par due\cell\row"
        rb"\trowd\cellx1\cellx2\pard\intbl A|B\cell 5\cell\row\pard {\header Page}End\par}"
    )
    reading = read_file("a.rtf", data)
    assert [line for line in reading.document.text.split("\n") if line] == [
        "## Fees", "- one", "  1. two [Footnote: A note]", "| Plan | Fee<br>due |",
        "| --- | --- |", "| A\\|B | 5 |", "End",
    ]  # fmt: skip
    assert reading.report.unread_parts == ("1 headers and footers",)


def mail_of(subject: str, plain: str, html: str = "") -> EmailMessage:
    """A message with a text, and with the same in HTML."""
    message = EmailMessage()
    message["Subject"], message["From"] = subject, "ada@example.org"
    message["Date"] = "Tue, 03 Nov 2026 10:00:00 +0000"
    message.set_content(plain)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_mail_with_a_forwarded_message_and_files() -> None:
    message = mail_of("Limits", "See below.")
    message.add_attachment(mail_of("Decided", "The limit is 14 days."))
    for content in (b"a,b\n1,2\n", b"a,b\n3,4\n"):
        message.add_attachment(content, maintype="text", subtype="csv", filename="t.csv")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    mailbox = b"From ada@example.org Tue Nov  3 10:00:00 2026\n" + message.as_bytes()
    body, *files = read_files("mail.eml", mailbox)
    assert body.reading is not None
    text = body.reading.document.text
    assert "See below." in text
    assert "## Message: Decided\n\nFrom: ada@example.org\nDate: Tue, 03 Nov 2026" in text
    assert text.endswith("The limit is 14 days.\n\n") or text.rstrip().endswith("14 days.")
    assert [found.name for found in files] == ["mail.eml > t.csv", "mail.eml > t (2).csv"]
    assert body.reading.report.unread_parts == ("1 pictures",)


def test_of_two_forms_of_a_mail_the_one_with_more_structure_is_read() -> None:
    lists = mail_of("L", "one\ntwo", "<ul><li>one</li><li>two</li></ul>")
    layout = mail_of("M", "one\n\n  two", "<table><tr><td>one<br>two</td></tr></table>")
    assert "- one\n- two" in read_file("a.eml", lists.as_bytes()).document.text
    assert "one\n\n  two" in read_file("b.eml", layout.as_bytes()).document.text


def test_mail_with_html_body() -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        "Limits",
        "ada@example.org",
        "bo@example.org",
    )
    message["Date"] = "Tue, 03 Nov 2026 10:00:00 +0000"
    message.set_content("<h2>Decided</h2><p>The limit is <b>14</b> days.</p>", subtype="html")
    reading = read_file("mail.txt", message.as_bytes())
    assert reading.document.title == "Limits"
    assert reading.document.metadata.author == "ada@example.org"
    assert "# Limits" in reading.document.text
    assert "## Decided\n\nThe limit is **14** days." in reading.document.text


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("; format=flowed", "It is no longer \ntaken.\n-- \nA", "It is no longer taken.\n-- \nA"),
        ("; format=flowed", " From May \non.\nNo fee.", "From May on.\nNo fee."),
        ("; format=flowed; delsp=yes", "It is no long \ner taken.", "It is no longer taken."),
        (
            "; format=flowed",
            ">> It is no longer \n> > taken. \n> By whom \nyou know?",
            "> > It is no longer taken. \n> By whom \nyou know?",
        ),
        ("", "It is no longer \ntaken.", "It is no longer \ntaken."),
    ],
)
def test_lines_that_a_mail_says_are_one_are_joined(kind: str, body: str, text: str) -> None:
    head = f"From: ada@example.org\nTo: bo@example.org\nSubject: L\nContent-Type: text/plain{kind}"
    document = read_file("a.eml", f"{head}\n\n{body}\n".encode()).document
    assert document.text.partition("\n\n")[2].partition("\n\n")[2].rstrip("\n") == text


def test_lines_that_were_broken_for_sending_are_joined() -> None:
    head = "From: ada@example.org\nTo: bo@example.org\nSubject: L\nContent-Transfer-Encoding: "
    mail = f"{head}quoted-printable\n\nIt is no longer=\n taken from=20\nmembers.\n"
    text = read_file("a.eml", mail.encode()).document.text
    assert "It is no longer taken from \nmembers." in text


def test_text_with_a_few_labels_is_no_mail() -> None:
    assert read_file("a.txt", b"Team: Billing\nRelease: 2\n\nwords").report.reader == "text"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_damaged_documents_never_raise_anything_untyped(seed: int) -> None:
    whole = {
        "a.pdf": pdf([[(10, "words of a page")], [(10, "more")]]), "a.docx": word_file(),
        "a.pptx": slides_file(), "a.ods": open_document_sheet([["a", "b"], ["c", "d"]]),
        "a.html": HTML.encode(), "a.rtf": rb"{\rtf1\ansi words\par {\pict 00} more\par}",
        "a.xml": b"<rss><item><key>A-1</key><summary>x</summary></item></rss>",
        "a.json": b'{"issues": [{"key": "A-1", "fields": {"summary": "x", "labels": [1]}}]}',
    }  # fmt: skip
    chance = random.Random(seed)
    for name, data in whole.items():
        damaged = bytearray(data)
        for _ in range(max(1, len(data) // 200)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        for found in read_files(name, bytes(damaged)):
            assert bool(found.reading) != bool(found.error), name
