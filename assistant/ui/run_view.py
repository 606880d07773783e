"""A run on screen: how far it is, its cases as they come in, what can be done with all of it."""

from __future__ import annotations

import streamlit as st

from assistant.domain import RunStatus
from assistant.errors import AssistantError
from assistant.ui.case_editor import DECIDED, case_editor
from assistant.ui.case_list import case_list
from assistant.ui.coverage_table import coverage_table
from assistant.ui.downloads import download_menu
from assistant.ui.plain import label, plain
from assistant.ui.quality_panel import quality_panel
from assistant.ui.run_questions import run_questions
from assistant.ui.shared_panel import shared_panel
from assistant.ui.sources_panel import sources_panel
from assistant.ui.stale_panel import stale_bar, stale_panel
from assistant.ui.state import Session, errors_shown, keep_address
from assistant.workflow import (
    generate_cases,
    lineage,
    review,
    runs,
    shared_preconditions,
    stale,
)
from assistant.workflow.runs import ACTIVE, RunSummary, RunView
from assistant.workflow.workspace import Workspace

STATUS_BADGES: dict[RunStatus, str] = {
    "queued": ":gray-badge[:material/schedule: waiting]",
    "running": ":blue-badge[:material/progress_activity: writing]",
    "done": ":green-badge[:material/check: done]",
    "cancelled": ":orange-badge[:material/cancel: cancelled]",
    "failed": ":red-badge[:material/error: failed]",
    "interrupted": ":orange-badge[:material/power_off: interrupted]",
}
CASE_WIDTH = 440
VIEW = "run_view"
VIEWS = {
    "cases": ":material/list_alt: Cases",
    "coverage": ":material/grid_on: Coverage",
    "quality": ":material/verified: Quality",
    "questions": ":material/contact_support: Questions",
}


def run_view(opened: Workspace, record: Session) -> None:
    """The open run: a header, then cases beside their sources, the coverage or the questions."""
    try:
        view = runs.view(opened, record.project_id, record.run_id)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/link_off:")
        st.button("New request", icon=":material/add:", on_click=record.open_run, args=("",))
        return
    st.session_state.pop(DECIDED, None)  # all of the page is drawn now
    shown = _header(opened, record, view)
    if shown == "coverage":
        coverage_table(opened, record, view)
    elif shown == "quality":
        quality_panel(opened, record, view)
    elif shown == "questions":
        run_questions(opened, record, view)
    else:
        st.fragment(_cases)(opened, record, view)  # a step to the next case draws the cases alone


def _cases(opened: Workspace, record: Session, view: RunView) -> None:
    """The list, the open case, and its sources beside it."""
    if st.session_state.pop(DECIDED, False):
        st.rerun()  # what is accepted is counted above the cases too
    active = view.summary.status in ACTIVE
    if active:  # more sources may have come since the page was drawn
        view = runs.view(opened, record.project_id, view.run.id)
    listed = () if active else stale.stale_cases(opened, record.project_id, run_id=view.run.id)
    found = stale.by_case(listed)
    stale_bar(opened, record, found)
    if not active:
        shared_panel(shared_preconditions.of_run(view.run))
    case_list(opened, record, active=active, stale=frozenset(found))
    if record.case_id:
        stale_panel(opened, record, record.case_id, found)
        # Side by side where there is room for both, one below the other where there is not.
        grid = st.grid(2, min_column_width=CASE_WIDTH, gap="medium")
        with grid.cell():
            stored = case_editor(opened, record, view)
        with grid.cell():
            if stored is not None:
                origins = lineage.lineage(opened, record.project_id, stored.id)
                source = runs.source_view(opened, record.project_id, view, stored)
                sources_panel(source, stored.case, origins)
    keep_address(record, with_run=True)


def _view_label(name: str, view: RunView) -> str:
    counts = {"questions": len(view.run.questions)}
    return f"{VIEWS[name]} ({counts[name]})" if name in counts else VIEWS[name]


def _header(opened: Workspace, record: Session, view: RunView) -> str:
    """What the run is, what to look at, and what to do with it; returns what to look at."""
    summary = view.summary
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(label(summary.request, limit=90), width="stretch", anchor=False)
        st.button(
            "New request", icon=":material/add:", on_click=record.open_run, args=("",), key="new"
        )
    st.markdown(f"{STATUS_BADGES[summary.status]} :small[:gray[{_facts(summary)}]]")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        shown = st.segmented_control(
            "Show",
            list(VIEWS),
            format_func=lambda name: _view_label(name, view),
            default="cases",
            required=True,
            key=VIEW,
            label_visibility="collapsed",
        )
        st.space("stretch")
        if summary.status in ACTIVE:
            st.button(
                "Cancel",
                icon=":material/stop_circle:",
                on_click=generate_cases.cancel,
                args=(opened, summary.id),
            )
        elif summary.status != "done":
            if st.button("Continue", icon=":material/resume:", key="continue_run"):
                with errors_shown():
                    generate_cases.resume(opened, record.project_id, summary.id)
                    st.rerun()
        elif summary.cases > summary.accepted + summary.rejected:
            _accept_all(opened, record)
        download_menu(opened, record, summary)
    if summary.error:
        st.error(plain(summary.error), icon=":material/error:")
    return shown or "cases"


def _facts(summary: RunSummary) -> str:
    """Who wrote, for whom, and when."""
    started = f"{summary.created_at.astimezone():%d %b %Y, %H:%M}"
    return " · ".join(label(part) for part in (summary.writer, summary.by, started) if part)


def _accept_all(opened: Workspace, record: Session) -> None:
    with st.popover("Accept all", icon=":material/done_all:"):
        st.markdown("Accept every draft of this run whose steps are all supported by a source?")
        if st.button("Accept them", type="primary", key="accept_all"):
            with errors_shown():
                drafts = [
                    stored
                    for stored in runs.cases(opened, record.project_id, record.run_id)
                    if not stored.case.unsupported_steps
                ]
                count = review.accept_all(opened, record.project_id, drafts, by=record.user)
                st.toast(f"{count} cases accepted", icon=":material/done_all:")
                st.rerun()


def earlier_runs(opened: Workspace, record: Session) -> None:
    """The project's runs, newest first, each to be opened again."""
    listed = runs.runs(opened, record.project_id)
    if not listed:
        return
    st.subheader("Earlier runs", icon=":material/history:")
    for summary in listed[:8]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                label(summary.request, limit=70),
                key=f"open-{summary.id}",
                type="tertiary",
                icon=":material/chevron_right:",
                on_click=record.open_run,
                args=(summary.id,),
            )
            st.markdown(
                f"{STATUS_BADGES[summary.status]} :small[:gray[{summary.cases} cases, "
                f"{summary.accepted} accepted · {label(summary.writer)} · "
                f"{summary.created_at.astimezone():%d %b %H:%M}]]"
            )
