"""Every file of a folder has an outcome: read, or not read and what to save it as."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from file_writers import pdf

from assistant.errors import SourceError, UnreadableFile, UnsupportedFile
from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import FolderSource

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OFFICE = 'xmlns:{0}="urn:oasis:names:tc:opendocument:xmlns:{1}:1.0"'
NAMES = " ".join(
    OFFICE.format(prefix, name)
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("meta", "meta"),
    )
)  # fmt: skip
BODY = """
<text:tracked-changes><text:changed-region><text:deletion><text:p>deleted words</text:p>
</text:deletion></text:changed-region></text:tracked-changes>
<text:h text:outline-level="1">Cooling off</text:h>
<text:p>A customer may <text:span>cancel</text:span><text:s text:c="2"/>within<text:tab/>14
days<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>
<text:p>Calendar days.</text:p></text:note-body></text:note>.<office:annotation><text:p>a remark
</text:p></office:annotation></text:p>
<text:p># no heading</text:p>
<text:list><text:list-item><text:p>First</text:p><text:list><text:list-item><text:p>Inner</text:p>
</text:list-item></text:list></text:list-item><text:list-item><text:p>Second</text:p>
</text:list-item></text:list>
<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Rule</text:p>
</table:table-cell><table:table-cell><text:p>Days</text:p></table:table-cell></table:table-row>
</table:table-header-rows><table:table-row><table:table-cell><text:p>Cancel</text:p>
</table:table-cell><table:table-cell><text:p>14</text:p></table:table-cell></table:table-row>
</table:table>
<text:section><text:h text:outline-level="2">Refunds</text:h><text:p>Paid<text:line-break/>in 5
days.</text:p></text:section>
<text:p><draw:frame><draw:text-box><text:p>Boxed words</text:p></draw:text-box></draw:frame>
</text:p>
"""


def open_document(body: str, *, kind: str = "text", prolog: str = "", manifest: str = "") -> bytes:
    """An OpenDocument file with this body."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml",
            f"<?xml version='1.0' encoding='UTF-8'?>{prolog}<office:document-content {NAMES}>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
            "</office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", f"<m>{manifest}</m>")
    return target.getvalue()


@pytest.mark.parametrize("name", ["rules.odt", "rules.ott", "rules"])
def test_open_document_text(name: str) -> None:
    reading = read_file(name, open_document(BODY))
    text = reading.document.text
    assert text.startswith("# Cooling off\n")
    assert "A customer may cancel  within 14 days [1]." in text
    assert "[1] Calendar days." in text
    assert "- First\n  - Inner\n- Second" in text
    assert "| Rule | Days |\n| --- | --- |\n| Cancel | 14 |" in text
    assert "## Refunds\n\nPaid\nin 5 days." in text
    assert "Boxed words" in text
    assert "\\# no heading" in text
    assert "deleted words" not in text
    assert "a remark" not in text
    assert set(reading.report.unread_parts) == {"1 comments", "1 tracked deletions"}


def test_open_document_presentation() -> None:
    page = (
        "<draw:page draw:name='{0}'><draw:frame><draw:text-box><text:p>{1}</text:p>{2}"
        "</draw:text-box></draw:frame></draw:page>"
    )
    body = page.format("a", "Limits", "<text:p>14 days</text:p>") + page.format("b", "Roles", "")
    reading = read_file("deck.odp", open_document(body, kind="presentation"))
    assert "14 days" in reading.document.text
    assert [place.label for place in reading.places] == ["slide 1", "slide 2"]


def test_open_document_declares_nothing_and_has_no_password() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'b'>]>"
    with pytest.raises(SourceError, match="refused"):
        read_file("a.odt", open_document("<text:p>&a;</text:p>", prolog=bomb))
    locked = open_document(BODY, manifest="<manifest:encryption-data/>")
    with pytest.raises(SourceError, match="password"):
        read_file("a.odt", locked)
    deep = "<text:section>" * 5000 + "</text:section>" * 5000
    with pytest.raises(SourceError, match="deeply"):
        read_file("a.odt", open_document(deep))


