"""All corpora with gold links at once: every strategy's MAP, and what the floor of relevance keeps.

Usage: python benchmarks/retrieval.py CORPORA_FOLDER MODEL_FOLDER [SET ...]

CORPORA_FOLDER holds sets as ``evaluate retrieval`` reads them, below ``trace/`` and ``ir/``. That
command measures one set, with intervals; here is one line a set (they are small: compare them one
by one, do not pool), and for the floor of relevance the share of hits among the first three that
pass it: linked ones, others, and what the questions of another set find ("-" with one set alone).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.domain import SearchFilter
from assistant.evaluation.gold_links import (
    DEPTH,
    STRATEGIES,
    GoldSet,
    indexed,
    read_gold_set,
    search_of,
)
from assistant.evaluation.ranking_metrics import measure
from assistant.knowledge.embedding import SentenceEmbedder
from assistant.knowledge.knowledge_base import KnowledgeBase

DEFAULT = STRATEGIES["default"].model_copy(update={"filter": SearchFilter(kinds=("case",))})


def floor_kept(base: KnowledgeBase, gold: GoldSet, others: Sequence[GoldSet]) -> list[str]:
    """Shares that pass the floor: linked, not linked, and for the questions of other sets."""
    linked, rest = list[bool](), list[bool]()
    for question in gold.questions:
        for row in base.explain(question.text, DEFAULT, limit=3).rows:
            of = row.chunk.document_id.removeprefix("case:") in question.relevant
            (linked if of else rest).append(row.relevant)
    foreign = [
        row.relevant
        for other in others
        for question in other.questions[:40]
        for row in base.explain(question.text, DEFAULT, limit=3).rows
    ]
    return [_share(rows) for rows in (linked, rest, foreign)]


def _share(passed: Sequence[bool]) -> str:
    return f"{sum(passed) / len(passed):.2f}" if passed else "-"


def main() -> None:
    """Measure and print."""
    corpora, model, *wanted = sys.argv[1:]
    embedder = SentenceEmbedder(Path(model), model_id="all-MiniLM-L6-v2")
    folders = sorted([*Path(corpora).glob("trace/*"), *Path(corpora).glob("ir/*")])
    sets = [read_gold_set(path) for path in folders if not wanted or path.name in wanted]
    head = " ".join(f"{name:>8}" for name in STRATEGIES)
    print(f"{'MAP':22} {head}   floor keeps: linked, other, foreign", flush=True)
    for number, gold in enumerate(sets):
        with indexed(gold, embedder, with_sources=gold.requirements) as base:
            ranks = {name: search_of(base, way, DEPTH) for name, way in STRATEGIES.items()}
            measured = measure(ranks, gold.questions)
            others = [sets[(number + len(sets) // 2) % len(sets)]] if len(sets) > 1 else []
            kept = floor_kept(base, gold, others)
        values = [one.figures()["map"].value or 0.0 for one in measured.values()]
        shown = " ".join(f"{value:8.3f}" for value in values)
        print(f"{gold.name:22} {shown}   " + " ".join(kept), flush=True)


if __name__ == "__main__":
    main()
