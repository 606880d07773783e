"""Mailboxes (MBOX): each mail as a part of one document, as EML is read."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest

from assistant.errors import UnreadableFile
from assistant.knowledge.chunks.blocks import read_blocks
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import READABLE_SUFFIXES
from assistant.sources.reading import Reading

GMAIL = b"From 1849@xxx Wed Nov 25 09:18:44 +0000 2026\r\n"
THUNDERBIRD = b"From \r\n"


def mail(subject: str, text: str, day: int = 3, **headers: str) -> EmailMessage:
    """A mail of November 2026; a header without words is none."""
    message = EmailMessage()
    stated = {
        "Subject": subject, "From": "Ada <ada@example.org>", "To": "bo@example.org",
        "Date": f"{day} Nov 2026 10:00:00 +0100", **headers,
    }  # fmt: skip
    for name, words in stated.items():
        if words:
            message[name.replace("_", "-")] = words
    message.set_content(text)
    return message


def mailbox(*mails: EmailMessage | bytes, line: bytes = GMAIL) -> bytes:
    """Mails with a line before and an empty one behind each."""
    raw = [each if isinstance(each, bytes) else each.as_bytes() for each in mails]
    return b"".join(line + each.rstrip(b"\n") + b"\n\n" for each in raw)


def read(data: bytes, name: str = "Team.mbox") -> Reading:
    return read_file(name, data)


@pytest.mark.parametrize("line", [GMAIL, THUNDERBIRD, b"From - Wed Nov 25 09:18:44 2026\n"])
def test_mails_are_parts_of_one_page_the_oldest_first(line: bytes) -> None:
    data = mailbox(mail("Später", "Grüße: 14 Tage", 9), mail("First", "Seven days.", 2), line=line)
    assert b"quoted-printable" in data.lower() or b"8bit" in data.lower()
    for name in ("Team.mbox", "Inbox"):
        reading = read(data, name)
        document = reading.document
        assert (document.kind, document.title) == ("page", name.removesuffix(".mbox"))
        assert document.text == (
            f"# {document.title}\n\n## First\n\nFrom: Ada <ada@example.org>\nTo: bo@example.org\n"
            "Date: Mon, 02 Nov 2026 10:00:00 +0100\n\nSeven days.\n\n"
            "## Später\n\nFrom: Ada <ada@example.org>\nTo: bo@example.org\n"
            "Date: Mon, 09 Nov 2026 10:00:00 +0100\n\nGrüße: 14 Tage\n"
        )
        places = [document.text[each.start :][:12] for each in reading.places]
        assert [each.split("\n")[0] for each in places] == ["## First", "## Später"]
        assert [each.label for each in reading.places] == [
            "mail of 2 November 2026, 10:00", "mail of 9 November 2026, 10:00",
        ]  # fmt: skip
        assert reading.report.parts == 2


def test_a_mail_without_a_date_stays_behind_the_one_before_it() -> None:
    data = mailbox(mail("c", "c", 5), mail("d", "d", Date=""), mail("a", "a", 1),
                   mail("b", "b", Date="no day"))  # fmt: skip
    reading = read(data)
    headings = [line for line in reading.document.text.split("\n") if line.startswith("## ")]
    assert headings == ["## a", "## b", "## c", "## d"]
    assert reading.places[3].label == "mail 4"


def test_a_line_that_begins_with_from_is_text() -> None:
    """One with a ">" loses it; one without stands in no place where a mail begins."""
    text = (
        "Hello,\n\n>From Monday on at 10:00 we test.\n>>From here\n\nFrom Tuesday 10:00 on too.\n"
    )
    plain = mail("One", "x").as_bytes().replace(b"x\n", text.encode())
    found = read(mailbox(plain, mail("Two", "y"))).document.text
    assert "\nFrom Monday on at 10:00 we test.\n>From here\n\nFrom Tuesday 10:00 on too." in found
    assert found.count("\n## ") == 2
    letter = mail("One", "x").as_bytes().replace(b"x\n", mailbox(mail("In it", "y")))
    for within in (letter, b"From Ada with love\n" + letter):
        assert "From 1849@xxx" in read(within, "one.eml").document.text


def test_files_of_all_mails_are_read_and_one_that_is_sent_again_once() -> None:
    first, second, third = (mail(name, name) for name in "abc")
    for message, content in ((first, b"a,b\n1,2\n"), (second, b"a,b\n1,2\n"), (third, b"a,b\n3,4")):
        message.add_attachment(content, maintype="text", subtype="csv", filename="t.csv")
    first.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    body, *files = read_files("m.mbox", mailbox(first, second, third))
    assert [found.name for found in files] == ["m.mbox > t.csv", "m.mbox > t (2).csv"]
    assert body.reading is not None
    assert body.reading.report.unread_parts == ("1 pictures",)


def test_headings_of_mails_stand_below_them_and_a_forwarded_mail_too() -> None:
    outer = mail("Outer", "See below.")
    outer.add_attachment(mail("Inner", "14 days."))
    rich = mail("Rich", "")
    rich.set_content("<h1>Scope</h1><p>x</p><pre># no heading</pre>", subtype="html")
    text = read(mailbox(outer, rich)).document.text
    assert "## Outer" in text
    assert "#### Message: Inner\n\nFrom: Ada" in text
    assert "## Rich" in text
    assert "### Scope" in text
    assert "\n# no heading" in text


@pytest.mark.parametrize("mark", ["```", "~~~~", "  ```sql", "```\r\n~~~"])
def test_a_fence_that_a_mail_leaves_open_ends_with_it(mark: str) -> None:
    first, whole = f"Run this:\n{mark}\nselect 1\n", "```\n# a comment\n```\n"
    mails = [mail("One", first, 2), mail("Two", "14 days.", 3), mail("Three", whole, 4)]
    document = read(mailbox(*mails)).document
    titles = [heading.title for heading in read_blocks(document.text).headings]
    assert titles == ["Team", "One", "Run this", "Two", "Three"]
    assert document.text.endswith(f"\n\n{whole}")
    mails[0].add_attachment(mails[1])
    inner = read(mails[0].as_bytes(), "one.eml").document.text
    assert "Message: Two" in {each.title for each in read_blocks(inner).headings}


def test_words_of_one_mail_do_not_make_the_mailbox_a_story() -> None:
    story = "Release: R7\n\n# Story: Pay\n\nAs a clerk, I want to pay, so that it is paid."
    reading = read(mailbox(mail("s", story), mail("t", "Lunch?")))
    assert (reading.document.kind, reading.epics) == ("page", ())
    assert reading.document.metadata.release == ""
    assert read(mailbox(mail("s", story))).epics  # as the same mail in EML


def test_mails_that_thunderbird_marks_as_deleted_are_left_out() -> None:
    gone = mail("Gone", "old", X_Mozilla_Status="0009")
    kept = mail("Kept", "new", X_Mozilla_Status="0001")
    reading = read(mailbox(gone, kept, line=THUNDERBIRD))
    assert "Gone" not in reading.document.text
    assert reading.notes[0] == "Mails that are marked as deleted were left out: 1."
    with pytest.raises(UnreadableFile, match="all are marked as deleted"):
        read(mailbox(gone, gone, line=THUNDERBIRD))


@pytest.mark.long
def test_broken_mails_do_not_cost_the_others() -> None:
    broken = [
        b"Subject: =?utf-8?B?w4?= =?nowhere?Q?=C3?=\nFrom: <<a@@b\nDate: 99 Foo\n"
        b"Content-Type: text/plain; charset=nowhere\nContent-Transfer-Encoding: base64\n\n%%%\xff",
        b"Subject: bytes\nFrom: a@b.example\n\nStra\xdfe, f\xfcr",
        b"Subject:\nContent-Type: multipart/mixed; boundary=x\n\n--x\n--x\n",
        b'Content-Type: message/rfc822; name*0*=x; name*=%\nMIME-Version: 1.0\n\nX: "\n',
        b"Subject: nothing in it",
        b'Subject: null\nContent-Type: text/plain; charset="a\x00b"\n\nStill here.',
        b"Subject: deep\n"
        + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)
        ),
    ]
    reading = read(mailbox(mail("Good", "14 days.\n" * 1_000), *broken))
    assert "14 days." in reading.document.text
    assert "Straße, für" in reading.document.text
    assert "Still here." in reading.document.text
    assert reading.document.text.count("\n## ") == 7
    assert reading.report.unread_parts == ("mail 8 (damaged)",)


def test_what_is_no_mailbox() -> None:
    for data in (GMAIL + b"\nno header", b"From now on 10:00 is fine.\n\nFrom then 11:00 too.\n"):
        assert read_file("a.txt", data).report.reader != "email"
    assert ".mbox" in READABLE_SUFFIXES


def test_too_many_mails_are_refused() -> None:
    one = THUNDERBIRD + b"Subject: x\nFrom: a@b.example\nDate: 1 Nov 2026 10:00:00 +0000\n\n\n"
    with pytest.raises(UnreadableFile, match="5,001 mails; at most 5,000"):
        read(one * 5_001)


def test_a_line_full_of_times_is_read_once() -> None:
    """With each time read anew to its end the first of these takes ten seconds."""
    full = b"From " + b"10:10" * 20_000
    began = time.perf_counter()
    text = read(GMAIL + b"Subject: x\n\nhi\n\n" + full + b"\nno header here\n").document.text
    assert text.count("10:10") == 20_000
    two = read(mailbox(mail("One", "a"), line=full + b"\n") + mailbox(mail("Two", "b")))
    assert two.document.text.count("\n## ") == 2
    assert read_file("a.txt", full).report.reader != "email"
    assert time.perf_counter() - began < 3


@pytest.mark.alone
def test_a_thousand_mails_take_ten_times_as_long_as_a_hundred() -> None:
    text = "\n".join("From there on 10:00 > a line of a mail" for _ in range(40))
    hundred = mailbox(*(mail(f"Mail {day}", text, day % 28 + 1) for day in range(100)))
    took = list[float]()
    for data in (hundred, hundred, hundred * 10):
        began = time.perf_counter()
        assert read(data).report.parts == len(data) // len(hundred) * 100
        took.append(time.perf_counter() - began)
    assert took[2] < 40 * took[1]
