"""MediaWiki's XML export: the newest version of each page as a document of its own.

Source of the format: mediawiki.org, "Help:Export" (export-0.10, export-0.11): ``siteinfo`` names
the namespaces, a ``page`` holds its title, namespace and versions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.sources.readers.markups.wikitext import Wiki, wikitext_to_markdown
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_LEFT_OUT = {2: "user pages", 6: "file pages", 8: "messages of the wiki", 10: "templates",
             14: "category pages", 828: "modules"}  # fmt: skip
_REDIRECT = re.compile(r"\s*#\s*\w{4,30}\s*:?\s*\[\[")


def is_wiki(root: Element) -> bool:
    """Whether an XML document is an export of MediaWiki."""
    return tag_of(root) == "mediawiki"


def read_pages(root: Element) -> Iterator[object]:
    """A record of each page below ``root`` that people read, and how many were left out."""
    site = child(root, "siteinfo")
    named = child(site, "namespaces")
    spaces = {
        each.get("key", ""): one_line(each.text or "").casefold()
        for each in children(named, "namespace")
    }
    wiki_name = text_of(site, "dbname") or text_of(site, "sitename")
    left_out, count = Counter[str](), 0
    for page in children(root, "page"):
        revision = _newest(page)
        if why := _why_not(page, revision):
            left_out[why] += 1
            continue
        count += 1
        yield {"document": _document(page, revision, spaces, wiki_name)}
    unread = [f"{number} {what}" for what, number in left_out.items()]
    older = sum(max(0, sum(1 for _ in children(page, "revision")) - 1) for page in root)
    if older:
        unread.append(f"{older} older versions")
    yield {"report": {"reader": "MediaWiki XML", "parts": count, "unread_parts": unread}}


def _newest(page: Element) -> Element | None:
    """The version of a page with the latest time; the last one where none states any."""
    found = list(enumerate(children(page, "revision")))
    return (
        max(found, key=lambda each: (text_of(each[1], "timestamp"), each[0]))[1] if found else None
    )


def _why_not(page: Element, revision: Element | None) -> str:
    """What a page is that is not read; empty for one that is."""
    stated = text_of(page, "ns")
    space = int(stated) if re.fullmatch(r"-?\d{1,6}", stated) else 0
    if space in _LEFT_OUT or space < 0:
        return _LEFT_OUT.get(space, "special pages")
    if space % 2:
        return "talk pages"
    text = text_of(revision, "text")
    if child(page, "redirect") is not None or (len(text) < 500 and _REDIRECT.match(text)):
        return "redirects"
    if text_of(revision, "model") not in {"", "wikitext"}:
        return "pages of program text or data"
    return "" if text else "pages without text"


def _document(
    page: Element, revision: Element | None, spaces: dict[str, str], wiki_name: str
) -> dict[str, object]:
    wiki = Wiki()
    wiki.files |= {spaces.get("6", "")} - {""}
    wiki.categories |= {spaces.get("14", "")} - {""}
    title, changed = one_line(text_of(page, "title")), text_of(revision, "timestamp")
    raw = child(revision, "text")
    text = wikitext_to_markdown("".join(raw.itertext()) if raw is not None else "", wiki)
    when = f"Last changed: {changed}\n\n" if changed else ""
    return {
        "id": f"mediawiki:{wiki_name}:{text_of(page, 'id') or title}",
        "title": title,
        "text": f"# {title}\n\n{when}{text}",
        "project": wiki_name,
        "author": text_of(revision, "contributor", "username"),
        "labels": list(dict.fromkeys(wiki.labels)),
    }
