"""The graph of a large index on the real engine: what it finds, what is written while it is built,
and what a kill or a failure leaves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

from assistant.domain import RetrievalConfig, SearchFilter
from assistant.errors import RetrievalError
from assistant.failpoints import VARIABLE
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant import edge, graph, graph_child
from assistant.knowledge.qdrant.folder import GRAPH_PREFIX, NEW_SHARD, OLD_SHARD, SHARD

CONFIG = RetrievalConfig(sparse_weight=0.0)
EXACT = CONFIG.model_copy(update={"exact": True})
FEW = 2_000
ASKED = [
    f"{letter * size} some question {number}"
    for number in range(5)
    for letter in "abcdefg"
    for size in (1, 3, 5)
]


def collection(folder: Path, building: ModuleType, chunks: int) -> Path:
    """A collection of so many chunks, every tenth of them a rule, without a graph."""
    base = KnowledgeBase.open(folder, building.NearEmbedder(), project_id="p")
    base.put([building.document(number) for number in range(chunks // 40)])
    base.close()
    return folder


@pytest.fixture(scope="module")
def filled(building: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection whose graph is searched."""
    return collection(tmp_path_factory.mktemp("filled") / "index", building, building.CHUNKS)


@pytest.fixture(scope="module")
def few(building: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough for a graph, where a test asks what a build leaves and not what its graph finds."""
    return collection(tmp_path_factory.mktemp("few") / "index", building, FEW)


@pytest.fixture(scope="module")
def with_graph(
    building: ModuleType, filled: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same with its graph."""
    folder = tmp_path_factory.mktemp("with_graph") / "index"
    shutil.copytree(filled, folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(graph, "GRAPH_FROM", 1_000)
        base = KnowledgeBase.open(folder, building.NearEmbedder(), project_id="p")
        assert base.build_graph()
        base.close()
    return folder


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "GRAPH_FROM", 1_000)


def opened(source: Path, tmp_path: Path, building: ModuleType) -> KnowledgeBase:
    """A copy of a collection."""
    shutil.copytree(source, tmp_path / "index")
    return KnowledgeBase.open(tmp_path / "index", building.NearEmbedder(), project_id="p")


def ids(base: KnowledgeBase, text: str, config: RetrievalConfig, **limits: object) -> list[str]:
    return [hit.chunk.id for hit in base.search(text, config, **limits)]  # type: ignore[arg-type]


def leftovers(folder: Path) -> list[Path]:
    names = (NEW_SHARD, OLD_SHARD, f"{GRAPH_PREFIX}*")
    return [path for name in names for path in folder.glob(name)]


@pytest.mark.long
@pytest.mark.parametrize("kinds", [(), ("rule",), ("prose",)])
@pytest.mark.parametrize("without", [(), ("d0", "d10", "d7")])
def test_the_graph_finds_what_exact_search_finds(
    with_graph: Path,
    building: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kinds,
    without,
) -> None:
    monkeypatch.setattr(edge, "ONE_BY_ONE", 0)  # else all of these are few, and compared exactly
    base = opened(with_graph, tmp_path, building)
    info = base._index._shard.info()
    assert info.indexed_vectors_count == 2 * building.CHUNKS, "dense vectors too are indexed"
    wanted = {"filter": SearchFilter(kinds=kinds)}
    same = total = 0
    for text in ASKED:
        exact = ids(base, text, EXACT.model_copy(update=wanted), exclude_documents=without)
        quick = ids(base, text, CONFIG.model_copy(update=wanted), exclude_documents=without)
        assert len(exact) == 10
        same += len(set(exact) & set(quick))
        total += len(exact)
    # Eight builds found .992 to 1 of what exact search finds; with 64 candidates it is .91.
    assert same / total >= 0.985
    base.close()


@pytest.mark.long
def test_few_chunks_of_a_filter_are_compared_one_by_one(
    few: Path, building: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    params = edge.search_params

    def noted(asked, of, exact: bool, has_deleted: bool):
        told.append(exact)
        return params(asked, of, exact, has_deleted)

    monkeypatch.setattr(edge, "search_params", noted)
    monkeypatch.setattr(edge, "ONE_BY_ONE", 1)
    base = opened(few, tmp_path, building)
    base._index._graph = graph.Graph(FEW, FEW)
    assert FEW // 10 < base._index._graph.looked_at < FEW - FEW // 10
    for kinds in (("rule",), ("prose",), ()):
        ids(base, ASKED[0], CONFIG.model_copy(update={"filter": SearchFilter(kinds=kinds)}))
    assert told == [True, False, False]
    base._index._shard.close()
    with pytest.raises(RetrievalError, match="cannot be searched"):
        ids(base, ASKED[0], CONFIG.model_copy(update={"filter": SearchFilter(kinds=("rule",))}))


@pytest.mark.long
@pytest.mark.usefixtures("small")
def test_what_is_written_during_the_build_is_there_afterwards(
    filled: Path, building: ModuleType, tmp_path: Path
) -> None:
    base = opened(filled, tmp_path, building)

    def write() -> None:
        assert base.search("aaa some question", CONFIG), "it can be searched meanwhile"
        base.put([building.document(0, version=2)])
        base.put([("late", [building.chunk("late", 0, "zz a late chunk")])])
        base.remove("d1")

    assert building.while_building(base, write)
    for again in range(2):
        assert base.count() == base._index.count() == building.CHUNKS - 40 + 1
        assert {chunk.text.split()[-1] for chunk in base.chunks("d0")} == {"version2"}
        assert ids(base, "zz a late chunk", CONFIG)[0] == "late-0", "new chunks are found"
        assert "d1" not in base.documents()
        assert base._index._graph is not None
        assert leftovers(tmp_path / "index") == []
        base.close()
        if not again:
            base = KnowledgeBase.open(tmp_path / "index", building.NearEmbedder(), project_id="p")


@pytest.mark.long
@pytest.mark.usefixtures("small")
def test_a_graph_is_built_again_when_enough_has_changed(
    with_graph: Path, building: ModuleType, tmp_path: Path
) -> None:
    base = opened(with_graph, tmp_path, building)
    assert not base.build_graph(), "it has just been built"
    base.put([building.document(number, version=2) for number in range(10)])
    assert not base.build_graph(), "800 points came or went"
    base.put([building.document(number, version=2) for number in range(10, 15)])
    assert base.build_graph()
    assert base.count() == base._index.count() == building.CHUNKS
    assert {chunk.text.split()[-1] for chunk in base.chunks("d12")} == {"version2"}
    assert not base.build_graph()
    base.close()


@pytest.mark.long
def test_a_small_index_has_none(filled: Path, building: ModuleType, tmp_path: Path) -> None:
    base = opened(filled, tmp_path, building)
    assert not base.build_graph()
    base.close()


@pytest.mark.long
@pytest.mark.usefixtures("small")
def test_a_build_is_dropped_where_too_much_is_written(
    few: Path, building: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = opened(few, tmp_path, building)
    monkeypatch.setattr(graph, "_MOST_POINTS", 30)
    assert not building.while_building(base, lambda: base.put([building.document(3, version=2)]))
    assert base._index._graph is None
    assert leftovers(tmp_path / "index") == []
    assert {chunk.text.split()[-1] for chunk in base.chunks("d3")} == {"version2"}
    assert base.build_graph(), "the next one is built"
    base.close()


@pytest.mark.long
@pytest.mark.usefixtures("small")
def test_what_is_erased_during_the_build_is_in_no_copy(
    few: Path, building: ModuleType, tmp_path: Path
) -> None:
    base = opened(few, tmp_path, building)

    def erase() -> None:
        base.remove("d1")
        assert base.rewrite()
        assert leftovers(tmp_path / "index") == []

    assert not building.while_building(base, erase)
    assert base.count() == base._index.count() == FEW - 40
    base.close()


@pytest.mark.long
@pytest.mark.usefixtures("small")
def test_closing_ends_the_build(few: Path, building: ModuleType, tmp_path: Path) -> None:
    base = opened(few, tmp_path, building)
    assert not building.while_building(base, base.close)
    assert leftovers(tmp_path / "index") == []
    again = KnowledgeBase.open(tmp_path / "index", building.NearEmbedder(), project_id="p")
    assert again.count() == FEW
    again.close()


@pytest.mark.long
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("fault", ["process", "room", "put"])
def test_a_failed_build_leaves_exact_search(
    few: Path, building: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    base = opened(few, tmp_path, building)
    before = ids(base, ASKED[0], CONFIG)
    with monkeypatch.context() as patched:
        if fault == "process":
            patched.setattr(graph_child, "__file__", str(tmp_path / "missing.py"))
        elif fault == "room":
            patched.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 0))
        else:

            def fail(folder: Path) -> None:
                raise OSError("no space left")

            patched.setattr("assistant.knowledge.qdrant.edge.put_new_shard", fail)
        with pytest.raises(RetrievalError, match=r"index in .*index"):
            base.build_graph()
    assert ids(base, ASKED[0], CONFIG) == before
    assert leftovers(tmp_path / "index") == []
    base.put([building.document(0, version=2)])
    assert base.build_graph(), "the next one is built"
    assert base.count() == base._index.count() == FEW
    base.close()


@pytest.mark.long
@pytest.mark.parametrize(
    "point",
    ["graph_copied", "graph_built", "graph_carried", "before_new_shard", "between_shards",
     "after_new_shard"],
)  # fmt: skip
def test_a_kill_at_any_step_loses_nothing(
    filled: Path, few: Path, building: ModuleType, tmp_path: Path, point: str
) -> None:
    with_graph = point in ("between_shards", "after_new_shard")
    chunks = building.CHUNKS if with_graph else FEW
    shutil.copytree(filled if with_graph else few, tmp_path / "index")
    done = subprocess.run(
        [sys.executable, building.__file__, str(tmp_path / "index")],
        env={**os.environ, VARIABLE: point}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 137, done.stderr
    written = "written" in done.stdout
    assert written == (point != "graph_copied")
    base = KnowledgeBase.open(tmp_path / "index", building.NearEmbedder(), project_id="p")
    assert leftovers(tmp_path / "index") == []
    expected = chunks - 39 if written else chunks
    assert base.count() == base._index.count() == expected
    assert ("late" in base.documents()) == written
    version = "version2" if written else "version1"
    assert {chunk.text.split()[-1] for chunk in base.chunks("d0")} == {version}
    assert (base._index._graph is not None) == with_graph
    assert len(ids(base, ASKED[0], CONFIG)) == 10
    base.close()


@pytest.mark.long
def test_a_program_without_graphs_opens_it_and_takes_the_graph_out(
    with_graph: Path, building: ModuleType, tmp_path: Path
) -> None:
    """What such a program does, done here: it loads the shard with its own configuration."""
    from assistant.knowledge.qdrant.edge import _without_graph

    shutil.copytree(with_graph, tmp_path / "index")
    import qdrant_edge

    shard = qdrant_edge.EdgeShard.load(str(tmp_path / "index" / SHARD), _without_graph(384))
    shard.optimize()
    shard.close()
    assert json.loads((tmp_path / "index" / SHARD / graph_child.GRAPH).read_text())
    base = KnowledgeBase.open(tmp_path / "index", building.NearEmbedder(), project_id="p")
    assert base.count() == building.CHUNKS
    assert base._index._graph is None, "searched exactly, until the next graph"
    assert len(ids(base, ASKED[0], CONFIG)) == 10
    base.put([building.document(number, version=2) for number in range(201)])
    base.close()
    base = KnowledgeBase.open(tmp_path / "index", building.NearEmbedder(), project_id="p")
    assert base._index._graph is None, "however many chunks come in"
    base.close()


@pytest.mark.long
@pytest.mark.usefixtures("small")
def test_no_file_of_the_copy_is_open_when_it_takes_its_place(
    few: Path, building: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows moves no folder with an open file in it."""
    base = opened(few, tmp_path, building)
    read, moved, late = graph._read, threading.Event(), []

    def slow(paths: Iterable[Path]) -> None:
        if threading.current_thread().name == "warm-index":
            late.extend(path for path in paths if GRAPH_PREFIX in str(path))
            moved.wait(10)
        read(paths)

    monkeypatch.setattr(graph, "_read", slow)
    assert base.build_graph()
    moved.set()
    assert late == []
    base.close()
