"""Many people ask at once on two cores: how long another person's clicks take meanwhile.

    python benchmarks/askers.py [--askers 10 25 50] [--seconds 20] [--chunks 0]

after ``pip install -e ".[test]"`` and ``python -m assistant models fetch all-MiniLM-L6-v2``. One
server of the real app over the sample project (real index, real embedding model); each asker holds
a page of *Ask* and, without a model, asks on in a talk of four questions after 3 to 7 seconds of
reading. They are not browsers, whose drawing would load the very cores that are measured: they
speak Streamlit's own protocol (``tabs.py``), so that the server does all that it does for a
browser's page, but no static file is served to them. They run at a low priority.

The other person goes from case to case of a run, in one real Chromium (from the click to the case
on screen; its drawing takes from the same cores) and, between these, in one tab of the protocol
(from the click to the server's last message). Ratios are to no askers, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import psutil
from playwright.sync_api import Page, sync_playwright
from tabs import PATIENT_SECONDS, Tab

from app import CHROMIUM_FLAGS, ROOT, filled, run_of_epic, served, to_case

GOAL_SECONDS = 0.3
SETTLE_SECONDS = 12.0
"""For the tabs that are added to open and to get to their first question."""
PAUSE_SECONDS = 0.15
ASKERS_NICENESS = 10


@dataclass
class Level:
    """What was measured beside so many askers; seconds, shares of one core, bytes."""

    askers: int
    browser: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    memory: int = 0


class Askers:
    """The process of the people who ask."""

    def __init__(self, address: str, project_id: str) -> None:
        script = str(Path(__file__).with_name("tabs.py"))
        self.process = subprocess.Popen(
            [sys.executable, script, address, project_id, "1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.nice(ASKERS_NICENESS) and None,
        )  # fmt: skip
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.put(line)

    def be(self, count: int) -> None:
        """From now on so many ask."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()

    def taken(self) -> list[dict[str, object]]:
        """What was said since the last time."""
        found = []
        while not self._said.empty():
            found.append(json.loads(self._said.get()))
        return found

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def cpu_seconds(root: psutil.Process) -> float:
    """What a process and its children have computed so far."""
    total = 0.0
    for one in (root, *root.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def measure(
    page: Page, tab: Tab, askers: Askers, processes: dict[str, psutil.Process], level: Level,
    seconds: float,
) -> None:  # fmt: skip
    """Click beside the askers of this level; fills in what came of it."""
    askers.taken()
    before = {name: cpu_seconds(one) for name, one in processes.items()}
    began, forth = time.perf_counter(), True
    while time.perf_counter() - began < seconds:
        button = "Next" if forth else "Previous"
        time.sleep(PAUSE_SECONDS)
        level.browser.append(to_case(page, button))
        time.sleep(PAUSE_SECONDS)
        started = time.perf_counter()
        tab.press(button)
        level.server.append(time.perf_counter() - started)
        forth = not forth
    level.seconds = time.perf_counter() - began
    for name, one in processes.items():
        level.shares[name] = (cpu_seconds(one) - before[name]) / level.seconds
    level.memory = processes["server"].memory_info().rss
    for fact in askers.taken():
        level.answers.append(float(str(fact["seconds"])))
        if fact["wrong"]:
            level.wrong.append(str(fact["wrong"]))


def p95(seconds: Sequence[float]) -> float:
    """The 95th percentile; of the few that there are, between the two nearest."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def shown(seconds: Sequence[float], base: Sequence[float] = ()) -> str:
    """ "p50 120, p95 180 ms of 40", with the ratios to ``base``."""
    if len(seconds) < 2:
        return "none"
    middle, high = statistics.median(seconds), p95(seconds)
    told = f"p50 {1000 * middle:.0f}, p95 {1000 * high:.0f} ms of {len(seconds)}"
    if base:
        told += f" ({middle / statistics.median(base):.2f} and {high / p95(base):.2f} times)"
    return told


def tell(level: Level, alone: Level) -> None:
    """Print a level beside the one without askers."""
    others = level.askers > 0
    print(f"{level.askers} askers")
    print(f"  clicks in Chromium:      {shown(level.browser, alone.browser if others else ())}")
    print(f"  clicks, server's part:   {shown(level.server, alone.server if others else ())}")
    if others:
        rate = len(level.answers) / level.seconds
        print(f"  question to passages:    {shown(level.answers)}, {rate:.1f} a second, "
              f"{len(level.wrong)} went wrong")  # fmt: skip
    for wrong in dict.fromkeys(level.wrong):
        print(f"    {wrong}")
    shares = ", ".join(f"{name} {share:.2f}" for name, share in level.shares.items())
    print(f"  cores computing:         {shares} of {os.cpu_count()}")
    print(f"  memory of the server:    {level.memory / 1e6:.0f} MB", flush=True)


def run(given: argparse.Namespace, data_dir: Path) -> bool:
    """All levels in one run; whether the goal is met at the last."""
    levels = [Level(0), *(Level(count) for count in given.askers)]
    with sync_playwright() as playwright, served(ROOT / "app.py", data_dir) as (address, _, server):
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM_FLAGS
        )
        page = browser.new_page()
        page.set_default_timeout(1000 * PATIENT_SECONDS)
        run_of_epic(page, address)
        query = {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}
        tab = Tab(address, "", **query)
        askers = Askers(address, query["project"])
        here = psutil.Process()
        processes = {"server": psutil.Process(server), "askers": psutil.Process(askers.process.pid)}
        others = [one for one in here.children() if one.pid not in (server, askers.process.pid)]
        processes |= {f"Chromium {n}" if n else "Chromium": one for n, one in enumerate(others)}
        try:
            for level in levels:
                askers.be(level.askers)
                time.sleep(SETTLE_SECONDS if level.askers else 0.0)
                measure(page, tab, askers, processes, level, given.seconds)
                tell(level, levels[0])
        finally:
            askers.close()
        tab.close()
        browser.close()
    worst = p95(levels[-1].browser)
    met = worst <= GOAL_SECONDS and not levels[-1].wrong
    print(f"goal, p95 of another person's clicks beside {levels[-1].askers} askers at most "
          f"{1000 * GOAL_SECONDS:.0f} ms: {1000 * worst:.0f} ms, "
          f"{'met' if met else 'missed'}")  # fmt: skip
    return met


def main() -> None:
    """Measure and print; exit status 1 where the goal is missed."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--askers", type=int, nargs="+", default=[10, 25, 50])
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--chunks", type=int, default=0, help="rules beside the sample project")
    given = options.parse_args()
    from assistant.settings import Settings

    models_dir = Settings().models_path
    os.environ["UAT_MODELS_DIR"] = str(models_dir)
    work = Path(tempfile.mkdtemp())
    try:
        filled(work / "data", models_dir, given.chunks)
        met = run(given, work / "data")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
