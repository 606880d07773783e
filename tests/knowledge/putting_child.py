"""Puts versions of documents into a collection until it is killed; run by ``test_kills.py``.

Usage: python putting_child.py FOLDER FIRST_VERSION. Prints "open", then each version that is in.
"""

from __future__ import annotations

import hashlib
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.domain import Chunk, SourceMetadata
from assistant.knowledge.knowledge_base import KnowledgeBase

DOCUMENTS, CHUNKS = 3, 40


class WordEmbedder:
    """Random projections of words: quick, deterministic, and near for texts that share words.

    ``embedded`` counts the texts it was asked to embed for indexing.
    """

    dimension = 64

    def __init__(self, name: str = "words") -> None:
        self.fingerprint = f"{name} 64d"
        self.embedded = 0

    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        self.embedded += len(texts)
        return self.queries(texts)

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in text.casefold().split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            vector += np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return vector / np.linalg.norm(vector)


def make_chunk(document_id: str, ordinal: int, text: str, **fields: object) -> Chunk:
    metadata = SourceMetadata(
        release=str(fields.pop("release", "")),
        team=str(fields.pop("team", "")),
        labels=tuple(fields.pop("labels", ())),  # type: ignore[call-overload]
    )
    name = f"{document_id} {ordinal} {text}"
    return Chunk.model_validate(
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
            "document_id": document_id,
            "ordinal": ordinal,
            "text": text,
            "metadata": metadata,
            **fields,
        }
    )


def version_of(document_id: str, version: int) -> list[Chunk]:
    """Chunks that all carry the version; every third is the same in all versions."""
    return [
        make_chunk(
            document_id,
            n,
            f"common {document_id} part {n} " + ("stays" if n % 3 == 0 else f"version {version}"),
            version=version,
        )
        for n in range(CHUNKS)
    ]


def main() -> None:
    base = KnowledgeBase.open(Path(sys.argv[1]), WordEmbedder(), project_id="p")
    print("open", flush=True)
    version = int(sys.argv[2])
    while True:
        for number in range(DOCUMENTS):
            name = f"d{number}"
            base.put([(name, version_of(name, version))])
            print(name, version, flush=True)
        version += 1


if __name__ == "__main__":
    main()
