"""Speed of the search at 10,000 chunks, and of its engine against qdrant-client's local mode.

Usage: python benchmarks/search.py MODEL_FOLDER [CHUNKS]

Prints p50 and p95 from a question to ranked results as *Search sources* and *Ask* (without a model)
get them: from the library and the index of a project with a document for every 25 chunks, the
question embedded by the real model, and where the time of a search goes. Then of the index's own
search (embedding, both searches, fusion, reading and checking ten chunks), of ``retrieve``, and of
the engine part alone against
LangChain's ``QdrantVectorStore`` in hybrid mode on qdrant-client's local mode: the same vectors,
the same questions, both in this run, turn by turn. The vectors are noisy copies of real
embeddings. The comparison needs langchain-qdrant: pip install langchain-qdrant
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from assistant.domain import CHUNK_KINDS, Chunk, RetrievalConfig, SourceDocument
from assistant.generation.models.catalogue import DEFAULT_EMBEDDING
from assistant.knowledge.embedding import Embedder, SentenceEmbedder
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.query_vectors import QueryVectors, query_vectors
from assistant.knowledge.sparse import Bm25Encoder
from assistant.settings import Settings
from assistant.workflow.ask import ask_sources
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import search_sources

TARGET_MS, TARGET_RATIO = 25.0, 50.0
QUESTIONS, WARM_UP = 60, 20
CONFIG = RetrievalConfig()


class NoisyEmbedder:
    """Vectors for indexing made of real ones plus noise, because embedding 10,000 texts takes a
    minute and adds nothing to a measurement of search; questions are embedded by the real model."""

    def __init__(self, real: SentenceEmbedder, seed: Sequence[str]) -> None:
        self.fingerprint = f"noisy {real.fingerprint}"
        self.dimension = real.dimension
        self._real = real
        self._seed = real.documents(seed)
        self._random = np.random.default_rng(1)

    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        picked = self._seed[self._random.integers(0, len(self._seed), len(texts))]
        noisy = picked + 0.03 * self._random.standard_normal(picked.shape)
        unit = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
        return np.asarray(unit, dtype=np.float32)

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        return self._real.queries(texts)


def sentences(count: int) -> list[str]:
    """Texts of 40 words, drawn as often as they stand in the sample project."""
    folder = Path(__file__).resolve().parent.parent / "sample_data"
    words = " ".join(p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.md"))).split()
    chance = random.Random(7)
    return [f"{' '.join(chance.choices(words, k=40))} reference {n}." for n in range(count)]


def criteria(count: int) -> list[str]:
    """Questions as the product asks them: criteria of the sample project, each made different."""
    folder = Path(__file__).resolve().parent.parent / "sample_data" / "epics"
    lines = "\n".join(p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.md")))
    found = [line[2:] for line in lines.splitlines() if line.startswith(("- ", "1. ", "2. "))]
    return [f"{found[n % len(found)]} ({n})" for n in range(count)]


def times(work: Callable[[int], object], count: int) -> list[float]:
    """Milliseconds of each of ``count`` calls."""
    spent = []
    for number in range(count):
        started = time.perf_counter()
        work(number)
        spent.append(1000 * (time.perf_counter() - started))
    return spent


def shown(spent: Sequence[float]) -> str:
    """ "p50 1.2 ms, p95 3.4 ms"."""
    return f"p50 {statistics.median(spent):.2f} ms, p95 {np.percentile(spent, 95):.2f} ms"


Documents = Sequence[tuple[str, Sequence[Chunk]]]


def filled(folder: Path, embedder: Embedder, documents: Documents) -> tuple[Workspace, str]:
    """A data folder whose one project has these documents in its library and in its index, with
    the graph that a large index gets; and the project's id."""
    workspace = Workspace.open(Settings(data_dir=folder))
    workspace._embedders[DEFAULT_EMBEDDING] = embedder
    project_id = workspace.ensure_project("Benchmark").id
    base = workspace.knowledge(project_id)
    for name, chunks in documents:
        text = "\n\n".join(chunk.text for chunk in chunks)
        stored = SourceDocument(id=name, kind="page", title=name, text=text, content_hash=name)
        workspace.library.put_document(project_id, stored)
    base.put(documents)
    marks = {name: (1, len(chunks)) for name, chunks in documents}
    workspace.library.mark_all_indexed(project_id, marks)
    base.build_graph()
    return workspace, project_id


