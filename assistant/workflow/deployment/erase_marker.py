"""Remembers beside the library that erasing has begun, so that one cut off is finished later.

Without it a process that dies after the rows are gone would leave their words in the free pages of
the database and in the files of the index.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.library import Library

MARKER = "erasing-{}.unfinished"
"""Beside the library, with the project's id in its name: the comparisons that go, as JSON."""


def begin(settings: Settings, project_id: str, comparison_ids: Sequence[str]) -> None:
    """Note that erasing in a project begins."""
    beside = _marker(settings, project_id).with_suffix(".part")
    beside.write_text(json.dumps(list(comparison_ids)), encoding="utf-8")
    beside.replace(_marker(settings, project_id))


def end(settings: Settings, project_id: str) -> None:
    """Note that it ended, or never began."""
    _marker(settings, project_id).unlink(missing_ok=True)


def delete_comparisons(settings: Settings, comparison_ids: Sequence[str]) -> None:
    """Delete the folders of comparisons."""
    for name in comparison_ids:
        shutil.rmtree(settings.data_dir / "comparisons" / name, ignore_errors=True)


def finish(settings: Settings, library: Library) -> None:
    """Finish what was cut off: the files of the library anew, the index again from the library."""
    before, after = MARKER.split("{}")
    for path in sorted(settings.data_dir.glob(MARKER.format("*"))):
        project_id = path.name.removeprefix(before).removesuffix(after)
        KnowledgeBase.discard(settings.index_path(project_id), project_id=project_id)
        held = {one.id for one in library.comparisons.all(project_id)}
        named = json.loads(path.read_text(encoding="utf-8"))
        delete_comparisons(settings, [name for name in named if name not in held])
        library.erasing.compact()
        path.unlink()


def _marker(settings: Settings, project_id: str) -> Path:
    return settings.data_dir / MARKER.format(project_id)
