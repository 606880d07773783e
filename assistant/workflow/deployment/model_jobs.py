"""Fetching, adding and probing a model in the background, one at a time, for whoever looks on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from assistant.domain import GenerationConfig
from assistant.errors import ModelUnavailable, SettingsError
from assistant.evaluation.model_probe import PROBE_CONFIG, TASKS, ModelProbe, ProbeTask, probe
from assistant.generation.cancellation import Cancelled
from assistant.generation.models.added_models import CHAT_FORMATS as FORMS_BY_SIGN
from assistant.generation.models.partial import FetchProgress
from assistant.workflow.deployment import add_models, models
from assistant.workflow.deployment.jobs import Progress, StopCheck
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


FETCH, ADD, PROBE = "model-fetch", "model-add", "model-probe"
JOBS = (FETCH, ADD, PROBE)

CHAT_FORMATS = tuple(dict.fromkeys(FORMS_BY_SIGN.values()))
"""Forms of conversations that an added model may have."""


def is_busy(workspace: Workspace) -> bool:
    """Whether a model is being fetched, added or probed."""
    return any(workspace.jobs.is_active(job) for job in JOBS)


def start_fetch(workspace: Workspace, model_id: str) -> None:
    """Fetch a known model that is not here. Raises ``SettingsError`` as ``start_add``."""

    def run(report: Progress, stop: StopCheck) -> None:
        models.fetch(workspace.settings, model_id, progress=_bytes(report, stop))

    _start(workspace, FETCH, run)


def start_add(workspace: Workspace, given: str, chat_format: str = "") -> None:
    """Add a model from a file or the hub, as ``add_model``.

    Raises ``SettingsError`` where settings are locked or other work with a model goes on.
    """

    def run(report: Progress, stop: StopCheck) -> None:
        add_models.add_model(
            workspace.settings, given, chat_format=chat_format, progress=_bytes(report, stop)
        )

    _start(workspace, ADD, run)


def start_probe(workspace: Workspace, writer_id: str) -> None:
    """Probe a writer, in its turn with the runs. Raises ``SettingsError`` as ``start_add``."""

    def run(report: Progress, stop: StopCheck) -> None:
        numbers = count(1)

        def note(_: ProbeTask) -> None:
            _stop_if(stop)
            report(next(numbers), PROBE_TASKS)

        report(0, PROBE_TASKS)
        with workspace.jobs.model_turn(PROBE, stop) as mine:
            if mine:
                probe_model(workspace, writer_id, on_task=note)

    _start(workspace, PROBE, run)


def remove(workspace: Workspace, model_id: str) -> None:
    """Forget an added model; its file stays. Raises ``SettingsError`` where settings are locked."""
    _unlocked(workspace)
    add_models.remove_model(workspace.settings, model_id)


def _start(workspace: Workspace, job: str, run: Callable[[Progress, StopCheck], None]) -> None:
    _unlocked(workspace)
    if is_busy(workspace):
        raise SettingsError("Another model is being worked on. Wait until it is done, or stop it.")
    for other in JOBS:
        workspace.jobs.report(other, 0, 0)  # what failed before is no news any more
    workspace.jobs.start_counted(job, run)


def _bytes(report: Progress, stop: StopCheck) -> Callable[[FetchProgress], None]:
    """Reports how many bytes are here, and ends the work where somebody stopped it."""

    def note(progress: FetchProgress) -> None:
        _stop_if(stop)
        report(progress.bytes_done, progress.bytes_total)

    return note


def _unlocked(workspace: Workspace) -> None:
    if workspace.settings.lock_settings:
        raise SettingsError(
            "Settings are locked on this deployment (UAT_LOCK_SETTINGS). Use "
            "python -m assistant models, or ask whoever runs it."
        )


def _stop_if(stop: StopCheck) -> None:
    if stop():
        raise Cancelled("Stopped. What was fetched is kept; start it again to go on.")
