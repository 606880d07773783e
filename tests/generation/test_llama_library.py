"""llama.cpp loads on a machine without OpenMP, and says so where it cannot load at all."""

from __future__ import annotations

import os
from types import ModuleType

import pytest

from assistant.errors import ModelUnavailable
from assistant.generation.models import llama_library

NO_OPENMP = "libgomp.so.1: cannot open shared object file: No such file or directory"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Messages of the import's failures to come; once used up, the import succeeds."""
    messages: list[str] = []

    def attempt() -> ModuleType:
        if messages:
            raise ImportError(messages.pop(0))
        return ModuleType("xllamacpp")

    monkeypatch.setattr(llama_library, "_import", attempt)
    return messages


def test_takes_openmp_from_torch_where_the_system_has_none(failing: list[str]) -> None:
    failing.append(NO_OPENMP)
    assert llama_library.import_llama().__name__ == "xllamacpp"


@pytest.mark.parametrize(
    "messages", [["No module named 'xllamacpp'"], [NO_OPENMP, "libstdc++.so.6: version too old"]]
)
def test_a_machine_that_cannot_load_it_gets_a_next_step(
    failing: list[str], messages: list[str]
) -> None:
    failing.extend(messages)
    with pytest.raises(ModelUnavailable, match="Use outlines"):
        llama_library.import_llama()


def test_without_torch_the_reason_is_openmp(
    failing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama_library, "find_spec", lambda name: None)
    failing.append(NO_OPENMP)
    with pytest.raises(ModelUnavailable, match="libgomp"):
        llama_library.import_llama()


@pytest.mark.parametrize("policy", [None, "ACTIVE"])
def test_waiting_threads_yield_unless_the_person_chose(
    monkeypatch: pytest.MonkeyPatch, policy: str | None
) -> None:
    seen: list[str | None] = []

    def attempt() -> ModuleType:
        seen.append(os.environ.get("OMP_WAIT_POLICY"))
        return ModuleType("xllamacpp")

    monkeypatch.setattr(llama_library, "_import", attempt)
    if policy is None:
        monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    else:
        monkeypatch.setenv("OMP_WAIT_POLICY", policy)
    llama_library.import_llama()
    assert seen == [policy or "PASSIVE"]
    assert os.environ.get("OMP_WAIT_POLICY") == policy
