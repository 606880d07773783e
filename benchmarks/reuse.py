"""How often *reuse*, *update* and *new* are right, against verdicts given by hand.

Usage: python benchmarks/reuse.py [--held-out] [--untraced] [-v]

``reuse_labels.tsv`` holds a verdict for test conditions of the sample epics against the existing
cases of the sample data, given by hand before the rules were written, with the cases that count as
right. Besides the epics as they are there are epics with one planted change each
(``reuse_edits.json``: another limit, message, name or state). Every second criterion was kept
unseen and is measured with ``--held-out``. ``--untraced`` takes the trace from the cases to their
criteria away, as in an import without keys. Prints precision and recall of each verdict; a verdict
counts as right only with a right case.

The labels are of a checklist with other items under the same ids. Until they are given anew nothing
is measured: the program says how many name no item any more, and ends with status 2.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

from assistant.design.processes.end_to_end import planned_conditions
from assistant.domain import TECHNIQUES, Epic, TestCase
from assistant.sources.files.files import read_file
from assistant.suite.reuse import VERDICTS, ConditionVerdict, against_existing

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data"
AS_IS = "as is"


def epics_of(edits: list[list[str]]) -> list[Epic]:
    """The sample epics with these words exchanged."""
    found: list[Epic] = []
    for path in sorted((SAMPLE / "epics").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for old, new in edits:
            text = text.replace(old, new)
        found += read_file(path.name, text.encode()).epics
    return found


def verdicts_of(epics: list[Epic], cases: list[TestCase]) -> dict[str, ConditionVerdict]:
    """What the product says, epic by epic, as the generate page asks."""
    found: dict[str, ConditionVerdict] = {}
    for epic in epics:
        conditions = [
            condition
            for criterion in epic.criteria
            for condition in planned_conditions(criterion, techniques=TECHNIQUES, depth="standard")
        ]
        found |= against_existing(conditions, [epic], cases).by_condition
    return found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--held-out", action="store_true")
    options.add_argument("--untraced", action="store_true")
    options.add_argument("-v", action="store_true")
    chosen = options.parse_args()
    half = "held-out" if chosen.held_out else "seen"
    table = SAMPLE / "existing_cases.csv"
    cases = list(read_file(table.name, table.read_bytes()).cases)
    if chosen.untraced:
        bare = {"criterion_ids": (), "story_key": "", "epic_key": ""}
        cases = [case.model_copy(update=bare) for case in cases]
    edits = {AS_IS: [], **json.loads((HERE / "reuse_edits.json").read_text(encoding="utf-8"))}
    with (HERE / "reuse_labels.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["half"] == half]
    found: dict[str, dict[str, ConditionVerdict]] = {}
    seconds = 0.0
    for scenario in dict.fromkeys(row["epics"] for row in rows):
        epics = epics_of(edits[scenario])
        started = perf_counter()
        found[scenario] = verdicts_of(epics, cases)
        seconds = seconds or perf_counter() - started
    gone = sum(row["condition"] not in found[row["epics"]] for row in rows)
    if gone:
        print(
            f"Not measured: {gone} of the {len(rows)} labels name no item of today's checklist, so"
            " the others may name another item than the one labelled. Label reuse_labels.tsv anew.",
            file=sys.stderr,
        )
        sys.exit(2)
    said, real, right = Counter[str](), Counter[str](), Counter[str]()
    for scenario, verdicts in found.items():
        for row in (row for row in rows if row["epics"] == scenario):
            verdict = verdicts[row["condition"]]
            correct = verdict.verdict == row["label"] and (
                not row["cases"] or verdict.case_id in row["cases"].split(",")
            )
            said[verdict.verdict] += 1
            real[row["label"]] += 1
            right[row["label"]] += correct
            if chosen.v and not correct:
                print(
                    f"{row['label']:<7}{verdict.verdict:<7}{scenario[:20]:<21}"
                    f"{row['condition']:<15}{row['cases']:<13}{verdict.case_id:<13}"
                    f"{verdict.reason}"
                )
    print(f"{half}: {len(rows)} conditions, {len(cases)} cases; {seconds:.2f} s for the six epics")
    print(f"{'verdict':<9}{'labelled':>9}{'said':>6}{'precision':>11}{'recall':>8}")
    for name in VERDICTS:
        precision = right[name] / said[name] if said[name] else 1.0
        print(f"{name:<9}{real[name]:>9}{said[name]:>6}{precision:>11.3f}"
              f"{right[name] / max(1, real[name]):>8.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
