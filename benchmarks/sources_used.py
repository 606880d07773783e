"""What the sources give: the same epic and model with and without a wiki, rated blind.

    python benchmarks/sources_used.py [benchmarks/rating/rail-desk]

prints, for the cases written with the sources and without: how many of the facts that stand in the
wiki alone the cases use (``ratings/facts-rater-N.csv``: used, partly, wrong, no), how many cases
the raters call usable, and in how many they find something false (``ratings/cases-rater-N.csv``).
Of two raters the worse verdict counts; shares with 95 % Wilson intervals. P is without, Q with
sources.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from assistant.evaluation.statistics import wilson

SETS = {"P": "without sources", "Q": "with sources"}
RATINGS = ("usable", "minor", "rewrite", "discard")
FACTS = ("used", "partly", "no", "wrong")


def rows(path: Path, key: str) -> dict[str, dict[str, str]]:
    """The rows of a rater's file by case or fact."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def main(folder: Path) -> None:
    """Print the table of a rated folder."""
    facts = [rows(one, "id") for one in sorted(folder.glob("ratings/facts-rater-*.csv"))]
    cases = [rows(one, "case") for one in sorted(folder.glob("ratings/cases-rater-*.csv"))]
    for name, title in SETS.items():
        if name not in next(iter(facts[0].values())):
            continue  # written one way alone
        told = Counter(max((one[key][name] for one in facts), key=FACTS.index) for key in facts[0])
        rated = [key for key in cases[0] if key.startswith(name)]
        worse = Counter(max((c[key]["rating"] for c in cases), key=RATINGS.index) for key in rated)
        false = sum(any(c[key]["false"].startswith("y") for c in cases) for key in rated)
        share = wilson(worse["usable"], len(rated))
        print(f"{title}: {len(rated)} cases rated by {len(cases)}")
        print("  facts:  " + ", ".join(f"{told[one]} {one}" for one in FACTS))
        print("  cases:  " + ", ".join(f"{worse[one]} {one}" for one in RATINGS))
        print(f"  usable: {share.value:.0%} [{share.low:.0%}, {share.high:.0%}]")
        print(f"  false:  {false}")
    same = sum(len({c[key]["rating"] for c in cases}) == 1 for key in cases[0])
    print(f"the raters agree on {same} of {len(cases[0])} cases")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "rating/rail-desk")
