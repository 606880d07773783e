"""The models that an adapter can be trained on, and that can be compared without one."""

from __future__ import annotations

from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace


def base_choices(opened: Workspace) -> dict[str, str]:
    """Ids of the embedded models with their titles, the smallest first."""
    rows = [row for row in models.list_models(opened.settings) if row.task == "chat"]
    return {
        row.id: row.title.split(" (")[0] for row in sorted(rows, key=lambda row: row.size_bytes)
    }
