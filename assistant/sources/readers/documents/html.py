"""HTML to Markdown by markdownify, with Confluence's own elements made plain HTML first.

Generic converters glue the parameters of macros, Jira keys and task ids into the text, so
``ac:`` and ``ri:`` elements are treated before. Source of their meaning: Atlassian, "Confluence
Storage Format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assistant.sources.markdown_tables import column_labels, header_rows, spread_cells
from assistant.sources.readers.atlassian.storage_format import plain_storage

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_NOISE = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head", "nav")
_MAIN = ("#main-content", "main", "article", "[role=main]")
_BLANKS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_BREAK, _BAR = "\ue000", "\ue001"
"""Stand for a line end and a bar in a table cell until the converter has run."""

MAX_DEPTH = 150
"""Elements nested deeper than this are read as plain text: converters recurse."""


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The page in ``data`` (UTF-8) as one part, with its title."""
    soup = parse(data.decode("utf-8", "replace"))
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    pictures = len(soup.find_all("img"))
    for picture in soup.find_all("img", alt=lambda words: not (words or "").strip()):
        picture.decompose()  # it says nothing, and an arrow or a tick would stand before words
    _keep_around(soup)
    text = markdown_of(soup)
    yield {"title": title}
    yield {"part": "", "text": text}
    frames = len(soup.find_all(["iframe", "object", "embed"]))
    unread = [f"{count} {name}" for count, name in ((pictures, "pictures"), (frames, "embedded "
              "objects")) if count]  # fmt: skip
    yield {"report": {"reader": "markdownify", "parts": 1, "unread_parts": unread}}


def _keep_around(soup: BeautifulSoup) -> None:
    """Put what Confluence's HTML export says around a page into it: who changed it when, and the
    comments, where a decision often stands alone. Source of the classes: its exported pages."""
    main = soup.select_one("#main-content")
    if main is None:
        return
    if dates := soup.select_one(".page-metadata"):
        dates.name = "p"
        first = main.find(True, recursive=False)
        if first is not None and first.name == "h1":
            first.insert_after(dates.extract())
        else:
            main.insert(0, dates.extract())
    heading = soup.select_one(".pageSection #comments")
    section = heading and heading.find_parent(class_="pageSection")
    if heading and section:
        main.append(heading.extract())
        for said in section.select("td"):
            said.name = "div"
            main.append(said.extract())


def parse(html: str) -> BeautifulSoup:
    """``html`` parsed; CDATA sections (in storage format) are kept as text."""
    from html import escape

    from bs4 import BeautifulSoup

    return BeautifulSoup(_CDATA.sub(lambda m: escape(m[1], quote=False), html), "html.parser")


def to_markdown(html: str, users: Mapping[str, str] | None = None) -> str:
    """A fragment of HTML or of Confluence storage format as Markdown.

    ``users`` holds the names of users that the fragment mentions by a key, where they are known.
    """
    return markdown_of(parse(html), users) if "<" in html else _unescaped(html)


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text).replace("\xa0", " ")


def markdown_of(soup: BeautifulSoup, users: Mapping[str, str] | None = None) -> str:
    """The main part of a parsed page as Markdown: headings, lists, tables with header rows."""
    from markdownify import MarkdownConverter

    _flatten(soup)  # first: each look-up below walks up from every element
    plain_storage(soup, users or {})
    for comment in soup.find_all(string=lambda s: type(s).__name__ in _COMMENTS):
        comment.extract()
    for name in _NOISE:
        for element in soup.find_all(name):
            element.decompose()
    main: Tag = next((found for css in _MAIN if (found := soup.select_one(css))), soup)
    for element in main.find_all(True):
        if element.decomposed:  # with one that holds it
            continue
        style = str(element.get("style", "")).replace(" ", "")
        if "display:none" in style:
            element.decompose()
        elif "line-through" in style and element.name in {"span", "font"}:
            element.name = "del"
    _tables(main)
    text = MarkdownConverter(
        heading_style="ATX", bullets="-", escape_underscores=False, escape_asterisks=False,
        code_language_callback=_language, table_infer_header=True,
    ).convert_soup(main)  # fmt: skip
    text = _BLANKS.sub("\n\n", _TRAILING.sub("", text.replace("\xa0", " ")))
    text = text.replace(_BREAK, "<br>").replace(_BAR, "\\|")
    return str(text).strip("\n") + "\n"


