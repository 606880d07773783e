"""Files of a connected system, also where it keeps them on another host that is allowed.

The other host gets no credentials: the address that the system gave says all. It is asked only
where an administrator named it (``UAT_ALLOWED_HOSTS``).
"""

from __future__ import annotations

import httpx

from assistant.errors import ConnectorError, NotAuthorised, Unreachable
from assistant.sources.connectors.addresses import Origin, read_address
from assistant.sources.connectors.client import ApiClient, Elsewhere, Forbidden, Refused, TooLarge


class DownloadFailed(ConnectorError):
    """One file could not be fetched; nothing else is wrong."""


class Downloads:
    """Fetches files for one connection, for one thread at a time."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._others = dict[Origin, ApiClient]()
        self._silent = dict[Origin, str]()

    def close(self) -> None:
        """Close the connections to other hosts."""
        for other in self._others.values():
            other.close()
        self._others.clear()

    def fetch(self, path: str, max_bytes: int) -> bytes:
        """The bytes at a path of the system.

        Raises ``DownloadFailed`` where this file cannot be had, and other ``ConnectorError`` where
        the system as a whole fails.
        """
        try:
            return self._client.download(path, max_bytes)
        except Elsewhere as moved:
            return self._from_other(moved.url, max_bytes)
        except (Forbidden, Refused, TooLarge) as error:
            raise DownloadFailed(str(error)) from error

    def _from_other(self, url: str, max_bytes: int) -> bytes:
        origin, target = _parted(url)
        guard, purpose = self._client.guard, self._client.purpose
        if not guard.is_listed(origin.host):
            guard.log.note(origin.host, origin.port, purpose, refused=True)
            raise DownloadFailed(
                f"It lies on {origin.host}, which was not asked. Ask your administrator to name "
                f"{origin.host} in UAT_ALLOWED_HOSTS, beside the hosts of all connections; then "
                "start the app again and sync everything again."
            )
        if origin in self._silent:
            raise DownloadFailed(self._silent[origin])
        try:
            return self._other(origin).download(target, max_bytes)
        except Unreachable as error:
            self._silent[origin] = str(error)
            raise DownloadFailed(str(error)) from error
        except (NotAuthorised, Refused, TooLarge, Elsewhere) as error:
            raise DownloadFailed(str(error)) from error

    def _other(self, origin: Origin) -> ApiClient:
        if origin not in self._others:
            own = self._client
            self._others[origin] = ApiClient(
                str(origin), own.guard, own.purpose, redactor=own.redactor, limits=own.limits,
                stopped=own.stopped, wait=own.wait,
            )  # fmt: skip
        return self._others[origin]


def _parted(url: str) -> tuple[Origin, str]:
    """Origin and the rest of an address that a system gave; ``DownloadFailed`` for an odd one."""
    try:
        parsed = httpx.URL(url)
        if parsed.userinfo:
            raise ConnectorError("a name or password stands in the address")
        host = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
        port = "" if parsed.port is None else f":{parsed.port}"
        origin, _ = read_address(f"{parsed.scheme}://{host}{port}")
        return origin, parsed.raw_path.decode("ascii")
    except (httpx.InvalidURL, ConnectorError, UnicodeDecodeError) as error:
        raise DownloadFailed(
            "The system refers to an address that cannot be read. Download the file by hand and "
            "import it."
        ) from error
