"""Fixtures of the knowledge room: embedding models, and collections in a folder and on a server."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assistant.domain import Chunk
from assistant.generation.models.catalogue import DEFAULT_EMBEDDING
from assistant.knowledge.embedding import Embedder, SentenceEmbedder
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.homes import Place
from assistant.knowledge.qdrant.server import QdrantServer, ServerConfig


@pytest.fixture(scope="session")
def embedding_folder(fetched_model: Callable[[str], Path]) -> Path:
    """Folder of the verified embedding model."""
    return fetched_model(DEFAULT_EMBEDDING)


@pytest.fixture(scope="session")
def embedder(embedding_folder: Path) -> SentenceEmbedder:
    """The real embedding model, loaded once for all tests."""
    return SentenceEmbedder(embedding_folder, model_id=DEFAULT_EMBEDDING)


@pytest.fixture(scope="session")
def child() -> ModuleType:
    """``putting_child``: the quick embedder, chunk makers and the program that gets killed."""
    return _program("putting_child")


@pytest.fixture(scope="session")
def make(child: ModuleType) -> Callable[..., Chunk]:
    """Makes a chunk of a document: its id, the place, the text, and further fields."""
    maker: Callable[..., Chunk] = child.make_chunk
    return maker


@pytest.fixture(scope="session")
def building() -> ModuleType:
    """``building_child``: an embedder, documents and a program that gets killed as it builds."""
    return _program("building_child")


def _program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def words(child: ModuleType) -> Embedder:
    """A quick, deterministic embedder, for tests of storage rather than of meaning."""
    embedder: Embedder = child.WordEmbedder()
    return embedder


@pytest.fixture
def server(qdrant: Any) -> Iterator[QdrantServer]:
    """A connection to ``qdrant``."""
    config = ServerConfig(url=qdrant.url, api_key=qdrant.key, timeout=60.0)
    connected = QdrantServer(config)
    yield connected
    connected.close()


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a collection is kept: each engine in turn."""
    if request.param == "folder":
        return tmp_path / "index"
    connected: QdrantServer = request.getfixturevalue("server")
    return connected


@pytest.fixture
def base(place: Place, words: Embedder) -> Iterator[KnowledgeBase]:
    """An empty collection of project ``p`` with the quick embedder, on each engine in turn."""
    opened = KnowledgeBase.open(place, words, project_id="p")
    yield opened
    opened.close()
