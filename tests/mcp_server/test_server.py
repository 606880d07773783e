"""The server over stdio, asked by the SDK's own client, on the sample project with its index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")
import anyio
import mcp
from anyio.from_thread import start_blocking_portal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflow"))

from endpoint_server import EndpointServer, endpoint_server, streams

from assistant.mcp_server import server
from assistant.mcp_server.server import ToolDesk
from assistant.mcp_server.tool_scope import ToolScope
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT

ROOT = Path(__file__).resolve().parents[2]
WRONG = {
    "title": "Long list",
    "criterion_ids": ["CC-102-AC4"],
    "steps": [
        {"action": "Search", "expected_result": "The result list shows no more than 75 accounts."}
    ],
}
CHANGE = {"case_id": "UAT-CC-0001", "version": 1, "reason": "r", "title": "t"}
Ask = Callable[[Any], Awaitable[None]]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[EndpointServer]:
    with endpoint_server() as running:
        yield running


@pytest.fixture(scope="module")
def talk(
    sample_data_dir: Path,
    models_dir: Path,
    copy_folder: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
    endpoint: EndpointServer,
) -> Iterator[Callable[[Ask], None]]:
    """Starts ``python -m assistant mcp`` and hands a client of it to one test after the other."""
    data_dir = copy_folder(sample_data_dir, tmp_path_factory.mktemp("served") / "data")
    parameters = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--project", "Sample project"],
        cwd=str(ROOT),
        env={
            **os.environ,
            "UAT_DATA_DIR": str(data_dir),
            "UAT_MODELS_DIR": str(models_dir),
            "UAT_ENDPOINT_PROVIDER": "openai",
            "UAT_ENDPOINT_URL": endpoint.url,
            "UAT_ENDPOINT_MODEL": "m",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        },
    )
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(mcp.stdio_client(parameters)) as streams,
        portal.wrap_async_context_manager(mcp.ClientSession(*streams)) as session,
    ):

        async def within_time(ask: Callable[..., Awaitable[object]], *given: object) -> None:
            with anyio.fail_after(240):
                await ask(*given)

        portal.call(within_time, session.initialize)
        yield lambda ask: portal.call(within_time, ask, session)


def answer(result: Any) -> Any:
    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


@pytest.mark.long
def test_a_flood_is_refused_in_part_and_the_server_goes_on(
    talk: Callable[[Ask], None],
) -> None:
    async def ask(session: Any) -> None:
        told: list[str] = []

        async def one() -> None:
            result = await session.call_tool("search_sources", {"query": "refund"})
            told.append(result.content[0].text if result.is_error else "answered")

        async with anyio.create_task_group() as tasks:
            for _ in range(40):
                tasks.start_soon(one)
        assert len(told) == 40
        assert told.count("answered") >= 2
        assert {text[:14] for text in told} <= {"answered", "Too many calls"}
        answer(await session.call_tool("search_sources", {"query": "refund"}))

    talk(ask)


@pytest.mark.long
def test_lines_that_are_no_messages_do_not_end_the_server(data_dir: Path, models_dir: Path) -> None:
    environment = {**os.environ, "UAT_DATA_DIR": str(data_dir), "UAT_MODELS_DIR": str(models_dir)}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *sys.path])
    first = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }  # fmt: skip
    lines = ["no JSON", '{"jsonrpc": "2.0"}', "[" * 2000, json.dumps(first)]
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "mcp", "--project", "Sample project"],
        input="\n".join(lines) + "\n", capture_output=True, text=True, env=environment,
        cwd=ROOT, timeout=240, check=False,
    )  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(one.get("id") == 1 and "result" in one for one in said), done.stderr[-2000:]
    assert done.returncode == 0


@pytest.mark.long
def test_each_tool_answers_from_the_project(talk: Callable[[Ask], None]) -> None:
    async def ask(session: Any) -> None:
        listed = (await session.list_tools()).tools
        assert [one.name for one in listed] == [
            "search_sources", "ask", "analyse_epic", "open_questions", "answer_question",
            "generate_cases", "get_run", "get_case", "check_case", "propose_edit", "coverage",
            "stale",
        ]  # fmt: skip
        assert all(one.input_schema["additionalProperties"] is False for one in listed)
        hints = {one.name: one.annotations.read_only_hint for one in listed}
        reading = {name for name, reads in hints.items() if reads}
        assert reading == {"get_run", "get_case", "coverage", "stale"}
        assert not any(one.annotations.destructive_hint for one in listed)
        found = answer(await session.call_tool("search_sources", {"query": "cooling-off period"}))
        assert any("14 days" in one["text"] for one in found["sources"])
        checked = answer(await session.call_tool("check_case", WRONG))
        assert checked["verdict"] == "denied"
        assert (checked["sure"], checked["linked"]) == (True, "the case names it")
        (finding,) = (
            one for step in checked["steps"] for one in step["findings"]
            if one["rule"] == "contradiction"
        )  # fmt: skip
        assert finding["words"] == "75 accounts"
        assert "no more than 50 accounts" in finding["message"]
        epic = answer(await session.call_tool("analyse_epic", {"epic_key": "CC-100"}))
        first = epic["criteria"][0]
        assert first["id"] == "CC-101-AC1"
        assert first["checklist"]
        covered = answer(await session.call_tool("coverage", {"epic_key": "CC-100"}))
        case_id = next(name for one in covered["criteria"] for name in one["cases"])
        case = answer(await session.call_tool("get_case", {"case_id": case_id}))
        change = {"case_id": case_id, "version": case["version"], "reason": "Shorter.",
                  "title": "Another title", "test_date": "2027-02-15"}  # fmt: skip
        proposed = answer(await session.call_tool("propose_edit", change))
        assert (proposed["kept"], proposed["title"]) == (True, "Another title")
        assert (proposed["test_date"], case["test_date"]) == ("2027-02-15", None)
        after = answer(await session.call_tool("get_case", {"case_id": case_id}))
        (waits,) = after["proposals"]
        assert waits["reason"] == "Shorter."
        assert after == case | {"proposals": [waits]}
        assert covered["left_out"] == 0
        assert sum(covered["levels"].values()) == len(covered["criteria"])

    talk(ask)


@pytest.mark.long
def test_an_answer_says_what_was_searched_and_whether_it_is_the_whole(
    talk: Callable[[Ask], None], endpoint: EndpointServer
) -> None:
    asked = {"question": "How long is the cooling-off period, and who set it?"}
    wordings = ["Days of withdrawal from a domestic contract", "Who decided on withdrawal"]
    said = "The cooling-off period of a domestic contract is 14 days."

    def model(request: Any, whole: bool, numbers: list[int]) -> None:
        if "Write the queries." in str(request.server.bodies[-1]):
            reply: dict[str, Any] = {"queries": wordings}
        else:
            words = "within the cooling-off period of 14 days"
            quotes = [{"source": number, "words": words} for number in numbers]
            sentences = [{"text": said, "quotes": quotes}]
            reply = {"sentences": sentences, "whole": whole}
        streams(json.dumps(reply))(request)

    async def ask(session: Any) -> None:
        for whole in (False, True):
            endpoint.answer = partial(model, whole=whole, numbers=list(range(1, 30)))
            told = answer(await session.call_tool("ask", {**asked, "writer": "endpoint"}))
            assert [one["text"] for one in told["sentences"]] == [said], told
            assert (told["partial"], told["queries"]) == (not whole, wordings)
            assert (told["cut_off"], told["broken"]) == (False, "")
        alone = answer(await session.call_tool("ask", asked))
        assert (alone["partial"], alone["queries"]) == (False, [])

    talk(ask)


def test_what_is_unknown_too_long_or_of_another_kind_is_refused(
    talk: Callable[[Ask], None],
) -> None:
    async def ask(session: Any) -> None:
        for name, given, told in (
            ("search_sources", {"query": "refund", "project": "Other"}, "project"),
            ("search_sources", {"query": "x" * 401}, "400"),
            ("search_sources", {"query": ""}, "query"),
            ("search_sources", {"query": "refund", "limit": "3"}, "limit"),
            ("check_case", {**WRONG, "steps": []}, "steps"),
            ("check_case", {**WRONG, "status": "accepted"}, "status"),
            ("propose_edit", {"case_id": "x", "version": 1, "reason": "r"}, "at least one"),
            ("propose_edit", {**CHANGE, "version": "1"}, "version"),
            ("propose_edit", {**CHANGE, "reason": ""}, "reason"),
            ("propose_edit", {**CHANGE, "reason": "x" * 401}, "reason"),
            ("propose_edit", {**CHANGE, "title": "x" * 401}, "title"),
            ("propose_edit", {**CHANGE, "status": "accepted"}, "status"),
            ("propose_edit", {**CHANGE, "test_date": "15.02.2027"}, "test_date"),
            ("propose_edit", {**CHANGE, "test_date": "2027-02-30"}, "day is out of range"),
            ("propose_edit", {**CHANGE, "steps": []}, "steps"),
            ("propose_edit", {**CHANGE, "case_id": "NO-1"}, "NO-1"),
            ("propose_edit", {**CHANGE, "reason": "uat_" + "A" * 43}, "token"),
            ("search_sources", {"query": "refund", "y" * 10_000: 1}, "y" * 120 + ": "),
            ("analyse_epic", {}, "either"),
            ("analyse_epic", {"epic_key": "NO-1"}, "No epic"),
            ("coverage", {"epic_key": "NO-1"}, "NO-1"),
            ("accept_case", {"id": "UAT-CC-0001"}, "no tool"),
        ):
            result = await session.call_tool(name, given)
            assert result.is_error, (name, given)
            assert told in result.content[0].text, result.content[0].text
        # The server goes on: with a tool that loads no model, which takes 10 s.
        answer(await session.call_tool("coverage", {"epic_key": "CC-100"}))

    talk(ask)


def test_what_comes_in_on_stdin_says_that_a_program_brought_it(
    data_dir: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    async def noted(_desk: ToolDesk, scope: ToolScope, *_: object) -> dict[str, Any]:
        told.append(scope.by)
        return {}

    monkeypatch.setattr(ToolDesk, "answer", noted)
    monkeypatch.setattr(server, "serve_with", lambda answer: anyio.run(answer, None, "stale", {}))
    for user in ("Ann", ""):
        settings = Settings(data_dir=data_dir, models_dir=models_dir, user=user)
        with Workspace.open(settings, exclusive=True) as workspace:
            server.serve(workspace, workspace.project(SAMPLE_PROJECT).id)
    assert told == ["Ann (tool)", "a program (tool)"]
