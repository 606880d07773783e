"""Opens a configured connection: the one place that puts credentials and a client together."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from assistant.errors import ConnectorError, NotAuthorised
from assistant.sources.connectors.addresses import Origin, read_address
from assistant.sources.connectors.client import (
    DEFAULT_CALL_LIMITS,
    ApiClient,
    CallLimits,
    StopCheck,
    never_stopped,
)
from assistant.sources.connectors.config import ConnectionConfig, kind_of
from assistant.sources.connectors.confluence import ConfluenceSource
from assistant.sources.connectors.jira import JiraSource
from assistant.sources.connectors.outbound import Guard
from assistant.sources.connectors.proposals import FieldProposal
from assistant.sources.connectors.salesforce import SalesforceSource
from assistant.sources.connectors.secrets import Redactor, Secrets, secret_name
from assistant.sources.connectors.sql import POSTGRES_PORT, SqlSource, database_url
from assistant.sources.synced import SyncSource


class Connector(SyncSource, Protocol):
    """A live source that can also be tried and looked into before anything is fetched."""

    def check(self) -> str:
        """Sign in and find the first thing; a sentence about both, or ``ConnectorError``."""
        ...

    def proposals(self) -> tuple[FieldProposal, ...]:
        """Which field holds what, from samples; empty for systems without such fields."""
        ...


def open_connection(
    config: ConnectionConfig,
    secrets: Secrets,
    guard: Guard,
    *,
    limits: CallLimits = DEFAULT_CALL_LIMITS,
    stopped: StopCheck = never_stopped,
    wait: Callable[[float], None] | None = None,
    own_folder: Path | None = None,
    known: Iterable[tuple[str, str]] = (),
) -> Connector:
    """The connection, ready to be asked; nothing has been contacted yet.

    ``known`` are external ids with the stamps of earlier syncs, ``own_folder`` is the app's data
    folder, which no connection reads. Raises ``ConnectorError`` where the address is not allowed
    or a part is missing, and ``NotAuthorised`` where the secret is not set.
    """
    purpose = f"connection '{config.name}'"
    if config.kind == "sql":
        site = secret_origin(config)
        secret = secrets.get(site) if site is not None else ""
        return SqlSource(config, guard, secret, own_folder=own_folder, stopped=stopped)
    origin = read_address(config.url)[0]
    guard.check_host(origin.host)
    kind = kind_of(config.kind)
    if kind.user_required and not config.user:
        raise ConnectorError(
            f"'{config.name}' needs a user: {kind.user}. Add it to the connection."
        )
    secret = secrets.get(origin)
    if not secret:
        raise NotAuthorised(
            f"There is no secret for {origin.site}. Set {secret_name(origin)} to "
            f"{kind.secret}, and start the app again."
        )
    basic = b64encode(f"{config.user}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}" if config.user else f"Bearer {secret}"}
    if config.kind == "salesforce" and config.user:
        headers = {}  # the app's key and secret are exchanged for a session first
    client = ApiClient(
        config.url, guard, purpose, headers=headers, redactor=Redactor((secret, basic)),
        limits=limits, stopped=stopped, wait=wait,
    )  # fmt: skip
    try:
        if config.kind == "salesforce":
            return SalesforceSource(config, client, secret)
        opener = JiraSource if config.kind.startswith("jira") else ConfluenceSource
        return opener(config, client, known)
    except ConnectorError:
        client.close()
        raise


def secret_origin(config: ConnectionConfig) -> Origin | None:
    """Where a connection's secret may be sent; ``None`` for a file, which needs none.

    Raises ``ConnectorError`` for an unusable address.
    """
    if config.kind != "sql":
        return read_address(config.url)[0]
    url = database_url(config.url)
    return Origin("postgresql", str(url.host), url.port or POSTGRES_PORT) if url.host else None
