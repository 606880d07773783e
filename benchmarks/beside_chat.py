"""Whole suites of the product beside those of a plain chat that has all files of the project.

Usage: python benchmarks/beside_chat.py [benchmarks/rating/beside-chat]

A folder a rating holds ``key.csv`` (case, writer) and ``ratings/*.csv`` of raters who saw cases of
both writers mixed; ``suites.csv`` has what one reader a project, who read both suites whole without
knowing whose they are, counted. Prints the cases that are usable by the worst verdict with a 95 %
interval (Wilson), the false ones, and the suites side by side.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

ORDER = ("usable", "minor", "rewrite", "discard")


def wilson(good: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, good / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    half /= 1 + z * z / count
    return middle - half, middle + half


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Print both tables."""
    default = Path(__file__).resolve().parent / "rating" / "beside-chat"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    for key in sorted(folder.glob("*/key.csv")):
        writers = {row["case"]: row["writer"] for row in read(key)}
        raters = [{r["case"]: r for r in read(p)} for p in sorted(key.parent.glob("ratings/*.csv"))]
        for writer in ("product", "chat"):
            cases = [name for name, one in writers.items() if one == writer]
            worst = [max((r[c]["rating"] for r in raters), key=ORDER.index) for c in cases]
            false = sum(any(rater[case]["false"] == "y" for rater in raters) for case in cases)
            good = worst.count("usable")
            low, high = wilson(good, len(cases))
            print(
                f"{key.parent.name:<28} {writer:<8} usable {good} of {len(cases)} "
                f"({good / len(cases):.0%} [{low:.0%}, {high:.0%}]), false {false}, "
                f"raters {len(raters)}"
            )
    rows = read(folder / "suites.csv")
    print(*("\t".join(values) for values in (rows[0], *(row.values() for row in rows))), sep="\n")


if __name__ == "__main__":
    main()
