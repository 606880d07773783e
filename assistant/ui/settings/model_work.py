"""How far the work with a model is: fetching, adding, probing, for whoever looks on."""

from __future__ import annotations

from assistant.ui.job_progress import job_progress
from assistant.workflow.deployment import model_jobs
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace


def model_work(opened: Workspace) -> bool:
    """Whether a model is being worked on; shows how far that is, or why the last one failed."""
    for job, words in (
        (model_jobs.FETCH, _fetched),
        (model_jobs.ADD, _added),
        (model_jobs.PROBE, _probed),
    ):
        job_progress(opened, job, words, stop="stop_model_work")
    return model_jobs.is_busy(opened)


def _fetched(state: JobState) -> str:
    return f"Fetching: {_size(state)}"


def _added(state: JobState) -> str:
    return f"Adding: {_size(state)}"


def _probed(state: JobState) -> str:
    tasks = f"{state.done} of {state.total} tasks" if state.total else "waiting for its turn"
    return f"Probing: {tasks}"


def _size(state: JobState) -> str:
    return f"{state.done / 1e6:,.0f} of {state.total / 1e6:,.0f} MB" if state.total else "reading"
