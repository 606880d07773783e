"""Where a connection may go: lists of attacks, rebinding names, redirects, the offline switch."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest
from fake_jira import FakeJira, story
from fake_servers import TOKEN, Answer, Serve
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import ConnectorError, Unreachable
from assistant.sources.connectors.addresses import (
    Origin,
    inner_address,
    is_never_allowed,
    is_public,
    read_address,
)
from assistant.sources.connectors.client import ApiClient
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.opening import Connector
from assistant.sources.connectors.outbound import Guard, OutboundLog, OutboundPolicy

ADDRESSES = re.compile(r"[a-z]{2,8}://[^\s`\"<>|)]+", re.IGNORECASE)


class Names:
    """A resolver that knows some names and counts what it is asked."""

    def __init__(self, **known: Sequence[str]) -> None:
        self.known = {name.replace("__", "."): list(found) for name, found in known.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self.known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self.known[host]


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every connection that is tried; none is made."""
    tried: list[object] = []

    def refuse(self: socket.socket, address: object) -> None:
        tried.append(address)
        raise AssertionError(f"a connection to {address} was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


def hostile_addresses(shared: Path) -> list[str]:
    """Every address in the lists of server-side request forgery."""
    found: list[str] = []
    for path in sorted((shared / "hostile" / "ssrf").glob("*.md")):
        found += ADDRESSES.findall(path.read_text("utf-8", "replace"))
    return sorted(set(found))


@pytest.mark.long
def test_no_hostile_address_is_contacted(shared_dir: Path, no_sockets: list[object]) -> None:
    # Every name leads to this computer, as a name in an attacker's zone may.
    guard = Guard(OutboundPolicy(), OutboundLog(None), lambda host, port: ["127.0.0.1"])
    addresses = hostile_addresses(shared_dir)
    assert len(addresses) > 150
    for url in addresses:
        with pytest.raises(ConnectorError) as refused:
            ApiClient(url, guard, "test").get("/rest")
        assert TOKEN not in str(refused.value)
    assert no_sockets == []


def test_metadata_is_refused_even_where_it_is_listed(
    shared_dir: Path, no_sockets: list[object]
) -> None:
    literal = re.compile(r"169\.254\.|100\.100\.100\.200|192\.0\.0\.192|fd00:ec2|a9fe", re.I)
    listed = OutboundPolicy(private_hosts=("0.0.0.0/0", "::/0", "metadata.google.internal"))
    resolver = Names(metadata__google__internal=["169.254.169.254"])
    tried = 0
    for url in hostile_addresses(shared_dir):
        host = url.split("://", 1)[1].split("/")[0]
        if literal.search(host) or host.startswith("metadata.google"):
            tried += 1
            with pytest.raises(ConnectorError):
                ApiClient(url, Guard(listed, OutboundLog(None), resolver), "test").get("/x")
    assert tried > 30
    assert no_sockets == []


@pytest.mark.long
@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "::1", "127.8.9.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "fc00::1", "fe80::1",
        "100.64.0.1", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255",
        "198.18.0.1", "192.0.2.1", "2001:db8::1", "::ffff:10.1.2.3", "64:ff9b:1::a00:1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)  # fmt: skip
def test_private_addresses_behind_a_name(address: str, no_sockets: list[object]) -> None:
    guard = Guard(OutboundPolicy(), OutboundLog(None), lambda *_: ["93.184.216.34", address])
    with pytest.raises(ConnectorError, match=r"jira\.example\.com"):
        ApiClient("https://jira.example.com", guard, "test").get("/rest")
    assert no_sockets == []


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_counts_as_itself(inner: IPv4Address) -> None:
    number = int(inner)
    for outer in (f"::ffff:{inner}", f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}",
                  f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"):  # fmt: skip
        address = ip_address(outer)
        assert inner_address(address) == inner
        assert is_public(address) == is_public(inner)
        assert is_never_allowed(address) == is_never_allowed(inner)


def test_a_listed_network_or_name_may_be_private(no_sockets: list[object]) -> None:
    origin = Origin("https", "jira.corp.example", 443)
    for listed in ("10.1.0.0/16", "jira.corp.example", "10.1.2.3"):
        log = OutboundLog(None)
        guard = Guard(OutboundPolicy(private_hosts=(listed,)), log, lambda *_: ["10.1.2.3"])
        assert guard.address_of(origin, "test") == "10.1.2.3"
        assert [(one.host, one.address) for one in log.contacts()] == [
            ("jira.corp.example", "10.1.2.3")
        ]
    other = Guard(OutboundPolicy(private_hosts=("10.2.0.0/16",)), OutboundLog(None),
                  lambda *_: ["10.1.2.3"])  # fmt: skip
    with pytest.raises(ConnectorError, match="UAT_PRIVATE_HOSTS=jira"):
        other.address_of(origin, "test")


def test_only_allowed_hosts_where_an_administrator_names_them() -> None:
    policy = OutboundPolicy(allowed_hosts=("acme.atlassian.net",))
    resolver = Names()
    guard = Guard(policy, OutboundLog(None), resolver)
    with pytest.raises(ConnectorError, match=r"evil\.example is not one of the hosts"):
        ApiClient("https://evil.example", guard, "test")
    ApiClient("https://acme.atlassian.net", guard, "test").close()
    assert resolver.asked == []


def test_plain_http_goes_to_this_computer_only(no_sockets: list[object]) -> None:
    policy = OutboundPolicy(private_hosts=("10.0.0.0/8",))
    for address in ("10.0.0.1", "93.184.216.34"):
        guard = Guard(policy, OutboundLog(None), lambda *_, found=address: [found])
        with pytest.raises(ConnectorError, match="without encryption"):
            ApiClient("http://jira.example.com", guard, "test").get("/rest")
    assert no_sockets == []


def test_a_name_that_changes_its_address_is_looked_up_once_a_connection(
    serve: Serve, client: Callable[..., ApiClient]
) -> None:
    first, second = serve(lambda _: Answer({"a": 1})), serve(lambda _: Answer({"b": 2}))
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"]])
    log = OutboundLog(None)
    guard = Guard(OutboundPolicy(private_hosts=("127.0.0.0/8",)), log, lambda *_: next(answers))
    asking = client(f"http://rebind.example:{first.port}", guard=guard)
    assert asking.get("/x") == {"a": 1}
    assert asking.get("/x") == {"a": 1}
    asking.close()
    again = client(f"http://rebind.example:{first.port}", guard=guard)
    for _ in range(2):
        with pytest.raises(ConnectorError, match=r"169\.254|private network"):
            again.get("/x")
    assert (first.connections, second.connections) == (1, 0)
    assert {(one.address, one.refused) for one in log.contacts()} == {
        ("127.0.0.1", False), ("", True)
    }  # fmt: skip


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_another_host_carries_nothing_there(
    serve: Serve, client: Callable[..., ApiClient], status: int
) -> None:
    thief = serve(lambda _: Answer({"stolen": True}))
    targets = [
        f"{thief.url}/rest", f"//127.0.0.1:{thief.port}/x", f"http://localhost:{thief.port}/x",
        "https://evil.example/x", "file:///etc/passwd", "http://[::ffff:127.0.0.1]/", "http://",
        "http://127.0.0.1@evil.example/", "http://\x00/",
    ]  # fmt: skip
    for target in targets:
        server = serve(lambda _, to=target: Answer({}, status, {"Location": to}))
        with pytest.raises(ConnectorError, match=rf"127\.0\.0\.1:{server.port}"):
            client(server.url).get("/rest")
    assert thief.connections == 0


def test_redirect_on_the_same_host_is_followed(
    serve: Serve, client: Callable[..., ApiClient]
) -> None:
    def answer(asked: object) -> Answer:
        path = getattr(asked, "path", "")
        return Answer({"ok": 1}) if path == "/b" else Answer({}, 302, {"Location": "/b"})

    assert client(serve(answer).url).get("/a") == {"ok": 1}
    loop = serve(lambda _: Answer({}, 302, {"Location": "/again"}))
    with pytest.raises(ConnectorError, match="page to page"):
        client(loop.url).get("/a")


def test_addresses_inside_answers_are_never_contacted(
    serve: Serve, connect: Callable[..., Connector]
) -> None:
    thief = serve(lambda _: Answer({"stolen": True}))
    issue = story("CC-1", "One", criteria=f"* see {thief.url}/attachment", epic="CC-9")
    issue["self"] = f"{thief.url}/rest/api/3/issue/1"
    issue["fields"]["attachment"] = [{"content": f"{thief.url}/secret.pdf", "filename": "a.pdf"}]
    issue["fields"]["issuetype"]["iconUrl"] = f"{thief.url}/icon.svg"
    server = serve(FakeJira([issue]))
    config = ConnectionConfig(kind="jira_cloud", name="J", url=server.url, fetch="project = CC",
                              user="t@example.com")  # fmt: skip
    (page,) = connect(config).fetch(since=None)
    reading = page.documents[0].reading
    assert reading is not None
    assert reading.document.uri == f"{server.url}/browse/CC-1"
    assert thief.connections == 0
    assert all("authorization" in asked.headers for asked in server.asked)


def test_proxies_of_the_environment_are_not_used(
    serve: Serve, client: Callable[..., ApiClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda _: Answer({"stolen": True}))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, proxy.url)
    assert client(serve(lambda _: Answer({"mine": 1})).url).get("/") == {"mine": 1}
    assert proxy.connections == 0


def test_offline_makes_every_attempt_an_error(serve: Serve, no_sockets: list[object]) -> None:
    resolver = Names(jira__example__com=["93.184.216.34"])
    log = OutboundLog(None)
    guard = Guard(OutboundPolicy(offline=True, private_hosts=("127.0.0.1",)), log, resolver)
    for url in ("https://jira.example.com", "http://127.0.0.1:9"):
        with pytest.raises(Unreachable, match="UAT_OFFLINE"):
            ApiClient(url, guard, "test").get("/rest")
    assert no_sockets == []
    assert resolver.asked == []
    assert all(one.refused for one in log.contacts())


def test_the_log_is_a_private_file_that_survives(
    serve: Serve, client: Callable[..., ApiClient], tmp_path: Path
) -> None:
    path = tmp_path / "outbound-hosts.jsonl"
    server = serve(lambda _: Answer({}))
    for _ in range(3):
        guard = Guard(OutboundPolicy(private_hosts=("127.0.0.1",)), OutboundLog(path))
        client(server.url, guard=guard).get("/")
    path.open("a").write('{"at": "cut o')
    (one,) = OutboundLog(path).contacts()
    assert (one.host, one.port, one.purpose) == ("127.0.0.1", server.port, "test")
    assert one.first_at <= one.last_at
    assert path.stat().st_mode & 0o077 == 0
    assert TOKEN not in path.read_text()


def test_what_cannot_be_logged_is_not_contacted(
    serve: Serve, client: Callable[..., ApiClient], tmp_path: Path
) -> None:
    server = serve(lambda _: Answer({}))
    guard = Guard(OutboundPolicy(private_hosts=("127.0.0.1",)), OutboundLog(tmp_path / "no" / "x"))
    with pytest.raises(ConnectorError, match="nothing was contacted"):
        client(server.url, guard=guard).get("/")
    assert server.connections == 0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_clear_refusal(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{text}/x", f"https://jira.example.com{text}"):
        try:
            origin, path = read_address(url)
        except ConnectorError:
            continue
        assert read_address(f"{origin}{path}") == (origin, path)
        assert json.dumps(origin.host).isascii()
