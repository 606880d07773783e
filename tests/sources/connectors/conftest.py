"""Servers on 127.0.0.1 that speak the protocols of other systems, and connections to them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.sources.connectors.addresses import read_address
from assistant.sources.connectors.client import ApiClient, CallLimits
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.opening import Connector, open_connection
from assistant.sources.connectors.outbound import Guard, OutboundLog, OutboundPolicy
from assistant.sources.connectors.secrets import Secrets, secret_name

sys.path.insert(0, str(Path(__file__).parent))

from fake_servers import TOKEN, Answer, Asked, FakeServer

QUICK = CallLimits(seconds=5, silence=3, attempts=4, longest_wait=60)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Asked], Answer]], FakeServer]]:
    """Starts servers that are stopped when the test ends."""
    started: list[FakeServer] = []

    def start(answer: Callable[[Asked], Answer]) -> FakeServer:
        server = FakeServer(answer)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def log() -> OutboundLog:
    """A log of contacts that is kept in memory."""
    return OutboundLog(None)


@pytest.fixture
def guard(log: OutboundLog) -> Guard:
    """A guard that lets 127.0.0.1 be asked."""
    return Guard(OutboundPolicy(private_hosts=("127.0.0.1",)), log)


@pytest.fixture
def client(guard: Guard) -> Iterator[Callable[..., ApiClient]]:
    """Clients with a token, closed when the test ends; their waits are kept in ``waits``."""
    opened: list[ApiClient] = []

    def make(url: str, **options: Any) -> ApiClient:
        given = {
            "guard": guard, "purpose": "test", "limits": QUICK, "wait": lambda _: None,
            "headers": {"Authorization": f"Bearer {TOKEN}"}, **options,
        }  # fmt: skip
        opened.append(ApiClient(url, **given))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def connect(guard: Guard) -> Iterator[Callable[..., Connector]]:
    """Connections with a secret for their host, closed when the test ends."""
    opened: list[Connector] = []

    def make(config: ConnectionConfig, **options: Any) -> Connector:
        name = secret_name(read_address(config.url)[0])
        given = {"limits": QUICK, "wait": lambda _: None, **options}
        opened.append(open_connection(config, Secrets({name: TOKEN}), guard, **given))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
