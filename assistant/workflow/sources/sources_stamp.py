"""Whether a project's sources are still those of before, for what is made of all of them."""

from __future__ import annotations

import hashlib

from assistant.workflow.deployment.workspace import Workspace


def sources_stamp(workspace: Workspace, project_id: str) -> str:
    """Changes when a source comes, goes, changes or is indexed, or what is retrieved of them."""
    found = hashlib.sha256(workspace.project(project_id).retrieval.model_dump_json().encode())
    for one in workspace.library.documents(project_id):
        row = (one.id, one.content_hash, one.version, one.indexed_version, str(one.stored_at))
        found.update(repr(row).encode())
    return found.hexdigest()
