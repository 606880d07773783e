"""Re-sync of unchanged documents, and the memory of it: a folder of small pages, read once before.

Run: ``python benchmarks/sync.py [DOCUMENTS] [--data DIR]``. Prints the seconds of the first sync,
of the second one in which nothing changed (against the first), and of one in which one page
changed, the texts embedded in each, the peak resident memory, and on Linux how much of it is mapped
files (the index's, which the system gives up where memory is wanted). Embeddings are random
projections of words: what is measured is the sync, not the model. Run it at two sizes to compare.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "workflow")]


def peak_mb() -> float:
    """Peak resident memory of this process in MB (Linux: ``ru_maxrss`` is in KB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def mapped() -> str:
    """Resident memory that is mapped files, where the system says so (Linux, in kB)."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return ""
    found = [line.split()[1] for line in status.splitlines() if line.startswith("RssFile:")]
    return f" ({int(found[0]) / 1024:.0f} MB of it mapped files)" if found else ""


def main() -> None:
    from syncing import quick_workspace, sync_folder, write

    parser = argparse.ArgumentParser()
    parser.add_argument("documents", nargs="?", type=int, default=10_000)
    parser.add_argument("--data", type=Path, help="where the data is made (default: a new folder)")
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(dir=options.data))
    folder = place / "pages"
    for number in range(options.documents):
        write(
            folder / f"{number // 500:03}" / f"page-{number:06}.md",
            f"# Page {number}\n\nRule {number}: a voucher is valid for {number % 90} days.\n",
        )
    try:
        with quick_workspace(place / "data") as (workspace, project_id, embedder):
            print(f"{options.documents:,} documents; before: {peak_mb():.0f} MB{mapped()}")
            first = 0.0
            for what in ("first sync", "nothing changed", "one page changed"):
                if what == "one page changed":
                    write(folder / "000" / "page-000000.md", "# Page 0\n\nNo voucher.\n", at=10**9)
                embedded, started = embedder.embedded, time.perf_counter()
                report = sync_folder(workspace, project_id, folder)
                seconds = time.perf_counter() - started
                first = first or seconds
                print(
                    f"{what}: {seconds:.2f} s ({seconds / first:.1%} of the first), "
                    f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, "
                    f"{embedder.embedded - embedded} embedded, peak {peak_mb():.0f} MB{mapped()}",
                    flush=True,
                )
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