@pytest.mark.parametrize(
    ("name", "stream", "save"),
    [("a.doc", "WordDocument", "Save it as DOCX"), ("a.ppt", "PowerPoint Document", "as PPTX"),
     ("noname", "WordDocument", "Save it as DOCX")],
)  # fmt: skip
def test_old_office_files_say_what_to_save_them_as(name: str, stream: str, save: str) -> None:
    with pytest.raises(UnsupportedFile, match=save):
        read_file(name, OLE + stream.encode("utf-16-le") + b"\0" * 99)


def test_every_file_of_a_folder_has_an_outcome(tmp_path: Path) -> None:
    files: dict[str, bytes] = {
        "rules.odt": open_document(BODY), "README": b"# Read me\n\nA rule holds for 3 days.\n",
        "old.doc": OLE + "WordDocument".encode("utf-16-le") + b"\0" * 99,
        "old.ppt": OLE + "PowerPoint Document".encode("utf-16-le") + b"\0" * 99,
        "picture.png": b"\x89PNG\r\n\x1a\n\x00", "script.py": b"print(1)\n", "a.bin": b"\0\1",
        "sub/notes.md": b"# Notes\n\nText.\n", "macros.docm": docx({"document": "Within 4 days"}),
        "letter.dotx": docx({"document": "Within 5 days"}), "plan": docx({"document": "In 6 days"}),
        "older": OLE + "WordDocument".encode("utf-16-le") + b"\0" * 99, "dump": b"\0\1\2" * 99,
        "empty": b"",
    }  # fmt: skip
    for name, data in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    source = FolderSource(tmp_path)
    found = {one.external_id: one for page in source.fetch(since=None) for one in page.documents}
    assert set(found) == set(files)
    assert {name for name, one in found.items() if one.reading} == {
        "rules.odt", "README", "sub/notes.md", "macros.docm", "letter.dotx", "plan",
    }  # fmt: skip
    for name, one in found.items():
        assert bool(one.reading) != bool(one.error), name
    assert "Save it as DOCX" in found["old.doc"].error
    assert "Save it as PPTX" in found["old.ppt"].error
    assert "Save it as DOCX" in found["older"].error
    assert "not read" in found["script.py"].error
    assert "“.py”" in found["script.py"].error
    assert set(source.present()) == set(files)
    known = {one.external_id: one.stamp for one in found.values()}
    assert all(one.stamp for one in found.values())
    again = [one for page in FolderSource(tmp_path, known.items()).fetch(since=None)
             for one in page.documents]  # fmt: skip
    assert not [one for one in again if one.reading or one.error]


def test_a_link_out_of_the_folder_is_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    [one] = [one for page in FolderSource(folder).fetch(since=None) for one in page.documents]
    assert one.reading is None
    assert "link" in one.error


def docx(parts: dict[str, str]) -> bytes:
    """A Word file with these parts, its body empty unless given."""
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        for name, words in {"document": "", **parts}.items():
            paragraphs = "".join(
                f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in words.split("\n") if line
            )
            inner = f"<w:body>{paragraphs}</w:body>" if name == "document" else paragraphs
            tag = {"d": "document", "h": "hdr", "f": "ftr"}[name[0]]
            archive.writestr(f"word/{name}.xml", f"<w:{tag} {word}>{inner}</w:{tag}>")
    return target.getvalue()


def test_a_word_file_with_words_in_its_header_only_is_no_scan() -> None:
    data = docx({"header1": "Cancel within 14 days\nOnce only", "footer1": "Draft &amp; secret"})
    reading = read_file("a.docx", data)
    assert reading.document.text == "Cancel within 14 days\n\nOnce only\n\nDraft & secret\n"
    assert any("headers and footers" in note for note in reading.notes)
    with pytest.raises(SourceError, match="scan"):
        read_file("a.docx", docx({}))
    both = read_file("a.docx", docx({"document": "Body", "header1": "Head"}))
    assert "Head" not in both.document.text
    assert "page headers" in both.report.unread_parts


