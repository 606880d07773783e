"""Records that were read lately are not read again, and nothing removed is given out of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.domain import RetrievalConfig, SearchFilter
from assistant.errors import RetrievalError
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.index import ChunkPoint, ChunkRecord, Scope
from assistant.knowledge.retrieval import ReadRecords
from assistant.knowledge.sparse import SparseVector

CONFIG = RetrievalConfig()


@pytest.fixture
def read(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The points that the engine was asked for, as they are asked for."""
    asked: list[str] = []
    real = base._index.read

    def counting(point_ids: Sequence[str]) -> list[ChunkRecord]:
        asked.extend(point_ids)
        return real(point_ids)

    monkeypatch.setattr(base._index, "read", counting)
    return asked


def texts(base: KnowledgeBase, query: str) -> list[str]:
    return sorted(hit.chunk.text for hit in base.search(query, CONFIG))


def test_a_record_is_read_once_while_nothing_changes(base, child, read) -> None:
    base.put([("d", [child.make_chunk("d", n, f"rule number {n}") for n in range(4)])])
    found = texts(base, "rule number 1")
    assert len(found) == 4
    assert len(read) == 4
    assert texts(base, "rule number 1") == found
    assert base.retrieve(["rule number 2"], CONFIG)
    assert len(read) == 4


def test_what_was_removed_or_replaced_is_not_found_in_the_memory(base, child, read) -> None:
    for name in ("d", "e"):
        base.put([(name, [child.make_chunk(name, 0, f"rule of {name}")])])
    assert texts(base, "rule") == ["rule of d", "rule of e"]
    base.remove("d")
    assert not base._records._records.of(read)
    assert texts(base, "rule") == ["rule of e"]
    base.put([("e", [child.make_chunk("e", 0, "rule of another e")])])
    assert texts(base, "rule") == ["rule of another e"]


def test_a_question_is_looked_for_once_while_nothing_changes(
    base, child, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real = base._index.query
    monkeypatch.setattr(base._index, "query", lambda queries: asked.append(1) or real(queries))

    def found(**chosen: object) -> list[str]:
        config = CONFIG.model_copy(update=chosen)
        return sorted(hit.chunk.text for hit in base.retrieve(["rule one"], config))

    base.put([("d", [child.make_chunk("d", n, f"rule one {n}") for n in range(3)])])
    first = found()
    assert len(first) == 3
    times = len(asked)
    assert times
    assert found() == first
    assert len(asked) == times
    assert not base.retrieve(["rule one"], CONFIG, exclude_documents=["d"])
    assert found(filter=SearchFilter(kinds=("case",))) == []
    base.put([("e", [child.make_chunk("e", 0, "rule one of e")])])
    assert found() == [*first, "rule one of e"]


def test_a_document_is_hidden_at_once_though_the_engine_cannot_delete_it(
    base, child, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.put([("d", [child.make_chunk("d", 0, "rule one")])])
    assert base.retrieve(["rule one"], CONFIG)

    def fails(document_id: str) -> None:
        raise RetrievalError("The disk is full.")

    monkeypatch.setattr(base._index, "delete_document", fails)
    with pytest.raises(RetrievalError, match="full"):
        base.remove("d")
    assert base.retrieve(["rule one"], CONFIG) == ()


def test_the_memory_has_a_limit(base, child, read) -> None:
    base.put([("d", [child.make_chunk("d", n, f"rule number {n}") for n in range(9)])])
    base._records = ReadRecords(base._index, base._versions, most=3)
    assert len(texts(base, "rule")) == 9
    assert len(base._records._records.of(read)) == 3
    assert len(texts(base, "rule")) == 9


def test_points_are_read_once_and_again_with_new_weights(
    base, child, read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search while the weights are made anew keeps none of the old ones."""
    sampled: list[int] = []
    sample, reweigh = base._index.sample, base._index.reweigh

    def counting(scope: Scope, limit: int) -> list[ChunkPoint]:
        sampled.append(limit)
        return sample(scope, limit)

    def searched_meanwhile(weights: Sequence[tuple[str, SparseVector]]) -> None:
        base._records.points(known)
        reweigh(weights)

    base.put([("d", [child.make_chunk("d", n, f"rule number {n}") for n in range(4)])])
    assert texts(base, "rule number 1")
    known = tuple(read)
    monkeypatch.setattr(base._index, "sample", counting)
    first = base._records.points(known)
    assert [point.record.point_id for point in first.values()] == list(first) == sorted(known)
    assert base._records.points(known[::-1]) == first
    assert sampled == [4]
    monkeypatch.setattr(base._index, "reweigh", searched_meanwhile)
    long = " ".join(f"another word {n}" for n in range(60))
    base.put([("e", [child.make_chunk("e", n, long) for n in range(4)])])
    weights = [point.sparse for point in base._records.points(known).values()]
    scope = Scope(base._versions.project_id, points=known)
    assert weights == [point.sparse for point in sample(scope, 4)]
    assert weights != [point.sparse for point in first.values()]
