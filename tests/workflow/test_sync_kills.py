"""Process kills (not power loss): the next sync ends as if none had been, and nothing is half."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import ModuleType

import pytest
from syncing import (
    index_of,
    library_of,
    quick_workspace,
    sync_folder,
    sync_until_killed,
    write,
)

from assistant.domain import RetrievalConfig
from assistant.workflow.deployment.workspace import Workspace

POINTS = (
    "before_fetch",
    "after_fetch",
    "after_store",
    "after_store@c.md",
    "after_embed",
    "after_upsert",
    "after_pointer",
    "after_visible",
    "after_put",
    "after_index",
    "after_cursor",
    "after_remove",
    "after_forget",
    "after_forget@h.md",
    "before_finish",
)
SENTENCES = 40


@pytest.fixture(scope="module")
def processes() -> Iterator[ForkServerContext]:
    """Starts processes from one that has the program loaded and has opened nothing.

    A process runs its parent's main script first, and Streamlit's AppTest leaves the app as that.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["syncing"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        yield context


def page(name: str, version: int) -> str:
    """A page of several chunks; every third section is the same in all versions."""
    sections = (
        f"## Part {n}\n\nIn part {n} of {name} the limit is "
        f"{n if n % 3 == 0 else n + 100 * version} days, and it is written down here.\n"
        for n in range(SENTENCES // 5)
    )
    return f"# Page {name}\n\n" + "\n".join(sections)


def write_version(folder: Path, version: int) -> None:
    """Version 1: pages a to f, g and h. Later: some changed, b is new, g renamed, h and d gone."""
    at = 1_700_000_000 + version
    for name in "acdef":
        write(folder / f"{name}.md", page(name, version if name != "e" else 1), at=at)
    write(folder / "g.md", page("g", 1), at=1_700_000_000)
    write(folder / "h.md", page("h", 1), at=1_700_000_000)
    if version > 1:
        write(folder / "b.md", page("b", version), at=at)
        (folder / "g.md").rename(folder / "renamed.md")
        (folder / "h.md").unlink()
        (folder / "d.md").unlink()


class Setting:
    """A project synchronised with version 1 of a folder that is at version 2 by now."""

    def __init__(self, place: Path, copy_folder: Callable[[Path, Path], Path]) -> None:
        self._copy = copy_folder
        self.folder, self.before = place / "folder", place / "before"
        write_version(self.folder, 1)
        with quick_workspace(self.before) as (workspace, project_id, _):
            sync_folder(workspace, project_id, self.folder)
            self.old = whole_documents(workspace, project_id)
        shutil.rmtree(self.folder)
        write_version(self.folder, 2)
        with quick_workspace(self.copy(place / "calm")) as (workspace, project_id, _):
            sync_folder(workspace, project_id, self.folder)
            self.new = whole_documents(workspace, project_id)
            self.index = index_of(workspace, project_id)
            self.library = library_of(workspace, project_id)

    def copy(self, place: Path) -> Path:
        return self._copy(self.before, place)

    def check_and_finish(self, data_dir: Path) -> None:
        """Nothing is half after the kill, and the next sync ends as an uninterrupted one."""
        with quick_workspace(data_dir) as (workspace, project_id, _):
            for name, texts in whole_documents(workspace, project_id).items():
                assert texts in (self.old.get(name), self.new.get(name)), f"{name} is half there"
            sync_folder(workspace, project_id, self.folder)
            assert index_of(workspace, project_id) == self.index
            assert library_of(workspace, project_id) == self.library
            again = sync_folder(workspace, project_id, self.folder)
            assert (again.new, again.changed, again.removed) == (0, 0, 0)


def whole_documents(workspace: Workspace, project_id: str) -> dict[str, list[str]]:
    return {
        name: [str(chunk["text"]) for chunk in chunks]
        for name, chunks in index_of(workspace, project_id).items()
    }


@pytest.fixture(scope="module")
def setting(
    tmp_path_factory: pytest.TempPathFactory, copy_folder: Callable[[Path, Path], Path]
) -> Setting:
    return Setting(tmp_path_factory.mktemp("kills"), copy_folder)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.slow
def test_a_kill_at_any_step_is_made_good(
    point: str, setting: Setting, processes: ForkServerContext, tmp_path: Path
) -> None:
    data_dir = setting.copy(tmp_path / "data")
    child = processes.Process(target=sync_until_killed, args=(data_dir, setting.folder, point))
    child.start()
    child.join(60)
    assert child.exitcode == 137, f"{point} was not reached"
    setting.check_and_finish(data_dir)


@pytest.mark.slow
def test_kills_at_random_are_made_good(
    setting: Setting, processes: ForkServerContext, tmp_path: Path, kill_times: int
) -> None:
    chance = random.Random(4)
    killed, folders = 0, 8 * kill_times
    for number in range(folders):
        data_dir = setting.copy(tmp_path / f"data{number}")
        longest = 1.5
        for _ in range(4):  # killed again while it makes good what the kill before left
            child = processes.Process(target=sync_until_killed, args=(data_dir, setting.folder))
            child.start()
            child.join(chance.uniform(0.05, longest))
            killed += child.exitcode is None
            child.kill()
            child.join()
        setting.check_and_finish(data_dir)
        shutil.rmtree(data_dir)
    assert killed >= folders


def test_a_reader_never_sees_half_a_document(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    config = RetrievalConfig(candidates=500, exact=True)
    torn: list[str] = []
    looks = 0
    done = threading.Event()
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        for name in "ac":
            write(folder / f"{name}.md", page(name, 1))
        sync_folder(workspace, project_id, folder)
        knowledge = workspace.knowledge(project_id)
        size = {name: len(chunks) for name, chunks in index_of(workspace, project_id).items()}

        def read() -> None:
            nonlocal looks
            while not done.is_set():
                hits = knowledge.search("the limit is written down here", config, limit=500)
                found = defaultdict(list)
                for hit in hits:
                    found[hit.chunk.document_id].append(hit.chunk.version)
                for name, versions in found.items():
                    if len(set(versions)) != 1 or len(versions) != size[name]:
                        torn.append(f"{name}: {versions}")
                if len(found) != len(size):
                    torn.append(f"only {sorted(found)}")
                looks += 1
                time.sleep(0)

        reader = threading.Thread(target=read)
        reader.start()
        for version in range(2, 8):
            for name in "ac":
                write(folder / f"{name}.md", page(name, version), at=1_700_000_000 + version)
            sync_folder(workspace, project_id, folder)
        done.set()
        reader.join()
    assert not torn
    assert looks > 10
