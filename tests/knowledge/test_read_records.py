"""Records that were read lately are not read again, and nothing removed is given out of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.domain import RetrievalConfig
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.index import ChunkRecord
from assistant.knowledge.read_records import ReadRecords

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
    assert not base._records._remembered(read)
    assert texts(base, "rule") == ["rule of e"]
    base.put([("e", [child.make_chunk("e", 0, "rule of another e")])])
    assert texts(base, "rule") == ["rule of another e"]


def test_the_memory_has_a_limit(base, child, read) -> None:
    base.put([("d", [child.make_chunk("d", n, f"rule number {n}") for n in range(9)])])
    base._records = ReadRecords(base._index, base._versions, most=3)
    assert len(texts(base, "rule")) == 9
    assert len(base._records._remembered(read)) == 3
    assert len(texts(base, "rule")) == 9
