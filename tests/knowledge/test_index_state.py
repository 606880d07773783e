from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain import Chunk, RetrievalConfig, SearchFilter
from assistant.errors import EmbeddingMismatch, IndexLocked, RetrievalError
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.folder import META, SHARD
from assistant.knowledge.qdrant.homes import Place
from assistant.knowledge.qdrant.index import ChunkRecord, DocumentRecord, folded
from assistant.knowledge.retrieval import ReadRecords

CONFIG = RetrievalConfig()


def texts(base: KnowledgeBase, query: str, **filters: tuple[str, ...]) -> list[str]:
    config = CONFIG.model_copy(update={"filter": SearchFilter.model_validate(filters)})
    return [hit.chunk.text for hit in base.search(query, config, limit=50)]


def scores(base: KnowledgeBase, query: str) -> dict[str, float]:
    """Every hit's score by its chunk's id.

    Compare with ``same``: the last digits of a float32 product hang on how memory is aligned.
    """
    return {hit.chunk.id: hit.score for hit in base.search(query, CONFIG, limit=50)}


def same(expected: dict[str, float]) -> object:
    return pytest.approx(expected, rel=1e-4)


def test_a_second_put_changes_nothing(base: KnowledgeBase, words, make) -> None:
    chunks = [make("d", n, f"rule number {n}") for n in range(5)]
    assert base.put([("d", chunks)]) == ("d",)
    before = scores(base, "rule")
    assert len(before) == 5
    seen: list[tuple[int, int]] = []
    words.embedded = 0
    assert base.put([("d", chunks)], progress=lambda *at: seen.append(at)) == ("d",)
    assert words.embedded == 0
    assert seen == [(5, 5)]
    assert scores(base, "rule") == same(before)
    assert base.count() == 5


def test_only_new_text_is_embedded(base: KnowledgeBase, words, make) -> None:
    base.put([("d", [make("d", n, f"rule number {n}") for n in range(5)])])
    words.embedded = 0
    moved = [make("d", n + 1, f"rule number {n}") for n in range(4)]
    base.put([("d", [make("d", 0, "a new first rule"), *moved])])
    assert words.embedded == 1, "a chunk that only moved keeps its vector"
    assert base.count() == 5
    assert "rule number 4" not in texts(base, "rule number 4")
    assert [chunk.ordinal for chunk in base.chunks("d")] == [0, 1, 2, 3, 4]


def test_a_change_of_metadata_alone_is_seen(base: KnowledgeBase, words, make) -> None:
    base.put([("d", [make("d", 0, "one rule", release="Drop-1")])])
    words.embedded = 0
    base.put([("d", [make("d", 0, "one rule", release="Drop-2")])])
    assert words.embedded == 0
    assert texts(base, "rule", releases=("Drop-1",)) == []
    assert texts(base, "rule", releases=("Drop-2",)) == ["one rule"]


def test_removed_documents_are_gone(base: KnowledgeBase, make) -> None:
    base.put([("a", [make("a", 0, "keep this")]), ("b", [make("b", 0, "drop this")])])
    base.remove("b")
    base.remove("never there")
    assert base.documents() == {"a": 1}
    assert texts(base, "this") == ["keep this"]
    assert base._index.count() == 1, "no point is left behind"


def test_a_named_key_is_found_after_something_was_removed(base: KnowledgeBase, make) -> None:
    base.put([
        ("a", [make("a", 0, "BR-7 A refund is paid.", kind="rule", key="BR-7")]),
        ("b", [make("b", 0, "A meter is read.")]),
    ])  # fmt: skip
    base.remove("b")
    assert texts(base, "What does BR-7 say?") == ["BR-7 A refund is paid."]


