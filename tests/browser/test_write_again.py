"""A case is written again in a browser, with a model at an address that hears what is wished."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from canvas_tables import at_rest
from playwright.sync_api import Locator, Page, expect
from reviewing import EPIC, paste_and_generate, rows, steps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflow"))
from endpoint_server import EndpointServer, endpoint_server, streams

pytestmark = pytest.mark.slow

WHOLE, OF_STEP = "Use the number FQ-2026-0417.", "Name the till in the action."
STEP = {"action": "Refund £200.00 at the till", "data": "£200.00",
        "expected": "The refund is paid at once.", "calculation": [], "sources": [1]}  # fmt: skip
CASE = {"criteria": ["PAY-71-AC1"], "covers": [], "technique": "positive", "title": "Refunded",
        "aim": "", "preconditions": [], "steps": [STEP]}  # fmt: skip


@pytest.fixture
def model() -> Iterator[EndpointServer]:
    with endpoint_server() as running:
        yield running


@pytest.fixture
def server_environment(model: EndpointServer) -> Mapping[str, str]:
    """A model at an address, which writes whole stories."""
    return {
        "UAT_ENDPOINT_PROVIDER": "openai",
        "UAT_ENDPOINT_URL": model.url,
        "UAT_ENDPOINT_MODEL": "m",
    }


def open_menu(page: Page) -> Locator:
    """The open menu *Write again*, with the model chosen in it."""
    at_rest(page)
    page.get_by_role("button", name="Write again").first.click()
    menu = page.get_by_test_id("stPopoverBody").last
    writer = menu.get_by_role("combobox", name="Writer")
    if writer.input_value() != "m":
        writer.click()
        page.get_by_role("option", name=re.compile(r"^m\b")).click()
    expect(menu.get_by_label("What should be different?")).to_be_visible()
    at_rest(page)
    return menu


def wished(model: EndpointServer) -> list[str]:
    """What each request wished."""
    return re.findall(r"<wish>([^<]+)</wish>", str([one["messages"] for one in model.bodies]))


def test_the_wish_is_in_the_request_however_it_is_pressed(
    server: Any, page: Page, model: EndpointServer
) -> None:
    model.answer = streams(json.dumps({"cases": [CASE], "questions": [], "answers": []}), after=1)
    paste_and_generate(page, server.url, EPIC)
    rows(page).first.click()

    # The whole case, with a double click as soon as the wish is typed.
    menu = open_menu(page)
    wish = menu.get_by_label("What should be different?")
    wish.click()
    page.keyboard.type(WHOLE)
    menu.get_by_role("button", name="Write").last.dblclick()
    why = page.get_by_text(re.compile("^Why: "))
    expect(why).to_have_text(f"Why: asked for: {WHOLE}")
    at_rest(page)
    assert wished(model) == [WHOLE]

    # One step, with one click; nothing is left in the field of the wish before.
    model.answer = streams(json.dumps(STEP | {"action": "Refund £200.00 at till 4"}))
    menu = open_menu(page)
    expect(menu.get_by_label("What should be different?")).to_have_value("")
    menu.get_by_role("combobox", name="What").click()
    page.get_by_role("option", name=re.compile("^Step 1: ")).click()
    menu.get_by_label("What should be different?").click()
    page.keyboard.type(OF_STEP)
    menu.get_by_role("button", name="Write").last.click()
    expect(why).to_have_text(f"Why: step 1: {OF_STEP}")
    expect(steps(page)).to_contain_text("at till 4")
    assert wished(model) == [WHOLE, OF_STEP]
    menu = open_menu(page)
    expect(menu.get_by_label("What should be different?")).to_have_value("")
