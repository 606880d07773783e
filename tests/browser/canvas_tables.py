"""Streamlit's tables in a browser: drawn on a canvas, read from the canvas's accessible content."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

ROW_HEIGHT = 33


def table(page: Page, name: str) -> Locator:
    """A table by its alternative text, which its toolbar names."""
    return page.get_by_test_id("stDataFrame").filter(has=page.get_by_label(f"Search: {name}"))


def column(grid: Locator, header: str) -> int:
    """The place of a column, from 1; a table that is drawn again just now is read again."""
    headers = grid.locator('[role="columnheader"]')
    for _ in range(3):
        expect(headers.filter(has_text=header).first).to_be_attached()
        at_rest(grid.page)
        found = headers.all_text_contents()
        if header in found:
            return found.index(header) + 1
    raise AssertionError(f"no column {header!r} stays in the table: {found}")


def cells(grid: Locator, header: str) -> Locator:
    """The cells of a column, as far as they are in view."""
    return grid.locator(f'[role="gridcell"][aria-colindex="{column(grid, header)}"]')


def cell(grid: Locator, column: int, row: int) -> Locator:
    """A cell by its place; columns and rows count from 1."""
    return grid.locator(f'[role="gridcell"][aria-colindex="{column}"]').nth(row - 1)


def choose_row(grid: Locator, row: int) -> None:
    """Click the first column's cell of a row in view, rows counting from 1."""
    grid.click(position={"x": 60, "y": ROW_HEIGHT * row + ROW_HEIGHT // 2})


def at_rest(page: Page) -> None:
    """Wait until the app has drawn all of the page: a table drawn again takes no keys."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def press_when_still(button: Locator) -> None:
    """Press a button that an opening box still moves: a click between two frames of it is lost."""
    before = None
    for _ in range(100):
        place = button.bounding_box()
        if place is not None and place == before:
            break
        before = place
        button.page.wait_for_timeout(400)
    button.click()


def edit_cell(page: Page, grid: Locator, header: str, text: str) -> None:
    """Type over the first row's cell in this column; keys lost to a redrawing table come again."""
    for attempt in range(3):
        at_rest(page)
        place = column(grid, header)
        choose_row(grid, 1)
        for _ in range(place - 2):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        editor = page.locator("#portal textarea")
        editor.fill(text)
        editor.press("Enter")
        try:
            expect(cells(grid, header).first).to_have_text(text, timeout=15_000)
            return
        except AssertionError:
            if attempt == 2:
                raise
