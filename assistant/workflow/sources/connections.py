"""Connections to other systems: add one, try it, confirm its fields, see where its secret is.

A connection is kept in the library without its secret. The secret is bound to the host: its name
says where it may be sent, and the page says only whether it is set.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from assistant.domain import Value
from assistant.errors import ConnectorError
from assistant.library import Connection
from assistant.sources.connectors.client import never_stopped
from assistant.sources.connectors.config import KINDS as KINDS
from assistant.sources.connectors.config import ROLES
from assistant.sources.connectors.config import ConnectionConfig as ConnectionConfig
from assistant.sources.connectors.config import ConnectionKind as ConnectionKind
from assistant.sources.connectors.config import kind_of as kind_of
from assistant.sources.connectors.opening import Connector, open_connection, secret_origin
from assistant.sources.connectors.outbound import Contact as Contact
from assistant.sources.connectors.proposals import FieldProposal as FieldProposal
from assistant.sources.connectors.secrets import SecretState, secret_name
from assistant.sources.files.folder_source import FOLDER, FolderSource
from assistant.sources.reading import FieldRole
from assistant.sources.synced import SyncSource
from assistant.workflow.deployment.jobs import StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.outbound import outbound_guard, secrets_of

FIELD = "field."
"""Options of a connection that hold confirmed fields: ``field.criteria``, for example."""

COMMENTS = "comments"
"""Option of a connection that leaves the comments of issues out, where it is ``no``."""

ATTACHMENTS = "attachments"
"""Option of a connection that fetches attached files: the million bytes that one may have."""

CONNECTOR_KINDS = frozenset(kind.kind for kind in KINDS)


class SecretView(Value):
    """Where the secret of a connection is looked for, and whether it is there; never the secret.

    ``variable`` is empty where none is needed (a database file).
    """

    variable: str = ""
    state: SecretState = "not set"

    @property
    def is_set(self) -> bool:
        """Whether nothing is missing."""
        return not self.variable or self.state != "not set"


class ConnectionView(Value):
    """A connection as the page shows it."""

    connection: Connection
    config: ConnectionConfig
    kind: ConnectionKind
    secret: SecretView
    problem: str = ""

    @property
    def last_synced_at(self) -> datetime | None:
        """When the last complete sync began."""
        return self.connection.last_synced_at


def connections(workspace: Workspace, project_id: str) -> tuple[ConnectionView, ...]:
    """The project's connections to other systems, oldest first; nothing is contacted."""
    return tuple(
        _view(workspace, connection)
        for connection in workspace.library.connections.list(project_id)
        if connection.kind in CONNECTOR_KINDS
    )


def add(
    workspace: Workspace, project_id: str, config: ConnectionConfig, *, by: str = ""
) -> Connection:
    """Keep a new connection, after checking everything that can be checked without contact.

    Raises ``ConnectorError`` for an address, host or search that is refused, ``LibraryError`` where
    the name is taken.
    """
    check_config(workspace, config)
    return workspace.library.connections.add(
        project_id, kind=config.kind, name=config.name, options=options_of(config), by=by
    )


def confirm_fields(
    workspace: Workspace, connection: Connection, fields: dict[FieldRole, str], *, by: str = ""
) -> Connection:
    """Keep which field holds what; the next sync reads everything again where that is new."""
    config = config_of(connection).model_copy(
        update={"fields": {role: field for role, field in fields.items() if field}}
    )
    return workspace.library.connections.update(
        connection.project_id, connection.id, options=options_of(config), by=by
    )


def change(
    workspace: Workspace, connection: Connection, config: ConnectionConfig, *, by: str = ""
) -> Connection:
    """Keep another address, user, search or choice of what comes along, checked as ``add`` does;
    the next sync reads everything again where something is new. Kind and name stay."""
    check_config(workspace, config)
    return workspace.library.connections.update(
        connection.project_id, connection.id, options=options_of(config), by=by
    )


def check_config(workspace: Workspace, config: ConnectionConfig) -> None:
    """Raise ``ConnectorError`` where a connection could never work; nothing is contacted."""
    if not config.name.strip():
        raise ConnectorError("The connection needs a name. Type one and try again.")
    kind = kind_of(config.kind)
    if not config.url.strip():
        raise ConnectorError(f"The connection needs an address, for example: {kind.address}")
    origin = secret_origin(config)
    if origin is not None:
        outbound_guard(workspace.settings).check_host(origin.host)
    if kind.user_required and not config.user:
        raise ConnectorError(f"The connection needs a user: {kind.user}.")
    if not config.fetch.strip():
        raise ConnectorError(f"Say what to fetch ({kind.fetch}), for example: {kind.fetch_example}")
    if origin is None or secrets_of(workspace.settings).get(origin):
        open_config(workspace, config).close()


