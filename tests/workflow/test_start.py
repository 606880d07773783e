"""Where the app listens: on this computer unless an address is given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.workflow.deployment import start
from assistant.workflow.deployment.models import DEFAULT_CHAT, DEFAULT_EMBEDDING


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


@pytest.mark.parametrize(
    ("with_model", "wanted"),
    [(False, [DEFAULT_EMBEDDING]), (True, [DEFAULT_EMBEDDING, DEFAULT_CHAT])],
)
def test_only_what_the_search_needs_is_fetched_unless_the_writer_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, with_model: bool, wanted: list[str]
) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(start, "fetch", lambda _, name, **__: fetched.append(name))
    monkeypatch.setattr(start, "ensure_sample_project", lambda *_, **__: None)
    start.prepare(
        Settings(data_dir=tmp_path), with_model=with_model, say=lambda _: None,
        fetching=lambda _: None, indexing=lambda *_: None,
    )  # fmt: skip
    assert fetched == wanted


def serve(folder: Path, **options: str) -> None:
    """Become the server of an empty data folder."""
    settings = Settings(data_dir=folder)
    with pytest.raises(Replaced):
        start.serve(settings, port=8599, browser=False, **options)


def test_the_app_listens_on_this_computer_only(command: list[str], tmp_path: Path) -> None:
    serve(tmp_path)
    assert "--server.address=127.0.0.1" in command


@pytest.mark.parametrize(("on", "script"), [(False, "app.py"), (True, "app_with_tools.py")])
def test_tools_are_served_only_where_they_are_switched_on(
    command: list[str], tmp_path: Path, on: bool, script: str
) -> None:
    with pytest.raises(Replaced):
        start.serve(Settings(data_dir=tmp_path, tools_http=on), port=8599, browser=False)
    (path,) = (Path(word) for word in command if word.endswith(".py"))
    assert path.name == script
    assert path.is_file()


def test_another_address_is_listened_on_where_it_is_given(
    command: list[str], tmp_path: Path
) -> None:
    serve(tmp_path, host="0.0.0.0")
    assert "--server.address=0.0.0.0" in command


@pytest.mark.parametrize("host", ["203.0.113.9", "nowhere.invalid"])
def test_an_address_of_another_computer_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match="no address of this computer"):
        start.free_port(None, host)
