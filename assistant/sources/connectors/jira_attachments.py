"""The files attached to Jira's issues, as a search lists them.

Source of the calls: Atlassian, "The Jira Cloud platform REST API", attachment content (with
``redirect=false`` Jira sends the file itself and does not refer to another host); Data Center keeps
files below ``/secure/attachment``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from assistant.domain import SourceMetadata
from assistant.sources.connectors.attachments import Attachment
from assistant.sources.connectors.moments import read_moment
from assistant.sources.reading import Reading

ATTACHMENT_FIELD = "attachment"
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def issue_attachments(
    issue: Mapping[str, Any], reading: Reading | None = None, *, cloud: bool
) -> list[Attachment]:
    """The files of an issue that was asked for with its field of attachments.

    What they share with the issue (release, team, labels, its address) is taken from ``reading``.
    """
    fields = issue.get("fields")
    listed = fields.get(ATTACHMENT_FIELD) if isinstance(fields, dict) else None
    key = str(issue["key"])
    uri = reading.document.uri if reading else ""
    shared = reading.document.metadata if reading else SourceMetadata(key=key)
    found = list[Attachment]()
    for each in listed if isinstance(listed, list) else []:
        if not isinstance(each, dict):
            continue
        name, size = each.get("filename"), each.get("size")
        number = str(each.get("id"))
        if not isinstance(name, str) or not isinstance(size, int) or not _ID.fullmatch(number):
            continue
        path = f"/secure/attachment/{number}/{quote(name, safe='')}"
        if cloud:
            path = f"/rest/api/3/attachment/content/{number}?redirect=false"
        author = each.get("author")
        author = author.get("displayName") if isinstance(author, dict) else None
        metadata = shared.model_copy(update={"author": str(author or "")})
        found.append(
            Attachment(
                id=number, name=name, size=size, path=path, version=number, at=f"jira:{key}",
                shown_at=key, uri=uri, metadata=metadata,
                changed_at=read_moment(each.get("created")),
            )
        )  # fmt: skip
    return found
