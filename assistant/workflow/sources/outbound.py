"""What this deployment lets out: the guard and the log of contacted hosts, from the settings."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from assistant.errors import ConnectorError, ModelUnavailable, SettingsError
from assistant.settings import Settings
from assistant.sources.connectors.addresses import read_address
from assistant.sources.connectors.outbound import Guard, OutboundLog, OutboundPolicy
from assistant.sources.connectors.secrets import Secrets, system_keyring
from assistant.workflow.deployment.data_folder import prepare


def outbound_guard(settings: Settings) -> Guard:
    """The guard of every connection; ``SettingsError`` where a list of hosts is unusable."""
    policy = OutboundPolicy(
        offline=settings.offline,
        allowed_hosts=_listed(settings.allowed_hosts),
        private_hosts=_listed(settings.private_hosts),
    )
    try:
        return Guard(policy, OutboundLog(settings.outbound_log_path))
    except ConnectorError as error:
        raise SettingsError(
            "UAT_ALLOWED_HOSTS and UAT_PRIVATE_HOSTS hold host names with commas between them "
            f"(and networks, in UAT_PRIVATE_HOSTS). {error}"
        ) from error


def secrets_of(settings: Settings) -> Secrets:
    """The secrets of connections: from the environment, then from the system's keyring."""
    environment = {name: value.get_secret_value() for name, value in settings.secrets.items()}
    return Secrets(environment, system_keyring)


def note_endpoint(settings: Settings, url: str) -> None:
    """Write down that a model endpoint outside this computer is about to be used.

    Raises ``ModelUnavailable`` where the offline switch is on.
    """
    host, port = _host_and_port(url)
    OutboundLog(settings.outbound_log_path).note(
        host, port, "model endpoint", refused=settings.offline
    )
    if settings.offline:
        raise ModelUnavailable(
            f"The model endpoint at {host} was not contacted: the offline switch is on "
            "(UAT_OFFLINE). Switch it off and start again, or choose another writer."
        )


def check_saved_endpoint(settings: Settings, url: str) -> None:
    """Hold the address of an endpoint that a person typed against the rules for connections.

    It is looked up, checked and written to the log. Raises ``ModelUnavailable`` where it may not be
    asked. An address on this computer is not for here.
    """
    try:
        origin, _ = read_address(url)
        outbound_guard(settings).address_of(origin, "model endpoint")
    except ConnectorError as error:
        raise ModelUnavailable(f"The model endpoint was not asked. {error}") from error


def model_fetches_noted(settings: Settings) -> Callable[[str], None]:
    """Writes down each address that a model file is fetched from, before it is asked.

    It raises ``ModelUnavailable`` where it cannot: what is not logged is not contacted.
    """
    prepare(settings.data_dir)
    log = OutboundLog(settings.outbound_log_path)

    def note(address: str) -> None:
        try:
            log.note(*_host_and_port(address), "model fetch")
        except ConnectorError as error:
            raise ModelUnavailable(str(error)) from error

    return note


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or url, parts.port or (80 if parts.scheme == "http" else 443)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(",") if entry.strip())
