"""Asks one configured system over HTTP and gives its answers as JSON; never writes to it.

Time and size of an answer are limited as a whole, ``Retry-After`` is obeyed, redirects to another
host are not followed, and every way to fail is a ``ConnectorError`` that names the host and what to
do.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore
import httpx

from assistant.domain import utc_now
from assistant.errors import ConnectorError, NotAuthorised, RateLimited, Unreachable
from assistant.sources.connectors.addresses import read_address
from assistant.sources.connectors.outbound import Guard
from assistant.sources.connectors.secrets import Redactor
from assistant.sources.connectors.transport import Deadline, GuardedTransport
from assistant.sources.json_values import parsed

Params = Mapping[str, str | int]
StopCheck = Callable[[], bool]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGENT = "uat-assistant (read-only)"
ANY = "*/*"
"""Accepted in a download; whatever else is asked for must be JSON."""

DOWNLOAD_SECONDS = 300.0


class FetchStopped(ConnectorError):
    """The user cancelled a fetch; nothing is wrong, and what came in before is kept."""


class TooLarge(ConnectorError):
    """An answer had more bytes than are read at once."""


class Refused(ConnectorError):
    """The system refused what was asked (not who asked); ``status`` is its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Forbidden(NotAuthorised):
    """The token is good, but its user may not read this one thing."""


class Elsewhere(ConnectorError):
    """What was asked for lies on another host, which was not asked; ``url`` says where."""

    def __init__(self, message: str, url: str) -> None:
        super().__init__(message)
        self.url = url


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Limits of one call: seconds in all and between two bytes, bytes, attempts, waits."""

    seconds: float = 60.0
    silence: float = 20.0
    max_bytes: int = 10_000_000
    attempts: int = 5
    longest_wait: float = 120.0
    """Seconds; a longer ``Retry-After`` is an error that says when to try again."""


DEFAULT_CALL_LIMITS = CallLimits()


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, and what its answer may be: bytes, seconds, what it is accepted as."""

    method: str
    url: str
    limits: CallLimits
    params: Params | None = None
    form: Mapping[str, str] | None = None
    accept: str = "application/json"


def never_stopped() -> bool:
    """The answer of a caller that does not cancel."""
    return False


