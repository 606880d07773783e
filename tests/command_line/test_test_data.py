"""``export --test-data``: what the cases start from instead of the cases."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.domain import TestCase
from assistant.settings import Settings
from assistant.suite.template import DEFAULT_TEMPLATE
from assistant.workflow.deployment.workspace import Workspace


@pytest.fixture
def project(tmp_path: Path) -> None:
    """A project with two cases that need one record."""
    with Workspace.open(Settings(data_dir=tmp_path / "data")) as workspace:
        found = workspace.library.create_project("Default", template=DEFAULT_TEMPLATE)
        for name in ("A", "B"):
            case = TestCase(id=name, title=name, preconditions=("To be set up: a loan",))
            workspace.library.add_case(found.id, None, case)


@pytest.mark.usefixtures("project")
def test_the_list_goes_to_a_file_or_to_stdout(run: Callable[..., str], tmp_path: Path) -> None:
    out = tmp_path / "data.csv"
    said = run("export", "--test-data", "--out", str(out))
    assert said == f"Preconditions of 2 cases written to {out}\n"
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [["yes", "a loan", "2", "A A\nB B", "", ""]]
    assert '"a loan"' in run("export", "--test-data")
    document = json.loads(run("export", "--test-data", "--json", "--out", str(out)))
    assert document["cases"] == 2


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "arguments",
    [("--template", "TestRail"), ("--profile", "import"), ("--out", "x.xlsx"),
     ("--mapping", "--out", "x.csv")],
)  # fmt: skip
def test_it_has_no_other_form(run: Callable[..., str], arguments: tuple[str, ...]) -> None:
    said = run("export", "--test-data", *arguments, status=2)
    assert said.startswith("error: --test-data has one form, a CSV for a spreadsheet")
    assert not Path("x.csv").exists()
