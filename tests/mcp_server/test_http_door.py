"""The door over HTTP: who comes in, and what each tool says as REST, on the sample project."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")
import anyio
from starlette.applications import Starlette
from starlette.testclient import TestClient

from assistant import errors
from assistant.domain import utc_now
from assistant.errors import IndexLocked, LibraryError, SourceError
from assistant.mcp_server import admission, arguments, http_door, server, tool_calls
from assistant.mcp_server.server import Refused, ToolDesk
from assistant.mcp_server.tool_scope import ToolScope
from assistant.mcp_server.tools import TOOLS
from assistant.settings import Settings
from assistant.sources.files.files import read_file
from assistant.workflow.deployment import tool_tokens
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review, review_library
from assistant.workflow.sources.import_sources import put
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT
from assistant.workflow.writing import runs

HERE = "http://127.0.0.1:8501"
SEARCH = "/api/tools/search_sources"
INITIALIZE = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {},
               "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip
MCP = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def workspace(data_dir: Path, models_dir: Path) -> Iterator[Workspace]:
    settings = Settings(data_dir=data_dir, models_dir=models_dir, tools_http=True)
    with Workspace.open(settings, exclusive=True) as opened:
        yield opened


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    return workspace.project(SAMPLE_PROJECT).id


@pytest.fixture
def stranger(workspace: Workspace) -> Iterator[TestClient]:
    """A client without a token."""
    door = http_door.Door(lambda: workspace, workspace.settings)
    app = Starlette(routes=door.routes, lifespan=door.lifespan)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(stranger: TestClient, workspace: Workspace, project_id: str) -> TestClient:
    """Ann's."""
    token = tool_tokens.add(workspace, project_id, "Ann")
    stranger.headers["Authorization"] = f"Bearer {token}"
    return stranger


def call(client: TestClient, tool: str, **given: Any) -> dict[str, Any]:
    reply = client.post(f"/api/tools/{tool}", json=given)
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def test_nothing_is_served_unless_switched_on(workspace: Workspace) -> None:
    off = workspace.settings.model_copy(update={"tools_http": False})
    assert http_door.Door(lambda: workspace, off).routes == []


@pytest.mark.parametrize(
    "said",
    ["", "Bearer", "Bearer uat_x", f"Bearer uat_{'A' * 43}", "Basic QQ==", "Bearer " + "x" * 5000],
)
def test_without_a_known_token_nothing_is_told(stranger: TestClient, said: str) -> None:
    for method, path in (
        ("POST", "/mcp"), ("GET", "/mcp"), ("GET", "/api/openapi.json"), ("POST", SEARCH),
        ("GET", "/api/anything"),
    ):  # fmt: skip
        reply = stranger.request(method, path, headers={"Authorization": said})
        assert reply.status_code == 401
        assert reply.headers["WWW-Authenticate"] == "Bearer"
        assert set(reply.json()) == {"error"}


def test_trying_tokens_has_to_wait(stranger: TestClient) -> None:
    told = [stranger.get("/api/openapi.json").status_code for _ in range(30)]
    assert told == [401] * admission.FAILURES_A_MINUTE + [429] * (30 - admission.FAILURES_A_MINUTE)


def test_somebody_who_came_in_before_does_not_wait_for_those_who_try(client: TestClient) -> None:
    assert client.get("/api/openapi.json").status_code == 200
    for _ in range(30):
        client.get("/api/openapi.json", headers={"Authorization": "Bearer no"})
    assert client.get("/api/openapi.json").status_code == 200


