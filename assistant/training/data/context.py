"""What is retrieved for a training prompt, and for a held-out one: from the train split only.

The cases of the train split are searched in the text that the project's index gives them. Held-out
prompts search the same cases, so that a comparison never finds what it measures.

A search over the chunks of a dataset, in memory, that always gives the same answer.

The same embedder, BM25 vectors, fusion and floor of relevance as a project's index, without its
engine: chunks of equal score come from that in any order, and a dataset must be the same on every
machine and in every run.

Keeps the answer out of what is retrieved for a case, in training pairs and in comparisons.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Self
from uuid import UUID, uuid5

from assistant.domain import (
    CHUNK_KINDS,
    Chunk,
    RetrievalConfig,
    RetrievedChunk,
    SourceMetadata,
    StoryCases,
    TestCase,
    TestCondition,
    TopK,
)
from assistant.knowledge.chunks.composed_chunks import case_text
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.fusion import Lists, fuse, is_relevant, same_words
from assistant.knowledge.index_writer import embedded_text
from assistant.knowledge.qdrant.index import Hit
from assistant.knowledge.sparse import Bm25Encoder
from assistant.suite.near_duplicates import Shingles, held_share, shingles, similarity
from assistant.training.data.selection import DatasetConfig, Selection, answer_text

if TYPE_CHECKING:
    import numpy as np

HELD_SHARE = 0.8
"""Share of the answer's runs of words from which on a text counts as holding the answer."""

ContextFor = Callable[[StoryCases, TestCondition], Sequence[RetrievedChunk]]
"""What is retrieved for one condition of a story, best first."""


class AnswerGuard:
    """Sorts out retrieved chunks that give a case's answer away, and counts them by reason."""

    def __init__(self, selection: Selection, config: DatasetConfig) -> None:
        self.left_out: Counter[str] = Counter()
        self._near = config.near_duplicate
        self._kept_back = {
            case.id for one in selection.of("validation", "held-out") for case in one.cases
        }

    def kept(
        self, one: StoryCases, case: TestCase, sources: Sequence[RetrievedChunk]
    ) -> tuple[RetrievedChunk, ...]:
        """The chunks that tell nothing of the answer, ranked from 1 again."""
        siblings = {sibling.id for sibling in one.cases} | {case.id}
        answer = shingles(answer_text(case))
        kept = []
        for source in sources:
            reason = self._reason(source, one, siblings, answer)
            if reason:
                self.left_out[reason] += 1
            else:
                kept.append(source)
        return tuple(
            source.model_copy(update={"rank": rank}) for rank, source in enumerate(kept, start=1)
        )

    def _reason(
        self, source: RetrievedChunk, one: StoryCases, siblings: set[str], answer: Shingles
    ) -> str:
        chunk = source.chunk
        if chunk.kind == "case" and (chunk.key in siblings or chunk.document_id == one.story.key):
            return "a case of the same story"
        if chunk.kind == "case" and chunk.key in self._kept_back:
            return "a case that is kept back"
        words = shingles(chunk.text)
        if similarity(words, answer) >= self._near:
            return "nearly the answer under another id"
        if held_share(answer, words) >= HELD_SHARE:
            return "holds the answer"
        return ""


def guard_context(
    selection: Selection, context_for: ContextFor, config: DatasetConfig
) -> ContextFor:
    """``context_for`` without the answers, for conditions made by ``condition_of_case``.

    A comparison that uses it writes from the same sources as the held-out pairs hold.
    """
    guard = AnswerGuard(selection, config)

    def found(one: StoryCases, condition: TestCondition) -> Sequence[RetrievedChunk]:
        sources = context_for(one, condition)
        case = next((case for case in one.cases if case.id == condition.id), None)
        return sources if case is None else guard.kept(one, case, sources)

    return found


BATCH = 64
SCORE_DIGITS = 5
"""Scores are compared to so many digits, so that the last bits of a sum decide nothing."""