@dataclass
class ApiClient:
    """A client of one system, for one thread at a time.

    ``headers`` carry the credentials: they are sent to the origin of ``url`` and nowhere else.
    ``redactor`` takes secrets out of everything that comes back.
    """

    url: str
    guard: Guard
    purpose: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    redactor: Redactor = field(default_factory=Redactor, repr=False)
    limits: CallLimits = DEFAULT_CALL_LIMITS
    stopped: StopCheck = never_stopped
    wait: Callable[[float], None] | None = None

    def __post_init__(self) -> None:
        self.origin, self.path = read_address(self.url)
        self.guard.check_host(self.origin.host)
        self._deadline = Deadline()
        self._http = httpx.Client(
            transport=GuardedTransport(self.origin, self.guard, self.purpose, self._deadline),
            timeout=self.limits.silence,
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def base(self) -> str:
        """The address of the system, without a final slash."""
        return f"{self.origin}{self.path}"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, params: Params | None = None) -> Any:
        """The JSON answer to ``path`` (below the connection's address).

        Raises ``NotAuthorised`` (``Forbidden``), ``RateLimited``, ``Unreachable``, ``TooLarge``,
        ``Refused``, ``FetchStopped``, or ``ConnectorError`` where the answer is no JSON.
        """
        return self._parsed(self._asked(_Call("GET", f"{self.base}{path}", self.limits, params)))

    def download(self, path: str, max_bytes: int) -> bytes:
        """The bytes at ``path`` (below the connection's address), at most ``max_bytes``.

        Raises as ``get`` does, and ``Elsewhere`` where the system refers to another host.
        """
        limits = replace(self.limits, max_bytes=max_bytes, seconds=DOWNLOAD_SECONDS)
        return self._asked(_Call("GET", f"{self.base}{path}", limits, accept=ANY))

    def post_form(self, path: str, form: Mapping[str, str]) -> Any:
        """The JSON answer to a form: for exchanging credentials for a token, nothing else."""
        call = _Call("POST", f"{self.base}{path}", self.limits, form=form)
        return self._parsed(self._asked(call))

    def _asked(self, call: _Call) -> bytes:
        problem: ConnectorError | None = None
        for attempt in range(self.limits.attempts):
            if self.stopped():
                raise FetchStopped(f"Fetching from {self.origin.site} was cancelled.")
            delay = min(2.0**attempt, 30.0)
            try:
                status, headers, body = self._once(call)
            except (httpx.RequestError, httpx.InvalidURL) as error:
                raise ConnectorError(
                    f"{self.origin.site} answered with something that cannot be read. Check the "
                    "connection's address."
                ) from error
            except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError,
                    OSError) as error:  # fmt: skip
                problem = self._unreachable(error)
                if attempt >= 2 or "certificate" in str(error).lower():
                    raise problem from error
            else:
                if status == 429 or (status == 503 and "retry-after" in headers):
                    asked = _retry_after(headers.get("retry-after", ""))
                    delay = delay if asked is None else asked
                    problem = self._limited(delay)
                    if delay > self.limits.longest_wait:
                        raise problem
                elif status >= 500:
                    problem = Unreachable(
                        f"{self.origin.site} failed with an error of its own (HTTP {status}). Try "
                        "again later, or ask its administrator."
                    )
                    if attempt >= 2:
                        raise problem
                else:
                    return self._checked(status, body)
            self._sleep(delay)
        assert problem is not None
        raise problem

    def _once(self, call: _Call) -> tuple[int, httpx.Headers, bytes]:
        headers = {"Accept": call.accept, "Accept-Encoding": "gzip", "User-Agent": _AGENT}
        url, params = call.url, call.params
        for _ in range(4):
            self._deadline.start(call.limits.seconds)
            with self._http.stream(
                call.method, url, params=params, data=call.form,
                headers={**headers, **self.headers},
            ) as answer:  # fmt: skip
                body = self._body(answer, call.limits.max_bytes)
            target = answer.headers.get("location", "")
            if answer.status_code not in _REDIRECTS or call.method != "GET" or not target:
                return answer.status_code, answer.headers, body
            following = answer.url.join(target)
            if call.accept == ANY and not self._is_own(following):
                raise Elsewhere(
                    f"{self.origin.site} keeps this on another host ({following.host}), which was "
                    "not asked.", str(following)
                )  # fmt: skip
            # The transport refuses any other origin before it is looked up.
            url, params = str(following), None
        raise ConnectorError(
            f"{self.origin.site} sends from page to page without end. Check the connection's "
            "address."
        )

    def _is_own(self, url: httpx.URL) -> bool:
        port = url.port or (443 if url.scheme == "https" else 80)
        return (url.scheme, url.host, port) == tuple(self.origin)

    def _body(self, answer: httpx.Response, max_bytes: int) -> bytes:
        if answer.headers.get("content-encoding", "identity").lower() not in {"identity", "gzip"}:
            raise ConnectorError(
                f"{self.origin.site} answered in a compression that was not asked for. Check the "
                "connection's address."
            )
        parts, size = list[bytes](), 0
        for part in answer.iter_bytes():
            size += len(part)
            if size > max_bytes:
                raise TooLarge(
                    f"{self.origin.site} answered with more than {max_bytes:,} bytes "
                    "at once. Fetch less with the connection's filter."
                )
            parts.append(part)
        return self.redactor.clean_bytes(b"".join(parts))

    def _checked(self, status: int, body: bytes) -> bytes:
        site = self.origin.site
        if status == 401:
            raise NotAuthorised(
                f"{site} refused the credentials: the token is wrong, has expired or was revoked. "
                "Make a new one, set it as the connection says, and start the app again."
            )
        if status == 403 and b"REQUEST_LIMIT_EXCEEDED" in body:  # Salesforce, for the day
            raise self._limited(24 * 3600)
        if status == 403:
            raise Forbidden(
                f"{site} knows the token but does not let it read this{self._said(body)}. Give its "
                "user permission to read, or narrow what the connection fetches."
            )
        if status == 404:
            raise Refused(
                f"{site} has nothing at {self.path or 'this address'}{self._said(body)}. Check the "
                "address and what the connection fetches.", status
            )  # fmt: skip
        if status in _REDIRECTS or not 200 <= status < 300:
            raise Refused(
                f"{site} refused what was asked (HTTP {status}){self._said(body)}. Check what the "
                "connection fetches.", status
            )  # fmt: skip
        return body

    def _parsed(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            page = body.lstrip()[:1] == b"<"
            what = "a web page (a login, perhaps)" if page else "something that is no JSON"
            raise ConnectorError(
                f"{self.origin.site} answered with {what} instead of data. Check the connection's "
                "address and its token."
            ) from error

    def _said(self, body: bytes) -> str:
        """What the system says about an error, short, in brackets."""
        parts = [text for text in _messages(parsed(body)) if text.strip()]
        return f" ({' '.join(' '.join(parts).split())[:300].rstrip('.')})" if parts else ""

    def _limited(self, delay: float) -> RateLimited:
        minutes = max(1, round(delay / 60))
        when = f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
        return RateLimited(
            f"{self.origin.site} asked to slow down: its limit of requests is reached. Sync again "
            f"in {when}; it goes on where it stopped."
        )

    def _unreachable(self, error: Exception) -> Unreachable:
        site, words = self.origin.site, str(error)
        if isinstance(error, httpcore.TimeoutException):
            return Unreachable(
                f"{site} did not answer within {self.limits.seconds:.0f} seconds. Try again later, "
                "or fetch less with the connection's filter."
            )
        if "certificate" in words.lower():
            return Unreachable(
                f"{site} shows a certificate that this computer does not trust. Ask its "
                "administrator, or name your company's certificate file with SSL_CERT_FILE."
            )
        return Unreachable(
            f"{site} cannot be reached ({self.redactor.clean(words) or type(error).__name__}). "
            "Check the address, the network and whether the system is up."
        )

    def _sleep(self, seconds: float) -> None:
        """Wait, looking every half second whether the user has cancelled."""
        if self.wait is not None:
            self.wait(seconds)
            return
        until = time.monotonic() + seconds
        pause = threading.Event()
        while (left := until - time.monotonic()) > 0 and not self.stopped():
            pause.wait(min(left, 0.5))


def _retry_after(value: str) -> float | None:
    """Seconds of a ``Retry-After`` header: a number or a date (RFC 9110, 10.2.3)."""
    value = value.strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - utc_now()).total_seconds())
    except (TypeError, ValueError):
        return None


def _messages(said: object) -> list[str]:
    """The sentences in an error of Jira, Confluence or Salesforce."""
    if isinstance(said, list):
        return [text for each in said[:5] for text in _messages(each)]
    if not isinstance(said, dict):
        return []
    found = list[str]()
    for name in ("errorMessages", "errors", "message", "title", "detail", "error_description"):
        value = said.get(name)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            found.extend(str(text) for text in value.values())
        elif isinstance(value, list):
            found.extend(text if isinstance(text, str) else " ".join(_messages(text))
                         for text in value[:5])  # fmt: skip
    return found
