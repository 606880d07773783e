"""Process kills (not power loss): whatever was acknowledged is there, and no document is torn."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from assistant.domain import RetrievalConfig
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.index import Scope


def kill_and_check(folder: Path, child: ModuleType, kills: int, seed: int) -> Counter[str]:
    chance = random.Random(seed)
    acknowledged: dict[str, int] = {}
    counts = Counter[str]()
    version = 1
    while counts["kills"] < kills or not counts["acknowledged"]:
        counts["kills"] += 1
        assert counts["kills"] < 10 * kills, "no version was ever acknowledged"
        with subprocess.Popen(
            [sys.executable, child.__file__, str(folder), str(version)],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "open\n", "it opens after every kill"
            time.sleep(chance.uniform(0.0, 0.8))
            writer.kill()
            for line in writer.stdout:
                if not line.endswith("\n"):  # cut by the kill: said only in part
                    continue
                name, number = line.split()
                acknowledged[name] = int(number)
                counts["acknowledged"] += 1
        base = KnowledgeBase.open(folder, child.WordEmbedder(), project_id="p")
        for name, size in base.documents().items():
            chunks = base.chunks(name)
            versions = {chunk.version for chunk in chunks}
            assert len(chunks) == size == child.CHUNKS
            assert len(versions) == 1, "a torn document"
            (found,) = versions
            assert found >= acknowledged.get(name, 0), "an acknowledged version was lost"
            assert list(chunks) == child.version_of(name, found)
            version = max(version, found + 1)
        assert set(acknowledged) <= set(base.documents())
        assert base._index.count() == base.count(), "leftovers are swept on opening"
        assert base._index.count(Scope("p")) == base.count()
        hits = base.search("common part", RetrievalConfig(candidates=500), limit=500)
        assert len(hits) == base.count()
        base.close()
    return counts


@pytest.mark.slow
def test_kills_tear_nothing(tmp_path: Path, child: ModuleType, kill_times: int) -> None:
    counts = kill_and_check(tmp_path / "index", child, kills=20 * kill_times, seed=2)
    assert counts["acknowledged"] > 0
