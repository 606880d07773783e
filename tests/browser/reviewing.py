"""What a reviewer does on a run's page, for the tests that drive a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from canvas_tables import at_rest
from playwright.sync_api import Locator, Page, expect

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
WAIT = 180_000
TEXT = "Epic, stories and acceptance criteria"
EPIC = """# PAY-7 Refund a payment
Release: Drop-9
Team: Billing

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
- A refund of more than £250.00 is refused with the message "Ask a team leader."
"""

SCENARIOS = """# PAY-8 Refund by card

## PAY-81 Refund to the card
As a billing agent I want to refund to the card so that the customer is paid back.

Scenario: Verify that a refund within the limit is paid
Given a payment of £200.00 by card
When the agent refunds £200.00
Then the refund is paid to the card

Scenario: Verify that a refund above the limit is refused
Given a payment of £300.00 by card
When the agent refunds £300.00
Then the message "Ask a team leader." is displayed

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
"""
"""Two scenarios, which are whole cases, and a criterion, which becomes outlines."""


def long_epic() -> str:
    """An epic of the sample with another lock time than its rules have: a contradiction."""
    text = (SAMPLE / "epics/CC-100-caller-verification.md").read_text("utf-8")
    return text.replace("30 minutes", "45 minutes")


def paste_and_generate(page: Page, address: str, text: str) -> None:
    """Paste the text as a person does and press the button at once."""
    page.goto(address)
    paste_and_generate_here(page, text)


def paste_and_generate_here(page: Page, text: str) -> None:
    """The same on the page that is open."""
    page.get_by_label(TEXT).fill(text)
    page.locator(".st-key-generate button").first.click()
    done = page.get_by_text(re.compile(r"^\d+ cases: ")).first
    expect(done).to_be_visible(timeout=WAIT)
    expect(rows(page)).to_have_count(int((done.text_content() or "0").split()[0]), timeout=WAIT)
    expect(accept(page)).to_be_visible(timeout=WAIT)
    at_rest(page)


def generate_in_new_project(page: Page, address: str, text: str) -> None:
    """The same in a project without cases of its own."""
    page.goto(address)
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name", exact=True).fill("Drop-4")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("combobox", name="Project")).to_have_value("Drop-4")
    at_rest(page)
    paste_and_generate(page, page.url, text)


def accept(page: Page) -> Locator:
    """The button that accepts the open case; one with a hint is drawn twice, once unseen."""
    return page.locator(".st-key-accept button").first


def open_case(page: Page) -> Locator:
    """The id above the open case."""
    return page.locator("strong", has_text=re.compile("^TC-")).first


def rows(page: Page) -> Locator:
    """The rows of the list."""
    return page.locator('.st-key-pane-list [data-testid="stRadioGroup"] > div')


def chosen_row(page: Page) -> Locator:
    """The row of the open case."""
    return rows(page).filter(has=page.locator("input:checked"))


def ids(page: Page) -> list[str]:
    """The ids of the listed cases, in the list's order."""
    captions = page.locator('.st-key-pane-list [data-testid="stRadioCaption"]')
    return [text.split(" · ")[0] for text in captions.all_text_contents()]


def press(page: Page, key: str) -> None:
    """Press a key of the page, as somebody does who reads."""
    at_rest(page)
    page.keyboard.press(key)
    page.wait_for_timeout(700)  # what the press sets off begins a moment later
    at_rest(page)


def edit(page: Page) -> None:
    """Open the fields of the case."""
    press(page, "e")
    expect(page.get_by_label("Title")).to_be_visible()


def field(page: Page, name: str, step: int) -> Locator:
    """A field of a step in the editor."""
    return page.locator(f".st-key-step-{step}").get_by_label(name)


def type_into(page: Page, place: Locator, text: str) -> None:
    """Type over a field and click beside it, which saves it."""
    at_rest(page)
    place.fill(text)
    open_case(page).click()
    at_rest(page)


def complete(page: Page) -> None:
    """Word what the open case, an outline of one step, leaves to a person."""
    edit(page)
    type_into(page, field(page, "Action", 1), "Enter what the test data say.")
    press(page, "e")
    expect(steps(page)).to_contain_text("Enter what the test data say.")


def steps(page: Page) -> Locator:
    """The steps of the open case, as they are read."""
    return page.locator(".st-key-steps")


def comes_true(page: Page, check: Callable[[], bool]) -> bool:
    """Whether something is so within ten seconds: a window that got another size is drawn anew."""
    for _ in range(50):
        if check():
            return True
        page.wait_for_timeout(200)
    return check()


def seen(page: Page, places: Locator) -> int:
    """How many of the places lie whole inside the window."""
    height = page.viewport_size["height"] if page.viewport_size else 0
    boxes = [place.bounding_box() for place in places.all()]
    return sum(box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height
               for box in boxes)  # fmt: skip
