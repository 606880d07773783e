"""A collection wherever it is kept: what it was made with, and what its home must be able to do."""

from __future__ import annotations

from typing import Literal, Protocol

from assistant.domain import Value
from assistant.errors import EmbeddingMismatch, RetrievalError
from assistant.knowledge.qdrant.index import Index

FORMAT = 1
"""Version of the collection's layout, payload and sparse vectors."""


class CollectionMeta(Value):
    """What a collection was made with. ``mean_length`` is BM25's mean text length, in terms.

    The fingerprint names the embedding model, the hash of its weights, dtype and dimension.
    ``state`` is "creating" until the engine's files exist for the first time.
    """

    format: int = FORMAT
    project_id: str
    fingerprint: str
    dimension: int
    mean_length: float
    state: Literal["creating", "ready"] = "ready"


class Home(Protocol):
    """An open collection in its place: a folder of this computer, or a Qdrant server."""

    @property
    def where(self) -> str:
        """The place in words that follow "The search index", for messages."""
        ...

    @property
    def meta(self) -> CollectionMeta:
        """What the collection was made with."""
        ...

    @property
    def index(self) -> Index:
        """The engine."""
        ...

    def keep(self, meta: CollectionMeta) -> None:
        """Replace the collection's record in one step."""
        ...

    def drop_older(self) -> None:
        """Delete what other embedding models left of the same project."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...


def check_meta(where: str, meta: CollectionMeta, project_id: str, fingerprint: str) -> None:
    """Refuse a collection of another format, of another project or of another embedding model."""
    if meta.format != FORMAT:
        raise RetrievalError(
            f"The search index {where} has format {meta.format}, this program uses {FORMAT}. "
            "Rebuild the index from the library, or use the program that made it."
        )
    if meta.project_id != project_id:
        raise RetrievalError(
            f"The search index {where} belongs to project '{meta.project_id}', not to "
            f"'{project_id}'. Give each project its own place."
        )
    if meta.fingerprint != fingerprint:
        raise EmbeddingMismatch(
            f"The search index {where} was built with the embedding model "
            f"'{meta.fingerprint}', and the one in use is '{fingerprint}'. Choose the model it was "
            "built with, or rebuild the index."
        )


def damaged(where: str, what: str) -> str:
    """The message for a collection that cannot be trusted: the library can rebuild it."""
    return (
        f"The search index {where} is damaged ({what}). Nothing is lost: rebuild the index "
        "from the library."
    )
