"""Train and compare in a real browser, for real and small: reload, cancel, continue, figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from assistant.generation.catalogue import SMALL_CHAT

LONG = 600_000


@pytest.mark.slow
def test_train_cancel_continue_compare_and_write(
    server: object, page: Page, fetched_model: Callable[[str], Path]
) -> None:
    fetched_model(SMALL_CHAT)
    page.goto(f"{server.url}/train_adapter")
    expect(page.get_by_text("50 cases")).to_be_visible()
    page.get_by_role("spinbutton", name="At most minutes").fill("1")
    page.get_by_role("spinbutton", name="At most minutes").press("Enter")
    page.get_by_role("button", name="Train", exact=True).click()

    # The process is seen at work, after a reload too, and can be stopped.
    expect(page.get_by_text("Tokens a second")).to_be_visible(timeout=LONG)
    page.reload()
    expect(page.get_by_role("heading", name="Training runs")).to_be_visible(timeout=LONG)
    go_on = page.get_by_role("button", name="Continue")
    finished = page.get_by_role("heading", name="Adapters (1)")
    with suppress(PlaywrightTimeout):  # a quick machine may be done before
        page.get_by_role("button", name="Cancel").click(timeout=10_000)
    expect(go_on.or_(finished).first).to_be_visible(timeout=LONG)
    if go_on.is_visible():
        go_on.click()
    expect(finished).to_be_visible(timeout=LONG)

    # Two columns on held-out cases.
    page.get_by_role("link", name="Compare models").click()
    page.get_by_role("spinbutton", name="Stories").fill("2")
    page.get_by_role("spinbutton", name="Stories").press("Enter")
    for name in ("+RAG", "+FT", "Outline"):
        page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Main figures")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Perplexity of the reference cases").first).to_be_visible()
    page.get_by_role("radio", name=re.compile("Rate blind")).click()
    expect(page.get_by_text("pairs rated by")).to_be_visible()
    page.get_by_role("radio", name="usable").first.click()

    # The adapter is a writer like any other.
    page.get_by_role("link", name="Generate test cases").click()
    text = (
        "# PAY-7 Refunds\n\n## PAY-71 Refund\n\nAcceptance criteria:\n- A refund is paid at once.\n"
    )
    page.get_by_label("Epic, stories and acceptance criteria").fill(text)
    page.get_by_role("combobox", name="Writer").click()
    page.get_by_role("option", name=re.compile("^company")).click()
    page.get_by_role("button", name="Generate test cases").click()
    expect(page.get_by_text(re.compile(r"^\d+ cases: ")).first).to_be_visible(timeout=LONG)
    expect(page.locator(".st-key-pane-sources")).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile(r"[+]company")).first).to_be_visible()
    # A minute of training does not make every result provable; what has no proof must be marked.
    proof = page.get_by_text("Supports step").or_(page.get_by_text("No source supports"))
    expect(proof.first).to_be_visible()
