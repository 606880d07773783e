"""How often the matcher of written and reference cases is right, on pairs labelled by hand.

Usage: python benchmarks/matcher.py MODEL_FOLDER

``matcher_pairs.jsonl`` holds 60 pairs: 30 existing cases of the sample data with the same test in
other words (our own writing), and 30 pairs of neighbouring existing cases that are not the same
test. Prints accuracy, precision and recall of "the same test" at the threshold that evaluations
use; ``MATCHER_ERROR`` in ``assistant/evaluation/matching.py`` states these figures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from assistant.domain import TestCase, TestStep
from assistant.evaluation.matching import THRESHOLD, Vectors
from assistant.knowledge.embedding import SentenceEmbedder
from assistant.sources.files import read_file

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data/existing_cases.csv"


def main() -> None:
    """Measure and print."""
    known = {case.id: case for case in read_file(SAMPLE.name, SAMPLE.read_bytes()).cases}
    vectors = Vectors(SentenceEmbedder(Path(sys.argv[1]), model_id="all-MiniLM-L6-v2"))
    hits = false = missed = right = 0
    lines = (HERE / "matcher_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        row = json.loads(line)
        left, right_case = known[row["left"]], known.get(row.get("right", ""))
        if right_case is None:
            steps = tuple(TestStep(number=n, **one) for n, one in enumerate(row["steps"], start=1))
            right_case = TestCase(id="reworded", title="", steps=steps)
        one, two = vectors.of([left, right_case])
        same = float(one @ two) >= THRESHOLD
        right += same == row["same"]
        hits += same and row["same"]
        false += same and not row["same"]
        missed += not same and row["same"]
        print(f"{float(one @ two):.3f} {'same' if row['same'] else 'other'} {row['left']}")
    print(f"{len(lines)} pairs: accuracy {right / len(lines):.3f}", end=", ")
    print(f"precision {hits / (hits + false):.3f}, recall {hits / (hits + missed):.3f}")


if __name__ == "__main__":
    main()
