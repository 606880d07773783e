"""A killed server loses no case that was on screen, and the run goes on where it stopped."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parent.parent.parent
EPIC = ROOT / "sample_data" / "epics" / "CC-300-complaints-and-goodwill.md"


def shown_cases(page: Page) -> set[str]:
    """The case ids in the table on screen."""
    cells = page.get_by_test_id("stDataFrame").first.locator('[role="gridcell"]')
    return {text for text in cells.all_text_contents() if text.startswith("TC-")}


def kill_during_generation(server: object, page: Page, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    page.goto(server.url)
    page.get_by_label("Epic, stories and acceptance criteria").fill(EPIC.read_text("utf-8"))
    page.get_by_role("button", name="Generate test cases").click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=180_000)
    on_screen: set[str] = set()
    killed_while_writing = 0
    for _ in range(rounds):
        time.sleep(chance.uniform(0.0, 0.4))
        on_screen |= shown_cases(page)
        killed_while_writing += page.get_by_role("button", name="Cancel").count()
        address = page.url
        server.kill()
        server.start()
        page.goto(address)
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=180_000)
        page.wait_for_timeout(500)
        assert on_screen <= all_cases(page, server), "a case that was on screen is gone"
        resume = page.get_by_role("button", name="Continue")
        if resume.count():
            resume.click()
        else:  # finished before the kill: start over, so that each round kills a run at work
            page.get_by_role("button", name="New request").click()
            page.get_by_label("Epic, stories and acceptance criteria").fill(EPIC.read_text("utf-8"))
            page.get_by_role("button", name="Generate test cases").click()
            expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=180_000)
            on_screen = set()
    assert on_screen or killed_while_writing


def all_cases(page: Page, server: object) -> set[str]:
    """The cases of the library, read beside the server as any other reader may."""
    from assistant.library import Library

    library = Library.open(server.data_dir / "library.sqlite3")
    try:
        return {case.id for project in library.projects() for case in library.cases(project.id)}
    finally:
        library.close()


@pytest.mark.slow
def test_killing_the_server_twenty_times_loses_nothing_on_screen(
    server: object, page: Page
) -> None:
    kill_during_generation(server, page, rounds=20, seed=2)
