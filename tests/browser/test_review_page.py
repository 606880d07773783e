"""The page where a tester lives: what is seen at once, one key each, ticks that stay with cases."""

from __future__ import annotations

import re

import pytest
from canvas_tables import at_rest, cells, table
from playwright.sync_api import Page, expect
from reviewing import (
    EPIC,
    SCENARIOS,
    TEXT,
    accept,
    chosen_row,
    comes_true,
    edit,
    field,
    generate_in_new_project,
    ids,
    long_epic,
    open_case,
    paste_and_generate,
    paste_and_generate_here,
    press,
    rows,
    seen,
    steps,
)

ROW = 33


@pytest.mark.slow
def test_list_case_and_sources_are_seen_at_once(server: object, page: Page) -> None:
    paste_and_generate(page, server.url, long_epic())
    assert seen(page, rows(page)) >= 12
    titles = page.locator('.st-key-pane-list [data-testid="stRadioOption"] p')
    clipped = titles.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth + 1)")
    assert not clipped, "titles are shown whole"
    assert seen(page, steps(page).locator("p").first) == 1, "the steps begin above the fold"
    assert seen(page, page.locator(".st-key-pane-sources")) == 1

    # The next case begins at its top, however far down the last one was read.
    pane = page.locator(".st-key-pane-sources")
    assert pane.evaluate("one => (one.scrollTop = 300, one.scrollTop)") > 0
    press(page, "n")
    page.wait_for_function("document.querySelector('.st-key-pane-sources').scrollTop === 0")
    press(page, "p")

    # Each pane folds away, and the others take its place.
    width = page.locator(".st-key-pane-case").bounding_box()["width"]
    page.get_by_role("button", name="List").click()
    expect(page.locator(".st-key-pane-list")).to_have_count(0)
    at_rest(page)
    assert page.locator(".st-key-pane-case").bounding_box()["width"] > width
    page.get_by_role("button", name="List").click()
    expect(page.locator(".st-key-pane-list")).to_be_visible()

    # In a narrow window the sources are a drawer.
    page.set_viewport_size({"width": 1024, "height": 768})
    expect(page.locator(".st-key-pane-sources")).to_have_count(0)
    at_rest(page)
    first = steps(page).locator("p").first
    assert comes_true(page, lambda: seen(page, first) == 1), "the steps begin above the fold"
    names = ("Accept all", "Download CSV")
    tops = [page.get_by_role("button", name=one).bounding_box()["y"] for one in names]
    assert tops[0] == tops[1], "the menus stand in one row with what can be looked at"
    press(page, "s")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Cited for ")
    drawer.get_by_role("button", name="Read it whole").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("version")


