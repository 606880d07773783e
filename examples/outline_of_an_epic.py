"""Write the outline of an epic, grounded in a folder of sources, and save it as CSV.

How to run it::

    python examples/outline_of_an_epic.py sample_data/epics/CC-200-cooling-off-cancellation.md \
        --sources sample_data/wiki --out cases.csv

It works in a data folder that is deleted afterwards, so the app and its library are left alone. The
outline needs no language model; the embedding model (91 MB) is fetched where it is not here yet.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from assistant.domain import GenerationConfig
from assistant.settings import load_settings
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases
from assistant.workflow.sources import import_sources
from assistant.workflow.writing import generate_cases, requests


def write_outline(epic: Path, sources: list[Path], out: Path, data_dir: Path) -> int:
    """Write the outline of ``epic`` to ``out``; the number of cases.

    Raises ``AssistantError`` with a message for people where a file holds no epic, for example.
    """
    settings = load_settings(data_dir=data_dir, models_dir=load_settings().models_path)
    models.fetch(settings, models.DEFAULT_EMBEDDING)
    with Workspace.open(settings) as workspace:
        project = workspace.ensure_project("Example")
        import_sources.index_paths(workspace, project.id, sources)
        asked = requests.GenerateRequest(text=epic.read_text("utf-8"), title=epic.stem)
        understood = requests.understand(workspace, project.id, asked)
        for question in understood.questions:
            print(f"to ask first, {question.criterion_id}: {question.text}")
        outline = GenerationConfig(writer=models.OUTLINE_WRITER)
        run = generate_cases.begin(workspace, project.id, understood, outline, by="example")
        run = generate_cases.run_now(workspace, project.id, run)
        file = export_cases.export_csv(workspace, project.id, run_id=run.id, profile="excel")
        out.write_bytes(file.content)
    return file.cases


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("epic", type=Path)
    parser.add_argument("--sources", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=Path("cases.csv"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        count = write_outline(given.epic, given.sources, given.out, Path(folder))
    print(f"{count} cases written to {given.out}")


if __name__ == "__main__":
    main()
