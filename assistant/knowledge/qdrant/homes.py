"""Where collections are kept: in a folder of this computer, or on a Qdrant server."""

from __future__ import annotations

from pathlib import Path

from assistant.knowledge.embedding import Embedder
from assistant.knowledge.qdrant import folder as files
from assistant.knowledge.qdrant.collection import CollectionMeta, Home, check_meta
from assistant.knowledge.qdrant.edge import EdgeIndex
from assistant.knowledge.qdrant.folder import FolderLock
from assistant.knowledge.qdrant.index import Index
from assistant.knowledge.qdrant.server import QdrantServer
from assistant.knowledge.qdrant.server_home import ServerHome, discard_collections

Place = Path | QdrantServer
"""A folder that holds one collection, or a server that holds one for each project and model."""


def open_home(place: Place, embedder: Embedder, project_id: str) -> Home:
    """Open the project's collection, or create it; see ``KnowledgeBase.open``."""
    if isinstance(place, QdrantServer):
        return ServerHome(place, embedder, project_id)
    return FolderHome(place, embedder, project_id)


def discard(place: Place, project_id: str) -> None:
    """Delete the project's collection so that it can be rebuilt from the library."""
    if isinstance(place, QdrantServer):
        discard_collections(place, project_id)
    else:
        files.discard(place)


class FolderHome:
    """A folder with Qdrant Edge in it, held by this process alone; implements ``Home``."""

    def __init__(self, folder: Path, embedder: Embedder, project_id: str) -> None:
        self._folder = folder
        self.where = f"in {folder}"
        self._lock = FolderLock(folder)
        try:
            files.finish_new_shard(folder)
            meta = files.read_meta(folder)
            if meta is None or meta.state == "creating":
                meta = CollectionMeta(
                    project_id=project_id,
                    fingerprint=embedder.fingerprint,
                    dimension=embedder.dimension,
                    mean_length=0.0,
                    state="creating",
                )
                self.keep(meta)
                self.index: Index = EdgeIndex(folder, meta.dimension, create=True)
                self.keep(meta.model_copy(update={"state": "ready"}))
            else:
                check_meta(self.where, meta, project_id, embedder.fingerprint)
                self.index = EdgeIndex(folder, meta.dimension, create=False)
                self.meta = meta
        except BaseException:
            self._lock.release()
            raise

    def keep(self, meta: CollectionMeta) -> None:
        files.write_meta(self._folder, meta)
        self.meta = meta

    def drop_older(self) -> None:
        """A folder holds one collection: there is nothing else."""

    def close(self) -> None:
        try:
            self.index.close()
        finally:
            self._lock.release()
