"""The scripts of ``examples/`` do what their docstrings say, as processes of their own."""

from __future__ import annotations

import ast
import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data"
RULES = SAMPLE / "wiki" / "business-rules-call-centre.md"


def run(script: str, *arguments: str | Path, models: Path | None = None, folder: Path) -> str:
    """What the script prints; it runs in an empty folder and must end well."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "UAT_DATA_DIR": str(folder / "untouched")}
    if models is not None:
        environment["UAT_MODELS_DIR"] = str(models)
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / script), *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (folder / "untouched").exists(), "an example works in a folder of its own"
    return done.stdout


@pytest.mark.long
def test_the_checklist_of_an_epic_is_printed(tmp_path: Path) -> None:
    epic = tmp_path / "epic.md"
    epic.write_text(
        "# CC-1 Cases\n\n## CC-2 Open a case\n\nAs a clerk I want to open a case.\n\n"
        "Acceptance criteria:\n\n- The case opens quickly.\n- The list shows up to 50 cases.\n",
        encoding="utf-8",
    )
    assert run("checklist_of_an_epic.py", epic, folder=tmp_path).splitlines() == [
        "CC-2-AC1: The case opens quickly.",
        "  positive: main flow: “The case opens quickly.”",
        '  to ask: How fast is "quickly"? State the longest acceptable time and where it is '
        "measured.",
        "CC-2-AC2: The list shows up to 50 cases.",
        "  positive: main flow: “The list shows up to 50 cases.”",
        "  boundary: 50 cases: “up to 50 cases” holds",
        "  boundary: 51 cases: “up to 50 cases” does not hold",
    ]


@pytest.mark.slow
def test_a_question_finds_the_rule_that_answers_it(tmp_path: Path, models_dir: Path) -> None:
    query = "how long is the cooling-off period"
    said = run("search_sources.py", query, RULES, models=models_dir, folder=tmp_path)
    assert [line[:3] for line in said.splitlines()] == ["[1]", "[2]", "[3]"]
    assert "within the cooling-off period of 14 days" in said


@pytest.mark.slow
def test_the_outline_of_an_epic_is_saved_as_csv(tmp_path: Path, models_dir: Path) -> None:
    epic = SAMPLE / "epics" / "CC-200-cooling-off-cancellation.md"
    said = run(
        "outline_of_an_epic.py", epic, "--sources", RULES, "--out", "cases.csv",
        models=models_dir, folder=tmp_path,
    )  # fmt: skip
    with (tmp_path / "cases.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = {row["Test Case ID"] for row in rows}
    assert f"{len(ids)} cases written to cases.csv" in said
    assert "The criterion says 15 days, but BR-CC-08 says 14 days." in said
    assert any("15 days" in row["Test Data"] for row in rows)
    assert {row["Epic"] for row in rows} == {"CC-200"}


def test_examples_use_the_door_of_workflow_only() -> None:
    scripts = sorted((ROOT / "examples").glob("*.py"))
    assert len(scripts) == 3
    for script in scripts:
        for node in ast.walk(ast.parse(script.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("assistant"):
                room = (node.module or "").split(".")[1]
                assert room in {"workflow", "settings", "domain", "errors"}, script.name
