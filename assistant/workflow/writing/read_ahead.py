"""While a person looks at an epic, the model they chose is loaded and reads what it will need.

A model on a small machine reads for seconds before it can write. What it has read stays in the
engine's prompt cache, so the run that follows starts with its first case. A run never waits for
this: it stops the reading, which keeps what was read.
"""

from __future__ import annotations

from assistant.domain import GenerationConfig
from assistant.generation.cancellation import Cancelled
from assistant.generation.run_plan import stories_of
from assistant.generation.writers.item_writer import ItemWriter
from assistant.workflow.deployment.add_models import known_models
from assistant.workflow.deployment.endpoints import split_writer
from assistant.workflow.deployment.jobs import StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing.requests import Understanding

ROLE = "read-ahead"
"""One request is read ahead at a time, the latest."""


def prepare(
    workspace: Workspace, project_id: str, understanding: Understanding, writer_id: str
) -> str:
    """Read ahead for a request in a worker thread; the id of the job, empty where there is none.

    Only the embedded models read ahead: nothing is sent to an endpoint before a run is started.
    The same request again changes nothing; another one takes the place of the one before. Errors
    come up again, and are shown, where the run starts.
    """
    embedded = any(
        model.id == split_writer(writer_id)[0] and model.task == "chat"
        for model in known_models(workspace.settings)
    )
    if not embedded or not understanding.conditions:
        return ""
    keys = ",".join(epic.key for epic in understanding.epics)
    text = understanding.reading.document.content_hash if understanding.reading else ""
    job = "-".join((ROLE, project_id, writer_id, keys, text))
    workspace.jobs.start_latest(
        ROLE, job, lambda stop: _read(workspace, understanding, writer_id, job, stop)
    )
    return job


def stop(workspace: Workspace) -> None:
    """Stop reading ahead, since somebody wants the model; what was read is kept."""
    workspace.jobs.cancel_latest(ROLE)


def _read(
    workspace: Workspace, understanding: Understanding, writer_id: str, job: str, stop: StopCheck
) -> None:
    with workspace.jobs.model_turn(job, stop) as mine:
        if not mine:
            return
        config = GenerationConfig(writer=writer_id)
        endpoint = workspace.endpoints.open(writer_id, config)
        try:
            for _, story in stories_of(understanding.epics)[:1]:
                ItemWriter(endpoint, config).read_ahead(story, cancelled=stop)
        except Cancelled:
            return
