"""Have a model read the open run's drafts or accepted cases once more: what it costs, how far it
is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from assistant.domain import CaseStatus, TestCase
from assistant.ui.cases.depth_matrix import case_button
from assistant.ui.counts import counted, date_time
from assistant.ui.job_progress import job_progress
from assistant.ui.menus import close_menus, menu_key
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment import models
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.review import doubts_of
from assistant.workflow.writing import second_reading
from assistant.workflow.writing.second_reading import ReadingTrace

STARTED = "second_reading_of"
READ: dict[CaseStatus, str] = {"draft": "To review", "accepted": "Accepted"}


def second_reading_note(
    opened: Workspace,
    record: Session,
    cases: Iterable[TestCase],
    open_case: Callable[[str], None],
) -> None:
    """What the latest reading read: how many cases and how many it doubted, and not that the others
    are right. Accepted ones with a doubt, of any reading, need nobody in the list, so they are
    opened here."""
    last = second_reading.last_reading(opened, record.project_id, record.run_id)
    held = [one for one in cases if one.status != "rejected" and doubts_of(one)]
    if last is not None:
        _said(last, len(held))
    doubted = [one for one in held if one.status == "accepted"]
    if doubted:
        with st.container(border=True, gap=None):
            st.caption("Accepted cases with a second reader's doubt")
            for case in doubted:
                case_button(case.id, case.title, "doubted", open_case)


def _said(last: ReadingTrace, held: int) -> None:
    doubts = f"it doubted {last.doubted}" if last.doubted else "it doubted none"
    now = f"; {counted(held, 'case')} with a doubt now" if held != last.doubted else ""
    changed = f", {counted(last.changed, 'case')} changed meanwhile" if last.changed else ""
    st.markdown(
        f":small[:material/visibility: **{counted(last.read, 'case')}** read once more by "
        f"{label(last.title)}, {date_time(last.at)}: {doubts}{changed}{now}. It overlooks things: "
        "no doubt does not say that a case is right.]"
    )


def second_reading_menu(opened: Workspace, record: Session) -> None:
    """The button, where a model is set up that is able to and there are cases to read."""
    able = models.readers(opened)
    if not able or opened.jobs.is_active(second_reading.job_of(record.run_id)):
        return
    counts = {
        status: len(second_reading.to_read(opened, record.project_id, record.run_id, status))
        for status in READ
    }
    present = [status for status in READ if counts[status]]
    if not present:
        return
    with st.popover("Read again", icon=":material/visibility:", key=menu_key("read_again_menu")):
        titles = {name: models.writer(opened, name).title for name in able}
        reader = st.selectbox(
            "Read by", able, format_func=lambda name: label(titles[name]), key="second_reader"
        )
        status = st.segmented_control(
            "Which cases",
            present,
            default=present[0],
            required=True,
            format_func=lambda one: f"{READ[one]} ({counts[one]})",
            key=f"read_which_{record.run_id}",
        )
        decided = " and stays accepted" if status == "accepted" else " and stands under *needs you*"
        together = (
            " Then it reads all cases of the run together, orders each test day, and lists what no "
            "case shows."
        )
        st.markdown(
            f"The model reads {counted(counts[status], 'case')} once more beside criteria and "
            f"sources. What it doubts is marked{decided}; nothing is rewritten."
            f"{together if status == 'draft' else ''} It overlooks things and may be wrong."
        )
        chosen = models.writer(opened, reader or able[0])
        st.caption(f"Your text {label(chosen.destination)}.")
        if pressed("Read again", type="primary", key="read_again"):
            with page_action():
                second_reading.start(
                    opened,
                    record.project_id,
                    record.run_id,
                    writer=chosen.id,
                    by=record.user,
                    status=status,
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
    if state.total and state.done == state.total:
        return f"A second reader has read each of {counted(state.total, 'case')} by itself…"
    cases = f"{state.done} of {counted(state.total, 'case')}" if state.total else "cases"
    return f"A second reader reads {cases}…"
