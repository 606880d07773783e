"""The labelled criteria hold their floors (``benchmarks/design.py``)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "half",
    [
        "development",
        "held_out",
        "further",
        "fresh",
        "domains",
        "phrasings",
        "typical",
        "everyday",
        "mixed",
        "causal",
    ],
)
def test_labelled_criteria(project_root: Path, half: str) -> None:
    figures = _figures(project_root, half)
    assert figures["limit precision"] >= 0.98
    assert figures["limit recall"] >= 0.95
    assert figures["suites equal"] >= 0.9
    assert figures["with positive"] == 1
    assert figures["with negative where it can fail"] >= 0.95


def test_limits_in_many_words(project_root: Path) -> None:
    figures = _figures(project_root, "expressions")
    assert figures["limit precision"] >= 0.98
    assert figures["limit recall"] >= 0.95
    assert figures["with positive"] == 1


def _figures(project_root: Path, half: str) -> dict[str, float]:
    path = project_root / "benchmarks" / "design.py"
    spec = importlib.util.spec_from_file_location("design_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    figures: dict[str, float] = benchmark.measure(half)
    return figures
