"""Says beside a search that not all sources can be found yet, for as long as that is so."""

from __future__ import annotations

import streamlit as st

from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources

POLL_SECONDS = 2.0


def index_note(opened: Workspace, project_id: str) -> None:
    """How far indexing is, where it is under way; nothing otherwise."""
    active = opened.jobs.is_active(import_sources.indexing_job(project_id))
    st.fragment(_note, run_every=POLL_SECONDS if active else None)(opened, project_id)


def _note(opened: Workspace, project_id: str) -> None:
    state = opened.jobs.state(import_sources.indexing_job(project_id))
    if state.active:
        of = f"{state.done:,} of {state.total:,} pieces" if state.total else "just begun"
        st.caption(
            f":material/hourglass_top: Sources are being indexed ({of}). What is not in yet cannot "
            "be found or cited."
        )