def test_who_failed_too_often_is_not_looked_up(
    stranger: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(tool_tokens, "holder_of", lambda _, token: looked.append(token))
    for number in range(30):
        said = f"Bearer uat_{number:043}"
        stranger.get("/api/openapi.json", headers={"Authorization": said})
    assert len(looked) == admission.FAILURES_A_MINUTE


def test_too_many_that_wait_to_be_looked_up_are_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MOST_LOOKUPS", 0)
    assert client.get("/api/openapi.json").status_code == 503


def test_a_token_revoked_while_calls_wait_ends_them(workspace: Workspace, project_id: str) -> None:
    held = [True]
    scope = ToolScope(workspace, project_id, "Ann (tool)", still=lambda: held[0])
    desk = ToolDesk()
    assert anyio.run(desk.answer, scope, "stale", {})["left_out"] == 0
    held[0] = False
    with pytest.raises(Refused, match="revoked") as refused:
        anyio.run(desk.answer, scope, "stale", {})
    assert refused.value.status == 401


def test_a_token_revoked_after_its_request_came_in_gets_no_answer(
    client: TestClient, workspace: Workspace, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ToolDesk.answer

    async def late(desk: ToolDesk, scope: ToolScope, name: str, given: Any) -> dict[str, Any]:
        tool_tokens.revoke(workspace, project_id, "Ann")
        return await answer(desk, scope, name, given)

    monkeypatch.setattr(ToolDesk, "answer", late)
    reply = client.post("/api/tools/stale", json={})
    assert (reply.status_code, "revoked" in reply.text) == (401, True)


def test_one_person_does_not_take_the_turns_of_another(
    workspace: Workspace, project_id: str
) -> None:
    told: list[str] = []

    async def ask() -> None:
        desk = ToolDesk()

        async def one(by: str) -> None:
            try:
                await desk.answer(ToolScope(workspace, project_id, by), "stale", {})
                told.append(by)
            except Refused as refusal:
                told.append(str(refusal.status))

        async with anyio.create_task_group() as tasks:
            for by in ["Ann"] * 20 + ["Bob"]:
                tasks.start_soon(one, by)
        await one("Ann")

    anyio.run(ask)
    assert sorted(told) == ["429"] * 18 + ["Ann", "Ann", "Ann", "Bob"]


def test_a_revoked_token_is_worth_nothing_at_once(
    client: TestClient, workspace: Workspace, project_id: str
) -> None:
    assert client.get("/api/openapi.json").status_code == 200
    tool_tokens.revoke(workspace, project_id, "Ann")
    assert client.get("/api/openapi.json").status_code == 401


def test_an_ended_token_is_told_what_to_do(
    client: TestClient, workspace: Workspace, project_id: str
) -> None:
    assert client.get("/api/openapi.json").status_code == 200
    token = client.headers["Authorization"].removeprefix("Bearer ")
    kept = tool_tokens.SavedToken(sha256=tool_tokens.hash_of(token), ends_at=utc_now())
    workspace.library.saved.save(project_id, tool_tokens.KIND, "Ann", kept)
    for _ in range(admission.FAILURES_A_MINUTE):
        reply = client.get("/api/openapi.json")
        assert reply.status_code == 401
        assert reply.headers["WWW-Authenticate"] == "Bearer"
        assert "This token ended on" in reply.json()["error"]
        assert "tokens add NAME" in reply.json()["error"]
    assert client.get("/api/openapi.json").status_code == 429


def test_a_token_that_ends_after_its_request_came_in_gets_no_answer(
    client: TestClient, workspace: Workspace, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ToolDesk.answer
    token = client.headers["Authorization"].removeprefix("Bearer ")

    async def late(desk: ToolDesk, scope: ToolScope, name: str, given: Any) -> dict[str, Any]:
        kept = tool_tokens.SavedToken(sha256=tool_tokens.hash_of(token), ends_at=utc_now())
        workspace.library.saved.save(project_id, tool_tokens.KIND, "Ann", kept)
        return await answer(desk, scope, name, given)

    monkeypatch.setattr(ToolDesk, "answer", late)
    reply = client.post("/api/tools/stale", json={})
    assert (reply.status_code, "ended" in reply.text) == (401, True)


def test_a_token_is_for_one_project(
    client: TestClient, workspace: Workspace, project_id: str
) -> None:
    other = workspace.create_project("Other")
    for name in (other.id, other.name, "No such project"):
        for path in (SEARCH, "/mcp"):
            reply = client.post(path, params={"project": name}, json={"query": "refund"})
            assert (reply.status_code, reply.json()) == (
                403, {"error": "This token is for another project."},
            )  # fmt: skip
    for name in (project_id, SAMPLE_PROJECT):
        reply = client.post(SEARCH, params={"project": name}, json={"query": "refund"})
        assert reply.status_code == 200


@pytest.mark.long
def test_ids_of_another_project_find_nothing(
    client: TestClient, stranger: TestClient, workspace: Workspace
) -> None:
    run = call(client, "generate_cases", epic_key="CC-200", depth="smoke")["run_id"]
    workspace.jobs.wait(run)
    case = call(client, "get_run", run_id=run)["cases"][0]["id"]
    talk = call(client, "ask", question="What is the cooling-off period?")["talk"]
    other = workspace.create_project("Other")
    token = tool_tokens.add(workspace, other.id, "Bob")
    stranger.headers["Authorization"] = f"Bearer {token}"
    for tool, given in (
        ("get_run", {"run_id": run}), ("get_case", {"case_id": case}),
        ("propose_edit", {"case_id": case, "version": 1, "reason": "r", "title": "t"}),
        ("ask", {"question": "And for business customers?", "talk": talk}),
        ("coverage", {"epic_key": "CC-200"}), ("open_questions", {"epic_key": "CC-200"}),
    ):  # fmt: skip
        reply = stranger.post(f"/api/tools/{tool}", json=given)
        assert reply.status_code == 422, (tool, reply.text)
        assert "cooling" not in reply.text.lower()
    assert call(stranger, "search_sources", query="cooling-off period") == {"sources": []}


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}],
)
def test_pages_of_other_sites_get_nothing(client: TestClient, headers: dict[str, str]) -> None:
    for path in (SEARCH, "/mcp"):
        reply = client.post(path, json={"query": "refund"}, headers=headers)
        assert reply.status_code == 403
        asked = client.options(path, headers={**headers, "Access-Control-Request-Method": "POST"})
        assert asked.status_code == 403
        for one in (reply, asked):
            assert not any(name.startswith("access-control") for name in one.headers)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8501", "", "[::1", "a@b"])
def test_a_name_that_is_bent_to_this_computer_gets_nothing(client: TestClient, host: str) -> None:
    reply = client.post(SEARCH, json={"query": "refund"}, headers={"Host": host})
    assert reply.status_code == 421


def test_names_of_the_deployment_are_served(workspace: Workspace, project_id: str) -> None:
    settings = workspace.settings.model_copy(update={"tools_hosts": "uat.example.com, other"})
    token = tool_tokens.add(workspace, project_id, "Ann")
    door = http_door.Door(lambda: workspace, settings)
    with TestClient(Starlette(routes=door.routes), base_url="https://uat.example.com") as client:
        headers = {"Authorization": f"Bearer {token}", "Origin": "https://uat.example.com"}
        assert client.get("/api/openapi.json", headers=headers).status_code == 200


@pytest.mark.parametrize("named", ["uat.example.com:8443", "https://uat.example.com", "x,[::2]:80"])
def test_names_with_a_port_are_served(workspace: Workspace, named: str) -> None:
    settings = workspace.settings.model_copy(update={"tools_hosts": named})
    door = http_door.Door(lambda: workspace, settings)
    host = "[::2]:80" if "::2" in named else "uat.example.com"
    with TestClient(Starlette(routes=door.routes)) as client:
        assert client.get("/api/openapi.json", headers={"Host": host}).status_code == 401


@pytest.mark.parametrize(
    "url",
    [
        "", "localhost", "ftp://localhost", "http://127.0.0.1:x", "http://127.0.0.1:0",
        "http://[::1", "https://uat.example.com", "http://127.0.0.1@uat.example.com",
    ],
)  # fmt: skip
def test_a_wrong_address_of_the_app_is_told(url: str) -> None:
    with pytest.raises(errors.SettingsError, match="UAT_TOOLS_URL"):
        server.forward(Settings(tools_url=url), "")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8501/", "https://localhost", "http://[::1]:80"])
def test_an_address_of_this_computer_is_served(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[object] = []
    monkeypatch.setattr(server, "serve_with", served.append)
    server.forward(Settings(tools_url=url), "")
    assert len(served) == 1


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost.", "uat.example.com"])
def test_other_loopback_names_are_not_served(client: TestClient, host: str) -> None:
    assert client.get("/api/openapi.json", headers={"Host": host}).status_code == 421


def test_long_texts_and_cases_are_refused(client: TestClient) -> None:
    lines = "\n".join(f"- The page shows at most {number} rows." for number in range(301))
    text = f"# ZZ-1 Rows\n\n{lines}"
    for tool in ("analyse_epic", "generate_cases"):
        refused = client.post(f"/api/tools/{tool}", json={"text": text})
        assert (refused.status_code, "301 criteria" in refused.text) == (422, True)
    case = {"title": "t", "steps": [{"action": "x" * 4_000}] * 16}
    refused = client.post("/api/tools/check_case", json=case)
    assert (refused.status_code, "60,000" in refused.text) == (422, True)


def test_what_is_too_large_or_no_json_is_refused(client: TestClient) -> None:
    as_json = {"Content-Type": "application/json"}
    for path in (SEARCH, "/mcp"):
        assert client.post(path, content=b"x" * 10_000_000, headers=as_json).status_code == 413
        parts = (b"x" * 100_000 for _ in range(100))
        assert client.post(path, content=parts, headers=as_json).status_code == 413
        for body in (b"no JSON", b"[" * 500_000, b"\xff\xfe", b'"text"', b"[]", b"null"):
            reply = client.post(path, content=body, headers=as_json | MCP)
            assert reply.status_code == 400, (path, body[:20], reply.text)
    assert client.post(SEARCH, content=b"query=x").status_code == 415
    assert client.get(SEARCH).status_code == 405
    assert client.get("/mcp").status_code == 405
    assert client.get("/api/other").status_code == 404
    assert client.get("/api/openapi.json?token=x").status_code == 400


@pytest.mark.long
def test_a_flood_has_to_wait(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [client.get("/api/openapi.json") for _ in range(admission.CALLS_A_MINUTE + 5)]
    assert [one.status_code for one in told].count(200) == admission.CALLS_A_MINUTE
    assert {one.status_code for one in told[-5:]} == {429}
    assert 0 < int(told[-1].headers["Retry-After"]) <= 61
    later = time.monotonic() + 61
    monkeypatch.setattr(admission.time, "monotonic", lambda: later)
    assert client.get("/api/openapi.json").status_code == 200


@pytest.mark.long
def test_unknown_and_wrong_arguments_are_named(client: TestClient) -> None:
    for tool, given, told in (
        ("search_sources", {"query": "refund", "project": "Other"}, "project: Extra"),
        ("search_sources", {"query": "refund", "limit": "3"}, "limit: "),
        ("generate_cases", {"epic_key": "CC-100", "status": "accepted"}, "status: Extra"),
        ("generate_cases", {"epic_key": "CC-100", "text": "x"}, "one of"),
        ("generate_cases", {"epic_key": "CC-100", "writer": "nobody"}, "nobody"),
        ("answer_question", {"epic_key": "CC-200", "question_id": "x", "answer": "y"}, "question"),
        ("check_case", {"title": "T", "steps": [{"action": "a"}], "read_by": "endpoint"}, "read"),
        ("stale", {"write_again": True}, "write_again: Extra"),
    ):  # fmt: skip
        reply = client.post(f"/api/tools/{tool}", json=given)
        assert reply.status_code == 422, (tool, given, reply.text)
        assert told in reply.json()["error"], reply.text
    for name in ("accept_case", "delete_case", "approve", "..%2Fask"):
        assert client.post(f"/api/tools/{name}", json={}).status_code == 404


def test_an_error_names_no_folder_and_shows_no_trace(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workspace.settings.data_dir

    def refuses(*_: object, **__: object) -> None:
        raise SourceError(f"The index in {folder}/index is damaged.")

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError(str(folder))

    monkeypatch.setattr(tool_calls.search_sources, "search", refuses)
    refused = client.post(SEARCH, json={"query": "refund"})
    assert refused.json() == {"error": "The index in DATA_DIR/index is damaged."}
    monkeypatch.setattr(tool_calls.search_sources, "search", breaks)
    broken = client.post(SEARCH, json={"query": "refund"})
    assert (broken.status_code, broken.json()) == (
        500,
        {"error": "An internal error ended this call."},
    )


@pytest.mark.long
def test_a_text_changes_no_source_that_is_there(
    client: TestClient, workspace: Workspace, project_id: str
) -> None:
    before = {one.id: one.version for one in workspace.library.documents(project_id)}
    text = "# CC-100 Case list\n\n- The list shows at most 5 accounts."
    refused = client.post("/api/tools/generate_cases", json={"text": text})
    assert (refused.status_code, "Use epic_key" in refused.text) == (422, True)
    assert {one.id: one.version for one in workspace.library.documents(project_id)} == before
    new = {"text": text.replace("CC-100", "CC-900")}
    workspace.jobs.wait(call(client, "generate_cases", **new)["run_id"])
    assert client.post("/api/tools/generate_cases", json=new).status_code == 422


@pytest.mark.long
def test_a_run_says_what_it_leaves_and_a_fourth_has_to_wait(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool_calls.generate_cases, "start", lambda *_: None)
    begun = call(client, "generate_cases", ask="smoke tests for Drop-3 Call Centre")
    assert any(one.startswith("BIL-400 ") for one in begun["not_taken"]), begun
    for _ in range(tool_calls.MOST_RUNS - 1):
        call(client, "generate_cases", epic_key="CC-200", depth="smoke")
    refused = client.post("/api/tools/generate_cases", json={"epic_key": "CC-200"})
    assert (refused.status_code, "get_run" in refused.text) == (422, True)


@pytest.mark.long
@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("No '/srv/secret place/a.gguf' here.", "No 'a.gguf' here."),
        ("Cannot read /srv/secret/a.gguf now.", "Cannot read a.gguf now."),
        (r"Cannot read C:\secret\a.gguf now.", "Cannot read a.gguf now."),
        ("At postgresql+psycopg://ann:secret@db/uat.", "At LIBRARY_URL"),
        (
            "See http://127.0.0.1:8501/docs/a and/or b.",
            "See http://127.0.0.1:8501/docs/a and/or b.",
        ),
    ],
)
def test_the_error_of_a_run_names_no_place(
    client: TestClient, workspace: Workspace, project_id: str, says: str, told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(tool_calls.generate_cases, "start", lambda *_: None)
    run = call(client, "generate_cases", epic_key="CC-200", depth="smoke")["run_id"]
    summary = runs.summary(workspace, project_id, run).model_copy(update={"error": says})
    monkeypatch.setattr(tool_calls.runs, "summary", lambda *_: summary)
    assert call(client, "get_run", run_id=run)["error"] == told


@pytest.mark.parametrize("on", [True, False])
def test_an_older_sdk_stops_nothing(
    workspace: Workspace, on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda name: None if name == "mcp_types" else name)
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    settings = workspace.settings.model_copy(update={"tools_http": on})
    door = http_door.Door(lambda: workspace, settings)
    with TestClient(Starlette(routes=door.routes, lifespan=door.lifespan)) as client:
        assert client.get("/api/x", headers={"Host": "localhost"}).status_code == (
            401 if on else 404
        )


def test_a_data_folder_that_cannot_be_opened_is_told_without_its_name() -> None:
    def locked() -> Workspace:
        raise IndexLocked("The data folder '/secret/place' is in use.")

    door = http_door.Door(locked, Settings(tools_http=True))
    with TestClient(Starlette(routes=door.routes), base_url=HERE) as client:
        reply = client.get("/api/x", headers={"Authorization": f"Bearer uat_{'A' * 43}"})
    assert reply.status_code == 503
    assert "secret" not in reply.text


def test_without_the_extra_rest_is_served_and_mcp_says_what_is_missing(
    workspace: Workspace, project_id: str
) -> None:
    token = tool_tokens.add(workspace, project_id, "Ann")
    door = http_door.Door(lambda: workspace, workspace.settings)
    with TestClient(Starlette(routes=door.routes), base_url=HERE) as client:  # no lifespan ran
        client.headers["Authorization"] = f"Bearer {token}"
        reply = client.post("/mcp", json=INITIALIZE, headers=MCP)
        assert (reply.status_code, "extra 'mcp'" in reply.text) == (503, True)
        assert call(client, "search_sources", query="refund")["sources"]


@pytest.mark.long
def test_every_tool_answers_as_rest(client: TestClient, workspace: Workspace) -> None:
    found = call(client, "search_sources", query="cooling-off period", limit=3)["sources"]
    assert any("14 days" in one["text"] for one in found)
    told = call(client, "ask", question="How long is the cooling-off period?")
    assert told["state"] == "passages"
    assert any("14 days" in one["quote"] for one in told["passages"])
    assert call(client, "analyse_epic", epic_key="CC-200")["criteria"][0]["checklist"]
    asked = call(client, "open_questions", epic_key="CC-200")["questions"]
    assert "15 days" in asked[0]["text"]
    given = {"epic_key": "CC-200", "question_id": asked[0]["id"], "answer": "14 days are right."}
    assert call(client, "answer_question", **given)["by"] == "Ann (tool)"
    after = call(client, "open_questions", epic_key="CC-200")
    assert asked[0]["id"] not in {one["id"] for one in after["questions"]}
    assert [one["answer"] for one in after["answers"]] == ["14 days are right."]
    run = call(client, "generate_cases", ask="smoke tests for CC-200")["run_id"]
    assert workspace.jobs.wait(run, 120)
    done = call(client, "get_run", run_id=run)
    assert done["status"] == "done"
    assert {one["status"] for one in done["cases"]} == {"draft"}
    case = call(client, "get_case", case_id=done["cases"][0]["id"])
    (step,) = case["steps"]
    assert step["support"] == "denied"  # its criterion says 15 days, the answer given above 14
    assert step["quotations"][0]["name"].startswith("CC-201-AC1")
    wrong = [
        {"action": "Look", "expected_result": "The result list shows no more than 75 accounts."}
    ]
    change = {"case_id": case["id"], "version": case["version"], "reason": "So.", "steps": wrong}
    edited = call(client, "propose_edit", **change, only_check=True)
    assert edited["kept"] is False
    assert "75 accounts" in {one["words"] for one in edited["findings"]}
    assert call(client, "get_case", case_id=case["id"]) == case
    assert call(client, "propose_edit", **change)["findings"] == edited["findings"]
    (waits,) = call(client, "get_case", case_id=case["id"])["proposals"]
    assert (waits["by"], waits["version"], waits["reason"]) == ("Ann (tool)", 1, "So.")
    assert call(client, "get_case", case_id=case["id"]) == case | {"proposals": [waits]}
    checked = call(client, "check_case", title="T", steps=wrong, criterion_ids=["CC-102-AC4"])
    assert checked["verdict"] == "denied"
    assert call(client, "coverage", epic_key="CC-100")["criteria"]
    assert call(client, "stale") == {"cases": [], "left_out": 0}


def test_a_change_is_proposed_of_the_present_version_alone(
    client: TestClient, workspace: Workspace, project_id: str
) -> None:
    stored = workspace.library.cases(project_id)[0]
    change = {"case_id": stored.id, "version": stored.row_version, "reason": "r", "title": "New"}
    for wrong, told in (
        ({"version": stored.row_version + 1}, f"at version {stored.row_version} now"),
        ({"title": stored.title}, "reads like this already"),
        ({"reason": " "}, "Say why"),
        ({"steps": [{"action": "x" * 4_000}] * 16}, "60,000"),
        ({"reason": client.headers["Authorization"]}, "a token stands in the arguments"),
    ):
        reply = client.post("/api/tools/propose_edit", json={**change, **wrong})
        assert (reply.status_code, told in reply.text) == (422, True), reply.text
        assert "uat_" not in reply.text
    assert not workspace.library.proposals.counts(project_id)
    call(client, "propose_edit", **change)
    call(client, "propose_edit", **change | {"title": "Newer"})
    (kept,) = workspace.library.proposals.of_case(project_id, stored.id)
    assert "Newer" in kept.body
    assert workspace.library.case(project_id, stored.id) == stored


@pytest.mark.long
def test_each_call_is_kept_with_the_person_and_changes_no_list(
    client: TestClient, workspace: Workspace, project_id: str
) -> None:
    before = review_library.stamp(workspace, project_id)
    call(client, "coverage")
    client.post("/api/tools/coverage", json={"epic_key": "NO-1"})
    events = workspace.library.events(project_id, limit=2)
    assert [(one.by, one.action, one.subject_id, one.detail) for one in events] == [
        ("Ann (tool)", "called", "coverage", "refused"),
        ("Ann (tool)", "called", "coverage", "answered"),
    ]
    assert review_library.stamp(workspace, project_id) == before


def test_what_cannot_be_kept_gets_no_answer(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise LibraryError(f"The library {workspace.settings.library_path} is read-only.")

    monkeypatch.setattr(workspace.library, "note_tool_call", refuses)
    reply = client.post("/api/tools/stale", json={})
    assert (reply.status_code, set(reply.json())) == (503, {"error"})
    assert "library.sqlite3" not in reply.text


def test_the_document_is_that_of_the_table_of_tools(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {f"/api/tools/{one.name}" for one in TOOLS}
    schemas = document["components"]["schemas"]
    for name in _references(document):
        assert name.removeprefix("#/components/schemas/") in schemas
    refused = client.post(SEARCH, content=b"query=x")
    assert refused.status_code == 415
    assert list(refused.json()) == schemas["Refusal"]["required"] == ["error"]
    for one in TOOLS:
        answers = document["paths"][f"/api/tools/{one.name}"]["post"]["responses"]
        assert set(answers) == {"200", "429", "default"}
        assert "Retry-After" in answers["429"]["headers"]
        for code in ("429", "default"):
            schema = answers[code]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Refusal"}
        assert schemas[one.takes.__name__]["additionalProperties"] is False


def _references(node: Any) -> Iterator[str]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and "$ref" in node:
        yield node["$ref"]
    for child in children:
        yield from _references(child)


VOUCHERS = """# CC-9 Vouchers

## CC-91 Redeem a voucher

Scenario: Verify that an old voucher is refused
Given a voucher that was issued 41 days ago
When the customer redeems the voucher
Then the message "This voucher has expired." is displayed
"""


@pytest.mark.long
def test_a_stale_case_says_so_alone_as_it_does_in_its_run(workspace: Workspace) -> None:
    own = ToolScope(workspace, workspace.create_project("Own").id, "Ann")
    put(workspace, own.project_id, read_file("vouchers.md", VOUCHERS.encode()))
    given = arguments.GenerateArguments(epic_key="CC-9")
    run = tool_calls.generate(own, given)["run_id"]
    assert workspace.jobs.wait(run, 60)
    new = VOUCHERS.replace("This voucher has expired.", "Too late.")
    put(workspace, own.project_id, read_file("vouchers.md", new.encode()))
    (row,) = tool_calls.get_run(own, arguments.RunArguments(run_id=run))["cases"]
    case = tool_calls.get_case(own, arguments.CaseArguments(case_id=row["id"]))
    assert review.STALE in case["needs"]
    assert case["needs"] == row["needs"]
