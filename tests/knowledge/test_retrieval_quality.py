"""The measures of ``benchmarks/retrieval.py`` by hand, and quality on corpora with gold links."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import pytest

from assistant.knowledge.embedding import SentenceEmbedder


@pytest.fixture(scope="module")
def benchmark(project_root: Path) -> ModuleType:
    path = project_root / "benchmarks" / "retrieval.py"
    spec = importlib.util.spec_from_file_location("retrieval_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_measures_by_hand(benchmark: ModuleType) -> None:
    ranked, relevant = ["a", "x", "b", "y"], frozenset("abc")
    assert benchmark.average_precision(ranked, relevant) == pytest.approx((1 + 2 / 3) / 3)
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert benchmark.ndcg(ranked, relevant) == pytest.approx((1 + 1 / 2) / ideal)
    assert benchmark.recall(ranked, relevant) == pytest.approx(2 / 3)
    assert benchmark.recall(ranked, relevant, k=1) == pytest.approx(1 / 3)
    assert benchmark.average_precision([], relevant) == 0
    assert benchmark.ndcg(["a", "b"], frozenset("ab")) == 1


@pytest.mark.parametrize(
    ("name", "bm25_map"),
    [
        ("xray_bookstore", 0.912),
        pytest.param("warc", 0.676, marks=pytest.mark.slow),
        ("gannt", 0.0),
        pytest.param("asvs_req_scenario", 0.806, marks=pytest.mark.slow),
    ],
)
def test_fused_search_beats_plain_bm25(
    name: str,
    bm25_map: float,
    benchmark: ModuleType,
    shared_dir: Path,
    embedder: SentenceEmbedder,
    tmp_path: Path,
) -> None:
    """Above the published floor of the set, and not below the better stage by more than 0.03."""
    gold = next(each for each in benchmark.load_sets(shared_dir / "data") if each.name == name)
    base = benchmark.index(gold, tmp_path / "index", embedder)
    found = {
        stage: benchmark.measure(base, gold, config)[0]
        for stage, config in benchmark.STAGES.items()
    }
    base.close()
    assert found["fused"] > bm25_map
    assert found["fused"] > max(found["BM25"], found["dense"]) - 0.03
    assert found["fused"] > found["RRF"] - 0.01
