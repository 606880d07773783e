"""Base models: where they come from, and what the offline switch keeps from being fetched."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import TrainingError
from assistant.training.base_models import find_base


def test_offline_a_model_of_the_hub_is_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def lookup(*host: Any, **_: Any) -> list[Any]:
        asked.append(host)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setenv("UAT_OFFLINE", "1")
    with pytest.raises(TrainingError, match="offline switch is on"):
        find_base("nobody/no-such-model", tmp_path)
    assert not asked, "no host was even looked up"
