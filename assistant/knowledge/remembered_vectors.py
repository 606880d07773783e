"""Vectors of short texts that are asked for again and again, remembered."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.knowledge.embedding import Embedder

if TYPE_CHECKING:
    import numpy as np

MOST = 20_000
"""Texts whose vectors are kept: 31 MB at 384 dimensions."""


class RememberedVectors:
    """An ``Embedder`` that embeds no text twice while it is among the last ``most`` it was given.

    For sentences of sources beside a question: the passages that people ask about are few, and
    their sentences take most of the time of an answer without a model. Any number of threads may
    use it; two that want the same new text at once both embed it. Kept are hashes, not the texts.
    """

    def __init__(self, embedder: Embedder, *, most: int = MOST) -> None:
        self._embedder = embedder
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, np.ndarray] = OrderedDict()

    @property
    def fingerprint(self) -> str:
        """See ``Embedder``."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """See ``Embedder``."""
        return self._embedder.dimension

    def query(self, text: str) -> np.ndarray:
        """See ``Embedder``."""
        return self._embedder.query(text)

    def documents(self, texts: Sequence[str], *, waiting: bool = True) -> np.ndarray:
        """See ``Embedder``."""
        import numpy as np

        names = [hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in texts]
        found: dict[bytes, np.ndarray] = {}
        with self._lock:
            for name in names:
                if name in self._known:
                    found[name] = self._known[name]
                    self._known.move_to_end(name)
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in found}
        if new:
            vectors = self._embedder.documents(list(new.values()), waiting=waiting)
            found.update((name, row.copy()) for name, row in zip(new, vectors, strict=True))
            with self._lock:
                self._known.update((name, found[name]) for name in new)
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        if not names:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([found[name] for name in names])
