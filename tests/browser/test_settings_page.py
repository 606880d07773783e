"""The page of settings in a real browser: typed with the keyboard alone, the key arrives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflow"))

from canvas_tables import at_rest, press_when_still
from endpoint_server import KEY, EndpointServer, endpoint_server


@pytest.fixture
def endpoint() -> Iterator[EndpointServer]:
    with endpoint_server() as running:
        yield running


@pytest.mark.slow
def test_an_endpoint_is_typed_tested_and_saved(
    server: Any, page: Page, endpoint: EndpointServer
) -> None:
    page.goto(f"{server.url}/settings")
    expect(page.get_by_role("heading", name="Endpoint")).to_be_visible()
    for name, value in (("Address", endpoint.url), ("Model", "m1"), ("Key", KEY)):
        field = page.get_by_role("textbox", name=name, exact=True)
        field.fill(value)
        field.press("Tab")  # from the key to the eye beside it, which is no leaving for Streamlit
        if name != "Key":
            at_rest(page)
    expect(page.get_by_text("Text stays on this computer")).to_be_visible()
    press_when_still(page.get_by_role("button", name="Test"))
    expect(page.get_by_text("m1 answered as asked")).to_be_visible()
    assert endpoint.keys == [KEY]
    press_when_still(page.get_by_role("button", name="Save"))
    expect(page.get_by_text(endpoint.key_variable).last).to_be_visible()
    expect(page.get_by_role("button", name="Remove")).to_be_visible()
    page.get_by_role("link", name="Generate test cases").click()
    expect(page.get_by_test_id("stSidebar").get_by_text("m1")).to_be_visible()
    assert KEY.encode() not in b"".join(
        path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file()
    )
