"""What a workspace remembers of projects is of that workspace, bounded, and goes when erased."""

from __future__ import annotations

import ast
from pathlib import Path

from syncing import quick_workspace

from assistant.domain import TestCase, TestStep
from assistant.sources.files.files import read_file
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.memo import Memo
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import check_suite, kept_suites, stale
from assistant.workflow.sources import import_sources
from assistant.workflow.sources.duplicate_texts import known_copies
from assistant.workflow.writing import coverage, recheck_case, runs

SECRET = "Zyxomatic"
EPIC = f"""# UM-1 Umbrellas

## UM-2 Lend an umbrella

### Acceptance criteria

- An umbrella of the {SECRET} is lent for 14 days.
"""
ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_value_is_made_once_and_only_the_last_ones_of_a_kind_are_held() -> None:
    memo, made = Memo(), list[int]()

    def value(number: int) -> int:
        return memo.get("numbers", "P", number, lambda: made.append(number) or number, most=2)

    assert [value(one) for one in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert made == [1, 2, 3, 2]
    assert memo.get("words", "P", 1, lambda: "one") == "one", "another kind"
    assert memo.get("numbers", "Q", 1, lambda: 9) == 9, "another project"


def test_what_is_made_while_its_project_is_erased_is_not_held() -> None:
    memo = Memo()

    def make() -> str:
        memo.forget("P")
        return "of before"

    assert memo.get("words", "P", 1, make) == "of before"
    assert memo.get("words", "P", 1, lambda: "of after") == "of after"


def filled(workspace: Workspace, project_id: str) -> None:
    """Look at a project as pages do."""
    import_sources.put(workspace, project_id, read_file("epic.md", EPIC.encode()))
    page = f"# {SECRET}\n\nThe {SECRET} is open till 6 pm.\n"
    import_sources.put(workspace, project_id, read_file("rules.md", page.encode()))
    steps = (TestStep(number=1, action="Lend it", expected_result=f"The {SECRET} is open."),)
    case = TestCase(id="T-1", title=SECRET, criterion_ids=("UM-2-AC1",), steps=steps)
    workspace.library.add_case(project_id, None, case)
    known_copies(workspace, project_id)
    coverage.of_library(workspace, project_id)
    recheck_case.house_rules(workspace, project_id)
    check_suite.present_basis(workspace, project_id)
    stale.stale_cases(workspace, project_id)
    runs.case_rows(workspace, project_id, "")
    kept_suites.keep(workspace, project_id, "cases.csv", [case])
    assert kept_suites.find(workspace, project_id, "cases.csv") is not None


def test_an_erased_project_and_another_workspace_are_in_none_of_them(tmp_path: Path) -> None:
    with (
        quick_workspace(tmp_path / "one") as (workspace, project_id, _),
        quick_workspace(tmp_path / "two") as (other, _, _),
    ):
        filled(workspace, project_id)
        held = [name for name, values in workspace.memo._held.items() if values]
        assert len(held) >= 4, held
        assert not other.memo._held
        erase.project(workspace, project_id, by="Tess")
        assert not any(workspace.memo._held.values())
        assert not workspace.comparisons._kept


OF_ASK = {"_answers_given", "_known"}


def memos_of_the_workflow() -> list[str]:
    """Functions of modules in ``assistant/workflow`` that remember what they were asked."""
    found = []
    for path in sorted((ROOT / "assistant" / "workflow").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(
                "cache" in ast.unparse(one) for one in node.decorator_list
            ):
                found.append(node.name)
    return found


def test_no_module_of_the_workflow_remembers_a_project() -> None:
    assert set(memos_of_the_workflow()) <= OF_ASK
