"""A reviewer's way through all panels of a run in a real browser, on an epic of the sample data."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from canvas_tables import at_rest, cell, cells, choose_row, column, table
from playwright.sync_api import Locator, Page, expect
from reviewing import (
    WAIT,
    accept,
    complete,
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

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
CRITERION = "CC-101-AC2"
CASE = "TC-CC-101-AC2-P2"
"""Locked after three failed attempts: an existing case says 30 minutes, the new epic says 45."""
EXISTING = "UAT-CC-0003"
RIGHT = (
    "A caller has no more than 3 attempts in one call; after the third failed attempt verification "
    'is locked for 30 minutes and the message "Verification failed. Please ask the caller to call '
    'back after 30 minutes." is displayed.'
)
EDITED = "The panel of the caller is shown."


def new_version_of_the_epic() -> str:
    """Two stories of the sample epic, with another lock time than its rules and cases have."""
    text = (SAMPLE / "epics/CC-100-caller-verification.md").read_text("utf-8")
    return text.split("## CC-103")[0].replace("30 minutes", "45 minutes")


def show(page: Page, view: str | re.Pattern[str]) -> None:
    """Look at another view of the run."""
    page.get_by_role("radiogroup", name="Show").get_by_role("radio", name=view).click()
    at_rest(page)


def captions(page: Page) -> Locator:
    """What the list says below each title."""
    return page.locator('.st-key-pane-list [data-testid="stRadioCaption"]')


def against_existing_cases(page: Page) -> None:
    """Each case says reuse, update or new; a choice lists these alone and opens the reason."""
    menu = page.locator('[class*="st-key-filter-of-"] button').first
    for sign in ("✓ reuse", "+ none seen", "✎ update"):
        menu.click()
        expect(page.get_by_text("Against 60 existing cases")).to_be_visible()
        choice = page.get_by_role("button", name=re.compile(rf"^{re.escape(sign)} \(\d+\)$"))
        count = re.search(r"\((\d+)\)", choice.text_content() or "")
        assert count
        choice.click()
        expect(captions(page)).to_have_count(int(count[1]))
        said_in_list = sign != "+ none seen"
        assert all((sign in text) == said_in_list for text in captions(page).all_text_contents())
        at_rest(page)
        expect(open_case(page)).to_have_text(ids(page)[0])
        panel = page.locator('[class*="st-key-existing-TC-"]').filter(has_text=sign)
        said = "No existing case was seen to say the same" if sign == "+ none seen" else "UAT-CC-"
        expect(panel.locator("summary")).to_contain_text(said)
        expect(panel.get_by_test_id("stMarkdown").first).to_be_visible()
        if sign != "✎ update":
            choice.click()
            at_rest(page)
            page.keyboard.press("Escape")
            continue
        page.keyboard.press("Escape")
        expect(open_case(page)).to_have_text(CASE)
        expect(panel.locator("summary")).to_contain_text(EXISTING)
        expect(panel.locator("del", has_text="30").first).to_be_visible()
        expect(panel.locator("strong", has_text="45").first).to_be_visible()
        panel.get_by_role("button", name=f"Open {EXISTING}").click()
        expect(page.get_by_role("heading", name="Review cases")).to_be_visible()
        expect(page.locator("strong", has_text=EXISTING)).to_be_visible()
        page.get_by_role("link", name="Generate test cases").click()
        expect(open_case(page)).to_be_visible()


def answer_the_question(page: Page) -> None:
    """The answer becomes a source, and the cases that carry the question are written from it."""
    show(page, re.compile("Questions"))
    expect(page.get_by_text("but BR-CC-02 says 30 minutes")).to_be_visible()
    page.get_by_role("button", name="Answer").first.click()
    page.get_by_label(f"What {CRITERION} should say").fill(RIGHT)
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_text(RIGHT)).to_be_visible()
    expect(page.get_by_text(re.compile("^Tess, .*in place of the criterion"))).to_be_visible()
    again = page.get_by_role("button", name=re.compile(r"^Write \d+ cases again"))
    again.first.click()
    expect(again).to_have_count(0)
    expect(page.get_by_text(re.compile("^Writing"))).to_have_count(0, timeout=WAIT)


def coverage_matrix(page: Page) -> None:
    """The matrix says how many cases a criterion has; its cell opens one of them."""
    show(page, "Coverage")
    matrix = table(page, "Coverage of each acceptance criterion by technique")
    criteria = cells(matrix, "Criterion")
    expect(criteria.filter(has_text=CRITERION)).to_have_count(1)
    row = criteria.all_text_contents().index(CRITERION) + 1
    expect(cell(matrix, column(matrix, "Level"), row)).to_contain_text("Partial")
    accepted = cell(matrix, column(matrix, "Accepted"), row).text_content() or ""
    choose_row(matrix, row)
    behind = page.locator('[class*="st-key-run-depth-open-"] button')
    expect(behind).to_have_count(int(accepted.split(" of ")[1]))
    behind.filter(has_text=CASE).click()
    expect(open_case(page)).to_have_text(CASE)


def grounding_of_steps(page: Page) -> None:
    """Each result names its source, which stands beside it with the supporting words marked."""
    expect(steps(page)).to_contain_text("locked for 30 minutes")
    expect(steps(page)).not_to_contain_text("45 minutes")
    marks = steps(page).locator(".stMarkdownBadge").filter(has_text="its words are in")
    expect(marks.first).to_be_visible()
    for mark in marks.all_text_contents():
        found = re.fullmatch(r"its words are in its data or((?: \[\d+\])+)", mark.strip())
        assert found, f"a result without a source: {mark!r}"
        for number in re.findall(r"\d+", found[1]):
            expect(marked(source(page, number)).first).to_be_visible()
            expect(source(page, number)).to_contain_text("Answer of Tess, ")
            said = " ".join(marked(source(page, number)).all_text_contents())
            assert "locked for 30 minutes" in said
    expect(page.locator(".st-key-pane-case")).not_to_contain_text("open question")
    expect(page.locator('[class*="st-key-contradiction-"]')).to_have_count(0)


def source(page: Page, number: str) -> Locator:
    """The words of the cited source with this number in the panel beside the case."""
    badge = page.locator(".stMarkdownBadge", has_text=re.compile(f"^{number}$"))
    panel = page.locator(".st-key-pane-sources")
    return panel.get_by_test_id("stMarkdownContainer").filter(has=badge).first


def marked(words: Locator) -> Locator:
    """The parts of a source that are marked as supporting."""
    return words.locator(".stMarkdownColoredBackground")


def quality_figures(page: Page) -> None:
    """A figure counts the cases that are listed behind it; one of them opens."""
    show(page, "Quality")
    figure = page.get_by_test_id("stMetric").filter(has_text="Against a source")
    told = re.search(r"(\d+) of \d+", figure.text_content(timeout=WAIT) or "")
    assert told
    assert int(told[1]) > 0, "the second question is open: its cases contradict a page"
    page.get_by_role("radio", name="Against a source").click()
    behind = page.locator('[class*="st-key-quality-open-"] button')
    expect(behind).to_have_count(int(told[1]))
    case_id = re.search(r"TC-\S+", behind.first.text_content() or "")
    assert case_id
    behind.first.click()
    expect(open_case(page)).to_have_text(case_id[0])
    box = page.locator('[class*="st-key-contradiction-"]').first
    expect(box).to_contain_text("45 minutes")
    expect(box).to_contain_text("30 minutes")


def write_a_step_again_and_undo(page: Page) -> None:
    """One step is written from its sources again; undo brings the reviewer's words back."""
    edit(page)
    written = field(page, "Expected result", 1).input_value()
    assert written.strip()
    type_into(page, field(page, "Expected result", 1), EDITED)
    press(page, "e")
    expect(steps(page)).to_contain_text(EDITED)
    page.get_by_role("button", name="Write again").first.click()
    page.get_by_label("What").click()
    page.get_by_role("option", name=re.compile("^Step 1")).click()
    at_rest(page)
    page.locator(".st-key-write_part button").first.click()
    expect(steps(page)).not_to_contain_text(EDITED, timeout=WAIT)
    expect(steps(page)).to_contain_text(written)
    page.keyboard.press("Escape")
    press(page, "u")
    expect(steps(page)).to_contain_text(EDITED)
    press(page, "u")
    expect(steps(page)).to_contain_text(written)


