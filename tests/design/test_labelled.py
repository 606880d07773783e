"""The labelled criteria hold their floors (``benchmarks/design.py``)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.long
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
        "teams",
        "products",
        "companies",
        "tickets",
        "statements",
        "analysts",
        "forms",
        "programmes",
    ],
)
def test_labelled_criteria(project_root: Path, half: str) -> None:
    figures = _figures(project_root, half)
    assert figures["limit precision"] >= 0.98
    assert figures["limit recall"] >= 0.95
    assert figures["suites equal"] >= 0.85
    assert figures["suites with false polarity"] == 0
    assert figures["items a criterion"] <= 5.0


@pytest.mark.long
def test_labelled_sentences(project_root: Path) -> None:
    """Conditions of every kind: those within the subject of the effect are not told apart."""
    figures = _figures(project_root, "sentences")
    assert figures["limit precision"] >= 0.98
    assert figures["limit recall"] >= 0.95
    assert figures["suites equal"] >= 0.7
    assert figures["suites with false polarity"] == 0


@pytest.mark.long
def test_limits_in_many_words(project_root: Path) -> None:
    figures = _figures(project_root, "expressions")
    assert figures["limit precision"] >= 0.98
    assert figures["limit recall"] >= 0.95


@pytest.mark.long
def test_turned_outcomes_are_seen(project_root: Path) -> None:
    """What "false polarity" counts: with every outcome turned, nearly each suite has it."""
    benchmark = _benchmark(project_root)
    seen = suites = 0
    for row in benchmark.rows_of("development"):
        turned = tuple(
            one.model_copy(
                update={
                    "outcomes": tuple(
                        said.model_copy(update={"happens": not said.happens})
                        for said in one.outcomes
                    )
                }
            )
            for one in benchmark.rows_found(row)
        )
        for suite in row["suites"]:
            suites += 1
            seen += "false polarity" in benchmark.suite_problem(suite, turned)
    assert seen / suites > 0.8


def _figures(project_root: Path, half: str) -> dict[str, float]:
    figures: dict[str, float] = _benchmark(project_root).measure(half)
    return figures


def _benchmark(project_root: Path) -> Any:
    path = project_root / "benchmarks" / "design.py"
    spec = importlib.util.spec_from_file_location("design_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    return benchmark
