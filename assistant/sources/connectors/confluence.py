"""Confluence Cloud (REST v2) and Data Center (REST v1): the pages of some spaces.

Source of the calls: Atlassian, "The Confluence Cloud REST API v2" (spaces, pages, labels of a page,
cursor paging) and "Confluence Data Center REST API" (content search by CQL, counted paging).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from assistant.errors import ConnectorError, UnreadableFile
from assistant.sources.connectors.attachments import Attachments
from assistant.sources.connectors.client import ApiClient, Forbidden, Refused
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.confluence_attachments import AttachmentList
from assistant.sources.connectors.moments import OVERLAP, minutes_since, read_moment
from assistant.sources.connectors.paging import Counted, counted_page, gone_through
from assistant.sources.connectors.payloads import exports_of, page_reading
from assistant.sources.connectors.proposals import FieldProposal
from assistant.sources.exports import Export
from assistant.sources.synced import FetchedDocument, SourcePage

PAGE = 25
IDS_PAGE = 200
LABELS_PAGE = 250
_FILES = "files:"
"""How a cursor begins that goes on among the attachments, which come after all pages."""

_SPACE = re.compile(r"~?[A-Za-z0-9._-]{1,255}")


class ConfluenceSource:
    """The current pages of some spaces. ``fetch`` and ``present`` as ``SyncSource`` says."""

    def __init__(
        self, config: ConnectionConfig, client: ApiClient, known: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.name = config.name
        self._client = client
        self._cloud = config.kind == "confluence_cloud"
        self._wiki = "/wiki" if self._cloud and not client.path.endswith("/wiki") else ""
        self._spaces = space_keys(config.fetch)
        self._known: dict[str, str] | None = None
        self._files = Attachments(config, client, known)
        self._listed = AttachmentList(client, self._wiki, self._spaces, cloud=self._cloud)

    def close(self) -> None:
        """Close the connection."""
        self._files.close()
        self._client.close()

    def check(self) -> str:
        """Which spaces are seen; raises ``ConnectorError`` where one is not."""
        names = ", ".join(self._space_ids().values()) if self._cloud else ", ".join(self._spaces)
        first = self._pages("", 1, None, with_body=False)
        if not first.items:
            raise ConnectorError(
                f"{self._site} lets the token in, but no page of {names} is seen. Check the keys "
                "of the spaces, and that the user may read them."
            )
        return f"The pages of {names} can be read; the first is “{first.items[0].get('title')}”."

    def proposals(self) -> tuple[FieldProposal, ...]:
        """Pages have no fields to choose."""
        return ()

    def fetch(self, *, since: datetime | None, cursor: str = "") -> Iterator[SourcePage]:
        """Pages of pages that changed since, the latest first in Cloud; then attached files."""
        if not cursor.startswith(_FILES):
            yield from self._changed_pages(since, cursor)
            cursor = _FILES
        if self._files.is_on:
            for found in self._listed.pages(since, cursor.removeprefix(_FILES)):
                yield SourcePage(
                    documents=tuple(map(self._files.document, self._files.wanted(found.items))),
                    cursor=f"{_FILES}{found.cursor}" if found.cursor else "",
                )

    def _changed_pages(self, since: datetime | None, cursor: str) -> Iterator[SourcePage]:
        after_last = _FILES if self._files.is_on else ""

        def changed(at: str, size: int) -> _Found:
            found = self._pages(at, size, since, with_body=True)
            if self._cloud and since is not None:
                fresh = [one for one in found.items if _changed_after(one, since - OVERLAP)]
                at = found.cursor if len(fresh) == len(found.items) else ""
                return _Found(fresh, at, found.total)
            return found

        for found in gone_through(changed, PAGE, cursor=cursor, may_expire=self._cloud):
            yield SourcePage(
                documents=tuple(self._documents(found.items)),
                cursor=found.cursor or after_last,
                total=found.total,
            )

    def present(self) -> Iterator[str] | None:
        """The ids of all current pages, and of the files attached to them."""
        return self._ids()

    def _ids(self) -> Iterator[str]:
        for found in gone_through(
            lambda at, size: self._pages(at, size, None, with_body=False), IDS_PAGE
        ):
            for page in found.items:
                yield f"confluence:{page['id']}"
        if self._files.is_on:
            for part in self._listed.pages(None, ""):
                for one in self._files.wanted(part.items):
                    yield one.external_id

    @property
    def _site(self) -> str:
        return self._client.origin.site

    def _pages(self, cursor: str, size: int, since: datetime | None, *, with_body: bool) -> _Found:
        if self._cloud:
            return self._by_cursor(cursor, size, with_body)
        keys = ", ".join(f'"{key}"' for key in self._spaces)
        cql = f"space in ({keys}) and type = page"
        if since is not None:
            cql += f' and lastmodified >= now("-{minutes_since(since)}m")'
        expand = "version,space,metadata.labels" + (",body.storage" if with_body else "")

        def ask(start: int, count: int) -> Counted:
            answer = self._client.get(
                "/rest/api/content/search",
                {"cql": f"{cql} order by created", "start": start, "limit": count,
                 "expand": expand},
            )  # fmt: skip
            items, links = self._results(answer)
            total = answer.get("totalSize")
            return Counted(start, items, bool(links.get("next")),
                           total if isinstance(total, int) else None)  # fmt: skip

        page = counted_page(ask, cursor, size, "id")
        return _Found(page.items, page.cursor, page.total)

    def _by_cursor(self, cursor: str, size: int, with_body: bool) -> _Found:
        params: dict[str, str | int] = {
            "space-id": ",".join(self._space_ids()), "status": "current", "limit": size,
            "sort": "-modified-date",
        }  # fmt: skip
        if with_body:
            params["body-format"] = "storage"
        if cursor:
            params["cursor"] = cursor
        answer = self._client.get(f"{self._wiki}/api/v2/pages", params)
        items, links = self._results(answer)
        return _Found(items, _cursor(links), None)

    def _labelled(self, page: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """A page of Cloud with its labels where Data Center has them, and what is to be said.

        A list of pages never brings labels, so this is a request for each page that is new or has
        changed.
        """
        if not self._cloud or not _has_body(page):
            return page, ()
        path = f"{self._wiki}/api/v2/pages/{quote(str(page['id']), safe='')}/labels"

        def ask(cursor: str, size: int) -> _Found:
            params: dict[str, str | int] = {"limit": size} | ({"cursor": cursor} if cursor else {})
            items, links = self._results(self._client.get(path, params), titled=False)
            return _Found(items, _cursor(links), None)

        try:
            found = [one for part in gone_through(ask, LABELS_PAGE) for one in part.items]
        except (Forbidden, Refused) as error:
            return page, (f"The labels of “{page['title']}” were not read. {error}",)
        return {**page, "metadata": {"labels": {"results": found}}}, ()

    def _space_ids(self) -> dict[str, str]:
        """Key by id of each space; raises ``ConnectorError`` naming those that are not seen."""
        if self._known is None:
            answer = self._client.get(
                f"{self._wiki}/api/v2/spaces", {"keys": ",".join(self._spaces), "limit": 250}
            )
            items, _ = self._results(answer, titled=False)
            found = {str(one.get("id")): str(one.get("key")) for one in items}
            missing = [
                key for key in self._spaces
                if key.casefold() not in {each.casefold() for each in found.values()}
            ]  # fmt: skip
            if missing:
                raise ConnectorError(
                    f"{self._site} shows no space {', '.join(missing)}. Check the keys (they are "
                    "in the address of a space), and that the token's user may see them."
                )
            self._known = found
        return self._known

    def _results(
        self, answer: Any, *, titled: bool = True
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        found = answer.get("results") if isinstance(answer, dict) else None
        whole = isinstance(found, list) and all(
            isinstance(each, dict) and "id" in each and (not titled or "title" in each)
            for each in found
        )
        if not whole or not isinstance(found, list):
            raise ConnectorError(
                f"{self._site} gave its pages in another form than Confluence does. Check the "
                "address and the kind of the connection (Cloud or Data Center)."
            )
        links = answer.get("_links")
        return found, links if isinstance(links, dict) else {}

    def _documents(self, found: list[dict[str, Any]]) -> Iterator[FetchedDocument]:
        pages, notes = list[dict[str, Any]](), dict[str, tuple[str, ...]]()
        for each in found:
            page, notes[str(each["id"])] = self._labelled(each)
            pages.append(page)
        whole = [self._addressed(page) for page in pages if _has_body(page)]
        exports = exports_of(whole, "results", f"An answer of {self._site}", {})
        read = dict(zip((str(page["id"]) for page in whole), exports, strict=True))
        for page in pages:
            key, title = str(page["id"]), str(page["title"])
            export = read.get(
                key, f"{self._site} sent the page “{title}” without its text. Sync it again."
            )
            external, error, reading = f"confluence:{key}", "", None
            if isinstance(export, Export):
                try:
                    reading = page_reading(export, external, title)
                except UnreadableFile as failure:
                    error = str(failure)
            else:
                error = export
            yield FetchedDocument(
                external_id=external, changed_at=_changed(page), reading=reading, error=error,
                notes=notes[key],
            )  # fmt: skip

    def _addressed(self, page: dict[str, Any]) -> dict[str, Any]:
        """The page with a link on the configured host, and its space's key."""
        links = page.get("_links")
        shown = str(links.get("webui", "")) if isinstance(links, dict) else ""
        own = {"base": f"{self._client.base}{self._wiki}", "webui": shown}
        if not shown.startswith("/") or self._client.path.startswith("/ex/"):
            own = {"base": "", "webui": ""}
        changed = {**page, "_links": own}
        if self._cloud:
            key = self._space_ids().get(str(page.get("spaceId")), "")
            changed |= {"space": {"key": key}, "parentId": page.get("parentId") or ""}
        return changed


