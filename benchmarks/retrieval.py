"""Retrieval quality on corpora with gold links: BM25, dense, both by rank, and as the product does.

Usage: python benchmarks/retrieval.py CORPORA_FOLDER MODEL_FOLDER [SET ...]

CORPORA_FOLDER holds ``trace/NAME/{sources,targets}.jsonl + qrels.tsv`` and
``ir/NAME/{queries,corpus}.jsonl + qrels.tsv``. Each target is one chunk; the question is the whole
text of a source, and the sources are indexed as the project's criteria, as they are in the product,
but not searched; the ids are never indexed. Prints MAP, nDCG@10 and recall@10 per set (the sets are
small: compare them one by one), and for requirement sets what the floor of relevance keeps.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Chunk, ChunkKind, RetrievalConfig, SearchFilter
from assistant.knowledge.embedding import SentenceEmbedder
from assistant.knowledge.knowledge_base import KnowledgeBase

TARGETS = SearchFilter(kinds=("case",))
PLAIN = RetrievalConfig(filter=TARGETS, tell_apart=False)
STAGES = {
    "BM25": PLAIN.model_copy(update={"dense_weight": 0.0, "candidates": 500}),
    "dense": PLAIN.model_copy(update={"sparse_weight": 0.0, "candidates": 500}),
    "RRF": PLAIN.model_copy(update={"fusion": "rrf", "candidates": 100}),
    "fused": PLAIN.model_copy(update={"candidates": 100}),
    "told apart": RetrievalConfig(filter=TARGETS),
}
DEPTH = 500


@dataclass(frozen=True, slots=True)
class GoldSet:
    """A corpus with gold links: texts by id, and the relevant target ids of each source."""

    name: str
    sources: Mapping[str, str]
    targets: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]


def average_precision(ranked: Sequence[str], relevant: frozenset[str]) -> float:
    """Mean of the precision at each relevant target; those not ranked count as 0."""
    found, total = 0, 0.0
    for rank, name in enumerate(ranked, 1):
        if name in relevant:
            found += 1
            total += found / rank
    return total / len(relevant)


def ndcg(ranked: Sequence[str], relevant: frozenset[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain at ``k``, relevance being 0 or 1."""
    gain = sum(1 / math.log2(r + 1) for r, name in enumerate(ranked[:k], 1) if name in relevant)
    return gain / sum(1 / math.log2(r + 1) for r in range(1, min(k, len(relevant)) + 1))


def recall(ranked: Sequence[str], relevant: frozenset[str], k: int = 10) -> float:
    """Share of the relevant targets among the first ``k``."""
    return len(relevant & set(ranked[:k])) / len(relevant)


def load_sets(folder: Path) -> Iterator[GoldSet]:
    """All sets below ``folder``, by name."""
    for path in sorted([*folder.glob("trace/*"), *folder.glob("ir/*")]):
        names = ("sources", "targets") if path.parent.name == "trace" else ("queries", "corpus")
        sources, targets = (_texts(path / f"{name}.jsonl") for name in names)
        relevant: dict[str, set[str]] = {}
        for line in (path / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            source, target, grade = line.split("\t")
            if float(grade) > 0 and target in targets and source in sources:
                relevant.setdefault(source, set()).add(target)
        gold = {source: frozenset(found) for source, found in relevant.items()}
        yield GoldSet(path.name, sources, targets, gold)


def _texts(path: Path) -> dict[str, str]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {str(row.get("id", row.get("_id"))): row["text"] for row in rows}


def index(gold: GoldSet, folder: Path, embedder: SentenceEmbedder) -> KnowledgeBase:
    """A collection with one chunk per text; the text's id is its document's id only."""
    base = KnowledgeBase.open(folder, embedder, project_id=gold.name)
    kinds: tuple[tuple[ChunkKind, Mapping[str, str]], ...] = (
        ("case", gold.targets), ("criterion", gold.sources),
    )  # fmt: skip
    base.put([
        (
            f"{kind}:{name}",
            [Chunk(id=f"{kind}:{name}", document_id=f"{kind}:{name}", ordinal=0, text=text,
                   kind=kind)],
        )
        for kind, texts in kinds
        for name, text in texts.items()
        if text.strip()
    ])  # fmt: skip
    return base


def measure(base: KnowledgeBase, gold: GoldSet, config: RetrievalConfig) -> tuple[float, ...]:
    """MAP, nDCG@10 and recall@10 of ``base`` on a set."""
    rows = []
    for source, relevant in gold.relevant.items():
        hits = base.search(gold.sources[source], config, limit=DEPTH)
        ranked = [hit.chunk.document_id.removeprefix("case:") for hit in hits]
        rows.append([metric(ranked, relevant) for metric in (average_precision, ndcg, recall)])
    return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


def floor_kept(base: KnowledgeBase, gold: GoldSet) -> tuple[float, float]:
    """Shares of the relevant and of the other hits among the first three that pass the floor."""
    passed, counts = {True: 0, False: 0}, {True: 0, False: 0}
    for source, relevant in gold.relevant.items():
        for row in base.explain(gold.sources[source], STAGES["told apart"], limit=3).rows:
            good = row.chunk.document_id.removeprefix("case:") in relevant
            counts[good] += 1
            passed[good] += row.relevant
    return passed[True] / max(counts[True], 1), passed[False] / max(counts[False], 1)


def foreign_kept(base: KnowledgeBase, other: GoldSet) -> float:
    """Share of the first three hits for another product's requirements that pass the floor."""
    rows = [
        row.relevant
        for text in list(other.sources.values())[:40]
        for row in base.explain(text, STAGES["told apart"], limit=3).rows
    ]
    return sum(rows) / max(len(rows), 1)


def main() -> None:
    """Measure and print."""
    corpora, model, *wanted = sys.argv[1:]
    embedder = SentenceEmbedder(Path(model), model_id="all-MiniLM-L6-v2")
    sets = [each for each in load_sets(Path(corpora)) if not wanted or each.name in wanted]
    head = " ".join(f"{name:>20}" for name in STAGES)
    print(f"{'set':22} {head}   floor keeps: relevant, other, foreign   seconds", flush=True)
    for number, gold in enumerate(sets):
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            base = index(gold, Path(folder) / "index", embedder)
            cells = [measure(base, gold, config) for config in STAGES.values()]
            kept = floor_kept(base, gold)
            foreign = foreign_kept(base, sets[(number + len(sets) // 2) % len(sets)])
            base.close()
        shown = " ".join(" ".join(f"{value:6.3f}" for value in cell) for cell in cells)
        seconds = time.perf_counter() - started
        print(f"{gold.name:22} {shown}   {kept[0]:.2f} {kept[1]:.2f} {foreign:.2f} {seconds:7.0f}",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
