"""Streamlit's tables in a browser: drawn on a canvas, read from the canvas's accessible content."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

ROW_HEIGHT = 33


def table(page: Page, name: str) -> Locator:
    """A table by its alternative text, which its toolbar names."""
    return page.get_by_test_id("stDataFrame").filter(has=page.get_by_label(f"Search: {name}"))


def column(grid: Locator, header: str) -> int:
    """The place of a column, from 1."""
    headers = grid.locator('[role="columnheader"]')
    expect(headers.filter(has_text=header).first).to_be_attached()
    return headers.all_text_contents().index(header) + 1


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


def edit_cell(page: Page, grid: Locator, header: str, text: str) -> None:
    """Type over the first row's cell in this column."""
    at_rest(page)
    place = column(grid, header)
    grid.click(position={"x": 60, "y": 75})
    for _ in range(place - 2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    editor = page.locator("#portal textarea")
    editor.fill(text)
    editor.press("Enter")
