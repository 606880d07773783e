"""``check``: exit status, table and JSON, on the sample project with its real index."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.command_line.options import main

HEADERS = "ID,Title,Acceptance Criteria,Step,Expected Result\n"
GOOD = (
    'T-1,Nine digits are refused,CC-102-AC2,Enter 850000101 and select Search,"The message ""Enter '
    'a 10-digit account number."" is shown."\n'
)
WRONG = "T-2,Long list,CC-102-AC4,Search,The result list shows no more than 75 accounts.\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    data_dir: Path,
    models_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command; gives its exit status, stdout and stderr."""
    monkeypatch.setenv("UAT_DATA_DIR", str(data_dir))
    monkeypatch.setenv("UAT_MODELS_DIR", str(models_dir))

    def done(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        said = capfd.readouterr()
        return status, said.out, said.err

    return done


@pytest.mark.long
def test_findings_are_a_table_and_status_one(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(HEADERS + GOOD.replace("Enter 850000101 and select", "Select") + WRONG)
    status, out, _ = run("check", str(path))
    assert status == 1
    assert out.startswith("VERDICT")
    assert "75 accounts" in out
    assert "no more than 50 accounts" in out, "both sentences"
    assert out.rstrip().endswith(
        "2 cases checked: 1 denied, 0 not in the sources, 0 remark, 1 no automatic finding."
    )


@pytest.mark.long
def test_without_a_finding_the_status_is_zero(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(HEADERS + GOOD.replace("Enter 850000101 and select", "Select"))
    status, out, _ = run("check", str(path), "--json")
    report = json.loads(out)
    assert (status, report["counts"]["no automatic finding"], report["total"]) == (0, 1, 1)
    (step,) = report["cases"][0]["steps"]
    assert "10-digit account number" in step["quotations"][0]["quote"]
    assert report["not_sure"] == []
    gaps = {one["criterion"]["id"] for one in report["criteria_without_a_case"]}
    assert "CC-101-AC1" in gaps
    assert "CC-102-AC2" not in gaps
    (state,) = report["states"]
    assert all(one["version"] and one["name"] for one in state["sources"])


@pytest.mark.long
def test_without_a_file_the_imported_cases_are_checked(run: Run) -> None:
    _, out, _ = run("check", "--json")
    report = json.loads(out)
    assert report["total"] == len(report["cases"]) > 50
    assert {one["case"]["origin"]["writer"] for one in report["cases"]} == {"import"}


@pytest.mark.long
@pytest.mark.parametrize("name", ["absent.csv", "notes.md"])
def test_bad_input_is_one_line_and_status_two(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n\nNo case.\n")
    status, out, err = run("check", str(tmp_path / name))
    assert (status, out) == (2, "")
    assert [line for line in err.splitlines() if line.startswith("error: ") and name in line]
