"""``evaluate retrieval DIR`` on a small set: figures, JSON, strategies, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.domain import RetrievalConfig
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace

Run = Callable[..., str]
ABOUT = ["refund fee", "meter reading", "tariff change", "move house", "direct debit", "complaint"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six requirements, each with a case in the same words and one about nothing."""
    path = tmp_path / "energy"
    path.mkdir()
    sources = [
        {"id": f"R-{n}", "text": f"The {word} of a customer"} for n, word in enumerate(ABOUT)
    ]
    targets = [{"id": f"T-{n}", "text": f"Check {word} works"} for n, word in enumerate(ABOUT)]
    targets.append({"id": "T-9", "text": "Nothing in common"})
    for name, rows in (("sources", sources), ("targets", targets)):
        (path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    links = [f"R-{n}\tT-{n}\t1" for n in range(len(ABOUT))]
    (path / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *links]))
    return path


def test_figures_of_the_default(run: Run, folder: Path) -> None:
    said = run("evaluate", "retrieval", str(folder))
    assert said.startswith("energy: 6 questions with 6 links, 7 texts searched, with what is asked")
    (row,) = [line for line in said.splitlines() if line.startswith("default")]
    assert row.split()[1:4] == ["1.000", "[1.000,", "1.000]"]


def test_strategies_are_held_against_the_first(run: Run, folder: Path) -> None:
    said = json.loads(
        run("evaluate", "retrieval", str(folder), "--json", "--strategy", "bm25", "--strategy",
            "dense", "--no-sources-indexed")
    )  # fmt: skip
    assert [one["strategy"] for one in said["strategies"]] == ["bm25", "dense"]
    first, second = said["strategies"]
    assert first["figures"]["map"]["value"] == 1
    assert first["figures"]["recall@20"]["clusters"] == 6
    assert first["against_first"] == {}
    assert second["against_first"]["map"]["clusters"] == 6
    assert (said["sources_indexed"], said["links"], said["depth"]) == (False, 6, 500)
    assert first["milliseconds"] > 0


def test_a_projects_own_choices(run: Run, folder: Path, tmp_path: Path) -> None:
    rule = tmp_path / "rule.md"
    rule.write_text("# Rules\n\nA fee is refunded within 14 days.\n")
    run("index", str(rule), "--project", "Billing")
    said = json.loads(run("evaluate", "retrieval", str(folder), "--project", "Billing", "--json"))
    assert [one["strategy"] for one in said["strategies"]] == ["project"]


def test_strategies_of_several_embedding_models_are_refused(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    with Workspace.open(Settings(data_dir=tmp_path / "data")) as workspace:
        project = workspace.ensure_project("Billing")
        workspace.save_retrieval(project.id, RetrievalConfig(embedding_model="another-model"))
    asked = ("evaluate", "retrieval", str(folder), "--project", "Billing", "--strategy", "project")
    said = run(*asked, "--strategy", "default", status=2)
    assert f"“project” another-model, “default” {RetrievalConfig().embedding_model}" in said
    assert "measure them in two calls" in said
    (alone,) = json.loads(run(*asked, "--json"))["strategies"]
    assert alone["config"]["embedding_model"] == "another-model"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--strategy", "best"), "no strategy “best”. Use bm25, dense, rrf, fused, apart, default"),
        (("--strategy", "project"), "--project NAME"),
        (("--depth", "5"), "depth"),
        (("--project", "Nowhere"), "Nowhere"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    run: Run, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    assert says in run("evaluate", "retrieval", str(folder), *arguments, status=2)


def test_a_set_out_of_order_is_one_line(run: Run, folder: Path) -> None:
    (folder / "qrels.tsv").write_text("R-0\tT-0\t1\nR-0\tT-77\t1\n")
    said = run("evaluate", "retrieval", str(folder), status=2)
    assert "qrels.tsv, line 2: targets.jsonl holds no “T-77”" in said
    assert "evaluate" in run("evaluate", status=2)
