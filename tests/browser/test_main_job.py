"""The main job in a real browser: paste, review beside the sources, reload, download."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from canvas_tables import at_rest
from playwright.sync_api import Page, expect
from reviewing import (
    EPIC,
    TEXT,
    WAIT,
    accept,
    chosen_row,
    edit,
    field,
    ids,
    open_case,
    paste_and_generate,
    press,
    rows,
    steps,
    type_into,
)


@pytest.mark.slow
def test_paste_review_reload_download(
    server: object, page: Page, new_page: Callable[[], Page]
) -> None:
    paste_and_generate(page, server.url, EPIC)
    listed = ids(page)

    # The sources stand beside the case, with the supporting words marked.
    expect(page.get_by_text("Cited for ").first).to_be_visible()
    marked = page.locator('[data-testid="stMarkdownContainer"] span[style*="background"]')
    assert any("250" in text for text in marked.all_text_contents())

    # What no model wrote is an outline, which says so.
    expect(steps(page)).to_contain_text("Outline: complete it")

    # Edit a step: it is saved when the field is left.
    edit(page)
    type_into(page, field(page, "Action", 1), "Refund the payment.")
    type_into(page, field(page, "Expected result", 1), "The refund is paid on the same day.")
    press(page, "e")
    expect(steps(page)).to_contain_text("Refund the payment.")
    expect(steps(page)).to_contain_text("The refund is paid on the same day.")
    expect(steps(page)).not_to_contain_text("Outline")
    expect(page.locator(".st-key-undo button").first).to_be_enabled()

    # Accept it: the next one opens, and the list shows what was accepted.
    press(page, "a")
    expect(page.get_by_text(re.compile(r"cases: 1 accepted"))).to_be_visible()
    expect(open_case(page)).to_have_text(listed[1])
    rows(page).first.click()
    expect(accept(page)).to_contain_text("Accepted")

    # Reload, and open the same address in another person's tab: all is there.
    expect(open_case(page)).to_have_text(listed[0])
    at_rest(page)
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
    found = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert {row["Test Case ID"] for row in found} == {listed[0]}
    assert found[0]["Expected Result"].startswith("The refund is paid on the same day.")
    assert found[0]["Status"] == "Approved", "the template's word for an accepted case"

    # All cases, for a tool, in the order in which they were written.
    page.get_by_text("All cases but the rejected").click()
    at_rest(page)
    page.get_by_role("combobox", name="For which tool").click()
    page.get_by_role("option", name="Zephyr Scale").click()
    at_rest(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Download {len(listed)} cases for Zephyr Scale").click()
    text = waiting.value.path().read_text("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert "Test Script (Step-by-Step) - Step" in table[0]
    names = [row["Name"] for row in table if row["Name"]]
    titles = [text.split("\n")[0] for text in rows(page).all_inner_texts()]
    shown = [re.sub(r"^(✓|flag)\s*", "", title).strip() for title in titles]
    assert sorted(names) == sorted(shown)


@pytest.mark.slow
def test_choosing_a_row_opens_the_case(server: object, page: Page) -> None:
    paste_and_generate(page, server.url, EPIC)
    first, second = ids(page)[:2]
    expect(open_case(page)).to_have_text(first)
    for line in (12, 32):  # the title, and the line below it
        rows(page).nth(1).click(position={"x": 100, "y": line})
        expect(open_case(page)).to_have_text(second)
        expect(chosen_row(page)).to_contain_text(second)
        press(page, "p")
        expect(open_case(page)).to_have_text(first)


@pytest.mark.slow
def test_two_people_save_one_case_and_no_words_are_lost(
    server: object, page: Page, new_page: Callable[[], Page]
) -> None:
    """The second to save sees both versions word by word and takes what is right of each."""
    paste_and_generate(page, server.url, EPIC)
    other = new_page()
    other.goto(page.url)
    expect(accept(other)).to_be_visible(timeout=WAIT)
    for tab in (page, other):
        edit(tab)
    type_into(page, page.get_by_label("Title"), "Refund at the very limit")
    expect(rows(page).first).to_contain_text("Refund at the very limit")
    type_into(other, field(other, "Expected result", 1), "The refund waits for a team leader.")
    conflict = other.locator(".st-key-pane-conflict")
    expect(conflict).to_contain_text("Two versions")
    expect(conflict).to_contain_text("Refund at the very limit")
    expect(conflict).to_contain_text("The refund waits for a team leader.")
    other.locator(".st-key-conflict-merge button").click()
    expect(conflict).to_have_count(0)
    for tab in (other, page):
        tab.reload()
        expect(accept(tab)).to_be_visible(timeout=WAIT)
        expect(rows(tab).first).to_contain_text("Refund at the very limit")
        expect(steps(tab)).to_contain_text("The refund waits for a team leader.")


@pytest.mark.slow
def test_a_paste_is_read_without_another_key(server: object, page: Page) -> None:
    """The text is typed into the field, which keeps the focus; nothing else is pressed."""
    page.goto(server.url)
    page.get_by_label(TEXT).click()
    page.keyboard.insert_text(EPIC)
    expect(page.get_by_text("2 criteria")).to_be_visible()
    page.keyboard.insert_text("- A refund without a reason is refused.\n")
    expect(page.get_by_text("3 criteria")).to_be_visible()
    expect(page.get_by_label(TEXT)).to_be_focused()


@pytest.mark.slow
def test_a_press_right_after_the_paste_is_not_lost(server: object, page: Page) -> None:
    """On a server that has read nothing yet, and with another choice made while it reads."""
    page.goto(server.url)
    # What has cases of an earlier run already is not written again without being asked for.
    page.get_by_label(TEXT).fill(f"{EPIC}- A refund of a voucher is paid as a voucher.\n")
    page.evaluate(
        """() => {
          document.activeElement.blur();
          document.querySelector(".st-key-generate button").click();
          setTimeout(() => document.querySelector(
            ".st-key-compose_depth [role=radio]:not([aria-checked=true]),"
            + ".st-key-compose_depth input[type=radio]:not(:checked)").click(), 700);
        }"""
    )
    expect(rows(page).first).to_be_visible(timeout=WAIT)
    expect(page.get_by_text(re.compile(r"^\d+ cases: 0 accepted"))).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("import_sources", marks=pytest.mark.long),
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("", "generate_test_cases", "configure_retrieval")
        ),
    ],
)
def test_every_address_opens_in_the_shell_on_a_fresh_server(
    server: object, page: Page, name: str
) -> None:
    """Streamlit finds ``pages/`` by itself; without the guard a page would run bare."""
    page.goto(f"{server.url}/{name}")
    expect(page.get_by_label("Project", exact=False).first).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("Sources, cases and decisions").first).to_be_visible()
    wanted = {"import_sources": "Import sources", "configure_retrieval": "Configure retrieval"}
    title = wanted.get(name, "Generate test cases")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Configure retrieval")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"{server.url}/{name * (name in wanted)}\?project="))
