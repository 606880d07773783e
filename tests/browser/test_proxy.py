"""The shipped proxy before the app: headers, closed paths, sticky sessions, no frames."""

from __future__ import annotations

import http.client
import http.server
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Server
from playwright.sync_api import Browser, expect

Proxy = Callable[..., int]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    """Starts the proxy before some servers; gives its port."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("caddy is not installed (apt-get install caddy)")
    started: list[subprocess.Popen[bytes]] = []

    def run(*upstreams: int) -> int:
        port = free_port()
        environment = os.environ | {
            "UAT_SITE": f"https://localhost:{port}",
            "UAT_UPSTREAMS": " ".join(f"127.0.0.1:{upstream}" for upstream in upstreams),
            "UAT_HTTP_PORT": str(free_port()),
            "XDG_DATA_HOME": str(tmp_path / "caddy"),
            "XDG_CONFIG_HOME": str(tmp_path / "caddy"),
        }
        config = str(ROOT / "deploy" / "Caddyfile")
        with (tmp_path / "caddy.log").open("ab") as log:
            command = [program, "run", "--config", config, "--adapter", "caddyfile"]
            started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and started[-1].poll() is None:
            try:
                ask(port, "/")
                return port
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"the proxy did not start: {(tmp_path / 'caddy.log').read_text('utf-8')}")

    yield run
    for process in started:
        process.terminate()
        process.wait(10)


def ask(port: int, path: str, cookie: str = "") -> http.client.HTTPResponse:
    """An answer through the proxy; its certificate is its own."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.fixture
def named_servers() -> Iterator[list[int]]:
    """Two servers that answer with their own port."""

    class Named(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = str(self.server.server_address[1]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Named) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [server.server_address[1] for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


def test_every_answer_has_the_headers_and_metrics_are_closed(
    proxy: Proxy, named_servers: list[int]
) -> None:
    port = proxy(*named_servers)
    for path in ("/", "/_stcore/health", "/_stcore/metrics", "/nothing"):
        answer = ask(port, path)
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        assert answer.headers["Server"] is None
    for path in ("/_stcore/metrics", "/_stcore/metrics/", "/_stcore/agent/openapi.json"):
        answer = ask(port, path)
        assert answer.status == 404
        assert answer.body == b"", "the server behind was not asked"  # type: ignore[attr-defined]


def test_a_session_stays_with_its_server(proxy: Proxy, named_servers: list[int]) -> None:
    port = proxy(*named_servers)
    met = set()
    for _ in range(12):
        first = ask(port, "/")
        cookie = first.headers["Set-Cookie"].split(";")[0]
        assert cookie.startswith("uat_server=")
        again = {ask(port, "/", cookie).body for _ in range(4)}  # type: ignore[attr-defined]
        assert again == {first.body}  # type: ignore[attr-defined]
        met |= again
    assert len(met) == 2, "new sessions are spread over both"


@pytest.mark.slow
def test_the_app_works_behind_it_and_in_no_frame(
    proxy: Proxy, server: Server, browser: Browser
) -> None:
    port = proxy(server.port)
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    refused: list[str] = []
    page.on(
        "console",
        lambda said: refused.append(said.text) if "Content Security" in said.text else None,
    )
    page.goto(f"https://localhost:{port}")
    expect(page.get_by_text("Writers").first).to_be_visible()
    page.goto(f"https://localhost:{port}/import_sources")
    expect(page.get_by_text("In this project").first).to_be_visible()
    assert refused == []
    page.set_content(f'<iframe src="https://localhost:{port}" name="inside"></iframe>')
    page.wait_for_timeout(3000)
    inside = page.frame("inside")
    assert inside is None or "Writers" not in inside.content()
    context.close()
