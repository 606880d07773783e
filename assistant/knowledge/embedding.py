"""Texts to vectors with a sentence-transformers model in a local folder; nothing is fetched."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import json
import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from assistant.errors import RetrievalError
from assistant.knowledge.chunks.text_pieces import averaged, batches, pieces

if TYPE_CHECKING:
    import numpy as np
    from sentence_transformers import SentenceTransformer

TEXT_FORMAT = 1
"""Version of the text that is embedded for a chunk (heading path, line end, chunk text)."""

_SLICE = 1024
"""Texts that are sorted by length together; memory does not grow with longer lists."""

_BACKGROUND_NICENESS = 10
_REMEMBERED_CALLS = 1024
"""2 MB of single questions at 384 dimensions, some 20 MB of the questions of stories."""


class Embedder(Protocol):
    """Turns texts into unit vectors; ``fingerprint`` changes whenever the vectors would."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        """Vectors of ``texts``: float32, shape ``(len(texts), dimension)``, of length 1.

        ``waiting``: somebody waits for them, so that they are no work of the background.
        """
        ...

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of questions that are asked together, as ``documents`` gives them."""
        ...


class SentenceEmbedder:
    """A sentence-transformers model; loaded by its first use, shared by all threads.

    A text longer than the model's window (256 tokens for MiniLM, which would cut off the rest
    silently) is embedded in windows of equal length whose vectors are averaged. ``threads`` is for
    documents; 0 means one for each core, at a lower priority where the system has one per thread,
    and else one fewer than there are cores. Each thread computes batches of its own: threads that
    share one computation wait for each other, and where another process wants a core they take
    fifty times as long. A question always takes one. ``dtype`` "auto" is bfloat16 where the
    processor computes in it, else float32. ``weights_hash`` is the SHA-256 of the weights where it
    is known; else they are read for it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model_id: str,
        threads: int = 0,
        dtype: Literal["auto", "float32", "bfloat16"] = "auto",
        weights_hash: str = "",
    ) -> None:
        self._folder = folder
        self._model_id = model_id
        self._threads = threads if threads > 0 else _spare_cores()
        self._dtype = _fast_dtype() if dtype == "auto" else dtype
        self._lock = threading.RLock()
        self._counting = threading.Lock()
        self._questions = 0
        self._weights_hash = weights_hash
        self._model: SentenceTransformer | None = None
        self._fingerprint = ""
        self._dimension = 0
        self._cache: OrderedDict[tuple[str, ...], np.ndarray] = OrderedDict()

    @property
    def fingerprint(self) -> str:
        """Model id, hash of its weights, dtype, dimension and version of the embedded text."""
        with self._lock:
            if not self._fingerprint:
                digest = (self._weights_hash or _weights_hash(self._folder))[:16]
                self._fingerprint = (
                    f"{self._model_id}@{digest} {self._dtype} {self.dimension}d text-{TEXT_FORMAT}"
                )
            return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of the vectors, read from the model's configuration."""
        with self._lock:
            if not self._dimension:
                self._dimension = _dimension(self._folder)
            return self._dimension

    def load(self) -> None:
        """Load the model now, so that the first question need not wait for it."""
        with self._lock:
            self._loaded()

    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        """Vectors of ``texts``; see ``Embedder``. Raises ``RetrievalError`` where loading fails.

        Texts of like length share a batch, so that little is padded. Threads take batches in turn,
        and waiting questions go between them; where somebody waits, this thread takes all of them
        at its own priority.
        """
        import numpy as np

        parts = [np.zeros((0, self.dimension), dtype=np.float32)]
        for at in range(0, len(texts), _SLICE):
            parts.append(self._in_batches(texts[at : at + _SLICE], waiting))
        return np.concatenate(parts)

    def _in_batches(self, texts: Sequence[str], waiting: bool) -> np.ndarray:
        import numpy as np

        with self._lock:
            model = self._loaded()
            parts = pieces(model, texts)
        vectors = np.zeros((len(parts), self.dimension), dtype=np.float32)

        def work(batch: list[int]) -> None:
            while self._questions and not waiting:
                time.sleep(0.001)
            vectors[batch] = self._forward(model, [parts[place].text for place in batch])

        planned = batches([part.tokens for part in parts])
        if waiting:
            for batch in planned:
                work(batch)
        else:
            with ThreadPoolExecutor(self._threads, initializer=_lower_priority) as pool:
                list(pool.map(work, planned))
        return averaged(vectors, [part.owner for part in parts], len(texts))

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of questions; see ``Embedder``. Those of the last calls are remembered, whole
        calls and not single texts: in bfloat16 a vector differs in the fourth place by what shares
        its batch, and must not by what was asked before."""
        asked = tuple(texts)
        with self._counting:
            self._questions += 1
        try:
            with self._lock:
                found = self._cache.get(asked)
            if found is None:
                found = self.documents(asked, waiting=True)
            with self._lock:
                self._cache[asked] = found
                self._cache.move_to_end(asked)
                while len(self._cache) > _REMEMBERED_CALLS:
                    self._cache.popitem(last=False)
            return found
        finally:
            with self._counting:
                self._questions -= 1

    def _forward(self, model: SentenceTransformer, texts: Sequence[str]) -> np.ndarray:
        """The model's vectors of texts that fit its window, as one batch in this thread."""
        import numpy as np
        import torch

        torch.set_num_threads(1)
        with self._lock:  # a tokenizer serves one thread at a time
            # Older sentence-transformers call it tokenize.
            features = getattr(model, "preprocess", model.tokenize)(list(texts))
        with torch.inference_mode():
            found = model(features)["sentence_embedding"]
        return np.asarray(found.float().numpy(), dtype=np.float32)

    def _loaded(self) -> SentenceTransformer:
        if self._model is None:
            self._model = _load(self._folder, self._dtype)
        return self._model