@pytest.mark.long
def test_rewriting_keeps_all_that_is_found_and_nothing_that_was_removed(
    tmp_path: Path, words, make
) -> None:
    folder = tmp_path / "index"

    def holds() -> bool:
        held = [path for path in folder.rglob("*") if path.is_file()]
        return any(b"zyxomatic" in path.read_bytes() for path in held)

    base = KnowledgeBase.open(folder, words, project_id="p")
    base.put([("a", [make("a", n, f"thing{n} is paid") for n in range(700)])])
    base.put([("b", [make("b", 0, "the zyxomatic meter is read")])])
    base.remove("b")
    assert holds(), "removing alone leaves it in the files"
    before, asked = texts(base, "thing600")[0], words.embedded
    assert base.rewrite()
    assert texts(base, "thing600")[0] == before == "thing600 is paid"
    assert (base.count(), words.embedded) == (700, asked), "nothing is embedded again"
    base.put([("c", [make("c", 0, "a new chunk")])])
    assert "a new chunk" in texts(base, "new chunk")
    base.close()
    assert not holds()
    again = KnowledgeBase.open(folder, words, project_id="p")
    assert again.count() == 701
    again.close()


def test_a_document_without_chunks_is_known(base: KnowledgeBase, make) -> None:
    base.put([("empty", []), ("a", [make("a", 0, "text")])])
    assert base.documents() == {"a": 1, "empty": 0}
    base.put([("a", [])])
    assert texts(base, "text") == []


def test_cancelling_keeps_whole_documents(base: KnowledgeBase, make) -> None:
    documents = [
        (name, [make(name, n, f"{name} part {n}") for n in range(70)]) for name in ("a", "b", "c")
    ]
    seen: list[tuple[int, int]] = []

    def enough() -> bool:
        return bool(seen) and seen[-1][0] > 100

    done = base.put(documents, progress=lambda *at: seen.append(at), cancelled=enough)
    assert done == ("a",)
    assert base.documents() == {"a": 70}
    assert base._index.count() == 70
    assert seen == sorted(seen)
    assert base.put(documents) == ("a", "b", "c")
    assert base.count() == 210


def test_everything_is_there_after_reopening(place: Place, words, make) -> None:
    with_closing = KnowledgeBase.open(place, words, project_id="p")
    with_closing.put([("d", [make("d", n, f"rule number {n}") for n in range(30)])])
    before = scores(with_closing, "rule number 7")
    assert len(before) == 30
    with_closing.close()
    with_closing.close()
    with pytest.raises(RetrievalError, match="closed"):
        with_closing.search("rule", CONFIG)
    again = KnowledgeBase.open(place, words, project_id="p")
    assert scores(again, "rule number 7") == same(before)
    assert again.count() == 30
    again.close()


@pytest.fixture
def disk_path() -> Iterator[Path]:
    """A folder on the disk: in memory a file takes the room of its holes too."""
    with tempfile.TemporaryDirectory(dir=tempfile.gettempdir()) as folder:
        yield Path(folder)


@pytest.mark.long
def test_what_was_deleted_does_not_stay_in_the_files(disk_path: Path, words, make) -> None:
    def version(number: int) -> list[tuple[str, list[Chunk]]]:
        return [("d", [make("d", n, f"rule {n} of version {number}") for n in range(600)])]

    def on_disk() -> int:
        """Kilobytes of chunks; the engine's log of writes is limited by itself."""
        files = (disk_path / SHARD / "segments").rglob("*")
        return sum(file.stat().st_blocks for file in files if file.is_file()) // 2

    base = KnowledgeBase.open(disk_path, words, project_id="p")
    for number in range(8):
        base.put(version(number))
    held = on_disk()
    base.close()
    for _ in range(2):
        base = KnowledgeBase.open(disk_path, words, project_id="p")
        assert texts(base, "rule 7 of version 7")[0] == "rule 7 of version 7"
        assert len(base.chunks("d")) == 600
        base.close()
    assert on_disk() < held / 2, f"{held} kB before, {on_disk()} kB after"
    base = KnowledgeBase.open(disk_path, words, project_id="p")
    base.put(version(8))
    assert texts(base, "rule 7 of version 8")[0] == "rule 7 of version 8"
    base.close()


def test_filters_narrow_and_are_loose_about_spelling(base: KnowledgeBase, make) -> None:
    base.put(
        [
            ("a", [make("a", 0, "same words one", release="Drop-1", team="Call Centre")]),
            ("b", [make("b", 0, "same words two", release="Drop-10", labels=("GDPR", "x"))]),
            ("c", [make("c", 0, "same words three", kind="rule")]),
        ]
    )
    assert len(texts(base, "same words")) == 3
    assert texts(base, "same words", releases=("drop 1",)) == ["same words one"]
    assert texts(base, "same words", teams=("call centre",)) == ["same words one"]
    assert texts(base, "same words", labels=("gdpr", "other")) == ["same words two"]
    assert texts(base, "same words", kinds=("rule",)) == ["same words three"]
    assert texts(base, "same words", document_ids=("a", "b"), labels=("x",)) == ["same words two"]
    assert texts(base, "same words", releases=("Drop-2",)) == []
    assert folded("Drop_3 ") == folded("drop 3") == "drop-3"


