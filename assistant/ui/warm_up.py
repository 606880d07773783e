"""After the first paint: load what the first search and the first case will need."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable

import streamlit as st

from assistant.errors import AssistantError
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import search_sources

SECONDS_AFTER_PAINT = 1.0
log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def warm_up_once(data_dir: str, _workspace: Workspace, project_id: str) -> threading.Timer:
    """Start warming up in the background; once per process, whoever comes first."""
    timer = threading.Timer(SECONDS_AFTER_PAINT, warm_up, (_workspace, project_id))
    timer.daemon = True
    timer.start()
    return timer


def warm_up(workspace: Workspace, project_id: str) -> None:
    """Load the embedding model, open the index, load the language model where one is wanted; then
    keep the schedule of the connections.

    A collection of garbage of all generations would walk through everything that was just loaded,
    and holds up every click meanwhile; frozen, it is left out of that.
    """
    if models.is_here(workspace.settings, models.DEFAULT_EMBEDDING):
        _quietly(lambda: search_sources.search(workspace, project_id, "warm up", limit=1))
    gc.collect()
    gc.freeze()
    preload = workspace.settings.preload
    if preload and models.is_here(workspace.settings, preload):
        _quietly(lambda: models.load(workspace, preload))
        gc.collect()
        gc.freeze()
    # Only here: the connectors' libraries would hold up the first paint.
    from assistant.workflow.sources import sync_jobs

    sync_jobs.start_schedule(workspace)


def _quietly(step: Callable[[], object]) -> None:
    """Run a step of the warm-up; its error comes up again where a person asks for the thing."""
    try:
        step()
    except AssistantError as error:
        log.warning("warm-up: %s", error)
