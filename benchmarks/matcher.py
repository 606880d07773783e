"""How often the matcher of written and reference cases is right, on pairs labelled by hand.

Usage: python benchmarks/matcher.py MODEL_FOLDER [--held-out] [-v]

``matcher_pairs.jsonl`` holds 100 pairs: 50 existing cases of the sample data with the same test in
other words (our own writing), 30 pairs of neighbouring existing cases that are not the same test,
and 20 existing cases with a neighbouring test in other words. Labels were given before the matcher
was written; every second pair was kept unseen and is measured with ``--held-out``. Prints accuracy,
precision and recall of "the same test" at the threshold that evaluations use, and the same for the
cosine of plain embeddings at the threshold that is best on the seen half. ``MATCHER_ERROR`` in
``assistant/evaluation/matching.py`` states the held-out figures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from assistant.domain import TestCase, TestStep
from assistant.evaluation.matching import THRESHOLD, Vectors
from assistant.evaluation.quality import body_text
from assistant.knowledge.embedding import SentenceEmbedder
from assistant.sources.files.files import read_file

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data/existing_cases.csv"


def figures(scores: list[float], same: list[bool], threshold: float) -> tuple[float, float, float]:
    """Accuracy, precision and recall."""
    said = [score >= threshold for score in scores]
    hits = sum(a and b for a, b in zip(said, same, strict=True))
    right = sum(a == b for a, b in zip(said, same, strict=True))
    return right / len(same), hits / max(1, sum(said)), hits / max(1, sum(same))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("model", type=Path)
    options.add_argument("--held-out", action="store_true")
    options.add_argument("-v", action="store_true")
    chosen = options.parse_args()
    known = {case.id: case for case in read_file(SAMPLE.name, SAMPLE.read_bytes()).cases}
    embedder = SentenceEmbedder(chosen.model, model_id="all-MiniLM-L6-v2", threads=1)
    rows = [
        json.loads(line)
        for line in (HERE / "matcher_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    pairs: list[tuple[TestCase, TestCase]] = []
    for row in rows:
        other = known.get(row.get("right", ""))
        if other is None:
            steps = tuple(TestStep(number=n, **one) for n, one in enumerate(row["steps"], start=1))
            other = TestCase(id="reworded", title="", steps=steps)
        pairs.append((known[row["left"]], other))
    vectors = Vectors(embedder)
    vectors.learn([*known.values(), *(right for _, right in pairs)])
    ours = [vectors.closeness([left], [right])[0][0] for left, right in pairs]
    plain = embedder.documents([body_text(case) for pair in pairs for case in pair])
    cosines = [float(plain[2 * n] @ plain[2 * n + 1]) for n in range(len(pairs))]
    halves = {name: [n for n, row in enumerate(rows) if row["half"] == name]
              for name in ("seen", "held-out")}  # fmt: skip
    same = [bool(row["same"]) for row in rows]
    seen = halves["seen"]
    best = max(
        sorted({cosines[n] for n in seen}),
        key=lambda t: figures([cosines[n] for n in seen], [same[n] for n in seen], t)[0],
    )
    for name in ("seen", "held-out") if chosen.held_out else ("seen",):
        places = halves[name]
        labels = [same[n] for n in places]
        for title, scores, threshold in (
            ("ours", ours, THRESHOLD),
            ("plain cosine", cosines, best),
        ):
            accuracy, precision, recall = figures([scores[n] for n in places], labels, threshold)
            print(f"{name} {title}: {len(places)} pairs, from {threshold:.2f}: accuracy "
                  f"{accuracy:.3f}, precision {precision:.3f}, recall {recall:.3f}")  # fmt: skip
        if chosen.v and name == "seen":
            for n in places:
                if (ours[n] >= THRESHOLD) != same[n]:
                    print(f"{ours[n]:.3f} {'same' if same[n] else 'other'} {rows[n]['left']} "
                          f"{[s.action for s in pairs[n][1].steps]}")  # fmt: skip


if __name__ == "__main__":
    main()
