"""The server is started again under a page that stays open."""

from __future__ import annotations

import re
from typing import Any

import pytest
from canvas_tables import at_rest
from playwright.sync_api import Page, expect
from reviewing import EPIC, accept, chosen_row, ids, open_case, paste_and_generate, press, rows

BACK = "The connection was lost and is back"


@pytest.mark.slow
def test_an_open_run_goes_on_after_a_restart_of_the_server(server: Any, page: Page) -> None:
    """Keys and clicks did nothing, and list and pane showed different cases."""
    paste_and_generate(page, server.url, EPIC)
    press(page, "x")  # draws the whole page: after a part of it Streamlit itself draws all anew
    chosen = ids(page)[1]
    expect(open_case(page)).to_have_text(chosen)
    expect(page.get_by_text(re.compile(r"cases: 0 accepted, 1 rejected"))).to_be_visible()
    page.wait_for_timeout(2000)
    at_rest(page)
    server.kill()
    app = page.get_by_test_id("stApp")
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    server.start()
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(accept(page)).to_be_visible()
    at_rest(page)
    expect(open_case(page)).to_have_text(chosen)
    expect(chosen_row(page)).to_contain_text(chosen)
    press(page, "x")
    expect(page.get_by_text(re.compile(r"cases: 0 accepted, 2 rejected"))).to_be_visible()
    rows(page).nth(1).click()
    expect(open_case(page)).to_have_text(chosen)
    expect(page.get_by_role("button", name="Rejected")).to_be_visible()
    rows(page).first.click()
    expect(open_case(page)).to_have_text(ids(page)[0])
