"""The app as a server process, and an installed Chromium that drives it.

``UAT_CHROMIUM`` names the browser's program; tests skip where none is installed.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=60_000)
"""A busy machine is slow, not wrong."""


class Server:
    """The app's server in a process of its own, which can be killed and started again."""

    def __init__(
        self,
        data_dir: Path,
        models_dir: Path,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir
        self._models_dir = models_dir
        self._log = log
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        environment = {
            **os.environ,
            "UAT_DATA_DIR": str(self.data_dir),
            "UAT_MODELS_DIR": str(self._models_dir),
            "UAT_USER": "Tess",
            **self._environment,
        }
        script = "app_with_tools.py" if "UAT_TOOLS_HTTP" in self._environment else "app.py"
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, f"--server.port={self.port}"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"the server did not start: {self.log()}")

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def log(self) -> str:
        """What the server has written so far."""
        return self._log.read_text("utf-8", "replace")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test here that fails is run once more, with a server and a page of its own, and the summary
    names it. Once a table kept what it had shown before for a minute; 280 runs of the same steps on
    a busy machine did not bring that back."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture
def server_environment() -> Mapping[str, str]:
    """Environment variables of the server; a module that needs some has a fixture of this name."""
    return {}


@pytest.fixture
def server(
    data_dir: Path, models_dir: Path, tmp_path: Path, server_environment: Mapping[str, str]
) -> Iterator[Server]:
    """A fresh server on a data folder of the test's own."""
    running = Server(data_dir, models_dir, tmp_path / "server.log", server_environment)
    running.start()
    yield running
    running.kill()
    assert "Traceback" not in running.log(), running.log()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium for a module. While one is open, its event loop counts as running in
    this thread, and tests elsewhere that run one of their own would fail."""
    found = (shutil.which(name) for name in CHROMIUM_NAMES)
    program = os.environ.get("UAT_CHROMIUM") or next(filter(None, found), None)
    if program is None:
        pytest.skip("no Chromium is installed (name one with UAT_CHROMIUM)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def new_page(browser: Browser, server: Server) -> Iterator[Callable[[], Page]]:
    """Opens tabs of different people; a request to any other host fails the test."""
    contexts = []
    outside: list[str] = []
    dialogs: list[str] = []

    def opened() -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)

        def seen(url: str) -> None:
            if not url.startswith((server.url, "data:", "blob:", server.url.replace("http", "ws"))):
                outside.append(url)

        page.on("request", lambda request: seen(request.url))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not outside, "the page asked another host"
    assert not dialogs, "a script ran"


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    """One tab."""
    return new_page()
