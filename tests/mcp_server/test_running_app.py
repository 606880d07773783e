"""The running app, asked by the SDK's own client: over HTTP, and over stdio beside it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflow"))

from endpoint_server import EndpointServer, endpoint_server, streams

anyio = pytest.importorskip("anyio")
mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
httpx2 = pytest.importorskip("httpx2")

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
RESULT = "The result list shows no more than 50 accounts."


@dataclass
class Running:
    """The app: where it is, Ann's token, and the environment that commands beside it get."""

    url: str
    token: str
    environment: dict[str, str]
    log: Path

    def command(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the program beside the app."""
        return subprocess.run(
            [sys.executable, "-m", "assistant", *arguments], cwd=ROOT, text=True, timeout=240,
            env=self.environment | more, capture_output=True, check=False, input="",
        )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the app did not start: {log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[EndpointServer]:
    with endpoint_server() as server:
        yield server


@pytest.fixture(scope="module")
def app(
    sample_data_dir: Path,
    models_dir: Path,
    copy_folder: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
    endpoint: EndpointServer,
) -> Iterator[Running]:
    """``start`` with the switch on."""
    folder = tmp_path_factory.mktemp("app")
    environment = {
        **os.environ,
        "UAT_DATA_DIR": str(copy_folder(sample_data_dir, folder / "data")),
        "UAT_MODELS_DIR": str(models_dir),
        "UAT_ENDPOINT_PROVIDER": "openai",
        "UAT_ENDPOINT_URL": endpoint.url,
        "UAT_ENDPOINT_MODEL": "m",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    }
    port, log = free_port(), folder / "log"
    command = [sys.executable, "-m", "assistant", "start", "--no-browser", "--port", str(port)]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment | {"UAT_TOOLS_HTTP": "1"},
            stdout=written, stderr=written,
        )  # fmt: skip
    try:
        running = Running(f"http://127.0.0.1:{port}", "", environment, log)
        wait_for(running.url, process, log)
        made = running.command("tokens", "add", "Ann", "--project", "Sample project")
        assert made.returncode == 0, made.stderr
        running.token = made.stdout.strip()
        yield running
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text("utf-8", "replace")


Ask = Callable[[Any], Awaitable[None]]


def talk(app: Running, ask: Ask) -> None:
    """Hand a client of the app's ``/mcp`` to ``ask``."""
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> None:
        headers = {"Authorization": f"Bearer {app.token}"}
        with anyio.fail_after(240):
            async with (
                httpx2.AsyncClient(headers=headers, timeout=240) as http,
                streamable_http_client(f"{app.url}/mcp", http_client=http) as streams,
                mcp.ClientSession(*streams[:2]) as session,
            ):
                await session.initialize()
                await ask(session)

    anyio.run(run)


def test_every_tool_answers_the_sdks_client(app: Running, endpoint: EndpointServer) -> None:
    called: set[str] = set()

    async def ask(session: Any) -> None:
        async def call(name: str, **given: Any) -> Any:
            called.add(name)
            result = await session.call_tool(name, given)
            assert not result.is_error, (name, result.content[0].text)
            assert json.loads(result.content[0].text) == result.structured_content
            return result.structured_content

        found = await call("search_sources", query="cooling-off period")
        assert any("14 days" in one["text"] for one in found["sources"])
        told = await call("ask", question="How long is the cooling-off period?")
        assert any("14 days" in one["quote"] for one in told["passages"])
        assert (await call("analyse_epic", epic_key="CC-100"))["criteria"][0]["checklist"]
        (asked, *_) = (await call("open_questions", epic_key="CC-200"))["questions"]
        kept = await call(
            "answer_question", epic_key="CC-200", question_id=asked["id"], answer="14 is right."
        )
        assert kept["by"] == "Ann (tool)"
        run = await call("generate_cases", epic_key="CC-200", depth="smoke")
        done = await call("get_run", run_id=run["run_id"])
        while done["status"] in ("queued", "running"):
            await anyio.sleep(0.2)
            done = await call("get_run", run_id=run["run_id"])
        assert done["status"] == "done"
        case = await call("get_case", case_id=done["cases"][0]["id"])
        assert case["steps"][0]["quotations"]
        steps = [{"action": "Search", "expected_result": RESULT}]
        change = {"case_id": case["id"], "version": case["version"], "steps": steps,
                  "reason": "The list is what matters."}  # fmt: skip
        assert (await call("propose_edit", **change, only_check=True))["kept"] is False
        proposed = await call("propose_edit", **change)
        assert (proposed["kept"], proposed["version"]) == (True, case["version"])
        after = await call("get_case", case_id=case["id"])
        assert [one["by"] for one in after["proposals"]] == ["Ann (tool)"]
        assert after["steps"] == case["steps"]
        right = await call("check_case", title="T", steps=steps, criterion_ids=["CC-102-AC4"])
        assert right["verdict"] == "no automatic finding"
        doubt = {"case": "1", "step": 1, "words": RESULT, "because": "I doubt it.", "source": ""}
        endpoint.answer = streams(json.dumps({"doubts": [doubt]}))
        read = await call(
            "check_case", title="T", steps=steps, criterion_ids=["CC-102-AC4"], read_by="endpoint"
        )
        assert (read["verdict"], read["read_by"]) == ("doubted", "endpoint")
        assert (await call("coverage", epic_key="CC-100"))["criteria"]
        assert (await call("stale"))["left_out"] == 0
        assert called == {one.name for one in (await session.list_tools()).tools}
        for name, given in (("accept_case", {}), ("ask", {"question": "x", "project": "y"})):
            assert (await session.call_tool(name, given)).is_error

    talk(app, ask)


def test_a_client_of_the_newest_protocol_is_answered_too(app: Running) -> None:
    """It makes no handshake: each request carries all that is needed."""
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> None:
        headers = {"Authorization": f"Bearer {app.token}"}
        with anyio.fail_after(120):
            async with httpx2.AsyncClient(headers=headers, timeout=120) as http:
                transport = streamable_http_client(f"{app.url}/mcp", http_client=http)
                async with mcp.Client(transport) as client:
                    assert client.protocol_version >= "2026"
                    assert len((await client.list_tools()).tools) == 12
                    found = await client.call_tool("search_sources", {"query": "cooling-off"})
                    assert found.structured_content["sources"]

    anyio.run(run)


def test_many_programs_at_once(app: Running) -> None:
    """A flood of one tool is refused in part; another tool answers meanwhile."""

    async def ask(session: Any) -> None:
        told: list[str] = []

        async def one() -> None:
            result = await session.call_tool("analyse_epic", {"epic_key": "CC-100"})
            told.append(result.content[0].text if result.is_error else "answered")

        async with anyio.create_task_group() as tasks:
            for _ in range(30):
                tasks.start_soon(one)
            other = await session.call_tool("stale", {})
        assert not other.is_error
        assert len(told) == 30
        assert {text[:14] for text in told} <= {"answered", "Too many calls"}
        assert "answered" in told

    # Of another person: what Ann asked a minute ago counts for hers.
    made = app.command("tokens", "add", "Cid", "--project", "Sample project")
    talk(replace(app, token=made.stdout.strip()), ask)


def test_over_http_a_stranger_gets_nothing(app: Running) -> None:
    for path in ("/mcp", "/api/openapi.json", "/api/tools/ask", "/api/x"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{app.url}{path}", data=b"{}" if "json" not in path else None)
        assert refused.value.code == 401
        refused.value.close()
    with urllib.request.urlopen(f"{app.url}/") as page:  # the app itself is as it was
        assert b"<title>" in page.read()


def test_stdio_beside_the_app_says_where_its_tools_are(app: Running) -> None:
    done = app.command("mcp", "--project", "Sample project")
    assert done.returncode == 2
    for told in ("in use", "UAT_TOOLS_HTTP=1", "tokens add NAME", "/mcp", "UAT_TOOLS_TOKEN"):
        assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_stdio_with_a_token_goes_on_to_the_app(app: Running) -> None:
    def parameters(project: str, **more: str) -> Any:
        return mcp.StdioServerParameters(
            command=sys.executable, cwd=str(ROOT),
            args=["-m", "assistant", "mcp", "--project", project],
            env={**app.environment, "UAT_TOOLS_TOKEN": app.token, "UAT_TOOLS_URL": app.url, **more},
        )  # fmt: skip

    async def told(given: Any) -> Any:
        with anyio.fail_after(120):
            async with mcp.stdio_client(given) as pipes, mcp.ClientSession(*pipes) as session:
                await session.initialize()
                assert len((await session.list_tools()).tools) == 12
                return await session.call_tool("search_sources", {"query": "cooling-off period"})

    async def run() -> None:
        found = await told(parameters("Sample project"))
        assert any("14 days" in one["text"] for one in found.structured_content["sources"])
        for given, why in (
            (parameters("Other"), "another project"),
            (parameters("Sample project", UAT_TOOLS_TOKEN="uat_no"), "token"),
            (parameters("Sample project", UAT_TOOLS_URL="http://127.0.0.1:9"), "does not answer"),
        ):
            refused = await told(given)
            assert refused.is_error
            assert why in refused.content[0].text

    anyio.run(run)
    elsewhere = app.command("mcp", UAT_TOOLS_TOKEN="x", UAT_TOOLS_URL="http://example.com")
    assert (elsewhere.returncode, "this computer" in elsewhere.stderr) == (2, True)


def test_tokens_are_made_listed_and_revoked_beside_the_app(app: Running) -> None:
    made = app.command("tokens", "add", "Bob", "--project", "Sample project", "--days", "7")
    token = made.stdout.strip()
    assert (made.returncode, token[:4], len(token)) == (0, "uat_", 47)
    assert app.command("tokens", "add", "Bob", "--project", "Sample project").returncode == 2
    listed = app.command("tokens", "--project", "Sample project", "--json")
    assert [one["name"] for one in json.loads(listed.stdout)][:2] == ["Ann", "Bob"]
    assert all(one["ends_at"] for one in json.loads(listed.stdout))
    assert token not in listed.stdout
    plain = app.command("tokens", "--project", "Sample project")
    assert all("  until " in line for line in plain.stdout.splitlines()), plain.stdout
    request = urllib.request.Request(
        f"{app.url}/api/openapi.json", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as reply:
        assert reply.status == 200
    assert app.command("tokens", "revoke", "Bob", "--project", "Sample project").returncode == 0
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 401
    refused.value.close()
    database = (Path(app.environment["UAT_DATA_DIR"]) / "library.sqlite3").read_bytes()
    for one in (token, app.token):
        assert one.encode() not in database
        assert one not in app.log.read_text("utf-8", "replace")
