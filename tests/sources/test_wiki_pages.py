"""Markdown pages of wikis and repositories: tables in HTML, and what a page is called."""

from __future__ import annotations

import time

import pytest

from assistant.sources.files.files import read_file
from assistant.sources.pasted.pages import text_kind
from assistant.sources.pasted.pasted import read_pasted


def text_of(markdown: str, name: str = "Loans.md") -> str:
    """The text that a file is kept with."""
    return read_file(name, markdown.encode()).document.text


def title_of(markdown: str, name: str) -> str:
    """What the file is called."""
    return read_file(name, markdown.encode()).document.title


def test_one_requirement_in_bold_is_counted_once() -> None:
    """Two requirements by their ids make an epic; one page's "as in REQ-7" does not."""
    assert text_kind("Returns\n\n**REQ-7**\n\nThe desk keeps the label.\n") == "page"
    two = "Returns\n\n**REQ-7**\n\nThe desk keeps it.\n\n**REQ-8**\n\nIt prints one.\n"
    assert text_kind(two) == "epic"


HTML = (
    "<table>\n<thead><tr><th>Kind</th><th>Days</th></tr></thead>\n\n"
    "<tr><td>Book</td><td><b>21</b></td></tr>\n"
    "<tr><td>Film &amp; music</td><td>7<br>in all</td></tr>"
    "</table>"
)
TABLE = "| Kind | Days |\n| --- | --- |\n| Book | **21** |\n| Film & music | 7<br>in all |"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (f"# Loans\n\n{HTML}\n\nThe rest.\n", f"# Loans\n\n{TABLE}\n\nThe rest.\n"),
        (f"Text\n{HTML} after\n", f"Text\n\n{TABLE}\n\n after\n"),
        (f"{HTML}\n", TABLE),
        (f"a\n\n{HTML}\n{HTML}\nb", f"a\n\n{TABLE}\n\n{TABLE}\n\nb"),
        (f"<center>{HTML}</center>\n", f"\n\n{TABLE}\n\n\n"),
    ],
)
def test_a_table_in_html_is_a_table(markdown: str, text: str) -> None:
    assert text_of(markdown) == text


@pytest.mark.parametrize(
    "markdown",
    [
        f"Text\n\n```html\n{HTML}\n```\n",
        "Text\n\n    <table><tr><td>a</td><td>b</td></tr></table>\n",
        "Write `<table><tr><td>a</td></tr></table>` there.\n",
        "# Loans\n\n<table>\n<tr><td>never closed</td></tr>\n",
    ],
)
def test_html_that_is_shown_or_never_closed_stays(markdown: str) -> None:
    assert text_of(markdown) == markdown


def test_a_table_in_a_table_is_read_with_it() -> None:
    inner = "<table><tr><td>x</td><td>y</td></tr></table>"
    html = f"<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>{inner}</td></tr></table>"
    assert text_of(f"# T\n\n{html}\n") == "# T\n\n| A | B |\n| --- | --- |\n| 1 | x / y |"


def test_the_criteria_of_a_story_may_stand_in_a_table_of_html() -> None:
    rows = "<tr><td>AC1</td><td>A loan ends.</td></tr><tr><td>AC2</td><td>A fee is due.</td></tr>"
    html = f"<table><tr><th>ID</th><th>Acceptance criteria</th></tr>{rows}</table>"
    read = read_file("a.md", f"# LIB-1 Loans\n\n## Acceptance criteria\n\n{html}\n".encode())
    assert [one.text for one in read.epics[0].criteria] == ["A loan ends.", "A fee is due."]


@pytest.mark.long
@pytest.mark.parametrize("piece", ["<table>\n", "<!--\n", "<div><table>", "# a\n"])
def test_long_pages_are_read_in_time(piece: str) -> None:
    begin = time.monotonic()
    text_of("# Loans\n\n" + piece * 10_000)
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        ("# Lending rules\n\nText.\n\n## Days\n", "Lending rules"),
        ("[[_TOC_]]\n\n# **Lending** at home\n\n## Days\n", "**Lending** at home"),
        ("---\ntags: a\n---\n\n# Lending\n", "Lending"),
        ("---\ntitle: Lending\n---\n\n# Days\n\n# Fees\n", "Lending"),
        ("<!-- # Old\nname -->\n[![built](a.svg)](b)\n<br/>\n# Lending\n", "Lending"),
        ("Status: Ready\n\n# Lending\n", "Lending"),
        ("Lending\n=======\n\nDays\n----\n", "Lending"),
        ("## Lending\n\n### Days\n\n### Fees\n", "Lending"),
        ("# Lending\n\n```\n# a comment\n```\n", "Lending"),
        ("[[_TOC_]]\n\n# Days\n\nText.\n\n# Fees\n", "Home of loans"),
        ("## Days\n\nText.\n\n## Fees\n", "Home of loans"),
        ("Days\n====\n\nText.\n\nFees\n====\n", "Home of loans"),
        ("A loan lasts 21 days.\n\n## Fees\n\nNone.\n", "Home of loans"),
        ("## Days\n\n# Fees\n", "Home of loans"),
        ("Ask at the desk.\n", "Home of loans"),
    ],
)
def test_the_one_heading_at_the_top_is_the_title_else_the_name(markdown: str, title: str) -> None:
    assert title_of(markdown, "Home-of-loans.md") == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Proof-of-age.md", "Proof of age"),
        ("Check%2Din-%28desk%29.md", "Check-in (desk)"),
        ("Rules-2026-03-01.md", "Rules 2026-03-01"),
        ("Step-2-of-3.markdown", "Step 2 of 3"),
        ("LIB-12-Fines.md", "LIB-12 Fines"),
        ("Opening - Mon-Fri.md", "Opening - Mon-Fri"),
        ("a%00%0A%E2%80%AEb.md", "a\u2400 b"),
        ("100%.md", "100%"),
        ("Mon-Fri.txt", "## A"),
    ],
)
def test_a_page_without_a_title_is_called_as_its_wiki_shows_it(name: str, title: str) -> None:
    read = title_of("## A\n\nText.\n\n## B\n", name)
    assert read == title.removeprefix("## ")


def test_pasted_text_is_called_by_its_first_heading() -> None:
    assert read_pasted("# Days\n\n# Fees\n", as_kind="page").document.title == "Days"


def test_pictures_without_words_are_left_out_of_pages_and_counted() -> None:
    html = (
        "<html><body><h1>Lending</h1><p><img src='images/icons/arrow.png'>For staff "
        "<img alt=' ' src='data:image/png;base64,AA'>"
        "<img alt='Desk' src='desk.png'></p></body></html>"
    )
    read = read_file("a.html", html.encode())
    assert read.document.text == "# Lending\n\nFor staff ![Desk](desk.png)\n"
    assert read.report.unread_parts == ("3 pictures",)