_COMMENTS = {"Comment", "Doctype", "Declaration", "ProcessingInstruction",
             "XMLProcessingInstruction"}  # fmt: skip


def _language(element: Tag) -> str | None:
    value = element.get("data-language")
    return value if isinstance(value, str) else None


def _flatten(main: Tag) -> None:
    """Replace what is nested too deeply by its text."""
    deep = list[Any]()
    stack = [(main, 0)]
    while stack:
        element, depth = stack.pop()
        if depth > MAX_DEPTH:
            deep.append(element)
            continue
        stack.extend((child, depth + 1) for child in element.find_all(True, recursive=False))
    for element in deep:
        element.replace_with(" ".join(element.stripped_strings))


def _tables(main: Tag) -> None:
    """Tables as converters want them: a header row first, spans filled, no table in a cell.

    A table that only lays out a page or a mail (never two filled cells in a row, no header cell)
    is no table: what stands in it may be headings, lists and tables.
    """
    for table in main.find_all("table"):
        own = [row for row in table.find_all("tr") if row.find_parent("table") is table]
        if own and all(map(_lays_out, own)):
            for part in table.find_all(["tbody", "thead", "tfoot", "tr", "td"]):
                if part.find_parent("table") is table:
                    part.name = "div"
            table.name = "div"
    for table in main.find_all("table"):
        if table.find_parent("table"):
            rows = [
                " / ".join(" ".join(c.stripped_strings) for c in row.find_all(["td", "th"]))
                for row in table.find_all("tr")
            ]
            table.replace_with("; ".join(row for row in rows if row))
    for table in main.find_all("table"):
        _fill_spans(table)
        for cell in table.find_all(["td", "th"]):
            _cell_lines(cell)


def _lays_out(row: Tag) -> bool:
    cells = row.find_all(["td", "th"], recursive=False)
    filled = [cell for cell in cells if cell.get_text(strip=True)]
    return len(filled) <= 1 and not any(cell.name == "th" for cell in cells)


def _fill_spans(table: Tag) -> None:
    """Repeat cells over the rows and columns they span, so that each row stands alone."""
    from copy import copy

    rows = table.find_all("tr")
    cells = [row.find_all(["td", "th"], recursive=False) for row in rows]
    spread = spread_cells(
        [(cell, _span(cell, "colspan"), _span(cell, "rowspan")) for cell in each] for each in cells
    )
    placed = set[int]()
    for row, own, filled in zip(rows, cells, spread, strict=True):
        for cell in own:
            cell.extract()
        for blank in [text for text in row.find_all(string=True) if not text.strip()]:
            blank.extract()  # several in a row would end the row
        for cell in filled:
            row.append(copy(cell) if id(cell) in placed else cell)
            placed.add(id(cell))
    heads = header_rows((all(c.name == "th" for c in each), len(each)) for each in cells)
    if heads > 1:
        said = [[" ".join(cell.stripped_strings) for cell in each] for each in spread[:heads]]
        for row in rows[1:heads]:
            row.extract()
        for cell, label in zip(rows[0].find_all("th"), column_labels(said), strict=False):
            cell.string = label


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    if cell.has_attr(name):
        del cell[name]
    return min(int(value), 50) if value.isdigit() and int(value) else 1


def _cell_lines(cell: Tag) -> None:
    """Blocks in a cell as lines: paragraphs and list items end with a break."""
    for item in cell.find_all("li"):
        item.insert(0, "- ")
    for block in cell.find_all(["p", "li", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre"]):
        block.append(_BREAK)
    for line_break in cell.find_all("br"):
        line_break.replace_with(_BREAK)
    for block in cell.find_all(
        ["p", "li", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"]
    ):
        block.unwrap()
    for text in list(cell.find_all(string=True)):
        text.replace_with(str(text).replace("\n", " ").replace("|", _BAR))
    for last in reversed(cell.find_all(string=True)):
        kept = str(last).rstrip(f"{_BREAK} ")
        last.replace_with(kept)
        if kept:
            break
