"""The network side of a connection: guarded addresses, one origin, limits of time.

An ``httpx`` transport on ``httpcore`` whose connections go only to addresses that the guard
checked, and only for the one origin that the connection was configured with: a request for any
other raises before anything is looked up or sent, with or without credentials.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import certifi
import httpcore
import httpx

from assistant.errors import ConnectorError
from assistant.sources.connectors.addresses import Origin
from assistant.sources.connectors.outbound import Guard

SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


class Deadline:
    """When the request that is going on must be over; shared by all streams of a client."""

    def __init__(self) -> None:
        self._at = float("inf")

    def start(self, seconds: float) -> None:
        """Begin a request that may take ``seconds`` in all."""
        self._at = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """Seconds that the next wait may take; raises ``httpcore.ReadTimeout`` where none is."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole answer took too long")
        return left if timeout is None else min(left, timeout)


class _TimedStream(httpcore.NetworkStream):
    """A stream whose waits all end at the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _GuardedBackend(httpcore.NetworkBackend):
    """Opens connections for one origin, at the address that the guard gives."""

    def __init__(self, origin: Origin, guard: Guard, purpose: str, deadline: Deadline) -> None:
        self._origin = origin
        self._guard = guard
        self._purpose = purpose
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        address = self._guard.address_of(self._origin, self._purpose)
        stream = self._backend.connect_tcp(
            address, self._origin.port, self._deadline.left(timeout), local_address, socket_options
        )
        return _TimedStream(stream, self._deadline)


class GuardedTransport(httpx.BaseTransport):
    """Sends requests for ``origin`` and refuses all others."""

    def __init__(self, origin: Origin, guard: Guard, purpose: str, deadline: Deadline) -> None:
        self._origin = origin
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusted() if origin.scheme == "https" else None,
            max_connections=1,
            http2=False,
            network_backend=_GuardedBackend(origin, guard, purpose, deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises ``httpcore`` errors and ``ConnectorError``."""
        url = request.url
        asked = (url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))
        if asked != tuple(self._origin):
            raise ConnectorError(
                f"{self._origin.site} pointed to another host ({url.host}), which was not asked. "
                "If the system has moved, enter its new address in the connection."
            )
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def _trusted() -> ssl.SSLContext:
    """Certificates that this computer trusts (a company's own too), and the usual public ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()
