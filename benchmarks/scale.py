"""The embedded index at 20,000, 100,000, 300,000 or 1,000,000 chunks: exact search and the graph.

Usage: python benchmarks/scale.py MODEL_FOLDER CHUNKS [FOLDER]

Fills an index (in FOLDER, which is kept and gone on with, or else in a temporary one), has its
graph built, and opens it in a process of its own without a model. Prints seconds, size of the
files, seconds to open, resident memory, and for each filter p50 and p95 of the engine part of a
hybrid search (both searches, fusion, reading ten chunks; no rivals), through the graph and exactly,
turn by turn, the milliseconds that the processor worked for one (which a busy machine changes
less), those of the engine for both lists, and how many of the ten nearest by meaning that exact
search finds the graph finds too. Vectors and texts as in ``search.py``; one chunk in 10 is of
release r3, one in 100 of team t37.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from search import CONFIG, NoisyEmbedder, criteria, engine, sentences, shown, times

from assistant.domain import CHUNK_KINDS, Chunk, RetrievalConfig, SearchFilter, SourceMetadata
from assistant.knowledge.embedding import SentenceEmbedder
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.index import Scope
from assistant.knowledge.query_vectors import QueryVectors, query_vectors

QUESTIONS, WARM_UP, AT_ONCE = 60, 20, 5_000
FILTERS = {
    "no filter": SearchFilter(),
    "one kind": SearchFilter(kinds=("rule",)),
    "10 %": SearchFilter(releases=("r3",)),
    "1 %": SearchFilter(teams=("t37",)),
}


class SavedVectors:
    """The questions' vectors, made before, so that the process that measures holds no model."""

    def __init__(self, folder: Path) -> None:
        saved = json.loads((folder / "questions.json").read_text())
        self.fingerprint, self.questions = saved["fingerprint"], saved["questions"]
        self._vectors = np.load(folder / "questions.npy")
        self.dimension = self._vectors.shape[1]

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._vectors[[self.questions.index(text) for text in texts]])


def fill(folder: Path, model: Path, size: int) -> None:
    """Documents of 25 chunks; those that are there are left as they are."""
    real = SentenceEmbedder(model, model_id="all-MiniLM-L6-v2")
    texts, questions = sentences(size), criteria(QUESTIONS + WARM_UP)
    embedder = NoisyEmbedder(real, texts[:400])
    np.save(folder / "questions.npy", np.concatenate([real.queries([text]) for text in questions]))
    saved = {"fingerprint": embedder.fingerprint, "questions": questions}
    (folder / "questions.json").write_text(json.dumps(saved))
    base = KnowledgeBase.open(folder / "index", embedder, project_id="benchmark")
    started = time.perf_counter()
    for at in range(base.count(), size, AT_ONCE):
        numbers = range(at, min(at + AT_ONCE, size), 25)
        base.put([document(n // 25, texts[n : n + 25]) for n in numbers])
    print(f"filled to {base.count():,} chunks in {time.perf_counter() - started:.0f} s")
    started = time.perf_counter()
    if base.build_graph():
        print(f"graph built in {time.perf_counter() - started:.0f} s by a process of its own")
    base.close()


def document(number: int, texts: list[str]) -> tuple[str, list[Chunk]]:
    """A document of these chunks, all of one release and one team."""
    name = f"d{number}"
    metadata = SourceMetadata(release=f"r{number % 10}", team=f"t{number % 100}")
    return name, [
        Chunk(id=str(uuid.UUID(int=number * 25 + n)), document_id=name, ordinal=n, text=text,
              kind=CHUNK_KINDS[(number + n) % len(CHUNK_KINDS)], metadata=metadata)
        for n, text in enumerate(texts)
    ]  # fmt: skip


def memory() -> str:
    """Resident memory of this process: its own, and files that it has mapped."""
    lines = Path("/proc/self/status").read_text().splitlines()
    held = {
        line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmR", "Rss"))
    }
    own, files = (int(held[name]) // 1024 for name in ("RssAnon", "RssFile"))
    return f"{own + files:,} MB resident, {files:,} MB of it mapped files"


def ask(folder: Path) -> None:
    """Open, ask and print."""
    embedder = SavedVectors(folder)
    print(f"before opening: {memory()}")
    started = time.perf_counter()
    base = KnowledgeBase.open(folder / "index", embedder, project_id="benchmark")
    print(f"opened in {time.perf_counter() - started:.2f} s: {memory()}")
    for name, wanted in FILTERS.items():
        measure(base, embedder, name, wanted)
    print(f"at the end: {memory()}, load {os.getloadavg()[0]:.1f}")
    base.close()


def measure(base: KnowledgeBase, embedder: SavedVectors, name: str, wanted: SearchFilter) -> None:
    """Print a filter's times and recall."""
    config = RetrievalConfig(filter=wanted, both_ways=False)  # as what people search for
    exact = config.model_copy(update={"exact": True})
    questions = [
        base._told_apart(query_vectors([text], config, embedder, base._bm25)[0], config)
        for text in embedder.questions
    ]
    for question in questions[QUESTIONS:]:
        engine(base, question, config)
    engine(base, questions[-1], exact)
    scope, same = base._versions.scope(wanted), 0.0
    spent: tuple[list[float], list[float]] = [], []
    worked: tuple[list[float], list[float]] = [], []
    engine_alone: list[float] = []
    for number, question in enumerate(questions[:QUESTIONS]):
        ways = [(0, config), (1, exact)]  # the second finds the words' lists in the cache
        for way, settings in ways if number % 2 else reversed(ways):
            before = time.process_time()
            spent[way].extend(times(lambda _, q=question, c=settings: engine(base, q, c), 1))
            worked[way].append(1000 * (time.process_time() - before))
        asked = question.within(scope, config.candidates, exact=False)
        engine_alone += times(lambda _, q=asked: base._index.query(q), 1)
        found, wanted_hits = (nearest(base, question, scope, exact=each) for each in (False, True))
        same += len(found & wanted_hits) / len(wanted_hits)
    recall = same / QUESTIONS
    print(f"{name:10} recall@10 {recall:.3f}; both lists by the engine: {shown(engine_alone)}")
    for way, label in enumerate(("graph", "exact")):
        print(f"    {label}: {shown(spent[way])}; processor: {shown(worked[way])}", flush=True)


def nearest(base: KnowledgeBase, question: QueryVectors, scope: Scope, *, exact: bool) -> set[str]:
    """The ten nearest by meaning, as the search asks for them."""
    asked = question.within(scope, CONFIG.candidates, exact=exact)
    hits = base._index.query([each for each in asked if each.stage == "dense"])[0]
    return {hit.point_id for hit in hits[:10]}


def main() -> None:
    """Fill, build, and measure in a process of its own."""
    if sys.argv[1] == "--ask":
        ask(Path(sys.argv[2]))
        return
    model, size = Path(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[3] if len(sys.argv) > 3 else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        fill(folder, model, size)
        held = sum(p.stat().st_blocks for p in (folder / "index").rglob("*") if p.is_file())
        print(f"{held * 512 / 1e6:,.0f} MB of files", flush=True)
        subprocess.run([sys.executable, __file__, "--ask", str(folder)], check=True)


if __name__ == "__main__":
    main()
