"""First paint and clicks of the app, in headless Chromium, beside an empty Streamlit app.

Run it with ``python benchmarks/app.py [--chunks 10000] [--repeats 5]`` after
``pip install -e ".[test]"`` and ``python -m assistant models fetch all-MiniLM-L6-v2``. Each figure
is a ratio to the empty app's, measured in the same run on the same machine.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
EMPTY = (
    "import streamlit as st\nst.title('Empty')\nst.button('Again')\n"
    "st.session_state.n = st.session_state.get('n', 0) + 1\nst.text(f'Run {st.session_state.n}')\n"
)
EPIC = ROOT / "sample_data" / "epics" / "CC-200-cooling-off-cancellation.md"
WARM_SECONDS = 15.0
"""Time given to the warm-up (embedding model and index) before clicks are timed."""
PAUSE_SECONDS = 0.5
"""Between two clicks, so that each meets a page that has been drawn to its end."""
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def served(script: Path, data_dir: Path) -> Iterator[tuple[str, float, int]]:
    """A Streamlit server of ``script``; gives its address, the moment that it was started, and the
    id of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
         "--server.headless", "true", "--browser.gatherUsageStats", "false"],
        cwd=ROOT,
        env={**os.environ, "UAT_DATA_DIR": str(data_dir)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(address + "/_stcore/health", timeout=1).read()
                break
            except OSError:
                time.sleep(0.02)
        yield address, started, server.pid
    finally:
        server.terminate()
        server.wait()


def first_paint(
    page: Page, address: str, started: float, title: str, last: str
) -> tuple[float, float]:
    """Seconds from starting the server until the page's title, and its last part, are there."""
    page.goto(address)
    page.get_by_role("heading", name=title).first.wait_for()
    painted = time.perf_counter() - started
    page.get_by_role("button", name=last).first.wait_for()
    return painted, time.perf_counter() - started


def median_pair(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """The median of the first values and that of the second ones."""
    first, second = zip(*pairs, strict=True)
    return statistics.median(first), statistics.median(second)


def clicks_of_empty(page: Page, address: str, repeats: int) -> list[float]:
    """Seconds from a click to its answer in the empty app."""
    page.goto(address)
    times = []
    for number in range(2, repeats + 2):
        time.sleep(PAUSE_SECONDS)
        started = time.perf_counter()
        page.get_by_role("button", name="Again").click()
        page.get_by_text(f"Run {number}", exact=True).wait_for()
        times.append(time.perf_counter() - started)
    return times


def run_of_epic(page: Page, address: str) -> None:
    """Cases for the sample epic, the first of them on screen, once the server is warm."""
    page.goto(address)
    box = page.get_by_label("Epic, stories and acceptance criteria")
    box.fill(EPIC.read_text(encoding="utf-8"))
    # Without a model the page says what it would write.
    page.get_by_role("button", name=re.compile("^(Write outlines|Generate test cases)$")).click()
    page.get_by_role("button", name="Next").wait_for(timeout=120_000)
    time.sleep(WARM_SECONDS)


def to_case(page: Page, button: str) -> float:
    """Seconds from ``button`` ("Next" or "Previous") until another case is on screen."""
    before = page.locator("strong").filter(has_text=re.compile("^TC-")).first.inner_text()
    started = time.perf_counter()
    page.get_by_role("button", name=button).click()
    page.wait_for_function(
        "was => [...document.querySelectorAll('strong')].find("
        "e => e.innerText.startsWith('TC-')).innerText !== was",
        arg=before,
    )
    return time.perf_counter() - started


def clicks_of_app(page: Page, address: str, repeats: int) -> list[float]:
    """Seconds from "Next" until the next case is on screen, beside a run of the sample epic."""
    run_of_epic(page, address)
    times = []
    for _ in range(repeats):
        time.sleep(PAUSE_SECONDS)
        times.append(to_case(page, "Next"))
    return times


def filled(data_dir: Path, models_dir: Path, chunks: int) -> None:
    """The sample project, and beside it enough rule pages for the wanted number of chunks."""
    from assistant.settings import Settings
    from assistant.workflow.deployment.workspace import Workspace
    from assistant.workflow.sources.import_sources import index_paths
    from assistant.workflow.sources.sample_project import SAMPLE_PROJECT, ensure_sample_project

    pages = Path(tempfile.mkdtemp())
    rules_a_page = 200
    for number in range(chunks // rules_a_page):
        rules = "\n".join(
            f"- BR-{number}-{rule}: Tariff {rule} of region {number} has a fee of £{rule}.50."
            for rule in range(rules_a_page)
        )
        (pages / f"rules{number}.md").write_text(f"# Business rules {number}\n\n{rules}\n")
    with Workspace.open(Settings(data_dir=data_dir, models_dir=models_dir)) as workspace:
        ensure_sample_project(workspace)
        project = workspace.project(SAMPLE_PROJECT)
        index_paths(workspace, project.id, [pages])
    shutil.rmtree(pages)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--chunks", type=int, default=10_000)
    options.add_argument("--repeats", type=int, default=5)
    given = options.parse_args()
    from assistant.settings import Settings

    models_dir = Settings().models_path
    os.environ["UAT_MODELS_DIR"] = str(models_dir)
    work = Path(tempfile.mkdtemp())
    empty = work / "empty.py"
    empty.write_text(EMPTY)
    filled(work / "data", models_dir, given.chunks)
    clicked: dict[str, float] = {}
    paints: dict[str, list[tuple[float, float]]] = {"empty": [], "app": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM_FLAGS
        )
        for _ in range(given.repeats):
            for name, script, title, last in (
                ("empty", empty, "Empty", "Again"),
                ("app", ROOT / "app.py", "Generate test cases", "Generate test cases"),
            ):
                with served(script, work / "data") as (address, started, _):
                    page = browser.new_page()
                    paints[name].append(first_paint(page, address, started, title, last))
        medians = {name: median_pair(pairs) for name, pairs in paints.items()}
        for name, (painted, ready) in medians.items():
            print(f"first paint, {name}: median {painted:.2f} s, ready to use after {ready:.2f} s")
        print(f"first paint, app / empty app: {medians['app'][0] / medians['empty'][0]:.2f}")
        for name, script, clicks in (
            ("empty", empty, clicks_of_empty),
            ("app", ROOT / "app.py", clicks_of_app),
        ):
            with served(script, work / "data") as (address, *_):
                times = clicks(browser.new_page(), address, 10)
            clicked[name] = statistics.median(times)
            print(f"click, {name}: median {1000 * clicked[name]:.0f} ms, "
                  f"worst {1000 * max(times):.0f} ms")  # fmt: skip
        print(f"click, app / empty app: {clicked['app'] / clicked['empty']:.2f}")
        browser.close()
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
