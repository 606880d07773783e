"""Which models a process holds open while several threads ask for them."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.domain import GenerationConfig
from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import DEFAULT_CHAT, SMALL_CHAT, CatalogueModel
from assistant.settings import Settings
from assistant.workflow.deployment import endpoints as module
from assistant.workflow.deployment.endpoints import Endpoints


class Loaded:
    """Stands for a loaded model: takes a moment to load, and knows how many are in memory."""

    def __init__(self, memory: list[str], model_id: str) -> None:
        self.memory, self.model_id = memory, model_id
        self.engine, self.adapters = self, ()
        time.sleep(0.05)
        memory.append(model_id)
        self.most = len(memory)

    def with_adapter(self, _: str) -> Loaded:
        return self

    def with_config(self, _: object) -> Loaded:
        return self

    def close(self) -> None:
        if self.model_id in self.memory:
            self.memory.remove(self.model_id)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Ids of the embedded models in memory, with loading replaced."""
    held: list[str] = []

    def load(model: CatalogueModel, *_: Any, **__: Any) -> Loaded:
        return Loaded(held, model.id)

    for name in ("present_path", "verified_path"):
        monkeypatch.setattr(module, name, lambda *_: tmp_path, raising=False)
    monkeypatch.setattr(module, "open_embedded", load)
    return held


def test_two_embedded_models_are_never_in_memory_at_once(memory: list[str], tmp_path: Path) -> None:
    opened = Endpoints(Settings(data_dir=tmp_path))
    found: list[Any] = []

    def ask(model_id: str) -> None:
        found.append(opened.open(model_id, GenerationConfig()))

    threads = [threading.Thread(target=ask, args=(one,)) for one in (DEFAULT_CHAT, SMALL_CHAT) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert {one.most for one in found} == {1}
    assert len(memory) == 1


def test_a_model_that_was_loading_at_the_end_is_freed(memory: list[str], tmp_path: Path) -> None:
    opened = Endpoints(Settings(data_dir=tmp_path))
    failed: list[Exception] = []

    def ask() -> None:
        try:
            opened.open(DEFAULT_CHAT, GenerationConfig())
        except ModelUnavailable as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while opened.state(DEFAULT_CHAT)[0] != "loading":
        time.sleep(0.001)
    opened.close()
    thread.join()
    assert memory == []
    assert len(failed) == 1


def test_what_is_open_is_looked_through_while_others_open(tmp_path: Path) -> None:
    """Every reading and every change of the open endpoints happens under the lock."""

    class Watched(dict[Any, Any]):
        def __getattribute__(self, name: str) -> Any:
            if name in {"get", "items", "pop", "values", "clear"}:
                assert opened._lock.locked(), f"{name} without the lock"
            return super().__getattribute__(name)

        def __setitem__(self, key: Any, value: Any) -> None:
            assert opened._lock.locked(), "a change without the lock"
            super().__setitem__(key, value)

    opened = Endpoints(
        Settings(
            data_dir=tmp_path, endpoint_provider="openai", endpoint_model="m",
            endpoint_url="http://127.0.0.1:9/v1",
        )
    )  # fmt: skip
    opened._open = Watched()
    first = opened.open("endpoint", GenerationConfig())
    assert opened.open("endpoint", GenerationConfig()) is first
    opened.forget()
    opened.close()
