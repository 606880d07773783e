"""Where the app listens: on this computer unless an address is given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.workflow.deployment import start


class Replaced(Exception):
    """The process would be the server now."""


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The words that the server is started with, once ``serve`` was called."""
    words: list[str] = []

    def become(program: str, arguments: list[str], environment: dict[str, str]) -> None:
        words.extend(arguments)
        os.close(int(environment["UAT_LOCK_DESCRIPTOR"]))
        raise Replaced

    monkeypatch.setattr(os, "execve", become)
    monkeypatch.chdir(tmp_path)
    return words


def serve(folder: Path, **options: str) -> None:
    """Become the server of an empty data folder."""
    settings = Settings(data_dir=folder)
    with pytest.raises(Replaced):
        start.serve(settings, port=8599, browser=False, with_model=False, **options)


def test_the_app_listens_on_this_computer_only(command: list[str], tmp_path: Path) -> None:
    serve(tmp_path)
    assert "--server.address=127.0.0.1" in command


def test_another_address_is_listened_on_where_it_is_given(
    command: list[str], tmp_path: Path
) -> None:
    serve(tmp_path, host="0.0.0.0")
    assert "--server.address=0.0.0.0" in command


@pytest.mark.parametrize("host", ["203.0.113.9", "nowhere.invalid"])
def test_an_address_of_another_computer_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match="no address of this computer"):
        start.free_port(None, host)