class CaseSearch:
    """Chunks with their vectors; read-only once made, so any number of threads may search."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        embedder: Embedder,
        *,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        """Embed the chunks; ``progress`` gets chunks done and chunks in all.

        Where ``cancelled`` says so the rest stays unread and is never found.
        """
        import numpy as np

        self._embedder = embedder
        texts = [embedded_text(chunk) for chunk in chunks]
        rows: list[np.ndarray] = []
        for start in range(0, len(texts), BATCH):
            if cancelled is not None and cancelled():
                break
            rows.append(embedder.documents(texts[start : start + BATCH]))
            if progress:
                progress(min(start + BATCH, len(texts)), len(texts))
        empty = np.zeros((0, embedder.dimension), dtype=np.float32)
        self._vectors = np.concatenate(rows) if rows else empty
        self._chunks = tuple(chunks[: len(self._vectors)])
        texts = texts[: len(self._chunks)]
        lengths = [Bm25Encoder().length(text) for text in texts]
        self._bm25 = Bm25Encoder(sum(lengths) / len(lengths) if lengths else 1.0)
        self._terms: list[tuple[int, ...]] = []
        self._postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for number, text in enumerate(texts):
            vector = self._bm25.document(text)
            self._terms.append(vector.indices)
            for term, value in zip(vector.indices, vector.values, strict=True):
                self._postings[term].append((number, value))

    def retrieve(
        self, query: str, config: RetrievalConfig, *, exclude_documents: Collection[str] = ()
    ) -> tuple[RetrievedChunk, ...]:
        """What ``KnowledgeBase.retrieve`` gives for one question: ``top_k`` of each kind, fused."""
        if not self._chunks or not query.strip():
            return ()
        question = self._bm25.query(query)
        dense = self._vectors @ self._embedder.queries([query])[0]
        sparse = self._sparse(question.indices, question.values)
        allowed: dict[str, list[int]] = defaultdict(list)
        for number, chunk in enumerate(self._chunks):
            if chunk.document_id not in exclude_documents:
                allowed[chunk.kind].append(number)
        wanted = [kind for kind in CHUNK_KINDS if getattr(config.top_k, kind)]
        near: list[Hit] = []
        lexical: list[Hit] = []
        for kind in wanted:
            own = allowed[kind]
            near += self._best({n: float(dense[n]) for n in own}, config.candidates)
            lexical += self._best({n: sparse[n] for n in own if n in sparse}, config.candidates)
        fused = fuse(Lists(dense=_ordered(near), sparse=_ordered(lexical)), config)
        room = Counter({kind: int(getattr(config.top_k, kind)) for kind in wanted})
        seen: set[tuple[str, str]] = set()
        found: list[RetrievedChunk] = []
        for hit in fused:
            number = int(hit.point_id)
            chunk = self._chunks[number]
            if room[chunk.kind] <= 0 or same_words(chunk) in seen:
                continue
            if is_relevant(hit, question.indices, self._terms[number]):
                room[chunk.kind] -= 1
                seen.add(same_words(chunk))
                found.append(RetrievedChunk(chunk=chunk, score=hit.score, rank=len(found) + 1))
        return tuple(found)

    def _sparse(self, terms: Sequence[int], weights: Sequence[float]) -> dict[int, float]:
        """BM25 scores of the chunks that share a term with the question."""
        scores: dict[int, float] = defaultdict(float)
        total = len(self._chunks)
        for term, weight in zip(terms, weights, strict=True):
            postings = self._postings.get(term, ())
            idf = math.log(1.0 + (total - len(postings) + 0.5) / (len(postings) + 0.5))
            for number, value in postings:
                scores[number] += weight * value * idf
        return scores

    @staticmethod
    def _best(scores: dict[int, float], limit: int) -> list[Hit]:
        hits = [Hit(f"{n:08d}", round(score, SCORE_DIGITS)) for n, score in scores.items()]
        return _ordered(hits)[:limit]


def _ordered(hits: Sequence[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.point_id))


_NAMESPACE = UUID("8a5f1d0e-6a53-5f0e-9d0c-5a3f6f5b7c11")

CASES = 2
"""Existing cases that one prompt may hold."""

CASE_RETRIEVAL = RetrievalConfig(top_k=TopK(case=CASES))


class CaseContext:
    """The cases of the train split, ready to be searched by ``context_for``."""

    def __init__(self, search: CaseSearch) -> None:
        """Use ``open``."""
        self._search = search

    @classmethod
    def open(
        cls,
        embedder: Embedder,
        train: Sequence[StoryCases],
        *,
        documents: Sequence[tuple[str, Sequence[Chunk]]] = (),
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Self:
        """Embed the cases of ``train``, and the chunks of ``documents`` (rules, pages).

        Everything is held in memory (2 KiB a case).
        """
        chunks = [chunk for one in train for chunk in case_chunks(one)]
        chunks += [chunk for _, own in documents for chunk in own]
        search = CaseSearch(chunks, embedder, progress=progress, cancelled=cancelled)
        return cls(search)

    def context_for(self, one: StoryCases, condition: TestCondition) -> tuple[RetrievedChunk, ...]:
        """Chunks for one condition of a story, best first; none of the story's own cases."""
        query = f"{one.story.title}: {condition.statement}"
        return self._search.retrieve(query, CASE_RETRIEVAL, exclude_documents={one.story.key})


def case_chunks(one: StoryCases) -> tuple[Chunk, ...]:
    """A chunk for each case of a story, with the case's id as its key and the story as document."""
    return tuple(_chunk(one, case, number) for number, case in enumerate(one.cases))


def _chunk(one: StoryCases, case: TestCase, number: int) -> Chunk:
    text = case_text(case)
    return Chunk(
        id=str(uuid5(_NAMESPACE, f"{one.story.key}\n{number}\n{text}")),
        document_id=one.story.key,
        ordinal=number,
        text=text,
        kind="case",
        key=case.id,
        title=case.title,
        metadata=SourceMetadata(
            release=case.release, team=case.team, labels=case.labels, key=one.epic.key
        ),
    )
