"""Pages in AsciiDoc, reStructuredText and wikitext: read as pages of Markdown are."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from file_writers import archive

from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import FolderSource
from assistant.sources.readers.markups import asciidoc
from assistant.sources.readers.markups.wikitext import Wiki, wikitext_to_markdown
from assistant.sources.reading import Reading


def read_of(text: str, name: str = "rules.adoc") -> Reading:
    """What a file is read as."""
    return read_file(name, text.encode())


def text_of(text: str, name: str = "rules.adoc") -> str:
    """The text that a file is kept with."""
    return read_of(text, name).document.text.strip()


@pytest.mark.parametrize(
    ("markup", "markdown"),
    [
        ("= Rules\nAnn Lee <a@b.c>\nv2, 2027-01-02\n\n== Loans\n\nText.\n",
         "# Rules\n\nv2, 2027-01-02\n\n## Loans\n\nText."),
        ("= R\n:days: 14\n\nWithin {days} days.\n", "# R\n\nWithin 14 days."),
        ("[[RG-1]]\nRG-1:: First.\n+\nMore.\n\n[[RG-2]]\nRG-2:: Second.\n",
         "- RG-1: First.\n\n  More.\n\n- RG-2: Second."),
        ("[[RG-7]]\nIt is so.\n", "RG-7: It is so."),
        ("|===\n| A | B\n\n| 1\n| x\\|y\n2+| both\n|===\n",
         "| A | B |\n| --- | --- |\n| 1 | x\\|y |\n| both | both |"),
        ('[%header,cols="1,1a"]\n|===\n|A |B\n|1\n|* x\n* y\n|===\n',
         "| A | B |\n| --- | --- |\n| 1 | - x<br>- y |"),
        ("NOTE: Mind *this*.\n\n[WARNING]\n====\nAnd that.\n====\n",
         "**Note:** Mind **this**.\n\n**Warning:** And that."),
        ("* a\n** b\n* c\n\nThen\n\n. one\n. two\n", "- a\n  - b\n- c\n\nThen\n\n1. one\n2. two"),
        ("[source,java]\n----\nint a = 1;\n----\n// gone\n", "```java\nint a = 1;\n```"),
        ("== T\n\nSee <<RG-1,the rule>> and `AFF-<code>` or link:http://a.b[here].\n",
         "## T\n\nSee the rule and `AFF-<code>` or [here](http://a.b)."),
    ],
)  # fmt: skip
def test_asciidoc_is_read_as_markdown(markup: str, markdown: str) -> None:
    assert text_of(markup) == markdown


def test_titles_on_two_lines_are_titles() -> None:
    found = read_of(
        "Payment rules\n=============\n:days: 3\n\n1. Rules\n-------\nRG-01:: {days} days.\n\n"
        "Limits\n~~~~~~~\nRG-02:: 500 EUR.\n\nSome text of words.\n----\na = 1\n----\n"
        "\n* ab\n----\nb = 1\n----\n"
    )
    assert found.document.title == "Payment rules"
    assert found.document.text.strip() == (
        "# Payment rules\n\n## 1. Rules\n\n- RG-01: 3 days.\n\n### Limits\n\n- RG-02: 500 EUR.\n\n"
        "Some text of words.\n\n```\na = 1\n```\n\n- ab\n\n```\nb = 1\n```"
    )
    assert not found.notes


@pytest.mark.parametrize("mark", ["----", "====", "////", "|===", "--", "```java", "****"])
def test_a_block_that_nothing_closes_swallows_nothing(mark: str) -> None:
    found = read_of(f"= R\n\n{mark}\n* It is *so*.\n\n== Next\n\nText.\n")
    assert "- It is **so**.\n\n## Next\n\nText." in found.document.text
    assert any(f"1 marks of blocks ({mark})" in note for note in found.notes)


@pytest.mark.parametrize(
    ("markup", "markdown"),
    [
        ("The limit is\n[100 EUR]\nper day.\n", "The limit is\n[100 EUR]\nper day."),
        ("[0..100]\n\nMore.\n", "[0..100]\n\nMore."),
        ("[Draft]\n\nMore.\n\n[End]\n", "[Draft]\n\nMore.\n\n[End]"),
        ("[%header]\n\n|===\n|A\n|1\n|===\n", "| A |\n| --- |\n| 1 |"),
        ("[.lead]\nText.\n", "Text."),
    ],
)
def test_a_line_in_brackets_is_text_unless_it_says_how_a_block_is_read(
    markup: str, markdown: str
) -> None:
    assert text_of(markup) == markdown


@pytest.mark.parametrize("number", [3, 300])
def test_an_item_behind_a_plus_is_the_next_of_its_list(number: int) -> None:
    assert text_of("* a\n+\n" * number) == "\n".join(["- a"] * number)
    inner = text_of("* a\n+\n. one\n+\n" * number)
    assert inner == "\n".join(["- a\n  1. one"] * number)


def test_rules_of_asciidoc_have_the_title_of_the_document() -> None:
    found = read_of("= Business rules: loans\n:toc:\n\nBR-1:: A.\nBR-2:: B.\n").document
    assert (found.title, found.kind) == ("Business rules: loans", "rules")


RULES = "= Rules\ninclude::_values.adoc[]\n\nPay within {time}.\n"
VALUES = ":time: 21 days\n"


def test_a_value_that_nothing_defines_stays_and_is_named() -> None:
    found = read_of(RULES)
    assert "Pay within {time}." in found.document.text
    assert any("{time}" in note for note in found.notes)
    assert any("_values.adoc" in note for note in found.notes)


def test_values_are_a_table_where_the_document_does_not_use_them() -> None:
    assert "| time | 21 days |" in text_of(VALUES, "_values.adoc")


def test_an_archive_gives_the_values_of_an_included_file() -> None:
    files = {"docs/rules.adoc": RULES.replace("_values", "../_values"), "_values.adoc": VALUES}
    texts = [o.reading.document.text for o in read_files("a.zip", archive(files)) if o.reading]
    assert "Pay within 21 days." in texts[0]


def beside(rules: str | bytes, values: bytes) -> Reading:
    """What ``rules`` are read as in an archive with ``values``."""
    data = archive({"rules.adoc": rules, "_values.adoc": values})
    found = next(iter(read_files("a.zip", data))).reading
    assert found is not None
    return found


@pytest.mark.parametrize(("rules", "values"), [("utf-8", "cp1252"), ("cp1252", "utf-8")])
def test_values_in_another_encoding_are_read_in_theirs(rules: str, values: str) -> None:
    text = "= Règles\ninclude::_values.adoc[]\n\nLe délai {délai}.\n"
    found = beside(text.encode(rules), ":délai: après réception\n".encode(values))
    assert found.document.text.strip() == "# Règles\n\nLe délai après réception."


@pytest.mark.parametrize(
    ("markup", "markdown"),
    [
        ("|===\n|A |B\n\n|1 |{time}\ninclude::_values.adoc[]\n|3 |4\n|===\n",
         "| A | B |\n| --- | --- |\n| 1 | 21 days |\n| 3 | 4 |"),
        ("----\ninclude::_values.adoc[]\n----\n\nIn {time}.\n",
         "```\ninclude::_values.adoc[]\n```\n\nIn 21 days."),
        ("====\nA\n\ninclude::_values.adoc[]\n\nIn {time}.\n====\n", "A\n\nIn 21 days."),
    ],
)  # fmt: skip
def test_values_inside_of_code_and_tables_are_no_part_of_them(markup: str, markdown: str) -> None:
    found = beside(markup, VALUES.encode())
    assert found.document.text.strip() == markdown
    assert any("_values.adoc" in note for note in found.notes)


def test_a_value_that_breaks_off_takes_nothing_of_the_document() -> None:
    assert "Pay within 21 days." in beside(RULES, b":time: 21 days \\").document.text


def test_a_folder_gives_them_again_when_they_change_and_none_from_outside(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "rules.adoc").write_text(RULES)
    (folder / "_values.adoc").write_text(VALUES)
    source = FolderSource(folder)
    found = {d.external_id: d for page in source.fetch(since=None) for d in page.documents}
    first = found["rules.adoc"]
    assert first.reading is not None
    assert "within 21 days" in first.reading.document.text
    (folder / "_values.adoc").write_text(":time: 30 days\n")
    again = FolderSource(folder, [("rules.adoc", first.stamp)])
    found = {d.external_id: d for page in again.fetch(since=None) for d in page.documents}
    second = found["rules.adoc"].reading
    assert second is not None
    assert "within 30 days" in second.document.text
    assert second.document.content_hash != first.reading.document.content_hash
    (tmp_path / "_values.adoc").write_text(":time: 99 days\n")
    (folder / "rules.adoc").write_text(RULES.replace("_values", "../_values"))
    outside = FolderSource(folder)
    found = {d.external_id: d for page in outside.fetch(since=None) for d in page.documents}
    third = found["rules.adoc"].reading
    assert third is not None
    assert "{time}" in third.document.text


def test_an_include_that_names_no_file_does_not_end_the_reading_of_a_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "loop.adoc").symlink_to("loop.adoc")
    (tmp_path / "rules.adoc").write_text("= R\n\ninclude::a\0b.adoc[]\n")
    (tmp_path / "links.adoc").write_text("= L\n\ninclude::loop.adoc[]\n\nPay later.\n")
    pages = FolderSource(tmp_path).fetch(since=None)
    found = {d.external_id: d for page in pages for d in page.documents}
    texts = {name: d.reading.document.text for name, d in found.items() if d.reading}
    assert "Pay later." in texts["links.adoc"]
    assert "rules.adoc" in found["rules.adoc"].error  # text holds no NUL
    assert "leads back to itself" in found["loop.adoc"].error


RST = """.. _top:

