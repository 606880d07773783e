"""A run opened again in a browser: what is stale, and who is asked before words are replaced."""

from __future__ import annotations

import re

import pytest
from canvas_tables import at_rest, press_when_still
from playwright.sync_api import Locator, Page, expect
from reviewing import (
    EPIC,
    TEXT,
    WAIT,
    accept,
    complete,
    ids,
    paste_and_generate,
    press,
    rows,
    steps,
)

VAGUE = """# REF-1 Tell a customer of a refund
Release: Drop-9

## REF-11 Tell the customer
As a billing agent I want the customer to be told so that nobody calls.

Acceptance criteria:
- A letter about the refund is sent soon.
- A refund of more than £90.00 is also told by phone.
"""
ANSWER = "A letter about the refund is sent within 3 working days."


def answered_and_generated(page: Page, address: str) -> str:
    """Answer the question of the epic where it is asked, then generate; the run's address."""
    page.goto(address)
    page.get_by_label(TEXT).fill(VAGUE)
    page.get_by_role("button", name="Read it").click()
    page.get_by_text(re.compile(r"Questions to ask first \(\d+\)")).click(timeout=WAIT)
    at_rest(page)  # a page that is drawn anew closes what is opened meanwhile
    press_when_still(page.get_by_role("button", name="Answer").first)
    page.get_by_label("The answer in your own words").fill(ANSWER)
    page.get_by_text("Write the cases for this text instead").click()
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_text(re.compile(r"Answered \(1\)"))).to_be_visible(timeout=WAIT)
    at_rest(page)
    page.locator(".st-key-generate button").first.click()
    done = page.get_by_text(re.compile(r"^\d+ cases: ")).first
    expect(done).to_be_visible(timeout=WAIT)
    expect(rows(page)).to_have_count(int((done.text_content() or "0").split()[0]), timeout=WAIT)
    expect(accept(page)).to_be_visible(timeout=WAIT)
    at_rest(page)
    return page.url


def stale_captions(page: Page) -> list[str]:
    """What the list says of cases whose sources changed."""
    said = page.locator('.st-key-pane-list [data-testid="stRadioCaption"]').all_text_contents()
    return [text for text in said if "stale" in text]


def withdraw_the_answer(page: Page, address: str) -> None:
    """The question is open again for whoever looks at the epic."""
    page.goto(address)
    page.get_by_label(TEXT).fill(VAGUE)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text(re.compile(r"Answered \(1\)"))).to_be_visible(timeout=WAIT)
    at_rest(page)
    page.get_by_text(re.compile(r"Answered \(1\)")).click()
    press_when_still(page.get_by_role("button", name="Withdraw"))
    expect(page.get_by_text(re.compile(r"Answered \(1\)"))).to_have_count(0, timeout=WAIT)
    at_rest(page)


def open_again(page: Page, run: str, cases: list[str]) -> None:
    """Open a run at its address, in a session that knows nothing of it."""
    page.goto(run)
    expect(rows(page)).to_have_count(len(cases), timeout=WAIT)
    expect(accept(page)).to_be_visible(timeout=WAIT)
    at_rest(page)
    assert set(ids(page)) == set(cases), "what needs a person comes first"
    rows(page).nth(ids(page).index(cases[0])).click()
    expect(accept(page)).to_contain_text("Accepted")
    at_rest(page)


def has_one_scroll_bar(page: Page) -> bool:
    """Whether the page itself does not scroll, but its panes."""
    main = page.locator('[data-testid="stMain"]')
    return bool(main.evaluate("one => one.scrollHeight <= one.clientHeight + 1"))


def bulk(page: Page) -> Locator:
    """The button that writes all stale cases again."""
    return page.locator(".st-key-all_again button").first


@pytest.mark.slow
def test_no_case_is_stale_for_an_answer_given_and_an_accepted_one_is_asked_about(
    server: object, page: Page
) -> None:
    run = answered_and_generated(page, server.url)
    expect(steps(page)).to_contain_text("3 working days")
    complete(page)
    cases = ids(page)
    press(page, "a")
    expect(page.get_by_text(re.compile(r"cases: 1 accepted"))).to_be_visible()

    # Another epic comes in; the first run is opened again.
    paste_and_generate(page, server.url, EPIC)
    open_again(page, run, cases)
    assert not stale_captions(page)
    expect(bulk(page)).to_have_count(0)

    # Written again by its menu, an accepted case is asked about; nothing happens before that.
    page.get_by_role("button", name="Write again").first.click()
    expect(
        page.get_by_text(f"{cases[0]} is accepted. Written again, it is a draft")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Replace the accepted case")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text(re.compile(r"cases: 1 accepted"))).to_be_visible()

    # What it rests on is gone: now it is stale, and it is still asked about.
    withdraw_the_answer(page, server.url)
    open_again(page, run, cases)
    assert stale_captions(page)
    assert has_one_scroll_bar(page), "the line of stale cases takes its room from the panes"
    asks = page.locator(".st-key-again_accepted button").first
    expect(asks).to_be_visible()
    words = steps(page).inner_text()
    asks.click()
    replace = page.locator(".st-key-again button").first
    expect(replace).to_have_text(re.compile("Replace the accepted case"))
    page.keyboard.press("Escape")
    at_rest(page)
    expect(accept(page)).to_contain_text("Accepted")
    assert steps(page).inner_text() == words

    # All stale cases at once: the accepted one stays. Only the answer to the question replaces it.
    # Where nothing is left on the checklist of the others, nothing is offered.
    if bulk(page).count() and bulk(page).is_enabled():
        bulk(page).click()
        expect(page.get_by_text(re.compile("^Writing"))).to_have_count(0, timeout=WAIT)
        at_rest(page)
    expect(accept(page)).to_contain_text("Accepted")
    assert steps(page).inner_text() == words
    asks.click()
    replace.click()
    expect(page.get_by_text(re.compile(r"cases: 0 accepted"))).to_be_visible(timeout=WAIT)
    at_rest(page)  # while a page is drawn anew, both its old and its new steps stand in it
    expect(steps(page)).not_to_contain_text("3 working days")
