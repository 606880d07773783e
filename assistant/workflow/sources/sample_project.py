"""The sample project: an energy retailer's epics, rules, wiki pages, cases and template.

It is read from ``sample_data/`` in the folder of the app, once; all of it is our own writing.
"""

from __future__ import annotations

from pathlib import Path

from assistant.errors import SourceError
from assistant.library import Project
from assistant.suite.template import load_template
from assistant.workflow.deployment.data_folder import app_folder
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.workspace import Workspace

SAMPLE_PROJECT = "Sample project"
SAMPLE_FOLDER = app_folder() / "sample_data"
SAMPLE_PARTS = ("epics", "wiki", "existing_cases.csv")
TEMPLATE_FILE = "template.json"
COMPLETE_MARKER = "sample-project"
"""File in the data folder that says the sample was loaded once; what a user removes stays gone."""


def ensure_sample_project(workspace: Workspace, *, progress: Progress | None = None) -> Project:
    """The sample project, created and indexed on the first call.

    A creation that was cut off is completed by the next one: what is there already is left alone.
    Raises ``SourceError`` where the sample data is not beside the program.
    """
    existing = workspace.find_project(SAMPLE_PROJECT)
    marker = workspace.settings.data_dir / COMPLETE_MARKER
    if existing is not None and marker.exists():
        return existing
    if not SAMPLE_FOLDER.is_dir():
        raise SourceError(
            f"The sample data is not at '{SAMPLE_FOLDER}'. Install the package again."
        )
    # Only here: every page asks for the sample project, and reading files needs many libraries.
    from assistant.workflow.sources.import_sources import index_paths

    template = load_template((SAMPLE_FOLDER / TEMPLATE_FILE).read_text("utf-8"))
    project = workspace.ensure_project(SAMPLE_PROJECT, template=template)
    outcomes = index_paths(
        workspace, project.id, [SAMPLE_FOLDER / name for name in SAMPLE_PARTS], progress=progress
    )
    failed = next((row for row in outcomes if row.outcome == "failed"), None)
    if failed is not None:
        raise SourceError(f"The sample data could not be read: {failed.error}")
    marker.write_text(project.id, encoding="ascii")
    return project


def is_sample_file(path: Path) -> bool:
    """Whether a file is part of the sample data, so that its cases belong in its project."""
    return SAMPLE_FOLDER in path.resolve().parents


def example_epic() -> str:
    """The text of one sample epic, to try the program with; empty where there is no sample data."""
    epics = sorted((SAMPLE_FOLDER / "epics").glob("*.md"))
    return epics[-1].read_text("utf-8") if epics else ""
