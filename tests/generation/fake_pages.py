"""A knowledge base that finds what a test says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from assistant.domain import Chunk, RetrievalConfig, RetrievedChunk


class FakePages:
    """Finds for queries what ``find`` says, each with ``score``, and holds what ``held`` says of a
    document; keeps what it was asked."""

    def __init__(
        self,
        find: Callable[[Sequence[str]], Iterable[Chunk]] = lambda _: (),
        held: Callable[[str], Iterable[Chunk]] = lambda _: (),
        score: float = 1.0,
    ) -> None:
        self.find, self.held, self.score = find, held, score
        self.asked: list[tuple[str, ...]] = []
        self.excluded: list[set[str]] = []

    def retrieve(
        self,
        queries: Sequence[str],
        config: RetrievalConfig,
        *,
        exclude_documents: Collection[str] = (),
    ) -> tuple[RetrievedChunk, ...]:
        self.asked.append(tuple(queries))
        self.excluded.append(set(exclude_documents))
        return tuple(
            RetrievedChunk(chunk=one, score=self.score, rank=rank)
            for rank, one in enumerate(self.find(queries), start=1)
        )

    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        return tuple(self.held(document_id))
