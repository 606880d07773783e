"""The files attached to the pages of some spaces, Confluence Cloud and Data Center alike.

Adding a file changes no page, so files are searched for by themselves. Source of the calls:
Atlassian, "The Confluence Cloud REST API" (v1: content search by CQL with a cursor, download of an
attachment) and "Confluence Data Center REST API" (the same search, counted).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from assistant.domain import SourceMetadata
from assistant.sources.connectors.attachments import Attachment
from assistant.sources.connectors.client import ApiClient, Forbidden
from assistant.sources.connectors.confluence_answers import next_cursor, results_of
from assistant.sources.connectors.paging import (
    Counted,
    Found,
    Item,
    counted_page,
    gone_through,
    minutes_since,
    read_moment,
)
from assistant.sources.json_values import mapping, whole

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
