"""Jira over HTTP: Cloud (v3, token paging) and Data Center (v2, counted paging)."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fake_servers import TOKEN, Answer, Asked

CRITERIA = "customfield_10042"
NAMES = {
    CRITERIA: "Acceptance Criteria", "customfield_10014": "Epic Link",
    "customfield_10011": "Epic Name", "customfield_10050": "Delivery Team",
    "customfield_10060": "Story Points", "summary": "Summary", "description": "Description",
}  # fmt: skip


def real_issues(shared: Path) -> list[dict[str, Any]]:
    """Real issues of three sources, as their APIs gave them."""
    found: list[dict[str, Any]] = []
    for name in (
        "atlassian_mcp/MOCK_JIRA_JQL_RESPONSE.json",
        "jira_rest_jira-cli/jira/testdata/search.json",
        "jira_rest_go-jira/issues_in_sprint.json",
    ):
        payload = json.loads((shared / "data" / "imports" / name).read_text("utf-8"))
        found.extend(payload["issues"])
    return found


def numbered(issues: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """``count`` issues CC-1, CC-2, ... with the content of ``issues``, two criteria in each."""
    made = []
    for number in range(1, count + 1):
        issue = deepcopy(issues[number % len(issues)])
        issue["key"], issue["id"] = f"CC-{number}", str(20000 + number)
        issue["self"] = f"https://elsewhere.example/rest/api/2/issue/{20000 + number}"
        when = datetime.now(UTC) - timedelta(days=number)
        issue["fields"]["updated"] = when.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        issue["fields"][CRITERIA] = (
            f"* The total of CC-{number} is shown.\n* It is at most 14 days."
        )
        made.append(issue)
    return made


def story(key: str, summary: str, *, criteria: str = "", epic: str = "") -> dict[str, Any]:
    """A small issue of our own."""
    fields: dict[str, Any] = {
        "summary": summary, "issuetype": {"name": "Story"}, "description": "As a caller I wait.",
        "updated": "2026-11-20T10:00:00.000+0100", CRITERIA: criteria, "labels": [],
    }  # fmt: skip
    if epic:
        fields["parent"] = {
            "key": epic, "fields": {"summary": f"Epic {epic}", "issuetype": {"name": "Epic"}}
        }  # fmt: skip
    return {"id": key, "key": key, "self": f"https://x/rest/api/3/issue/{key}", "fields": fields}


def comment(
    number: int, words: object, *, by: str | None = "Ann Lee", on: str = "2026-05-03"
) -> dict[str, Any]:
    """A comment as Jira gives it; ``words`` are wiki text (v2) or a document (v3)."""
    author = None if by is None else {"displayName": by, "accountId": f"id of {by}", "active": True}
    return {"id": str(number), "author": author, "updateAuthor": author, "body": words,
            "created": f"{on}T09:00:00.000+0200", "updated": f"{on}T09:00:00.000+0200",
            "jsdPublic": True}  # fmt: skip


def commented(issue: dict[str, Any], *comments: dict[str, Any]) -> dict[str, Any]:
    """The issue with comments, which move its time of change as in Jira."""
    issue["fields"]["comment"] = {"comments": list(comments)}
    issue["fields"]["updated"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return issue


def attached(
    issue: dict[str, Any], files: dict[str, bytes], *, first: int = 10000
) -> dict[str, Any]:
    """The issue with files, listed as Jira lists them; they move its time of change."""
    issue["fields"]["attachment"] = [
        {"id": str(first + n), "filename": name, "size": len(data), "mimeType": "text/plain",
         "author": {"displayName": "Ann Lee"}, "created": "2026-05-03T09:00:00.000+0200",
         "content": f"https://elsewhere.example/rest/api/3/attachment/content/{first + n}"}
        for n, (name, data) in enumerate(files.items())
    ]  # fmt: skip
    issue["fields"]["updated"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return issue


def adf(*paragraphs: str) -> dict[str, Any]:
    """A document of paragraphs, as Jira Cloud (v3) gives long texts."""
    return {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": each}]} for each in paragraphs
    ]}  # fmt: skip


@dataclass
class FakeJira:
    """Answers as Jira does; ``issues`` are in the order of their keys."""

    issues: list[dict[str, Any]]
    cloud: bool = True
    names: dict[str, str] = field(default_factory=lambda: dict(NAMES))
    largest_page: int = 100
    before: dict[int, Answer] = field(default_factory=dict)
    """Answers to the n-th request (from 1) instead of the usual ones."""

    inlined: int = 20
    """Comments that a search brings along with an issue, the oldest."""

    hidden: frozenset[str] = frozenset()
    """Keys of issues whose comments may not be asked for."""

    files: dict[str, bytes | Answer] = field(default_factory=dict)
    """What there is under an attachment's id, or another answer."""

    count: int = 0

    def __call__(self, asked: Asked) -> Answer:
        self.count += 1
        if self.count in self.before:
            return self.before[self.count]
        if TOKEN not in credentials(asked):
            return Answer({"errorMessages": ["Login required"]}, 401)
        api = "/rest/api/3" if self.cloud else "/rest/api/2"
        path = asked.path.removeprefix("/jira")
        if path == f"{api}/myself":
            return Answer({"displayName": "Tess Tester", "accountId": "1"})
        if path == f"{api}/field":
            return Answer([{"id": key, "name": name, "custom": key.startswith("custom")}
                           for key, name in self.names.items()])  # fmt: skip
        if path == f"{api}/search" and self.cloud:
            return Answer({"errorMessages": ["The requested API has been removed."]}, 410)
        if path == f"{api}/search/jql" and self.cloud:
            return self._by_token(asked.query)
        if path == f"{api}/search":
            return self._by_count(asked.query)
        if named := re.fullmatch(rf"{api}/issue/([^/]+)/comment", path):
            return self._comments(named[1], asked.query)
        content = r"/rest/api/3/attachment/content/(\d+)" if self.cloud else (
            r"/secure/attachment/(\d+)/[^/]+"
        )  # fmt: skip
        if named := re.fullmatch(content, path):
            assert not self.cloud or asked.query == {"redirect": "false"}
            found = self.files.get(named[1], Answer({"errorMessages": ["gone"]}, 404))
            return found if isinstance(found, Answer) else Answer(raw=found)
        return Answer({"errorMessages": ["not found"]}, 404)

    def _comments(self, key: str, query: dict[str, str]) -> Answer:
        issue = next((each for each in self.issues if each["key"] == key), None)
        if issue is None:
            return Answer({"errorMessages": ["Issue does not exist"]}, 404)
        if key in self.hidden:
            return Answer({"errorMessages": ["You may not see the comments."]}, 403)
        whole = issue["fields"]["comment"]["comments"]
        if query.get("orderBy") == "-created":
            whole = sorted(whole, key=lambda each: str(each["created"]), reverse=True)
        start, size = int(query.get("startAt", 0)), int(query.get("maxResults", 50))
        size = min(size, self.largest_page)
        return Answer({"startAt": start, "maxResults": size, "total": len(whole),
                       "comments": whole[start : start + size]})  # fmt: skip

    def _matching(self, jql: str) -> list[dict[str, Any]]:
        if named := re.fullmatch(r"key in \(([^)]*)\)", jql):
            wanted = named[1].split(", ")
            return [issue for issue in self.issues if issue["key"] in wanted]
        match = re.search(r"updated >= -(\d+)m", jql)
        if not match:
            return self.issues
        since = datetime.now(UTC) - timedelta(minutes=int(match[1]))
        return [issue for issue in self.issues
                if datetime.strptime(issue["fields"]["updated"], "%Y-%m-%dT%H:%M:%S.%f%z")
                >= since]  # fmt: skip

    def _shown(self, issue: dict[str, Any], fields: str) -> dict[str, Any]:
        wanted = set(fields.split(",")) if fields else set()
        if not wanted:
            return {"id": issue["id"]}
        every = "*all" in wanted or "*navigable" in wanted
        kept = {name: value for name, value in issue["fields"].items() if every or name in wanted}
        if "comment" in kept:
            whole = kept["comment"]["comments"]
            kept["comment"] = {"comments": whole[: self.inlined], "startAt": 0,
                               "maxResults": self.inlined, "total": len(whole)}  # fmt: skip
        return {**issue, "fields": kept}

    def _by_token(self, query: dict[str, str]) -> Answer:
        found, token = self._matching(query["jql"]), query.get("nextPageToken", "")
        if token and not re.fullmatch(r"tok-\d+", token):
            return Answer({"errorMessages": ["The page token is not valid."]}, 400)
        start = int(token[4:]) if token else 0
        end = start + min(int(query.get("maxResults", 50)), self.largest_page)
        body: dict[str, Any] = {
            "issues": [self._shown(issue, query.get("fields", "")) for issue in found[start:end]],
            "isLast": end >= len(found), "names": self.names,
        }  # fmt: skip
        if end < len(found):
            body["nextPageToken"] = f"tok-{end}"
        return Answer(body)

    def _by_count(self, query: dict[str, str]) -> Answer:
        found, start = self._matching(query["jql"]), int(query.get("startAt", 0))
        size = min(int(query.get("maxResults", 50)), self.largest_page)
        shown = [self._shown(i, query.get("fields", "*all")) for i in found[start : start + size]]
        return Answer({"startAt": start, "maxResults": size, "total": len(found),
                       "issues": shown, "names": self.names})  # fmt: skip


def credentials(asked: Asked) -> str:
    """User and token of a request, decoded."""
    from base64 import b64decode

    kind, _, value = asked.headers.get("authorization", "").partition(" ")
    return b64decode(value).decode() if kind == "Basic" else value
