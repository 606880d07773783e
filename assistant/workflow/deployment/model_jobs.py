"""Fetching, adding and probing a model in the background, one at a time, for whoever looks on."""

from __future__ import annotations

from collections.abc import Callable

from assistant.domain import GenerationConfig, Value
from assistant.errors import ModelUnavailable, SettingsError
from assistant.evaluation.model_probe import PROBE_CONFIG, TASKS, ModelProbe, ProbeTask, probe
from assistant.generation.cancellation import Cancelled
from assistant.generation.models.added_models import CHAT_FORMATS as FORMS_BY_SIGN
from assistant.generation.models.partial import FetchProgress
from assistant.workflow.deployment import add_models, models
from assistant.workflow.deployment.jobs import JobState, StopCheck
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


class ModelWork(Value):
    """What is going on with a model: the job, how far it is, and why the last one failed."""

    job: str = ""
    done: int = 0
    total: int = 0
    error: str = ""


def work(workspace: Workspace) -> ModelWork:
    """The work that goes on now; where none does, the error of the last one, if any."""
    states = {job: workspace.jobs.state(job) for job in JOBS}
    for job, state in states.items():
        if state.active:
            return _of(job, state)
    failed = (_of("", state) for state in states.values() if state.error)
    return next(failed, ModelWork())


def _of(job: str, state: JobState) -> ModelWork:
    return ModelWork(job=job, done=state.done, total=state.total, error=state.error)


def start_fetch(workspace: Workspace, model_id: str) -> None:
    """Fetch a known model that is not here. Raises ``SettingsError`` as ``start_add``."""

    def run(stop: StopCheck) -> None:
        models.fetch(workspace.settings, model_id, progress=_told(workspace, FETCH, stop))

    _start(workspace, FETCH, run)


def start_add(workspace: Workspace, given: str, chat_format: str = "") -> None:
    """Add a model from a file or the hub, as ``add_model``.

    Raises ``SettingsError`` where settings are locked or other work with a model goes on.
    """

    def run(stop: StopCheck) -> None:
        add_models.add_model(
            workspace.settings,
            given,
            chat_format=chat_format,
            progress=_told(workspace, ADD, stop),
        )

    _start(workspace, ADD, run)


def start_probe(workspace: Workspace, writer_id: str) -> None:
    """Probe a writer, in its turn with the runs. Raises ``SettingsError`` as ``start_add``."""

    def run(stop: StopCheck) -> None:
        done = 0

        def told(_: ProbeTask) -> None:
            nonlocal done
            done += 1
            _stop_if(stop)
            workspace.jobs.report(PROBE, done, PROBE_TASKS)

        workspace.jobs.report(PROBE, 0, PROBE_TASKS)
        with workspace.jobs.model_turn(PROBE, stop) as mine:
            if mine:
                probe_model(workspace, writer_id, on_task=told)

    _start(workspace, PROBE, run)


def stop(workspace: Workspace) -> None:
    """Ask the work that goes on to stop at its next step."""
    for job in JOBS:
        workspace.jobs.cancel(job)


def remove(workspace: Workspace, model_id: str) -> None:
    """Forget an added model; its file stays. Raises ``SettingsError`` where settings are locked."""
    _unlocked(workspace)
    add_models.remove_model(workspace.settings, model_id)


def _start(workspace: Workspace, job: str, run: Callable[[StopCheck], None]) -> None:
    _unlocked(workspace)
    if any(workspace.jobs.is_active(other) for other in JOBS):
        raise SettingsError("Another model is being worked on. Wait until it is done, or stop it.")
    for other in JOBS:
        workspace.jobs.report(other, 0, 0)  # what failed before is no news any more
    workspace.jobs.start(job, run)


def _told(workspace: Workspace, job: str, stop: StopCheck) -> Callable[[FetchProgress], None]:
    """Reports how many bytes are here, and ends the work where somebody stopped it."""

    def told(progress: FetchProgress) -> None:
        _stop_if(stop)
        workspace.jobs.report(job, progress.bytes_done, progress.bytes_total)

    return told


def _unlocked(workspace: Workspace) -> None:
    if workspace.settings.lock_settings:
        raise SettingsError(
            "Settings are locked on this deployment (UAT_LOCK_SETTINGS). Use "
            "python -m assistant models, or ask whoever runs it."
        )


def _stop_if(stop: StopCheck) -> None:
    if stop():
        raise Cancelled("Stopped. What was fetched is kept; start it again to go on.")
