"""The comments of Jira's issues: those that a search brings along, and the rest of long lists.

Source of the call: Atlassian, "The Jira Cloud platform REST API" and "Jira Data Center REST API",
issue comments (``startAt``, ``maxResults``, ``total``, ``orderBy``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from assistant.errors import ConnectorError
from assistant.sources.connectors.client import ApiClient, Forbidden, Refused, TooLarge
from assistant.sources.connectors.paging import gone_through

COMMENT_FIELD = "comment"
PAGE = 100
MOST = 500
"""Comments of one issue that are kept, the latest: beyond, it is a machine that talks."""

Issue = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Page:
    """Some comments, the latest first, and where to go on."""

    comments: list[Issue]
    cursor: str
    total: int


def whole_comments(client: ApiClient, api: str, issue: Issue) -> tuple[Issue, tuple[str, ...]]:
    """The issue with all its comments (the latest ``MOST``), and what is to be said about them.

    A search brings only some comments of an issue that has many; the others are asked for. Where
    that is not allowed, those that came are kept and the sentence says so. Raises
    ``ConnectorError`` where the system as a whole fails.
    """
    fields = issue.get("fields")
    held = fields.get(COMMENT_FIELD) if isinstance(fields, dict) else None
    if not isinstance(fields, dict) or not isinstance(held, dict):
        return issue, ()
    came = _listed(held.get("comments"))
    total = held.get("total")
    total = total if isinstance(total, int) else len(came)
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


def _asked(client: ApiClient, path: str) -> tuple[list[Issue], int]:
    """The latest comments at ``path``, each once, and how many there are."""

    def ask(cursor: str, size: int) -> _Page:
        start = int(cursor or 0)
        answer = client.get(path, {"startAt": start, "maxResults": size, "orderBy": "-created"})
        total = answer.get("total") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(total, int):
            raise ConnectorError(
                f"{client.origin.site} gave comments in another form than Jira does. Check the "
                "address and the kind of the connection (Cloud or Data Center)."
            )
        listed, began = _listed(answer.get("comments")), answer.get("startAt")
        # An old Data Center gives all of them at once, whatever it is asked for.
        end = (began if isinstance(began, int) else start) + len(listed)
        return _Page(listed, str(end) if listed and start < end < total else "", total)

    found, total = dict[str, Issue](), 0
    for page in gone_through(ask, PAGE):
        found.update({str(each.get("id")): each for each in page.comments})
        total = page.total
        if len(found) >= MOST:
            break
    return list(found.values()), total


def _listed(value: object) -> list[Issue]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _created(comment: Issue) -> str:
    return str(comment.get("created", ""))
