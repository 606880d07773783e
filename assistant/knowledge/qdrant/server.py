"""The connection to a Qdrant server or cluster: where it may be, and how it is asked.

A Qdrant server has no access control unless it is given a key, and a key sent without TLS is
everybody's. So a server elsewhere is refused without both, unless the deployment says otherwise.
"""

from __future__ import annotations

import json
import random
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field, SecretStr

from assistant.domain import Value
from assistant.errors import CollectionMissing, RetrievalError, SettingsError
from assistant.knowledge.qdrant.addresses import is_loopback, usable_parts

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


LONGEST_WAIT = 10.0
"""Seconds that a server may ask to wait before it is not asked again."""

WITHOUT = "Reading, editing and exporting work without it; searching and generating do not."

_BY_STATUS = {
    400: "refused the request ({detail}). Rebuild the index, or update the server",
    401: "did not accept the key. Check UAT_QDRANT_API_KEY",
    403: "does not allow this with the key it was given ({detail}). Use a key that may read and "
    "write, in UAT_QDRANT_API_KEY",
    404: "does not have the collection any more. Start the app again: it is made anew from the "
    "library",
    408: "took too long. Try again, or raise UAT_QDRANT_TIMEOUT",
    413: "finds a write too large. Raise its max_request_size_mb",
    429: "asks to slow down. Wait a minute and try again",
}
_PASSING = {408, 429, 500, 502, 503, 504}
_DETAIL_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """What can be said of a failed question to ``host`` that had ``timeout`` seconds."""

    host: str
    timeout: float

    @staticmethod
    def types() -> tuple[type[Exception], ...]:
        """What qdrant-client raises where the server, not the program, is at fault."""
        import httpx
        from qdrant_client.common.client_exceptions import QdrantException
        from qdrant_client.http.exceptions import ApiException

        return ApiException, QdrantException, httpx.HTTPError, json.JSONDecodeError, Unfinished

    def translated(self, error: Exception) -> RetrievalError:
        """The error of ours."""
        import httpx

        server = f"The Qdrant server at {self.host}"
        status = _status(error)
        if status is not None:
            if 300 <= status < 400:
                return RetrievalError(
                    f"{server} answers with a redirect, which is not followed. Set UAT_QDRANT_URL "
                    "to the address it leads to."
                )
            known = _BY_STATUS.get(status, "answered HTTP {status} ({detail}). Try again later")
            said = known.format(status=status, detail=_detail(error))
            kind = CollectionMissing if status == 404 else RetrievalError
            return kind(f"{server} {said}. {WITHOUT}")
        chain = list(_causes(error))
        if any(isinstance(each, Unfinished | httpx.TimeoutException) for each in chain):
            return RetrievalError(
                f"{server} did not finish within {self.timeout:g} seconds. Try again, or raise "
                f"UAT_QDRANT_TIMEOUT. {WITHOUT}"
            )
        if any(isinstance(each, ssl.SSLError) or "SSL" in str(each) for each in chain):
            return RetrievalError(
                f"{server} cannot be reached by TLS ({_line(chain[-1])}). Check that it serves "
                "https, and set UAT_QDRANT_CA_FILE to your company's certificate authority where "
                f"it has its own. {WITHOUT}"
            )
        if any(isinstance(each, httpx.TransportError) for each in chain):
            return RetrievalError(
                f"{server} cannot be reached ({_line(chain[-1])}). Check that it runs and that "
                f"UAT_QDRANT_URL is right. {WITHOUT}"
            )
        return RetrievalError(
            f"{server} does not answer as Qdrant does ({_line(chain[-1])}). Check that "
            f"UAT_QDRANT_URL is the address of its REST interface (port 6333). {WITHOUT}"
        )


class Unfinished(Exception):
    """A write that the server took but had not carried out when it answered."""


def is_transient(error: BaseException) -> bool:
    """Whether asking again may help."""
    import httpx

    status = _status(error)
    if status is not None:
        asked = _retry_after(error)
        return status in _PASSING and (asked is None or asked <= LONGEST_WAIT)
    chain = list(_causes(error))
    if any(isinstance(each, ssl.SSLError) or "CERTIFICATE" in str(each) for each in chain):
        return False
    return any(isinstance(each, Unfinished | httpx.TransportError) for each in chain)


def wait_seconds(error: BaseException | None, attempt: int) -> float:
    """How long to wait before asking again: what the server says, or a little longer each time."""
    asked = _retry_after(error) if error is not None else None
    if asked is not None:
        return asked
    return float(min(0.1 * 2**attempt, 2.0) * random.uniform(0.5, 1.0))


def _status(error: BaseException) -> int | None:
    from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
    from qdrant_client.http.exceptions import UnexpectedResponse

    if isinstance(error, ResourceExhaustedResponse):
        return 429
    return error.status_code if isinstance(error, UnexpectedResponse) else None


def _retry_after(error: BaseException) -> float | None:
    """Seconds that the server asks to wait (``Retry-After``), where it does."""
    seconds = getattr(error, "retry_after_s", None)
    return max(0.0, float(seconds)) if isinstance(seconds, int) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made of, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        source = getattr(seen, "source", None)
        seen = source if isinstance(source, BaseException) else seen.__cause__ or seen.__context__


def _detail(error: Exception) -> str:
    """What the server says is wrong, as one short line."""
    content = getattr(error, "content", b"")
    try:
        said = json.loads(content)["status"]["error"]
    except (ValueError, KeyError, TypeError):
        said = getattr(error, "reason_phrase", "") or "no reason given"
    return _shortened(str(said))


def _line(error: BaseException) -> str:
    return _shortened(str(error) or type(error).__name__)


def _shortened(text: str) -> str:
    lines = "".join(c if c.isprintable() else "\n" for c in text).strip().splitlines()
    return (lines or [""])[0][:_DETAIL_CHARACTERS].rstrip(" .")
