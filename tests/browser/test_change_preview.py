"""A source's new version in a browser: looked at, found to leave all as it is, then applied."""

from __future__ import annotations

import re

import pytest
from canvas_tables import ROW_HEIGHT, at_rest, cells, table
from playwright.sync_api import Page, expect
from reviewing import EPIC, WAIT, paste_and_generate, rows

TITLE = "Refund a payment"
LIMIT = "250.00"


def open_source(page: Page, address: str) -> None:
    """Tick the epic among the sources of the project."""
    page.goto(f"{address}/import_sources")
    grid = table(page, "Sources of this project")
    expect(grid).to_be_visible(timeout=WAIT)
    at_rest(page)
    row = cells(grid, "Title").all_text_contents().index(TITLE) + 1
    grid.click(position={"x": 18, "y": ROW_HEIGHT * row + ROW_HEIGHT // 2})
    expect(page.get_by_text("Preview a new version")).to_be_visible()
    at_rest(page)


@pytest.mark.slow
def test_a_new_limit_is_previewed_left_alone_and_applied(server: object, page: Page) -> None:
    paste_and_generate(page, server.url, EPIC)
    run = page.url
    open_source(page, server.url)
    page.get_by_text("Preview a new version").click()
    text = page.get_by_role("textbox", name="The new text")
    expect(text).to_have_value(re.compile(re.escape(LIMIT)))
    at_rest(page)
    text.fill(EPIC.replace(LIMIT, "300.00"))
    page.get_by_role("button", name="Show what it would change").click()
    apply = page.get_by_role("button", name="Apply as version 2")
    expect(apply).to_be_visible(timeout=WAIT)
    at_rest(page)
    expect(page.get_by_text("2 sentences changed")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ cases rest on what changes"))).to_be_visible()
    expect(page.get_by_text("the new text says otherwise").first).to_be_visible()

    # Nothing was kept: no case is stale, and the source has its first version.
    page.goto(run)
    expect(rows(page).first).to_be_visible(timeout=WAIT)
    at_rest(page)
    expect(page.locator(".st-key-all_again")).to_have_count(0)

    open_source(page, server.url)
    page.get_by_text("Preview a new version").click()
    at_rest(page)
    text.fill(EPIC.replace(LIMIT, "300.00"))
    page.get_by_role("button", name="Show what it would change").click()
    apply.click(timeout=WAIT)
    expect(page.get_by_text(re.compile("^Version 2 · since"))).to_be_visible(timeout=WAIT)
    at_rest(page)
    page.goto(run)
    expect(page.locator(".st-key-all_again button").first).to_be_visible(timeout=WAIT)
