"""Confluence over HTTP: Cloud (v2, cursors) and Data Center (v1, counted paging)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fake_jira import credentials
from fake_servers import TOKEN, Answer, Asked


def real_pages(shared: Path) -> list[dict[str, Any]]:
    """Real pages in storage format, as Confluence's API gave them."""
    folder = shared / "data" / "imports" / "atlassian_mcp"
    listed = json.loads((folder / "MOCK_PAGES_FROM_SPACE_RESPONSE.json").read_text("utf-8"))
    return [*listed[:1], json.loads((folder / "MOCK_PAGE_RESPONSE.json").read_text("utf-8"))]


def page(
    number: int, title: str, storage: str, *, changed: str = "", labels: Sequence[str] = ()
) -> dict[str, Any]:
    """A page of our own."""
    named = [{"id": f"l{n}", "prefix": "global", "name": name} for n, name in enumerate(labels)]
    return {
        "metadata": {"labels": {"results": named, "start": 0, "limit": 200, "size": len(named)}},
        "id": str(number), "type": "page", "status": "current", "title": title,
        "body": {"storage": {"value": storage, "representation": "storage"}},
        "version": {"when": changed or "2026-11-01T09:00:00.000Z", "number": 1},
        "_links": {"webui": f"/spaces/OPS/pages/{number}"},
    }  # fmt: skip


def attachment(
    number: int, at: dict[str, Any], name: str, data: bytes, *, version: int = 1, changed: str = ""
) -> dict[str, Any]:
    """A file at a page, as a search of content gives it; ``data`` is for the fake alone."""
    container = {"id": at["id"], "type": "page", "title": at["title"], "_links": at["_links"]}
    return {
        "id": f"att{number}", "type": "attachment", "status": "current", "title": name,
        "container": container, "space": {"key": "OPS", "name": "Ops"},
        "metadata": {"mediaType": "text/plain"},
        "extensions": {"mediaType": "text/plain", "fileSize": len(data)},
        "version": {"when": changed or "2026-11-01T09:00:00.000Z", "number": version,
                    "by": {"displayName": "Ann Lee"}},
        "_links": {"download": "/somewhere/else"}, "data": data,
    }  # fmt: skip