def encrypted(data: bytes, algorithm: str, *, user: str, owner: str) -> bytes:
    """The PDF under these passwords, with everything forbidden that a password can forbid."""
    from pypdf import PdfWriter
    from pypdf.constants import UserAccessPermissions

    if algorithm.startswith("AES"):
        pytest.importorskip("cryptography", reason="pypdf writes AES with it alone")
    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(
        user_password=user, owner_password=owner, algorithm=algorithm,
        permissions_flag=UserAccessPermissions(0),
    )  # fmt: skip
    target = io.BytesIO()
    writer.write(target)
    assert b"/Encrypt" in target.getvalue()
    return target.getvalue()


ALGORITHMS = ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_pdf_with_an_owner_password_only_is_read(algorithm: str) -> None:
    plain = pdf([[(12, "Cancel within 14 days")]])
    data = encrypted(plain, algorithm, user="", owner="secret")
    assert "Cancel within 14 days" in read_file("a.pdf", data).document.text


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_pdf_with_a_password_of_its_readers_is_refused_with_what_to_do(algorithm: str) -> None:
    plain = pdf([[(12, "Cancel within 14 days")]])
    data = encrypted(plain, algorithm, user="open sesame", owner="secret")
    with pytest.raises(UnreadableFile) as refused:
        read_file("a.pdf", data)
    assert str(refused.value) == (
        "a.pdf is protected by a password. Save a copy without the password and import that."
    )


def test_real_pdfs_with_an_owner_password_only_are_read(shared_dir: Path) -> None:
    files = sorted((shared_dir / "hostile" / "pdf-pypdf" / "encryption").glob("*-owner-*.pdf"))
    assert len(files) > 3
    for path in files:
        assert read_file(path.name, path.read_bytes()).document.text.strip()


@pytest.mark.parametrize("kind", ["template", "slideshow"])
def test_presentation_templates_and_shows_are_read(kind: str) -> None:
    from pptx import Presentation

    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Limit of 14 days"
    made, target = io.BytesIO(), io.BytesIO()
    deck.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "[Content_Types].xml":
                body = body.replace(b"presentation.main+xml", f"{kind}.main+xml".encode())
            new.writestr(name, body)
    assert "14 days" in read_file("a.potx", target.getvalue()).document.text


SCHEMA = (
    'ListSchema={"schemaXmlList":["<Field Type=\\"Text\\" Name=\\"Title\\" />",'
    '"<Field Type=\\"MultiChoice\\" Name=\\"Branches\\" />"]}'
)
LIST = """"Title","Branches","Days","Remarks"
"Book","[""Harbour"",""Hill, upper""]","21","<div>Not for <b>staff</b>&#160;cards.</div>"
"Film","Harbour;#Hill","7","Type <b>end</b>; [sic]"
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("schema", [SCHEMA, SCHEMA.replace('\\"', '""')])
def test_a_list_of_sharepoint_begins_below_its_schema(schema: str, mark: str, end: str) -> None:
    text = (mark + schema + "\n" + LIST).replace("\n", end)
    assert read_file("Loans.csv", text.encode()).document.text == (
        "| Title | Branches | Days | Remarks |\n| --- | --- | --- | --- |\n"
        "| Book | Harbour, Hill, upper | 21 | Not for **staff** cards. |\n"
        "| Film | Harbour, Hill | 7 | Type <b>end</b>; [sic] |\n"
    )


def test_only_a_list_of_sharepoint_has_choices_in_brackets() -> None:
    text = read_file("Loans.csv", LIST.encode()).document.text
    assert '["Harbour","Hill, upper"]' in text
    assert "Harbour;#Hill" in text
