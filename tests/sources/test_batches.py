"""Uploads of several files: archives, messages, bombs, and names that want to go elsewhere."""

from __future__ import annotations

import io
import stat
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from file_writers import archive, pdf

from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.reading import FileOutcome


def outcomes(name: str, data: bytes, **limits: int) -> list[FileOutcome]:
    """All outcomes of an upload."""
    return list(read_files(name, data, limits=ReadLimits(**limits)))


def test_each_file_of_an_archive_has_an_outcome() -> None:
    data = archive(
        {
            "docs/rules.md": "# Business rules\n\n- BR-1: a\n- BR-2: b\n",
            "docs/page.pdf": pdf([[(10, "Words of the page")]]),
            "broken.pdf": b"%PDF-1.7 nothing",
            "photo.png": b"\x89PNG\r\n\x1a\n\0\0",
            "cases.csv": "ID,Title,Test Step,Expected Result\nT-1,Login,Open,Shown\n",
            "__MACOSX/._rules.md": b"\0\1",
        }
    )
    found = outcomes("bundle.zip", data)
    assert [bool(each.reading) for each in found] == [True, True, False, False, True]
    rules, page, broken, photo, cases = found
    assert rules.reading is not None
    assert rules.reading.document.id == "file:bundle.zip > docs > rules.md"
    assert rules.reading.document.kind == "rules"
    assert page.reading is not None
    assert page.reading.document.text == "Words of the page\n"
    assert "broken.pdf" in broken.error
    assert "photo.png" in photo.error
    assert cases.reading is not None
    assert cases.reading.cases[0].id == "T-1"


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/x.md", "/etc/x.md", "C:\\Windows\\x.md", "a/../../x.md", "..\\x.md"],
)
def test_names_in_archives_are_only_text(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [found] = outcomes("up.zip", archive({name: "some words"}))
    assert found.reading is not None
    assert ".." not in found.reading.document.id
    assert "/" not in found.reading.document.id
    assert list(tmp_path.rglob("*")) == []


def test_importing_twice_gives_the_same_ids_and_hashes() -> None:
    data = archive({"a.md": "# A\n\nwords", "b.md": "# B\n\nwords"})
    first, second = outcomes("x.zip", data), outcomes("x.zip", data)
    keys = [[(o.reading.document.id, o.reading.document.content_hash, o.reading.document.text)
             for o in run if o.reading] for run in (first, second)]  # fmt: skip
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2


def test_links_and_protected_entries_are_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        link = zipfile.ZipInfo("passwd.md")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
        opened.writestr("ok.md", "fine words")
    data = bytearray(target.getvalue())
    found = outcomes("x.zip", bytes(data))
    assert "is a link" in found[0].error
    assert found[1].reading is not None
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.rindex(mark)
        data[at + offset] |= 1
    assert "protected by a password" in outcomes("x.zip", bytes(data))[1].error


def test_bombs_are_refused_unread() -> None:
    [found] = outcomes("bomb.zip", archive({"a.txt": b"\0" * 40_000_000}))
    assert "compression ratio" in found.error
    [found] = outcomes("many.zip", archive({f"{n}.txt": "x" for n in range(20)}), max_entries=10)
    assert "20 parts" in found.error
    inner = archive({"a.md": "words " * 1000})
    nested = archive({"1.zip": archive({"2.zip": archive({"3.zip": inner})})})
    assert [bool(each.error) for each in outcomes("n.zip", nested)] == [True]
    assert "3" in outcomes("n.zip", nested)[0].error
    shallow = archive({"1.zip": archive({"a.md": "words"})})
    assert outcomes("n.zip", shallow)[0].reading is not None


def test_an_archive_unpacks_to_no_more_than_its_limit() -> None:
    data = archive({f"{n}.txt": f"{n} words " * 1000 for n in range(9)})
    found = outcomes("x.zip", data, max_unpacked_bytes=200_000)
    assert all(each.reading for each in found)
    assert outcomes("x.zip", data, max_unpacked_bytes=20_000)[0].error


def test_damaged_entries_do_not_stop_the_others() -> None:
    data = archive({"a.md": "good words " * 50, "b.md": "other words " * 50})
    at = data.index(b"b.md") + 8
    damaged = data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]
    found = outcomes("x.zip", damaged)
    assert found[0].reading is not None
    assert "b.md" in found[1].error


def test_attachments_of_a_message_are_read() -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Rules", "ada@x.org", "bo@x.org"
    message["Date"] = "Tue, 03 Nov 2026 10:00:00 +0000"
    message.set_content("See the file.")
    message.add_attachment(pdf([[(10, "The limit is 14 days")]]), maintype="application",
                           subtype="pdf", filename="../limit.pdf")  # fmt: skip
    message.add_attachment(b"\x89PNG\0\0", maintype="image", subtype="png", filename="a.png")
    mail, attached = outcomes("m.eml", message.as_bytes())
    assert mail.reading is not None
    assert "See the file." in mail.reading.document.text
    assert attached.reading is not None
    assert attached.reading.document.text == "The limit is 14 days\n"
    assert attached.reading.document.id == "file:m.eml > limit.pdf"
    assert mail.reading.report.sentences == ("Not read: 1 pictures.",)
    alone = read_file("m.eml", message.as_bytes())
    assert "Files in it, to be imported by themselves: ../limit.pdf." in alone.notes


def test_a_file_of_fifty_megabytes_and_more_is_refused() -> None:
    [found] = outcomes("big.txt", b"x" * 50_000_001)
    assert "at most 50,000,000" in found.error
