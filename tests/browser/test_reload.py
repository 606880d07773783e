"""What a reload of the page, or the plain address the next day, finds again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from canvas_tables import at_rest
from playwright.sync_api import Page, expect
from reviewing import EPIC, TEXT


@pytest.fixture
def server_environment() -> Mapping[str, str]:
    """A deployment that does not say who uses it."""
    return {"UAT_USER": ""}


@pytest.mark.alone
def test_a_request_a_name_and_the_project_are_there_after_a_reload(server: Any, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name", exact=True).fill("Drop-4")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("combobox", name="Project")).to_have_value("Drop-4")
    at_rest(page)
    page.get_by_label(TEXT).fill(EPIC)
    expect(page.get_by_text("on the checklist, from")).to_be_visible()
    at_rest(page)
    page.goto(server.url)
    expect(page.get_by_label(TEXT)).to_have_value(EPIC)
    expect(page.get_by_role("combobox", name="Project")).to_have_value("Drop-4")
    expect(page.get_by_text("As you left it on")).to_be_visible()
    address = page.url
    older = page.context.new_page()
    older.goto(server.url)
    expect(older.get_by_role("link", name="say your name")).to_be_visible()
    at_rest(older)
    page.get_by_role("link", name="say your name").click()
    name = page.get_by_role("textbox", name="Your name")
    name.fill("Ada Łoś")
    name.press("Enter")
    expect(page.get_by_role("link", name="You sign as Ada Łoś")).to_be_visible()
    at_rest(page)
    # A tab that was open before knows no name: it leaves the one that was given here.
    older.get_by_role("button", name="New project").click()
    older.get_by_label("Name", exact=True).fill("Drop-5")
    older.get_by_role("button", name="Create", exact=True).click()
    expect(older.get_by_role("combobox", name="Project")).to_have_value("Drop-5")
    expect(older.get_by_label(TEXT)).to_have_value("")
    at_rest(older)
    older.close()
    page.goto(address)
    expect(page.get_by_role("link", name="You sign as Ada Łoś")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label(TEXT)).to_have_value("")
    at_rest(page)
    page.reload()
    expect(page.get_by_label(TEXT)).to_have_value("")


@pytest.mark.alone
def test_a_refused_name_of_a_project_stays_and_a_taken_one_goes(server: Any, page: Page) -> None:
    page.goto(server.url)
    for name in ("Drop-6", "Drop-7"):
        page.get_by_role("button", name="New project").click()
        field = page.get_by_label("Name", exact=True)
        expect(field).to_have_value("")
        field.fill("Sample project")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_test_id("stAlert").first).to_be_visible()
        at_rest(page)
        expect(field).to_have_value("Sample project")
        field.fill(name)
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_role("combobox", name="Project")).to_have_value(name)
        at_rest(page)
