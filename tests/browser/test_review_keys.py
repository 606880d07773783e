"""One key each, and undo after undo: the two tests in a browser that every run of the suite has.

They share a server, because it takes longer to start than what each of them does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Server
from playwright.sync_api import Page, expect
from reviewing import (
    SCENARIOS,
    accept,
    chosen_row,
    complete,
    edit,
    generate_in_new_project,
    ids,
    long_epic,
    open_case,
    paste_and_generate,
    press,
    rows,
)


@pytest.fixture(scope="module")
def server(
    sample_data_dir: Path,
    models_dir: Path,
    copy_folder: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """A server for the module: each test here works in a project of its own."""
    folder = tmp_path_factory.mktemp("review")
    data_dir = copy_folder(sample_data_dir, folder / "data")
    running = Server(data_dir, models_dir, folder / "server.log")
    running.start()
    yield running
    running.kill()
    assert "Traceback" not in running.log(), running.log()


@pytest.mark.long
def test_one_key_each(server: object, page: Page) -> None:
    paste_and_generate(page, server.url, long_epic())
    listed = ids(page)
    press(page, "a")
    expect(page.get_by_text("was not accepted: its step has no action")).to_be_visible()
    expect(open_case(page)).to_have_text(listed[0])
    complete(page)
    press(page, "a")
    expect(open_case(page)).to_have_text(listed[1])
    press(page, "x")
    expect(open_case(page)).to_have_text(listed[2])
    expect(page.get_by_text(re.compile(r"cases: 1 accepted, 1 rejected"))).to_be_visible()
    press(page, "u")
    expect(open_case(page)).to_have_text(listed[1])
    expect(page.get_by_text(re.compile(r"cases: 1 accepted, 0 rejected"))).to_be_visible()
    press(page, "p")
    expect(open_case(page)).to_have_text(listed[0])
    expect(accept(page)).to_contain_text("Accepted")

    # Next keeps the list in view, with the case highlighted, past what the list shows at once.
    for place in range(1, 16):
        press(page, "n")
        expect(open_case(page)).to_have_text(listed[place])
    expect(chosen_row(page)).to_contain_text(listed[15])
    expect(chosen_row(page)).to_be_in_viewport()

    # A click on a row, and the keys go on from there.
    rows(page).nth(14).click()
    expect(open_case(page)).to_have_text(listed[14])
    press(page, "n")
    expect(open_case(page)).to_have_text(listed[15])

    # The row that is open already keeps the focus of a click; a key is the page's all the same.
    rows(page).nth(15).click()
    expect(chosen_row(page).locator("input")).to_be_focused()
    page.keyboard.press("p")
    expect(open_case(page)).to_have_text(listed[14])
    page.keyboard.press("n")
    expect(open_case(page)).to_have_text(listed[15])

    # Letters that are typed into a field are text.
    edit(page)
    title = page.get_by_label("Title")
    title.fill("")
    title.press_sequentially("panax")
    expect(title).to_have_value("panax")
    expect(open_case(page)).to_have_text(listed[15])


@pytest.mark.long
def test_each_undo_takes_back_the_last_rejection(server: object, page: Page) -> None:
    generate_in_new_project(page, server.url, SCENARIOS)
    listed = ids(page)
    decided = page.get_by_text(re.compile(r"^5 cases: "))
    for _ in range(3):
        press(page, "x")
    expect(decided).to_contain_text("0 accepted, 3 rejected, 2 to review")
    for left in (2, 1, 0):
        press(page, "u")
        expect(decided).to_contain_text(f"0 accepted, {left} rejected")
        expect(open_case(page)).to_have_text(listed[left])
    expect(page.locator(".st-key-undo button").first).to_be_disabled()
