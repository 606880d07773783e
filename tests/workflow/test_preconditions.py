"""The list of what cases start from is that of the chosen cases and of no others."""

from __future__ import annotations

import pytest

from assistant.domain import TestCase
from assistant.errors import LibraryError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import preconditions


def test_the_list_holds_the_chosen_cases_alone(empty_project: tuple[Workspace, str]) -> None:
    workspace, project_id = empty_project
    with pytest.raises(LibraryError, match="no case to export"):
        preconditions.export_csv(workspace, project_id, run_id=None, selection="all")
    for name, status in (("A", "draft"), ("B", "rejected"), ("C", "draft")):
        case = TestCase(id=name, title=name, preconditions=(f"To be set up: loan {name}",))
        workspace.library.add_case(project_id, None, case.model_copy(update={"status": status}))
    whole = preconditions.export_csv(workspace, project_id, run_id=None, selection="all")
    assert whole.cases == 2
    assert [name in whole.content.decode() for name in ("loan A", "loan B", "loan C")] == [
        True, False, True,
    ]  # fmt: skip
    ticked = preconditions.file_of(workspace, project_id, ["C", "gone"]).decode()
    assert "loan C" in ticked
    assert "loan A" not in ticked
    assert whole.name.endswith("-test-data.csv")