def downloaded(page: Page, button: str) -> list[dict[str, str]]:
    at_rest(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    text = waiting.value.path().read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def download(page: Page, cases: int) -> None:
    """The accepted case, then all cases, in the company's template."""
    complete(page)
    case_id = open_case(page).text_content()
    shown = steps(page).inner_text()
    press(page, "a")
    expect(page.get_by_text(f"{cases} cases: 1 accepted")).to_be_visible()
    page.get_by_role("button", name="Download CSV").click()
    found = downloaded(page, "Download 1 case")
    template = json.loads((SAMPLE / "template.json").read_text("utf-8"))
    assert list(found[0]) == [one["header"] for one in template["columns"]]
    assert {row["Test Case ID"] for row in found} == {case_id}
    assert all(row["Expected Result"] in shown for row in found)
    assert {row["Status"] for row in found} == {"Approved"}
    assert all(row["Sources"] for row in found)
    page.get_by_text("All cases but the rejected").click()
    found = downloaded(page, f"Download {cases} cases")
    assert len({row["Test Case ID"] for row in found}) == cases


@pytest.mark.slow
def test_a_reviewer_uses_every_panel_of_a_run(server: object, page: Page) -> None:
    paste_and_generate(page, server.url, new_version_of_the_epic())
    cases = rows(page).count()
    against_existing_cases(page)
    answer_the_question(page)
    coverage_matrix(page)
    grounding_of_steps(page)
    quality_figures(page)
    write_a_step_again_and_undo(page)
    download(page, cases)
    expect(accept(page)).to_be_visible()
