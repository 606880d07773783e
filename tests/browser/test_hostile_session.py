"""All hostile files as one upload session, beside another person at work.

``UAT_HOSTILE_EVERY=8`` takes every eighth file, for a quick look.
"""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from assistant.library import Library

EVERY = int(os.environ.get("UAT_HOSTILE_EVERY", "1"))
GOOD = {
    "vouchers.md": b"# Business rules\n\n- BR-90 A voucher is valid for 40 days.\n",
    "plans.md": b"# PLN-1 Plans\n\n## PLN-2 End a plan\nAs an agent I want to end a plan.\n\n"
    b"Acceptance criteria:\n- The plan ends within 14 days.\n",
}
EPIC_FIELD = "Epic, stories and acceptance criteria"
CLICKS = 25
PATIENT = 120_000


def click_seconds(page: Page) -> float:
    """Seconds from a click of another person to the answer on their screen."""
    ask = page.get_by_role("radio", name=re.compile("Ask"))
    asked = ask.get_attribute("aria-checked") == "true"
    target = page.get_by_role("radio", name=re.compile("Paste" if asked else "Ask"))
    shown = page.get_by_label(EPIC_FIELD if asked else "What do you need?")
    begin = time.perf_counter()
    target.click()
    shown.wait_for()
    return time.perf_counter() - begin


def told(seconds: list[float]) -> str:
    middle, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    return f"{middle * 1000:.0f} and {p95 * 1000:.0f} ms"


@pytest.mark.alone
def test_a_session_of_hostile_files_beside_another_person(
    server: object, new_page: Callable[[], Page], shared_dir: Path, tmp_path: Path
) -> None:
    files = [p for p in sorted((shared_dir / "hostile").rglob("*")) if p.is_file()][::EVERY]
    if not files:
        pytest.skip("the hostile files are absent")
    for name, data in GOOD.items():
        (tmp_path / name).write_bytes(data)
    uploads = [tmp_path / "vouchers.md", *files, tmp_path / "plans.md"]
    other, importer = new_page(), new_page()
    other.goto(server.url)
    expect(other.get_by_label(EPIC_FIELD)).to_be_visible(timeout=PATIENT)
    importer.goto(f"{server.url}/import_sources")
    heading = importer.get_by_role("heading", name="Import sources")
    expect(heading).to_be_visible(timeout=PATIENT)
    importer.wait_for_timeout(8000)  # the warm-up of a fresh server
    for _ in range(3):
        click_seconds(other)
    idle = [click_seconds(other) for _ in range(CLICKS)]
    process = psutil.Process(server._process.pid)
    before, most = process.memory_info().rss, 0
    importer.locator("input[type=file]").set_input_files([str(path) for path in uploads])
    keep = importer.get_by_role("button", name=re.compile("Keep and index"))
    reading = importer.get_by_text(re.compile(r"Reading \d+ of"))
    began, busy, quiet_since = time.monotonic(), list[float](), 0.0
    while True:
        busy.append(click_seconds(other))
        most = max(most, process.memory_info().rss)
        other.wait_for_timeout(150)
        assert time.monotonic() - began < 20 * len(uploads), "a file holds up the session"
        if keep.count() and not reading.count():
            quiet_since = quiet_since or time.monotonic()
            if time.monotonic() - quiet_since > 3:
                break
        else:
            quiet_since = 0.0
    took = time.monotonic() - began - 3
    said = importer.locator('[data-testid="stMain"]').inner_text()
    print(
        f"\n{len(uploads)} files in {took:.0f} s; a click of another person, median and p95: "
        f"idle {told(idle)}, meanwhile {told(busy)} ({len(busy)} clicks); "
        f"memory {before / 1e6:.0f} to {most / 1e6:.0f} MB"
    )
    assert "root:x:0" not in said
    assert most - before < 1_000_000_000
    # 300 ms, or where the machine itself is slow, not much more than without the upload. Of the
    # clicks the middle one: the second worst of thirty tells how busy the machine was.
    middle = statistics.median
    assert middle(busy) < max(0.3, 2.5 * middle(idle)), "another person waits"
    assert len(busy) >= 20 or EVERY > 1
    for choice in importer.get_by_role("combobox", name="The newest of them").all():
        choice.click()  # several of the files are versions of one source
        importer.get_by_role("option").first.click()
    keep.click()
    deadline = time.monotonic() + 900
    library = Library.open(server.data_dir / "library.sqlite3")
    try:
        project = library.project("Sample project").id
        while True:
            found = {d.id: d for d in library.documents(project) if d.is_indexed}
            if {"epic:PLN-1", "file:vouchers.md"} <= set(found):
                break
            assert time.monotonic() < deadline, sorted(found)
            time.sleep(1)
    finally:
        library.close()
