"""Index files and folders, and search them by meaning and words.

How to run it::

    python examples/search_sources.py "how long is the cooling-off period" sample_data/wiki

It works in a data folder that is deleted afterwards. The embedding model (91 MB) is fetched where
it is not here yet; no text leaves this computer.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from assistant.domain import RetrievedChunk
from assistant.settings import load_settings
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources, search_sources


def search(query: str, paths: list[Path], data_dir: Path) -> tuple[RetrievedChunk, ...]:
    """The three best chunks for ``query``.

    Raises ``AssistantError`` with a message for people where the query is empty, for example.
    """
    settings = load_settings(data_dir=data_dir, models_dir=load_settings().models_path)
    models.fetch(settings, models.DEFAULT_EMBEDDING)
    with Workspace.open(settings) as workspace:
        project = workspace.ensure_project("Example")
        for row in import_sources.index_paths(workspace, project.id, paths):
            if row.error:
                print(f"not read: {row.file}: {row.error}")
        return search_sources.search(workspace, project.id, query, limit=3)


def main() -> None:
    """Read the arguments and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("query")
    parser.add_argument("paths", type=Path, nargs="+")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for hit in search(given.query, given.paths, Path(folder)):
            words = " ".join(hit.chunk.text.split())[:200]
            print(f"[{hit.rank}] {hit.chunk.title}, {hit.chunk.heading}: {words}")


if __name__ == "__main__":
    main()
