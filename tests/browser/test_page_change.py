"""A page that is to change, from its new text to the changes of cases that a model proposes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from canvas_tables import ROW_HEIGHT, at_rest, cells, choose_row, table
from playwright.sync_api import Page, expect

sys.path.append(str(Path(__file__).resolve().parent.parent / "workflow"))  # behind this folder
from endpoint_server import endpoint_server, streams

CASE, RULES = "UAT-CC-0003", "Business rules: Call Centre"
WORDS, NEW = "call back after 30 minutes", "call back after 45 minutes"
MADE = "Existing cases and what the version makes of them"


@pytest.fixture
def server_environment() -> Iterator[Mapping[str, str]]:
    """A model at an address that finds one case wrong."""
    change = {"step": 4, "words": WORDS, "instead": NEW, "source": NEW}
    entry = {"case": CASE, "impact": "change", "changes": [change], "because": "Longer."}
    with endpoint_server() as model:

        def answer(request: Any) -> None:
            told = model.bodies[-1]["messages"][-1]["content"]
            here = [entry] if f'<case id="{CASE}">' in told else []
            streams(json.dumps({"cases": here}))(request)

        model.answer = answer
        yield {
            "UAT_ENDPOINT_PROVIDER": "openai",
            "UAT_ENDPOINT_URL": model.url,
            "UAT_ENDPOINT_MODEL": "m",
        }


def previewed(page: Page, address: str) -> None:
    """What the new text would change, from a page that is opened anew."""
    page.goto(f"{address}/import_sources")
    sources = table(page, "Sources of this project")
    expect(sources).to_be_visible(timeout=120_000)
    at_rest(page)
    row = cells(sources, "Title").all_text_contents().index(RULES) + 1
    sources.click(position={"x": 18, "y": ROW_HEIGHT * row + ROW_HEIGHT // 2})
    page.get_by_text("Preview a new version").click()
    field = page.get_by_role("textbox", name="The new text")
    expect(field).to_have_value(re.compile(re.escape(WORDS)))
    at_rest(page)
    field.fill(field.input_value().replace(WORDS, NEW))
    field.press("Control+Enter")
    at_rest(page)
    page.get_by_role("button", name="Show what it would change").click()


@pytest.mark.slow
def test_cases_that_a_new_text_makes_wrong_are_read_and_their_changes_proposed(
    server: Any, page: Page
) -> None:
    previewed(page, server.url)
    page.get_by_text("Have a model read the existing cases").click()
    page.get_by_role("button", name="Read with m").click()
    said = page.get_by_text("60 cases read by m")
    expect(said).to_be_visible()
    at_rest(page)

    previewed(page, server.url)
    page.get_by_text("Existing cases in this version").click()
    expect(said).to_be_visible()
    at_rest(page)
    choose_row(table(page, MADE), 1)
    expect(page.get_by_role("button", name=f"Open {CASE}")).to_be_visible()
    at_rest(page)
    expect(said).to_be_visible()  # what was unfolded stays so
    page.get_by_role("button", name="Apply as version 2").click()
    expect(page.get_by_text(re.compile("^Version 2 · since"))).to_be_visible()
    at_rest(page)
    page.get_by_text("Existing cases in this version").click()
    page.get_by_role("button", name="Propose 1 change").click()
    expect(page.get_by_text("1 proposed change to decide on")).to_be_visible()
