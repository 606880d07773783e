"""How often *reuse*, *update* and *new* are right, against verdicts given by hand.

Usage: python benchmarks/reuse.py [--held-out] [--story | --untraced] [-v]

``reuse_labels.tsv`` holds a verdict for test conditions of the sample epics against the existing
cases of the sample data, given by one reader who saw conditions and cases and nothing else, with
the cases that count as right. Besides the epics as they are there are epics with one planted change
each (``reuse_edits.json``: another limit, message, name or state). Every second criterion is kept
for ``--held-out``. ``--story`` leaves the cases the key of their story alone, as a company's own
table does; ``--untraced`` takes all traces away. Prints precision and recall of each verdict; a
verdict counts as right only with a right case. A label whose condition says something else today
is left out and counted.
"""

from __future__ import annotations

import argparse
import csv
import json
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


Verdicts = dict[tuple[str, str], ConditionVerdict]
"""By the id of a condition and what it says."""


def verdicts_of(epics: list[Epic], cases: list[TestCase]) -> Verdicts:
    """What the product says, epic by epic, as the generate page asks."""
    found: Verdicts = {}
    for epic in epics:
        conditions = [
            condition
            for criterion in epic.criteria
            for condition in planned_conditions(criterion, techniques=TECHNIQUES, depth="standard")
        ]
        verdicts = against_existing(conditions, [epic], cases).by_condition
        for one in conditions:
            found[one.id, " ".join(one.statement.split())] = verdicts[one.id]
    return found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--held-out", action="store_true")
    traces = options.add_mutually_exclusive_group()
    traces.add_argument("--story", action="store_true")
    traces.add_argument("--untraced", action="store_true")
    options.add_argument("-v", action="store_true")
    chosen = options.parse_args()
    half = "held-out" if chosen.held_out else "seen"
    table = SAMPLE / "existing_cases.csv"
    cases = list(read_file(table.name, table.read_bytes()).cases)
    if chosen.story or chosen.untraced:
        bare: dict[str, object] = {"criterion_ids": (), "epic_key": ""}
        if chosen.untraced:
            bare["story_key"] = ""
        cases = [case.model_copy(update=bare) for case in cases]
    edits = {AS_IS: [], **json.loads((HERE / "reuse_edits.json").read_text(encoding="utf-8"))}
    with (HERE / "reuse_labels.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["half"] == half]
    found: dict[str, Verdicts] = {}
    seconds = 0.0
    for scenario in dict.fromkeys(row["epics"] for row in rows):
        epics = epics_of(edits[scenario])
        started = perf_counter()
        found[scenario] = verdicts_of(epics, cases)
        seconds = seconds or perf_counter() - started
    held = [one for one in rows if (one["condition"], one["statement"]) in found[one["epics"]]]
    if gone := len(rows) - len(held):
        print(f"Left out: {gone} labels of conditions that say something else today.")
    said, real, right = Counter[str](), Counter[str](), Counter[str]()
    for scenario, verdicts in found.items():
        for row in (row for row in held if row["epics"] == scenario):
            verdict = verdicts[row["condition"], row["statement"]]
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
    print(f"{half}: {len(held)} conditions, {len(cases)} cases; {seconds:.2f} s for the six epics")
    print(f"{'verdict':<9}{'labelled':>9}{'said':>6}{'precision':>11}{'recall':>8}")
    for name in VERDICTS:
        precision = right[name] / said[name] if said[name] else 1.0
        print(f"{name:<9}{real[name]:>9}{said[name]:>6}{precision:>11.3f}"
              f"{right[name] / max(1, real[name]):>8.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
