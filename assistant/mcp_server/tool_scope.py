"""What a call may touch, and the form of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.domain import Citation
from assistant.workflow.deployment.workspace import Workspace

Json = dict[str, Any]

THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")
"""Names of this computer."""
MOST_ROWS = 500
"""Criteria, cases or questions in an answer; how many are left out is told."""


@dataclass(frozen=True)
class ToolScope:
    """What a call may touch, one project, and the person it is made for."""

    workspace: Workspace
    project_id: str
    by: str
    project_name: str = ""


def limited(name: str, rows: Sequence[Json]) -> Json:
    """The first rows under a name, and how many are left out."""
    return {name: list(rows[:MOST_ROWS]), "left_out": max(0, len(rows) - MOST_ROWS)}


def quotations(citations: Sequence[Citation]) -> list[Json]:
    """Citations as the number of a source and its words."""
    return [{"source": one.source, "quote": one.quote} for one in citations]
