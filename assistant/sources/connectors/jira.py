"""Jira Cloud (REST v3) and Data Center (REST v2): issues of a JQL search, one document each.

Source of the calls: Atlassian, "The Jira Cloud platform REST API" (search by ``nextPageToken``) and
"Jira Data Center REST API" (search by ``startAt``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from assistant.errors import ConnectorError
from assistant.sources.connectors.attachments import Attachments
from assistant.sources.connectors.client import ApiClient, Refused
from assistant.sources.connectors.config import ROLES, ConnectionConfig
from assistant.sources.connectors.jira_details import (
    ATTACHMENT_FIELD,
    COMMENT_FIELD,
    issue_attachments,
    other_form,
    whole_comments,
)
from assistant.sources.connectors.paging import (
    Counted,
    Found,
    Item,
    counted_page,
    gone_through,
    minutes_since,
    read_moment,
)
from assistant.sources.connectors.payloads import exports_of, issue_reading, tried
from assistant.sources.connectors.proposals import FieldProposal, propose
from assistant.sources.files.exports import Export
from assistant.sources.grids.field_choice import is_named_for
from assistant.sources.json_values import mapping, objects
from assistant.sources.readers.atlassian.jira_issues import field_text
from assistant.sources.synced import FetchedDocument, SourcePage

PAGE = 50
PAGE_WITH_FILES = 10
KEYS_PAGE = 1000
SAMPLE = 20
SAMPLE_CHARACTERS = 5_000
_NAMED = (
    "summary", "description", "issuetype", "status", "priority", "labels", "components",
    "fixVersions", "project", "parent", "issuelinks", "reporter", "creator", "created", "updated",
)  # fmt: skip
_BY_NAME = ("cucumber scenario", "gherkin definition", "manual test steps", "epic name",
            "epic link")  # fmt: skip
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,20}-[0-9]{1,9}")
_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)


class JiraSource:
    """The issues of one JQL search. ``fetch`` and ``present`` as ``SyncSource`` says."""

    def __init__(
        self, config: ConnectionConfig, client: ApiClient, known: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.name = config.name
        self._config = config
        self._client = client
        self._cloud = config.kind == "jira_cloud"
        self._api = f"/rest/api/{3 if self._cloud else 2}"
        self._jql = bounded_jql(config.fetch)
        self._files = Attachments(config, client, known)

    def close(self) -> None:
        """Close the connection."""
        self._files.close()
        self._client.close()

    def check(self) -> str:
        """Who the token belongs to and what it sees; raises ``ConnectorError``."""
        me = self._object(self._client.get(f"{self._api}/myself"), "its user")
        who = str(me.get("displayName") or me.get("name") or "unknown")
        found = self._search(self._jql, ["summary"], 1, "")
        if not found.items:
            raise ConnectorError(
                f"{self._site} lets {who} in, but the JQL finds no issue. Check the JQL, and that "
                "the user may browse the project."
            )
        of = "" if found.total is None else f" of {found.total:,}"
        return f"Signed in as {who}; the first issue{of} is {found.items[0].get('key', '')}."

    def proposals(self) -> tuple[FieldProposal, ...]:
        """Which fields hold criteria, release, team and epic, from the latest issues."""
        found = self._search(
            f"{self._jql} ORDER BY updated DESC",
            ["*all", "-comment", "-worklog", "-attachment"],
            SAMPLE,
            "",
        )
        fields = dict[str, tuple[str, list[str]]]()
        for issue in found.items:
            values: dict[str, Any] = issue.get("fields") or {}
            for name, value in values.items():
                if name.startswith("customfield_"):
                    named = (found.names.get(name, name), list[str]())
                    fields.setdefault(name, named)[1].append(_sample(value))
        return propose(fields, len(found.items), "issues")

    def fetch(self, *, since: datetime | None, cursor: str = "") -> Iterator[SourcePage]:
        """Pages of issues that changed since, from a cursor on."""
        jql = (
            self._jql if since is None else f"({self._jql}) AND updated >= -{minutes_since(since)}m"
        )
        size = PAGE_WITH_FILES if self._files.is_on else PAGE
        for found in self._pages(jql, self._fields(), size, cursor):
            yield SourcePage(
                documents=tuple(self._documents(found)), cursor=found.cursor, total=found.total
            )

    def present(self) -> Iterator[str]:
        """The keys of all issues that the search finds now, and of the files attached to them."""
        files = [ATTACHMENT_FIELD] if self._files.is_on else []
        for found in self._pages(self._jql, ["updated", *files], KEYS_PAGE):
            for issue in found.items:
                yield f"jira:{issue['key']}"
                for one in self._files.wanted(issue_attachments(issue, cloud=self._cloud)):
                    yield one.external_id

    @property
    def _site(self) -> str:
        return self._client.origin.site

    def _fields(self) -> list[str]:
        """The fields to ask for: those of every issue, the confirmed ones, and those of tests."""
        listed = self._client.get(f"{self._api}/field")
        if not isinstance(listed, list):
            raise other_form(self._site, "its list of fields")
        names = {str(each.get("id")): str(each.get("name", "")) for each in objects(listed)}
        for role, wanted in self._config.fields.items():
            if wanted not in names:
                raise ConnectorError(
                    f"{self._site} has no field {wanted} any more, which was confirmed for the "
                    f"{role} of '{self.name}'. Open Connections and choose the fields again."
                )
        roles = set(ROLES) - set(self._config.fields)
        special = [
            field for field, name in names.items()
            if name.casefold() in _BY_NAME or any(is_named_for(role, name) for role in roles)
        ]  # fmt: skip
        more = [COMMENT_FIELD] * self._config.comments + [ATTACHMENT_FIELD] * self._files.is_on
        return list(dict.fromkeys((*_NAMED, *more, *self._config.fields.values(), *special)))

    def _pages(
        self, jql: str, fields: Sequence[str], size: int, cursor: str = ""
    ) -> Iterator[_Found]:
        """All pages of a search after a cursor; the tokens of Jira Cloud expire."""
        ordered = f"{jql} ORDER BY key ASC"
        return gone_through(
            lambda at, count: self._page(ordered, fields, count, at),
            size, cursor=cursor, may_expire=self._cloud,
        )  # fmt: skip

    def _page(self, jql: str, fields: Sequence[str], size: int, cursor: str) -> _Found:
        """One page after a cursor."""
        if self._cloud:
            return self._search(jql, fields, size, cursor)
        names = dict[str, str]()

        def ask(start: int, count: int) -> Counted:
            found = self._search(jql, fields, count, str(start))
            names.update(found.names)
            return Counted(start, found.items, bool(found.cursor), found.total)

        page = counted_page(ask, cursor, size, "key")
        return _Found(page.items, page.cursor, page.total, names)

    def _search(self, jql: str, fields: Sequence[str], size: int, cursor: str) -> _Found:
        params: dict[str, str | int] = {
            "jql": jql, "maxResults": size, "fields": ",".join(fields), "expand": "names",
        }  # fmt: skip
        if self._cloud:
            if cursor:
                params["nextPageToken"] = cursor
            answer = self._client.get(f"{self._api}/search/jql", params)
        else:
            answer = self._client.get(
                f"{self._api}/search", {**params, "startAt": int(cursor or 0)}
            )
        answer = self._object(answer, "its search result")
        issues = answer.get("issues")
        if not isinstance(issues, list) or not all(
            isinstance(each, dict) and isinstance(each.get("key"), str) for each in issues
        ):
            raise other_form(self._site, "its search result")
        names = {str(k): str(v) for k, v in mapping(answer.get("names")).items()}
        if self._cloud:
            token = "" if answer.get("isLast") else answer.get("nextPageToken")
            return _Found(issues, token if isinstance(token, str) else "", names=names)
        total, start = answer.get("total"), answer.get("startAt")
        if not isinstance(total, int) or not isinstance(start, int):
            raise other_form(self._site, "its search result")
        goes_on = bool(issues) and start + len(issues) < total
        return _Found(issues, "more" if goes_on else "", total, names)

    def _documents(self, found: _Found) -> Iterator[FetchedDocument]:
        issues, notes = list[dict[str, Any]](), dict[str, tuple[str, ...]]()
        for each in found.items:
            issue = self._addressed(each)
            if self._config.comments:
                issue, said = whole_comments(self._client, self._api, issue)
                notes[str(issue["key"])] = said
            issues.append(issue)
        whole = [issue for issue in issues if isinstance(issue.get("fields"), dict)]
        above = [self._addressed(issue) for issue in self._parents(whole, found.names)]
        options = {"fields": dict(self._config.fields), "comments": self._config.comments}
        exports = exports_of([*whole, *above], "issues", f"An answer of {self._site}", options,
                             {"names": found.names})  # fmt: skip
        # Only issues that were asked for by key: what an issue becomes must not depend on which
        # others happen to stand on its page.
        beside = [
            one for each in exports[len(whole) :] if isinstance(each, Export) for one in each.issues
        ]
        read = dict(zip((str(issue["key"]) for issue in whole), exports, strict=False))
        for issue in issues:
            key = str(issue["key"])
            export = read.get(key, f"{self._site} sent {key} without its fields. Sync it again.")
            document = self._document(issue, key, export, beside)
            yield document.model_copy(update={"notes": notes.get(key, ())})
            listed = issue_attachments(issue, document.reading, cloud=self._cloud)
            yield from map(self._files.document, self._files.wanted(listed))

    def _parents(
        self, issues: Sequence[dict[str, Any]], names: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        """The issues above that are no epics by their own word, and those above them."""
        links = [field for field, name in names.items() if name.casefold() == "epic link"]
        if "epic" in self._config.fields:
            links.append(self._config.fields["epic"])
        found, asked, level = list[dict[str, Any]](), set[str](), issues
        for _ in range(2):
            wanted = sorted({key for issue in level for key in keys_above(issue, links)} - asked)
            if not wanted:
                break
            asked.update(wanted)
            try:
                level = self._search(
                    f"key in ({', '.join(wanted)})",
                    ["summary", "issuetype", "parent", *links], len(wanted), "",
                ).items  # fmt: skip
            except Refused:  # one of them is gone or hidden: the issues say what they know
                break
            found.extend(issue for issue in level if isinstance(issue.get("fields"), dict))
        return found

    def _document(
        self, issue: Mapping[str, Any], key: str, export: Export | str, beside: list[Any]
    ) -> FetchedDocument:
        external = f"jira:{key}"
        changed = read_moment(mapping(issue.get("fields")).get("updated"))
        reading, error = tried(partial(issue_reading, export, external, beside))
        return FetchedDocument(
            external_id=external, changed_at=changed, reading=reading, error=error
        )

    def _addressed(self, issue: dict[str, Any]) -> dict[str, Any]:
        """The issue with an address on the configured host, whatever the answer claims."""
        named = not self._client.path.startswith("/ex/")
        own = f"{self._client.base}{self._api}/issue/{issue['key']}" if named else ""
        return {**issue, "self": own}

    def _object(self, answer: Any, what: str) -> dict[str, Any]:
        if not isinstance(answer, dict):
            raise other_form(self._site, what)
        return answer


@dataclass(frozen=True, slots=True)
class _Found(Found[Item]):
    """A page of issues, and the names of their fields by id."""

    names: Mapping[str, str] = field(default_factory=dict)


def keys_above(issue: Mapping[str, Any], links: Sequence[str]) -> set[str]:
    """Keys of the issues above that must be looked at to find the epic: its title and its own."""
    fields = mapping(issue.get("fields"))
    found, parent = set[str](), mapping(fields.get("parent"))
    if isinstance(parent.get("key"), str):
        kind = mapping(mapping(parent.get("fields")).get("issuetype"))
        if str(kind.get("name")).casefold() == "epic":
            return set()
        found.add(parent["key"])
    found.update(str(fields.get(link)) for link in links)
    return {key for key in found if _KEY.fullmatch(key)}


def bounded_jql(jql: str) -> str:
    """The JQL without its ordering; ``ConnectorError`` where it would fetch everything."""
    bare = _QUOTED.sub(lambda match: " " * len(match[0]), jql)
    order = _ORDER.search(bare)
    kept = jql[: order.start()].strip() if order else jql.strip()
    if not kept:
        raise ConnectorError(
            'The JQL is empty, which would fetch all of Jira. Name a project: project = "CC".'
        )
    return kept


def _sample(value: object) -> str:
    """A field's value, good enough to see what it holds; nothing hostile is parsed here."""
    if isinstance(value, str):
        return value[:SAMPLE_CHARACTERS]
    if isinstance(value, list):
        return ", ".join(_sample(each) for each in value if isinstance(each, str | dict))
    try:
        return field_text(value)[:SAMPLE_CHARACTERS]
    except RecursionError:
        return ""
