"""What a call may touch, and the form of its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.domain import Citation
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace

Json = dict[str, Any]

MOST_ROWS = 500
"""Criteria, cases or questions in an answer; how many are left out is told."""

_DATABASE = re.compile(r"\bpostgres(?:ql)?(?:\+\w+)?://[^\s'\"]+")
_PATHS = (
    re.compile(r"""(?<=['"“‘`])(?:/|[A-Za-z]:[\\/])(?:[^'"”’`\n]*[\\/])?([^\\/'"”’`\n]+)"""),
    re.compile(r"""(?<![\w:/.\\])(?:/|[A-Za-z]:[\\/])(?:[^\s\\/'"]+[\\/])+([^\s\\/'"]+)"""),
)
"""Absolute paths: in quotation marks, where they may hold spaces, and without."""


@dataclass(frozen=True)
class ToolScope:
    """What a call may touch, one project, and the person it is made for.

    ``still`` says whether that person's token is still one; ``None``: nobody needs any.
    """

    workspace: Workspace
    project_id: str
    by: str
    project_name: str = ""
    still: Callable[[], bool] | None = None


def limited(name: str, rows: Sequence[Json]) -> Json:
    """The first rows under a name, and how many are left out."""
    return {name: list(rows[:MOST_ROWS]), "left_out": max(0, len(rows) - MOST_ROWS)}


def quotations(citations: Sequence[Citation]) -> list[Json]:
    """Citations as the number of a source and its words."""
    return [{"source": one.source, "quote": one.quote} for one in citations]


def without_places(says: str, settings: Settings) -> str:
    """An error without where this computer keeps its files and its library."""
    address = settings.library_url.get_secret_value()
    if address:
        says = says.replace(address, "LIBRARY_URL")
    says = _DATABASE.sub("LIBRARY_URL", says)
    folders = {
        "DATA_DIR": settings.data_dir, "MODELS_DIR": settings.models_path, "HOME": Path.home(),
    }  # fmt: skip
    for name, folder in folders.items():
        for path in (folder.resolve(), folder.absolute()):
            if len(path.parts) > 1:
                says = says.replace(str(path), name)
    for pattern in _PATHS:
        says = pattern.sub(r"\1", says)
    return says
