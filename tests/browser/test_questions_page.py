"""The questions of a run in a browser while a slow model writes its cases."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from canvas_tables import at_rest, press_when_still
from playwright.sync_api import Page, expect
from reviewing import TEXT, WAIT

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))

from endpoint_server import endpoint_server, streams

EPIC = """# REF-1 Tell a customer

## REF-11 Tell the customer
As a billing agent I want the customer to be told so that nobody calls.

Acceptance criteria:
- A letter about the refund is sent soon.
"""
ANSWER = "A letter about the refund is sent within 3 working days, by the billing agent."
SLOW = 6.0
"""Seconds of each of the model's answers."""


@pytest.fixture
def server_environment() -> Iterator[Mapping[str, str]]:
    """A model at an address, which takes its time and writes nothing of use."""
    with endpoint_server() as model:
        written = {"cases": [], "questions": [], "answers": []}
        model.answer = streams(json.dumps(written), after=SLOW)
        yield {
            "UAT_ENDPOINT_PROVIDER": "openai",
            "UAT_ENDPOINT_URL": model.url,
            "UAT_ENDPOINT_MODEL": "served",
            "UAT_ENDPOINT_API_KEY": "none",
        }


@pytest.mark.slow
def test_a_question_is_answered_while_the_run_is_written_and_ends(
    server: object, page: Page
) -> None:
    page.goto(server.url)
    page.get_by_label(TEXT).fill(EPIC)
    page.get_by_role("combobox", name="Writer").click()
    page.get_by_role("option", name=re.compile("served")).click()
    at_rest(page)
    page.locator(".st-key-generate button").first.click()
    page.get_by_role("radio", name=re.compile("Questions")).click()
    expect(page.get_by_text("This run began without what you answer now")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ cases so far"))).to_be_visible(timeout=WAIT)
    press_when_still(page.get_by_role("button", name="Answer").first)
    words = page.get_by_label(re.compile("the answer in your own words", re.IGNORECASE)).first
    words.press_sequentially(ANSWER[:20])
    expect(page.get_by_role("button", name="Accept all")).to_be_visible(timeout=WAIT)
    at_rest(page)
    expect(words).to_have_value(ANSWER[:20])
    page.keyboard.type(ANSWER[20:])  # the field has the focus still
    page.get_by_role("button", name="Save the answer").first.click()
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(page.get_by_text(ANSWER)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"Write \d+ cases? again"))).to_be_visible()
