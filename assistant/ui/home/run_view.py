"""A run on screen: how far it is, its cases as they come in, what can be done with all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.domain import RunStatus
from assistant.errors import AssistantError
from assistant.ui.browser_scripts import is_narrow, panes
from assistant.ui.cases.case_list import NEEDS, POLL_SECONDS, counts_line, progress_line
from assistant.ui.cases.case_undo import DECIDED, note_decision
from assistant.ui.cases.stale_panel import stale_of_run
from assistant.ui.counts import counted, date_time
from assistant.ui.home.basis_note import basis_note, present_view
from assistant.ui.home.data_to_prepare import data_to_prepare
from assistant.ui.home.downloads import download_menu
from assistant.ui.home.quality_panel import VIEW_KEY, coverage_table, quality_panel
from assistant.ui.home.questions_panel import run_questions
from assistant.ui.home.run_cases import panes_shown, run_cases
from assistant.ui.home.schedule_view import schedule_view
from assistant.ui.home.second_reading_menu import second_reading_progress
from assistant.ui.menus import close_menus, menu_key
from assistant.ui.plain_text import label, plain
from assistant.ui.presses import pressed
from assistant.ui.state import Session, note_done, page_action, view_chosen
from assistant.workflow.deployment import models
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import lineage, review, review_library
from assistant.workflow.writing import generate_cases, runs
from assistant.workflow.writing.replies import replies_in
from assistant.workflow.writing.runs import ACTIVE, RunSummary, RunView

STATUS_BADGES: dict[RunStatus, str] = {
    "queued": ":gray-badge[:material/schedule: waiting]",
    "running": ":blue-badge[:material/progress_activity: in progress]",
    "done": ":green-badge[:material/check: done]",
    "cancelled": ":orange-badge[:material/cancel: cancelled]",
    "failed": ":red-badge[:material/error: failed]",
    "interrupted": ":orange-badge[:material/power_off: interrupted]",
}
REQUEST = 90
"""Characters of a request that its run is headed with; all of it is shown on hover."""
VIEWS = {
    "cases": "Cases",
    "coverage": "Coverage",
    "quality": "Quality",
    "test data": "Test data",
    "schedule": "Schedule",
    "questions": "Questions",
}
"""Words alone: with icons the row of buttons breaks beside an open menu."""


def run_view(opened: Workspace, record: Session) -> None:
    """The open run: a header, then cases beside their sources, the coverage or the questions."""
    # Read before the run: what is kept by it is never older than it says.
    stamp = review_library.stamp(opened, record.project_id)
    try:
        view = runs.view(opened, record.project_id, record.run_id)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/link_off:")
        st.button("New request", icon=":material/add:", on_click=record.open_run, args=("",))
        return
    view = present_view(opened, record, view, stamp)
    st.session_state.pop(DECIDED, None)  # all of the page is drawn now
    panes()
    shown, opened_panes, counts = _header(opened, record, view)
    # A place of its own for what comes and goes: what is below is not drawn anew in the browser,
    # where it may be typed into.
    with st.container():
        basis_note(opened, record, view, stamp)
        if shown != "cases" and view.summary.status in ACTIVE:  # the list follows it itself
            st.fragment(_follow, run_every=POLL_SECONDS)(opened, record, view.summary.status)
    if shown == "coverage":
        coverage_table(opened, record, view, stamp)
    elif shown == "quality":
        quality_panel(opened, record, view, stamp)
    elif shown == "test data":
        data_to_prepare(opened, record, view.summary)
    elif shown == "schedule":
        schedule_view(opened, record, view)
    elif shown == "questions":
        run_questions(opened, record, view)
    else:
        # A step to the next case draws the cases alone, and what is counted above them.
        st.fragment(run_cases)(opened, record, view, opened_panes, counts)


def _follow(opened: Workspace, record: Session, drawn: RunStatus) -> None:
    """How far the run is; the page anew once it begins and once it has ended."""
    summary = runs.summary(opened, record.project_id, record.run_id)
    if summary.status != drawn:
        st.rerun()
    rows = runs.case_rows(opened, record.project_id, record.run_id)
    progress_line(opened, summary, rows)


def _view_label(name: str, view: RunView) -> str:
    return f"{VIEWS[name]} ({view.open_count})" if name == "questions" else VIEWS[name]


def _header(
    opened: Workspace, record: Session, view: RunView
) -> tuple[str, Sequence[str], DeltaGenerator]:
    """What the run is, what to look at, and what to do with it; returns what to look at, in which
    panes, and where the cases are counted."""
    summary = view.summary
    # In a narrow window the name goes on below itself: a button below it costs the cases a row.
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        cut = label(summary.request, limit=REQUEST)
        whole = view.run.generation.asked or summary.request
        st.markdown(
            f"**{cut}** {STATUS_BADGES[summary.status]} :small[:gray[{_facts(view)}]]",
            width="stretch",
            help=None if whole == summary.request and len(whole) <= REQUEST else plain(whole),
        )
        counts = st.empty()
        if summary.status not in ACTIVE:
            counts.markdown(counts_line(summary), width="content")
        st.button(
            "New request", icon=":material/add:", on_click=record.open_run, args=("",), key="new",
            type="tertiary",
        )  # fmt: skip
    with st.sidebar:  # it takes no room there, in the row below that of a button
        narrow = is_narrow()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        labels = {name: _view_label(name, view) for name in VIEWS}
        shown = view_chosen(record, labels, VIEW_KEY)
        opened_panes = panes_shown(narrow=narrow) if shown == "cases" else ()
        st.fragment(_menus)(opened, record)
    if summary.error:
        st.error(plain(summary.error), icon=":material/error:")
    second_reading_progress(opened, record)
    return shown, opened_panes, counts


def _menus(opened: Workspace, record: Session) -> None:
    """What can be done with the run and all of its cases; drawn anew where a menu is opened, so
    that it counts what was edited since."""
    summary = runs.summary(opened, record.project_id, record.run_id)
    with st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
        if summary.status in ACTIVE:
            st.button(
                "Cancel the run",
                icon=":material/stop_circle:",
                on_click=generate_cases.cancel,
                args=(opened, summary.id),
            )
        elif summary.status != "done":
            if pressed("Continue", icon=":material/resume:", key="continue_run"):
                with page_action():
                    generate_cases.resume(opened, record.project_id, summary.id)
        elif summary.cases:
            _accept_all(opened, record)
        download_menu(opened, record, summary)


def _facts(view: RunView) -> str:
    """Who wrote, for whom, and when."""
    summary, model = view.summary, view.run.model
    started = date_time(summary.created_at)
    writer = _writer(summary)
    if model is not None and summary.writer == ENDPOINT_WRITER:
        writer = model.model  # what the endpoint served then
    return " · ".join(label(part) for part in (writer, summary.by, started) if part)


def _writer(summary: RunSummary) -> str:
    """Who wrote, by the name under which it was chosen."""
    return models.OUTLINE_TITLE if summary.writer == models.OUTLINE_WRITER else summary.writer


def _accept_all(opened: Workspace, record: Session) -> None:
    """How many cases are without a finding, and why the others are left; then accept those."""
    drafts = [
        stored
        for stored in opened.library.cases(record.project_id, run_id=record.run_id)
        if stored.status == "draft"
    ]
    stale = stale_of_run(opened, record)
    replies = replies_in(opened, record.project_id, record.run_id, drafts)
    standing = {name: one.standing for name, one in replies.items()}
    rows = runs.case_rows(opened, record.project_id, record.run_id)
    chains = lineage.chains(opened, record.project_id, record.run_id, rows)
    reasons = (
        review.set_aside(
            one, stale, standing.get(one.id, review.NONE_ANSWERED), chains.needs(one.id)
        )
        for one in drafts
    )
    left = Counter(filter(None, reasons))
    clean = len(drafts) - left.total()
    with st.popover(
        "Accept all", icon=":material/done_all:", key=menu_key("accept_all_menu"),
        on_change="rerun",
    ):  # fmt: skip
        if not drafts:
            st.markdown("Every case is decided.")
            return
        st.markdown(
            f"Accept the **{counted(clean, 'draft')}** in which no check found anything, of "
            f"{len(drafts)}? The checks do not know whether a case is right."
        )
        if left:
            named = ", ".join(f"{count} {NEEDS.get(one, one)}" for one, count in left.most_common())
            st.caption(f"{counted(left.total(), 'draft')} left to you: {named}")
        if pressed(
            f"Accept {counted(clean, 'case')}", type="primary", key="accept_all",
            disabled=not clean,
        ):  # fmt: skip
            with page_action():
                outcome = review.accept_all(opened, record.project_id, drafts, by=record.user)
                accepted = counted(len(outcome.changed), "case")
                note_decision(outcome)
                close_menus()
                note_done(f"{accepted} accepted", icon=":material/done_all:")


def earlier_runs(opened: Workspace, record: Session) -> None:
    """The project's runs, newest first, each to be opened again."""
    listed = runs.runs(opened, record.project_id)
    if not listed:
        return
    st.subheader("Earlier runs", icon=":material/history:")
    shown = listed[:8]
    names = runs.endpoint_models(opened, record.project_id, shown)
    for summary in shown:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                label(summary.request, limit=70),
                key=f"open-{summary.id}",
                type="tertiary",
                icon=":material/chevron_right:",
                on_click=record.open_run,
                args=(summary.id,),
            )
            writer = names.get(summary.id) or _writer(summary)
            st.markdown(
                f"{STATUS_BADGES[summary.status]} :small[:gray[{counted(summary.cases, 'case')}, "
                f"{summary.accepted} accepted · {label(writer)} · "
                f"{summary.created_at.astimezone():%d %b %H:%M}]]"
            )
