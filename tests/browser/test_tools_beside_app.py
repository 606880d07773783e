"""A person in a browser and another program work on one project in one process."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistant.settings import Settings
from assistant.workflow.deployment import tool_tokens
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT

RULE = "A loyalty voucher of £35.00 lapses after 19 months."


@pytest.fixture
def server_environment() -> Mapping[str, str]:
    """The tools are beside the app."""
    return {"UAT_TOOLS_HTTP": "1"}


@pytest.fixture
def token(server: Any) -> str:
    """Made beside the running app, which has the folder."""
    with Workspace.open(Settings(data_dir=server.data_dir)) as workspace:
        return tool_tokens.add(workspace, workspace.project(SAMPLE_PROJECT).id, "Ann")


def call(server: Any, token: str, tool: str, **given: Any) -> Any:
    request = urllib.request.Request(
        f"{server.url}/api/tools/{tool}",
        data=json.dumps(given).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.load(reply)


@pytest.mark.slow
def test_a_program_finds_what_the_person_sees_and_the_other_way_round(
    server: Any, page: Page, token: str
) -> None:
    page.goto(f"{server.url}/ask_sources")
    box = page.get_by_placeholder("Ask about a rule")
    box.fill("What is the cooling-off period for a domestic contract?")
    box.press("Enter")
    expect(page.get_by_text("The sources disagree")).to_be_visible()
    question = "What is the cooling-off period for a domestic contract?"
    told = call(server, token, "ask", question=question)
    assert told["conflicts"], "the person saw that the sources disagree"
    for quoted in told["passages"][:1]:
        shown = quoted["quote"].replace("**", "").split(".")[0]
        expect(page.get_by_text(shown).first).to_be_visible()

    # The person imports a source: the program finds it.
    page.get_by_role("link", name="Import sources").click()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "vouchers.md", "mimeType": "text/markdown",
         "buffer": f"# Business rules: Vouchers\n\n- **BR-V-1** {RULE}\n".encode()}
    )  # fmt: skip
    page.get_by_role("button", name="Keep and index 1 source").click()
    found: list[str] = []
    for _ in range(60):
        hits = call(server, token, "search_sources", query="loyalty voucher lapses", limit=3)
        found = [one["text"] for one in hits["sources"]]
        if any(RULE in text for text in found):
            break
        page.wait_for_timeout(500)
    assert any(RULE in text for text in found), found

    # The program asks for cases: the person finds the run.
    run = call(server, token, "generate_cases", epic_key="CC-200", depth="smoke")["run_id"]
    while call(server, token, "get_run", run_id=run)["status"] != "done":
        page.wait_for_timeout(500)
    page.get_by_role("link", name="Generate test cases").click()
    expect(page.get_by_text("Cancellation in the cooling-off period").first).to_be_visible()
    expect(page.get_by_text("done 25 cases, 0 accepted")).to_be_visible()