Business rules
==============

:Version: 2

.. versionchanged:: 2.3 Now 21 days.

Loans
-----

See :ref:`top`, :guilabel:`Save` and ``x``.

BR-1
   First.

.. list-table:: Files
   :header-rows: 1

   * - A
     - B
     - C
   * - 1
     - 2
     - 3

.. req:: Refunds
   :id: BR-12

   Within 14 days.

.. warning:: Mind.

.. toctree::

   other

.. include:: /etc/hostname
"""


def test_restructured_text_is_read_as_markdown() -> None:
    found = read_of(RST, "rules.rst")
    assert (found.document.title, found.document.kind) == ("Business rules", "rules")
    assert found.document.text.strip() == (
        "# Business rules\n\n- Version: 2\n\n**Changed in version 2.3:** Now 21 days.\n\n## Loans"
        "\n\nSee Business rules, Save and `x`.\n\n- BR-1: First.\n\nFiles\n\n"
        "| A | B | C |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n\n"
        "**BR-12:** Refunds\n\nWithin 14 days.\n\n**Warning:** Mind."
    )
    assert any("include" in note for note in found.notes)


def test_a_table_that_breaks_the_rules_stays_as_written() -> None:
    found = read_of("T\n=\n\n+---+\n| a | b\n+---+\n", "a.rst")
    assert "| a | b" in found.document.text
    assert any("break the rules" in note for note in found.notes)


def test_a_table_in_another_file_is_named_by_it() -> None:
    notes = read_of("T\n=\n\n.. csv-table:: Fees\n   :file: fees.csv\n", "a.rst").notes
    assert any("fees.csv" in note for note in notes)
    assert not any("break the rules" in note for note in notes)


def wiki(*pages: str) -> bytes:
    """An export with these pages."""
    space = '<namespaces><namespace key="6">Fichier</namespace></namespaces>'
    site = f"<siteinfo><dbname>w</dbname>{space}</siteinfo>"
    return f'<mediawiki version="0.11">{site}{"".join(pages)}</mediawiki>'.encode()


def page(title: str, *texts: str, space: int = 0, number: int = 1) -> str:
    """A page with a version of each text, the newest first."""
    versions = "".join(
        f"<revision><timestamp>2027-01-{20 - at}T00:00:00Z</timestamp>"
        f"<text>{text}</text></revision>"
        for at, text in enumerate(texts)
    )
    return f"<page><title>{title}</title><ns>{space}</ns><id>{number}</id>{versions}</page>"


def test_pages_of_a_wiki_are_documents_in_their_newest_version() -> None:
    data = wiki(
        page("Loans", "New.", "Old.", number=1), page("Fees", "Two.", number=2),
        page("Talk:Loans", "Said.", space=1, number=3),
        page("L", "#REDIRECT [[Loans]]", number=4),
    )  # fmt: skip
    found = [one.reading for one in read_files("wiki.xml", data) if one.reading]
    assert [each.document.title for each in found] == ["Loans", "Fees"]
    assert [each.document.id for each in found] == ["mediawiki:w:1", "mediawiki:w:2"]
    assert "New." in found[0].document.text
    assert "Old." not in found[0].document.text
    assert "2027-01-20" in found[0].document.text
    assert {"1 talk pages", "1 redirects"} <= set(found[0].report.unread_parts)


@pytest.mark.parametrize(
    ("markup", "markdown"),
    [
        ("== A ==\n'''b''' and ''c''", "## A\n\n**b** and *c*"),
        ("{{Obsolète|depuis=4.0}}\nText", "[Obsolète: depuis: 4.0]\n\nText"),
        ("* a\n** b\n# c", "- a\n  - b\n\n1. c"),
        ("; BR-1 : Text\n; BR-2\n: More", "- BR-1: Text\n- BR-2: More"),
        ("{|\n! A !! B\n|-\n| 1 || style=\"x\" | 2\n|-\n| 3\n| [[x|y]]\n|}",
         "| A | B |\n| --- | --- |\n| 1 | 2 |\n| 3 | y |"),
        ("&lt;nowiki&gt;''as is''&lt;/nowiki&gt; end&lt;ref&gt;Said.&lt;/ref&gt;",
         "''as is'' end (Said.)"),
        ("[[Fichier:A.png|vignette|A caption]]", "A caption"),
    ],
)  # fmt: skip
def test_wikitext_is_read_as_markdown(markup: str, markdown: str) -> None:
    text = read_file("wiki.xml", wiki(page("T", markup))).document.text
    assert text.partition("Z\n\n")[2].strip() == markdown


def test_rows_of_html_with_line_ends_between_cells_stay_whole() -> None:
    cells = "\n".join(f"<td>{n}</td>" for n in "123")
    heads = "\n".join(f"<th>{n}</th>" for n in "ABC")
    html = f"<html><body><table><tr>{heads}\n</tr><tr>{cells}\n</tr></table></body></html>"
    assert "| A | B | C |\n| --- | --- | --- |\n| 1 | 2 | 3 |" in text_of(html, "a.html")


@pytest.mark.long
@pytest.mark.parametrize(
    "sign", ["*a ", "[[a|", "{{a|", "`a ", "a::", "== ", "{|\n|", "|===\n|a\n", "|a=b", "<<a,"]
)
@pytest.mark.parametrize("convert", ["asciidoc", "wikitext"])
def test_repeated_signs_take_no_longer_than_their_number(sign: str, convert: str) -> None:
    def seconds(length: int) -> float:
        text, start = sign * (length // len(sign)), time.process_time()
        if convert == "asciidoc":
            list(asciidoc.read(text.encode(), {}))
        else:
            wikitext_to_markdown(text, Wiki())
        return time.process_time() - start

    seconds(1_000)
    assert seconds(200_000) < 20 * seconds(20_000) + 0.5  # quadratic is 100 times as long
