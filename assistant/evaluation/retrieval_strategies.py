"""A set with gold links in an index of its own, asked in several ways."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from assistant.domain import Chunk, ChunkKind, RetrievalConfig, SearchFilter
from assistant.evaluation.gold_links import GoldSet
from assistant.evaluation.ranking_metrics import GoldQuestion
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.knowledge_base import KnowledgeBase

DEPTH = 500
"""How many are ranked. So many candidates are fused: the app fuses ``RetrievalConfig.candidates``,
of which most questions never see the end."""

_PLAIN = RetrievalConfig(tell_apart=False, both_ways=False)
STRATEGIES: Mapping[str, RetrievalConfig] = {
    "bm25": _PLAIN.model_copy(update={"dense_weight": 0.0}),
    "dense": _PLAIN.model_copy(update={"sparse_weight": 0.0}),
    "rrf": _PLAIN.model_copy(update={"fusion": "rrf"}),
    "fused": _PLAIN,
    "apart": RetrievalConfig(both_ways=False),
    "default": RetrievalConfig(),
}
"""Words alone, vectors alone, both by rank, both by score, told apart from other requirements, and
as the program comes: with rivals held back too."""


@contextmanager
def indexed(
    gold: GoldSet,
    embedder: Embedder,
    *,
    with_sources: bool,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[KnowledgeBase]:
    """A temporary collection with one chunk a text, gone when the block ends.

    Targets are indexed as existing cases; ``with_sources`` the sources too, as the criteria of the
    project, as they are in the product: they are not searched, but tell what requirements have in
    common. Ids are names of documents only, never part of what is searched.
    """
    texts: list[tuple[ChunkKind, Mapping[str, str]]] = [("case", gold.targets)]
    if with_sources:
        texts.append(("criterion", gold.sources))
    documents = [
        (
            f"{kind}:{name}",
            [Chunk(id=f"{kind}:{name}", document_id=f"{kind}:{name}", ordinal=0, text=text,
                   kind=kind)],
        )
        for kind, of_kind in texts
        for name, text in of_kind.items()
        if text.strip()
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        base = KnowledgeBase.open(Path(folder) / "index", embedder, project_id="evaluation")
        try:
            base.put(documents, progress=progress)
            yield base
        finally:
            base.close()


def search_of(
    base: KnowledgeBase, config: RetrievalConfig, depth: int
) -> Callable[[GoldQuestion], list[str]]:
    """The search of a temporary collection under a configuration, in the set's own ids.

    Texts of the same score (the same words twice) stand in the order of their ids: the index lists
    them in an order that is another each time it is built.
    """
    config = config.model_copy(update={"filter": SearchFilter(kinds=("case",))})

    def rank(question: GoldQuestion) -> list[str]:
        hits = base.search(question.text, config, limit=depth)
        hits = tuple(sorted(hits, key=lambda hit: (-hit.score, hit.chunk.document_id)))
        return [hit.chunk.document_id.removeprefix("case:") for hit in hits]

    return rank
