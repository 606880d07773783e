"""What belongs to Jira's issues besides their fields: comments and attached files.

Source of the calls: Atlassian, "The Jira Cloud platform REST API" and "Jira Data Center REST API",
issue comments (``startAt``, ``maxResults``, ``total``, ``orderBy``) and attachment content (with
``redirect=false`` Cloud sends the file itself and does not refer to another host; Data Center keeps
files below ``/secure/attachment``). A search brings some comments along, and lists the files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from assistant.domain import SourceMetadata
from assistant.errors import ConnectorError
from assistant.sources.connectors.attachments import Attachment
from assistant.sources.connectors.client import ApiClient, Forbidden, Refused, TooLarge
from assistant.sources.connectors.paging import Found, Item, gone_through, read_moment
from assistant.sources.json_values import mapping, objects, whole
from assistant.sources.reading import Reading

ATTACHMENT_FIELD = "attachment"
COMMENT_FIELD = "comment"
PAGE = 100
MOST = 500
"""Comments of one issue that are kept, the latest: beyond, it is a machine that talks."""

_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def other_form(site: str, what: str) -> ConnectorError:
    """The error for an answer of ``site`` that Jira does not give."""
    return ConnectorError(
        f"{site} gave {what} in another form than Jira does. Check the address and the kind of the "
        "connection (Cloud or Data Center)."
    )


def whole_comments(client: ApiClient, api: str, issue: Item) -> tuple[Item, tuple[str, ...]]:
    """The issue with all its comments (the latest ``MOST``), and what is to be said about them.

    A search brings only some comments of an issue that has many; the others are asked for. Where
    that is not allowed, those that came are kept and the sentence says so. Raises
    ``ConnectorError`` where the system as a whole fails.
    """
    fields = issue.get("fields")
    held = mapping(fields).get(COMMENT_FIELD)
    if not isinstance(fields, dict) or not isinstance(held, dict):
        return issue, ()
    came = objects(held.get("comments"))
    total = whole(held.get("total"))
    total = len(came) if total is None else total
    key, notes = str(issue["key"]), list[str]()
    if total > len(came):
        try:
            came, total = _asked(client, f"{api}/issue/{quote(key, safe='')}/comment")
        except (Forbidden, Refused, TooLarge) as error:
            notes.append(f"{len(came)} of {total} comments of {key} were read. {error}")
    if len(came) > MOST:
        came = sorted(came, key=_created)[-MOST:]
    if total > MOST and not notes:
        notes.append(f"{key} has {total:,} comments; the latest {len(came)} were read.")
    return {**issue, "fields": {**fields, COMMENT_FIELD: {"comments": came}}}, tuple(notes)


def _asked(client: ApiClient, path: str) -> tuple[list[Item], int]:
    """The latest comments at ``path``, each once, and how many there are."""

    def ask(cursor: str, size: int) -> Found[Item]:
        start = int(cursor or 0)
        answer = client.get(path, {"startAt": start, "maxResults": size, "orderBy": "-created"})
        total = answer.get("total") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(total, int):
            raise other_form(client.origin.site, "comments")
        listed, began = objects(answer.get("comments")), answer.get("startAt")
        # An old Data Center gives all of them at once, whatever it is asked for.
        end = (began if isinstance(began, int) else start) + len(listed)
        return Found(listed, str(end) if listed and start < end < total else "", total)

    found, total = dict[str, Item](), 0
    for page in gone_through(ask, PAGE):
        found.update({str(each.get("id")): each for each in page.items})
        total = page.total or 0
        if len(found) >= MOST:
            break
    return list(found.values()), total


def _created(comment: Item) -> str:
    return str(comment.get("created", ""))


def issue_attachments(
    issue: Mapping[str, Any], reading: Reading | None = None, *, cloud: bool
) -> list[Attachment]:
    """The files of an issue that was asked for with its field of attachments.

    What they share with the issue (release, team, labels, its address) is taken from ``reading``.
    """
    key = str(issue["key"])
    uri = reading.document.uri if reading else ""
    shared = reading.document.metadata if reading else SourceMetadata(key=key)
    found = list[Attachment]()
    for each in objects(mapping(issue.get("fields")).get(ATTACHMENT_FIELD)):
        name, size = each.get("filename"), each.get("size")
        number = str(each.get("id"))
        if not isinstance(name, str) or not isinstance(size, int) or not _ID.fullmatch(number):
            continue
        path = f"/secure/attachment/{number}/{quote(name, safe='')}"
        if cloud:
            path = f"/rest/api/3/attachment/content/{number}?redirect=false"
        author = mapping(each.get("author")).get("displayName")
        metadata = shared.model_copy(update={"author": str(author or "")})
        found.append(
            Attachment(
                id=number, name=name, size=size, path=path, version=number, at=f"jira:{key}",
                shown_at=key, uri=uri, metadata=metadata,
                changed_at=read_moment(each.get("created")),
            )
        )  # fmt: skip
    return found
