"""The labelled criteria hold their floors (``benchmarks/design.py``)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from assistant.design.boundaries import points
from assistant.design.conditions import derive_conditions
from assistant.design.quantities import find_quantities
from assistant.domain import AcceptanceCriterion, UserStory


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
    assert figures["suites equal"] >= 0.9
    assert figures["with positive"] == 1
    assert figures["with negative where it can fail"] >= 0.95


def test_labelled_sentences(project_root: Path) -> None:
    """As the others, with conditions of every kind: fewer of their suites are asked for."""
    figures = _figures(project_root, "sentences")
    assert figures["limit precision"] >= 0.98
    assert figures["limit recall"] >= 0.95
    assert figures["suites equal"] >= 0.85
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


@pytest.mark.slow
def test_each_limit_of_the_labelled_criteria_has_its_boundary_values(project_root: Path) -> None:
    missed, limits = 0, 0
    for file in sorted((project_root / "tests" / "design" / "labelled").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            criterion = AcceptanceCriterion(
                id="A", text=row["text"], form=row.get("form", "bullet")
            )
            found = derive_conditions(UserStory(key="S-1", title="x"), criterion, depth="thorough")
            tried = " ".join(f"{c.data} {c.action}" for c in found if c.technique == "boundary")
            for quantity in find_quantities(row["text"]):
                if quantity.is_limit:
                    limits += 1
                    missed += not any(point.text in tried for point in points(quantity))
    assert limits > 1500
    assert missed / limits < 0.01
