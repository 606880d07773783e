"""A case that another program hands in is masked before it is looked at, where that is on."""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.mcp_server import tool_calls
from assistant.mcp_server.arguments import CheckArguments
from assistant.mcp_server.tool_scope import ToolScope
from assistant.workflow.sources import import_sources, mask_sources

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflow"))

from syncing import quick_workspace


def test_a_case_to_be_checked_is_masked(tmp_path: Path) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        page = import_sources.preview_text(workspace, project_id, "# Page\n\nMail is sent.\n")
        import_sources.store(workspace, project_id, [page])
        workspace.jobs.wait(f"index-{project_id}")
        mask_sources.save_choices(workspace, project_id, enabled=True, names=())
        given = CheckArguments.model_validate({
            "title": "Mail",
            "steps": [
                {"action": "Send it", "expected_result": "Mail is sent to anna@bank.example"},
            ],
        })  # fmt: skip
        answer = tool_calls.check(ToolScope(workspace, project_id, "Ann (tool)"), given)
    assert "Mail is sent to [e-mail " in str(answer)
    assert "anna@bank" not in str(answer)
