"""Writers that are not on this computer yet: what one is worth, its size, a click to fetch it."""

from __future__ import annotations

import streamlit as st

from assistant.ui.plain_text import label
from assistant.ui.settings.model_table import model_work, rated_words
from assistant.ui.state import error_kept, show_problem
from assistant.workflow.deployment import model_jobs, models
from assistant.workflow.deployment.workspace import Workspace

PROBLEM = "more_writers_problem"


def more_writers(opened: Workspace) -> None:
    """The embedded model, where it is not here; how far fetching is, where it is under way."""
    embedded = models.writer(opened, models.DEFAULT_CHAT)
    if embedded.usable or opened.settings.lock_settings:
        return
    active = model_work(opened)
    with st.popover("More writers", icon=":material/download:", type="tertiary"):
        st.markdown(
            f"**{label(embedded.title)}** :small[:gray[{embedded.size_bytes / 1e6:,.0f} MB, runs "
            "on this computer, no account]]"
        )
        if embedded.rating:
            st.caption(f":orange[:material/science:] {rated_words(embedded)}")
        st.button(
            "Fetch it" if embedded.state == "absent" else "Go on fetching it",
            icon=":material/download:",
            key="fetch_embedded",
            disabled=active,
            on_click=_fetch,
            args=(opened,),
        )
        st.caption(
            "A model file of your own, or an endpoint that you may use, is set up under Settings."
        )
    show_problem(PROBLEM)


def _fetch(opened: Workspace) -> None:
    with error_kept(PROBLEM):
        model_jobs.start_fetch(opened, models.DEFAULT_CHAT)
