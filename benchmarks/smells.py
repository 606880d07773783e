"""How exactly the linter finds smells: precision and recall on steps labelled by hand.

Usage: python benchmarks/smells.py [CASES_FOLDER] [--half first|second] [--losses]

``smell_labels.jsonl`` holds our own steps with their labels, and labels by id of steps of public
cases in CASES_FOLDER (``NAME.jsonl``), which are left out where no folder is given. The labels were
written before the rules saw them; the second half was kept back until the end. Compares to the
published rule-based detector (Soares et al., arXiv 2308.01386): precision 92 %, recall 95 %. Also
prints the smells a case in each file of CASES_FOLDER.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assistant.domain import TestCase, TestStep
from assistant.generation.lint import lint
from assistant.training.data.case_files import read_case_file

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


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("cases", type=Path, nargs="?")
    options.add_argument("--half", choices=("first", "second"), default="")
    options.add_argument("--losses", action="store_true")
    given = options.parse_args()
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
