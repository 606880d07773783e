"""The app under AppTest, on a data folder of the test's own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.domain import GenerationConfig
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflow"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from syncing import WordEmbedder, quick_workspace

ROOT = Path(__file__).resolve().parent.parent.parent
TIMEOUT = 60.0


@pytest.fixture(scope="session", autouse=True)
def _scanned(scanned_components: None) -> None:
    """Each test here opens the app in sessions of its own."""


@pytest.fixture(autouse=True)
def _cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app does not warm up: that starts a second after the paint, in the midst of the next
    test, and walks through all that the tests before have left. The tests in a browser do."""
    monkeypatch.setattr("assistant.ui.shell.warm_up_once", lambda *_: None)


@pytest.fixture
def environment(
    data_dir: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The app's settings; what it caches is released afterwards, the data folder's lock with it."""
    monkeypatch.setenv("UAT_DATA_DIR", str(data_dir))
    monkeypatch.setenv("UAT_MODELS_DIR", str(models_dir))
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    yield data_dir
    st.cache_resource.clear()


@pytest.fixture
def quick_environment(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A data folder of the test's own with an empty project, embedded by words: takes no time.

    A module whose ``environment`` is this opens the app on it.
    """
    embedder = WordEmbedder()
    with quick_workspace(tmp_path / "data"):
        pass
    monkeypatch.setattr(Workspace, "embedder", lambda *_: embedder)
    monkeypatch.setenv("UAT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("UAT_MODELS_DIR", str(models_dir))
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    st.cache_data.clear()  # copies of one written run have its ids
    yield tmp_path
    st.cache_resource.clear()


@pytest.fixture
def open_app(environment: Path) -> Callable[..., AppTest]:
    """Opens the app in a session of its own, at an address given by query parameters."""

    def opened(**address: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return opened


@pytest.fixture(scope="session")
def written_runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, str, str]]:
    """Gives a data folder to copy, with the run of an epic's outlines, and the ids of its project
    and its run. The epic came in as a file; its run is written for the first test that wants it."""

    @cache
    def written(epic: str, file: str) -> tuple[Path, str, str]:
        place = tmp_path_factory.mktemp("written")
        (place / file).write_text(epic, "utf-8")
        with quick_workspace(place / "data") as (workspace, project_id, _):
            import_sources.index_paths(workspace, project_id, [place / file])
            (key,) = [one.key for one in workspace.library.epics(project_id)]
            found = understand(workspace, project_id, GenerateRequest(epic_keys=(key,)))
            run = generate_cases.begin(workspace, project_id, found, GenerationConfig(), by="Tess")
            generate_cases.run_now(workspace, project_id, run)
        return place / "data", project_id, run.id

    return written


@pytest.fixture
def run_of_file(
    quick_environment: Path,
    open_app: Callable[..., AppTest],
    written_runs: Callable[..., tuple[Path, str, str]],
    copy_folder: Callable[[Path, Path], Path],
) -> Callable[..., AppTest]:
    """Opens the app on the outlines of an epic, given as Markdown, that came in as a file."""

    def opened(epic: str, file: str = "epic.md") -> AppTest:
        folder, project_id, run_id = written_runs(epic, file)
        (quick_environment / file).write_text(epic, "utf-8")
        shutil.rmtree(quick_environment / "data")
        copy_folder(folder, quick_environment / "data")
        return open_app(project=project_id, run=run_id)

    return opened


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the browser has kept of earlier visits, for sessions that are opened from now on."""
    kept: dict[str, str] = {}
    client = SimpleNamespace(cookies=kept, headers={})
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: client)
    return kept


@pytest.fixture
def app(open_app: Callable[..., AppTest]) -> AppTest:
    """The app as it opens."""
    return open_app()
