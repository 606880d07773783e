"""How far the work with a model is: fetching, adding, probing, for whoever looks on."""

from __future__ import annotations

import streamlit as st

from assistant.ui.plain_text import plain
from assistant.workflow.deployment import model_jobs
from assistant.workflow.deployment.model_jobs import ModelWork
from assistant.workflow.deployment.workspace import Workspace

POLL_SECONDS = 1.0
WORK_WORDS = {
    model_jobs.FETCH: "Fetching",
    model_jobs.ADD: "Adding",
    model_jobs.PROBE: "Probing",
}


def model_work(opened: Workspace) -> bool:
    """Whether a model is being worked on; shows how far that is, or why the last one failed."""
    active = bool(model_jobs.work(opened).job)
    st.fragment(_progress, run_every=POLL_SECONDS if active else None)(opened, active)
    return active


def _progress(opened: Workspace, was_active: bool) -> None:
    """How far the work with a model is, or why the last one failed."""
    work = model_jobs.work(opened)
    if not work.job:
        if was_active:
            st.rerun()
        if work.error:
            st.error(plain(work.error), icon=":material/error:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        share = min(1.0, work.done / work.total) if work.total else 0.0
        st.progress(share, f"{WORK_WORDS[work.job]}: {_how_far(work)}")
        st.button(
            "Stop",
            icon=":material/stop_circle:",
            key="stop_model_work",
            on_click=model_jobs.stop,
            args=(opened,),
        )


def _how_far(work: ModelWork) -> str:
    if work.job == model_jobs.PROBE:
        return f"{work.done} of {work.total} tasks" if work.total else "waiting for its turn"
    return f"{work.done / 1e6:,.0f} of {work.total / 1e6:,.0f} MB" if work.total else "reading"
