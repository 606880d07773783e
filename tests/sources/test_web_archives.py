"""Pages saved as one MIME file (Confluence's Word export, MHT, MHTML) are read as their HTML."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from assistant.errors import SourceError
from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import READABLE_SUFFIXES

PAGE = (
    "<html><head><title>Bike hire – fees</title><style>p {color: red}</style></head><body>"
    "<h1>Bike hire – fees</h1><p>A day costs 14&nbsp;€ = one fee.</p>"
    "<table><tr><th>Bike</th><th>Fee</th></tr><tr><td>Cargo</td><td>22 €</td></tr></table>"
    "<img src='cid:a' alt='A cargo bike'></body></html>"
)


def saved(
    page: str = PAGE, *, charset: str = "utf-8", cte: str = "quoted-printable", **headers: str
) -> bytes:
    """``page`` with a style sheet and a picture, as programs save pages in one file."""
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(page, subtype="html", charset=charset, cte=cte)
    message["Content-Location"] = "file:///C:/saved.html"
    message.add_related("p {margin: 0}", subtype="css", cid="<style@x>")
    message.add_related(b"\x89PNG\r\n", maintype="image", subtype="png", cid="<a>")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.doc", saved(Date="Mon, 05 Oct 2026 09:00:00 +0200", Subject="Exported From X")),
        ("page.mht", saved(charset="windows-1252", cte="base64")),
        ("page", saved(From="<Saved by Blink>", Subject="Fees", Snapshot_Content_Location="x")),
        ("page.mhtml", saved().replace(b"\n", b"\r\n")),
    ],
)
def test_a_page_saved_as_one_file_is_read_as_its_html(name: str, data: bytes) -> None:
    reading = read_file(name, data)
    assert reading.document.title == "Bike hire – fees"
    assert reading.document.text.startswith(
        "# Bike hire – fees\n\nA day costs 14 € = one fee.\n\n"
        "| Bike | Fee |\n| --- | --- |\n| Cargo | 22 € |\n"
    )
    assert "margin" not in reading.document.text
    assert reading.report.unread_parts == ("1 pictures",)


def test_the_page_is_the_part_that_the_file_calls_its_root() -> None:
    data = (
        b'MIME-Version: 1.0\nContent-Type: multipart/related; start="<b>"; boundary=x\n\n'
        b"--x\nContent-Type: text/html\nContent-ID: <a>\n\n<p>A frame beside it</p>\n"
        b"--x\nContent-Type: text/html\nContent-ID: <b>\n\n"
        + '<meta charset="windows-1251"><p>Правило 7</p>\n--x--\n'.encode("cp1251")
    )
    assert read_file("a.mht", data).document.text == "Правило 7\n"


def test_a_page_that_is_cut_short_is_read_and_says_so() -> None:
    data = saved()
    cut = data[: data.index(b"Cargo")]
    reading = read_file("a.doc", cut)
    assert "A day costs 14 €" in reading.document.text
    assert any("ends before" in note for note in reading.notes)
    assert not any("ends before" in note for note in read_file("a.doc", data).notes)


def test_a_file_without_its_page_is_refused_in_words() -> None:
    head = saved().split(b"\n--", 1)[0]
    for data in (head + b"\n\nnothing\n", head.replace(b"boundary", b"bound") + b"\n\n--x\n\n<p>"):
        with pytest.raises(SourceError, match="the page itself is not in it"):
            read_file("a.doc", data)


def test_a_message_that_somebody_sent_is_still_mail() -> None:
    sent = saved(From="ada@example.org", To="bo@example.org", Subject="Fees",
                 Received="from a by b; Mon, 05 Oct 2026 09:00:00 +0200")  # fmt: skip
    for name, data in (("a.txt", sent), ("a.eml", saved(From="ada@example.org"))):
        assert read_file(name, data).report.reader == "email"
    assert {".mht", ".mhtml"} <= READABLE_SUFFIXES