def test_a_hit_outside_its_scope_never_comes_back(base: KnowledgeBase, make, monkeypatch) -> None:
    """The engine's filter is taken away: the check of each hit must hold alone."""
    base.put(
        [
            ("a", [make("a", 0, "canary one", release="Drop-1", kind="rule")]),
            ("b", [make("b", 0, "canary two", release="Drop-2", kind="rule")]),
        ]
    )
    index = base._index
    module = type(index).__module__
    monkeypatch.setattr(f"{module}.search_filter", lambda scope: None)
    assert texts(base, "canary", releases=("Drop-1",)) == ["canary one"]
    config = CONFIG.model_copy(update={"filter": SearchFilter(releases=("Drop-2",))})
    assert [hit.chunk.text for hit in base.retrieve(["canary"], config)] == ["canary two"]
    assert base.retrieve(["canary"], config, exclude_documents=["b"]) == ()
    read = type(index).read

    def foreign(self: object, ids: list[str]) -> list[ChunkRecord]:
        return [each.model_copy(update={"project_id": "q"}) for each in read(index, ids)]

    monkeypatch.setattr(type(index), "read", foreign)
    base._records = ReadRecords(index, base._versions)  # else it need not ask for them again
    assert base.search("canary", CONFIG) == ()
    assert base.retrieve(["canary"], CONFIG) == ()


def test_another_embedding_model_is_refused_by_name(tmp_path: Path, child, make) -> None:
    folder = tmp_path / "index"
    KnowledgeBase.open(folder, child.WordEmbedder("first"), project_id="p").close()
    with pytest.raises(EmbeddingMismatch, match=r"'first 64d'.*'second 64d'"):
        KnowledgeBase.open(folder, child.WordEmbedder("second"), project_id="p")
    KnowledgeBase.open(folder, child.WordEmbedder("first"), project_id="p").close()


def test_another_project_is_refused(tmp_path: Path, words) -> None:
    KnowledgeBase.open(tmp_path / "index", words, project_id="p").close()
    with pytest.raises(RetrievalError, match="belongs to project 'p', not to 'q'"):
        KnowledgeBase.open(tmp_path / "index", words, project_id="q")


