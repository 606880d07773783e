"""Confluence Cloud (REST v2) and Data Center (REST v1): the pages of some spaces.

Source of the calls: Atlassian, "The Confluence Cloud REST API v2" (spaces, pages, labels of a page,
cursor paging) and "Confluence Data Center REST API" (content search by CQL, counted paging).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from assistant.errors import ConnectorError
from assistant.sources.connectors.attachments import Attachments, is_file
from assistant.sources.connectors.client import ApiClient, Forbidden, Refused
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.confluence_answers import (
    AttachmentList,
    label_names,
    label_stamp,
    labels_in_cloud,
    labels_of,
    next_cursor,
    results_of,
    stamps_in_cloud,
)
from assistant.sources.connectors.paging import (
    OVERLAP,
    Counted,
    Found,
    Item,
    counted_page,
    gone_through,
    minutes_since,
    read_moment,
)
from assistant.sources.connectors.payloads import exports_of, page_reading, tried
from assistant.sources.connectors.proposals import FieldProposal
from assistant.sources.json_values import mapping, whole
from assistant.sources.synced import FetchedDocument, SourcePage

PAGE = 25
IDS_PAGE = 200
_LABELS = "labels:"
"""The cursor of those pages whose labels alone have changed: after the pages that changed."""

_FILES = "files:"
"""How a cursor begins that goes on among the attachments, which come last."""

_PAGE = "confluence:"
"""How the external id of a page begins; its own id follows."""

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
        self._stamps, files = dict[str, str](), list[tuple[str, str]]()
        for name, stamp in known:  # read some at a time: only what is needed is held
            if is_file(name):
                files.append((name, stamp))
            elif stamp:
                self._stamps[name] = stamp
        self._handed = set[str]()
        self._files = Attachments(config, client, files)
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
        """Pages of pages that changed since, the latest first in Cloud; then attached files.

        Between them those whose labels alone have changed since they were last read.
        """
        files = _FILES if self._files.is_on else ""
        if not cursor.startswith((_LABELS, _FILES)):
            yield from self._changed_pages(since, cursor, files if since is None else _LABELS)
        if since is not None and not cursor.startswith(_FILES):
            yield from self._relabelled_pages(files)
        if self._files.is_on:
            at = cursor.removeprefix(_FILES) if cursor.startswith(_FILES) else ""
            for found in self._listed.pages(since, at):
                yield SourcePage(
                    documents=tuple(map(self._files.document, self._files.wanted(found.items))),
                    cursor=f"{_FILES}{found.cursor}" if found.cursor else "",
                )

    def _changed_pages(
        self, since: datetime | None, cursor: str, after_last: str
    ) -> Iterator[SourcePage]:
        def changed(at: str, size: int) -> Found[Item]:
            found = self._pages(at, size, since, with_body=True)
            if self._cloud and since is not None:
                fresh = [one for one in found.items if _changed_after(one, since - OVERLAP)]
                at = found.cursor if len(fresh) == len(found.items) else ""
                return Found(fresh, at, found.total)
            return found

        for found in gone_through(changed, PAGE, cursor=cursor, may_expire=self._cloud):
            if since is not None:
                self._handed.update(str(page["id"]) for page in found.items)
            yield SourcePage(
                documents=tuple(self._documents(found.items)),
                cursor=found.cursor or after_last,
                total=found.total,
            )

    def _relabelled_pages(self, after_last: str) -> Iterator[SourcePage]:
        """Pages with other labels than they were last read with."""
        try:
            ids = self._relabelled()
            while part := list(islice(ids, PAGE)):
                asked = partial(self._pages, since=None, with_body=True, ids=part)
                for found in gone_through(asked, PAGE):
                    yield SourcePage(documents=tuple(self._documents(found.items)), cursor=_LABELS)
        except (Forbidden, Refused) as error:
            note = f"Labels that were changed and nothing else with them were not noticed. {error}"
            yield SourcePage(notes=(note,), cursor=after_last)
        else:
            yield SourcePage(cursor=after_last)

    def _relabelled(self) -> Iterator[str]:
        """The ids of those pages that have not been handed over by this sync."""
        if self._cloud:
            now = stamps_in_cloud(self._client, self._wiki, self._space_ids())
            gone = (name.removeprefix(_PAGE) for name in self._stamps)
            stamps = iter([*now.items(), *((each, "") for each in gone if each not in now)])
        else:
            stamps = ((str(page["id"]), _stamp(page)) for page in self._current())
        for page_id, stamp in stamps:
            known = self._stamps.get(f"{_PAGE}{page_id}", "")
            if stamp != known and page_id not in self._handed and page_id.isdigit():
                yield page_id

    def _current(self) -> Iterator[Item]:
        """All current pages, without their text."""
        for found in gone_through(partial(self._pages, since=None, with_body=False), IDS_PAGE):
            yield from found.items

    def present(self) -> Iterator[str]:
        """The ids of all current pages, and of the files attached to them."""
        for page in self._current():
            yield f"{_PAGE}{page['id']}"
        if self._files.is_on:
            for part in self._listed.pages(None, ""):
                for one in self._files.wanted(part.items):
                    yield one.external_id

    @property
    def _site(self) -> str:
        return self._client.origin.site

    def _pages(
        self, cursor: str, size: int, since: datetime | None, *, with_body: bool,
        ids: Sequence[str] = (),
    ) -> Found[Item]:  # fmt: skip
        if self._cloud:
            return self._by_cursor(cursor, size, with_body, ids)
        keys = ", ".join(f'"{key}"' for key in self._spaces)
        cql = f"space in ({keys}) and type = page"
        if since is not None:
            cql += f' and lastmodified >= now("-{minutes_since(since)}m")'
        if ids:
            cql += f" and id in ({', '.join(ids)})"
        expand = "version,space,metadata.labels" + (",body.storage" if with_body else "")

        def ask(start: int, count: int) -> Counted:
            answer = self._client.get(
                "/rest/api/content/search",
                {"cql": f"{cql} order by created", "start": start, "limit": count,
                 "expand": expand},
            )  # fmt: skip
            items, links = results_of(answer, self._site, titled=True)
            total = whole(answer.get("totalSize"))
            return Counted(start, items, bool(links.get("next")), total)

        return counted_page(ask, cursor, size, "id")

    def _by_cursor(
        self, cursor: str, size: int, with_body: bool, ids: Sequence[str]
    ) -> Found[Item]:
        params: dict[str, str | int] = {
            "space-id": ",".join(self._space_ids()), "status": "current", "limit": size,
            "sort": "-modified-date",
        }  # fmt: skip
        if with_body:
            params["body-format"] = "storage"
        if ids:
            params["id"] = ",".join(ids)
        if cursor:
            params["cursor"] = cursor
        answer = self._client.get(f"{self._wiki}/api/v2/pages", params)
        items, links = results_of(answer, self._site, titled=True)
        return Found(items, next_cursor(links))

    def _labelled(self, page: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """A page of Cloud with its labels where Data Center has them, and what is to be said.

        A list of pages never brings labels, so this is a request for each page that is new or has
        changed.
        """
        if not self._cloud or not _has_body(page):
            return page, ()
        try:
            found = labels_in_cloud(self._client, self._wiki, str(page["id"]))
        except (Forbidden, Refused) as error:
            return page, (f"The labels of “{page['title']}” were not read. {error}",)
        return {**page, "metadata": {"labels": {"results": found}}}, ()

    def _space_ids(self) -> dict[str, str]:
        """Key by id of each space; raises ``ConnectorError`` naming those that are not seen."""
        if self._known is None:
            answer = self._client.get(
                f"{self._wiki}/api/v2/spaces", {"keys": ",".join(self._spaces), "limit": 250}
            )
            items, _ = results_of(answer, self._site)
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
            reading, error = tried(partial(page_reading, export, f"{_PAGE}{key}", title))
            yield FetchedDocument(
                external_id=f"{_PAGE}{key}", changed_at=_changed(page), reading=reading,
                error=error, notes=notes[key], stamp=_stamp(page),
            )  # fmt: skip

    def _addressed(self, page: dict[str, Any]) -> dict[str, Any]:
        """The page with a link on the configured host, and its space's key."""
        shown = str(mapping(page.get("_links")).get("webui", ""))
        own = {"base": f"{self._client.base}{self._wiki}", "webui": shown}
        if not shown.startswith("/") or self._client.path.startswith("/ex/"):
            own = {"base": "", "webui": ""}
        changed = {**page, "_links": own}
        if self._cloud:
            key = self._space_ids().get(str(page.get("spaceId")), "")
            changed |= {"space": {"key": key}, "parentId": page.get("parentId") or ""}
        return changed


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


def _stamp(page: dict[str, Any]) -> str:
    return label_stamp(label_names(labels_of(page)))


def _has_body(page: dict[str, Any]) -> bool:
    return isinstance(mapping(mapping(page.get("body")).get("storage")).get("value"), str)


def _changed(page: dict[str, Any]) -> datetime | None:
    version = mapping(page.get("version"))
    return read_moment(version.get("createdAt") or version.get("when"))


def _changed_after(page: dict[str, Any], moment: datetime) -> bool:
    changed = _changed(page)
    return changed is None or changed >= moment
