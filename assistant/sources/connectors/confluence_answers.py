"""Answers of Confluence's lists, Cloud (v2) and Data Center (v1) alike; labels and files of pages.

Where labels alone have changed, no version and no time of change tells of that. Data Center lists
pages with their labels. Cloud does not, so it is asked for the labels that occur in the spaces, and
for the pages of each. Source of the calls: Atlassian, "The Confluence Cloud REST API v2" (labels of
the content of a space, pages of a label).

Adding a file changes no page, so files are searched for by themselves. Source of the calls:
Atlassian, "The Confluence Cloud REST API" (v1: content search by CQL with a cursor, download of an
attachment) and "Confluence Data Center REST API" (the same search, counted).
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from assistant.domain import SourceMetadata
from assistant.errors import ConnectorError
from assistant.sources.connectors.attachments import Attachment
from assistant.sources.connectors.client import ApiClient, Forbidden
from assistant.sources.connectors.paging import (
    Counted,
    Found,
    Item,
    counted_page,
    gone_through,
    minutes_since,
    read_moment,
)
from assistant.sources.json_values import mapping, objects, whole

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


PAGE = 25
_EXPAND = "version,container,space,extensions,metadata"
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class AttachmentList:
    """The files of the current pages of some spaces; ``wiki`` is the path of Cloud's wiki."""

    def __init__(self, client: ApiClient, wiki: str, spaces: Sequence[str], *, cloud: bool) -> None:
        self._client = client
        self._wiki = wiki
        self._spaces = spaces
        self._cloud = cloud

    def pages(self, since: datetime | None, cursor: str) -> Iterator[Found[Attachment]]:
        """The files that changed since (all where ``None``), going on after ``cursor``.

        Raises ``ConnectorError`` where they cannot be listed.
        """
        keys = ", ".join(f'"{key}"' for key in self._spaces)
        cql = f"space in ({keys}) and type = attachment"
        if since is not None:
            cql += f' and lastmodified >= now("-{minutes_since(since)}m")'
        cql += " order by created"
        ask = self._by_cursor if self._cloud else self._by_count
        return gone_through(
            lambda at, size: ask(cql, at, size), PAGE, cursor=cursor, may_expire=self._cloud
        )

    def _by_cursor(self, cql: str, cursor: str, size: int) -> Found[Attachment]:
        more = {"cursor": cursor} if cursor else {}
        items, links, _ = self._asked({"cql": cql, "limit": size, **more})
        return Found(self._read(items), next_cursor(links))

    def _by_count(self, cql: str, cursor: str, size: int) -> Found[Attachment]:
        def ask(start: int, count: int) -> Counted:
            items, links, total = self._asked({"cql": cql, "start": start, "limit": count})
            return Counted(start, items, bool(links.get("next")), total)

        page = counted_page(ask, cursor, size, "id")
        return Found(self._read(page.items), page.cursor)

    def _asked(
        self, params: Mapping[str, str | int]
    ) -> tuple[list[Item], dict[str, Any], int | None]:
        path = f"{self._wiki}/rest/api/content/search"
        try:
            answer = self._client.get(path, {**params, "expand": _EXPAND})
        except Forbidden as error:
            raise Forbidden(
                f"The attachments of pages cannot be listed. {error} Or turn attachments off in "
                "the connection."
            ) from error
        found, links = results_of(answer, self._client.origin.site, what="attachments")
        return found, links, whole(answer.get("totalSize"))

    def _read(self, items: Sequence[Item]) -> list[Attachment]:
        return [one for item in items if (one := self._attachment(item)) is not None]

    def _attachment(self, item: Item) -> Attachment | None:
        """A file of a current page; ``None`` for anything else."""
        page, version = mapping(item.get("container")), mapping(item.get("version"))
        name, size = item.get("title"), mapping(item.get("extensions")).get("fileSize")
        number, at = str(item.get("id")), str(page.get("id"))
        of_page = page.get("type") == "page" and item.get("status", "current") == "current"
        if not (of_page and isinstance(name, str) and isinstance(size, int)
                and _ID.fullmatch(number) and _ID.fullmatch(at)):  # fmt: skip
            return None
        count = version.get("number")
        path = f"/download/attachments/{at}/{quote(name, safe='')}?version={count}"
        if self._cloud:
            path = f"{self._wiki}/rest/api/content/{at}/child/attachment/{number}/download"
        shown = str(mapping(page.get("_links")).get("webui", ""))
        named = shown.startswith("/") and not self._client.path.startswith("/ex/")
        author = mapping(version.get("by")).get("displayName")
        return Attachment(
            id=number, name=name, size=size, path=path, version=str(count),
            at=f"confluence:{at}", shown_at=str(page.get("title") or at),
            uri=f"{self._client.base}{self._wiki}{shown}" if named else "",
            metadata=SourceMetadata(project=str(mapping(item.get("space")).get("key", "")),
                                    author=str(author or "")),
            changed_at=read_moment(version.get("when")),
        )  # fmt: skip