@dataclass
class FakeConfluence:
    """Answers as Confluence does; ``pages`` are in the order of their creation."""

    pages: list[dict[str, Any]]
    cloud: bool = True
    spaces: dict[str, str] = field(default_factory=lambda: {"11": "OPS"})
    largest_page: int = 100
    before: dict[int, Answer] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """Ids of pages whose labels may not be asked for."""

    no_list_of_labels: bool = False
    """Whether the labels of a space may not be asked for."""

    files: list[dict[str, Any]] = field(default_factory=list)
    media: str = ""
    """Address of the other host that files are kept on; empty for this one."""

    count: int = 0

    def __call__(self, asked: Asked) -> Answer:
        self.count += 1
        if self.count in self.before:
            return self.before[self.count]
        if TOKEN not in credentials(asked):
            return Answer({"message": "Unauthorized"}, 401)
        if self.cloud and asked.path == "/wiki/api/v2/spaces":
            wanted = asked.query.get("keys", "").split(",")
            return Answer({"results": [{"id": key, "key": name, "name": f"Space {name}"}
                                       for key, name in self.spaces.items() if name in wanted],
                           "_links": {"base": "https://elsewhere.example/wiki"}})  # fmt: skip
        if self.cloud and asked.path == "/wiki/api/v2/pages":
            return self._by_cursor(asked.query)
        if self.cloud and (named := re.fullmatch(r"/wiki/api/v2/pages/(\d+)/labels", asked.path)):
            return self._labels(named[1], asked)
        if self.cloud and (named := re.fullmatch(
            r"/wiki/api/v2/spaces/(\d+)/content/labels", asked.path
        )):  # fmt: skip
            return self._labels_of_space(named[1], asked)
        if self.cloud and (named := re.fullmatch(r"/wiki/api/v2/labels/(\w+)/pages", asked.path)):
            return self._pages_of_label(named[1], asked)
        wiki = "/wiki" if self.cloud else ""
        search = asked.path == f"{wiki}/rest/api/content/search"
        if search and "type = attachment" in asked.query["cql"]:
            return self._files_by(asked.query)
        if named := re.fullmatch(
            r"/wiki/rest/api/content/\d+/child/attachment/(att\d+)/download" if self.cloud
            else r"/download/attachments/\d+/([^/]+)", asked.path,
        ):  # fmt: skip
            return self._file(unquote(named[1]))
        if not self.cloud and search:
            return self._by_count(asked.query)
        return Answer({"message": "not found"}, 404)

    def _by_cursor(self, query: dict[str, str]) -> Answer:
        assert query["space-id"] == ",".join(self.spaces)
        found = self.pages
        if "id" in query:
            found = [each for each in found if each["id"] in query["id"].split(",")]
        if query.get("sort") == "-modified-date":
            found = sorted(found, key=_when, reverse=True)
        cursor = query.get("cursor", "")
        if cursor and not cursor.startswith("c="):
            return Answer({"errors": [{"title": "Invalid cursor"}]}, 400)
        start = int(cursor[2:]) if cursor else 0
        end = start + min(int(query.get("limit", 25)), self.largest_page)
        shown = []
        for each in found[start:end]:
            version = {"createdAt": _when(each), "number": 1, "authorId": "u1"}
            body = each["body"] if query.get("body-format") == "storage" else {}
            shown.append({"id": each["id"], "title": each["title"], "status": "current",
                          "spaceId": next(iter(self.spaces)), "parentId": None, "body": body,
                          "version": version, "_links": each.get("_links", {})})  # fmt: skip
        links = {"base": "https://elsewhere.example/wiki"}
        if end < len(found):
            links["next"] = f"/wiki/api/v2/pages?cursor=c%3D{end}&limit=25"
        return Answer({"results": shown, "_links": links})

    def _file(self, name: str) -> Answer:
        found = next((each for each in self.files if name in (each["id"], each["title"])), None)
        if found is None:
            return Answer({"message": "gone"}, 404)
        if self.media:
            target = f"{self.media}/file/{found['id']}/binary?token=signed&name=x"
            return Answer({}, 302, {"Location": target})
        return Answer(raw=found["data"])

    def _files_by(self, query: dict[str, str]) -> Answer:
        assert query["cql"].startswith('space in ("OPS") and type = attachment')
        found = self.files
        if match := re.search(r'lastmodified >= now\("-(\d+)m"\)', query["cql"]):
            since = datetime.now(UTC) - timedelta(minutes=int(match[1]))
            found = [each for each in found if datetime.fromisoformat(_when(each)) >= since]
        start = int(query.get("cursor", "c=0")[2:]) if self.cloud else int(query["start"])
        end = start + min(int(query["limit"]), self.largest_page)
        assert "container" in query["expand"]
        shown = [{k: v for k, v in each.items() if k != "data"} for each in found[start:end]]
        links = {"base": "https://elsewhere.example"}
        if end < len(found):
            at = f"cursor=c%3D{end}" if self.cloud else f"start={end}"
            links["next"] = f"/rest/api/content/search?{at}"
        return Answer({"results": shown, "start": start, "size": len(shown),
                       "totalSize": len(found), "_links": links})  # fmt: skip

    def _labels(self, wanted: str, asked: Asked) -> Answer:
        found = next((each for each in self.pages if str(each["id"]) == wanted), None)
        if found is None:
            return Answer({"errors": [{"status": 404, "title": "Not Found"}]}, 404)
        if wanted in self.hidden:
            return Answer({"errors": [{"status": 403, "title": "Not permitted to view"}]}, 403)
        whole = _labels_at(found)
        shown = [{"id": each["id"], "prefix": each["prefix"], "name": each["name"]}
                 for each in whole]  # fmt: skip
        return self._part(shown, asked)

    def _labels_of_space(self, space: str, asked: Asked) -> Answer:
        if space not in self.spaces:
            return Answer({"errors": [{"status": 404, "title": "Not Found"}]}, 404)
        if self.no_list_of_labels:
            return Answer({"errors": [{"status": 403, "title": "Not permitted to list"}]}, 403)
        whole = {each["name"]: each for page in self.pages for each in _labels_at(page)}
        shown = [{"id": _label_id(each), "prefix": each["prefix"], "name": each["name"]}
                 for each in whole.values()]  # fmt: skip
        return self._part(shown, asked)

    def _pages_of_label(self, label: str, asked: Asked) -> Answer:
        assert asked.query["space-id"] == ",".join(self.spaces)
        shown = [{"id": page["id"], "title": page["title"]} for page in self.pages
                 if label in map(_label_id, _labels_at(page))]  # fmt: skip
        return self._part(shown, asked)

    def _part(self, whole: list[dict[str, Any]], asked: Asked) -> Answer:
        start = int(asked.query["cursor"][2:]) if "cursor" in asked.query else 0
        end = start + min(int(asked.query.get("limit", 25)), self.largest_page)
        links = {"base": "https://elsewhere.example/wiki"}
        if end < len(whole):
            links["next"] = f"{asked.path}?limit=25&cursor=c%3D{end}"
        return Answer({"results": whole[start:end], "_links": links})

    def _by_count(self, query: dict[str, str]) -> Answer:
        assert query["cql"].startswith('space in ("OPS")')
        assert query["cql"].endswith("order by created")
        found = self.pages
        if match := re.search(r" and id in \(([\d, ]+)\)", query["cql"]):
            found = [each for each in found if each["id"] in match[1].split(", ")]
        if match := re.search(r'lastmodified >= now\("-(\d+)m"\)', query["cql"]):
            since = datetime.now(UTC) - timedelta(minutes=int(match[1]))
            found = [each for each in found if datetime.fromisoformat(_when(each)) >= since]
        start, size = int(query["start"]), min(int(query["limit"]), self.largest_page)
        shown = [dict(each) for each in found[start : start + size]]
        if "metadata.labels" not in query["expand"]:
            shown = [{k: v for k, v in each.items() if k != "metadata"} for each in shown]
        if "body.storage" not in query["expand"]:
            shown = [{k: v for k, v in each.items() if k != "body"} for each in shown]
        links = {"base": "https://elsewhere.example"}
        if start + size < len(found):
            links["next"] = f"/rest/api/content/search?start={start + size}"
        return Answer({"results": shown, "start": start, "limit": size, "size": len(shown),
                       "totalSize": len(found), "_links": links})  # fmt: skip


def _when(each: dict[str, Any]) -> str:
    return str(each.get("version", {}).get("when") or "2024-01-01T00:00:00.000Z")


def _labels_at(page: dict[str, Any]) -> list[dict[str, Any]]:
    return list(page.get("metadata", {}).get("labels", {}).get("results", []))


def _label_id(label: dict[str, Any]) -> str:
    """A label has one id, whichever page it is at."""
    return f"{label['prefix']}{sum(ord(c) * 31**n for n, c in enumerate(label['name']))}"
