"""How exactly the linter finds smells: precision and recall on steps labelled by hand.

Usage: python benchmarks/smells.py [CASES_FOLDER] [--half first|second] [--losses] [--ratings]

``smell_labels.jsonl`` holds our own steps with their labels, and labels by id of steps of public
cases in CASES_FOLDER (``NAME.jsonl``), which are left out where no folder is given. The labels were
written before the rules saw them; the second half was kept back until the end. Compares to the
published rule-based detector (Soares et al., arXiv 2308.01386): precision 92 %, recall 95 %. Also
prints the smells a case in each file of CASES_FOLDER. ``--ratings`` prints, by the most actions in
one step of a case, which share of the ratings under ``rating/`` called it usable as it stands.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from second_reading import cases_of

from assistant.domain import TestCase, TestStep
from assistant.generation.lint import lint
from assistant.generation.step_smells import actions
from assistant.training.data.case_files import read_case_file

RATINGS = Path(__file__).with_name("rating")
LARGE = {"large": "product", "product": "product", "chat": "plain chat"}
"""Writers of the packs that are a large model, by where it wrote."""

LABELS = Path(__file__).with_name("smell_labels.jsonl")
BESIDE = frozenset({"no expected result", "duplicate step"})
"""Rules that need the rest of the case; a labelled step of a public case stands alone."""


def labelled(folder: Path | None, half: str = "") -> Iterator[tuple[str, set[str], set[str]]]:
    """``(id, labels, found)`` of every labelled step."""
    cases: dict[str, dict[str, TestCase]] = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if half and row["half"] != half:
            continue
        if "file" not in row:
            step = TestStep(
                number=1, action=row["action"], test_data=row["test_data"],
                expected_result=row["expected_result"],
            )  # fmt: skip
            case = TestCase(id=row["id"], title="A labelled step", steps=(step,))
            found = {one.rule for one in lint(case) if one.step}
            yield row["id"], set(row["smells"]), found
        elif folder is not None:
            name = row["file"]
            if name not in cases:
                stories = read_case_file(folder / f"{name}.jsonl")
                cases[name] = {case.id: case for story in stories for case in story.cases}
            findings = lint(cases[name][row["id"]])
            found = {one.rule for one in findings if one.step == row["step"]} - BESIDE
            yield f"{row['id']} step {row['step']}", set(row["smells"]), found


def counted(rows: list[tuple[str, set[str], set[str]]]) -> dict[str, Counter[str]]:
    """Hits, false finds and misses by rule."""
    counts: dict[str, Counter[str]] = {}
    for _, labels, found in rows:
        for rule in labels | found:
            both = rule in labels and rule in found
            kind = "hit" if both else "missed" if rule in labels else "false"
            counts.setdefault(rule, Counter())[kind] += 1
    return counts


def rated_by_actions() -> dict[tuple[str, int], Counter[str]]:
    """Ratings (usable, minor ...) of a large model's cases by where it wrote and by the most
    actions in one step."""
    counts: dict[tuple[str, int], Counter[str]] = {}
    for path in sorted(RATINGS.glob("**/key.json")):
        key = json.loads(path.read_text(encoding="utf-8")).get("cases", {})
        ratings: dict[str, list[str]] = {}
        for table in sorted(path.parent.glob("ratings/*.csv")):
            with table.open(encoding="utf-8-sig", newline="") as file:
                for name, rating, *_ in list(csv.reader(file))[1:]:
                    ratings.setdefault(name, []).append(rating.strip().lower())
        for pack in sorted(path.parent.glob("for_raters/epic-*.txt")):
            for case in cases_of(pack.read_text(encoding="utf-8")):
                place = LARGE.get(key.get(case.id, {}).get("writer", ""))
                if place:
                    most = max((len(actions(step.action)) for step in case.steps), default=0)
                    counts.setdefault((place, most), Counter()).update(ratings.get(case.id, ()))
    return counts


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("cases", type=Path, nargs="?")
    options.add_argument("--half", choices=("first", "second"), default="")
    options.add_argument("--losses", action="store_true")
    options.add_argument("--ratings", action="store_true")
    given = options.parse_args()
    if given.ratings:
        for (place, most), ratings in sorted(rated_by_actions().items()):
            usable = ratings["usable"] / max(1, ratings.total())
            print(f"{place}, {most} actions: {usable:.0%} usable of {ratings.total()} ratings")
        return
    rows = list(labelled(given.cases, given.half))
    counts = counted(rows)
    total = sum(counts.values(), Counter[str]())
    for rule, count in [*sorted(counts.items()), ("all", total)]:
        hit, false, missed = count["hit"], count["false"], count["missed"]
        precision = hit / (hit + false) if hit + false else 1.0
        recall = hit / (hit + missed) if hit + missed else 1.0
        print(f"{rule:<24} precision {precision:.2f} recall {recall:.2f} ({hit + missed} labelled)")
    print(f"{len(rows)} steps")
    for name, labels, found in rows if given.losses else ():
        if labels != found:
            print(f"  {name}: labelled {sorted(labels)}, found {sorted(found)}")
    for path in sorted(given.cases.glob("*.jsonl")) if given.cases else ():
        cases = [case for story in read_case_file(path) for case in story.cases]
        smells = [one for case in cases for one in lint(case)]
        print(f"{path.stem}: {len(smells) / len(cases):.3f} findings a case in {len(cases)} cases")


if __name__ == "__main__":
    main()
