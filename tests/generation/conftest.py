"""Real models for the tests of this room, each fetched once (see ``fetched_model``)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.domain import GenerationConfig
from assistant.generation.models.catalogue import (
    DEFAULT_CHAT,
    DEFAULT_EMBEDDING,
    SMALL_CHAT,
    find_model,
)
from assistant.generation.models.chat_models import ChatEndpoint, open_embedded

sys.path.insert(0, str(Path(__file__).resolve().parent))


@pytest.fixture(scope="session")
def small_chat_path(fetched_model: Callable[[str], Path]) -> Path:
    """SmolLM2-135M-Instruct, the small chat model (98 MB)."""
    return fetched_model(SMALL_CHAT)


@pytest.fixture(scope="session")
def qwen_path(fetched_model: Callable[[str], Path]) -> Path:
    """Qwen2.5-Coder-1.5B-Instruct, the embedded writer (1.1 GB); for slow tests only."""
    return fetched_model(DEFAULT_CHAT)


@pytest.fixture(scope="session")
def embedding_folder(fetched_model: Callable[[str], Path]) -> Path:
    """all-MiniLM-L6-v2, the embedding model (91 MB)."""
    return fetched_model(DEFAULT_EMBEDDING)


@pytest.fixture(scope="session")
def small_endpoint(small_chat_path: Path) -> Iterator[ChatEndpoint]:
    """The small chat model, loaded once."""
    config = GenerationConfig(max_tokens=128)
    endpoint = open_embedded(find_model(SMALL_CHAT), small_chat_path, threads=2, config=config)
    yield endpoint
    endpoint.close()