def _spare_cores() -> int:
    """Threads for work that must not be felt: all cores where a thread can have a priority."""
    cores = os.cpu_count() or 2
    return cores if sys.platform == "linux" else max(1, cores - 1)


def _lower_priority() -> None:
    """Let everything else go first; on Linux a thread has a priority of its own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BACKGROUND_NICENESS)


def _load(folder: Path, dtype: str) -> SentenceTransformer:
    if not (folder / "config.json").is_file():
        raise RetrievalError(
            f"The embedding model is not in {folder}. Fetch it with: "
            "python -m assistant models fetch"
        )
    import_libraries()
    import torch
    from sentence_transformers import SentenceTransformer
    from threadpoolctl import threadpool_limits
    from transformers.utils import logging

    # What is multiplied here is small, and done by many threads already. Threads of one product
    # wait for each other: beside other work the products of a search took fifty times as long.
    threadpool_limits(1, user_api="blas")
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": getattr(torch, dtype), "use_safetensors": True},
        )
    except Exception as error:
        raise RetrievalError(
            f"The embedding model in {folder} cannot be loaded ({error}). Fetch it again with: "
            "python -m assistant models fetch"
        ) from error
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def import_libraries() -> None:
    """Import the model's libraries without collections of garbage meanwhile: these would walk seven
    times through half a million objects that all stay, an eighth of the import.

    They are not frozen here: what is never collected is told as leaked when a command ends.
    """
    if "sentence_transformers" in sys.modules:
        return
    gc.disable()
    try:
        importlib.import_module("sentence_transformers")
    finally:
        gc.enable()


def _weights_hash(folder: Path) -> str:
    weights = folder / "model.safetensors"
    try:
        with weights.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RetrievalError(
            f"The embedding model's weights {weights} cannot be read ({error}). Fetch the model "
            "with: python -m assistant models fetch"
        ) from error


def _dimension(folder: Path) -> int:
    """Hidden size of the model, or the output size of the last dense layer that follows it."""
    try:
        size = int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"])
        for dense in sorted(folder.glob("[0-9]*_Dense/config.json")):
            size = int(json.loads(dense.read_text(encoding="utf-8"))["out_features"])
        return size
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RetrievalError(
            f"The embedding model's configuration in {folder} cannot be read ({error}). Fetch the "
            "model with: python -m assistant models fetch"
        ) from error


def _fast_dtype() -> Literal["float32", "bfloat16"]:
    """bfloat16 where the processor has instructions for it: nearly twice as fast, cosine 0.9999."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "float32"
    return "bfloat16" if "avx512_bf16" in flags or "amx_bf16" in flags else "float32"


MOST_REMEMBERED = 20_000
"""Texts whose vectors are kept: 31 MB at 384 dimensions."""


class RememberedVectors:
    """An ``Embedder`` that embeds no text twice while it is among the last ``most`` it was given.

    For sentences of sources beside a question: the passages that people ask about are few, and
    their sentences take most of the time of an answer without a model. Any number of threads may
    use it; two that want the same new text at once both embed it. Kept are hashes, not the texts.
    """

    def __init__(self, embedder: Embedder, *, most: int = MOST_REMEMBERED) -> None:
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

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """See ``Embedder``."""
        return self._embedder.queries(texts)

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
