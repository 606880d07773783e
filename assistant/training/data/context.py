"""What is retrieved for a training prompt, and for a held-out one: from the train split only.

The cases of the train split are searched in the text that the project's index gives them. Held-out
prompts search the same cases, so that a comparison never finds what it measures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self
from uuid import UUID, uuid5

from assistant.domain import (
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
from assistant.training.data.case_search import CaseSearch

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
