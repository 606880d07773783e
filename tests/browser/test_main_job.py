"""The main job in a real browser: paste, review beside the sources, reload, download."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from canvas_tables import cell, edit_cell
from playwright.sync_api import Locator, Page, expect

EPIC = """# PAY-7 Refund a payment
Release: Drop-9
Team: Billing

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
- A refund of more than £250.00 is refused with the message "Ask a team leader."
"""
WAIT = 180_000


def paste_and_generate(page: Page, address: str, text: str) -> None:
    """Paste the text as a person does and press the button at once."""
    page.goto(address)
    page.get_by_label("Epic, stories and acceptance criteria").fill(text)
    page.get_by_role("button", name="Generate test cases").click()
    expect(accept(page)).to_be_visible(timeout=WAIT)
    expect(page.get_by_text(re.compile(r"^\d+ cases: ")).first).to_be_visible(timeout=WAIT)


def accept(page: Page) -> Locator:
    """The button that accepts the open case."""
    return page.locator(".st-key-accept button")


def steps(page: Page) -> Locator:
    return page.get_by_test_id("stDataFrame").nth(1)


@pytest.mark.slow
def test_paste_review_reload_download(
    server: object, page: Page, new_page: Callable[[], Page]
) -> None:
    paste_and_generate(page, server.url, EPIC)

    # The sources stand beside the case, with the supporting words marked.
    expect(page.get_by_text("Supports step").first).to_be_visible()
    marked = page.locator('[data-testid="stMarkdownContainer"] span[style*="background"]')
    assert any("250" in text for text in marked.all_text_contents())

    # Edit a step: it is saved when the cell is left.
    steps(page).scroll_into_view_if_needed()
    edit_cell(page, steps(page), "Expected result", "The refund is paid on the same day.")
    expect(steps(page)).to_contain_text("The refund is paid on the same day.")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()

    # Accept it.
    accept(page).click()
    expect(accept(page)).to_contain_text("Accepted")
    expect(page.get_by_text(re.compile(r"cases: 1 accepted"))).to_be_visible()

    # Reload, and open the same address in another person's tab: all is there.
    address = page.url
    page.reload()
    other = new_page()
    other.goto(address)
    for tab in (page, other):
        expect(accept(tab)).to_contain_text("Accepted", timeout=WAIT)
        expect(steps(tab)).to_contain_text("The refund is paid on the same day.")

    # Download the accepted case and read it back.
    page.get_by_role("button", name="Download CSV").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download 1 case").click()
    path = waiting.value.path()
    assert re.fullmatch(r"PAY-7-[\w-]+\.csv", waiting.value.suggested_filename)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert len({row["Test Case ID"] for row in rows}) == 1
    assert rows[0]["Expected Result"].startswith("The refund is paid on the same day.")
    assert rows[0]["Status"] == "Approved", "the template's word for an accepted case"


@pytest.mark.slow
def test_choosing_a_row_opens_the_case(server: object, page: Page) -> None:
    paste_and_generate(page, server.url, EPIC)
    table = page.get_by_test_id("stDataFrame").first
    expect(cell(table, 2, 2)).to_be_attached()
    first = cell(table, 2, 1).text_content()
    second = cell(table, 2, 2).text_content()
    assert first
    assert second
    expect(page.locator("strong", has_text=first).first).to_be_visible()
    table.click(position={"x": 400, "y": 88})
    expect(page.locator("strong", has_text=second).first).to_be_visible()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("strong", has_text=first).first).to_be_visible()


@pytest.mark.slow
def test_two_people_review_at_the_same_time(
    server: object, page: Page, new_page: Callable[[], Page]
) -> None:
    """The second to save is told, and what the first saved stays."""
    paste_and_generate(page, server.url, EPIC)
    other = new_page()
    other.goto(page.url)
    title = "Title"
    expect(other.get_by_label(title)).to_be_visible(timeout=WAIT)
    page.get_by_label(title).fill("First words")
    page.get_by_label(title).press("Enter")
    expect(page.get_by_test_id("stDataFrame").first).to_contain_text("First words")
    other.get_by_label(title).fill("Second words")
    other.get_by_label(title).press("Enter")
    expect(other.get_by_test_id("stAlert").first).to_be_visible()
    expect(other.get_by_label(title)).to_have_value("First words")


@pytest.mark.parametrize(
    "name", ["", "generate_test_cases", "import_sources", "configure_retrieval"]
)
def test_every_address_opens_in_the_shell_on_a_fresh_server(
    server: object, page: Page, name: str
) -> None:
    """Streamlit finds ``pages/`` by itself; without the guard a page would run bare."""
    page.goto(f"{server.url}/{name}")
    expect(page.get_by_label("Project", exact=False).first).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("Outline (no model)").first).to_be_visible()
    wanted = {"import_sources": "Import sources", "configure_retrieval": "Configure retrieval"}
    title = wanted.get(name, "Generate test cases")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Configure retrieval")).to_be_visible()
