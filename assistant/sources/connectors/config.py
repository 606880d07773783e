"""What a connection is: a kind of system, its address, what to fetch, and the confirmed fields."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from assistant.domain import Value
from assistant.language.word_lists import read_table
from assistant.sources.reading import FieldRole

Kind = Literal[
    "jira_cloud", "jira_data_center", "confluence_cloud", "confluence_data_center", "salesforce",
    "sql",
]  # fmt: skip


ROLES: tuple[FieldRole, ...] = ("criteria", "release", "team", "epic")
"""What a field of another system can be confirmed for."""


class ConnectionKind(Value):
    """A kind of system in the words of the form: what each field means and an example of it."""

    kind: Kind
    title: str
    address: str
    fetch: str
    fetch_example: str
    user: str
    user_required: bool
    secret: str
    permission: str
    has_fields: bool = True
    has_comments: bool = False
    has_attachments: bool = False


KINDS = read_table(
    Path(__file__).with_name("connection_kinds.toml"), dict[str, tuple[ConnectionKind, ...]]
)["kinds"]


def kind_of(kind: str) -> ConnectionKind:
    """The kind with this name; ``KeyError`` where there is none."""
    return {each.kind: each for each in KINDS}[kind]  # type: ignore[index]


class ConnectionConfig(Value):
    """A connection as a person configured it; never a secret.

    ``fetch`` says what to fetch in the system's own language (see ``ConnectionKind``), ``user`` who
    the secret belongs to, and ``fields`` which field was confirmed for which role. ``comments``:
    whether those of an issue are fetched with it; ``attachments``: whether files at issues and
    pages are, up to ``attachment_mb`` million bytes each.
    """

    kind: Kind
    name: str
    url: str
    fetch: str = ""
    user: str = ""
    fields: dict[FieldRole, str] = Field(default_factory=dict)
    comments: bool = True
    attachments: bool = False
    attachment_mb: int = Field(default=10, ge=1, le=50)
