"""The connection to a Qdrant server or cluster: where it may be, and how it is asked.

A Qdrant server has no access control unless it is given a key, and a key sent without TLS is
everybody's. So a server elsewhere is refused without both, unless the deployment says otherwise.
"""

from __future__ import annotations

import ssl
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field, SecretStr

from assistant.domain import Value
from assistant.errors import SettingsError
from assistant.knowledge.qdrant.addresses import is_loopback, usable_parts
from assistant.knowledge.qdrant.server_errors import Failure, is_transient, wait_seconds

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from tenacity import RetryCallState

DEFAULT_PORT = 6333
"""Qdrant's own port for REST, where the address names none."""

ATTEMPTS = 4
OLDEST = (1, 10)
"""The first server with the query API."""

Version = tuple[int, ...]
T = TypeVar("T")


class ServerConfig(Value):
    """Which server, with which key, and how its collections are spread.

    ``timeout`` is in seconds. ``prefix`` begins the names of all collections. ``replication`` is
    the number of copies of each shard; ``write_consistency`` how many of them must have a write
    before it counts (0: the majority); ``shards`` how many parts a collection is cut into.
    """

    url: str
    api_key: SecretStr = SecretStr("")
    timeout: float = 30.0
    prefix: str = Field("uat", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    replication: int = 1
    write_consistency: int = 0
    shards: int = 1
    ca_file: Path | None = None
    insecure: bool = False
    offline: bool = False

    @property
    def acknowledged(self) -> int:
        """How many copies must have a write before it counts."""
        return min(self.write_consistency or self.replication // 2 + 1, self.replication)


class QdrantServer:
    """One server or cluster by its address. Thread-safe; connects when it is first asked."""

    def __init__(self, config: ServerConfig) -> None:
        """Check the address. Raises ``SettingsError`` naming the setting to change."""
        parts = usable_parts(config.url.strip())
        if parts is None or parts.query or parts.fragment:
            raise SettingsError(
                "UAT_QDRANT_URL is not the address of a Qdrant server. Set it to something like "
                "http://127.0.0.1:6333 or https://qdrant.example:6333, with the key in "
                "UAT_QDRANT_API_KEY."
            )
        self.config = config
        self.is_here = is_loopback(parts)
        """Whether it runs on this computer."""
        netloc = parts.netloc if parts.port else f"{parts.netloc.rstrip(':')}:{DEFAULT_PORT}"
        self.host = netloc
        """Host and port, for people."""
        self._url = f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"
        self._encrypted = parts.scheme == "https"
        self._check_allowed()
        self._lock = threading.Lock()
        self._client: QdrantClient | None = None
        self._version: Version | None = None

    @property
    def destination(self) -> str:
        """Host and port, and whether text travels there in the clear."""
        return self.host if self.is_here or self._encrypted else f"{self.host}, unencrypted"

    def _check_allowed(self) -> None:
        config = self.config
        if self.is_here:
            return
        if config.offline:
            raise SettingsError(
                f"UAT_OFFLINE=1 forbids the Qdrant server at {self.host}, which is not this "
                "computer. Unset UAT_QDRANT_URL (the embedded index is used then) or UAT_OFFLINE."
            )
        lacking = [
            *(["TLS (an address that begins with https://)"] if not self._encrypted else []),
            *(["a key (UAT_QDRANT_API_KEY)"] if not config.api_key.get_secret_value() else []),
        ]
        if lacking and not config.insecure:
            raise SettingsError(
                f"The Qdrant server at {self.host} is refused without {' and '.join(lacking)}: "
                "anybody on the way could read or delete the chunks. Set it up, or set "
                "UAT_QDRANT_INSECURE=1 where the network itself is protected."
            )

    def ask(self, operation: Callable[[QdrantClient], T], *, writes: bool = False) -> T:
        """Run an operation that may be repeated without harm; passing failures are tried again.

        A question waits for one timeout at most, a write for three. Raises ``RetrievalError``
        naming the host and the next step.
        """
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay

        patience = self.config.timeout * (3 if writes else 1)
        retrying = Retrying(
            retry=retry_if_exception(is_transient),
            stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(patience),
            wait=_wait,
            reraise=True,
        )
        client = self._open()
        try:
            return retrying(operation, client)
        except Failure.types() as error:
            raise Failure(self.host, self.config.timeout).translated(error) from error

    def version(self) -> Version:
        """The server's version, asked once; ``SettingsError`` where it is too old."""
        if self._version is None:
            text = self.ask(lambda client: client.info()).version
            numbers = text.split("-")[0].split(".")
            self._version = tuple(int(each) for each in numbers if each.isdigit())
        if self._version < OLDEST:
            raise SettingsError(
                f"The Qdrant server at {self.host} is too old ({'.'.join(map(str, self._version))})"
                f". Update it to {'.'.join(map(str, OLDEST))} or newer."
            )
        return self._version

    def _open(self) -> QdrantClient:
        with self._lock:
            if self._client is None:
                self._client = self._connected()
            return self._client

    def _connected(self) -> QdrantClient:
        """A client that follows no redirect, and uses no proxy on the way to this computer."""
        from qdrant_client import QdrantClient

        config = self.config
        verify: ssl.SSLContext | bool = True
        if config.ca_file is not None:
            try:
                verify = ssl.create_default_context(cafile=str(config.ca_file))
            except OSError as error:
                raise SettingsError(
                    f"UAT_QDRANT_CA_FILE '{config.ca_file}' holds no certificate that can be read "
                    f"({error}). Name a file of certificates in PEM format."
                ) from error
        with warnings.catch_warnings():
            # A key without TLS is allowed on purpose here: on this computer, or as configured.
            warnings.filterwarnings("ignore", message="Api key is used with an insecure")
            return QdrantClient(
                url=self._url,
                api_key=config.api_key.get_secret_value() or None,
                timeout=max(1, round(config.timeout)),
                check_compatibility=False,
                verify=verify,
                follow_redirects=False,
                trust_env=not self.is_here,
            )

    def close(self) -> None:
        """Close the connection; a later question opens it again."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    return wait_seconds(error, state.attempt_number)
