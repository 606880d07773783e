"""How a system is asked: limits of time and size, retries, errors, and no secret anywhere."""

from __future__ import annotations

import gzip
import logging
import threading
import time
import traceback
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest
from fake_servers import TOKEN, Answer, Serve
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import utc_now
from assistant.errors import ConnectorError, NotAuthorised, RateLimited, Unreachable
from assistant.sources.connectors.addresses import Origin
from assistant.sources.connectors.client import ApiClient, CallLimits, FetchStopped
from assistant.sources.connectors.secrets import HIDDEN, Redactor, Secrets, secret_name

Client = Callable[..., ApiClient]


def test_slow_drip_ends_with_the_total_time(serve: Serve, client: Client) -> None:
    server = serve(lambda _: Answer({"words": "x" * 500}, drip=0.05))
    limits = CallLimits(seconds=0.4, silence=5, attempts=1)
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:\d+ did not answer within"):
        client(server.url, limits=limits).get("/")
    assert time.monotonic() - started < 15


def test_slow_headers_end_with_the_total_time(client: Client) -> None:
    import socket

    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 400:
                if over.wait(0.05):
                    return
                try:
                    connection.send(bytes([letter]))
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    with pytest.raises(Unreachable):
        client(f"http://127.0.0.1:{port}", limits=CallLimits(seconds=0.4, attempts=1)).get("/")
    over.set()
    thread.join(5)
    listening.close()


@pytest.mark.long
def test_a_compressed_bomb_is_stopped(serve: Serve, client: Client) -> None:
    bomb = gzip.compress(b'"' + b"0" * 60_000_000 + b'"')
    server = serve(lambda _: Answer(raw=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ConnectorError, match="more than 10,000,000 bytes"):
        client(server.url, limits=CallLimits()).get("/")
    for coding, raw in (("br", b"x"), ("gzip", b"no gzip")):
        odd = serve(lambda _, c=coding, r=raw: Answer(raw=r, headers={"Content-Encoding": c}))
        with pytest.raises(ConnectorError, match=r"127\.0\.0\.1"):
            client(odd.url).get("/")


def test_retry_after_as_a_date_and_none_at_all(serve: Serve, client: Client) -> None:
    at = format_datetime(utc_now() + timedelta(seconds=30), usegmt=True)
    answers = iter([Answer({}, 429, {"Retry-After": at}), Answer({}, 429),
                    Answer({}, 503, {"Retry-After": "2"}), Answer({"ok": 1})])  # fmt: skip
    waits: list[float] = []
    server = serve(lambda _: next(answers))
    assert client(server.url, wait=waits.append).get("/") == {"ok": 1}
    assert 25 < waits[0] <= 30
    assert waits[1:] == [2.0, 2.0]


def test_errors_of_the_server_are_tried_again_and_then_named(serve: Serve, client: Client) -> None:
    server = serve(lambda _: Answer({}, 502))
    with pytest.raises(Unreachable, match="error of its own"):
        client(server.url).get("/")
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "kind"), [(401, NotAuthorised), (403, NotAuthorised), (400, ConnectorError),
                         (404, ConnectorError), (410, ConnectorError), (429, RateLimited)],
)  # fmt: skip
def test_no_secret_in_any_error_log_or_answer(
    serve: Serve, client: Client, caplog: pytest.LogCaptureFixture, status: int,
    kind: type[ConnectorError],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    basic = b64encode(f"me:{TOKEN}".encode()).decode()
    echo = Answer({"errorMessages": [f"bad token {TOKEN} ({basic})"]}, status,
                  {"X-Echo": "none", "Retry-After": "1"})  # fmt: skip
    server = serve(lambda _: echo)
    asking = client(server.url, headers={"Authorization": f"Basic {basic}"},
                    redactor=Redactor((TOKEN, basic)))  # fmt: skip
    with pytest.raises(kind) as failed:
        asking.get("/x")
    said = "".join(traceback.format_exception(failed.value)) + repr(asking) + str(failed.value)
    for secret in (TOKEN, basic):
        assert secret not in said
        assert secret not in caplog.text
    good = serve(lambda _: Answer({"text": f"{TOKEN} and {basic}"}))
    kept = client(good.url, redactor=Redactor((TOKEN, basic))).get("/")
    assert kept == {"text": f"{HIDDEN} and {HIDDEN}"}


def test_unreachable_and_unknown_hosts_are_named(client: Client) -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1 cannot be reached"):
        client("http://127.0.0.1:1").get("/")


def test_cancelling_ends_a_long_wait(serve: Serve, client: Client) -> None:
    server = serve(lambda _: Answer({}, 429, {"Retry-After": "50"}))
    stopped = threading.Event()
    threading.Timer(0.2, stopped.set).start()
    started = time.monotonic()
    with pytest.raises(FetchStopped):
        client(server.url, wait=None, stopped=stopped.is_set).get("/")
    assert time.monotonic() - started < 30


LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
ORIGIN = st.builds(Origin, st.just("https"), HOST, st.sampled_from([443, 8443, 1, 65535]))


@settings(max_examples=50, deadline=None)
@given(st.lists(ORIGIN, min_size=2, max_size=6, unique=True))
def test_no_two_hosts_share_the_name_of_a_secret(origins: list[Origin]) -> None:
    assert len({secret_name(origin) for origin in origins}) == len(origins)


def test_secrets_come_from_the_environment_and_then_the_keyring() -> None:
    origin = Origin("https", "acme-uk.atlassian.net", 443)
    assert secret_name(origin) == "UAT_SECRET_ACME__UK_ATLASSIAN_NET"
    name = secret_name(origin)
    both = Secrets({name: " from-environment "}, lambda _: "from-keyring")
    assert (both.get(origin), both.state(origin)) == ("from-environment", "environment")
    ring = Secrets({}, lambda asked: "from-keyring" if asked == name else "")
    assert (ring.get(origin), ring.state(origin)) == ("from-keyring", "keyring")
    assert ring.state(Origin("https", "acme.uk.atlassian.net", 443)) == "not set"
    assert Secrets().state(origin) == "not set"
    assert "from" not in repr(both) + repr(ring)
