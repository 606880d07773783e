"""Ask in a real browser: the keyboard alone, a source opened at the place, nothing overlaps."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_a_question_is_typed_and_its_source_opened(
    server: Any, page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/ask_sources")
    box = page.get_by_placeholder("Ask about a rule")
    box.fill("What is the cooling-off period for a domestic contract?")
    box.press("Enter")
    expect(page.get_by_text("The sources disagree")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide
    page.get_by_role("button", name="Read it whole").first.click()
    source = page.get_by_role("dialog")
    expect(source.get_by_text("14 days").first).to_be_visible()
    page.keyboard.press("Escape")
    box.fill("What is the capital of Portugal?")
    box.press("Enter")
    expect(
        page.get_by_text("No passage was found that clearly bears on the question.")
    ).to_be_visible()
    page.get_by_role("button", name="New talk").click()
    expect(page.get_by_text("Earlier talks")).to_be_visible()
