"""What a connection is: a kind of system, its address, what to fetch, and the confirmed fields."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assistant.domain import Value
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


KINDS: tuple[ConnectionKind, ...] = (
    ConnectionKind(
        kind="jira_cloud",
        title="Jira Cloud",
        address="https://YOURSITE.atlassian.net",
        fetch="JQL",
        fetch_example='project = "CC" AND issuetype in (Epic, Story)',
        user="E-mail address of the token's account",
        user_required=True,
        secret="an API token (id.atlassian.com, Security, API tokens)",
        permission="the account needs Browse projects; a token with scopes needs read:jira-work",
        has_comments=True,
        has_attachments=True,
    ),
    ConnectionKind(
        kind="jira_data_center",
        title="Jira Data Center",
        address="https://jira.example.com",
        fetch="JQL",
        fetch_example='project = "CC" AND issuetype in (Epic, Story)',
        user="User name, only for a password instead of a token",
        user_required=False,
        secret="a personal access token (your profile, Personal Access Tokens)",
        permission="its user needs Browse projects",
        has_comments=True,
        has_attachments=True,
    ),
    ConnectionKind(
        kind="confluence_cloud",
        title="Confluence Cloud",
        address="https://YOURSITE.atlassian.net",
        fetch="Spaces (their keys)",
        fetch_example="OPS, RULES",
        user="E-mail address of the token's account",
        user_required=True,
        secret="an API token (id.atlassian.com, Security, API tokens)",
        permission="the account must see the spaces; a token with scopes needs "
        "read:page:confluence and read:space:confluence",
        has_fields=False,
        has_attachments=True,
    ),
    ConnectionKind(
        kind="confluence_data_center",
        title="Confluence Data Center",
        address="https://wiki.example.com",
        fetch="Spaces (their keys)",
        fetch_example="OPS, RULES",
        user="User name, only for a password instead of a token",
        user_required=False,
        secret="a personal access token (your profile, Personal Access Tokens)",
        permission="its user must see the spaces",
        has_fields=False,
        has_attachments=True,
    ),
    ConnectionKind(
        kind="salesforce",
        title="Salesforce",
        address="https://YOURDOMAIN.my.salesforce.com",
        fetch="Object, and a SOQL condition after WHERE",
        fetch_example="copado__User_Story__c WHERE copado__Status__c != 'Draft'",
        user="Consumer key of a connected app with the client credentials flow",
        user_required=False,
        secret="the consumer secret of that app; without a consumer key, an access token",
        permission="the flow's user needs API Enabled and Read (View All for all records) on the "
        "object and its fields",
    ),
    ConnectionKind(
        kind="sql",
        title="SQL database",
        address="postgresql+psycopg://READER@db.example.com/requirements",
        fetch="SELECT",
        fetch_example="SELECT id, updated_at, title, description FROM requirements",
        user="Columns of id and time of change, where they have other names",
        user_required=False,
        secret="the password of the database user",
        permission="a user that may only read (GRANT SELECT) the tables of the query",
        has_fields=False,
    ),
)


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
