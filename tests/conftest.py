"""Fixtures that several rooms' tests share: real models, the sample project, the shared corpora."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings
from sqlalchemy import URL, Engine, create_engine

from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import (
    CATALOGUE,
    DEFAULT_CHAT,
    DEFAULT_EMBEDDING,
    find_model,
)
from assistant.generation.models.fetch import fetch_model
from assistant.knowledge.embedding import RememberedVectors, SentenceEmbedder, import_libraries
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import ensure_sample_project

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("UAT_HYPOTHESIS", "repeatable"))
"""The same examples each time, so that a failure is the change's; "explore" looks further."""

MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 4 << 30:
    # Each small project flushes its library and its index to the disk many times, which is most of
    # the suite's time on a busy one. What is tested is killed processes, not failing disks.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# Where an image forbids compiled files, each worker compiles every test, and each of the many
# processes that the tests start compiles the package.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before torch is imported: workers that each compute on every core wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


gc.disable()  # what is imported for the tests stays; see pytest_collection_finish


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """From here on garbage is collected, and what was collected as tests is never walked through:
    it was a twelfth of the suite's time."""
    gc.freeze()
    gc.enable()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two processes for the slow tests, many of which wait for a browser or a child; a model uses
    every core, and more of them would wait for each other. One for those that want to be alone."""
    chosen = str(config.option.markexpr)
    if "alone" in chosen and "not alone" not in chosen:
        return 0
    return 2 if "slow" in chosen and "not slow" not in chosen else max(2, os.cpu_count() or 2)


@pytest.fixture(scope="session")
def kill_times() -> int:
    """How many times as often the loops of kills kill: once for a proof, more for a study."""
    return int(os.environ.get("UAT_KILL_TIMES", "1"))


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def fetched_model() -> Callable[[str], Path]:
    """Gives a model's verified path by id: fetched once, for real, into the app's own folder.

    ``UAT_MODELS_DIR`` names another folder. A test skips where the model cannot be had.
    """

    def fetched(model_id: str) -> Path:
        settings = Settings()
        try:
            return fetch_model(find_model(model_id), settings.models_path, offline=settings.offline)
        except ModelUnavailable as absent:
            pytest.skip(str(absent))

    return fetched


@pytest.fixture(scope="session")
def models_dir(
    fetched_model: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folder of the fetched models, with the embedding model in it and without the large writer.

    Where that one is, it writes what no other writer is chosen for, in minutes instead of seconds.
    """
    fetched_model(DEFAULT_EMBEDDING)
    folder = tmp_path_factory.mktemp("models")
    for model in CATALOGUE:
        if model.id != DEFAULT_CHAT:
            for name in (model.id, f"{model.id}.verified.json"):
                (folder / name).symlink_to(Settings().models_path / name)
    return folder


class OnceEmbedder(RememberedVectors):
    """Vectors of the real model; a text that many tests' projects hold is embedded for the first.

    Else each workspace hashes and loads the weights and embeds the same sources as the one before.
    """

    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        """See ``Embedder``."""
        return super().documents(texts, waiting=waiting)


@pytest.fixture(scope="session", autouse=True)
def _one_embedder() -> Iterator[None]:
    """All workspaces of a worker share one model of a folder; each still verifies its files."""

    @cache
    def opened(folder: Path, **chosen: Any) -> OnceEmbedder:
        return OnceEmbedder(SentenceEmbedder(folder, **chosen))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("assistant.workflow.deployment.workspace.SentenceEmbedder", opened)
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """All libraries in files share what SQLAlchemy compiles, statements of the thousand before too:
    an app compiles each of them once, and a test has a library of its own."""
    first = create_engine("sqlite://")
    first.connect().close()

    def opened(url: URL, **chosen: Any) -> Engine:
        engine = create_engine(url, **chosen)
        if engine.dialect.name == first.dialect.name:
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("assistant.library.storage.database.create_engine", opened)
        yield
    first.dispose()