def doors(workspace: Workspace, project_id: str, asked: Sequence[str]) -> bool:
    """Print the times from a question to its results, by the doors that pages and commands use;
    whether the target is met."""
    searched, explained, put = asked[:QUESTIONS], asked[QUESTIONS:-QUESTIONS], asked[-QUESTIONS:]
    before = time.process_time()
    found = times(lambda n: search_sources.search(workspace, project_id, searched[n]), QUESTIONS)
    worked = 1000 * (time.process_time() - before) / QUESTIONS
    print(f"Search sources, all in:     {shown(found)} (target: p50 < {TARGET_MS:.0f} ms), of the "
          f"processor {worked:.1f} ms, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    config = workspace.project(project_id).retrieval
    traces = []
    around = times(
        lambda n: traces.append(
            search_sources.explain(workspace, project_id, explained[n], config)
        ),
        QUESTIONS,
    )
    parts = {
        name: statistics.median(1000 * getattr(one, f"{name}_seconds") for one in traces)
        for name in ("embed", "search", "fuse", "read")
    }
    parts["library"] = statistics.median(
        spent - 1000 * one.seconds for spent, one in zip(around, traces, strict=True)
    )
    told = ", ".join(f"{name} {spent:.1f}" for name, spent in parts.items())
    print(f"    of it, medians in ms:   {told}")
    passages = times(lambda n: ask_sources.ask(workspace, project_id, put[n]), QUESTIONS)
    print(f"Ask, to its passages:       {shown(passages)}")
    return statistics.median(found) < TARGET_MS


def main() -> None:
    """Measure and print; exit status 1 where a target is missed."""
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    real = SentenceEmbedder(Path(sys.argv[1]), model_id="all-MiniLM-L6-v2")
    texts = sentences(size)
    questions = criteria(6 * QUESTIONS + WARM_UP)
    embedder = NoisyEmbedder(real, texts[:400])
    chunks = [
        Chunk(id=str(uuid.UUID(int=n)), document_id=f"d{n // 25}", ordinal=n % 25, text=text,
              kind=CHUNK_KINDS[n % len(CHUNK_KINDS)])
        for n, text in enumerate(texts)
    ]  # fmt: skip
    documents = [(f"d{at // 25}", chunks[at : at + 25]) for at in range(0, size, 25)]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        workspace, project_id = filled(Path(folder) / "data", embedder, documents)
        base = workspace.knowledge(project_id)
        built = time.perf_counter() - started
        print(f"{base.count()} chunks stored in {built:.1f} s without embedding them")
        # What is asked is embedded by the real model, the sentences of an answer too.
        workspace._embedders[DEFAULT_EMBEDDING] = real
        for question in questions[-WARM_UP:]:
            search_sources.search(workspace, project_id, question)
            base.search(question, CONFIG)
        fast = doors(workspace, project_id, questions[2 * QUESTIONS : 5 * QUESTIONS])
        whole = times(lambda n: base.search(questions[n], CONFIG), QUESTIONS)
        print(f"the index's search:         {shown(whole)}")
        wide = times(lambda n: base.retrieve([questions[QUESTIONS + n]], CONFIG), QUESTIONS)
        print(f"retrieve:                   {shown(wide)}")
        asked = [
            query_vectors([text], CONFIG, embedder, Bm25Encoder())[0]
            for text in questions[-QUESTIONS:]
        ]
        fast = compare(base, chunks, asked, Path(folder) / "local") and fast
        workspace.close()
    sys.exit(0 if fast else 1)


def engine(base: KnowledgeBase, question: QueryVectors, config: RetrievalConfig = CONFIG) -> object:
    """The search of a question whose vectors are there already."""
    with base._gate.reading():
        return base._retriever(config).search(question, config, 10, ())


def compare(
    base: KnowledgeBase, chunks: Sequence[Chunk], asked: Sequence[QueryVectors], folder: Path
) -> bool:
    """Print the engine part against LangChain on local mode; whether the target ratio is met."""
    if find_spec("langchain_qdrant") is None:
        print("No comparison: it needs langchain-qdrant (pip install langchain-qdrant).")
        ours = times(lambda n: engine(base, asked[n]), len(asked))
        print(f"engine part alone:          {shown(ours)}")
        return True
    search, close = local_mode(base, chunks, asked, folder)
    ours, theirs = [], []
    for number in range(len(asked)):
        ours += times(lambda _, n=number: engine(base, asked[n]), 1)
        if number < QUESTIONS // 3:
            theirs += times(lambda _, n=number: search(n), 1)
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"engine part alone:          {shown(ours)}")
    print(f"LangChain on local mode:    {shown(theirs)}")
    print(f"ratio of the p50s:          {ratio:.0f} (target: at least {TARGET_RATIO:.0f})")
    same = [
        len({hit.chunk.id for hit in engine(base, q)} & {d.metadata["_id"] for d in search(n)})
        for n, q in enumerate(asked[:10])
    ]
    print(f"of ten hits, both find:     {statistics.mean(same):.1f} (fusion constants differ)")
    close()
    return ratio >= TARGET_RATIO


