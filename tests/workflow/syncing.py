"""What the tests of syncing share: a project on a quick embedder, a folder, and what is kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from assistant.domain import RetrievalConfig
from assistant.failpoints import VARIABLE
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sync import SyncReport, sync
from assistant.workflow.sources.sync_jobs import connect_folder

PROJECT = "P"


class WordEmbedder:
    """Random projections of words: quick and deterministic. Counts the texts it embeds."""

    dimension = 64
    fingerprint = "words 64d"

    def __init__(self) -> None:
        self.embedded = 0
        self._words: dict[str, np.ndarray] = {}
        """The first words' vectors; a limited number, so that memory does not grow."""

    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        self.embedded += len(texts)
        return self.queries(texts)

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in text.casefold().split():
            made = self._words.get(word)
            if made is None:
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
                made = np.random.default_rng(seed).standard_normal(self.dimension)
                made = made.astype(np.float32)
                if len(self._words) < 1000:
                    self._words[word] = made
            vector += made
        return vector / np.linalg.norm(vector)


@contextmanager
def quick_workspace(
    data_dir: Path, *, waits: bool = True
) -> Iterator[tuple[Workspace, str, WordEmbedder]]:
    """An open workspace whose projects are embedded by words, with a project in it."""
    embedder = WordEmbedder()
    with Workspace.open(Settings(data_dir=data_dir), waits=waits) as workspace:
        workspace._embedders[RetrievalConfig().embedding_model] = embedder
        yield workspace, workspace.ensure_project(PROJECT).id, embedder


def sync_folder(workspace: Workspace, project_id: str, folder: Path) -> SyncReport:
    connection = connect_folder(workspace, project_id, folder, name="Wiki")
    return sync(workspace, project_id, connection.id, by="Tess")


def write(path: Path, text: str, *, at: int = 1_700_000_000) -> None:
    """A file whose time of change is long past, so that only its content and time decide."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))


def index_of(workspace: Workspace, project_id: str) -> dict[str, list[dict[str, object]]]:
    """All that can be found, as payloads by document."""
    knowledge = workspace.knowledge(project_id)
    return {
        document_id: [chunk.model_dump() for chunk in knowledge.chunks(document_id)]
        for document_id in knowledge.documents()
    }


def library_of(workspace: Workspace, project_id: str) -> dict[str, tuple[object, ...]]:
    """What is kept, without its times."""
    return {
        row.id: (row.version, row.indexed_version, row.content_hash, row.chunk_count, row.title)
        for row in workspace.library.documents(project_id)
    }


def sync_until_killed(data_dir: Path, folder: Path, failpoint: str = "") -> None:
    """The body of a process that syncs once; a failpoint of its environment ends it."""
    os.environ[VARIABLE] = failpoint
    with quick_workspace(data_dir) as (workspace, project_id, _):
        sync_folder(workspace, project_id, folder)
