"""A killed server loses no case that was on screen, and the run goes on where it stopped."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from reviewing import TEXT, WAIT, ids, rows

ROOT = Path(__file__).resolve().parent.parent.parent
EPICS = sorted((ROOT / "sample_data" / "epics").glob("CC-*.md"))
"""Several, because outlines of one are written before anybody could kill the server."""


def start_writing(page: Page) -> None:
    """Paste the epics, press the button and wait for the first case."""
    page.get_by_label(TEXT).fill("\n\n".join(one.read_text("utf-8") for one in EPICS))
    page.locator(".st-key-generate button").first.click()
    expect(rows(page).first).to_be_visible(timeout=WAIT)


def kill_during_generation(server: object, page: Page, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    page.goto(server.url)
    start_writing(page)
    on_screen: set[str] = set()
    seen = killed_while_writing = 0
    for _ in range(rounds):
        time.sleep(chance.uniform(0.0, 0.4))
        on_screen |= set(ids(page))
        seen += len(on_screen)
        killed_while_writing += page.get_by_role("button", name="Cancel").count()
        address = page.url
        server.kill()
        server.start()
        page.goto(address)
        expect(rows(page).first).to_be_visible(timeout=WAIT)
        assert on_screen <= all_cases(server), "a case that was on screen is gone"
        resume = page.get_by_role("button", name="Continue")
        if resume.count():
            resume.click()
        else:  # finished before the kill: start over, so that each round kills a run at work
            page.get_by_role("button", name="New request").click()
            start_writing(page)
            on_screen = set()
    assert seen, "no case was on screen"
    assert killed_while_writing, "no round killed a run at work"


def all_cases(server: object) -> set[str]:
    """The cases of the library, read beside the server as any other reader may."""
    from assistant.library import Library

    library = Library.open(server.data_dir / "library.sqlite3")
    try:
        return {case.id for project in library.projects() for case in library.cases(project.id)}
    finally:
        library.close()


@pytest.mark.alone
def test_killing_the_server_again_and_again_loses_nothing_on_screen(
    server: object, page: Page, kill_times: int
) -> None:
    kill_during_generation(server, page, rounds=4 * kill_times, seed=2)
