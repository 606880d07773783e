"""Quality of the search on corpora with gold links."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.evaluation.gold_links import DEPTH, STRATEGIES, indexed, read_gold_set, search_of
from assistant.evaluation.ranking_metrics import measure
from assistant.knowledge.embedding import SentenceEmbedder


@pytest.mark.parametrize(
    ("name", "bm25_map"),
    [
        ("xray_bookstore", 0.912),
        pytest.param("warc", 0.676, marks=pytest.mark.slow),
        pytest.param("gannt", 0.0, marks=pytest.mark.slow),
        pytest.param("asvs_req_scenario", 0.806, marks=pytest.mark.slow),
    ],
)
def test_fused_search_beats_plain_bm25(
    name: str, bm25_map: float, shared_dir: Path, embedder: SentenceEmbedder
) -> None:
    """Above the published floor of the set, and not below the better stage by more than 0.03."""
    gold = read_gold_set(shared_dir / "data" / "trace" / name)
    with indexed(gold, embedder, with_sources=True) as base:
        ranks = {each: search_of(base, config, DEPTH) for each, config in STRATEGIES.items()}
        found = {
            each: one.figures()["map"].value or 0.0
            for each, one in measure(ranks, gold.questions).items()
        }
    assert found["fused"] > bm25_map
    assert found["fused"] > max(found["bm25"], found["dense"]) - 0.03
    assert found["fused"] > found["rrf"] - 0.01
