"""What the readers of markups share: their HTML as Markdown, and text that no mark touches."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from assistant.sources.readers.documents.html import markdown_of, parse

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_HOLDER = re.compile("\ue010(\\d+)\ue011")
_PRIVATE = re.compile("[\ue000\ue001\ue010\ue011]")


class Held:
    """Pieces of HTML that are finished, out of the way of the marks of a text.

    ``hold`` gives what stands for a piece, ``release`` puts the pieces back.
    """

    def __init__(self) -> None:
        self._pieces = list[str]()

    def hold(self, html: str) -> str:
        """What stands for ``html`` until ``release``."""
        self._pieces.append(html)
        return f"\ue010{len(self._pieces) - 1}\ue011"

    def code(self, text: str) -> str:
        """``hold`` for words in a fixed pitch."""
        return self.hold(f"<code>{escape(text, quote=False)}</code>")

    def release(self, text: str) -> str:
        """``text`` with its pieces, those in pieces too: each is held before what holds it."""
        while _HOLDER.search(text):
            text = _HOLDER.sub(lambda m: self._pieces[int(m[1])], text)
        return text


def without_holders(text: str) -> str:
    """``text`` without the signs that ``Held`` and the converter of tables use."""
    return _PRIVATE.sub("", text)


def page_markdown(html: str) -> str:
    """HTML made of a markup as Markdown: lists of terms are items ("- RG-1: text"), so that a rule
    begins with its id; links within the page are their words."""
    soup = parse(html)
    for link in soup.find_all("a"):
        if not link.get("href") or str(link["href"]).startswith("#"):
            link.unwrap()
    for terms in reversed(soup.find_all("dl")):
        _items_of(soup, terms)
    return markdown_of(soup)


def _items_of(soup: BeautifulSoup, terms: Tag) -> None:
    """A list of terms as one of items, each with its terms and what is said of them."""
    from bs4 import Tag

    items = soup.new_tag("ul")
    item: Tag | None = None
    described = True
    for child in terms.find_all(["dt", "dd"], recursive=False):
        if child.name == "dt" and item is not None and not described:
            item.append(", ")
        elif item is None or child.name == "dt":
            item = soup.new_tag("li")
            items.append(item)
            described = child.name == "dd"
        if child.name == "dd":
            if not described:
                item.append(" " if item.get_text().rstrip().endswith(":") else ": ")
            described = True
            first = next((each for each in child.children if str(each).strip()), None)
            if isinstance(first, Tag) and first.name == "p":
                first.unwrap()
        for piece in list(child.contents):
            item.append(piece.extract())
    terms.replace_with(items)
