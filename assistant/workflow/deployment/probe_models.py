"""Find out which way a writer works: give it the tasks of a probe, and keep what came of them."""

from __future__ import annotations

from collections.abc import Callable

from assistant.domain import GenerationConfig
from assistant.errors import ModelUnavailable
from assistant.evaluation.model_probe import PROBE_CONFIG, TASKS, ModelProbe, ProbeTask, probe
from assistant.workflow.deployment.models import OUTLINE_WRITER, writer
from assistant.workflow.deployment.ways_of_writing import keep_probe
from assistant.workflow.deployment.workspace import Workspace

__all__ = ["PROBE_TASKS", "ModelProbe", "ProbeTask", "probe_model"]

PROBE_TASKS = len(TASKS)
"""How many tasks a probe has."""


def probe_model(
    workspace: Workspace, writer_id: str, *, on_task: Callable[[ProbeTask], None]
) -> ModelProbe:
    """Probe a writer and keep the result with the data folder; minutes for an embedded model.

    Raises ``ModelUnavailable`` for an unknown writer, one that is no model, or one that cannot be
    loaded or reached.
    """
    if writer(workspace, writer_id).id == OUTLINE_WRITER:
        raise ModelUnavailable(f"'{writer_id}' is no model: there is nothing to find out about it.")
    config: GenerationConfig = PROBE_CONFIG.model_copy(update={"writer": writer_id})
    found = probe(workspace.endpoints.open(writer_id, config), on_task=on_task)
    keep_probe(workspace.settings, writer_id, found)
    return found