class _Found:
    """Some pages as Confluence sent them."""

    def __init__(self, items: list[dict[str, Any]], cursor: str, total: int | None) -> None:
        self.items = items
        self.cursor = cursor
        self.total = total


def _cursor(links: dict[str, Any]) -> str:
    """The cursor in the link to what follows; empty after the last."""
    return parse_qs(urlsplit(str(links.get("next") or "")).query).get("cursor", [""])[0]


def space_keys(text: str) -> tuple[str, ...]:
    """The keys of spaces in a list with commas; ``ConnectorError`` where there is none."""
    keys = tuple(dict.fromkeys(part for part in re.split(r"[,;\s]+", text) if part))
    odd = [key for key in keys if not _SPACE.fullmatch(key)]
    if odd or not keys:
        raise ConnectorError(
            f"'{text[:80]}' names no Confluence space. Write the keys of spaces with commas: "
            "OPS, RULES."
        )
    return keys


def _has_body(page: dict[str, Any]) -> bool:
    body = page.get("body")
    storage = body.get("storage") if isinstance(body, dict) else None
    return isinstance(storage, dict) and isinstance(storage.get("value"), str)


def _changed(page: dict[str, Any]) -> datetime | None:
    version = page.get("version")
    if not isinstance(version, dict):
        return None
    return read_moment(version.get("createdAt") or version.get("when"))


def _changed_after(page: dict[str, Any], moment: datetime) -> bool:
    changed = _changed(page)
    return changed is None or changed >= moment
