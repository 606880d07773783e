"""Base models for the training tests: a tiny one made here, and the real SmolLM2 where it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assistant.generation.models.catalogue import SMALL_CHAT
from assistant.training.base_models import BaseModel, find_base, load_base

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

# Looked for, not imported: that takes each worker some seconds, and few files need it.
if find_spec("peft") is None:
    pytest.skip("needs the extra train", allow_module_level=True)

from tiny import write_tiny_base


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small matrices are slower on several threads, and other tests run beside these."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def small_gguf(fetched_model: Callable[[str], Path]) -> Path:
    """SmolLM2-135M-Instruct as a GGUF file."""
    return fetched_model(SMALL_CHAT)


@pytest.fixture(scope="session")
def tokenizer(small_gguf: Path) -> Any:
    """SmolLM2's tokenizer."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(small_gguf.parent, gguf_file=small_gguf.name)


@pytest.fixture(scope="session")
def tiny_folder(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama in transformers' layout."""
    return write_tiny_base(tmp_path_factory.mktemp("bases") / "tiny-llama", tokenizer)


@pytest.fixture
def tiny_base(tiny_folder: Path) -> BaseModel:
    """The tiny Llama, loaded afresh."""
    return load_base(find_base(str(tiny_folder), tiny_folder), dtype="float32", device="cpu")