def test_a_second_holder_is_told_who_holds_it(tmp_path: Path, words, child) -> None:
    folder = tmp_path / "index"
    with subprocess.Popen(
        [sys.executable, child.__file__, str(folder), "1"], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(IndexLocked, match=f"process {holder.pid}"):
            KnowledgeBase.open(folder, words, project_id="p")
        with pytest.raises(IndexLocked):
            KnowledgeBase.discard(folder, project_id="p")
        holder.kill()
    KnowledgeBase.open(folder, words, project_id="p").close()


def test_opening_twice_in_one_process_is_refused(tmp_path: Path, words) -> None:
    first = KnowledgeBase.open(tmp_path / "index", words, project_id="p")
    with pytest.raises(IndexLocked, match="this process"):
        KnowledgeBase.open(tmp_path / "index", words, project_id="p")
    first.close()


def test_a_creation_that_was_killed_is_made_good(tmp_path: Path, words) -> None:
    folder = tmp_path / "index"
    KnowledgeBase.open(folder, words, project_id="p").close()
    meta = json.loads((folder / META).read_text())
    (folder / META).write_text(json.dumps({**meta, "state": "creating"}))
    (folder / SHARD / "edge_config.json").write_text("{")
    base = KnowledgeBase.open(folder, words, project_id="p")
    assert base.count() == 0
    base.close()


class _Runs:
    """Unpickling this creates the file named by ``path``."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)


@pytest.mark.parametrize(
    "names",
    [(META,), ("segment.json",), ("edge_config.json", "version.info"),
     ("page_0.dat", "chunk_0.mmap", "open-1")],
)  # fmt: skip
def test_a_tampered_folder_runs_no_code(
    tmp_path: Path, words, make, names: tuple[str, ...]
) -> None:
    import pickle

    folder = tmp_path / "index"
    base = KnowledgeBase.open(folder, words, project_id="p")
    base.put([("d", [make("d", n, f"rule number {n}") for n in range(5)])])
    base.close()
    marker = tmp_path / "code-ran"
    payload = pickle.dumps(_Runs(str(marker)))
    paths = [path for path in folder.rglob("*") if path.name in names]
    assert paths
    for path in paths:
        with path.open("r+b") as file:
            file.write(payload)
            if path.name.endswith((".json", ".info")):
                file.truncate()
    refused = ""
    try:
        opened = KnowledgeBase.open(folder, words, project_id="p")
        try:
            opened.search("rule", CONFIG)
        finally:
            opened.close()
    except RetrievalError as error:
        refused = str(error)
    assert not refused or "ebuild the index" in refused
    assert not marker.exists()
    KnowledgeBase.discard(folder, project_id="p")
    KnowledgeBase.open(folder, words, project_id="p").close()


@pytest.mark.parametrize("what", ["meta", "shard"])
def test_missing_files_are_no_empty_index(tmp_path: Path, words, make, what: str) -> None:
    import shutil

    folder = tmp_path / "index"
    base = KnowledgeBase.open(folder, words, project_id="p")
    base.put([("d", [make("d", 0, "text")])])
    base.close()
    if what == "meta":
        (folder / META).unlink()
    else:
        shutil.rmtree(folder / SHARD)
    with pytest.raises(RetrievalError, match=r"damaged.*rebuild"):
        KnowledgeBase.open(folder, words, project_id="p")


def test_a_newer_format_is_refused(tmp_path: Path, words) -> None:
    folder = tmp_path / "index"
    KnowledgeBase.open(folder, words, project_id="p").close()
    meta = json.loads((folder / META).read_text())
    (folder / META).write_text(json.dumps({**meta, "format": 99}))
    with pytest.raises(RetrievalError, match="format 99"):
        KnowledgeBase.open(folder, words, project_id="p")


def test_the_mean_length_follows_the_documents(base: KnowledgeBase, make) -> None:
    base.put([("short", [make("short", n, f"refund {n}") for n in range(5)])])
    first = base.meta.mean_length
    long = [make("long", n, f"payment {n} " + "several other words here " * 20) for n in range(20)]
    base.put([("long", long)])
    assert base.meta.mean_length > 3 * first
    reweighed = base.explain("refund", CONFIG, limit=5).rows[0].sparse_score
    base.put([("short", [])])
    base.put([("short", [make("short", n, f"refund {n}") for n in range(5)])])
    anew = base.explain("refund", CONFIG, limit=5).rows[0].sparse_score
    assert anew == pytest.approx(reweighed), "deleted chunks count no longer"


def test_broken_characters_are_named(base: KnowledgeBase, make) -> None:
    broken = make("d", 0, "fine").model_copy(update={"text": "broken \ud800"})
    with pytest.raises(RetrievalError, match="'d' holds broken characters"):
        base.put([("d", [broken])])
    assert base.count() == 0
    assert base.search("broken \ud800", CONFIG) == ()


def test_chunks_of_another_document_are_refused(base: KnowledgeBase, make) -> None:
    with pytest.raises(RetrievalError, match="'other' was to be indexed under 'd'"):
        base.put([("d", [make("other", 0, "text")])])


def test_a_failed_write_leaves_the_old_version(base: KnowledgeBase, make, monkeypatch) -> None:
    base.put([("d", [make("d", 0, "old text")])])
    (old,) = (document.generation for document in base._index.documents())
    point_at = type(base._index).point_at

    def fail(self: object, document: DocumentRecord) -> None:
        if document.generation != old:
            raise RetrievalError("disk full")
        point_at(self, document)

    with monkeypatch.context() as patched:
        patched.setattr(type(base._index), "point_at", fail)
        with pytest.raises(RetrievalError, match="disk full"):
            base.put([("d", [make("d", 0, "new text")])])
    assert texts(base, "text") == ["old text"]
    assert base._index.count() == 1
    base.put([("d", [make("d", 0, "new text")])])
    assert texts(base, "text") == ["new text"]
