"""The library that the settings name: a file of the data folder, or a database of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.errors import SettingsError
from assistant.knowledge.qdrant.addresses import is_loopback
from assistant.settings import Settings
from assistant.sources.connectors.outbound import OutboundLog

if TYPE_CHECKING:
    from assistant.library import Library

POSTGRES_PORT = 5432


def open_library(settings: Settings) -> Library:
    """Open the library. A server elsewhere is noted in the log of contacted hosts first.

    Raises ``SettingsError`` where the offline switch forbids that server, or the address is none of
    PostgreSQL, and ``LibraryError`` or ``MissingExtra`` where the library cannot be used.
    """
    from assistant.library import Library

    url = settings.library_url.get_secret_value().strip()
    if not url:
        return Library.open(settings.library_path)
    try:
        parts = urlsplit(url)
        port = parts.port or POSTGRES_PORT
    except ValueError:
        raise _unusable() from None  # its text may hold the password
    if parts.scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise _unusable()
    host = parts.hostname or ""
    if host and not is_loopback(parts):
        log = OutboundLog(settings.outbound_log_path)
        log.note(host, port, "library", refused=settings.offline)
        if settings.offline:
            raise SettingsError(
                f"UAT_OFFLINE=1 forbids the library on {host}, which is not this computer. Unset "
                "UAT_LIBRARY_URL (a file in the data folder is used then) or UAT_OFFLINE."
            )
    return Library.open(url)


def library_host(settings: Settings) -> str:
    """Host of the server that holds the library; empty: it is a file of the data folder."""
    url = settings.library_url.get_secret_value().strip()
    return (urlsplit(url).hostname or "") if url else ""


def _unusable() -> SettingsError:
    return SettingsError(
        "UAT_LIBRARY_URL is no address of a PostgreSQL database. Write "
        "postgresql://USER:PASSWORD@HOST/DATABASE, or unset it to use a file in the data folder."
    )
