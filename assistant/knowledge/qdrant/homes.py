"""Where collections are kept: in a folder of this computer, or on a Qdrant server.

A project's collection on a server::

    uat-<project id>-<hash of the embedding fingerprint>
      record point      role "collection": format, project, embedding fingerprint, dimension, ...
      document points   role "document"
      chunk points      role "chunk", vectors "dense" (cosine) and "sparse" (IDF)

The record is a point rather than Qdrant's collection metadata: changing it is an ordinary write,
which a cluster takes while a node is down, and servers before 1.16 have it too. It is written last,
so a collection without one was not finished.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from assistant.errors import EmbeddingMismatch, RetrievalError
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.qdrant import folder as files
from assistant.knowledge.qdrant.collection import CollectionMeta, Home, check_meta, damaged
from assistant.knowledge.qdrant.edge import EdgeIndex
from assistant.knowledge.qdrant.folder import FolderLock
from assistant.knowledge.qdrant.index import Index
from assistant.knowledge.qdrant.payload import DENSE, KEYWORDS, SPARSE
from assistant.knowledge.qdrant.server import QdrantServer
from assistant.knowledge.qdrant.server_index import ServerIndex, write

if TYPE_CHECKING:
    from qdrant_client import QdrantClient, models

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


RECORD_ID = str(uuid.uuid5(uuid.UUID("0c9f0b9c-6a57-5b8e-9a36-1f2f7a9d2f11"), "collection"))
_DIGITS = 12
_CONFLICT = 409


def collection_name(prefix: str, project_id: str, fingerprint: str) -> str:
    """Name of the collection of a project and an embedding model: letters, digits, ``-``, ``_``."""
    return f"{_stem(prefix, project_id)}{_digest(fingerprint)[:_DIGITS]}"


def _stem(prefix: str, project_id: str) -> str:
    safe = re.fullmatch(r"[A-Za-z0-9_]{1,64}", project_id)
    return f"{prefix}-{project_id if safe else _digest(project_id)[:32]}-"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class ServerHome:
    """One collection on a server; implements ``Home``."""

    def __init__(self, server: QdrantServer, embedder: Embedder, project_id: str) -> None:
        self._server = server
        self._stem = _stem(server.config.prefix, project_id)
        self._name = collection_name(server.config.prefix, project_id, embedder.fingerprint)
        self.where = f"'{self._name}' on Qdrant at {server.host}"
        server.version()
        is_new = server.ask(lambda client: self._created(client, embedder.dimension), writes=True)
        info = server.ask(lambda client: client.get_collection(self._name))
        meta = None if is_new else _read_meta(server, self._name)
        if meta is not None:
            check_meta(self.where, meta, project_id, embedder.fingerprint)
        self._check_vectors(info, embedder, ours=meta is not None)
        self._index_payload(info)
        if meta is None:
            if not is_new and server.ask(lambda client: client.count(self._name)).count:
                raise RetrievalError(
                    f"The collection {self.where} holds points but no record of this program. "
                    "Delete it there if it is not needed, or set another UAT_QDRANT_PREFIX."
                )
            meta = CollectionMeta(
                project_id=project_id,
                fingerprint=embedder.fingerprint,
                dimension=embedder.dimension,
                mean_length=0.0,
            )
            self.keep(meta)
        self.meta = meta
        self.index: Index = ServerIndex(server, self._name)

    def _created(self, client: QdrantClient, dimension: int) -> bool:
        """Create the collection where there is none; whether it did."""
        from qdrant_client import models
        from qdrant_client.http.exceptions import UnexpectedResponse

        if client.collection_exists(self._name):
            return False
        config = self._server.config
        try:
            client.create_collection(
                self._name,
                vectors_config={
                    DENSE: models.VectorParams(size=dimension, distance=models.Distance.COSINE)
                },
                sparse_vectors_config={
                    SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)
                },
                shard_number=config.shards,
                replication_factor=config.replication,
                write_consistency_factor=config.acknowledged,
            )
        except UnexpectedResponse as error:
            if error.status_code != _CONFLICT:  # made by an attempt whose answer was lost
                raise
        return True

    def _check_vectors(
        self, info: models.CollectionInfo, embedder: Embedder, *, ours: bool
    ) -> None:
        """Refuse a collection whose vectors are not as they are made here."""
        from qdrant_client import models

        dense, sparse = info.config.params.vectors, info.config.params.sparse_vectors or {}
        found = dense.get(DENSE) if isinstance(dense, dict) else None
        weighted = sparse.get(SPARSE)
        if (
            found is not None
            and found.size == embedder.dimension
            and found.distance == models.Distance.COSINE
            and weighted is not None
            and weighted.modifier == models.Modifier.IDF
        ):
            return
        size = "none" if found is None else f"{found.size} numbers, {found.distance}"
        kind = EmbeddingMismatch if ours else RetrievalError
        raise kind(
            f"The vectors of the collection {self.where} are not those of the embedding model in "
            f"use ({size}; {embedder.dimension} numbers, Cosine, and sparse ones with IDF are "
            "needed). Delete the collection there, or set another UAT_QDRANT_PREFIX."
        )

    def _index_payload(self, info: models.CollectionInfo) -> None:
        """Have every field indexed that is filtered on; finishes what was cut off."""
        from qdrant_client import models

        for key in KEYWORDS:
            if key not in info.payload_schema:
                self._server.ask(
                    lambda client, key=key: client.create_payload_index(  # type: ignore[misc]
                        self._name, key, models.PayloadSchemaType.KEYWORD, wait=True
                    ),
                    writes=True,
                )

    def keep(self, meta: CollectionMeta) -> None:
        from qdrant_client import models

        payload = {"role": "collection", "record": meta.model_dump_json()}
        point = models.PointStruct(id=RECORD_ID, vector={}, payload=payload)
        write(self._server, self._name, "upsert", points=[point])
        self.meta = meta

    def drop_older(self) -> None:
        _drop(self._server, self._stem, self.meta.project_id, keep=self._name)

    def close(self) -> None:
        """The connection belongs to all collections: nothing is held here."""


def discard_collections(server: QdrantServer, project_id: str) -> None:
    """Delete every collection of a project, of whatever embedding model."""
    _drop(server, _stem(server.config.prefix, project_id), project_id)


def _drop(server: QdrantServer, stem: str, project_id: str, *, keep: str = "") -> None:
    """Delete the project's collections but ``keep``; only those whose record says they are its."""
    listed = server.ask(lambda client: client.get_collections()).collections
    ours = re.compile(re.escape(stem) + f"[0-9a-f]{{{_DIGITS}}}")
    for name in (each.name for each in listed):
        if name == keep or not ours.fullmatch(name):
            continue
        meta = _read_meta(server, name)
        if meta is not None and meta.project_id == project_id:
            server.ask(
                lambda client, name=name: client.delete_collection(name),  # type: ignore[misc]
                writes=True,
            )


def _read_meta(server: QdrantServer, name: str) -> CollectionMeta | None:
    """The collection's record, ``None`` where it has none."""
    found = server.ask(lambda client: client.retrieve(name, [RECORD_ID], with_payload=True))
    if not found:
        return None
    try:
        return CollectionMeta.model_validate_json((found[0].payload or {})["record"])
    except (KeyError, ValidationError) as error:
        where = f"'{name}' on Qdrant at {server.host}"
        raise RetrievalError(damaged(where, "its record is not readable")) from error