def open_config(
    workspace: Workspace,
    config: ConnectionConfig,
    *,
    stopped: StopCheck = never_stopped,
    known: Iterable[tuple[str, str]] = (),
) -> Connector:
    """The system behind a configuration, ready to be asked; nothing has been contacted yet."""
    settings = workspace.settings
    return open_connection(
        config,
        secrets_of(settings),
        outbound_guard(settings),
        stopped=stopped,
        own_folder=settings.data_dir,
        known=known,
    )


def open_source(
    workspace: Workspace,
    connection: Connection,
    *,
    stopped: StopCheck,
    known: Iterable[tuple[str, str]],
) -> SyncSource:
    """The folder or system behind a connection; nothing has been contacted yet.

    ``known`` are external ids with the stamps of earlier syncs, ``stopped`` says whether to give up
    waiting. Raises ``SourceError`` where a setting or a secret is missing.
    """
    if connection.kind == FOLDER:
        return FolderSource(Path(connection.options.get("folder", "")), known)
    return open_config(workspace, config_of(connection), stopped=stopped, known=known)


def try_out(workspace: Workspace, config: ConnectionConfig) -> str:
    """Sign in and look for the first thing; a sentence about both, or ``ConnectorError``."""
    source = open_config(workspace, config)
    try:
        return source.check()
    finally:
        source.close()


def propose_fields(workspace: Workspace, config: ConnectionConfig) -> tuple[FieldProposal, ...]:
    """Which fields hold criteria, release, team and epic, from the latest items of the system."""
    source = open_config(workspace, config)
    try:
        return source.proposals()
    finally:
        source.close()


def secret_view(workspace: Workspace, config: ConnectionConfig) -> SecretView:
    """Where the secret of a configuration is looked for; raises ``ConnectorError`` as it must."""
    origin = secret_origin(config)
    if origin is None:
        return SecretView()
    return SecretView(
        variable=secret_name(origin), state=secrets_of(workspace.settings).state(origin)
    )


def contacts(workspace: Workspace) -> tuple[Contact, ...]:
    """Every host that was ever contacted, or refused, from this data folder; the latest first."""
    return outbound_guard(workspace.settings).log.contacts()


def options_of(config: ConnectionConfig) -> dict[str, str]:
    """A configuration as the options of a stored connection; no secret is in it."""
    options = {
        "url": config.url.strip(),
        "fetch": config.fetch.strip(),
        "user": config.user.strip(),
    }
    options |= {f"{FIELD}{role}": field for role, field in config.fields.items()}
    if not config.comments:
        options[COMMENTS] = "no"
    if config.attachments:
        options[ATTACHMENTS] = str(config.attachment_mb)
    return {name: value for name, value in options.items() if value}


def config_of(connection: Connection) -> ConnectionConfig:
    """The configuration of a stored connection; raises ``ConnectorError`` for an unknown kind."""
    if connection.kind not in CONNECTOR_KINDS:
        raise ConnectorError(
            f"“{connection.name}” is a connection of the kind “{connection.kind}”, which this "
            "version cannot open. Update the program, or remove the connection."
        )
    options = connection.options
    return ConnectionConfig(
        kind=connection.kind,
        name=connection.name,
        url=options.get("url", ""),
        fetch=options.get("fetch", ""),
        user=options.get("user", ""),
        fields={role: options[f"{FIELD}{role}"] for role in ROLES if f"{FIELD}{role}" in options},
        comments=options.get(COMMENTS) != "no",
        attachments=ATTACHMENTS in options,
        attachment_mb=int(options.get(ATTACHMENTS, "10")),
    )


def _view(workspace: Workspace, connection: Connection) -> ConnectionView:
    config, problem = config_of(connection), connection.last_error
    try:
        secret = secret_view(workspace, config)
    except ConnectorError as error:
        secret, problem = SecretView(), str(error)
    return ConnectionView(
        connection=connection, config=config, kind=kind_of(config.kind), secret=secret,
        problem=problem,
    )  # fmt: skip