def local_mode(
    base: KnowledgeBase, chunks: Sequence[Chunk], asked: Sequence[QueryVectors], folder: Path
) -> tuple[Callable[[int], list], Callable[[], None]]:
    """LangChain's hybrid search on qdrant-client's local mode, filled with the same vectors."""
    from langchain_core.embeddings import Embeddings
    from langchain_qdrant import QdrantVectorStore, RetrievalMode, SparseEmbeddings
    from langchain_qdrant import SparseVector as LangChainVector
    from qdrant_client import QdrantClient, models

    class Dense(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise NotImplementedError

        def embed_query(self, text: str) -> list[float]:
            return asked[int(text)].dense.tolist()

    class Sparse(SparseEmbeddings):
        def embed_documents(self, texts: list[str]) -> list[LangChainVector]:
            raise NotImplementedError

        def embed_query(self, text: str) -> LangChainVector:
            found = asked[int(text)].sparse
            return LangChainVector(indices=list(found.indices), values=list(found.values))

    client = QdrantClient(path=str(folder))
    client.create_collection(
        "benchmark",
        {"dense": models.VectorParams(size=base.meta.dimension, distance=models.Distance.COSINE)},
        sparse_vectors_config={"sparse": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    scope = base._versions.scope(CONFIG.filter)
    dense = {}
    for document in range(0, len(chunks), 25):
        one = replace(scope, generations=(base._versions.get(f"d{document // 25}").generation,))
        vectors = base._index.vectors(one)
        dense.update(
            {record.chunk.id: vectors[record.embedded] for record in base._index.records(one)}
        )
    bm25 = Bm25Encoder(base.meta.mean_length)
    for at in range(0, len(chunks), 500):
        points = []
        for chunk in chunks[at : at + 500]:
            weights = bm25.document(chunk.text)
            sparse = models.SparseVector(indices=list(weights.indices), values=list(weights.values))
            vector = {"dense": dense[chunk.id].tolist(), "sparse": sparse}
            payload = {"page_content": chunk.text, "metadata": {"kind": chunk.kind}}
            points.append(models.PointStruct(id=chunk.id, vector=vector, payload=payload))
        client.upsert("benchmark", points)
    store = QdrantVectorStore(
        client, "benchmark", Dense(), retrieval_mode=RetrievalMode.HYBRID,
        vector_name="dense", sparse_embedding=Sparse(), sparse_vector_name="sparse",
        validate_collection_config=False,
    )  # fmt: skip
    store.similarity_search_with_score("0", k=10)
    return lambda n: store.similarity_search(str(n), k=10), client.close


if __name__ == "__main__":
    main()