@pytest.fixture(scope="session")
def scanned_components() -> Iterator[None]:
    """``AppTest`` looks through all installed packages for components once, not once a session, and
    waits for a page's thread instead of asking a thousand times a second whether it ended."""
    from streamlit.components.v2 import manifest_scanner
    from streamlit.testing.v1 import local_script_runner

    ended = local_script_runner.require_widgets_deltas

    def waited(runner: Any, timeout: float = 3) -> None:
        runner._script_thread.join(timeout)
        ended(runner, 0.1)  # says what took too long

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(local_script_runner, "require_widgets_deltas", waited)
        found = cache(manifest_scanner.scan_component_manifests)
        patched.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture(scope="session")
def sample_data_dir(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample project in it, indexed: copy it, never change it.

    Made once for all worker processes, whose temporary folders lie in one.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, made = shared / "sample" / "data", shared / "sample-made"
    # Takes seconds, and who waits for the folder needs it next.
    import_libraries()
    with FileLock(shared / "sample.lock"):
        if not made.exists():
            first = shared / "sample" / "first"
            with Workspace.open(Settings(data_dir=first, models_dir=models_dir)) as workspace:
                ensure_sample_project(workspace)
            shutil.copytree(first, folder, copy_function=_copy_sparse)
            shutil.rmtree(first)
            made.touch()
    return folder


_ZEROS = bytes(1 << 16)


def _copy_sparse(source: str, target: str) -> str:
    """Copy a file and leave its holes holes: an index of 5 MB has 230 MB of them. What the engine
    has filled with zeros beforehand (some 90 MB) becomes holes too."""
    if not hasattr(os, "SEEK_DATA"):
        return str(shutil.copy2(source, target))
    with Path(source).open("rb") as read, Path(target).open("wb") as written:
        size, end = os.fstat(read.fileno()).st_size, 0
        while end < size:
            try:
                start = os.lseek(read.fileno(), end, os.SEEK_DATA)
            except OSError:  # nothing but a hole is left
                break
            end = min(os.lseek(read.fileno(), start, os.SEEK_HOLE), start + len(_ZEROS))
            found = os.pread(read.fileno(), end - start, start)
            if found != _ZEROS[: len(found)]:
                os.pwrite(written.fileno(), found, start)
        written.truncate(size)
    shutil.copystat(source, target)
    return target


@pytest.fixture(scope="session")
def copy_folder() -> Callable[[Path, Path], Path]:
    """Copies a data folder with what is in it, in a tenth of a second; gives the copy's path."""
    return lambda source, target: Path(shutil.copytree(source, target, copy_function=_copy_sparse))


@pytest.fixture
def data_dir(
    sample_data_dir: Path, tmp_path: Path, copy_folder: Callable[[Path, Path], Path]
) -> Path:
    """A data folder of the test's own, with the sample project."""
    return copy_folder(sample_data_dir, tmp_path / "data")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder of real corpora that are not part of the project; tests skip where it is absent."""
    folder = Path(os.environ.get("UAT_SHARED_DIR", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the folder of shared corpora is absent (set UAT_SHARED_DIR to use one)")
    return folder


@pytest.fixture(scope="session")
def qdrant_on_http() -> ModuleType:
    """The module that serves Qdrant's REST interface on this computer."""
    path = Path(__file__).with_name("qdrant_on_http.py")
    spec = importlib.util.spec_from_file_location("qdrant_on_http", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["qdrant_on_http"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def qdrant(qdrant_on_http: ModuleType) -> Iterator[Any]:
    """A running server that asks for a key."""
    running = qdrant_on_http.QdrantOnHttp(key=qdrant_on_http.KEY)
    yield running
    running.stop()


@pytest.fixture
def postgres_url() -> str:
    """An empty PostgreSQL database, this worker's own, on the server that a person or CI started.

    ``UAT_TEST_POSTGRES=postgresql+psycopg://USER@HOST/DATABASE`` names it; a test skips without.
    """
    given = os.environ.get("UAT_TEST_POSTGRES")
    if not given:
        pytest.skip("no PostgreSQL server (set UAT_TEST_POSTGRES to a database's URL)")
    from sqlalchemy import create_engine, make_url

    name = f"uat_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    engine = create_engine(given, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return make_url(given).set(database=name).render_as_string(hide_password=False)
