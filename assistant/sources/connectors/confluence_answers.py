"""Answers of Confluence's lists, Cloud (v2) and Data Center (v1) alike, and the labels of pages.

Where labels alone have changed, no version and no time of change tells of that. Data Center lists
pages with their labels. Cloud does not, so it is asked for the labels that occur in the spaces, and
for the pages of each. Source of the calls: Atlassian, "The Confluence Cloud REST API v2" (labels of
the content of a space, pages of a label).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from assistant.errors import ConnectorError
from assistant.sources.connectors.client import ApiClient
from assistant.sources.connectors.paging import Found, Item, gone_through
from assistant.sources.json_values import mapping, objects

_AT_ONCE = 250
"""Most labels, and most pages without their text, that Cloud gives in one answer."""

_PERSONAL = "my"
"""Prefix of labels that only the one who set them sees: favourites."""


def results_of(
    answer: Any, site: str, *, what: str = "pages", titled: bool = False
) -> tuple[list[Item], dict[str, Any]]:
    """The results and the links of an answer of ``site``.

    Raises ``ConnectorError`` where it has another form than Confluence gives ``what`` in.
    """
    found = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(
        isinstance(each, dict) and "id" in each and (not titled or "title" in each)
        for each in found
    ):
        raise ConnectorError(
            f"{site} gave its {what} in another form than Confluence does. Check the address and "
            "the kind of the connection (Cloud or Data Center)."
        )
    return found, mapping(answer.get("_links"))


def next_cursor(links: dict[str, Any]) -> str:
    """The cursor in the link to what follows; empty after the last."""
    return parse_qs(urlsplit(str(links.get("next") or "")).query).get("cursor", [""])[0]


# --- Labels -----------------------------------------------------------------------------------


def label_names(found: Iterable[Item]) -> Iterator[str]:
    """The names of those labels that everyone sees."""
    return (str(each.get("name", "")) for each in found if each.get("prefix") != _PERSONAL)


def labels_of(page: Item) -> list[Item]:
    """The labels that a page was sent with."""
    return objects(mapping(mapping(page.get("metadata")).get("labels")).get("results"))


def label_stamp(names: Iterable[str]) -> str:
    """Stands for a set of labels and changes with it; empty where there are none."""
    whole = "\n".join(sorted({name for name in names if name}))
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:16] if whole else ""


def labels_in_cloud(client: ApiClient, wiki: str, page_id: str) -> list[Item]:
    """The labels of a page; ``wiki`` is the path of the wiki. Raises ``ConnectorError``."""
    return list(_listed(client, f"{wiki}/api/v2/pages/{quote(page_id, safe='')}/labels"))


def stamps_in_cloud(client: ApiClient, wiki: str, space_ids: Iterable[str]) -> dict[str, str]:
    """The stamp of each page of these spaces that has labels, by the id of the page.

    A request for each label that occurs, more where it is at many pages. Raises
    ``ConnectorError``.
    """
    spaces = tuple(space_ids)
    names: dict[str, str] = {}
    for space in spaces:
        path = f"{wiki}/api/v2/spaces/{quote(space, safe='')}/content/labels"
        for label in _listed(client, path):
            for name in label_names([label]):
                names[str(label["id"])] = name
    at: defaultdict[str, set[str]] = defaultdict(set)
    for label_id, name in names.items():
        path = f"{wiki}/api/v2/labels/{quote(label_id, safe='')}/pages"
        for page in _listed(client, path, {"space-id": ",".join(spaces)}):
            at[str(page["id"])].add(name)
    return {page_id: label_stamp(found) for page_id, found in at.items()}


def _listed(client: ApiClient, path: str, params: dict[str, str] | None = None) -> Iterator[Item]:
    def ask(cursor: str, size: int) -> Found[Item]:
        more = {"cursor": cursor} if cursor else {}
        answer = client.get(path, {**(params or {}), **more, "limit": size})
        items, links = results_of(answer, client.origin.site, what="labels")
        return Found(items, next_cursor(links))

    for part in gone_through(ask, _AT_ONCE):
        yield from part.items
