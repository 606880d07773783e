"""Precision and recall of the search for duplicate cases on pairs labelled by hand.

    python benchmarks/duplicates.py [--shared /path/to/shared] [--held-out] [--no-embedding] [-v]

Pairs of ``duplicate_labels.tsv`` name cases of public suites (``shared/data/cases``) and of the
sample project; ``duplicate_pairs.jsonl`` holds pairs of our own writing. Half of each was kept
unseen while the rules were written and is measured with ``--held-out``. The 20 pairs of ``mixed``
(messages and values in common, half of the cases partly in German; ten near misses) were written
before the rules for them and have been seen since. Compared to: the same
pairs decided by one threshold over all words (rapidfuzz ``token_set_ratio`` at the threshold that
is best on the seen half).
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz import fuzz

from assistant.domain import TestCase, TestStep
from assistant.settings import load_settings
from assistant.sources.files.files import read_file
from assistant.suite.duplicates import Embed, decide
from assistant.suite.similarity import Profile
from assistant.training.data.case_files import read_case_file

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data" / "existing_cases.csv"
Pair = tuple[str, str, bool, TestCase, TestCase]


def labelled(shared: Path | None) -> list[Pair]:
    """The pairs that can be read here: name, half, label and both cases."""
    pairs: list[Pair] = []
    for number, line in enumerate((HERE / "duplicate_pairs.jsonl").read_text("utf-8").splitlines()):
        row = json.loads(line)
        name = f"own {number + 1}"
        sides = [_own(row[side], f"{name} {side}") for side in ("left", "right")]
        pairs.append((name, row["half"], row["same"], sides[0], sides[1]))
    suites: dict[str, dict[str, TestCase]] = {}
    with (HERE / "duplicate_labels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["set"] not in suites:
                suites[row["set"]] = _suite(row["set"], shared)
            cases = suites[row["set"]]
            if cases:
                left, right = cases[row["left"]], cases[row["right"]]
                name = f"{row['set']} {row['left'][-40:]}"
                pairs.append((name, row["half"], row["same"] == "1", left, right))
    return pairs


def _own(side: dict[str, object], case_id: str) -> TestCase:
    steps = [
        TestStep(number=n, action=a, test_data=d, expected_result=e)
        for n, (a, d, e) in enumerate(side["steps"], start=1)
    ]
    return TestCase(
        id=case_id,
        title=side["title"],
        preconditions=tuple(side["preconditions"]),
        steps=tuple(steps),
    )


def _suite(name: str, shared: Path | None) -> dict[str, TestCase]:
    if name == "sample":
        return {case.id: case for case in read_file(SAMPLE.name, SAMPLE.read_bytes()).cases}
    if shared is None:
        return {}
    stories = read_case_file(shared / "data" / "cases" / f"{name}.jsonl")
    return {case.id: case for story in stories for case in story.cases}


def embedding() -> Embed:
    """The product's own embedding model."""
    from assistant.generation.models.catalogue import DEFAULT_EMBEDDING, find_model
    from assistant.generation.models.fetch import verified_path
    from assistant.knowledge.embedding import SentenceEmbedder

    settings = load_settings()
    folder = verified_path(find_model(DEFAULT_EMBEDDING), settings.models_path)
    return SentenceEmbedder(folder, model_id=DEFAULT_EMBEDDING, threads=1).documents


def figures(
    pairs: Sequence[Pair], says: Callable[[Pair], bool]
) -> tuple[float, float, list[str], int]:
    """Precision, recall, what went wrong, and how many pairs are duplicates."""
    wrong, hits, claimed, real = [], 0, 0, 0
    for pair in pairs:
        answer = says(pair)
        real += pair[2]
        claimed += answer
        hits += answer and pair[2]
        if answer != pair[2]:
            wrong.append(f"{'missed' if pair[2] else 'false '} {pair[0]}")
    return hits / max(1, claimed), hits / max(1, real), wrong, real


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path)
    options.add_argument("--held-out", action="store_true")
    options.add_argument("--no-embedding", action="store_true")
    options.add_argument("-v", action="store_true")
    chosen = options.parse_args()
    pairs = labelled(chosen.shared)
    embed = None if chosen.no_embedding else embedding()
    seen = [pair for pair in pairs if pair[1] == "seen"]
    halves = {half: [pair for pair in pairs if pair[1] == half] for half in ("seen", "mixed")}
    if chosen.held_out:
        halves["held-out"] = [pair for pair in pairs if pair[1] == "held-out"]

    def ours(pair: Pair) -> bool:
        return decide(pair[3], pair[4], embed).same

    def words(pair: Pair) -> float:
        texts = [Profile(case).stated for case in pair[3:]]
        return fuzz.token_set_ratio(*texts)

    def f1(limit: float) -> float:
        precision, recall, _, _ = figures(seen, lambda pair: words(pair) >= limit)
        return 2 * precision * recall / max(1e-9, precision + recall)

    best = max(range(40, 101), key=f1)
    print(
        f"{'half':<10}{'pairs':>6}{'same':>6}{'precision':>11}{'recall':>8}"
        f"   one threshold ({best})"
    )
    for half, chosen_pairs in halves.items():
        precision, recall, wrong, real = figures(chosen_pairs, ours)
        plain = figures(chosen_pairs, lambda pair: words(pair) >= best)
        print(
            f"{half:<10}{len(chosen_pairs):>6}{real:>6}{precision:>11.3f}{recall:>8.3f}"
            f"   {plain[0]:.3f} / {plain[1]:.3f}"
        )
        if chosen.v:
            for line in wrong:
                print("   ", line)
            for pair in chosen_pairs:
                if half == "seen" and ours(pair) != pair[2]:
                    print("   ", pair[0], "|", pair[3].title, "|", decide(pair[3], pair[4], embed))


if __name__ == "__main__":
    main()
