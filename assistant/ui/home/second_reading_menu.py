"""Have a model read the open run's drafts once more: what it costs, how far it is."""

from __future__ import annotations

import streamlit as st

from assistant.ui.counts import counted, date_time
from assistant.ui.job_progress import job_progress
from assistant.ui.menus import close_menus, menu_key
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment import models
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import second_reading

STARTED = "second_reading_of"


def second_reading_note(opened: Workspace, record: Session) -> None:
    """What the latest reading read: how many cases and how many it doubted, and not that the others
    are right."""
    last = second_reading.last_reading(opened, record.project_id, record.run_id)
    if last is None:
        return
    doubts = f"it doubted {last.doubted}" if last.doubted else "it doubted none"
    changed = f", {counted(last.changed, 'case')} changed meanwhile" if last.changed else ""
    st.markdown(
        f":small[:material/visibility: **{counted(last.read, 'case')}** read once more by "
        f"{label(last.title)}, {date_time(last.at)}: {doubts}{changed}. It overlooks things: no "
        "doubt does not say that a case is right.]"
    )


def second_reading_menu(opened: Workspace, record: Session) -> None:
    """The button, where a model is set up that is able to and there are drafts to read."""
    able = second_reading.readers(opened)
    drafts = second_reading.to_read(opened, record.project_id, record.run_id) if able else []
    if not drafts or opened.jobs.is_active(second_reading.job_of(record.run_id)):
        return
    with st.popover("Read again", icon=":material/visibility:", key=menu_key("read_again_menu")):
        titles = {name: models.writer(opened, name).title for name in able}
        reader = st.selectbox(
            "Read by", able, format_func=lambda name: label(titles[name]), key="second_reader"
        )
        reads = counted(len(drafts), "draft")
        st.markdown(
            f"The model reads {reads} once more beside criteria and sources. What it doubts is "
            "marked and stands under *needs you*; nothing is rewritten. It overlooks things and "
            "may be wrong."
        )
        chosen = models.writer(opened, reader or able[0])
        st.caption(f"Your text {label(chosen.destination)}.")
        if pressed("Read again", type="primary", key="read_again"):
            with page_action():
                second_reading.start(
                    opened, record.project_id, record.run_id, writer=chosen.id, by=record.user
                )
                close_menus()
                st.session_state[STARTED] = record.run_id


def second_reading_progress(opened: Workspace, record: Session) -> None:
    """How far the reading of the open run is, until it has ended; why it failed, where it did."""
    job = second_reading.job_of(record.run_id)
    active = opened.jobs.is_active(job)
    if active or st.session_state.get(STARTED) == record.run_id:
        job_progress(opened, job, _how_far, active=active, stop="cancel_reading")


def _how_far(state: JobState) -> str:
    drafts = f"{state.done} of {counted(state.total, 'draft')}" if state.total else "drafts"
    return f"A second reader reads {drafts}…"
