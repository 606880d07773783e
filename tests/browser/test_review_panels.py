"""A reviewer's way through all panels of a run in a real browser, on an epic of the sample data."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from canvas_tables import at_rest, cell, cells, choose_row, column, edit_cell, table
from playwright.sync_api import Locator, Page, expect

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
WAIT = 120_000


def new_version_of_the_epic() -> str:
    """Two stories of the sample epic, with another lock time than its rules and cases have."""
    text = (SAMPLE / "epics/CC-100-caller-verification.md").read_text("utf-8")
    return text.split("## CC-103")[0].replace("30 minutes", "45 minutes")


def show(page: Page, view: str | re.Pattern[str]) -> None:
    """Look at another view of the run."""
    page.get_by_role("radiogroup", name="Show").get_by_role("radio", name=view).click()


def open_case(page: Page) -> Locator:
    """The id above the open case."""
    return page.locator("strong", has_text=re.compile("^TC-")).first


def steps(page: Page) -> Locator:
    return table(page, "Steps of this test case")


def generate(page: Page, address: str) -> int:
    """Write outlines; returns how many there are."""
    page.goto(address)
    expect(page.get_by_label("Writer")).to_have_value("Outline (no model)")
    page.get_by_label("Epic, stories and acceptance criteria").fill(new_version_of_the_epic())
    page.get_by_role("button", name="Generate test cases").click()
    done = page.get_by_text(re.compile(r"^\d+ cases: 0 accepted"))
    expect(done).to_be_visible(timeout=WAIT)
    return int((done.text_content() or "").split()[0])


def against_existing_cases(page: Page) -> None:
    """Each case says reuse, update or new; a choice lists these alone and opens the reason."""
    listed = table(page, "Test cases of this run")
    expect(page.get_by_text("Against 60 existing cases")).to_be_visible()
    signs = ("✓ reuse", "✎ update", "+ new")
    for sign in signs:
        choice = page.get_by_role("button", name=re.compile(rf"^{re.escape(sign)} \(\d+\)$"))
        choice.click()
        expect(cells(listed, "Existing").first).to_have_text(sign)
        others = [other for other in signs if other != sign]
        for other in others:
            expect(cells(listed, "Existing").filter(has_text=other)).to_have_count(0)
        panel = page.get_by_test_id("stExpander").filter(has_text=sign)
        said = "No existing case checks this" if sign == "+ new" else "UAT-CC-"
        expect(panel.locator("summary")).to_contain_text(said)
        expect(panel.get_by_test_id("stMarkdown").first).to_be_visible()
        if sign != "✎ update":
            choice.click()
            continue
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
    again = page.get_by_role("button", name=re.compile(r"^Write \d+ cases again$"))
    again.click()
    expect(again).to_have_count(0)
    expect(page.get_by_text(re.compile("^Writing"))).to_have_count(0, timeout=WAIT)


def coverage_matrix(page: Page) -> None:
    """The matrix says how many cases a criterion has; its cell opens one of them."""
    show(page, "Coverage")
    matrix = table(page, "Coverage of each acceptance criterion by technique")
    criteria = cells(matrix, "Criterion")
    expect(criteria.filter(has_text=CRITERION)).to_have_count(1)
    row = criteria.all_text_contents().index(CRITERION) + 1
    expect(cell(matrix, column(matrix, "Level"), row)).to_contain_text("Well covered")
    accepted = cell(matrix, column(matrix, "Accepted"), row).text_content() or ""
    choose_row(matrix, row)
    behind = page.locator('[class*="st-key-run-depth-open-"] button')
    expect(behind).to_have_count(int(accepted.split(" of ")[1]))
    behind.filter(has_text=CASE).click()
    expect(open_case(page)).to_have_text(CASE)


def grounding_of_steps(page: Page) -> None:
    """Each step names its source, which stands beside it with the supporting words marked."""
    expect(cells(steps(page), "Sources").first).to_be_attached()
    marks = cells(steps(page), "Sources").all_text_contents()
    assert marks
    for mark in marks:
        found = re.fullmatch(r"[✓≈] ((?:\[\d+\] ?)+)", mark)
        assert found, f"a step without a source: {mark!r}"
        for number in re.findall(r"\d+", found[1]):
            expect(
                source(page, number).locator(".stMarkdownColoredBackground").first
            ).to_be_visible()
    last = source(page, re.findall(r"\d+", marks[-1])[0])
    expect(last).to_contain_text("Answer of Tess, ")
    said = " ".join(marked(last).all_text_contents())
    assert "locked for 30 minutes" in said
    expect(steps(page)).to_contain_text("30 minutes")
    expect(page.get_by_text("Open: The criterion says")).to_have_count(0)


def source(page: Page, number: str) -> Locator:
    """The words of the source with this number in the panel beside the case."""
    badge = page.locator(".stMarkdownBadge", has_text=re.compile(f"^{number}$"))
    return page.get_by_test_id("stMarkdownContainer").filter(has=badge)


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
    expect(page.get_by_text("contradicts a source")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ findings?, \d+ against a source"))).to_be_visible()


def write_a_step_again_and_undo(page: Page) -> None:
    """One step is written from its sources again; undo brings the reviewer's words back."""
    first = cells(steps(page), "Expected result").first
    written = first.text_content() or ""
    edit_cell(page, steps(page), "Expected result", EDITED)
    expect(first).to_have_text(EDITED)
    page.get_by_role("button", name="Write again").click()
    page.get_by_label("What").click()
    page.get_by_role("option", name=re.compile("^Step 1")).click()
    page.locator(".st-key-write_part button").click()
    expect(first).to_have_text(written, timeout=WAIT)
    page.get_by_role("button", name="Undo").click()
    expect(first).to_have_text(EDITED)
    page.get_by_role("button", name="Undo").click()
    expect(first).to_have_text(written)


def downloaded(page: Page, button: str) -> list[dict[str, str]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    text = waiting.value.path().read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def download(page: Page, cases: int) -> None:
    """The accepted case, then all cases, in the company's template."""
    case_id = open_case(page).text_content()
    page.locator(".st-key-accept button").click()
    expect(page.get_by_text(f"{cases} cases: 1 accepted")).to_be_visible()
    at_rest(page)
    shown = cells(steps(page), "Action").all_text_contents()
    page.get_by_role("button", name="Download CSV").click()
    rows = downloaded(page, "Download 1 case")
    template = json.loads((SAMPLE / "template.json").read_text("utf-8"))
    assert list(rows[0]) == [one["header"] for one in template["columns"]]
    assert {row["Test Case ID"] for row in rows} == {case_id}
    assert [row["Test Step"] for row in rows] == shown
    assert {row["Status"] for row in rows} == {"Approved"}
    assert all(row["Sources"] for row in rows)
    page.get_by_text("All cases but the rejected").click()
    rows = downloaded(page, f"Download {cases} cases")
    assert len({row["Test Case ID"] for row in rows}) == cases


@pytest.mark.slow
def test_a_reviewer_uses_every_panel_of_a_run(server: object, page: Page) -> None:
    cases = generate(page, server.url)
    against_existing_cases(page)
    answer_the_question(page)
    coverage_matrix(page)
    grounding_of_steps(page)
    quality_figures(page)
    write_a_step_again_and_undo(page)
    download(page, cases)