@pytest.mark.slow
def test_a_narrow_window_with_the_menu_open_shows_the_head_and_whole_fields(
    server: object, page: Page
) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    generate_in_new_project(page, server.url, EPIC)
    # Away and back: the window is as narrow as before.
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.get_by_role("link", name="Generate test cases").click()
    expect(accept(page)).to_be_visible()
    at_rest(page)
    expect(page.locator(".st-key-pane-case")).to_be_visible()
    expect(page.locator(".st-key-pane-sources")).to_have_count(0)

    edit(page)
    at_rest(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("one => one.scrollHeight - one.clientHeight") == 0, "only panes scroll"
    pane = page.locator(".st-key-pane-case").bounding_box()
    expected = field(page, "Expected result", 1).bounding_box()
    assert expected["x"] + expected["width"] <= pane["x"] + pane["width"]
    assert expected["width"] > 200


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_what_was_understood_scrolls_with_the_page_alone(
    server: object, page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(server.url)
    page.get_by_label(TEXT).fill(long_epic())
    page.get_by_label(TEXT).press("Tab")
    expect(page.get_by_text("on the checklist, from")).to_be_visible()
    at_rest(page)
    blocks = page.get_by_test_id("stMain").get_by_test_id("stVerticalBlock")
    scrolled = blocks.evaluate_all(
        "all => all.filter(one => one.scrollHeight > one.clientHeight + 1"
        " && ['auto', 'scroll'].includes(getComputedStyle(one).overflowY)).length"
    )
    assert scrolled == 0


@pytest.mark.slow
def test_a_contradiction_and_its_source_stand_beside_the_case(server: object, page: Page) -> None:
    paste_and_generate(page, server.url, long_epic())
    listed = page.locator('.st-key-pane-list [data-testid="stRadioCaption"]')
    against = [at for at, text in enumerate(listed.all_text_contents()) if "contradiction" in text]
    assert against, "the rules say 30 minutes, the epic 45"
    rows(page).nth(against[0]).click()
    box = page.locator('[class*="st-key-contradiction-"]').first
    expect(box).to_contain_text("45 minutes")
    expect(box).to_contain_text("30 minutes")
    box.get_by_role("button", name="Read it whole").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("version 1")
    expect(drawer.locator(".stMarkdownColoredBackground").first).to_contain_text("30 minutes")


@pytest.mark.slow
def test_done_right_after_typing_stays_on_the_case_and_one_undo_takes_it_back(
    server: object, page: Page
) -> None:
    """The row of the case gets a flag while the press is on its way, so the browser names the
    row by words that it has no longer."""
    generate_in_new_project(page, server.url, SCENARIOS)
    whole = ids(page)[3]
    rows(page).nth(3).click()
    expect(open_case(page)).to_have_text(whole)
    at_rest(page)  # the steps of the case before may stand there yet
    before = steps(page).inner_text()
    edit(page)
    done = page.locator(".st-key-edit button").first.bounding_box()
    field(page, "Expected result", 1).fill("A toast shows number 9917.")
    field(page, "Action", 1).fill("Set the frobnicator to blue.")
    page.mouse.click(done["x"] + 20, done["y"] + 20)  # at once: a person's press waits for nothing
    expect(steps(page)).to_contain_text("9917")
    expect(chosen_row(page)).to_contain_text("not in the sources")
    expect(open_case(page)).to_have_text(whole)
    at_rest(page)
    press(page, "u")
    expect(page.get_by_test_id("stToast")).to_contain_text("Step 1, action")
    expect(steps(page)).not_to_contain_text("frobnicator")
    assert steps(page).inner_text() == before
    expect(page.locator(".st-key-undo button").first).to_be_disabled()


@pytest.mark.slow
def test_one_press_adds_a_case_while_the_list_of_criteria_is_open(
    server: object, page: Page
) -> None:
    """The list lay over the button, and the field shrank when it was left."""
    generate_in_new_project(page, server.url, SCENARIOS)
    before = ids(page)
    press(page, "t")
    page.get_by_label("Title").fill("A refund by voucher")
    page.locator('[role=dialog] [data-testid="stMultiSelect"] input').click()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_be_visible()
    place = page.locator('[data-testid="stFormSubmitButton"] button').bounding_box()
    page.mouse.click(place["x"] + 20, place["y"] + 10)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(rows(page)).to_have_count(len(before) + 1)


@pytest.mark.slow
def test_back_leads_out_of_a_run_however_many_cases_were_opened(server: object, page: Page) -> None:
    page.goto(f"{server.url}/settings")
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    at_rest(page)
    page.get_by_role("link", name="Generate test cases").first.click()
    at_rest(page)
    paste_and_generate_here(page, SCENARIOS)
    run = re.compile(r"[?&]run=")
    opened = open_case(page).text_content()
    for _ in range(3):
        press(page, "n")
    last = open_case(page).text_content()
    assert opened != last
    page.go_back()
    expect(page.get_by_label(TEXT)).to_be_visible()
    expect(page).not_to_have_url(run)
    at_rest(page)
    page.go_forward()
    expect(page).to_have_url(run)
    expect(open_case(page)).to_have_text(last)
    at_rest(page)
    page.go_back()
    expect(page.get_by_label(TEXT)).to_be_visible()
    at_rest(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()


@pytest.mark.slow
def test_back_leads_out_of_a_run_though_something_else_asks_for_a_drawing_at_once(
    server: object, page: Page
) -> None:
    page.goto(server.url)
    at_rest(page)
    paste_and_generate_here(page, SCENARIOS)
    expect(open_case(page)).to_be_visible()
    at_rest(page)
    run = re.compile(r"[?&]run=")
    for _ in range(4):  # whether the drawings meet is a matter of milliseconds
        # A window that becomes narrow or wide has the page drawn: just before Back and just after.
        page.evaluate(
            """() => {
              const resize = (width) => {
                Object.defineProperty(window, "innerWidth", { value: width, configurable: true });
                dispatchEvent(new Event("resize"));
              };
              addEventListener("popstate", () => resize(1440), { once: true });
              resize(1000);
              setTimeout(() => history.back(), 20);
            }"""
        )
        expect(page.get_by_label(TEXT)).to_be_visible()
        expect(page).not_to_have_url(run)
        at_rest(page)
        page.go_forward()
        expect(page).to_have_url(run)
        expect(open_case(page)).to_be_visible()
        at_rest(page)


@pytest.mark.slow
def test_steps_are_inserted_moved_and_removed(server: object, page: Page) -> None:
    paste_and_generate(page, server.url, long_epic())
    edit(page)
    before = field(page, "Expected result", 1).input_value()
    page.locator(".st-key-step-insert-1 button").first.click()
    expect(field(page, "Expected result", 2)).to_have_value("")
    page.locator(".st-key-step-up-2 button").first.click()
    expect(field(page, "Expected result", 1)).to_have_value("")
    expect(field(page, "Expected result", 2)).to_have_value(before)
    page.locator(".st-key-step-remove-1 button").first.click()
    expect(field(page, "Expected result", 1)).to_have_value(before)
    expect(page.locator(".st-key-step-2")).to_have_count(0)

    # While the fields are open each is a change of its own; afterwards they are one edit.
    press(page, "u")
    expect(field(page, "Expected result", 1)).to_have_value("")
    expect(field(page, "Expected result", 2)).to_have_value(before)
    press(page, "e")
    expect(steps(page).locator("strong")).to_have_text(["1", "2"])
    press(page, "u")
    expect(steps(page).locator("strong")).to_have_text(["1"])
    expect(steps(page)).to_contain_text(before)


@pytest.mark.slow
def test_accept_all_takes_whole_cases_and_one_undo_takes_it_back(
    server: object, page: Page
) -> None:
    """In a project without cases of its own: nothing is found in its scenarios."""
    generate_in_new_project(page, server.url, SCENARIOS)
    decided = page.get_by_text(re.compile(r"^5 cases: "))
    page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_text("3 drafts left to you: 3 Outline: complete it")).to_be_visible()
    page.get_by_role("button", name="Accept 2 cases").click()
    expect(decided).to_contain_text("2 accepted, 0 rejected, 3 to review")
    at_rest(page)
    expect(page.get_by_text("drafts left to you")).not_to_be_visible()
    assert [at for at, text in enumerate(rows(page).all_inner_texts()) if "✓" in text] == [3, 4]
    press(page, "u")
    expect(decided).to_contain_text("0 accepted, 0 rejected, 5 to review")


@pytest.mark.slow
def test_what_is_counted_above_the_cases_follows_an_edit(server: object, page: Page) -> None:
    """The line beside the run's name, and what the menus say when they are opened."""
    generate_in_new_project(page, server.url, SCENARIOS)
    decided = page.get_by_text(re.compile(r"^5 cases: "))
    page.get_by_role("button", name="Accept all").click()
    page.get_by_role("button", name="Accept 2 cases").click()
    expect(decided).to_contain_text("2 accepted, 0 rejected, 3 to review")
    at_rest(page)
    rows(page).nth(3).click()
    press(page, "e")
    title = page.get_by_label("Title")
    title.fill("A title of my own")
    title.press("Tab")
    expect(page.get_by_text(re.compile("is a draft again: other words than"))).to_be_visible()
    expect(decided).to_have_count(1)
    expect(decided).to_contain_text("1 accepted, 0 rejected, 4 to review")
    at_rest(page)
    page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_text("in which no check found anything, of 4?")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download CSV").click()
    expect(page.get_by_role("button", name="Download 1 case")).to_be_visible()


@pytest.mark.slow
def test_ticks_belong_to_cases_and_not_to_rows(server: object, page: Page) -> None:
    """Two cases are ticked, a search moves them up: those that were ticked are decided on."""
    page.goto(f"{server.url}/review_cases")
    grid = table(page, "Test cases of this project")
    expect(cells(grid, "Case").first).to_have_text("UAT-CC-0001", timeout=120_000)
    for row, said in ((2, "1 case ticked"), (3, "2 cases ticked")):
        at_rest(page)
        grid.click(position={"x": 18, "y": ROW * row + ROW // 2})
        # A click right after a click meets a page that is at rest still, and is lost.
        expect(page.get_by_text(said).first).to_be_visible()
    find = page.get_by_label("Find")
    find.fill("disabled")
    find.press("Enter")
    at_rest(page)
    page.get_by_role("button", name="Reject", exact=True).click()
    for name in ("UAT-CC-0002", "UAT-CC-0003"):
        expect(page.locator("strong", has_text=name).first).to_be_visible()
    reason = page.get_by_label("Reason")
    reason.fill("Out of scope")
    reason.press("Enter")
    at_rest(page)
    page.get_by_role("button", name="Reject 2 cases ticked").click()
    expect(page.get_by_role("button", name="Undo (2)")).to_be_enabled()
    find.fill("")
    find.press("Enter")
    at_rest(page)
    expect(cells(grid, "Case").first).to_have_text("UAT-CC-0001")
    status = cells(grid, "Status")
    for row in (1, 2):  # each waited for: a table half drawn has the rows of the search still
        expect(status.nth(row)).to_have_text("✕ rejected")
    expect(status.filter(has_text="rejected")).to_have_count(2)
    page.get_by_role("button", name="Undo (2)").click()
    expect(status.filter(has_text="rejected")).to_have_count(0)


@pytest.mark.slow
def test_ticked_sources_are_named_and_stay_ticked_when_others_come_in(
    server: object, page: Page
) -> None:
    """A tick of *Import sources* belongs to its source: another one comes in above it."""
    page.goto(f"{server.url}/import_sources")
    grid = table(page, "Sources of this project")
    titles = cells(grid, "Title")
    expect(titles.first).to_have_text(re.compile("."), timeout=120_000)
    at_rest(page)
    grid.scroll_into_view_if_needed()
    grid.click(position={"x": 18, "y": ROW * 2 + ROW // 2})
    remove = page.get_by_role("button", name="Remove", exact=True)
    expect(remove).to_be_enabled()
    at_rest(page)
    ticked = titles.nth(1).text_content() or ""
    remove.click()
    asked = page.get_by_text("Remove 1 source from this project?")
    expect(asked).to_be_visible()
    popover = page.get_by_test_id("stPopoverBody").filter(has=asked)
    expect(popover).to_contain_text(ticked)
    page.keyboard.press("Escape")
    before = titles.all_text_contents()
    page.locator('input[type="file"]').first.set_input_files(
        {"name": "aaa.md", "mimeType": "text/markdown", "buffer": b"# AAA\n\nA rule of 4 days.\n"}
    )
    page.locator(".st-key-keep button").first.click()
    expect(titles.filter(has_text="AAA")).to_have_count(1, timeout=120_000)
    at_rest(page)
    assert titles.all_text_contents() != before
    remove.click()
    expect(asked).to_be_visible()
    expect(popover).to_contain_text(ticked)
    expect(popover).not_to_contain_text("AAA")
