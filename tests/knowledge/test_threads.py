from __future__ import annotations

import threading
import time
from collections import Counter
from types import ModuleType

import pytest

from assistant.domain import RetrievalConfig, TopK
from assistant.knowledge.knowledge_base import KnowledgeBase

CONFIG = RetrievalConfig(candidates=400)
SECONDS = 3.0


@pytest.mark.slow
def test_eight_threads_see_each_document_old_or_new(base: KnowledgeBase, child: ModuleType) -> None:
    """Five readers, two writers and a remover: every answer holds whole versions only."""
    names = [f"d{n}" for n in range(child.DOCUMENTS)]
    base.put([(name, child.version_of(name, 0)) for name in names])
    stop = time.monotonic() + SECONDS
    faults: list[object] = []
    reads = Counter[str]()

    def reading(kind: str) -> None:
        while time.monotonic() < stop and not faults:
            if kind == "search":
                hits = base.search("common part", CONFIG, limit=500)
            else:
                config = CONFIG.model_copy(update={"top_k": TopK(prose=20)})
                hits = base.retrieve(["common part"], config)
            found = Counter((hit.chunk.document_id, hit.chunk.version) for hit in hits)
            seen = Counter(name for name, _ in found)
            if any(count != 1 for count in seen.values()):
                faults.append(("two versions", found))
            if kind == "search" and any(count != child.CHUNKS for count in found.values()):
                faults.append(("half a document", found))
            reads[kind] += 1

    def writing(first: int) -> None:
        version = first
        while time.monotonic() < stop and not faults:
            version += 2
            base.put([(name, child.version_of(name, version)) for name in names])
            reads["put"] += 1

    def removing() -> None:
        while time.monotonic() < stop and not faults:
            base.remove("d2")
            time.sleep(0.05)

    def guarded(work, *arguments: object) -> None:
        try:
            work(*arguments)
        except Exception as error:
            faults.append(error)

    threads = [
        *(threading.Thread(target=guarded, args=(reading, "search")) for _ in range(3)),
        *(threading.Thread(target=guarded, args=(reading, "retrieve")) for _ in range(2)),
        *(threading.Thread(target=guarded, args=(writing, n)) for n in range(2)),
        threading.Thread(target=guarded, args=(removing,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert reads["search"] > (20 if base.where.startswith("in ") else 1)
    assert reads["put"] > 0


@pytest.mark.long
def test_questions_go_before_indexing(embedder) -> None:
    """A person's question must not wait until a long list has been embedded."""
    embedder.load()
    text = "The agent selects the account and confirms the refund of the customer. " * 8
    started = threading.Event()
    finished = threading.Event()

    def index() -> None:
        started.set()
        embedder.documents([f"{n} {text}" for n in range(96)])
        finished.set()

    thread = threading.Thread(target=index)
    thread.start()
    started.wait()
    answered = 0
    while answered < 3 and not finished.is_set():
        embedder.queries([f"question {time.monotonic()}"])
        answered += 1
    early = not finished.is_set()
    thread.join()
    assert answered == 3
    assert early
